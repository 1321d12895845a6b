"""The co-op's own facts, read from coop.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from backend.arrangement.rules import ArrangementRules
from backend.callout.roster import OnCallPerson, parse_on_call
from backend.coop_presentation import Presentation, parse_presentation
from backend.coop_table import Table, find_unknown_keys, read_optional_table, read_table
from backend.errors import SettingsError
from backend.holidays import Holiday, parse_holiday
from backend.language import LANGUAGES, SPANISH, current_language, format_day, format_weekday, join_words, tr
from backend.money import format_cents
from backend.privacy.periods import RetentionPeriods, parse_periods
from backend.providers.payments.base import LONGEST_DESCRIPTOR
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone
from backend.reading.dates.day_vocabulary import WEEKDAYS

DESCRIPTOR = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 .&-]{3,20}[A-Za-z0-9.]")
FACT_NAME = re.compile(r"[a-z][a-z0-9_]*")
CLOSURE_NOTICE = timedelta(days=7)  # closed days this near are named with the hours
MAX_CLOSED_DAYS = 60  # how far ahead to look for the next open day


@dataclass(frozen=True)
class Coop:
    """The facts in coop.toml. Fees and limits are cents; phones are E.164; hours are local to `zone`."""

    name: str
    short_name: str
    zone: ZoneInfo
    website: str
    portal_url: str  # default: our own portal (set by Backend.create)
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
    statement_descriptor: str  # what a card's or bank's statement calls the co-op
    quiet_from: time
    quiet_until: time
    facts: Mapping[str, Mapping[str, str]]  # name -> language -> what the office says of it, for knowledge/
    holidays: tuple[Holiday, ...] = ()
    arrangements: ArrangementRules | None = None
    on_call: tuple[OnCallPerson, ...] = ()
    refund_second_person_cents: int = 10_000
    booking_second_person_cents: int = 100_000
    refund_fee: Literal["returned", "kept"] = "returned"
    counter_to_billing: bool = True
    wallets: tuple[str, ...] = ()  # names of what the payment page takes besides cards (set by Backend.create)
    retention: RetentionPeriods = field(default_factory=RetentionPeriods)
    unanswered_minutes: int = 5  # a member who waits longer is told of by text, in office hours; 0: never
    tells_everyone: bool = False  # of an outage, also those who did not ask for it and did not end it
    text_part_cents: Decimal | None = None  # what the carrier takes for one part of a text, for the reports' estimate
    tells_provider_outages: bool = False  # members are told of an outage of the provider without the office's word
    shown: Presentation = field(default_factory=Presentation)  # banner, greetings, starters, color and logo
    today: Callable[[], date] | None = field(default=None, compare=False)
    """The co-op's local date. Where set, the opening hours name the closed days of the coming week."""
    now: Callable[[], datetime] | None = field(default=None, compare=False)
    """UTC. Where set, a banner is taken off at its time."""

    @property
    def names(self) -> tuple[str, str]:
        """What the co-op is called: the full name, then the short one."""
        return self.name, self.short_name

    @property
    def banner_text(self) -> str:
        """The outage banner in the current language; empty for none."""
        banner = self.shown.banner
        is_shown = banner is not None and (self.now is None or banner.is_shown(self.now()))
        return banner.words[current_language()] if banner and is_shown else ""

    @property
    def office_phone_display(self) -> str:
        return format_phone(self.office_phone)

    @property
    def outage_phone_display(self) -> str:
        return format_phone(self.outage_phone)

    @property
    def hours_text(self) -> str:
        """Opening hours, with days of the same hours joined: `Monday to Friday 8:00 AM to 4:30 PM`."""
        runs: list[tuple[list[str], tuple[time, time]]] = []
        for day in WEEKDAYS:
            span = self.hours.get(day)
            if span is None:
                continue
            if runs and runs[-1][1] == span and WEEKDAYS.index(runs[-1][0][-1]) + 1 == WEEKDAYS.index(day):
                runs[-1][0].append(day)
            else:
                runs.append(([day], span))
        hours = ", ".join(_format_day_range(days, span) for days, span in runs) or tr("by appointment")
        closed = self.upcoming_closures(self.today()) if self.today and runs else []
        spans = [(day, self.short_hours(day)) for day in (self._coming_days(self.today()) if self.today else [])]
        special = [tr("{day} only {hours}", day=format_day(day, day), hours=format_span(at)) for day, at in spans if at]
        return ", ".join([hours, *_format_closures(closed), *special])

    def holiday_name(self, day: date) -> str | None:
        """The name of the holiday for which the office is closed on `day`, in the current language."""
        found = [] if self.short_hours(day) else [each for each in self.holidays if each.falls_on(day)]
        return found[0].names[current_language()] if found else None

    def holidays_text(self) -> str:
        """All days on which it is closed by name, in the order of the file."""
        return join_words([each.names[current_language()] for each in self.holidays if not each.hours])

    def short_hours(self, day: date) -> tuple[time, time] | None:
        """The hours of a special day; they go before a holiday on the same day."""
        return next((each.hours for each in self.holidays if each.hours and each.falls_on(day)), None)

    def hours_on(self, day: date) -> tuple[time, time] | None:
        """Opening and closing time on a local date; None when closed."""
        usual = None if self.holiday_name(day) else self.hours.get(WEEKDAYS[day.weekday()])
        return self.short_hours(day) or usual

    def working_day_after(self, day: date) -> date | None:
        """The first day after `day` on which the office is open; None when there is none within MAX_CLOSED_DAYS."""
        days = (day + timedelta(days=ahead) for ahead in range(1, MAX_CLOSED_DAYS))
        return next((each for each in days if self.hours_on(each)), None)

    def promise_deadline(self, today: date) -> datetime | None:
        """The closing time of the working day after `today`, by which the office promises to respond."""
        day = self.working_day_after(today)
        span = self.hours_on(day) if day else None
        return datetime.combine(day, span[1], self.zone) if day and span else None

    @property
    def working_day_text(self) -> str:
        """`Monday, November 30`: the day by which the office promises to respond."""
        today = self.today() if self.today else None
        day = self.working_day_after(today) if today else None
        return format_day(day, today) if day and today else tr("the next working day")

    def upcoming_closures(self, today: date) -> list[date]:
        """Holidays of the coming week that fall on a day with opening hours."""
        days = self._coming_days(today)
        return [day for day in days if WEEKDAYS[day.weekday()] in self.hours and self.holiday_name(day)]

    def _coming_days(self, today: date) -> list[date]:
        return [today + timedelta(days=ahead) for ahead in range(CLOSURE_NOTICE.days)]

    def fee_cents(self, kind: str) -> int:
        """The fee in cents for paying by `card` or `bank`."""
        return self.card_fee_cents if kind == "card" else self.bank_fee_cents

    def after_quiet_hours(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours that it falls into (aware UTC): no phone rings at night."""
        local = at.astimezone(self.zone)
        if self.quiet_until <= local.time() < self.quiet_from:
            return at
        day = local.date() + timedelta(days=local.time() >= self.quiet_from)
        return datetime.combine(day, self.quiet_until, self.zone).astimezone(UTC)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at `at` (aware)."""
        local = at.astimezone(self.zone)
        span = self.hours_on(local.date())
        return span is not None and span[0] <= local.time() < span[1]

    def next_open(self, at: datetime) -> datetime | None:
        """`at` in local time if the office is open then, else its next opening; None within MAX_CLOSED_DAYS."""
        local = at.astimezone(self.zone)
        for ahead in range(MAX_CLOSED_DAYS):
            day = local.date() + timedelta(days=ahead)
            span = self.hours_on(day)
            if span is not None and (ahead or local.time() < span[1]):
                opens = datetime.combine(day, span[0], self.zone)
                return opens if ahead or local.time() < span[0] else local
        return None

    def get_fact(self, name: str) -> str | None:
        """A fact by its placeholder name in knowledge/, in the current language; None when it is not given."""
        known = KNOWN_FACTS.get(name)
        if known:
            return known(self) or None
        return self.facts[name][current_language()] if name in self.facts else None


KNOWN_FACTS: Mapping[str, Callable[[Coop], str]] = MappingProxyType(
    {
        "coop_name": lambda coop: coop.name,
        "website": lambda coop: coop.website,
        "portal_url": lambda coop: coop.portal_url,
        "office_phone": lambda coop: coop.office_phone_display,
        "outage_phone": lambda coop: coop.outage_phone_display,
        "text_line": lambda coop: format_phone(coop.text_line),
        "working_day": lambda coop: coop.working_day_text,
        "office_hours": lambda coop: coop.hours_text,
        "office_address": lambda coop: coop.address,
        "mail_address": lambda coop: coop.mail,
        "office_email": lambda coop: coop.email,
        "holidays": lambda coop: coop.holidays_text(),
        "card_fee": lambda coop: format_cents(coop.card_fee_cents),
        "wallets": lambda coop: join_words(list(coop.wallets)),
        "bank_fee": lambda coop: format_cents(coop.bank_fee_cents),
    }
)
"""Facts from the other tables of coop.toml, by placeholder name. [facts] may not repeat them, so they cannot differ."""
FILLED_IN_BY_THE_APP = frozenset({"portal_url", "wallets"})
"""Those that Backend.create gives: coop.toml alone lacks them, and that is no gap."""


def _format_day_range(days: list[str], span: tuple[time, time]) -> str:
    first, last = (format_weekday(WEEKDAYS.index(day)) for day in (days[0], days[-1]))
    names = first if first == last else tr("{first} to {last}", first=first, last=last)
    return tr("{days} {opens} to {closes}", days=names, opens=format_clock(span[0]), closes=format_clock(span[1]))


def _format_closures(days: list[date]) -> list[str]:
    """`closed on Thursday, November 26 and Friday, November 27`, or nothing."""
    if not days:
        return []
    names = [format_day(day, day) for day in days]
    if len(names) > 1:
        return [tr("closed on {first} and {last}", first="; ".join(names[:-1]), last=names[-1])]
    return [tr("closed on {day}", day=names[0])]


def format_span(span: tuple[time, time]) -> str:
    """`8:00 AM to 12:00 PM`."""
    return tr("{opens} to {closes}", opens=format_clock(span[0]), closes=format_clock(span[1]))


def format_clock(at: time) -> str:
    """`4:30 PM`."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def format_at_clock(at: time) -> str:
    """`at 4:30 PM`, `a las 4:30 PM`, `a la 1:00 PM`."""
    if current_language() == SPANISH:
        return f"a {'la' if at.hour % 12 == 1 else 'las'} {format_clock(at)}"
    return f"at {format_clock(at)}"


def format_phone(e164: str) -> str:
    """`+15555550100` as a member would write it: `555-555-0100`."""
    digits = e164.removeprefix("+1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else e164


def load_coop(path: Path) -> Coop:
    """Read coop.toml. Raises SettingsError with the section and key that is missing or wrong, and the form expected."""
    try:
        return parse_coop(read_coop_file(path))
    except ValueError as error:
        raise SettingsError(f"COOP_FILE: {path}: {error}") from None


def find_unknown_facts(path: Path) -> list[str]:
    """What coop.toml has and nobody reads, a line each. Raises SettingsError for a file that cannot be read."""
    return [f"COOP_FILE: {path}: {each}" for each in find_unknown_keys(read_coop_file(path))]


def read_coop_file(path: Path) -> dict[str, Any]:
    """The tables of coop.toml as they stand. Raises SettingsError for a file that cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"COOP_FILE: {path} does not exist") from None
    except OSError as error:
        raise SettingsError(f"COOP_FILE: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"COOP_FILE: {path} is not UTF-8 text: byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"COOP_FILE: {path} is not valid TOML: {error}") from None


