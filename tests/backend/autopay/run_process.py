"""A process that makes the payment run over and over: one line in, one run in a child of its own, its outcome out.

The child is forked from a process that has imported everything, so that a test can afford to kill many of them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.clock import ManualClock
from backend.config import Settings
from backend.knowledge.service import default_knowledge
from sandbox.provider import SandboxProvider
from tests.contracts.sandbox_network import KEY


async def _run(on: date, network: str) -> None:
    settings = Settings.from_env()
    backend = Backend.create(settings)
    noon = datetime.combine(on, time(12), backend.coop.zone)
    backend.clock = ManualClock(noon)
    backend.payments = SandboxProvider(network, KEY, total_seconds=10)
    try:
        await run_autopay(backend, on)
    finally:
        await backend.close()


def _child(on: date, network: str, log: Path) -> None:
    try:
        asyncio.run(_run(on, network))
    except BaseException:
        log.write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def main() -> None:
    """`DAY NETWORK LOG`: for each line read, fork a run, print its process id, and its exit status when it ended."""
    on, network, log = date.fromisoformat(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    # what a run would work out once more, each time
    configure_mappers()
    default_knowledge()
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            _child(on, network, log)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
