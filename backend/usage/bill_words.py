"""A bill in words and figures, for its page and its PDF file. Amounts are cents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import bills
from backend.billing.models import Bill
from backend.language import format_short_month, tr
from backend.money import format_cents
from backend.months import add_months, first_of_month, year_before
from backend.usage import service as usage
from backend.usage.bill_comparison import BillComparison, compare_bills, count_days, kwh_per_day
from backend.usage.models import MeterReading

SMALL_TEMPERATURE_CHANGE = 3  # degrees Fahrenheit; less explains nothing
ENERGY_LABEL = re.compile(r"Energy, ([\d,]+) kWh at (\$[\d.]+)")


@dataclass(frozen=True, slots=True)
class ExplainedBill:
    """A bill with the one before and the one of a year ago, as far as there are such. `now` and `before` are the
    readings of its month and of the month before."""

    bill: Bill
    against_last: BillComparison | None
    against_year: BillComparison | None
    now: MeterReading | None
    before: MeterReading | None

    @property
    def comparisons(self) -> list[BillComparison]:
        return [each for each in (self.against_last, self.against_year) if each]


async def explain(session: AsyncSession, bill: Bill) -> ExplainedBill:
    issued = sorted(await bills.list_bills(session, bill.account_id), key=lambda one: (one.issued_on, one.id))
    earlier = issued[: next(place for place, one in enumerate(issued) if one.id == bill.id)]
    month = first_of_month(bill.period_end)
    last_year = [one for one in earlier[:-1] if first_of_month(one.period_end) == year_before(month)]
    return ExplainedBill(
        bill,
        compare_bills(bill, earlier[-1]) if earlier else None,
        compare_bills(bill, last_year[-1]) if last_year else None,
        await usage.find_reading(session, bill.account_id, month),
        await usage.find_reading(session, bill.account_id, add_months(month, -1)),
    )


def line_label(label: str) -> str:
    """A line of a bill in the current language, as far as its words are known; else as the billing system has it."""
    if energy := ENERGY_LABEL.fullmatch(label):
        return tr("Energy, {kwh} kWh at {rate}", kwh=energy[1], rate=energy[2])
    return tr(label)


def format_signed(cents: int) -> str:
    return f"+{format_cents(cents)}" if cents > 0 else format_cents(cents)


def format_summary(explained: ExplainedBill) -> str:
    """In a sentence or two how the bill differs from the one before, and most because of what."""
    compared = explained.against_last
    if compared is None:
        return tr("This is the first bill on this account, so there is nothing to compare it with.")
    cents = compared.difference_cents
    if cents == 0:
        return tr("This bill is the same amount as the one before.") + _format_weather(explained)
    amount = format_cents(abs(cents))
    more = tr("This bill is {amount} more than the one before, mostly because of {reason}.")
    less = tr("This bill is {amount} less than the one before, mostly because of {reason}.")
    return (more if cents > 0 else less).format(amount=amount, reason=_main_reason(compared)) + _format_weather(
        explained
    )


def comparison_head(explained: ExplainedBill) -> list[str]:
    return [tr("What changed"), *(format_short_month(each.other.period_end) for each in explained.comparisons)]


def comparison_rows(explained: ExplainedBill) -> list[list[str]]:
    """One column for each bill compared with; the rows between the first and the last add up to it to the cent."""
    compared = explained.comparisons

    def row(label: str, part: str) -> list[str]:
        return [label, *(format_signed(getattr(each, part)) for each in compared)]

    return [
        [tr("Bill then"), *(format_cents(each.other.amount_cents) for each in compared)],
        row(tr("More or fewer days"), "days_cents"),
        row(tr("Use per day"), "use_cents"),
        row(tr("Price of a kWh"), "rate_cents"),
        row(tr("Fees and fixed charges"), "fees_cents"),
        [tr("This bill"), *(format_cents(each.bill.amount_cents) for each in compared)],
    ]


def format_reasons(explained: ExplainedBill) -> list[str]:
    """The figures behind the parts: days, use a day, the fees that changed."""
    compared = explained.against_last
    if compared is None:
        return []
    bill, other = compared.bill, compared.other
    words = [
        tr(
            "{days} days, after {before}; {daily} kWh a day, after {daily_before}.",
            days=count_days(bill),
            before=count_days(other),
            daily=f"{kwh_per_day(bill):.1f}",
            daily_before=f"{kwh_per_day(other):.1f}",
        )
    ]
    if compared.fees:
        named = [f"{line_label(fee.label)} {format_signed(fee.cents)}" for fee in compared.fees]
        words.append(tr("Fees and fixed charges that changed: {fees}.", fees=", ".join(named)))
    return words


def energy_price(bill: Bill) -> str:
    """`20.8 cents`: the whole bill by its kWh; empty where there are none."""
    if bill.kwh <= 0 or bill.amount_cents <= 0:
        return ""
    return tr("{cents} cents", cents=f"{bill.amount_cents / bill.kwh:.1f}")


def _main_reason(compared: BillComparison) -> str:
    sign = 1 if compared.difference_cents >= 0 else -1
    reasons: Sequence[tuple[str, int]] = (
        (tr("more days") if sign > 0 else tr("fewer days"), compared.days_cents),
        (tr("more use a day") if sign > 0 else tr("less use a day"), compared.use_cents),
        (tr("the price of a kilowatt hour"), compared.rate_cents),
        (tr("fees and fixed charges"), compared.fees_cents),
    )
    return max(reasons, key=lambda reason: reason[1] * sign)[0]


def _format_weather(explained: ExplainedBill) -> str:
    now, before = explained.now, explained.before
    if now is None or before is None or now.avg_temp_f is None or before.avg_temp_f is None:
        return ""
    degrees = now.avg_temp_f - before.avg_temp_f
    if abs(degrees) < SMALL_TEMPERATURE_CHANGE:
        return ""
    if degrees > 0:
        return tr(" It was {degrees} degrees warmer than the month before.", degrees=degrees)
    return tr(" It was {degrees} degrees colder than the month before.", degrees=-degrees)
