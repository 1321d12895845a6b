"""Whether a text says that no more texts are wished, or that they are wished again, in any wording.

A carrier's keywords are only the beginning: every reasonable way of saying it counts as a revocation (47 CFR
64.1200(a)(10)). What is said of a payment, a draft or a service (`stop my autopay`) is none.
"""

from __future__ import annotations

import re
from typing import Literal

from backend.reading.opt_out_loose import loosely
from backend.reading.plain_words import clauses, near, plain, squeezed

Reading = Literal["stop", "perhaps"]

# the carriers' and their Spanish likes; CANCELAR is not among them: it leaves a task, as NEVER MIND does
WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout unsub unsuscribe cease arret "
    "alto parar pare paren detener detenganse basta baja desuscribir desuscribirme desuscribirse".split()
)
_ALONE = WORDS - {"cancel", "end", "basta", "baja", "quit"}
_SLIPS_OF_STOP = frozenset({"stpo", "sotp", "tsop", "dtop", "stip", "stop0"})
_LONG_WORDS = ("unsubscribe", "unsubscribed", "unsubscribing", "desuscribirme", "optout")
_NOT_STOP = frozenset({"step", "top", "shop", "stow", "slop", "atop"})

_TEXTS = (
    r"(?:(?:all|any|your|ur|these|those|the|my|more|of|such|further|future|so|many|stupid|annoying) )*"
    r"(?:texts?|txts?|text ?messages?|messages?|msgs?|sms|mms|texting|messaging|text notifications?)"
)
_HERE = r"(?: (?:to |at |on )?(?:me|us|(?:this|my) (?:phone ?number|cell ?number|number|phone|cell|mobile)|here))"
_ING = (
    r"(?:(?:calling|call|emailing|email) (?:and|or|n) )?(?:text(?:ing)?|txt(?:ing)?|messag(?:e|ing)|msg(?:ing)?|"
    r"contact(?:ing)?)"
    r"(?: (?:and|or|n) (?:calling|call|emailing|email))?"
)
_NO = r"(?:stop|stp|quit|cease|end|do not|dont|never|no more|cancel|halt|discontinue|enough)"
_LIST = (
    r"(?:(?:text|texting|sms|mailing|calling|call|contact|marketing|spam|distribution|phone|subscriber|message) )*"
    r"(?:lists?|texts|messages|contacts)"
)
_ME = r"(?:me|us|(?:my|this|our) (?:name|number|phone ?number|cell ?number|phone|cell|mobile))"
_TAKE = r"(?:take|remove|delete|drop|get|strike|scratch|erase)"
_WANT_NONE = (
    r"(?:(?:i|we) )?(?:do not|dont|no longer)(?: want| wish| need| care| like)(?: to)?"
    r"(?: receive| get| be getting| see)*"
)
_OFF = r"(?:off(?: of)?|out of|from|of)"

_MENSAJES = (
    r"(?:(?:mas|los|las|sus|estos|esos|todos|mis|tantos|ningun|ni|un|de|esta|este|la) )*"
    r"(?:textos?|mensajes?(?: de texto)?|mensajitos|sms|suscripcion)"
)
_MANDAR = r"(?:mand(?:en|e|es|ar)|envi(?:en|e|es|ar)|pongan)"
_ESCRIBIR = r"(?:escrib(?:an|a|as|ir)|contact(?:en|e|es|ar)|text(?:een|ee|ees|ear)|mensaj(?:een|ee|ear))"
_AQUI = r"(?: (?:a|en) (?:este|mi) (?:numero|telefono|celular))"
_QUITAR = r"(?:quit(?:en|e|ar|a)|sa(?:quen|que|car)|borr(?:en|e|ar)|elimin(?:en|e|ar)|retir(?:en|e|ar))"

