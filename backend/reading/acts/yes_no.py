"""Finds a certain yes or no, by rule: `yes because I have to` is `yes`, `yes but make it 60` is neither.

People give a reason with a yes ("yes because I have to"), say again what was read out ("yes, pay the 50"), or beg
pardon first. All of that is a yes. A condition, a change, a question, or anything that was not read out is none: money
never moves on a guess.
"""

from __future__ import annotations

import re

from backend.language import ENGLISH, SPANISH
from backend.reading.acts.signals import detect_feeling, is_question
from backend.reading.dates.day_vocabulary import MONTH_NAMES
from backend.reading.numbers.digit_groups import CARD_BRANDS, spoken_to_digits
from backend.reading.numbers.number_tokens import parse_cardinal, tokenize

YES, NO = "yes", "no"
_STRONG_YES_WORDS = (
    r"yes|yess+|y|yep|yup|yeah|yea|ya|ye|confirm(?:ed)?|absolutely|definitely|exactly|agreed?|i agree|affirmative|"
    r"s[ií]|claro|that'?s (?:right|correct)|that is (?:right|correct)|go ahead(?: and)?|go for it|"
    r"(?:please |just |yes )?do (?:it|that|so)|you bet|by all means|of course|yes i do|please do|"
    r"let'?s do (?:it|that)|put it through|uh huh|mhm|mm hmm"
)
# each also opens a sentence that agrees to nothing: "ok so it was just once", "fine I'll look for it"
_WEAK_YES_WORDS = (
    r"ok(?:ay|ey)?|k|sure(?: thing)?|correct|right|fine|good|perfect|great|pay|sounds good|looks good|i do|send it|"
    r"submit(?: it)?|that'?s (?:fine|it|good)|that is fine"
)
_YES_WORDS = f"{_STRONG_YES_WORDS}|{_WEAK_YES_WORDS}"
_FILLER_WORDS = frozenset(
    """please thanks thank you it that this is that's thats it's its ahead now sir ma'am maam um uh well so and looks
    sounds of course i the payment just then too dear honey hon very much works for me with by dollars dollar cents
    bucks""".split()
)
_STRONG_YES = re.compile(rf"(?:{_STRONG_YES_WORDS})(?![\w'])", re.IGNORECASE)
_YES_AT_START = re.compile(rf"(?:{_YES_WORDS})(?![\w'])", re.IGNORECASE)
# what may stand before a yes without changing it
_LEAD_IN = re.compile(
    r"(?:oh|um+|uh+|er|well|so|and|now|hey|hi|hello|please|sorry|i'?m sorry|thanks|thank you|dear|my|goodness|lord|"
    r"gosh|honey|hon|dear me|alright|all right|just|i said|"
    r"(?:one|1)(?=[\s,.!]+(?:yes|yeah|yep|yup)\b))(?![\w'])[\s,.!]*",  # the number of the button, and its word
    re.IGNORECASE,
)
_NOT_YES_IN_SPANISH = frozenset({"y", "ya", "k"})  # "and", "already", "what": in Spanish none of them is a yes
_NOT_YES_ALONE = re.compile(r"(?:good|great|right|do so|i do)[\s.!]*", re.IGNORECASE)
_DOUBTFUL = re.compile(r"\byeah,? right\b|\bsure,? (?:why|whatever)\b|\bas if\b|\bi (?:guess|suppose)\b", re.IGNORECASE)
# "I don't want that any more, so yes": the words before it are a reason, and no certain no
_ENDS_IN_YES = re.compile(r"\bso,? (?:yes|yeah|yep|yup|si|go ahead|do it)[\s.!]*$", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|when|until|till|once|maybe|not sure)\b")
_YES_BEFORE_MORE = re.compile(
    rf"(?:{_STRONG_YES_WORDS})(?: please|,? (?:sir|ma'?am))?[\s,.]+(?:and |but |y )?(?!when (?:i|my)\b)"
)
_NO_AT_START = re.compile(
    r"(?:no|n|nope|nah|naw|not?(?: just)? (?:now|yet|that|this|really|today|anymore|any more)|no way|no thanks?|"
    r"no thank you|don'?t|dont|do not|never|wrong|incorrect|that'?s (?:wrong|not right|incorrect)|negative|"
    r"i(?:'d| would) rather not|i(?:'d| would) rather you did(?:n'?t| not)|leave it|"
    r"i (?:don'?t|dont|do not|did ?n'?t|didnt|did not) (?:want|ask|need|say|mean))(?![\w'])",
    re.IGNORECASE,
)
# "nope, just put it on the Visa" says what is wanted in place of it
_ASKS_INSTEAD = re.compile(
    r"[\s,.!-]*(?:sir|ma'?am)?[\s,]*(?:just|only|rather|better) (?:send|mail|put|use|do|take|charge|pay|text|email|"
    r"draft|swap|move|give|pause|lower|raise)\b(?! (?:nothing|no\b|not\b|that|this|it (?:alone|off|down|away)|"
    r"me alone))",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(r"\bnot (?:just |right )?(?:now|today|tonight|yet|this (?:week|month))\b", re.IGNORECASE)
_NO_PROBLEM = re.compile(r"no (?:problem|worries|prob|doubt|sweat|issue|hay problema)\b", re.IGNORECASE)
# "I would rather be ahead for the winter": what is liked better than not to agree
_WOULD_LIKE = re.compile(
    r"\bi(?:'d| would) (?:rather|like to|love to|prefer to) be (?:\w+ )?(?:ahead|safe|sure|early|covered|prepared|"
    r"finished|done)\b[^\d?]*",
    re.IGNORECASE,
)
# a reason may hold any word: "because I don't want to be late"
_REASON = re.compile(
    r"\b(?:because|cause|cuz|cos|coz|since|so (?:that|i|it|they|we)|or else|before (?:i|they|it|you)|"
    r"i (?:just )?(?:know|understand|have to|got to|need to|want a credit)|it'?s for|its for|that'?s for|for my)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_DOUBT = re.compile(
    r"\b(?:but|except|only|instead|if|when(?:ever)?|as soon as|after|until|till|unless|later|not|never|cannot|wait|"
    r"hold|hang on|actually|rather|other|another|different|change|make it|first|twice|both|half|more|less|all|how|"
    r"what|why|which|who|where|whose|perhaps|maybe|think so|can (?:i|you|we)|could|will (?:it|you|i|there)|does|"
    r"do (?:i|you|they)|is (?:it|there|that)|are (?:you|there)|should|would|no|i paid|was paid|"
    r"already (?:i )?paid)\b|n't\b|\b(?:do|does|did|ca|wo|is|are|was|were|would|should|could|have|has)nt\b|\?",
    re.IGNORECASE,
)
_STOP_WORDS = re.compile(r"\b(?:stop|cancel\w*|end|remove|turn\w*|off|delete|drop|quit|take)\b", re.IGNORECASE)
_KEEP_WORDS = re.compile(r"\b(?:keep|leave|stay)\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?\b|\b(?:today|tonight|tomorrow|next|week|weekend|month|payday|"
    rf"{MONTH_NAMES})\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    rf"\b(?:{CARD_BRANDS}|american express|checking|savings|bank|paypal|venmo|cash|debit|credit card)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_POINTS_AT_ONE = re.compile(r"\b(?:that|this|the) one\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9']+|[^\W\d_]+", re.IGNORECASE)
_REPEATED_LETTERS = re.compile(r"([a-z])\1{2,}|(?<=\bs)(i)i+\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!\d)[.!;]+(?!\d)|\s[-–—]\s|\n")


def detect_yes_no(words: str, read_out: str = "", language: str = ENGLISH) -> str | None:
    """`yes` or `no` where the words are certainly one of them, else None.

    `words` are English, or Spanish from `to_english`. `read_out` is what was asked: a number, a day or a way to pay
    that a yes names must stand in it.
    """
    text = _REPEATED_LETTERS.sub(lambda held: held[1] or held[2], " ".join(words.replace("’", "'").split()))
    if not text or _DOUBTFUL.search(text) or _ENDS_IN_YES.search(text):
        return None
    sentences = [part.strip(" ,") for part in _SENTENCE_END.split(text) if part.strip(" ,")]
    kinds = {_classify_sentence(part, read_out, language) for part in sentences} - {"neutral"}
    if NO in kinds and kinds <= {NO, "doubt"}:
        return NO  # to stop is safe: "no, thank you. that will be all"
    return YES if kinds == {YES} else None


def starts_with_yes(text: str) -> bool:
    """Whether its first word is a plain yes: "yes, does it count today" agrees and asks."""
    return _STRONG_YES.match(_remove_lead_in(text.strip().lower())) is not None


def detect_uncertain_yes(text: str) -> tuple[str, ...]:
    """The acts of a yes that is never certain: one with a question behind it, or one that a reason ends in.

    "Yes how long till it clears" agrees and asks; "I like to do it myself, so yes" agrees. None where it is neither.
    """
    plain = " ".join(text.replace("’", "'").lower().split())
    if _ENDS_IN_YES.search(plain):
        reason = _ENDS_IN_YES.sub("", plain)
        return () if "?" in reason or _CONDITION.search(reason) or contains_value(reason) else ("affirm",)
    yes = _YES_BEFORE_MORE.match(plain)
    asks = yes and is_question(plain[yes.end() :]) and not contains_value(plain)
    return ("affirm", "ask") if asks else ()


def contains_yes(text: str) -> bool:
    """Whether a plain word of agreement stands anywhere in it; "ok" and "fine" are none."""
    return any(_STRONG_YES.match(text, found.start()) for found in re.finditer(r"(?<![\w'])(?=[a-z])", text.lower()))


def contains_value(text: str) -> bool:
    """Whether the text has a number, a day or a way to pay in it."""
    return _names_unread_value(text, "")


def _classify_sentence(part: str, read_out: str, language: str) -> str:
    """What one sentence is: `yes`, `no`, `neutral`, `changes` (names another value) or `doubt` (asks, conditions)."""
    rest = _remove_lead_in(part)
    if _NO_PROBLEM.match(rest):
        rest = _NO_PROBLEM.sub("", rest, count=1).strip(" ,")
        return _classify_sentence(rest, read_out, language) if rest else "neutral"
    if (no := _NO_AT_START.match(rest)) is not None:
        return _classify_after_no(rest[no.end() :])
    agreed = sure = False
    while (yes := _YES_AT_START.match(rest)) is not None:
        if language == SPANISH and yes[0].lower() in _NOT_YES_IN_SPANISH:
            break
        if not agreed and _NOT_YES_ALONE.fullmatch(rest):
            return "neutral"
        agreed, sure = True, sure or bool(_STRONG_YES.fullmatch(yes[0]))
        rest = _remove_lead_in(rest[yes.end() :].lstrip(" ,"))
    if not agreed:
        if detect_feeling(part):
            return "neutral"  # "yes. he passed in March" names no day to pay
        if _names_unread_value(rest, read_out) or "?" in rest:
            return "changes"
        rest = _remove_gladly(rest)
        return "doubt" if _DOUBT.search(_REASON.sub("", rest)) or _has_change(rest, read_out) else "neutral"
    rest = _REASON.sub("", _remove_gladly(rest))
    loose = sure and language != SPANISH  # unknown Spanish behind a "si" may be an "if"
    return YES if not _has_change(rest, read_out) and (loose or _is_only_filler(rest)) else "doubt"


def _remove_gladly(rest: str) -> str:
    """The words without what is liked about the yes; a day or a way to pay in it stays, for it may change something."""
    return _WOULD_LIKE.sub(lambda found: found[0] if _names_unread_value(found[0], "") else "", rest)


def _is_only_filler(rest: str) -> bool:
    """Whether it has only polite words and the sum that was read out; one figure alone may be a recognizer's "to"."""
    words = {word.lower() for word in _WORD.findall(_spell_as_digits(rest))}
    return {word for word in words if not (word.isdigit() and len(word) > 1)} <= _FILLER_WORDS


def _remove_lead_in(text: str) -> str:
    while (lead := _LEAD_IN.match(text)) is not None and lead.end() < len(text):
        text = text[lead.end() :]
    return text


def _classify_after_no(rest: str) -> str:
    """A no stands whatever reason follows; a number or a day behind it corrects, which is for the question to read."""
    rest = _NOT_NOW.sub("", rest)  # "no dear, not today" names no day to do it
    if _DAY.search(rest) or re.search(
        r"\b(?:question|idea|instead|other|make it|let'?s|change)\b", rest, re.IGNORECASE
    ):
        return "changes"
    return "changes" if _find_numbers(rest) or _ASKS_INSTEAD.match(rest) else NO


def _names_unread_value(rest: str, read_out: str) -> bool:
    """Whether it names a number, a day or a way to pay that is not in `read_out`."""
    told = read_out.lower()
    named = [*_DAY.finditer(rest), *_METHOD.finditer(rest)]
    return any(found[0].lower() not in told for found in named) or not _find_numbers(rest) <= _find_numbers(told)


def _has_change(rest: str, read_out: str) -> bool:
    """Whether words behind a yes do more than agree to `read_out`."""
    told = read_out.lower()
    if _DOUBT.search(rest):
        return True
    if _STOP_WORDS.search(rest) and not _STOP_WORDS.search(told):
        return True
    if _KEEP_WORDS.search(rest) and not _KEEP_WORDS.search(told):
        return True
    return _names_unread_value(rest, read_out)


def _find_numbers(text: str) -> set[float]:
    """The numbers in a text, as `50.0` for "fifty".

    A recognizer writes "to" and "for" as words and as digits, so a single digit counts only where it was typed.
    """
    spoken = (found for found in _NUMBER.findall(_spell_as_digits(_POINTS_AT_ONE.sub("", text))) if len(found) > 1)
    return {float(found.replace(",", "").rstrip(".")) for found in (*_NUMBER.findall(text), *spoken)}


def _spell_as_digits(text: str) -> str:
    """Spoken numbers in figures, hundreds too: `pay a hundred and five` must not pass for a yes to $50."""
    lower = text.lower()
    items, converted, at, copied = tokenize(lower), "", 0, 0
    while at < len(items):
        found = parse_cardinal(items, at)
        if found is None or not any(item.kind == "scale" for item in items[at : found[1]]):
            at += 1
            continue
        converted += f"{lower[copied : items[at].start]}{found[0]}"
        copied, at = items[found[1] - 1].end, found[1]
    return spoken_to_digits(converted + lower[copied:])
