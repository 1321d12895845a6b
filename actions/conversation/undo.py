"""Taking back what this conversation did: found in the audit trail, so that nothing is said to be open that is not.

A ticket is withdrawn at once. What touches money or the account is asked about first, by the task that undoes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from actions.cases import withdrawal
from actions.turn import Turn
from backend.audit.models import AuditRow
from backend.audit.service import list_by_actor
from backend.payments.models import ScheduledPayment
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.tickets import service as tickets

RECENT = timedelta(hours=12)
MONEY_PLANS = frozenset({"arrangement"})
"""Named like a ticket, and kept as a plan of its own where it was granted."""
Slots = dict[str, Any]


def _fixed_slots(**slots: Any) -> Callable[[AuditRow], Slots]:
    return lambda row: dict(slots)


# what was done -> the task that undoes it, and what it is told
UNDO_TASKS: dict[str, tuple[str, Callable[[AuditRow], Slots]]] = {
    "autopay_set_up": ("autopay_form", _fixed_slots(auto_act="cancel")),
    "autopay_changed": ("autopay_form", _fixed_slots(auto_act="change")),
    "program_enrolled": ("budget_form", _fixed_slots(program_act="leave")),
    "paperless_on": ("bill_notifications_form", _fixed_slots(paper_wish="paper")),
    "paperless_off": ("bill_notifications_form", _fixed_slots(paper_wish="email")),
    "alerts_on": ("alerts_form", _fixed_slots()),
    "alerts_off": ("alerts_form", _fixed_slots()),
    "contact_phone": ("contact_form", _fixed_slots(contact_what="phone")),
    "contact_email": ("contact_form", _fixed_slots(contact_what="email")),
    "contact_address": ("contact_form", _fixed_slots(contact_what="address")),
}


async def undo_last_action(turn: Turn) -> bool:
    """Take back, or offer to, what this conversation did last and still stands. False: nothing stands."""
    for row in await list_by_actor(turn.session, turn.conversation_id, turn.backend.clock.now() - RECENT):
        if row.act.startswith("ticket_") and await _withdraw(turn, str((row.after or {}).get("number"))):
            return True
        if detect_ticket_kinds(turn.text) - MONEY_PLANS:
            continue  # a report is named, and nothing else is taken back for it
        if row.act == "payment_confirmed":
            turn.utter("utter_undo_payment", confirmation=str((row.after or {}).get("confirmation")))
            return True
        if row.act == "arrangement_granted":
            turn.utter("utter_undo_arrangement", number=str((row.after or {}).get("number")))
            return True
        if row.act == "scheduled_payment_confirmed" and await _cancel_scheduled(turn, row):
            return True
        if row.act in UNDO_TASKS:
            opener, slots = UNDO_TASKS[row.act]
            for slot, value in slots(row).items():
                turn.set(slot, value)
            turn.add_followup_action(opener)
            return True
    return False


async def _withdraw(turn: Turn, number: str) -> bool:
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    return any(ticket.number == number for ticket in filed) and await withdrawal.withdraw_ticket(turn)


async def _cancel_scheduled(turn: Turn, row: AuditRow) -> bool:
    number = (row.after or {}).get("confirmation")
    item = await turn.session.scalar(
        select(ScheduledPayment).where(ScheduledPayment.confirmation == number, ScheduledPayment.status == "scheduled")
    )
    if item is None:
        return False
    turn.set("sched_act", "cancel")
    turn.set("sched_item", str(item.id))
    turn.add_followup_action("scheduled_form")
    return True
