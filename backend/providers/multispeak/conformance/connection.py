"""Checks that are alike for each server: the connection, the WSDL, whether it answers and what it says it can do."""

from __future__ import annotations

from collections.abc import Collection

from backend.providers.billing.system import SystemRejected
from backend.providers.multispeak.answers import text
from backend.providers.multispeak.client import MultiSpeakClient
from backend.providers.multispeak.conformance.report import WSDL, Check, Use


def connection_checks(client: MultiSpeakClient, operations: Collection[str]) -> list[Check]:
    """The first checks of a server of which we use these operations."""

    async def wsdl() -> str:
        loaded = await client.load()
        missing = [each for each in operations if loaded.operation_name(each) is None]
        over = "https" if client.url.startswith("https://") else "http: the password goes in the clear"
        return f"{len(operations) - len(missing)} of the {len(operations)} operations used are described; {over}"

    async def ping() -> str:
        await client.call("PingURL")
        return "no error"

    async def methods() -> str:
        answer = await client.call("GetMethods")
        named = {text(each).lower().removeprefix("get") for each in answer.result.iter() if len(each) == 0} - {""}
        if not named:
            raise SystemRejected("invalid_answer", "it names no method")
        missing = [each for each in operations if each.lower().removeprefix("get") not in named]
        return f"names {len(named)}, without {', '.join(missing)}" if missing else f"names {len(named)}, all we use"

    return [
        Check(WSDL, Use("everything", "nothing works", needed=True), wsdl),
        Check("PingURL", Use("whether it answers", "the other lines tell it"), ping),
        Check("GetMethods", Use("what the server has", "the other lines tell it"), methods),
    ]
