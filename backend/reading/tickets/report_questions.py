"""Detects questions about reports, in both languages: whether a thing is reported already, and what was just filed."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.contact.phone_mentions import asks_which_phone
from backend.reading.detectors import detector
from backend.reading.hazards.danger_words import detect_danger
from backend.reading.normalize import fold, fold_line, split_sentences

says_report_is_moot = detector(
    r"\b(?:never ?mind|false alarm|all clear|forget it|(?:it|that)(?:'?s| is) (?:fine|ok(?:ay)?|all right|nothing)|"
    r"we(?:'?re| are) (?:fine|ok(?:ay)?)|olvid\w+|falsa alarma|no pasa nada|(?:ya )?(?:esta|quedo) bien|todo bien)\b",
    fold=fold,
)
"""`Never mind, the limb fell off, it's fine`: what was reported is said to be over."""


class FiledQuestion(Enum):
    """What a message asks or says about a report that was just filed."""

    PLACE = "place"
    NUMBER = "number"
    IS_FILED = "stands"
    CONTENT = "says"
    PHONE = "phone"
    WHICH_PHONE = "which_phone"
    NEWS = "news"
    CALLED_911 = "called_911"


_OTHER_NUMBER = re.compile(
    r"\b(?:member|socio|account|cuenta|phone|telefono|office|oficina|outage line|card|tarjeta|meter|medidor|"
    r"confirmation|payment|pago|(?:to|can|do|should|could) (?:i )?call)\b"
)
_ASKS_NUMBER = re.compile(
    r"\b(?:what|which)\b.{0,24}\bnumber\b|\bnumber\b.{0,30}\bagain\b|"
    r"\bnumber (?:of|for|on) (?:my|the|that|this) (?:\w+ ){0,3}(?:report|request|case|ticket|complaint|claim)\b|"
    r"\b(?:catch|caught|get|got|hear|heard|lost|missed|need|want|give me|tell me|repeat|say)\b.{0,24}\b(?:that|the|"
    r"my|ticket|report|request|case|reference) number\b|\b(?:cual|que) (?:era|es|fue) (?:el|ese|mi) (?:numero|"
    r"number)\b|\b(?:numero|number) (?:de|del) (?:la |mi |el )?(?:reporte|solicitud|caso|queja|peticion)\b|"
    r"\b(?:no (?:alcance|oi|apunte|escuche)|repita(?:me)?|digame|deme)\b.{0,24}\b(?:numero|number)\b"
)
_ASKS_IF_FILED = re.compile(
    r"\b(?:you|u|they) (?:did |do |already |have )*(?:t[ao]ke|took|taken|got|get|have|has|report|reported|filed?|"
    r"register(?:ed)?|sent|send|log(?:ged)?) (?:my |the |that |this |it |a )*(?:\w+ ){0,3}?(?:report|complaint|"
    r"claim|request|ticket|it|that)\b|\b(?:is|was|are|did|has)\b.{0,48}\b(?:on file|registered|reported|recorded|"
    r"filed|logged|go through|gone through|in the system|taken down)\b|\b(?:already|just) (?:reported|filed|sent|"
    r"told|did (?:that|it|this))\b|\b(?:did|reported|filed|sent) (?:that|it|this) already\b|"
    r"\b(?:don'?t|do not) (?:report|file|send) (?:it|that|this)? ?(?:twice|again)\b|\byou already (?:reported|"
    r"filed|took|have|sent)\b|\b(?:quedo|esta|ya|si) (?:\w+ ){0,3}(?:reportad[oa]|registrad[oa]|anotad[oa]|"
    r"levantad[oa])\b|\b(?:ya|si) (?:lo|la|le)? ?(?:reporte|reportaron|registraron|tomaron|levantaron)\b"
)
_SEEKS_CONFIRMATION = re.compile(
    r"\?|\b(?:right|yes|correct|ok(?:ay)?|verdad)\W*$|\balready\b|\btwice\b|\bagain\b|\bdid take\b|\bya\b",
    re.IGNORECASE,
)
_ASKS_CONTENT = re.compile(
    r"\b(?:(?:you|they|did you|have you|u) (?:\w+ )?(?:put|wrote|write|noted?|mention(?:ed)?|add(?:ed)?|include[d]?)"
    r"|(?:does|do|did) (?:it|the report|they) (?:say|mention|know|have|include))\b"
    r"|\b(?:si )?(?:puso|pusieron|anoto|anotaron|apunto|apuntaron|escribio)\b.{0,8}\bque\b"
)
_ASKS_PHONE = re.compile(
    r"\b(?:call|ring|reach|text|phone|llam\w+|marqu\w+)\b.{0,30}\b(?:other|another|different|new|second|work|"
    r"(?:my|his|her|their) (?:cell|mobile|wife'?s|husband'?s|son'?s|daughter'?s|mom'?s|home)|otro|"
    r"celular)\b.{0,12}(?:\b(?:phone|number|cell|one|line|telefono|numero)\b|$)"
)
_ASKS_FOR_NEWS = re.compile(
    r"\b(?:will|would|do|does|can|could|going to|gonna)\b.{0,24}\b(?:text|call|tell|notif\w+|alert|"
    r"let (?:me|us) know|message|hear|told|avis\w+)\b.{0,30}\b(?:when|once|if|cuando)\b.{0,24}\b(?:back|on|fixed|"
    r"restored|repaired|done|vuelv\w+|regres\w+)\b|"
    r"\b(?:te?xt|call|tell|notify|alert|message|let)\b (?:me|us)\b.{0,12}\b(?:when|once|if)\b.{0,24}\b(?:back|fixed|"
    r"restored|repaired)\b|\b(?:avis[ae]|avisen|mand[ae]|manden|text)(?:me|nos| me)\b.{0,16}\b(?:cuando|"
    r"when|en cuanto)\b.{0,16}\b(?:back|vuelv\w+|regres\w+|ven[gi]\w+)\b|"
    r"\b(?:me )?(?:avisan|avisa|mandan un (?:texto|mensaje)|"
    r"llega un (?:texto|mensaje))\b.{0,20}\b(?:cuando|when)\b"
)
_CALLED_911 = re.compile(
    r"\b(?:i|we|he|she|they|somebody|someone|my \w+|neighbor) (?:did |already |just |have |'?ve )*(?:call(?:ed)?|"
    r"phoned|talked to|got) (?:the )?911\b|\b911 (?:is|was|has been|has|are)\b|\balready (?:called|on with) 911\b|"
    r"\bcalled 911\b|\b(?:i'?m|i am|we'?re|we are|i'?ll|we'?ll) (?:now )?(?:call(?:ing)?|dial(?:ing)?) (?:the )?911\b|"
    r"\b(?:estoy llamando|voy a llamar) al 911\b|\b(?:ya )?(?:llame|llamamos|hable) (?:al|con el) 911\b"
)
says_still_out = detector(
    r"\b(?:still|we'?re) (?:\w+ )?(?:out|off|dark|no|without|not|in the dark|sparking|down|there)\b|"
    r"\bsigue\b(?! abiert)|\bsin luz\b|\bin the dark\b|\bno hay luz\b",
    fold=fold,
)
"""Whether the message says that nothing has changed: `still dark`."""


asks_which_address = detector(
    r"\b(?:which|what) (?:address|place|street|location|house)\b.{0,24}\b(?:have|got|put|wrote|write|say|says|down|"
    r"give|gave|sent|send|sending|tell|told)\b|\bwhat(?:'?s| is) the (?:address|place|location) "
    r"(?:you (?:have|put|got|wrote)|on (?:it|there|the (?:report|ticket)))\b|"
    r"\bwhere (?:did|do) (?:you|it) (?:put|say|have) (?:it|i am|it is|that)\b|"
    r"\b(?:que|cual) direccion (?:\w+ ){0,2}?(?:tiene[ns]?|puso|pusieron|anoto|anotaron|dice|mandaron|dieron)\b",
    fold=fold,
)
"""Asks which place a report has: `which address do you have?`."""


def detect_filed_question(words: str, glossed: str) -> FiledQuestion | None:
    """What a message asks or says about the report filed before it; None when it is about something else.

    `glossed` is the message from `to_english`. Call it only for a member who has just filed something.
    """
    text = fold(f"{words} | {glossed}")
    if asks_which_address(words):
        return FiledQuestion.PLACE
    if _CALLED_911.search(text) and not detect_danger(
        re.sub(r"\b(?:did )?(?:call(?:ed|ing)?|dial(?:ing)?) (?:the )?911\b|911", " ", glossed)
    ):
        return FiledQuestion.CALLED_911
    if asks_which_phone(text):
        return FiledQuestion.WHICH_PHONE
    if _ASKS_PHONE.search(text):
        return FiledQuestion.PHONE
    if _ASKS_FOR_NEWS.search(text):
        return FiledQuestion.NEWS
    if _ASKS_NUMBER.search(text) and not _OTHER_NUMBER.search(text):
        return FiledQuestion.NUMBER
    if _ASKS_CONTENT.search(text) and _SEEKS_CONFIRMATION.search(text):
        return FiledQuestion.CONTENT
    if _ASKS_IF_FILED.search(text) and _SEEKS_CONFIRMATION.search(words) and not says_still_out(text):
        return FiledQuestion.IS_FILED
    return None


_REPORTED = r"(?:reported|called (?:it |this |that )?in|phoned (?:it )?in|turned in|told (?:to )?(?:you|yall|y'all))"
_OTHER_PEOPLE = (
    r"(?:(?:any|some) ?(?:body|one)(?: else)?|others?|(?:other|any|more) (?:people|folks|neighbors?|members?)|"
    r"(?:my |the |our |a |one of (?:my|the) )?(?:next door )?(?:neighbou?rs?|wife|husband|son|daughter|mom|dad|"
    r"landlord|tenant|police|sheriff|fire department|school)|he|she|they)"
)
_REPORT_VERBS = (
    r"(?:report(?:ed)?|call(?:ed)? (?:in|about|you|y'all|yall|this|to)|phone[d]?(?: in)?|tell you|told you|"
    r"let you know|turn(?:ed)? in)"
)
_ASKS_IF_REPORTED = re.compile(
    r"^\W*(?:(?:hi|hey|hello|so|um|uh|and|ok|please|just|i was|wondering|checking|wanted to know|do you know|"
    r"can you (?:tell me|check)|if|whether|to see)\W+)*(?:(?:was|is|were|has|have|had) (?!it\b|this\b|that\b|my\b|"
    rf"our report)(?:\S+ ){{1,12}}?(?:already |been |ever |yet )*{_REPORTED}\b|"
    rf"(?:did|has|have|had) {_OTHER_PEOPLE} (?:already |ever |else |even )*{_REPORT_VERBS}\b(?! (?:it|that|"
    r"this)\W*$)|(?:do|did) (?:you|u|ya|y'?all|you guys|they) (?:already |guys |all )*know (?:about|of) (?!it\b|"
    r"this\W*$|that\W*$)|(?:are|r) (?:you|u|ya|y'?all|you guys|they) (?:already )?aware (?:of|that) (?!it\b|"
    r"this\W*$|that\W*$)|(?:do|did) (?:you|u|ya|y'?all|you guys|they) (?:already |guys |"
    r"all )*know (?:that )?(?:the |my |our )?(?:power|lights?|electricity)(?:'?s| is| are)? (?:\w+ )?(?:out|off)\b|"
    r"(?:ya )?(?:saben|sabe) (?:ya )?que (?:no hay|se fue la|estamos sin|estoy sin) (?:luz|corriente)|"
    r"(?:ya )?(?:fue|fueron|esta|estan|quedo|ha sido) (?:ya )?(?:reportad[oa]s?|avisad[oa]s?) (?:el|la|los|las|un|"
    r"una)\b|(?:ya )?(?:reportaron|avisaron) (?:ya )?(?:alguien )?(?:el|la|los|las|del|de|un|una|lo)\b|"
    r"(?:ya )?(?:alguien|algun vecino|(?:mi|el|la|los|un) (?:vecin[oa]s?|espos[oa]|hij[oa])|otros|"
    r"mas gente) (?:les |ya )*(?:reporto|reportaron|aviso|avisaron|llamo|llamaron|hablo|dijo)\b|"
    r"(?:ya )?(?:llamo|hablo|aviso|reporto) (?:ya )?(?:alguien|otro|mi vecin[oa])\b|(?:ya )?(?:les|le) (?:dijeron|"
    r"avisaron|reportaron|han dicho|han avisado) (?:ya )?(?:del|de)\b|(?:ya )?(?:saben|sabe|estan enterados|"
    r"tienen reporte) (?:ya )?(?:del|de la|de los|de las|de lo|de un)\b)"
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
    r"electricity)\b|\b(?:no (?:hay|tengo|tenemos)|se fue la|sin) (?:luz|corriente|electricidad)\b",
    re.IGNORECASE,
)


def asks_if_already_reported(words: str, glossed: str) -> bool:
    """Whether the message asks if something is reported or known, and reports nothing itself.

    `glossed` is the message from `to_english`. `There is a wire down, did anybody call it in` tells of one.
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
