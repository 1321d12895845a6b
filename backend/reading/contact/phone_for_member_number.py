"""A phone number given where a member number was asked for: seen by its shape alone, nothing is looked up for it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.reading.normalize import clean_text
from backend.reading.numbers.digit_groups import DigitGroup, find_digit_groups
from backend.reading.numbers.member_number import SUFFIX_LENGTH

_NATIONAL_LENGTH, _INTERNATIONAL_LENGTH, _LOCAL_LENGTH = 10, 11, 7
_PHONE_CHARACTERS = frozenset("0123456789()+-./ ")


@dataclass(frozen=True)
class PossiblePhone:
    """`certain`: no member number is written so. Else the bare digits may be either: it is a phone where the co-op has
    no numbers of that many digits."""

    digits: str
    is_certain: bool


def detect_phone(text: str) -> PossiblePhone | None:
    """The phone number in what was said, when nothing else in it can be a member number."""
    bare = text.strip()
    if set(bare) <= _PHONE_CHARACTERS and ("(" in bare or bare.startswith("+")):
        digits = "".join(character for character in bare if character.isdigit())
        return PossiblePhone(digits, is_certain=True) if _NATIONAL_LENGTH <= len(digits) <= 15 else None
    found = find_digit_groups(clean_text(text))
    runs = [run for run in found.groups if len(run.digits) >= _LOCAL_LENGTH and not (run.is_money or run.is_denied)]
    if found.phones and not runs:
        return PossiblePhone(found.phones[-1].digits, is_certain=True)
    return _phone_from_digits(runs[0]) if len(runs) == 1 and not found.phones else None


def _phone_from_digits(run: DigitGroup) -> PossiblePhone | None:
    digits = run.digits
    national = digits[1:] if len(digits) == _INTERNATIONAL_LENGTH and digits[0] == "1" else digits
    if len(national) not in (_NATIONAL_LENGTH, _LOCAL_LENGTH) or not _is_dialable(national):
        return None
    if run.dash_positions and run.dash_positions[-1] == len(digits) - SUFFIX_LENGTH:
        return None  # 5555550-142: a member number's own dash
    return PossiblePhone(digits, is_certain=bool(run.dash_positions))


def _is_dialable(national: str) -> bool:
    """North American area codes and exchanges begin with neither 0 nor 1."""
    starts = (0, 3) if len(national) == _NATIONAL_LENGTH else (0,)
    return all(national[at] not in "01" for at in starts)
