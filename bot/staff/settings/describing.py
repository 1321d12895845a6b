"""What changed, in words: for the page before publishing, for the history, and for the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from backend.coop import format_clock
from backend.coop_presentation import CHAT_GREETING, DEFAULT_ACCENT
from backend.language import LANGUAGES, current_language, format_day, format_weekday, mark, tr
from backend.office_settings.service import UNDO, UNDO_ONE
from backend.office_settings.state import Change, State, find_changed_subjects, find_changes, merge_tables
from backend.reading.dates.day_vocabulary import WEEKDAYS
from bot.staff.settings.fact_titles import name_fact
from bot.staff.settings.fields import LANGUAGE_LABELS, Area, format_value
from bot.staff.settings.look import LOOK
from bot.staff.settings.money import MONEY
from bot.staff.settings.special_days import HOLIDAYS
from bot.staff.settings.subject_words import SUBJECT_PREFIX, ShownChange, describe_subject, list_subject_changes
from bot.staff.settings.words import BANNER, FACTS, GREETINGS, HOURS, STARTERS_AREA

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
KEY_LABELS = {
    "look.accent": mark("Color of buttons and links"),
    "look.dark_accent": mark("On dark screens"),
    "look.logo": mark("Logo"),
    "banner.until": mark("Taken off by itself at"),
    "greetings.chat": mark("In the chat"),
    "greetings.phone": mark("On the phone"),
}


def list_changes(raw: Mapping[str, Any], before: State, after: State) -> list[ShownChange]:
    """Every difference between two states, in the words of the forms."""
    changes = find_changes(merge_tables(raw, before), merge_tables(raw, after))
    shown = [line for change in changes for line in show_change(change)]
    for name in find_changed_subjects(before, after):
        shown += list_subject_changes(before, after, name)
    return shown


def show_change(change: Change) -> Iterator[ShownChange]:
    """The lines of one difference: one, or one in each language for words."""
    section, _, key = change.key.partition(".")
    label = describe_key(change.key)
    if section in ("banner", "starters") and key in LANGUAGES:
        yield _in_language(label, key, change.before, change.after)
        return
    old, new = change.before, change.after
    if any(_is_by_language(each) for each in (old, new)):
        for language in LANGUAGES:
            was, now = (_pick(each, language) for each in (old, new))
            if was != now:
                yield _in_language(label, language, was, now)
        return
    yield ShownChange(label, show_value(change.key, old), show_value(change.key, new))


def _is_by_language(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(LANGUAGES)


def _pick(value: Any, language: str) -> Any:
    """The words in a language; a plain value is the same in each."""
    return value.get(language) if isinstance(value, Mapping) else value


def _in_language(label: str, language: str, before: Any, after: Any) -> ShownChange:
    label = f"{label}, {tr(LANGUAGE_LABELS[language])}"
    return ShownChange(label, format_value("", before), format_value("", after), language)


def show_value(key: str, value: Any) -> str:
    """A value in words: cents as dollars, a moment as day and time, a holiday with its day and name."""
    if key.startswith("holidays.") and isinstance(value, Mapping) and value:
        hours = f", {' - '.join(value['hours'])}" if value.get("hours") else ""
        return f"{value.get(current_language(), '')}: {value.get('on', '')}{hours}"
    if key == "banner.until" and value:
        return _format_moment(str(value))
    if key == "payments.refund_fee" and value:
        choices = {
            value: words for group in MONEY.groups({}, {}) for one in group.fields for value, words in one.choices
        }
        return tr(choices[value]) if value in choices else str(value)
    return format_value(key, value)


def _format_moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{format_day(at.date(), date.min)}, {format_clock(at.time())}"


def describe_key(whole: str) -> str:
    """What a key such as `fees.card` or `knowledge.late_fee` stands for, in the words of the forms."""
    if whole.startswith(SUBJECT_PREFIX):
        return f"{tr('Knowledge')}: {describe_subject(whole.removeprefix(SUBJECT_PREFIX), State())}"
    for group in MONEY.groups({"arrangements": {}}, {}):
        for one in group.fields:
            if ".".join(one.path) == whole:
                return tr(one.label)
    section, _, key = whole.partition(".")
    title = tr(SECTION_TITLES.get(section, section))
    if section == "look":
        return tr(KEY_LABELS.get(whole, title))
    if whole in KEY_LABELS:
        return f"{title}: {tr(KEY_LABELS[whole])}"
    if section == "hours" and key in WEEKDAYS:
        return f"{title}: {format_weekday(WEEKDAYS.index(key))}"
    if section == "facts" and key:
        return f"{title}: {name_fact(key)}"
    return title if not key or key in LANGUAGES else f"{title}: {key.replace('_', ' ')}"


def describe_area(key: str, restores: int | None = None) -> str:
    """The name of an area in the history."""
    if key in AREAS:
        return tr(AREAS[key].title)
    if key == UNDO_ONE:
        return tr("Version {number} taken back", number=restores)
    if key == UNDO:
        return tr("Everything as in version {number}", number=restores)
    return tr("Knowledge") if key == KNOWLEDGE else key
