"""Whether somebody's life may hang on the power, and whether the power is out now. In both languages, as they are said.

Better once too often than once too few: who is called out for nothing goes back to bed.
"""

from __future__ import annotations

import re

from backend.reading.spanish.gloss import without_accents

_MACHINE = r"(?:machine|equipment|device|pump|monitor|treatment)s?"
_MAQUINA = r"(?:maquina|aparato|equipo)s?"
_LUZ = r"(?:luz|corriente|electricidad|energia|electricity|power)"
_LIFE_SUPPORT = re.compile(
    r"\b(?:oxygen|oxigen|o2|concentrators?|ventilators?|vents?|respirators?|c-?pap|bi-?pap|dialysis|nebuli[sz]ers?|apnea|"
    rf"life[ -]?support|feeding (?:pump|tube)|insulin|(?:breathing|suction|medical|heart|lung|oxygen) {_MACHINE}|"
    r"iron lung|trach|tracheo\w*|pacemaker|(?:helps?|machine|needs? (?:it|power))\b.{0,20}\bbreathe?|"
    r"oxigeno|concentrador(?:es)?|respirador(?:es)?|"
    r"ventilador(?:es)? (?:medico|mecanico|pulmonar|de hospital|para respirar)|"
    r"dialisis|nebulizador(?:es)?|insulina|soporte vital|marcapasos|traqueo\w*|"
    rf"{_MAQUINA} (?:medic[oa]s?|(?:para|de) (?:respirar|respiracion|el corazon|los pulmones|dormir|dialisis))|"
    rf"(?:conectad[oa]|depende|vive)\b.{{0,24}}\b{_MAQUINA})\b"
)
_POWER = r"(?:power|electric\w*|electicity|lights?|juice|current|house)"
_MEANWHILE = r"(?:'?s| is| are| was| has| have| been| just| went| still| all| here| suddenly| again| and| gone)*"
_OFF = (
    r"(?:out|off|gone|quit(?:ting)?|died|dead|down|failed|went|stopped|cut out|kicked off|shut down|dropped|"
    r"not (?:on|working|back|there)|isn'?t (?:on|working|back)|ain'?t on|won'?t (?:come|go|turn) (?:back )?on)"
)
_OUT_NOW = re.compile(
    rf"\b{_POWER}{_MEANWHILE} {_OFF}\b|"
    r"\b(?:lost|losing|no|without|don'?t have|out of|ran out of) (?:any |all |our |my |the )?"
    r"(?:power|electric\w*|lights|juice|current)\b|\bin the dark\b|\bblack ?-?out\b|\boutage\b|"
    rf"\b(?:fue|ido|va|iba|perdi\w*) (?:a )?(?:la |el )?{_LUZ}\b|\b(?:a oscuras|apagon|en la oscuridad)\b|"
    rf"\b(?:sin|no (?:tengo|tenemos|tiene|tienen|hay|ha vuelto|llega|vuelve|regresa)) (?:la |nada de )?{_LUZ}\b"
)
_AT_RISK = re.compile(
    r"\b(?:battery|batteries|tanks?|backup|right now|today|tonight|baterias?|tanques?|respaldo|ahorita|ahora mismo|hoy|"
    r"esta noche)\b|\b(?:disconnect\w*|desconect\w*|shut ?-?off|cut ?-?off|cut me|if it goes (?:off|out)|"
    r"(?:shut|cut|turn)\w* (?:(?:it|us|me|my|the|power|lights?) ){0,3}off|(?:cort|apag)\w* (?:me )?(?:la |el )?"
    rf"{_LUZ})\b"
)


def at_risk_now(text: str) -> bool:
    """Whether the need is of today: the power is out or about to be, or what stands in for it runs down."""
    return power_is_out(text) or _AT_RISK.search(_plain(text)) is not None


def depends_on_power(text: str) -> bool:
    """Oxygen, a breathing machine, dialysis, insulin to be kept cold."""
    return _LIFE_SUPPORT.search(_plain(text)) is not None


def power_is_out(text: str) -> bool:
    """Whether the power is said to be out now: what is paid late and may be shut off is not."""
    return _OUT_NOW.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(without_accents(text.lower().replace("’", "'")).split())
