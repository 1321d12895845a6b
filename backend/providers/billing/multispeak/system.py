"""A billing system that speaks MultiSpeak 3.0, by its CB_Server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from backend.clock import Clock, local_date
from backend.providers.billing.multispeak import figures, usage
from backend.providers.billing.multispeak.customers import (
    AccountNumbers,
    customer_number,
    is_deleted,
    locations_of,
    read_member,
)
from backend.providers.billing.multispeak.payments import Payments
from backend.providers.billing.multispeak.sessions import SessionLog
from backend.providers.billing.system import (
    AccountFigures,
    BilledUsage,
    Posting,
    Prepaid,
    RemoteMember,
    SystemRejected,
)
from backend.providers.multispeak.answers import Answer, Element, cents, day, descendants, text
from backend.providers.multispeak.client import MultiSpeakClient

MAX_PAGES = 5_000
MAX_BILLS = 36
CALLS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Options:
    """How a vendor's system differs from others; docs/multispeak.md explains each."""

    account_numbers: Literal["dash", "digits"] = "dash"
    current_has_past_due: bool = False
    posting: Literal["commit", "process_and_commit", "off"] = "commit"
    lists_payments: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """More time to pay that the billing system's own rules allow. Nothing is changed until it is taken."""

    account_number: str
    until: date
    fee_cents: int


