"""Which account a reply PAY means: that of the reminder it answers, or of a standing authorization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSent
from backend.billing.models import Account
from backend.members.service import list_accounts_at_phone
from backend.text_pay.service import find_standing, list_standing

if TYPE_CHECKING:
    from backend.app import Backend

OFFER_DAYS = 10
"""So long a PAY is taken for the answer to a reminder."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a PAY may mean, with its member loaded. `reminded_at` is when it was last reminded of."""

    account: Account
    reminded_at: datetime | None


async def list_candidates(session: AsyncSession, backend: Backend, phone: str) -> list[Candidate]:
    """The open accounts that have this phone on file and that it was reminded of, or else has an authorization for."""
    if found := await list_reminded(session, backend, phone):
        return found
    accounts = {account.id: account for account in await list_accounts_at_phone(session, phone)}
    standing = [accounts[row.account_id] for row in await list_standing(session, phone) if row.account_id in accounts]
    return [Candidate(account, None) for account in standing if await find_standing(session, backend, account, phone)]


async def list_reminded(session: AsyncSession, backend: Backend, phone: str) -> list[Candidate]:
    """The open accounts that have this phone on file and that it was offered to pay by a reminder.

    A reminder from before the phone came on file was somebody else's.
    """
    accounts = {account.id: account for account in await list_accounts_at_phone(session, phone)}
    found = []
    reminded = await _find_reminders(session, backend, phone)
    for account_id, at in reminded.items():
        account = accounts.get(account_id)
        if account is None or (account.member.phone_changed_at and account.member.phone_changed_at > at):
            continue
        found.append(Candidate(account, at))
    return found


def choose(candidates: Sequence[Candidate], digits: str) -> list[Candidate]:
    """Those whose account number ends in the digits; without digits all of them."""
    return [one for one in candidates if one.account.number_digits.endswith(digits)] if digits else list(candidates)


async def _find_reminders(session: AsyncSession, backend: Backend, phone: str) -> dict[int, datetime]:
    since = backend.clock.now() - timedelta(days=OFFER_DAYS)
    query = (
        select(AlertSent.account_id, func.max(AlertSent.at))
        .where(AlertSent.texted_to == phone, AlertSent.offers_payment, AlertSent.at >= since)
        .group_by(AlertSent.account_id)
        .order_by(AlertSent.account_id)
    )
    return {account_id: at for account_id, at in (await session.execute(query)).all()}
