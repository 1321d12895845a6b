"""The payment provider of the app that talks to the sandbox network over HTTP."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
from yarl import URL

from backend.config import Settings
from backend.errors import SettingsError
from backend.language import current_language
from backend.providers.payments.base import (
    KEY_PATTERN,
    Charge,
    ChargeDetails,
    EntryResult,
    HostedEntry,
    MethodKind,
    NetworkNotice,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
    Refund,
    ReturnNotice,
)

CONNECT_SECONDS = 2.0
TOTAL_SECONDS = 8.0

T = TypeVar("T")


def create(settings: Settings) -> "SandboxProvider":
    """The provider for PAYMENT_PROVIDER=sandbox. Raises SettingsError in production: it moves no money."""
    if settings.production:
        raise SettingsError("PAYMENT_PROVIDER=sandbox moves no money: choose a real provider for production.")
    return SandboxProvider(settings.sandbox_network_url, settings.sandbox_network_key)


class SandboxProvider:
    """Opens its session at the first call, because aiohttp needs the running loop."""

    keypad_kinds: tuple[MethodKind, ...] = ("card", "bank")
    keypad_token_type = "reusable"  # noqa: S105 - one of <Pay>'s words

    def __init__(
        self,
        url: str,
        key: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def authorize(
        self, *, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> Charge:
        body = {
            "token": token,
            "amount_cents": amount_cents,
            "description": description,
            "details": asdict(details),
        }
        return _charge(await self._call("POST", "/v1/charges", body, _check_key(key)))

    async def capture(self, key: str) -> Charge:
        return _charge(await self._call("POST", f"/v1/charges/{_check_key(key)}/post"))

    async def void(self, key: str) -> Charge:
        return _charge(await self._call("POST", f"/v1/charges/{_check_key(key)}/void"))

    async def find(self, key: str) -> Charge | None:
        try:
            return _charge(await self._call("GET", f"/v1/charges/{_check_key(key)}"))
        except ProviderRejected as rejection:
            if rejection.code == "no_such_charge":
                return None
            raise

    async def refund(self, *, key: str, charge_key: str, amount_cents: int, reason: str) -> Refund:
        body = {"amount_cents": amount_cents, "reason": reason}
        path = f"/v1/charges/{_check_key(charge_key)}/refunds"
        return _refund(await self._call("POST", path, body, _check_key(key)))

    async def find_refund(self, key: str) -> Refund | None:
        try:
            return _refund(await self._call("GET", f"/v1/refunds/{_check_key(key)}"))
        except ProviderRejected as rejection:
            if rejection.code == "no_such_refund":
                return None
            raise

    async def returns_since(self, cursor: int) -> list[ReturnNotice]:
        answer = await self._call("GET", f"/v1/returns?after={cursor:d}")
        return _build_or_fail(
            lambda: [
                ReturnNotice(
                    item["seq"], item["key"], item["code"], date.fromisoformat(item["on"]), item["amount_cents"]
                )
                for item in answer["returns"]
            ]
        )

    async def notices_since(self, cursor: int) -> list[NetworkNotice]:
        return []

    async def receive_webhook(self, body: bytes, headers: Mapping[str, str]) -> bool:
        raise ProviderRejected("no_webhooks", "The sandbox network sends no webhooks.")

    async def open_entry(self, *, reference: str, amount_cents: int, description: str, return_url: str) -> HostedEntry:
        body = {
            "reference": reference,
            "amount_cents": amount_cents,
            "description": description,
            "return_url": return_url,
            "language": current_language(),
        }
        answer = await self._call("POST", "/v1/entries", body)
        return _build_or_fail(lambda: HostedEntry(**answer))

    async def entry_result(self, entry_id: str) -> EntryResult:
        answer = await self._call("GET", f"/v1/entries/{quote(entry_id, safe='')}")
        return _build_or_fail(lambda: EntryResult(**answer))

    async def read_keypad_entry(self, token: str) -> EntryResult:
        answer = await self._call("GET", f"/v1/methods/{quote(token, safe='')}")
        return _build_or_fail(lambda: EntryResult(**answer))

    async def details_of(self, key: str) -> dict[str, Any]:
        """Sandbox only: the details that a charge was authorized with."""
        return await self._call("GET", f"/v1/charges/{_check_key(key)}/details")

    async def move_calendar(self, today: date) -> None:
        """Sandbox only: set the network's business day, never to an earlier one; returns that are due then arrive."""
        await self._call("POST", "/v1/sandbox/calendar", {"today": today.isoformat()})

    async def calendar(self) -> date:
        """Sandbox only: the network's business day."""
        answer = await self._call("GET", "/v1/sandbox/calendar")
        return _build_or_fail(lambda: date.fromisoformat(answer["today"]))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Send a request, return its JSON. Raises ProviderRejected, ProviderTimeout or ProviderUnavailable."""
        if self._session is None or self._session.closed:
            # a connection from before a restart of the network would fail after sending, with an unknown outcome; a new
            # one costs nothing on loopback and fails before sending
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True), timeout=self._timeout, headers=self._headers
            )
        headers = {"Idempotency-Key": key} if key else {}
        url = URL(self._url + path, encoded=True)
        request = self._session.request(method, url, json=body, headers=headers, allow_redirects=False)
        try:
            async with request as response:
                return _answer(response.status, await response.json())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise ProviderUnavailable(f"the card network cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # the request was sent and no valid answer came: only find() can tell the outcome
            raise ProviderTimeout(f"no answer from the card network: {type(error).__name__}") from error


def _answer(status: int, answer: Any) -> dict[str, Any]:
    if status in (200, 201) and isinstance(answer, dict):
        return answer
    if 400 <= status < 500:
        code, message = "invalid_request", ""
        with contextlib.suppress(KeyError, TypeError):
            code, message = str(answer["error"]["code"]), str(answer["error"]["message"])
        raise ProviderRejected(code, message)
    raise ProviderTimeout(f"the card network answered {status}")


def _check_key(key: str) -> str:
    """Check that the key needs no escaping in a URL and a header. Raises ProviderRejected."""
    if not KEY_PATTERN.fullmatch(key):
        raise ProviderRejected("invalid_key", "Use 1 to 200 letters, digits and . _ : - as the key.")
    return key


def _build_or_fail(build: Callable[[], T]) -> T:
    """Build a result from an answer. Raises ProviderTimeout for one that cannot be read: the outcome is unknown."""
    try:
        return build()
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderTimeout("the card network's answer cannot be read") from error


def _charge(answer: dict[str, Any]) -> Charge:
    return _build_or_fail(lambda: Charge(**answer))


def _refund(answer: dict[str, Any]) -> Refund:
    return _build_or_fail(lambda: Refund(**answer))
