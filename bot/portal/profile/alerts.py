"""Manage Alerts: what the member is told, by which way and from which limit on, in the groups that the help names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts import service as alerts
from backend.alerts.kinds import CHANNELS, KINDS, InvalidThreshold, check_threshold
from backend.coop import format_phone
from backend.language import join_words, mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.providers.billing.base import FiguresUnknown
from backend.providers.billing.system import find_system
from bot.portal.acting import (
    ActingPages,
    ReadBack,
    Result,
    find_account,
    is_confirmed,
    is_edited_again,
    with_account,
)
from bot.portal.signed_in import Visit
from bot.web.pages import form_field

ALERTS_URL = "/portal/alerts"
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        mark("Payment notifications"),
        ("bill_due", "past_due", "payment_received", "payment_failed", "shutoff_near", "card_expiring"),
    ),
    (
        mark("Balance and usage notifications"),
        ("bill_ready", "amount_over", "usage_over", "daily_usage_over", "prepaid_low"),
    ),
    (mark("Account profile notifications"), ("profile_changed",)),
    (mark("Power outages"), ("outage", "outage_night")),
)
TITLES = {
    "bill_due": mark("A bill is due soon"),
    "past_due": mark("A bill is past due"),
    "payment_received": mark("A payment is received"),
    "payment_failed": mark("A payment fails or is returned"),
    "shutoff_near": mark("A shutoff date is near"),
    "card_expiring": mark("A card that pays your bill is about to expire"),
    "bill_ready": mark("A new bill is ready"),
    "amount_over": mark("What you owe is over a limit"),
    "usage_over": mark("A bill's use is over a limit"),
    "daily_usage_over": mark("A bill's use a day is over a limit"),
    "prepaid_low": mark("Your prepaid balance is under a limit"),
    "profile_changed": mark("Your account profile changes"),
    "outage": mark("The power is out at your place, and when it is back"),
    "outage_night": mark("The same at night"),
}
UNITS = {"days": mark("How many days before"), "cents": mark("Limit in dollars"), "kwh": mark("Limit in kWh")}
TEXT_TERMS = mark(
    "How many texts depends on your account; message and data rates may apply. STOP ends them, HELP gives help."
)
WAY_NAMES = {"text": mark("text"), "email": mark("email"), "call": mark("phone call")}
DOLLARS = re.compile(r"\$? ?(\d{1,6}|\d{1,3}(?:,\d{3})+)(?:\.(\d{2}))?", re.ASCII)
WHOLE = re.compile(r"\d{1,7}|\d{1,3}(?:,\d{3})+", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """What is set for one alert: the ways in the order of CHANNELS, and the threshold in the unit of its kind."""

    ways: tuple[str, ...] = ()
    threshold: int | None = None


Choices = Mapping[str, Choice]


@dataclass(frozen=True)
class Changes:
    """`turned_on`: ways → the alerts that get exactly these; `turned_off`: ways → the alerts that lose these."""

    turned_on: Mapping[tuple[str, ...], Mapping[str, int | None]]
    turned_off: Mapping[tuple[str, ...], Sequence[str]]

    def __bool__(self) -> bool:
        return bool(self.turned_on or self.turned_off)


class AlertPages(ActingPages):
    KEEPS_WORDS = ("check",)
    PAGES = (
        ("alerts", "GET", "/alerts"),
        ("check", "POST", "/alerts"),
        ("save", "POST", "/alerts/save"),
    )

    async def alerts(self, _request: Request, visit: Visit) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            set_now = await load_choices(session, find_account(visit).id)
        return await self._render(visit, {name: (set_now[name].ways, _format_limit(name, set_now)) for name in KINDS})

    async def check(self, request: Request, visit: Visit) -> HTTPResponse:
        """Read back what changes, or show the page again as it was filled in."""
        async with self.backend.db.read_session() as session:
            set_now = await load_choices(session, find_account(visit).id)
        shown = await self._list_shown(visit, set_now)
        typed, wanted, errors = self._read(request, shown, set_now)
        if errors or is_edited_again(request):
            return await self._render(visit, typed, errors)
        changes = find_changes(set_now, wanted)
        if not changes:
            return await self._render(visit, typed, note=tr("Nothing was changed: your alerts are as they were."))
        return self.render_read_back(self._describe(visit, wanted, changes, set_now))

    async def save(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        url = with_account(ALERTS_URL, visit)
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            set_now = await load_choices(session, account.id)
            shown = await self._list_shown(visit, set_now)
            _typed, wanted, errors = self._read(request, shown, set_now)
            changes = find_changes(set_now, wanted)
            if errors or not is_confirmed(request):
                return self.render_changed_meanwhile(url)
            if changes and form_field(request, "seen") != _seen(set_now):
                return self.render_changed_meanwhile(url)
            numbers = await self._apply(session, request, identity, changes)
        words = [tr("Done. Your alerts are as you set them.")]
        if "text" in {way for ways in changes.turned_on for way in ways}:
            words.append(tr("A text to your phone confirms it. Reply STOP to any text to end them all."))
        links = [(tr("Manage Alerts"), url)]
        return self.render_result(Result(tr("Manage Alerts"), words, join_words(numbers), links))

    async def _apply(self, session: AsyncSession, request: Request, identity: Identity, changes: Changes) -> list[str]:
        """The confirmation numbers of what was done."""
        numbers, account, reply = [], identity.known_account, tr("Save these alerts")
        for ways, names in changes.turned_off.items():
            agreement = self.agreement(request)
            _ended, number = await alerts.turn_off(session, self.backend, account, names, agreement, ways)
            numbers.append(number)
        for ways, kinds in changes.turned_on.items():
            agreement = self.agreement(request, describe_turned_on(ways, kinds), reply)
            numbers.append(await alerts.turn_on(session, self.backend, account, kinds, ways, agreement))
        return [number for number in numbers if number]

    def _describe(self, visit: Visit, wanted: Choices, changes: Changes, set_now: Choices) -> ReadBack:
        lists = [(_turned_on_by(ways), list_alerts(kinds)) for ways, kinds in changes.turned_on.items()]
        for ways, names in changes.turned_off.items():
            lost = list_alerts({name: set_now[name].threshold for name in names})
            lists.append((tr("Turned off, by {ways}", ways=join_ways(ways)), lost))
        used = {way for ways in changes.turned_on for way in ways}
        words = [tr(TEXT_TERMS)] if "text" in used else []
        facts = [(tr("Texts and calls go to"), format_phone(visit.member.phone or ""))] if used - {"email"} else []
        if "email" in used and visit.member.email:
            facts.append((tr("Emails go to"), visit.member.email))
        fields = {"seen": _seen(set_now)}
        for name, choice in wanted.items():
            fields |= {f"{name}-{way}": "1" for way in choice.ways}
            if KINDS[name].unit:
                fields[f"{name}-limit"] = _format_limit(name, wanted)
        url = with_account(ALERTS_URL, visit)
        return ReadBack(
            tr("Please check your alerts"), words, tr("Save these alerts"), f"{ALERTS_URL}/save", url, fields,
            facts, lists, edit=ALERTS_URL,
        )  # fmt: skip

    def _read(
        self, request: Request, shown: Sequence[str], set_now: Choices
    ) -> tuple[dict[str, tuple[tuple[str, ...], str]], dict[str, Choice], dict[str, str]]:
        """What was typed, what it means, and what is wrong with it. What is not on the page stays as it is."""
        typed, errors = {}, {}
        wanted = {name: set_now[name] for name in KINDS}
        for name in shown:
            ways = tuple(way for way in CHANNELS if form_field(request, f"{name}-{way}"))
            limit = form_field(request, f"{name}-limit")[:20].strip()
            typed[name] = (ways, limit)
            threshold = read_limit(KINDS[name].unit, limit)
            try:
                wanted[name] = Choice(ways, check_threshold(name, threshold) if ways else set_now[name].threshold)
                if ways and limit and threshold is None:
                    errors[f"{name}-limit"] = _limit_problem(name)
            except InvalidThreshold:
                errors[f"{name}-limit"] = _limit_problem(name)
        return typed, wanted, errors

    async def _list_shown(self, visit: Visit, set_now: Choices) -> list[str]:
        """The alerts that this account can have: none is promised that never comes."""
        shown = set(KINDS)
        if find_system(self.backend.billing) is None and not set_now["shutoff_near"].ways:
            shown.discard("shutoff_near")
        async with self.backend.db.read_session() as session:
            try:
                owed = await self.backend.billing.balance(session, find_account(visit).id, self.backend.today())
                is_prepaid = owed.prepaid is not None
            except FiguresUnknown:
                is_prepaid = True
        if not is_prepaid and not set_now["prepaid_low"].ways:
            shown.discard("prepaid_low")
        return [name for name in KINDS if name in shown]

    async def _render(
        self,
        visit: Visit,
        typed: Mapping[str, tuple[tuple[str, ...], str]],
        errors: Mapping[str, str] | None = None,
        note: str = "",
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            set_now = await load_choices(session, find_account(visit).id)
            stopped = await alerts.texts_are_stopped(session, visit.member)
        shown = await self._list_shown(visit, set_now)
        groups = [(tr(title), [name for name in names if name in shown]) for title, names in GROUPS]
        return self.render_form(
            "profile/alerts.html",
            errors,
            groups=groups,
            typed=typed,
            kinds=KINDS,
            titles=TITLES,
            units=UNITS,
            note=note,
            texts_stopped=stopped,
            member=visit.member,
        )


async def load_choices(session: AsyncSession, account_id: int) -> dict[str, Choice]:
    """What is set for each kind; one that is off keeps the threshold that it had before."""
    before = await alerts.previous_thresholds(session, account_id)
    found = {name: Choice((), before.get(name) or kind.default_threshold) for name, kind in KINDS.items()}
    for setting in await alerts.list_active_settings(session, account_id):
        found[setting.kind] = Choice(tuple(setting.channels), setting.threshold)
    return found


def find_changes(set_now: Choices, wanted: Choices) -> Changes:
    turned_on: dict[tuple[str, ...], dict[str, int | None]] = defaultdict(dict)
    turned_off: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, new in wanted.items():
        old = set_now[name]
        is_limit_new = bool(new.ways) and new.threshold != old.threshold
        lost = tuple(way for way in old.ways if way not in new.ways)
        if new.ways and (is_limit_new or set(new.ways) - set(old.ways)):
            turned_on[new.ways][name] = new.threshold
        elif lost:
            turned_off[lost].append(name)
    return Changes(dict(turned_on), dict(turned_off))


def describe_turned_on(ways: Sequence[str], kinds: Mapping[str, int | None]) -> str:
    """What is agreed to, in the words of the read-back."""
    words = f"{_turned_on_by(ways)}: {'; '.join(list_alerts(kinds))}."
    return f"{words} {tr(TEXT_TERMS)}" if "text" in ways else words


def list_alerts(kinds: Mapping[str, int | None]) -> list[str]:
    """`Your bill is 3 days from due`: each alert with its threshold, to stand by itself in a list."""
    own = {"outage_night": tr("The power is out at night")}
    described = {name: KINDS[name].describe(threshold) for name, threshold in kinds.items()} | {
        name: words for name, words in own.items() if name in kinds
    }
    return [words[:1].upper() + words[1:] for words in described.values()]


def _turned_on_by(ways: Sequence[str]) -> str:
    return tr("Turned on, by {ways}", ways=join_ways(ways))


def join_ways(ways: Sequence[str]) -> str:
    return join_words([tr(WAY_NAMES[way]) for way in ways])


def read_limit(unit: str, text: str) -> int | None:
    """A typed limit in the unit of its kind: days, cents or kWh; None where it is none."""
    if unit == "cents":
        found = DOLLARS.fullmatch(text)
        return int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else None
    return int(text.replace(",", "")) if WHOLE.fullmatch(text) else None


def _format_limit(name: str, choices: Choices) -> str:
    """As it is typed: `3`, `150.00`, `1200`; empty without one."""
    threshold = choices[name].threshold
    if threshold is None or not KINDS[name].unit:
        return ""
    is_money = KINDS[name].unit == "cents"
    return format_cents(threshold).removeprefix("$").replace(",", "") if is_money else str(threshold)


def _limit_problem(name: str) -> str:
    kind = KINDS[name]
    if kind.unit == "days":
        return tr("Days from {least} to {most}, please.", least=kind.minimum, most=kind.maximum)
    if kind.unit == "cents":
        return tr("An amount in dollars, please, such as 150.")
    return tr("A number of kWh, please, such as 1200.")


def _seen(choices: Choices) -> str:
    """Stands for what was set when the page was shown."""
    return ";".join(
        f"{name}:{','.join(choice.ways)}:{choice.threshold}" for name, choice in choices.items() if choice.ways
    )
