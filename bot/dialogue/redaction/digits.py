"""Finds digits in what somebody wrote or said: `4111`, `four triple one`, `cuarenta y uno`, `four ones`, `4lO1`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.dialogue.redaction.number_words import (
    AND_WORDS,
    HUNDRED,
    HUNDREDS,
    MIN_LONG_ROW,
    MISHEARD,
    NUMBER_WORDS,
    ONLY_BESIDE_OTHERS,
    PLURALS,
    REPEATS,
    SPANISH_NUMBER_WORDS,
    TEENS,
    TENS,
    THOUSAND,
    UNITS,
)

_ACCENTS = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")
# letters that stand for a zero or a one only where they touch a digit
TOKEN = re.compile(r"(?<![a-z])o{0,6}[0-9][0-9oli|]*(?![a-z])|[0-9]+|[a-z]+")
_LETTER_DIGITS = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})
WORD_GAP = re.compile(r"[\s\-]{0,3}")
"""What may stand between the words of one number, as in `forty-one`."""
DIGIT_GAP = re.compile(r"[ \t\-]{0,3}")
"""What may stand between digits that are said or written one at a time for them to be one group."""
# "the next four are": the four is nobody's digit
COUNT_PHRASE = re.compile(
    r"\b(?:last|next|first|final|other|ultim[oa]s|proxim[oa]s|siguientes|primer[oa]s|otr[oa]s)\s+"
    r"(?P<count>two|three|four|five|six|dos|tres|cuatro|cinco|seis|[2-9])\b"
)


@dataclass(frozen=True, slots=True)
class DigitGroup:
    """Digits written or said together, at [start, end) of the text. `loose`: one figure, or in words."""

    digits: str
    start: int
    end: int
    loose: bool = False


def fold_text(text: str) -> str:
    """Lower case without accents, character for character: places stay the same."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(_ACCENTS)


def find_digit_groups(text: str) -> list[DigitGroup]:
    """The groups of digits in a text, in order; digits said or written one at a time are one group."""
    return merge_loose_groups(list(find_raw_groups(fold_text(text))), text)


def merge_loose_groups(groups: Sequence[DigitGroup], text: str) -> list[DigitGroup]:
    """The groups, with loose ones that stand beside each other made one."""
    found: list[DigitGroup] = []
    for group in groups:
        last = found[-1] if found else None
        if last is not None and last.loose and group.loose and DIGIT_GAP.fullmatch(text, last.end, group.start):
            found[-1] = DigitGroup(last.digits + group.digits, last.start, group.end, loose=True)
        else:
            found.append(group)
    return found


def find_raw_groups(text: str) -> Iterator[DigitGroup]:
    """Each figure and each number in words of a plain text on its own."""
    counted = {match.start("count") for match in COUNT_PHRASE.finditer(text)}
    tokens = [match for match in TOKEN.finditer(text) if match.start() not in counted]
    index, last_end = 0, -9
    rows = _find_long_rows(tokens)
    while index < len(tokens):
        digits, used = _read_digits(tokens, index)
        if digits:
            start, end = tokens[index].start(), tokens[index + used - 1].end()
            word = tokens[index][0]
            if word in ONLY_BESIDE_OTHERS and not _has_digit_neighbor(tokens, index, used, last_end):
                index += 1
                continue
            figures = word[-1] not in "abcdefghjkmnpqrstuvwxyz" and any(c.isdigit() for c in word)
            yield DigitGroup(digits, start, end, loose=len(digits) == 1 or not figures or used > 1)
            last_end = end
        elif tokens[index][0] in MISHEARD and (index in rows or _is_between_digits(tokens, index, last_end)):
            start, last_end = tokens[index].span()
            yield DigitGroup(str(MISHEARD[tokens[index][0]]), start, last_end, loose=True)
        index += used


Token = re.Match[str]


def _adjacent_word(tokens: Sequence[Token], at: int) -> str:
    """The word at `at` when it stands right behind the one before it, as parts of one number do."""
    if at >= len(tokens):
        return ""
    before = tokens[at - 1]
    return tokens[at][0] if WORD_GAP.fullmatch(before.string, before.end(), tokens[at].start()) else ""


