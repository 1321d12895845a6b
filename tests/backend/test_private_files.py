"""Nobody else on the machine reads members' data, keys or logs, whatever the umask is."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backend.config import Settings
from backend.db import Database
from backend.migrations.run import upgrade
from backend.private_files import make_private_database, make_private_folder, make_private_runtime
from bot.commands.child_processes import ChildProcess, create_sandbox_process
from sandbox import network


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.lstat().st_mode)) for path in sorted(folder.rglob("*"))}


async def write_to(path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("create table if not exists kept (word text)")
    return database


async def test_new_database_and_its_side_files_are_private(tmp_path: Path) -> None:
    database = await write_to(tmp_path / "own.db")
    assert modes(tmp_path) == dict.fromkeys(("own.db", "own.db-shm", "own.db-wal"), "0o600")
    await database.close()


async def test_a_database_that_was_open_to_all(tmp_path: Path) -> None:
    names = ("own.db", "own.db-shm", "own.db-wal")
    for name in names:
        (tmp_path / name).touch(0o666)
    database = await write_to(tmp_path / "own.db")
    assert modes(tmp_path) == dict.fromkeys(names, "0o600")
    await database.close()


def test_a_database_made_by_its_migrations(tmp_path: Path) -> None:
    upgrade(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    assert set(modes(tmp_path).values()) == {"0o600"}


@pytest.mark.parametrize("before", [None, 0o666])
def test_the_key_of_a_development_system(tmp_path: Path, before: int | None) -> None:
    runtime = tmp_path / "var"
    if before:
        runtime.mkdir(0o777)
        (runtime / "secret_key").touch(before)
        (runtime / "secret_key").write_text("an old key")
    settings = Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(runtime)})
    assert settings.secret_key == (runtime / "secret_key").read_text()
    assert modes(tmp_path) == {"var": "0o777" if before else "0o700", "secret_key": "0o600"}


def test_runtime_folder_and_its_contents_are_private(tmp_path: Path) -> None:
    logs = tmp_path / "var" / "logs"
    logs.mkdir(parents=True)
    stored = [tmp_path / "var" / name for name in ("tracker.db", "tracker.db-wal", "secret_key", "logs/engine.log")]
    for path in stored:
        path.touch(0o666)
    elsewhere = tmp_path / "another's.db"
    elsewhere.touch(0o644)
    (tmp_path / "var" / "linked.db").symlink_to(elsewhere)
    make_private_runtime(tmp_path / "var")
    found = modes(tmp_path)
    assert found["var"] == found["logs"] == "0o700"
    assert {found[path.name] for path in stored} == {"0o600"}
    assert found["another's.db"] == "0o644", "a link is not followed"


def test_shared_folder_stays_shared(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    make_private_folder(shared)
    assert modes(tmp_path) == {"tmp": "0o1777"}


def test_logs_of_child_processes_are_private(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "child.log"
    log.parent.mkdir()
    log.touch(0o666)
    child = ChildProcess("child", ["/bin/sh", "-c", f"echo hello; echo own > {tmp_path}/own"], {}, log)
    child.start()
    assert child.process is not None
    child.process.wait(10)
    assert log.read_text() == "hello\n"
    assert modes(tmp_path) == {"logs": "0o700", "child.log": "0o600", "own": "0o600"}


def test_the_sandbox_network_s_file(tmp_path: Path) -> None:
    settings = Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(tmp_path), "SECRET_KEY": "a key"})
    path = Path(create_sandbox_process(settings, 1).command[-1])
    network.open_database(path).close()
    assert set(modes(tmp_path).values()) == {"0o600"}


def test_making_a_database_private_keeps_its_locks(tmp_path: Path) -> None:
    """Who opens and closes a file loses its process's locks on it: another process would then write beside us."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as mine:
        mine.execute("create table t (a)")
        mine.execute("begin exclusive")
        make_private_database(path)
        other = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('insert into t values (1)')"
        tried = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
        assert "locked" in tried.stderr
