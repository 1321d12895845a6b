"""Finds which payment `change it to the 3rd` means: the scheduled payment or Auto Pay that was set up or shown last."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from actions.follow_ups import LAST_SUBJECT
from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.billing.models import Account
from backend.language import format_day, tr
from backend.members import identity as identities
from backend.money import format_cents
from backend.payments.models import ScheduledPayment
from backend.reading.back_references import refers_to_last_item
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.money.scheduled_payment import asks_to_end_it

AUTOPAY, SCHEDULED = "autopay_form", "scheduled_form"
FORM_BY_ACT = {
    "scheduled_payment_confirmed": (SCHEDULED, "sched_act"),
    "scheduled_payment_moved": (SCHEDULED, "sched_act"),
    "autopay_set_up": (AUTOPAY, "auto_act"),
    "autopay_changed": (AUTOPAY, "auto_act"),
}
"""By act of the audit trail: the form that can change what it did, and that form's slot for what to do."""
SCHEDULING_ACTS = frozenset({"scheduled_payment_confirmed", "scheduled_payment_moved"})
CHANGE_ACTS = {SCHEDULED: "move", AUTOPAY: "change"}
RECENT = timedelta(hours=2)
FORM_BY_SUBJECT = {"autopay": (AUTOPAY, "auto_act"), "scheduled": (SCHEDULED, "sched_act")}
"""The same by last subject, if this conversation has done no such act."""


async def open_form_for_latest_payment(turn: Turn) -> bool:
    """Open the form that the words are for, with its slots set. False if they refer to nothing of this conversation."""
    if not refers_to_last_item(turn.text):
        return False
    if (latest := await _find_latest_act(turn)) is not None:
        form, act = FORM_BY_ACT[latest]
    elif (subject := str(turn.get(LAST_SUBJECT))) in FORM_BY_SUBJECT:
        form, act = FORM_BY_SUBJECT[subject]
    else:
        return False
    day = turn.extract_values(None).day
    if form == SCHEDULED and (item := await find_standing_payment(turn)) is not None:
        await select_payment(turn, item)
    if asks_to_end_it(turn.text):
        turn.set(act, "cancel")
    elif isinstance(day, ParsedDay):
        turn.set(act, CHANGE_ACTS[form])
        if form == SCHEDULED:
            turn.set("sched_day", day.day.isoformat())
        else:
            turn.set("auto_day", str(day.day.day))
    else:
        return False
    turn.add_followup_action(form)
    return True


async def find_standing_payment(turn: Turn) -> ScheduledPayment | None:
    """The payment that this conversation has scheduled or moved last and that is still to be made; None without one."""
    since = turn.backend.clock.now() - RECENT
    rows = await list_by_actor(turn.session, turn.conversation_id, since)
    for row in sorted((row for row in rows if row.act in SCHEDULING_ACTS), key=lambda row: row.id, reverse=True):
        number = (row.after or {}).get("confirmation")
        item = await turn.session.scalar(
            select(ScheduledPayment).where(
                ScheduledPayment.confirmation == number, ScheduledPayment.status == "scheduled"
            )
        )
        if item is not None:
            return item
    return None


async def select_payment(turn: Turn, item: ScheduledPayment) -> None:
    """Let the form begin with this payment, on its account: the member may have looked at another one meanwhile."""
    turn.set("sched_item", str(item.id))
    identity = await turn.identity()
    if identity.member is None or identity.account is None or identity.account.id == item.account_id:
        return
    account = await turn.session.get_one(Account, item.account_id)
    if account.member_id == identity.member.id:
        turn.set_identity(await identities.switch(turn.session, turn.backend, turn.conversation_id, account))


async def open_cancel(turn: Turn) -> bool:
    """Ask whether to cancel the payment that this conversation has scheduled. False if none stands."""
    item = await find_standing_payment(turn)
    if item is None:
        return False
    await select_payment(turn, item)
    turn.set("sched_act", "cancel")
    turn.add_followup_action(SCHEDULED)
    return True


async def tell_standing_payment(turn: Turn) -> bool:
    """Say that the payment of this conversation stays scheduled. False if none stands."""
    item = await find_standing_payment(turn)
    if item is not None:
        tell_stays(turn, item)
    return item is not None


def tell_stays(turn: Turn, item: ScheduledPayment) -> None:
    """Say that this payment is still to be made."""
    told = tr(
        "The payment of {amount} stays scheduled for {day}, number {number}. To stop it, say: cancel the payment.",
        amount=format_cents(item.amount_cents + item.fee_cents),
        day=format_day(item.run_on, turn.backend.today()),
        number=item.confirmation,
    )
    turn.utter("utter_told", told=told)


async def find_latest_form(turn: Turn) -> str | None:
    """The form of the payment or Auto Pay that this conversation has set up or changed last; None without one."""
    latest = await _find_latest_act(turn)
    return FORM_BY_ACT[latest][0] if latest is not None else None


async def _find_latest_act(turn: Turn) -> str | None:
    since = turn.backend.clock.now() - RECENT
    rows = [row for row in await list_by_actor(turn.session, turn.conversation_id, since) if row.act in FORM_BY_ACT]
    return max(rows, key=lambda row: row.at).act if rows else None
