"""Questions with one answer. The words are in data/faq/responses.yml and data/responses.yml, one entry an intent."""

from __future__ import annotations

from actions import agenda, side_questions
from actions.base import SkillAction
from actions.danger import heed
from actions.faq.topics import response_for
from actions.turn import Turn
from backend.language import tr
from backend.money import format_cents


class ActionAnswer(SkillAction):
    action_name = "action_answer"

    async def act(self, turn: Turn) -> None:
        if heed(turn) or await side_questions.answered_instead(turn, sure=0.45):
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


def _fee(cents: int) -> str:
    return tr("a fee of {amount}", amount=format_cents(cents)) if cents else tr("no fee")
