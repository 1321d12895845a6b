"""Calls to Stripe's API, with its errors turned into the three that a payment provider may raise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import stripe
from stripe._v1_services import V1Services

from backend.providers.payments.base import PaymentProviderError, ProviderRejected, ProviderTimeout, ProviderUnavailable

API_URL = "https://api.stripe.com"
CONFLICT = 409
"""Another request with the same idempotency key is still being worked on."""
CONFLICT_WAITS = (0.2, 0.5, 1.0, 2.0)
"""Seconds before such a request is repeated."""

AMOUNT_CODES = frozenset({"parameter_invalid_integer", "amount_too_small", "amount_too_large"})

T = TypeVar("T")


class StripeClient:
    """Stripe's own library, opened at the first call: its connections need the running loop.

    It must not repeat calls by itself: after that, what never arrived looks like what was sent.
    """

    def __init__(self, api_key: str, api_url: str, call_seconds: float) -> None:
        self._api_key, self._api_url, self._call_seconds = api_key, api_url, call_seconds
        self._http: stripe.AIOHTTPClient | None = None
        self._v1: V1Services | None = None

    @property
    def v1(self) -> V1Services:
        if self._v1 is None:
            self._http = stripe.AIOHTTPClient(timeout=self._call_seconds)
            addresses: Any = {"api": self._api_url}
            self._v1 = stripe.StripeClient(
                self._api_key, base_addresses=addresses, http_client=self._http, max_network_retries=0
            ).v1
        return self._v1

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close_async()
        self._http = self._v1 = None


async def call(make_request: Callable[[], Awaitable[T]]) -> T:
    """Make a request and await it, again while Stripe still works on one with its idempotency key.

    Raises ProviderRejected, ProviderTimeout, ProviderUnavailable, or a stripe.CardError as it is.
    """
    for wait in CONFLICT_WAITS:
        try:
            return await make_request()
        except stripe.CardError:
            raise
        except stripe.StripeError as error:
            if error.http_status != CONFLICT:
                raise to_provider_error(error) from error
        await asyncio.sleep(wait)
    raise ProviderTimeout("Stripe still works on an earlier request of this key")


def to_provider_error(error: stripe.StripeError) -> PaymentProviderError:
    """The error of our interface that says the same."""
    code = str(error.code or "")
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return ProviderRejected("unauthorized", "Stripe refuses our key, or the key lacks a permission.")
    if isinstance(error, stripe.RateLimitError):
        return ProviderUnavailable("Stripe asks us to slow down")
    if isinstance(error, stripe.IdempotencyError):
        return ProviderRejected("idempotency_key_reused")
    if isinstance(error, stripe.InvalidRequestError):
        if code == "resource_missing" or error.http_status == 404:
            return ProviderRejected("invalid_token", f"Stripe has no such object: {error.param}")
        return ProviderRejected("invalid_amount" if code in AMOUNT_CODES else "invalid_request", code or str(error))
    if isinstance(error, stripe.APIConnectionError) and _was_never_sent(error):
        return ProviderUnavailable("Stripe cannot be reached")
    return ProviderTimeout(f"Stripe gave no valid answer: {type(error).__name__} {error.http_status or ''}".strip())


def _was_never_sent(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def find_expanded(thing: Any, name: str) -> Any:
    """An object of Stripe's that may stand as its id alone: the object, or None."""
    found = getattr(thing, name, None)
    return None if isinstance(found, str) else found


def read_id(thing: Any, name: str) -> str:
    """The id of an object of Stripe's that may be written out; empty when there is none."""
    found = getattr(thing, name, None)
    return found if isinstance(found, str) else str(getattr(found, "id", "") or "")
