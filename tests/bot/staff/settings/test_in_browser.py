"""A supervisor's way through the settings in a real Chromium: axe-core on every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from backend.clock import ManualClock
from tests.bot.conftest import running_edge
from tests.bot.portal.chromium import check, check_here, heading
from tests.bot.staff.test_office import ACCOUNTS, OPEN, PASSWORD
from tests.browser.screens import DESKTOP
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser

# pages of the same parts are looked at once
AREAS = ("banner", "holidays", "hours", "starters", "look")


async def test_every_page(browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        context = await browser.new_context(**DESKTOP)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{edge.url}/staff/settings")
        await page.get_by_label("Name").fill("ann")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        for language in ("es", "en"):
            await page.goto(f"{edge.url}/staff/settings?lang={language}")
            await check(page, f"settings-{language}")
        for area in AREAS:
            await page.goto(f"{edge.url}/staff/settings/areas/{area}")
            await check_here(page, f"settings-{area}")
        for path in ("?q=late", "/late_fee"):
            await page.goto(f"{edge.url}/staff/settings/knowledge{path}")
            await check(page, "settings-knowledge")
        await page.goto(f"{edge.url}/staff/settings/areas/money")
        card = page.get_by_label("Fee for paying by card")
        await card.fill("two")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("This must be an amount")).to_be_visible()
        await expect(card).to_be_focused()
        await check_here(page, "settings-money-refused")
        await card.fill("2.50")
        await page.keyboard.press("Enter")
        await heading(page, "Publish this change?")
        await check_here(page, "settings-money-publish")
        await page.get_by_label("Why it is changed").fill("as the board decided")
        await page.get_by_role("button", name="Publish now").click()
        await heading(page, "History of the settings")
        await page.goto(f"{edge.url}/staff/settings/areas/look")
        await page.get_by_label("Color of buttons and links").fill("#7a1f1f")
        await page.get_by_role("button", name="See what it changes").click()
        await check_here(page, "settings-look-publish")
        await page.get_by_label("Why it is changed").fill("our red")
        await page.keyboard.press("Enter")
        await heading(page, "History of the settings")
        await page.goto(f"{edge.url}/staff/settings/history")
        await check(page, "settings-history")
        await page.goto(f"{edge.url}/staff/settings/history/1")
        await check(page, "settings-version")
        await context.close()
