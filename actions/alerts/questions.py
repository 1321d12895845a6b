"""The questions about alerts, and the values in their texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions.buttons import build_button
from actions.turn import Turn
from backend.alerts.kinds import KINDS, check_threshold, format_threshold
from backend.alerts.models import AlertSetting
from backend.alerts.reminder_days import NEAREST_DAYS
from backend.billing.models import Account
from backend.language import join_words, mark, tr
from backend.members.models import Member

CHANNEL_LABELS = {"text": mark("text"), "email": mark("email"), "call": mark("phone call")}


def common_alert_buttons() -> list[dict[str, str]]:
    """The alerts that are asked for most."""
    return [
        build_button(tr("Bill due soon"), alert_what="bill_due"),
        build_button(tr("New bill ready"), alert_what="bill_ready"),
        build_button(tr("Power outage"), alert_what="outage"),
        build_button(tr("Payment received or failed"), alert_what="payment_received,payment_failed"),
        build_button(tr("Use over a limit"), alert_what="usage_over"),
        build_button(tr("Profile changed"), alert_what="profile_changed"),
    ]


def confirm_buttons() -> list[dict[str, str]]:
    return [{"title": tr("Yes, turn on"), "payload": "/affirm"}, {"title": tr("No"), "payload": "/deny"}]


def channel_buttons(member: Member) -> list[dict[str, str]]:
    """The channels by which this member can be reached."""
    labels = {channel: tr(label) for channel, label in CHANNEL_LABELS.items() if channel != "email" or member.email}
    return [build_button(label[0].upper() + label[1:], alert_ways=channel) for channel, label in labels.items()]


def needs_threshold(name: str, threshold: int | None) -> bool:
    """Whether the member has to give a threshold for this alert."""
    return threshold is None and bool(KINDS[name].unit) and KINDS[name].default_threshold is None


def read_back_values(
    wanted: Mapping[str, int | None], channels: Sequence[str], accounts: Sequence[Account] = ()
) -> dict[str, Any]:
    """The alerts to turn on and their channels, in words, and whether texts are among those.

    `accounts` are those that they are for, where that is more than one.
    """
    described = [KINDS[name].describe(check_threshold(name, threshold)) for name, threshold in wanted.items()]
    when = join_words(described)
    if len(accounts) > 1:
        names = join_words([account.short_place or account.masked_number for account in accounts])
        when = tr("{when}, for each of these accounts: {accounts}", when=when, accounts=names)
    return {"when": when, "ways": join_channels(channels), "by_text": "text" in channels}


def join_channels(channels: Iterable[str]) -> str:
    """`text and email`."""
    return join_words([tr(CHANNEL_LABELS[channel]) for channel in channels])


def describe_alerts(settings: Iterable[AlertSetting]) -> str:
    """The alerts in words, without their channels."""
    return join_words([KINDS[setting.kind].describe(setting.threshold) for setting in settings])


def list_alerts(settings: Iterable[AlertSetting]) -> str:
    """`by text when your bill is 3 days from due; by email when a new bill is ready`."""
    grouped: dict[tuple[str, ...], list[AlertSetting]] = {}
    for setting in settings:
        grouped.setdefault(tuple(setting.channels), []).append(setting)
    return "; ".join(
        tr("by {ways} when {when}", ways=join_channels(channels), when=describe_alerts(alike))
        for channels, alike in grouped.items()
    )


def tell_no_single_reminder(turn: Turn) -> None:
    """Say what can be had in place of a reminder at one moment."""
    told = tr(
        "I can't set a single reminder for one day or hour. I can schedule the payment for that day: say pay tomorrow. "
        "Or I remind you some days before each bill is due."
    )
    turn.utter("utter_told", told=told)


def tell_reminder_days(turn: Turn, days: Sequence[int]) -> None:
    """Say what becomes of the days asked for, the most first, where they can't all be had."""
    if len(days) > 1:
        most = format_threshold("days", max(days[0], NEAREST_DAYS))
        told = tr("I can set one reminder for each bill, not several. I take the first: {most} before.", most=most)
        turn.utter("utter_told", told=told)
    elif days and days[0] < NEAREST_DAYS:
        turn.utter("utter_told", told=tr("I can't remind you on the due date itself. The nearest is the day before."))
