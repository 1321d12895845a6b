"""Detects that a text asks for no more texts, or for texts again, in any wording.

A carrier's keywords are only the beginning: every reasonable way of saying it counts as a revocation (47 CFR
64.1200(a)(10)). What is said of a payment, a draft or a service (`stop my autopay`) is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from backend.reading.normalize import collapse_repeats, is_one_slip_apart, split_plain_clauses, to_plain_text

OptOutSignal = Literal["stop", "perhaps"]

MAX_CLAUSE_WORDS = 16
"""A longer clause is a story, and what stops in it is seldom the texts."""
_STOP_WORDS = frozenset(
    "stop stopp quit cease unsubscribe unsub optout revoke withdraw "
    "paren pare parar dejen deje dejar detengan detener basta alto".split()
)
"""First in a clause they are a demand."""
_END_WORDS = frozenset(
    "cancel end halt remove delete block erase discontinue disable "
    "cancelar cancelen cancele quitar quiten quite eliminar eliminen elimine borrar borren borre bloquear".split()
)
_TEXT_WORDS = frozenset(
    "text texts texting texted txt txts txting txtng message messages messaging msg msgs sms contact contacting "
    "contacted consent list lists spam spamming spams subscription harassing harassment notifications "
    "mensaje mensajes mensajitos texto textos escribir escribirme contactar contactarme lista listas suscripcion "
    "molestar molestarme".split()
)
_OTHER_SERVICES = frozenset(
    "pay pays paid paying payment payments autopay auto bill bills billing draft drafts account accounts card "
    "cards power "
    "service electric electricity alert alerts paperless outage outages meter balance email emails mail call "
    "calls calling "
    "address plan budget due portal password login code name email history check checking bank tree line light lights "
    "pago pagos factura facturas cuenta cuentas luz servicio tarjeta papel automatico correo llamar llamadas "
    "llamen recibo "
    "recibos apagon medidor aviso avisos alerta alertas saldo codigo banco".split()
)
"""Where one of these is named, it may be what is to stop."""
_FILLER_WORDS = frozenset(
    "i im you u me my this is the a it that to please pls and or now just already again have told said asked "
    "asking tell "
    "ask reply text send texting contacting texts messages word with w so damn fucking bloody asshole idiot "
    "idiots jerk "
    "harassment spam for once all over times really never wanted yo les le ya por favor dije que digo".split()
)
_TRAILING_WORDS = frozenset("me us all now damn fucking bloody asshole idiot idiots jerk once over times ya".split())
_QUESTION_WORDS = frozenset("why when did have has does is are was por cuando porque".split())
_UNWANTED_PHRASES = (
    "dont want", "do not want", "no longer want", "didnt want", "not want", "no quiero", "no queremos", "no deseo",
)  # fmt: skip
_NO_DEMAND_PHRASES = (
    "stop by", "stop at", "stop in", "bus stop", "cant stop", "wont stop", "didnt stop", "not stop", "dont stop",
)  # fmt: skip
_CORRECTABLE_WORDS = ("unsubscribe", "messages", "message", "texting", "contacting", "contacted", "mensajes")


def _detect_loosely(parts: Sequence[str], *, idle: bool) -> OptOutSignal | None:
    """What the clauses (see `split_plain_clauses`) ask for. While a question is open this never stops texts unasked."""
    found = [signal for part in parts if (signal := _classify_clause(part)) is not None]
    if not found or any(word in _OTHER_SERVICES for part in parts for word in part.split()):
        return None
    return "stop" if idle and "stop" in found else "perhaps"


def _classify_clause(part: str) -> OptOutSignal | None:
    words = [_correct_word(word) for word in part.split()]
    if not 2 <= len(words) <= MAX_CLAUSE_WORDS or words[0] in _QUESTION_WORDS:
        return None  # a lone word is judged by itself
    if _contains_phrase(words, _NO_DEMAND_PHRASES):
        return None
    mentions_texts = any(word in _TEXT_WORDS for word in words)
    core = [word for word in words if word not in _FILLER_WORDS]
    if core and all(word in _STOP_WORDS for word in core):
        # "reply stop", "I told you to stop"; not "stop that", which may mean what is just being done
        last = next((word for word in reversed(words) if word not in _TRAILING_WORDS), "")
        if last in core or mentions_texts:
            return "stop"
    if not mentions_texts:
        return None
    if words[0] in _STOP_WORDS:
        return "stop"
    unwanted = _contains_phrase(words, _UNWANTED_PHRASES)
    return "perhaps" if unwanted or any(word in _STOP_WORDS or word in _END_WORDS for word in words) else None


def _correct_word(word: str) -> str:
    """A long word with a typo in it, as it was meant; the longest one may have two."""
    if len(word) < 7:
        return word
    for meant in _CORRECTABLE_WORDS:
        if (_within_two_slips if meant == "unsubscribe" else is_one_slip_apart)(word, meant):
            return meant
    return word


def _contains_phrase(words: Sequence[str], phrases: Sequence[str]) -> bool:
    text = f" {' '.join(words)} "
    return any(f" {phrase} " in text for phrase in phrases)


# the carriers' keywords and Spanish ones like them; not CANCELAR, which leaves a task, as NEVER MIND does
STOP_KEYWORDS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout unsub unsuscribe cease arret "
    "alto parar pare paren detener detenganse basta baja desuscribir desuscribirme desuscribirse".split()
)
_CLEAR_KEYWORDS = STOP_KEYWORDS - {"cancel", "end", "basta", "baja", "quit"}
_MISSPELLED_STOP = frozenset({"stpo", "sotp", "tsop", "dtop", "stip", "stop0"})
_COLLAPSED_KEYWORDS = frozenset(map(collapse_repeats, STOP_KEYWORDS))
_LONG_KEYWORDS = ("unsubscribe", "unsubscribed", "unsubscribing", "desuscribirme")
_NOT_STOP_WORDS = frozenset({"step", "top", "shop", "stow", "slop", "atop"})

_TEXTS = (
    r"(?:(?:all|any|your|ur|these|those|the|my|more|of|such|further|future|so|many|stupid|annoying) )*(?:texts?|"
    r"txts?|text ?messages?|messages?|msgs?|sms|mms|texting|messaging|text notifications?)"
)
_TO_THIS_NUMBER = (
    r"(?: (?:to |at |on )?(?:me|us|(?:this|my) (?:phone ?number|cell ?number|number|phone|cell|mobile)|here))"
)
_CONTACTING = (
    r"(?:(?:calling|call|emailing|email) (?:and|or|n) )?(?:text(?:ing)?|txt(?:ing)?|messag(?:e|ing)|msg(?:ing)?|"
    r"contact(?:ing)?)(?: (?:and|or|n) (?:calling|call|emailing|email))?"
)
_STOP_VERBS = r"(?:stop|stp|quit|cease|end|do not|dont|never|no more|cancel|halt|discontinue|enough)"
_LIST = (
    r"(?:(?:text|texting|sms|mailing|calling|call|contact|marketing|spam|distribution|phone|subscriber|"
    r"message) )*(?:lists?|texts|messages|contacts)"
)
_ME_WORDS = r"(?:me|us|(?:my|this|our) (?:name|number|phone ?number|cell ?number|phone|cell|mobile))"
_REMOVE_VERBS = r"(?:take|remove|delete|drop|get|strike|scratch|erase)"
_WANT_NONE = (
    r"(?:(?:i|we) )?(?:do not|dont|no longer)(?: want| wish| need| care| like)(?: to)?(?: receive| get| be getting|"
    r" see)*"
)
_OFF_WORDS = r"(?:off(?: of)?|out of|from|of)"

_TEXTS_SPANISH = (
    r"(?:(?:mas|los|las|sus|estos|esos|todos|mis|tantos|ningun|ni|un|de|esta|este|la) )*(?:textos?|"
    r"mensajes?(?: de texto)?|mensajitos|sms|suscripcion)"
)
_SEND_SPANISH = r"(?:mand(?:en|e|es|ar)|envi(?:en|e|es|ar)|pongan)"
_WRITE_SPANISH = r"(?:escrib(?:an|a|as|ir)|contact(?:en|e|es|ar)|text(?:een|ee|ees|ear)|mensaj(?:een|ee|ear))"
_TO_THIS_NUMBER_SPANISH = r"(?: (?:a|en) (?:este|mi) (?:numero|telefono|celular))"
_REMOVE_SPANISH = r"(?:quit(?:en|e|ar|a)|sa(?:quen|que|car)|borr(?:en|e|ar)|elimin(?:en|e|ar)|retir(?:en|e|ar))"

_CLEAR_STOP = re.compile(
    rf"{_STOP_VERBS}(?: (?:with|sending|send|receiving|getting|giving|ever))*(?: me|"
    rf" us)? {_TEXTS}{_TO_THIS_NUMBER}?(?: from (?:you|yall))?|"
    rf"{_STOP_VERBS}(?: ever)? {_CONTACTING}{_TO_THIS_NUMBER}?|(?:be|to be) (?:taken|removed|"
    rf"deleted) {_OFF_WORDS} (?:(?:your|the|this|ur|all) )*{_LIST}|(?:turn|shut|switch) (?:off {_TEXTS}|"
    rf"{_TEXTS} off)|(?:disable|deactivate|block|revoke)(?: consent for)? {_TEXTS}|(?:stop|end|quit|unsubscribe|"
    r"optout|opt out) all|stop ?all|stop ?(?:2|to) ?(?:end|stop|quit)|(?:(?:text|reply|send) )?(?:unsubscribe|"
    rf"unsub)(?: {_ME_WORDS})?(?: from)?(?: {_TEXTS}| (?:this|your|the) {_LIST}| all| everything)?|(?:i am |"
    rf"im )?(?:opt|opting|opted|optout)(?: {_ME_WORDS})? ?(?:out)(?: of| from)?(?: {_TEXTS}| all| everything|"
    rf" this)?|{_REMOVE_VERBS} {_ME_WORDS} {_OFF_WORDS} (?:(?:your|the|this|ur|all|these) )*{_LIST}|(?:off|"
    rf"out of) (?:your|the|this) {_LIST}|(?:i )?(?:revoke|withdraw)(?: my)? consent(?: (?:to|for|of)(?: receive|"
    rf" receiving| get| getting)? {_TEXTS})?|(?:ya )?no (?:me |nos )?(?:vuelvan a |sigan )?{_SEND_SPANISH}(?:me|"
    rf"nos)?(?: mas)? {_TEXTS_SPANISH}(?: mas)?{_TO_THIS_NUMBER_SPANISH}?|(?:ya )?no (?:me |nos )?(?:vuelvan a |"
    rf"sigan )?{_WRITE_SPANISH}(?:me|nos)?(?: mas)?{_TO_THIS_NUMBER_SPANISH}?|(?:ya )?no (?:quiero|queremos|deseo|"
    rf"quisiera)(?: recibir| que me {_SEND_SPANISH})?(?: mas)? {_TEXTS_SPANISH}{_TO_THIS_NUMBER_SPANISH}?|"
    rf"(?:ya )?no {_TEXTS_SPANISH}|no mas {_TEXTS_SPANISH}|basta de {_TEXTS_SPANISH}|alto a {_TEXTS_SPANISH}|"
    rf"(?:dej(?:e|en|a|ar)|par(?:e|en|a|ar)) de (?:{_SEND_SPANISH}(?:me|nos)?(?: mas)? {_TEXTS_SPANISH}|"
    rf"{_WRITE_SPANISH}(?:me|nos)?){_TO_THIS_NUMBER_SPANISH}?|(?:cancel(?:ar|en|e|a)|deten(?:er|gan|ga)|"
    rf"suspend(?:er|an|a)|par(?:ar|en|e)|termin(?:ar|en)|anul(?:ar|en)) {_TEXTS_SPANISH}|{_REMOVE_SPANISH}(?:me|"
    r"nos)?(?: (?:mi|este|el) (?:numero|telefono|nombre|celular))? de (?:(?:la|su|esta|sus|las) )*listas?|"
    r"(?:dar(?:me|se)?|d[ea]n?me|den|doy) (?:me )?de baja(?: de (?:los|sus|la) (?:mensajes|textos|lista))?"
)
"""Said as a whole clause, it can mean nothing else."""

_UNWANTED = re.compile(rf"{_WANT_NONE} {_TEXTS}(?: from (?:you|yall))?|no {_TEXTS}")
"""During a task it may refuse only a code or an alert by text."""

_LIKELY_STOP = re.compile(
    rf"{_REMOVE_VERBS} {_ME_WORDS}(?: (?:off|out|from (?:this|it|here|your (?:system|records|database))))?"
    rf"|{_REMOVE_VERBS} (?:off|out) {_ME_WORDS}|(?:lose|forget|block) (?:my|this) number|i want out|let me out|want out"
    r"|no contact|cease and desist|(?:turn|shut) (?:these|this|those) off"
    r"|(?:this is )?spam|stop spam(?:ming)?(?: me)?|(?:stop|quit) (?:bothering|harassing|pestering|bugging)(?: me| us)?"
    rf"|{_REMOVE_SPANISH}(?:me|nos)?(?: (?:mi|este|el) (?:numero|telefono|nombre|celular))?"
    rf"|(?:ya )?no (?:me |nos )?{_SEND_SPANISH}(?:me|nos)?(?: mas| nada)*|(?:dejen|deje|dejar) de molestar(?:me|nos)?"
)
"""Such a clause does not say what is to stop, but texts are what we send."""

_STOP_WITHIN = re.compile(
    rf"\b(?:stop|quit) {_CONTACTING} (?:me|us|(?:this|my) (?:number|phone|cell))(?: {_TEXTS})?$|"
    rf"\b(?:stop|quit) sending (?:me |us )?{_TEXTS}$|\b(?:dont|do not|didnt|did not|never|no longer|"
    r"not)(?: even)? (?:want(?:ed|ing)?|need|wish|like|sign(?:ed)? up|ask(?:ed)?|subscribed?|request(?:ed)?|"
    r"consent(?:ed)?|agreed?|interested)(?: (?:to|for|in|get|getting|receiv\w+|be|"
    rf"being))* {_TEXTS}\b(?! alerts?\b)|\b(?:sick|tired) of (?:\w+ ){{0,2}}{_TEXTS}|\btoo many {_TEXTS}|"
    r"\bhow (?:do|can|would|to)(?: i| we)? (?:stop|end|cancel|turn off|get off|unsubscribe|opt out)(?: of| from|"
    rf" getting| receiving)*(?: {_TEXTS}| (?:this|your) {_LIST})?$|\b(?:take|get) (?:me|us) off$|\bcan i (?:stop|"
    rf"end|cancel|turn off|unsubscribe|opt out)(?: of| from)*(?: {_TEXTS}| (?:this|your) {_LIST})?$|"
    rf"\bcomo (?:cancelo|paro|detengo|me doy de baja|quito|dejo de recibir)(?: de)?(?: {_TEXTS_SPANISH})?$"
)
_NOT_A_STOP = re.compile(
    r"\b(?:why (?:did|do|have) you|did you|have you|you (?:stopped|quit)|not stop|dont stop|no dejen)\b"
)
_VAGUE_STOP = re.compile(
    r"(?:stop|quit|end|cut|drop) (?:it|that|this)(?: out)?|knock it off|no more|enough|enough is enough|leave me alone|"
    r"go away|stop everything|cancel (?:all|everything)|i quit|leave us alone|"
    r"(?:fuck|screw|piss|bug|buzz) off|fuck you|get lost|(?:remove|block|delete)(?: me)?|"
    r"(?:deje(?:n)?me|dejame|dejenos) en paz|no (?:me )?molesten?(?: mas)?|ya basta|basta ya|no mas|ya no|no molestar|"
    r"no (?:thanks?|thank you) (?:please )?stop|i (?:did not|didnt|never) (?:subscribed?|sign(?:ed)? up|ask(?:ed)?|"
    r"agreed?)(?: (?:to|for) (?:this|that|it|these))?"
)
_STOP_EMOJI = frozenset("🛑 ⛔ 🚫 ✋".split())
"""With nothing open, texts are what there is to stop; in a task it is the task."""
_OTHER_CHANNEL = re.compile(r"\b(?:e ?mail|call|mail|llam\w+|correo|instead)\b")
_START_AGAIN = re.compile(
    r"(?:re)?subscribe(?: me)?(?: again)?|resume(?: texts?)?|opt(?: me)?(?: back)? ?in|(?:start|begin|resume|"
    rf"you can) (?:texting|text)(?: me)?|(?:text|message) me|(?:start|resume)(?: sending)?(?: me)? {_TEXTS}|"
    rf"(?:turn|put|switch)(?: back)?(?: on)? {_TEXTS}(?: back)?(?: on)?|start over|sign me (?:back )?up|"
    r"unstop(?: all)?|start(?: all)?|y|yes|yeah|yep|yup|iniciar|inicio|empezar|comenzar|alta|reanudar|"
    r"suscribir(?:me)?|activar(?: (?:los|mis))?(?: mensajes| textos)?|si"
)
_AGREES = re.compile(
    r"(?:y|yes|yeah|yep|yup|sure|ok|okay|si|claro|correct|stop|do it|all|all of them|stop them)(?: .{0,24})?"
)
_DISAGREES = re.compile(r"(?:n|no|nope|nah|not|dont|keep|never ?mind|mantener(?:los)?|sigan)(?: .{0,24})?")
_IN_SPANISH = re.compile(
    rf"\b(?:alto|pare|paren|parar|detener|detenganse|basta|baja|alta|iniciar|empezar|comenzar|reanudar|{_WRITE_SPANISH}|"
    rf"{_SEND_SPANISH}|desuscribir\w*|{_REMOVE_SPANISH}(?:me|nos)|equivocad[oa]|equivoco|soy|conozco|mensajes)\b"
)


def detect_opt_out(text: str, *, idle: bool) -> OptOutSignal | None:
    """`stop` where the text asks for no more texts, `perhaps` where we must ask back. `idle`: no question is open."""
    parts = split_plain_clauses(text)
    if not parts:
        return "perhaps" if idle and text.strip() in _STOP_EMOJI else None
    first = split_plain_clauses(text.strip().split("\n", 1)[0])
    if len(parts) > 1 and len(first) == 1 and first[0] in _CLEAR_KEYWORDS and "\n" in text.strip():
        return "stop"  # what stands under it is a name or a greeting
    if any(_NOT_A_STOP.search(part) for part in parts):
        return None
    if len(parts) == 1 and _is_keyword(parts[0]):
        return "stop"
    others = [part for part in parts if not (_CLEAR_STOP.fullmatch(part) or _is_keyword(part))]
    unwanted = any(_UNWANTED.fullmatch(part) for part in parts)
    if unwanted and not idle:
        return "perhaps"
    if unwanted or any(_CLEAR_STOP.fullmatch(part) for part in parts):
        return "perhaps" if any(_OTHER_CHANNEL.search(part) for part in others) else "stop"
    if len(others) < len(parts) and not others:
        return "stop"
    if any(_LIKELY_STOP.fullmatch(part) or _STOP_WITHIN.search(part) for part in parts):
        return "perhaps"
    if (loose := _detect_loosely(parts, idle=idle)) is not None or not idle:
        return loose
    if text.rstrip(" .!\"'").endswith(" STOP") and not text.isupper():
        return "perhaps"
    is_short = len(" ".join(parts).split()) <= 8
    if is_short and any(_VAGUE_STOP.fullmatch(part) or _is_keyword(part) for part in parts):
        return "perhaps"
    word = parts[0]
    misspelled = len(parts) == 1 and " " not in word and word not in _NOT_STOP_WORDS and is_one_slip_apart(word, "stop")
    return "perhaps" if misspelled else None


def is_worded_in_spanish(text: str) -> bool:
    """Whether the opt-out is worded in Spanish; `detect_language` cannot tell that of a lone word such as `BAJA`."""
    return _IN_SPANISH.search(to_plain_text(text)) is not None


def is_opt_in(text: str) -> bool:
    """Whether somebody who has stopped texts asks for them again: `START`, `text me again`, `sí`."""
    parts = split_plain_clauses(text)
    return len(parts) == 1 and _START_AGAIN.fullmatch(parts[0]) is not None


def parse_stop_confirmation(text: str) -> bool | None:
    """The answer to `Stop all texts?`; None where it is none."""
    parts = split_plain_clauses(text) or [text.strip().lower()]
    if _DISAGREES.fullmatch(parts[0]):
        return False
    return True if _AGREES.fullmatch(parts[0]) and len(parts) == 1 else None


def _is_keyword(part: str) -> bool:
    """Whether a clause is a carrier's keyword, also with a key held too long or a slip: `STOPPP`, `unsubcribe`."""
    if collapse_repeats(part) in _COLLAPSED_KEYWORDS or part.replace(" ", "") in ("stopall", "optout"):
        return True
    return part in _MISSPELLED_STOP or (
        len(part) >= 7 and any(_within_two_slips(part, word) for word in _LONG_KEYWORDS)
    )


def _within_two_slips(word: str, other: str) -> bool:
    """`unsubcribe`, `unsubsribe`, `unsuscribirme`: the long words bear two slips."""
    if is_one_slip_apart(word, other):
        return True
    shorter = [other[:at] + other[at + 1 :] for at in range(len(other))]
    return any(is_one_slip_apart(word, one) for one in shorter)
