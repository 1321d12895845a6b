"""An outage stated plainly, alone or beside something else: `I lost power, and what is my balance`."""

from __future__ import annotations

import re

from backend.reading.acts.signals import is_question
from backend.reading.detectors import detector
from backend.reading.hazards.life_support import is_past, says_power_is_out_now
from backend.reading.normalize import fold_line, split_sentences
from backend.reading.service.disconnection import detect_disconnection_topic as shutoff_spoken_of
from backend.reading.service.disconnection import says_coop_disconnected

says_power_went_out = detector(
    r"\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?\b(?:and|then|before|until|y|luego|"
    r"hasta que)\b (?:then |now |luego |despues )?(?:(?:it|they|everything|all|the (?:lights?|power)|todo|"
    r"ya) )*(?:just |all |completely |se )?(?:went (?:off|out|dark|dead|black)|(?:are|is) (?:off|out|gone)|died|"
    r"quit|cut out|shut (?:off|down)|(?:(?:la|las) )?(?:fue|fueron|apago|apagaron|quedamos a oscuras))\b(?! and "
    r"(?:back )?on\b)|\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?\b(?:and|then|y) (?:now |"
    r"ahora )?(?:(?:we'?re|i'?m|it'?s|everything'?s?|is|all|estamos|todo) ){0,3}(?:in the dark|dark|"
    r"pitch (?:black|dark)|a oscuras|without power|sin luz)\b",
    unless=(
        r"\b(?:half|part(?:ial\w*)?|some|one|the other|la mitad|parte|unos|algunos|medi[oa])\b(?: \w+){0,3}? "
        r"(?:house|home|rooms?|outlets?|lights?|power|circuits?|casa|cuartos?|contactos?|enchufes?)\b"
    ),
    fold=fold_line,
)
"""Whether power that was unsteady is out now: `the lights flickered twice, then went off`; not of a part of it."""
_ABOUT_A_LIGHT = re.compile(
    r"\b(?:street|yard|security|pole|barn|porch|dusk to dawn|night)[ -]?(?:lights?|lamps?)\b|"
    r"\b(?:luz|luces|foco|lampara|farol)\w* (?:del? |de la )(?:poste|patio|calle|esquina|corral)\b|\balumbrado\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|whenever|every time|in case|si|cuando|cada vez que) (?:\w+ ){0,4}?(?:power|lights?|luz)\b"
)
_ABOUT_BILL = re.compile(
    r"\b(?:(?:didn'?t|not|never) paid?|because of (?:my|the) bill|for (?:non ?)?payment|power of attorney|no pague|"
    r"por falta de pago|paid|pague)\b"
)


def states_outage(words: str, glossed: str) -> bool:
    """Whether the message states that a household's power is out now. `glossed` is the message from `to_english`."""
    text = fold_line(words)
    if _ABOUT_A_LIGHT.search(text) or _ABOUT_BILL.search(text) or is_past(words) or _HYPOTHETICAL.search(text):
        return False
    if says_coop_disconnected(glossed) or shutoff_spoken_of(glossed):
        return False
    told = [part for part in split_sentences(words) if not part.rstrip().endswith("?") and not is_question(part)]
    return any(says_power_is_out_now(part) or says_power_went_out(part) for part in told)
