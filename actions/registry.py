"""What tasks there are: every form registers itself here, with what opens it and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.language import mark

ACTIONS = {
    "create_account": ("action_create_account", mark("making an online account")),
    "schedule_payment": ("action_schedule_payment", mark("a payment for a later day")),
}
"""Wishes that an action opens, not a form directly: intent to (action, title)."""


@dataclass(frozen=True)
class Declared:
    """What a form says of itself: its name, its task (as data/answers names it), its title and its typed questions.

    `kinds` has a title for each intent where one form serves several kinds of task, each a wish of its own.
    `title` goes on behind "back to" or "asked for help while"; `tr` has it for the member. `informs`: the task only
    tells something; `shows_first`: it tells how things stand before it asks what to change. A question may open both.
    """

    form: str
    task: str
    title: str
    slots: tuple[str, ...]
    asks: dict[str, str]
    opens_with: frozenset[str]
    kinds: Mapping[str, str]
    informs: bool = False
    shows_first: bool = False


FORMS: dict[str, Declared] = {}


def register(declared: Declared) -> None:
    """Make a form known; one name once."""
    FORMS[declared.form] = declared


def opener_of(intent: str) -> str | None:
    """The form or action that a wish opens, or None: not a wish of ours."""
    if intent in ACTIONS:
        return ACTIONS[intent][0]
    return next((form for form, declared in FORMS.items() if intent in declared.opens_with), None)


def title_of(opener: str, intent: str = "") -> str:
    """A task in words, in English; of the kind that `intent` opens, where there are several."""
    if opener in FORMS:
        return FORMS[opener].kinds.get(intent, FORMS[opener].title)
    found = next((title for action, title in ACTIONS.values() if action == opener), None)
    return found or opener.removesuffix("_form").removeprefix("action_").replace("_", " ")
