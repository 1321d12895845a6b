"""Words that mean the same whatever is asked: wait, say it again, take it back, a feeling, a question.

Their phrases are in signals.yml beside this file.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from backend.reading.detectors import detector

SIGNALS_FILE = Path(__file__).with_name("signals.yml")
FEELINGS = ("grief", "fear", "hardship", "anger")
"""The first that is found is answered: a widow who cannot pay is a widow first."""
MAX_SHORT_MESSAGE_WORDS = 12
_LEAD_IN = (
    r"(?:(?:and|so|ok|okay|hi|hello|hey|also|oh|well|um|uh|but|please|yes|yeah|no|sure|sorry|let'?s see|"
    r"by the way|btw|real quick|quick question|one more thing|actually|first)[\s,.:]+)*"
)
_PHRASES = {
    name: "|".join(str(piece).replace(" ", r"\s+").replace(r"\s+?", r"\s*") for piece in pieces)
    for name, pieces in yaml.safe_load(SIGNALS_FILE.read_text(encoding="utf-8")).items()
}

_PARTING = re.compile(
    r"\b(?:(?:good ?)?bye|good (?:night|day)|see you|hang(?:ing)? up|thank(?:s| you)|that'?s (?:all|it)|that is all|"
    r"never ?mind|nothing|no more|gracias|adi[oó]s|hasta luego|nada)\b",
    re.IGNORECASE,
)


def _anywhere(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_PHRASES[name]})(?!\w)", re.IGNORECASE)


def _at_start(name: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD_IN}(?:{_PHRASES[name]})\b", re.IGNORECASE)


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_PHRASES[name]})[\s,.!?¿¡]*)+", re.IGNORECASE)


_HOLD, _POLITE, _ASKS, _REFUSAL = (_at_start(name) for name in ("hold", "polite", "asks", "refusal"))
_AGAIN, _WITHHOLDS, _DISPUTES, _TAKE_BACK = (
    _anywhere(name) for name in ("again", "withholds", "disputes", "take_back")
)
_PRESENCE, _SMALL_TALK = _whole("presence"), _whole("social")
_FEELINGS = {name: _anywhere(name) for name in FEELINGS}
_HOLD_AT_END = re.compile(
    rf"(?<!\w)(?:{_PHRASES['hold_at_end']})(?:[\s,.!]+(?:please|honey|hon|dear|ok|okay))*[\s.!]*$", re.IGNORECASE
)
_GOODBYE = re.compile(rf"(?:(?:{_PHRASES['leaving']}|{_PHRASES['social']})\b[\s,.!]*)+", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:in|en) (?:spanish|english|espa[nñ]ol|ingl[eé]s)\b|\bhabla espa[nñ]ol\b", re.IGNORECASE)
is_refusal = detector(
    r"\b(?:nothing|(?:don'?t|do not) (?:want|wanna|wish|need|like|care (?:for|to))|not interested|no calls?|"
    r"not a call|no llamada|not (?:going|gonna)|won'?t|no quiero|nada)\b"
)
"""`I don't want to pay`, `no more of that`: the member does not want what is named."""
refuses_named_task = detector(
    rf"^\s*{_LEAD_IN}(?:i (?:already |just )?(?:said|told you)\s+)?(?:no|not an?|(?:i )?(?:don'?t|do not|didn'?t) "
    r"(?:want|need|ask for) (?:an?|any|the)?)\s+(?:more\s+)?(?:payment )?(?:plans?|arrangements?|extension)\b"
    r"(?! (?:today|now|until|yet))"
)
"""`No payment plan please`, `I said no plan`: the very task that is named is refused."""
asks_for_information = detector(rf"^\s*{_LEAD_IN}i (?:want|need|would like|just want|just need) (?:to know|saber)\b")
"""`I need to know how much deposit you want for new service` asks, whatever it names."""
asks_how_it_works = detector(
    r"\b(how (do|does|can|would|to)|what (is|are|day|kinds?|types?|sorts?|can|happens|do i need|does)|what'?s|"
    r"where|which|why can'?t|can (i|you)|could i|is it possible|do you (have|offer)|difference|when do(es)?|"
    r"tell me about)\b"
)
"""Whether it is a question about a task itself, which needs no account to be answered."""
_YES_WHEN = re.compile(r"(?:yes|yeah|ok)\W+when\b", re.IGNORECASE)  # a condition: "yes when i have money"
_TIME_OR_CONDITION = re.compile(r"\b(?:later|afterwards?|any ?time|ever|if|still)\b", re.IGNORECASE)
_QUESTION_TAIL = re.compile(r"\bor (?:not?|what)[\s.!]*$", re.IGNORECASE)
_SAYS_THAT_IS_ALL = re.compile(
    r"\b(?:(?:that|this|it)(?:'?s|'?ll be|'?d be| is| will be| would be) (?:all|it|everything|enough)|"
    r"nothing (?:else|more)|(?:good)?bye|adios|hasta luego|all (?:set|done|good)|i(?:'?m| am) (?:good|set|done))\b",
    re.IGNORECASE,
)
# "when do you read it" does not ask us to read something again
_ASKS_ABOUT_PROCESS = re.compile(rf"{_LEAD_IN}(?:how often|when|who|why|where|does|did)\b", re.IGNORECASE)
_PRESENCE_WORDS = re.compile(r"\b(?:hear|there|listening|here)\b", re.IGNORECASE)
_CONTINUES = re.compile(r"(?:ok(?:ay)?\W+)?(?:and|or|y|o|(?:and )?(?:what|how) about)\b", re.IGNORECASE)
_ENDS_IN_WAIT = re.compile(r"\bwait$", re.IGNORECASE)


def asks_to_wait(text: str) -> bool:
    """`hold on`, `let me get my glasses`, with no question behind it."""
    if len(text.split()) <= 2 * MAX_SHORT_MESSAGE_WORDS and _HOLD_AT_END.search(text):
        return True
    found = _HOLD.match(text.strip())
    if found is None or len(text.split()) > MAX_SHORT_MESSAGE_WORDS:
        return False
    rest = text.strip()[found.end() :].strip(" ,.!")
    return not is_question(rest) and (not _ENDS_IN_WAIT.search(found[0]) or not rest)


def has_request_after_wait(text: str) -> bool:
    """`Hold on, can you stop Auto Pay first`."""
    found = _HOLD.match(text.strip())
    return found is not None and is_request(text.strip()[found.end() :].strip(" ,.!"))


def asks_to_repeat(text: str) -> bool:
    """`say that again`, `i didn't catch that`."""
    if len(text.split()) > MAX_SHORT_MESSAGE_WORDS or _ASKS_ABOUT_PROCESS.match(text.strip()):
        return False
    return bool(_AGAIN.search(text))


def is_continuation(text: str) -> bool:
    """`And September?`, `what about the membership fee`: few words that go on with what was said before."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS // 2 and bool(_CONTINUES.match(text.strip()))


