"""What the office should know of its knowledge/ before members do: `memberline knowledge check`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.coop import Coop
from backend.knowledge.alike import Question, pairs
from backend.knowledge.reading import PLACEHOLDER, read_folder
from backend.knowledge.service import OF_THE_TALK, Knowledge
from backend.knowledge.subjects import SKILLS, Subject, Words
from backend.language import LANGUAGES
from backend.members.levels import ACCOUNT_QUESTIONS

MOST_CHARACTERS = 320
"""Two text messages: a longer answer is not read."""


@dataclass
class Findings:
    """One line each. `unreadable` and `clashes` are faults; the rest is told."""

    count: int
    unreadable: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    nearly: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    long: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        """Whether something must be mended before members are answered from it."""
        return bool(self.unreadable or self.clashes)

    def sections(self) -> Mapping[str, list[str]]:
        """What was found, under a title each, the worst first."""
        return {
            "cannot be read": self.unreadable,
            "the same question in two subjects": self.clashes,
            "nearly the same question in two subjects": self.nearly,
            "facts that coop.toml lacks (the sentence is not said)": self.gaps,
            "facts of coop.toml that no subject uses": self.unused,
            "subjects that lack a language": self.languages,
            f"answers over {MOST_CHARACTERS} characters": self.long,
            "names that the assistant does not know": self.unknown,
        }


def check(folder: Path, coop: Coop) -> Findings:
    """Look through every file of the folder, with the facts of the co-op."""
    subjects, faults = read_folder(folder)
    found = Findings(count=len(subjects), unreadable=[str(fault) for fault in faults])
    for pair in pairs(_questions(subjects)):
        said = f"{_place(pair.one)} and {_place(pair.other)}: {pair.one.text}"
        if pair.same:
            found.clashes.append(said)
        else:
            found.nearly.append(f"{said} / {pair.other.text}")
    _look_at_facts(found, subjects, coop)
    for subject in subjects:
        _look_at(found, subject)
    _look_at_lengths(found, subjects, coop)
    return found


def _questions(subjects: Iterable[Subject]) -> list[Question]:
    return [
        Question(subject.name, language, line, text)
        for subject in subjects
        for language, words in subject.words.items()
        for line, text in zip(words.lines, words.questions, strict=True)
    ]


def _place(question: Question) -> str:
    return f"{question.subject}.md, line {question.line}"


def _look_at_facts(found: Findings, subjects: Sequence[Subject], coop: Coop) -> None:
    users: dict[str, list[str]] = {}
    for subject in subjects:
        for name in sorted({name for words in subject.words.values() for name in _placeholders(words)}):
            users.setdefault(name, []).append(f"{subject.name}.md")
    found.gaps = [
        f"{name}: {', '.join(files)}"
        for name, files in sorted(users.items())
        if coop.fact(name) is None and name not in OF_THE_TALK
    ]
    found.unused = sorted(set(coop.facts) - set(users))


def _placeholders(words: Words) -> set[str]:
    follow_ups = " ".join(" ".join(sentences) for sentences in words.contexts.values())
    return set(PLACEHOLDER.findall(words.answer + (words.offer or "") + follow_ups))


def _look_at(found: Findings, subject: Subject) -> None:
    for language in LANGUAGES:
        if language not in subject.words:
            found.languages.append(f"{subject.name}.md has no ## {language}")
    if subject.skill is not None and subject.skill not in SKILLS:
        found.unknown.append(f"{subject.name}.md: skill {subject.skill}")
    if subject.account is not None and subject.account not in ACCOUNT_QUESTIONS:
        found.unknown.append(f"{subject.name}.md: account {subject.account}")


def _look_at_lengths(found: Findings, subjects: Sequence[Subject], coop: Coop) -> None:
    """As they are said, with the facts in them."""
    knowledge = Knowledge(subjects)
    for subject in subjects:
        for language in subject.words:
            length = len(knowledge.tell(subject.name, coop, language).text)
            if length > MOST_CHARACTERS:
                found.long.append(f"{subject.name}.md ({language}): {length}")
