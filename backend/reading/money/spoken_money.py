"""Reads spoken money: `eighty four fifty`, `a hundred and twelve forty`, `five dollars and twenty cents`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.reading.numbers.number_tokens import NumberToken, parse_cardinal

DOLLAR_WORDS = frozenset({"dollar", "dollars", "buck", "bucks", "usd", "dollers", "dolars", "dollas", "bux"})
CENT_WORDS = frozenset({"cent", "cents", "c", "¢"})
PERCENT_WORDS = frozenset({"percent", "%"})
_POINT_DETERMINERS = frozenset({"this", "that", "some", "the", "one", "a", "any", "which", "what"})
_NUMBER_KINDS = frozenset({"figures", "unit", "teen", "tens", "scale", "oh"})


@dataclass(frozen=True, slots=True)
class SpokenSum:
    """A spoken sum of money and where it stands. `cents` is None when the words do not make one sum.

    `alternative` is a second possible meaning, in cents: `two fifty` is 250 dollars, or two and a half.
    """

    cents: int | None
    start: int
    end: int
    is_money: bool  # said with dollars or cents: money, whatever was asked
    alternative: int | None = None
    is_percent: bool = False  # `cents` then holds percent


def find_spoken_sums(items: Sequence[NumberToken]) -> list[SpokenSum]:
    """Every spoken or mixed sum among the tokens."""
    found: list[SpokenSum] = []
    at = 0
    while at < len(items):
        blocks, end = _read_numbers(items, at)
        if not blocks and _is_one_dollar(items, at):
            blocks, end = [1], at + 1
        if not blocks:
            at += 1
            continue
        phrase, end = _build_sum(items, at, blocks, end)
        if at and items[at - 1].text in ("point", "dot") and (at < 2 or items[at - 2].text not in _POINT_DETERMINERS):
            phrase = replace(phrase, cents=None)  # "point five zero" is not fifty
        found.append(phrase)
        at = end
    return found


def _is_one_dollar(items: Sequence[NumberToken], at: int) -> bool:
    """`a dollar`, `a buck fifty`; in `a dollar amount` no dollar is meant."""
    here, unit, behind = (items[place].text if place < len(items) else "" for place in (at, at + 1, at + 2))
    return here == "a" and unit in ("dollar", "buck") and behind not in ("amount", "figure", "value")


def _read_numbers(items: Sequence[NumberToken], at: int) -> tuple[list[int], int]:
    """The numbers said in a row from `at`: `one hundred twelve forty` → [112, 40]."""
    blocks: list[int] = []
    while at < len(items):
        token = items[at]
        if token.kind == "oh" and blocks:
            blocks.append(0)
            at += 1
            continue
        if token.text not in ("a", "an") and token.kind not in _NUMBER_KINDS:
            break
        read = parse_cardinal(items, at)
        if read is None:
            break
        blocks.append(read[0])
        at = read[1]
    return blocks, at


def _build_sum(items: Sequence[NumberToken], start: int, blocks: list[int], end: int) -> tuple[SpokenSum, int]:
    """The sum that begins with the numbers `blocks`, tokens `start` to `end`, with its unit; and where it ends."""
    unit = items[end].text if end < len(items) else ""
    if unit in CENT_WORDS:
        total = blocks[0] if len(blocks) == 1 else None
        if len(blocks) == 2 and 10 <= blocks[1] < 100:  # "eighty four fifty cents"
            total = blocks[0] * 100 + blocks[1]
        return SpokenSum(total, items[start].start, items[end].end, True), end + 1
    if unit in PERCENT_WORDS:
        share = blocks[0] if len(blocks) == 1 else None
        return SpokenSum(share, items[start].start, items[end].end, True, is_percent=True), end + 1
    cents, other = _combine_numbers(blocks)
    if unit in ("point", "dot") and cents is not None and cents % 100 == 0:
        return _read_decimals(items, start, cents, end)
    if unit == "and" and cents is not None:
        small, after = _read_numbers(items, end + 1)
        if len(small) == 1 and small[0] < 100 and after < len(items) and items[after].text in CENT_WORDS:
            return SpokenSum(cents + small[0], items[start].start, items[after].end, True), after + 1
    if unit not in DOLLAR_WORDS:
        return SpokenSum(cents, items[start].start, items[end - 1].end, False, other), end
    # "two fifty dollars": dollars were said once, at the end, so the whole is a sum all the same
    return _add_cents(items, start, cents, other, end + 1)


def _add_cents(
    items: Sequence[NumberToken], start: int, dollars: int | None, other: int | None, end: int
) -> tuple[SpokenSum, int]:
    """`five dollars and twenty cents`, `five dollars twenty`."""
    whole = SpokenSum(dollars, items[start].start, items[end - 1].end, True, other)
    joined = end < len(items) and items[end].text == "and"
    small, after = _read_numbers(items, end + 1 if joined else end)
    value = 10 * small[0] + small[1] if len(small) == 2 and small[0] == 0 else small[0] if len(small) == 1 else 100
    named = after < len(items) and items[after].text in CENT_WORDS
    if joined and not named and len(small) == 1 and value < 100 and dollars is not None:
        return replace(whole, cents=None), after  # "84 dollars and fifty": cents, or something else?
    if dollars is None or value >= 100 or (joined and not named):
        return whole, end
    after = after + 1 if named else after
    return SpokenSum(dollars + value, items[start].start, items[after - 1].end, True), after


def _read_decimals(items: Sequence[NumberToken], start: int, whole: int, point: int) -> tuple[SpokenSum, int]:
    """`eighty four point five oh`. `whole` is in cents, as what it returns."""
    digits, at = "", point + 1
    while at < len(items) and items[at].kind in _NUMBER_KINDS:
        read = (0, at + 1) if items[at].kind == "oh" else parse_cardinal(items, at)
        if read is None:
            break
        digits += str(read[0])
        at = read[1]
    cents = whole + int(digits.ljust(2, "0")) if 1 <= len(digits) <= 2 else None
    marked = at < len(items) and items[at].text in DOLLAR_WORDS
    return SpokenSum(cents, items[start].start, items[at - 1].end, True), at + 1 if marked else at


def _combine_numbers(blocks: Sequence[int]) -> tuple[int | None, int | None]:
    """What numbers said in a row come to, in cents, and a second possible meaning: [84, 50] is 8450 and none."""
    if len(blocks) == 1:
        return blocks[0] * 100, None
    if len(blocks) == 4 and blocks[1] == 0 and 0 < blocks[0] < 10 and 0 < blocks[2] < 10 <= blocks[3] < 100:
        return (blocks[0] * 100 + blocks[2]) * 100 + blocks[3], None  # one oh eight fifty
    if all(block < 10 for block in blocks) and len(blocks) <= 5 and blocks[0]:
        return int("".join(map(str, blocks))) * 100, None
    small = len(blocks) >= 3 and blocks[-2] == 0 and blocks[-1] < 10
    if small:
        blocks = [*blocks[:-2], blocks[-1]]  # eighty four oh five
    return _combine_two_or_three(blocks, small)


def _combine_two_or_three(blocks: Sequence[int], small: bool) -> tuple[int | None, int | None]:
    """As `_combine_numbers`; `small`: the last one is a single digit of cents."""
    last = blocks[-1]
    if not (small or 10 <= last <= 99):
        return None, None
    if len(blocks) == 2:
        first = blocks[0]
        pointed = first * 100 + last
        if first >= 1000:
            return None, None  # "4242 84" may be a card and an amount
        if 1 <= first <= 9 and not small:
            return pointed * 100, pointed  # "two fifty" for a power bill is 250
        return (pointed, None) if first else (None, None)
    if len(blocks) == 3 and 1 <= blocks[0] <= 9 and 10 <= blocks[1] <= 99:
        return (blocks[0] * 100 + blocks[1]) * 100 + last, None  # one twelve forty
    return None, None
