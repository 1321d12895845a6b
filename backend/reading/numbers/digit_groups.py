"""Finds runs of digits as people give them, digit by digit: `999 99 001`, `nine nine double oh one`, `five nines`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.reading.normalize import (
    blank_matches,
    clean_text,
    count_corrections_before,
    find_corrections,
    is_value_denied,
)
from backend.reading.numbers.number_tokens import NumberToken, parse_cardinal, tokenize

_DIGIT_KINDS = frozenset({"figures", "unit", "teen", "tens", "repeat", "oh", "plural"})

# A full US phone number, written with its usual breaks.
_PHONE = re.compile(r"(?<![0-9-])(?:\+?1[-. ]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}(?![0-9-])")
_MONEY = re.compile(
    r"\$ ?[0-9][0-9,.]*|(?<![0-9.-])[0-9][0-9,]*\.[0-9]{1,2}(?![0-9])|"
    r"(?<![0-9-])[0-9][0-9,]*(?:\.[0-9]+)? ?(?:dollars?|bucks?|cents?|usd|percent|%|¢)"
)
# a dashed number in one piece is complete, and four digits behind it are not part of it
_FULL_MEMBER_NUMBER = re.compile(r"(?<![0-9-])([0-9]{4,12}-[0-9]{3})(?![0-9-])(?:[ ,]+[0-9]{4}(?![0-9.-]))?")
_DIGIT_WORDS = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|nought|[0-9])"
_PAUSE = r"[ ,]+"
_THREE_DIGITS = (
    rf"(?:[0-9]{{3}}|{_DIGIT_WORDS}{_PAUSE}{_DIGIT_WORDS}{_PAUSE}{_DIGIT_WORDS}|"
    rf"double {_DIGIT_WORDS}{_PAUSE}{_DIGIT_WORDS}|{_DIGIT_WORDS}{_PAUSE}double {_DIGIT_WORDS}|"
    rf"triple {_DIGIT_WORDS})(?![0-9]|[ ,-]*{_DIGIT_WORDS}\b)\b"
)
# hesitation between digits, and what people say for the dash: "99999 and then 001"
_HESITATION = re.compile(r"[ ,]+(?:um+|uh+|er+|hm+|like|let's see|let me see)\b[ ,.]*|\.{2,}")
_SPOKEN_DASH = re.compile(
    r"(?<=[0-9a-z])[ ,]+(?:(?:and )?then(?: an?| the)?|followed by|suffix|separator|sub(?:[ -]?account)?|slash|#|"
    rf"\()(?: (?:number|is|a dash|dash|hyphen|and|then))*[ ,]*(?={_THREE_DIGITS})|(?<=[0-9])[#(](?={_THREE_DIGITS})"
)
_LAST4_LABEL = re.compile(
    r"\blast(?: of)? ?(?:four|4)\b(?: digits?| numbers?)?|\blast for(?= [0-9o])|\bends? (?:in|with)\b|"
    r"\bending(?: in| with)?\b|\bfinal (?:four|4)\b(?: digits?)?|\b(?:four|4)[- ]digits?\b|\bpin\b|\bssn\b|"
    r"\b(?:pass|security|access)[- ]?code\b"
)
_NUMBER_LABEL = re.compile(r"\b(?:member(?:ship)?|account|acct|customer)\b(?:'s)?(?: ?(?:number|num|no|id|#))?")
_ANY_NUMBER_LABEL = re.compile(r"\bnumber\b|#")
# a card's last four are nobody's phone: "the Visa that ends in 4242", "my card, the one ending 4242"
CARD_BRANDS = r"visa|master ?card|amex|discover"
_METHOD_WORDS = rf"(?:(?:debit|credit)? ?cards?|{CARD_BRANDS}|american express|checking|savings|bank account)"
_METHOD_ENDING = re.compile(
    rf"\b{_METHOD_WORDS}(?: (?:that|which|on file))?(?: number)? (?:ends?|ending)\b|"
    rf"\b{_METHOD_WORDS}\b[^.;?!]*\b(?:ones?|1) (?:that )?(?:ends?|ending)\b|"
    rf"\b(?:last|final) (?:four|4)(?: digits?)? (?:of|on) (?:the|my|that|this|our)(?: \w+)? {_METHOD_WORDS}\b"
)
_PHONE_LABEL = re.compile(r"\b(?:phone|cell|mobile|telephone)\b(?: number)?")
_AMOUNT_LABEL = re.compile(r"\b(?:pay|paying|amount|send|transfer|put|payment of|owe|schedule)\b")
_LABELS = (
    ("last4", _LAST4_LABEL),
    ("phone", _PHONE_LABEL),
    ("number", _NUMBER_LABEL),
    ("a number", _ANY_NUMBER_LABEL),
    ("amount", _AMOUNT_LABEL),
)
_LABEL_AFTER = re.compile(
    r"[ ,]*(?:is|are|were|for|as) (?:the|my|our)? ?(?:(?P<last4>last (?:four|4))|(?P<phone>phone|cell|mobile)|"
    r"(?P<number>member|account|acct)|(?P<digits4>pin|ssn))\b|[ ,]*(?P<digits_4>(?:four|4)[- ]digits?)\b"
)
METHOD_LABEL = "method"
_MONEY_WORDS = frozenset({"dollar", "dollars", "buck", "bucks", "cent", "cents", "usd", "percent", "grand"})


@dataclass(frozen=True, slots=True)
class DigitGroup:
    """Digits said in one go.

    `chunks` are as typed or said; `dash_positions` counts the digits in front of each dash. `label` is what the words
    around it call it: last4, method (the last four of a card or bank account), phone, number (a member number),
    `a number` (any) or amount. `correction_index` counts the corrections before it.
    """

    chunks: tuple[str, ...]
    start: int
    end: int
    dash_positions: tuple[int, ...] = ()
    label: str = ""
    correction_index: int = 0
    is_denied: bool = False
    is_money: bool = False

    @property
    def digits(self) -> str:
        return "".join(self.chunks)


@dataclass
class _GroupBuilder:
    """The digits said in one go, while they are collected."""

    start: int
    end: int
    chunks: list[str] = field(default_factory=list)
    dash_positions: list[int] = field(default_factory=list)
    is_open: bool = False  # the last group was said, or is one figure: such belong together
    singles: int = 0  # digits said one at a time, without a break

    def add_digits(self, digits: str, token_end: int, said: bool) -> None:
        loose = said or len(digits) == 1
        if self.chunks and loose and self.is_open:
            self.chunks[-1] += digits
        else:
            self.chunks.append(digits)
        self.is_open = loose
        self.singles = self.singles + 1 if len(digits) == 1 else 0
        self.end = token_end

    def add_dash(self) -> None:
        self.dash_positions.append(sum(map(len, self.chunks)))
        self.is_open = False


@dataclass(frozen=True)
class DigitScan:
    """A text's digit runs, in order, and the phone numbers in it."""

    groups: tuple[DigitGroup, ...]
    phones: tuple[DigitGroup, ...]


