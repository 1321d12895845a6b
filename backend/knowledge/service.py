"""Telling a subject of knowledge/ with the co-op's own facts in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from backend.config import ROOT
from backend.coop import Coop
from backend.errors import MemberlineError
from backend.knowledge.parsing import PLACEHOLDER, KnowledgeError, load_folder
from backend.knowledge.subjects import Subject, SubjectContent
from backend.language import ENGLISH, tr, use_language

NO_VALUES: Mapping[str, str] = MappingProxyType({})
FOLDER = ROOT / "knowledge"
CONVERSATION_PLACEHOLDERS = frozenset({"ticket_number", "ticket_words"})
"""Facts that a follow-up question is answered with and that no co-op has: they are those of what was filed."""
_TWO_PERIODS = re.compile(r"(?<!\.)\.\.(?!\.)")


class UnknownSubject(MemberlineError):
    """No file of knowledge/ has that name."""

    code = "unknown_subject"


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """What is said of a subject. `offer` is one sentence of what can be done next, by `skill` where it is ours."""

    text: str
    offer: str | None
    skill: str | None


class Knowledge:
    """The subjects by name. It is read once; a restart takes over what the office changed."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.subjects: Mapping[str, Subject] = MappingProxyType({subject.name: subject for subject in subjects})

    def find(self, name: str) -> Subject | None:
        """The subject of that name, or None: an engine trained before a file was removed may still name it."""
        return self.subjects.get(name)

    def answer_subject(self, subject: str, coop: Coop, language: str) -> KnowledgeAnswer:
        """The answer and the offer in that language, facts filled in. Raises UnknownSubject.

        A sentence whose fact the co-op has not given is left out, and the member is told once that the office knows.
        """
        found = self.find(subject)
        if found is None:
            raise UnknownSubject(f"knowledge/ has no subject {subject}")
        with use_language(language):
            words = _select_language(found, language)
            offer = _fill_placeholders(words.offer, coop) if words.offer else None
            return KnowledgeAnswer(" ".join(_fill_sentences(words.sentences, coop)), offer, found.skill)

    def follow_up(
        self, subject: str, contexts: Iterable[str], coop: Coop, language: str, of_the_talk: Mapping[str, str]
    ) -> str | None:
        """The answer to a follow-up question for the first of `contexts` that has one, else the general one if any."""
        found = self.find(subject)
        if found is None or not found.is_follow_up:
            return None
        with use_language(language):
            words = _select_language(found, language)
            sentences = next((words.contexts[name] for name in contexts if name in words.contexts), words.sentences)
            needed = {
                name for sentence in sentences for name in PLACEHOLDER.findall(sentence)
            } & CONVERSATION_PLACEHOLDERS
            return (
                None if needed - set(of_the_talk) else " ".join(_fill_sentences(sentences, coop, of_the_talk)) or None
            )


def load(folder: Path = FOLDER) -> Knowledge:
    """Every subject of the folder. Raises KnowledgeError naming each file that cannot be read, and its line."""
    subjects, faults = load_folder(folder)
    if faults:
        raise KnowledgeError("knowledge: " + "; ".join(str(fault) for fault in faults))
    return Knowledge(subjects)


@cache
def default_knowledge() -> Knowledge:
    """That of knowledge/, read once a process. Raises KnowledgeError."""
    return load()


def _select_language(subject: Subject, language: str) -> SubjectContent:
    """Better understood in part than silent: what is not there in one language is told in the other."""
    return subject.contents.get(language) or subject.contents.get(ENGLISH) or next(iter(subject.contents.values()))


def _fill_sentences(sentences: Iterable[str], coop: Coop, of_the_talk: Mapping[str, str] = NO_VALUES) -> Iterator[str]:
    referred = False
    for sentence in sentences:
        text = _fill_placeholders(sentence, coop, of_the_talk)
        if text is not None:
            yield text
        elif not referred:
            referred = True
            yield tr("The office can tell you the rest at {phone}.", phone=coop.office_phone_display)


def _fill_placeholders(text: str, coop: Coop, of_the_talk: Mapping[str, str] = NO_VALUES) -> str | None:
    """The text with its facts, or None when one is missing."""
    facts = {name: of_the_talk.get(name) or coop.get_fact(name) for name in PLACEHOLDER.findall(text)}
    if None in facts.values():
        return None
    # a fact may end with a period of its own: `until 2 p.m.`
    return _TWO_PERIODS.sub(".", PLACEHOLDER.sub(lambda found: str(facts[found[1]]), text))
