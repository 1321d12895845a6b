"""Questions with one answer. The words are in data/faq/responses.yml and data/responses.yml, one entry an intent."""

from __future__ import annotations

from actions import agenda, follow_ups, side_questions, subject_matching
from actions.base import SkillAction
from actions.cases.danger_talk import add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.conversation.no_open_task import handle_without_task
from actions.danger import handle_danger
from actions.faq.hours import format_hours_for_day
from actions.form import SMALL_TALK_INTENTS
from actions.turn import Turn
from backend.language import tr
from backend.money import format_cents
from backend.reading.acts.signals import is_small_talk
from backend.reading.service.faq_topics import select_response

NARROW_INTENTS = frozenset({"faq_member_number"})
"""Of one thing only: `how do you know my card number` is nearer to another."""
HOURS_INTENT = "faq_hours_contact"
HELP_INTENT, MIN_CONFIDENCE = "help_capabilities", 0.45
MIN_SUBJECT_SCORE = 0.93


class ActionAnswer(SkillAction):
    action_name = "action_answer"
    backend_package = "backend.coop"

    async def act(self, turn: Turn) -> None:
        if (
            await handle_danger_update(turn)
            or await answer_about_filed(turn)
            or await add_danger_details(turn)
            or handle_danger(turn)
        ):
            return
        if side_questions.is_goodbye(turn) and not turn.get("open_task"):
            turn.clear("offer")
            turn.utter("utter_answer_goodbye")
            return
        if await side_questions.answer_scam(turn):
            return
        if turn.has_act("ask") and (
            await follow_ups.answer_follow_up(turn)
            or await side_questions.answer_uncertain_question(turn, _required_confidence(turn))
        ):
            return
        if follow_ups.is_follow_up(turn) and follow_ups.was_last_answer(turn):  # of that, and not of what the FAQ has
            side_questions.offer_callback(turn, known=True)
            return
        if (
            turn.intent in SMALL_TALK_INTENTS
            and turn.has_act("ask", "start", "person")
            and not is_small_talk(turn.text)
        ):
            await handle_without_task(
                turn, select_response(turn.intent, turn.text)
            )  # "thanks. And is there nothing to pay?"
            return
        if turn.intent == HOURS_INTENT and (hours := format_hours_for_day(turn, turn.full_text)):
            turn.set("misses", 0)
            turn.utter("utter_told", told=hours)
            return
        coop = turn.backend.coop
        turn.set("misses", 0)
        if not turn.get("open_task") and agenda.add_requests(turn, turn.acts, ""):
            agenda.start_next(turn)  # wishes beside the question: each is done after the answer
        turn.utter(
            select_response(turn.intent, turn.text),
            address=coop.address,
            mail=coop.mail,
            email=coop.email,
            website=coop.website,
            card_fee=_format_fee(coop.card_fee_cents),
            bank_fee=_format_fee(coop.bank_fee_cents),
        )


def _required_confidence(turn: Turn) -> float:
    """How sure a question of the FAQ must be to go before a subject of knowledge/."""
    if turn.intent == HELP_INTENT:  # "is there help with the bill, like some program" asks for no list of skills
        return (
            side_questions.MIN_TASK_CONFIDENCE
            if subject_matching.matches_other_than_capabilities(turn)
            else MIN_CONFIDENCE
        )
    near = subject_matching.best_score(turn)
    if near < subject_matching.MIN_CERTAIN_SCORE:
        return MIN_CONFIDENCE
    return 1.0 if turn.intent in NARROW_INTENTS or near >= MIN_SUBJECT_SCORE else side_questions.MIN_TASK_CONFIDENCE


def _format_fee(cents: int) -> str:
    return tr("a fee of {amount}", amount=format_cents(cents)) if cents else tr("no fee")
