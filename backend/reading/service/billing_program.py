"""Reads what a message wants of budget or levelized billing: to join, leave or look at it."""

from __future__ import annotations

import re

from backend.programs.rules import BUDGET, LEVELIZED
from backend.reading.detectors import detector, whole_detector

JOIN = "join"
LEAVE = "leave"
VIEW = "look"
asks_to_leave_program = detector(
    r"\b(cancel|stop|leave|quit|end|remove|unenrol|get off|get out|take me off|off|don'?t want|no longer)\b"
)
JOINING = re.compile(
    r"\b(sign (me )?up|enrol|enroll|put me on|get (me )?on|go on|be on|join|start|set up|i want|i'd like|i need)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\b(what|how|why|which|when|who|would|should|tell me about|difference|versus|am i|is my)\b", re.I
)
asks_about_programs = detector(
    r"\b(what (is|are|billing)|what's (budget|lev|the (budget|diff))|how (do|does|is)|tell me|explain|difference)\b"
)
PROGRAM_NAMES = {BUDGET: re.compile(r"\bbud?[gj]|\bbugd", re.I), LEVELIZED: re.compile(r"\blev|\baverag", re.I)}
agrees_to_program = whole_detector(r"(yes[, ]*)?(please )?(enrol|enroll|leave|ok|okay|do it)( me| it)?( please)?[.! ]*")


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
