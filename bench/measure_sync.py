"""Measures feeds that go on: `python -m bench.measure_sync 100000 DIR` with the DATABASE_URL of an empty database.

Invented members with accounts, a year of bills and payment methods are imported, synced once unchanged, and again with
2% of the members, accounts and bills changed and payments made elsewhere for 2%. Prints the seconds and the peak memory
of each step, which is a process of its own, as a co-op would run it.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from backend.config import ROOT
from backend.coop import load_coop
from bench.make_members import write_members

CHANGED_EVERY = 50
"""One of so many rows changes."""
PHONE_EVERY = 4
"""Of the changed members, one of so many has another phone, which is told to the old and the new one."""
MEBIBYTE_IN_KIB = 1024


def change_members(folder: Path, target: Path) -> None:
    """Copy the files with 2% of members, accounts and of the newest bills changed, and add payments.csv."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("members", "accounts", "bills", "payment_methods"):
        with (folder / f"{name}.csv").open(newline="") as file, (target / f"{name}.csv").open("w", newline="") as out:
            csv.writer(out).writerows(_changed_rows(name, csv.reader(file)))
    today = datetime.now(load_coop(ROOT / "coop.toml").zone).date()  # earlier ones would be history
    with (target / "payments.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow("number account posted_on amount source".split())
        with (folder / "accounts.csv").open(newline="") as file:
            for place, row in enumerate(csv.reader(file)):
                if place % CHANGED_EVERY == 1:
                    writer.writerow((f"C-{place}", f"{row[0]}-{row[1]}", today, "25.00", "counter"))


def _changed_rows(name: str, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield next(rows)
    for place, row in enumerate(rows):
        if place % CHANGED_EVERY == 0:
            if name == "members":
                row[1] += " Jr"
                if place // CHANGED_EVERY % PHONE_EVERY == 0:
                    row[3] = f"555-2{row[3][5:]}"
            elif name == "accounts":
                row[2] += " North"
            elif name == "bills":
                row[6], row[7] = f"{float(row[6]) + 1:.2f}", ""
        yield row


def measure(label: str, *arguments: str) -> None:
    """Run memberline with these arguments; print what it took."""
    command = [sys.executable, "-m", "bot.commands.cli", *arguments]
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds, memory = time.monotonic() - began, usage.ru_maxrss // MEBIBYTE_IN_KIB
    print(f"{label}: {seconds:.1f} s ({usage.ru_utime + usage.ru_stime:.1f} s of CPU), {memory} MB", flush=True)
    print("\n".join(f"    {line}" for line in said.splitlines() if ".csv: " in line), flush=True)
    if os.waitstatus_to_exitcode(status):
        sys.exit(said)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure an import and two syncs of many invented members.")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--usage", type=int, default=0, help="months of usage for each member")
    chosen = parser.parse_args()
    first, second = chosen.folder / "first", chosen.folder / "second"
    write_members(chosen.count, first, usage=chosen.usage)
    change_members(first, second)
    measure("import", "import", str(first))
    measure("first sync, nothing changed", "sync", str(first))
    measure("sync again, nothing changed", "sync", str(first))
    measure("sync with 2% changed", "sync", str(second))


if __name__ == "__main__":
    main()
