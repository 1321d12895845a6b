"""What budget and levelized billing would have meant in the months of the last bills: a verdict, a chart, a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from backend.billing.models import Bill
from backend.language import format_month_name, tr
from backend.money import format_cents
from backend.programs import rules
from backend.programs.rules import BUDGET, PROGRAM_NAMES
from backend.programs.service import ProgramOffer
from bot.web.charts import chart_picture


@dataclass(frozen=True)
class ProgramMonth:
    """A bill's day and cents, and what each program would have asked for instead, in the order of the offers."""

    issued_on: date
    billed_cents: int
    asked_cents: tuple[int, ...]


def list_program_months(issued: Sequence[Bill], offers: Sequence[ProgramOffer]) -> list[ProgramMonth]:
    """The months that the offers' costs are of, the oldest first. `issued` are all bills, the oldest first."""
    count = min((len(offer.cost.actual_cents) for offer in offers), default=0)
    asked = list(zip(*(offer.cost.monthly_cents[-count:] for offer in offers), strict=True)) if count else []
    return [
        ProgramMonth(bill.issued_on, bill.amount_cents, cents)
        for bill, cents in zip(issued[-count:] if count else (), asked, strict=True)
    ]


def describe_verdict(offers: Sequence[ProgramOffer]) -> str:
    """Whether evening out would change much for this member; empty with too few bills to say."""
    cost = next((offer.cost for offer in offers if offer.program == BUDGET), None)
    if cost is None or len(cost.actual_cents) < rules.MONTHS:
        return ""
    over, under = rules.swings(cost)
    if not rules.is_uneven(cost):
        return tr(
            "Your bills are much alike all year, so it would change little: no month by more than {amount}.",
            amount=format_cents(max(over, under)),
        )
    return tr(
        "Your bills go up and down: the highest was {over} above the budget amount, the lowest {under} below it. "
        "It takes these swings away. It does not make the year cheaper.",
        over=format_cents(over),
        under=format_cents(under),
    )


def draw_program_months(months: Sequence[ProgramMonth], offers: Sequence[ProgramOffer]) -> Markup | None:
    """The bills beside what budget billing would have asked for, in dollars; None with too few bills."""
    place = next((at for at, offer in enumerate(offers) if offer.program == BUDGET), None)
    if place is None or len(months) < rules.MONTHS:
        return None
    labels = [format_month_name(month.issued_on, short=True) for month in months]
    series = [
        (tr("Your bills ($)"), [month.billed_cents / 100 for month in months]),
        (tr(PROGRAM_NAMES[BUDGET]), [month.asked_cents[place] / 100 for month in months]),
    ]
    alt = tr("Chart of your bills beside budget billing, by month. The table has every figure.")
    return chart_picture("bar", labels, series, alt, for_phones=True)
