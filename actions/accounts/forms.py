"""Forms about one of a member's accounts: naming another account switches to it."""

from __future__ import annotations

from typing import ClassVar

from actions.accounts.account_choice import ACCOUNT_ENTITY, find_named_account
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.turn import Turn
from backend.members import identity as identities
from backend.members.identity import Identity
from backend.members.service import accounts_of

FIRST_WORDS = "account_said"
"""The first words of a task, kept until the member's accounts are known."""
MAX_FIRST_WORDS_LENGTH = 300
MAX_ACCOUNT_NAME_WORDS = 12  # in a longer sentence a place is only mentioned


class AccountForm(IdentifiedForm):
    """A form about one account. A message that names another of the member's accounts switches to it."""

    slots: ClassVar[tuple[str, ...]] = (FIRST_WORDS,)

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and turn.text and (await turn.identity()).member is None:
            turn.set(FIRST_WORDS, turn.text[:MAX_FIRST_WORDS_LENGTH])
        if asked in IDENTITY_SLOTS:
            return await super().extract_slots(turn, asked)
        before = (await turn.identity()).account
        # "the other one" that opened this task was handled already; read again it would switch back
        named_one = await switch_to_named_account(turn, other=not turn.was_just_opened())
        after = (await turn.identity()).account
        if before is None or after is None or before.id == after.id:
            return await super().extract_slots(turn, asked) or named_one
        self.on_account_changed(turn)  # first: what else the message says is about the account it names
        # its yes or no does not answer the question about the previous account
        await super().extract_slots(turn, None)
        return True

    async def on_identified(self, turn: Turn, identity: Identity) -> Identity:
        """`Pay the barn`, said before the member was identified: that account is meant, whatever number came later."""
        first_words = str(turn.get(FIRST_WORDS) or "")
        turn.clear(FIRST_WORDS)
        if first_words and len(first_words.split()) <= MAX_ACCOUNT_NAME_WORDS:
            await switch_to_named_account(turn, first_words)
        return await turn.identity()


async def switch_to_named_account(turn: Turn, words: str | None = None, *, other: bool = True) -> bool:
    """Switch to the account named by this message, or by `words`; of two, with `other`, to the other one.

    Returns whether one was named.
    """
    now = await turn.identity()
    if now.member is None:
        return False
    accounts = await accounts_of(turn.session, now.member.id)
    account_words = words or turn.button_value(ACCOUNT_ENTITY) or turn.text
    account = find_named_account(account_words, now.member.number, accounts, now.account if other else None)
    if account is None:
        return False
    if now.account is None or account.id != now.account.id:
        turn.set_identity(await identities.switch(turn.session, turn.backend, turn.conversation_id, account))
    return True
