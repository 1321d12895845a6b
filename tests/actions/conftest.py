"""Conversations without the engine: a household in a SQLite file, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.logins.models import PortalSession
from backend.logins.service import add as add_login
from backend.members.levels import Level
from backend.members.models import Member
from tests.backend.conftest import build
from tests.backend.household import NOW, Household, make_household
from tests.backend.network import DirectNetwork
from tests.support.harness.talk import Talk

Begin = Callable[..., Awaitable[Talk]]


@pytest.fixture
def network() -> DirectNetwork:
    return DirectNetwork()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="session")
async def household(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> tuple[Path, Household]:
    """A file to copy that has the household of `home`, made once: making it took a tenth of these tests."""
    folder = tmp_path_factory.mktemp("household")
    shutil.copyfile(migrated_database, folder / "memberline.db")
    backend = build(f"sqlite+aiosqlite:///{folder / 'memberline.db'}", folder, ManualClock(NOW), DirectNetwork())
    made = await make_household(backend)
    await backend.close()
    return folder / "memberline.db", made


@pytest.fixture
def database(request: pytest.FixtureRequest, migrated_database: Path, household: tuple[Path, Household]) -> Path:
    """What the backend begins with. A file of tests whose `home` is another begins with the empty one."""
    return household[0] if "home" in request.fixturenames else migrated_database


@pytest.fixture
async def backend(database: Path, tmp_path: Path, clock: ManualClock, network: DirectNetwork) -> AsyncIterator[Backend]:
    shutil.copyfile(database, tmp_path / "memberline.db")
    made = build(f"sqlite+aiosqlite:///{tmp_path / 'memberline.db'}", tmp_path, clock, network)
    yield made
    await made.close()


@pytest.fixture
def home(backend: Backend, household: tuple[Path, Household]) -> Household:
    """Ruth Alvarez, 99999-001, who owes $112.40 and has a Visa and a bank account on file."""
    return replace(household[1])


@pytest.fixture
def begin(backend: Backend, home: Household) -> Begin:
    """Begin a conversation: `await begin(level=Level.ANONYMOUS, channel="sms", language="es")`."""

    async def beginning(level: Level = Level.STEPPED_UP, channel: str = "web", language: str = "en") -> Talk:
        name = f"{channel}-talk"
        known = {"account_id": home.account_id, "member_id": home.member_id, "verified_at": NOW} if level else {}
        async with backend.db.transaction() as session:
            session.add(
                Conversation(id=name, channel=channel, last_seen_at=NOW, started_at=NOW, level=int(level), **known)
            )
        return Talk(backend, name, channel=channel, language=language)

    return beginning


@pytest.fixture
async def talk(begin: Begin) -> Talk:
    """A web chat of a member who has shown who she is, a code included."""
    return await begin()


@pytest.fixture
async def night(clock: ManualClock, begin: Begin) -> Talk:
    """A web chat of an unknown person while the office is closed: Wednesday, eleven at night."""
    clock.advance(hours=13)
    return await begin(Level.ANONYMOUS)


@pytest.fixture
async def stranger(begin: Begin) -> Talk:
    """A web chat of somebody who has not said who they are."""
    return await begin(Level.ANONYMOUS)


PAGE_SESSION = "5" * 64


@pytest.fixture
async def signed_in(backend: Backend, home: Household, talk: Talk) -> Talk:
    """A talk beside the account page of its member, who is signed in there."""
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        login = await add_login(session, backend, member, "ruth", "no password")
        session.add(PortalSession(token_hash=PAGE_SESSION, login_id=login.id, started_at=NOW, seen_at=NOW))
        await session.execute(update(Conversation).values(signed_in=True, signed_in_by=PAGE_SESSION))
    return talk
