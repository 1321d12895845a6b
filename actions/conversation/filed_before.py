"""With no task open: what was filed, arranged or told to the office before is taken back, corrected or added to."""

from __future__ import annotations

import re
from typing import Any

from actions import follow_ups, side_questions, subjects
from actions.arrangement.hearing import ends_it
from actions.cases.taking_back import LETS_GO, WITHDRAW, tell_what_stands, which_is_meant
from actions.cases.taking_back import take_back as take_back_ticket
from actions.conversation.undo import take_back
from actions.form import RESTORED
from actions.person.booked import adds_to_the_call, asks_about_the_call, moves_the_call
from actions.person.subject import CANCELS, cancel_call
from actions.turn import Turn
from backend.handover.transcript import plain_line
from backend.language import SPANISH
from backend.reading.acts.signals import is_request
from backend.reading.day import Day
from backend.reading.passes_on import passes_on
from backend.reading.spanish import glossed
from backend.tickets import service as tickets
from backend.tickets.kinds import PROMISED

NEVER_CALL = re.compile(r"\b(?:stop|quit) call\w*|\b(?:don'?t|do not) call\b", re.IGNORECASE)
LIKELY = 0.5


async def restored(turn: Turn, offer: Any) -> bool:
    """`I don't need a call, just put it down that the power is back`."""
    if not any(clause.intent == RESTORED and clause.confidence >= LIKELY for clause in turn.statistics.clauses):
        return False
    turn.follow_with("action_outage_restored")
    return True


async def takes_back_what_was_done(turn: Turn, offer: Any) -> bool:
    """Taken back where that is meant; else what stands is named: nothing is "not open" that is."""
    if which_is_meant(turn.text, offer) and await take_back_ticket(turn, newest=False):
        return True
    said = (
        turn.text if turn.language == SPANISH else f"{turn.text} {glossed(turn.own_words)}"
    )  # "retírelo", in any talk
    ends = ends_it(said)
    if (WITHDRAW.search(said) or ends) and await take_back(turn):
        return True
    if ends:
        turn.say("utter_arrangement_none")
        return True
    asked_back = is_request(turn.text) and subjects.nearness(turn) >= side_questions.NEAR_INSTEAD
    if asked_back or follow_ups.is_one(turn) or not (turn.does("cancel") or turn.intent == "cancel"):
        return False  # "can I get that back" asks for money that was paid
    # "forget it, bye" leaves; what was done before stands
    let_go = bool(LETS_GO.search(turn.text)) or turn.does("social")
    meant = any(act.kind == "cancel" and act.certain for act in turn.acts) and not let_go
    if not (meant and await take_back(turn)) and not await tell_what_stands(turn):
        turn.say("utter_nothing_open")
    return True


async def booked_call(turn: Turn, offer: Any) -> bool:
    """Something about the call that is arranged: another time, or a word more for who calls."""
    if CANCELS.search(turn.text):
        if await cancel_call(turn):
            return True
        if not NEVER_CALL.search(turn.text):  # "stop calling me" is of other calls
            turn.say("utter_callback_none")
            return True
    words = str((offer.get("slots") or {}).get("callback_about") or "") if is_a_call(offer) else ""
    return await adds_to_the_call(turn, words) or await moves_the_call(turn) or await asks_about_the_call(turn)


async def corrects_the_filed(turn: Turn, offer: Any) -> bool:
    """`No wait, not the 15th, the 16th`, right behind a request to the office: it is written onto that request."""
    standing = [
        one for one in await tickets.of_conversation(turn.session, turn.conversation_id) if one.kind in PROMISED
    ]
    if not standing or standing[0].number not in turn.last_said():
        return False
    other_day = isinstance(turn.read("date").day, Day) and len(turn.text.split()) > 1
    if (
        turn.does("ask", "cancel", "start", "person")
        or WITHDRAW.search(turn.text)
        or not (turn.does("correct") or other_day)
    ):
        return False
    words = plain_line(turn.whole_words)
    await tickets.add_note(turn.session, turn.backend, standing[0], turn.conversation_id, words)
    turn.say("utter_case_added", number=standing[0].number, called="", own=True)
    return True


async def passed_on(turn: Turn, offer: Any) -> bool:
    """`Tell the office it was the wrong number` is a request to the office, read back before it is sent."""
    if not passes_on(turn.whole_words):
        return False
    turn.set("case_kind", "other")
    turn.follow_with("case_form")
    return True


def is_a_call(offer: Any) -> bool:
    """Whether a call from the office is what was offered."""
    return isinstance(offer, dict) and offer.get("opener") == "callback_form"
