"""Answers `is it done?` from what this conversation really did."""

from __future__ import annotations

from actions import subject_matching
from actions.claim_checks import RECENT, list_completed_actions
from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.reading.acts.task_control import asks_if_done, asks_only_if_done, mentions_payment, seeks_confirmation

PAYMENT_INTENTS = frozenset({"payment_status", "payment_history"})
PAYMENT_ACTS = ("payment_confirmed", "scheduled_payment_confirmed", "autopay_set_up")


async def answer_if_done(turn: Turn) -> bool:
    """Answer `is it done?` with what this conversation did. False if that was not asked."""
    if not asks_if_done(turn.text) or not (turn.has_act("ask") or seeks_confirmation(turn.text)):
        return False
    if turn.intent in PAYMENT_INTENTS or mentions_payment(turn.text):
        # the account answers for payments, unless this conversation made one and the member asks to confirm it
        return seeks_confirmation(turn.text) and await _has_paid(turn) and await send_completed_actions(turn)
    if await send_completed_actions(turn):
        return True
    names_subject = turn.predictions.follow_up_score or subject_matching.match_message(turn) is not None
    if names_subject and not asks_only_if_done(turn.text):
        return False
    turn.utter("utter_nothing_done")
    return True


async def _has_paid(turn: Turn) -> bool:
    rows = await list_by_actor(turn.session, turn.conversation_id, turn.backend.clock.now() - RECENT)
    return any(row.act in PAYMENT_ACTS for row in rows)


async def send_completed_actions(turn: Turn) -> bool:
    """Name what this conversation did. False if it did nothing."""
    things = await list_completed_actions(turn)
    if things:
        turn.utter("utter_done_so_far", things="; ".join(things))
    return bool(things)
