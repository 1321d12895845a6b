"""How people say numbers: digit by digit in groups, in one run, with "dash", with "oh", in pairs."""

from __future__ import annotations

from lab.noise.asr import DIGITS

TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_FORMS = ("groups", "run", "dash", "oh", "groups", "run", "dash", "oh", "groups", "lead")
LAST4_FORMS = ("run", "oh", "pairs", "run", "lead", "run")


def say_member_number(dashed: str, form: str = "groups") -> str:
    """`99999-001` as a caller says it, in one of NUMBER_FORMS."""
    base, suffix = dashed.split("-")
    if form == "run":
        return say_digits(base + suffix)
    if form == "dash":
        return f"{say_digits(base)} dash {say_digits(suffix)}"
    if form == "oh":
        return f"{say_digits(base[:3])}, {say_digits(base[3:])}, {say_digits(suffix)}".replace("zero", "oh")
    groups = f"{say_digits(base[:3])}, {say_digits(base[3:])}, {say_digits(suffix)}"
    return f"it's {groups}" if form == "lead" else groups


def say_last4(digits: str, form: str = "run") -> str:
    """Four digits as a caller says them, in one of LAST4_FORMS."""
    if form == "oh":
        return say_digits(digits).replace("zero", "oh")
    if form == "pairs":
        return f"{_say_pair(digits[:2])}, {_say_pair(digits[2:])}"
    return f"it's {say_digits(digits)}" if form == "lead" else say_digits(digits)


def say_digits(digits: str) -> str:
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _say_pair(pair: str) -> str:
    tens, ones = int(pair[0]), int(pair[1])
    if tens == 0:
        return f"oh {DIGITS[ones]}"
    if tens == 1:
        return TEENS[ones]
    return f"{TENS[tens]} {DIGITS[ones]}" if ones else TENS[tens]
