"""Reads what is to be paid on which of a member's accounts: `50 on the barn and all of the house`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from backend.reading.back_references import COUNTS
from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount
from backend.reading.numbers.account_separator import (
    SEPARATOR,
    means_all_accounts,
    mentions_home,
)

ShareWish = int | str | None
"""Cents; `all`, `half`, `past_due` or `rest`; or None where no amount is named."""
REST = "rest"
"""What is left of a total for this account; it stays where no total is stated."""

_CLAUSE = re.compile(r"\s*(?:[,;](?=\s|$)|\.(?=\s|$)|\b(?:and|but|plus)\b)\s*", re.IGNORECASE)
_ONE = rf"(?: ones?\b{COUNTS})?"
"""In `the house one` it is no number."""
_HOME = re.compile(rf"\b(?:(?:the |my )?(?:home|house|residence)\b{_ONE}|where (?:i|we) live\b)", re.IGNORECASE)
_ALONE = re.compile(
    r"\W*(?:(?:yes|ok|okay|no|pay|for|the|please|just|i|want|to|would|like|let'?s|do)\W+)*"
    r"(?:both|ambas|ambos|todas|todos|(?:them|those) (?:all|both)|every one|all|"
    r"(?:all|the|all the|at) (?:two|three|four|five|six|[2-6])|each)"
    r"(?: of (?:them|those|these))?(?: (?:accounts|bills|meters|places))?\W*(?:please|thanks|thank you)?\W*",
    re.IGNORECASE,
)
_ON_EACH = re.compile(
    r"\b(?:on|for|to|toward|in) (?:each|both)(?: one| account| of them)?\W*(?:please|thanks|thank you)?\W*$",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each|apiece|(?:on|for|to) (?:both|all|each|every))\b", re.IGNORECASE)
_LEAVES_OUT = re.compile(
    r"\b(?:not|without|except(?: for)?|excluding|other than|besides|leave (?:out|off)|skip|minus|excepto|salvo|"
    r"menos|drop|remove|take (?:out|off)) (?:(?:la|el|las|los|de|for|on) )*it\b|"
    r"\b(?:leave|take) it (?:out|off|away)\b|\bleave it\b\W*(?:(?:alone|be|for (?:now|later)|please)\W*)*$",
    re.IGNORECASE,
)
"""In a clause with `it` for the account."""
_ONLY = re.compile(
    r"\b(?:just|only|nothing but)\b(?:\W+\w+){0,2}?\W+it\b|\bit\b\W+(?:only|alone|nothing else)\W*$", re.IGNORECASE
)
"""In a clause with `it` for the account. In `the barn only 30` the word is about the amount."""
_ADDS = re.compile(
    r"\b(?:too|also|as well|add|include|all the same|anyway)\b|^(?:\W|yes|ok|okay|no)*(?:and|plus)\b", re.IGNORECASE
)
_ALL_BUT = re.compile(r"\b(everything|all|both|of them|accounts|bills) but (?!not\b)", re.IGNORECASE)
_ONLY_ALL_BUT = re.compile(
    r"\W*(?:(?:ok|okay|yes|no|just|pay)\W+)*(?:everything|all(?: of them)?|todo|todas|todos)\W+"
    r"(?:but|except(?: for)?|menos|excepto|salvo)\W+(?:the |my |el |la |mi )?\w+(?: \w+)?\W*(?:please|por favor)?\W*",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(r"\b(?:everything|all|both|todo|todos|todas|ambos|ambas)\b", re.IGNORECASE)
"""All accounts, where some are left out of them; `everything` alone may be all of one bill."""
_SHORT_WORDS = 5
_REST = re.compile(
    r"\b(?:rest|remainder|remaining|what(?:'?s| is| ?ever is) (?:left|over)|leftover|left over|resto|lo demas)\b",
    re.IGNORECASE,
)
_REST_AT_PLACE = re.compile(
    _REST.pattern + r"(?:\W+(?:of|it|that|can|should|goes|go|money|amount|payment|then)\b){0,3}\W+"
    r"(?:(?:on|for|to|towards?|in|into|at|en|para) (?:(?:the|my|our|la|el|mi) )?(?P<place>[a-z]\w*|0\d\d\b)|"
    r"home\b|house\b)",
    re.IGNORECASE,
)
_NO_PLACE = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december next later payday day week month first last bill card visa mastercard "
    "discover amex checking savings bank debit credit time end plan arrangement me us another other tomorrow two "
    "three four a an due installments payments the my our la el mi".split()
)
_IN_ALL = re.compile(r"\b(?:total|in all|altogether|all together|combined|en total)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """How a member may name an account: by its `separator`, or by its `place`; one without a place is the home."""

    account_id: int
    separator: str
    place: str


@dataclass(frozen=True)
class AccountShares:
    """`shares`: the accounts named and what to pay on each, in the order named. `left_out`: those not to be paid.
    `is_everyone`: all accounts are meant, `each` on each of them. `is_only`: none but those named. `adds`: those named
    come to those already chosen. `total`: cents that were stated for all of it.
    """

    shares: Mapping[int, ShareWish] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    is_everyone: bool = False
    each: ShareWish = None
    is_only: bool = False
    adds: bool = False
    total: int | None = None


def is_all_but(text: str) -> bool:
    """`Everything but the barn` and nothing more: what is to be paid, and no trouble with the power."""
    return _ONLY_ALL_BUT.fullmatch(text) is not None


def read_account_shares(text: str, base: str, places: Sequence[NamedPlace], today: date) -> AccountShares:
    """Read a message (in English) of a member with these accounts, whose number without a separator is `base`.

    An amount belongs to the accounts of its own clause; one that stands alone behind them belongs to them, and one that
    several accounts follow belongs to each: it is read back before anything is paid.
    """
    shares: dict[int, ShareWish] = {}
    left_out: set[int] = set()
    last: list[int] = []
    loose: ShareWish = None
    is_only = leaves_out = False
    for clause in _CLAUSE.split(_ALL_BUT.sub(r"\1 except ", text)):
        named, rest = _find_named(clause, base, places)
        wish = _read_wish(rest, today)
        # "everything except the barn and the shop" leaves out the shop, too
        leaves_out = bool(named and (_LEAVES_OUT.search(rest) or (leaves_out and rest.strip() == "it")))
        if leaves_out:
            left_out.update(named)
            continue
        is_only = is_only or bool(named and not isinstance(wish, int) and _ONLY.search(rest))
        for account_id in named:
            shares[account_id] = wish
        if named:
            last = named
        elif wish is not None:
            behind = [account_id for account_id in last if shares[account_id] is None]
            shares |= dict.fromkeys(behind, wish)
            loose = None if behind else wish
    if shares and any(wish is None for wish in shares.values()) and _EACH.search(text):
        each = next((wish for wish in shares.values() if wish is not None), loose)
        shares = {account_id: each if wish is None else wish for account_id, wish in shares.items()}
    total = _read_total(text, base, places, today, is_split=REST in shares.values())
    everyone = is_everyone(text if total is None else _IN_ALL.sub(" ", text)) or bool(
        left_out and _EVERYTHING.search(text)
    )
    return AccountShares(
        shares=fill_rest(shares, total),
        left_out=frozenset(left_out),
        is_everyone=everyone,
        each=loose if everyone and not shares and total is None and not _ALONE.fullmatch(text) else None,
        is_only=is_only or _is_bare(text, shares),
        adds=bool(_ADDS.search(text)),
        total=total,
    )


def fill_rest(shares: Mapping[int, ShareWish], total: int | None) -> dict[int, ShareWish]:
    """The shares with cents in place of `rest`, where a total leaves something for one account."""
    left = [account_id for account_id, wish in shares.items() if wish == REST]
    named = [wish for wish in shares.values() if isinstance(wish, int)]
    if total is None or len(left) != 1 or len(named) != len(shares) - 1 or total <= sum(named):
        return dict(shares)
    return {account_id: total - sum(named) if wish == REST else wish for account_id, wish in shares.items()}


def _read_total(text: str, base: str, places: Sequence[NamedPlace], today: date, *, is_split: bool) -> int | None:
    """Cents of a clause without an account that says `in all`, or that comes first where the rest of it is named."""
    for position, clause in enumerate(_CLAUSE.split(text)):
        named, rest = _find_named(clause, base, places)
        wish = None if named else _read_wish(rest, today)
        if isinstance(wish, int) and ((is_split and position == 0) or _IN_ALL.search(clause)):
            return wish
    return None


def splits_between_places(text: str) -> bool:
    """`50 on the barn and the rest on the house`: accounts are named, and no days as of an arrangement."""
    found = _REST_AT_PLACE.search(text)
    return found is not None and (found["place"] or "").lower() not in _NO_PLACE


def is_everyone(text: str) -> bool:
    """Whether all accounts are meant: `pay both`, `all my accounts`, and as an answer a bare `both`."""
    return (
        means_all_accounts(text)
        or bool(_ON_EACH.search(text))
        or (_ALONE.fullmatch(text) is not None and text.strip().lower() != "all")
    )


def _is_bare(text: str, shares: Mapping[int, ShareWish]) -> bool:
    """Whether the message is hardly more than the name of one account: `the house please`."""
    return len(shares) == 1 and None in shares.values() and len(text.split()) <= _SHORT_WORDS and not _ADDS.search(text)


def _find_named(clause: str, base: str, places: Sequence[NamedPlace]) -> tuple[list[int], str]:
    """The accounts that the clause names, in order, and the clause with `it` in place of their names."""
    found: list[tuple[int, int, int]] = []
    for match in SEPARATOR.finditer(clause):
        if match["base"] in (None, base):
            found += [(*match.span(), each.account_id) for each in places if each.separator == match["separator"]]
    for each in places:
        if each.place:
            word = rf"\b(?:the |my )?{re.escape(each.place)}\b{_ONE}"
            found += [(*match.span(), each.account_id) for match in re.finditer(word, clause, re.IGNORECASE)]
    homes = [each.account_id for each in places if not each.place]
    if len(homes) == 1 and mentions_home(clause):
        found += [(*match.span(), homes[0]) for match in _HOME.finditer(clause)]
    rest, end = "", 0
    for start, stop, _account_id in sorted(found):
        if start >= end:
            rest, end = f"{rest}{clause[end:start]}it", stop
    return list(dict.fromkeys(account_id for *_span, account_id in sorted(found))), rest + clause[end:]


def _read_wish(words: str, today: date) -> ShareWish:
    values = extract_all(words, asked="amount", today=today)
    if isinstance(values.amount, Amount):
        return values.amount.cents
    return REST if _REST.search(words) else values.share
