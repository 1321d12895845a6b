"""Reads short answers to a reminder of a bill: half of it, how much it was, the bill of that text, a reminder later.

English or Spanish. Every word of the message must belong to such an answer: whatever says more is for the dialogue.
"""

from __future__ import annotations

import re
from typing import Literal

from backend.reading.normalize import to_plain_text

ReminderReply = Literal["half", "split", "amount", "pay", "later"]
"""`split`: half of it now and the rest on a day. `later`: to be reminded again."""

_THAT_BILL = re.compile(
    r"\b(?:the |that |this |my )?(?:bill|one|reminder|text|message|what) (?:that |which )?(?:you|u|yall|you guys) "
    r"(?:just |all |guys )*(?:texted|messaged|sent|reminded|wrote|told|text|send)(?: to)?(?: me| us)?(?: about| of)?"
    r"(?: (?:it|today|just now|now|this morning|yesterday))*\b|"
    r"\b(?:la |esa |esta |el )?(?:factura|cuenta|recibo|aviso|mensaje|texto) (?:(?:de|del|la|el|lo) )*que (?:me |nos )?"
    r"(?:acaban? de )?(?:mand\w+|avis\w+|record\w+|escrib\w+|envi\w+|dij\w+|texte\w+)(?: (?:hoy|ahorita|ayer))*\b"
)
_SHARED = (
    "ok okay yes yeah please sorry hi hello hey thanks thank you and so but then um uh well it that this the a of "
    "for on my to me i ill id im we can could may will would want need like just only right now today bill one amount "
    "si por favor perdon hola gracias y pero pues la el lo las los de del mi un una es esta este ahora hoy ya "
    "factura cuenta recibo puedo puede podria quiero quisiera solo solamente en a para me"
)
_HALF_WORDS = frozenset(
    f"{_SHARED} half pay paying do afford make at least the in maybe let lets go with halfway mitad pagar pago pague "
    "pagaria por lo menos".split()
)
_REST_WORDS = _HALF_WORDS | frozenset(
    "rest remainder other later next week month friday monday tuesday wednesday thursday saturday sunday tomorrow "
    "payday balance when get paid by after resto otra luego despues proxima proximo semana mes viernes lunes martes "
    "miercoles jueves sabado domingo manana que viene".split()
)
_HALF = re.compile(r"\b(?:half|mitad)\b")
_REST = re.compile(r"\b(?:rest|remainder|other|balance|resto|otra)\b")
_DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|next (?:week|month)|lunes|martes|miercoles|jueves|"
    r"viernes|sabado|domingo|manana|(?:proxim[ao]|la|el) (?:semana|mes))\b"
)
_PAY_REST = re.compile(
    r"(?:(?:ok|okay|yes|yeah|si|please|now|i|we|can|could|will|ill|want to|ahora) )*"
    r"(?:pay|puedo pagar|quiero pagar|voy a pagar|pagar) (?:the rest|the remainder|what is left|el resto|lo que falta)"
    r"(?: (?:of it|now|today|ahora|hoy|please|por favor))*"
)
_PAY_IT = re.compile(
    r"(?:(?:ok|okay|yes|yeah|si|please|i|we|ill|id|im|want|need|would|like|going|gonna|can|could|may|let|lets|me|to|"
    r"will|por favor|quiero|quisiera|puedo|voy|a|now) )*(?:pay|paying|take care of|settle|pagar|pagare|pago|pague) it"
    r"(?: (?:please|now|today|in full|all of it|thanks|thank you|por favor|ahora|hoy))*"
)
_AMOUNT_WORDS = frozenset(
    f"{_SHARED} how much is was were are s again total due date when what whats day do did does owe you say said have "
    "which account reminder text message sent exactly again cuanto cuanta cuando cual que era fue debo seria cantidad "
    "monto total vence vencia otra vez dijo dijeron hay tengo pagar fecha dia sale salio".split()
)
_AMOUNT = re.compile(
    r"\bhow much\b|\b(?:what|whats)\b.*\b(?:amount|total|due|owe|it)\b|\bwhen\b.*\bdue\b|"
    r"\bwhich (?:account|bill|one)\b|\bcuant[oa]\b|\bcuando\b.*\bvenc\w+|"
    r"\b(?:cual|que) (?:cuenta|factura|dia|fecha)\b|\bque cantidad\b"
)
_LATER_WORDS = frozenset(
    f"{_SHARED} remind again later tomorrow morning afternoon evening tonight day days couple few next week in before "
    "friday monday tuesday wednesday thursday saturday sunday text send reminder payday back about when i get paid "
    "recuerdame recuerdeme recuerdenme recuerdemelo recuerdamelo recordarme recordar recuerde recuerda avisame "
    "aviseme avisenme "
    "manana luego despues tarde mas otra vez dia dias semana proxima viernes lunes martes miercoles jueves sabado "
    "domingo por que viene".split()
)
_LATER = re.compile(
    r"\bremind (?:me|us)\b|\b(?:send|text) (?:me )?(?:a |another )?(?:reminder|again)\b|"
    r"\brec(?:ue|o)rd(?:ame|eme|enme|amelo|emelo|arme|ar|a|e)\b|\bavis(?:ame|eme|enme)\b"
)
_WHEN = re.compile(
    r"\b(?:tomorrow|later|again|tonight|morning|next|in|on|when|day|days|manana|luego|despues|tarde|otra|el|proxim\w+)\b"
)
_BEFORE = re.compile(r"\b(?:before|antes)\b")
_SPANISH = re.compile(
    r"\b(?:cuant[oa]|cuando|mitad|pag(?:o|ar|are|ue)|el resto|lo que falta|rec(?:ue|o)rd\w+|avis\w+|venc\w+|que|cual|"
    r"factura|cuenta)\b"
)
_THESE = (
    r"(?:(?:of )?(?:these|those|them|this|that|it|such)(?: (?:texts?|messages?|msgs?|things?|ones?|reminders?))?|"
    r"(?:est|es)[aeo]s?(?: (?:textos?|mensajes?|avisos?))?|l[oa]s)"
)
_REFUSES_THESE = re.compile(
    r"(?:(?:please|no|ok|okay|hey|hi|i said|just|por favor|oiga|and|y|ya) )*"
    rf"(?:(?:no|dont (?:want|send|need)(?: me)?|do not (?:want|send|need)(?: me)?|i (?:dont|do not) (?:want|need)) "
    rf"(?:any ?more|more) {_THESE}|"
    rf"(?:i )?(?:dont|do not) (?:want|need|send)(?: me)?(?: any)? {_THESE}(?: any ?more)?|"
    rf"(?:stop|quit|end)(?: (?:with|sending(?: me)?|texting me|getting)){{0,2}} {_THESE}|"
    rf"turn (?:{_THESE} off|off {_THESE})|"
    rf"(?:no|ya no|no quiero|ya no quiero) mas(?: de)? {_THESE}|"
    rf"(?:ya )?no (?:(?:quiero(?: recibir)?|(?:me )?(?:mand|envi)\w+)(?: mas)?(?: de)?) {_THESE}|"
    rf"(?:quit|apagu|desactiv)\w* {_THESE})"
    r"(?: (?:please|thanks|thank you|any ?more|now|por favor|gracias|ya))*"
)
MAX_WORDS = 16


