"""Whoever was shut off: a kind word, what stands on the account where it is known, and a person."""

from __future__ import annotations

from actions.manner import comfort
from actions.turn import Turn
from backend.account_questions import service as account_questions


async def meet_cut_off(turn: Turn) -> None:
    comfort(turn)
    standing = await turn.standing()
    if standing.account is not None:
        told = await account_questions.answer(turn.session, turn.backend, standing.account, "shutoff", turn.whole_words)
        if told:
            turn.say("utter_told", told=told)
    turn.follow_with("action_person")
