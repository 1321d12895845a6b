"""Words that steer a task: back, again, something else, whose it is."""

from __future__ import annotations

import re

_DID_NOT_UNDERSTAND = re.compile(
    r"understand|\b(mean|means|asking|confused|lost)\b|entiend|comprend|quiere decir", re.IGNORECASE
)
_NO_WITH_NUMBER = re.compile(r"no\b.*\d", re.IGNORECASE)
_GO_BACK = re.compile(r"(please )?(go |take me )?back( up| a step| one)?|previous( question)?", re.IGNORECASE)
_ONLY_PERSON_WORDS = re.compile(
    r"(?:(?:i|i'd|want|wanna|need|would|like|let|get|give|me|can|could|may|talk|speak|to|two|too|with|a|an|the|one|some"
    r"|live|real|please|just|person|human|people|somebody|someone|agent|operator|representative)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
_VIEW_REQUEST = re.compile(
    r"^(when|what|which|how much|am i|is my|is it|do i|does|has|show|view|see|tell me|check)\b", re.IGNORECASE
)
_STOP_WORDS = re.compile(r"\b(?:stop|off|cancel|end|leave|detener|quitar|apagar|cancelar|dejar)\b", re.IGNORECASE)
_INSTEAD_WORDS = re.compile(
    r"\b(instead|rather|forget (?:that|it)|no,? (?:wait|let'?s|just)|i mean(?:t)?)\b", re.IGNORECASE
)
_FIRST_PERSON_WORDS = re.compile(r"\b(?:i|i'm|me|my|mine|we|our|us|estoy|tengo|mi|mis)\b", re.IGNORECASE)
_ASKS_WHAT_IS_LEFT = re.compile(
    r"\b(what(?:'s| is|s| was| were)? (?:left|next|still|else (?:is|do))|anything left|still (?:left )?to do|"
    r"what did i (?:ask|want))\b",
    re.IGNORECASE,
)
_NOTHING_ELSE = re.compile(r"(no(ne|thing)?|that'?s (all|it)|done|i'?m (good|fine|done))\b.*", re.IGNORECASE)
# said in the middle of this, these are about something else
_QUESTION = re.compile(r"^(what|when|how|why|where|who|is|are|do i|did|can you tell)\b|\?$", re.IGNORECASE)


def did_not_understand(text: str) -> bool:
    """`I don't understand`, `what does that mean`: the question is then put in other words."""
    return bool(_DID_NOT_UNDERSTAND.search(text))


def is_no_with_number(text: str) -> bool:
    """`No, 60`: a correction, although the classifier may take it for a cancel."""
    return bool(_NO_WITH_NUMBER.match(text))


def asks_to_go_back(text: str) -> bool:
    return bool(_GO_BACK.fullmatch(text))


def is_person_request_only(text: str) -> bool:
    """Whether nothing but a person is asked for. A speech recognizer writes "to" as "two", which is no amount here."""
    return bool(_ONLY_PERSON_WORDS.fullmatch(text))


def begins_as_view_request(text: str) -> bool:
    """Whether it begins like a wish to see how something is: `when`, `show`, `am i`."""
    return bool(_VIEW_REQUEST.search(text))


def names_stop(text: str) -> bool:
    """Whether a question has a word of stopping in it, so that a "stop" may answer it."""
    return bool(_STOP_WORDS.search(text))


def asks_for_something_else(text: str) -> bool:
    """`Instead`, `no, let's`, `I meant`."""
    return bool(_INSTEAD_WORDS.search(text))


def speaks_in_first_person(text: str) -> bool:
    """Whether the member speaks of their own account, and not of the thing in general."""
    return bool(_FIRST_PERSON_WORDS.search(text))


def asks_what_is_left(text: str) -> bool:
    return bool(_ASKS_WHAT_IS_LEFT.search(text))


def wants_nothing_else(text: str) -> bool:
    return bool(_NOTHING_ELSE.fullmatch(text))


def begins_as_question(text: str) -> bool:
    """Whether it begins or ends like a question."""
    return bool(_QUESTION.search(text))
