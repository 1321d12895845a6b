"""A question that the member's own account answers: identify the member, then answer in a sentence or two."""

from __future__ import annotations

from typing import ClassVar

from actions import agenda
from actions.account_question.requests_during_code import MAX_CODE_WORDS, queue_request
from actions.accounts.account_choice import list_other_accounts
from actions.accounts.due_answers import NAMED_TOPICS, format_with_account
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.follow_ups import LAST_SUBJECT
from actions.identity.forms import CODE
from actions.side_questions import TOPIC_SLOT, WORDS_SLOT
from actions.turn import REQUESTED_SLOT, Turn
from backend.account_question import service as account_questions
from backend.language import mark
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.payments.balances import get_balance

BALANCE_TOPICS = frozenset({"due_when", "late_fee_now", "shutoff", "what_is_left"})
"""Questions about what is owed."""
AUTOMATIC_PAYMENT_TOPICS = frozenset({"autopay_status", "next_automatic", "short_month"})
"""Questions about automatic payments."""


class AccountQuestionForm(AccountForm):
    form = "account_question_form"
    task = "knowledge"
    title = mark("your question about your account")
    skill = "account_question"
    slots: ClassVar[tuple[str, ...]] = (TOPIC_SLOT, WORDS_SLOT)
    is_informational = True
    opening_intents: ClassVar[frozenset[str]] = frozenset()

    def level_needed(self, turn: Turn) -> Level:
        return account_questions.required_level(str(turn.get(TOPIC_SLOT)))

    async def _answer_side_question(self, turn: Turn) -> bool:
        """While a code is awaited, `can it come from my checking instead?` asks for a change."""
        awaits_code = turn.get(REQUESTED_SLOT) == CODE and turn.get(TOPIC_SLOT) in AUTOMATIC_PAYMENT_TOPICS
        return (awaits_code and queue_request(turn, asks=True)) or await super()._answer_side_question(turn)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked != CODE or len(turn.text.split()) <= MAX_CODE_WORDS:
            return False
        if turn.get(TOPIC_SLOT) in AUTOMATIC_PAYMENT_TOPICS and queue_request(turn):
            return True
        adds_detail = turn.has_act("volunteer", "answer", "correct") and not turn.has_act("ask", "start")
        if adds_detail:  # "my bank shows 112.40 two times"
            turn.set(WORDS_SLOT, f"{turn.get(WORDS_SLOT) or ''} {turn.focused_text}".strip())
        return adds_detail

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        topic, words = str(turn.get(TOPIC_SLOT)), str(turn.get(WORDS_SLOT) or "")
        answer = await account_questions.answer(turn.session, turn.backend, identity.known_account, topic, words)
        if answer and topic in NAMED_TOPICS and await list_other_accounts(turn, identity):
            answer = format_with_account(identity.known_account, identity, answer)
        turn.utter("utter_told", told=answer) if answer else turn.utter("utter_question_unknown")
        turn.set(LAST_SUBJECT, f"account_{topic}")  # "how much?" and "from which card?" then follow up on it
        if answer and topic in BALANCE_TOPICS and not turn.get("paused_task") and not agenda.pending_items(turn):
            await self._offer_payment(turn, identity, topic)
        return None

    @staticmethod
    async def _offer_payment(turn: Turn, identity: Identity, topic: str) -> None:
        """Offer to pay what is owed, so that "ok pay that with my card" works."""
        account = identity.known_account
        balance = await get_balance(turn.session, turn.backend, account.id)
        if balance.uncovered_cents <= 0 or account.status == "closed":
            return
        is_late = topic == "shutoff" and balance.past_due_cents > 0
        turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_amount": "past_due"} if is_late else {}})
        if is_late:
            turn.utter("utter_balance_offer")
