"""The payment provider of the app that talks to Stripe: PaymentIntents for charges, Checkout for the hosted page."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, cast

import stripe

from backend.config import Settings
from backend.db import Database
from backend.errors import SettingsError
from backend.payments.models import NetworkCharge, NetworkEvent
from backend.providers.payments.base import (
    KEY_PATTERN,
    Charge,
    ChargeDetails,
    EntryResult,
    HostedEntry,
    MethodKind,
    NetworkNotice,
    NoticeKind,
    PaymentProviderError,
    ProviderRejected,
    ProviderTimeout,
    Refund,
    ReturnNotice,
)
from backend.providers.payments.stripe import checkout, codes, events, refunds
from backend.providers.payments.stripe.client import API_URL, StripeClient, call, read_id
from backend.providers.payments.stripe.intents import (
    CAPTURABLE,
    METHOD_TYPES,
    UNCONFIRMED,
    Intents,
    compute_digest,
    is_unasked,
    read_status,
)
from backend.providers.payments.stripe.records import RETURN, ChargeRecords

CALL_SECONDS = 8.0
TOTAL_SECONDS = 20.0
"""Of a method, which makes up to four calls."""
POLL_SECONDS = 3600.0
"""Stripe's own list of events, for what no webhook brought, is read again only after this."""
NOTICE_KINDS: tuple[NoticeKind, ...] = (
    "dispute_opened",
    "dispute_won",
    "dispute_lost_part",
    "refunded_elsewhere",
    "method_updated",
)


def create(settings: Settings) -> StripeProvider:
    """The provider for PAYMENT_PROVIDER=stripe. Raises SettingsError when the key is missing."""
    if not settings.stripe_secret_key:
        raise SettingsError(
            "PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY: Stripe's dashboard, Developers, API keys."
        )
    return StripeProvider(
        settings.stripe_secret_key,
        webhook_secret=settings.stripe_webhook_secret or "",
        api_url=settings.stripe_api_url or API_URL,
    )


