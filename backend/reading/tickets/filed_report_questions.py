"""What is said of a report that has just been filed: its number, whether it stands, what it says, whom it calls."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.contact.callback_phone import asks_which_phone
from backend.reading.hazards.danger_words import detect_danger
from backend.reading.normalize import fold

_RETRACTS = re.compile(
    r"\b(?:never ?mind|false alarm|all clear|forget it|(?:it|that)(?:'?s| is) (?:fine|ok(?:ay)?|all right|nothing)|"
    r"we(?:'?re| are) (?:fine|ok(?:ay)?)|olvid\w+|falsa alarma|no pasa nada|(?:ya )?(?:esta|quedo) bien|todo bien)\b"
)


def says_report_is_moot(words: str) -> bool:
    """`Never mind, the limb fell off, it's fine`: what was reported is said to be over."""
    return bool(_RETRACTS.search(fold(words)))


class FiledQuestion(Enum):
    """What is asked or told of it."""

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
    r"\b(?:what|which)\b.{0,24}\bnumber\b|\bnumber\b.{0,30}\bagain\b|\bnumber (?:of|for|on) (?:my|the|that|this) "
    r"(?:\w+ ){0,3}(?:report|request|case|ticket|complaint|claim)\b|"
    r"\b(?:catch|caught|get|got|hear|heard|lost|missed|need|want|give me|tell me|repeat|say)\b.{0,24}"
    r"\b(?:that|the|my|ticket|report|request|case|reference) number\b|"
    r"\b(?:cual|que) (?:era|es|fue) (?:el|ese|mi) (?:numero|number)\b|"
    r"\b(?:numero|number) (?:de|del) (?:la |mi |el )?(?:reporte|solicitud|caso|queja|peticion)\b|"
    r"\b(?:no (?:alcance|oi|apunte|escuche)|repita(?:me)?|digame|deme)\b.{0,24}\b(?:numero|number)\b"
)
_ASKS_IF_FILED = re.compile(
    r"\b(?:you|u|they) (?:did |do |already |have )*(?:t[ao]ke|took|taken|got|get|have|has|report|reported|filed?|"
    r"register(?:ed)?|sent|send|log(?:ged)?) (?:my |the |that |this |it |a )*(?:\w+ ){0,3}?(?:report|complaint|claim|"
    r"request|ticket|it|that)\b|"
    r"\b(?:is|was|are|did|has)\b.{0,48}\b(?:on file|registered|reported|recorded|filed|logged|go through|gone through|"
    r"in the system|taken down)\b|"
    r"\b(?:already|just) (?:reported|filed|sent|told|did (?:that|it|this))\b|\b(?:did|reported|filed|sent) "
    r"(?:that|it|this) already\b|\b(?:don'?t|do not) (?:report|file|send) (?:it|that|this)? ?(?:twice|again)\b|"
    r"\byou already (?:reported|filed|took|have|sent)\b|"
    r"\b(?:quedo|esta|ya|si) (?:\w+ ){0,3}(?:reportad[oa]|registrad[oa]|anotad[oa]|levantad[oa])\b|"
    r"\b(?:ya|si) (?:lo|la|le)? ?(?:reporte|reportaron|registraron|tomaron|levantaron)\b"
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
    r"(?:my|his|her|their) (?:cell|mobile|wife'?s|husband'?s|son'?s|daughter'?s|mom'?s|home)|otro|celular)\b.{0,12}"
    r"(?:\b(?:phone|number|cell|one|line|telefono|numero)\b|$)"
)
_ASKS_FOR_NEWS = re.compile(
    r"\b(?:will|would|do|does|can|could|going to|gonna)\b.{0,24}\b(?:text|call|tell|notif\w+|alert|let (?:me|us) know|"
    r"message|hear|told|avis\w+)\b.{0,30}\b(?:when|once|if|cuando)\b.{0,24}"
    r"\b(?:back|on|fixed|restored|repaired|done|vuelv\w+|regres\w+)\b|"
    r"\b(?:me )?(?:avisan|avisa|mandan un (?:texto|mensaje)|llega un (?:texto|mensaje))\b.{0,20}\b(?:cuando|when)\b"
)
_CALLED_911 = re.compile(
    r"\b(?:i|we|he|she|they|somebody|someone|my \w+|neighbor) (?:did |already |just |have |'?ve )*(?:call(?:ed)?|"
    r"phoned|talked to|got) (?:the )?911\b|\b911 (?:is|was|has been|has|are)\b|\balready (?:called|on with) 911\b|"
    r"\bcalled 911\b|\b(?:ya )?(?:llame|llamamos|hable) (?:al|con el) 911\b"
)
_STILL_OUT = re.compile(
    r"\b(?:still|we'?re) (?:\w+ )?(?:out|off|dark|no|without|not|in the dark|sparking|down|there)\b|"
    r"\bsigue\b(?! abiert)|\bsin luz\b|\bin the dark\b|\bno hay luz\b"
)


_ASKS_PLACE = re.compile(
    r"\b(?:which|what) (?:address|place|street|location|house)\b.{0,24}\b(?:have|got|put|wrote|write|say|says|down|"
    r"give|gave|sent|send|sending|tell|told)\b|"
    r"\bwhat(?:'?s| is) the (?:address|place|location) (?:you (?:have|put|got|wrote)|"
    r"on (?:it|there|the (?:report|ticket)))\b|"
    r"\bwhere (?:did|do) (?:you|it) (?:put|say|have) (?:it|i am|it is|that)\b|"
    r"\b(?:que|cual) direccion (?:\w+ ){0,2}?(?:tiene[ns]?|puso|pusieron|anoto|anotaron|dice|mandaron|dieron)\b"
)


def asks_which_address(words: str) -> bool:
    """Whether it is asked which place a report has: `which address do you have?`."""
    return bool(_ASKS_PLACE.search(fold(words)))


def says_still_out(text: str) -> bool:
    """Whether it is told that nothing has changed: `still dark`."""
    return bool(_STILL_OUT.search(fold(text)))


def detect_filed_question(words: str, glossed: str) -> FiledQuestion | None:
    """What a message asks or tells of what was filed before it; None when it speaks of something else.

    `glossed` is the same in the words that rules know. Only who has filed something can mean it so.
    """
    text = fold(f"{words} | {glossed}")
    if asks_which_address(words):
        return FiledQuestion.PLACE
    if _CALLED_911.search(text) and not detect_danger(
        re.sub(r"\b(?:did )?call(?:ed)? (?:the )?911\b|911", " ", glossed)
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
    if _ASKS_IF_FILED.search(text) and _SEEKS_CONFIRMATION.search(words) and not _STILL_OUT.search(text):
        return FiledQuestion.IS_FILED
    return None
