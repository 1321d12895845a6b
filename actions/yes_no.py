"""A yes or a no, said plainly. What is not plainly one of them is asked again: money never moves on a guess.

A recogniser's opinion is not enough for a yes: "yes 60", "yes when I get paid" and "yes, the other card" all sound like
one to it. So a yes is made of these words alone; whatever else is said is a change, a question or asked again.
"""

from __future__ import annotations

import re

from actions.turn import Turn
from backend.language import ENGLISH, SPANISH

WORD = re.compile(r"[a-z']+|\S", re.IGNORECASE)
CORE = frozenset(
    """yes y yep yup yeah yea ya ye yess ok okay okey k sure correct right confirm confirmed absolutely definitely
    exactly agreed agree fine good perfect great affirmative si claro pay go do""".split()
)
BESIDE = frozenset(
    """please thanks thank you it that this is that's thats it's its ahead now sir ma'am maam um uh well so and looks
    sounds of course i the payment just""".split()
)
SPANISH_WORDS = frozenset({"y", "ya", "k"})  # "and", "already", "what": in Spanish none of them is a yes
DOUBTFUL = re.compile(r"\byeah,? right\b", re.IGNORECASE)
NOT_ALONE = frozenset({"go", "do"})  # "go" is no yes, "go ahead" is
NO = re.compile(
    r"(no|n|nope|nah|not now|no way|no thanks|no thank you|don'?t|do not|wrong|not that|that's wrong|incorrect)[.! ]*",
    re.IGNORECASE,
)
SURE_OF_A_NO = 0.6  # to stop is always safe: a recognised no needs no more


def said_yes(turn: Turn) -> bool:
    """Whether this is a yes and nothing else. A message that something had to be taken out of is never one."""
    if turn.removed:
        return False
    if not turn.text:
        return turn.intent == "affirm"  # a pressed button
    return only_yes(turn.text, turn.language)


def only_yes(text: str, language: str = ENGLISH) -> bool:
    """Whether the words are a yes and nothing else. Spanish is given in English words, as `Turn.text` has it."""
    words = [word.lower() for word in WORD.findall(text) if word not in ".,!"]
    if language == SPANISH and not SPANISH_WORDS.isdisjoint(words):
        return False
    if not words or DOUBTFUL.search(text) or not set(words) <= CORE | BESIDE:
        return False
    cores = [word for word in words if word in CORE]
    return any(word not in NOT_ALONE for word in cores) or {"go", "ahead"} <= set(words) or {"do", "it"} <= set(words)


def said_no(turn: Turn) -> bool:
    """Whether this is a no."""
    if NO.fullmatch(turn.text.strip()):
        return True
    confidence = (turn.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0
    return turn.intent == "deny" and float(confidence) >= SURE_OF_A_NO
