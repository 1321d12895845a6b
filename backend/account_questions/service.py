"""Answering a question from an account. `backend/members/levels.py` says at which level each may be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.account_questions import automatic, enrolled, owed, paid, used
from backend.account_questions.asked import Asked
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.members.levels import ACCOUNT_QUESTIONS, Level

if TYPE_CHECKING:
    from backend.app import Backend

TOPICS: Mapping[str, Callable[[Asked], Awaitable[str | None]]] = MappingProxyType(
    {
        "alerts_status": enrolled.alerts_status,
        "autopay_status": automatic.autopay_status,
        "budget_status": enrolled.budget_status,
        "charged_twice": paid.charged_twice,
        "due_when": owed.due_when,
        "estimated": used.estimated,
        "higher_than_last_year": used.higher_than_last_year,
        "last_payment": paid.last_payment,
        "late_fee_now": owed.late_fee_now,
        "my_rate": used.my_rate,
        "next_automatic": automatic.next_automatic,
        "paperless_status": enrolled.paperless_status,
        "saved_methods": paid.saved,
        "short_month": automatic.short_month,
        "shutoff": owed.shutoff,
        "what_is_left": owed.what_is_left,
    }
)
"""The `account:` line of a subject in knowledge/ → what answers it."""


class UnknownTopic(MemberlineError):
    """No account question has that name."""

    code = "unknown_topic"


def needs(topic: str) -> Level:
    """The level at which the topic may be answered. Raises UnknownTopic."""
    if topic not in TOPICS:
        raise UnknownTopic(f"no account question is called {topic}")
    return ACCOUNT_QUESTIONS[topic]


async def answer(session: AsyncSession, backend: Backend, account: Account, topic: str, words: str) -> str | None:
    """One or two sentences about the account in the current language; None when its data does not tell.

    The caller has made sure that whoever asks is at the level that `needs` names, for this very account. `words` are
    the member's own: a day or an amount in them is answered to. Raises UnknownTopic.
    """
    if topic not in TOPICS:
        raise UnknownTopic(f"no account question is called {topic}")
    return await TOPICS[topic](Asked(session, backend, account, words))
