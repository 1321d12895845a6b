"""The values in the texts about budget and levelized billing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.language import mark, tr, tr_count
from backend.money import format_cents
from backend.programs.notices import NAMES
from backend.programs.rules import BUDGET
from backend.programs.service import ProgramOffer

REFUSAL_REASONS = {
    "closed": mark("the account is closed"),
    "past_due": mark("a bill is past due; once that is paid, ask again"),
    "not_residential": mark("it is for homes only"),
    "history": mark("it needs 12 months of bills at this address"),
    "too_much_use": mark("it is for less than 200,000 kWh a year"),
    "balance": mark("it needs a balance of $0.00; once your bill is paid, ask again"),
}


def refusal_values(offer: ProgramOffer) -> dict[str, Any]:
    return {"program_name": format_program(offer.program).capitalize(), "reason": tr(REFUSAL_REASONS[offer.reasons[0]])}


def format_program(program: str) -> str:
    """`budget billing`."""
    return tr(NAMES[program])


def comparison_values(offers: Sequence[ProgramOffer]) -> dict[str, Any]:
    """What the member's last bills would have been with each program, beside what they were."""
    actual = offers[0].cost.actual_cents
    values: dict[str, Any] = {
        "bills": len(actual),
        "total": format_cents(sum(actual)),
        "lowest": format_cents(min(actual)),
        "highest": format_cents(max(actual)),
        "table": {
            "head": [
                "",
                tr("Now a month"),
                tr_count("Last bill", "Last {count} bills", len(actual)),
                tr("Against your bills"),
            ],
            "rows": [
                [tr("As billed"), "-", format_cents(sum(actual)), "-"],
                *(_comparison_row(offer) for offer in offers),
            ],
        },
    }
    for offer in offers:
        values[f"{offer.program}_amount"] = format_cents(offer.amount_cents)
        values[f"{offer.program}_total"] = format_cents(offer.cost.total_cents)
        values[f"{offer.program}_range"] = _format_monthly_range(offer)
    return values


def _comparison_row(offer: ProgramOffer) -> list[str]:
    difference = offer.cost.difference_cents
    signed = f"+{format_cents(difference)}" if difference > 0 else format_cents(difference)
    title = tr("Budget") if offer.program == BUDGET else tr("Levelized")
    return [title, format_cents(offer.amount_cents), format_cents(offer.cost.total_cents), signed]


def _format_monthly_range(offer: ProgramOffer) -> str:
    lowest, highest = min(offer.cost.monthly_cents), max(offer.cost.monthly_cents)
    if lowest == highest:
        return format_cents(lowest)
    return tr("{lowest} to {highest}", lowest=format_cents(lowest), highest=format_cents(highest))
