"""Who asks about their own account is asked who they are, then answered in a sentence or two."""

from __future__ import annotations

from typing import ClassVar

from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.side_questions import LAST, TOPIC, WORDS
from actions.turn import Turn
from backend.account_questions import service as account_questions
from backend.language import mark
from backend.members.identity import Standing
from backend.members.levels import Level


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

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        return False

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None  # every topic needs level 1, which is a level on an account
        topic, words = str(turn.get(TOPIC)), str(turn.get(WORDS) or "")
        told = await account_questions.answer(turn.session, turn.backend, standing.account, topic, words)
        turn.say("utter_told", told=told) if told else turn.say("utter_question_unknown")
        turn.set(LAST, f"account_{topic}")  # "how much?" and "from which card?" go on with it
        return None
