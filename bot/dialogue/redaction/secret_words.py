"""Finds secrets that are named: what follows a word for a password, a license, a maiden name.

A password may be any words; `I forgot my password` and `my password is not working` reveal none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.dialogue.redaction.identity_documents import DOCUMENT_NAMES, Span

PASSWORDS = (
    r"pass\s?words?|pa?s+w[aeiou]{0,2}r?d?s?|passords?|pwd|pw|pass\s?codes?|pass\s?phrase|phrase(?=\s+(?:is|was)\b)|"
    r"(?:secret|security)\s+(?:question(?:\s+answer)?|answer|word|phrase)|log\s?in\s+code|"
    r"pass(?=\s*[:=])|cont[ar]{1,2}s[aeiou]n[iy]?as?|respuesta\s+(?:secreta|de\s+seguridad)|palabra\s+(?:clave|secreta)|clave(?:\s+(?:secreta|de\s+(?:acceso|entrada|internet)))?|"
    r"codigo\s+secreto|pin(?:\s+(?:number|code))?|nip|password's|contrasena's"
)
MAIDEN = (
    r"maiden\s+name|mother'?s\s+(?:maiden|last)\s+name|first\s+pet(?:'?s\s+name)?|(?:mi\s+)?primera\s+mascota|apellido\s+de\s+soltera(?:\s+de\s+mi\s+(?:madre|mama))?|"
    r"apellido\s+materno|apellido\s+de\s+mi\s+(?:madre|mama)"
)
_ABOUT = r"(?:\s+(?:for|to|of|on|with|at|here|de|del|para|en|a)\b(?:\s+\w+){0,4}?)?"
_IS = (
    r"(?:\s*'s(?![a-z])|\s+(?:is|was|would\s+be|should\s+be|(?:used\s+to|has\s+(?:always\s+)?|have\s+)\s?be(?:en)?|es|era|seria|"
    r"sera|ha\s+sido)(?:\s*[:=-])?(?![a-z'])|\s*(?:[:=](?!//)|->|–|—|-(?=\s)))\s*"
)
SECRET_THEN_VALUE = re.compile(rf"(?<![a-z])(?:{PASSWORDS}|{MAIDEN}){_ABOUT}{_IS}")
SECRET_WITHOUT_VERB = re.compile(rf"(?<![a-z])(?:{PASSWORDS})(?:\s+|\s*[?/,;>-]+\s*)(?=\S)")
NAME_WITHOUT_VERB = re.compile(r"\b(?:mother'?s\s+maiden\s+name|first\s+pet|pass\s?phrase)\s+(?=[a-z])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
VALUE_IS_SECRET = re.compile(rf"\s+(?:is|was|es|era)\s+(?:my|the|our|mi|la|el)\s+(?:{PASSWORDS}|{MAIDEN})(?![a-z])")
VALUE_AS_SECRET = re.compile(
    r"(?<!\S)(?P<value>\S+?)[\"',]*\s+(?:(?:is|was|es|era)\s+)?(?:that'?s|thats|as|for|como|de|para|which\s+is|es[ao]\s+es)\s+"
    rf"(?:my|the|a|our|mi|la|el)\s+(?:new\s+|old\s+)?(?:{PASSWORDS})(?![a-z])"
)
ENDS_BEFORE_VALUE = re.compile(rf"(?<![a-z])(?:{PASSWORDS}|{MAIDEN}){_ABOUT}{_IS}(?:um+|uh+|eh+|[.,\s])*$")
ENDS_WITH_SECRET_NAME = re.compile(
    rf"(?<![a-z])(?P<name>(?:{PASSWORDS}|{DOCUMENT_NAMES})(?:\s+(?:number|no|code|numero))?)[\s.:]*$"
)
SECRET_LOST = re.compile(
    r"\b(?:forg\w*|reset\w*|chang\w*|los[te]\w*|need\w*|new|recover\w*|updat\w*|without|no|not|don'?t|can'?t|"
    r"cannot|remember\w*|olvid\w*|restablec\w*|cambi\w*|recuper\w*|perd\w*|necesit\w*|nuev\w*|sin|recuerd\w*|"
    r"acuerd\w*)\b[^.!?]{0,20}$"
)

GATE_BEFORE = re.compile(r"\b(?:gate|padlock|lock\s?box|garage|fence|candado|porton|reja|garaje|cerca)\b[^.!?]{0,25}$")
"""A crew needs the code of a gate, so it is not removed."""

STATE_WORDS = frozenset(
    "not no never always still already wrong incorrect expired expiring invalid locked rejected refused forgotten lost "
    "broken missing blocked denied required needed unknown empty blank reset changed gone stuck disabled outdated "
    "accepted being showing saying coming asking too very about what where how which who when why supposed going "
    "case-sensitive unavailable temporary bad only sent private safe secure protected confidential same like also "
    "really just now on in at under for from with here listed printed because out off over due "
    "incorrecta incorrecto equivocada equivocado mala invalida invalido vencida expirada bloqueada bloqueado olvidada "
    "perdida rechazada necesaria obligatoria muy demasiado demasiada cual que donde como misma mismo igual siempre "
    "nunca todavia privada segura confidencial importante necesario para solo en por con aqui de".split()
)
POSSIBLE_STATE_WORDS = frozenset(
    "correct right good fine ok okay strong weak new simple long short easy hard there working valid active "
    "correcta correcto buena bueno vieja nueva larga corta facil dificil valida".split()
)
JOINING_WORDS = frozenset(
    "but and so when because cause it i i'm we they that this for from to on in at since after before until anymore "
    "again now today yesterday please then or if can could would how what why you your "
    "pero y porque cuando desde ya hoy ayer si o para en el la mi por yo me no puede pueden".split()
)
SAME_WORDS = frozenset(("same", "misma", "mismo", "problem", "problema", "issue"))
SUBJECT_WORDS = frozenset(
    "what which where how when why this that it he she here there problem issue need want lost forgot trouble thing "
    "question wrong missing know give tell say all only think same also ask asking case such so use used cual que esta "
    "esa eso esto donde como problema olvide necesito quiero falta perdi cosa duda".split()
)
VERBS = frozenset("is was are am did does do have has had must should will won't es era son ya deposit fee".split())
PAGE_ADDRESS = re.compile(r"https?://[^\s@]+")
"""`reset your password: https://…`; with an `@` in it there may be a password inside."""
END_OF_WORD = re.compile(r"[.!?;,]+$")
TOKEN = re.compile(r"\S+")
MAX_WORDS = 8


def find_secrets(lowered: str) -> Iterator[Span]:
    """Find the values of named secrets in a folded text."""
    for found in SECRET_THEN_VALUE.finditer(lowered):
        if not is_about_gate(lowered, found.start()) and (end := _find_value_end(lowered, found.end())) is not None:
            yield found.end(), end
    for found in VALUE_IS_SECRET.finditer(lowered):
        if (start := _find_value_start(lowered, found.start())) is not None:
            yield start, found.start()
    for found in VALUE_AS_SECRET.finditer(lowered):
        if _looks_secret(found["value"]):
            yield found.span("value")
    yield from _find_bare_secrets(lowered)


def _find_bare_secrets(lowered: str) -> Iterator[Span]:
    """Find those without an `is`: `password hunter2`, `first pet Snowball`."""
    for found in SECRET_WITHOUT_VERB.finditer(lowered):
        token = TOKEN.match(lowered, found.end())
        if not token or SECRET_LOST.search(lowered, 0, found.start()):
            continue
        if _looks_secret(token[0]) and not EMAIL.fullmatch(_strip_marks(token[0])):
            yield token.span()
    for found in NAME_WITHOUT_VERB.finditer(lowered):
        end = _find_value_end(lowered, found.end())
        first = _strip_marks(lowered[found.end() :].split(maxsplit=1)[0])
        if end is not None and first not in JOINING_WORDS | SUBJECT_WORDS | VERBS and "?" not in lowered[end : end + 1]:
            yield found.end(), end


def names_no_secret(lowered: str) -> bool:
    """Whether the words behind `my password is` reveal none: `not working`."""
    words = [_strip_marks(word) for word in lowered.split()]
    return not any(words) or (_names_no_secret(words) and not any(map(_looks_secret, words[:3])))


def is_about_gate(lowered: str, at: int) -> bool:
    """Whether the word at `at` is about a gate or a lock that a crew has to open."""
    return GATE_BEFORE.search(lowered, max(0, at - 40), at) is not None


def ends_before_value(lowered: str) -> bool:
    """Whether it ends with `my password is`, so that the next message is the password."""
    return ENDS_BEFORE_VALUE.search(lowered) is not None


def find_trailing_name(lowered: str) -> str:
    """The word for a secret that a short message ends with, as `mi clave`, `driver's license number`; else empty."""
    found = ENDS_WITH_SECRET_NAME.search(lowered)
    return found["name"] if found and len(lowered.split()) <= MAX_WORDS // 2 and not SECRET_LOST.search(lowered) else ""


def _find_value_end(lowered: str, start: int) -> int | None:
    """Where the value that begins at `start` ends; None if the words reveal none."""
    tokens: list[re.Match[str]] = []
    for token in TOKEN.finditer(lowered, start):
        if (
            tokens
            and (_strip_marks(token[0]) in JOINING_WORDS and not _looks_secret(token[0]))
            and TOKEN.match(lowered, token.end() + 1)  # as in "and my member number is"
        ):
            break
        tokens.append(token)
        if END_OF_WORD.search(token[0]) or len(tokens) == MAX_WORDS:
            break
    words = [_strip_marks(token[0]) for token in tokens]
    if not words or not any(words):
        return None
    if PAGE_ADDRESS.fullmatch(words[0]) and not any(map(_looks_secret, words[1:])):
        return None
    if _names_no_secret(words) and not any(map(_looks_secret, words[:3])):
        return None
    # without the marks that end the sentence; an exclamation mark may be part of the password
    last = tokens[-1]
    return last.start() + len(last[0].rstrip(".,;?"))


def _names_no_secret(words: list[str]) -> bool:
    """Whether the words describe a state: `not working`, `the same`, `good but`."""
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first in STATE_WORDS or (first in ("the", "la", "el", "lo") and second in SAME_WORDS):
        return True
    return first in POSSIBLE_STATE_WORDS and (not second or second in JOINING_WORDS)


def _find_value_start(lowered: str, end: int) -> int | None:
    """Where the words in front of `is my password` begin; None if they reveal nothing."""
    clause = max(lowered.rfind(mark, 0, end) for mark in (". ", "! ", "? ", "; ", ", ", "\n")) + 1
    tokens = list(TOKEN.finditer(lowered, clause, end))
    if not tokens or len(tokens) > MAX_WORDS or _strip_marks(tokens[-1][0]) in SUBJECT_WORDS:
        return None
    return tokens[0].start()


def _strip_marks(word: str) -> str:
    return word.strip(".,!?;:'\"()")


def _looks_secret(word: str) -> bool:
    """Letters with digits or marks among them: no ordinary word."""
    inner = _strip_marks(word)
    letters = any(character.isalpha() for character in inner)
    odd = any(character.isdigit() or character in "@#$%^&*_+=~!" for character in inner)
    return len(inner) >= 4 and letters and odd and not re.fullmatch(r"\d+(?:st|nd|rd|th|am|pm|kwh|kw)", inner)
