"""Answers what a member asks of a bill after a reminder of it: how much it is, half of it, a reminder another day.

The answers go to the phone on file, which got the same figures with the reminder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.service import list_active_settings
from backend.billing.models import Account
from backend.language import ENGLISH, SPANISH, format_short_date, tr, tr_count
from backend.money import format_cents
from backend.payments.balances import Balance, get_balance
from backend.providers.billing.base import FiguresUnknown
from backend.text_pay.offers import Candidate, list_reminded
from backend.text_pay.turns import STEP, Answer, TextTurn

if TYPE_CHECKING:
    from backend.app import Backend

REMINDED = "reminded"
"""What is open after such an answer: the next text is about the same reminder."""
SAME_TIME = timedelta(hours=12)
"""Reminders within this time of the newest are one to the member: several accounts are reminded of in one run."""
SHORT_TIME = timedelta(days=1)
"""So long a text that names no bill is taken for the answer to a reminder."""
HALF_IN_WORDS = {
    ENGLISH: "pay half of my bill, account {number}",
    SPANISH: "pagar la mitad de mi factura, cuenta {number}",
}
SPLIT_IN_WORDS = {ENGLISH: "{said}, account {number}", SPANISH: "{said}, cuenta {number}"}


async def find_reminded(turn: TextTurn, *, names_it: bool) -> list[Candidate]:
    """The accounts of the newest reminder, if the text can be about it: the phone got it last, or it is named."""
    async with turn.backend.db.read_session() as session:
        known = await list_reminded(session, turn.backend, turn.phone)
    times = [one.reminded_at for one in known if one.reminded_at is not None]
    if not times:
        return []
    newest = max(times)
    goes_on = turn.step == REMINDED
    is_last = newest > (turn.spoke_at or turn.at - SHORT_TIME) and newest > turn.at - SHORT_TIME
    if not (goes_on or is_last or names_it):
        return []
    return [one for one in known if one.reminded_at is not None and one.reminded_at > newest - SAME_TIME]


async def tell_bills(turn: TextTurn, reminded: Sequence[Candidate], *, again: bool = False) -> Answer | None:
    """What is owed now on each account. `again`: another reminder was asked for. None where it takes a conversation."""
    told: list[tuple[Account, Balance]] = []
    for one in reminded:
        await turn.backend.billing.refresh(turn.backend.db, one.account.id)
        async with turn.backend.db.read_session() as session:
            try:
                owed = await get_balance(session, turn.backend, one.account.id)
            except FiguresUnknown:
                return None
        if owed.prepaid is not None:
            return None
        told.append((one.account, owed))
    words = [_describe(account, owed) for account, owed in told]
    if again:
        async with turn.backend.db.read_session() as session:
            words = [
                tr("I can't set a reminder for one day."),
                *words,
                *await _describe_setting(session, turn.backend, told),
            ]
    payable = [account for account, owed in told if owed.uncovered_cents > 0]
    if len(payable) == 1:
        words.append(tr("Reply PAY to pay."))
    elif payable:
        words.append(tr("Reply PAY {account} to pay.", account=payable[0].number[-5:]))
    return Answer(" ".join(words), {STEP: REMINDED})


def _describe(account: Account, owed: Balance) -> str:
    place = account.short_place
    name = f"{account.masked_number} ({place})" if place else account.masked_number
    values = {"account": name, "amount": format_cents(owed.amount_due_cents)}
    if owed.amount_due_cents <= 0:
        return tr("Nothing is due on acct {account} now.", account=name)
    if owed.uncovered_cents <= 0:
        return tr("Acct {account}: {amount}, and a payment of it is on its way or set already.", **values)
    if owed.past_due_cents > 0:
        return tr("Acct {account}: {amount}, of it {late} past due.", late=format_cents(owed.past_due_cents), **values)
    if owed.due_on is None:
        return tr("Acct {account}: {amount} is due.", **values)
    return tr("Acct {account}: {amount} is due {day}.", day=format_short_date(owed.due_on), **values)


async def _describe_setting(
    session: AsyncSession, backend: Backend, told: Sequence[tuple[Account, Balance]]
) -> list[str]:
    """How the days before the due date are changed, where such a reminder can still come."""
    for account, owed in told:
        settings = {one.kind: one for one in await list_active_settings(session, account.id)}
        setting = settings.get("bill_due")
        if owed.past_due_cents > 0 or owed.due_on is None or owed.due_on <= backend.today() or setting is None:
            continue
        return [
            tr_count(
                "Bill reminders come the day before the due date; to change that, write for example REMIND ME 2 DAYS "
                "BEFORE.",
                "Bill reminders come {count} days before the due date; to change that, write for example REMIND ME 2 "
                "DAYS BEFORE.",
                setting.threshold or 0,
            )
        ]
    return []
