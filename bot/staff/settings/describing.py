"""What changed, in words: for the page before publishing, and for the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.coop_presentation import CHAT_GREETING, DEFAULT_ACCENT
from backend.language import format_weekday, mark, tr
from backend.office_settings.state import Change, State, find_changed_subjects, find_changes, merge_tables
from backend.reading.dates.day_vocabulary import WEEKDAYS
from bot.staff.settings.fields import Area, format_value
from bot.staff.settings.look import LOOK
from bot.staff.settings.money import MONEY
from bot.staff.settings.words import BANNER, FACTS, GREETINGS, HOLIDAYS, HOURS, STARTERS_AREA

AREAS: Mapping[str, Area] = {
    area.key: area for area in (BANNER, HOURS, HOLIDAYS, MONEY, GREETINGS, STARTERS_AREA, FACTS, LOOK)
}
KNOWLEDGE = "knowledge"
SECTION_TITLES = {
    "hours": HOURS.title,
    "holidays": HOLIDAYS.title,
    "banner": BANNER.title,
    "greetings": GREETINGS.title,
    "starters": STARTERS_AREA.title,
    "facts": FACTS.title,
    "look": LOOK.title,
}

USUAL: Mapping[str, Any] = {
    "payments.refund_fee": "returned",
    "payments.refund_second_person_cents": 10_000,
    "payments.booking_second_person_cents": 100_000,
    "greetings.chat": dict(CHAT_GREETING),
    "greetings.phone": {},
    "look.accent": DEFAULT_ACCENT,
    "look.dark_accent": "",
    "look.logo": "",
}
"""What holds where coop.toml does not have the key: giving it again is no change."""
LOOK_LABELS = {
    "look.accent": mark("Color of buttons and links"),
    "look.dark_accent": mark("On dark screens"),
    "look.logo": mark("Logo"),
}


@dataclass(frozen=True)
class ShownChange:
    """One line of a list of changes."""

    label: str
    before: str
    after: str


def list_changes(raw: Mapping[str, Any], before: State, after: State) -> list[ShownChange]:
    """Every difference between two states, in the words of the forms."""
    changes = find_changes(merge_tables(raw, before), merge_tables(raw, after))
    shown = [_show_change(change) for change in changes]
    for name in find_changed_subjects(before, after):
        shown.append(
            ShownChange(
                tr("Knowledge: {subject}", subject=name),
                _knowledge_words(before, name),
                _knowledge_words(after, name),
            )
        )
    return shown


def _show_change(change: Change) -> ShownChange:
    section, _, key = change.key.partition(".")
    return ShownChange(
        _label(change.key, section, key),
        format_value(change.key, change.before),
        format_value(change.key, change.after),
    )


def _label(whole: str, section: str, key: str) -> str:
    for group in MONEY.groups({"arrangements": {}}, {}):
        for one in group.fields:
            if ".".join(one.path) == whole:
                return tr(one.label)
    if whole in LOOK_LABELS:
        return tr(LOOK_LABELS[whole])
    title = tr(SECTION_TITLES.get(section, section))
    if section == "hours" and key in WEEKDAYS:
        return f"{title}: {format_weekday(WEEKDAYS.index(key))}"
    return f"{title}: {key.replace('_', ' ')}"


def _knowledge_words(state: State, name: str) -> str:
    if name not in state.knowledge:
        return tr("as shipped")
    text = state.knowledge[name]
    return tr("switched off") if text is None else text


def describe_area(key: str) -> str:
    """The name of an area in the history."""
    if key in AREAS:
        return tr(AREAS[key].title)
    return {KNOWLEDGE: tr("Knowledge"), "undo": tr("Back to an earlier version")}.get(key, key)
