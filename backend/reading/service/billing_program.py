"""What a message wants of budget or levelized billing."""

from __future__ import annotations

import re

from backend.programs.rules import BUDGET, LEVELIZED

JOIN = "join"
LEAVE = "leave"
VIEW = "look"
_LEAVING = re.compile(
    r"\b(cancel|stop|leave|quit|end|remove|unenrol|get off|get out|take me off|off|don'?t want|no longer)\b",
    re.IGNORECASE,
)
JOINING = re.compile(
    r"\b(sign (me )?up|enrol|enroll|put me on|get (me )?on|go on|be on|join|start|set up|i want|i'd like|i need)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\b(what|how|why|which|when|who|would|should|tell me about|difference|versus|am i|is my)\b", re.I
)
_ASKS_FOR_EXPLANATION = re.compile(
    r"\b(what (is|are|billing)|what's (budget|lev|the (budget|diff))|how (do|does|is)|tell me|explain|difference)\b",
    re.IGNORECASE,
)
PROGRAM_NAMES = {BUDGET: re.compile(r"\bbud?[gj]|\bbugd", re.I), LEVELIZED: re.compile(r"\blev|\baverag", re.I)}
_AGREE_WORDS = re.compile(
    r"(yes[, ]*)?(please )?(enrol|enroll|leave|ok|okay|do it)( me| it)?( please)?[.! ]*", re.IGNORECASE
)


def asks_to_leave_program(text: str) -> bool:
    return bool(_LEAVING.search(text))


def asks_about_programs(text: str) -> bool:
    return bool(_ASKS_FOR_EXPLANATION.search(text))


def agrees_to_program(text: str) -> bool:
    return bool(_AGREE_WORDS.fullmatch(text))


def extract_program(words: str) -> str | None:
    """The one program that the words name; none where they name both."""
    found = [program for program, pattern in PROGRAM_NAMES.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def extract_program_act(words: str) -> str:
    if QUESTION.search(words):
        return VIEW
    if asks_to_leave_program(words):
        return LEAVE
    return JOIN if JOINING.search(words) else VIEW