def parse_coop(raw: Mapping[str, Any]) -> Coop:
    """The facts in the tables of coop.toml. Raises ValueError with the section and key, and the form expected."""
    coop, phones, office, fees, payments = (
        read_table(raw, name) for name in ("coop", "phones", "office", "fees", "payments")
    )
    hours = read_table(raw, "hours")
    alerts = Table("alerts", {"send_between": ["08:00", "20:00"], **read_optional_table(raw, "alerts")})
    quiet_until, quiet_from = alerts.span("send_between")  # the hours in which alerts may go to a phone
    return Coop(
        name=coop.text("name"),
        short_name=coop.text("short_name"),
        zone=coop.zone("zone"),
        website=coop.text("website"),
        portal_url=coop.text("portal_url") if "portal_url" in coop.values else "",
        office_phone=phones.phone("office"),
        transfer_phone=phones.phone("transfer"),
        outage_phone=phones.phone("outage"),
        text_line=phones.phone("text_line"),
        address=office.text("address"),
        mail=office.text("mail"),
        email=office.text("email"),
        hours={day: _parse_hours(hours, day) for day in hours.values},
        card_fee_cents=fees.whole_number("card"),
        bank_fee_cents=fees.whole_number("bank"),
        max_payment_cents=payments.whole_number("max_payment_cents"),
        schedule_days=payments.whole_number("schedule_days"),
        same_amount_minutes=payments.whole_number("same_amount_minutes"),
        draft_notice_days=payments.whole_number("draft_notice_days"),
        statement_descriptor=_statement_descriptor(coop, payments),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        refund_second_person_cents=payments.whole_number("refund_second_person_cents", 10_000),
        booking_second_person_cents=payments.whole_number("booking_second_person_cents", 100_000),
        refund_fee=_refund_fee(payments),
        counter_to_billing=payments.switch("counter_to_billing", True),
        facts={name: _parse_fact(name, value) for name, value in read_optional_table(raw, "facts").items()},
        holidays=tuple(parse_holiday(name, value) for name, value in read_optional_table(raw, "holidays").items()),
        arrangements=_parse_arrangements(raw),
        on_call=parse_on_call(raw.get("on_call", []), _parse_phone),
        retention=parse_periods(read_optional_table(raw, "retention")),
        unanswered_minutes=office.whole_number("unanswered_minutes", 5),
        tells_everyone=alerts.choice("outages", "asked", "everyone") == "everyone",
        text_part_cents=Table("reports", read_optional_table(raw, "reports")).decimal("text_part_cents"),
        tells_provider_outages=alerts.choice("provider_outages", "office", "at once") == "at once",
        shown=parse_presentation(raw, coop.zone("zone")),
    )