_SURE = re.compile(
    rf"{_NO}(?: (?:with|sending|send|receiving|getting|giving|ever))*(?: me| us)? {_TEXTS}{_HERE}?(?: from (?:you|"
    r"yall))?"
    rf"|{_NO}(?: ever)? {_ING}{_HERE}?"
    rf"|(?:be|to be) (?:taken|removed|deleted) {_OFF} (?:(?:your|the|this|ur|all) )*{_LIST}"
    rf"|(?:turn|shut|switch) (?:off {_TEXTS}|{_TEXTS} off)|(?:disable|deactivate|block|revoke)(?: consent for)? "
    rf"{_TEXTS}"
    r"|(?:stop|end|quit|unsubscribe|optout|opt out) all|stop ?all|stop ?(?:2|to) ?(?:end|stop|quit)"
    rf"|(?:(?:text|reply|send) )?(?:unsubscribe|unsub)(?: {_ME})?(?: from)?(?: {_TEXTS}| (?:this|your|the) {_LIST}| "
    r"all| everything)?"
    rf"|(?:i am |im )?(?:opt|opting|opted|optout)(?: {_ME})? ?(?:out)(?: of| from)?(?: {_TEXTS}| all| everything| "
    r"this)?"
    rf"|{_TAKE} {_ME} {_OFF} (?:(?:your|the|this|ur|all|these) )*{_LIST}|(?:off|out of) (?:your|the|this) {_LIST}"
    rf"|(?:i )?(?:revoke|withdraw)(?: my)? consent(?: (?:to|for|of)(?: receive| receiving| get| getting)? {_TEXTS})?"
    rf"|(?:ya )?no (?:me |nos )?(?:vuelvan a |sigan )?{_MANDAR}(?:me|nos)?(?: mas)? {_MENSAJES}(?: mas)?{_AQUI}?"
    rf"|(?:ya )?no (?:me |nos )?(?:vuelvan a |sigan )?{_ESCRIBIR}(?:me|nos)?(?: mas)?{_AQUI}?"
    rf"|(?:ya )?no (?:quiero|queremos|deseo|quisiera)(?: recibir| que me {_MANDAR})?(?: mas)? {_MENSAJES}{_AQUI}?"
    rf"|(?:ya )?no {_MENSAJES}|no mas {_MENSAJES}|basta de {_MENSAJES}|alto a {_MENSAJES}"
    rf"|(?:dej(?:e|en|a|ar)|par(?:e|en|a|ar)) de (?:{_MANDAR}(?:me|nos)?(?: mas)? {_MENSAJES}|{_ESCRIBIR}(?:me|"
    rf"nos)?){_AQUI}?"
    rf"|(?:cancel(?:ar|en|e|a)|deten(?:er|gan|ga)|suspend(?:er|an|a)|par(?:ar|en|e)|termin(?:ar|en)|anul(?:ar|en)) "
    rf"{_MENSAJES}"
    rf"|{_QUITAR}(?:me|nos)?(?: (?:mi|este|el) (?:numero|telefono|nombre|celular))? de (?:(?:la|su|esta|sus|las) "
    r")*listas?"
    r"|(?:dar(?:me|se)?|d[ea]n?me|den|doy) (?:me )?de baja(?: de (?:los|sus|la) (?:mensajes|textos|lista))?"
)
"""Said as a whole clause, it can mean nothing else."""

_UNWANTED = re.compile(rf"{_WANT_NONE} {_TEXTS}(?: from (?:you|yall))?|no {_TEXTS}")
"""In a task it may be the way of a code or an alert that is not wished."""

_LIKELY = re.compile(
    rf"{_TAKE} {_ME}(?: (?:off|out|from (?:this|it|here|your (?:system|records|database))))?"
    rf"|{_TAKE} (?:off|out) {_ME}|(?:lose|forget|block) (?:my|this) number|i want out|let me out|want out"
    r"|no contact|cease and desist|(?:turn|shut) (?:these|this|those) off"
    r"|(?:this is )?spam|stop spam(?:ming)?(?: me)?|(?:stop|quit) (?:bothering|harassing|pestering|bugging)(?: me| us)?"
    rf"|{_QUITAR}(?:me|nos)?(?: (?:mi|este|el) (?:numero|telefono|nombre|celular))?"
    rf"|(?:ya )?no (?:me |nos )?{_MANDAR}(?:me|nos)?(?: mas| nada)*|(?:dejen|deje|dejar) de molestar(?:me|nos)?"
)
"""What such a clause asks for is not said; texts are what we send."""

