"""A person, at any time and from anywhere."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import side_questions
from actions.base import SkillAction, clear_task
from actions.danger import heed
from actions.person.forms import ABOUT, TRIED
from actions.person.handing_over import hand_over
from actions.person.subject import CANCELS, cancel_call, subject_in, tried
from actions.turn import Turn

logger = logging.getLogger("memberline.person")

CALL_ME = re.compile(
    r"\b(call ?back|(?:call|ring|phone) (?:me|us)(?: back)?|(?:give|have) (?:me|someone|somebody).{0,12}\bcall|"
    r"(?:someone|somebody|person) .{0,12}call me)\b",
    re.IGNORECASE,
)


class ActionPerson(SkillAction):
    """In open hours the queue, on the phone the transfer; in closed hours, or when wished, a call at a chosen time."""

    action_name = "action_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        try:
            return await super().run(dispatcher, tracker, domain)
        except (SQLAlchemyError, OSError) as failure:
            logger.error("the queue for a person failed: %s", type(failure).__name__)
        # whatever is broken here, the office has a phone
        dispatcher.messages.clear()
        turn = Turn(self.backend, dispatcher, tracker)
        turn.say("utter_person_by_phone")
        turn.end_task()
        return turn.events()

    async def act(self, turn: Turn) -> None:
        if heed(turn):
            return
        if CANCELS.search(turn.text) and await cancel_call(turn):
            return
        if await side_questions.answered_instead(turn, sure=0.97):
            return
        is_open = turn.backend.coop.is_open(turn.backend.clock.now())
        wants_a_call = bool(CALL_ME.search(turn.text)) and turn.channel != "voice"
        if not wants_a_call or not is_open:
            await hand_over(turn, "utter_person")
        about, was_tried = subject_in(turn), tried(turn)
        clear_task(turn)
        turn.set(ABOUT, about)
        turn.set(TRIED, was_tried)
        turn.end_task()
        if wants_a_call or not is_open:
            turn.follow_with("callback_form")
