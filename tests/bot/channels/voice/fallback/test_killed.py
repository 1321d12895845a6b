"""App and engine as processes that are killed in mid-call, behind the proxy of deploy/, with a carrier that calls."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from backend.config import ROOT
from tests.bot.channels.voice.phone_call import spoken_text
from tests.bot.channels.voice.twiml_check import check
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, MEMBER, NUMBER
from tests.deploy.proxies import nginx, proxy_at
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support.fleet import ENGINE_TOKEN, Fleet, fleet_over
from tests.support.ports import free_port


@dataclass
class Carrier:
    """One call at the proxy's address. `heard` is everything that was said to the caller, in order."""

    http: aiohttp.ClientSession
    url: str
    action: str = "/twilio/voice"
    heard: str = ""

    async def go(self, **caller_input: str) -> ET.Element:
        fields = {"CallSid": "CA" + "7" * 32, "AccountSid": ACCOUNT, "From": MEMBER, "To": NUMBER, **caller_input}
        signature = RequestValidator(AUTH_TOKEN).compute_signature(self.url + self.action, fields)
        headers = {"X-Twilio-Signature": signature}
        async with self.http.post(self.url + self.action, data=fields, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            root = check(await answer.text())
        self.heard += f" {spoken_text(root)}"
        gather, redirect = root.find("Gather"), root.findtext("Redirect")
        self.action = gather.get("action", "") if gather is not None else redirect or ""
        return root

    async def follow(self, words: str) -> None:
        """Follow the redirects, as a carrier does after what it was told to say, until `words` were heard."""
        for _ in range(40):
            if words in self.heard:
                return
            root = await self.go()
            if root.find("Pause") is not None:
                await asyncio.sleep(0.3)  # instead of the pause
        raise AssertionError(f"never said: {words}. Heard: {self.heard}")


def start_engine(port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.standins.engine", str(port), ENGINE_TOKEN], cwd=ROOT)


@pytest.fixture
async def twilio() -> AsyncIterator[StandInTwilio]:
    made = StandInTwilio(ACCOUNT, AUTH_TOKEN)
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def running_line(
    folder: Path, twilio: StandInTwilio, engine_port: int
) -> AsyncIterator[tuple[Fleet, Carrier, dict[str, str]]]:
    """The proxy, and how to start the app behind it."""
    engine = StandInEngine(ENGINE_TOKEN)
    engine.port = engine_port  # only its address is used: the engine is a process of its own
    port = free_port()
    runtime = folder / "runtime"
    runtime.mkdir()
    async with (
        proxy_at(folder, nginx, free_port(), port) as url,
        fleet_over(folder, engine, twilio) as fleet,
    ):
        own = {"PORT": str(port), "PUBLIC_URL": url, "MEMBERLINE_RUNTIME_DIR": str(runtime)}
        yield fleet, Carrier(fleet.http, url), own


async def test_app_and_engine_killed_in_mid_call(tmp_path: Path, twilio: StandInTwilio) -> None:
    engine_port = free_port()
    engine = start_engine(engine_port)
    try:
        async with running_line(tmp_path, twilio, engine_port) as (fleet, carrier, own):
            app = fleet.launch(**own)
            app.url = f"http://127.0.0.1:{own['PORT']}"
            await fleet.ready(app)
            await carrier.go()
            await carrier.go(SpeechResult="hello", Confidence="0.9")
            assert "You said: hello" in carrier.heard
            # the engine dies: what is said next waits, and the caller hears so
            engine.kill()
            engine.wait()
            await carrier.go(SpeechResult="first words", Confidence="0.9")
            assert "One moment" in carrier.heard
            # the app dies as well: the caller is asked to hold
            app.kill()
            await carrier.go()
            assert "Please hold" in carrier.heard
            # both are back
            engine = start_engine(engine_port)
            again = fleet.launch(**own)
            again.url = app.url
            await fleet.ready(again)
            await carrier.follow("You said: first words")
            await carrier.go(SpeechResult="more words", Confidence="0.9")
            assert "You said: more words" in carrier.heard
    finally:
        engine.kill()
        engine.wait()
