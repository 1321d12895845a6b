"""A subject of knowledge/, and the valid values of its header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GROUPS = frozenset(
    "billing charges payments disconnection assistance account service outage safety meters solar_ev membership office "
    "online privacy conversation".split()
)
SKILLS = frozenset(
    "quick_pay autopay alerts password account_creation balance history usage high_bill budget_billing paperless "
    "contact arrangement service outage light tree meter medical dispute complaint person".split()
)
"""Valid `skill` headers: what the assistant can do next."""


@dataclass(frozen=True, slots=True)
class SubjectContent:
    """A subject in one language. `sentences` are the answer, with {placeholders}; `lines` are the questions' line
    numbers, for findings."""

    questions: tuple[str, ...]
    lines: tuple[int, ...]
    sentences: tuple[str, ...]
    offer: str | None
    contexts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a follow-up question: its answers by context."""

    @property
    def answer(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Subject:
    """One file of knowledge/. `account` is the account question that answers it for an identified member, or None."""

    name: str
    title: str
    group: str
    skill: str | None
    account: str | None
    contents: Mapping[str, SubjectContent]  # by language; one may be missing

    @property
    def is_follow_up(self) -> bool:
        """Whether it is a follow-up question, which needs a context."""
        return any(words.contexts for words in self.contents.values())

    def answers_context(self, context: str) -> bool:
        """Whether it has an answer for this context."""
        return any(context in words.contexts for words in self.contents.values())
