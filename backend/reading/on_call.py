"""What somebody on call texts back: that they have it, which one, or all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.payments.confirmation import normalise

_WHO = r"(?:(?:i|we|me)(?:'?(?:ve|ll|m|re)| have| will| am| are| can)? )?"
_HAVE = re.compile(
    r"(?:(?:ok|okay|yes|yep|yeah|si|sí|copy|roger|sure|thx|thanks|thank you|gracias) )*"
    + _WHO
    + r"(?:(?:got|have|take|taking|handle|handling|do|doing|on) (?:it|this|that|them|this one|that one)|"
    r"accept(?:ed)?|acknowledged?|ack|mine|taken|it'?s mine|will do|on it|"
    r"(?:got|have|take|taking) the [\w' ]{2,40}? one|looking (?:into|at) (?:it|that|this)|"
    r"(?:checking|leaving|rolling out|heading out)(?: it| on it)?|"
    r"(?:on (?:my|the|our) way|omw|en ?route|responding|rolling|going|go|headed|heading|coming)"
    r"(?: there| out| over| now)*|"
    r"(?:yo |nosotros )?lo (?:tengo|tomo|agarro|atiendo|tenemos)|(?:yo )?me encargo|"
    r"(?:ya |yo )*(?:voy|vamos|salgo)(?: para (?:alla|allá)| en camino)?|"
    r"en camino|enterado|recibido|es m[ií]o)"
    r"(?: (?:now|ahora|ya|thanks|thank you|gracias|thx))*"
)
_BARE = frozenset({"1", "one", "uno", "yes", "y", "yep", "yeah", "si", "sí", "ok", "okay", "k", "copy", "roger",
                   "10-4", "10 4", "ten four", "copy that", "👍"})  # fmt: skip
_ALL = re.compile(
    r"(?:(?:i|we)(?:'?ve| have)? )?(?:(?:got|have|take|taking) )?(?:all|all of (?:them|these)|both|them all|"
    r"todos?|todas?|tengo todos|los dos)"
)
_NUMBER = re.compile(
    r"(?:(?:i|we)(?:'?ve| have|'?ll)? )?(?:(?:got|have|take|taking|on|yes|ok|1|tengo|tomo|voy a|number|#) ?)*"
    r"(?P<number>[a-z0-9]{3}[- ]?[a-z0-9]{3})(?: is mine| es mio| es mío| please| thanks)?"
)
_NAMED = re.compile(r"\b(?=\S{0,3}[- ]?\S{0,2}\d|\S{3}-)[a-z0-9]{3}[- ]?[a-z0-9]{3}\b")
_CANNOT = re.compile(
    r"(?:(?:sorry|no|hey|ok|lo siento|perdon|perdón) )*"
    r"(?:not me|i (?:can'?t|cannot|won'?t)|can'?t|cannot|unable to|"
    r"i'?m (?:not (?:on call|available|able)|off|away|out)|out of town|not available|"
    r"somebody else|someone else|ask (?:somebody|someone) else|"
    r"(?:yo )?no puedo|no estoy|estoy fuera|otra persona)(?: .{0,60})?"
)


@dataclass(frozen=True)
class Has:
    """Somebody has it: `number` when they name one (`also`: further ones), `every` for all that are open.

    `weak`: a bare yes or 1, which may as well answer another question.
    """

    number: str | None = None
    also: tuple[str, ...] = ()
    every: bool = False
    weak: bool = False


def cannot(text: str) -> bool:
    """Whether somebody says that it has to be another: `not me`, `I can't, I'm out of town`."""
    return bool(_CANNOT.fullmatch(_plain(text)))


def _plain(text: str) -> str:
    plain = re.sub(r"[.!,#\"“”]+", " ", text.casefold().replace("’", "'"))
    return re.sub(r"[\U0001F3FB-\U0001F3FF\uFE0F]", "", " ".join(plain.split()))


def _named(plain: str) -> tuple[str, ...]:
    """The numbers in a text that says nothing else but that somebody has them."""
    numbers = [normalise(found[0]) for found in _NAMED.finditer(plain)]
    rest = " ".join(re.sub(r"\band\b|\by\b|&", " ", _NAMED.sub(" ", plain)).split())
    whole = not rest or rest in _BARE or _HAVE.fullmatch(rest)
    return tuple(number for number in numbers if number) if numbers and whole else ()


def has_it(text: str) -> Has | None:
    """What was meant; None for any other text. Only whole texts count: `I don't have it` has no one."""
    plain = _plain(text)
    if plain in _BARE:
        return Has(weak=True)
    if _HAVE.fullmatch(plain):
        return Has()
    if _ALL.fullmatch(plain):
        return Has(every=True)
    found = _NUMBER.fullmatch(plain)
    number = normalise(found["number"]) if found else None
    if number:
        return Has(number=number)
    named = _named(plain)
    return Has(number=named[0], also=named[1:]) if named else None
