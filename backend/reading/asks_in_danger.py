"""What somebody in danger asks: whether to leave, to touch a person, to cut the power; what to do; what is reported."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.spanish.gloss import without_accents


class Asks(Enum):
    """Questions whose answer may save a life, in the order in which they are answered."""

    BREATH = "breath"
    """Somebody does not breathe: told or asked."""
    TOUCH = "touch"
    GENERATOR = "generator"
    POWER_OFF = "power_off"
    LEAVE = "leave"
    GO_IN = "go_in"
    """Or through, over, near, back; whether it is safe now."""
    MAY = "may"
    """Anything else that may or may not be done."""
    DO = "do"
    COMING = "coming"
    REPORTED = "reported"


MAY_BE_DONE = frozenset({Asks.TOUCH, Asks.GENERATOR, Asks.POWER_OFF, Asks.LEAVE, Asks.GO_IN, Asks.MAY})
"""What asks whether something may be done."""


_THEM = r"(?:him|her|them|my \w+|the (?:kids?|children|boy|girl|baby|man|woman|guy|driver|dog|cat|horse|calf|cows?))"
_MAY = (
    r"(?:should|can|could|may|do|must|shall|what if|how do|how can) "
    r"(?:i|we|they|he|she|you|my \w+|everybody|everyone|somebody)"
)
_PUEDO = r"(?:puedo|puede|podemos|podria|debo|debemos|tengo que|que si|me|lo|la|y si|hay que)"
_PATTERNS = {
    Asks.BREATH: re.compile(
        r"\b(?:isn'?t|not|stopped|quit|hardly|barely|don'?t think (?:he|she)(?:'?s| is)) breath\w*|"
        r"\bno (?:esta |estan )?respira\w*|\bdejo de respirar|\bno (?:pulse|heartbeat|tiene pulso)|"
        r"\bcpr\b|\bresucit\w+|"
        r"\b(?:lips?|face|skin|labios|cara|boca)\b.{0,16}\b(?:blue|purple|gr[ae]y|azul\w*|morad\w+)\b|"
        r"\b(?:turning|getting|going|gone|went|poniendo|pone|puso) (?:\w+ )?(?:blue|purple|azul\w*|morad\w+)\b|"
        r"\b(?:can'?t|cant|cannot|can hardly|can'?t hardly|cant hardly) (?:hardly )?(?:breathe?|talk)\b|"
        r"\bno puede (?:ni )?(?:respirar|hablar)\b|\bgasping\b|\bpassed out\b|\bunconscious\b|\binconsciente\b|"
        r"\b(?:won'?t|wont|doesn'?t|not) (?:wake up|waking up|respond\w*|moving)\b|"
        r"\bno (?:despierta|reacciona|se mueve)\b"
    ),
    Asks.TOUCH: re.compile(
        rf"\b{_MAY} (?:\w+ ){{0,3}}?(?:pull|drag|grab|touch|lift|push|roll|help|free|unhook) (?:{_THEM}|on {_THEM})\b|"
        rf"\b{_PUEDO} (?:\w+ ){{0,2}}?(?:jal|agarr|toc|sac|quit|mov|despeg|levant|ayud|arrastr)\w*(?:l[oae]s?)\b|"
        r"\b(?:use|push|move|knock|hit|lift|pull|get|pry|quit\w+|empuj\w+|peg\w+|mov\w+|levant\w+)\b.{0,40}"
        r"\b(?:stick|board|broom\w*|rake|rope|pole saw|palo|escoba|tabla|rastrillo|the (?:wire|line|cable)|"
        r"el (?:cable|wire))\b|"
        r"\b(?:lo|la|le) (?:puedo|podemos|debo|jalo|agarro|toco|saco|muevo) "
        r"?(?:jal|agarr|toc|sac|mov|despeg|ayud)?\w*\b"
    ),
    Asks.GENERATOR: re.compile(
        r"\bgenerator\b.{0,40}\?|\b(?:turn|shut|run|use|keep|stop|start|leave|kill)\w* (?:\w+ ){0,3}?generator\b|"
        r"\b(?:apag\w+|prend\w+|us\w+|dej\w+) (?:\w+ ){0,3}?(?:generador|planta)\b"
    ),
    Asks.POWER_OFF: re.compile(
        rf"\b{_MAY} (?:\w+ ){{0,3}}?(?:turn|shut|flip|switch|cut|kill|throw|trip|unplug|pull) (?:\w+ ){{0,4}}?"
        r"(?:main|breakers?|power|electric\w*|box|panel|switch|disconnect|pump|everything|off|plug)\b|"
        rf"\b{_PUEDO} (?:\w+ ){{0,2}}?(?:baj|apag|cort|desconect|desenchuf|quit)\w* (?:\w+ ){{0,4}}?"
        r"(?:switch|breaker|luz|pastillas?|caja|main|corriente|bomba|todo|electricity|tanque|enchufe|outlet)\b"
    ),
    Asks.LEAVE: re.compile(
        rf"\b{_MAY} (?:\w+ ){{0,2}}?(?:leave|evacuate|get out|go out|jump|run|(?:climb|hop|step|get) (?:out|down|off)|"
        r"drive (?:off|away)|wait (?:here|outside|in)|stay (?:here|in|put|inside))\b|"
        rf"\b{_MAY} (?:\w+ ){{0,2}}?(?:move|get|take|bring|carry|wake) {_THEM}(?: \w+){{0,2}}? "
        r"(?:out|away|outside|up|to)\b|"
        rf"\b{_MAY} (?:\w+ )?(?:move|wake) {_THEM}\W*$|"
        r"\b(?:wants?|trying|going) to (?:get|climb|jump) (?:out|off|down)\b|"
        r"\bsafe (?:here|in here|in the house|to (?:leave|stay|get out))\b|"
        r"\b(?:me|nos|se) (?:salgo|salimos|sale|bajo|bajamos|baja|quedo|quedamos|queda|brinco|voy|vamos)\b|"
        rf"\b{_PUEDO} (?:\w+ ){{0,2}}?(?:salir\w*|bajar(?:me|nos|se)\b|brinc\w+|correr|quedar\w*|"
        r"irme|irnos)\b"
    ),
    Asks.DO: re.compile(
        r"\b(?:what|wat) (?:do|should|can|else can|else should|am|are) (?:i|we) "
        r"(?:supposed to |gonna |going to )?(?:\w+ )?do\b|"
        r"\bque (?:hago|hacemos|debo hacer|puedo hacer|hay que hacer|le hago)\b|\b(?:now what|y ahora que)\b|"
        r"\btell me what to do\b|\bdigame que ha\w+|\bhelp (?:me|us)\b\W*$|\bayud(?:a|en|e)(?:me|nos)\b"
    ),
    Asks.REPORTED: re.compile(
        r"\b(?:what|wat)(?:'?s| is| did| do| have| does| are)? (?:(?:you|u|they|it|the|my|that|your|this) )?"
        r"(?:\w+ ){0,2}?(?:report(?:ed)?|wr[io]te|written|put (?:down|in)|say|says|said|tell|told|have down)\b"
        r"(?! (?:me|us) to)|"
        r"\b(?:did|does|do|have) (?:you|u|it|the report|they) (?:\w+ )?"
        r"(?:say|mention|tell (?:them|him|her)|told|put|write|know) (?:\w+ ){0,3}?(?:about|that|it|was|my|the)\b|"
        r"\bque (?:fue lo que )?(?:reporto|reportaron|reportaste|puso|pusieron|anoto|anotaron|escribio|dijo|dice|"
        r"les? dijo)\b|\b(?:puso|pusieron|anoto|dijo|dijeron) (?:que|lo de)\b"
    ),
}


_FROM_A_MACHINE = re.compile(
    r"\b(?:climb|hop|jump|step|get) (?:down|off)\b|\bbajar(?:me|se|nos)\b|\bme bajo\b|\bnos bajamos\b"
)


def is_of_a_machine(words: str) -> bool:
    """Whether it is asked to get down: from a tractor, a truck, a crane."""
    return bool(_FROM_A_MACHINE.search(without_accents(words.lower())))


_MAY_THEY = re.compile(
    r"\b(?:can|could|may|should|shall|ok(?:ay)? (?:to|if|for)|alright (?:to|if)|safe|allowed|do i|do we|what if|"
    r"is it (?:ok|bad))\b|"
    r"\b(?:puedo|puede|pueden|podemos|debo|debemos|se puede|esta bien (?:si|que)|hay que|y si)\b|"
    r"(?:^|[.!?¿,;] ?)(?:le |lo |la |me |nos )?(?:prendo|apago|abro|cierro|bajo|subo|entro|salgo|saco|echo|"
    r"pego|muevo|dejo|corto|jalo|toco|uso|conecto|desconecto)\b"
)


def asks_whether_to(words: str) -> bool:
    """Whether it is asked if something may be done: `so he can go if he's got rubber boots?`."""
    return bool(_MAY_THEY.search(without_accents(words.lower().replace("’", "'"))))


def asked_in_danger(words: str) -> frozenset[Asks]:
    """What is asked; empty where nothing of it is."""
    text = " ".join(re.sub(r"[,;:¡¿]", " ", without_accents(words.lower().replace("’", "'"))).split())
    return frozenset(asks for asks, pattern in _PATTERNS.items() if pattern.search(text))
