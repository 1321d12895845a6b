"""Posts payments, and looks for those that were posted.

The standard has two calls (documentation in the WSDL of CB_Server): ProcessPaymentTransaction asks the billing system
to authorize and process a payment; CommitPaymentTransaction tells it of a payment that was authorized elsewhere. Ours
are: the payment network has taken the money. So Commit alone is the default. A vendor that wants both gets both.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from backend.clock import Clock
from backend.providers.billing.multispeak.customers import AccountNumbers
from backend.providers.billing.system import Posting, SystemRejected, SystemTimeout, SystemUnavailable
from backend.providers.multispeak.amounts import InvalidAmount, format_amount
from backend.providers.multispeak.answers import Answer, Element, attribute, cents, children, descendants, text
from backend.providers.multispeak.client import MultiSpeakClient

PROCESS, COMMIT, LIST = "ProcessPaymentTransaction", "CommitPaymentTransaction", "PPMPayments"
ALREADY = re.compile(r"duplicate|already", re.IGNORECASE)
PAYMENT_KINDS = ("creditCardPayment", "achPayment", "eCheckPayment", "cashPayment")
LOOKUP_MARGIN = timedelta(days=1)
# an answer that was given up on may still be at work there; only after this time does a missing payment mean anything
SETTLING = timedelta(minutes=2)


class Payments:
    """What a system does with payments. `lists_payments`: PPMPayments is known to list every payment posted here."""

    def __init__(
        self,
        client: MultiSpeakClient,
        numbers: AccountNumbers,
        clock: Clock,
        zone: ZoneInfo,
        *,
        mode: Literal["commit", "process_and_commit", "off"],
        lists_payments: bool,
    ) -> None:
        self._client, self._numbers, self._clock, self._zone = client, numbers, clock, zone
        self._mode = mode
        self._lists_payments = lists_payments
        self._given_up: dict[str, datetime] = {}

    async def post(self, posting: Posting) -> str:
        """Book a payment; returns their reference. Returns and refunds are refused: the standard has no call for them,
        which says nothing about other movements, as `unsupported` would."""
        if posting.kind != "payment":
            raise SystemRejected("refused", f"MultiSpeak has no call for a {posting.kind}: book it by hand")
        if self._mode == "off":
            raise SystemRejected("unsupported", "MULTISPEAK_POSTING is off")
        both = self._mode == "process_and_commit"
        if both and not await self._client.has(COMMIT):
            raise SystemRejected("unsupported", f"the WSDL has no operation {COMMIT}")
        try:
            if both:
                await self._send(PROCESS, posting)
            try:
                reference = await self._send(COMMIT, posting)
            except (SystemRejected, SystemUnavailable) as failure:
                if not both:
                    raise
                raise SystemTimeout(f"it was processed but not committed: {failure}") from failure
        except SystemTimeout:
            self._given_up[posting.key] = self._clock.now()
            raise
        self._given_up.pop(posting.key, None)
        return reference

    async def find(self, posting: Posting) -> str | None:
        """Their reference of a posted payment. A payment is found by our key, which they keep with it.

        That it is not listed proves something only where the co-op has confirmed that all are (`lists_payments`);
        else SystemRejected("unsupported"), as for a payment of this amount that has no key.
        """
        given_up = self._given_up.get(posting.key)
        if given_up is not None and self._clock.now() - given_up < SETTLING:
            raise SystemTimeout("its outcome is not settled yet")
        self._given_up.pop(posting.key, None)
        times = {
            "startTime": self._local(posting.at.astimezone(UTC) - LOOKUP_MARGIN),
            "stopTime": self._local(self._clock.now() + LOOKUP_MARGIN),
        }
        answer = await self._client.call(LIST, times)
        has_lookalike = False
        for transaction in descendants(answer.result, "paymentTransaction"):
            if not self._numbers.are_same(text(transaction, "accountNumber"), posting.account_number):
                continue
            for tender in _tenders(transaction):
                if posting.key in _keys(tender):
                    return _reference_of(tender) or posting.key
                has_lookalike |= not _keys(tender) and cents(tender, "amount") == posting.amount_cents
        if has_lookalike:
            raise SystemRejected(
                "unsupported", "a payment of this amount is listed without a key: a person has to look"
            )
        if not self._lists_payments:
            raise SystemRejected("unsupported", "it is not listed, which proves nothing here: a person has to look")
        return None

    async def _send(self, operation: str, posting: Posting) -> str:
        transactions = {"paymentTransaction": [self._transaction(posting)]}
        answer = await self._client.call(operation, {"transactions": transactions}, changes=True)
        return self._reference(posting, answer)

    def _transaction(self, posting: Posting) -> dict[str, Any]:
        """No card and no bank number: we have none, and the payment is done.

        Payments at the counter are booked in that system itself; one that was made before it was connected is for a
        person, since it may be there.
        """
        if posting.method_kind not in ("card", "bank"):
            raise SystemRejected("refused", "a payment at the counter: look it up there, or book it by hand")
        try:
            tender: dict[str, Any] = {
                "objectID": posting.key,
                "amount": format_amount(posting.amount_cents),
                "authorizationCode": posting.confirmation,
                "financialTransactionID": posting.key,
            }
            if posting.fee_cents:
                tender["convenienceFee"] = format_amount(posting.fee_cents)
                tender["total"] = format_amount(posting.amount_cents + posting.fee_cents)
        except InvalidAmount as fault:
            raise SystemRejected("refused", f"the amount {fault}: book it by hand") from None
        return {
            "accountNumber": self._numbers.theirs(posting.account_number),
            "creditCardPayment" if posting.method_kind == "card" else "achPayment": [{"tender": tender}],
        }

    def _reference(self, posting: Posting, answer: Answer) -> str:
        """Their reference, from an answer that says Success of our payment.

        Raises SystemRejected for a Failure, and SystemTimeout for everything that says neither, or that it is there
        already.
        """
        errors = [attribute(each, "errorString") for each in answer.result.iter() if attribute(each, "errorString")]
        for tender in _tenders(answer.result):
            if _keys(tender) and posting.key not in _keys(tender):
                continue
            code = text(tender, "responseCode").lower()
            if code == "success" and not errors:
                self._check_amount(posting, tender)
                return _reference_of(tender) or posting.key
            if code == "failure" and not ALREADY.search("; ".join(errors)):
                raise self._client.rejection("; ".join(errors) or "Failure")
        words = self._client.public_words("; ".join(errors))
        raise SystemTimeout(f"the answer says neither success nor failure: {words}")

    def _check_amount(self, posting: Posting, tender: Element) -> None:
        try:
            booked = cents(tender, "amount")
        except SystemRejected as fault:
            raise SystemTimeout(f"it was booked with an amount that cannot be read: {fault}") from fault
        if booked is not None and booked != posting.amount_cents:
            raise SystemTimeout(f"it was booked with {booked} cents instead of {posting.amount_cents}")

    def _local(self, at: datetime) -> datetime:
        """Without an offset, as systems without zones understand it."""
        return at.astimezone(self._zone).replace(tzinfo=None, microsecond=0)


def _tenders(transaction: Element) -> list[Element]:
    return [
        tender
        for kind in PAYMENT_KINDS
        for each in descendants(transaction, kind)
        for tender in children(each, "tender")
    ]


def _keys(tender: Element) -> set[str]:
    return {attribute(tender, "objectID"), text(tender, "financialTransactionID")} - {""}


def _reference_of(tender: Element) -> str:
    """The number that the billing system gave the payment, if it gave one of its own."""
    return text(tender, "financialTransactionID") or attribute(tender, "objectID")
