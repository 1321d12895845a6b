"""Reads the tables of coop.toml, and names section, key and expected form of what is missing or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "coop": {
        "name": '"Prairie Rivers Electric Cooperative"',
        "short_name": '"Prairie Rivers"',
        "zone": '"America/Chicago"',
        "website": '"https://www.coop.example"',
        "portal_url": '"https://pay.coop.example"',
    },
    "phones": dict.fromkeys(("office", "transfer", "outage", "text_line"), '"+15555550100"'),
    "office": {
        "address": '"100 Main Street, Elizabeth, IL"',
        "mail": '"PO Box 100, Elizabeth, IL 61028"',
        "email": '"office@coop.example"',
        "unanswered_minutes": "5",
    },
    "hours": dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), '["08:00", "16:30"]'
    ),
    "fees": {"card": "0", "bank": "0"},
    "payments": {
        "max_payment_cents": "1_000_000",
        "schedule_days": "60",
        "same_amount_minutes": "15",
        "draft_notice_days": "10",
        "statement_descriptor": '"PRAIRIE RIVERS ELEC"',
        "refund_second_person_cents": "10_000",
        "booking_second_person_cents": "100_000",
        "refund_fee": '"returned"',
        "counter_to_billing": "true",
    },
    "arrangements": {"past_due_days": "30", "unbroken_months": "12", "most_parts": "4", "within_days": "60"},
    "reports": {"text_part_cents": "1.1"},
    "alerts": {"send_between": '["08:00", "20:00"]', "outages": '"asked"', "provider_outages": '"office"'},
    "banner": {"en": '"Storm damage in the east."', "es": '"Daños de la tormenta."', "until": '"2026-12-24T18:00"'},
    "greetings": dict.fromkeys(("chat", "phone"), '{ en = "...", es = "..." }'),
    "starters": dict.fromkeys(("en", "es"), '["Pay my bill", "Talk to a person"]'),
    "look": {"accent": '"#0b5f57"', "dark_accent": '"#7bd3c3"', "logo": '"logo.svg"'},
}
"""What each key looks like. A key that is not here is not read."""

NAMED_BY_THE_OFFICE = ("facts", "holidays", "retention", "on_call")
"""Tables whose own readers look at every key."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file. Every method raises ValueError with the section, the key and the form expected."""

    section: str
    values: Mapping[str, Any]

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            raise self.fault(key, "must be a text in quotes")
        return value

    def whole_number(self, key: str, otherwise: int | None = None) -> int:
        value = self._get(key) if otherwise is None else self.values.get(key, otherwise)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fault(key, "must be a whole number, zero or more, without quotes")
        return value

    def decimal(self, key: str) -> Decimal | None:
        """A number that may have a fraction, zero or more; None where it is missing."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise self.fault(key, "must be a number, zero or more, without quotes")
        return Decimal(str(value))

    def switch(self, key: str, usual: bool) -> bool:
        value = self.values.get(key, usual)
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false, without quotes")
        return value

    def choice(self, key: str, usual: str, other: str) -> str:
        """One of two words; a missing one is the usual."""
        value = self.values.get(key, usual)
        if value not in (usual, other):
            raise self.fault(key, f'must be "{usual}" or "{other}"')
        return str(value)

    def phone(self, key: str) -> str:
        """E.164."""
        text = self.text(key)
        try:
            return parse_phone(text)
        except InvalidPhone as error:
            raise self.fault(key, f"is no phone number: {text} {error}; write it") from None

    def zone(self, key: str) -> ZoneInfo:
        text = self.text(key)
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.fault(key, f'names no time zone that there is, "{text}"; write one') from None

    def span(self, key: str) -> tuple[time, time]:
        """Two times of one day, the first before the second."""
        value = self._get(key)
        try:
            begins, ends = (time.fromisoformat(part) for part in value)
        except (TypeError, ValueError):
            raise self.fault(key, "must be two times from 00:00 to 23:59, each in quotes") from None
        if begins >= ends:
            raise self.fault(key, "must end after it begins")
        return begins, ends

    def fault(self, key: str, what: str) -> ValueError:
        example = EXAMPLES[self.section].get(key)
        return ValueError(f"{self.section}.{key} {what}" + (f", such as {key} = {example}" if example else ""))

    def _get(self, key: str) -> Any:
        if key not in self.values:
            raise self.fault(key, f"is missing: write it below [{self.section}]")
        return self.values[key]


def read_table(raw: Mapping[str, Any], section: str) -> Table:
    if section not in raw:
        key, example = next(iter(EXAMPLES[section].items()))
        raise ValueError(f"[{section}] is missing: a line [{section}], and below it lines such as {key} = {example}")
    return Table(section, read_optional_table(raw, section))


def read_optional_table(raw: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The table, empty if it is missing."""
    table = raw.get(section, {})
    if not isinstance(table, dict):
        raise ValueError(f"{section} must be a table: lines of name = value below [{section}]")
    return table


def find_unknown_keys(raw: Mapping[str, Any]) -> list[str]:
    """Each table and key that is not read, mostly a misspelled one, with the name that was probably meant."""
    found = []
    for section, values in raw.items():
        if section in NAMED_BY_THE_OFFICE:
            continue
        if section not in EXAMPLES:
            found.append(_describe_unknown(f"[{section}]", section, (*EXAMPLES, *NAMED_BY_THE_OFFICE)))
        elif isinstance(values, dict):
            known = EXAMPLES[section]
            found += [_describe_unknown(f"{section}.{key}", key, tuple(known)) for key in values if key not in known]
    return found


def _describe_unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    return f"{what} is not known, and ignored" + (f": is it {near[0]}?" if near else f"; there are {', '.join(known)}")
