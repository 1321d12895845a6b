"""Whether it is only asked if something was told already: `was the wire on Mill Road reported`. That is no report."""

from __future__ import annotations

import re

from backend.reading.hazards.danger_words import detect_danger
from backend.reading.normalize import fold_line, split_sentences

_REPORTED = r"(?:reported|called (?:it |this |that )?in|phoned (?:it )?in|turned in|told (?:to )?(?:you|yall|y'all))"
_OTHER_PEOPLE = (
    r"(?:(?:any|some) ?(?:body|one)(?: else)?|others?|(?:other|any|more) (?:people|folks|neighbors?|members?)|"
    r"(?:my |the |our |a |one of (?:my|the) )?(?:next door )?(?:neighbou?rs?|wife|husband|son|daughter|mom|dad|"
    r"landlord|"
    r"tenant|police|sheriff|fire department|school)|he|she|they)"
)
_REPORT_VERBS = (
    r"(?:report(?:ed)?|call(?:ed)? (?:in|about|you|y'all|yall|this|to)|phone[d]?(?: in)?|tell you|told you|"
    r"let you know|turn(?:ed)? in)"
)
_ASKS_IF_REPORTED = re.compile(
    rf"^\W*(?:(?:hi|hey|hello|so|um|uh|and|ok|please|just|i was|wondering|checking|wanted to know|do you know|"
    rf"can you (?:tell me|check)|"
    rf"if|whether|to see)\W+)*(?:"
    rf"(?:was|is|were|has|have|had) (?!it\b|this\b|that\b|my\b|our report)(?:\S+ ){{1,12}}?(?:already |been |ever |"
    rf"yet )*{_REPORTED}\b|"
    rf"(?:did|has|have|had) {_OTHER_PEOPLE} (?:already |ever |else |even )*{_REPORT_VERBS}\b(?! (?:it|that|this)\W*$)|"
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
_OTHERS_REPORTED = re.compile(
    rf"\b{_OTHER_PEOPLE} (?:\w+ ){{0,3}}?(?:called|reported|phoned|turned it in|llamo|reporto|aviso|llamaron|"
    rf"reportaron)\b"
)
_WAS_IT_REPORTED = re.compile(
    r"\b(?:was|is|has) (?:it|that|this|one) (?:already |been |ever )*reported\b|"
    r"\b(?:si )?(?:ya )?(?:esta|fue|quedo) (?:ya )?reportad[oa]\b"
)
_OWN_REPORT = re.compile(
    r"\b(?:my|our) (?:report|ticket|case)|\bmi (?:reporte|caso)\b|\bdid i\b|\bhave i\b", re.IGNORECASE
)
_REPORTS_TROUBLE = re.compile(
    r"\b(?:my|our|the) (?:power|lights?|electricity) (?:is|are|went|just)\b|\b(?:no|without) (?:power|lights?|"
    r"electricity)\b|"
    r"\b(?:no (?:hay|tengo|tenemos)|se fue la|sin) (?:luz|corriente|electricidad)\b",
    re.IGNORECASE,
)


def asks_if_already_reported(words: str, glossed: str) -> bool:
    """Whether the message asks if a thing is reported or known, and tells of none itself.

    `glossed` is the same in the words that rules know. `There is a wire down, did anybody call it in` tells of one.
    """
    if _OWN_REPORT.search(words):
        return False
    if (
        _OTHERS_REPORTED.search(fold_line(words))
        and _WAS_IT_REPORTED.search(fold_line(words))
        and not detect_danger(glossed)
    ):
        return not _REPORTS_TROUBLE.search(words)
    parts = split_sentences(words.strip())
    asked = [part for part in parts if _ASKS_IF_REPORTED.search(fold_line(part))]
    rest = " ".join(part for part in parts if part not in asked)
    if not asked or _REPORTS_TROUBLE.search(rest):
        return False
    return len(parts) == len(asked) or not detect_danger(rest if words == glossed else glossed)
