"""Checks of a CB_Server. They only read, unless a payment to write is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from backend.clock import Clock, local_date
from backend.money import format_cents
from backend.providers.billing.multispeak import figures, usage
from backend.providers.billing.multispeak.customers import locations_of, read_member
from backend.providers.billing.multispeak.system import MultiSpeakBilling
from backend.providers.billing.system import Posting, SystemRejected
from backend.providers.multispeak.answers import Element, cents, descendants, text
from backend.providers.multispeak.conformance.connection import connection_checks
from backend.providers.multispeak.conformance.report import Check, NotTried, Use

NAME_ACCOUNT = "name an account: --account NUMBER"
NAME_MEMBER = "name a member: --member NUMBER"
COMMIT = "CommitPaymentTransaction"
USES = {
    "PayableItemsList": Use("balance, due date, paying", "no payment can be taken", needed=True),
    "ServiceLocationByAccountNumber": Use(
        "the account exists, prepaid or not", "a paid-up account cannot be told from an unknown one", needed=True
    ),
    "CustomerByCustId": Use("new and changed members", "members come by CSV files alone"),
    "ServiceLocationByCustId": Use("accounts of changed members", "members come by CSV files alone"),
    "AllCustomers": Use("the first reading of all members", "ModifiedCustomers without a session has to do"),
    "AllServiceLocations": Use("the first reading of all accounts", "each member's accounts are asked for one by one"),
    "ModifiedCustomers": Use("new and changed members", "members come by CSV files alone"),
    "ModifiedServiceLocations": Use("moved and closed accounts", "they show with the member's next change"),
    "UsageByAccountNumber": Use("use by month, high bills", "bills are read one by one"),
    "BilledUsage": Use("use by month, high bills", "usage comes by CSV files alone"),
    "PPMCustomer": Use("what is left of a prepaid account", "prepaid members are not told their balance"),
    COMMIT: Use("posting payments", "a clerk posts each payment by hand", needed=True),
    "PPMPayments": Use("whether a payment arrived", "a clerk looks after each answer that was lost"),
    "RequestPaymentExtension": Use("more time to pay", "arrangements follow the rules of coop.toml alone"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the checks ask about. `write_cents`: book a payment of so much to the account."""

    account: str | None = None
    member: str | None = None
    write_cents: int | None = None


