"""The table of all tasks. Every form class registers itself here when it is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.turn import Turn
from backend.language import mark
from backend.reading.money.scheduled_payment import extract_existing_act
from backend.reading.spanish import english_form

OPENER_ACTIONS = {
    "create_account": ("action_create_account", mark("making an online account")),
    "schedule_payment": ("action_schedule_payment", mark("a payment for a later day")),
}
"""Requests that an action opens instead of a form: intent to (action, title)."""


@dataclass(frozen=True)
class FormSpec:
    """What a form declares; see `actions.base_form.BaseForm` for the fields.

    `title` follows "back to" or "asked for help while"; `tr` translates it for the member.
    """

    form: str
    subject: str
    """What a follow-up question after it is about: a subject of knowledge/, or else its task in data/answers."""
    title: str
    slots: tuple[str, ...]
    asks: dict[str, str]
    opening_intents: frozenset[str]
    intent_titles: Mapping[str, str]
    is_informational: bool = False
    shows_status_first: bool = False


FORMS: dict[str, FormSpec] = {}


def find_opener(intent: str) -> str | None:
    """The form or action that an intent opens, or None."""
    if intent in OPENER_ACTIONS:
        return OPENER_ACTIONS[intent][0]
    return next((form for form, spec in FORMS.items() if intent in spec.opening_intents), None)


def format_task_title(opener: str, intent: str = "") -> str:
    """The English title of a task; if its form serves several kinds, of the kind that `intent` opens."""
    if opener in FORMS:
        return FORMS[opener].intent_titles.get(intent, FORMS[opener].title)
    found = next((title for action, title in OPENER_ACTIONS.values() if action == opener), None)
    return found or opener.removesuffix("_form").removeprefix("action_").replace("_", " ")


def find_meant_opener(turn: Turn, intent: str, words: str | None = None) -> str | None:
    """The form or action for an intent. For a payment on a later day the words decide: a scheduled one, or a new one.

    `words` are those of the request; None stands for the whole message.
    """
    if intent != "schedule_payment":
        return find_opener(intent)
    text = turn.text if words is None else english_form(words, turn.language)
    return "scheduled_form" if extract_existing_act(text) else "quick_pay_form"
