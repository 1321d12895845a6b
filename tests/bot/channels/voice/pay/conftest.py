"""The phone line with a Pay Connector, and the sandbox network behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select, update

from backend.billing.models import Account
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from sandbox.database import NetworkDatabase
from sandbox.network import build
from tests.bot.channels.voice.phone_call import OPEN
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

NETWORK_KEY = "test-network-key"


@pytest.fixture
async def network_url() -> AsyncIterator[str]:
    runner = web.AppRunner(build(NetworkDatabase(":memory:"), NETWORK_KEY), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def paying(
    demo_folder: Path, engine: StandInEngine, twilio: StandInTwilio, network_url: str
) -> AsyncIterator[Edge]:
    """A phone line on which a caller who asks for the keypad is identified as a demo member."""
    async with running_edge(
        demo_folder,
        engine,
        twilio,
        ManualClock(OPEN),
        TWILIO_PAY_CONNECTOR="sandbox",
        SANDBOX_NETWORK_URL=network_url,
        SANDBOX_NETWORK_KEY=NETWORK_KEY,
    ) as edge:

        async def identify(conversation: str) -> None:
            async with edge.services.backend.db.transaction() as session:
                account = await session.scalar(select(Account).order_by(Account.id).limit(1))
                assert account is not None
                known = update(Conversation).where(Conversation.id == conversation)
                await session.execute(known.values(account_id=account.id, member_id=account.member_id))

        engine.acts |= {"keypad card": identify, "keypad bank": identify}
        yield edge