def blank_last4_labels(text: str) -> str:
    """The text with `last four` and the like blanked: the four in it is nobody's digit."""
    return blank_matches(_LAST4_LABEL, text)


def find_digit_groups(text: str) -> DigitScan:
    """Find the runs in cleaned text in which dates have been blanked already."""
    masked = blank_matches(_MONEY, blank_matches(_PHONE, text))
    masked = _join_spoken_dashes(blank_last4_labels(masked))
    # no run goes across these: a member number that is whole as it stands begins or ends there
    barriers = {
        place for match in _FULL_MEMBER_NUMBER.finditer(masked) for place in (match.start(), match.end(1), match.end())
    }
    runs = [_finish_group(text, builder) for builder in _collect_groups(tokenize(masked), barriers)]
    phones = [DigitGroup((re.sub("[^0-9]", "", match[0]),), *match.span()) for match in _PHONE.finditer(text)]
    phone_places = {(phone.start, phone.end) for phone in phones}
    labeled = _label_groups(text, sorted(runs + phones, key=lambda run: run.start))
    return DigitScan(
        tuple(run for run in labeled if (run.start, run.end) not in phone_places),
        tuple(run for run in labeled if (run.start, run.end) in phone_places),
    )


def _join_spoken_dashes(text: str) -> str:
    """The text with hesitation blanked and words for the dash written as one. Places stay the same."""
    if not _SEVERAL_DIGIT_WORDS.search(text):
        return text
    text = _HESITATION.sub(lambda match: " " * len(match[0]), text)
    return _SPOKEN_DASH.sub(lambda match: "-".ljust(len(match[0])), text)


