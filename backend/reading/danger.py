"""Words of danger: a line down, sparks, fire, smell, shock. Better once too often than once too few."""

from __future__ import annotations

import re

# a light on a pole is no pole
_WIRE = (
    r"(?:power ?lines?|lines?|wires?|cables?|poles?(?! ?-?(?:lights?|lamps?))|transformers?|outlets?|panels?|"
    r"breaker box|box)"
)
_DOWN = (
    r"(?:down(?:ed)?|fell|fallen|falling|snapped|broke(?:n)?|hanging|dangling|low|lying|laying|"
    r"on the (?:ground|road|car))"
)
# a meter that is broken or low only counts wrong; one that hangs by its wires is dangerous
_OFF_THE_WALL = r"(?:fell|fallen|falling|hanging|dangling|on the ground|torn off|ripped off|off the wall)"
# "4471 Fire Number Road", "the bulb burnt out"
_NO_FIRE = r"(?! ?-?(?:number|sign|station|dep\w*|chief|hall|pit|place|wood|lane|alarm|hydrant))"
_NO_BULB = r"(?! out\b(?! (?:here|there|by|on|in|of|back|front|at|past|near)\b))"
DANGER = re.compile(
    rf"\b{_WIRE}\b(?:\W+\w+){{0,4}}?\W+{_DOWN}\b|\b{_DOWN}\W+(?:\w+\W+){{0,2}}?{_WIRE}\b"
    rf"|\bmeters?\b(?:\W+\w+){{0,4}}?\W+{_OFF_THE_WALL}\b|\b{_OFF_THE_WALL}\W+(?:\w+\W+){{0,2}}?meters?\b"
    rf"|\bspark(?:s|ing|ed)?\b|\barc(?:ing|ed)\b|\b(?:on )?fire\b{_NO_FIRE}"
    rf"|\bflames?\b|\bburning\b{_NO_BULB}|\bburnt\b{_NO_BULB}|\bsmok(?:e|ing)\b"
    r"|\bsmell(?:s|ing)?\b|\bshock(?:ed|s|ing)?\b|\belectrocut\w*|\bexplo(?:ded|sion|ding)\b|\bblew up\b|\bblown up\b"
    r"|\bcall(?:ed|ing)? 911\b|^911[!. ]*$|\bgas leak\b|\bbuzzing\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:\b(?:no|not|any|without)\W+(?:\w+\W+){0,2}|n't\W+|\bneeds? (?:the|your|my|our|a)\W+)$", re.IGNORECASE
)


_CRISIS = re.compile(
    r"\b(kill(ing)? myself|suicid\w*|end (it all|my (own )?life)|hurt(ing)? myself|want to die|"
    r"better off dead|do(n't| not) want to (live|be alive))\b",
    re.IGNORECASE,
)


def crisis_in(text: str) -> bool:
    """Whether somebody may be about to hurt themselves: there are people for that, by one call (988 in the US)."""
    return bool(_CRISIS.search(text))


def danger_in(text: str) -> bool:
    """Whether somebody may be in danger. `no sparks` is none."""
    return any(not _NONE.search(text[: match.start()]) for match in DANGER.finditer(text))
