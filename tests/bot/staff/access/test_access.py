"""Who gets into the office: invitations, roles, second steps, sessions, and the trail of all that."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import aiohttp
from argon2 import PasswordHasher

from backend.app import Backend
from backend.audit.service import record
from backend.clock import ManualClock
from backend.logins import throttle
from backend.outbox import service as outbox
from backend.staff import accounts
from backend.staff.demo_clerk import DEMO_CLERK, DEMO_CLERK_PASSWORD, add_demo_clerk, find_demo_clerk
from backend.staff.people import list_people
from backend.staff.roles import Role
from bot.channels.sms.routes import sms_conversation_id
from bot.staff import views
from tests.backend.household import Household, make_household
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.staff.office_people import (
    HASH,
    NEXT_PASSWORD,
    PASSWORD,
    acts_of,
    add_person,
    hidden_in,
    other_browser,
    press,
    sign_in,
)
from tests.bot.staff.test_office import OPEN, token_in, wait_for_a_person
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

SMTP = "smtp://127.0.0.1:9"


async def test_an_invitation_makes_an_account_once(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")
    typed = {"name": "Bob Ray", "email": "bob@coop.example", "phone": "(573) 555-0147", "role": "agent"}
    made = await press(edge, "/staff/people/invite", "/staff/people/invite", **typed, language="es")
    link = re.search(r"http://[^<]+(/staff/invitations/[^<]+)", made.text)
    assert link, made.text
    async with backend.db.read_session() as session:
        bob = await accounts.find_account(session, "bob ray")
        assert [person.name for person in await list_people(session, backend)] == ["Ann Lee"], "not before he is in"
    assert bob
    assert (bob.role, bob.phone, bob.language, bob.status) == ("agent", "+15735550147", "es", "invited")

    guest = await other_browser(edge)
    refused = await guest.post(link[1], data={"password": "coop.example", "again": "coop.example"})
    assert refused.status == 422
    differs = await guest.post(link[1], data={"password": PASSWORD, "again": NEXT_PASSWORD})
    assert "not the same" in differs.text
    inside = await guest.post(link[1], data={"password": PASSWORD, "again": PASSWORD})
    assert "Bob Ray" in inside.text
    assert (await guest.post(link[1], data={"password": NEXT_PASSWORD, "again": NEXT_PASSWORD})).status == 410
    assert (await guest.get("/staff/people")).status == 403, "an agent invites nobody"
    assert (await guest.get("/staff/audit")).status == 403
    assert 'lang="es"' in (await guest.get("/staff/me")).text, "the pages are in the language of the invitation"
    await guest.http.close()
    assert await acts_of(backend, "office:Bob Ray") == ["office_password_set", "office_signed_in"]
    assert "office_invited" in await acts_of(backend, "office:Ann Lee")


async def test_an_invitation_that_is_sent_twice_or_wrong_makes_no_second_one(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")
    token = token_in(await edge.get("/staff/people/invite"))
    form = {"token": token, "name": "Bob Ray", "email": "bob@coop.example", "role": "read", "confirmed": "yes"}
    first = await edge.post("/staff/people/invite", data=form)
    again = await edge.post("/staff/people/invite", data=form)
    assert "/staff/invitations/" in first.text
    assert "/staff/invitations/" not in again.text
    wrong = await edge.post("/staff/people/invite", data=form | {"name": "ann lee", "role": "king", "phone": "12"})
    assert wrong.status == 422
    assert 'value="ann lee"' in wrong.text
    for field in ("name", "phone", "role"):
        assert f'id="{field}-error"' in wrong.text
    own = await edge.post("/staff/people/invite", data=form | {"name": "Cy Poe", "phone": "555-555-0100"})
    assert "555-555-0100 is the co-op&#39;s own number" in own.text
    same_mail = await edge.post("/staff/people/invite", data=form | {"name": "Cy Poe", "email": "BOB@coop.example"})
    assert "Bob Ray has this email" in same_mail.text


async def test_a_link_ends_after_three_days_and_with_the_next_one(
    edge: Edge, backend: Backend, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        made = await accounts.invite(
            session, backend, name="Bob", email="b@coop.example", role=Role.READ, by="the server"
        )
        old = made.url.removeprefix(edge.url)
    assert "Hello, Bob" in (await edge.get(old)).text
    clock.advance(hours=71)
    async with backend.db.transaction() as session:
        account = await accounts.find_account(session, "Bob")
        assert account
        new = (await accounts.make_link(session, backend, account, by="Ann")).url.removeprefix(edge.url)
    assert (await edge.get(old)).status == 410
    clock.advance(hours=71)
    assert (await edge.get(new)).status == 200
    clock.advance(hours=2)
    assert (await edge.get(new)).status == 410


async def test_where_mail_is_set_up_the_link_goes_by_mail_alone(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), SMTP_URL=SMTP) as edge:
        edge.http._cookie_jar = aiohttp.CookieJar(unsafe=True)
        backend = edge.services.backend
        await add_person(backend, "Ann Lee")
        await sign_in(edge, "Ann Lee")
        typed = {"name": "Bob Ray", "email": "bob@coop.example", "role": "agent", "language": "es"}
        made = await press(edge, "/staff/people/invite", "/staff/people/invite", **typed)
        assert "/staff/invitations/" not in made.text
        async with backend.db.read_session() as session:
            sent = [each for each in await outbox.list_messages(session) if each["recipient"] == "bob@coop.example"]
        assert len(sent) == 1
        assert "Hola Bob Ray" in sent[0]["body"]


async def test_a_new_role_and_switching_off_hold_at_once(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Ann Lee")
    await add_person(backend, "Bob Ray", Role.SUPERVISOR)
    await sign_in(edge, "Ann Lee")
    bob = await other_browser(edge)
    await sign_in(bob, "bob.ray@coop.example")
    assert (await bob.get("/staff/audit")).status == 200
    page = "/staff/people/2"
    assert "It holds at once" in (await press(edge, page, f"{page}/role", role="read")).text
    assert (await bob.get("/staff/audit")).status == 403
    stale = hidden_in((await edge.get(page)).text, f"{page}/role") | {"role": "admin", "confirmed": "yes"}
    await press(edge, page, f"{page}/off")
    assert "Name or email" in (await bob.get("/staff")).text
    assert "do not match" in (await sign_in(bob, "Bob Ray")).text
    again = await edge.post(f"{page}/role", data=stale)
    assert "changed this account meanwhile" in again.text
    async with backend.db.read_session() as session:
        row = await accounts.find_account(session, "Bob Ray")
        assert row
        assert (row.role, row.status) == ("read", "off")
    back = await press(edge, page, f"{page}/on")
    link = re.search(r"http://[^<]+(/staff/invitations/[^<]+)", back.text)
    assert link
    assert "do not match" in (await sign_in(bob, "Bob Ray")).text, "the old password does not come back"
    assert "Bob Ray" in (await bob.post(link[1], data={"password": NEXT_PASSWORD, "again": NEXT_PASSWORD})).text
    await bob.http.close()


async def test_an_open_stream_ends_with_who_has_it_open(edge: Edge, backend: Backend) -> None:
    """Before the next event: with one every few seconds there is no idle pause to end it in."""
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")

    async def sign_out(bob: Edge, _: str) -> None:
        await bob.post("/staff/sign-out", data={"token": token_in(await bob.get("/staff"))})

    async def change_password(_bob: Edge, name: str) -> None:
        async with backend.db.transaction() as session:
            account = await accounts.find_account(session, name)
            assert account
            await accounts.set_password(session, backend, account, HASH + "x")

    async def press_on(act: str, name: str, **fields: str) -> None:
        async with backend.db.read_session() as session:
            account = await accounts.find_account(session, name)
        assert account
        page = f"/staff/people/{account.id}"
        await press(edge, page, f"{page}/{act}", **fields)

    ends = {
        "Off": lambda _, name: press_on("off", name), "Lower": lambda _, name: press_on("role", name, role="read"),
        "Ended": lambda _, name: press_on("sessions", name), "Out": sign_out, "Changed": change_password,
    }  # fmt: skip
    for count, (name, end) in enumerate(ends.items()):
        phone = f"+1573555020{count}"
        await edge.text("hello", phone=phone)
        await add_person(backend, name, Role.AGENT)
        bob = await other_browser(edge)
        await sign_in(bob, name)
        async with bob.http.get(f"{edge.url}/staff/events") as stream:
            await stream.content.readline()
            await end(bob, name)
            await wait_for_a_person(edge, sms_conversation_id(edge.services.settings, phone))
            async with asyncio.timeout(8):
                assert b"news" not in await stream.content.read(), name
        await bob.http.close()


async def test_the_last_administrator_stays(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Ann Lee")
    await add_person(backend, "Bob Ray", Role.AGENT)
    await sign_in(edge, "Ann Lee")
    for action, fields in (("role", {"role": "agent"}), ("off", {})):
        refused = await press(edge, "/staff/people/1", f"/staff/people/1/{action}", **fields)
        assert refused.status == 422
        assert "last administrator" in refused.text
    await press(edge, "/staff/people/2", "/staff/people/2/role", role="admin")
    assert "It holds at once" in (await press(edge, "/staff/people/1", "/staff/people/1/role", role="agent")).text
    assert (await edge.get("/staff/people")).status == 403


async def test_too_many_wrong_passwords_say_when_it_goes_on(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    for _ in range(throttle.MAX_PER_SOURCE_AND_TARGET):
        assert (await sign_in(edge, "Ann Lee", "wrong words here")).status == 403
        clock.advance(minutes=1)
    refused = await sign_in(edge, "Ann Lee")
    again_at = clock.now() - timedelta(minutes=throttle.MAX_PER_SOURCE_AND_TARGET) + throttle.WINDOW
    assert refused.status == 429
    assert f"You can try again at {views.format_local_time(backend, again_at)}" in refused.text
    assert "an administrator of the office makes you a new link" in refused.text
    clock.advance(seconds=(again_at - clock.now()).total_seconds() - 1)
    assert (await sign_in(edge, "Ann Lee")).status == 429
    clock.advance(seconds=1)
    assert "Who waits" in (await sign_in(edge, "Ann Lee")).text


async def test_sessions_are_seen_and_ended(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")
    other = await other_browser(edge)
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"}
    form = {"name": "Ann Lee", "password": PASSWORD}
    await other.post("/staff/sign-in", data=form, headers=agent)
    page = await edge.get("/staff/me")
    assert "Chrome, Windows" in page.text
    assert "127.0.0.1" in page.text
    ended = await edge.post("/staff/me/sessions/2/end", data={"token": token_in(page)})
    assert "That browser is signed out." in ended.text
    assert "Name or email" in (await other.get("/staff")).text
    again = await edge.post("/staff/me/sessions/2/end", data={"token": token_in(ended)})
    assert "Nothing was done" in again.text
    await other.post("/staff/sign-in", data=form)
    await edge.post("/staff/me/sessions/end", data={"token": token_in(page)})
    assert "Name or email" in (await other.get("/staff")).text
    assert "Who waits" in (await edge.get("/staff")).text, "her own stays"
    await other.http.close()


async def test_a_session_that_nobody_uses_ends(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")
    idle = 60  # less than half of the eight hours that every session has
    backend.settings = backend.settings.with_values(staff_idle_minutes=idle)
    clock.advance(minutes=idle - 1)
    assert "Who waits" in (await edge.get("/staff")).text
    clock.advance(minutes=idle - 1)
    by_itself = {"HX-Request": "true"}
    assert "Who waits" in (await edge.get("/staff", headers=by_itself)).text
    clock.advance(minutes=2)
    part = await edge.get("/staff", headers=by_itself, allow_redirects=False)
    assert (part.status, part.headers["hx-redirect"]) == (401, "/staff/sign-in"), "what loads by itself kept it open"
    assert "Name or email" in (await edge.get("/staff")).text


async def test_the_password_is_changed_with_the_old_one(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Ann Lee")
    await sign_in(edge, "Ann Lee")
    other = await other_browser(edge)
    await sign_in(other, "Ann Lee")
    form = {"token": token_in(await edge.get("/staff/me")), "old": "wrong", "password": NEXT_PASSWORD}
    assert (await edge.post("/staff/me/password", data=form)).status == 422
    assert (await edge.post("/staff/me/password", data=form | {"old": PASSWORD, "password": "short"})).status == 422
    done = await edge.post("/staff/me/password", data=form | {"old": PASSWORD})
    assert "Your password is changed" in done.text
    assert "Name or email" in (await other.get("/staff")).text
    assert "do not match" in (await sign_in(other, "Ann Lee")).text
    assert "Who waits" in (await sign_in(other, "Ann Lee", NEXT_PASSWORD)).text
    await other.http.close()


async def test_names_of_the_setting_stay_until_their_account_is_in_use(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=f"ann={HASH}") as edge:
        edge.http._cookie_jar = aiohttp.CookieJar(unsafe=True)
        backend = edge.services.backend
        await sign_in(edge, "ann")
        assert "from the setting" in (await edge.get("/staff/people")).text
        async with backend.db.transaction() as session:
            link = await accounts.invite(
                session, backend, name="ann", email="a@coop.example", role=Role.AGENT, by="ann"
            )
        assert "Who waits" in (await sign_in(edge, "ann")).text, "the link was not used yet"
        async with backend.db.transaction() as session:
            account = await accounts.find_by_link(session, backend, link.url.rpartition("/")[2])
            assert account
            hashed = PasswordHasher(time_cost=1, memory_cost=1024).hash(NEXT_PASSWORD)
            await accounts.set_password(session, backend, account, hashed)
        assert "do not match" in (await sign_in(edge, "ann")).text
        assert "Who waits" in (await sign_in(edge, "ann", NEXT_PASSWORD)).text
        assert (await edge.get("/staff/people")).status == 403


async def test_the_demo_clerk_is_for_development_alone(edge: Edge, backend: Backend) -> None:
    await add_demo_clerk(backend)
    assert "Who waits" in (await sign_in(edge, DEMO_CLERK, DEMO_CLERK_PASSWORD)).text
    assert await find_demo_clerk(backend)
    await add_demo_clerk(backend)
    async with backend.db.read_session() as session:
        assert len(await accounts.list_accounts(session)) == 1
    backend.settings = backend.settings.with_values(environment="production")
    assert "Name or email" in (await edge.get("/staff")).text
    assert "do not match" in (await sign_in(edge, DEMO_CLERK, DEMO_CLERK_PASSWORD)).text
    assert await find_demo_clerk(backend) is None


async def test_the_trail_is_filtered_and_downloaded(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    home: Household = await make_household(backend)
    await add_person(backend, "Ann Lee")
    await add_person(backend, "Bob Ray", Role.SUPERVISOR)
    await sign_in(edge, "Ann Lee")
    async with backend.db.transaction() as session:
        account = await accounts.find_account(session, "Bob Ray")
        assert account
        await accounts.change_role(session, backend, account, Role.AGENT, by="=cmd Ann")
        await record(
            session, backend, actor="sms-1", level=1, channel="sms", act="quote_made", account_id=home.account_id
        )
        await record(
            session, backend, actor="office:Bob Ray", level=0, channel="office", act="settings_changed",
            account_id=None, before={"version": 0, "fees.card": "0"}, after={"version": 1, "fees.card": "150"},
        )  # fmt: skip
    looks = len([act for act in await acts_of(backend, "office:Ann Lee") if act == "office_read"])
    everything = (await edge.get("/staff/audit")).text
    assert "Fee for paying by card, in dollars: <s>$0.00</s> → $1.50" in everything
    assert len([act for act in await acts_of(backend, "office:Ann Lee") if act == "office_read"]) == looks + 1
    shown = (await edge.get("/staff/audit?act=office_role_changed")).text
    assert "role: <s>supervisor</s> → agent" in shown
    assert "<td>quote made" not in shown
    mine = (await edge.get("/staff/audit?account=99999 001")).text
    assert "<td>quote made" in mine
    assert "<td>signed in" not in mine
    assert "Fee for paying by card" in (await edge.get("/staff/audit?who=bob")).text
    assert "No account or member" in (await edge.get("/staff/audit?account=123")).text
    assert "Nothing fits" in (await edge.get("/staff/audit?from=2026-11-19")).text
    assert "<td>quote made" in (await edge.get("/staff/audit?from=2026-11-18&to=2026-11-18")).text
    assert "before the first" in (await edge.get("/staff/audit?from=2026-11-18&to=2026-11-17")).text
    got = await edge.get("/staff/audit/csv?act=office_role_changed")
    assert got.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(got.text)))
    assert [row[5] for row in rows[1:]] == ["office_role_changed"]
    assert rows[1][2] == "office:=cmd Ann"
    assert (await acts_of(backend, "office:Ann Lee"))[-1] == "office_read", "reading the trail is in it"
