"""Reads which of several accounts is meant: by the digits behind the dash, by a word for it, or all of them."""

from __future__ import annotations

import re

from backend.reading.detectors import detector, whole_detector
from backend.reading.numbers.digit_groups import spoken_to_digits

SEPARATOR = re.compile(r"(?<![\d$.,/])(?:(?P<base>\d{4,12})[- ]?)?(?P<separator>0\d\d)(?![\d.,/]\d|\d)")
mentions_home = detector(r"\b(home|house|residence|where (?:i|we) live|(?:donde|where) viv(?:o|imos))\b")
_SEVERAL = r"(?:two|three|four|five|six|[2-6])"
names_all_accounts = detector(
    rf"\ball (?:of )?(?:the |my |these |those )?{_SEVERAL}\b(?! ?(?:equal|more|days?|weeks?|months?|years?|times?|"
    r"parts?|payments?|installments?|cards?|hours?|dollars?|bucks|hundred|thousand|[.:,]\d))|"
    r"\b(?:todas|me refiero) at [2-6]\b|\bat [2-6] juntas\b|"  # "las tres" is read as a time
    rf"\b(?:the|my|these|those|for|on|pay) {_SEVERAL} (?:accounts|meters|places|bills)\b|"
    r"\b(all|both|every|each)\b[\w ]{0,20}\b(accounts?|meters?|places|bills|together|of them)\b|"
    r"\b(altogether|combined|in total|in all|all together|(?:are|do) they|(?:for|of|on) both)\b|"
    r"\b(?:both|all|each) (?:of )?(?:'?em|them)\b|"
    r"^\W*(?:both|all of (?:them|'?em)|(?:para |en )?(?:l[ao]s dos|amb[ao]s))(?: please| por favor)?\W*$"
)
PAY_ALL_ACCOUNTS = re.compile(
    r"\b(?:pay|paying|for|do|cover|settle) (?:off )?(?:both|all (?:of (?:them|those|these)|them|accounts)|"
    r"(?:them|those|these) (?:all|both)|(?:every|each) (?:single )?one(?: of (?:them|those|these))?|each of them)\b",
    re.IGNORECASE,
)
names_the_others = detector(
    rf"\b(?:the|my) (?:others|other (?:{_SEVERAL} ?)?(?:ones|accounts|meters|places|bills)|other {_SEVERAL})\b"
    r"(?! ?(?:days?|weeks?|months?|payments?))"
)
"""`The other two`, `my other accounts`: all but the one that is open."""
names_other_account = detector(r"\bother (?:one|account|house|home|place|meter|property|bill)\b")
_EXCEPTION = re.compile(
    r"\b(?:except(?: for)?|excluding|other than|besides|minus|excepto|salvo|menos|but not|not(?= (?:the|my) )"
    r"|(?:(?<=\beverything )|(?<=\ball )|(?<=\bboth )|(?<=\bof them )|(?<=\baccounts )|(?<=\bbills ))but)\b"
    r"(?P<left_out>[^,.;]*)",
    re.IGNORECASE,
)
is_partial_number = whole_detector(r"\d{5,6}")
"""A member number without the digits behind the dash."""
SEPARATOR_ALONE = re.compile(r"\D*(\d{3})\D*")  # the three digits behind the dash, sent alone


def find_separators(words: str, base: str) -> list[str]:
    """The account digits in the words, alone or behind the member's own number `base`: `99999-002` gives `002`."""
    return [found["separator"] for found in SEPARATOR.finditer(words) if found["base"] in (None, base)]


def contains_word(words: str, name: str) -> bool:
    """Whether the words contain the name, such as `barn`. False for an empty name."""
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", words, re.IGNORECASE) is not None


def split_exception(words: str) -> tuple[str, str]:
    """The words without what they leave out, and that: `all of them` and `the barn`."""
    return _EXCEPTION.sub(" ", words), " ".join(found["left_out"] for found in _EXCEPTION.finditer(words))


def means_all_accounts(words: str) -> bool:
    """`Pay both`, `all my accounts`: each of the member's accounts is meant."""
    return bool(names_all_accounts(words) or PAY_ALL_ACCOUNTS.search(words))


def extract_separator_alone(text: str) -> str | None:
    """The three digits behind the dash, sent without the rest of the member number."""
    found = SEPARATOR_ALONE.fullmatch(spoken_to_digits(text))
    return found[1] if found else None
