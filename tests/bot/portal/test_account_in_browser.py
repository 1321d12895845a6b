"""The online account in a real Chromium: axe-core on every page."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from backend.demo import DEMO_PASSWORD
from tests.bot.portal.chromium import check, fill, heading
from tests.bot.portal.visitor import NEW, Visitor, codes_sent, link_from_mail
from tests.browser.screens import PHONE_DARK

pytestmark = pytest.mark.browser


async def test_making_an_account_and_signing_in(browser: Browser, visitor: Visitor) -> None:
    context = await browser.new_context(**PHONE_DARK)  # type: ignore[arg-type]
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    url = visitor.services.settings.public_url

    await page.goto(f"{url}/portal")
    await check(page, "sign_in")
    await page.get_by_role("button", name="Show: Password").click()
    assert await page.locator("#password").get_attribute("type") == "text"
    await fill(page, "Sign In", user_id="99999", password=DEMO_PASSWORD)
    await check(page, "sign_in_problem")
    await fill(page, "Sign In", user_id="ole.lindqvist", password=DEMO_PASSWORD)
    await heading(page, "My Account")
    await check(page, "summary")
    await page.get_by_role("button", name="Sign out").click()
    await heading(page, "Sign In")

    await page.get_by_role("link", name="Create account").click()
    await check(page, "create_holder")
    await fill(page, "Continue", number="20417-001", last4="0111", digits="1234")
    await heading(page, "Your name and email")
    await check(page, "create_person")
    await fill(page, "Continue", first_name="Walter", last_name="Brandt", email="walter@example.com")
    await heading(page, "Your code")
    await check(page, "create_code")
    await fill(page, "Continue", on_file=(await codes_sent(visitor))["walter@example.com"])
    await heading(page, "User ID and password")
    await check(page, "create_login")
    await fill(page, "Create", user_id="walter.brandt", password=NEW, again=NEW)
    await check(page, "created")
    await page.get_by_role("link", name="Login to My Account").click()
    await heading(page, "My Account")
    await page.get_by_role("button", name="Sign out").click()

    await page.get_by_role("link", name="Forgot Password?").click()
    await check(page, "forgot")
    await fill(page, "Request reset link", who="walter.brandt", last4="0111")
    await heading(page, "Please look at your email or phone")
    await check(page, "asked")
    await page.goto(await link_from_mail(visitor, 3))
    await check(page, "reset")
    await fill(page, "Set password", password=f"{NEW} two", again=f"{NEW} two")
    await heading(page, "Sign In")
    assert [text for text in refused if "422" not in text] == []
    await context.close()
