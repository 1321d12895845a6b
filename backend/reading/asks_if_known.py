"""Whether it is only asked if something was told already: `was the wire on Mill Road reported`. That is no report."""

from __future__ import annotations

import re

from backend.reading.danger import danger_in
from backend.reading.sentences import sentences
from backend.reading.spanish.gloss import without_accents

_TOLD = r"(?:reported|called (?:it |this |that )?in|phoned (?:it )?in|turned in|told (?:to )?(?:you|yall|y'all))"
_OTHERS = (
    r"(?:(?:any|some) ?(?:body|one)(?: else)?|others?|(?:other|any|more) (?:people|folks|neighbors?|members?)|"
    r"(?:my |the |our |a |one of (?:my|the) )?(?:next door )?(?:neighbou?rs?|wife|husband|son|daughter|mom|dad|"
    r"landlord|"
    r"tenant|police|sheriff|fire department|school)|he|she|they)"
)
_TELL = (
    r"(?:report(?:ed)?|call(?:ed)? (?:in|about|you|y'all|yall|this|to)|phone[d]?(?: in)?|tell you|told you|"
    r"let you know|turn(?:ed)? in)"
)
_ASKED = re.compile(
    rf"^\W*(?:(?:hi|hey|hello|so|um|uh|and|ok|please|just|i was|wondering|checking|wanted to know|do you know|"
    rf"can you (?:tell me|check)|"
    rf"if|whether|to see)\W+)*(?:"
    rf"(?:was|is|were|has|have|had) (?!it\b|this\b|that\b|my\b|our report)(?:\S+ ){{1,12}}?(?:already |been |ever |"
    rf"yet )*{_TOLD}\b|"
    rf"(?:did|has|have|had) {_OTHERS} (?:already |ever |else |even )*{_TELL}\b(?! (?:it|that|this)\W*$)|"
    r"(?:do|did) (?:you|u|ya|y'?all|you guys|they) (?:already |guys |all )*know (?:about|of) (?!it\b|this\W*$|"
    r"that\W*$)|"
    r"(?:are|r) (?:you|u|ya|y'?all|you guys|they) (?:already )?aware (?:of|that) (?!it\b|this\W*$|that\W*$)|"
    r"(?:do|did) (?:you|u|ya|y'?all|you guys|they) (?:already |guys |all )*know (?:that )?(?:the |my |"
    r"our )?(?:power|lights?|electricity)(?:'?s| is| are)? (?:\w+ )?(?:out|off)\b|"
    r"(?:ya )?(?:saben|sabe) (?:ya )?que (?:no hay|se fue la|estamos sin|estoy sin) (?:luz|corriente)|"
    r"(?:ya )?(?:fue|fueron|esta|estan|quedo|ha sido) (?:ya )?(?:reportad[oa]s?|avisad[oa]s?) (?:el|la|los|las|un|"
    r"una)\b|"
    r"(?:ya )?(?:reportaron|avisaron) (?:ya )?(?:alguien )?(?:el|la|los|las|del|de|un|una|lo)\b|"
    r"(?:ya )?(?:alguien|algun vecino|(?:mi|el|la|los|un) (?:vecin[oa]s?|espos[oa]|hij[oa])|otros|"
    r"mas gente) (?:les |ya )*(?:reporto|"
    r"reportaron|aviso|avisaron|llamo|llamaron|hablo|dijo)\b|"
    r"(?:ya )?(?:llamo|hablo|aviso|reporto) (?:ya )?(?:alguien|otro|mi vecin[oa])\b|"
    r"(?:ya )?(?:les|le) (?:dijeron|avisaron|reportaron|han dicho|han avisado) (?:ya )?(?:del|de)\b|"
    r"(?:ya )?(?:saben|sabe|estan enterados|tienen reporte) (?:ya )?(?:del|de la|de los|de las|de lo|de un)\b)"
)
_OTHERS_TOLD = re.compile(
    rf"\b{_OTHERS} (?:\w+ ){{0,3}}?(?:called|reported|phoned|turned it in|llamo|reporto|aviso|llamaron|reportaron)\b"
)
_WAS_IT = re.compile(
    r"\b(?:was|is|has) (?:it|that|this|one) (?:already |been |ever )*reported\b|"
    r"\b(?:si )?(?:ya )?(?:esta|fue|quedo) (?:ya )?reportad[oa]\b"
)
_ITS_OWN = re.compile(
    r"\b(?:my|our) (?:report|ticket|case)|\bmi (?:reporte|caso)\b|\bdid i\b|\bhave i\b", re.IGNORECASE
)
_TELLS = re.compile(
    r"\b(?:my|our|the) (?:power|lights?|electricity) (?:is|are|went|just)\b|\b(?:no|without) (?:power|lights?|"
    r"electricity)\b|"
    r"\b(?:no (?:hay|tengo|tenemos)|se fue la|sin) (?:luz|corriente|electricidad)\b",
    re.IGNORECASE,
)


def asks_if_known(words: str, glossed: str) -> bool:
    """Whether the message asks if a thing is reported or known, and tells of none itself.

    `glossed` is the same in the words that rules know. `There is a wire down, did anybody call it in` tells of one.
    """
    if _ITS_OWN.search(words):
        return False
    if _OTHERS_TOLD.search(_plain(words)) and _WAS_IT.search(_plain(words)) and not danger_in(glossed):
        return not _TELLS.search(words)
    parts = sentences(words.strip())
    asked = [part for part in parts if _ASKED.search(_plain(part))]
    rest = " ".join(part for part in parts if part not in asked)
    if not asked or _TELLS.search(rest):
        return False
    return len(parts) == len(asked) or not danger_in(rest if words == glossed else glossed)


def _plain(words: str) -> str:
    return without_accents(" ".join(words.lower().replace("’", "'").replace("¿", "").split()))
