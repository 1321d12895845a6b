"""Who asks, beside a danger, what may be touched, entered or used: the answer is no until the crew says so.

Better once too often than once too few: what answers a yes to anything else must not be reached by these words.
"""

from __future__ import annotations

import re

from backend.reading.normalize import fold_line

_ACTION_VERBS = (
    r"(?:touch|move|drive|walk|go|get|grab|unplug|plug|use|turn|reset|flip|pick|put|stay|step|cross|let|open|close|"
    r"leave|come|enter|pass|sleep|be|reach|pull|push|cut|fix|lift|climb|play|park|run|start|switch|light|cook|save|"
    r"help|check|look|feed|water|mow|drag|throw|pour|spray|wash)"
)
_WHO = r"(?:i|we|he|she|they|you|my \w+|our \w+|the \w+|somebody|someone|anyone|anybody|people|kids?|it|one)"
_ASKS_IF_SAFE = re.compile(
    rf"\b(?:can|could|may|should|shall|must) {_WHO} (?:\w+ ){{0,3}}?{_ACTION_VERBS}\b|"
    rf"\b(?:if|whether) {_WHO} (?:can|could|may|should) (?:\w+ ){{0,3}}?{_ACTION_VERBS}\b|"
    rf"\b(?:do|does) {_WHO} (?:have|need) to (?:leave|get out|evacuate|stay|move)\b|"
    r"\b(?:safe|dangerous|ok|okay|alright|all right)\b (?:for \w+ (?:\w+ )?)?(?:to|if)\b|"
    r"\b(?:is|are|am|will|would|r) (?:it|i|we|he|she|they|that|this|the \w+|my \w+|everybody|everyone) "
    r"(?:\w+ ){0,3}?(?:safe|in danger|dangerous|live|energized|ok in here|okay in here)\b|"
    r"\b(?:in or out|get out|stays? (?:in|inside|put)|que se (?:baj|qued)\w+|me (?:bajo|quedo)|se (?:baja|queda))\b|"
    r"\bhow (?:far|close|near) (?:\w+ ){0,3}?(?:away|back|off|to)\b|"
    r"\b(?:puedo|puede|pueden|podemos|podria\w*|debo|debemos|deberia\w*|tengo que|tenemos que|"
    r"se puede) (?:\w+ ){0,3}?"
    r"(?:toc\w+|mov\w+|pas\w+|manej\w+|cruz\w+|acerc\w+|desconect\w+|desenchuf\w+|conect\w+|enchuf\w+|us\w+|prend\w+|"
    r"apag\w+|encend\w+|sal\w+|entr\w+|qued\w+|abr\w+|agarr\w+|recog\w+|saca\w+|baj\w+|sub\w+|ir\b|irme|irnos|dormir|"
    r"cocin\w+|regres\w+|volver|lav\w+|levant\w+)|"
    r"\b(?:es|esta|estoy|estamos|sera|seria|hay) (?:\w+ ){0,2}?(?:segur[oa]s?|peligros[oa]s?|peligro|a salvo)\b|"
    r"\b(?:a que distancia|que tan lejos|que tan cerca)\b"
)
_GO_TO_DOCTOR = re.compile(
    r"\b(?:take|drive|bring|get|go) (?:\w+ ){0,3}?to (?:the |a )?(?:er|hospital|clinic|doctor|"
    r"emergency(?: room)?)\b|"
    r"\b(?:llev\w+|ir|vamos|voy) (?:\w+ ){0,3}?(?:al? (?:hospital|clinica|urgencias|emergencias?|doctor))\b|"
    r"\b(?:need|have|needs|has|should|supposed)(?: to)? (?:\w+ )?(?:be (?:seen|looked at|checked)|get (?:him|"
    r"her|them|it|me)? ?"
    r"checked|see (?:a|the) doctor|see somebody)\b|"
    r"\b(?:do|should) (?:i|we) (?:need to |have to )?(?:take|bring) (?:him|her|them) in\b|\bwill it (?:pass|"
    r"wear off|go away)\b|"
    r"\bse le (?:va a )?pasa\w*\b.*\?|\b(?:necesita|tiene que|debe) (?:ir al|ver a un) (?:medico|doctor|hospital)\b|"
    r"\b(?:should|do) (?:i|we) call (?:911|an ambulance)\b|\b(?:debo|tengo que|hay que) "
    r"llamar (?:al|a una) (?:911|ambulancia)\b"
)
_HELP = (
    r"(?:911|9 1 1|nine one one|(?:the |an |a |some )?(?:fire (?:dep\w*|trucks?|engines?)|fire ?m[ae]n|"
    r"ambulances?|police|"
    r"sheriff|paramedics|ems|emergency(?: services)?|cops)|(?:al |a los |a las |a la |los |una )?(?:911|"
    r"bomberos|ambulancia|policia))"
)
_ASKS_WHO_CALLS = re.compile(
    rf"\b(?:did|have|has|are|will|can|could|would|do) (?:you(?: all| guys| people| folks)?|y'?all|u|anybody|"
    rf"anyone|somebody|someone|"
    rf"they|it|we) (?:\w+ ){{0,3}}?(?:call(?:ed|ing)?|phon(?:e|ed|ing)|notif\w+|contact\w*|tell|told|alert\w*|"
    rf"send|sent|got|get|dial\w*) "
    rf"(?:\w+ )?{_HELP}\b|"
    rf"\b(?:do|should|must) (?:i|we) (?:have to |need to |still )?(?:call|phone|"
    rf"dial) (?:you\b.{{0,12}}?\bor )?{_HELP}\b|"
    rf"\b(?:call|phone) (?:you(?: guys)? or|{_HELP} or you)\b|^\W*(?:please )?(?:can you )?(?:call|phone|"
    rf"dial) {_HELP}(?: for (?:me|us))?\W*$|"
    rf"\bwho (?:calls|called|is calling|will call|should call) {_HELP}\b|"
    rf"\b(?:ya )?(?:llam(?:o|aron|aste|an|a|aran)|avisaron|hablaron|van a llamar|va a llamar|"
    rf"pueden? llamar) (?:\w+ ){{0,2}}?{_HELP}\b.*\?|"
    rf"\b(?:llamo yo|tengo que llamar|debo llamar|hay que llamar|quien llama) (?:\w+ ){{0,2}}?{_HELP}\b"
)
_CALLED_ALREADY = re.compile(
    r"\b(?:i|we|he|she|they|my \w+)(?:'ve| have)? (?:already |just )?(?:called|phoned|dialed)\b|"
    r"\bya (?:les? )?(?:llame|llamamos)\b"
)
_ABOUT_CONVERSATION = re.compile(
    r"\b(?:can|could|may) (?:i|we|you) (?:just )?(?:get|have|use|help|check|look)\b (?:(?:a|my|the|an) )?"
    r"(?:\w+ )?(?:person|human|number|balance|bill|account|call ?back|update|ticket|report|status|copy|code|link|"
    r"somebody|someone)\b|\bhelp me\b|\bpay\b|\bpagar\b|\bnumero\b|\bcuenta\b"
)


