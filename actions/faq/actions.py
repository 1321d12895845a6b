"""Questions with one fixed answer each; the texts are in data/faq/responses.yml and data/responses.yml."""

from __future__ import annotations

from actions import agenda, follow_ups, side_questions, subject_matching
from actions.base import SkillAction
from actions.conversation.no_open_task import handle_danger_or_report, handle_without_task
from actions.disambiguation import save_identity_numbers
from actions.faq.hours import format_hours_for_question
from actions.faq.several_wishes import HOURS_INTENT, MIN_CONFIDENCE, answer_each, utter_answer
from actions.form import SMALL_TALK_INTENTS
from actions.turn import Turn
from backend.reading.acts.signals import is_small_talk
from backend.reading.money.payment_words import says_already_paid
from backend.reading.service.faq_topics import asks_where_to_mail, select_response

NARROW_INTENTS = frozenset({"faq_member_number"})
"""Intents with so narrow an answer that a certain subject goes first: `how do you know my card number`."""
MAIL_SUBJECT = "pay_by_mail"
CAPABILITIES_SUBJECT = "what_can_you_do"
MIN_SUBJECT_SCORE = 0.93
"""From this score on, a subject goes before any answer of the FAQ."""


class ActionAnswer(SkillAction):
    action_name = "action_answer"
    backend_package = "backend.coop"

    async def act(self, turn: Turn) -> None:
        if await handle_danger_or_report(turn):
            return
        if says_already_paid(turn.full_text) and not turn.get("open_task"):
            turn.add_followup_action("payment_status_form")  # and not when or where the office takes payments
            return
        if side_questions.is_goodbye(turn) and not turn.get("open_task"):
            turn.clear("offer")
            turn.utter("utter_answer_goodbye")
            return
        if await side_questions.answer_scam(turn):
            return
        if (listed := subject_matching.listed_subject(turn)) is not None:
            turn.set("misses", 0)
            await side_questions.answer_subject(turn, listed)  # what the office has published goes before the FAQ
            return
        if await answer_each(turn) or (
            turn.has_act("ask")
            and (
                await follow_ups.answer_follow_up(turn)
                or await side_questions.answer_uncertain_question(turn, _required_confidence(turn))
            )
        ):
            return
        asks_hours = turn.intent == HOURS_INTENT
        if asks_hours and (hours := format_hours_for_question(turn, turn.full_text)):
            turn.set("misses", 0)
            turn.utter("utter_told", told=hours)  # also twice in a row: the days asked about differ
            return
        if asks_hours and asks_where_to_mail(turn.text):
            turn.set("misses", 0)
            await side_questions.answer_subject(turn, turn.backend.knowledge.require(MAIL_SUBJECT))
            return
        if follow_ups.is_follow_up(turn) and follow_ups.was_last_answer(turn):
            # it is about that answer, and the FAQ does not know more
            side_questions.offer_callback(turn, already_answered=True)
            return
        response = select_response(turn.intent, turn.text)
        asks_more = turn.has_act("ask", "start", "person") and not is_small_talk(turn.text)
        if turn.intent in SMALL_TALK_INTENTS and asks_more:  # "thanks. And is there nothing to pay?"
            await handle_without_task(turn, response)
            return
        turn.set("misses", 0)
        if not turn.get("open_task") and agenda.add_requests(turn, turn.acts, ""):
            save_identity_numbers(turn)
            agenda.start_next(turn)  # the other requests of the message are done after the answer
        utter_answer(turn, response)


def _required_confidence(turn: Turn) -> float:
    """The confidence from which the FAQ answers, and not a subject of knowledge/."""
    if turn.intent == "help_capabilities":
        subject = subject_matching.match_message(turn)
        if subject is None or subject.name == CAPABILITIES_SUBJECT:
            return MIN_CONFIDENCE
        # "is there help with the bill" asks for no list of skills
        return side_questions.MIN_UNQUESTIONED_TASK_CONFIDENCE
    score = subject_matching.best_score(turn)
    if score < subject_matching.MIN_CERTAIN_SUBJECT_SCORE:
        return MIN_CONFIDENCE
    if turn.intent in NARROW_INTENTS or score >= MIN_SUBJECT_SCORE:
        return 1.0
    return side_questions.MIN_UNQUESTIONED_TASK_CONFIDENCE
