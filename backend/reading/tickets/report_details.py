"""Reads what a message says for a report beside what happened: a yes with more, no number, when to call."""

from __future__ import annotations

import re

from backend.reading.detectors import detector, whole_detector

is_bare_report_request = whole_detector(
    r"(?:\W|\b(?:i|i'd|i'll|we|want|wanna|need|would|like|have|got|to|a|an|the|my|our|your|you|some|about|with|on|"
    r"this|that|file|make|report|register|submit|lodge|dispute|contest|question|challenge|open|start|put|in|"
    r"complain|complaints?|problem|issue|charges?|bill|case|claim|can|could|how|do|where|please|hi|hello|hey|"
    r"formal|something|is|there|for|of|it|wrong|unhappy|upset|not|happy|mad|angry|sorry|company|co-?op|office|"
    r"service)\b)+"
)
"""Whether the words only ask to report something and say nothing of what happened."""
says_when_to_call = detector(
    r"^\W*(?:(?:but|only|just|please|pero|and)\W+)*(?:call|phone|ring|llam\w+)(?: me| us)? (?:only )?(?:after|"
    r"before|between|in the|mornings?|afternoons?|on (?:mon|tues|wednes|thurs|fri)|despu[eé]s|antes|por la|en la)\b"
)
"""When they may call about a report; a call back of its own is asked for with other words."""
_LANGUAGE = re.compile(r"^\W*(?:español|espanol|spanish|english|inglés|ingles)\b[\W_]*", re.IGNORECASE)
has_no_number = detector(
    r"\b(?:(?:don'?t|do not|dont|didn'?t|doesn'?t|can'?t|cannot|cant) (?:have|know|remember|find|got|see|get)|"
    r"haven'?t got|no idea|not sure|no (?:number|account|bill|member number)|not a member|without (?:it|a number)|"
    r"lost it|idk|dunno|forgot|not (?:at home|handy|on me)|isn'?t mine|not mine|not my account|no lo (?:tengo|se)|"
    r"no soy (?:socio|miembro))\b"
)
YES_WITH_MORE = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|yea|please do|go ahead|correct|sure)\b[\s,.!;-]+(?P<more>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
RETRACTS_YES = re.compile(
    r"\b(?:but|no|not|don'?t|do not|wait|instead|except|actually|hold|rather|wrong|never)\b|\?", re.IGNORECASE
)
is_last4_only = whole_detector(r"\W*(?:\d\W*){4}|(?:\W*[a-z]+){1,8}\W*")
"""Whether it can be four digits alone, in figures or in words."""
names_phone = detector(r"\b(?:phone|cell|call)\b")
mentions_notice = detector(
    r"\b(?:texts?|messages?|e-?mails?|mails?|notices?|requests?|tickets?|mensajes?|correos?|avisos?|solicitud(?:es)?)\b"
)
mentions_request = detector(
    r"\b(?:arrangements?|arreglos?|chang(?:es?|ed)|cambi(?:os?|aron)|services?|servicio|names?|nombre|report(?:s|ed)?|"
    r"reportes?|reporto|moved?|traslado)\b"
)
"""Enough, beside a sure objection, to ask which request is meant; no request itself."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOPWORDS = frozenset(
    """you put down did does say says that the its it's and near about wrote noted note mention mentioned added add they
    report have has right there here with for puso pusieron anoto que esta cerca los las del""".split()
)


def remove_language_request(text: str) -> str:
    """The words without a language that they begin with: `Español. La luz …`."""
    return _LANGUAGE.sub("", text).strip(" .")


def is_yes_with_more(text: str) -> bool:
    """`Yes and hurry, it hums`. False where the rest takes a part of the yes back."""
    found = YES_WITH_MORE.match(text.strip())
    return found is not None and not RETRACTS_YES.search(found["more"])


def extract_asked_words(text: str) -> set[str]:
    """The words of three letters or more that say what is asked about."""
    return {word for word in _WORD.findall(text.lower()) if word not in _STOPWORDS}


def count_words(text: str) -> int:
    """How many words of three letters or more."""
    return len(_WORD.findall(text))