_SEVERAL_DIGIT_WORDS = re.compile(rf"{_DIGIT_WORDS}.*{_DIGIT_WORDS}")


def _finish_group(text: str, builder: _GroupBuilder) -> DigitGroup:
    following = text[builder.end :].split(maxsplit=1)
    money = bool(following) and following[0].strip(".,!?") in _MONEY_WORDS
    total = sum(map(len, builder.chunks))
    dashes = tuple(place for place in builder.dash_positions if place < total)
    return DigitGroup(tuple(builder.chunks), builder.start, builder.end, dashes, is_money=money)


def _collect_groups(items: Sequence[NumberToken], barriers: set[int]) -> list[_GroupBuilder]:
    runs: list[_GroupBuilder] = []
    current: _GroupBuilder | None = None
    at = 0
    while at < len(items):
        if items[at].start in barriers or (at and items[at - 1].end in barriers):
            current = None
        said = _digits_of_token(items, at, current)
        if said is not None:
            digits, following = said
            if current is None:
                current = _GroupBuilder(items[at].start, items[at].end)
                runs.append(current)
            current.add_digits(digits, items[following - 1].end, said=items[at].kind != "figures")
            at = following
            continue
        if current is not None:
            current = _continue_over_mark(items, at, current)
        at += 1
    return runs


def _continue_over_mark(items: Sequence[NumberToken], at: int, current: _GroupBuilder) -> _GroupBuilder | None:
    """The run if it goes on over a mark, else None: over a dash always, over a comma or a point only between digits."""
    token = items[at]
    following = items[at + 1] if at + 1 < len(items) else None
    if following is None or following.kind not in _DIGIT_KINDS:
        return None
    is_slash = token.text == "/" and sum(map(len, current.chunks)) >= 4
    if token.kind == "dash" or token.text in ("minus", "slash") or is_slash:
        current.add_dash()
        return current
    if token.text not in ",.":
        return None
    single = (current.is_open and len(following.text) == 1) or following.kind in ("unit", "oh", "repeat")
    three_digits = following.kind == "figures" and len(following.text) == 3
    return current if single or three_digits else None


def _digits_of_token(items: Sequence[NumberToken], at: int, current: _GroupBuilder | None) -> tuple[str, int] | None:
    """The digits that the token at `at` stands for in a run, and where they end: `double oh` is ("00", at + 2)."""
    token = items[at]
    following = items[at + 1] if at + 1 < len(items) else None
    if token.kind == "repeat":
        repeatable = following is not None and following.kind in ("unit", "oh", "figures") and 0 <= following.value <= 9
        return (str(following.value) * token.value, at + 2) if following is not None and repeatable else None
    counted = token.kind == "unit" or (token.kind == "figures" and 2 <= token.value <= 9)
    if counted and following is not None and following.kind == "plural":
        return str(following.value) * token.value, at + 2
    if counted and (repeated := _read_times(items, at)) is not None:
        return repeated
    if token.kind == "oh":
        beside = current is not None or (following is not None and following.kind in _DIGIT_KINDS)
        beside = beside or _is_digit_oh(items, at)
        return ("0", at + 1) if beside else None
    if token.kind == "misheard":
        return _read_misheard(token, following, at, current)
    if token.kind == "figures" and (following is None or following.kind != "scale"):
        return token.text, at + 1
    if token.kind == "unit" and (following is None or following.kind != "scale"):
        return str(token.value), at + 1
    if token.kind in ("figures", "unit", "teen", "tens"):
        number = parse_cardinal(items, at)
        return (str(number[0]), number[1]) if number else None
    return None


