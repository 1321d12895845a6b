"""People of the office in tests: their accounts, sign-ins, forms and codes."""

from __future__ import annotations

import html
import re

import aiohttp
import pyotp
from argon2 import PasswordHasher

from backend.app import Backend
from backend.audit.listing import AuditFilter, list_entries
from backend.staff import accounts, second_steps
from backend.staff.roles import Role
from tests.bot.edge import Answer, Edge

PASSWORD = "quiet ladder of seven plums"
NEXT_PASSWORD = "a violin under the porch"
HASH = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)


async def add_person(backend: Backend, name: str, role: Role = Role.ADMIN) -> None:
    """Somebody who has set PASSWORD."""
    async with backend.db.transaction() as session:
        email = f"{name.lower().replace(' ', '.')}@coop.example"
        link = await accounts.invite(session, backend, name=name, email=email, role=role, by="the server")
        await accounts.set_password(session, backend, link.account, HASH)


async def sign_in(edge: Edge, name: str, password: str = PASSWORD) -> Answer:
    return await edge.post("/staff/sign-in", data={"name": name, "password": password})


async def other_browser(edge: Edge) -> Edge:
    http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    return Edge(edge.services, edge.engine, edge.twilio, http)


async def press(edge: Edge, page: str, action: str, **fields: str) -> Answer:
    """Send the form of `page` that goes to `action`, and what it reads back too."""
    shown = (await edge.get(page)).text
    answer = await edge.post(action, data=hidden_in(shown, action) | fields)
    if 'name="confirmed"' in answer.text:
        answer = await edge.post(action, data=hidden_in(answer.text, action))
    return answer


def hidden_in(page: str, action: str) -> dict[str, str]:
    form = page[page.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    return {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


async def acts_of(backend: Backend, actor: str) -> list[str]:
    async with backend.db.read_session() as session:
        found = await list_entries(session, AuditFilter(actor=actor), limit=50)
    return [entry.row.act for entry in reversed(found)]


async def switch_codes_on(backend: Backend, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """An app for codes, and the recovery codes; its next code is good half a minute later."""
    async with backend.db.transaction() as session:
        app = pyotp.TOTP(await second_steps.begin_code_app(session, backend, name))
        codes = await second_steps.confirm_code_app(session, backend, name, app.at(backend.clock.now()))
    assert codes
    backend.clock.advance(seconds=30)  # type: ignore[attr-defined]
    return app, codes


def step_in(page: Answer) -> str:
    found = re.search(r'name="step" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]
