"""Answers from knowledge/, with the co-op's facts filled in."""

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
"""Placeholders of follow-up answers that come from the conversation, not from coop.toml."""
NEEDED_SUBJECTS = frozenset(
    "account_last_payment account_shutoff card_update office_hours_holidays oxygen_and_shutoff scam_call stop_texts "
    "what_can_you_do".split()
)
"""Subjects that the assistant names itself: their words may be changed, but they cannot be switched off."""
_TWO_PERIODS = re.compile(r"(?<!\.)\.\.(?!\.)")


class UnknownSubject(MemberlineError):
    """No file of knowledge/ has that name."""

    code = "unknown_subject"


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """An answer. `offer` is one sentence about what can be done next; `skill` the skill that does it, if any."""

    text: str
    offer: str | None
    skill: str | None


class Knowledge:
    """The subjects by name. A change makes a new one, which takes the place of this in `Backend.knowledge`."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.subjects: Mapping[str, Subject] = MappingProxyType({subject.name: subject for subject in subjects})

    def find(self, name: str) -> Subject | None:
        """The subject, or None: a model trained before a file was removed may still predict it."""
        return self.subjects.get(name)

    def require(self, name: str) -> Subject:
        """The subject, where code names it. Raises UnknownSubject."""
        if name not in self.subjects:
            raise UnknownSubject(f"knowledge/ has no subject {name}")
        return self.subjects[name]

    def answer_subject(self, subject: str, coop: Coop, language: str) -> KnowledgeAnswer:
        """The answer and the offer in that language, with facts filled in. Raises UnknownSubject.

        Sentences with unknown facts are replaced once by a reference to the office.
        """
        found = self.require(subject)
        with use_language(language):
            words = _select_language(found, language)
            offer = _fill_placeholders(words.offer, coop) if words.offer else None
            return KnowledgeAnswer(" ".join(_fill_sentences(words.sentences, coop)), offer, found.skill)

    def follow_up(
        self, subject: str, contexts: Iterable[str], coop: Coop, language: str, conversation_facts: Mapping[str, str]
    ) -> str | None:
        """The answer to a follow-up question for the first of `contexts` that has one, else the general one."""
        found = self.find(subject)
        if found is None or not found.is_follow_up:
            return None
        with use_language(language):
            words = _select_language(found, language)
            sentences = next((words.contexts[name] for name in contexts if name in words.contexts), words.sentences)
            needed = CONVERSATION_PLACEHOLDERS & set(PLACEHOLDER.findall(" ".join(sentences)))
            if needed - set(conversation_facts):
                return None
            return " ".join(_fill_sentences(sentences, coop, conversation_facts)) or None


def load(folder: Path = FOLDER) -> Knowledge:
    """All subjects of the folder. Raises KnowledgeError listing each unreadable file with its line."""
    subjects, faults = load_folder(folder)
    if faults:
        raise KnowledgeError("knowledge: " + "; ".join(str(fault) for fault in faults))
    return Knowledge(subjects)


@cache
def default_knowledge() -> Knowledge:
    """knowledge/, read once per process. Raises KnowledgeError."""
    return load()


def _select_language(subject: Subject, language: str) -> SubjectContent:
    """Falls back to the other language where one is missing."""
    return subject.contents.get(language) or subject.contents.get(ENGLISH) or next(iter(subject.contents.values()))


def _fill_sentences(
    sentences: Iterable[str], coop: Coop, conversation_facts: Mapping[str, str] = NO_VALUES
) -> Iterator[str]:
    referred = False
    for sentence in sentences:
        text = _fill_placeholders(sentence, coop, conversation_facts)
        if text is not None:
            yield text
        elif not referred:
            referred = True
            yield tr("The office can tell you the rest at {phone}.", phone=coop.office_phone_display)


def _fill_placeholders(text: str, coop: Coop, conversation_facts: Mapping[str, str] = NO_VALUES) -> str | None:
    """The text with its facts, or None when one is missing."""
    facts = {name: conversation_facts.get(name) or coop.get_fact(name) for name in PLACEHOLDER.findall(text)}
    if None in facts.values():
        return None
    # a fact may end with a period of its own: `until 2 p.m.`
    return _TWO_PERIODS.sub(".", PLACEHOLDER.sub(lambda found: str(facts[found[1]]), text))
