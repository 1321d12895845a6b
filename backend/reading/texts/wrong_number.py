"""Detects that we write to the wrong person: the phone on file has gone to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.reading.normalize import is_one_slip_apart, split_plain_clauses, to_plain_text

_MAY_BE_WRONG_NUMBER = re.compile(
    r"\b(?:wrong|not|isnt|arent|no|doesnt|dont|new (?:owner|number)|this (?:number|phone)|equivoc\w*|belongs?|"
    r"got this|never|nobody|nadie|conozco|mistake|who is|whos|else|incorrect\w*|my number now|otra persona|"
    r"another person|other person|wron\w?|w?rnog|worng|aint)\b"
)
_CLEAR_WRONG_NUMBER = re.compile(
    r"(?:(?:i think|sorry|i am afraid|im afraid|looks like|it seems) )*(?:you|u|yall|you guys|someone)(?: must|"
    r" may| might| just)?(?: have|ve|ve got| got| are (?:texting|messaging|contacting|writing(?: to)?)|"
    r"re (?:texting|messaging|contacting)| texted| reached| messaged| contacted| sent (?:this|it) to)+ (?:the |"
    r"a )?wrong (?:number|person|guy|phone|man|woman|lady|one|contact)(?: (?:for|if)(?! me\b| my\b| us\b) .+)?|"
    r"(?:this |the )?(?:number|phone)(?: number)? (?:doesnt|does not|no longer|didnt|does no longer) belongs? to "
    r".+|(?:this |the )?(?:number|phone) (?:is|was) (?:reassigned|no longer .+)|.*\bnew owner of this (?:number|"
    r"phone).*|(?:there is |theres )?(?:no ?one|nobody) (?:here )?(?:by|with|of) that name(?: here)?|"
    r"(?:i )?(?:dont|do not) know who that is|(?:i )?(?:dont|do not) know (?:any ?one|anybody) (?:by|with|"
    r"of) that name|(?:(?:usted|ustedes|creo que) )*(?:se (?:equivoc\w+|ha equivocado|han equivocado)|"
    r"esta[ns]? equivocad\w+) (?:de|con el) (?:numero|telefono|persona)(?: .+)?|"
    r"(?:tiene[ns]? (?:el|un) )?(?:numero|telefono) equivocado.*|persona equivocada|"
    r"no conozco a (?:nadie|ninguna?) .+|(?:este|el) (?:numero|telefono) ya no es de .+"
)
MAX_WORDS = 16
"""A longer message is about something else."""
_POSSIBLE_WRONG_NUMBER = re.compile(
    r"(?:(?:sorry|oops|this is|its|thats|that is|must be|i think|es) )*(?:the |a |an |un )*(?:wrong (?:number|"
    r"person|guy)|numero equivocado|equivocad[oa])|se (?:equivoc\w+|han? equivocado)|not me|wrong guy"
)
_WRONG_WORDS = ("wrong", "incorrect", "incorrecto", "incorrecta", "equivocado", "equivocada", "equivocados")
_RECIPIENT_WORDS = (
    "number person phone guy man woman lady dude contact cell one num nmbr no # "
    "numero persona telefono celular chico senora senor"
).split()
_OWN_MISTAKE_WORDS = frozenset(
    "of on in was were be i my mine me we our typed entered gave put sent account meter bill address mi mis yo "
    "puse di cuenta medidor".split()
)
_ASKS_WHO_IS = re.compile(
    r"^who is (?!this\b|it\b|calling\b|your\b|my\b|the\b|on\b)\w+(?: \w+)?$|^who(?:s| is) that$|"
    r"\b(?:she|he|they|that person|this person|nobody) (?:doesnt|does not|dont|do not|no longer|isnt|is not|"
    r"hasnt)(?: \w+)? ?(?:lives?|works?|at|here|(?:has|have|uses?) (?:this|the|that) (?:number|phone|cell))\b|"
    r"\bthis is my (?:number|phone|cell) now\b|\b(?:number|phone) (?:now )?belongs to (?:someone|somebody|another|"
    r"me)\b|\b(?:meant|intended|supposed to be|is|was|be|must be) (?:for )?(?:someone|somebody|anyone|"
    r"another person|some one) else\b|\b(?:im|i am|we are|were|am) not (?:a |your |one of your |"
    r"in your )?(?:customers?|members?|clients?|subscribers?|coop|with your|from your)\b|"
    r"\b(?:dont|do not|never|no longer)(?: even)? (?:have|had|got) (?:an? |any )?(?:accounts?|service|electric\w*) "
    r"(?:with|at|from|there)\b|\b(?:dont|do not|never|no longer)(?: even)? lived? (?:in|there|anywhere|near|at)\b|"
    r"\bnot (?:the|that) (?:person|one|guy|man|woman|lady) (?:you|youre|u|ur)\b|\bnot who (?:you|u)\b|"
    r"\bdont know (?:you|who you are|who this is|who that is|this person|that person|them|her|him)\b|"
    r"\b(?:this|the|that) (?:number|phone) (?:has |was )?(?:changed owners|reassigned|recycled)\b|\bno conozco\b|"
    r"\bya no es (?:su|el|mi) (?:numero|telefono|celular)\b|\bpara otra persona\b|\bde otra persona\b|"
    r"\bno (?:soy|somos) (?:yo|socios?|clientes?|miembros?|esa persona|la persona|quien)\b|"
    r"\bno tengo (?:ninguna )?cuenta con\b|^(?:esta|estan) equivocad[oa]s?$|"
    r"\b(?:ella|el|esa persona) ya no (?:vive|tiene|usa|trabaja)\b"
)
"""What a stranger may say, and the member too: we ask what is meant."""
_SAYS_OWN_NAME = re.compile(
    r"\b(?:[Tt]his|[Tt]hat|[Ii])(?:['’]m| is| am|['’]s|m)? ?(?:not|isn['’]?t|ain['’]?t) (?!Visa|Master|Discover|"
    r"American)[A-Z][a-z]+\b(?! [a-z])|\b[Nn]o soy [A-Z][a-z]+\b(?! [a-z])|"
    r"\b(?:[Tt]here is |[Tt]here['’]s )?[Nn]o [A-Z][a-z]+ here\b"
)
"""A name is in no word list; its capital letter distinguishes `this is not Samir` from `this is not right`."""
_MEMBER_REQUESTS = re.compile(
    r"\b(?:pay|paying|bill|balance|payment|account|power|outage|update|change|owe|due|meter|autopay|service|pagar|"
    r"factura|cuenta|luz|cambiar|pago)\b|[0-9]{3}"
)
_MEMBER_REQUESTS_NOW = re.compile(
    r"\b(?:pay|paying|bill|balance|payment|outage|update|change my|owe|due|meter|autopay|sign up|want|need|start|"
    r"moving|help|passed|join|yet|become|how|died|pagar|factura|luz|cambiar|pago|quiero|necesito)\b|[0-9]{3}"
)


def may_be_wrong_number(text: str) -> bool:
    """A cheap first test: only where it is true the owner of the phone is looked up."""
    return _MAY_BE_WRONG_NUMBER.search(to_plain_text(text)) is not None


def is_wrong_number(text: str, names: Iterable[str], *, idle: bool) -> bool:
    """Whether the writer is not who the phone on file belongs to.

    `names` are the members' who have this phone on file; none for a phone that is on no file. `idle`: no question is
    open, so that `wrong number` cannot be about the number of an account.
    """
    parts = split_plain_clauses(text)
    if not parts or "?" in text or any(_MEMBER_REQUESTS.search(part) for part in parts):
        return False
    denied = _denial_pattern([word for name in names for word in to_plain_text(name).split() if len(word) > 2])
    if any(_CLEAR_WRONG_NUMBER.fullmatch(part) or (denied and denied.fullmatch(part)) for part in parts):
        return True
    hashed = split_plain_clauses(text.replace("#", " number "))
    return idle and any(_POSSIBLE_WRONG_NUMBER.fullmatch(part) or _says_wrong(part) for part in hashed)


def should_ask_wrong_number(text: str, *, on_file: bool) -> bool:
    """Whether a wrong number may be meant and we ask, with no question open. `on_file`: a member has this phone."""
    parts = split_plain_clauses(text)
    if (
        not parts
        or len(" ".join(parts).split()) > MAX_WORDS
        or any(_MEMBER_REQUESTS_NOW.search(part) for part in parts)
    ):
        return False
    return _SAYS_OWN_NAME.search(text) is not None or (
        on_file and any(_ASKS_WHO_IS.search(part) for part in (*parts, to_plain_text(text)))
    )


def _says_wrong(part: str) -> bool:
    """`wrong number bro`, `wrnog number`, `incorrect phone`: few words, and none of one's own doing."""
    words = part.split()
    if not 2 <= len(words) <= 6 or any(word in _OWN_MISTAKE_WORDS for word in words):
        return False
    wrong = [
        at for at, word in enumerate(words) for one in _WRONG_WORDS if len(word) > 3 and is_one_slip_apart(word, one)
    ]
    recipient = [
        at
        for at, word in enumerate(words)
        for one in _RECIPIENT_WORDS
        if word == one or (len(one) > 5 and is_one_slip_apart(word, one))
    ]
    is_spanish = any(words[at].endswith(("o", "a", "os")) for at in wrong)
    # in English the adjective comes first; "the number is wrong" does not count
    return bool(wrong and recipient) and (is_spanish or min(wrong) < max(recipient))


