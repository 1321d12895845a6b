"""Free text of the office's forms: what must not be kept is taken out, and the clerk sees it before anything is done.

It holds for every posted form of the office, before its handler is called: a reason is never stored as a placeholder,
and no member gets an answer with a hole in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sanic import Request

from backend.language import join_words, mark, tr
from bot.dialogue.normalize import take_out_secrets

FIELDS = (
    "reason", "text", "note", "words", "done", "cause", "area", "place", "caller", "proof_words", "title", "english",
    "spanish",
)  # fmt: skip
"""The fields that a clerk fills with words of their own, in any form of the office."""
REMOVED_NAMES = {
    "card": mark("a card number"),
    "ssn": mark("a social security or tax number"),
    "bank": mark("a bank number"),
    "code": mark("a security code"),
    "secret": mark("what looks like a password"),
    "number": mark("a long number"),
}


@dataclass(frozen=True)
class CleanedField:
    """A field with what is left of its words, and what was taken out, in the current language."""

    name: str
    words: str
    removed: str


def find_cleaned(request: Request) -> list[CleanedField]:
    """The fields of the posted form that hold what must not be kept; mostly none. What is searched for is not kept, and
    a confirmation number may look like a password."""
    if request.path.endswith("/search"):
        return []
    form: Any = request.get_form() or {}
    found = []
    for name in FIELDS:
        words, kinds = take_out_secrets(str(form.get(name) or ""))
        if kinds:
            found.append(CleanedField(name, words, join_words([tr(REMOVED_NAMES[kind]) for kind in kinds])))
    return found


def list_others(request: Request, cleaned: list[CleanedField]) -> list[tuple[str, str]]:
    """(name, value) of all other fields but the token: they are sent again as they are."""
    form: Any = request.get_form() or {}
    shown = {"token", *(one.name for one in cleaned)}
    return [(name, str(value)) for name, values in form.items() if name not in shown for value in values]
