"""Tickets, the outage board and promised calls in a real Chromium: a morning's work, looked at by axe-core."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from backend.app import Backend
from backend.clock import ManualClock
from backend.tickets import service as tickets
from tests.backend.household import add_conversation
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER
from tests.bot.portal.chromium import check
from tests.bot.staff.test_office import ACCOUNTS, OPEN, PASSWORD
from tests.browser.screens import DESKTOP, PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser


async def file_morning(backend: Backend) -> None:
    """Three reports of two roads, a tree that is late, a danger, and a call that is late and one for tomorrow."""
    filed = (
        ("outage", "12 Ridge Road, Elizabeth, IL", "all dark since 7", None),
        ("outage", "14 Ridge Rd, Elizabeth, IL", "no power", None),
        ("outage", "3 Mill Road, Elizabeth, IL", "lights out", None),
        ("danger", "20 Oak Lane, Hanover, IL", "a wire is down and sparks", None),
        ("tree", "8 Oak Lane, Hanover, IL", "a branch leans on the line", OPEN - timedelta(days=1)),
    )
    for number, (kind, place, words, due) in enumerate(filed):
        talk = await add_conversation(backend, f"web-{number}")
        async with backend.db.transaction() as session:
            await tickets.open_ticket(
                session, backend, talk, kind=kind, place=place, phone=MEMBER, details={"words": words}, due_at=due
            )
    for number, (name, due) in enumerate(
        (("Ruth Alvarez", -timedelta(hours=1)), ("not identified", timedelta(days=1)))
    ):
        call = {"name": name, "about": "the bill of October", "level": "anonymous"}
        talk = await add_conversation(backend, f"call-{number}")
        async with backend.db.transaction() as session:
            await tickets.open_ticket(
                session, backend, talk, kind="callback", details=call, phone=MEMBER, due_at=OPEN + due
            )


async def sign_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff/sign-in")
    await page.get_by_label("Name").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_load_state("load")


async def work_on_tickets(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff/tickets")
    await check(page, "tickets-list")
    await page.get_by_role("link", name="Tree").click()
    await page.get_by_role("button", name="I work on it").click()
    await page.get_by_label("Note among the office").fill("Sam drives by at noon")
    await page.get_by_role("button", name="Add the note").click()
    await expect(page.get_by_text("ann: Sam drives by at noon")).to_be_visible()
    await check(page, "tickets-ticket")
    await page.get_by_role("link", name="Print").click()


async def open_by_hand(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff/tickets/new")
    await page.get_by_label("What is it?").select_option("light")
    await page.get_by_role("button", name="Read it back").click()
    await expect(page.get_by_label("What they told you")).to_be_focused()
    await page.get_by_label("What they told you").fill("The street light is out, and there is smoke at the pole")
    await page.get_by_label("Where").fill("2 Mill Road, Elizabeth")
    await page.get_by_role("button", name="Read it back").click()
    await expect(page.get_by_role("alert")).to_contain_text("sound dangerous")
    await check(page, "tickets-new-check")
    await page.get_by_role("button", name="I asked, nobody is in danger").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Light")


async def make_one_outage(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff/outages")
    await check(page, "outages-board-before")
    await page.get_by_label("Ridge Road").check()
    await page.get_by_label("Mill Road").check()
    await page.get_by_role("button", name="Make one outage").click()
    await expect(page.get_by_label("Where")).to_have_value("Ridge Road, Mill Road")
    await page.get_by_label("Cause").fill("a tree on the line")
    await page.get_by_role("button", name="See whom it tells").click()
    await page.get_by_role("button", name="Open it and tell them: 1").click()
    await expect(page.get_by_role("heading", name="Ridge Road, Mill Road")).to_be_visible()
    await page.get_by_role("link", name="Power is back …").click()
    await check(page, "outages-end")


async def make_calls(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff/calls")
    await check(page, "calls-week")
    await page.get_by_role("link", name="Ruth Alvarez").click()
    await check(page, "calls-call")
    await page.get_by_label("Call at").fill("2026-11-20T09:30")
    await page.get_by_label("Text the member").check()
    await page.get_by_role("button", name="Move the call").click()
    await page.get_by_role("button", name="Move it and send this text").click()
    await expect(page.get_by_role("heading", name="Late")).to_have_count(0)


async def test_a_morning_of_tickets_outages_and_calls(
    browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        await file_morning(edge.services.backend)
        desktop = await (await browser.new_context(**DESKTOP)).new_page()  # type: ignore[arg-type]
        await sign_in(desktop, edge.url)
        await work_on_tickets(desktop, edge.url)
        await open_by_hand(desktop, edge.url)
        await make_one_outage(desktop, edge.url)
        await make_calls(desktop, edge.url)
        phone = await (await browser.new_context(**PHONE_DARK)).new_page()  # type: ignore[arg-type]
        await sign_in(phone, edge.url)
        for path in ("tickets", "outages", "calls", "tickets/new"):
            await phone.goto(f"{edge.url}/staff/{path}?lang=es")
            await check(phone, f"{path.replace('/', '-')}-dark")
        await phone.goto(f"{edge.url}/staff/tickets")
        await phone.get_by_role("link", name="Apagón").first.click()
        await check(phone, "tickets-ticket-dark")
