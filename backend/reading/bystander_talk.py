"""Removes words to a child or a dog in the middle of an answer: `tuesday 3 to 5. MAX STOP IT sorry` cancels nothing."""

from __future__ import annotations

import re

_NOT_A_NAME = (
    r"(?!(?:please|and|then|ok|okay|yes|no|so|well|but|just|can|could|you|i|we|they|hello|hi|hey|to|do|now|want|"
    r"not|oh|also|sorry|thanks|must|will|would|should|autopay|pay|alerts?|paperless|service|drafts?|texts?|calls?|"
    r"bills?|payments?|it|that|this|don'?t|let|me|us|never|need|how|why|when|what|who|help|quiero|favor|por|que|no|"
    r"de|la|el)\b)"
)
_ADDRESSEE = r"(?:kids|boys|girls|guys|baby|honey|sweetie|buddy|ni[nñ]os|mijo|mija|(?-i:[A-Z])[\w'-]{1,11})"
_COMMAND = (
    r"(?:(?:stop|quit) (?:it|that|this|your \w+|(?:hitting|crying|yelling|screaming|jumping|barking|fighting|"
    r"running|touching|pulling)\b)|cut it out|knock it off|get (?:down|off)(?: (?:of )?(?:it|that|there|the \w+))?|"
    r"put (?:it|that) down|leave (?:it|him|her|the (?:dog|cat|baby)) alone|let go|come here|be quiet|hush|sit down|"
    r"get down|don'?t touch \w+|deja eso|d[eé]jalo|c[aá]llate|b[aá]jate|para ya|ya para)"
)
_SORRY = r"(?:[\s!.,]+(?:sorry|excuse me|perd[oó]n|lo siento)\b(?: about that)?)"
_BYSTANDER_COMMAND = re.compile(
    rf"(?:\b{_NOT_A_NAME}{_ADDRESSEE}[,!]*\s+(?:please\s+)?{_COMMAND}(?!\w){_SORRY}?|"
    rf"\b{_NOT_A_NAME}\w+[,!]*\s+{_COMMAND}(?!\w){_SORRY})[\s!.,]*",
    re.IGNORECASE,
)


def remove_bystander_talk(words: str) -> str:
    """The words without what was said to somebody else in the room."""
    return (
        " ".join(_BYSTANDER_COMMAND.sub(" ", words).split()).strip(" ,") if _BYSTANDER_COMMAND.search(words) else words
    )
