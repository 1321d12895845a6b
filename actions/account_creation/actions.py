"""Making an online account: on a page of its own, so that no digit of the holder's comes into the talk."""

from __future__ import annotations

from actions.base import SkillAction
from actions.cases.filed import tell_of_the_filed
from actions.turn import Turn
from backend.logins import creation


class ActionCreateAccount(SkillAction):
    action_name = "action_create_account"

    async def act(self, turn: Turn) -> None:
        if await tell_of_the_filed(turn):  # "is it registered", of a report
            return
        link = await creation.create(turn.session, turn.backend, turn.conversation_id)
        turn.say("utter_create_account", link=link)
