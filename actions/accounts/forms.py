"""Forms about one account: a message that names another account of the member switches to it."""

from __future__ import annotations

from typing import ClassVar

from actions.accounts.account_choice import ACCOUNT_ENTITY, find_named_account, list_other_accounts
from actions.accounts.due_answers import (
    DUE_TOPIC,
    TOLD,
    answer_due_questions,
    find_accounts_asked_about,
    format_with_account,
)
from actions.accounts.others_owing import name_account
from actions.base import ExternalCall
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.side_questions import MIN_UNQUESTIONED_TASK_CONFIDENCE
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.account_question import service as account_questions
from backend.members import identity as identities
from backend.members.identity import Identity
from backend.members.service import list_member_accounts
from backend.reading.money.due_questions import asks_what_is_due, only_states_account, split_due_questions

BALANCE_INTENTS = frozenset({"check_balance", "check_due_date"})
FIRST_WORDS = "account_said"
"""The first words of a task, kept until the member's accounts are known."""
SWITCHED, NAMED = "account_switched", "account_named"
"""In the turn's notes: this message switched to another account; the account of the task was said."""
MAX_FIRST_WORDS_LENGTH = 300  # characters
MAX_ACCOUNT_NAME_WORDS = 12
"""In a longer message a place is only mentioned."""


class AccountForm(IdentifiedForm):
    slots: ClassVar[tuple[str, ...]] = (FIRST_WORDS,)
    names_account_itself: ClassVar[bool] = False
    """Whether the task's own words say which of several accounts it is about."""

    async def on_ready(self, turn: Turn, identity: Identity) -> None:
        """Say which of several accounts is acted on: before the first question, and after a switch to another one."""
        is_first = turn.get(REQUESTED_SLOT) in (None, *IDENTITY_SLOTS) or turn.notes.get(SWITCHED)
        if self.is_informational or self.names_account_itself or not is_first or turn.notes.get(NAMED):
            return
        turn.notes[NAMED] = True
        await name_account(turn, identity)

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        """As in the base class, but a question about an account that it names is answered first, and sets nothing."""
        if self.is_informational or not await answer_due_questions(turn, turn.text):
            return await super()._handle_reply(turn, asked)
        _asked, rest = split_due_questions(turn.text)
        understood = await self._extract_rest(turn, asked, rest)
        return await self._ask_next(turn, misses=0, still=asked if understood else None)

    async def _answer_side_question(self, turn: Turn) -> bool:
        """`What's my balance` in the middle of a task is about the account that is open, and about no subject."""
        whole, identity = turn.predictions.whole, await turn.identity()
        is_sure = turn.intent in BALANCE_INTENTS and whole.confidence >= MIN_UNQUESTIONED_TASK_CONFIDENCE
        if self.is_informational or not is_sure or identity.account is None or not asks_what_is_due(turn.text):
            return await super()._answer_side_question(turn)
        answer = await account_questions.answer(turn.session, turn.backend, identity.account, DUE_TOPIC, turn.text)
        if not answer:
            return await super()._answer_side_question(turn)
        has_others = bool(await list_other_accounts(turn, identity))
        turn.utter("utter_told", told=format_with_account(identity.account, identity, answer) if has_others else answer)
        return True

    async def _extract_rest(self, turn: Turn, asked: str | None, rest: str) -> bool:
        """Read what stands beside a question. A bare yes or no there is no answer: it is not clear to what."""
        if not rest or only_states_account(rest):
            return False
        turn.focus(rest)
        if self.question_type(asked) == "yes_no" and (is_yes(turn) or is_no(turn)) and not any(map(str.isdigit, rest)):
            return False
        return await self.extract_slots(turn, asked)

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and not self.is_informational:
            await answer_beside_request(turn)
        if asked is None and turn.text and (await turn.identity()).member is None:
            turn.set(FIRST_WORDS, turn.text[:MAX_FIRST_WORDS_LENGTH])
        if asked in IDENTITY_SLOTS:
            return await super().extract_slots(turn, asked)
        before = (await turn.identity()).account
        # "the other one" that opened this task was handled already; read again it would switch back
        is_named = await switch_to_named_account(turn, other=not turn.was_just_opened())
        after = (await turn.identity()).account
        if before is None or after is None or before.id == after.id:
            return await super().extract_slots(turn, asked) or is_named
        turn.notes[SWITCHED] = True
        self.on_account_changed(turn)  # first: the rest of the message is about the account that it names
        # and a yes or no in it does not answer the question about the previous account
        await super().extract_slots(turn, None)
        return True

    async def on_identified(self, turn: Turn, identity: Identity) -> Identity:
        """Switch to the account of the first words (`pay the barn`), whatever number the member gave later."""
        first_words = str(turn.get(FIRST_WORDS) or "")
        turn.clear(FIRST_WORDS)
        if not self.is_informational and await answer_due_questions(turn, first_words):
            _asked, first_words = split_due_questions(first_words)
        if first_words and len(first_words.split()) <= MAX_ACCOUNT_NAME_WORDS:
            await switch_to_named_account(turn, first_words)
        return await turn.identity()


async def answer_beside_request(turn: Turn) -> None:
    """Answer a question about a named account in a message that opens a task; the task reads the rest."""
    if turn.notes.get(TOLD) or not await answer_due_questions(turn, turn.text):
        return
    _asked, rest = split_due_questions(turn.text)
    if rest:
        turn.focus(rest)


async def switch_to_named_account(turn: Turn, words: str | None = None, *, other: bool = True) -> bool:
    """Switch to the account that this message names, or `words`. With `other`, "the other one" of two is a name.

    Returns whether one was named.
    """
    identity = await turn.identity()
    if identity.member is None:
        return False
    accounts = await list_member_accounts(turn.session, identity.member.id)
    account_words = words or turn.button_value(ACCOUNT_ENTITY) or turn.text
    asked_about = await find_accounts_asked_about(turn, account_words)
    account = asked_about[0] if len(asked_about) == 1 else None  # "that's the barn. how much is the house"
    if account is None:
        here = identity.account if other else None
        account = find_named_account(account_words, identity.member.number, accounts, here)
    if account is None:
        return False
    if identity.account is None or account.id != identity.account.id:
        turn.set_identity(await identities.switch(turn.session, turn.backend, turn.conversation_id, account))
    return True
