"""Good news of a danger: who came, who is out, what stopped. It goes on the report, and closes nothing."""

from __future__ import annotations

import re

from backend.reading.normalize import SENTENCE_BREAK, fold

_RESPONDERS = (
    r"(?:crew|lineman|linemen|truck|guys?|firem[ae]n|fire ?fighters?|fire (?:dep\w*|trucks?|engine)|police|cops?|"
    r"deputy|sheriff|ambulance|paramedics?|medics|ems|somebody|someone|they|help|cuadrilla|bomberos?|policia|"
    r"ambulancia|"
    r"paramedicos?|ayuda)"
)
_SOMEBODY = (
    r"(?:i|we|he|she|they|it|everybody|everyone|my \w+|the (?:kids?|boy|girl|baby|dog|driver|man|woman)|"
    r"mi \w+|todos|el|ella)"
)
_GOOD_NEWS = re.compile(
    rf"\b(?:the |your |a |la |los |el )?{_RESPONDERS} (?:\w+ ){{0,2}}?(?:here|arrived|came|showed up|pulled up|"
    rf"is there|"
    rf"has it|got here|"
    rf"got (?:\w+ ){{0,2}}?out|shut it off|llego|llegaron|vino|vinieron|ya esta(?:n)?(?: aqui)?)\b|"
    r"\b(?:ya )?(?:llego|llegaron|vino|vinieron) (?:la |los |el |una |your )?"
    rf"{_RESPONDERS}\b|"
    rf"\b{_SOMEBODY}(?:'?s|'?re| is| are|'?m| am)? (?:\w+ )?(?:fine|ok(?:ay)?|all right|alright|safe|better|"
    r"breathing again|awake|out of (?:the|there|it)|out now|at the hospital)\b|"
    r"\b(?:ya )?(?:esta|estan|estamos|estoy|sigue) (?:bien|mejor|a salvo|afuera|despiert[oa]s?)\b|"
    r"\bya (?:salio|salieron|salimos|desperto|respira)\b|"
    r"\b(?:(?:gas )?smell|smoke|sparks?|fire|it|noise|hissing|buzzing|humming|olor|humo|fuego) (?:\w+ )?"
    r"(?:went (?:away|out)|is gone|has gone|gone (?:away|now)|stopped|quit|died down|cleared|"
    r"burned (?:itself )?out)\b|"
    r"\b(?:ya )?(?:se (?:quito|fue el olor|apago el fuego|apago la lumbre)|no huele|no hay (?:humo|olor|chispas))\b|"
    r"\b(?:fire|smoke|it|lumbre)(?:'?s| is) (?:almost |about |pretty much )?out\b|\bpinking up\b|"
    r"\b(?:got|pulled|took|brought) (?:him|her|them|my \w+|everybody|everyone) out\b|"
    r"\b(?:lo|la|los|las) (?:sacaron|sacamos|rescataron)\b|\bsacaron a (?:mi|el|la)\b|"
    r"\bse apago (?:sol[oa]|ya|el|la)\b|"
    r"\bfalse alarm\b|\ball clear\b|\bfalsa alarma\b|\bya paso\b"
)
_NEGATED = re.compile(
    r"\b(?:not|isn'?t|aren'?t|no(?! huele| hay)|never(?! ?mind)|nobody|nadie|when|if|cuando|but|pero|now it|otra vez|"
    r"is (?:it|she|he|anybody|somebody)|are (?:they|you)|(?:come|came|coming|start\w*|back|on|"
    r"\w+king) (?:\w+ )?again|"
    r"(?:can|could|should|may|must) (?:i|we|he|she|they|it|my \w+|the \w+)|puedo|puede|podemos|debo|debemos|hay que|"
    r"power|lights? (?:are|is|came)|electric\w*|luz|corriente)\b|\?"
)
"""What makes it no good news, or that of an outage, which ends by other words."""


_NEVER_MIND = re.compile(r"\bnever ?mind\W+(?:it|that)(?:'?s| is) (?:fine|ok(?:ay)?|all right)\b")
"""It takes back, which is another thing."""


_SENTENCE = re.compile(rf"{SENTENCE_BREAK}|,\s+(?=(?:and |y )?(?:i|we|he|she|they|it|the|my|ya|el|la|los)\b)")
_STILL_OR_AGAIN = re.compile(
    r"\b(?:but|pero|(?:fire|on|back|start(?:s|ed)|\w+king) again|otra vez|still|todavia|sigue\w*|now it|worse|peor)\b"
)


def is_good_news(words: str) -> bool:
    """Whether it is told that help has come, that somebody is well, or that what was dangerous has stopped.

    A question beside it changes nothing; that it is still so, or again, does.
    """
    text = _NEVER_MIND.sub(" ", fold(words))
    if says_it_continues(words):
        return False
    return any(_GOOD_NEWS.search(part) and not _NEGATED.search(part) for part in _SENTENCE.split(text))


def says_it_continues(words: str) -> bool:
    """Whether something is still so, again, or other than hoped: `he's out, but the wire is still sparking`."""
    return bool(_STILL_OR_AGAIN.search(fold(words)))


_INSIDE_VEHICLE = re.compile(
    r"\b(?:in|inside|dentro de|adentro de|en) (?:the |a |that |his |her |my |el |la |su )?(?:back seat|car|"
    r"truck|pickup|van|bus|"
    r"tractor|combine|house|carro|coche|troca|camioneta|camion|casa)\b"
)
_OUT_OF_VEHICLE = re.compile(r"\bout\b|\bnobody\b|\bno one\b|\bafuera\b|\bsali\w*|\bsac\w+|\bnadie\b")


def says_someone_is_inside(words: str) -> bool:
    """Whether somebody is still in it: `there is a lady in the car, she's awake` is no good news yet."""
    text = fold(words)
    return bool(_INSIDE_VEHICLE.search(text)) and not _OUT_OF_VEHICLE.search(text)
