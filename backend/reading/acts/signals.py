"""Small signs in the words that mean the same whatever is asked: wait, say it again, take it back, a feeling.

The words are in signals.yml beside this file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from backend.reading.detectors import detector

SIGNALS_FILE = Path(__file__).with_name("signals.yml")
FEELINGS = ("grief", "fear", "hardship", "anger")
"""The first that is found is met: a widow who cannot pay is a widow first."""
MAX_SHORT_MESSAGE_WORDS = 12
_LEAD_IN = (
    r"(?:(?:and|so|ok|okay|hi|hello|hey|also|oh|well|um|uh|but|please|yes|yeah|no|sure|sorry|let'?s see|"
    r"by the way|btw|real quick|quick question|one more thing|actually|first)[\s,.:]+)*"
)
_LANGUAGE = re.compile(r"\b(?:in|en) (?:spanish|english|espa[nñ]ol|ingl[eé]s)\b|\bhabla espa[nñ]ol\b", re.IGNORECASE)
is_refusal = detector(
    r"\b(?:nothing|(?:don'?t|do not) (?:want|wanna|wish|need|like|care (?:for|to))|not interested|no calls?|"
    r"not a call|no llamada|not (?:going|gonna)|won'?t|no quiero|nada)\b"
)
"""`I don't want to pay`, `no more of that`: the member does not want what is named."""
_REFUSES_NAMED = re.compile(
    rf"{_LEAD_IN}(?:i (?:already |just )?(?:said|told you)\s+)?(?:no|not an?|(?:i )?(?:don'?t|do not|didn'?t) "
    r"(?:want|need|ask for) (?:an?|any|the)?)\s+(?:more\s+)?(?:payment )?(?:plans?|"
    r"arrangements?|extension)\b(?! (?:today|now|until|yet))",
    re.IGNORECASE,
)
_YES_WHEN = re.compile(r"(?:yes|yeah|ok)\W+when\b", re.IGNORECASE)  # a condition: "yes when i have money"
_TIME_OR_CONDITION = re.compile(r"\b(?:later|afterwards?|any ?time|ever|if|still)\b", re.IGNORECASE)
_QUESTION_TAIL = re.compile(r"\bor (?:not?|what)[\s.!]*$", re.IGNORECASE)
_SAYS_THAT_IS_ALL = re.compile(
    r"\b(?:(?:that|this|it)(?:'?s|'?ll be|'?d be| is| will be| would be) (?:all|it|everything|enough)|"
    r"nothing (?:else|more)|(?:good)?bye|adios|hasta luego|all (?:set|done|good)|i(?:'?m| am) (?:good|set|done))\b",
    re.IGNORECASE,
)
_WANTS_TO_KNOW = re.compile(
    rf"{_LEAD_IN}i (?:want|need|would like|just want|just need) (?:to know|saber)\b", re.IGNORECASE
)
_ASKS_ABOUT_PROCESS = re.compile(
    rf"{_LEAD_IN}(?:how often|when|who|why|where|does|did)\b", re.IGNORECASE
)  # "do you read it"
_PRESENCE_WORDS = re.compile(r"\b(?:hear|there|listening|here)\b", re.IGNORECASE)
_CONTINUES = re.compile(r"(?:ok(?:ay)?\W+)?(?:and|or|y|o|(?:and )?(?:what|how) about)\b", re.IGNORECASE)
_ENDS_IN_WAIT = re.compile(r"\bwait$", re.IGNORECASE)


def asks_to_wait(text: str) -> bool:
    """`hold on`, `let me get my glasses`; no question, and no other wish behind it."""
    if len(text.split()) <= 2 * MAX_SHORT_MESSAGE_WORDS and _pattern_at_end("hold_at_end").search(text):
        return True
    found = _pattern_at_start("hold").match(text.strip())
    if found is None or len(text.split()) > MAX_SHORT_MESSAGE_WORDS:
        return False
    rest = text.strip()[found.end() :].strip(" ,.!")
    return not is_question(rest) and (not _ENDS_IN_WAIT.search(found[0]) or not rest)


def has_request_after_wait(text: str) -> bool:
    """`Hold on, can you stop Auto Pay first`."""
    found = _pattern_at_start("hold").match(text.strip())
    return found is not None and is_request(text.strip()[found.end() :].strip(" ,.!"))


def asks_to_repeat(text: str) -> bool:
    """`say that again`, `i didn't catch that`."""
    if len(text.split()) > MAX_SHORT_MESSAGE_WORDS or _ASKS_ABOUT_PROCESS.match(text.strip()):
        return False
    return bool(_pattern_anywhere("again").search(text))


def is_continuation(text: str) -> bool:
    """`And September?`, `what about the membership fee`: few words that go on with what was said before."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS // 2 and bool(_CONTINUES.match(text.strip()))


