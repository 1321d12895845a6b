"""The questions about alerts and the values in their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actions.quick_pay.questions import choose
from backend.alerts.kinds import KINDS, check_threshold, together
from backend.alerts.models import AlertSetting
from backend.language import mark, tr
from backend.members.models import Member

WAY_WORDS = {"text": mark("text"), "email": mark("email"), "call": mark("phone call")}


def which() -> list[dict[str, str]]:
    """The alerts that are asked for most."""
    return [
        choose(tr("Bill due soon"), alert_what="bill_due"),
        choose(tr("New bill ready"), alert_what="bill_ready"),
        choose(tr("Payment received or failed"), alert_what="payment_received,payment_failed"),
        choose(tr("Use over a limit"), alert_what="usage_over"),
        choose(tr("Profile changed"), alert_what="profile_changed"),
    ]


def yes_no() -> list[dict[str, str]]:
    return [{"title": tr("Yes, turn on"), "payload": "/affirm"}, {"title": tr("No"), "payload": "/deny"}]


def by_ways(member: Member) -> list[dict[str, str]]:
    """The ways that this member can be reached by."""
    ways = ["text", *(["email"] if member.email else []), "call"]
    return [choose(_titled(tr(WAY_WORDS[way])), alert_ways=way) for way in ways]


def _titled(words: str) -> str:
    return words[0].upper() + words[1:]


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
    return together([tr(WAY_WORDS[way]) for way in ways])


def when(settings: Iterable[AlertSetting]) -> str:
    """What they tell, without their ways."""
    return together([KINDS[setting.kind].said(setting.threshold) for setting in settings])


def listed(settings: Iterable[AlertSetting]) -> str:
    """`by text when your bill is 3 days from due; by email when a new bill is ready`."""
    grouped: dict[tuple[str, ...], list[AlertSetting]] = {}
    for setting in settings:
        grouped.setdefault(tuple(setting.ways), []).append(setting)
    each = [tr("by {ways} when {when}", ways=in_ways(ways), when=when(alike)) for ways, alike in grouped.items()]
    return "; ".join(each)


def number(confirmation: str) -> dict[str, Any]:
    """The number to quote, written and spoken."""
    return {"confirmation": confirmation, "confirmation_spoken": ", ".join(confirmation.replace("-", ""))}
