"""Reads the last four digits of the phone on file: `0142` of `ending 0142`, `555-555-0142`, `oh one four two`."""

from __future__ import annotations

from backend.reading.dates.day_parsing import blank_days
from backend.reading.normalize import clean_text
from backend.reading.numbers.digit_groups import METHOD_LABEL, DigitGroup, DigitScan, find_digit_groups

_PHONE_LENGTHS = (10, 11)
_LOCAL_LENGTH = 7


def parse_last4(text: str, asked: str | None = "last4") -> str | None:
    """The four digits in what was said, also out of a whole phone number; the last ones if they were corrected.

    When something else was `asked` they count only if they are called that.
    """
    return find_last4(find_digit_groups(blank_days(clean_text(text))), asked)


def find_last4(found: DigitScan, asked: str | None, taken: tuple[int, int] = (-1, -1)) -> str | None:
    """The last four among a text's runs of digits, leaving alone the span that is the member number."""
    runs = [run for run in found.groups if run.start != taken[0] and not run.is_money and not run.is_denied]
    called = [run.digits for run in runs if run.label == "last4" and len(run.digits) == 4]
    phones = [run.digits[-4:] for run in found.phones if asked == "last4" or run.label == "phone"]
    if asked != "last4":
        called += [run.digits for run in runs if run.label == "phone" and len(run.digits) == 4]
        named = called or phones
        return named[-1] if named else None
    return _choose_last4(runs, called) or (phones[-1] if phones else None)


def _choose_last4(runs: list[DigitGroup], called: list[str]) -> str | None:
    """Four digits win over a whole phone number said without breaks; what is called the last four wins over both."""
    latest = max((run.correction_index for run in runs if len(run.digits) == 4), default=0)
    others = ("amount", METHOD_LABEL)
    fresh = [
        run.digits
        for run in runs
        if len(run.digits) == 4 and run.correction_index == latest and run.label not in others
    ]
    if called and (not fresh or called[-1] in fresh or latest == 0):
        return called[-1]
    if fresh:
        return fresh[-1]
    phones = [run.digits[-4:] for run in runs if _is_phone_length(run)]
    return phones[-1] if phones else None


def _is_phone_length(run: DigitGroup) -> bool:
    """A whole phone number, with or without the area code: `5555550142`, `555-0142`."""
    if len(run.digits) == _LOCAL_LENGTH:
        return run.dash_positions in ((), (3,)) and run.label not in ("number", "amount")
    return len(run.digits) in _PHONE_LENGTHS and not run.dash_positions
