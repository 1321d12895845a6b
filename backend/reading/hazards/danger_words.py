"""Detects danger by its words: a line down, sparks, fire, smell, shock. Better once too often than once too few."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.service.damage_claim import is_burned_out_device

# a light on a pole is no pole
_WIRE = (
    r"(?:power ?lines?|lines?|wires?|cables?|poles?(?! ?-?(?:lights?|lamps?))|transformers?|outlets?|panels?|"
    r"breaker box|box)"
)
_FALLEN = (
    r"(?:down(?:ed)?|fell|fallen|falling|snapped|broke(?:n)?|hanging|dangling|low|lying|laying|"
    r"on the (?:ground|road|car))"
)
# a meter that is broken or low only counts wrong; one that hangs by its wires is dangerous
_HANGING_OFF = r"(?:fell|fallen|falling|hanging|dangling|on the ground|torn off|ripped off|off the wall)"
# "4471 Fire Number Road", "the bulb burnt out"
_NOT_FIRE = r"(?! ?-?(?:number|sign|station|dep\w*|chief|hall|pit|place|wood|lane|alarm|hydrant))"
_NOT_BULB = r"(?! out\b(?! (?:here|there|by|on|in|of|back|front|at|past|near)\b))"
# "is the pump burning through all that power"
_NOT_USAGE = r"(?! (?:through|up|all|so|that|more) (?:\w+ ){0,3}?(?:power|electric\w*|money|kwh|juice)\b)"
_NOT_LIGHT = r"(?! ?-?(?:lights?|lamps?))"
_NOT_NAME = r"(?<!name is )(?<!name's )(?<!names )(?<!mr )(?<!mrs )(?<!mr\. )(?<!mrs\. )"
# a rebate for smoke detectors; one that goes off is no such question
_NOT_DETECTOR = r"(?! (?:detectors?|alarms?)\b(?! (?:\w+ ){0,3}?(?:going|goes|went|beeping|chirping|screaming)))"
_LEANING = r"(?:lean(?:s|ing|ed)?|tilt(?:s|ing|ed)?|cracked|split|about to (?:fall|come down))"
_CABLE = r"(?:power ?lines?|wires?)"
_MOVING = r"(?:moving|swinging|whipping|jumping|hitting|loose|torn|pulled (?:down|off|loose)|ripped (?:down|off))"
DANGER = re.compile(
    rf"\b{_WIRE}\b(?:\W+\w+){{0,4}}?\W+{_FALLEN}\b|\b{_FALLEN}\W+(?:\w+\W+){{0,2}}?{_WIRE}\b|"
    rf"\bmeters?\b(?:\W+\w+){{0,4}}?\W+{_HANGING_OFF}\b|\b{_HANGING_OFF}\W+(?:\w+\W+){{0,2}}?meters?\b|"
    rf"{_NOT_NAME}\bspark(?:s|ing|ed)?\b|\barc(?:ing|ed)\b|\b(?:on )?fire\b{_NOT_FIRE}|\bflames?\b|"
    rf"\bburning\b{_NOT_USAGE}{_NOT_BULB}|\bburnt\b{_NOT_BULB}|\bsmok(?:e|ing)\b{_NOT_DETECTOR}|"
    r"\bsmell(?:s|ing)?\b|\bshock(?:ed|s|ing)?\b|\belectrocut\w*|\bexplo(?:ded|sion|ding)\b|\bblew up\b|"
    r"\bblown up\b|\b(?:water(?! ?(?:heater|bill|pump|well|softener|company))|agua)\b[^.?!;]{0,40}?\b(?:outlets?|"
    r"breakers?|electric(?:al)? (?:box|panel)|fuse box|enchufes?|tomacorrientes?|contactos?)\b|"
    r"\bse (?:\w+ ){0,2}?prendi(?:endo|[oó]) (?:fuego|lumbre|(?:la|el|mi|una?) (?:pared|casa|cocina|techo|medidor|"
    r"poste|[aá]rbol|pasto|cable))\b|\bcall(?:ed|ing)? 911\b|^911[!. ]*$|\bbuzzing\b|\bhiss(?:es|ing)?\b|"
    r"\b(?:gas|propane)\b(?:[ ,]+\w+){0,6}?[ ,]+(?:leak\w*|escap\w*|coming (?:out|from))|"
    rf"\bleak\w*\W+(?:\w+\W+){{0,3}}?(?:gas|propane)\b|\b{_LEANING}\W+(?:\w+\W+){{0,2}}?pole\b{_NOT_LIGHT}|"
    rf"\bpole\b{_NOT_LIGHT}(?:\W+\w+){{0,10}}?\W+{_LEANING}\b|\b(?:cars?|trucks?|pickups?|vans?|tractors?|somebody|"
    r"someone|carro|camion|troca|camioneta|person)(?:\W+\w+){0,2}?\W+(?:hit|struck|ran into|ran over|"
    r"crash\w*(?: in(?:to)?| contra| con)?|knocked over|choco(?: contra| con)?|le pego a|"
    rf"tumbo)\W+(?:\w+\W+){{0,3}}?(?:pole{_NOT_LIGHT}|transformer|guy wire)|"
    rf"\b{_CABLE}\b(?:\W+\w+){{0,3}}?\W+{_MOVING}\b|\b{_MOVING}\W+(?:\w+\W+){{0,1}}?{_CABLE}\b",
    re.IGNORECASE,
)
# what is only supposed: "what happens if the pole is broken", and not "there are sparks, what if it burns"
_HYPOTHETICAL = re.compile(
    r"\b(?:what(?:'?s)? (?:about )?if|(?:what|que) (?:\w+ ){0,2}(?:happens?|pasa|pasaria) (?:if|when|yes|si)|"
    r"happens? if|(?:who|quien) (?:\w+ ){0,3}pays?(?: \w+){0,3} (?:if|when|yes|si)|who pays?(?= yes)|"
    r"(?:do|will|would|must|should) (?:i|we|you) (?:have to |need to |get to )?(?:pay|be charged|owe|cover|fix|"
    r"send|come)\b[^.?!;\n]{0,30}?\b(?:if|when|yes)|how (?:much|long)\b[^.?!;\n]{0,30}?\bif|(?:just )?in case|"
    r"if (?:\w+ ){0,6}ever|if (?:one|some) ?day|(?:yes|si) (?:un|algun) (?:dia|day))\b[^.?!;\n]*?(?=,\W*(?:it'?s|"
    r"there(?:'?s)?|hay|my|the|right now)\b|[.?!;\n]|$)",
    re.IGNORECASE,
)
# "my bill shocked me", "sticker shock", "I was shocked to see how high"
_ABOUT_MONEY = re.compile(
    r"\b(?:electrocut\w+|shocked) (?:del?|out of|from|con) (?:el |la |mi |puro |the )?(?:susto|coraje|price|bill|"
    r"recibo|factura)\b|\b(?:recibo|factura|bill)\b[^.?!;,]{0,40}?\bme (?:quede )?electrocut\w*|"
    r"\b(?:bills?|price|rates?|balance|amount|total|cost|charges?) (?:(?:is|was|has|just|about|nearly|almost|"
    r"really|totally|always|sure|this|last|month|came|as|a|such|kind|of) ){0,4}?shock\w*|"
    r"\b(?:sticker|bill|price) shock|(?<!got )\bshock(?:ed|ing)? (?:at|by|with|over|about|to (?:see|get|open|find)|"
    r"when i (?:saw|got|opened)) (?:(?!fridge|washer|dryer|meter|outlet|wire|line|stove|box)\w+ ){0,4}?(?:bills?|"
    r"price|amount|balance|cost)\b",
    re.IGNORECASE,
)
# "had a line down back in 2020 and you guys fixed it": with nothing that is so now
_LONG_AGO = re.compile(
    r"\b(?:last (?:month|year|spring|summer|fall|winter)|(?:months?|years?|winters?|summers?) ago|"
    r"back in (?:19|20)\d\d|(?:el|la) (?:a[nñ]o|mes|verano|invierno) pasad[oa]|"
    r"hace (?:\w+ )?(?:a[nñ]os?|mes(?:es)?|years?|months?))\b",
    re.IGNORECASE,
)
_REPAIRED = re.compile(
    r"\b(?:fixed|repaired|replaced|mended|thank\w*|gracias|arregl\w+|repar\w+|cambi(?:o|ó|aron)|changed?|rebate|"
    r"inspections?|inspecci\w+)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:still|again|today|tonight|this (?:morning|evening)|right now|sigue\w*|todav[ií]a|otra vez|hoy|ahora|"
    r"ahorita)\b|\b(?:is|are|esta|est[aá]n?|it'?s) (?:\w+ )?(?:down|out|broken|loose|open|\w+ing|\w+[ai]d[oa]s?)\b",
    re.IGNORECASE,
)
_NOW = re.compile(r"\b(?:right now|now|ahora)\b", re.IGNORECASE)
_PAST_EVENT = re.compile(r"burnt|blew up|blown up|exploded", re.IGNORECASE)
_DENIED_WITHIN = re.compile(r"\b(?:not|isn'?t|aren'?t|wasn'?t|no)\b|n't\b", re.IGNORECASE)
_NO_DANGER = re.compile(
    r"(?:\b(?:no|not|any|without|nothing|nobody|no one|none|nor|neither|ni)\W+(?:\w+\W+){0,2}|n't\W+|"
    r"\b(?:do|does|did|is|are|was|were)nt\W+|\bneeds? (?:the|your|my|our|a)\W+)$",
    re.IGNORECASE,
)


detect_crisis = detector(
    r"\b(kill(ing)? myself|suicid\w*|end (it all|my (own )?life)|hurt(ing)? myself|want to die|"
    r"better off dead|do(n't| not) want to (live|be alive))\b"
)
"""Whether somebody may be about to hurt themselves: there are people for that, by one call (988 in the US)."""


def detect_danger(text: str) -> bool:
    """Whether somebody may be in danger. `no sparks` is none, nor is `what if a wire falls`, or a fridge that died."""
    if is_past_danger(text):
        return False
    stated = _HYPOTHETICAL.sub(lambda found: found[0] if _NOW.search(found[0]) else " ", text)
    stated = _ABOUT_MONEY.sub(" ", stated)
    return any(_is_real_danger(stated, match) for match in DANGER.finditer(stated))


def is_past_danger(text: str) -> bool:
    """Whether it was long ago and is mended: `had a line down back in 2020 and you guys fixed it`."""
    return bool(_LONG_AGO.search(text) and _REPAIRED.search(text)) and not _STILL.search(text)


def is_hypothetical(text: str) -> bool:
    """Whether all of it is only supposed: `what happens if the power goes out while I am on oxygen`."""
    found = _HYPOTHETICAL.search(text)
    return found is not None and not _NOW.search(found[0])


def _is_real_danger(text: str, match: re.Match[str]) -> bool:
    """Whether a match is neither denied, as in `no sparks`, nor a device that burned out."""
    if _NO_DANGER.search(text[: match.start()]) or _DENIED_WITHIN.search(match[0]):
        return False
    return not (_PAST_EVENT.fullmatch(match[0]) and is_burned_out_device(text, match.start()))


mentions_gas = detector(r"\b(?:gas(?! ?(?:stations?|pumps?)\b)|propane|propano)\b")
"""Whether a danger is one of gas: it is not kept away from, the place is left."""


_TREE = r"(?:trees?|maples?|oaks?|pines?|elms?|branch(?:es)?|limbs?|arbol|rama)"
_POWER_LINE = r"(?:(?:power ?|electric )?(?:lines?|wires?|cables?)|pole|alambres?)"
_TREE_ON_WIRE = re.compile(
    rf"\b{_TREE}\b(?:\W+\w+){{0,5}}?\W+(?:on(?:to)?|against|touching|over|into|across|in|sobre|en|"
    rf"contra)\W+(?:\w+\W+){{0,2}}?{_POWER_LINE}\b",
    re.IGNORECASE,
)


def mentions_tree_on_wire(text: str) -> bool:
    """Whether a tree lies or leans on a wire; that is handled before any question about a bill."""
    stated = _HYPOTHETICAL.sub(" ", text)
    return any(not _NO_DANGER.search(text[: match.start()]) for match in _TREE_ON_WIRE.finditer(stated))
