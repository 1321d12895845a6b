"""How long each kind of data is kept, in days: [retention] of coop.toml. docs/privacy.md gives the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MINIMUM_DAYS: Mapping[str, tuple[int, str]] = {
    "conversations": (30, "an objection and a second question come within weeks"),
    "tracker": (2, "a conversation goes on after a night"),
    "messages": (30, "a member may answer a notice days later"),
    "secret_messages": (1, "a code or link in them is good for half an hour"),
    "codes": (2, "codes are counted over a day"),
    "misses": (366, "wrong tries count for a year, and locks end when they are gone"),
    "tickets": (180, "a member comes back about a ticket within months"),
    "alerts": (60, "an alert that is forgotten would be sent a second time"),
    "consents": (
        730,
        "Nacha wants an authorization kept two years past its end, Regulation E its evidence for two years",
    ),
    "logs": (7, "a fault is looked into days later"),
}
"""The least that may be set, and why."""


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """Days. Bills, payments, the ledger and the audit trail have no period: they are the co-op's books."""

    conversations: int = 400
    tracker: int = 30
    messages: int = 730
    secret_messages: int = 2
    codes: int = 30
    misses: int = 400
    tickets: int = 1095
    alerts: int = 400
    consents: int = 1095
    logs: int = 90


def parse_periods(table: Mapping[str, Any]) -> RetentionPeriods:
    """[retention] of coop.toml. Raises ValueError naming the line and what is expected."""
    known = [each.name for each in fields(RetentionPeriods)]
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"retention.{name} is not known; there are: {', '.join(known)}")
        least, reason = MINIMUM_DAYS[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"retention.{name} must be whole days, {least} or more: {reason}")
    return RetentionPeriods(**table)
