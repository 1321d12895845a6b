"""Checks knowledge/ for `memberline knowledge check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.coop import FILLED_IN_BY_THE_APP, Coop
from backend.knowledge.parsing import PLACEHOLDER, load_folder
from backend.knowledge.service import CONVERSATION_PLACEHOLDERS, Knowledge
from backend.knowledge.similar_questions import ExampleQuestion, find_pairs
from backend.knowledge.subjects import SKILLS, Subject
from backend.language import LANGUAGES
from backend.members.levels import QUESTION_LEVELS

MAX_ANSWER_LENGTH = 320  # two text messages


@dataclass
class Findings:
    """Findings, one line each. `unreadable` and `duplicates` are errors, the others hints."""

    count: int
    unreadable: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    near_duplicates: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    long: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return bool(self.unreadable or self.duplicates)

    def sections(self) -> Mapping[str, list[str]]:
        """Findings by title, the most serious first."""
        return {
            "cannot be read": self.unreadable,
            "the same question in two subjects": self.duplicates,
            "nearly the same question in two subjects": self.near_duplicates,
            "facts that coop.toml lacks (the sentence is not said)": self.gaps,
            "facts of coop.toml that no subject uses": self.unused,
            "subjects that lack a language": self.languages,
            f"answers over {MAX_ANSWER_LENGTH} characters": self.long,
            "names that the assistant does not know": self.unknown,
        }


def check(folder: Path, coop: Coop) -> Findings:
    subjects, faults = load_folder(folder)
    found = check_subjects(subjects, coop)
    found.unreadable = [str(fault) for fault in faults]
    return found


def check_subjects(subjects: Sequence[Subject], coop: Coop) -> Findings:
    """The findings about subjects that can be read."""
    found = Findings(count=len(subjects))
    questions = [
        ExampleQuestion(subject.name, language, line, text)
        for subject in subjects
        for language, words in subject.contents.items()
        for line, text in zip(words.lines, words.questions, strict=True)
    ]
    for pair in find_pairs(questions):
        places = f"{_format_location(pair.one)} and {_format_location(pair.other)}: {pair.one.text}"
        if pair.is_identical:
            found.duplicates.append(places)
        else:
            found.near_duplicates.append(f"{places} / {pair.other.text}")
    _check_facts(found, subjects, coop)
    knowledge = Knowledge(subjects)
    for subject in subjects:
        _check_header(found, subject)
        for language in subject.contents:
            # with the facts filled in, as it is sent
            length = len(knowledge.answer_subject(subject.name, coop, language).text)
            if length > MAX_ANSWER_LENGTH:
                found.long.append(f"{subject.name}.md ({language}): {length}")
    return found


def _format_location(question: ExampleQuestion) -> str:
    return f"{question.subject}.md, line {question.line}"


def _check_facts(found: Findings, subjects: Sequence[Subject], coop: Coop) -> None:
    users: dict[str, list[str]] = {}
    for subject in subjects:
        texts = []
        for words in subject.contents.values():
            texts += [words.answer, words.offer or "", *(" ".join(answer) for answer in words.contexts.values())]
        for name in sorted(set(PLACEHOLDER.findall(" ".join(texts)))):
            users.setdefault(name, []).append(f"{subject.name}.md")
    found.gaps = [
        f"{name}: {', '.join(files)}"
        for name, files in sorted(users.items())
        if coop.get_fact(name) is None and name not in CONVERSATION_PLACEHOLDERS | FILLED_IN_BY_THE_APP
    ]
    found.unused = sorted(set(coop.facts) - set(users))


def _check_header(found: Findings, subject: Subject) -> None:
    for language in LANGUAGES:
        if language not in subject.contents:
            found.languages.append(f"{subject.name}.md has no ## {language}")
    if subject.skill is not None and subject.skill not in SKILLS:
        found.unknown.append(f"{subject.name}.md: skill {subject.skill}")
    if subject.account is not None and subject.account not in QUESTION_LEVELS:
        found.unknown.append(f"{subject.name}.md: account {subject.account}")
