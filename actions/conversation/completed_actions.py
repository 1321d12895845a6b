"""Whether it is done: answered from what this conversation did, and not from what it meant to do."""

from __future__ import annotations

import re

from actions import subject_matching
from actions.claim_checks import RECENT, list_completed_actions
from actions.turn import Turn
from backend.audit.service import list_by_actor

PAYMENT_INTENTS = frozenset({"payment_status", "payment_history"})
SEEKS_CONFIRMATION = re.compile(
    r"^(?:and |so |ok |okay )?(?:am i|is it|are we|is that|did it|is my)\b|\b(?:right|yes|correct|ok(?:ay)?)\W*$|\?",
    re.IGNORECASE,
)
"""`It's done, right`: a question without the form of one."""
PAYMENT_WORDS = re.compile(r"\b(?:pay\w*|paid|check|money|bank|draft)\b", re.IGNORECASE)
ASKS_IF_DONE = re.compile(
    r"\b(?:is|was|are|so)\b.{0,24}\b(?:done|filed|reported|noted|booked|taken care of|all set|"
    r"set up|sent|in the system|still (?:in|open))\b|"
    r"\b(?:did|have|has) (?:it|that|you|u|they|everything)\b.{0,24}"
    r"\b(?:go|went|gone|work|done|put|write|note|file|report|save|get|book|take|took)\b|"
    r"\b(?:it'?s|that'?s|all|i'?m) (?:done|noted|set|booked)\b|"
    r"\b(?:it'?s|that'?s|is it|is) (?:all )?paid\b|"
    r"^\W*(?:are )?(?:you|u) (?:sure|certain|positive)\W*$|"
    r"\b(?:is|are|am)\b.{0,12}\b(?:on|off)\b(?=.{0,3}\b(?:right|correct|yes|now)\b)",
    re.IGNORECASE,
)
PAYMENT_ACTS = ("payment_confirmed", "scheduled_payment_confirmed", "autopay_set_up")


async def answer_if_done(turn: Turn) -> bool:
    """Answer `is it done?` with what this conversation did. False when that was not asked."""
    if not ASKS_IF_DONE.search(turn.text) or not (turn.has_act("ask") or SEEKS_CONFIRMATION.search(turn.text)):
        return False
    if turn.intent in PAYMENT_INTENTS or PAYMENT_WORDS.search(turn.text):
        # of a payment the account tells, and not this talk; but what both speak of, this talk did
        return (
            bool(SEEKS_CONFIRMATION.search(turn.text)) and await _has_paid(turn) and await send_completed_actions(turn)
        )
    if await send_completed_actions(turn):
        return True
    if turn.predictions.follow_up_score or subject_matching.match_message(turn) is not None:
        return False
    turn.utter("utter_nothing_done")
    return True


async def _has_paid(turn: Turn) -> bool:
    rows = await list_by_actor(turn.session, turn.conversation_id, turn.backend.clock.now() - RECENT)
    return any(row.act in PAYMENT_ACTS for row in rows)


async def send_completed_actions(turn: Turn) -> bool:
    """Name what this conversation did. False when that is nothing."""
    things = await list_completed_actions(turn)
    if things:
        turn.utter("utter_done_so_far", things="; ".join(things))
    return bool(things)
