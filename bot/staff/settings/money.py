"""The page about fees and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.coop import Coop
from backend.language import mark, tr
from backend.money import format_cents
from bot.staff.settings.fields import Area, Field, Group, Reading, Sample, Typed, get_in, read_fields, show_fields

EXAMPLE_CENTS = 11_240
FEES = (
    Field("fee_card", mark("Fee for paying by card, in dollars"), "money", ("fees", "card"), required=True),
    Field("fee_bank", mark("Fee for paying from a bank account, in dollars"), "money", ("fees", "bank"), required=True),
    Field(
        "refund_fee", mark("The fee, when a payment is refunded in full"), "choice", ("payments", "refund_fee"),
        choices=(("returned", mark("goes back to the member")), ("kept", mark("stays with us"))), required=True,
    ),
)  # fmt: skip
LIMITS = (
    Field(
        "max_payment", mark("Largest payment, in dollars"), "money", ("payments", "max_payment_cents"), required=True,
        hint=mark("A person takes payments above this."),
    ),
    Field(
        "schedule_days", mark("How far ahead a payment may be set, in days"), "count", ("payments", "schedule_days"),
        required=True,
    ),
    Field(
        "same_amount_minutes", mark("Ask before the same amount is paid again, within minutes"), "count",
        ("payments", "same_amount_minutes"), required=True,
    ),
    Field(
        "draft_notice_days", mark("Warn of a draft or Auto Pay run that is this near, in days"), "count",
        ("payments", "draft_notice_days"), required=True,
    ),
)  # fmt: skip
OFFICE = (
    Field(
        "refund_second", mark("A second person approves refunds above, in dollars"), "money",
        ("payments", "refund_second_person_cents"),
        hint=mark("On one account in 30 days, and by one person in a day. A higher one counts after 24 hours."),
        required=True,
    ),
    Field(
        "booking_second", mark("A second person approves a payment booked at the counter above, in dollars"), "money",
        ("payments", "booking_second_person_cents"),
        hint=mark("For one member in a day; the same for taking one off. A higher one counts after 24 hours."),
        required=True,
    ),
)  # fmt: skip
ARRANGEMENT = (
    Field(
        "past_due_days", mark("The oldest unpaid bill is at most this many days past due"), "count",
        ("arrangements", "past_due_days"), required=True,
    ),
    Field(
        "unbroken_months", mark("No arrangement was broken in this many months"), "count",
        ("arrangements", "unbroken_months"), required=True,
    ),
    Field("most_parts", mark("Most payments"), "count", ("arrangements", "most_parts"), required=True),
    Field(
        "within_days", mark("The last payment is at most this many days away"), "count",
        ("arrangements", "within_days"), required=True,
    ),
)  # fmt: skip
DEFAULTS = {"refund_fee": "returned", "refund_second": "100.00", "booking_second": "1,000.00"}
"""Of keys that coop.toml need not have."""
MOST_SCHEDULE_DAYS = 366
FAR = 3
"""So many times the present amount, or so small a part of it, is read twice."""


@dataclass(frozen=True)
class Bound:
    """What an amount may be, in cents. Above `asks_above` it is read twice; above `most` it is not taken here.

    `usual` holds where coop.toml has none. `falls_matter`: a fall to a third takes something from members.
    """

    asks_above: int
    most: int
    usual: int = 0
    falls_matter: bool = False


BOUNDS = {
    "fee_card": Bound(1_000, 10_000),
    "fee_bank": Bound(1_000, 10_000),
    "max_payment": Bound(2_500_000, 25_000_000, falls_matter=True),
    "refund_second": Bound(100_000, 2_500_000, 10_000),
    "booking_second": Bound(500_000, 2_500_000, 100_000),
}


@dataclass(frozen=True)
class FarAmount:
    """An amount far from the one in force, or above what is usual. Cents."""

    label: str
    before: int
    after: int

    @property
    def words(self) -> str:
        return tr("{what}: from {before} to {after}", what=tr(self.label), before=format_cents(self.before),
                  after=format_cents(self.after))  # fmt: skip


def list_far_amounts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FarAmount]:
    """The amounts of the new tables that nobody should publish without a second look."""
    found = []
    for one in (*FEES, *LIMITS, *OFFICE):
        bound = BOUNDS.get(one.name)
        if bound is None:
            continue
        old, new = (get_in(tables, one.path) for tables in (before, after))
        old, new = (bound.usual if value is None else value for value in (old, new))
        if old != new and _is_far(bound, old, new):
            found.append(FarAmount(one.label, old, new))
    return found


def _is_far(bound: Bound, old: int, new: int) -> bool:
    if new > bound.asks_above or (old and new >= FAR * old):
        return True
    return bound.falls_matter and new * FAR <= old


def _groups(tables: Mapping[str, Any], _typed: Typed) -> list[Group]:
    groups = [
        Group(mark("Fees"), FEES),
        Group(mark("Payments of members"), LIMITS),
        Group(mark("Payments and refunds of the office"), OFFICE),
    ]
    if "arrangements" in tables:
        hint = mark("An arrangement within all of these is granted at once; otherwise the office decides.")
        groups.append(Group(mark("Payment arrangements"), ARRANGEMENT, hint=hint))
    return groups


def _show(tables: Mapping[str, Any]) -> dict[str, str]:
    shown = show_fields(_groups(tables, {}), tables)
    return {name: value or DEFAULTS.get(name, "") for name, value in shown.items()}


def _read(typed: Typed, tables: Mapping[str, Any]) -> Reading:
    reading = read_fields(_groups(tables, typed), typed)
    payments = reading.tables.get("payments", {})
    most = payments.get("max_payment_cents")
    if most == 0:
        reading.errors["max_payment"] = tr("With nothing as the limit nobody could pay.")
    fees = reading.tables.get("fees", {})
    for name, key in (("fee_card", "card"), ("fee_bank", "bank")):
        if most and fees.get(key, 0) >= most:
            reading.errors[name] = tr("A fee must be less than the largest payment.")
    for name, bound in BOUNDS.items():
        one = next(each for each in (*FEES, *LIMITS, *OFFICE) if each.name == name)
        cents = get_in(reading.tables, one.path) or 0
        if cents > bound.most and cents != get_in(tables, one.path):
            reading.errors[name] = tr(
                "{amount} is not taken here; at most {most}. Is a point missing?",
                amount=format_cents(cents), most=format_cents(bound.most),
            )  # fmt: skip
    if payments.get("schedule_days", 0) > MOST_SCHEDULE_DAYS:
        reading.errors["schedule_days"] = tr("At most {count} days, please.", count=MOST_SCHEDULE_DAYS)
    if reading.tables.get("arrangements", {}).get("most_parts", 1) == 0:
        reading.errors["most_parts"] = tr("At least one, please.")
    return reading


def _samples(coop: Coop) -> list[Sample]:
    by = {"card": tr("by card"), "bank": tr("from a bank account")}
    fees = [
        tr(
            "Who pays {amount} {way} pays {total}: {fee} of it is the fee.",
            amount=format_cents(EXAMPLE_CENTS), way=words, fee=format_cents(coop.fee_cents(kind)),
            total=format_cents(EXAMPLE_CENTS + coop.fee_cents(kind)),
        )
        for kind, words in by.items()
    ]  # fmt: skip
    limits = tr(
        "A member may pay up to {most} at once, today or up to {days} days ahead.",
        most=format_cents(coop.max_payment_cents), days=coop.schedule_days,
    )  # fmt: skip
    kept = tr("A payment that was read back to a member already keeps the fee that was read.")
    return [
        Sample(tr("By card"), fees[0]),
        Sample(tr("From a bank account"), fees[1]),
        Sample(tr("Limits"), limits),
        Sample(tr("What was read back before"), kept),
    ]


def _summary(coop: Coop) -> str:
    return tr(
        "Card {card}, bank {bank}; up to {most}",
        card=format_cents(coop.card_fee_cents), bank=format_cents(coop.bank_fee_cents),
        most=format_cents(coop.max_payment_cents),
    )  # fmt: skip


MONEY = Area(
    "money", mark("Fees and limits"), mark("What a payment costs, and how much may be paid, refunded or spread."),
    _groups, _show, _read, _samples, _summary, money=True,
)  # fmt: skip
