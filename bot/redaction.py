"""Takes card, bank, social security and tax digits out of what a member wrote, before anything else sees it.

Digits count whether typed, spaced, dashed or said in words. Member numbers, phones, amounts and dates must stay. What
belongs to a card number (expiry, code, zip) goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.card_numbers import GAP as CARD_GAP
from bot.card_numbers import card_from
from bot.digits import Group, groups_in

KINDS = ("card", "ssn", "bank", "code")
PLACEHOLDERS = {
    "card": "[card number removed]",
    "ssn": "[social security or tax number removed]",
    "bank": "[bank number removed]",
    "code": "[security code removed]",
}

GAP = re.compile(r"[ \t\n.,\-]{1,4}")
WORDS = re.compile(
    r"(?P<placeholder>\[[a-z ]+ removed\])"
    r"|(?P<ssn>\b(?:ssn|social|soc\s+sec|tax\s*id|taxpayer|ein|itin|federal\s+id)\b)"
    r"|(?P<bank>\b(?:routing|aba|bank|checking|savings)\b)"
    r"|(?P<code>\b(?:cvv2?|cvc2?|cvn|csc|cid|security\s+code|card\s+code|verification\s+value)\b)"
    r"|(?P<other>\b(?:phone|cell|mobile|call|member|customer|meter|confirmation|invoice|zip|amount)\b|\$)",
    re.IGNORECASE,
)
AFTER = re.compile(r"\s*(?:,|-|is|was|are|=)?\s*(?:is\s+)?(?:my|the|our)\s+(?:\w+\s+){0,4}?$", re.IGNORECASE)
REACH = 40
FOR = re.compile(r"\bfor\b", re.IGNORECASE)

# What stays, wherever it stands. A member number has its dash: without one it is told from others by the words.
STAYS = re.compile(
    r"(?P<member>(?<!\d)(?<!\d-)(?<!\d - )[\do]{4,9}\s?-\s?[\do]{3}(?![\w]|-\d))"
    r"|(?P<phone>(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d))"
    r"|(?P<amount>\$\s?(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?:\.\d{1,2})?(?!\d)"
    r"|(?<![\d.,-])\d{1,6}(?:\.\d\d)?(?=\s*(?:dollars|bucks|usd|cents)\b))"
    r"|(?P<date>(?<![\d/.-])\d{1,2}(?:/\d{1,2}(?:/(?:20)?\d\d)?|([.-])\d{1,2}\5(?:20)?\d\d)(?![/.-]?\d))",
    re.IGNORECASE,
)
DATE_SHAPE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-](?:20)?\d{2}")
SSN_SHAPE = re.compile(r"\d{3}[ .-]\d{2}[ .-]\d{4}")
SSN_DASHED = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")

# beside the word account a number may be the member's with us; these say that it is one with a bank
ACCOUNT = re.compile(r"(?P<owned>\bfor\s+(?:my\s+|the\s+)?)?\b(?:account|acct|a/c)\b[^\d]{0,20}$", re.IGNORECASE)
ROUTING = re.compile(r"\b(?:routing|aba)\b", re.IGNORECASE)
DRAWN_ON = re.compile(
    r"\b(?:debit(?!\s+card)|draft|withdraw|ach|e-?check|from\s+my\s+(?:account|acct))\b", re.IGNORECASE
)
SHORTEST_BANK, SHORTEST_BESIDE_ROUTING = 7, 6
LONGER_THAN_MOST_MEMBER_NUMBERS = 11

# what belongs to a card, wherever it stands in a message that has a card number
CARD_DATE_WORD = re.compile(
    r"\b(?:exp|expiry|expires?|expiring|expiration|(?:valid|good)\s+(?:thru|through|until))\b", re.IGNORECASE
)
CARD_DATE = re.compile(r"(?<![\d/$])(?:0?[1-9]|1[0-2])\s?/\s?(?:2[4-9]|[34]\d|20[2-4]\d)(?![\d/])")
CARD_ZIP = re.compile(r"\b(?:zip|postal)\b\D{0,10}\d{5}(?:-\d{4})?\b", re.IGNORECASE)
CARD_CODE = re.compile(r"\b(?:code|back|security)\b\D{0,12}(\d{3,4})\b", re.IGNORECASE)
MOST_BESIDE = 13
"""Digits that may follow a card number in one breath: expiry, code and zip."""

Finding = tuple[int, int, str]
Mark = tuple[int, int, str]


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and which kinds of number were taken out of it."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Replace every number that must not be kept by a placeholder."""
    pieces: list[str] = []
    at = 0
    for start, end, kind in _merged(text, sorted(_findings(text))):
        pieces += [text[at:start], PLACEHOLDERS[kind]]
        at = end
    cleaned = "".join([*pieces, text[at:]])
    return Redacted(cleaned, kinds_in(cleaned))


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of number that were taken out of a redacted text."""
    return tuple(kind for kind in KINDS if PLACEHOLDERS[kind] in text)


def without_placeholders(text: str) -> str:
    """What is left to be understood of a redacted text."""
    for placeholder in PLACEHOLDERS.values():
        text = text.replace(placeholder, " ")
    return re.sub(r"\s+", " ", text).strip()


def _merged(text: str, findings: Sequence[Finding]) -> Iterator[Finding]:
    """One for what overlaps, and for what is of a kind with nothing between."""
    last: Finding | None = None
    for start, end, kind in findings:
        if last and (start < last[1] or (kind == last[2] and not re.search(r"\w", text[last[1] : start]))):
            last = (last[0], max(end, last[1]), last[2])
            continue
        if last:
            yield last
        last = (start, end, kind)
    if last:
        yield last


def _findings(text: str) -> Iterator[Finding]:
    groups = list(groups_in(text))
    stays = _staying(text, groups)
    cards = list(_cards(text, groups, stays))
    yield from ((groups[first].start, groups[last].end, "card") for first, last in cards)
    if cards:
        yield from _of_the_card(text, groups)
    taken = {index for first, last in cards for index in range(first, last + 1)}
    yield from ((match.start(), match.end(), "ssn") for match in SSN_DASHED.finditer(text))
    marks = [(one.start(), one.end(), str(one.lastgroup)) for one in WORDS.finditer(text)]
    marks = [mark for mark in marks if mark[2] != "placeholder"]
    for run in _runs(text, [g for i, g in enumerate(groups) if i not in taken and not stays[i]]):
        kind = _kind_by_context(run, text, marks)
        if kind is not None:
            yield run[0].start, run[-1].end, kind


def _staying(text: str, groups: Sequence[Group]) -> list[str]:
    """Of each group what it is part of that stays: member, phone, amount or date; else an empty text."""
    kinds = [""] * len(groups)
    index = 0
    for match in STAYS.finditer(text):
        while index < len(groups) and groups[index].end <= match.start():
            index += 1
        while index < len(groups) and groups[index].start < match.end():
            kinds[index] = str(match.lastgroup)
            index += 1
    return kinds


def _cards(text: str, groups: Sequence[Group], stays: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first and last group of each card number, with what follows it in one breath."""
    other = [bool(kind) for kind in stays]
    first = 0
    while first < len(groups):
        last = card_from(text, groups, first, other)
        if last is None:
            first += 1
            continue
        size = 0
        while last + 1 < len(groups) and CARD_GAP.fullmatch(text, groups[last].end, groups[last + 1].start):
            size += len(groups[last + 1].digits)
            if stays[last + 1] not in ("", "date") or len(groups[last + 1].digits) > 5 or size > MOST_BESIDE:
                break
            if card_from(text, groups, last + 1, other) is not None:
                break
            last += 1
        yield first, last
        first = last + 1


