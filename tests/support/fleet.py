"""Several app processes over one PostgreSQL and one Redis, as a co-op runs them; engine and Twilio are stand-ins."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from twilio.request_validator import RequestValidator

from backend.config import ROOT
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, NUMBER, Answer, sms_fields
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support.ports import free_port

ENGINE_TOKEN = "an engine's token for tests alone"
READY_SECONDS = 300.0


@dataclass
class AppProcess:
    """One `memberline serve` of its own process group."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@dataclass
class Fleet:
    """App processes that are started with the same environment."""

    folder: Path
    environment: dict[str, str]
    http: aiohttp.ClientSession
    processes: list[AppProcess] = field(default_factory=list)

    def launch(self, **more: str) -> AppProcess:
        """Start one; it is ready later."""
        port = free_port()
        runtime = self.folder / f"app-{port}"
        runtime.mkdir()
        own = {"PORT": str(port), "MEMBERLINE_RUNTIME_DIR": str(runtime), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        log = runtime / "serve.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.commands.cli", "serve"],
                cwd=ROOT,
                env={**os.environ, **self.environment, **own, **more},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        made = AppProcess(f"http://127.0.0.1:{port}", log, process)
        self.processes.append(made)
        return made

    async def ready(self, app: AppProcess) -> None:
        """Wait until it takes requests; fails with its log when it ends instead."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and app.process.poll() is None:
            try:
                async with self.http.get(f"{app.url}/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        raise AssertionError(f"a process did not start:\n{app.log.read_text()[-3000:]}")

    async def start(self, count: int) -> list[AppProcess]:
        """Start some at the same instant, and wait for all."""
        started = [self.launch() for _ in range(count)]
        await asyncio.gather(*(self.ready(app) for app in started))
        return started

    async def text(self, app: AppProcess, body: str, *, phone: str, sid: str | None = None) -> Answer:
        """A member's text message that reaches this process."""
        fields = sms_fields(body, sid=sid, phone=phone)
        signature = RequestValidator(AUTH_TOKEN).compute_signature(app.url + "/twilio/sms", fields)
        headers = {"X-Twilio-Signature": signature}
        async with self.http.post(app.url + "/twilio/sms", data=fields, headers=headers) as answer:
            return Answer(answer.status, await answer.text())

    async def chat_session(self, app: AppProcess) -> str:
        """A new chat session."""
        async with self.http.post(f"{app.url}/chat/sessions", json={}) as answer:
            return str((await answer.json())["session"])

    async def chat(self, app: AppProcess, session: str, text: str, *, id: str) -> Answer:
        """A chat message."""
        body = {"session": session, "id": id, "text": text}
        async with self.http.post(f"{app.url}/chat/messages", json=body) as answer:
            return Answer(answer.status, await answer.text())


@asynccontextmanager
async def fleet_over(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, **environment: str
) -> AsyncIterator[Fleet]:
    """A fleet without processes yet; all that are launched are killed at the end."""
    shared = {
        "MEMBERLINE_ENV": "development",
        "SECRET_KEY": "a key for tests alone",
        "ENGINE_URL": engine.url,
        "ENGINE_TOKEN": engine.token,
        "SANDBOX_NETWORK_URL": "http://127.0.0.1:9",  # nobody pays here
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_NUMBER": NUMBER,
        "TWILIO_API_URL": twilio.url,
        **environment,
    }
    async with aiohttp.ClientSession() as http:
        fleet = Fleet(folder, shared, http)
        try:
            yield fleet
        finally:
            for app in fleet.processes:
                app.end()
