"""What tasks there are: every form registers itself here, with what opens it and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.language import mark

OPENER_ACTIONS = {
    "create_account": ("action_create_account", mark("making an online account")),
    "schedule_payment": ("action_schedule_payment", mark("a payment for a later day")),
}
"""Wishes that an action opens, not a form directly: intent to (action, title)."""


@dataclass(frozen=True)
class FormSpec:
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
    opening_intents: frozenset[str]
    intent_titles: Mapping[str, str]
    is_informational: bool = False
    shows_status_first: bool = False


FORMS: dict[str, FormSpec] = {}


def register_form(declared: FormSpec) -> None:
    """Make a form known; one name once."""
    FORMS[declared.form] = declared


def find_opener(intent: str) -> str | None:
    """The form or action that a wish opens, or None: not a wish of ours."""
    if intent in OPENER_ACTIONS:
        return OPENER_ACTIONS[intent][0]
    return next((form for form, declared in FORMS.items() if intent in declared.opening_intents), None)


def format_task_title(opener: str, intent: str = "") -> str:
    """A task in words, in English; of the kind that `intent` opens, where there are several."""
    if opener in FORMS:
        return FORMS[opener].intent_titles.get(intent, FORMS[opener].title)
    found = next((title for action, title in OPENER_ACTIONS.values() if action == opener), None)
    return found or opener.removesuffix("_form").removeprefix("action_").replace("_", " ")
