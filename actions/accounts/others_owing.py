"""What the member's other accounts owe: whoever hears that nothing is due here must not believe that all is paid."""

from __future__ import annotations

from collections.abc import Mapping

from actions.accounts.account_choice import format_account_label, list_other_accounts
from actions.turn import Turn
from backend.billing.models import Account
from backend.language import join_words, tr
from backend.members.identity import Identity
from backend.members.service import list_member_accounts
from backend.money import format_cents
from backend.payments.balances import get_balance


async def list_owing(turn: Turn, identity: Identity) -> Mapping[Account, int]:
    """The cents due on each of the member's open accounts that owes something; a prepaid one owes nothing."""
    owing = {}
    for account in await list_member_accounts(turn.session, identity.known_member.id):
        balance = await get_balance(turn.session, turn.backend, account.id)
        if account.status != "closed" and not balance.prepaid and balance.amount_due_cents > 0:
            owing[account] = balance.amount_due_cents
    return owing


async def tell_others_owing(turn: Turn, identity: Identity) -> bool:
    """Name the other accounts that owe something, with the amounts. Returns whether there is one."""
    here = identity.known_account.id
    owing = {each: cents for each, cents in (await list_owing(turn, identity)).items() if each.id != here}
    return _tell(turn, identity, owing, tr("Also due: {listed}."))


async def tell_owing(turn: Turn, identity: Identity) -> bool:
    """Name all accounts that owe something, this one too. Returns whether there is one."""
    return _tell(turn, identity, await list_owing(turn, identity), tr("Due now: {listed}."))


def _tell(turn: Turn, identity: Identity, owing: Mapping[Account, int], text: str) -> bool:
    if not owing:
        return False
    listed = [
        tr("{amount} on account {account}", amount=format_cents(cents), account=format_account_label(each, identity))
        for each, cents in owing.items()
    ]
    turn.utter("utter_told", told=text.format(listed=join_words(listed)))
    return True


async def name_account(turn: Turn, identity: Identity) -> None:
    """Say which of several accounts the task is about."""
    if await list_other_accounts(turn, identity):
        turn.utter("utter_balance_account", account=format_account_label(identity.known_account, identity))
