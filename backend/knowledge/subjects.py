"""A subject of knowledge/ as it was read, and the words that its header may have."""

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
"""What a subject may name as the thing the assistant does next."""


@dataclass(frozen=True, slots=True)
class SubjectContent:
    """A subject in one language. `sentences` are the answer in parts, with {placeholders}; `lines` tell where each
    question stands in its file, so that a finding can name it."""

    questions: tuple[str, ...]
    lines: tuple[int, ...]
    sentences: tuple[str, ...]
    offer: str | None
    contexts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a follow-up question: the sentences that answer it by what is talked about."""

    @property
    def answer(self) -> str:
        """The whole answer as it was written."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Subject:
    """One file of knowledge/. `account` is the account question that answers it to a member who is known, or None."""

    name: str
    title: str
    group: str
    skill: str | None
    account: str | None
    contents: Mapping[str, SubjectContent]  # by language; one may be missing

    @property
    def is_follow_up(self) -> bool:
        """Whether it is a follow-up question, which means something only with what is talked about."""
        return any(words.contexts for words in self.contents.values())

    def answers_context(self, context: str) -> bool:
        """Whether it is a follow-up question with an answer for what is talked about."""
        return any(context in words.contexts for words in self.contents.values())
