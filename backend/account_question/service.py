"""Answers questions about an account. `backend/members/levels.py` has the level that each needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.account_question import (
    amounts_due,
    automatic_payments,
    enrollments,
    past_payments,
    rates_and_usage,
)
from backend.account_question.question import AccountQuestion
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.language import tr
from backend.members.levels import QUESTION_LEVELS, Level
from backend.providers.billing.base import FiguresUnknown

if TYPE_CHECKING:
    from backend.app import Backend

TOPIC_HANDLERS: Mapping[str, Callable[[AccountQuestion], Awaitable[str | None]]] = MappingProxyType(
    {
        "alerts_status": enrollments.alerts_status,
        "autopay_status": automatic_payments.describe_autopay,
        "budget_status": enrollments.budget_status,
        "charged_twice": past_payments.describe_duplicate_charge,
        "due_when": amounts_due.describe_due_date,
        "estimated": rates_and_usage.describe_estimated_reading,
        "higher_than_last_year": rates_and_usage.compare_with_last_year,
        "last_payment": past_payments.describe_last_payment,
        "late_fee_now": amounts_due.describe_late_fee,
        "my_rate": rates_and_usage.describe_rate,
        "next_automatic": automatic_payments.describe_automatic_payments,
        "paperless_status": enrollments.paperless_status,
        "short_month": automatic_payments.describe_short_month,
        "prepaid_left": amounts_due.describe_prepaid,
        "saved_methods": automatic_payments.describe_saved_methods,
        "shutoff": amounts_due.describe_shutoff,
        "what_is_left": amounts_due.describe_remaining,
    }
)
"""The `account:` line of a subject in knowledge/ -> what answers it."""


class UnknownTopic(MemberlineError):
    """No account question has that name."""

    code = "unknown_topic"


def required_level(topic: str) -> Level:
    """The level at which the topic may be answered. Raises UnknownTopic."""
    if topic not in TOPIC_HANDLERS:
        raise UnknownTopic(f"no account question is called {topic}")
    return QUESTION_LEVELS[topic]


async def answer(session: AsyncSession, backend: Backend, account: Account, topic: str, words: str) -> str | None:
    """One or two sentences about the account in the current language; None when its data has no answer.

    The caller has checked `required_level` for this very account. `words` are the member's own: the answer goes into a
    day or an amount in them. Raises UnknownTopic.
    """
    required_level(topic)
    asked = AccountQuestion(session, backend, account, words)
    try:
        return await TOPIC_HANDLERS[topic](asked)
    except FiguresUnknown:
        return tr(
            "I cannot look that up right now: our billing system does not answer. The office can tell you: {phone}.",
            phone=asked.office_phone,
        )
