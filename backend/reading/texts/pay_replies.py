"""Reads the short texts of text to pay: PAY as the answer to a reminder, and requests to set it up or end it.

English or Spanish, in any case. Only whole messages count: whatever says more is for the dialogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.language import SPANISH, current_language
from backend.reading.acts.signals import is_question
from backend.reading.acts.yes_no import YES, detect_yes_no
from backend.reading.language import detect_language
from backend.reading.normalize import to_plain_text
from backend.reading.spanish.translation import to_english

_PAY = re.compile(
    r"(?:reply |ok |okay |yes |si |please |por favor |i want to |i will |ill |quiero |voy a )*"
    r"(?P<verb>pay|pagar|pagare|pago|paga|pague|pagarlo|pagarla|pagalo|pagala|"
    r"paguelo|paguela|paguenlo|paguenla)"
    r"(?: (?:it|this|that|now|all|all of it|in full|(?:my|the|this|that) (?:whole |full )?(?:bill|balance|account)|"
    r"bill|ahora|todo|ya|(?:la|mi|esta|esa|el|este) (?:factura|cuenta|recibo|saldo)|"
    r"(?:account|acct|cuenta)(?= [0-9])))*"
    r"(?: (?P<digits>[0-9]{1,12}-[0-9]{3}|[0-9]{3,13}))?"
    r"(?: (?:please|now|today|thanks|thank you|por favor|ahora|hoy|gracias))*"
)
_TEXT_TO_PAY = r"(?:text[ -]?(?:to|2)[ -]?pay|text[ -]?pay|pay[ -]?by[ -]?text|(?:pago|pagar) ?por ?(?:texto|mensaje))"
_ENROLL = re.compile(
    r"(?:(?:please |i (?:want|would like|d like)(?: to)? |can i |quiero |por favor )*"
    r"(?:set ?up|setup|enroll(?: me)?(?: in)?|sign(?: me)? up(?: for)?|join|turn on|activate|use|start|"
    r"activar|configurar|inscribirme en|usar) )?"
    rf"(?:the |el )?{_TEXT_TO_PAY}(?: please| por favor)?"
)
_BY_TEXT = (
    r"(?:by|through|via|just by|with) (?:just )?"
    r"(?:(?:reply|text|answer|respond|messag)ing|a (?:reply|text))(?: \w+){0,6}"
)
# "i would like to be able to pay by replying pay to a text", "can i just pay by texting you back every month"
_PAYING_BY_TEXT = (
    rf"(?:{_TEXT_TO_PAY}|text[ -]?payments?|text[ -](?:to|2)[ -]paying|payments by (?:text|sms)|"
    r"pay(?:ing)?(?: (?:(?:my|our|the|this) )?(?:\w+ )?bills?)? (?:by|via|through|with|over)(?: a)? "
    r"(?:texts?|texting|sms|text messages?))"
)
"""What is joined or signed up for; beside a word for that, for alone some of these are one payment."""
_ENROLL_IN_WORDS = re.compile(
    rf"\b(?:set ?(?:(?:me|us|it) )?up|setup|sign(?:ing)?(?: (?:me|us))? up|enroll(?:ed|ing)?(?: (?:me|us|in))?|turn on|"
    r"activate|start|join|register|opt(?: me)? in(?:to)?|add me|put me (?:on|in|down)|get (?:me )?(?:on|started)|"
    r"(?:want|like) (?:in|on|into|to (?:have|get|try|do|be (?:on|in))))\b"
    rf"(?: \w+){{0,4}} {_PAYING_BY_TEXT}\b|"
    rf"\b(?:i|we) (?:want|need|would like|d like) {_TEXT_TO_PAY}\b|"
    rf"\bset (?:it|me|this) up so (?:that )?i can (?:reply|text|answer)(?: you)?(?: back)? pay\b|"
    rf"\b(?:pay|pay (?:my|the) bills?) (?:just |only )?{_BY_TEXT}|"
    r"\b(?:be able to|how (?:can|do) i|can i|could i|want to|like to|let me)(?: just)? "
    r"(?:reply|answer|text)(?: you)?(?: back)? (?:with )?pay (?:to|when|every|each|in the future)\b|"
    r"\b(?:answer|reply) pay to (?:your|the|a) (?:texts?|messages?|reminders?)\b|"
    r"\bpagar (?:solo )?(?:contestando|respondiendo)(?: \w+){0,5}|"
    r"\b(?:activ(?:ar\w*|o|e\w*)|inscrib\w+|apunt\w+|anot\w+|registr\w+|configur(?:ar\w*|e\w*)|unir(?:me|nos)|"
    r"met(?:er)?(?:me|ame)|entrar|afili\w+)\b(?: \w+){0,4} "
    r"(?:pago|pagar|pagos)(?: (?:(?:mi|la|el) )?(?:factura|recibo|luz|cuenta))? por (?:texto|mensaje|sms)s?\b|"
    r"\bpoder (?:contestar|responder) pagar?\b"
)
_NO_ENROLLMENT = re.compile(
    r"\b(?:what is|whats|is it safe|is text|que es|es seguro|stop|cancel|end|off|already|ya esta)\b|"
    r"\b(?:remind(?:ers?)?|alerts?)(?: me)? to pay\b|\brecord(?:atorios?|ar\w*) (?:para|de|que)\b|"
    r"\b(?:don ?t|do not|didn ?t|did not|never|not) (?:(?:really|even|ever) )?"
    rf"(?:want|need|like|sign|enroll|set|join|ask)(?:ed)?(?: (?!now|sign|join|enroll)\w+){{0,6}} {_PAYING_BY_TEXT}|"
    r"\bno (?:quiero|deseo|me)(?: \w+){0,5} por (?:texto|mensaje)"
)
MAX_ENROLL_WORDS = 24
_SPOKEN_SHORT = re.compile(r" (?:u|ya)\b")
_ABOUT_ENROLLMENT = re.compile(
    r"\b(?:agree|acepto|limit|limite|max(?:imum|imo)?|at most|cap|fees?|cost|cargos?|comision|cuesta|stop|cancel|end|"
    r"terminar|cancelar|every month|each month|cada mes|automatic\w*|automatico|how much (?:can|will|do|would) you|"
    r"cuanto (?:pueden|van|me)|what (?:am i|does (?:it|that|this))|que (?:significa|quiere decir))\b"
)
_END = re.compile(
    r"(?:(?:please |i (?:want|would like|d like)(?: to)? |quiero |por favor )*"
    r"(?:stop|end|cancel|turn off|quit|remove|disable|delete|unenroll(?: me)?(?: from)?|opt(?: me)? out(?: of| from)?|"
    r"take me off(?: of)?|no more|revoke|cancelar|terminar|quitar|desactivar|parar|pare|dejar|anular|no mas|no quiero"
    r"(?: mas)?)(?: (?:my|the|this|el|mi))*"
    rf" {_TEXT_TO_PAY}(?: authorization| please| por favor)?|{_TEXT_TO_PAY} (?:off|stop))"
)
_YES_WORD = re.compile(r"(?:yes|yeah|yep|si|claro)\b")
_AGREE = re.compile(r"(?:yes |si )?(?:i )?(?:agree|agreed|accept|acepto|aceptar|de acuerdo|estoy de acuerdo)")


@dataclass(frozen=True, slots=True)
class PayReply:
    """`digits` name the account, by its last ones; empty for a bare PAY."""

    digits: str = ""
    in_spanish: bool = False
    has_hyphen: bool = False
    """`PAY 1-001` names an account whatever is open; `pay 500` may be an amount."""


def parse_pay_reply(text: str) -> PayReply | None:
    """`PAY`, `pay it`, `PAGAR 002`, and nothing more; None for all else, such as `pay 50` or `can I pay?`."""
    found = _PAY.fullmatch(_plain(text))
    if found is None:
        return None
    number = found["digits"] or ""
    return PayReply(number.replace("-", ""), in_spanish=found["verb"].startswith("pag"), has_hyphen="-" in number)


def is_enroll_request(text: str) -> bool:
    """`Text to pay`, `set up text to pay`, `can I just pay by texting you back?`; not `what is text to pay?`."""
    plain = _plain(text)
    if "?" not in text and _ENROLL.fullmatch(plain) is not None:
        return True
    if len(plain.split()) > MAX_ENROLL_WORDS or _NO_ENROLLMENT.search(plain) or _END.search(plain):
        return False
    return _ENROLL_IN_WORDS.search(_SPOKEN_SHORT.sub(" you", plain)) is not None


def asks_about_enrollment(text: str) -> bool:
    """Whether a question at the words to agree to is about them: `what is the limit? agree`."""
    return is_question(text) and _ABOUT_ENROLLMENT.search(_plain(text)) is not None


def is_end_request(text: str) -> bool:
    """`Stop text to pay`, which is no request to stop all texts."""
    return _END.fullmatch(_plain(text)) is not None


def is_agreement(text: str) -> bool:
    """A plain AGREE or yes; with a condition it is none."""
    return _AGREE.fullmatch(_plain(text)) is not None or read_yes_no(text) == YES


def read_yes_no(text: str, read_out: str = "") -> str | None:
    """`yes` or `no` where it is certainly one of them; PAY is a yes, and so is PAGAR."""
    if (reply := parse_pay_reply(text)) is not None and not reply.digits:
        return YES
    language = detect_language(text, current_language())
    return detect_yes_no(to_english(text) if language == SPANISH else text, read_out, language)


def accepts_offer(text: str) -> bool:
    """`Yes`, `yes pay the bill`, `sí, páguela` to an offer to pay; `ok` only says that it was read."""
    return _YES_WORD.match(_plain(text)) is not None and read_yes_no(text) == YES


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation."""
    return " ".join(re.sub(r"[^\w\s-]", " ", to_plain_text(text)).split()).strip("- ")
