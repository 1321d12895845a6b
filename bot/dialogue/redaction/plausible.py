"""What members have to tell in figures, and how it is told from what nobody needs: by shape, by what is asked for, and
by the accounts that there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.dialogue.redaction.card_numbers import FIRST_DIGITS
from bot.dialogue.redaction.digits import Group
from bot.dialogue.redaction.gaps import is_dash

# What stays, wherever it stands. A member number has its dash: without one it is told from others by the words.
STAYS = re.compile(
    r"(?P<member>(?<!\d)(?<!\d[-.])(?<!\d - )[\do]{4,9}\s?-\s?[\do]{3}(?!\w|-\s?\d))"
    r"|(?P<phone>(?<!\d)(?<!\d-)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d|-\d)"
    r"|(?<![\d-])(?<!\d )\d{3}-\d{4}(?!\d|-\d))"
    r"|(?P<amount>\$\s?(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?:\.\d{1,2})?(?!\d)"
    r"|(?<![\d.,-])\d{1,6}(?:\.\d\d)?(?=\s*(?:dollars|bucks|usd|cents|dolares|pesos|centavos)\b)"
    r"|(?<![\d.,$-])\d{1,3}(?:,\d{3})?\.\d\d(?![\d.,-]|\s*\.\d))"
    r"|(?P<date>(?<![\d/.-])\d{1,2}(?:/\d{1,2}(?:/(?:20)?\d\d)?|([.-])\d{1,2}\5(?:20)?\d\d)(?![/.-]?\d)"
    r"|(?<![\d-])20\d\d-\d\d-\d\d(?![\d-]))"
    r"|(?P<time>(?<![\d:])\d{1,2}:\d\d(?![:\d]))",
    re.IGNORECASE,
)
MOST_LOOSE = 10
"""So many digits in several groups may be a number with four digits behind it; more are nothing that is asked for."""
LONGEST_NAMED = 12
SEPARATOR = 3
MEMBER_SIZES = ([7], [8], [10], [4, 3], [5, 3], [6, 3], [7, 3])
BASES = ([5], [6])
"""Member numbers without what is behind the dash, which is asked for next. Four figures may be the rest of anything."""
TWO_OF_FOUR = frozenset(("member_number", "identity", "last4", "phone", "date", "number", "choice"))
SSN_SIZES = [3, 2, 4]
NINE = ([9], SSN_SIZES, [2, 7], [3, 3, 3], [3, 6], [6, 3], [4, 5])
"""How social security and tax numbers are parted. 5 and 4 are a ZIP code, or a base and a last four."""


@dataclass(frozen=True)
class Situation:
    """What a message is read in: what was `asked` for last (a channel hint, or nothing), and account numbers that are
    known to be some, without their dash. `card`: a card was `spoken` of just before, or its number `given`; `login`:
    a login was spoken of. `again`: the answer before may have been taken out by mistake; `ending`: it may have been the
    three digits behind the dash of a member number."""

    asked: str = ""
    accounts: frozenset[str] = field(default_factory=frozenset)
    card: str = ""
    login: bool = False
    again: bool = False
    ending: bool = False

    @property
    def number_asked(self) -> bool:
        return self.asked in ("member_number", "identity")

    def is_account(self, digits: str) -> bool:
        return digits in self.accounts


def staying(lowered: str, groups: Sequence[Group]) -> list[str]:
    """Of each group what it is part of that stays: member, phone, amount, date or time; else an empty text."""
    kinds = [""] * len(groups)
    index = 0
    for match in STAYS.finditer(lowered):
        while index < len(groups) and groups[index].end <= match.start():
            index += 1
        while index < len(groups) and groups[index].start < match.end():
            kinds[index] = str(match.lastgroup)
            index += 1
    for place in range(len(groups) - 1):
        if _is_said_member(lowered, groups, place) and not kinds[place] and not kinds[place + 1]:
            kinds[place] = kinds[place + 1] = "member"
    return kinds


def _is_said_member(lowered: str, groups: Sequence[Group], at: int) -> bool:
    """`nine nine nine nine nine dash zero zero one`, with no more dashes around it."""
    base, ending = groups[at], groups[at + 1]
    if not (4 <= len(base.digits) <= 9 and len(ending.digits) == SEPARATOR and (base.loose or ending.loose)):
        return False
    if not is_dash(lowered, base.end, ending.start):
        return False
    behind = groups[at + 2] if at + 2 < len(groups) else None
    ahead = groups[at - 1] if at else None
    more = behind is not None and is_dash(lowered, ending.end, behind.start)
    return not more and not (ahead is not None and is_dash(lowered, ahead.end, base.start))


def is_expected(sizes: list[int], situation: Situation) -> bool:
    """Whether groups of these sizes alone are just what was asked for."""
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
    }.get(situation.asked, False)


def is_answer_again(sizes: list[int], situation: Situation) -> bool:
    """Whether groups of these sizes are what was asked for, once more after it was taken out for what stood before it:
    who was refused by mistake must get through."""
    if not situation.again:
        return False
    ending = situation.ending and sizes == [SEPARATOR]
    number = situation.number_asked and (ending or sizes in MEMBER_SIZES or sizes in BASES)
    return number or is_expected(sizes, situation)


def account_in(digits: Sequence[str], situation: Situation) -> int:
    """How many of the leading groups are the number of an account, with four digits more written on to it or not."""
    joined = ""
    for count, group in enumerate(digits[:9], 1):
        joined += group
        if situation.is_account(joined) or (len(joined) > 11 and situation.is_account(joined[:-4])):
            return count
        if len(joined) > 16:
            break
    return 0


def candidates(digits: Sequence[str]) -> set[str]:
    """What in a run could be the number of an account: to be looked up."""
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


def is_told(digits: Sequence[str], situation: Situation, *, named: bool) -> bool:
    """Whether a run without a telling word of a secret may be something that members have to tell.

    `named`: a word says that it is a meter, an order, a phone or the like.
    """
    if start := account_in(digits, situation):
        return start == len(digits) or is_told(digits[start:], situation, named=named)
    sizes = [len(group) for group in digits]
    total = sum(sizes)
    if sizes in NINE or (total == 9 and len(sizes) >= 4 and max(sizes) <= 3):
        return (named and sizes in ([9], [3, 3, 3], [4, 5])) or (sizes == [6, 3] and situation.number_asked)
    if len(sizes) == 1:
        is_phone = total == 11 and digits[0][0] == "1"
        return total <= MOST_LOOSE or is_phone or (named and total <= LONGEST_NAMED)
    if _is_card_begun(digits, sizes, situation):
        return False
    rest = total - _member_or_phone(sizes, digits)
    return rest <= (MOST_LOOSE if rest < total else LONGEST_NAMED if named else MOST_LOOSE)


def _is_card_begun(digits: Sequence[str], sizes: list[int], situation: Situation) -> bool:
    """The first eight digits or more of a card in fours; where figures are asked for, eight may be two answers."""
    if sizes[:2] != [4, 4] or digits[0][0] not in FIRST_DIGITS:
        return False
    return len(sizes) > 2 or situation.asked not in TWO_OF_FOUR


def _member_or_phone(sizes: list[int], digits: Sequence[str]) -> int:
    """Digits at the start that are a member number or a phone with its area code, as far as the shape tells."""
    if sizes[:3] == [3, 3, 4]:
        return 10
    if sizes[:4] == [1, 3, 3, 4]:
        return 11
    if sizes[0] in (7, 8, 10):
        return sizes[0]
    if sizes[1:2] == [SEPARATOR] and 4 <= sizes[0] <= 7:
        return sizes[0] + SEPARATOR
    if sizes[0] == 4 and len(sizes) > 1:
        return 4 + (_member_or_phone(sizes[1:], digits[1:]) or -4)
    return 0
