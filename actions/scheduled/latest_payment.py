"""`Change it to the 3rd`, right after a payment was set for a day, or Auto Pay was set up: that one is meant."""

from __future__ import annotations

from datetime import timedelta

from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.reading.back_references import refers_to_last_item
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.money.scheduled_payment import asks_to_end_it

AUTOPAY, SCHEDULED = "autopay_form", "scheduled_form"
FORM_BY_ACT = {
    "scheduled_payment_confirmed": (SCHEDULED, "sched_act"),
    "autopay_set_up": (AUTOPAY, "auto_act"),
    "autopay_changed": (AUTOPAY, "auto_act"),
}
"""Acts of the audit trail; the form that changes what they did, and its slot for what is to be done."""
CHANGE_ACTS = {SCHEDULED: "move", AUTOPAY: "change"}
RECENT = timedelta(hours=2)
FORM_BY_SUBJECT = {"autopay": (AUTOPAY, "auto_act"), "scheduled": (SCHEDULED, "sched_act")}
"""What was told last, where this talk has done nothing."""


async def find_form(turn: Turn) -> str | None:
    """The form that the words are for, its slots set; None when they point at nothing that was set or told here."""
    if not refers_to_last_item(turn.text):
        return None
    found = await _find_newest(turn) or FORM_BY_SUBJECT.get(str(turn.get("told_subject")))
    if found is None:
        return None
    form, act = found
    day = turn.extract_values(None).day
    if asks_to_end_it(turn.text):
        turn.set(act, "cancel")
    elif isinstance(day, ParsedDay):
        turn.set(act, CHANGE_ACTS[form])
        if form == SCHEDULED:
            turn.set("sched_day", day.day.isoformat())
        else:
            turn.set("auto_day", str(day.day.day))
    else:
        return None
    return form


async def _find_newest(turn: Turn) -> tuple[str, str] | None:
    since = turn.backend.clock.now() - RECENT
    rows = [row for row in await list_by_actor(turn.session, turn.conversation_id, since) if row.act in FORM_BY_ACT]
    return FORM_BY_ACT[max(rows, key=lambda row: row.at).act] if rows else None