_SOMEWHERE = re.compile(
    rf"\b(?:stop|quit) {_ING} (?:me|us|(?:this|my) (?:number|phone|cell))(?: {_TEXTS})?$"
    rf"|\b(?:stop|quit) sending (?:me |us )?{_TEXTS}$"
    rf"|\b(?:dont|do not|didnt|did not|never|no longer|not)(?: even)? (?:want(?:ed|ing)?|need|wish|like|sign(?:ed)? "
    r"up|ask(?:ed)?|"
    rf"subscribed?|request(?:ed)?|consent(?:ed)?|agreed?|interested)(?: (?:to|for|in|get|getting|receiv\w+|be|"
    rf"being))* {_TEXTS}\b(?! alerts?\b)"
    rf"|\b(?:sick|tired) of (?:\w+ ){{0,2}}{_TEXTS}|\btoo many {_TEXTS}"
    rf"|\bhow (?:do|can|would|to)(?: i| we)? (?:stop|end|cancel|turn off|get off|unsubscribe|opt out)(?: of| from| "
    r"getting| receiving)*"
    rf"(?: {_TEXTS}| (?:this|your) {_LIST})?$"
    r"|\b(?:take|get) (?:me|us) off$"
    rf"|\bcan i (?:stop|end|cancel|turn off|unsubscribe|opt out)(?: of| from)*(?: {_TEXTS}| (?:this|your) {_LIST})?$"
    rf"|\bcomo (?:cancelo|paro|detengo|me doy de baja|quito|dejo de recibir)(?: de)?(?: {_MENSAJES})?$"
)
_NOT_AT_ALL = re.compile(
    r"\b(?:why (?:did|do|have) you|did you|have you|you (?:stopped|quit)|not stop|dont stop|no dejen)\b"
)
_VAGUE = re.compile(
    r"(?:stop|quit|end|cut|drop) (?:it|that|this)(?: out)?|knock it off|no more|enough|enough is enough|leave me alone|"
    r"go away|stop everything|cancel (?:all|everything)|i quit|leave us alone|"
    r"(?:fuck|screw|piss|bug|buzz) off|fuck you|get lost|(?:remove|block|delete)(?: me)?|"
    r"(?:deje(?:n)?me|dejame|dejenos) en paz|no (?:me )?molesten?(?: mas)?|ya basta|basta ya|no mas|ya no|no molestar|"
    r"no (?:thanks?|thank you) (?:please )?stop|i (?:did not|didnt|never) (?:subscribed?|sign(?:ed)? up|ask(?:ed)?|"
    r"agreed?)(?: (?:to|for) (?:this|that|it|these))?"
)
_SIGNS = frozenset("🛑 ⛔ 🚫 ✋".split())
"""With nothing open, texts are what there is to stop; in a task it is the task."""
_ANOTHER_WAY = re.compile(r"\b(?:e ?mail|call|mail|llam\w+|correo|instead)\b")
_BEGIN = re.compile(
    r"(?:re)?subscribe(?: me)?(?: again)?|resume(?: texts?)?|opt(?: me)?(?: back)? ?in|(?:start|begin|resume|you can) "
    r"(?:texting|text)(?: me)?|(?:text|message) me|"
    rf"(?:start|resume)(?: sending)?(?: me)? {_TEXTS}|(?:turn|put|switch)(?: back)?(?: on)? {_TEXTS}(?: back)?(?: "
    r"on)?|start over|"
    r"sign me (?:back )?up|unstop(?: all)?|start(?: all)?|y|yes|yeah|yep|yup|"
    r"iniciar|inicio|empezar|comenzar|alta|reanudar|suscribir(?:me)?|activar(?: (?:los|mis))?(?: mensajes| textos)?|si"
)
_YES = re.compile(
    r"(?:y|yes|yeah|yep|yup|sure|ok|okay|si|claro|correct|stop|do it|all|all of them|stop them)(?: .{0,24})?"
)
_NO_WORDS = re.compile(r"(?:n|no|nope|nah|not|dont|keep|never ?mind|mantener(?:los)?|sigan)(?: .{0,24})?")
_IN_SPANISH = re.compile(
    rf"\b(?:alto|pare|paren|parar|detener|detenganse|basta|baja|alta|iniciar|empezar|comenzar|reanudar|{_ESCRIBIR}|"
    rf"{_MANDAR}|"
    rf"desuscribir\w*|{_QUITAR}(?:me|nos)|equivocad[oa]|equivoco|soy|conozco|mensajes)\b"
)


