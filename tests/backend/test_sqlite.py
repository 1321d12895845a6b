"""The quicker driver gives what the plain one gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from backend.config import ROOT
from backend.db import Database


@pytest.fixture
async def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    async with made.transaction() as session:
        await session.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)"))
        await session.execute(text("INSERT INTO t (b) VALUES (:b)"), [{"b": str(n)} for n in range(300)])
    return made


async def test_rows_come_whole_and_in_order(db: Database) -> None:
    async with db.read_session() as session:
        result = await session.execute(text("SELECT a, b FROM t ORDER BY a"))
        assert result.fetchmany(2) == [(1, "0"), (2, "1")]
        assert result.fetchone() == (3, "2")
        assert len(result.all()) == 297
        streamed = await session.stream(text("SELECT b FROM t ORDER BY a"))
        assert [row.b async for row in streamed][-1] == "299"
    await db.close()


async def test_counts_and_ids_are_returned(db: Database) -> None:
    async with db.transaction() as session:
        changed = await session.execute(text("UPDATE t SET b = 'x' || b WHERE a <= 10"))
        assert changed.rowcount == 10  # type: ignore[attr-defined]
    await db.close()


async def test_errors_are_the_databases_own_and_roll_back(db: Database) -> None:
    async def insert_twice() -> None:
        async with db.transaction() as session:
            await session.execute(text("INSERT INTO t (b) VALUES ('new')"))
            await session.execute(text("INSERT INTO t (b) VALUES ('1')"))

    async def nonsense() -> None:
        async with db.read_session() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(IntegrityError):
        await insert_twice()
    with pytest.raises(OperationalError):
        await nonsense()
    async with db.read_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM t")) == 300
    await db.close()


async def test_reader_sees_nothing_uncommitted(db: Database) -> None:
    async with db.transaction() as writing:
        await writing.execute(text("DELETE FROM t"))
        async with db.read_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM t")) == 300
    async with db.read_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM t")) == 0
    await db.close()


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    """In a process of its own, as the app runs: tests themselves do not wait for the disk."""
    script = f"""
import asyncio
from sqlalchemy import text
from backend.db import Database

async def ask():
    async with Database("sqlite+aiosqlite:///{tmp_path / "a.db"}").read_session() as session:
        print(await session.scalar(text("PRAGMA synchronous")), await session.scalar(text("PRAGMA journal_mode")))

asyncio.run(ask())
"""
    asked = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["2", "wal"]  # 2 is FULL
