"""A person, at any time and from anywhere."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import agenda, side_questions
from actions.base import SkillAction, clear_task
from actions.cases.danger_talk import add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.worse import danger_stands, tell_worse
from actions.danger import heed
from actions.manner import comfort
from actions.person.booked import booked
from actions.person.forms import ABOUT, BEFORE, TRIED
from actions.person.handing_over import hand_over
from actions.person.in_danger import SAID, person_in_danger
from actions.person.subject import CANCELS, cancel_call, offered, said_before, subject, tried
from actions.turn import Turn
from backend.reading.asks_in_danger import is_of_a_bill
from backend.reading.person_wish import wants_a_call, wants_a_person

logger = logging.getLogger("memberline.person")


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
        if await tell_worse(turn) or await tell_of_the_filed(turn) or await add_to_danger_talk(turn) or heed(turn):
            return
        if await _is_in_danger(turn):
            return
        comfort(turn)
        if CANCELS.search(turn.text) and await cancel_call(turn):
            return
        certain = not turn.whole_words or wants_a_person(turn.whole_words)
        if not certain and turn.does("ask") and await side_questions.answer_all(turn):
            agenda.take_in(turn, turn.acts, "")
            agenda.go_on(turn)
            return
        is_open = turn.backend.coop.is_open(turn.backend.clock.now())
        calls = wants_a_call(turn.whole_words) and turn.channel != "voice"
        if is_open and not calls:
            await hand_over(turn, "utter_person")
        elif not is_open and not turn.words_of("utter_person") and await booked(turn) is None:
            await hand_over(turn, "utter_person")  # when they open, and what is answered at any hour; told once
        known = {ABOUT: offered(turn) or subject(turn), BEFORE: said_before(turn), TRIED: tried(turn)}
        agenda.take_in(turn, [act for act in turn.acts if act.words and not wants_a_person(act.words)], "")
        clear_task(turn)
        turn.clear("offer")
        for slot, value in known.items():
            turn.set(slot, value)
        turn.end_task()
        if calls or not is_open:
            turn.follow_with("callback_form")


async def _is_in_danger(turn: Turn) -> bool:
    """Whoever has something urgent open hears who answers now, once, instead of when the office can call."""
    if turn.words_of(SAID) or turn.backend.coop.is_open(turn.backend.clock.now()) or is_of_a_bill(turn.whole_words):
        return False
    if await danger_stands(turn) is None:
        return False
    await person_in_danger(turn)
    return True
