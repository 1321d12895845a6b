"""Detects that a life may depend on the power, and that the power is out now, in both languages.

Better once too often than once too few: a crew that is called out for nothing goes back to bed.
"""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.normalize import fold_line

_DEVICE = r"(?:machine|equipment|device|pump|monitor|treatment)s?"
_DEVICE_SPANISH = r"(?:maquina|aparato|equipo)s?"
_POWER_SPANISH = r"(?:luz|corriente|electricidad|energia|electricity|power)"
_LIFE_SUPPORT = re.compile(
    r"\b(?:oxygen|oxigen|o2|concentrators?|ventilators?|vents?|respirators?|c-?pap|bi-?pap|dialysis|nebuli[sz]ers?|"
    rf"apnea|life[ -]?support|feeding (?:pump|tube)|insulin|(?:breathing|suction|medical|heart|lung|oxygen) {_DEVICE}|"
    r"iron lung|trach|tracheo\w*|pacemaker|(?:helps?|machine|needs? (?:it|power))\b.{0,20}\bbreathe?|"
    r"oxigeno|concentrador(?:es)?|respirador(?:es)?|"
    r"ventilador(?:es)? (?:medico|mecanico|pulmonar|de hospital|para respirar)|"
    r"dialisis|nebulizador(?:es)?|insulina|soporte vital|marcapasos|traqueo\w*|"
    rf"{_DEVICE_SPANISH} (?:medic[oa]s?|(?:para|de) (?:respirar|respiracion|el corazon|los pulmones|dormir|dialisis))|"
    rf"(?:conectad[oa]|depende|vive)\b.{{0,24}}\b{_DEVICE_SPANISH})\b"
)
_NO_DEVICE = re.compile(
    rf"(?:n'?t|\bnot|\bnever) (?:have|use|need|got|on|own) (?:a|an|any) (?:\w+ )?{_DEVICE}\b|"
    rf"\b(?:no|without(?: any)?|has no|have no) medical {_DEVICE}\b|"
    rf"\bno (?:tiene|tengo|usa|uso|necesita|necesito|tenemos|depende de) (?:ningun[ao]? )?{_DEVICE_SPANISH}"
    r"(?: medic[oa]s?)?\b"
)
_POWER = r"(?:power|electric\w*|electicity|lights?|juice|current|house)"
_BETWEEN_WORDS = r"(?:'?s| is| are| was| has| have| been| just| went| still| all| here| suddenly| again| and| gone)*"
_OFF_WORDS = (
    r"(?:out|off|gone|quit(?:ting)?|died|dead|down|failed|went|stopped|cut out|kicked off|shut down|dropped|"
    r"not (?:on|working|back|there)|isn'?t (?:on|working|back)|ain'?t on|won'?t (?:come|go|turn) (?:back )?on)"
)
_POWER_OUT_NOW = re.compile(
    rf"\b{_POWER}{_BETWEEN_WORDS} {_OFF_WORDS}\b|\b(?:lost|losing|no|without|don'?t have|out of|"
    r"ran out of) (?:any |all |our |my |the )?(?:power|electric\w*|lights|juice|current)\b|\bin the dark\b|"
    rf"\bblack ?-?out\b|\boutage\b|\b(?:fue|ido|va|iba|perdi\w*) (?:a )?(?:la |el )?{_POWER_SPANISH}\b|"
    r"\b(?:a oscuras|apagon|en la oscuridad)\b|\b(?:sin|no (?:tengo|tenemos|tiene|tienen|hay|ha vuelto|llega|"
    rf"vuelve|regresa)) (?:la |nada de )?{_POWER_SPANISH}\b"
)
_AT_RISK = re.compile(
    r"\b(?:battery|batteries|tanks?|backup|right now|today|tonight|baterias?|tanques?|respaldo|ahorita|ahora mismo|"
    r"hoy|esta noche)\b|\b(?:disconnect\w*|desconect\w*|shut ?-?off|cut ?-?off|cut me|if it goes (?:off|out)|"
    r"(?:shut|cut|turn)\w* (?:(?:it|us|me|my|the|power|lights?) ){0,3}off|"
    rf"(?:cort|apag)\w* (?:me )?(?:la |el )?{_POWER_SPANISH})\b"
)
_RUNNING_LOW = (
    r"(?:low|dying|dead|almost (?:out|gone|dead|empty)|nearly (?:out|gone|dead|empty)|"
    r"about (?:out|gone|dead|to (?:die|run out|quit))|running (?:out|low|down)|run(?:s)? out|ran out|"
    r"going (?:out|dead|down)|out of (?:charge|power|air|oxygen|juice)|empty|beeping|won'?t last|"
    r"(?:\d+|ten|five|twenty|thirty|few) ?(?:%|percent|minutes?|mins?)|baj[oa]s?|por acabarse|por terminarse|"
    r"se (?:me |le |nos )?(?:esta )?(?:acab\w+|agot\w+|termin\w+|descarg\w+|muri\w+)|acabando|descargad[oa]s?|"
    r"vaci[oa]s?|muert[oa]s?|no (?:va a |me va a )?(?:dura\w*|alcanz\w+|aguant\w+)|pitando|queda poco)"
)
_BACKUP = (
    r"(?:batter(?:y|ies)|batt|tanks?|backup|cylinders?|bottles?|oxygen|oxigen|o2|generator|"
    r"bater(?:ia|y)s?|tanques?|respaldo|cilindros?|oxigeno|planta de luz|generador)"
)
_BACKUP_RUNNING_OUT = re.compile(
    rf"(?<!phone )(?<!phone's )(?<!cell )(?<!laptop )\b{_BACKUP}\b(?! de(?:l)? (?:celular|cel|telefono|"
    rf"carro))(?:\W+\w+){{0,5}}?\W+{_RUNNING_LOW}(?!\w)|"
    rf"\b{_RUNNING_LOW} (?:\w+ ){{0,3}}?{_BACKUP}\b(?! de(?:l)? (?:celular|cel|telefono|carro))"
)
_STOPPED_WORDS = (
    r"(?:stopped|quit|died|is dead|dead|is off|went off|went out|shut (?:off|down)|turned off|"
    r"not (?:working|running|on)|(?:is|has|do|does|did)n'?t (?:work\w*|run\w*|on|start\w*|turn on|come on)|"
    r"won'?t (?:work|run|start|turn on|come on)|failed|failing|beeping|alarm\w*|broke(?:n)?|lost power|"
    r"has no power|without power|se (?:me |le )?(?:paro|apago|esta apagando|detuvo|descompuso|murio|fue)|"
    r"dejo de (?:funcionar|trabajar|servir)|no (?:funciona|sirve|prende|enciende|trabaja|jala|arranca)|apagad[oa]|"
    r"fallo|fallando|pitando|sin (?:luz|corriente|power))"
)
# the machine itself, and not something else in the same message
_DEVICE_STOPPED = re.compile(
    rf"(?:{_LIFE_SUPPORT.pattern})(?:\W+\w+){{0,4}}?\W+{_STOPPED_WORDS}(?!\w)|"
    rf"\b{_STOPPED_WORDS} (?:\w+ ){{0,3}}?(?:{_LIFE_SUPPORT.pattern})"
)
_IN_DISTRESS = re.compile(
    r"\b(?:(?:can'?t|cannot|can not|trouble|hard time|hard to|struggl\w+ to|fighting to) ?breath\w*|short of breath|"
    r"gasping|no (?:puede|puedo|puedes) respirar|le (?:falta|cuesta) (?:el |la |trabajo )?(?:aire|respira\w*)|"
    r"se (?:esta )?ahog\w+|se queda sin aire|"
    r"turning blue|se (?:esta )?poniendo moro|out of (?:oxygen|air)|without (?:oxygen|air)|ran out of oxygen|"
    r"sin oxigeno|(?:se )?(?:le |me )?(?:acabo|termino) el (?:oxigeno|oxygen))\b"
)
is_past = detector(
    r"\b(?:last (?:week|month|year|night|summer|winter|time)|yesterday|\w+ (?:days|weeks|months|years) ago|"
    r"la semana pasada|el mes pasado|ayer|anoche|hace (?:\w+ )?(?:dias|semanas|meses|anos))\b",
    fold=fold_line,
)
"""Whether the message is about another day: `my oxygen machine stopped last week`."""


