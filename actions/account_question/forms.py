"""Who asks about their own account is asked who they are, then answered in a sentence or two."""

from __future__ import annotations

from typing import ClassVar

from actions import agenda
from actions.account_question.beside import FEW, keep_wish
from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.follow_ups import LAST
from actions.identity.forms import CODE
from actions.side_questions import TOPIC, WORDS
from actions.turn import REQUESTED, Turn
from backend.account_questions import service as account_questions
from backend.billing import service as billing
from backend.language import mark
from backend.members.identity import Standing
from backend.members.levels import Level

OWED = frozenset({"due_when", "late_fee_now", "shutoff", "what_is_left"})
"""Questions about what is owed."""
GOES_OUT = frozenset({"autopay_status", "next_automatic", "short_month"})
"""Questions about what is paid by itself."""


class AccountQuestionForm(OfSeveralForm):
    form = "account_question_form"
    task = "knowledge"
    title = mark("your question about your account")
    skill = "account_question"
    slots: ClassVar[tuple[str, ...]] = (TOPIC, WORDS)
    informs = True
    opens_with: ClassVar[frozenset[str]] = frozenset()

    def level_needed(self, turn: Turn) -> Level:
        return account_questions.needs(str(turn.get(TOPIC)))

    async def _answered_aside(self, turn: Turn) -> bool:
        """`Can it come from my checking instead?`, while a code is waited for, wishes a change of it."""
        waits = turn.get(REQUESTED) == CODE and turn.get(TOPIC) in GOES_OUT
        return (waits and keep_wish(turn, asks=True)) or await super()._answered_aside(turn)

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if asked != CODE or len(turn.text.split()) <= FEW:
            return False
        if turn.get(TOPIC) in GOES_OUT and keep_wish(turn):
            return True
        told = turn.does("volunteer", "answer", "correct") and not turn.does("ask", "start")
        if told:  # more of what was asked: "my bank shows 112.40 two times"
            turn.set(WORDS, f"{turn.get(WORDS) or ''} {turn.own_words}".strip())
        return told

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None  # every topic needs level 1, which is a level on an account
        topic, words = str(turn.get(TOPIC)), str(turn.get(WORDS) or "")
        told = await account_questions.answer(turn.session, turn.backend, standing.account, topic, words)
        turn.say("utter_told", told=told) if told else turn.say("utter_question_unknown")
        turn.set(LAST, f"account_{topic}")  # "how much?" and "from which card?" go on with it
        if told and topic in OWED and not turn.get("paused_task") and not agenda.wishes(turn):
            await self._offer_payment(turn, standing, topic)
        return None

    @staticmethod
    async def _offer_payment(turn: Turn, standing: Standing, topic: str) -> None:
        """Who hears what is owed may pay it in so many words: "ok pay that with my card"."""
        assert standing.account is not None
        stands = await billing.balance(turn.session, turn.backend, standing.account.id)
        if stands.uncovered_cents <= 0 or standing.account.status == "closed":
            return
        late = topic == "shutoff" and stands.past_due_cents > 0
        turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_amount": "past_due"} if late else {}})
        if late:
            turn.say("utter_balance_offer")
