"""Detects that the member lost a phone or a number, or will not give one: no code reaches them there."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

is_phone_lost = detector(
    r"\b(?:lost|broke\w*|stolen|stole|don'?t have|dont have|no longer (?:have|use)|do not have|"
    r"can'?t (?:get|use|reach|read)|cant (?:get|use)|don'?t use|not (?:mine|have)|disconnected|shut off|gone|"
    r"got rid of|changed|ya no (?:tengo|uso|sirve|existe)|perd[ií]|se me perdi[oó]|me robaron|"
    r"no tengo)\b.{0,24}?\b(?:phones?|number|cell(?:phone)?|mobile|old one|that one|tel[eé]fono|n[uú]mero|celular|"
    r"el viejo|ese|texts?)\b|\b(?:phone|number|cell|tel[eé]fono|n[uú]mero|celular)\b.{0,20}\b(?:is gone|"
    r"was (?:lost|stolen)|broke|is dead|isn'?t mine|ya no (?:sirve|es m[ií]o|lo tengo))\b|"
    # no text reaches these
    r"\b(?:it|that|this|phone|number|one)(?:'?s| is) (?:only )?(?:a |an |my |our |just a )?(?:land ?line|"
    r"house phone|home phone|office phone)\b|\bes (?:un |el )?(?:tel[eé]fono )?fijo\b|\bl[ií]nea fija\b"
)
"""Whether the phone on file is said to be lost, changed or out of reach."""
_OLD_WORDS = re.compile(
    r"\b(?:old|former|previous|from|not|viejo|anterior|antiguo|de|no)\b(?:\W+\w+){0,3}\W*$", re.IGNORECASE
)
_NEW_WORDS = re.compile(r"\b(?:new|to|now|nuevo|nueva|al?|ahora|por)\b(?:\W+\w+){0,2}\W*$", re.IGNORECASE)
lacks_requested_number = detector(
    r"\b(?:don'?t|dont|do not|can'?t|cant|cannot|haven'?t|havent|never|lost|threw|without|no)\b.{0,20}?\b(?:have|"
    r"know|find|remember|got|get|see)\b.{0,24}?\b(?:it|that|bill|number|one|any|statement|paper|me|here|digits|"
    r"those|them|last)\b|\b(?:lost|threw (?:away|out)) (?:it|my|the|that)\b|\b(?:that'?s|thats|that is) all (?:i|"
    r"we) (?:know|have|got)|\ball i (?:know|have|got)\b|\bno (?:tengo|s[eé]|encuentro|recuerdo|me acuerdo)\b|"
    r"\bperd[ií] (?:el|la|mi)\b|\bes todo lo que (?:tengo|s[eé])"
)
"""Whether the member does not have the number asked for: `I don't have the bill`, `that's all I know`."""


def is_called_old_phone(before: str) -> bool:
    """Whether the words in front of a phone number call it the old one."""
    old, new = _OLD_WORDS.search(before), _NEW_WORDS.search(before)
    return bool(old and (not new or old.start() > new.start()))


declines_to_give_phone = detector(
    r"\b(?:(?:rather|prefer|want|going|like|would) not(?: to)?|(?:don'?t|do not|won'?t|will not) (?:want|wish|like|"
    r"have|need)?(?: to)?|refuse to|not comfortable|why do you need|without) (?:\w+ ){0,3}?(?:giv\w+|shar\w+|leave|"
    r"tell)? ?(?:\w+ ){0,4}?(?:number|phone|it)\b|\bwithout (?:it|one|a (?:phone|number))\b|"
    r"\b(?:is (?:that|it|this) (?:needed|necessary|required)|do i have to|no (?:phone|number|thanks|thank you))\b|"
    r"\b(?:prefiero no|no quiero) (?:dar|decir)\w*\b|\bsin (?:numero|telefono|dar)\b"
)
"""Whether somebody would rather not give a phone number: `can't you just send someone without it`."""


mentions_phone = detector(r"\b(?:phone|cell|telefono|tel[eé]fono)\b")
"""Whether the number that is meant is a phone's."""


wants_code_again = detector(
    r"\b(?:re-?send|(?:send|text|email|give|get)(?: (?:me|it|that|this|one|the|a|new|my|another|other|code|text|to))*"
    r" (?:again|once more|one more time|another(?: one| code)?|(?:a )?new (?:one|code))|(?:another|a new) code|"
    r"try (?:it |sending )?again)\b|"
    r"\b(?:didn'?t|didnt|did not|haven'?t|havent|have not|never|don'?t|not)\b(?: \w+)? (?:got|get|gotten|receive\w*|"
    r"see|come|came|show\w*|arrive\w*|here)\b|\b(?:no|nothing|where(?:'s| is)) (?:the |my |a )?(?:code|text|message|"
    r"came|yet)\b|"
    r"\b(?:no (?:me )?(?:ha |han )?(?:lleg|recib|veo)\w*|(?:mand|envi|env[ií]|reenv[ií])\w* ?(?:lo|me|melo)?\w* "
    r"(?:otra vez|de nuevo|otro)|reenv[ií]\w*|otro c[oó]digo|(?:el )?c[oó]digo no (?:lleg|me)\w*|"
    r"otra vez el c[oó]digo)\b"
)
"""At the question for a code: whether it did not come, or another one is asked for."""
