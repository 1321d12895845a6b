"""Rates, estimated readings, and the comparison with last year's bill."""

from __future__ import annotations

import re

from backend.account_question.question import AccountQuestion
from backend.billing import bills
from backend.billing.models import Bill
from backend.language import format_month, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.months import first_of_month, year_before
from backend.usage.bill_comparison import count_days
from backend.usage.service import list_last_months

ESTIMATED_LINE = re.compile(r"\bestimat", re.IGNORECASE)
MIN_DAYS_APART = 2
"""Bills whose periods differ by this many days mention it: it explains much of the difference."""


async def describe_rate(asked: AccountQuestion) -> str | None:
    """The residential rate; None for other accounts, and where coop.toml has none."""
    member = await asked.session.get_one(Member, asked.account.member_id)
    rate, base = asked.backend.coop.get_fact("energy_rate"), asked.backend.coop.get_fact("base_charge")
    if member.kind != "residential" or not (rate or base):
        return None
    sentences = []
    if rate:
        sentences.append(tr("The energy charge for homes here is {rate} a kilowatt-hour.", rate=rate))
    if base:
        sentences.append(tr("The base charge is {base}.", base=base))
    return " ".join([*sentences, tr("If you are on another rate, your bill names it.")])


async def describe_estimated_reading(asked: AccountQuestion) -> str | None:
    """Whether a line of the newest bill says that it is estimated; None where none does."""
    newest = await _newest(asked)
    if newest is None or not any(ESTIMATED_LINE.search(str(line["label"])) for line in newest.lines or []):
        return None
    return tr(
        "Yes, your newest bill, made on {day}, is from an estimated reading.", day=asked.format_day(newest.issued_on)
    )


async def compare_with_last_year(asked: AccountQuestion) -> str | None:
    """Compares the newest bill with the same month a year before; without one, usage only; None without either."""
    newest = await _newest(asked)
    if newest is None:
        return None
    month = first_of_month(newest.period_end)
    issued = await bills.list_bills(asked.session, asked.account.id)
    before = [bill for bill in issued if first_of_month(bill.period_end) == year_before(month)]
    if before:
        return _compare_bills(newest, before[-1])
    months = await list_last_months(asked.session, asked.account.id, 1)
    if not months or months[0].now is None or months[0].before is None:
        return None
    return tr(
        "In {month} you used {now} kWh, against {before} kWh in {then}.",
        month=format_month(months[0].month),
        now=f"{months[0].now.kwh:,}",
        before=f"{months[0].before.kwh:,}",
        then=format_month(year_before(months[0].month)),
    )


async def _newest(asked: AccountQuestion) -> Bill | None:
    issued = await bills.list_bills(asked.session, asked.account.id)
    return max(issued, key=lambda bill: (bill.issued_on, bill.id), default=None)


def _compare_bills(now: Bill, before: Bill) -> str:
    answer = tr(
        "Your bill for {month} is {now}, and for {then} it was {before}: {difference}.",
        month=format_month(now.period_end),
        now=_format_bill(now),
        then=format_month(before.period_end),
        before=_format_bill(before),
        difference=_format_difference(now.amount_cents - before.amount_cents),
    )
    if abs(count_days(now) - count_days(before)) < MIN_DAYS_APART:
        return answer
    longer = tr("The new one covers {now} days, the old one {before}.", now=count_days(now), before=count_days(before))
    return f"{answer} {longer}"


def _format_bill(bill: Bill) -> str:
    amount = format_cents(bill.amount_cents)
    return tr("{amount} for {kwh} kWh", amount=amount, kwh=f"{bill.kwh:,}") if bill.kwh else amount


def _format_difference(cents: int) -> str:
    if cents == 0:
        return tr("the same")
    amount = format_cents(abs(cents))
    return tr("{amount} more", amount=amount) if cents > 0 else tr("{amount} less", amount=amount)
