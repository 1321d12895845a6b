"""Which of a member's accounts is meant."""

from __future__ import annotations

import json
from collections.abc import Sequence

from actions.turn import Turn
from backend.billing.models import Account
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.service import list_member_accounts
from backend.reading.numbers.account_separator import (
    contains_word,
    find_separators,
    mentions_home,
    names_other_account,
    names_the_others,
    split_exception,
)

ACCOUNT_ENTITY = "account"  # the entity of a pressed button; its value is the separator


def find_named_account(
    words: str, base: str, accounts: Sequence[Account], here: Account | None = None
) -> Account | None:
    """The account that the words name by its separator, by its place, or as "the other one" of two than `here`.

    `base` is the member number without a separator. `All of them except the barn` names the other one of two.
    """
    if len(accounts) < 2:
        return None
    words, exception = split_exception(words)
    left_out = find_named_account(exception, base, accounts) if exception else None
    if left_out is not None:
        accounts = [account for account in accounts if account.id != left_out.id]
        if len(accounts) == 1:
            return accounts[0]
    by_separator = {account.separator: account for account in accounts}
    for separator in find_separators(words, base):
        if separator in by_separator:
            return by_separator[separator]
    matches = [account for account in accounts if contains_word(words, account.place_name)]
    if not matches and mentions_home(words):
        matches = [account for account in accounts if not account.place_name]
    if not matches and here is not None and len(accounts) == 2 and names_other_account(words):
        matches = [account for account in accounts if account.id != here.id]
    return matches[0] if len(matches) == 1 else None


def find_asked_accounts(
    words: str, base: str, accounts: Sequence[Account], here: Account | None = None
) -> list[Account]:
    """The accounts that a question names, in the order of the member's accounts; none where one would be guessed."""
    told, _exception = split_exception(words)
    if names_the_others(told) and here is not None:
        return [account for account in accounts if account.id != here.id]
    separators = find_separators(told, base)
    named = [
        account
        for account in accounts
        if account.separator in separators
        or (contains_word(told, account.place_name) if account.place_name else mentions_home(told))
    ]
    if len([account for account in named if not account.place_name and account.separator not in separators]) > 1:
        return []  # two homes
    if len(named) > 1 and len(accounts) > 1:
        return named
    one = find_named_account(words, base, accounts, here)
    return [one] if one is not None else []


async def list_other_accounts(turn: Turn, identity: Identity) -> list[Account]:
    here = identity.known_account.id
    return [
        account for account in await list_member_accounts(turn.session, identity.known_member.id) if account.id != here
    ]


def format_account_label(account: Account, identity: Identity) -> str:
    """`002, barn`; before the step up only the digits, which the member has to know anyway.

    A text is an exception: its answer goes to the phone on file even if its sender is forged, so only the member
    learns the place.
    """
    if identity.level < Level.STEPPED_UP and not identity.is_texting:
        return account.separator
    return f"{account.separator}, {account.short_place}" if account.short_place else account.separator


def format_account_in_question(turn: Turn, account: Account, identity: Identity) -> str:
    """The number of the account; on the phone only its end, with its place for whom may hear it: `...-001, barn`."""
    if turn.channel != "voice":
        return account.number
    place = account.short_place if identity.level >= Level.STEPPED_UP else ""
    return f"...-{account.separator}, {place}" if place else f"...-{account.separator}"


def account_buttons(accounts: Sequence[Account], identity: Identity, intent: str) -> list[dict[str, str]]:
    """One button per account, which sends `intent` with it."""
    return [
        {
            "title": tr("Account {account}", account=format_account_label(account, identity)),
            "payload": f"/{intent}" + json.dumps({ACCOUNT_ENTITY: account.separator}),
        }
        for account in accounts
    ]
