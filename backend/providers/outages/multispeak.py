"""OUTAGES_PROVIDER=multispeak: outages from the co-op's outage management system, by MultiSpeak 3.0.

`keep_fresh` asks it each minute, outside any transaction; members are answered from what it said last, for as long as
that is recent. What the office writes down at /staff/outages is answered too. docs/multispeak.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.clock import Clock, SystemClock
from backend.config import Settings
from backend.coop import load_coop
from backend.language import mark, tr
from backend.providers.billing.multispeak.customers import AccountNumbers
from backend.providers.billing.system import BillingSystemError, SystemRejected
from backend.providers.multispeak.answers import Element, attribute, child, descendants, is_true, moment, text
from backend.providers.multispeak.client import MultiSpeakClient, create_client
from backend.providers.outages import builtin
from backend.providers.outages.base import OutageInfo, OutageProvider, ProviderOutage

logger = logging.getLogger("memberline.multispeak")

REFRESH_SECONDS = 60.0
LIST_AGE = timedelta(minutes=30)  # what was said longer ago is not told to members
ACCOUNT_AGE = timedelta(minutes=5)
MAX_PAGES, MAX_EVENTS = 100, 2_000
MAX_ACCOUNTS = 2_000
ASKED_AT_ONCE = 4
# NonPay, a shutoff, is nobody's outage; an Assumed one is what several calls point to
OUT = frozenset({"assumed", "confirmed", "stillout", "scheduled"})
MIN_NAME_LENGTH = 4
PLANNED = mark("planned work")


@dataclass(frozen=True, slots=True)
class OutageEvent:
    """An active outage. `names` are where it is, in the dispatcher's words."""

    event_id: str
    names: tuple[str, ...]
    cause: str
    is_planned: bool
    estimate: datetime | None


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Whether the power is out at an account, as of a time; the event where it is named."""

    is_out: bool
    event_id: str
    estimate: datetime | None
    as_of: datetime


class MultiSpeakOutages:
    name = "multispeak"

    def __init__(
        self,
        client: MultiSpeakClient,
        clock: Clock,
        zone: ZoneInfo,
        numbers: AccountNumbers,
        office: OutageProvider,
        *,
        takes_reports: bool = False,
    ) -> None:
        self.client = client
        self.takes_reports = takes_reports
        self._clock, self._zone, self.numbers, self._office = clock, zone, numbers, office
        self._events: dict[str, OutageEvent] = {}
        self._as_of: datetime | None = None
        self._accounts: dict[str, AccountStatus] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        """From what is known here; an account that nothing is known of is asked about in the background."""
        account = await session.get(Account, account_id) if account_id is not None else None
        known = self._find_by_account(account.number, place) if account else None
        if known is None:
            places = [each for each in (place, account.service_address if account else None) if each]
            known = self._find_by_place(places)
        office = await self._office.find_outage(session, place, account_id)
        if known is None or office is None:
            return known or office
        return replace(known, outage_id=office.outage_id, since=office.since)  # reports are counted with it

    async def keep_fresh(self) -> None:
        """Until canceled: read the list of outages each minute."""
        while True:
            try:
                await self.refresh()
            except BillingSystemError as failure:
                logger.warning("outages could not be read: %s: %s", type(failure).__name__, failure)
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Read all active outages. Raises BillingSystemError; what was known then stays. Not inside a transaction."""
        started = self._clock.now()
        if await self.client.has("GetAllActiveOutageEvents"):
            found = await self._all_events()
        else:
            found = await self._events_one_by_one()
        events = [event for each in found if (event := self._read_event(each))]
        limit = asyncio.Semaphore(ASKED_AT_ONCE)
        complete = await asyncio.gather(*(self._with_estimate(each, limit) for each in events))
        self._events = {each.event_id: each for each in complete}
        self._as_of = started

    async def ask(self, account_number: str) -> AccountStatus:
        """Whether the power is out at an account, asked now. Raises BillingSystemError. Not inside a transaction."""
        started = self._clock.now()
        location = {"location": {"accountNumber": self.numbers.theirs(account_number)}}
        answer = await self.client.call("GetOutageStatusByLocation", location)
        is_out = attribute(answer.result, "status").lower() in OUT
        event_id, estimate = "", None
        if is_out and await self.client.has("GetOutageEventStatusByOutageLocation"):
            event = (await self.client.call("GetOutageEventStatusByOutageLocation", location)).result
            event_id, estimate = attribute(event, "objectID"), moment(event, "ETOR", self._zone)
        status = AccountStatus(is_out, event_id, estimate, started)
        if len(self._accounts) >= MAX_ACCOUNTS:
            self._accounts.clear()
        self._accounts[account_number] = status
        return status

    async def list_outages(self) -> list[ProviderOutage] | None:
        """What is open there, read now unless the list is a minute old at most; None where it cannot be read."""
        try:
            if self._as_of is None or self._clock.now() - self._as_of > timedelta(seconds=2 * REFRESH_SECONDS):
                await self.refresh()
        except BillingSystemError as failure:
            logger.warning("outages could not be read: %s: %s", type(failure).__name__, failure)
            return None
        return [
            ProviderOutage(each.event_id, each.names, each.cause or (PLANNED if each.is_planned else ""), each.estimate)
            for each in self._events.values()
        ]

    async def report_outage(self, *, key: str, account_number: str, phone: str, at: datetime) -> None:
        """Tell the outage system of a member's call. `key` names the call once and for all; `phone` is E.164 or empty.

        Raises SystemTimeout where it may have arrived.
        """
        where = {"accountNumber": self.numbers.theirs(account_number)}
        if phone.startswith("+1") and len(phone) == 12:
            where |= {"areaCode": phone[2:5], "phone": phone[5:]}
        event = {
            "objectID": key,
            "eventTime": at.astimezone(self._zone).replace(tzinfo=None, microsecond=0),
            "outageEventType": "Outage",
            "outageDetectDeviceType": "Call",
            "outageLocation": where,
        }
        parameters = {"ODEvents": {"outageDetectionEvent": [event]}, "transactionID": key}
        answer = await self.client.call("ODEventNotification", parameters, changes=True)
        errors = [attribute(each, "errorString") for each in descendants(answer.result, "errorObject")]
        if any(errors):
            raise self.client.rejection("; ".join(filter(None, errors)))

    async def close(self) -> None:
        for task in [*self._asking.values()]:
            task.cancel()
        await self.client.close()

    def _find_by_account(self, number: str, place: str | None) -> OutageInfo | None:
        status = self._accounts.get(number)
        if status is None or self._clock.now() - status.as_of > ACCOUNT_AGE:
            self._ask_soon(number)
            return None
        if not status.is_out:
            return None
        event = self._events.get(status.event_id)
        if event is not None:
            return self._info(event, status.estimate, status.as_of)
        return OutageInfo(place or tr("your area"), "", status.estimate, status.as_of)

    def _find_by_place(self, places: Iterable[str]) -> OutageInfo | None:
        if self._as_of is None or self._clock.now() - self._as_of > LIST_AGE:
            return None
        words = [f" {builtin.normalize_place(each)} " for each in places]
        for event in self._events.values():
            names = [builtin.normalize_place(name) for each in event.names for name in each.split(",")]
            if any(len(name) >= MIN_NAME_LENGTH and f" {name} " in each for name in names for each in words):
                return self._info(event, None, self._as_of)
        return None

    def _info(self, event: OutageEvent, estimate: datetime | None, as_of: datetime) -> OutageInfo:
        cause = event.cause or (tr(PLANNED) if event.is_planned else "")
        area = event.names[0] if event.names else tr("your area")
        return OutageInfo(area, cause, estimate or event.estimate, as_of)

    def _ask_soon(self, number: str) -> None:
        if number in self._asking or len(self._asking) >= ASKED_AT_ONCE:
            return
        task = asyncio.create_task(self._ask_quietly(number))
        self._asking[number] = task
        task.add_done_callback(lambda _: self._asking.pop(number, None))

    async def _ask_quietly(self, number: str) -> None:
        try:
            await self.ask(number)
        except BillingSystemError as failure:
            logger.info("an account's outage status could not be read: %s", type(failure).__name__)

    async def _all_events(self) -> list[Element]:
        found: list[Element] = []
        last = ""
        for _ in range(MAX_PAGES):
            answer = await self.client.call("GetAllActiveOutageEvents", {"lastReceived": last})
            header = {name.lower(): value for name, value in answer.header.items()}
            page = list(descendants(answer.result, "outageEvent"))
            found += page
            remaining, sent = header.get("objectsremaining", ""), header.get("lastsent", "")
            if not page or not remaining.isdigit() or int(remaining) == 0:
                return found
            if not sent or sent == last:
                break
            last = sent
        raise SystemRejected("invalid_answer", "GetAllActiveOutageEvents does not end")

    async def _events_one_by_one(self) -> list[Element]:
        answer = await self.client.call("GetActiveOutages")
        names = [text(each) for each in answer.result if text(each)][:MAX_EVENTS]
        return [(await self.client.call("GetOutageEvent", {"outageEventID": each})).result for each in names]

    def _read_event(self, event: Element) -> OutageEvent | None:
        """None for what is over, or is no outage."""
        status = text(event, "outageStatus").lower()
        if status not in (OUT | {""}) or text(event, "completed"):
            return None
        names = tuple(filter(None, (text(event, "area"), text(event, "problemLocation"))))
        reasons = child(event, "outageReasonCodeList")
        cause = text(reasons, "OutageCause", "description") if reasons is not None else ""
        return OutageEvent(
            event_id=attribute(event, "objectID"),
            names=names,
            cause=cause[:200],
            is_planned=is_true(event, "isPlanned") or status == "scheduled",
            estimate=moment(event, "ETOR", self._zone),
        )

    async def _with_estimate(self, event: OutageEvent, limit: asyncio.Semaphore) -> OutageEvent:
        """Some systems keep the estimate with the status alone."""
        if event.estimate is not None or not await self.client.has("GetOutageEventStatus"):
            return event
        try:
            async with limit:
                answer = await self.client.call("GetOutageEventStatus", {"outageEventID": event.event_id})
            return replace(event, estimate=moment(answer.result, "ETOR", self._zone))
        except BillingSystemError:
            return event


def create(settings: Settings) -> MultiSpeakOutages:
    """Raises SettingsError."""
    return MultiSpeakOutages(
        create_client(settings, "OA"),
        SystemClock(settings.clock_shift),
        load_coop(settings.coop_file).zone,
        AccountNumbers(settings.multispeak_account_numbers),
        builtin.create(settings),
        takes_reports=settings.multispeak_takes_reports,
    )
