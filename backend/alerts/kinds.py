"""The kinds of alerts, in three groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backend.errors import MemberlineError
from backend.language import mark, tr, tr_count
from backend.money import format_cents

PAYMENT, USAGE, PROFILE = "payment", "balance and usage", "account profile"
GROUPS = (PAYMENT, USAGE, PROFILE)
PREPAID = "prepaid"
"""In none of the groups: a request for all payment alerts is not for this one, which few accounts have."""
OUTAGES = "outages"
"""In none of the groups either: it is no account alert, and one that is on at night is asked for by name."""
REMINDERS = "reminders"
"""In none of the groups either: asked for by name."""
CHANNELS = ("text", "email", "call")
PAPERLESS = "paperless"
"""Stored as an alert by email only: the notice in place of a paper bill. It is in no group."""


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One alert. `unit` is what its threshold counts: days, cents or kwh; empty where it has none."""

    name: str
    group: str
    text: str  # completes "I tell you when ..."; marked for translation
    unit: str = ""
    default_threshold: int | None = None  # when the member names none; None: ask for it
    minimum: int = 1
    maximum: int = 0

    def describe(self, threshold: int | None) -> str:
        """`your bill is 3 days from due`."""
        return tr(self.text, threshold=format_threshold(self.unit, threshold))


KINDS: Mapping[str, AlertKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            AlertKind(
                "bill_due", PAYMENT, mark("your bill is {threshold} from due"), "days", default_threshold=3, maximum=20
            ),
            AlertKind("payment_received", PAYMENT, mark("a payment is received")),
            AlertKind("payment_failed", PAYMENT, mark("a payment fails or is returned")),
            AlertKind("past_due", PAYMENT, mark("a bill is past due")),
            AlertKind(
                "prepaid_low",
                PREPAID,
                mark("your prepaid balance is under {threshold}"),
                "cents",
                default_threshold=2000,
                maximum=100_000,
            ),
            AlertKind("shutoff_near", REMINDERS, mark("a shutoff date is near")),
            AlertKind("card_expiring", REMINDERS, mark("a card that pays your bill is about to expire")),
            AlertKind("bill_ready", USAGE, mark("a new bill is ready")),
            AlertKind("amount_over", USAGE, mark("what you owe is over {threshold}"), "cents", maximum=10_000_000),
            AlertKind("usage_over", USAGE, mark("a bill's use is over {threshold}"), "kwh", maximum=1_000_000),
            AlertKind("daily_usage_over", USAGE, mark("a bill's use is over {threshold} a day"), "kwh", maximum=50_000),
            AlertKind("profile_changed", PROFILE, mark("your account profile changes")),
            AlertKind("outage", OUTAGES, mark("the power is out at your place, and when it is back")),
            AlertKind("outage_night", OUTAGES, mark("that happens at night")),
        )
    }
)


class InvalidThreshold(MemberlineError):
    """A threshold out of range, or a missing one."""

    code = "alert_threshold"


def check_threshold(name: str, threshold: int | None) -> int | None:
    """The threshold to store, None for kinds without one. Raises InvalidThreshold."""
    kind = KINDS[name]
    if not kind.unit:
        return None
    value = kind.default_threshold if threshold is None else threshold
    if value is None or not kind.minimum <= value <= kind.maximum:
        raise InvalidThreshold(f"{name} cannot have the threshold {value}")
    return value


def format_threshold(unit: str, threshold: int | None) -> str:
    """`3 days`, `$150.00` or `1,200 kWh`."""
    if threshold is None:
        return tr("some limit")
    if unit == "days":
        return tr_count("1 day", "{count} days", threshold)
    return format_cents(threshold) if unit == "cents" else f"{threshold:,} kWh"
