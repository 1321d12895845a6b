"""The payment run as a real process against the real sandbox network, killed at random points.

test_crashes.py ends it at each of its steps; here it ends between them, each time elsewhere.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit import service as audit
from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing import ledger
from backend.billing.models import Account, Bill
from backend.clock import ManualClock
from backend.config import ROOT
from backend.members.models import Member
from backend.payments.models import PaymentMethod
from tests.backend.autopay.enrollments import drafts
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.household import NOW, TODAY, add_bill
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments
from tests.contracts.sandbox_network import SandboxNetwork, running_network

KILLS = 25
BILLS = 60
MOST_RUNS = 400
FIRST_WINDOW = 0.25  # seconds; it follows the speed of the machine
TOKENS = ("tok_visa_4242", "tok_bank_6789")


class Runs:
    """Runs, each a process of its own; a run may be killed after some seconds."""

    def __init__(self, database_url: str, network: SandboxNetwork, folder: Path) -> None:
        self.log = folder / "run.log"
        command = [sys.executable, "-m", "tests.backend.autopay.run_process", TODAY.isoformat(), network.url]
        environment = {
            "MEMBERLINE_ENV": "test",
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_RUNTIME_DIR": str(folder),
        }
        self._process = subprocess.Popen(
            [*command, str(self.log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            cwd=ROOT,
            text=True,
        )

    def run(self, kill_after: float | None = None) -> bool:
        """Whether the run was killed before it ended. Raises when it failed by itself."""
        stdin, stdout = self._pipes()
        stdin.write("run\n")
        stdin.flush()
        child = int(stdout.readline())
        killer = threading.Timer(kill_after, _kill, [child]) if kill_after is not None else None
        if killer:
            killer.start()
        ended = int(stdout.readline())
        if killer:
            killer.cancel()
        assert ended in (0, -signal.SIGKILL), self.log.read_text()
        return ended != 0

    def close(self) -> None:
        self._pipes()[0].close()
        self._process.wait(10)

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it ended in the same instant
        os.kill(process, signal.SIGKILL)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[SandboxNetwork]:
    with running_network(tmp_path) as network:
        yield network


@pytest.fixture
def sqlite_url(databases: Databases) -> str:
    return databases.new("sqlite")


async def _many_members(backend: Backend, counts: range) -> None:
    """Members with one bill each that is due today: half on Auto Pay, half on a legacy draft."""
    made = []
    async with backend.db.transaction() as session:
        for count in counts:
            number = str(70000 + count)
            member = Member(number=number, name=f"Member {count}", phone=f"+1555557{count:04d}", email=None)
            session.add(member)
            await session.flush()
            account = Account(
                member_id=member.id, separator="001", number=f"{number}-001", number_digits=f"{number}001"
            )
            token = TOKENS[count % 2]
            kind = "bank" if "bank" in token else "card"
            method = PaymentMethod(member_id=member.id, token=token, kind=kind, brand="Visa", last4="4242")
            session.add_all([account, method])
            await session.flush()
            model = AutoPay if count % 4 < 2 else LegacyDraft
            session.add(model(account_id=account.id, method_id=method.id, **_day(model, count)))
            made.append(account.id)
    for count, account_id in zip(counts, made, strict=True):
        await add_bill(backend, account_id, 5000 + count, TODAY)


def _day(model: type, count: int) -> dict[str, int | None]:
    return {"day_of_month": TODAY.day if count % 8 == 0 else None} if model is AutoPay else {}


async def _kill_again_and_again(backend: Backend, runs: Runs, chance: random.Random) -> tuple[int, int]:
    """Kill the run at KILLS random points of its work; gives how many were killed, and how many bills there are.

    A run that got away has done all there was to do, so there is new work before the next one, and less time.
    """
    killed, bills, window = 0, BILLS, FIRST_WINDOW
    await _many_members(backend, range(bills))
    for _ in range(MOST_RUNS):
        if killed == KILLS:
            break
        if runs.run(kill_after=chance.uniform(0.0, window)):
            killed += 1
            window *= 1.1
            continue
        window *= 0.8
        await _many_members(backend, range(bills, bills + 2))
        bills += 2
    return killed, bills


async def test_every_bill_is_debited_once_whenever_the_run_is_killed(
    sqlite_url: str, network: SandboxNetwork, tmp_path: Path
) -> None:
    backend = build(sqlite_url, tmp_path, ManualClock(NOW), DirectNetwork())
    runs = Runs(backend.db.url, network, tmp_path)
    seed = random.randrange(1_000_000)
    killed, bills = await _kill_again_and_again(backend, runs, random.Random(seed))
    runs.run()
    runs.run()
    runs.close()

    made, drafted = await payments(backend), await drafts(backend)
    taken = sqlite3.connect(network.db).execute("select key, status, amount_cents from charges").fetchall()
    assert killed == KILLS, f"the runs were too quick to be killed (seed {seed})"
    assert len(drafted) == bills, f"seed {seed}"
    assert {draft.status for draft in drafted} == {"paid"}
    assert sorted(cents for _, status, cents in taken if status == "posted") == [5000 + n for n in range(bills)], seed
    assert {key for key, _, _ in taken} == {payment.key for payment in made}
    assert {payment.status for payment in made} == {"posted"}
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.RECEIVABLE) == 0
        assert len(list(await session.scalars(select(Bill.id)))) == bills
        assert await audit.verify(session) is None
    await backend.close()
