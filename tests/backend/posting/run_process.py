"""A process that sends what waits over and over: one line in, one run in a child of its own, its exit status out.

`MODE BOOKS`, and for each line `POINT HOURS`: the child ends at that point of its work as by a power cut (-1: never),
its clock that many hours ahead. It is forked from a process that has imported everything, so that a test can afford to
end dozens of them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from datetime import timedelta

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import Settings
from backend.posting import batch_file
from backend.posting.run import run_postings, send_now
from tests.backend.faults import BreakingDatabase, Faults
from tests.backend.household import NOW
from tests.backend.posting.movements import connect

KILLED = 9


class PowerCut(Faults):
    def reached(self, point: str) -> None:
        if self._left == 0:
            os._exit(KILLED)
        super().reached(point)


async def _run(backend: Backend, mode: str, books: str, point: int, hours: int) -> None:
    backend.clock = ManualClock(NOW + timedelta(hours=hours))
    faults = PowerCut()
    backend.db = BreakingDatabase(backend.db.url, faults)
    if mode == "provider":
        system = connect(backend, books)
        system.before = lambda name: faults.reached(f"before {name}")
        system.after = lambda name: faults.reached(f"after {name}")
    for name in ("stage", "publish"):
        _break(faults, name)
    if point >= 0:
        faults.arm(point)
    await run_postings(backend)  # what the job does each minute: it finishes what was begun
    await send_now(backend)


def _break(faults: Faults, name: str) -> None:
    step = getattr(batch_file, name)

    def broken(*args: object) -> object:
        faults.reached(f"before {name}")
        done = step(*args)
        faults.reached(f"after {name}")
        return done

    setattr(batch_file, name, broken)


def _child(backend: Backend, mode: str, books: str, point: int, hours: int) -> None:
    try:
        asyncio.run(_run(backend, mode, books, point, hours))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Serve lines until the input ends."""
    mode, books = sys.argv[1:]
    backend = Backend.create(Settings.from_env())  # it opens nothing yet
    for line in sys.stdin:
        point, hours = map(int, line.split())
        child = os.fork()
        if not child:
            _child(backend, mode, books, point, hours)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
