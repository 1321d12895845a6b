"""Calls a MultiSpeak server. What a failed call means depends on whether it may have changed something there."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import aiohttp

from backend.config import Settings
from backend.errors import SettingsError
from backend.providers.billing.system import SystemRejected, SystemTimeout, SystemUnavailable
from backend.providers.multispeak.answers import (
    Answer,
    Element,
    attribute,
    child,
    descendants,
    parse_document,
    text,
)
from backend.providers.multispeak.reaching import explain
from backend.providers.multispeak.wsdl import Wsdl

CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 8_000_000
MAX_MESSAGE = 160

UNSUPPORTED = re.compile(
    r"not (?:\w+ )?(?:implemented|supported|available)|notimplemented|did not recognize|"
    r"(?:unknown|no such|invalid) (?:method|operation)|(?:method|operation) (?:was )?not found",
    re.IGNORECASE,
)
UNAUTHORIZED = re.compile(
    r"unauthori[sz]ed|not authori[sz]ed|authenticat|log-?in|access (?:is )?denied|password|credential", re.IGNORECASE
)
UNKNOWN_ACCOUNT = re.compile(
    r"\b(?:account|customer|location|custid)\b.{0,60}?"
    r"(?:not found|does ?n[o']t exist|is (?:unknown|invalid|not valid))|"
    r"\b(?:unknown|no|no such|no matching|invalid|(?:can ?not|could not|unable to) find(?: the| an| any)?) "
    r"(?:service )?(?:account|customer|location|custid)\b",
    re.IGNORECASE,
)
NO_ERROR = re.compile(r"(?:0|ok|none|success\w*|no errors?\w*)?\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to the other system; goes into the header of each call."""

    user: str
    password: str = field(repr=False)
    company: str

    def header(self) -> dict[str, str]:
        return {
            "Version": "3.0",
            "UserID": self.user,
            "Pwd": self.password,
            "AppName": "memberline",
            "AppVersion": version("memberline"),
            "Company": self.company,
        }


