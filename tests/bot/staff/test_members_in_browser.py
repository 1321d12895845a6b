"""The office's pages about members in a real Chromium: found, looked at in each section, and acted for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from backend.clock import ManualClock
from backend.demo import seed
from backend.tickets import service as tickets
from bot.channels.sms.routes import sms_conversation_id
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge
from tests.bot.portal.chromium import check, check_here
from tests.bot.staff.test_office import ACCOUNTS, OPEN, PASSWORD
from tests.browser.screens import DESKTOP
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser
TABS = ("Bills", "Usage", "Talks", "Audit")


async def make_talk(edge: Edge) -> None:
    """A member who texted, and a ticket that came of it."""
    await edge.text("hello, my power flickers at night")
    backend = edge.services.backend
    talk = sms_conversation_id(edge.services.settings, MEMBER)
    async with backend.db.transaction() as session:
        await tickets.open_ticket(session, backend, talk, kind="voltage", details={"words": "flickers"}, urgent=True)


async def sign_in(page: Page, edge: Edge) -> None:
    await page.goto(f"{edge.url}/staff")
    await page.get_by_label("Name or email").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def find(page: Page, words: str, name: str) -> None:
    """By the box that is on every page."""
    await page.get_by_label("Find a member, payment or ticket").fill(words)
    await page.get_by_role("search").first.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def test_members(browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        await seed(edge.services.backend)
        await make_talk(edge)
        context = await browser.new_context(**DESKTOP)  # type: ignore[arg-type]
        page = await context.new_page()
        await sign_in(page, edge)
        await find(page, "zzz", "Members")
        await check_here(page, "members-none")
        await find(page, "lindquist", "Members")
        await page.get_by_role("link", name="Ole Lindqvist").first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ole Lindqvist")
        await check_here(page, "members-several-accounts")
        await find(page, "whitcomb", "Dale Whitcomb")
        await find(page, "99999001", "Ruth Alvarez")
        await check(page, "members-overview")
        for tab in TABS:
            await page.get_by_role("navigation", name="Sections").get_by_role("link", name=tab).click()
            await expect(page.get_by_role("heading", level=2, name=tab)).to_be_visible()
            await expect(page).to_have_url(f"{edge.url}/staff/members/99999-001/{tab.lower()}")
            await check(page, f"members-{tab.lower()}")
        await page.goto(f"{edge.url}/staff/members/99999-001")
        await page.get_by_role("link", name="Send a pay link").click()
        await page.get_by_label("Amount").fill("12.5")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_label("Amount")).to_be_focused()
        await check_here(page, "members-pay-link-wrong")
        await page.get_by_label("Amount").fill("60.00")
        await page.get_by_role("button", name="Go on").click()
        await check(page, "members-pay-link-read-back")
        await page.get_by_role("button", name="Send the link for $60.00").dblclick()
        await expect(page.get_by_role("status")).to_contain_text("Pay link for $60.00")
        await page.goto(f"{edge.url}/staff/members/99999-001/acts/arrangement")
        await check_here(page, "members-arrangement")
        await page.goto(f"{edge.url}/staff/members/99999-001/acts/phone")
        await page.get_by_label("New: phone").fill("815-555-0177")
        await page.get_by_role("button", name="Go on").click()
        await check(page, "members-phone-read-back")
        await expect(page.get_by_label("The code that the member got")).to_be_focused()
        await context.close()
