"""Questions with one answer. The words are in data/faq/responses.yml and data/responses.yml, one entry an intent."""

from __future__ import annotations

from actions import agenda, follow_ups, side_questions, subjects
from actions.base import SkillAction
from actions.cases.danger_talk import add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.worse import tell_worse
from actions.conversation.unasked import resolve
from actions.danger import heed
from actions.faq.hours import told_of_the_day
from actions.faq.topics import response_for
from actions.form import MANNERS
from actions.turn import Turn
from backend.language import tr
from backend.money import format_cents
from backend.reading.acts.signals import only_social

NARROW = frozenset({"faq_member_number"})
"""Of one thing only: `how do you know my card number` is nearer to another."""
HOURS = "faq_hours_contact"
HELP, SURE = "help_capabilities", 0.45
NEARLY_IT = 0.93


class ActionAnswer(SkillAction):
    action_name = "action_answer"

    async def act(self, turn: Turn) -> None:
        if await tell_worse(turn) or await tell_of_the_filed(turn) or await add_to_danger_talk(turn) or heed(turn):
            return
        if side_questions.leaves(turn) and not turn.get("open_task"):
            turn.clear("offer")
            turn.say("utter_answer_goodbye")
            return
        if await side_questions.warned_of_a_scam(turn):
            return
        if turn.does("ask") and (
            await follow_ups.answered(turn) or await side_questions.answered_instead(turn, _sure(turn))
        ):
            return
        if follow_ups.is_one(turn) and follow_ups.just_told(turn):  # of that, and not of what the FAQ has
            side_questions.offer_a_call(turn, known=True)
            return
        if turn.intent in MANNERS and turn.does("ask", "start", "person") and not only_social(turn.text):
            await resolve(turn, response_for(turn.intent, turn.text))  # "thanks. And is there nothing to pay?"
            return
        if turn.intent == HOURS and (told := told_of_the_day(turn, turn.whole_words)):
            turn.set("misses", 0)
            turn.say("utter_told", told=told)
            return
        coop = turn.backend.coop
        turn.set("misses", 0)
        if not turn.get("open_task") and agenda.take_in(turn, turn.acts, ""):
            agenda.go_on(turn)  # wishes beside the question: each is done after the answer
        turn.say(
            response_for(turn.intent, turn.text),
            address=coop.address,
            mail=coop.mail,
            email=coop.email,
            website=coop.website,
            card_fee=_fee(coop.card_fee_cents),
            bank_fee=_fee(coop.bank_fee_cents),
        )


def _sure(turn: Turn) -> float:
    """How sure a question of the FAQ must be to go before a subject of knowledge/."""
    if turn.intent == HELP:  # "is there help with the bill, like some program" asks for no list of skills
        return side_questions.SURE_OF_A_TASK if subjects.nearest_other_than_skills(turn) else SURE
    near = subjects.nearness(turn)
    if near < subjects.NEAR_FOR_SURE:
        return SURE
    return 1.0 if turn.intent in NARROW or near >= NEARLY_IT else side_questions.SURE_OF_A_TASK


def _fee(cents: int) -> str:
    return tr("a fee of {amount}", amount=format_cents(cents)) if cents else tr("no fee")
