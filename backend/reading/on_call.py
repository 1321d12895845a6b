"""What somebody on call texts back: that they have it, which one, or all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.payments.confirmation import normalise

_WHO = r"(?:(?:i|we|me)(?:'?(?:ve|ll|m|re)| have| will| am| are| can)? )?"
_HAVE = re.compile(
    r"(?:(?:ok|okay|yes|yep|yeah|si|sí|copy|roger|sure) )*"
    + _WHO
    + r"(?:(?:got|have|take|taking|handle|handling|do|doing|on) (?:it|this|that|them|this one|that one)|"
    r"accept(?:ed)?|acknowledged?|ack|mine|taken|it'?s mine|"
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


@dataclass(frozen=True)
class Has:
    """Somebody has it: `number` when they name one, `every` for all that are open.

    `weak`: a bare yes or 1, which may as well answer another question.
    """

    number: str | None = None
    every: bool = False
    weak: bool = False


def has_it(text: str) -> Has | None:
    """What was meant; None for any other text. Only whole texts count: `I don't have it` has no one."""
    plain = re.sub(r"[.!,#\"“”]+", " ", text.casefold().replace("’", "'"))
    plain = re.sub(r"[\U0001F3FB-\U0001F3FF\uFE0F]", "", " ".join(plain.split()))
    if plain in _BARE:
        return Has(weak=True)
    if _HAVE.fullmatch(plain):
        return Has()
    if _ALL.fullmatch(plain):
        return Has(every=True)
    found = _NUMBER.fullmatch(plain)
    number = normalise(found["number"]) if found else None
    return Has(number=number) if number else None
