"""The pay pages in a real Chromium: its own rules on redirected forms, no scripts, and axe-core on every page."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.bot.portal.chromium import check, enter_card
from tests.bot.portal.conftest import Member
from tests.browser.screens import PHONE_DARK

pytestmark = pytest.mark.browser


async def test_paying_after_a_declined_card(browser: Browser, member: Member) -> None:
    context = await browser.new_context(**PHONE_DARK)  # type: ignore[arg-type]
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    url = await member.link()

    await page.goto(url)
    await check(page, "start")
    await page.get_by_role("button", name="Continue to card or bank entry").click()
    await page.wait_for_url(f"{member.backend.settings.sandbox_network_url}/**")
    await enter_card(page, "4000000000009995")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Is everything right?")
    await check(page, "check")
    await page.get_by_role("button", name="Pay $112.40").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The payment was declined")
    await check(page, "declined")

    await page.get_by_role("button", name="Use another card or bank account").click()
    await enter_card(page, "4242424242424242")
    await page.get_by_role("button", name="Pay $112.40").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is paid")
    await check(page, "paid")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is paid")

    await page.goto(f"{url}x")
    await check(page, "gone")
    assert [text for text in refused if "404" not in text] == []
    await context.close()


async def test_it_works_without_scripts(browser: Browser, member: Member) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(await member.link())
    await page.get_by_role("button", name="Continue to card or bank entry").click()
    await enter_card(page, "4242424242424242")
    await page.get_by_role("button", name="Pay $112.40").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is paid")
    await context.close()
