"""All tasks: every form class registers itself here when it is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.language import mark

OPENER_ACTIONS = {
    "create_account": ("action_create_account", mark("making an online account")),
    "schedule_payment": ("action_schedule_payment", mark("a payment for a later day")),
}
"""Requests that an action opens, and not a form: intent to (action, title)."""


@dataclass(frozen=True)
class FormSpec:
    """What a form declares; see `actions.base_form.BaseForm` for the fields.

    `title` follows "back to" or "asked for help while"; `tr` translates it for the member.
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
    FORMS[declared.form] = declared


def find_opener(intent: str) -> str | None:
    """The form or action that an intent opens, or None."""
    if intent in OPENER_ACTIONS:
        return OPENER_ACTIONS[intent][0]
    return next((form for form, declared in FORMS.items() if intent in declared.opening_intents), None)


def format_task_title(opener: str, intent: str = "") -> str:
    """The English title of a task; of the kind that `intent` opens, where there are several."""
    if opener in FORMS:
        return FORMS[opener].intent_titles.get(intent, FORMS[opener].title)
    found = next((title for action, title in OPENER_ACTIONS.values() if action == opener), None)
    return found or opener.removesuffix("_form").removeprefix("action_").replace("_", " ")
