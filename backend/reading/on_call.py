"""What somebody on call texts back: that they have it, cannot, or are done, with the code of the text they had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from backend.payments.confirmation import normalise
from backend.reading import on_call_loose as loose


class What(Enum):
    """What is said of a ticket."""

    HAS = "has"
    CANNOT = "cannot"
    DONE = "done"
    ASKS = "asks"
    NOTE = "note"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Said:
    """`codes` are digits, `numbers` those of tickets; `every` is for all that are open.

    `weak`: words such as a bare yes or 1, which may as well answer another question. `ASKS`: where it is, or more.
    `NOTE`: how it goes there, or what is needed. `UNSURE`: a code is there, and words that we do not know. `words` are
    those beside the codes.
    """

    what: What
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    every: bool = False
    weak: bool = False
    words: str = ""


_OK = (
    r"(?:(?:ok|okay|yes|yep|yeah|si|sí|copy|roger|sure|thx|thanks|thank you|gracias|bueno|hey|its|it's|this is|"
    r"listo) )*"
)
_WHO = r"(?:(?:i|we|me)(?:'?(?:ve|ll|m|re)| have| will| am| are| can)? )?"
_CORE = (
    r"(?:(?:got|have|take|taking|handle|handling|do|doing|on) (?:it|this|that|them|this one|that one)|"
    r"take|taking|tomo|accept(?:ed)?|acknowledged?|ack|mine|taken|it'?s mine|will do|on it|"
    r"(?:got|have|take|taking) the [\w' ]{2,40}? one|looking (?:into|at) (?:it|that|this)|"
    r"(?:checking|leaving|rolling out|heading out)(?: it| on it)?|"
    r"(?:on (?:my|the|our) way|omw|en ?route|responding|rolling|going|go|headed|heading|coming)"
    r"(?: there| out| over| now)*|"
    r"(?:yo |nosotros )?(?:lo|la) (?:tengo|tomo|agarro|atiendo|tenemos)|(?:yo )?me encargo|"
    r"(?:ya |yo )*(?:voy|vamos|salgo)(?: para (?:alla|allá)| en camino)?|"
    r"en camino|enterado|recibido|es m[ií]o)"
)
_AFTER = r"(?: (?:now|ahora|ya|thanks|thank you|gracias|thx))*"
_HAVE = re.compile(_OK + _WHO + _CORE + _AFTER)
_HAVE_CODED = re.compile(
    _OK
    + _WHO
    + r"(?:have|has|had|got|take|taking|tengo|tomo|agarro|atiendo|acepto|confirm|confirmo|accept|on)"
    + _AFTER
)
_AMONG = re.compile(rf"\b{_CORE}\b|\b(?:be there|eta|min(?:ute)?s?|minutos?|llego)\b")
_NEGATED = re.compile(
    r"\?|¿|n't\b|\b(?:not|no|cant|dont|wont|can not|cannot|never|nobody|wrong|who|what|which|why|where|until|"
    r"unless|if|"
    r"nadie|nunca|ni|otro|otra|quien|que|cual|si no)\b"
)
_BARE = frozenset({"1", "one", "uno", "yes", "y", "yep", "yeah", "si", "sí", "ok", "okay", "k", "copy", "roger",
                   "10-4", "10 4", "ten four", "copy that", "👍"})  # fmt: skip
_REFUSED = frozenset({"no", "n", "nope", "nah", "negative", "pass", "👎"})
_ALL = re.compile(
    r"(?:(?:i|we)(?:'?ve| have)? )?(?:(?:got|have|take|taking) )?(?:all|all of (?:them|these)|both|them all|"
    r"todos?|todas?|tengo todos|los dos)"
)
_NUMBER_WORDS = re.compile(
    r"(?:(?:i|we)(?:'?ve| have|'?ll)? )?(?:(?:got|have|take|taking|on|yes|ok|1|tengo|tomo|voy a|number|#) ?)*"
    r"(?: ?is mine| ?es mio| ?es mío| ?please| ?thanks)?"
)
_NAMED = re.compile(r"\b(?=\S{0,3}[- ]?\S{0,2}\d|\S{3}-)[a-z0-9]{3}[- ]?[a-z0-9]{3}\b")
_TICKET = re.compile(r"\b[a-z0-9]{3}-?[a-z0-9]{3}\b")
_ANY_NUMBER = re.compile(r"\b(?:(?:got|have|take|number|on) )?(?P<number>[a-z0-9]{3}[- ]?[a-z0-9]{3})\b")
_CANNOT = re.compile(
    r"(?:(?:sorry|no|hey|ok|lo siento|perdon|perdón) )*"
    r"(?:(?:not me|i (?:can'?t|can ?not|won'?t)|can'?t|cannot|unable to|i'?m not (?:on call|available|able)|"
    r"out of town|"
    r"not available|somebody else|someone else|ask (?:somebody|someone) else|"
    r"(?:yo )?no puedo|no estoy(?: de guardia| disponible)?|estoy fuera|otra persona)(?: .{0,60})?|"
    r"i'?m (?:off|away|out)(?: (?:today|tonight|duty|now|of town|sick|this|until|till) ?.{0,40})?)"
)
_DONE = re.compile(
    _OK
    + r"(?:(?:got it|it'?s|it is|all|we'?re|i'?m|job|that'?s|now|is|its been|has been|ya|esta|está|todo|quedo|quedó|"
    r"power|power is|the power is|luz|la luz) )*"
    r"(?:done|fixed|finished|completed?|repaired|resolved|restored|back on|all set|closed?|close it|made safe|"
    r"safe now|"
    r"taken care of|cleared|listo|lista|hecho|hecha|arreglad[oa]|reparad[oa]|terminad[oa]|terminé|termine|"
    r"resuelt[oa]|"
    r"solucionad[oa]|cerrad[oa]|quedó|quedo|volvió|volvio|acabé|acabe)"
    r"(?: (?:it|now|ahora|ya|thanks|thank you|gracias|thx|here|with it|up))*"
)
_CODE_WORDS = re.compile(r"\b(?:the |my |el |mi )?(?:code|codigo|código|clave|pin|kode)\b:?(?: is| es)?|\bcode=")
_CODE = re.compile(r"(?<![a-z0-9$./:-])(?:[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{12})(?![a-z0-9/:-])")
_GLUED = re.compile(r"(?<![a-z0-9$./:-])([a-z]{2,9})([0-9]{6}|[0-9]{8}|[0-9]{12})(?![a-z0-9/:-])")
_PARTED = re.compile(
    r"(?<![a-z0-9$./:-])(?:[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{2}|[0-9]{2}[ -][0-9]{4}|"
    r"[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|"
    r"[0-9]{4}[ -][0-9]{4})(?![ -]?[0-9]|[a-z/:])"
)
_DIGITS = re.compile(r"[0-9](?:[ -]*[0-9])+")
_LENGTHS = (4, 6, 8)


def read(text: str) -> Said | None:
    """What was meant; None for any other text. Without a code only whole texts count: `I don't have it` has no one."""
    plain = _plain(text)
    codes, rest = _codes(plain)
    if not codes:
        return _without_code(plain)
    rest = " ".join(_CODE_WORDS.sub(" ", rest).replace(":", " ").split())
    named = _NAMED.findall(rest)
    numbers = tuple(number for found in named if (number := normalise(found)))
    if numbers:
        rest = " ".join(re.sub(r"\band\b|\by\b|&", " ", _NAMED.sub(" ", rest)).split())
    rest = re.sub(r"^(?:and|y|&)\b ?| ?\b(?:and|y)$", "", rest)
    return Said(_meant(rest), codes, numbers, every=bool(_ALL.fullmatch(rest)), words=rest)


def read_generously(text: str) -> Said | None:
    """The same while a callout is open: whatever is not about their own bill or house is about that.

    `weak` are the words that only seem to be about it, because nothing else is.
    """
    said = read(text)
    if said is not None:
        return said
    words = loose.words_of(text)
    if loose.is_a_members(words):
        return None
    plain = _plain(text)
    numbers, _ = _numbered(plain)
    what = _loosely(words)
    sure = what in (What.HAS, What.DONE, What.CANNOT) or loose.notes(words) or loose.asks_where(words)
    return Said(what, numbers=numbers, weak=not sure, words=plain)


def _loosely(words: str) -> What:
    if loose.asks_where(words):
        return What.ASKS
    if loose.notes(words):
        return What.NOTE
    if loose.is_done(words):
        return What.DONE
    if loose.cannot(words):
        return What.CANNOT
    if loose.asks(words):
        return What.ASKS
    return What.HAS if loose.has(words) else What.NOTE


def _meant(rest: str) -> What:
    if rest in _REFUSED or (_CANNOT.fullmatch(rest) and not loose.cannot_there(loose.words_of(rest))):
        return What.CANNOT
    words = loose.words_of(rest)
    if _DONE.fullmatch(rest) or loose.is_done(words):
        return What.DONE
    if (
        rest in ("", "and", "y")
        or rest in _BARE
        or any(words.fullmatch(rest) for words in (_HAVE, _HAVE_CODED, _ALL, _NUMBER_WORDS))
    ):
        return What.HAS
    if loose.asks_where(words):
        return What.ASKS
    if _AMONG.search(rest) and not _NEGATED.search(rest):
        return What.HAS
    if loose.notes(words):
        return What.NOTE
    return What.ASKS if loose.asks(words) and "not" not in words else What.UNSURE


def _without_code(plain: str) -> Said | None:
    if plain in _BARE:
        return Said(What.HAS, weak=True)
    if _HAVE.fullmatch(plain):
        return Said(What.HAS)
    if _ALL.fullmatch(plain):
        return Said(What.HAS, every=True)
    if _CANNOT.fullmatch(plain) and not loose.cannot_there(loose.words_of(plain)):
        return Said(What.CANNOT)
    if _DONE.fullmatch(plain):
        return Said(What.DONE, weak=True)
    numbers, rest = _numbered(plain)
    if not numbers:
        return None
    if not rest or rest in _BARE or _HAVE.fullmatch(rest) or _NUMBER_WORDS.fullmatch(rest):
        return Said(What.HAS, numbers=numbers)
    if _DONE.fullmatch(rest):
        return Said(What.DONE, numbers=numbers)
    return Said(What.CANNOT, numbers=numbers) if rest in _REFUSED or _CANNOT.fullmatch(rest) else None


def _plain(text: str) -> str:
    plain = re.sub(r"[.!,#\"“”;()¡]+", " ", text.casefold().replace("’", "'"))
    return re.sub(r"[\U0001F3FB-\U0001F3FF\uFE0F]", "", " ".join(plain.split()))


def _codes(plain: str) -> tuple[tuple[str, ...], str]:
    """The codes, each once, and the text without them. `48 21` and `4-8-2-1` are one, where nothing else is said."""
    plain = _GLUED.sub(r"\1 \2", plain)
    found = _CODE.findall(plain)
    parted = _PARTED.search(plain)
    if parted and all(len(one) == min(_LENGTHS) for one in found):
        digits = re.sub("[^0-9]", "", parted[0])
        return (digits,), " ".join((plain[: parted.start()] + " " + plain[parted.end() :]).split())
    if found:
        return tuple(dict.fromkeys(found)), " ".join(_CODE.sub(" ", plain).split())
    spaced = _DIGITS.search(_TICKET.sub(_hidden, plain))
    digits = re.sub("[^0-9]", "", spaced[0]) if spaced else ""
    if spaced and len(digits) in _LENGTHS:
        return (digits,), " ".join((plain[: spaced.start()] + " " + plain[spaced.end() :]).split())
    return (), plain


def _hidden(found: re.Match[str]) -> str:
    """The number of a ticket has digits too: `K23-45M`. One has a letter, always."""
    lettered = not re.fullmatch(r"[0-9 -]+", found[0])
    return "_" * len(found[0]) if lettered and normalise(found[0]) else found[0]


def _numbered(plain: str) -> tuple[tuple[str, ...], str]:
    """The tickets' numbers in a text, and what else it says."""
    numbers = tuple(number for found in _NAMED.findall(plain) if (number := normalise(found)))
    if numbers:
        return numbers, " ".join(re.sub(r"\band\b|\by\b|&", " ", _NAMED.sub(" ", plain)).split())
    for found in _ANY_NUMBER.finditer(plain):  # a number may be of letters alone
        if number := normalise(found["number"]):
            rest = plain[: found.start("number")] + " " + plain[found.end("number") :]
            return (number,), " ".join(rest.split())
    return (), plain
