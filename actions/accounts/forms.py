"""Forms of members with several accounts: naming another account moves the talk over to it."""

from __future__ import annotations

from typing import ClassVar

from actions.accounts.choice import ACCOUNT, named
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.turn import Turn
from backend.members import identity
from backend.members.identity import Standing
from backend.members.service import accounts_of

SAID = "account_said"
"""The first words of a task, until it is known which accounts they may name."""
MOST_SAID = 300
FEW_WORDS = 12  # in a longer sentence a place is mentioned by the way


class OfSeveralForm(IdentifiedForm):
    """A form about one account. A message that names another of the member's accounts moves the talk over to it."""

    slots: ClassVar[tuple[str, ...]] = (SAID,)

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and turn.text and (await turn.standing()).member is None:
            turn.set(SAID, turn.text[:MOST_SAID])
        if asked in IDENTITY_SLOTS:
            return await super().listen(turn, asked)
        before = (await turn.standing()).account
        # "the other one" that opened this task was heard already, and would lead back
        named_one = await hear_account(turn, other=not turn.just_opened())
        after = (await turn.standing()).account
        if before is None or after is None or before.id == after.id:
            return await super().listen(turn, asked) or named_one
        self.account_changed(turn)  # first: what else the message says is about the account it names
        # and its yes or no is no answer to the question about the one before
        await super().listen(turn, None)
        return True

    async def identified(self, turn: Turn, standing: Standing) -> Standing:
        """`Pay the barn`, said before it was known whose barn: that account is meant, whichever number came after."""
        said = str(turn.get(SAID) or "")
        turn.clear(SAID)
        if said and len(said.split()) <= FEW_WORDS:
            await hear_account(turn, said)
        return await turn.standing()


async def hear_account(turn: Turn, words: str | None = None, *, other: bool = True) -> bool:
    """Go over to the account that this message, or `words`, name, or of two to the `other`; whether they named one."""
    now = await turn.standing()
    if now.member is None:
        return False
    accounts = await accounts_of(turn.session, now.member.id)
    said = words or turn.chosen(ACCOUNT) or turn.text
    account = named(said, now.member.number, accounts, now.account if other else None)
    if account is None:
        return False
    if now.account is None or account.id != now.account.id:
        turn.stands_as(await identity.switch(turn.session, turn.backend, turn.conversation_id, account))
    return True