def _denial_pattern(names: list[str]) -> re.Pattern[str] | None:
    """Words that deny being, or knowing, somebody of these names."""
    if not names:
        return None
    name = "|".join(map(re.escape, names))
    one = rf"(?:mr |mrs |ms |miss |sr |sra |senor |senora )?(?:{name})(?: (?:{name}))*"
    here = r"(?:s)?(?: (?:phone|number|cell|phone number|here|anymore|any more|any longer|line))*"
    return re.compile(
        r"(?:sorry )?(?:(?:this|that|it|i|my name|who you are texting) ?(?:is|am|s|m|isnt|aint|was)?|im|its|"
        rf"thats)? ?(?:not|isnt|aint|no longer) {one}{here}|(?:there is |theres )?(?:no|nobody named|"
        rf"no one named) {one}(?: here| at this (?:number|phone)| lives here)*|{one} (?:doesnt|does not|no longer|"
        r"isnt|is not|is no longer|hasnt|has not|dont|do not) (?:lives?|has|have|had|uses?|owns?|at|on|here|with|"
        r"reachable)\b.{0,30}|(?:i )?(?:dont|do not) know (?:(?:any|a|an|who|anyone named|anybody named|this|"
        rf"of) )*{one}(?: is)?|(?:i|we) (?:just|only|recently)? ?got this (?:number|phone).{{0,30}}|"
        rf"this (?:used to be|was) {one}s? (?:old )?(?:number|phone)|(?:yo )?no soy (?:(?:el|la) )?{one}|(?:este|"
        rf"esta|eso) (?:no|ya no) es (?:(?:el|la) )?(?:(?:numero|telefono|celular) de )?{one}|(?:aqui )?no (?:vive|"
        rf"hay|esta|conozco a?)(?: aqui)?(?: (?:un|una|ningun|ninguna|ningun))?(?: tal)? {one}(?: aqui)?|"
        rf"{one} (?:ya )?no (?:vive|tiene|usa|esta)\b.{{0,30}}"
    )