class BillingChecks:
    def __init__(self, system: MultiSpeakBilling, subject: Subject, clock: Clock, zone: ZoneInfo) -> None:
        self._system, self._client = system, system.client
        self._subject, self._clock, self._zone = subject, clock, zone
        self._owed: int | None = None
        self._written: Posting | None = None

    def all(self) -> list[Check]:
        runs: dict[str, Callable[[], Awaitable[str]]] = {
            "PayableItemsList": self.payable,
            "ServiceLocationByAccountNumber": self.location,
            "CustomerByCustId": self.customer,
            "ServiceLocationByCustId": self.locations_of_customer,
            "AllCustomers": partial(self._first_block, "AllCustomers"),
            "AllServiceLocations": partial(self._first_block, "AllServiceLocations"),
            "ModifiedCustomers": partial(self._first_block, "ModifiedCustomers"),
            "ModifiedServiceLocations": partial(self._first_block, "ModifiedServiceLocations"),
            "UsageByAccountNumber": self.usage,
            "BilledUsage": self.billed_usage,
            "PPMCustomer": self.prepaid,
            COMMIT: self.commit,
            "PPMPayments": self.payments,
            "RequestPaymentExtension": self.extension,
        }
        checks = [Check(name, use, runs[name], writes=name == COMMIT) for name, use in self._uses().items()]
        return [*connection_checks(self._client, USES), *checks]

    def _uses(self) -> dict[str, Use]:
        """Where payments are not posted, the call for it is not needed."""
        if self._system.options.posting != "off":
            return USES
        return {**USES, COMMIT: replace(USES[COMMIT], needed=False)}

    async def payable(self) -> str:
        account = self._account()
        answer = await self._client.call("PayableItemsList", account)
        today = local_date(self._clock, self._zone)
        with_past_due = self._system.options.current_has_past_due
        found = figures.read_figures(answer.result, self._zone, today, current_has_past_due=with_past_due)
        self._owed = found.amount_due_cents
        parts = [f"{format_cents(found.amount_due_cents)} due, {format_cents(found.past_due_cents)} of it past due"]
        parts += [f"due {found.due_on}"] if found.due_on else ["no due date"]
        parts += [f"shutoff {found.disconnect_on}"] if found.disconnect_on else []
        return f"{', '.join(parts)}: compare it with the billing screen"

    async def location(self) -> str:
        account = self._account()
        answer = await self._client.call("ServiceLocationByAccountNumber", account)
        locations = locations_of(answer.result)
        if not locations:
            raise SystemRejected("invalid_answer", "it has no service location for this account")
        numbers = {text(each, "accountNumber") for each in locations} - {""}
        if not any(self._system.numbers.are_same(each, self._subject.account or "") for each in numbers):
            raise SystemRejected("invalid_answer", f"the accountNumber of its location is {sorted(numbers)}")
        prepaid = "prepaid" if figures.is_prepaid(answer.result) else "not prepaid"
        return f"{len(locations)} of this account, {prepaid}; {self._compare(answer.result)}"

    def _compare(self, result: Element) -> str:
        receivable = figures.receivable_balance(result)
        if receivable is None or self._owed is None:
            return "no acRecvBal to compare the payable items with"
        if receivable == self._owed:
            return f"acRecvBal is {format_cents(receivable)} as well"
        return (
            f"acRecvBal is {format_cents(receivable)} and the payable items are {format_cents(self._owed)}: "
            "see MULTISPEAK_CURRENT_AMOUNT"
        )

    async def customer(self) -> str:
        answer = await self._client.call("CustomerByCustId", {"custId": self._member()})
        member = read_member(answer.result, [], self._system.numbers)
        if member.number != self._subject.member:
            raise SystemRejected("invalid_answer", f"objectID is {member.number!r} and not the member's number")
        phone = f"a phone ending {member.phone[-4:]}" if member.phone else "no phone that can be texted"
        return f"{'a name' if member.name else 'no name'}, {phone}, {'an' if member.email else 'no'} email"

    async def locations_of_customer(self) -> str:
        answer = await self._client.call("ServiceLocationByCustId", {"custId": self._member()})
        return f"{len(locations_of(answer.result))} of this member"

    async def _first_block(self, operation: str) -> str:
        session = {"previousSessionID": ""} if operation.startswith("Modified") else {}
        answer = await self._client.call(operation, {**session, "lastReceived": ""})
        header = {name.lower(): value for name, value in answer.header.items()}
        remaining = header.get("objectsremaining", "")
        if not header.get("sessionid"):
            raise SystemRejected("invalid_answer", "no SessionID in the header: each sync would read all members anew")
        if remaining.isdigit() and int(remaining) and not header.get("lastsent"):
            raise SystemRejected(
                "invalid_answer", "ObjectsRemaining without LastSent: only the first block can be read"
            )
        return f"{len(answer.result)} in the first block, {remaining or 'no'} more"

    async def usage(self) -> str:
        answer = await self._client.call("UsageByAccountNumber", self._account())
        found = list(usage.read_usage(answer.result, self._zone))
        if not found:
            raise SystemRejected("invalid_answer", "no usageInstance with a value in kWh, a dateTime and useDays")
        newest = max(found, key=usage.period_key)
        return f"{len(found)} periods, the newest {newest.kwh:,} kWh to {newest.end}"

    async def billed_usage(self) -> str:
        today = datetime.combine(local_date(self._clock, self._zone), time())
        answer = await self._client.call("BilledUsage", {**self._account(), "cisBillDate": today})
        found = usage.read_billed_usage(answer.result, self._zone)
        if found is None:
            raise SystemRejected("invalid_answer", "no usageItem with both reading dates")
        return f"{found.kwh:,} kWh from {found.start} to {found.end}"

    async def prepaid(self) -> str:
        try:
            answer = await self._client.call("PPMCustomer", self._account())
        except SystemRejected as rejection:
            if rejection.code in ("unknown_account", "refused"):
                raise NotTried(f"the account is not prepaid ({rejection}): name one that is") from None
            raise
        found = figures.read_prepaid(answer.result)
        if found is None:
            raise NotTried("there is no totalBalance: name an account that is prepaid")
        return f"{format_cents(found.left_cents)} left: compare it with the billing screen"

    async def commit(self) -> str:
        if self._system.options.posting == "off":
            raise NotTried("MULTISPEAK_POSTING is off")
        amount = self._subject.write_cents
        if amount is None or self._subject.account is None:
            raise NotTried("it books a payment: --write-test AMOUNT --account NUMBER, with an account for tests")
        now = self._clock.now()
        key = f"conformance:{now:%Y%m%d%H%M%S}"
        posting = Posting(
            key=key,
            kind="payment",
            account_number=self._subject.account,
            amount_cents=amount,
            fee_cents=0,
            on=local_date(self._clock, self._zone),
            at=now,
            method_kind="bank",
            confirmation=key,
            channel="web",
        )
        reference = await self._system.post(posting)
        self._written = posting
        return f"{format_cents(amount)} booked to {self._subject.account} as {reference}: take it back by hand"

    async def payments(self) -> str:
        at = self._clock.now().astimezone(self._zone).replace(tzinfo=None, microsecond=0)
        window = {"startTime": at - timedelta(days=1), "stopTime": at + timedelta(days=1)}
        answer = await self._client.call("PPMPayments", window)
        listed = list(descendants(answer.result, "tender"))
        for tender in listed:
            cents(tender, "amount")
        if self._written is None:
            return f"{len(listed)} payments of the last day; --write-test shows whether ours are among them"
        try:
            reference = await self._system.find_posting(self._written)
        except SystemRejected:
            reference = None
        if reference is None:
            raise SystemRejected("invalid_answer", "the payment of this test is not listed with our key")
        return "the payment of this test is listed with our key: MULTISPEAK_LISTS_PAYMENTS=yes fits"

    async def extension(self) -> str:
        raise NotTried("a vendor may take the question for the agreement: try it with the vendor")

    def _account(self) -> dict[str, str]:
        if self._subject.account is None:
            raise NotTried(NAME_ACCOUNT)
        return {"accountNumber": self._system.numbers.theirs(self._subject.account)}

    def _member(self) -> str:
        if self._subject.member is None:
            raise NotTried(NAME_MEMBER)
        return self._subject.member
