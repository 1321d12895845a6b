"""The network served from this process over an in-memory database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from sandbox.database import NetworkDatabase
from sandbox.network import build
from sandbox.provider import SandboxProvider

KEY = "test-network-key"


@dataclass
class Served:
    """A running network: its address, file, a merchant's provider and a member's browser."""

    url: str
    database: NetworkDatabase
    provider: SandboxProvider
    browser: aiohttp.ClientSession


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    database = NetworkDatabase(":memory:")
    runner = web.AppRunner(build(database, KEY), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    provider = SandboxProvider(url, KEY)
    async with aiohttp.ClientSession() as browser:
        yield Served(url, database, provider, browser)
    await provider.close()
    await runner.cleanup()