def asks_if_present(text: str) -> bool:
    """`Can you hear me?`, `are you still there`: asks only whether somebody listens."""
    return bool(_PRESENCE.fullmatch(text.strip()) and _PRESENCE_WORDS.search(text))


def declines_to_say(text: str) -> bool:
    """`I don't want to give you that`, `I'd rather not say`: the member withholds what was asked for."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS and bool(_WITHHOLDS.search(text))


def disputes_answer(text: str) -> bool:
    """`That's wrong, I paid that last week`, `check again`: the member doubts what we just said."""
    return len(text.split()) <= 2 * MAX_SHORT_MESSAGE_WORDS and bool(_DISPUTES.search(text))


def asks_to_undo(text: str) -> bool:
    """`undo that`, `i did not ask for this`, `cancel the report`."""
    return (
        len(text.split()) <= MAX_SHORT_MESSAGE_WORDS
        and bool(_TAKE_BACK.search(text))
        and not text.strip().endswith("?")
    )


def is_small_talk(text: str) -> bool:
    """Nothing but a greeting, thanks or a goodbye."""
    return bool(_SMALL_TALK.fullmatch(text.strip()))


def says_goodbye(text: str) -> bool:
    """`That is all, thank you`, `no thanks, bye`: nothing but that the talk is over."""
    words = text.strip().replace("’", "'")
    return bool(_GOODBYE.fullmatch(words) and _SAYS_THAT_IS_ALL.search(words))


says_bye = detector(r"\b(?:good ?)?bye\b|\badi[oó]s\b|\bhasta (?:luego|pronto|ma[nñ]ana|la vista)\b|\bsee (?:you|ya)\b")
"""A word of parting itself, which ends a talk in the middle of a task; `that is all` alone may be an answer."""


def takes_leave(text: str) -> bool:
    """Whether a word of parting or of thanks stands in it; less than `says_goodbye`, for what ends a talk anyway."""
    return bool(_PARTING.search(text))


def is_question(text: str) -> bool:
    """A question, and no polite request: `can you stop it` asks for it, `can I stop it later` asks about it."""
    stripped = text.strip()
    if _POLITE.match(stripped) or (_YES_WHEN.match(stripped) and not stripped.endswith("?")):
        return False
    return bool(stripped.endswith("?") or _QUESTION_TAIL.search(stripped) or _ASKS.match(stripped))


def is_request(text: str) -> bool:
    """A request in the form of a question: `can I just set up Auto Pay instead`."""
    return bool(_POLITE.match(text.strip())) and not _TIME_OR_CONDITION.search(text)


def extract_leading_refusal(text: str) -> str | None:
    """What stands behind a refusal at the beginning of a sentence: `no payment plan` refuses "payment plan"."""
    found = _REFUSAL.match(text)
    return text[found.end() :].strip(" ,.!") if found else None


def asks_for_language(text: str) -> bool:
    """`better in spanish please`: asks for a language in few words."""
    return len(text.split()) <= MAX_SHORT_MESSAGE_WORDS // 2 and bool(_LANGUAGE.search(text))


def detect_feeling(text: str) -> str | None:
    """`grief`, `fear`, `hardship` or `anger`, when the words plainly show it."""
    return next((name for name, phrases in _FEELINGS.items() if phrases.search(text)), None)
