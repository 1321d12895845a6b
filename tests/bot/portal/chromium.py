"""The pages in a real Chromium."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.bot.portal.conftest import CARD
from tests.browser.screens import RULES


async def check(page: Page, name: str) -> None:
    """Nothing for axe-core to find, nothing wider than the screen."""
    await page.wait_for_load_state("load")  # a click does not wait until the page that it opens is there
    results = await Axe().run(page, options=RULES)
    assert [f"{rule['id']}: {rule['nodes'][0]['target']}" for rule in results.response["violations"]] == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}-{await page.evaluate('innerWidth')}.png", full_page=True)


async def enter_card(page: Page, number: str) -> None:
    for name, value in {**CARD, "number": number}.items():
        await page.locator(f"input[name={name}]").fill(value)
    await page.get_by_role("button", name="Continue", exact=True).click()


async def fill(page: Page, button: str, **values: str) -> None:
    for name, value in values.items():
        await page.locator(f"input[name={name}]").fill(value)
    await page.get_by_role("button", name=button, exact=True).click()


async def heading(page: Page, words: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(words)