def asks_if_present(text: str) -> bool:
    """`Can you hear me?`, `are you still there`: nothing but whether somebody listens."""
    return bool(_pattern_whole("presence").fullmatch(text.strip()) and _PRESENCE_WORDS.search(text))


def declines_to_say(text: str) -> bool:
    """`I don't want to give you that`, `I'd rather not say`: the member withholds what was asked for."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS and bool(_pattern_anywhere("withholds").search(text))


def disputes_answer(text: str) -> bool:
    """`That's wrong, I paid that last week`, `check again`: the member doubts what we just said."""
    return len(text.split()) <= 2 * MAX_SHORT_MESSAGE_WORDS and bool(_pattern_anywhere("disputes").search(text))


def asks_to_undo(text: str) -> bool:
    """`undo that`, `i did not ask for this`, `cancel the report`."""
    return (
        len(text.split()) <= MAX_SHORT_MESSAGE_WORDS
        and bool(_pattern_anywhere("take_back").search(text))
        and not text.strip().endswith("?")
    )


def is_small_talk(text: str) -> bool:
    """Nothing but a greeting, thanks or a goodbye."""
    return bool(_pattern_whole("social").fullmatch(text.strip()))


def says_goodbye(text: str) -> bool:
    """`That is all, thank you`, `no thanks, bye`: nothing but that the talk is over."""
    words = text.strip().replace("’", "'")
    return bool(_goodbye_pattern().fullmatch(words) and _SAYS_THAT_IS_ALL.search(words))


def is_question(text: str) -> bool:
    """A question, and no polite request: `can you stop it` asks for it, `can I stop it later` asks about it."""
    stripped = text.strip()
    if _pattern_at_start("polite").match(stripped) or (_YES_WHEN.match(stripped) and not stripped.endswith("?")):
        return False
    asks = stripped.endswith("?") or _QUESTION_TAIL.search(stripped) or _pattern_at_start("asks").match(stripped)
    return bool(asks)


def asks_for_information(text: str) -> bool:
    """`I need to know how much deposit you want for new service` asks, whatever it names."""
    return bool(_WANTS_TO_KNOW.match(text.strip()))


def is_request(text: str) -> bool:
    """A request in the form of a question: `can I just set up Auto Pay instead`."""
    return bool(_pattern_at_start("polite").match(text.strip())) and not _TIME_OR_CONDITION.search(text)


def extract_leading_refusal(text: str) -> str | None:
    """What stands behind a refusal at the beginning of a sentence: `no payment plan` refuses "payment plan"."""
    found = _pattern_at_start("refusal").match(text)
    return text[found.end() :].strip(" ,.!") if found else None


def refuses_named_task(text: str) -> bool:
    """`No payment plan please`, `I said no plan`: the very task that is named is refused."""
    return bool(_REFUSES_NAMED.match(text.strip()))


def asks_for_language(text: str) -> bool:
    """`better in spanish please`: a wish for a language in few words."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS // 2 and bool(_LANGUAGE.search(text))


def detect_feeling(text: str) -> str | None:
    """`grief`, `fear`, `hardship` or `anger`, when the words plainly show it."""
    return next((name for name in FEELINGS if _pattern_anywhere(name).search(text)), None)


@cache
def _goodbye_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_phrases_pattern('leaving')}|{_phrases_pattern('social')})\b[\s,.!]*)+", re.IGNORECASE)


@cache
def _phrases_pattern(name: str) -> str:
    table = yaml.safe_load(SIGNALS_FILE.read_text(encoding="utf-8"))
    return "|".join(str(piece).replace(" ", r"\s+").replace(r"\s+?", r"\s*") for piece in table[name])


@cache
def _pattern_anywhere(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_phrases_pattern(name)})(?!\w)", re.IGNORECASE)


@cache
def _pattern_at_start(name: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD_IN}(?:{_phrases_pattern(name)})\b", re.IGNORECASE)


@cache
def _pattern_at_end(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{_phrases_pattern(name)})(?:[\s,.!]+(?:please|honey|hon|dear|ok|okay))*[\s.!]*$", re.IGNORECASE
    )


@cache
def _pattern_whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_phrases_pattern(name)})[\s,.!?¿¡]*)+", re.IGNORECASE)


asks_how_it_works = detector(
    r"\b(how (do|does|can|would|to)|what (is|are|day|kinds?|types?|sorts?|can|happens|do i need|does)|what'?s|"
    r"where|which|why can'?t|can (i|you)|could i|is it possible|do you (have|offer)|difference|when do(es)?|"
    r"tell me about)\b"
)
"""Whether it is a question about a task itself, which needs no account to be answered."""
