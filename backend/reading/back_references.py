"""Reads words that point at something said before: `the other one`, `half of that`, `a week later`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backend.money import share_of
from backend.reading.dates.day_vocabulary import MONTH_NAMES
from backend.reading.detectors import detector

COUNTS = (
    r"(?! ?(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|"
    r"dollars?|bucks?|point|\d))"
)
ONE_AS_PRONOUN = re.compile(
    r"\b(?:the |an)?(?:other|that|this|which|wrong|right|next|previous|same|last|only|either|"
    r"neither|each|every|no|new|old|"
    rf"(?:the|my) (?:house|home|barn|shop|well|garage|cabin|farm|shed|place)) one\b{COUNTS}",
    re.IGNORECASE,
)
"""`the other one` is no number: without this it was read as $1.00."""
refers_to_other = detector(
    r"\b(?:the|my) other\b|\banother one\b|\bthe one that (?:is|was) ?n[o']t\b|"
    r"\bnot (?:that|this) (?:one|card|account)\b|\bdifferent one\b"
)
"""`the other one`, `not that card`: of two, the one that is not chosen now."""
refers_to_new_method = detector(r"\b(?:new|replacement) (?:\w+ )?(?:one|card|bank|account|number)\b")
"""`Put the new one in`, `it's a new card`: a way to pay that is not on file."""
is_no_longer_valid = detector(
    r"\b(?:stolen|stole|lost|expired?|expires|skimmed|hacked|compromised|neither|cancell?ed|closed|no good|"
    r"(?:does|do)(?: not|n'?t) work|(?:is|are)(?: not|n'?t) (?:any )?good)\b"
)
"""`That Visa was stolen`, `neither one`: what is named must not be charged."""
refuses_old_method = detector(
    r"\b(?:not|no|don'?t|without|except|never)\b[^.;!?]{0,28}\b(?:(?:old|vieja|anterior) (?:card|one|visa|"
    r"mastercard)|(?:card|tarjeta|la) (?:vieja|anterior))\b"
)
"""`The first one, but not with the old card`: a choice, and a card that must not be charged."""
mentions_double_charge = detector(
    r"\b(?:charg\w*|t[ao]ken?|took|pa(?:id|y)|bill(?:ed)?|debit\w*|withdr\w*)\b.{0,40}\b(?:twice|(?:two|2) times|2x)\b|"
    r"\bdouble (?:charg\w*|pay\w*|paid|bill\w*)"
)
"""`You took my money two times`: one bill was paid or charged twice."""
asks_about_next_payment = detector(
    r"\b(?:will|would|does|do|is|what about|how about|what happens)\b.{0,40}\b(?:one|payment|bill|month|run|draft|"
    rf"{MONTH_NAMES}|tomorrow|next|this|too|also|still|enero|febrero|diciembre|noviembre)\b"
)
"""`Will that cancel the December one too?`: about the next of what goes out by itself."""
_CHANGES_IT = re.compile(
    r"^\W*(?:(?:can|could) (?:you|i|we)|please|actually|no|ok|okay|oh|wait|hmm|sorry|and|then|yes|"
    r"on (?:second|2nd) \w+|never ?mind|nvm|but|better|mejor|pensandolo (?:bien|ok|mejor)|"
    r"i (?:want|need) to|let'?s|\W)*(?:(?:change|move|switch|push|make|put|set|reschedule|cancel|"
    r"stop|delete|remove|call off) (?:it|that|this|that one|that payment|the payment)\b|turn it off)",
    re.IGNORECASE,
)
_HALF_OF_THAT = re.compile(r"\bhalf (?:of )?(?:that|it|this)\b|\bhalf as much\b", re.IGNORECASE)
is_same_as_last_time = detector(
    r"\b(?:same|what|whatever|like)\b.{0,24}\b(?:last (?:time|month|bill|payment)|before|usual|always)\b"
)
"""`same as last month`, `what I always pay`."""
_TIME_LATER = re.compile(
    r"\b(?:(?P<weeks>a|one|two|three|1|2|3) (?P<unit>week|day)s? (?:later|after(?: that)?)|"
    r"(?P<next>the (?:next|following) one|(?:the )?(?:one|week) after(?: that)?|not this \w+(?:,)? the next))\b",
    re.IGNORECASE,
)
_MAX_WORDS = 12  # words
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "1": 1, "2": 2, "3": 3}


def remove_pronoun_ones(text: str) -> str:
    """The text with `it` for each `one` that is a pronoun: `the other one` becomes `the other it`."""
    return ONE_AS_PRONOUN.sub(lambda found: found[0][: -len("one")] + "it", text)


def refers_to_last_item(text: str) -> bool:
    """`Change it to the 3rd`, `actually cancel that`: the last thing set or mentioned is to be changed or canceled."""
    return len(text.split()) <= _MAX_WORDS and bool(_CHANGES_IT.search(text))


def resolve_half(text: str, cents: int | None) -> int | None:
    """Half of an amount in cents, half a cent up, when the words ask for half of what was named."""
    return share_of(cents, 1, 2) if cents is not None and _HALF_OF_THAT.search(text) else None


def resolve_later_day(text: str, day: date | None) -> date | None:
    """The day that `a week later`, `two days after that` or `the next one` names, from the one chosen now."""
    found = _TIME_LATER.search(text) if day is not None else None
    if found is None or day is None:
        return None
    if found["next"]:
        return day + timedelta(weeks=1)
    count = _NUMBERS[found["weeks"].lower()]
    return day + (timedelta(weeks=count) if found["unit"].lower() == "week" else timedelta(days=count))