class StripeProvider:
    """A method's token is `kind:customer:payment method`, such as `card:cus_1:pm_2`; the customer may be empty."""

    entry_origins = (checkout.PAGE_ORIGIN,)
    keypad_kinds: tuple[MethodKind, ...] = ("card",)  # a keyed-in account would wait days for its two small deposits
    keypad_token_type = "payment-method"  # noqa: S105 - one of <Pay>'s words
    wallets = ("Apple Pay", "Google Pay")
    # an id that began as a card or a source is a payment method too: https://docs.stripe.com/payments/payment-methods
    saved_tokens = re.compile(r"(card:cus_\w+:(pm|card|src)_|bank:cus_\w+:pm_)\w+", re.ASCII)
    saved_tokens_form = "card:cus_…:pm_… or bank:cus_…:pm_…"

    def __init__(
        self,
        api_key: str,
        *,
        webhook_secret: str = "",
        api_url: str = API_URL,
        call_seconds: float = CALL_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        bank_method_type: str = METHOD_TYPES["bank"],
    ) -> None:
        self._client = StripeClient(api_key, api_url, call_seconds)
        self._records: ChargeRecords | None = None
        self._intents: Intents | None = None
        self._webhook_secret = webhook_secret
        self._total_seconds = total_seconds
        self._poll_seconds = poll_seconds
        self._polled_at: float | None = None  # of the monotonic clock
        self._bank_method_type = bank_method_type

    def use_database(self, db: Database) -> None:
        self._records = ChargeRecords(db)
        self._intents = Intents(self._client, self._records, self._bank_method_type)

    @property
    def records(self) -> ChargeRecords:
        if self._records is None:
            raise RuntimeError("the Stripe provider was given no database")
        return self._records

    @property
    def intents(self) -> Intents:
        if self._intents is None:
            raise RuntimeError("the Stripe provider was given no database")
        return self._intents

    # charges

    async def authorize(
        self, *, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> Charge:
        _check_key(key)
        if amount_cents <= 0:
            raise ProviderRejected("invalid_amount", "An amount above zero is needed.")
        digest = compute_digest(token, amount_cents, description)
        async with self._limit():
            row = await self.records.find(key)
            if row is None:
                row, intent = await self.intents.create(key, token, amount_cents, description, details)
            else:
                intent = await self.intents.retrieve(row)
            if row.digest != digest:
                raise ProviderRejected("idempotency_key_reused")
            if row.kind == "card" and intent.status == UNCONFIRMED:
                intent = await self.intents.confirm(row)
            return await self._to_charge(row, intent)

    async def capture(self, key: str) -> Charge:
        async with self._limit():
            row, intent = await self._known(key)
            if row.kind == "bank" and intent.status == UNCONFIRMED:
                # Stripe has no manual capture for bank debits: they are ordered now
                intent = await self.intents.confirm(row)
            elif intent.status == CAPTURABLE:
                intent = await self.intents.capture(row)
            charge = await self._to_charge(row, intent)
        if charge.status not in ("posted", "returned"):
            raise ProviderRejected("not_authorized", f"A charge that is {charge.status} cannot be captured.")
        return charge

    async def void(self, key: str) -> Charge:
        async with self._limit():
            row, intent = await self._known(key)
            charge = await self._to_charge(row, intent)
            if charge.status == "authorized":
                charge = await self._to_charge(row, await self.intents.cancel(row))
        if charge.status in ("posted", "returned"):
            raise ProviderRejected("already_posted")
        if charge.status != "voided":
            raise ProviderRejected("not_voidable")
        return charge

    async def find(self, key: str) -> Charge | None:
        async with self._limit():
            row = await self.records.find(_check_key(key))
            intent = await self.intents.retrieve(row) if row else None
            if row is None or is_unasked(row, intent):
                return None  # authorize goes on from here
            return await self._to_charge(row, intent)

    # refunds, returns and notices

    async def refund(self, *, key: str, charge_key: str, amount_cents: int, reason: str) -> Refund:
        _check_key(key)
        if amount_cents <= 0:
            raise ProviderRejected("invalid_amount", "An amount above zero is needed.")
        async with self._limit():
            row, intent = await self._known(charge_key)
            if (await self._to_charge(row, intent)).status != "posted":
                raise ProviderRejected("not_refundable")
            if intent.status == "processing":
                raise ProviderRejected("not_refundable", "Stripe gives a bank debit back only when it has cleared.")
            return await refunds.make_refund(self._client, self.records, row, key, amount_cents, reason)

    async def find_refund(self, key: str) -> Refund | None:
        async with self._limit():
            made = await self.records.find_refund(_check_key(key))
            charge = await self.records.find(made.charge_key) if made else None
            return await refunds.find_refund(self._client, charge, made) if made and charge else None

    async def returns_since(self, cursor: int) -> list[ReturnNotice]:
        rows = await self._events_since(cursor, (RETURN,))
        return [ReturnNotice(row.id, row.key, row.code, row.on, row.amount_cents) for row in rows]

    async def notices_since(self, cursor: int) -> list[NetworkNotice]:
        return [_to_notice(row) for row in await self._events_since(cursor, NOTICE_KINDS)]

    async def receive_webhook(self, body: bytes, headers: Mapping[str, str]) -> bool:
        if not self._webhook_secret:
            raise ProviderRejected("no_webhooks", "STRIPE_WEBHOOK_SECRET is not set.")
        try:
            event = stripe.Webhook.construct_event(body, headers.get("stripe-signature", ""), self._webhook_secret)
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise ProviderRejected("bad_signature", "Stripe did not sign this, or not within five minutes.") from error
        try:
            return await events.keep(event, self.records)
        except (AttributeError, TypeError, ValueError) as error:
            raise ProviderRejected("invalid_request", "The event cannot be read.") from error

    async def _events_since(self, cursor: int, kinds: tuple[str, ...]) -> list[NetworkEvent]:
        """What webhooks brought, and what Stripe lists. Without Stripe the former alone, where there is any."""
        known = await self.records.events_since(cursor, kinds)
        if self._polled_at is not None and time.monotonic() - self._polled_at < self._poll_seconds:
            return known
        try:
            async with self._limit():
                await events.collect(self._client, self.records)
        except PaymentProviderError:
            if known:
                return known
            raise
        self._polled_at = time.monotonic()
        return await self.records.events_since(cursor, kinds)

    # the hosted page

    async def open_entry(self, *, reference: str, amount_cents: int, description: str, return_url: str) -> HostedEntry:
        request: Any = checkout.build_session_request(reference, amount_cents, description, return_url)
        async with self._limit():
            session = await call(lambda: self._client.v1.checkout.sessions.create_async(request))
        if not session.url:
            raise ProviderTimeout("Stripe opened a page without an address")
        return HostedEntry(session.id, session.url)

    async def entry_result(self, entry_id: str) -> EntryResult:
        if not checkout.is_session_id(entry_id):
            raise ProviderRejected("no_such_entry")
        params: Any = {"expand": ["setup_intent.payment_method"]}
        try:
            async with self._limit():
                session = await call(lambda: self._client.v1.checkout.sessions.retrieve_async(entry_id, params))
        except ProviderRejected as refusal:
            raise ProviderRejected("no_such_entry") if refusal.code == "invalid_token" else refusal from refusal
        return checkout.read_entry_result(session)

    async def read_keypad_entry(self, token: str) -> EntryResult:
        if not checkout.is_method_id(token):
            raise ProviderRejected("invalid_token", "The Pay Connector must make a PaymentMethod.")
        async with self._limit():
            method = await call(lambda: self._client.v1.payment_methods.retrieve_async(token))
            if method.type != "card":
                raise ProviderRejected("invalid_token", "Only cards can be keyed in.")
            return checkout.describe_method(method, read_id(method, "customer"))

    async def close(self) -> None:
        await self._client.close()

    # rows and intents together

    async def _known(self, key: str) -> tuple[NetworkCharge, Any]:
        """The row and the intent of a charge. Raises ProviderRejected when there is none."""
        row = await self.records.find(_check_key(key))
        intent = await self.intents.retrieve(row) if row else None
        if row is None or is_unasked(row, intent):
            raise ProviderRejected("no_such_charge")
        return row, intent

    async def _to_charge(self, row: NetworkCharge, intent: Any) -> Charge:
        status = read_status(row, intent)
        if row.kind == "bank" and status == "posted" and row.posted_at is None:
            row.posted_at = datetime.now(UTC)
            await self.records.mark_posted(row, row.posted_at)
        if status == "posted" and await self.records.is_returned(row.key):
            status = "returned"
        code = None
        if status == "declined":
            code = row.decline_code or codes.find_decline_code(intent.last_payment_error)
        return Charge(row.key, row.ref, status, intent.amount, code, cast(MethodKind, row.kind))

    @asynccontextmanager
    async def _limit(self) -> AsyncIterator[None]:
        """A time limit over several calls, and over answers that are not what Stripe documents."""
        try:
            async with asyncio.timeout(self._total_seconds):
                yield
        except TimeoutError as error:
            raise ProviderTimeout("no answer from Stripe in time") from error
        except (AttributeError, TypeError) as error:
            raise ProviderTimeout("Stripe's answer cannot be read") from error


def _to_notice(row: NetworkEvent) -> NetworkNotice:
    due_on = row.data.get("due_on")
    return NetworkNotice(
        seq=row.id,
        kind=cast(NoticeKind, row.kind),
        on=row.on,
        key=row.key,
        code=row.code,
        amount_cents=row.amount_cents,
        due_on=date.fromisoformat(due_on) if due_on else None,
        token=row.data.get("token", ""),
        last4=row.data.get("last4", ""),
        exp_month=row.data.get("exp_month"),
        exp_year=row.data.get("exp_year"),
    )


def _check_key(key: str) -> str:
    if not KEY_PATTERN.fullmatch(key):
        raise ProviderRejected("invalid_key", "Use 1 to 200 letters, digits and . _ : - as the key.")
    return key
