"""Several accounts in one payment: which of them, how much on each, and what is left out and why.

The slot TOGETHER holds the accounts while there are two or more: {"shares": [[account id, wish], …] in the order of the
read-back, "named": the ids that the member named one by one, "waiting": cents that no account was named for}. A wish is
cents, `all`, `half`, `past_due` or `rest`. Shares of a bill are worked out anew each time, so that a changed bill is
read back as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.accounts.others_owing import list_owing
from actions.quick_pay.questions import AMOUNT, CONFIRMED_QUOTE, get_chosen_day
from actions.turn import Turn
from backend.billing.models import Account
from backend.language import format_day, join_words, tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.service import list_member_accounts
from backend.money import format_cents, share_of
from backend.payments import prechecks
from backend.payments.balances import Balance, get_balance
from backend.reading.money.account_shares import (
    REST,
    AccountShares,
    NamedPlace,
    fill_rest,
    read_account_shares,
)

TOGETHER = "pay_together"
WHOLE = "all"
ON_ITS_WAY = ("draft_soon", "autopay_soon", "scheduled_exists", "pending_payment")
"""Warnings for which an account is left out, unless it was named one by one."""
MOST_PLACES_WITH_NUMBER = 2
"""By phone, more accounts than that are named by their place alone, so that it takes no longer than twenty seconds."""


@dataclass(frozen=True)
class Line:
    """An account that is paid: cents, without the fee, and what has to be said of it first."""

    account: Account
    balance: Balance
    amount_cents: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """An account that is not paid, and why."""

    account: Account
    reason: str


async def read_accounts(turn: Turn, identity: Identity, words: str) -> tuple[AccountShares, Sequence[Account]]:
    """The accounts and amounts that the words name, and all accounts of the member."""
    member = identity.known_member
    accounts = await list_member_accounts(turn.session, member.id)
    places = [NamedPlace(each.id, each.separator, each.place_name) for each in accounts]
    if len(accounts) < 2:
        return AccountShares(), accounts
    return read_account_shares(words, member.number, places, turn.backend.today()), accounts


async def begin_with_sum(turn: Turn, identity: Identity, cents: Any) -> bool:
    """Begin a payment of all accounts if `cents` is what all of them owe together: it is no overpayment of one."""
    known = await list_owing(turn, identity) if isinstance(cents, int) else {}
    owing = {account.id: due for account, due in known.items()}
    if len(owing) < 2 or sum(owing.values()) != cents:
        return False
    keep(turn, dict.fromkeys(owing, WHOLE), list(owing))  # named one by one, so that none is left out of the sum
    turn.clear(AMOUNT)
    return True


async def begin(turn: Turn, identity: Identity, words: str, *, total: int | None = None) -> bool:
    """Begin a payment of several accounts, if the words name them. Returns whether they do.

    `total` is what was asked for before, in cents: `the rest` is what is left of it.
    """
    read, accounts = await read_accounts(turn, identity, words)
    if read.is_everyone and not read.shares and await begin_with_sum(turn, identity, read.each or read.total):
        turn.notes.pop("amount_problem", None)
        return True
    if read.is_everyone:
        chosen = {each.id: read.shares.get(each.id) or read.each or WHOLE for each in accounts}
    elif (read.adds or REST in read.shares.values()) and len(read.shares) == 1:
        here = identity.known_account.id
        total = None  # it is for the account that is open
        chosen = {here: turn.get(AMOUNT) or WHOLE} | {key: wish or WHOLE for key, wish in read.shares.items()}
    elif not read.is_only or len(read.shares) > 1:
        chosen = {key: wish or WHOLE for key, wish in read.shares.items()}
    else:
        chosen = {}
    chosen = {key: wish for key, wish in chosen.items() if key not in read.left_out}
    if len(chosen) < 2:
        return False
    waiting = read.total if read.is_everyone else None  # who gets how much of it was not said
    keep(turn, fill_rest(chosen, total), list(read.shares), waiting)
    turn.clear(AMOUNT)
    turn.notes.pop("amount_problem", None)
    return True


async def correct(turn: Turn, identity: Identity, asked: str | None) -> bool:
    """Apply what the message says of the accounts of the open payment. Returns whether it says anything."""
    read, accounts = await read_accounts(turn, identity, turn.text)
    chosen, named = chosen_shares(turn), list(turn.get(TOGETHER)["named"])
    waiting = turn.get(TOGETHER).get("waiting")
    if read.is_everyone:
        chosen = {each.id: read.shares.get(each.id) or read.each or WHOLE for each in accounts}
    if read.is_only and read.shares and asked is not None:
        chosen = {key: wish or chosen.get(key, WHOLE) for key, wish in read.shares.items()}
        if waiting and len(chosen) == 1 and None in read.shares.values():
            chosen = chosen_shares(turn) | dict.fromkeys(chosen, waiting)
    else:
        for key, wish in read.shares.items():
            chosen[key] = wish or waiting or chosen.get(key, WHOLE)
    chosen = {key: wish for key, wish in chosen.items() if key not in read.left_out}
    is_total = read.total is not None and REST in chosen.values()
    if not (read.is_everyone or read.shares or read.left_out or is_total) or not chosen:
        return False
    keep(turn, fill_rest(chosen, read.total or waiting), [*named, *read.shares])
    return True


def keep(turn: Turn, chosen: Mapping[int, Any], named: Sequence[int] = (), waiting: int | None = None) -> None:
    turn.set(
        TOGETHER,
        {"shares": [[key, wish] for key, wish in chosen.items()], "named": sorted(set(named)), "waiting": waiting},
    )


def chosen_shares(turn: Turn) -> dict[int, Any]:
    return {int(key): wish for key, wish in (turn.get(TOGETHER) or {}).get("shares", ())}


def take_amount(turn: Turn, total: int | None) -> bool:
    """Apply an amount that was said for no account: a share of every bill, or cents that wait for an account.

    `total` is what was read out, which is no change. Returns whether it changes anything.
    """
    said = turn.get(AMOUNT)
    turn.set(AMOUNT, total)
    if said is None or said == total:
        return False
    kept = turn.get(TOGETHER)
    if REST in chosen_shares(turn).values():
        keep(turn, _answer_rest(turn, said), kept["named"])
    elif isinstance(said, str):
        keep(turn, dict.fromkeys(chosen_shares(turn), WHOLE if said == "bill" else said), kept["named"])
    else:
        keep(turn, chosen_shares(turn), kept["named"], waiting=int(said))
    return True


def _answer_rest(turn: Turn, said: int | str) -> dict[int, Any]:
    """The shares after the answer to how much the rest is: an amount, or all that is due there."""
    chosen = chosen_shares(turn)
    wish = said if isinstance(said, int) or said != "bill" else WHOLE
    return {key: wish if before == REST else before for key, before in chosen.items()}


async def work_out(turn: Turn, identity: Identity) -> tuple[list[Line], list[LeftOut]]:
    """What is paid on each account now, and which are left out."""
    accounts = {each.id: each for each in await list_member_accounts(turn.session, identity.known_member.id)}
    lines: list[Line] = []
    left_out: list[LeftOut] = []
    for account_id, wish in chosen_shares(turn).items():
        if account_id not in accounts:
            continue
        found = await _work_out_one(turn, accounts[account_id], wish)
        if isinstance(found, Line):
            lines.append(found)
        else:
            left_out.append(found)
    return lines, left_out


async def _work_out_one(turn: Turn, account: Account, wish: Any) -> Line | LeftOut:
    balance = await get_balance(turn.session, turn.backend, account.id)
    if account.status == "closed":
        return LeftOut(account, tr("it is closed"))
    if balance.prepaid:
        if not isinstance(wish, int):
            return LeftOut(account, tr("it is prepaid, so name an amount to add"))
    elif balance.amount_due_cents <= 0:
        return LeftOut(account, tr("nothing is due"))
    due = balance.amount_due_cents
    shares = {WHOLE: due, "half": share_of(due, 1, 2), "past_due": balance.past_due_cents}
    cents = wish if isinstance(wish, int) else shares.get(str(wish), due)
    if cents <= 0:
        return LeftOut(account, tr("nothing is past due"))
    day = get_chosen_day(turn)
    warnings = await prechecks.find_warnings(turn.session, turn.backend, account, cents, day)
    on_its_way = next((each for each in warnings if each.code in ON_ITS_WAY), None)
    if on_its_way and account.id not in turn.get(TOGETHER)["named"]:
        return LeftOut(account, _describe(on_its_way, turn.backend.today()))
    told = [_describe(each, turn.backend.today()) for each in warnings if not each.blocking]
    return Line(account, balance, cents, tuple(filter(None, told)))


def _describe(warning: prechecks.PaymentWarning, today: date) -> str:
    """A warning in a few words, to stand behind the name of an account."""
    facts = warning.values
    amount = format_cents(facts["amount_cents"]) if "amount_cents" in facts else ""
    on = format_day(facts["on"], today) if "on" in facts else ""
    number = facts.get("confirmation", "")
    match warning.code:
        case "autopay_soon":
            return tr("Auto Pay takes it on {day}", day=on)
        case "draft_soon":
            return tr("the bank draft takes it on {day}", day=on)
        case "scheduled_exists":
            return tr("{amount} is scheduled for {day}, number {number}", amount=amount, day=on, number=number)
        case "pending_payment":
            return tr("{amount} is on its way, number {number}", amount=amount, number=number)
        case "same_amount_recent":
            return tr("you paid {amount} just now, number {number}", amount=amount, number=number)
        case "over_due":
            return tr("{amount} more than is due", amount=format_cents(facts["over_cents"]))
        case "after_due":
            return tr("after its due date, {day}", day=format_day(facts["due_on"], today))
    return ""


def format_account(turn: Turn, account: Account, count: int = 1) -> str:
    """`barn (..9-002)`; by phone `barn, account 002`, and of more than two accounts the place alone."""
    place = account.short_place or tr("account")
    if turn.channel != "voice":
        return f"{place} ({account.masked_number})"
    if count > MOST_PLACES_WITH_NUMBER:
        return place
    return tr("{place}, account {separator}", place=place, separator=account.separator)


def format_lines(turn: Turn, lines: Sequence[Line]) -> str:
    """`home (..9-001) $112.40, barn (..9-002) $62.18`; by phone `home, account 001: $112.40; …`."""
    is_spoken = turn.channel == "voice"
    between, behind = (": ", "; ") if is_spoken else (" ", ", ")
    return behind.join(
        f"{format_account(turn, one.account, len(lines))}{between}{format_cents(one.amount_cents)}" for one in lines
    )


def format_remarks(identity: Identity, lines: Sequence[Line], left_out: Sequence[LeftOut]) -> str:
    """What has to be known of the accounts before a yes, and which are left out: sentences, or nothing."""
    noted = [
        tr("Note, {account}: {what}.", account=short_name(one.account, identity), what=join_words(one.notes))
        for one in lines
        if one.notes
    ]
    out = [
        tr("Left out: {account}, {reason}.", account=short_name(one.account, identity), reason=one.reason)
        for one in left_out
    ]
    return " ".join([*noted, *out])


def short_name(account: Account, identity: Identity) -> str:
    """The place of an account, where the identity level lets it be named, or the digits behind the dash."""
    is_place_allowed = identity.level >= Level.STEPPED_UP or identity.is_texting
    return (account.place_name if is_place_allowed else "") or account.separator


def is_asked(asked: str | None) -> bool:
    """Whether an answer to the question `asked` may name accounts or amounts."""
    return asked in (None, AMOUNT, CONFIRMED_QUOTE, "pay_day", "pay_method", "pay_agreed")
