"""An entry of the audit trail in people's words: what was done, and each value before and after."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.app import Backend
from backend.audit.listing import AuditEntry
from backend.audit.models import AuditRow
from backend.language import format_short_date, tr
from backend.money import format_cents
from backend.reports.words import WAYS
from bot.staff.access.act_names import name_act, name_key
from bot.staff.settings.describing import describe_area, describe_key, show_value
from bot.staff.views import format_local_time

OFFICE = "office:"
DAY = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)")
PART = re.compile(rf"(\d+) on ({DAY.pattern})")
"""A part of an arrangement, as the trail keeps it: cents and a day."""
MEMBER = re.compile(r"(?:web|sms|voice)-")
"""Begins the id of a talk, which is the actor of what a member did in it."""
SETTINGS = "settings_changed"
WORD_KEYS = ("status", "kind", "role", "part", "language", "way", "method", "proof", "difference")
"""Their values are words of a closed set, told in the reader's language where they have a translation."""


@dataclass(frozen=True)
class Line:
    """One entry as it is shown. `change`: (what, before, after) in words."""

    row: AuditRow
    who: str
    is_person: bool
    way: str
    act: str
    account: str | None
    change: list[tuple[str, str, str]]


def describe_entry(backend: Backend, entry: AuditEntry) -> Line:
    row = entry.row
    before, after = row.before or {}, row.after or {}
    # references to what is not kept say nothing to a reader
    keys = [key for key in dict.fromkeys((*before, *after)) if not key.endswith("_ref")]
    keys = [key for key in keys if key != "status" or before.get(key) != after.get(key)]  # one that stayed is no change
    return Line(
        row=row,
        who=tr("a member") if MEMBER.match(row.actor) else row.actor.removeprefix(OFFICE),
        is_person=row.actor.startswith(OFFICE),
        way=tr(WAYS[row.channel]) if row.channel in WAYS else row.channel,
        act=name_act(row.act),
        account=entry.account_number,
        change=[_describe(backend, row.act, key, before, after) for key in keys],
    )


def _describe(
    backend: Backend, act: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[str, str, str]:
    was, now = before.get(key), after.get(key)
    was = None if was == now else was  # the number of a ticket stays, and is no change
    if act == SETTINGS and "." in key:
        return describe_key(key), _show_setting(key, was), _show_setting(key, now)
    if act == SETTINGS and key == "area":
        return tr("Setting"), "", describe_area(str(now), after.get("version"))
    return name_key(key), _show(backend, key, was), _show(backend, key, now)


def _show_setting(key: str, kept: Any) -> str:
    """A value of the settings; the trail keeps it as Python writes it: `150` are cents, `None` is nothing."""
    if kept == "changed":
        return tr("changed")
    try:
        value = ast.literal_eval(str(kept))
    except (ValueError, SyntaxError):
        value = kept
    shown = show_value(key, value)
    return "" if shown == "-" else shown


def _show(backend: Backend, key: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if key.endswith("_cents") and isinstance(value, int):
        return format_cents(value)
    if key == "plan":
        return PART.sub(lambda part: f"{format_cents(int(part[1]))} {_show_moment(backend, part[2])}", str(value))
    if key in WORD_KEYS and isinstance(value, str):
        return tr(value.replace("_", " "))
    if isinstance(value, list):
        return ", ".join(_show(backend, key, each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name_key(str(name))} {_show(backend, str(name), each)}" for name, each in value.items())
    return _show_moment(backend, str(value))


def _show_moment(backend: Backend, text: str) -> str:
    """A time of the trail, which is UTC, at the co-op; a day in words; any other text as it is."""
    if DAY.fullmatch(text):
        return format_short_date(date.fromisoformat(text), year=True)
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return text
    return format_local_time(backend, at) if at is not None and at.tzinfo is not None else text