class MultiSpeakClient:
    """One server of MultiSpeak. Opens its connections at the first call, and loads the WSDL once."""

    def __init__(
        self, url: str, wsdl: str, login: Login, *, seconds: float, ca_file: str | None = None, name: str = "MultiSpeak"
    ) -> None:
        self.url, self.wsdl_location, self.name = url, wsdl, name
        self._login = login
        self._seconds = seconds
        self._ca_file = ca_file
        self._wsdl: Wsdl | None = None
        self._loading: asyncio.Task[Wsdl] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def load(self) -> Wsdl:
        """The WSDL. Raises SystemUnavailable.

        Those who wait share one loading, which goes on when they give up: else a slow one would never end.
        """
        if self._wsdl is None:
            if self._loading is None or self._loading.done():
                loading = asyncio.to_thread(Wsdl.load, self.wsdl_location, seconds=self._seconds, ca_file=self._ca_file)
                self._loading = asyncio.create_task(loading)
                self._loading.add_done_callback(_retrieve_exception)
            self._wsdl = await asyncio.shield(self._loading)
        return self._wsdl

    async def has(self, operation: str) -> bool:
        """Whether the WSDL describes this operation. Raises SystemUnavailable."""
        return (await self.load()).operation_name(operation) is not None

    async def call(
        self, operation: str, parameters: Mapping[str, Any] | None = None, *, changes: bool = False
    ) -> Answer:
        """The answer of an operation.

        `changes` says that the call books something. Then SystemTimeout stands for everything after which it may have
        been booked; SystemUnavailable and SystemRejected say that it was not.
        """
        wsdl = await self.load()
        request = wsdl.compose(operation, parameters or {}, self._login.header())
        status, content = await self._post(request.body, request.headers, changes)
        try:
            return self._read(status, content, changes)
        except ValueError as fault:
            raise _unreadable(status, str(fault), changes) from None

    async def close(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: bytes, headers: Mapping[str, str], changes: bool) -> tuple[int, bytes]:
        try:
            async with self._open().post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                content = b""
                async for chunk in answer.content.iter_chunked(65536):
                    content += chunk
                    if len(content) > MAX_ANSWER_BYTES:
                        raise _unreadable(
                            answer.status, f"the answer is larger than {MAX_ANSWER_BYTES:,} bytes", changes
                        )
                return answer.status, content
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            raise SystemUnavailable(f"the certificate of {self.name} is not trusted; see MULTISPEAK_CA_FILE") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise explain(error, self.url, min(CONNECT_SECONDS, self._seconds)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SystemTimeout(f"{self.name} did not answer: {type(error).__name__}") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            context = ssl.create_default_context(cafile=self._ca_file)
            self._session = aiohttp.ClientSession(
                # a connection for each call: one that the server has just closed would leave the outcome unknown
                connector=aiohttp.TCPConnector(ssl=context, force_close=True, limit=8),
                timeout=aiohttp.ClientTimeout(total=self._seconds, connect=min(CONNECT_SECONDS, self._seconds)),
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        return self._session

    def _read(self, status: int, content: bytes, changes: bool) -> Answer:
        """Raises ValueError for an answer that is no SOAP."""
        if status in (401, 403):
            raise SystemRejected("unauthorized", f"{self.name} refuses the user or the password (HTTP {status})")
        if 300 <= status < 400 or status in (404, 405, 410):
            raise SystemUnavailable(f"{self.name} has no service at this address (HTTP {status}): {self.url}")
        envelope = parse_document(content)
        body = child(envelope, "Body")
        if body is None:
            raise ValueError("the answer is no SOAP message")
        fault = child(body, "Fault")
        if fault is not None:
            raise self._rejection_of_fault(fault, changes)
        wrapper = next(iter(body), None)
        if status >= 400 or wrapper is None:
            raise ValueError("the answer is empty")
        # the result is named after the operation, which vendors spell in several ways: it is the only child
        result = next(iter(wrapper), wrapper)
        header = next(descendants(child(envelope, "Header"), "MultiSpeakMsgHeader"), None)
        if not changes:
            self._raise_errors(result)
        return Answer(result, {} if header is None else {str(key): str(value) for key, value in header.items()})

    def _rejection_of_fault(self, fault: Element, changes: bool) -> Exception:
        code = (text(fault, "faultcode") or text(fault, "Code", "Value")).rpartition(":")[2].partition(".")[0]
        words = text(fault, "faultstring") or text(fault, "Reason", "Text")
        rejection = self.rejection(words)
        if code.lower() in ("client", "sender") or rejection.code in ("unsupported", "unauthorized"):
            return rejection
        # the server's own fault may come from after the booking, whatever its words
        message = f"{self.name} failed: {self.public_words(words)}"
        if changes:
            return SystemTimeout(message)
        return rejection if rejection.code == "unknown_account" else SystemUnavailable(message)

    def _raise_errors(self, result: Element) -> None:
        """Errors come as errorObject elements in place of the result, or as an errorString of the object."""
        objects = list(descendants(result, "errorObject"))
        only = result[0] if len(result) == 1 else None
        for each in [*objects, result, only]:
            words = attribute(each, "errorString") or (text(each, "errorString") if each in objects else "")
            if not NO_ERROR.fullmatch(words):
                raise self.rejection(words)

    def rejection(self, words: str) -> SystemRejected:
        """What the other system's words for an error mean."""
        message = f"{self.name} says: {self.public_words(words)}"
        for code, pattern in (
            ("unsupported", UNSUPPORTED),
            ("unauthorized", UNAUTHORIZED),
            ("unknown_account", UNKNOWN_ACCOUNT),
        ):
            if pattern.search(words):
                return SystemRejected(code, message)
        return SystemRejected("refused", message)

    def public_words(self, words: str) -> str:
        """The words on one line, cut, and without our password, which some systems repeat."""
        line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
        for secret in (self._login.password, self._login.user):
            if secret:
                line = line.replace(secret, "***")
        return line[:MAX_MESSAGE] or "nothing"


def create_client(settings: Settings, server: str) -> MultiSpeakClient:
    """The client of `CB` or `OA`. Raises SettingsError naming the setting that is missing or not allowed."""
    field_name = f"multispeak_{server.lower()}_url"
    name = field_name.upper()
    url: str | None = getattr(settings, field_name)
    if not url:
        raise SettingsError(f"{name} is not set: the address of the vendor's {server}_Server")
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise SettingsError(f"{name} must have no user in it: set MULTISPEAK_USER and MULTISPEAK_PASSWORD")
    plain = url.startswith("http://") and not re.match(r"http://(?:127\.0\.0\.1|localhost|\[::1\])[:/]", f"{url}/")
    if settings.production and plain and not settings.multispeak_allow_http:
        raise SettingsError(
            f"{name} is http, which sends the password in the clear: https, or MULTISPEAK_ALLOW_HTTP=yes"
        )
    ca_file = settings.multispeak_ca_file
    if ca_file is not None and not ca_file.is_file():
        raise SettingsError(f"MULTISPEAK_CA_FILE: there is no file {ca_file}")
    wsdl: str = getattr(settings, f"multispeak_{server.lower()}_wsdl") or f"{url}?WSDL"
    if not wsdl.startswith(("http://", "https://")):
        wsdl = wsdl.removeprefix("file://")
    return MultiSpeakClient(
        url,
        wsdl,
        Login(settings.multispeak_user or "", settings.multispeak_password or "", settings.multispeak_company),
        seconds=settings.multispeak_seconds,
        ca_file=str(ca_file) if ca_file else None,
        name=f"the {'billing' if server == 'CB' else 'outage'} system",
    )


def _retrieve_exception(task: asyncio.Task[Wsdl]) -> None:
    """Whoever waited has it; without this, asyncio logs it where nobody waited any more."""
    if not task.cancelled():
        task.exception()


def _unreadable(status: int, problem: str, changes: bool) -> Exception:
    if changes and not 400 <= status < 500:
        return SystemTimeout(f"{problem} (HTTP {status})")
    if status >= 500:
        return SystemUnavailable(f"{problem} (HTTP {status})")
    return SystemRejected("refused" if status >= 400 else "invalid_answer", f"{problem} (HTTP {status})")