def _is_digit_oh(items: Sequence[NumberToken], at: int) -> bool:
    """`oh, one, four`: a digit, where two more are said behind it; in `oh, fifty` it is none."""
    behind = [item.kind for item in items[at + 1 : at + 6] if item.text != ","]
    return len(behind) >= 2 and all(kind in ("unit", "oh", "repeat") for kind in behind[:2])


def _read_times(items: Sequence[NumberToken], at: int) -> tuple[str, int] | None:
    """The digits of `five times nine` or `nine five times`, and where they end."""
    words = [item.text for item in items[at + 1 : at + 3]]
    if len(words) == 2 and "times" in words:
        first, second = items[at], items[at + 2] if words[0] == "times" else items[at + 1]
        count, digit = (first, second) if words[0] == "times" else (second, first)
        if 2 <= count.value <= 9 and 0 <= digit.value <= 9 and digit.kind in ("unit", "figures", "oh"):
            return str(digit.value) * count.value, at + 3
    return None


def _read_misheard(
    token: NumberToken, following: NumberToken | None, at: int, current: _GroupBuilder | None
) -> tuple[str, int] | None:
    """`nine nine for nine`: only inside digits that are being said one at a time, or as the last word behind them."""
    inside = current is not None and current.singles >= (2 if following is not None else 3)
    if inside and (following is None or following.kind in ("unit", "oh", "repeat")):
        return str(token.value), at + 1
    return None


def _label_groups(text: str, runs: Sequence[DigitGroup]) -> list[DigitGroup]:
    """Each run with the nearest word that says what it is: in front of it, else behind it."""
    breaks = find_corrections(text)
    result: list[DigitGroup] = []
    floor = 0
    for index, run in enumerate(runs):
        ceiling = runs[index + 1].start if index + 1 < len(runs) else len(text)
        label = _find_label_before(text, floor, run.start)
        if not label and (match := _LABEL_AFTER.match(text, run.end, ceiling)):
            label = (match.lastgroup or "").replace("digits_4", "last4").replace("digits4", "last4")
        part, denied = count_corrections_before(run.start, breaks), is_value_denied(text, run.start)
        result.append(DigitGroup(run.chunks, run.start, run.end, run.dash_positions, label, part, denied, run.is_money))
        floor = run.end
    return result


def _find_label_before(text: str, floor: int, start: int) -> str:
    window = text[max(floor, start - 60) : start]
    best, place = "", -1
    for name, pattern in _LABELS:
        for match in pattern.finditer(window):
            # "last four of my phone": the phone only says whose last four
            if match.start() > place and not (best == "last4" and name in ("phone", "number", "a number")):
                best, place = name, match.start()
    if best == "last4":
        # a card or a bank account, if it is the last thing that is called by its ending
        before = text[max(0, start - 60) : start]
        endings = list(_METHOD_ENDING.finditer(before))
        if endings and not _LAST4_LABEL.search(before, endings[-1].end()):
            return METHOD_LABEL
    return best


def spoken_to_digits(text: str) -> str:
    """Cleaned text with every run of digits in figures: `nine nine double oh one dash` → `99001-`, the rest kept."""
    cleaned = clean_text(text)
    pieces: list[str] = []
    at = 0
    for run in find_digit_groups(cleaned).groups:
        pieces += [cleaned[at : run.start], _join_groups(run.chunks, run.dash_positions)]
        at = run.end
    rest = cleaned[at:]
    return "".join([*pieces, rest.replace(" dash", "-", 1) if rest.strip() == "dash" else rest]).strip()


def _join_groups(groups: Sequence[str], dashes: Sequence[int]) -> str:
    """The groups as one text, with a space between them, or the dash where one was said."""
    text, length = "", 0
    for group in groups:
        mark = "-" if length in dashes else " "
        text += (mark if text else "") + group
        length += len(group)
    return text
