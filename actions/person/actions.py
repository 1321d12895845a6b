"""A request for an agent, from any task."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import agenda, side_questions
from actions.base import SkillAction, clear_task
from actions.cases.conversation_tickets import open_danger_ticket
from actions.conversation.feelings import acknowledge_feeling
from actions.conversation.no_open_task import handle_danger_or_report
from actions.danger import signals_danger
from actions.person.agent_handoff import DANGER_HANDOFF_RESPONSE, handoff_in_danger, handoff_to_agent
from actions.person.booked_call import cancel_call, find_booked_call
from actions.person.call_subject import find_offered_subject, find_subject, find_task_tried, list_earlier_messages
from actions.person.forms import ABOUT, BEFORE, TRIED
from actions.turn import Turn
from backend.reading.contact.call_requests import cancels_call
from backend.reading.hazards.emergency_questions import is_about_bill
from backend.reading.live_agent_request import wants_call, wants_call_back, wants_live_agent
from backend.reading.service.outages import states_outage
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER, POWER_KINDS

logger = logging.getLogger("memberline.person")


class ActionPerson(SkillAction):
    """In open hours the queue or, for a caller, the transfer; otherwise, or on request, a call back."""

    action_name = "action_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        try:
            return await super().run(dispatcher, tracker, domain)
        except (SQLAlchemyError, OSError) as failure:
            logger.error("the queue for a person failed: %s", type(failure).__name__)
        # the database is down, but the office can still be called
        dispatcher.messages.clear()
        turn = Turn(self.backend, dispatcher, tracker)
        turn.utter("utter_person_by_phone")
        turn.deactivate_form()
        return turn.new_events()

    async def act(self, turn: Turn) -> None:
        if await self._reports_outage_first(turn) or await handle_danger_or_report(turn):
            return
        is_open = turn.backend.coop.is_open(turn.backend.clock.now())
        told_in_danger = turn.last_text_of(DANGER_HANDOFF_RESPONSE)
        if not is_open and not told_in_danger and not is_about_bill(turn.full_text) and await open_danger_ticket(turn):
            await handoff_in_danger(turn)  # who answers now, and not when the office can call; said once
            return
        acknowledge_feeling(turn)
        if cancels_call(turn.text) and await cancel_call(turn):
            return
        certain = not turn.full_text or wants_live_agent(turn.full_text)
        if not certain and turn.has_act("ask") and await side_questions.answer_all(turn):
            agenda.add_requests(turn, turn.acts, "")
            agenda.start_next(turn)
            return
        # somebody on the phone who says "call me" may mean a person now; "call me back" is plain
        calls = (wants_call_back if turn.channel == "voice" else wants_call)(turn.full_text)
        if is_open and not calls:
            await handoff_to_agent(turn, "utter_person")
        elif not is_open and not turn.last_text_of("utter_person") and await find_booked_call(turn) is None:
            await handoff_to_agent(turn, "utter_person")  # when they open, and what is answered at any hour; said once
        callback_slots = {
            ABOUT: find_offered_subject(turn) or find_subject(turn),
            BEFORE: list_earlier_messages(turn),
            TRIED: find_task_tried(turn),
        }
        agenda.add_requests(turn, [act for act in turn.acts if act.words and not wants_live_agent(act.words)], "")
        clear_task(turn)
        turn.clear("offer")
        for slot, value in callback_slots.items():
            turn.set(slot, value)
        turn.deactivate_form()
        if calls or not is_open:
            turn.add_followup_action("callback_form")

    async def _reports_outage_first(self, turn: Turn) -> bool:
        """`I need a person, my power is out`: the outage is reported, and then the person is offered."""
        if turn.get("open_task") or signals_danger(turn) or not states_outage(turn.full_text, turn.text):
            return False
        filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
        if any(one.kind in POWER_KINDS or one.kind == DANGER for one in filed):
            return False
        agenda.add_item(turn, self.action_name, turn.full_text, {})
        turn.add_followup_action("outage_form")
        return True
