"""What is known of an outage, in the words of the talk."""

from __future__ import annotations

from typing import Any

from actions.turn import Turn
from actions.words import when_words
from backend.coop import at_clock
from backend.providers.outages.base import Outage


def known_values(turn: Turn, outage: Outage) -> dict[str, Any]:
    """The values of `utter_outage_known`; `state` says which of cause and time are known.

    A time that has passed is none: to name it would only be a promise that was broken.
    """
    zone, now = turn.backend.coop.zone, turn.backend.clock.now()
    estimate = outage.estimate if outage.estimate and outage.estimate > now else None
    values = {"area": outage.area, "cause": outage.cause, "estimate": "", "updated": _at(turn, outage.updated)}
    if estimate:
        here = estimate.astimezone(zone)
        values["estimate"] = f"{when_words(here.date(), turn.backend.today())} {at_clock(here.time())}"
    state = {(True, True): "both", (True, False): "cause", (False, True): "estimate"}
    return {**values, "state": state.get((bool(outage.cause), bool(estimate)), "")}


def _at(turn: Turn, moment: Any) -> str:
    here = moment.astimezone(turn.backend.coop.zone)
    return f"{when_words(here.date(), turn.backend.today())} {at_clock(here.time())}"