def is_acute(text: str) -> bool:
    """Whether somebody's air or medicine runs out now: the machine stopped, its battery is low, breath is short."""
    plain = fold_line(text)
    if _IN_DISTRESS.search(plain):
        return True
    depends = _LIFE_SUPPORT.search(plain) is not None
    return depends and bool(_BACKUP_RUNNING_OUT.search(plain) or _DEVICE_STOPPED.search(plain))


_FUTURE_PLANS = re.compile(
    r"\b(?:planned|scheduled|letter|notice|medical (?:list|note|form)|on (?:the|that|your) (?:\w+ )?list|"
    r"before winter|put (?:it |me |us )?down|"
    r"do worry|worry|worried|in case|programad\w*|carta|aviso|lista|nota medica|por si)\b"
)


def is_about_future(text: str) -> bool:
    """Whether somebody who needs power speaks of days to come: a planned outage, a list, a worry; nothing fails now."""
    if not _FUTURE_PLANS.search(fold_line(text)):
        return False
    return not (says_power_is_out_now(text) or is_acute(text) or is_backup_running_out(text))


def is_backup_running_out(text: str) -> bool:
    """`the battery is almost dead`, where the message says what it powers; a telephone's battery does not count."""
    return _BACKUP_RUNNING_OUT.search(fold_line(text)) is not None


def is_at_risk_now(text: str) -> bool:
    """Whether the need is of today: the power is out or about to be, or a battery or tank runs down."""
    return says_power_is_out_now(text) or _AT_RISK.search(fold_line(text)) is not None


def depends_on_power(text: str) -> bool:
    """Oxygen, a breathing machine, dialysis, insulin to be kept cold; not `she has no medical equipment`."""
    return _LIFE_SUPPORT.search(_NO_DEVICE.sub(" ", fold_line(text))) is not None


def says_power_is_out_now(text: str) -> bool:
    """Whether the power is said to be out now: what is paid late and may be shut off is not."""
    return _POWER_OUT_NOW.search(fold_line(text)) is not None
