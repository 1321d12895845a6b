"""Detects a claim for what the power broke: a thing of the member's own that a surge or an outage ruined.

It is over and nothing for a crew: the office is told what broke and looks at the claim.
"""

from __future__ import annotations

import re

DAMAGED_THING = re.compile(
    r"\b(?:fridge|refrigerators?|refri(?:geradora?)?s?|freezers?|congelador|nevera|tv|tvs|tele(?:vision|visor)?s?|"
    r"computers?|computadora|laptops?|pc|microwaves?|microondas|washers?|lavadora|dryers?|secadora|furnace|"
    r"air ?conditioners?|ac(?: unit)?|a/c|heat pump|(?:water )?heaters?|(?:well|sump) pumps?|stoves?|estufa|ovens?|"
    r"dishwashers?|routers?|modems?|appliances?|electronics|aparatos?|stereo|xbox|playstation|"
    r"(?:garage )?door opener|motors?|compressors?|food|comida)\b",
    re.IGNORECASE,
)
BREAK_VERBS = re.compile(
    r"\b(?:fr(?:ied|y|ies)|dead|died|broken?|breaks|burn(?:ed|t)|blew|blown|ruined|damaged?|destroyed|killed|"
    r"zapped|toast|spoiled|went bad|kaput|shot|gone|quit|stopped|(?:do ?n'?t|does ?n'?t|wo ?n'?t|not) (?:work|turn on|"
    r"come on|start)\w*|exploded|"
    r"se (?:descompuso|da[nñ][oó]|quem[oó]|ech[oó] a perder)|descompuest[oa]|da[nñ]ad[oa]|quemad[oa])\b",
    re.IGNORECASE,
)
POWER_CAUSE = re.compile(
    r"\b(?:surg(?:e|ed|es)|spike|brown ?out|outage|apag[oó]n|descarga|low voltage|from (?:ur|your)|"
    r"your (?:power|lines?|fault))\b",
    re.IGNORECASE,
)
CLAIM_WORDS = re.compile(
    r"\b(?:claims?|reclamos?|who(?:'?s| is| will| would| do| does| me lo)?(?: gonna| going to)? pays?|pay (?:me|"
    r"us|for|4)|"
    r"reimburs\w*|compensat\w*|indemni\w*|reembols\w*|replace|make (?:it )?good|cover it|owe me|liable|damages?)\b",
    re.IGNORECASE,
)
POWER_OUT = re.compile(
    r"\b(?:power|electric\w*|lights?)(?:'s| is| are)* (?:still )?(?:out|off)\b|\b(?:no|without) (?:power|lights|"
    r"electric\w*)\b",
    re.IGNORECASE,
)


def is_damage_claim(text: str) -> bool:
    """`the surge fried my fridge, who pays for that`; text is English, or Spanish as `to_english` gives it."""
    if DAMAGED_THING.search(text) is None:
        return False
    return bool(
        CLAIM_WORDS.search(text)
        or (BREAK_VERBS.search(text) and POWER_CAUSE.search(text) and not POWER_OUT.search(text))
    )


def is_burned_out_device(text: str, at: int) -> bool:
    """Whether the sentence around `at` is about a device of their own that burned out, not about a fire."""
    start = max(text.rfind(end, 0, at) for end in ".!?;\n") + 1
    end = min((found for mark in ".!?;\n" if (found := text.find(mark, at)) >= 0), default=len(text))
    return DAMAGED_THING.search(text[start:end]) is not None
