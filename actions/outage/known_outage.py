"""What is known of an outage, in the words of the talk."""

from __future__ import annotations

from typing import Any

from actions.formatting import format_on_day
from actions.turn import Turn
from backend.coop import format_at_clock
from backend.providers.outages.base import OutageInfo


def outage_values(turn: Turn, outage: OutageInfo) -> dict[str, Any]:
    """The values of `utter_outage_known`; `state` says which of cause and time are known.

    A time that has passed is left out: naming it would repeat a broken promise.
    """
    zone, now = turn.backend.coop.zone, turn.backend.clock.now()
    estimate = outage.estimate if outage.estimate and outage.estimate > now else None
    values = {
        "area": outage.area,
        "cause": outage.cause,
        "estimate": "",
        "updated": _format_moment(turn, outage.updated),
    }
    if estimate:
        here = estimate.astimezone(zone)
        values["estimate"] = f"{format_on_day(here.date(), turn.backend.today())} {format_at_clock(here.time())}"
    state = {(True, True): "both", (True, False): "cause", (False, True): "estimate"}
    return {**values, "state": state.get((bool(outage.cause), bool(estimate)), "")}


def _format_moment(turn: Turn, moment: Any) -> str:
    here = moment.astimezone(turn.backend.coop.zone)
    return f"{format_on_day(here.date(), turn.backend.today())} {format_at_clock(here.time())}"