_OUTAGE_SUPPLIES = re.compile(
    r"\b(?:generators?|candles?|freezers?|food|flashlights?|stoves?|generador|velas?|congelador|comida|estufa)\b"
)


def is_about_outage_supplies(words: str) -> bool:
    """Whether it is asked how to get through the dark: `can I use my generator`. That has an answer of its own."""
    return bool(_OUTAGE_SUPPLIES.search(fold_line(words)))


def asks_if_safe(words: str) -> bool:
    """Whether it is asked what may be touched, entered or used: `can she touch the fridge again`."""
    text = fold_line(words)
    return bool(_ASKS_IF_SAFE.search(text)) and not _ABOUT_CONVERSATION.search(text)


_ASKS_IF_DANGEROUS = re.compile(
    r"\b(?:is|are|isn'?t|could|can|would|will) (?:it|this|that|they|the \w+|my \w+)(?: \w+){0,2} "
    r"(?:dangerous|a danger|hazardous|deadly|live|energized|kill|shock|hurt)\b|\bdangerous\W*$|"
    r"\b(?:es|esta|sera|son) (?:muy |algo )?peligros[oa]s?\b"
)


def asks_if_dangerous(words: str) -> bool:
    """Whether it is asked if something is dangerous, to which the answer that keeps people away is a yes."""
    return bool(_ASKS_IF_DANGEROUS.search(fold_line(words)))


def asks_about_medical_help(words: str) -> bool:
    """Whether it is asked if somebody should be brought to a hospital, or 911 be called."""
    return bool(_GO_TO_DOCTOR.search(fold_line(words)))


def asks_who_calls_911(words: str) -> bool:
    """Whether it is asked if we call 911 or the fire department: nobody may wait, believing that we did."""
    text = fold_line(words)
    return bool(_ASKS_WHO_CALLS.search(text)) and not _CALLED_ALREADY.search(text)
