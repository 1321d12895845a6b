"""Finds digits in what somebody wrote or said: `4111`, `four triple one`, `cuarenta y uno`, `four ones`, `4lO1`.

It also tells which groups of digits can be one number: between them stand only marks, markup, emoji or a few words.
"""

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
# letters count as a zero or a one only where they touch a digit
TOKEN = re.compile(r"(?<![a-z])o{0,6}[0-9][0-9oli|]*(?![a-z])|[0-9]+|[a-z]+")
_LETTER_DIGITS = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})
WORD_GAP = re.compile(r"[\s\-]{0,3}")
"""What may stand between the words of one number, as in `forty-one`."""
DIGIT_GAP = re.compile(r"[ \t\-]{0,3}")
"""What may stand between digits said or written one at a time that are one group."""
# "the next four are": this four is no digit of the number
COUNT_PHRASE = re.compile(
    r"\b(?:last|next|first|final|other|ultim[oa]s|proxim[oa]s|siguientes|primer[oa]s|otr[oa]s)\s+(?P<count>two|"
    r"three|four|five|six|dos|tres|cuatro|cinco|seis|[2-9])\b"
)
MAX_GAP_LENGTH = 48
FILLERS = (
    r"and|then|next|the|rest|is|are|um|uh|er|hmm|dash|hyphen|minus|space|blank|dot|point|period|comma|slash|pause|"
    r"followed|by|last|first|final|other|starts?|begins?|middle|ends|done|ok|okay|two|three|four|five|six|part|half|digits?|numbers?|"
    r"y|luego|despues|el|los|la|las|lo|es|son|eh|este|guion|menos|espacio|punto|coma|barra|pausa|seguido|de|del|"
    r"ultim[oa]s|siguientes|proxim[oa]s|primer[oa]s|otr[oa]s|dos|tres|cuatro|cinco|seis|parte|mitad|digitos?|numeros?|resto"
)
# atomic groups, so that no crafted text makes the match slow
GAP = re.compile(
    r"(?>(?><[^<>]{0,60}>|&#?\w{1,8};|(?<![a-z])x(?![a-z])|"
    rf"(?<![a-z0-9])(?:{FILLERS}|[2-9])(?![a-z0-9])|[^\w$]|_))*+"
)
DASH = re.compile(
    r"\s?[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d~]\s?|\W{0,3}\b(?:dash|hyphen|minus|guion|menos|raya)\b\W{0,3}"
)


@dataclass(frozen=True, slots=True)
class DigitGroup:
    """Digits written or said together, at [start, end) of the text. `loose`: a single digit, or digits in words."""

    digits: str
    start: int
    end: int
    loose: bool = False


def fold_text(text: str) -> str:
    """Lower the case and drop accents, character for character: positions stay the same."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(_ACCENTS)


def find_digit_groups(text: str) -> list[DigitGroup]:
    """Find the groups of digits in a text, in order; digits said or written one at a time are one group."""
    found: list[DigitGroup] = []
    for group in _find_raw_groups(fold_text(text)):
        last = found[-1] if found else None
        if last is not None and last.loose and group.loose and DIGIT_GAP.fullmatch(text, last.end, group.start):
            found[-1] = DigitGroup(last.digits + group.digits, last.start, group.end, loose=True)
        else:
            found.append(group)
    return found


def _find_raw_groups(text: str) -> Iterator[DigitGroup]:
    """Yield each digit row and each number in words of a folded text by itself."""
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
            in_figures = word[-1] not in "abcdefghjkmnpqrstuvwxyz" and any(c.isdigit() for c in word)
            yield DigitGroup(digits, start, end, loose=len(digits) == 1 or not in_figures or used > 1)
            last_end = end
        elif tokens[index][0] in MISHEARD and (index in rows or _is_between_digits(tokens, index, last_end)):
            start, last_end = tokens[index].span()
            yield DigitGroup(str(MISHEARD[tokens[index][0]]), start, last_end, loose=True)
        index += used


Token = re.Match[str]


def _adjacent_word(tokens: Sequence[Token], at: int) -> str:
    """The word at `at` if it directly follows the one before it, as parts of one number do; else empty."""
    if at >= len(tokens):
        return ""
    before = tokens[at - 1]
    return tokens[at][0] if WORD_GAP.fullmatch(before.string, before.end(), tokens[at].start()) else ""


def _read_digits(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The digits that the tokens from `index` on stand for, and how many tokens that is."""
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
    """The digit that a word is: `four`, `4`, `l`; empty where it is none."""
    if word in UNITS:
        return str(UNITS[word])
    digits = word.translate(_LETTER_DIGITS)
    return digits if len(digits) == 1 and digits.isdigit() else ""


