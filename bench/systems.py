"""The two systems that are measured: how each is started, checked for readiness, asked, and stopped."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from xml.etree import ElementTree

import aiohttp

from backend.config import Settings
from bench import processes
from bench.environment import OUR_MODEL, STOCK_PYTHON, BenchError, build_environment
from bench.stock_project import ROOT, StockProject
from bot.commands.child_processes import find_free_port
from bot.web.twilio_guard import compute_signature

READY_SECONDS = 300.0
ENDPOINTS = """action_endpoint:
  url: "http://127.0.0.1:{actions}/webhook"
tracker_store:
  type: SQL
  dialect: sqlite
  db: "{database}"
"""


class MeasuredSystem(ABC):
    name: str

    def __init__(self, work: Path) -> None:
        self.work = work
        self.port = find_free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self._senders = itertools.count(1)

    @abstractmethod
    def launch(self) -> None:
        """Start the processes."""

    @abstractmethod
    def ready_urls(self) -> list[str]:
        """URLs that all answer 200 when the system is ready."""

    @abstractmethod
    async def send_message(self, http: aiohttp.ClientSession, sender: str, text: str) -> str:
        """Send one message and return the text of the answer, empty if there is none. Raises BenchError."""

    @abstractmethod
    def measured_pids(self) -> list[int]:
        """The processes that the targets count."""

    def extra_pids(self) -> list[int]:
        """Further processes, which stand in for outside services."""
        return []

    def new_sender(self) -> str:
        """A phone that has not written before."""
        return f"+1555555{3000 + next(self._senders):04d}"

    async def start(self) -> float:
        """Start it and return the seconds until it was ready. Raises BenchError if it ends or is never ready."""
        began = time.monotonic()
        self.launch()
        async with aiohttp.ClientSession() as http:
            for url in self.ready_urls():
                await self._wait_for(http, url, began)
        return round(time.monotonic() - began, 1)

    async def _wait_for(self, http: aiohttp.ClientSession, url: str, began: float) -> None:
        while time.monotonic() - began < READY_SECONDS:
            if any(process.poll() is not None for process in self.started):
                raise BenchError(f"{self.name} ended while starting: see {self.work}")
            try:
                async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.1)
        raise BenchError(f"{self.name} was not ready after {READY_SECONDS:.0f} s: see {self.work}")

    def stop(self) -> None:
        for process in reversed(self.started):
            processes.stop_process(process)
        self.started.clear()


class StockRasa(MeasuredSystem):
    """`rasa run` with the REST channel, Rasa's own SQL tracker store on SQLite, and rasa_sdk's action server."""

    name = "stock"

    def __init__(self, work: Path, project: StockProject, model: Path) -> None:
        super().__init__(work)
        self.project = project
        self.model = model
        self.actions = find_free_port()

    def launch(self) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        endpoints = self.work / "endpoints.yml"
        endpoints.write_text(ENDPOINTS.format(actions=self.actions, database=self.work / "rasa.db"), encoding="utf-8")
        python = str(STOCK_PYTHON)
        serving = [python, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(self.port), "-m", str(self.model)]
        serving += ["--endpoints", str(endpoints), "--credentials", str(self.project.folder / "credentials.yml")]
        acting = [python, "-m", "rasa_sdk", "--actions", "actions", "-p", str(self.actions)]
        folder, environ = self.project.folder, build_environment()
        self.started = [
            processes.start_process(acting, folder, environ, self.work / "actions.log"),
            processes.start_process(serving, folder, environ, self.work / "rasa.log"),
        ]

    def ready_urls(self) -> list[str]:
        return [f"http://127.0.0.1:{self.actions}/health", f"http://127.0.0.1:{self.port}/"]

    async def send_message(self, http: aiohttp.ClientSession, sender: str, text: str) -> str:
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        async with http.post(url, json={"sender": sender, "message": text}) as answer:
            if answer.status != 200:
                raise BenchError(f"stock answered {answer.status}")
            return "\n".join(message.get("text") or "" for message in await answer.json())

    def measured_pids(self) -> list[int]:
        return processes.list_process_tree(process.pid for process in self.started)


class MemberlineServer(MeasuredSystem):
    """`memberline serve` on a database of its own, called as Twilio does: signed form in, TwiML out."""

    name = "memberline"
    path = "/twilio/sms"

    def __init__(self, work: Path) -> None:
        super().__init__(work)
        ours = {
            name: value for name, value in build_environment().items() if not name.startswith(("TWILIO_", "ENGINE_"))
        }
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SANDBOX_NETWORK_URL", "TRACKER_DB_URL", "SMTP_URL"):
            ours.pop(name, None)
        where = {"PORT": str(self.port), "PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        self.environ = {**ours, **where, "MEMBERLINE_RUNTIME_DIR": str(work / "var"), "MEMBERLINE_ENV": "development"}
        self.settings = Settings.from_env(self.environ)
        self._sids = itertools.count(time.time_ns())

    def launch(self) -> None:
        if not OUR_MODEL.exists():
            raise BenchError("There is no model of memberline: run `make train` first.")
        command = [str(Path(sys.executable).with_name("memberline")), "serve"]
        self.started = [processes.start_process(command, ROOT, self.environ, self.work / "serve.log")]

    def ready_urls(self) -> list[str]:
        return [f"http://127.0.0.1:{self.port}/ready"]

    async def send_message(self, http: aiohttp.ClientSession, sender: str, text: str) -> str:
        fields = {
            "MessageSid": f"SM{next(self._sids):032x}",
            "AccountSid": "AC" + "0" * 32,
            "From": sender,
            "To": "+15555550100",
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
        }
        signed = {"X-Twilio-Signature": compute_signature(self.settings, self.path, fields)}
        async with http.post(self.settings.public_url + self.path, data=fields, headers=signed) as answer:
            body = await answer.text()
            if answer.status != 200:
                raise BenchError(f"memberline answered {answer.status}: {body[:200]}")
        return "\n".join("".join(message.itertext()) for message in ElementTree.fromstring(body).iter("Message"))

    def measured_pids(self) -> list[int]:
        return [pid for pid in self._all_pids() if pid not in self.extra_pids()]

    def extra_pids(self) -> list[int]:
        return [pid for pid in self._all_pids() if "sandbox.network" in processes.read_command(pid)]

    def _all_pids(self) -> list[int]:
        return processes.list_process_tree(process.pid for process in self.started)