def _parse_arrangements(raw: Mapping[str, Any]) -> ArrangementRules | None:
    """None where the co-op has no rules: the office then decides each."""
    if "arrangements" not in raw:
        return None
    rules = read_table(raw, "arrangements")
    return ArrangementRules(
        past_due_days=rules.whole_number("past_due_days"),
        months_without_default=rules.whole_number("unbroken_months"),
        max_parts=rules.whole_number("most_parts"),
        max_days=rules.whole_number("within_days"),
    )


def _parse_fact(name: str, value: Any) -> dict[str, str]:
    """A fact by language: one text or whole number for both languages, or a text each."""
    if not FACT_NAME.fullmatch(name):
        raise ValueError(f"facts.{name}: a name is small letters, digits and underscores, like late_fee")
    if name in KNOWN_FACTS:
        raise ValueError(f"facts.{name} is known from the tables above: change it there")
    if isinstance(value, int) and not isinstance(value, bool):  # allow due_days = 20
        value = str(value)
    each = dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value
    if not isinstance(each, dict) or set(each) != set(LANGUAGES):
        raise ValueError(f'facts.{name} must be a text in quotes, or {{en = "...", es = "..."}}')
    for language, text in each.items():
        if not isinstance(text, str) or not text.strip() or not text.isprintable():
            raise ValueError(f"facts.{name} ({language}) must be a text of one line that is not empty")
    return {language: text.strip() for language, text in each.items()}


