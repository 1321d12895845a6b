"""Until when a talk can be put aside: a few choices, or a time of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.agent_handoff.assignment import LONGEST_SNOOZE
from backend.app import Backend
from backend.language import tr
from bot.staff.views import format_local_time, parse_field_time

HOURS = (1, 3)


@dataclass(frozen=True)
class SnoozeChoice:
    value: str
    title: str


def list_choices(backend: Backend) -> list[SnoozeChoice]:
    """In the current language; the last is the next opening of the office."""
    choices = [SnoozeChoice("1", tr("1 hour")), SnoozeChoice("3", tr("3 hours"))]
    opening = _next_opening(backend)
    if opening is not None:
        words = tr("Until we open, {when}", when=format_local_time(backend, opening))
        choices.append(SnoozeChoice("opening", words))
    return choices


def read_time(backend: Backend, choice: str, own: str) -> datetime | None:
    """The time (aware) that a choice or the value of a datetime-local field means; None when it is none, past, or too
    far away."""
    now = backend.clock.now()
    until: datetime | None
    if choice == "opening":
        until = _next_opening(backend)
    elif choice.isascii() and choice.isdigit() and int(choice) in HOURS:
        until = now + timedelta(hours=int(choice))
    else:
        until = parse_field_time(backend, own)
    return until if until is not None and now < until <= now + LONGEST_SNOOZE else None


def _next_opening(backend: Backend) -> datetime | None:
    """The next time the office opens its doors, on a later day than today."""
    local = backend.clock.now().astimezone(backend.coop.zone)
    day = backend.coop.working_day_after(local.date())
    span = backend.coop.hours_on(day) if day else None
    return datetime.combine(day, span[0], backend.coop.zone) if day and span else None
