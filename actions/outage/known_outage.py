"""Telling a member about a known outage."""

from __future__ import annotations

from datetime import datetime

from actions.formatting import format_on_day
from actions.turn import Turn
from backend.coop import format_at_clock
from backend.language import tr
from backend.members.levels import Level
from backend.outage.areas import parse_area
from backend.outage.service import current_outages
from backend.providers.outages.base import ListsOutages, OutageInfo
from backend.providers.outages.builtin import BuiltinOutages

PLACE_SLOTS = ("outage_place", "case_place")


async def send_known_outage(turn: Turn, outage: OutageInfo | None) -> None:
    """Say where it is, and its cause and time as far as known. Says nothing for None.

    A time that has passed is left out: naming it would repeat a broken promise.
    """
    if outage is None:
        return
    now = turn.backend.clock.now()
    estimate = outage.estimate if outage.estimate and outage.estimate > now else None
    state = {(True, True): "both", (True, False): "cause", (False, True): "estimate"}
    turn.utter(
        "utter_outage_known",
        area=f": {area}" if (area := await shareable_area(turn, outage.area)) else "",
        since=_format_since(turn, outage.since) if outage.since else "",
        cause=outage.cause,
        estimate=_format_moment(turn, estimate) if estimate else "",
        updated=_format_moment(turn, outage.updated),
        state=state.get((bool(outage.cause), bool(estimate)), ""),
    )


async def send_outage_count(turn: Turn) -> None:
    """Say whether any outage is known now, to whoever has named no place. Where they are is told for a place."""
    count = len(await current_outages(turn.session))
    if count:
        told = tr("We know of an outage right now.")
        if count > 1:
            told = tr("We know of {count} outages right now.", count=count)
        turn.utter("utter_told", told=told)
    elif isinstance(turn.backend.outages, BuiltinOutages | ListsOutages):
        turn.utter("utter_told", told=tr("I know of no outage right now."))


async def shareable_area(turn: Turn, area: str) -> str:
    """The names of an outage's area that may be told; empty where all could tell a stranger the member's address.

    An outage that was found by an account on file is named to who has proven more than number and last four, or writes
    from the phone on file; anybody else hears only the names that they said themselves.
    """
    identity = await turn.identity()
    if identity.account is None or identity.level >= Level.STEPPED_UP or identity.is_texting:
        return area
    said = [turn.full_text, *(str(turn.get(slot) or "") for slot in PLACE_SLOTS)]
    return ", ".join(name.strip() for name in area.split(",") if parse_area(name).contains(said))


def _format_since(turn: Turn, since: datetime) -> str:
    return tr(", since {time}", time=_format_moment(turn, since))


def _format_moment(turn: Turn, moment: datetime) -> str:
    local = moment.astimezone(turn.backend.coop.zone)
    return f"{format_on_day(local.date(), turn.backend.today())} {format_at_clock(local.time())}"