def _statement_descriptor(coop: Table, payments: Table) -> str:
    """`statement_descriptor` of [payments], or the short name, cut. In what card networks and Nacha allow both."""
    given = "statement_descriptor" in payments.values
    text = payments.text("statement_descriptor") if given else coop.text("short_name").upper()
    if not given:
        text = re.sub(r"[^A-Z0-9 .&-]", "", text)[:LONGEST_DESCRIPTOR].strip()
        return text if DESCRIPTOR.fullmatch(text) else "ELECTRIC CO-OP"
    if not DESCRIPTOR.fullmatch(text):
        raise ValueError(
            f"payments.statement_descriptor must have 5 to {LONGEST_DESCRIPTOR} letters, digits, blanks and . & -, "
            'with a letter among them, such as "PRAIRIE RIVERS ELEC"'
        )
    return text


def _parse_phone(text: str) -> str:
    try:
        return parse_phone(text)
    except InvalidPhone as error:
        raise ValueError(f"{text} {error}") from None


def _parse_hours(hours: Table, day: str) -> tuple[time, time]:
    if day not in WEEKDAYS:
        raise ValueError(f"hours.{day} is not a day of the week: write {', '.join(WEEKDAYS)}")
    return hours.span(day)


def _refund_fee(payments: Table) -> Literal["returned", "kept"]:
    return "kept" if payments.choice("refund_fee", "returned", "kept") == "kept" else "returned"
