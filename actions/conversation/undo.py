"""Undoes what this conversation did last, as the audit trail has it: a list of our own could differ from it.

A ticket is withdrawn at once. For anything about money or the account, the task that undoes it asks first.
"""

from __future__ import annotations

from datetime import timedelta

from actions.cases import withdrawal
from actions.scheduled.latest_payment import SCHEDULING_ACTS, open_cancel
from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.tickets import service as tickets

RECENT = timedelta(hours=12)
MONEY_PLANS = frozenset({"arrangement"})
"""Kinds that are ticket kinds as well, but no ticket once they were granted."""

UNDO_TASKS: dict[str, tuple[str, dict[str, str]]] = {
    "autopay_set_up": ("autopay_form", {"auto_act": "cancel"}),
    "autopay_changed": ("autopay_form", {"auto_act": "change"}),
    "program_enrolled": ("budget_form", {"program_act": "leave"}),
    "paperless_on": ("bill_notifications_form", {"paper_wish": "paper"}),
    "paperless_off": ("bill_notifications_form", {"paper_wish": "email"}),
    "alerts_on": ("alerts_form", {}),
    "alerts_off": ("alerts_form", {}),
    "contact_phone": ("contact_form", {"contact_what": "phone"}),
    "contact_email": ("contact_form", {"contact_what": "email"}),
    "contact_address": ("contact_form", {"contact_what": "address"}),
}
"""By act of the audit trail: the form that undoes it, and the slots that it starts with."""


async def undo_last_action(turn: Turn) -> bool:
    """Undo what this conversation did last and is still in effect, or offer to. False if there is nothing."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    for row in await list_by_actor(turn.session, turn.conversation_id, turn.backend.clock.now() - RECENT):
        after = row.after or {}
        is_filed = row.act.startswith("ticket_") and any(ticket.number == after.get("number") for ticket in filed)
        if is_filed and await withdrawal.withdraw_ticket(turn):
            return True
        if detect_ticket_kinds(turn.text) - MONEY_PLANS:
            continue  # a report is named, so nothing else is undone
        if row.act == "payment_confirmed":
            turn.utter("utter_undo_payment", confirmation=str(after.get("confirmation")))
            return True
        if row.act == "arrangement_granted":
            turn.utter("utter_undo_arrangement", number=str(after.get("number")))
            return True
        if row.act in SCHEDULING_ACTS and await open_cancel(turn):
            return True
        if row.act in UNDO_TASKS:
            opener, slots = UNDO_TASKS[row.act]
            for slot, value in slots.items():
                turn.set(slot, value)
            turn.add_followup_action(opener)
            return True
    return False
