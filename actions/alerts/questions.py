"""The questions about alerts and the values in their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actions.quick_pay.questions import choose
from backend.alerts.kinds import KINDS, check_threshold, together
from backend.alerts.models import AlertSetting
from backend.members.models import Member

WHICH = [
    choose("Bill due soon", alert_what="bill_due"),
    choose("New bill ready", alert_what="bill_ready"),
    choose("Payment received or failed", alert_what="payment_received,payment_failed"),
    choose("Use over a limit", alert_what="usage_over"),
    choose("Profile changed", alert_what="profile_changed"),
]
YES_NO = [{"title": "Yes, turn on", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
WAY_WORDS = {"text": "text", "email": "email", "call": "phone call"}


def by_ways(member: Member) -> list[dict[str, str]]:
    """The ways that this member can be reached by."""
    ways = ["text", *(["email"] if member.email else []), "call"]
    return [choose(WAY_WORDS[way].capitalize(), alert_ways=way) for way in ways]


def lacks_level(name: str, threshold: int | None) -> bool:
    """Whether this alert needs a limit that only the member can say."""
    return threshold is None and bool(KINDS[name].unit) and KINDS[name].usual is None


def said(wanted: Mapping[str, int | None], ways: Iterable[str]) -> dict[str, Any]:
    """What is to be turned on, in words, and whether texts are among it."""
    chosen = list(ways)
    return {
        "when": together([KINDS[name].said(check_threshold(name, threshold)) for name, threshold in wanted.items()]),
        "ways": in_ways(chosen),
        "by_text": "text" in chosen,
    }


def in_ways(ways: Iterable[str]) -> str:
    """`text and email`."""
    return together([WAY_WORDS[way] for way in ways])


def when(settings: Iterable[AlertSetting]) -> str:
    """What they tell, without their ways."""
    return together([KINDS[setting.kind].said(setting.threshold) for setting in settings])


def listed(settings: Iterable[AlertSetting]) -> str:
    """`by text when your bill is 3 days from due; by email when a new bill is ready`."""
    grouped: dict[tuple[str, ...], list[AlertSetting]] = {}
    for setting in settings:
        grouped.setdefault(tuple(setting.ways), []).append(setting)
    return "; ".join(f"by {in_ways(ways)} when {when(alike)}" for ways, alike in grouped.items())


def number(confirmation: str) -> dict[str, Any]:
    """The number to quote, written and spoken."""
    return {"confirmation": confirmation, "confirmation_spoken": ", ".join(confirmation.replace("-", ""))}
