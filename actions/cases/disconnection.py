"""Whoever was shut off: a kind word, what stands on the account where it is known, and a person."""

from __future__ import annotations

from actions.conversation.feelings import acknowledge_feeling
from actions.turn import Turn
from backend.account_question import service as account_questions


async def handle_disconnected(turn: Turn) -> None:
    acknowledge_feeling(turn)
    identity = await turn.identity()
    if identity.account is not None:
        answer = await account_questions.answer(turn.session, turn.backend, identity.account, "shutoff", turn.full_text)
        if answer:
            turn.utter("utter_told", told=answer)
    turn.add_followup_action("action_person")
