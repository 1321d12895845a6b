"""A phone number given where a member number was asked for: seen by its shape alone, nothing is looked up for it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.reading.member_number import SEPARATOR
from backend.reading.runs import Run, scan
from backend.reading.wording import clean

_WITH_AREA, _WITH_COUNTRY, _LOCAL = 10, 11, 7
_WRITTEN = frozenset("0123456789()+-./ ")


@dataclass(frozen=True)
class PhoneTyped:
    """`certain`: no member number is written so. Else the bare digits may be either: it is a phone where the co-op has
    no numbers of that many digits."""

    digits: str
    certain: bool


def phone_typed(text: str) -> PhoneTyped | None:
    """The phone number in what was said, when nothing else in it can be a member number."""
    bare = text.strip()
    if set(bare) <= _WRITTEN and ("(" in bare or bare.startswith("+")):
        digits = "".join(character for character in bare if character.isdigit())
        return PhoneTyped(digits, certain=True) if _WITH_AREA <= len(digits) <= 15 else None
    found = scan(clean(text))
    runs = [run for run in found.runs if len(run.digits) >= _LOCAL and not (run.money or run.denied)]
    if found.phones and not runs:
        return PhoneTyped(found.phones[-1].digits, certain=True)
    return _bare(runs[0]) if len(runs) == 1 and not found.phones else None


def _bare(run: Run) -> PhoneTyped | None:
    digits = run.digits
    national = digits[1:] if len(digits) == _WITH_COUNTRY and digits[0] == "1" else digits
    if len(national) not in (_WITH_AREA, _LOCAL) or not _may_be_dialled(national):
        return None
    if run.dashes and run.dashes[-1] == len(digits) - SEPARATOR:
        return None  # 5555550-142: a member number's own dash
    return PhoneTyped(digits, certain=bool(run.dashes))


def _may_be_dialled(national: str) -> bool:
    """North American area codes and exchanges begin with neither 0 nor 1."""
    starts = (0, 3) if len(national) == _WITH_AREA else (0,)
    return all(national[at] not in "01" for at in starts)
