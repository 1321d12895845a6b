"""Numbers as a voice says them: amounts, counts, digits, clock times and house numbers. Pure.

Voices differ in how they read "12,345", and read "4242" as a count, so thousands are named and digits are spaced out.
"""

from __future__ import annotations

from backend.language import SPANISH, current_language, tr

_SPELLED_HOUSE_NUMBER = 5
"""A house number with as many digits is said digit by digit."""
_AFTERNOON, _EVENING = 12, 19


def spell_digits(digits: str) -> str:
    """`99999001` as `9 9 9, 9 9 0, 0 1`: groups of three; a lone last digit joins its neighbor."""
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)


def spell_phone(digits: str) -> str:
    """`15555550142` as `1, 5 5 5, 5 5 5, 0 1 4 2`: a prefix, the area code, the exchange and the line."""
    parts = [digits[-4:], digits[-7:-4], digits[-10:-7], digits[:-10]]
    return ", ".join(" ".join(part) for part in reversed(parts) if part)


def spell_number(number: int) -> str:
    """`12345` as `12 thousand 345`, `12 mil 345`. Numbers below a thousand stay digits, which every voice reads."""
    if number < 1000:
        return str(number)
    if number >= 1_000_000:
        return _spell_millions(number)
    thousands, rest = divmod(number, 1000)
    said = tr("{number} thousand", number=thousands)
    if thousands == 1 and current_language() == SPANISH:
        said = "mil"
    return f"{said} {rest}" if rest else said


def _spell_millions(number: int) -> str:
    millions, rest = divmod(number, 1_000_000)
    if current_language() == SPANISH and millions > 1:
        said = f"{spell_number(millions)} millones"
    else:
        said = tr("{number} million", number=spell_number(millions) if millions > 1 else _say_one())
    return f"{said} {spell_number(rest)}" if rest else said


def _say_one() -> str:
    """The number one before a noun: a Spanish voice would read "1 dólar" as "uno dólar"."""
    return "un" if current_language() == SPANISH else "1"


def spell_amount(cents: int) -> str:
    """11240 cents as `112 dollars and 40 cents`; 1234567 as `12 thousand 345 dollars and 67 cents`."""
    sign = tr("minus") + " " if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    number = spell_number(dollars)
    if current_language() == SPANISH and dollars and dollars % 1_000_000 == 0:
        number += " de"  # un millón de dólares
    whole = tr("{number} dollar", number=_say_one()) if dollars == 1 else tr("{number} dollars", number=number)
    part = tr("{number} cent", number=_say_one()) if rest == 1 else tr("{number} cents", number=rest)
    if not rest:
        return sign + whole
    return sign + (tr("{dollars} and {cents}", dollars=whole, cents=part) if dollars else part)


def spell_time(hour: int, minute: int) -> str:
    """`8:00` as `8 AM`, `8 de la mañana`; `16:30` as `4:30 PM`, `4 y 30 de la tarde`. The hour counts to 24."""
    shown = hour % 12 or 12
    if current_language() != SPANISH:
        return f"{shown}{f':{minute:02d}' if minute else ''} {'AM' if hour < _AFTERNOON else 'PM'}"
    if hour < _AFTERNOON:
        part = "de la mañana" if hour else "de la noche"
    elif hour == _AFTERNOON:
        part = "del mediodía"
    else:
        part = "de la tarde" if hour < _EVENING else "de la noche"
    return f"{shown}{f' y {minute}' if minute else ''} {part}"


def spell_house_number(digits: str) -> str:
    """`1204` as `12 oh 4`, `123` as `1 23`, `1200` as `12 hundred`: as a house number is said in English.

    In Spanish it is a count, as Spanish speakers say it.
    """
    if len(digits) >= _SPELLED_HOUSE_NUMBER or digits.startswith("0"):
        return " ".join(digits)
    if current_language() == SPANISH:
        return spell_number(int(digits))
    first, last = digits[:-2], digits[-2:]
    if last == "00" and len(first) > 1:
        return f"{int(first) // 10} thousand" if first.endswith("0") else f"{first} hundred"
    if not first or last == "00":
        return digits
    return f"{first} oh {last[1]}" if last[0] == "0" else f"{first} {last}"