def read_reminder_reply(text: str) -> ReminderReply | None:
    """What a text asks of the bill that the phone was reminded of; None if it is not certainly about that."""
    plain = _plain(text)
    if not plain or len(plain.split()) > MAX_WORDS:
        return None
    plain = _THAT_BILL.sub("it", plain)
    words = set(re.sub(r"[0-9]+", "", plain).split())
    if _HALF.search(plain) and words <= _REST_WORDS:
        if _REST.search(plain) and _DAY.search(plain):
            return "split"
        return "half"
    if _PAY_REST.fullmatch(plain) or _PAY_IT.fullmatch(plain):
        return "pay"
    if _LATER.search(plain) and _WHEN.search(plain) and words <= _LATER_WORDS and not _BEFORE.search(plain):
        return "later"
    if plain == "it" or (_AMOUNT.search(plain) and words <= _AMOUNT_WORDS):
        return "amount"
    return None


def is_spanish_reply(text: str) -> bool:
    """Whether such an answer is in Spanish; most are too short to tell a language by common words."""
    return _SPANISH.search(_plain(text)) is not None


def refuses_these(text: str) -> bool:
    """`No more of these`, `turn them off`, `ya no quiero estos`: what the phone was texted last must tell which."""
    return "?" not in text and _REFUSES_THESE.fullmatch(_plain(text)) is not None


def names_reminded_bill(text: str) -> bool:
    """`The bill you just texted me about`: it can only be that of a reminder."""
    return _THAT_BILL.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", to_plain_text(text)).split())
