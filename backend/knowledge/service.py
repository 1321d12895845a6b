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
from backend.knowledge.reading import PLACEHOLDER, KnowledgeError, read_folder
from backend.knowledge.subjects import Subject, Words
from backend.language import ENGLISH, speaking, tr

NOTHING: Mapping[str, str] = MappingProxyType({})
FOLDER = ROOT / "knowledge"
OF_THE_TALK = frozenset({"ticket_number", "ticket_words"})
"""Facts that a follow-up question is answered with and that no co-op has: they are those of what was filed."""
_TWO_PERIODS = re.compile(r"(?<!\.)\.\.(?!\.)")


class UnknownSubject(MemberlineError):
    """No file of knowledge/ has that name."""

    code = "unknown_subject"


@dataclass(frozen=True, slots=True)
class Told:
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

    def tell(self, subject: str, coop: Coop, language: str) -> Told:
        """The answer and the offer in that language, facts filled in. Raises UnknownSubject.

        A sentence whose fact the co-op has not given is left out, and the member is told once that the office knows.
        """
        found = self.find(subject)
        if found is None:
            raise UnknownSubject(f"knowledge/ has no subject {subject}")
        with speaking(language):
            words = _in_language(found, language)
            offer = _filled(words.offer, coop) if words.offer else None
            return Told(" ".join(_said(words.sentences, coop)), offer, found.skill)

    def follow_up(
        self, subject: str, contexts: Iterable[str], coop: Coop, language: str, of_the_talk: Mapping[str, str]
    ) -> str | None:
        """The answer to a follow-up question for the first of `contexts` that has one, else the general one if any."""
        found = self.find(subject)
        if found is None or not found.follows:
            return None
        with speaking(language):
            words = _in_language(found, language)
            sentences = next((words.contexts[name] for name in contexts if name in words.contexts), words.sentences)
            needed = {name for sentence in sentences for name in PLACEHOLDER.findall(sentence)} & OF_THE_TALK
            return None if needed - set(of_the_talk) else " ".join(_said(sentences, coop, of_the_talk)) or None


def load(folder: Path = FOLDER) -> Knowledge:
    """Every subject of the folder. Raises KnowledgeError naming each file that cannot be read, and its line."""
    subjects, faults = read_folder(folder)
    if faults:
        raise KnowledgeError("knowledge: " + "; ".join(str(fault) for fault in faults))
    return Knowledge(subjects)


@cache
def shipped() -> Knowledge:
    """That of knowledge/, read once a process. Raises KnowledgeError."""
    return load()


def _in_language(subject: Subject, language: str) -> Words:
    """Better understood in part than silent: what is not there in one language is told in the other."""
    return subject.words.get(language) or subject.words.get(ENGLISH) or next(iter(subject.words.values()))


def _said(sentences: Iterable[str], coop: Coop, of_the_talk: Mapping[str, str] = NOTHING) -> Iterator[str]:
    referred = False
    for sentence in sentences:
        text = _filled(sentence, coop, of_the_talk)
        if text is not None:
            yield text
        elif not referred:
            referred = True
            yield tr("The office can tell you the rest at {phone}.", phone=coop.office_phone_display)


def _filled(text: str, coop: Coop, of_the_talk: Mapping[str, str] = NOTHING) -> str | None:
    """The text with its facts, or None when one is missing."""
    facts = {name: of_the_talk.get(name) or coop.fact(name) for name in PLACEHOLDER.findall(text)}
    if None in facts.values():
        return None
    # a fact may end with a period of its own: `until 2 p.m.`
    return _TWO_PERIODS.sub(".", PLACEHOLDER.sub(lambda found: str(facts[found[1]]), text))
