"""The fields of the settings' forms: how a value of coop.toml is shown in one, and read from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from backend.coop import Coop
from backend.language import LANGUAGES, mark, tr
from backend.money import format_cents
from bot.staff.money.base import parse_amount

Kind = Literal["text", "lines", "money", "count", "time", "date", "moment", "color", "choice", "file"]
Path = tuple[str, ...]
Typed = Mapping[str, str]
"""What a form holds, by the name of the field."""
MOST_COUNT = 100_000
DIGEST_LENGTH = 64  # of an uploaded logo
IN_BOTH = mark("Please write it in both languages, or leave both empty.")
LANGUAGE_LABELS = {"en": mark("in English"), "es": mark("in Spanish")}
LANGUAGE_TITLES = {"en": mark("In English"), "es": mark("In Spanish")}


@dataclass(frozen=True)
class Field:
    """`path` is the place in coop.toml: ("fees", "card") or ("greetings", "chat", "en"). `label` and `hint` are
    English, translated where they are shown. `language` is that of the words in it."""

    name: str
    label: str
    kind: Kind = "text"
    path: Path = ()
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 300
    language: str = ""
    required: bool = False


@dataclass(frozen=True)
class Group:
    """Fields under one legend; `is_row`: beside each other."""

    title: str
    fields: tuple[Field, ...]
    is_row: bool = False
    hint: str = ""


@dataclass
class Reading:
    """What was read from a form: tables of coop.toml, or what is wrong by the name of the field."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """How a member will see or hear it, for the page before a change is published."""

    title: str
    words: str
    language: str = ""
    picture: str = ""  # a data: address


@dataclass(frozen=True)
class Area:
    """One page of settings. The functions are given the tables of coop.toml as they are in force.

    `money`: fees or limits, so the page before publishing says so.
    """

    key: str
    title: str
    about: str
    groups: Callable[[Mapping[str, Any], Typed], list[Group]]
    show: Callable[[Mapping[str, Any]], dict[str, str]]
    read: Callable[[Typed, Mapping[str, Any]], Reading]
    samples: Callable[[Coop], list[Sample]]
    summary: Callable[[Coop], str]
    money: bool = False


def both(name: str, label: str, section: str, key: str, *, hint: str = "", longest: int = 300) -> tuple[Field, ...]:
    """A text in each language; `key` empty: the languages are the section's own keys."""
    return tuple(
        Field(
            f"{name}_{language}", label, "lines", (section, *((key,) if key else ()), language),
            hint=hint, longest=longest, language=language,
        )
        for language in LANGUAGES
    )  # fmt: skip


def get_in(tables: Mapping[str, Any], path: Path) -> Any:
    """The value at a path; None where there is none."""
    found: Any = tables
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def show_value(one: Field, value: Any) -> str:
    """As it stands in the form."""
    if value is None:
        return ""
    return f"{value / 100:,.2f}" if one.kind == "money" else str(value)


def read_value(one: Field, text: str) -> Any:
    """The value that was typed; None for an empty field. Raises ValueError in words for the office."""
    text = " ".join(text.split()) if one.kind in ("text", "lines") else text.strip()
    if not text:
        if one.required:
            raise ValueError(tr("Please fill this in."))
        return None
    if len(text) > one.longest:
        raise ValueError(
            tr("At most {count} characters, please; there are {found}.", count=one.longest, found=len(text))
        )
    readers: dict[str, Callable[[Field, str], Any]] = {
        "money": _read_money,
        "count": _read_count,
        "moment": _read_moment,
    }
    if one.language and re.search(r"[{}]", text):
        raise ValueError(
            tr("Braces are filled in only in the answers of Knowledge. Please write the words themselves.")
        )
    if one.kind == "choice" and text not in dict(one.choices):
        raise ValueError(tr("Please choose one of the list."))
    return readers[one.kind](one, text) if one.kind in readers else text


def _read_money(_one: Field, text: str) -> int:
    cents = parse_amount(text)
    if cents is None:
        raise ValueError(tr("This must be an amount, such as 2.50."))
    return cents


def _read_count(_one: Field, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > MOST_COUNT:
        raise ValueError(tr("This must be a whole number, such as 60."))
    return int(text)


def _read_moment(_one: Field, text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="minutes")
    except ValueError:
        raise ValueError(tr("Please give the time as it is on the calendar, or leave it empty.")) from None


def read_fields(groups: list[Group], typed: Typed) -> Reading:
    """Read every field into its place. Words are in both languages or in none."""
    reading = Reading()
    for one in (one for group in groups for one in group.fields if one.path):
        try:
            value = read_value(one, typed.get(one.name, ""))
        except ValueError as fault:
            reading.errors[one.name] = str(fault)
            continue
        table = reading.tables.setdefault(one.path[0], {})
        for step in one.path[1:-1]:
            table = table.setdefault(step, {})
        if value is not None:
            table[one.path[-1]] = value
    for one in (one for group in groups for one in group.fields if one.language):
        words = get_in(reading.tables, one.path[:-1]) or {}
        if one.language not in words and set(words) & set(LANGUAGES) and one.name not in reading.errors:
            reading.errors[one.name] = tr(IN_BOTH)
    return reading


def show_fields(groups: list[Group], tables: Mapping[str, Any]) -> dict[str, str]:
    return {one.name: show_value(one, get_in(tables, one.path)) for group in groups for one in group.fields if one.path}


MONEY_KEYS = frozenset(
    "fees.card fees.bank payments.max_payment_cents payments.refund_second_person_cents "
    "payments.booking_second_person_cents".split()
)


def format_value(key: str, value: Any) -> str:
    """A value in a list of changes: cents as dollars, hours with a dash, words by language."""
    if value in (None, "", {}, []):
        return "-"
    if key == "look.logo":
        return tr("uploaded, {mark}", mark=value[:8]) if len(value) == DIGEST_LENGTH else str(value)
    if key in MONEY_KEYS and isinstance(value, int):
        return format_cents(value)
    if isinstance(value, Mapping):
        return "; ".join(
            f"{tr(LANGUAGE_LABELS[name]) if name in LANGUAGE_LABELS else name}: {each}" for name, each in value.items()
        )
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
