"""Files for a clerk: each movement is in exactly one, whenever the process is stopped and whoever takes them away."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import stat
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.errors import SettingsError
from backend.posting import batch_file
from backend.posting.batches import CLAIM, BatchError, export_batch, write_files
from backend.posting.run import run_postings, write_posting_file
from backend.posting.service import PostingRefused, resolve
from backend.posting.targets import choose_target
from tests.backend.faults import BreakingDatabase, Faults
from tests.backend.household import Household
from tests.backend.posting.movements import add, connect, office_mail, pay, rows, standing


@pytest.fixture
def folder(backend: Backend, tmp_path: Path) -> Path:
    backend.settings = backend.settings.with_values(posting_dir=tmp_path / "postings")
    return tmp_path / "postings"


def files(folder: Path, names: str = "[!.]*.csv") -> list[Path]:
    """By default what a clerk sees."""
    return sorted(folder.glob(names))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, text: str) -> None:
    path.write_text(text)


def remove(path: Path) -> None:
    path.unlink()


async def test_the_group_of_the_folder_reads_the_file_whatever_the_umask(
    backend: Backend, home: Household, folder: Path
) -> None:
    before = os.umask(0o077)  # the systemd unit's
    try:
        await pay(backend, home)
        await write_files(backend)
    finally:
        os.umask(before)
    (path,) = files(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_a_file_has_one_row_a_movement(backend: Backend, home: Household, folder: Path) -> None:
    payment_id = await pay(backend, home)
    await add(backend, home, "r", 11240, kind="return", fee_cents=250, payment_id=payment_id)
    (file,) = await write_files(backend)
    (path,) = files(folder)
    assert (str(path), file.batch, file.count, file.amount_cents) == (file.path, 1, 2, 0)
    assert path.name == "postings-2026-11-18-000001.csv"
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, "other accounts can read it"
    payment, returned = read(path)
    first, _ = await rows(backend)
    assert payment == {
        "batch": "1", "key": first.key, "kind": "payment", "account": "99999-001", "amount": "112.40", "fee": "0.00",
        "date": "2026-11-18", "method": "card", "confirmation": first.confirmation, "channel": "sms",
    }  # fmt: skip
    assert (returned["kind"], returned["amount"], returned["fee"]) == ("return", "-112.40", "-2.50")
    assert {(row.status, row.reference) for row in await rows(backend)} == {("sent", path.name)}
    async with backend.db.read_session() as session:
        act = await session.scalar(select(AuditRow).where(AuditRow.act == "posting_batch"))
    digest = hashlib.sha256(content(path)).hexdigest()
    assert act is not None
    assert act.after == {"batch": 1, "file": path.name, "sha256": digest}


async def test_numbers_grow_and_no_file_is_made_of_nothing(
    backend: Backend, home: Household, folder: Path, clock: ManualClock
) -> None:
    for day in range(2):
        await add(backend, home, f"a{day}")
        await write_files(backend)
        assert await write_files(backend) == []
        clock.advance(days=1)
    assert [path.name for path in files(folder)] == ["postings-2026-11-18-000001.csv", "postings-2026-11-19-000002.csv"]
    assert [[row["key"] for row in read(path)] for path in files(folder)] == [["payment:a0"], ["payment:a1"]]


@pytest.fixture
async def faults(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Faults]:
    """The process may end at each commit and around each step on the disk."""
    faults, original = Faults(), backend.db
    backend.db = BreakingDatabase(backend.db.url, faults)
    for name in ("stage", "publish"):
        step = getattr(batch_file, name)

        def broken(*args: object, _name: str = name, _step: object = step) -> object:
            faults.reached(f"before {_name}")
            done = _step(*args)  # type: ignore[operator]
            faults.reached(f"after {_name}")
            return done

        monkeypatch.setattr(batch_file, name, broken)
    yield faults
    await original.close()


@pytest.mark.parametrize("taken_away", [False, True])
async def test_a_crash_between_any_two_steps_leaves_each_movement_in_one_file(
    backend: Backend,
    home: Household,
    folder: Path,
    clock: ManualClock,
    faults: Faults,
    tmp_path: Path,
    taken_away: bool,
) -> None:
    """Also when a clerk takes each file away the moment it appears, the crash notwithstanding."""
    clerk = tmp_path / "clerk"

    def look() -> None:
        clerk.mkdir(exist_ok=True)
        for path in files(folder) if taken_away else []:
            assert not (clerk / path.name).exists(), "the same file appeared twice"
            shutil.move(path, clerk / path.name)

    struck = []
    for point in faults.every_point():
        made = [await add(backend, home, f"{point}-{number}") for number in range(2)]
        with faults.crashing(point):
            await write_files(backend)
        struck.append(faults.struck)
        look()
        clock.advance(seconds=CLAIM.total_seconds())
        await run_postings(backend)  # it finishes what was begun
        await write_files(backend)
        look()
        seen = Counter(row["key"] for path in files(clerk if taken_away else folder) for row in read(path))
        assert set(seen.values()) == {1}, faults.struck
        assert set(made) <= set(seen), faults.struck
    assert set((await standing(backend)).values()) == {"sent"}
    assert struck[:-1] == [
        "before commit", "after commit", "before commit", "after commit", "before stage", "after stage",
        "before commit", "after commit", "before publish", "after publish", "before commit", "after commit",
    ]  # fmt: skip
    assert files(folder, ".*") == []


async def test_another_process_leaves_a_batch_alone_while_it_is_written(
    backend: Backend, home: Household, folder: Path, faults: Faults, clock: ManualClock
) -> None:
    await add(backend, home, "a")
    with faults.crashing(5):
        await write_files(backend)
    assert faults.struck == "after stage"
    assert await write_files(backend) == []
    assert files(folder) == []
    clock.advance(seconds=CLAIM.total_seconds())
    assert [file.batch for file in await write_files(backend)] == [1]


async def test_a_folder_that_cannot_be_written_keeps_the_movements_until_it_can(
    backend: Backend, home: Household, folder: Path
) -> None:
    write(folder, "a file where the folder should be")
    await add(backend, home, "a")
    for _ in range(2):
        with pytest.raises(BatchError, match="cannot be written"):
            await write_files(backend)
    assert [mail.subject for mail in await office_mail(backend)] == ["Payments cannot be sent to the billing system"]
    remove(folder)
    await write_files(backend)
    assert [row["key"] for row in read(files(folder)[0])] == ["payment:a"]


async def test_a_lost_file_is_made_again_byte_for_byte(
    backend: Backend, home: Household, folder: Path, tmp_path: Path
) -> None:
    await add(backend, home, "a")
    await write_files(backend)
    (path,) = files(folder)
    first = path.read_bytes()
    await add(backend, home, "b")
    await write_files(backend)
    remove(path)
    assert (await export_batch(backend, 1, tmp_path)).read_bytes() == first
    assert (await export_batch(backend, 1, tmp_path)).name == path.name
    write(tmp_path / path.name, "something else")
    with pytest.raises(BatchError, match="another file"):
        await export_batch(backend, 1, tmp_path)
    with pytest.raises(BatchError, match="no batch 9"):
        await export_batch(backend, 9, tmp_path)


async def test_a_movement_changed_by_hand_is_not_written_as_if_it_were_the_same(
    backend: Backend, home: Household, folder: Path, tmp_path: Path
) -> None:
    await add(backend, home, "a")
    await write_files(backend)
    async with backend.db.transaction() as session:
        (row,) = await rows(backend)
        (await session.get_one(type(row), row.id)).amount_cents = 1
    with pytest.raises(BatchError, match="changed"):
        await export_batch(backend, 1, tmp_path)


async def test_what_is_in_a_file_never_gets_into_another(backend: Backend, home: Household, folder: Path) -> None:
    key = await add(backend, home, "a")
    await write_files(backend)
    async with backend.db.transaction() as session:
        with pytest.raises(PostingRefused, match="export --batch 1"):
            await resolve(session, backend, key, "waiting", by="ann", reason="lost")


async def test_posting_says_where_movements_go(backend: Backend, home: Household, folder: Path) -> None:
    def choose(posting: str, *, with_folder: bool = True) -> str:
        values = {"posting": posting, "posting_dir": folder if with_folder else None}
        backend.settings = backend.settings.with_values(**values)
        return choose_target(backend)

    assert [choose("auto"), choose("auto", with_folder=False), choose("csv"), choose("none")] == [
        "csv", "none", "csv", "none",
    ]  # fmt: skip
    for posting, with_folder, name in (("provider", True, "POSTING"), ("csv", False, "POSTING_DIR")):
        with pytest.raises(SettingsError, match=f"^{name}:"):
            choose(posting, with_folder=with_folder)
        with pytest.raises(SettingsError, match=f"^{name}:"):
            Backend.create(backend.settings)
    await add(backend, home, "a")
    choose("none")
    assert await write_posting_file(backend) == {"files": []}
    system = connect(backend)
    assert choose("auto") == "provider"
    assert await write_posting_file(backend) == {"files": []}
    assert (await run_postings(backend))["sent"] == 1
    await system.close()
