"""A plan in one line, for the member and for the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.agenda import in_words
from actions.words import day_for_the_office, when_words
from backend.arrangements.rules import Part
from backend.language import day_words, tr
from backend.money import format_cents

MOST_NAMED = 4


def plan_words(parts: Sequence[Part], today: date, left: int = 0) -> str:
    """`$56.20 today and $56.20 on Friday, November 27`; of many equal payments the count, the first and the last."""
    if len(parts) > MOST_NAMED and (told := _in_short(parts, today)):
        return told
    each = [tr("{amount} {when}", amount=format_cents(part.cents), when=when_words(part.on, today)) for part in parts]
    if left > 0:
        each.append(tr("{amount} on a day not known yet", amount=format_cents(left)))
    return in_words(each)


def _in_short(parts: Sequence[Part], today: date) -> str:
    usual = parts[0].cents
    if any(part.cents != usual for part in parts[:-1]) or len({part.on for part in parts}) < len(parts):
        return ""
    values = {
        "count": len(parts) - (parts[-1].cents != usual),
        "amount": format_cents(usual),
        "first": day_words(parts[0].on, today),
        "last": day_words(parts[-1].on, today),
        "next": day_words(parts[1].on, today),
    }
    if parts[-1].cents == usual:
        return tr("{count} payments of {amount}: {first}, then {next}, and so on until {last}", **values)
    return tr(
        "{count} payments of {amount}: {first}, then {next}, and so on, and a last one of {last_amount} on {last}",
        last_amount=format_cents(parts[-1].cents),
        **values,
    )


def plan_for_the_office(parts: Sequence[Part], today: date) -> str:
    """Every payment, in English."""
    return "; ".join(f"{format_cents(part.cents)} on {day_for_the_office(part.on, today)}" for part in parts)
