"""Whether it is done: answered from what this conversation did, and not from what it meant to do."""

from __future__ import annotations

import re
from datetime import timedelta

from actions.cases.kinds import title
from actions.turn import Turn
from backend.audit.models import AuditRow
from backend.audit.service import done_by
from backend.language import mark, tr
from backend.tickets import service as tickets

RECENT = timedelta(hours=12)
IS_IT_DONE = re.compile(
    r"\b(?:is|was|are|so)\b.{0,24}\b(?:done|filed|reported|noted|booked|taken care of|all set|"
    r"set up|sent|in the system|still (?:in|open))\b|"
    r"\b(?:did|have|has) (?:it|that|you|u|they|everything)\b.{0,24}"
    r"\b(?:go|went|gone|work|done|put|write|note|file|report|save|get|book|take|took)\b|"
    r"\b(?:it'?s|that'?s|all|i'?m) (?:done|noted|set|booked)\b",
    re.IGNORECASE,
)
DONE = {
    "payment_confirmed": mark("your payment, number {number}"),
    "scheduled_payment_confirmed": mark("a scheduled payment, number {number}"),
    "scheduled_payment_cancelled": mark("a scheduled payment taken off"),
    "autopay_set_up": mark("Auto Pay, set up"),
    "autopay_changed": mark("Auto Pay, changed"),
    "autopay_cancelled": mark("Auto Pay, turned off"),
    "alerts_on": mark("alerts, turned on"),
    "alerts_off": mark("alerts, turned off"),
    "paperless_on": mark("paperless bills, turned on"),
    "paperless_off": mark("paper bills, turned on"),
    "program_enrolled": mark("the billing program, joined"),
    "program_left": mark("the billing program, left"),
    "contact_phone": mark("your phone number, changed"),
    "contact_email": mark("your email address, changed"),
    "contact_mailing_address": mark("your mailing address, changed"),
}


async def tell_what_is_done(turn: Turn) -> bool:
    """Answer `is it done?` with what this conversation did. False when that was not asked."""
    if not IS_IT_DONE.search(turn.text):
        return False
    since = turn.backend.clock.now() - RECENT
    things = [words for row in await done_by(turn.session, turn.conversation_id, since) if (words := _words(row))]
    for ticket in await tickets.of_conversation(turn.session, turn.conversation_id):
        things.append(tr("{what}, number {number}", what=title(ticket.kind), number=ticket.number))
    if things:
        turn.say("utter_done_so_far", things="; ".join(dict.fromkeys(things)))
    else:
        turn.say("utter_nothing_done")
    return True


def _words(row: AuditRow) -> str | None:
    if row.act not in DONE:
        return None
    return tr(DONE[row.act], number=str((row.after or {}).get("confirmation") or ""))
