"""Undoes what speech recognizers make of digits said one at a time: times, prices, fractions, words that sound alike.

`12:34`, `$12.34` and `12/34` are four digits where the last four of a phone were asked for, and nothing else; `won too
for` is 1 2 4, and `5.9` five nines. The readers of member numbers, codes and amounts then read the text as usual.
"""

from __future__ import annotations

import re

from backend.reading.dates.day_vocabulary import MONTH_NAMES
from backend.reading.normalize import clean_text
from backend.reading.numbers.member_number import MAX_BASE_LENGTH, MIN_BASE_LENGTH, SUFFIX_LENGTH
from backend.reading.numbers.number_tokens import MISHEARD_DIGITS, PLURAL_DIGITS, REPEAT_WORDS, TEENS, TENS, UNITS

DIGITS_OF_QUESTION = {"last4": 4, "code": 6}
"""How many digits answer the question. A member number has as many as the co-op chose."""
NUMBER_QUESTIONS = ("member_number", "identity", "last4", "code")
WHOLE_WITHOUT_DASH = (7, 8)
"""So many digits may be a member number without its dash: nine may be a social security number, ten are a phone."""

_SOUND_ALIKE = {**MISHEARD_DIGITS, "free": 3, "fore": 4, "sex": 6, "oh": 0, "o": 0, "owe": 0}
_SOUND_ALIKE_REPEATS = {"purple": "triple", "tripple": "triple", "trouble": "double", "bubble": "double"}
_UNITS = {**UNITS, **_SOUND_ALIKE}
_ALIKE = "|".join(_SOUND_ALIKE)
_NUMBER_WORD = "|".join(
    (*_UNITS, *TEENS, *TENS, *REPEAT_WORDS, *_SOUND_ALIKE_REPEATS, *PLURAL_DIGITS, "hundred", "dash")
)
_FILLER = re.compile(
    r"\b(?:u[hm]+|er+|hm+|it'?s|its|is|they are|they're|that'?s|the|my|last four|last 4|ends? in|ending in|and then|"
    r"then|and|please|thanks|thank you|ok(?:ay)?|yes|yeah|well|so|number|account|member|code|digits?|"
    r"son|es|el|la|los|las|termina en|por favor|mi|numero|número|código|codigo|cuenta|socio|y)\b"
)
_ONLY_NUMBER_WORDS = re.compile(rf"(?:[\s,.;-]|\d+(?:'?s)?|(?:{_NUMBER_WORD})\b)+")
_ALIKE_WORD = re.compile(rf"\b(?:{_ALIKE})\b")
_REPEAT_ALIKE = re.compile(rf"\b({'|'.join(_SOUND_ALIKE_REPEATS)})(?= (?:\d|{'|'.join(UNITS)}|oh)\b)")
# "5.9", "5 9s": five nines
_COUNTED = re.compile(r"(?<![\d.])([2-9])(?:\.(\d)(?:'?s\b)?(?!\.\d)|[ .-]?(\d)'?s\b)(\d*)")
_COUNTED_WORD = re.compile(rf"\b({'|'.join(UNITS)}) (\d)'?s\b")
_TENS_AND_UNIT = re.compile(rf"\b({'|'.join(TENS)}) ({'|'.join(word for word, digit in UNITS.items() if digit)})\b")
_HALF_OF_DAY = re.compile(r"(?<=\d) ?[ap]\.?m\b\.?")
_MARKS_BETWEEN = re.compile(r"(?<=\d)[:/,.'](?=\d)")
_DASHES_BETWEEN = re.compile(r"(?<=\d) ?- ?(?=\d)")
_MEMBER_NUMBER = re.compile(r"(?<![\d-])\d{4,12} ?- ?\d{3}(?![\d-])")
_PHONE = re.compile(r"(?<![\d-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])?\d{3}[-.]\d{4}(?![\d-])")
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
"""So a recognizer may write nine digits; what is no member number must not be kept, and its shape shows that."""
_LEADING_OH = re.compile(r"^\W*(?:no|know|oh|o|owe)\b\W*(?=\d)")
_SPACED_MONEY = re.compile(
    r"(?<![\d.,$])(?<!\d )(?:\$ ?)?(\d(?: \d)+)(?= (?:dollars?|bucks?|cents?|d[oó]lar(?:es)?|pesos?|centavos?)\b)"
)
_SPLIT_CENTS = re.compile(r"(?<=\d) \.(?=\d\d\b)")
_CENT_MARK = re.compile(r"(\d\d?) ?¢")
_SPOKEN_DASH = re.compile(r"[\s,.]*\b(?:dash|hyphen|gui[oó]n)\b(?: of\b)?[\s,.]*")
_COMMA_IN_DATE = re.compile(rf"\b({MONTH_NAMES})\b\.?, (?=\d)", re.IGNORECASE)
_TIME_FOR_DATE = re.compile(r"^\W*(\d{1,2}):(\d\d)\W*$")
_SPLIT_TOMORROW = re.compile(r"\b(?:to|two|2) morrow\b", re.IGNORECASE)
_TIME_FOR_MONEY = re.compile(r"(?<![\d:.$])(\d{1,3})[:.](\d\d) (\d\d)(?!\d)")