class MultiSpeakBilling:
    """Implements BillingSystem. `session_file` keeps how far the changes of members have been read."""

    def __init__(
        self, client: MultiSpeakClient, clock: Clock, zone: ZoneInfo, options: Options, session_file: Path
    ) -> None:
        self.client = client
        self._clock, self._zone, self.options = clock, zone, options
        self.numbers = AccountNumbers(options.account_numbers)
        self._sessions = SessionLog(session_file)
        self._payments = Payments(
            client, self.numbers, clock, zone, mode=options.posting, lists_payments=options.lists_payments
        )

    async def account_figures(self, account_number: str) -> AccountFigures:
        account = {"accountNumber": self.numbers.theirs(account_number)}
        payable, location = await asyncio.gather(
            self.client.call("PayableItemsList", account), self._optional("ServiceLocationByAccountNumber", account)
        )
        locations = locations_of(location.result) if location else []
        await self._check_account(account_number, locations, payable.result)
        prepaid = None
        if location and figures.is_prepaid(location.result):
            prepaid = await self._prepaid(account)
        return figures.read_figures(
            payable.result,
            self._zone,
            local_date(self._clock, self._zone),
            current_has_past_due=self.options.current_has_past_due,
            prepaid=prepaid,
        )

    async def changed_since(self, since: datetime) -> Sequence[RemoteMember]:
        """Changes are asked for by the session in which they were last read; all members where none is known."""
        started = self._clock.now()
        session = self._sessions.find(since)
        customers, new_session = await self._pages("Customers", session)
        changed = {customer_number(each): each for each in customers}
        locations: dict[str, list[Element]] = {}
        tells_locations = await self.client.has("ModifiedServiceLocations")
        if tells_locations:
            modified, _ = await self._pages("ServiceLocations", session)
            for each in modified:
                locations.setdefault(text(each, "custID"), []).append(each)
        names = sorted(({*changed, *locations}) - {""})
        limit = asyncio.Semaphore(CALLS_AT_ONCE)

        async def read(number: str) -> RemoteMember | None:
            async with limit:
                # without a session both lists are whole: nothing more has to be asked
                known = locations.get(number, []) if tells_locations and not session else None
                return await self._member(number, changed.get(number), known)

        members = [each for each in await asyncio.gather(*map(read, names)) if each is not None]
        if new_session:
            self._sessions.add(started, new_session)
        return members

    async def billed_usage(self, account_number: str, start: date, end: date) -> Sequence[BilledUsage]:
        account = {"accountNumber": self.numbers.theirs(account_number)}
        whole = await self._optional("UsageByAccountNumber", account)
        found = list(usage.read_usage(whole.result, self._zone)) if whole else []
        if not found:
            found = await self._usage_bill_by_bill(account, start, end)
        periods = {usage.period_key(each): each for each in found if start <= each.end <= end}
        return [periods[key] for key in sorted(periods)]

    async def post(self, posting: Posting) -> str:
        return await self._payments.post(posting)

    async def find_posting(self, posting: Posting) -> str | None:
        return await self._payments.find(posting)

    async def payment_extension(self, account_number: str) -> Extension | None:
        """The extension that the billing system would allow; None for none. Changes nothing there."""
        account = {"paymentExtension": [{"accountNumber": self.numbers.theirs(account_number)}]}
        answer = await self.client.call("RequestPaymentExtension", {"extensionList": account})
        for each in descendants(answer.result, "paymentExtension"):
            until = day(each, "extendedTo", self._zone)
            if text(each, "responseCode").lower() == "success" and until:
                return Extension(account_number, until, cents(each, "utilityFee") or 0)
        return None

    async def close(self) -> None:
        await self.client.close()

    async def _check_account(self, number: str, locations: Sequence[Element], payable: Element) -> None:
        """An empty list means that nothing is owed only where the account is known to exist."""
        theirs = [text(each, "accountNumber") for each in locations if text(each, "accountNumber")]
        if theirs and not any(self.numbers.are_same(each, number) for each in theirs):
            raise SystemRejected("invalid_answer", f"accountNumber is of another account than {number}")
        if not locations and next(descendants(payable, "payableItem"), None) is None:
            if await self.client.has("ServiceLocationByAccountNumber"):
                raise SystemRejected("unknown_account", "it has no payable items and no service location")
            raise SystemRejected(
                "invalid_answer", "no payable items, and no operation to see whether the account exists"
            )

    async def _optional(self, operation: str, parameters: dict[str, str]) -> Answer | None:
        """None where the system has no such operation, or does not know what it is asked for."""
        if not await self.client.has(operation):
            return None
        try:
            return await self.client.call(operation, parameters)
        except SystemRejected as rejection:
            if rejection.code in ("unsupported", "unknown_account"):
                return None
            raise

    async def _prepaid(self, account: dict[str, str]) -> Prepaid | None:
        answer = await self._optional("PPMCustomer", account)
        return figures.read_prepaid(answer.result) if answer else None

    async def _pages(self, noun: str, session: str) -> tuple[list[Element], str]:
        """What changed since a session, or all without one, block by block; and the session that it belongs to."""
        whole = not session and await self.client.has(f"All{noun}")
        operation, since = (f"All{noun}", {}) if whole else (f"Modified{noun}", {"previousSessionID": session})
        found: list[Element] = []
        last, new_session = "", ""
        for _ in range(MAX_PAGES):
            answer = await self.client.call(operation, {**since, "lastReceived": last})
            header = {name.lower(): value for name, value in answer.header.items()}
            page = list(answer.result)
            found += page
            new_session = header.get("sessionid", "") or new_session
            remaining = header.get("objectsremaining", "").strip()
            sent = header.get("lastsent", "")
            if not page or not remaining.isdigit() or int(remaining) == 0:
                return found, new_session
            if not sent or sent == last:
                raise SystemRejected("invalid_answer", f"{operation} has more to send but names no new LastSent")
            last = sent
        raise SystemRejected("invalid_answer", f"{operation} does not end")

    async def _member(
        self, number: str, customer: Element | None, locations: list[Element] | None
    ) -> RemoteMember | None:
        if customer is None:
            answer = await self._optional("CustomerByCustId", {"custId": number})
            if answer is None:
                return None
            customer = answer.result
        if locations is None:
            found = (
                None if is_deleted(customer) else await self._optional("ServiceLocationByCustId", {"custId": number})
            )
            locations = locations_of(found.result) if found else []
        return read_member(customer, locations, self.numbers)

    async def _usage_bill_by_bill(self, account: dict[str, str], start: date, end: date) -> list[BilledUsage]:
        """BilledUsage tells of one bill: the one before is asked for with the day on which this one began."""
        found: list[BilledUsage] = []
        bill_day = end
        for _ in range(MAX_BILLS):
            at = datetime.combine(bill_day, time())
            try:
                answer = await self.client.call("BilledUsage", {**account, "cisBillDate": at})
            except SystemRejected as rejection:
                if found and rejection.code in ("unknown_account", "refused"):
                    break  # there is no older bill
                raise
            period = usage.read_billed_usage(answer.result, self._zone)
            if period is None or period.start >= bill_day or period in found:
                break
            found.append(period)
            if period.start < start:
                break
            bill_day = period.start
        return found
