"""What members are told of an outage, in their language: fixed texts, with places and times filled in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from backend.coop import format_at_clock
from backend.language import format_short_date, mark, tr
from backend.outage.areas import format_area
from backend.outage.models import KnownOutage

if TYPE_CHECKING:
    from backend.app import Backend

OUT, ESTIMATE, RESTORED = "out", "estimate", "restored"
CREW_ON_WAY, CREW_THERE = "crew_way", "crew_there"
NEWS = (ESTIMATE, CREW_ON_WAY, CREW_THERE)
"""What may be told several times while an outage goes on; the newest replaces what was not sent yet."""
CAUSES = (
    mark("storm damage"), mark("a tree on the line"), mark("a broken pole"), mark("failed equipment"),
    mark("a vehicle hit a pole"), mark("an animal on the line"), mark("lightning"), mark("wildfire risk"),
    mark("planned work"), mark("our power supplier"),
)  # fmt: skip
"""Causes that are told in both languages. What the office writes in its own words is told only to who asks."""


def format_cause(cause: str) -> str:
    """A cause of the list in the current language; any other as it was written."""
    return tr(cause) if cause in CAUSES else cause


def format_time(backend: Backend, at: datetime) -> str:
    """`at 4:30 PM` today, else `Nov 23 at 4:30 PM`."""
    local = at.astimezone(backend.coop.zone)
    clock = format_at_clock(local.time())
    return clock if local.date() == backend.today() else f"{format_short_date(local.date())} {clock}"


def format_notice(backend: Backend, outage: KnownOutage, stage: str, area: str, way: str) -> str:
    """The text of a stage for a text, an email or a call. A time that has passed is left out. Without an `area`, which
    is not for everybody, it is "your place"."""
    now = backend.clock.now()
    estimate = outage.estimate_at if outage.estimate_at and outage.estimate_at > now else None
    values = {"coop": backend.coop.short_name, "area": format_area(area) or tr("your place")}
    if stage == RESTORED:
        words = tr("{coop}: we believe the power is back at {area}.", **values)
    elif stage == ESTIMATE and estimate:
        back = format_time(backend, estimate)
        words = tr("{coop}: news of the outage at {area}: power expected back {back}.", back=back, **values)
    elif stage in (CREW_ON_WAY, CREW_THERE):
        there = mark("{coop}: a crew is at work on the outage at {area}.")
        words = tr(mark("{coop}: a crew is on the way to {area}.") if stage == CREW_ON_WAY else there, **values)
        words += tr(" Expected back {back}.", back=format_time(backend, estimate)) if estimate else tr(" No time yet.")
    else:
        since = format_time(backend, outage.since)
        words = tr("{coop}: we know of a power outage at {area} {since}.", since=_since(since), **values)
        if outage.cause in CAUSES:
            words += tr(" Cause: {cause}.", cause=format_cause(outage.cause))
        words += tr(" Expected back {back}.", back=format_time(backend, estimate)) if estimate else tr(" No time yet.")
    if outage.is_dangerous and stage != RESTORED:
        words += tr(" Stay away from downed wires; call 911 if you see one.")
    return words + _format_end(backend, stage, way)


def _since(time: str) -> str:
    return tr("since {time}", time=time.removeprefix("at ").removeprefix("a "))


def _format_end(backend: Backend, stage: str, way: str) -> str:
    phone = backend.coop.outage_phone_display
    if way != "text":
        words = mark(" Still out? Call {phone}.") if stage == RESTORED else mark(" Questions? {phone}.")
        return tr(words, phone=phone)
    if stage == RESTORED:
        return tr(" Still out? Reply OUT. STOP ends texts.")
    return tr(" STOP ends texts.")
