"""Codes by app, recovery codes and passkeys of the office: asked for, good once, changed, lost."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pyotp

from backend.app import Backend
from backend.clock import ManualClock
from backend.outbox import service as outbox
from backend.staff import second_steps, signin
from backend.staff.roles import Role
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.staff.office_people import (
    PASSWORD,
    add_person,
    other_browser,
    press,
    sign_in,
    step_in,
    switch_codes_on,
)
from tests.bot.staff.test_office import token_in
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


async def test_codes_are_asked_for_and_good_once(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    app, papers = await switch_codes_on(backend, "Ann Lee")
    page = await sign_in(edge, "Ann Lee")
    assert "One more step" in page.text
    assert "Name or email" in (await edge.get("/staff")).text, "the password alone opens nothing"
    code = app.at(clock.now())
    assert "Who waits" in (await edge.post("/staff/sign-in/second", data={"step": step_in(page), "code": code})).text
    other = await other_browser(edge)
    page = await sign_in(other, "Ann Lee")
    used = await other.post("/staff/sign-in/second", data={"step": step_in(page), "code": code})
    assert used.status == 403, "somebody looked over her shoulder"
    paper = {"step": step_in(used), "code": papers[0].upper()}
    assert "Who waits" in (await other.post("/staff/sign-in/second", data=paper)).text
    page = await sign_in(other, "Ann Lee")
    paper["step"] = step_in(page)
    assert (await other.post("/staff/sign-in/second", data=paper)).status == 403, "a recovery code opens once"
    await other.http.close()


async def test_codes_ask_the_other_browsers_again(edge: Edge, backend: Backend) -> None:
    """Somebody who knows the password may be in one of them."""
    await add_person(backend, "Ann Lee")
    other = await other_browser(edge)
    for each in (edge, other):
        assert "Who waits" in (await sign_in(each, "Ann Lee")).text
    secret = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', (await edge.get("/staff/me/codes")).text)
    assert secret
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(backend.clock.now())
    on = await press(edge, "/staff/me/codes", "/staff/me/codes", password=PASSWORD, code=code)
    assert "signed in with your password alone are signed out" in on.text
    assert "Name or email" in (await other.get("/staff")).text
    assert "Who waits" in (await edge.get("/staff")).text
    await other.http.close()


async def test_wrong_codes_run_out_and_are_told_to_the_owner(edge: Edge, backend: Backend, clock: ManualClock) -> None:
    await add_person(backend, "Ann Lee")
    app, _ = await switch_codes_on(backend, "Ann Lee")
    for _ in range(2):
        page = await sign_in(edge, "Ann Lee")
        wrong = {"step": step_in(page), "code": "000000"}
        statuses = [(await edge.post("/staff/sign-in/second", data=wrong)).status for _ in range(signin.MAX_TRIES)]
        assert statuses == [403] * signin.MAX_TRIES
        assert "took too long" in (await edge.post("/staff/sign-in/second", data=wrong)).text
    page = await sign_in(edge, "Ann Lee")
    right = {"step": step_in(page), "code": app.at(clock.now())}
    assert (await edge.post("/staff/sign-in/second", data=right)).status == 429, "ten from everywhere"
    async with backend.db.read_session() as session:
        sent = [each for each in await outbox.list_messages(session) if "five wrong codes" in each["body"]]
    assert len(sent) == 1, "once a day"
    clock.advance(minutes=16)
    page = await sign_in(edge, "Ann Lee")
    right = {"step": step_in(page), "code": app.at(clock.now())}
    assert "Who waits" in (await edge.post("/staff/sign-in/second", data=right)).text


async def test_the_setting_demands_a_second_step(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, clock: ManualClock
) -> None:
    async with running_edge(folder, engine, twilio, clock, STAFF_TWO_STEP="required") as edge:
        edge.http._cookie_jar = aiohttp.CookieJar(unsafe=True)
        backend = edge.services.backend
        await add_person(backend, "Ann Lee")
        page = await sign_in(edge, "Ann Lee")
        assert "asks everybody for a second step" in page.text
        assert "1. Scan this" in (await edge.get("/staff/people")).text
        key = re.search(r'class="key">([A-Z2-7 ]+)<', page.text)
        assert key
        app = pyotp.TOTP(key[1].replace(" ", ""))
        form = {"token": token_in(page), "code": "123456"}
        assert (await edge.post("/staff/me/codes", data=form | {"password": PASSWORD})).status == 422
        form["code"] = app.at(clock.now())
        alone = await edge.post("/staff/me/codes", data=form)
        assert (alone.status, "not your password" in alone.text) == (422, True), "a session left open is not enough"
        codes = await edge.post("/staff/me/codes", data=form | {"password": PASSWORD})
        assert len(re.findall(r"<li><code>[a-z2-9]{5}-[a-z2-9]{5}<", codes.text)) == second_steps.RECOVERY_CODES
        assert (await edge.get("/staff/people")).status == 200


async def test_second_steps_are_changed_in_a_fresh_session_alone(
    edge: Edge, backend: Backend, clock: ManualClock
) -> None:
    await add_person(backend, "Ann Lee")
    app, _ = await switch_codes_on(backend, "Ann Lee")
    page = await sign_in(edge, "Ann Lee")
    await edge.post("/staff/sign-in/second", data={"step": step_in(page), "code": app.at(clock.now())})
    form = {"token": token_in(await edge.get("/staff/me")), "confirmed": "yes"}
    for path in ("codes/remove", "codes/recovery", "passkeys/options", "passkeys"):
        refused = await edge.post(f"/staff/me/{path}", data=form | {"password": "guessed"})
        assert refused.status == 422, path
        assert "not your password" in refused.text or path == "passkeys", "no key can be made at this address"
    clock.advance(minutes=31)
    assert "sign in again" in (await edge.post("/staff/me/codes/remove", data=form)).text
    async with backend.db.read_session() as session:
        assert (await second_steps.find(session, "Ann Lee")).code_app


async def test_a_lost_phone_is_helped_by_an_administrator(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Ann Lee")
    await add_person(backend, "Bob Ray", Role.AGENT)
    await switch_codes_on(backend, "Bob Ray")
    await sign_in(edge, "Ann Lee")
    assert "are removed" in (await press(edge, "/staff/people/2", "/staff/people/2/steps")).text
    other = await other_browser(edge)
    assert "Who waits" in (await sign_in(other, "Bob Ray")).text
    await other.http.close()
