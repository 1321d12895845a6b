"""What a report of no power really is: a light on a pole, unsteady power, damage, an outage."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.outage_statement import says_power_went_out

mentions_death = detector(
    r"\b(?:died|dead|death|deceased|passed(?: away| on)?|passing|lost (?:my|our) (?:husband|wife|mom|"
    r"mother|dad|father|son|"
    r"daughter|brother|sister|grand\w+)|late (?:husband|wife|mother|father)|widow(?:ed|er)?|funeral|estate|obituary)\b"
)
LIGHT_WORDS = re.compile(
    r"\b(?:street|yard|security|pole|barn|night|area|lot|alley|dusk to dawn|outdoor|outside)[ -]?(?:lights?|lamps?|"
    r"lites?)\b|\bstreet ?lights?\b|\blight on (?:the|my|our) pole\b|\blamp ?posts?\b",
    re.IGNORECASE,
)
UNSTEADY_POWER = re.compile(
    r"\b(?:flicker\w*|dim|dims|dimming|dimmer|brown ?-?outs?|blink(?:s|ing)|surg(?:e|es|ing)|low voltage|"
    r"half (?:my|the|of|our) \w+|part(?:ial)? (?:power|of)|pulsing|too bright)\b",
    re.IGNORECASE,
)
# a charge that is questioned because so much was used is looked at with the use beside it
mentions_usage = detector(r"\b(?:kwh|kilowatt\w*|usage|used|too high|so high|doubled|tripled)\b")
"""Whether so much use is named that a questioned charge is looked at as a high bill."""


def detect_outage_kind(words: str) -> str:
    """An outage that is none: a light on a pole is `light`, power that is there but unsteady `voltage`."""
    if is_damage_claim(words):
        return "damage"
    if LIGHT_WORDS.search(words):
        return "light"
    return "voltage" if UNSTEADY_POWER.search(words) and not says_power_went_out(words) else "outage"
