"""The pages in a real Chromium."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page, expect

from tests.bot.portal.conftest import CARD
from tests.browser.screens import DESKTOP, PHONE_DARK, show_on, violations, violations_on


async def check(page: Page, name: str) -> None:
    """Nothing for axe-core to find and nothing wider than the screen: on the screen of the walk, and on the other one,
    light on a desktop or dark on a phone. A walk is therefore made once."""
    await check_here(page, name)
    on_phone = (page.viewport_size or {})["width"] == PHONE_DARK["viewport"]["width"]  # type: ignore[index]
    own, other = (PHONE_DARK, DESKTOP) if on_phone else (DESKTOP, PHONE_DARK)
    assert await violations_on(page, other) == [], f"{name} on the other screen"
    await _check_width(page, name)
    await show_on(page, own)


async def check_here(page: Page, name: str) -> None:
    """As `check`, on the screen of the walk alone: for pages of parts that other pages show on both."""
    await page.wait_for_load_state("load")  # a click does not wait until the page that it opens is there
    assert await violations(page) == [], name
    await _check_width(page, name)


async def _check_width(page: Page, name: str) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}-{await page.evaluate('innerWidth')}.png", full_page=True)


async def enter_card(page: Page, number: str) -> None:
    for name, value in {**CARD, "number": number}.items():
        await page.locator(f"input[name={name}]").fill(value)
    await page.locator("form button[type=submit]:not(.plain)").click()


async def fill(page: Page, button: str, **values: str) -> None:
    for name, value in values.items():
        await page.locator(f"input[name={name}]").fill(value)
    await page.get_by_role("button", name=button, exact=True).click()


async def heading(page: Page, words: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(words)
