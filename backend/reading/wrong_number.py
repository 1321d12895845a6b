"""Whether a text says that we write to the wrong person: the phone on file has gone to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.reading.plain_words import clauses, plain

_LOOKS_SO = re.compile(
    r"\b(?:wrong|not|isnt|arent|no|doesnt|dont|new (?:owner|number)|this (?:number|phone)|equivoc\w*|belongs?|"
    r"got this|never|nobody|nadie|conozco|mistake)\b"
)
_SURE = re.compile(
    r"(?:(?:i think|sorry|i am afraid|im afraid|looks like|it seems) )*(?:you|u|yall|you guys|someone)(?: must| may| "
    r"might| just)?"
    r"(?: have|ve|ve got| got| are (?:texting|messaging|contacting|writing(?: to)?)|re (?:texting|messaging|"
    r"contacting)| texted| reached|"
    r" messaged| contacted| sent (?:this|it) to)+ (?:the |a )?wrong (?:number|person|guy|phone|man|woman|lady|one|"
    r"contact)"
    r"(?: (?:for|if)(?! me\b| my\b| us\b) .+)?"
    r"|(?:this |the )?(?:number|phone)(?: number)? (?:doesnt|does not|no longer|didnt|does no longer) belongs? to .+"
    r"|(?:this |the )?(?:number|phone) (?:is|was) (?:reassigned|no longer .+)|.*\bnew owner of this (?:number|phone).*"
    r"|(?:there is |theres )?(?:no ?one|nobody) (?:here )?(?:by|with|of) that name(?: here)?|(?:i )?(?:dont|do not) "
    r"know who that is"
    r"|(?:i )?(?:dont|do not) know (?:any ?one|anybody) (?:by|with|of) that name"
    r"|(?:(?:usted|ustedes|creo que) )*(?:se (?:equivoc\w+|ha equivocado|han equivocado)|esta[ns]? equivocad\w+)"
    r" (?:de|con el) (?:numero|telefono|persona)(?: .+)?"
    r"|(?:tiene[ns]? (?:el|un) )?(?:numero|telefono) equivocado.*|persona equivocada|no conozco a (?:nadie|ninguna?) .+"
    r"|(?:este|el) (?:numero|telefono) ya no es de .+"
)
_WEAK = re.compile(
    r"(?:(?:sorry|oops|this is|its|thats|that is|must be|i think|es) )*(?:the |a |an |un )*"
    r"(?:wrong (?:number|person|guy)|numero equivocado|equivocad[oa])|se (?:equivoc\w+|han? equivocado)|not me|wrong "
    r"guy"
)
_WISHES = re.compile(
    r"\b(?:pay|paying|bill|balance|payment|account|power|outage|update|change|owe|due|meter|autopay|service|pagar|"
    r"factura|cuenta|luz|cambiar|pago)\b|[0-9]{3}"
)


def looks_misdirected(text: str) -> bool:
    """A cheap look: only where it is true is it worth finding out whose phone it is."""
    return _LOOKS_SO.search(plain(text)) is not None


def is_misdirected(text: str, names: Iterable[str], *, idle: bool) -> bool:
    """Whether the writer is not who the phone on file belongs to.

    `names` are the members' who have this phone on file; none for a phone that is on no file. `idle`: no question is
    open, so that `wrong number` cannot be about the number of an account.
    """
    parts = clauses(text)
    if not parts or "?" in text or any(_WISHES.search(part) for part in parts):
        return False
    denied = _denial([word for name in names for word in plain(name).split() if len(word) > 2])
    if any(_SURE.fullmatch(part) or (denied and denied.fullmatch(part)) for part in parts):
        return True
    return idle and any(_WEAK.fullmatch(part) for part in parts)


def _denial(names: list[str]) -> re.Pattern[str] | None:
    """Words that deny being, or knowing, somebody of these names."""
    if not names:
        return None
    name = "|".join(map(re.escape, names))
    one = rf"(?:mr |mrs |ms |miss |sr |sra |senor |senora )?(?:{name})(?: (?:{name}))*"
    here = r"(?:s)?(?: (?:phone|number|cell|phone number|here|anymore|any more|any longer|line))*"
    return re.compile(
        rf"(?:sorry )?(?:(?:this|that|it|i|my name|who you are texting) ?(?:is|am|s|m|isnt|aint|was)?|im|its|thats)? "
        rf"?(?:not|isnt|aint|no longer) {one}{here}"
        rf"|(?:there is |theres )?(?:no|nobody named|no one named) {one}(?: here| at this (?:number|phone)| lives "
        r"here)*"
        rf"|{one} (?:doesnt|does not|no longer|isnt|is not|is no longer|hasnt|has not|dont|do not)"
        r" (?:lives?|has|have|had|uses?|owns?|at|on|here|with|reachable)\b.{0,30}"
        rf"|(?:i )?(?:dont|do not) know (?:(?:any|a|an|who|anyone named|anybody named|this|of) )*{one}(?: is)?"
        rf"|(?:i|we) (?:just|only|recently)? ?got this (?:number|phone).{{0,30}}|this (?:used to be|was) {one}s? "
        r"(?:old )?(?:number|phone)"
        rf"|(?:yo )?no soy (?:(?:el|la) )?{one}|(?:este|esta|eso) (?:no|ya no) es (?:(?:el|la) )?(?:(?:numero|"
        rf"telefono|celular) de )?{one}"
        rf"|(?:aqui )?no (?:vive|hay|esta|conozco a?)(?: aqui)?(?: (?:un|una|ningun|ninguna|ningun))?(?: tal)? "
        rf"{one}(?: aqui)?|{one} (?:ya )?no (?:vive|tiene|usa|esta)\b.{{0,30}}"
    )
