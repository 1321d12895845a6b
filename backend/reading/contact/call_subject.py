"""Extracts what a call back is to be about: "the estimate" of `call me about the estimate tomorrow`."""

from __future__ import annotations

import re

from backend.conversations.masking import mask_line
from backend.reading.normalize import fold

ABOUT_PHRASE = re.compile(
    r"\b(?:the (?:subject|topic|reason) (?:is|should be|was)|el (?:asunto|tema|motivo) es|a?bout|regarding|"
    r"concerning|sobre|acerca de|respecto al?|lo del?|(?:es|era) por)\s+(?P<what>[^\s\d][^.!?;\n]*?)(?=,|[.!?;\n]|"
    r"$)",
    re.IGNORECASE,
)
MORE_CLAUSE = re.compile(r",\s*(?P<more>[^,.!?;\n]+)")
"""A clause behind the subject: it belongs to it if it is more than a time or a phone."""
NOT_SUBJECT_CLAUSE = re.compile(
    r"\d|\b(?:call|phone|number|reach|monday|tuesday|wednesday|thursday|friday|tomorrow|today|morning|afternoon|please|"
    r"and (?:i|my)|llam\w+|numero|n[uú]mero|lunes|martes|mi[eé]rcoles|jueves|viernes|mañana)\b",
    re.IGNORECASE,
)
LEAD_WORDS = re.compile(
    r"^(?:(?:well|yeah|yes|ok|okay|hi|hello|so|pues|bueno)\W+)*(?:it'?s|its|it is|that'?s|es|era)\s+(?:for|"
    r"on account of|because(?: of)?|por(?:que)?|que|para)\s+",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
NON_SUBJECT_WORDS = frozenset(
    """elevenish delighted one two three four five six seven eight nine ten eleven twelve maybe perhaps ish noonish
    crying loud i i'd
    i'll i'm im we want wanna need would like have get got getting give let make me us my mine to too a an the
    some someone somebody anyone anybody person people human being beings agent operator representative rep
    manager supervisor boss office live real talk speak speaking call calls called calling ring phone telephone
    back callback please just can can't cannot could you you've you're your u may will with for at on by when is
    it it's its are was be of free request arrange set up yes yeah yep no nope not or ok okay okey hi hello hey
    oh omg ugh lol wait tomorrow today tonight morning afternoon noon evening night monday tuesday wednesday
    thursday friday saturday sunday next week as soon possible asap am pm o'clock number about around after
    before between and then in hour hours minutes first thing later now anytime any time that that's this these
    those them they so only early earlier instead if thank thanks dear sir ma'am all right alright fine sure
    good great already again really do don't did does i've said say tell told asked ask robot robots machine bot
    computer computers
    more enough unbelievable ridiculous heaven's sake forget never mind nevermind anyway there here else nothing
    everything something what whatever how help who but has had go ahead work works un una el la los las lo de
    del que se mi le les en por para con y o si sí ya persona alguien verdad favor quiero quisiera necesito
    llamar llame llamen llama llamada hablar habla telefono lunes martes miercoles jueves viernes mañana manana
    tarde tardes hoy ahora hora gracias bueno pues ay oye temprano eso esto ese esta este pero solo entre antes
    despues al deme dame nadie nada dije sorry perdon""".split()
)
"""Words of asking for a call or a person, of times and of manners: they name no subject."""
PRONOUNS = frozenset(
    """it this that them these those one other same all everything thing things matter stuff eso esto ello lo mismo
    otro otra cosa please or not""".split()
)
MAX_LENGTH = 300
MAX_READ_BACK_LENGTH = 110
"""Of what is read back to the member."""
_WORD = re.compile(r"[^\W\d_][\w']*")


def content_words(words: str) -> list[str]:
    """The words of it that tell something."""
    found = _WORD.findall(fold(words))
    return [word for word in found if word not in NON_SUBJECT_WORDS and word not in PRONOUNS]


def extract_named_subject(words: str) -> str | None:
    """What is named behind "about": the subject in the member's own words."""
    for found in ABOUT_PHRASE.finditer(words):
        what = found["what"].strip(" ,.!?")
        if content_words(what):
            return shorten(what + _extract_more(words, found.end()), MAX_LENGTH)
    return None


def _extract_more(words: str, at: int) -> str:
    """What a clause behind a comma adds to the subject: `about the estimate, nobody read the meter`."""
    more = ""
    while (
        (clause := MORE_CLAUSE.match(words, at))
        and len(content_words(clause["more"])) >= 2
        and not NOT_SUBJECT_CLAUSE.search(clause[0])
    ):
        more, at = more + clause[0].rstrip(), clause.end()
    return more


def extract_subject(words: str) -> str | None:
    """What a message is about: the words behind "about", else its sentences that do more than ask for a call."""
    words = mask_line(words.strip())
    if found := extract_named_subject(words):
        return found
    parts = [part.strip(" ,") for part in _SENTENCE_END.split(words)]
    kept = [LEAD_WORDS.sub("", part) for part in parts if len(content_words(part)) >= 2]
    return shorten(" ".join(kept), MAX_LENGTH) if kept else None


def shorten(words: str, most: int = MAX_READ_BACK_LENGTH) -> str:
    """Not longer than `most`, cut between two words."""
    if len(words) <= most:
        return words
    return words[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
