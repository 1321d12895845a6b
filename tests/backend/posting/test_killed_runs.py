"""The run as a real process that ends at each step of its work: every movement arrives once."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import ROOT
from tests.backend.household import Household
from tests.backend.posting.movements import add, standing
from tests.backend.posting.run_process import KILLED
from tests.standins.booking_system import StandinBillingSystem

MOST_POINTS = 40


class Runs:
    """Runs, each a process of its own."""

    def __init__(self, mode: str, database_url: str, folder: Path) -> None:
        environment = {
            "MEMBERLINE_ENV": "test",
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_RUNTIME_DIR": str(folder),
            "POSTING_DIR": str(folder / "postings"),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.backend.posting.run_process", mode, str(folder / "books.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            cwd=ROOT,
            text=True,
        )

    def run(self, point: int, hours: int) -> bool:
        """Whether the run was killed at `point`; -1 is never."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{point} {hours}\n")
        self.process.stdin.flush()
        ended = int(self.process.stdout.readline())
        assert ended in (0, KILLED)
        return ended == KILLED

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture
def runs(mode: str, database_url: str, tmp_path: Path) -> Iterator[Runs]:
    made = Runs(mode, database_url, tmp_path)
    yield made
    made.close()


def arrived(folder: Path) -> Counter[str]:
    """How often each movement got into the other system, or into a file that a clerk can see."""
    counts: Counter[str] = Counter()
    if (folder / "books.db").exists():
        counts.update(key for key, _, _ in StandinBillingSystem(folder / "books.db").booked())
    for path in (folder / "postings").glob("[!.]*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            counts.update(row["key"] for row in csv.DictReader(file))
    return counts


# each way on one database, since a process takes its time; the crashes of test_sending and test_batches are on both
@pytest.mark.parametrize(
    ("mode", "database_url"), [("provider", "postgresql"), ("csv", "sqlite")], indirect=["database_url"]
)
async def test_every_movement_arrives_once_at_whatever_step_the_process_ends(
    backend: Backend, home: Household, runs: Runs, tmp_path: Path
) -> None:
    keys: list[str] = []
    for point in range(MOST_POINTS):
        keys.append(await add(backend, home, f"{point}"))
        was_killed = runs.run(point, hours=point)
        runs.run(-1, hours=point + 1)  # after every lease has run out
        assert arrived(tmp_path) == Counter(keys), f"killed at step {point}"
        if not was_killed:
            break
    else:
        pytest.fail("the steps never end")
    assert point >= 6
    assert set((await standing(backend)).values()) == {"sent"}
