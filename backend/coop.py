"""The co-op's own facts, read from coop.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from backend.errors import SettingsError
from backend.language import SPANISH, current, tr, weekday_words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Coop:
    """Facts a member may ask for. Fees and limits are cents; phones are E.164; hours are local to `zone`."""

    name: str
    short_name: str
    zone: ZoneInfo
    website: str
    portal_url: str
    office_phone: str
    transfer_phone: str
    outage_phone: str
    text_line: str
    address: str
    mail: str
    email: str
    hours: Mapping[str, tuple[time, time]]
    card_fee_cents: int
    bank_fee_cents: int
    max_payment_cents: int
    schedule_days: int
    same_amount_minutes: int
    draft_notice_days: int
    quiet_from: time
    quiet_until: time

    @property
    def office_phone_display(self) -> str:
        return display_phone(self.office_phone)

    @property
    def outage_phone_display(self) -> str:
        return display_phone(self.outage_phone)

    @property
    def hours_text(self) -> str:
        """Opening hours in words, days with the same hours joined: `Monday to Friday 8:00 AM to 4:30 PM`."""
        runs: list[tuple[list[str], tuple[time, time]]] = []
        for day in WEEKDAYS:
            span = self.hours.get(day)
            if span is None:
                continue
            if runs and runs[-1][1] == span and WEEKDAYS.index(runs[-1][0][-1]) + 1 == WEEKDAYS.index(day):
                runs[-1][0].append(day)
            else:
                runs.append(([day], span))
        return ", ".join(_run_text(days, span) for days, span in runs) or tr("by appointment")

    def fee_cents(self, kind: str) -> int:
        """The fee in cents for paying by `card` or `bank`."""
        return self.card_fee_cents if kind == "card" else self.bank_fee_cents

    def awake(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours that it falls into: nothing rings or buzzes at night."""
        local = at.astimezone(self.zone)
        if self.quiet_until <= local.time() < self.quiet_from:
            return at
        day = local.date() + timedelta(days=local.time() >= self.quiet_from)
        return datetime.combine(day, self.quiet_until, self.zone).astimezone(UTC)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is in the office at `at` (aware)."""
        local = at.astimezone(self.zone)
        span = self.hours.get(WEEKDAYS[local.weekday()])
        return span is not None and span[0] <= local.time() < span[1]


def _run_text(days: list[str], span: tuple[time, time]) -> str:
    first, last = (weekday_words(WEEKDAYS.index(day)) for day in (days[0], days[-1]))
    names = first if first == last else tr("{first} to {last}", first=first, last=last)
    return tr("{days} {opens} to {closes}", days=names, opens=clock_text(span[0]), closes=clock_text(span[1]))


def clock_text(at: time) -> str:
    """`4:30 PM`."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def at_clock(at: time) -> str:
    """`at 4:30 PM`, `a las 4:30 PM`, `a la 1:00 PM`."""
    if current() == SPANISH:
        return f"a {'la' if at.hour % 12 == 1 else 'las'} {clock_text(at)}"
    return f"at {clock_text(at)}"


def display_phone(e164: str) -> str:
    """`+15555550100` as a member would write it: `555-555-0100`."""
    digits = e164.removeprefix("+1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else e164


def load_coop(path: Path) -> Coop:
    """Read coop.toml. Raises SettingsError naming the field that is missing or wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _coop(raw)
    except FileNotFoundError:
        raise SettingsError(f"COOP_FILE: {path} does not exist") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"COOP_FILE: {path} is not valid TOML: {error}") from None
    except KeyError as error:
        raise SettingsError(f"COOP_FILE: {path} lacks {error}") from None
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise SettingsError(f"COOP_FILE: {path}: {error}") from None


def _coop(raw: dict[str, Any]) -> Coop:
    coop, phones, office, payments = raw["coop"], raw["phones"], raw["office"], raw["payments"]
    quiet_until, quiet_from = _waking(raw.get("alerts", {}).get("send_between", ["08:00", "20:00"]))
    return Coop(
        name=coop["name"],
        short_name=coop["short_name"],
        zone=ZoneInfo(coop["zone"]),
        website=coop["website"],
        portal_url=coop["portal_url"],
        office_phone=_phone(phones, "office"),
        transfer_phone=_phone(phones, "transfer"),
        outage_phone=_phone(phones, "outage"),
        text_line=_phone(phones, "text_line"),
        address=office["address"],
        mail=office["mail"],
        email=office["email"],
        hours={day: _span(day, value) for day, value in raw["hours"].items()},
        card_fee_cents=_cents(raw["fees"], "card"),
        bank_fee_cents=_cents(raw["fees"], "bank"),
        max_payment_cents=_cents(payments, "max_payment_cents"),
        schedule_days=_cents(payments, "schedule_days"),
        same_amount_minutes=_cents(payments, "same_amount_minutes"),
        draft_notice_days=_cents(payments, "draft_notice_days"),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
    )


def _phone(phones: dict[str, Any], name: str) -> str:
    try:
        number = phonenumbers.parse(phones[name], "US")
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"phones.{name} is not a phone number: {error}") from None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _span(day: str, value: Any) -> tuple[time, time]:
    if day not in WEEKDAYS:
        raise ValueError(f"hours.{day} is not a day of the week")
    opens, closes = (time.fromisoformat(part) for part in value)
    if opens >= closes:
        raise ValueError(f"hours.{day} closes before it opens")
    return opens, closes


def _waking(value: Any) -> tuple[time, time]:
    """The hours in which alerts may go out to a phone."""
    begins, ends = (time.fromisoformat(part) for part in value)
    if begins >= ends:
        raise ValueError("alerts.send_between ends before it begins")
    return begins, ends


def _cents(table: dict[str, Any], name: str) -> int:
    value = table[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a whole number, zero or more")
    return value
