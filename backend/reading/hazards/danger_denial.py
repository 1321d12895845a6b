"""Who says that there is no danger after one was heard in their words: it was a bill, a bulb, a pool to be built."""

from __future__ import annotations

import re

from backend.reading.normalize import fold

_OTHER_CABLE = (
    r"\b(?:it|that|this)(?:'?s| is| was) (?:just |only )?(?:(?:the|my|our|his|her|a|an|old|[\w']+'?s) ){0,3}"
    r"(?:tv|television|telephone|phone|internet|cable tv|clothes|satellite)(?:'s)? (?:cable|line|wire|cord)s?\b|"
    r"\b(?:es|era|fue) (?:solo |nomas )?(?:(?:el|un|mi|su) )?(?:cable|alambre) (?:de (?:la |el )?|del )"
    r"(?:tele\w*|tv|internet|tendedero|vecino para la tele)\b"
)
"""A cable that carries no power, by the word of who looked."""
_DENIES_DANGER = re.compile(
    r"\b(?:there(?:'?s| is| are| was)|it(?:'?s| is)|this is|i have) (?:\w+ )?(?:no|not an?y?|isn'?t an?y?) "
    r"(?:\w+ )?(?:fire|danger|emergency|wire|water|gas|shock|smoke|problem)\b|"
    r"\bnothing(?:'?s| is) (?:\w+ )?(?:down|on fire|wrong|burning|dangerous|happening)\b|\bno (?:danger|emergency)\b|"
    r"\bi (?:don'?t|do not) need (?:911|a crew|anybody|the crew|an ambulance)\b|"
    r"\bnot (?:an? )?(?:emergency|dangerous)\b|"
    r"\bno hay (?:ningun[ao]? )?(?:peligro|emergencia|fuego|agua|cable|problema)\b|"
    r"\bno es (?:una? |ningun[ao] )?(?:emergencia|peligro)\b|\bno necesito (?:al |el )?(?:911|ayuda|cuadrilla)\b|"
    r"\bno hay (?:ningun[ao]? )?(?:fuga|gas|olor|humo|chispas|lumbre|herid[oa]s)\b|\bni huele\b|"
    rf"\b(?:it|that|this)(?:'?s| is| was) (?:all )?nothing\b|{_OTHER_CABLE}|\bno (?:era|fue) nada\b|"
    r"\bno pasa nada\b|\b(?:que )?no hay nada\b|\bya no (?:hay|ay)\b|\bno es nada\b|"
    r"\bnothing(?:'?s| is| has|'?s been)? (?:\w+ )?happen(?:ed|ing)\b|"
    r"\b(?:it'?s|it is|its|that'?s|that is) (?:just|only) (?:the |a |my |an? old |some )?(?:bulb|light|lamp|"
    r"battery|detector|"
    r"grill|barbecue|brisket|candle|campfire|joke|question)\b|\bes (?:solo |nomas )?(?:la |una )?(?:carne asada|"
    r"pila|broma|pregunta|"
    r"el foco)\b|\b(?:that|it) was (?:last (?:month|year|spring|summer|fall|winter)|(?:months|years) ago)\b|"
    r"\beso fue (?:el (?:ano|mes) pasado|hace (?:\w+ )?(?:anos?|meses?))\b"
)
_NOBODY_HURT = re.compile(
    r"\b(?:nobody|no one|no body)(?:'?s| is| was| got)? (?:\w+ )?(?:hurt|shocked|sick)\b|\bnadie (?:esta |"
    r"se )?(?:herid|lastim)\w*"
)
_ONLY_WANTS = re.compile(
    r"\b(?:i (?:just|only) (?:want|wanted|need|asked|meant)|i(?:'?m| am) (?:just |only )?asking|i meant|"
    r"(?:solo|nada mas|nomas) (?:quiero|queria|pregunto|preguntaba|pregunte)|i (?:just |only )asked|"
    r"nada mas (?:quiero|pregunto)|nomas (?:quiero|pregunto)|quiero saber)\b"
)
_BUT_STILL = re.compile(r"\b(?:but|pero|still|todavia|sigue\w*|now it|yet|anymore|any more)\b")


_SURPRISED = re.compile(r"\W*(?:no|what|whoa|que|wait)\b")
_OTHER_TOPIC = re.compile(
    r"\b(?:bills?|pay\w*|paid|owe\w*|money|dollars?|plan|account|number|person|somebody|call\w*|ring|crew|"
    r"factura|recibo|pag\w+|deb\w+|dinero|cuenta|numero|persona|llam\w+|cuadrilla)\b"
)
"""`What? I meant the bill` puts something else right, and says nothing of the danger: the crew must not slow down."""


def denies_danger(words: str) -> bool:
    """Whether it is told that there is no danger: `No, nothing's down. The bulb just quit`."""
    text = fold(words)
    only = _ONLY_WANTS.search(text) and _SURPRISED.match(text) and not _OTHER_TOPIC.search(text)
    return bool(_DENIES_DANGER.search(text) or only) and not _BUT_STILL.search(text)


def denies_harm(words: str) -> bool:
    """Whether it is told that nobody is hurt."""
    return bool(_NOBODY_HURT.search(fold(words)))
