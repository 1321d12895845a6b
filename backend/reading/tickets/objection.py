"""Detects that somebody did not ask for what was done or requested in their name."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.normalize import fold


class Objection(Enum):
    """How sure an objection is."""

    SURE = "sure"
    """It was somebody else, or a fraud."""
    NEVER_ASKED = "said"
    """The member never asked for it; that may be about our last words too."""
    ASKS_TO_CANCEL = "cancels"
    """A request is to be stopped; it counts only with the number of one."""


_NOT = (
    r"(?:did ?n[o']?t|did not|do ?n[o']?t|never|have ?n[o']?t|have not|had ?n[o']?t|wasn'?t the one (?:who|that)|"
    r"no one here|nobody here)"
)
_ASKED_FOR = (
    r"(?:ask(?:ed)?(?: you| anyone| anybody)?(?: for| to)|request(?:ed)?|order(?:ed)?|authori[sz]ed?|approved?|"
    r"sign(?:ed)? up for|fil(?:e|ed)|submit(?:ted)?|agreed? to|appl(?:y|ied) for|make|made|place[d]?|put in|do|did|"
    r"done|sent?|start(?:ed)?|call(?:ed)? (?:you|anyone|anybody)|ask(?:ed)? you (?:guys|all|people) (?:for|to)|"
    r"tell you to|told you to|consent(?:ed)? to|set (?:this|that|it) up|initiated?|open(?:ed)?)"
)
_WHAT = (
    r"(?:this|that|it|any|anything|such|these|those|no |a |an |the (?:request|change|stop|move|plan|arrangement|code|"
    r"service|cancel\w*|ticket|name)|my (?:service|power|name|electric\w*|account)|stop|move|chang\w*|turn|shut|cut|"
    r"disconnect\w*|cancel\w*)"
)
_FALSE = r"(?:fake|false|bogus|phony|a fraud|fraudulent|fals[oa])"
_SURELY_FRAUD = re.compile(
    r"\bhack(?:ed|ers?|ing)\b|\bfraud alert\b|\b(?:request|ticket|change|this|that|it|solicitud|esto|eso) (?:is|"
    rf"was|es) {_FALSE}\b|\bnot me (?:who|that) (?:asked|did|requested|called|sent|made)\b|\bnot authori[sz]ed\b|"
    r"\bme robaron\b|\bsome(?:body|one) (?:else )?(?:did|made|requested|filed) (?:this|that|it)\b|"
    r"\bsome(?:body|one) (?:is trying|tried) to (?:steal|get into|use|take over)\b|\b(?:was|is) ?n[o']?t (?:me|us|"
    r"mine|from me|by me|my (?:request|doing))\b(?! (?:to|who)\b)|\b(?:was|is) not (?:me|us|mine|from me|by me|"
    r"my (?:request|doing))\b(?! (?:to|who)\b)|^\W*(?:no[, ]+)?(?:it'?s |that'?s |this is )?not (?:me|mine|us|"
    r"my request)\b(?! (?:to|who)\b)|\bnot (?:me|mine) [a-z0-9]{3}[- ]?[a-z0-9]{3}\b|"
    r"\b(?:some(?:body|one)(?: else)?|a stranger|a thief|scammers?|they|he|she|my ex\b.{0,12}) (?:is |are |was |"
    r"were |has |have |must (?:be|have) |may (?:be|have) )?(?:been )?(?:us(?:ing|ed)|hack\w*|stole|stolen|steal\w*|"
    r"impersonat\w*|pretend\w*|got into|getting into|messing with|ask(?:ed|ing) (?:for )?(?:this|that|it)) ?(?:in |"
    r"with |to be |for )?(?:my (?:name|account|number|identity|info\w*)|me|this|that|it)?\b|"
    r"\b(?:this|that|it)(?:'s| is| was| must be| looks like| has to be)? (?:a )?(?:fraud\w*|identity theft|"
    r"a hoax)\b|\bidentity theft\b|\bfraud(?:ulent)? (?:request|change|ticket|order)\b|"
    r"\breport(?:ing)? (?:a )?fraud\b|\bunauthori[sz]ed\b|\b(?:with ?out|behind) my (?:permission|consent|"
    r"knowledge|ok|back)\b|^\W*fraud\W*$|\b(?:yo )?no (?:fui|era|soy|he sido) (?:yo|nosotros|quien)\b|"
    r"\byo no (?:fui|he sido)\b|\b(?:es|esto es|eso es|parece) (?:un )?fraude\b|^\W*fraude\W*$|"
    r"\brobo de identidad\b|\balguien (?:mas )?(?:esta usando|uso|usa|pidio|robo|se hizo pasar|se metio)\b|"
    r"\bsin (?:mi (?:permiso|consentimiento|autorizacion)|que yo (?:lo )?(?:pidiera|supiera|autorizara))\b|"
    r"\bno (?:autorizad[oa]|es mi[oa])\b"
)
_SERVICE_VERBS = r"(?:stop|shut|cut|turn|move|cancel|disconnect|change|transfer|end)"
_OUR_SERVICE = r"(?:my|our|the|mi|la|el) (?:service|power|electric\w*|lights?|name|account|luz|servicio|nombre|cuenta)"
_NEVER_ASKED = re.compile(
    rf"\b(?:do ?n[o']?t|do not|never|please no) {_SERVICE_VERBS}(?: off)? {_OUR_SERVICE}\b|"
    rf"\b(?:do ?n[o']?t|do not|did ?n[o']?t|did not) want (?:you to {_SERVICE_VERBS}|{_OUR_SERVICE} \w+(?:ed|"
    rf"off|cut|shut))|\b(?:i'?m|i am|we'?re|we are) not (?:moving|leaving|stopping|cancell?ing)\b|"
    r"\b(?:is|was) ?(?:n[o']?t|not) (?:something|anything|what) (?:i|we) (?:asked|requested|wanted|ordered)\b|"
    r"\bno idea (?:what|why|who)\b.{0,16}\b(?:this|that|it|request|about)\b|\b(?:i|we) never asked\b|"
    rf"\bno (?:quiero|queremos) (?:cambiar|mover|cancelar|terminar|trasladar|cortar)\w* {_OUR_SERVICE}\b|"
    rf"\bno (?:corten|cambien|cancelen|muevan|me corten) {_OUR_SERVICE}\b|"
    rf"\b{_NOT} (?:ever |even |actually )?{_ASKED_FOR} {_WHAT}?\b|\b{_NOT} (?:ever |even )?{_ASKED_FOR}\W*$|"
    r"\b(?:don'?t|do not) (?:know|recogni[sz]e|remember) (?:anything about )?(?:this|that|any|the|asking|"
    r"requesting|making) ?(?:request|ticket|change|message)?\b|\bwho (?:asked for|requested|did|made) (?:this|that)\b|"
    r"\b(?:yo )?(?:no|nunca|jamas) (?:lo |la |les |se lo |he |hemos )?(?:pedi|pedimos|pedido|solicite|solicitamos|"
    r"solicitado|autorice|autorizado|ordene|hice|hicimos|hecho|mande|mandamos|envie|firme)\b(?! (?:ayuda|"
    r"una persona))|\bno reconozco\b|\bquien (?:pidio|hizo) (?:eso|esto)\b"
)
_ABOUT_OWN_ACT = re.compile(
    r"\b(?:have ?n[o']?t|had ?n[o']?t|did ?n[o']?t|did not|have not|never) (?:done|do|changed|"
    r"change) (?:\w+ )?(?:anything|nothing|any|a thing)\b(?! (?:to|with|on) my account)|"
    r"\b(?:no|nunca) (?:he|hemos) hecho nada\b"
)
"""`I haven't done anything different` asks why the bill is high."""
_ABOUT_CONVERSATION = re.compile(
    r"\b(?:what|that'?s not what|not what) i (?:asked|meant|said|want)|\bask(?:ed)? (?:you )?(?:for )?(?:a |an |"
    r"to (?:talk|speak) )?(?:person|human|question|that much|amount|agent|help)\b|"
    r"\b(?:pay(?:ing|ments?)?|paid|readings?|bills?|pagos?|pagar|lectura|factura)\b|\blo que (?:pedi|dije|queria)\b"
)
_ASKS_TO_CANCEL = re.compile(
    r"\b(?:cancel\w*|stop\w*|undo\w*|void|revoke|withdraw\w*|reject|deny|refuse|block|hold|freeze|delete|remove|"
    r"drop|take (?:it|that|this|\w+) back|take back|(?:do ?n[o']?t|do not|never) (?:do|process|want|make|touch)|"
    r"(?:is|was) (?:a )?(?:wrong|mistake|false|fake)|no (?:lo |la )?(?:haga|hagan|quiero|procese)\w*|deten\w*|pare|"
    r"paren|anul\w+|retir\w+|bloque\w+|elimin\w+|borr\w+)\b"
)
_NUMBER_CHARACTER = "[fhjkmqrwxy2-9]"
"""What the numbers of requests are made of (`backend/confirmation_numbers.py`)."""
_REQUEST_NUMBER = re.compile(rf"\b({_NUMBER_CHARACTER}{{3}})[-–— .]{{0,3}}({_NUMBER_CHARACTER}{{3}})\b", re.IGNORECASE)
_BETWEEN = r"[-., ]{1,2}"
_SPELLED_NUMBER = re.compile(
    rf"\b(?:{_NUMBER_CHARACTER}{_BETWEEN}){{2}}{_NUMBER_CHARACTER}{_BETWEEN}(?:dash{_BETWEEN})?(?:{_NUMBER_CHARACTER}{_BETWEEN}){{2}}{_NUMBER_CHARACTER}\b",
    re.IGNORECASE,
)


def detect_objection(words: str) -> Objection | None:
    """How surely the words say so, in English or Spanish; None where they speak of something else."""
    text = fold(words)
    if _SURELY_FRAUD.search(text):
        return Objection.SURE
    if _ABOUT_CONVERSATION.search(text) or _ABOUT_OWN_ACT.search(text):
        return None
    if _NEVER_ASKED.search(text):
        return Objection.NEVER_ASKED
    return Objection.ASKS_TO_CANCEL if _ASKS_TO_CANCEL.search(text) else None


def find_request_numbers(words: str) -> list[str]:
    """What may be the number of a request, such as `K7M-4Q2`, as it is kept; also spelled letter by letter."""
    found = [f"{match[1]}-{match[2]}" for match in _REQUEST_NUMBER.finditer(words)]
    spelled = [
        re.sub(r"dash|[^a-z0-9]", "", match[0], flags=re.IGNORECASE) for match in _SPELLED_NUMBER.finditer(words)
    ]
    return list(dict.fromkeys(one.upper() for one in (*found, *(f"{one[:3]}-{one[3:]}" for one in spelled))))