def _read_cardinal(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """Read a number in words up to the thousands: `four thousand one hundred eleven`, `cuatro mil ciento once`."""
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
    """(number, index behind it); the index is `at` if there is no number."""
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
    """As `_read_below_thousand`; `first`: the word at `at` need not follow another."""
    word = (tokens[at][0] if first else _adjacent_word(tokens, at)) if at < len(tokens) else ""
    if word in TENS:
        unit = at + 2 if _adjacent_word(tokens, at + 1) == "y" else at + 1
        digit = UNITS.get(_adjacent_word(tokens, unit), 0)
        return (TENS[word] + digit, unit + 1) if digit else (TENS[word], at + 1)
    value = TEENS.get(word, UNITS.get(word, -1))
    return (value, at + 1) if value >= 0 else (0, at)


def _has_digit_neighbor(tokens: Sequence[Token], index: int, used: int, last_end: int) -> bool:
    """Whether digits stand right before or after: `once once`, not `once a month`. A Spanish `o` means or."""
    start = tokens[index].start()
    if tokens[index][0] == "o" and _adjacent_word(tokens, index + 1) in SPANISH_NUMBER_WORDS:
        return False
    following = _adjacent_word(tokens, index + 1)
    is_number = following in NUMBER_WORDS or following in ("o", "oo") or any(one.isdigit() for one in following)
    return used > 1 or 0 <= start - last_end <= 3 or is_number


def _find_long_rows(tokens: Sequence[Token]) -> frozenset[int]:
    """The indexes of tokens in long rows of words for single digits, misheard ones among them."""
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
        word = tokens[index][0] if index < len(tokens) else ""  # not adjacent to the row, it may begin another
        row = [index] if word in MISHEARD or _read_single_digit(word) else []
    return frozenset(found)


def _is_between_digits(tokens: Sequence[Token], index: int, last_end: int) -> bool:
    """Whether the word at `index` stands directly between two single digits: `four for four`."""
    before = tokens[index - 1][0] if index else ""
    follows_digit = bool(_read_single_digit(before) or before in MISHEARD) and tokens[index].start() - last_end <= 3
    return follows_digit and bool(_read_single_digit(_adjacent_word(tokens, index + 1)))


def is_gap(lowered: str, start: int, end: int) -> bool:
    """Whether the groups on both sides of [start, end) of a folded text can be one number."""
    return end - start <= MAX_GAP_LENGTH and GAP.fullmatch(lowered, start, end) is not None


def is_dash(lowered: str, start: int, end: int) -> bool:
    """Whether [start, end) is a dash, written or said."""
    return end - start <= 12 and DASH.fullmatch(lowered, start, end) is not None


def split_into_sequences(text: str, groups: Sequence[DigitGroup]) -> list[list[DigitGroup]]:
    """Put together the groups with nothing but a gap between them: each sequence may be one number."""
    lowered = fold_text(text)
    sequences: list[list[DigitGroup]] = []
    for group in groups:
        if sequences and is_gap(lowered, sequences[-1][-1].end, group.start):
            sequences[-1].append(group)
        else:
            sequences.append([group])
    return sequences