def reads_stop(text: str, *, idle: bool) -> Reading | None:
    """`stop` where no more texts are wished, `perhaps` where that must be asked. `idle`: no question is open."""
    parts = clauses(text)
    if not parts:
        return "perhaps" if idle and text.strip() in _SIGNS else None
    first = clauses(text.strip().split("\n", 1)[0])
    if len(parts) > 1 and len(first) == 1 and first[0] in _ALONE and "\n" in text.strip():
        return "stop"  # what stands under it is a name or a greeting
    if any(_NOT_AT_ALL.search(part) for part in parts):
        return None
    if len(parts) == 1 and _is_word(parts[0]):
        return "stop"
    others = [part for part in parts if not (_SURE.fullmatch(part) or _is_word(part))]
    unwanted = any(_UNWANTED.fullmatch(part) for part in parts)
    if unwanted and not idle:
        return "perhaps"
    if unwanted or any(_SURE.fullmatch(part) for part in parts):
        return "perhaps" if any(_ANOTHER_WAY.search(part) for part in others) else "stop"
    if len(others) < len(parts) and not others:
        return "stop"
    if any(_LIKELY.fullmatch(part) or _SOMEWHERE.search(part) for part in parts):
        return "perhaps"
    if (loose := loosely(parts, idle=idle)) is not None:
        return loose
    if idle and text.rstrip(" .!\"'").endswith(" STOP") and not text.isupper():
        return "perhaps"
    vague = any(_VAGUE.fullmatch(part) or _is_word(part) for part in parts) and len(" ".join(parts).split()) <= 8
    return "perhaps" if idle and (vague or (len(parts) == 1 and _may_be_stop(parts[0]))) else None


def said_in_spanish(text: str) -> bool:
    """Whether the wish is worded in Spanish; a word alone, such as `BAJA`, tells no language by the common words."""
    return _IN_SPANISH.search(plain(text)) is not None


def reads_start(text: str) -> bool:
    """Whether who has stopped wishes for texts again: `START`, `text me again`, `sí`."""
    parts = clauses(text)
    return len(parts) == 1 and _BEGIN.fullmatch(parts[0]) is not None


def agrees_to_stop(text: str) -> bool | None:
    """The answer to `Stop all texts?`; None where it is none."""
    parts = clauses(text) or [text.strip().lower()]
    if _NO_WORDS.fullmatch(parts[0]):
        return False
    return True if _YES.fullmatch(parts[0]) and len(parts) == 1 else None


def _is_word(part: str) -> bool:
    words = part.replace(" ", "")
    if part in WORDS or squeezed(part) in {squeezed(word) for word in WORDS} or words in ("stopall", "optout"):
        return True
    if part in _SLIPS_OF_STOP:
        return True
    return len(part) >= 7 and any(_within_two(part, word) for word in _LONG_WORDS if len(word) >= 7)


def _within_two(word: str, other: str) -> bool:
    """`unsubcribe`, `unsubsribe`, `unsuscribirme`: the long words bear two slips."""
    if near(word, other):
        return True
    shorter = [other[:at] + other[at + 1 :] for at in range(len(other))]
    return any(near(word, one) for one in shorter)


def _may_be_stop(part: str) -> bool:
    return " " not in part and part not in _NOT_STOP and near(part, "stop")
