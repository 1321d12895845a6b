"""Creating an online account, on a page of our own, so that no personal number is written in the conversation."""

from __future__ import annotations

from actions.base import SkillAction
from actions.cases.filed_reports import answer_about_filed
from actions.turn import Turn
from backend.logins import login_creation


class ActionCreateAccount(SkillAction):
    action_name = "action_create_account"
    backend_package = "backend.logins"

    async def act(self, turn: Turn) -> None:
        if await answer_about_filed(turn):  # "is it registered" may be about a report
            return
        link = await login_creation.create(turn.session, turn.backend, turn.conversation_id)
        turn.utter("utter_create_account", link=link)
