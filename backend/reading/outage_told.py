"""An outage that is told plainly, beside whatever else: `I lost power, and what is my balance`."""

from __future__ import annotations

import re

from backend.reading.acts.signals import is_question
from backend.reading.cut_off import cut_off_by_us
from backend.reading.life_support import over_already, power_is_out
from backend.reading.sentences import sentences
from backend.reading.shutoff import speaks_of as shutoff_spoken_of
from backend.reading.spanish.gloss import without_accents

_WENT_OUT = re.compile(
    r"\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?"
    r"\b(?:and|then|before|until|y|luego|hasta que)\b (?:then |now |luego |despues )?"
    r"(?:(?:it|they|everything|all|the (?:lights?|power)|todo|ya) )*(?:just |all |completely |se )?"
    r"(?:went (?:off|out|dark|dead|black)|(?:are|is) (?:off|out|gone)|died|quit|cut out|shut (?:off|down)|"
    r"(?:(?:la|las) )?(?:fue|fueron|apago|apagaron|quedamos a oscuras))\b(?! and (?:back )?on\b)"
    r"|\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?\b(?:and|then|y) (?:now |ahora )?"
    r"(?:(?:we'?re|i'?m|it'?s|everything'?s?|is|all|estamos|todo) ){0,3}"
    r"(?:in the dark|dark|pitch (?:black|dark)|a oscuras|without power|sin luz)\b"
)
_IN_PARTS = re.compile(
    r"\b(?:half|part(?:ial\w*)?|some|one|the other|la mitad|parte|unos|algunos|medi[oa])\b(?: \w+){0,3}? "
    r"(?:house|home|rooms?|outlets?|lights?|power|circuits?|casa|cuartos?|contactos?|enchufes?)\b"
)
_OF_A_LAMP = re.compile(
    r"\b(?:street|yard|security|pole|barn|porch|dusk to dawn|night)[ -]?(?:lights?|lamps?)\b|"
    r"\b(?:luz|luces|foco|lampara|farol)\w* (?:del? |de la )(?:poste|patio|calle|esquina|corral)\b|\balumbrado\b"
)
_SUPPOSED = re.compile(
    r"\b(?:if|when|whenever|every time|in case|si|cuando|cada vez que) (?:\w+ ){0,4}?(?:power|lights?|luz)\b"
)
_OF_A_BILL = re.compile(
    r"\b(?:(?:didn'?t|not|never) paid?|because of (?:my|the) bill|for (?:non ?)?payment|power of attorney|no pague|"
    r"por falta de pago|paid|pague)\b"
)


def went_out(words: str) -> bool:
    """Whether power that was unsteady is out now: `the lights flickered twice, then went off`; not of a part of it."""
    text = _plain(words)
    return bool(_WENT_OUT.search(text)) and not _IN_PARTS.search(text)


def tells_of_an_outage(words: str, glossed: str) -> bool:
    """Whether a household's power is told to be out now, as a fact. `glossed` is the same in the words of rules."""
    text = _plain(words)
    if _OF_A_LAMP.search(text) or _OF_A_BILL.search(text) or over_already(words) or _SUPPOSED.search(text):
        return False
    if cut_off_by_us(glossed) or shutoff_spoken_of(glossed):
        return False
    told = [part for part in sentences(words) if not part.rstrip().endswith("?") and not is_question(part)]
    return any(power_is_out(part) or went_out(part) for part in told)


def _plain(words: str) -> str:
    return " ".join(without_accents(words.lower().replace("’", "'")).split())