def _read_digits(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The digits that the tokens from `index` stand for, and how many tokens that took."""
    word, following = tokens[index][0], _adjacent_word(tokens, index + 1)
    if any(character.isdigit() for character in word):
        digits = word.translate(_LETTER_DIGITS)
        if following in PLURALS and len(digits) <= 2 and 2 <= int(digits) <= 16:
            return str(PLURALS[following]) * int(digits), 2
        return digits, 1
    if word in REPEATS:
        digit = _read_single_digit(following)
        return (digit * REPEATS[word], 2) if digit else ("", 1)
    if word in ("o", "oo", "ooo", "oooo"):
        return "0" * len(word), 1
    counted = UNITS.get(word, TEENS.get(word, 0))
    if 2 <= counted <= 16 and following in PLURALS:
        return str(PLURALS[following]) * counted, 2
    return _read_cardinal(tokens, index)


def _read_single_digit(word: str) -> str:
    if word in UNITS:
        return str(UNITS[word])
    digits = word.translate(_LETTER_DIGITS)
    return digits if len(digits) == 1 and digits.isdigit() else ""


def _read_cardinal(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """A number in words up to the thousands: `four thousand one hundred eleven`, `cuatro mil ciento once`."""
    value, at = _read_below_thousand(tokens, index)
    if at == index and tokens[index][0] != "mil":
        return "", 1
    following = tokens[index][0] if at == index else _adjacent_word(tokens, at)
    if following not in THOUSAND:
        return str(value), at - index
    rest, after = _read_below_thousand(tokens, at + 1, inside=True)
    thousands = value if at > index else 1
    return str(thousands * 1000 + rest), max(after, at + 1) - index


def _read_below_thousand(tokens: Sequence[Token], at: int, *, inside: bool = False) -> tuple[int, int]:
    """(number, place behind it); the place is `at` when none is said there."""
    word = _adjacent_word(tokens, at) if inside else tokens[at][0]
    if word in HUNDREDS:
        rest, after = _read_below_hundred(tokens, at + 1)
        return HUNDREDS[word] + rest, max(after, at + 1)
    value, after = _read_below_hundred(tokens, at, first=not inside)
    if after == at or _adjacent_word(tokens, after) not in HUNDRED:
        return value, after
    place = after + 2 if _adjacent_word(tokens, after + 1) in AND_WORDS else after + 1
    rest, behind = _read_below_hundred(tokens, place)
    return value * 100 + rest, behind if behind > place else after + 1


def _read_below_hundred(tokens: Sequence[Token], at: int, *, first: bool = False) -> tuple[int, int]:
    word = (tokens[at][0] if first else _adjacent_word(tokens, at)) if at < len(tokens) else ""
    if word in TENS:
        unit = at + 2 if _adjacent_word(tokens, at + 1) == "y" else at + 1
        digit = UNITS.get(_adjacent_word(tokens, unit), 0)
        return (TENS[word] + digit, unit + 1) if digit else (TENS[word], at + 1)
    value = TEENS.get(word, UNITS.get(word, -1))
    return (value, at + 1) if value >= 0 else (0, at)


def _is_number_word(word: str) -> bool:
    return word in NUMBER_WORDS or word in ("o", "oo") or any(character.isdigit() for character in word)


def _has_digit_neighbor(tokens: Sequence[Token], index: int, used: int, last_end: int) -> bool:
    """Whether digits stand right before or behind: `once once`, not `once a month`. A Spanish `o` is an or."""
    start = tokens[index].start()
    if tokens[index][0] == "o" and _adjacent_word(tokens, index + 1) in SPANISH_NUMBER_WORDS:
        return False
    return used > 1 or 0 <= start - last_end <= 3 or _is_number_word(_adjacent_word(tokens, index + 1))


def _find_long_rows(tokens: Sequence[Token]) -> frozenset[int]:
    """The places of the tokens in long rows of words for single digits, misheard ones among them."""
    if not any(token[0] in MISHEARD for token in tokens):
        return frozenset()
    found: list[int] = []
    row: list[int] = []
    for index in range(len(tokens) + 1):
        word = (_adjacent_word(tokens, index) if row else tokens[index][0]) if index < len(tokens) else ""
        if word in MISHEARD or word in ("o", "oh") or _read_single_digit(word):
            row.append(index)
            continue
        found += row if len(row) >= MIN_LONG_ROW else []
        row = (
            [index]
            if index < len(tokens) and (tokens[index][0] in MISHEARD or _read_single_digit(tokens[index][0]))
            else []
        )
    return frozenset(found)


def _is_between_digits(tokens: Sequence[Token], index: int, last_end: int) -> bool:
    before = index > 0 and (_read_single_digit(tokens[index - 1][0]) or tokens[index - 1][0] in MISHEARD)
    return (
        bool(before)
        and tokens[index].start() - last_end <= 3
        and bool(_read_single_digit(_adjacent_word(tokens, index + 1)))
    )
