"""The people on call, from `[[on_call]]` in coop.toml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from backend.language import ENGLISH, LANGUAGES

FIELDS = frozenset({"name", "text", "email", "languages", "hours"})
ALWAYS_ON_DUTY = "always"
MAX_NAME_LENGTH = 60


@dataclass(frozen=True)
class OnCallPerson:
    """Somebody on call. `phone` is E.164; `hours` are the co-op's local time, None means always."""

    name: str
    phone: str | None
    email: str | None
    languages: tuple[str, ...] = (ENGLISH,)
    hours: tuple[time, time] | None = None

    @property
    def language(self) -> str:
        return self.languages[0]

    def is_on_duty(self, local: time) -> bool:
        """Whether they are on duty at this local time. Hours may span midnight."""
        if self.hours is None:
            return True
        begins, ends = self.hours
        return begins <= local < ends if begins < ends else local >= begins or local < ends


def people_on_duty(people: Sequence[OnCallPerson], local: time) -> list[OnCallPerson]:
    """Those on duty; everybody when nobody is, so that a gap in the roster leaves no danger unattended."""
    return [one for one in people if one.is_on_duty(local)] or list(people)


def parse_on_call(raw: Any, phone: Callable[[str], str]) -> tuple[OnCallPerson, ...]:
    """Parse `[[on_call]]`. `phone` converts a number to E.164. Raises ValueError naming the field."""
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise ValueError("on_call must be a list: one [[on_call]] for each person")
    people = tuple(_person(place, each, phone) for place, each in enumerate(raw, start=1))
    for what, values in (
        ("name", [one.name.casefold() for one in people]),
        ("text", [one.phone for one in people if one.phone]),
    ):
        if len(set(values)) != len(values):
            raise ValueError(f"two people of on_call have the same {what}")
    return people


def _person(place: int, table: dict[str, Any], phone: Callable[[str], str]) -> OnCallPerson:
    where = f"on_call {place}"
    if unknown := sorted(set(table) - FIELDS):
        raise ValueError(f"{where}: there is no {unknown[0]}; there are {', '.join(sorted(FIELDS))}")
    for name in ("name", "text", "email"):
        value = table.get(name, "")
        if not isinstance(value, str) or not value.isprintable():
            raise ValueError(f"{where}: {name} must be a text in quotes")
    name, text, email = (str(table.get(each, "")).strip() for each in ("name", "text", "email"))
    if not name or len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"{where}: name must be there, with {MAX_NAME_LENGTH} letters at most")
    if not text and not email:
        raise ValueError(f"{where}: {name} needs a phone in text, an email, or both")
    if email and (email.count("@") != 1 or " " in email):
        raise ValueError(f"{where}: email is no address")
    try:
        number = phone(text) if text else None
    except ValueError as error:
        raise ValueError(f"{where}: text: {error}") from None
    languages = _languages(where, table.get("languages", [ENGLISH]))
    return OnCallPerson(name, number, email or None, languages, _hours(where, table.get("hours", ALWAYS_ON_DUTY)))


def _languages(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or any(each not in LANGUAGES for each in value):
        raise ValueError(f'{where}: languages must be a list such as ["en", "es"], the one to write in first')
    return tuple(value)


def _hours(where: str, value: Any) -> tuple[time, time] | None:
    if value == ALWAYS_ON_DUTY:
        return None
    try:
        begins, ends = (time.fromisoformat(part) for part in value)
    except (TypeError, ValueError):
        raise ValueError(f'{where}: hours must be "always" or like ["16:30", "08:00"]') from None
    if begins == ends:
        raise ValueError(f'{where}: hours end when they begin; write "always" for day and night')
    return begins, ends