def restore_digits(words: str, asked: str) -> str:
    """The words as the readers take them, where the open question asks for a number or an amount; else unchanged.

    `asked` is what the question expects: member_number, identity, last4, code, amount or date.
    """
    if asked == "amount":
        return _restore_amount(words)
    if asked == "date":
        words = _COMMA_IN_DATE.sub(r"\1 ", words)
        return _TIME_FOR_DATE.sub(r"\1/\2", _SPLIT_TOMORROW.sub("tomorrow", words))
    if asked not in NUMBER_QUESTIONS:
        return words
    cleaned = clean_text(words)
    if _PHONE.search(cleaned) or _SSN.search(cleaned):
        return words
    if joined := _join_alone(cleaned, asked):
        return joined
    restored = _restore_words(cleaned)
    restored = _restore_figures(restored, asked)
    missing_one = DIGITS_OF_QUESTION.get(asked if asked != "identity" else "last4", 0) - 1
    if (lead := _LEADING_OH.match(restored)) and asked != "member_number":
        behind = digits_alone(restored[lead.end() :]) or ""
        # "no, 001" takes back the digits behind the dash
        if len(behind) == missing_one and not (asked != "code" and behind.startswith("0")):
            restored = "0" + restored[lead.end() :]
    return restored if restored != cleaned else words


def _join_alone(cleaned: str, asked: str) -> str:
    """The number in figures where nothing but its digits is said, in pairs or with a word for the dash; else empty.

    `68, 36` is 6836 where four digits were asked for, and `198, 11, zero, zero, one` is one member number.
    """
    if wanted := DIGITS_OF_QUESTION.get(asked):
        alone = digits_alone(cleaned) or ""
        return alone if len(alone) == wanted else ""
    before, dash, behind = _SPOKEN_DASH.sub(" dash ", cleaned).rpartition(" dash ")
    base, rest = digits_alone(before) or "", digits_alone(behind) or ""
    if dash and MIN_BASE_LENGTH <= len(base) <= MAX_BASE_LENGTH and len(rest) == SUFFIX_LENGTH:
        return f"{base}-{rest}"
    is_mixed = asked == "member_number" and re.search(r"\d\d", cleaned) and re.search(r"\d[\s,.]+[a-z]", cleaned)
    alone = (digits_alone(cleaned) or "") if is_mixed else ""
    return alone if len(alone) in WHOLE_WITHOUT_DASH else ""


def digits_alone(words: str) -> str | None:
    """The digits, if nothing but digits is said: `uh, 9 9, double oh` gives `9900`. None for anything else."""
    cleaned = " ".join(_FILLER.sub(" ", _restore_words(clean_text(words))).split())
    if cleaned in _SOUND_ALIKE:
        return None  # alone it may be any word
    cleaned = _TENS_AND_UNIT.sub(lambda two: str(TENS[two[1]] + UNITS[two[2]]), cleaned)
    found: list[str] = []
    repeat = 1
    for piece in re.findall(r"\d+|[a-z]+|[^\s\d\w,.;#()-]", cleaned):
        if piece in REPEAT_WORDS:
            repeat = REPEAT_WORDS[piece]
        elif piece.isdigit() or piece in _UNITS:
            digits = piece if piece.isdigit() else str(_UNITS[piece])
            found.append(digits[0] * repeat + digits[1:])
            repeat = 1
        elif piece in TEENS or piece in TENS:
            found.append(str({**TEENS, **TENS}[piece]))
        elif piece != "dash":
            return None
    return "".join(found) or None


def _restore_words(cleaned: str) -> str:
    """Words that sound like digits as those digits, where nothing but digits is said, and two at least."""
    cleaned = _REPEAT_ALIKE.sub(lambda found: _SOUND_ALIKE_REPEATS[found[1]], cleaned)
    cleaned = _COUNTED_WORD.sub(lambda found: found[2] * UNITS[found[1]], cleaned)
    rest = _FILLER.sub(" ", cleaned).strip()
    alone = rest and _ONLY_NUMBER_WORDS.fullmatch(rest)
    if not alone or len(re.findall(r"\w+", rest)) < 2:
        return cleaned
    return _ALIKE_WORD.sub(lambda found: str(_SOUND_ALIKE[found[0]]), cleaned)


def _restore_figures(cleaned: str, asked: str) -> str:
    """Figures without the marks that recognizers set between digits, and with the digits that they count."""
    if asked in ("member_number", "identity"):
        cleaned = _COUNTED.sub(_repeat_counted, cleaned)
    cleaned = re.sub(r"\$ ?(?=\d)", "", _HALF_OF_DAY.sub("", cleaned))
    cleaned = re.sub(r"\((\d+)\)", r"\1", cleaned)
    if asked in ("member_number", "identity"):
        # a comma also parts the number from the last four behind it: "99999-001, 0142"
        if _MEMBER_NUMBER.search(cleaned):
            return cleaned
        cleaned = re.sub(r"(?<=\d)[:/.'](?=\d)", "", cleaned)
        cleaned = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", cleaned)
    else:
        cleaned = _MARKS_BETWEEN.sub("", cleaned)
    return cleaned if _MEMBER_NUMBER.search(cleaned) else _DASHES_BETWEEN.sub("", cleaned)


def _repeat_counted(found: re.Match[str]) -> str:
    digit = found[2] or found[3]
    return digit * int(found[1]) + (f" {found[4]}" if found[4] else "")


def _restore_amount(words: str) -> str:
    """`1 4 8 dollars and 9 2 cents` → `148 dollars and 92 cents`; `1:12 40` → `112 40`."""
    restored = _SPACED_MONEY.sub(lambda found: found[1].replace(" ", ""), words)
    restored = _CENT_MARK.sub(r"\1 cents", _SPLIT_CENTS.sub(".", restored))
    return _TIME_FOR_MONEY.sub(r"\1\2 \3", restored)
