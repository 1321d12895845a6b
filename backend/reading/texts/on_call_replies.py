"""Reads what a crew member on call texts back: `on my way`, `cannot`, `done 4821`, with the code of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from backend.confirmation_numbers import normalize_number
from backend.reading.texts import on_call_free_text as free_text


class OnCallAction(Enum):
    """What is said of a ticket."""

    ACCEPTS = "has"
    DECLINES = "cannot"
    DONE = "done"
    ASKS_DETAILS = "asks"
    NOTE = "note"
    UNSURE = "unsure"


@dataclass(frozen=True)
class OnCallReply:
    """A reply about one ticket, several (`codes`, `ticket_numbers`) or all that are open (`all_open`).

    A reply that `is_weak`, such as a bare yes or 1, may as well answer another question. `other_words` are those
    beside the codes.
    """

    action: OnCallAction
    codes: tuple[str, ...] = ()
    ticket_numbers: tuple[str, ...] = ()
    all_open: bool = False
    is_weak: bool = False
    other_words: str = ""


_LEADING_OK = (
    r"(?:(?:ok|okay|yes|yep|yeah|si|sí|copy|roger|sure|thx|thanks|thank you|gracias|bueno|hey|its|it's|this is|"
    r"listo) )*"
)
_SUBJECT = r"(?:(?:i|we|me)(?:'?(?:ve|ll|m|re)| have| will| am| are| can)? )?"
_ACCEPTS = (
    r"(?:(?:got|have|take|taking|handle|handling|do|doing|on) (?:it|this|that|them|this one|that one)|take|taking|"
    r"tomo|accept(?:ed)?|acknowledged?|ack|mine|taken|it'?s mine|will do|on it|"
    r"(?:got|have|take|taking) the [\w' ]{2,40}? one|looking (?:into|at) (?:it|that|this)|"
    r"(?:checking|leaving|rolling out|heading out)(?: it| on it)?|"
    r"(?:on (?:my|the|our) way|omw|en ?route|responding|rolling|going|go|headed|heading|coming)(?: there| out|"
    r" over| now)*|(?:yo |nosotros )?(?:lo|la) (?:tengo|tomo|agarro|atiendo|tenemos)|(?:yo )?me encargo|"
    r"(?:ya |yo )*(?:voy|vamos|salgo)(?: para (?:alla|allá)| en camino)?|en camino|enterado|recibido|es m[ií]o)"
)
_TRAILING_WORDS = r"(?: (?:now|ahora|ya|thanks|thank you|gracias|thx))*"
_HAS_IT = re.compile(_LEADING_OK + _SUBJECT + _ACCEPTS + _TRAILING_WORDS)
_HAS_IT_WITH_CODE = re.compile(
    _LEADING_OK
    + _SUBJECT
    + r"(?:have|has|had|got|take|taking|tengo|tomo|agarro|atiendo|acepto|confirm|confirmo|accept|on)"
    + _TRAILING_WORDS
)
_ACCEPTS_WITHIN = re.compile(rf"\b{_ACCEPTS}\b|\b(?:be there|eta|min(?:ute)?s?|minutos?|llego)\b")
_NEGATED = re.compile(
    r"\?|¿|n't\b|\b(?:not|no|cant|dont|wont|can not|cannot|never|nobody|wrong|who|what|which|why|where|until|"
    r"unless|if|nadie|nunca|ni|otro|otra|quien|que|cual|si no)\b"
)
_BARE_YES = frozenset({"1", "one", "uno", "yes", "y", "yep", "yeah", "si", "sí", "ok", "okay", "k", "copy", "roger",
                   "10-4", "10 4", "ten four", "copy that", "👍"})  # fmt: skip
_BARE_NO = frozenset({"no", "n", "nope", "nah", "negative", "pass", "👎"})
_ALL_OPEN = re.compile(
    r"(?:(?:i|we)(?:'?ve| have)? )?(?:(?:got|have|take|taking) )?(?:all|all of (?:them|these)|both|them all|"
    r"todos?|todas?|tengo todos|los dos)"
)
_TICKET_ONLY = re.compile(
    r"(?:(?:i|we)(?:'?ve| have|'?ll)? )?(?:(?:got|have|take|taking|on|yes|ok|1|tengo|tomo|voy a|number|"
    r"#) ?)*(?: ?is mine| ?es mio| ?es mío| ?please| ?thanks)?"
)
_LOOKS_LIKE_TICKET = re.compile(r"\b(?=\S{0,3}[- ]?\S{0,2}\d|\S{3}-)[a-z0-9]{3}[- ]?[a-z0-9]{3}\b")
_TICKET = re.compile(r"\b[a-z0-9]{3}-?[a-z0-9]{3}\b")
_ANY_NUMBER = re.compile(r"\b(?:(?:got|have|take|number|on) )?(?P<number>[a-z0-9]{3}[- ]?[a-z0-9]{3})\b")
_CANNOT = re.compile(
    r"(?:(?:sorry|no|hey|ok|lo siento|perdon|perdón) )*(?:(?:not me|i (?:can'?t|can ?not|won'?t)|can'?t|cannot|"
    r"unable to|i'?m not (?:on call|available|able)|out of town|not available|somebody else|someone else|"
    r"ask (?:somebody|someone) else|(?:yo )?no puedo|no estoy(?: de guardia| disponible)?|estoy fuera|"
    r"otra persona)(?: .{0,60})?|"
    r"i'?m (?:off|away|out)(?: (?:today|tonight|duty|now|of town|sick|this|until|till) ?.{0,40})?)"
)
_IS_DONE = re.compile(
    _LEADING_OK
    + r"(?:(?:got it|it'?s|it is|all|we'?re|i'?m|job|that'?s|now|is|its been|has been|ya|esta|está|todo|quedo|"
    r"quedó|power|power is|the power is|luz|la luz) )*(?:done|fixed|finished|completed?|repaired|resolved|restored|"
    r"back on|all set|closed?|close it|made safe|safe now|taken care of|cleared|listo|lista|hecho|hecha|"
    r"arreglad[oa]|reparad[oa]|terminad[oa]|terminé|termine|resuelt[oa]|solucionad[oa]|cerrad[oa]|quedó|quedo|"
    r"volvió|volvio|acabé|acabe)(?: (?:it|now|ahora|ya|thanks|thank you|gracias|thx|here|with it|up))*"
)
_CODE_WORDS = re.compile(r"\b(?:the |my |el |mi )?(?:code|codigo|código|clave|pin|kode)\b:?(?: is| es)?|\bcode=")
_CODE = re.compile(r"(?<![a-z0-9$./:-])(?:[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{12})(?![a-z0-9/:-])")
_CODE_AFTER_WORD = re.compile(r"(?<![a-z0-9$./:-])([a-z]{2,9})([0-9]{6}|[0-9]{8}|[0-9]{12})(?![a-z0-9/:-])")
_SPLIT_CODE = re.compile(
    r"(?<![a-z0-9$./:-])(?:[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{2}|[0-9]{2}[ -][0-9]{4}|"
    r"[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|[0-9]{4}[ -][0-9]{4})(?![ -]?[0-9]|[a-z/:])"
)
_DIGITS = re.compile(r"[0-9](?:[ -]*[0-9])+")
_CODE_LENGTHS = (4, 6, 8)


def parse_reply(text: str) -> OnCallReply | None:
    """What was meant; None for any other text. Without a code only whole texts count: `I don't have it` has no one."""
    plain = _normalize(text)
    codes, rest = _extract_codes(plain)
    if not codes:
        return _parse_without_code(plain)
    rest = " ".join(_CODE_WORDS.sub(" ", rest).replace(":", " ").split())
    numbers, rest = _extract_numbers_with_digits(rest)
    rest = re.sub(r"^(?:and|y|&)\b ?| ?\b(?:and|y)$", "", rest)
    return OnCallReply(_classify(rest), codes, numbers, all_open=bool(_ALL_OPEN.fullmatch(rest)), other_words=rest)


def parse_reply_leniently(text: str) -> OnCallReply | None:
    """As `parse_reply`, while a callout is open: what is not about the crew member's own account is about the callout.

    A reply that is taken to be about it only for lack of another subject `is_weak`.
    """
    said = parse_reply(text)
    if said is not None:
        return said
    words = free_text.normalize_words(text)
    if free_text.is_about_own_account(words):
        return None
    plain = _normalize(text)
    numbers, _ = _extract_ticket_numbers(plain)
    what = _classify_free_text(words)
    sure = (
        what in (OnCallAction.ACCEPTS, OnCallAction.DONE, OnCallAction.DECLINES)
        or free_text.gives_note(words)
        or free_text.asks_location(words)
    )
    return OnCallReply(what, ticket_numbers=numbers, is_weak=not sure, other_words=plain)


def _classify_free_text(words: str) -> OnCallAction:
    if free_text.asks_location(words):
        return OnCallAction.ASKS_DETAILS
    if free_text.gives_note(words):
        return OnCallAction.NOTE
    if free_text.says_done(words):
        return OnCallAction.DONE
    if free_text.declines(words):
        return OnCallAction.DECLINES
    if free_text.asks_details(words):
        return OnCallAction.ASKS_DETAILS
    return OnCallAction.ACCEPTS if free_text.accepts(words) else OnCallAction.NOTE


def _classify(rest: str) -> OnCallAction:
    if rest in _BARE_NO or (_CANNOT.fullmatch(rest) and not free_text.cannot_be_there(free_text.normalize_words(rest))):
        return OnCallAction.DECLINES
    words = free_text.normalize_words(rest)
    if _IS_DONE.fullmatch(rest) or free_text.says_done(words):
        return OnCallAction.DONE
    if (
        rest in ("", "and", "y")
        or rest in _BARE_YES
        or any(words.fullmatch(rest) for words in (_HAS_IT, _HAS_IT_WITH_CODE, _ALL_OPEN, _TICKET_ONLY))
    ):
        return OnCallAction.ACCEPTS
    if free_text.asks_location(words):
        return OnCallAction.ASKS_DETAILS
    if _ACCEPTS_WITHIN.search(rest) and not _NEGATED.search(rest):
        return OnCallAction.ACCEPTS
    if free_text.gives_note(words):
        return OnCallAction.NOTE
    return OnCallAction.ASKS_DETAILS if free_text.asks_details(words) and "not" not in words else OnCallAction.UNSURE


def _parse_without_code(plain: str) -> OnCallReply | None:
    if plain in _BARE_YES:
        return OnCallReply(OnCallAction.ACCEPTS, is_weak=True)
    if _HAS_IT.fullmatch(plain):
        return OnCallReply(OnCallAction.ACCEPTS)
    if _ALL_OPEN.fullmatch(plain):
        return OnCallReply(OnCallAction.ACCEPTS, all_open=True)
    if _CANNOT.fullmatch(plain) and not free_text.cannot_be_there(free_text.normalize_words(plain)):
        return OnCallReply(OnCallAction.DECLINES)
    if _IS_DONE.fullmatch(plain):
        return OnCallReply(OnCallAction.DONE, is_weak=True)
    numbers, rest = _extract_ticket_numbers(plain)
    if not numbers:
        return None
    if not rest or rest in _BARE_YES or _HAS_IT.fullmatch(rest) or _TICKET_ONLY.fullmatch(rest):
        return OnCallReply(OnCallAction.ACCEPTS, ticket_numbers=numbers)
    if _IS_DONE.fullmatch(rest):
        return OnCallReply(OnCallAction.DONE, ticket_numbers=numbers)
    if rest in _BARE_NO or _CANNOT.fullmatch(rest):
        return OnCallReply(OnCallAction.DECLINES, ticket_numbers=numbers)
    return None


def _normalize(text: str) -> str:
    plain = re.sub(r"[.!,#\"“”;()¡]+", " ", text.casefold().replace("’", "'"))
    return re.sub(r"[\U0001F3FB-\U0001F3FF\uFE0F]", "", " ".join(plain.split()))


def _extract_codes(plain: str) -> tuple[tuple[str, ...], str]:
    """The codes, each once, and the text without them. `48 21` and `4-8-2-1` are one, where nothing else is said."""
    plain = _CODE_AFTER_WORD.sub(r"\1 \2", plain)
    found = _CODE.findall(plain)
    parted = _SPLIT_CODE.search(plain)
    if parted and all(len(one) == min(_CODE_LENGTHS) for one in found):
        digits = re.sub("[^0-9]", "", parted[0])
        return (digits,), " ".join((plain[: parted.start()] + " " + plain[parted.end() :]).split())
    if found:
        return tuple(dict.fromkeys(found)), " ".join(_CODE.sub(" ", plain).split())
    spaced = _DIGITS.search(_TICKET.sub(_mask_digits, plain))
    digits = re.sub("[^0-9]", "", spaced[0]) if spaced else ""
    if spaced and len(digits) in _CODE_LENGTHS:
        return (digits,), " ".join((plain[: spaced.start()] + " " + plain[spaced.end() :]).split())
    return (), plain


def _mask_digits(found: re.Match[str]) -> str:
    """The number of a ticket has digits too: `K23-45M`. One has a letter, always."""
    lettered = not re.fullmatch(r"[0-9 -]+", found[0])
    return "_" * len(found[0]) if lettered and normalize_number(found[0]) else found[0]


def _extract_numbers_with_digits(plain: str) -> tuple[tuple[str, ...], str]:
    """The tickets' numbers that are not of letters alone, and the rest of the text."""
    numbers = tuple(number for found in _LOOKS_LIKE_TICKET.findall(plain) if (number := normalize_number(found)))
    if not numbers:
        return (), plain
    return numbers, " ".join(re.sub(r"\band\b|\by\b|&", " ", _LOOKS_LIKE_TICKET.sub(" ", plain)).split())


def _extract_ticket_numbers(plain: str) -> tuple[tuple[str, ...], str]:
    """The tickets' numbers in a text, and the rest of it."""
    numbers, rest = _extract_numbers_with_digits(plain)
    if numbers:
        return numbers, rest
    for found in _ANY_NUMBER.finditer(plain):  # a number may be of letters alone
        if number := normalize_number(found["number"]):
            rest = plain[: found.start("number")] + " " + plain[found.end("number") :]
            return (number,), " ".join(rest.split())
    return (), plain
