"""`Change it to the 3rd`, right after a payment was set for a day, or Auto Pay was set up: that one is meant."""

from __future__ import annotations

import re
from datetime import timedelta

from actions.turn import Turn
from backend.audit.service import done_by
from backend.reading.day import Day
from backend.reading.references import points_at_it

AUTOPAY, SCHEDULED = "autopay_form", "scheduled_form"
OPENS = {
    "scheduled_payment_confirmed": (SCHEDULED, "sched_act"),
    "autopay_set_up": (AUTOPAY, "auto_act"),
    "autopay_changed": (AUTOPAY, "auto_act"),
}
"""Acts of the audit trail; the form that changes what they did, and its slot for what is to be done."""
CHANGE = {SCHEDULED: "move", AUTOPAY: "change"}
ENDS = re.compile(r"\b(?:cancel|stop|delete|remove|turn it off|call it off)\b", re.IGNORECASE)
RECENT = timedelta(hours=2)
TOLD = {"autopay": (AUTOPAY, "auto_act"), "scheduled": (SCHEDULED, "sched_act")}
"""What was told last, where this talk has done nothing."""


async def form_for_it(turn: Turn) -> str | None:
    """The form that the words are for, its slots set; None when they point at nothing that was set or told here."""
    if not points_at_it(turn.text):
        return None
    found = await _newest(turn) or TOLD.get(str(turn.get("told_subject")))
    if found is None:
        return None
    form, act = found
    day = turn.read(None).day
    if ENDS.search(turn.text):
        turn.set(act, "cancel")
    elif isinstance(day, Day):
        turn.set(act, CHANGE[form])
        if form == SCHEDULED:
            turn.set("sched_day", day.on.isoformat())
        else:
            turn.set("auto_day", str(day.on.day))
    else:
        return None
    return form


async def _newest(turn: Turn) -> tuple[str, str] | None:
    since = turn.backend.clock.now() - RECENT
    rows = [row for row in await done_by(turn.session, turn.conversation_id, since) if row.act in OPENS]
    return OPENS[max(rows, key=lambda row: row.at).act] if rows else None
