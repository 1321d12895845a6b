"""Stripe's PaymentIntents for our charges: created, written down, confirmed, captured, canceled."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal, cast

import stripe

from backend.payments.models import NetworkCharge
from backend.providers.payments.base import ChargeDetails, ChargeStatus, ProviderRejected, ProviderTimeout
from backend.providers.payments.stripe import codes
from backend.providers.payments.stripe.client import StripeClient, call, to_provider_error
from backend.providers.payments.stripe.records import ChargeRecords

logger = logging.getLogger(__name__)

METHOD_TYPES = {"card": "card", "bank": "us_bank_account"}
UNCONFIRMED, CAPTURABLE, WAITING = "requires_confirmation", "requires_capture", "requires_action"


class Intents:
    """Calls about one charge each. They raise what client.call raises, and AttributeError for an unreadable answer."""

    def __init__(self, client: StripeClient, records: ChargeRecords, bank_method_type: str) -> None:
        self._client = client
        self._records = records
        self._method_types = METHOD_TYPES | {"bank": bank_method_type}

    async def create(
        self, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> tuple[NetworkCharge, Any]:
        """Create the intent and write its id down. Nothing is asked of the card or the bank yet."""
        kind, params = self._build_request(key, token, amount_cents, description, details)
        # all of it is part of Stripe's key: another token or detail makes another intent, of which one is confirmed
        options = build_options(key, compute_digest(json.dumps(params, sort_keys=True)))
        payment_intents = self._client.v1.payment_intents
        try:
            intent = await call(lambda: payment_intents.create_async(cast(Any, params), options))
        except stripe.CardError as error:
            raise to_provider_error(
                stripe.InvalidRequestError(str(error.user_message), error.param, error.code)
            ) from error
        row = await self._records.add(
            NetworkCharge(
                key=key,
                ref=intent.id,
                digest=compute_digest(token, amount_cents, description),
                kind=kind,
                amount_cents=amount_cents,
                off_session=details.off_session,
                created_at=datetime.now(UTC),
            )
        )
        if row.ref == intent.id:
            return row, intent
        # another try of this key was first; ours was never confirmed
        await self._attempt(row, lambda: payment_intents.cancel_async(intent.id))
        return row, await self.retrieve(row)

    def _build_request(
        self, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> tuple[str, dict[str, Any]]:
        """The kind of the method, and the parameters of the intent."""
        kind, customer, method = split_token(token)
        told = {
            "key": key,
            "account": details.account_number,
            "member": details.customer_ref,
            "channel": details.channel,
            "fee_cents": str(details.fee_cents),
            "entry_class": details.entry_class or "",
        }
        params: dict[str, Any] = {
            "amount": amount_cents,
            "currency": "usd",
            "payment_method": method,
            "payment_method_types": [self._method_types[kind]],
            "capture_method": "manual" if kind == "card" else "automatic",
            "description": description,
            "metadata": {name: value for name, value in told.items() if value},
        }
        if customer:
            params["customer"] = customer
        if kind == "bank":
            # for cards Stripe allows only the account's own descriptor, as it is set in its dashboard
            params["statement_descriptor"] = details.descriptor
        return kind, params

    async def confirm(self, row: NetworkCharge) -> Any:
        """Ask the card, or order the debit. A refusal stands in the intent that comes back."""
        params: dict[str, Any] = {}
        if row.off_session:
            params["off_session"] = True
        elif row.kind == "card":
            # a member who writes or speaks cannot answer a bank's challenge
            params["error_on_requires_action"] = True
        payment_intents = self._client.v1.payment_intents
        intent = await self._attempt(
            row, lambda: payment_intents.confirm_async(row.ref, cast(Any, params), build_options(row.key, "confirm"))
        )
        if intent.status in (UNCONFIRMED, WAITING):
            return await self._give_up(row, intent)
        return intent

    async def _give_up(self, row: NetworkCharge, intent: Any) -> Any:
        """An intent that Stripe will not confirm, or only with the holder on a page, must not be confirmed later."""
        code = codes.NEEDS_HOLDER if intent.status == WAITING else codes.find_decline_code(intent.last_payment_error)
        intent = await self.cancel(row)
        if intent.status == "canceled":
            await self._records.mark_declined(row, code)
        return intent

    async def cancel(self, row: NetworkCharge) -> Any:
        payment_intents = self._client.v1.payment_intents
        return await self._attempt(
            row, lambda: payment_intents.cancel_async(row.ref, {}, build_options(row.key, "cancel"))
        )

    async def _attempt(self, row: NetworkCharge, make_request: Callable[[], Awaitable[Any]]) -> Any:
        """The intent after a call whose refusal shows in its state: a declined card, or a call that lost a race."""
        try:
            return await call(make_request)
        except ProviderRejected as refusal:
            if refusal.code == "unauthorized":
                raise
            logger.warning("Stripe refused a step of %s: %s %s", row.ref, refusal.code, refusal)
        except stripe.CardError:
            pass
        return await self.retrieve(row)

    async def retrieve(self, row: NetworkCharge) -> Any:
        try:
            return await call(lambda: self._client.v1.payment_intents.retrieve_async(row.ref))
        except ProviderRejected as refusal:
            if refusal.code == "invalid_token":
                # never "declined": perhaps the key is that of another account or mode, and the money was taken
                raise ProviderRejected(
                    "no_such_charge", f"Stripe has no {row.ref}: is the key the right one?"
                ) from refusal
            raise

    async def capture(self, row: NetworkCharge) -> Any:
        payment_intents = self._client.v1.payment_intents
        return await self._attempt(
            row, lambda: payment_intents.capture_async(row.ref, {}, build_options(row.key, "capture"))
        )


def is_unasked(row: NetworkCharge, intent: Any) -> bool:
    """Whether the card was never asked: the intent was created and written down, and not confirmed."""
    return row.kind == "card" and intent.status == UNCONFIRMED


def read_status(row: NetworkCharge, intent: Any) -> ChargeStatus:
    """Stripe's status of an intent as ours. A debit that failed after it was ordered is a return."""
    failed: ChargeStatus = "returned" if row.posted_at is not None else "declined"
    states: dict[str, ChargeStatus] = {
        CAPTURABLE: "authorized",
        UNCONFIRMED: "authorized",
        "processing": "posted",
        "succeeded": "posted",
        "canceled": "declined" if row.decline_code else "voided",
        "requires_payment_method": failed,
        WAITING: "declined",
    }
    status = states.get(intent.status)
    if status is None:
        raise ProviderTimeout(f"the intent's status {intent.status!r} is not known here")
    return status


def split_token(token: str) -> tuple[Literal["card", "bank"], str, str]:
    kind, _, rest = token.partition(":")
    customer, _, method = rest.partition(":")
    if kind not in METHOD_TYPES or not method:
        raise ProviderRejected("invalid_token")
    return cast(Literal["card", "bank"], kind), customer, method


def compute_digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def build_options(key: str, step: str) -> Any:
    """Stripe takes keys of up to 255 characters."""
    return {"idempotency_key": compute_digest(key, step) if len(key) + len(step) > 250 else f"{key}/{step}"}
