"""Single sign-on against a provider that speaks OpenID Connect over HTTP."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from oidc_provider_mock import User, run_server_in_thread

from backend.app import Backend
from backend.clock import ManualClock
from backend.staff import accounts, single_sign_on
from backend.staff.models import StaffChallenge
from backend.staff.roles import Role
from tests.bot.conftest import running_edge
from tests.bot.edge import Answer, Edge
from tests.bot.staff.office_people import add_person
from tests.bot.staff.test_office import OPEN, sign_in
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

USERS = (
    User(sub="u1", claims={"email": "ann@coop.example", "email_verified": True, "name": "Ann Lee", "groups": ["it"]}),
    User(sub="u2", claims={"email": "ann@coop.example", "email_verified": False, "name": "Not Ann"}),
    User(sub="u3", claims={"email": "bob@coop.example", "email_verified": True, "name": "Bob Ray",
                           "groups": ["all", "desk"]}),
)  # fmt: skip


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=USERS) as server:
        yield f"http://localhost:{server.server_port}"


@asynccontextmanager
async def office(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, issuer: str, **more: str
) -> AsyncIterator[Edge]:
    settings = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "memberline", "OIDC_CLIENT_SECRET": "a secret of tests"}
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), **(settings | more)) as edge:
        edge.http._cookie_jar = aiohttp.CookieJar(unsafe=True)
        yield edge


async def go_to_provider(edge: Edge) -> str:
    begun = await edge.get("/staff/sign-in/sso", allow_redirects=False)
    assert begun.status == 303
    return begun.headers["location"]


async def come_back(edge: Edge, sub: str, **changed: str) -> Answer:
    """Sign in at the provider as `sub`, and follow its answer; `changed` are parts of it that somebody forged."""
    address = await go_to_provider(edge)
    async with edge.http.post(address, data={"sub": sub}, allow_redirects=False) as answer:
        location = answer.headers["location"]
    parts = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()} | changed
    back = await edge.get("/staff/sign-in/sso/back", params=parts)
    following = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', back.text)
    return await edge.get(following[1]) if following else back


async def invite(backend: Backend, name: str, email: str, role: Role) -> None:
    async with backend.db.transaction() as session:
        await accounts.invite(session, backend, name=name, email=email, role=role, by="the server")


async def find(backend: Backend, name: str) -> Any:
    async with backend.db.read_session() as session:
        return await accounts.find_account(session, name)


async def test_who_was_invited_gets_in_and_is_known_from_then_on(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, issuer: str
) -> None:
    async with office(folder, engine, twilio, issuer) as edge:
        backend = edge.services.backend
        assert "account of your work" in (await edge.get("/staff/sign-in")).text
        assert "not invited here" in (await come_back(edge, "u1")).text
        await invite(backend, "Ann", "ANN@coop.example", Role.AGENT)
        assert "not invited here" in (await come_back(edge, "u2")).text, "an email that nobody verified"
        assert "Who waits" in (await come_back(edge, "u1")).text
        ann = await find(backend, "Ann")
        assert (ann.status, ann.role, ann.link_hash) == ("active", "agent", None)
        async with backend.db.transaction() as session:
            row = await accounts.find_account(session, "Ann")
            assert row
            row.email = "other@coop.example"
        assert "Who waits" in (await come_back(edge, "u1")).text, "known by the subject"
        async with backend.db.transaction() as session:
            row = await accounts.find_account(session, "Ann")
            assert row
            await accounts.switch_off(session, backend, row, by="the server")
        assert "Name or email" in (await edge.get("/staff")).text
        assert "not invited here" in (await come_back(edge, "u1")).text


async def test_a_forged_or_foreign_answer_signs_nobody_in(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, issuer: str
) -> None:
    async with office(folder, engine, twilio, issuer) as edge:
        await invite(edge.services.backend, "Ann", "ann@coop.example", Role.AGENT)
        for forged in ({"state": "x" * 43}, {"code": "x" * 43}, {"code": ""}):
            assert (await come_back(edge, "u1", **forged)).status == 502
        address = await go_to_provider(edge)
        async with edge.http.post(address, data={"sub": "u1"}, allow_redirects=False) as answer:
            stolen = answer.headers["location"].removeprefix(edge.url)
        edge.http.cookie_jar.clear()  # another browser follows it
        assert (await edge.get(stolen)).status == 502
        assert "Name or email" in (await edge.get("/staff")).text


async def test_the_challenge_the_nonce_and_the_state_are_of_this_sign_in(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(folder, engine, twilio, issuer) as edge:
        backend = edge.services.backend
        begun = await single_sign_on.begin(backend)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        async with backend.db.read_session() as session:
            kept = (await session.get_one(StaffChallenge, 1)).secret
        _, nonce, verifier = re.findall(r'"([^"]+)"', kept)
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        assert (asked["code_challenge"], asked["code_challenge_method"], asked["nonce"]) == (hashed, "S256", nonce)
        assert asked["state"] not in kept
        fetch = single_sign_on._fetch_claims

        async def with_another_nonce(backend: Backend, code: str, nonce: str, verifier: str) -> Any:
            return await fetch(backend, code, "of somebody else's sign-in", verifier)

        await invite(backend, "Ann", "ann@coop.example", Role.AGENT)
        monkeypatch.setattr(single_sign_on, "_fetch_claims", with_another_nonce)
        assert (await come_back(edge, "u1")).status == 502


async def test_the_provider_says_the_role_and_makes_the_account(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, issuer: str
) -> None:
    roles = {"OIDC_ROLE_CLAIM": "groups", "OIDC_ROLES": "it=admin desk=agent all=read", "STAFF_PASSWORDS": "no"}
    async with office(folder, engine, twilio, issuer, **roles) as edge:
        backend = edge.services.backend
        assert "Who waits" in (await come_back(edge, "u3")).text
        assert (await find(backend, "Bob Ray")).role == "agent", "the highest of the groups"
        assert "not invited here" in (await come_back(edge, "u2")).text, "in no group"
        await add_person(backend, "Cy Poe")
        page = await sign_in(edge, "quiet ladder of seven plums", "Cy Poe")
        assert page.status == 403
        assert 'name="password"' not in page.text
        async with backend.db.transaction() as session:
            bob = await accounts.find_account(session, "Bob Ray")
            assert bob
            await accounts.change_role(session, backend, bob, Role.ADMIN, by="Cy Poe")
        await come_back(edge, "u3")
        assert (await find(backend, "Bob Ray")).role == "agent", "the provider decides at each sign-in"


async def test_a_provider_that_is_away_is_said(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with office(folder, engine, twilio, "http://127.0.0.1:9") as edge:
        page = await edge.get("/staff/sign-in/sso")
        assert page.status == 502
        assert "did not work" in page.text
