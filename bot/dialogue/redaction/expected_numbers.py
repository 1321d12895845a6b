"""Decides which numbers members need to give: by shape, the open question and the accounts that exist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.dialogue.redaction.card_numbers import CARD_FIRST_DIGITS
from bot.dialogue.redaction.digits import DigitGroup, is_dash

# Always kept. A member number counts here only with its dash; without one the words around it decide.
LEGITIMATE_NUMBER = re.compile(
    r"(?P<member>(?<!\d)(?<!\d[-.])(?<!\d - )[\do]{4,9}\s?-\s?[\do]{3}(?!\w|-\s?\d))|"
    r"(?P<phone>(?<!\d)(?<!\d-)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d|-\d)|"
    r"(?<![\d-])(?<!\d )\d{3}-\d{4}(?!\d|-\d))|(?P<amount>\$\s?(?:\d{1,3}(?:,\d{3}){1,2}|"
    r"\d{1,6})(?:\.\d{1,2})?(?!\d)|(?<![\d.,-])\d{1,6}(?:\.\d\d)?(?=\s*(?:dollars|bucks|usd|cents|dolares|pesos|"
    r"centavos)\b)|(?<![\d.,$-])\d{1,3}(?:,\d{3})?\.\d\d(?![\d.,-]|\s*\.\d))|"
    r"(?P<date>(?<![\d/.-])\d{1,2}(?:/\d{1,2}(?:/(?:20)?\d\d)?|([.-])\d{1,2}\5(?:20)?\d\d)(?![/.-]?\d)|"
    r"(?<![\d-])20\d\d-\d\d-\d\d(?![\d-]))|(?P<time>(?<![\d:])\d{1,2}:\d\d(?![:\d]))",
    re.IGNORECASE,
)
MAX_UNLABELED_DIGITS = 10
"""This many digits in several groups may be a number with a last four behind it; nothing that is asked has more."""
MAX_LABELED_DIGITS = 12
SUFFIX_DIGITS = 3
MEMBER_NUMBER_SIZES = ([7], [8], [10], [4, 3], [5, 3], [6, 3], [7, 3])
BASE_SIZES = ([5], [6])
"""Member numbers without the digits behind the dash, which are asked for next. Four digits may be part of anything."""
TWO_FOURS_QUESTIONS = frozenset(("member_number", "identity", "last4", "phone", "date", "number", "choice"))
SSN_SIZES = [3, 2, 4]
NINE_DIGIT_SIZES = ([9], SSN_SIZES, [2, 7], [3, 3, 3], [3, 6], [6, 3], [4, 5])
"""How social security and tax numbers are grouped. 5 and 4 are a ZIP code, or a member number and a last four."""


@dataclass(frozen=True)
class RedactionContext:
    """What a message is read with.

    asked: what the open question expects (a response's `expect` hint), or empty
    accounts: digits of existing account numbers, without the dash
    card: "spoken" if a card was spoken of just before, "given" if its number was given, else empty
    is_retry: the answer before may have been removed by mistake
    may_be_suffix: that answer may have been the three digits behind the dash of a member number
    by_office: a clerk wrote it, and no member
    """

    asked: str = ""
    accounts: frozenset[str] = field(default_factory=frozenset)
    card: str = ""
    login_mentioned: bool = False
    is_retry: bool = False
    may_be_suffix: bool = False
    by_office: bool = False

    @property
    def is_number_asked(self) -> bool:
        return self.asked in ("member_number", "identity")

    def is_account(self, digits: str) -> bool:
        return digits in self.accounts


def classify_legitimate(lowered: str, groups: Sequence[DigitGroup]) -> list[str]:
    """What each group is part of: "member", "phone", "amount", "date", "time", or empty if it is none of these."""
    kinds = [""] * len(groups)
    index = 0
    for match in LEGITIMATE_NUMBER.finditer(lowered):
        while index < len(groups) and groups[index].end <= match.start():
            index += 1
        while index < len(groups) and groups[index].start < match.end():
            kinds[index] = str(match.lastgroup)
            index += 1
    for place in range(len(groups) - 1):
        if _is_spoken_member_number(lowered, groups, place) and not kinds[place] and not kinds[place + 1]:
            kinds[place] = kinds[place + 1] = "member"
    return kinds


def _is_spoken_member_number(lowered: str, groups: Sequence[DigitGroup], at: int) -> bool:
    """Whether the groups at `at` are `nine nine nine nine nine dash zero zero one`, with no more dashes around."""
    base, ending = groups[at], groups[at + 1]
    if not (4 <= len(base.digits) <= 9 and len(ending.digits) == SUFFIX_DIGITS and (base.loose or ending.loose)):
        return False
    if not is_dash(lowered, base.end, ending.start):
        return False
    behind = groups[at + 2] if at + 2 < len(groups) else None
    ahead = groups[at - 1] if at else None
    more = behind is not None and is_dash(lowered, ending.end, behind.start)
    return not more and not (ahead is not None and is_dash(lowered, ahead.end, base.start))


def matches_question(sizes: list[int], context: RedactionContext) -> bool:
    """Whether groups of these sizes are what was asked for."""
    total = sum(sizes)
    return {
        "last4": total == 4,
        "identity": total == 4,
        "code": total == 6,
        "amount": total <= 6,
        "date": total <= 8 and sizes[0] <= 2,
        "time": total <= 4,
        "number": total <= 5,
        "plan": total <= 6,
        "choice": total <= 2,
        "confirm": total <= 1,
        "phone": total == 10,
        "address": total <= 6,
    }.get(context.asked, False)


def is_repeated_answer(sizes: list[int], context: RedactionContext) -> bool:
    """Whether groups of these sizes repeat an answer that may have been removed by mistake: it must get through now."""
    if not context.is_retry:
        return False
    ending = context.may_be_suffix and sizes == [SUFFIX_DIGITS]
    number = context.is_number_asked and (ending or sizes in MEMBER_NUMBER_SIZES or sizes in BASE_SIZES)
    return number or matches_question(sizes, context)


def count_account_groups(digits: Sequence[str], context: RedactionContext) -> int:
    """How many of the leading groups are an account number, perhaps with four more digits appended; 0 if none."""
    joined = ""
    for count, group in enumerate(digits[:9], 1):
        joined += group
        if context.is_account(joined) or (len(joined) > 11 and context.is_account(joined[:-4])):
            return count
        if len(joined) > 16:
            break
    return 0


def account_candidates(digits: Sequence[str]) -> set[str]:
    """The digits in a sequence that could be an account number, to be looked up."""
    found: set[str] = set()
    for first in range(len(digits)):
        joined = ""
        for group in digits[first : first + 9]:
            joined += group
            if 7 <= len(joined) <= 12:
                found.add(joined)
            if 11 <= len(joined) <= 16:
                found.add(joined[:-4])
            if len(joined) > 16:
                break
    return found


def is_legitimate(digits: Sequence[str], context: RedactionContext, *, named: bool) -> bool:
    """Whether a sequence that no word names a secret may be something that members need to give.

    `named`: a word says that it is a meter, an order, a phone or the like.
    """
    if start := count_account_groups(digits, context):
        return start == len(digits) or is_legitimate(digits[start:], context, named=named)
    sizes = [len(group) for group in digits]
    total = sum(sizes)
    if sizes in NINE_DIGIT_SIZES or (total == 9 and len(sizes) >= 4 and max(sizes) <= 3):
        return (named and sizes in ([9], [3, 3, 3], [4, 5])) or (sizes == [6, 3] and context.is_number_asked)
    if len(sizes) == 1:
        is_phone = total == 11 and digits[0][0] == "1"
        return total <= MAX_UNLABELED_DIGITS or is_phone or (named and total <= MAX_LABELED_DIGITS)
    if _starts_like_card(digits, sizes, context):
        return False
    rest = total - _count_member_or_phone_digits(sizes, digits)
    return rest <= (MAX_UNLABELED_DIGITS if rest < total else MAX_LABELED_DIGITS if named else MAX_UNLABELED_DIGITS)


def _starts_like_card(digits: Sequence[str], sizes: list[int], context: RedactionContext) -> bool:
    """Whether it begins with eight digits of a card in fours; where digits are asked for, eight may be two answers."""
    if sizes[:2] != [4, 4] or digits[0][0] not in CARD_FIRST_DIGITS:
        return False
    return len(sizes) > 2 or context.asked not in TWO_FOURS_QUESTIONS


def _count_member_or_phone_digits(sizes: list[int], digits: Sequence[str]) -> int:
    """How many digits at the start have the shape of a member number or of a phone with its area code."""
    if sizes[:3] == [3, 3, 4]:
        return 10
    if sizes[:4] == [1, 3, 3, 4]:
        return 11
    if sizes[0] in (7, 8, 10):
        return sizes[0]
    if sizes[1:2] == [SUFFIX_DIGITS] and 4 <= sizes[0] <= 7:
        return sizes[0] + SUFFIX_DIGITS
    if sizes[0] == 4 and len(sizes) > 1:
        return 4 + (_count_member_or_phone_digits(sizes[1:], digits[1:]) or -4)
    return 0
