"""A wish for no more texts that no fixed phrase says: by the words in it, and only where nothing else is spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from backend.reading.normalize import is_one_slip_apart

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
    "contacted "
    "consent list lists spam spamming spams subscription harassing harassment notifications "
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
    ("dont", "want"),
    ("do", "not", "want"),
    ("no", "longer", "want"),
    ("didnt", "want"),
    ("not", "want"),
    ("no", "quiero"),
    ("no", "queremos"),
    ("no", "deseo"),
)
_CORRECTABLE_WORDS = ("unsubscribe", "messages", "message", "texting", "contacting", "contacted", "mensajes")


def detect_loose_opt_out(parts: Sequence[str], *, idle: bool) -> Literal["stop", "perhaps"] | None:
    """What the clauses (see `plain_words.clauses`) wish. With a question open nothing so loose stops texts unasked."""
    found = [reading for part in parts if (reading := _classify_clause(part)) is not None]
    if not found or any(word in _OTHER_SERVICES for part in parts for word in part.split()):
        return None
    return "stop" if idle and "stop" in found else "perhaps"


def _classify_clause(part: str) -> Literal["stop", "perhaps"] | None:
    words = [_correct_word(word) for word in part.split()]
    if len(words) < 2 or len(words) > MAX_CLAUSE_WORDS or words[0] in _QUESTION_WORDS or _is_about_place(words):
        return None  # a lone word is judged by itself
    bare = [word for word in words if word not in _FILLER_WORDS]
    if bare and all(word in _STOP_WORDS for word in bare) and _is_demand(words, bare):
        return "stop"
    if not any(word in _TEXT_WORDS for word in words):
        return None
    if words[0] in _STOP_WORDS:
        return "stop"
    unwanted = any(_contains_phrase(words, phrase) for phrase in _UNWANTED_PHRASES)
    return "perhaps" if unwanted or any(word in _STOP_WORDS or word in _END_WORDS for word in words) else None


def _is_demand(words: Sequence[str], bare: Sequence[str]) -> bool:
    """`reply stop`, `I told you to stop`; not `stop that`, which may mean what is just being done."""
    last = next((word for word in reversed(words) if word not in _TRAILING_WORDS), "")
    return last in bare or any(word in _TEXT_WORDS for word in words)


def _correct_word(word: str) -> str:
    """A long word with a slip of a finger in it, as it was meant."""
    if len(word) < 7:
        return word
    return next(
        (meant for meant in _CORRECTABLE_WORDS if is_one_slip_apart(word, meant) or _is_near(word, meant)), word
    )


def _is_near(word: str, meant: str) -> bool:
    """The longest word bears two slips: `unsubsribe`, `unsubcribe`, `unsuscribe`."""
    return meant == "unsubscribe" and any(
        is_one_slip_apart(word, meant[:at] + meant[at + 1 :]) for at in range(len(meant))
    )


def _is_about_place(words: Sequence[str]) -> bool:
    """`stop by`, `bus stop`, `cannot stop`: no demand."""
    pairs = set(pairwise(words))
    return any(
        pair in pairs
        for pair in (
            ("stop", "by"),
            ("stop", "at"),
            ("stop", "in"),
            ("bus", "stop"),
            ("cant", "stop"),
            ("wont", "stop"),
            ("didnt", "stop"),
            ("not", "stop"),
            ("dont", "stop"),
        )
    )


def _contains_phrase(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(tuple(words[at : at + len(phrase)]) == tuple(phrase) for at in range(len(words)))
