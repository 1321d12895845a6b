"""Replies to a report's read-back that are neither yes nor no: a fact, a town, a number the member does not have."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.hazards.life_support import says_power_is_out_now
from backend.reading.normalize import fold
from backend.reading.tickets.report_questions import says_still_out

lacks_number = detector(
    r"^\W*(?:no\b(?! (?:thanks?|thank you|gracias))[ ,]*)?(?:(?:there(?:'?s| is| are)|i (?:see|have|got|find)|"
    r"it has|veo|tiene|hay) )?(?:no |not? (?:see|find|know) |(?:i )?(?:don'?t|can'?t|do not|cannot) (?:see|find|"
    r"know|have|read) |no (?:le |lo |se |la )?(?:se|veo|tiene|hay|encuentro|conozco|"
    r"alcanzo a ver) )(?:\w+ ){0,2}?(?:pole |tag |house |light )?(?:number|tag|numero|placa|etiqueta)s?\b",
    fold=fold,
)
"""Whether the member has no number of a pole or house: `no pole number that I can see`. It refuses nothing."""
_TOWN_ALONE = re.compile(r"(?:in |en )?(?P<town>(?:(?:St|Mt|Ft|Mount|New|East|West|North|South) )?[A-Z][\w'-]+)")
_NOT_TOWN_WORDS = frozenset(
    """agent bye cancel change correct correcto exactly fine gracias hello help hey hold hurry listo nada never no nope
    nothing now okay operator perfecto persona person please puede right sale say send sorry stop sure thanks today
    tonight wait what whatever wrong yeah yep yes""".split()
)


says_none_present = detector(
    r"^\W*(?:no|nothing|nobody|none of|no hay|no veo|ningun[ao]?|nada de|nadie)\b (?:\w+ ){0,2}?(?:one\b|wires?|lines?|"
    r"sparks?|sparking|smoke|smoking|fire|trees?|poles?|damage|hurt|injured|near|down|cables?|chispas|humo|arbol(?:es)?|poste|"
    r"herid\w+|lastimad\w+)",
    fold=fold,
)
"""Whether a no says what is not there: `no wires down that I see` refuses no report."""
_CROSSING_ALONE = re.compile(
    r"^\W*(?:(?:no|sorry|perd[oó]n|wait|actually|it'?s|es|at|on|en|the corner of|"
    r"corner of)\b[ ,]*)*(?P<place>(?!(?:Yes|No|Ok|Please|And)\b)(?-i:[A-Z]|\d+(?:st|nd|rd|th)\b)[\w']* (?:and|&|y|"
    r"con) (?:la )?(?-i:[A-Z]|\d+(?:st|nd|rd|th)\b)[\w']*)\W*$",
    re.IGNORECASE,
)
_ABOUT_REPORT = re.compile(
    r"\b(?:report\w*|tickets?|crews?|send|sent|outage|reporte\w*|cuadrilla|manden?|want|need|quiero|necesito)\b"
)


def extract_crossing(words: str) -> str | None:
    """A crossing that stands alone: `no sorry, Cedar and 5th`."""
    found = _CROSSING_ALONE.search(words)
    return found["place"] if found else None


def may_refuse_report(words: str) -> bool:
    """Whether a no may refuse the report itself; `no power since noon` is about power, and wants one."""
    return bool(_ABOUT_REPORT.search(fold(words))) and not says_power_is_out(words)


def says_power_is_out(words: str) -> bool:
    """Whether the message says that the power is out: `no, I have reported nothing, I am without power since six`."""
    return says_power_is_out_now(words) or says_still_out(words)


def extract_town(words: str) -> tuple[str | None, str]:
    """A town that stands alone, or as the first sentence, and the rest of the words: `Elizabeth. By the church`."""
    first, _, rest = words.strip().partition(".")
    found = _TOWN_ALONE.fullmatch(first.strip(" ,!"))
    return (found["town"], rest.strip()) if found and found["town"].lower() not in _NOT_TOWN_WORDS else (None, words)
