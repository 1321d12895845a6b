"""`Hold on`, `let me find my glasses`, `I'm back`: words that only ask for time, or say that it is over.

`asks_to_wait` of `signals.py` also finds the request in a longer message. Here there is nothing beside it, so a phone
line may wait in silence without taking it for an answer.
"""

from __future__ import annotations

import re

from backend.reading.spanish import english_form

_LEAD = (
    r"(?:(?:no|yes|yeah|ok|okay|alright|all right|oh|uh|um|well|sorry|i'm sorry|please|hey|and|so|just|but|actually|"
    r"(?:can|could|would|will) you|i need you to)[\s,.]+)*"
)
_LOOKED_FOR = (
    r"(?:(?:my|the|that|a|an|some|his|her|our) )?(?:\w+ )?(?:bill|statement|letter|notice|mail|paper|papers|number|"
    r"card|glasses|reading glasses|pen|pencil|wallet|purse|checkbook|phone|it|that|this|one|husband|wife|"
    r"mother|mom|son|daughter|account)"
)
_GETS = r"(?:find|get|go get|grab|look for|look at|look up|fetch|locate|finding|getting|looking for|looking|searching)"
_MOMENT = r"(?:sec|secs|second|seconds|minute|minutes|min|moment|bit|while)"
_HOLD = (
    rf"(?:hold on|hang on|hold please|hold the line|hold up|hold it|bear with me|stand by|sit tight|don'?t hang up|brb|"
    rf"(?:i'll |i will )?be right back|wait up|wait|(?:wait |hold on |hang on )?(?:for )?(?:just )?"
    rf"(?:(?:give|gimme|need|i need|let me have|give me) )?(?:me )?(?:a|one|1|half a|just a|just one|two)"
    rf"(?: more| quick| little| whole)? {_MOMENT}|"
    rf"let me (?:think|see|look|check|{_GETS} {_LOOKED_FOR})|i(?:'m| am) {_GETS}(?: {_LOOKED_FOR})?|"
    rf"i(?:'m| am) thinking|i (?:need|have|got) to {_GETS} {_LOOKED_FOR}|give me time|not so fast)"
)
_TAIL = (
    rf"(?:please|honey|dear|sweetie|ma'?am|sir|for me|ok|okay|thanks|thank you|now|there|here|"
    rf"(?:while|and|so|till|until) (?:i|i'm|i'll|i can|i have to|i need to|let me)(?: \w+){{0,2}}? "
    rf"{_GETS}(?: {_LOOKED_FOR})?(?: \w+){{0,3}})"
)
_ONLY_WAIT = re.compile(rf"{_LEAD}{_HOLD}(?:[\s,.!]+(?:{_HOLD}|{_TAIL}))*", re.IGNORECASE)
_ONLY_WAIT_IN_SPANISH = re.compile(
    r"(?:(?:no|s[ií]|ay|oiga|ok|bueno|a ver|perd[oó]n|por favor)[\s,.]+)*"
    r"(?:esp[eé]r(?:e|eme|ese|ate|a|ame)|espere|un (?:momento|momentito|segundo|segundito|minuto|minutito|ratito)|"
    r"perm[ií]t[ae]me|aguant[ae]me|d[eé]me (?:un|tantito|chance)|no cuelgue|ahorita vuelvo|ya vuelvo|ya regreso)"
    r"(?:[\s,.]+(?:tantito|por favor|un (?:momento|momentito|segundo|segundito|minuto|minutito|rato|ratito)|ahorita|"
    r"(?:d[eé]je(?:me)?|perm[ií]tame|que|mientras|para|voy a|a)|(?:busc\w+|encuentr\w+|encontrar|ver|traer|traigo|"
    r"ir por)|(?:mi|mis|el|la|los|las|un|una)|(?:factura|recibo|lentes|papel|pluma|l[aá]piz|"
    r"n[uú]mero|tarjeta|cuenta|carta)))*",
    re.IGNORECASE,
)
_IS_BACK = re.compile(
    r"(?:(?:ok|okay|alright|all right|hello|hi|hey|so|now|sorry(?: about that)?|thanks?|thank you|for waiting|"
    r"i(?:'m| am) (?:back|here|ready)(?: now)?|ready|i(?: have| got|'ve got| found) (?:it|that|them)(?: now)?|"
    r"got it|found it|here i am|(?:are )?you (?:still )?there|(?:ya )?(?:volv[ií]|regres[eé]|estoy aqu[ií]|lo tengo|"
    r"la tengo|los tengo)|listo|lista|bueno|gracias|ya)[\s,.!?]*)+",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:(?:yes|please|ok|okay|and|just)[\s,.]+)*(?:go on|no one|going|gone|go ahead|continue|keep going|next|more|"
    r"read on|tell me(?: more)?|siga|contin[uú]e|adelante)(?:[\s,.]+(?:please|por favor))*",
    re.IGNORECASE,
)


def asks_only_to_wait(text: str, language: str) -> bool:
    """Whether there is nothing in it but `hold on`, in any wording of the language."""
    plain = _plain(text)
    if any(letter.isdigit() and letter not in "12" for letter in plain):
        return False
    return bool(_ONLY_WAIT_IN_SPANISH.fullmatch(plain) or _ONLY_WAIT.fullmatch(_plain(english_form(text, language))))


def says_is_back(text: str) -> bool:
    """Whether it only says that the wait is over: `ok, I'm back`, `I found it`. A yes may be an answer: it is none."""
    return _IS_BACK.fullmatch(_plain(text)) is not None


def asks_to_go_on(text: str, language: str) -> bool:
    """`Go on`, `next`, `siga`: the rest is to be read too. Recognizers write "no one" for "go on"."""
    return bool(_GOES_ON.fullmatch(_plain(text)) or _GOES_ON.fullmatch(_plain(english_form(text, language))))


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).strip(" ,.!?¿¡")
