"""Members with several accounts: which one is spoken of, and going over to another."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from actions.turn import Turn
from backend.billing.models import Account
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.service import accounts_of

ACCOUNT_ENTITY = "account"  # what a pressed button carries: the separator
SEPARATOR = re.compile(r"(?<![\d$.,/])(?:(?P<base>\d{4,12})[- ]?)?(?P<separator>0\d\d)(?![\d.,/]\d|\d)")
PLACE_IN_ADDRESS = re.compile(r"\(([^)]+)\)")  # of the service address: "510 Prairie Road (barn)"
HOME_WORDS = re.compile(r"\b(home|house|residence)\b", re.IGNORECASE)
ALL_ACCOUNTS = re.compile(
    r"\b(all|both|every|each)\b[\w ]{0,20}\b(accounts?|meters?|places|bills|together|of them)\b|"
    r"\b(altogether|combined|in total|in all|all together|(?:are|do) they|(?:for|of|on) both)\b",
    re.IGNORECASE,
)
PAY_ALL_ACCOUNTS = re.compile(r"\b(pay|paying|for) (both|all (of them|accounts))\b", re.IGNORECASE)
OTHER_ACCOUNT = re.compile(r"\bother (?:one|account|house|home|place|meter|property|bill)\b", re.IGNORECASE)
MAX_ACCOUNT_NAME_WORDS = (
    6  # "and what about the barn?" names an account; in a longer sentence a place is mentioned by the way
)


def find_named_account(
    words: str, base: str, accounts: Sequence[Account], here: Account | None = None
) -> Account | None:
    """The one of several accounts that the words mean: by its digits behind the dash, by its place, or of two as the
    other than the one that is spoken of, `here`."""
    if len(accounts) < 2:
        return None
    for found in SEPARATOR.finditer(words):
        if found["base"] in (None, base):
            fitting = [account for account in accounts if account.separator == found["separator"]]
            if fitting:
                return fitting[0]
    fitting = [
        a for a in accounts if (place := _place_name(a)) and re.search(rf"\b{re.escape(place)}\b", words, re.IGNORECASE)
    ]
    if not fitting and HOME_WORDS.search(words):
        fitting = [account for account in accounts if not _place_name(account)]
    if not fitting and here is not None and len(accounts) == 2 and OTHER_ACCOUNT.search(words):
        fitting = [account for account in accounts if account.id != here.id]
    return fitting[0] if len(fitting) == 1 else None


def means_all_accounts(words: str) -> bool:
    """`Pay both`, `all my accounts`: each of the member's accounts is meant."""
    return bool(ALL_ACCOUNTS.search(words) or PAY_ALL_ACCOUNTS.search(words))


async def list_other_accounts(turn: Turn, standing: Identity) -> list[Account]:
    """The member's other accounts."""
    assert standing.member is not None  # level 1 is a level on a member's account
    assert standing.account is not None
    here = standing.account.id
    return [account for account in await accounts_of(turn.session, standing.member.id) if account.id != here]


def format_account_label(account: Account, standing: Identity) -> str:
    """`002, barn`; before the step up only the digits, which the member has to know anyway.

    A text in the name of the phone on file is answered to that phone, so that nobody else learns the place.
    """
    if standing.level < Level.STEPPED_UP and not standing.is_texting:
        return account.separator
    name = _place_name(account) or account.service_address.split(",")[0]
    return f"{account.separator}, {name}" if name else account.separator


def account_buttons(accounts: Sequence[Account], standing: Identity, intent: str) -> list[dict[str, str]]:
    """One button an account, for doing `intent` with it."""
    return [
        {
            "title": tr("Account {account}", account=format_account_label(account, standing)),
            "payload": f"/{intent}" + json.dumps({ACCOUNT_ENTITY: account.separator}),
        }
        for account in accounts
    ]


def _place_name(account: Account) -> str:
    found = PLACE_IN_ADDRESS.search(account.service_address)
    return found[1] if found else ""