def _of_the_card(text: str, groups: Sequence[Group]) -> Iterator[Finding]:
    """Expiry, code and zip in a message with a card number."""
    for match in CARD_DATE.finditer(text):
        yield match.start(), match.end(), "card"
    for match in CARD_ZIP.finditer(text):
        yield match.start(), match.end(), "card"
    for match in CARD_CODE.finditer(text):
        yield match.start(1), match.end(1), "code"
    for match in CARD_DATE_WORD.finditer(text):
        after = [group for group in groups if 0 <= group.start - match.end() <= 20][:2]
        if len(after) == 2 and not CARD_GAP.fullmatch(text, after[0].end, after[1].start):
            after = after[:1]
        if after and sum(len(group.digits) for group in after) <= 6:
            yield match.start(), after[-1].end, "card"


def _runs(text: str, groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Groups of digits with nothing but spaces, dots, commas and dashes between them."""
    run: list[Group] = []
    for group in groups:
        if run and not GAP.fullmatch(text, run[-1].end, group.start):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _kind_by_context(run: list[Group], text: str, marks: list[Mark]) -> str | None:
    start, end = run[0].start, run[-1].end
    shape = text[start:end]
    if SSN_SHAPE.fullmatch(shape):
        return "ssn"
    size = sum(len(group.digits) for group in run)
    before = _named_before(start, marks)
    kind = before[2] if before else _named_after(end, text, marks)
    if kind == "ssn" and size in (4, 9):
        return "ssn"
    if kind == "code" and size in (3, 4):
        return "code"
    if DATE_SHAPE.fullmatch(shape):
        return None
    named_bank = kind == "bank" and size >= SHORTEST_BANK and not (before and _is_for(text, before, start))
    return "bank" if named_bank or _drawn_on(text, start, size, kind) else None


def _is_for(text: str, mark: Mark, start: int) -> bool:
    """`with checking for 99999001`: the number is what is paid for, not what it is paid from."""
    return bool(FOR.search(text, mark[1], start)) and not ROUTING.match(text, mark[0])


def _drawn_on(text: str, start: int, size: int, kind: str | None) -> bool:
    """Whether an account number is one with a bank by what else the message says."""
    account = ACCOUNT.search(text[max(0, start - 60) : start])
    if ROUTING.search(text) and size >= SHORTEST_BESIDE_ROUTING and (account or kind != "other"):
        return True
    # a member's own number, written without its dash, is shorter and begins with no zero
    long = size >= LONGER_THAN_MOST_MEMBER_NUMBERS or (size >= SHORTEST_BANK and text[start] == "0")
    return bool(account and not account["owned"] and long and DRAWN_ON.search(text))


def _named_before(start: int, marks: list[Mark]) -> Mark | None:
    """The nearest telling word before a number."""
    before = [mark for mark in marks if 0 <= start - mark[1] <= REACH]
    return before[-1] if before else None


def _named_after(end: int, text: str, marks: list[Mark]) -> str | None:
    """What a number is said to be right behind it: `is my routing number`."""
    for mark_start, _, kind in marks:
        if 0 <= mark_start - end <= REACH and AFTER.fullmatch(text, end, mark_start):
            return kind
    return None
