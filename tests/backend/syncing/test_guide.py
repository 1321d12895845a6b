"""docs/sync.md: it names every column of payments.csv, and its example can be taken."""

from __future__ import annotations

import re
from pathlib import Path

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import ROOT
from backend.syncing.payments import KINDS, PAYMENTS
from tests.backend.syncing.feeds import take, take_over

GUIDE = (ROOT / "docs" / "sync.md").read_text(encoding="utf-8")
[SECTION] = re.findall(r"^## payments\.csv\n(.*?)(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)


def test_every_column_and_kind_is_told() -> None:
    assert {*PAYMENTS.headers, *KINDS} - set(re.findall(r"`(\w+)`", SECTION)) == set()


async def test_the_example_can_be_taken(backend: Backend, clock: ManualClock, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    clock.advance(days=1)
    [example] = re.findall(r"```csv\n(.*?)```", SECTION, re.DOTALL)
    assert (await take(backend, tmp_path, payments=example)).counts["added"] == 5
