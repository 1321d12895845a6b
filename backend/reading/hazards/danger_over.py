"""Detects that there is no danger, or that it is over: a bill was meant, help has come, somebody is well."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.normalize import SENTENCE_BREAK, fold

_OTHER_CABLE = (
    r"\b(?:it|that|this)(?:'?s| is| was) (?:just |only )?(?:(?:the|my|our|his|her|a|an|old|[\w']+'?s) ){0,3}(?:tv|"
    r"television|telephone|phone|internet|cable tv|clothes|satellite)(?:'s)? (?:cable|line|wire|cord)s?\b|"
    r"\b(?:es|era|fue) (?:solo |nomas )?(?:(?:el|un|mi|su) )?(?:cable|alambre) (?:de (?:la |el )?|del )(?:tele\w*|"
    r"tv|internet|tendedero|vecino para la tele)\b"
)
"""A cable that carries no power, as somebody who looked says."""
_DENIES_DANGER = re.compile(
    r"\b(?:there(?:'?s| is| are| was)|it(?:'?s| is)|this is|i have) (?:\w+ )?(?:no|not an?y?|"
    r"isn'?t an?y?) (?:\w+ )?(?:fire|danger|emergency|wire|water|gas|shock|smoke|problem)\b|"
    r"\bnothing(?:'?s| is) (?:\w+ )?(?:down|on fire|wrong|burning|dangerous|happening)\b|"
    r"\bno (?:danger|emergency)\b|\bi (?:don'?t|do not) need (?:911|a crew|anybody|the crew|an ambulance)\b|"
    r"\bnot (?:an? )?(?:emergency|dangerous)\b|\bno hay (?:ningun[ao]? )?(?:peligro|emergencia|fuego|agua|cables?|"
    r"alambres?|problema)\b|\bno es (?:una? |ningun[ao] )?(?:emergencia|peligro)\b|\bno necesito (?:al |el )?(?:911|"
    r"ayuda|cuadrilla)\b|\bno hay (?:ningun[ao]? )?(?:fuga|gas|olor|humo|chispas|lumbre|herid[oa]s)\b|\bni huele\b|"
    rf"\b(?:it|that|this)(?:'?s| is| was) (?:all )?nothing\b|{_OTHER_CABLE}|\bno (?:era|fue) nada\b|"
    r"\bno pasa nada\b|\b(?:que )?no hay nada\b|\bya no (?:hay|ay)\b|\bno es nada\b|\bnothing(?:'?s| is| has|"
    r"'?s been)? (?:\w+ )?happen(?:ed|ing)\b|\b(?:it'?s|it is|its|that'?s|that is) (?:just|only) (?:the |a |my |"
    r"an? old |some )?(?:bulb|light|lamp|battery|detector|grill|barbecue|brisket|candle|campfire|joke|question)\b|"
    r"\bes (?:solo |nomas )?(?:la |una )?(?:carne asada|pila|broma|pregunta|el foco)\b|"
    r"\b(?:that|it) was (?:last (?:month|year|spring|summer|fall|winter)|(?:months|years) ago)\b|"
    r"\beso fue (?:el (?:ano|mes) pasado|hace (?:\w+ )?(?:anos?|meses?))\b"
)
denies_harm = detector(
    r"\b(?:nobody|no one|no body)(?:'?s| is| was| got)? (?:\w+ )?(?:hurt|shocked|sick)\b|\bnadie (?:esta |"
    r"se )?(?:herid|lastim)\w*",
    fold=fold,
)
"""Whether the member says that nobody is hurt."""
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
"""`What? I meant the bill` corrects something else and says nothing of the danger: the crew must not slow down."""


def denies_danger(words: str) -> bool:
    """Whether the member says that there is no danger: `No, nothing's down. The bulb just quit`."""
    text = fold(words)
    only = _ONLY_WANTS.search(text) and _SURPRISED.match(text) and not _OTHER_TOPIC.search(text)
    return bool(_DENIES_DANGER.search(text) or only) and not _BUT_STILL.search(text)


_RESPONDERS = (
    r"(?:crew|lineman|linemen|truck|guys?|firem[ae]n|fire ?fighters?|fire (?:dep\w*|trucks?|engine)|police|cops?|"
    r"deputy|sheriff|ambulance|paramedics?|medics|ems|somebody|someone|they|help|cuadrilla|bomberos?|policia|"
    r"ambulancia|paramedicos?|ayuda)"
)
_SOMEBODY = (
    r"(?:i|we|he|she|they|it|everybody|everyone|my \w+|the (?:kids?|boy|girl|baby|dog|driver|man|woman)|"
    r"mi \w+|todos|el|ella)"
)
_GOOD_NEWS = re.compile(
    rf"\b(?:the |your |a |la |los |el )?{_RESPONDERS} (?:\w+ ){{0,2}}?(?:here|arrived|came|showed up|pulled up|"
    r"is there|has it|got here|got (?:\w+ ){0,2}?out|shut it off|llego|llegaron|vino|vinieron|"
    r"ya esta(?:n)?(?: aqui)?)\b|\b(?:ya )?(?:llego|llegaron|vino|vinieron) (?:la |los |el |una |"
    rf"your )?{_RESPONDERS}\b|\b{_SOMEBODY}(?:'?s|'?re| is| are|'?m| am)? (?:\w+ )?(?:fine|ok(?:ay)?|all right|"
    r"alright|safe|better|breathing again|awake|out of (?:the|there|it)|out now|at the hospital)\b|"
    r"\b(?:ya )?(?:esta|estan|estamos|estoy|sigue) (?:bien|mejor|a salvo|afuera|despiert[oa]s?)\b|"
    r"\bya (?:salio|salieron|salimos|desperto|respira)\b|\b(?:(?:gas )?smell|smoke|sparks?|fire|it|noise|hissing|"
    r"buzzing|humming|olor|humo|fuego) (?:\w+ )?(?:went (?:away|out)|is gone|has gone|gone (?:away|now)|stopped|"
    r"quit|died down|cleared|burned (?:itself )?out)\b|\b(?:ya )?(?:se (?:quito|fue el olor|apago el fuego|"
    r"apago la lumbre)|no huele|no hay (?:humo|olor|chispas))\b|\b(?:fire|smoke|it|lumbre)(?:'?s| is) (?:almost |"
    r"about |pretty much )?out\b|\bpinking up\b|\b(?:got|pulled|took|brought) (?:him|her|them|my \w+|everybody|"
    r"everyone) out\b|\b(?:lo|la|los|las) (?:sacaron|sacamos|rescataron)\b|\bsacaron a (?:mi|el|la)\b|"
    r"\bse apago (?:sol[oa]|ya|el|la)\b|\bfalse alarm\b|\ball clear\b|\bfalsa alarma\b|\bya paso\b"
)
_NEGATED = re.compile(
    r"\b(?:not|isn'?t|aren'?t|no(?! huele| hay)|never(?! ?mind)|nobody|nadie|when|if|cuando|but|pero|now it|otra vez|"
    r"is (?:it|she|he|anybody|somebody)|are (?:they|you)|(?:come|came|coming|start\w*|back|on|\w+king) (?:\w+ )?again|"
    r"(?:can|could|should|may|must) (?:i|we|he|she|they|it|my \w+|the \w+)|puedo|puede|podemos|debo|debemos|hay que|"
    r"power|lights? (?:are|is|came)|electric\w*|luz|corriente)\b|\?"
)
"""With these it is no good news, or news of an outage, whose end is detected by other words."""


_NEVER_MIND = re.compile(r"\bnever ?mind\W+(?:it|that)(?:'?s| is) (?:fine|ok(?:ay)?|all right)\b")
"""This takes a report back; it is no good news about a danger."""


_SENTENCE = re.compile(rf"{SENTENCE_BREAK}|,\s+(?=(?:and |y )?(?:i|we|he|she|they|it|the|my|ya|el|la|los)\b)")
says_it_continues = detector(
    r"\b(?:but|pero|(?:fire|on|back|start(?:s|ed)|\w+king) again|otra vez|still|todavia|sigue\w*|now it|worse|peor)\b",
    fold=fold,
)
"""Whether something is still so, again, or other than hoped: `he's out, but the wire is still sparking`."""


def is_good_news(words: str) -> bool:
    """Whether the message says that help has come, that somebody is well, or that what was dangerous has stopped.

    A question beside it changes nothing; that it is still so, or again, does.
    """
    text = _NEVER_MIND.sub(" ", fold(words))
    if says_it_continues(words):
        return False
    return any(_GOOD_NEWS.search(part) and not _NEGATED.search(part) for part in _SENTENCE.split(text))


says_someone_is_inside = detector(
    r"\b(?:in|inside|dentro de|adentro de|en) (?:the |a |that |his |her |my |el |la |su )?(?:back seat|car|"
    r"truck|pickup|van|bus|tractor|combine|house|carro|coche|troca|camioneta|camion|casa)\b",
    unless=r"\bout\b|\bnobody\b|\bno one\b|\bafuera\b|\bsali\w*|\bsac\w+|\bnadie\b",
    fold=fold,
)
"""Whether somebody is still in it: `there is a lady in the car, she's awake` is no good news yet."""
