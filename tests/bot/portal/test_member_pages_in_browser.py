"""The member's screens in a real Chromium: bills, use, enrollments, alerts, contact, agreements, outage, service."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from backend.demo import DEMO_PASSWORD
from tests.bot.portal.chromium import check, fill, heading
from tests.bot.portal.visitor import Visitor
from tests.browser.screens import PHONE_DARK

pytestmark = pytest.mark.browser


async def press(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button, exact=True).click()


async def follow(page: Page, link: str) -> None:
    await page.get_by_role("link", name=link, exact=True).first.click()


async def test_the_member_s_screens(browser: Browser, visitor: Visitor) -> None:
    context = await browser.new_context(**PHONE_DARK)  # type: ignore[arg-type]
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    url = visitor.services.settings.public_url
    await page.goto(f"{url}/portal/bills")
    await fill(page, "Sign In", user_id="ruth.alvarez", password=DEMO_PASSWORD)

    await heading(page, "Bills")
    await check(page, "bills")
    await page.locator("tbody .row-link").first.click()
    await check(page, "bill")
    await page.goto(f"{url}/portal/usage")
    await check(page, "use")

    await page.goto(f"{url}/portal/usage/days")
    await check(page, "use_by_day")

    await page.goto(f"{url}/portal/enrollments")
    await check(page, "enrollments")
    await follow(page, "Go paperless")
    await check(page, "read_back")
    await press(page, "Yes, without paper")
    await heading(page, "Bill notifications")

    await page.goto(f"{url}/portal/alerts")
    await check(page, "alerts")
    await page.locator("[name=usage_over-text]").check()
    await page.locator("[name=usage_over-limit]").fill("many")
    await press(page, "Check the changes")
    await check(page, "alerts_problem")
    assert await page.evaluate("document.activeElement.name") == "usage_over-limit"
    assert await page.locator("[name=usage_over-text]").is_checked()
    await page.locator("[name=usage_over-limit]").fill("1,200")
    await press(page, "Check the changes")
    await press(page, "Save these alerts")

    await page.goto(f"{url}/portal/contact")
    await check(page, "contact")
    await follow(page, "Change it Email")
    await fill(page, "Continue", value="ruth at")
    await check(page, "contact_problem")
    await fill(page, "Continue", value="ruth@example.net")
    await press(page, "Yes, change it")
    await check(page, "contact_password")
    await page.locator("[name=password]").fill(DEMO_PASSWORD)
    await press(page, "Yes, change it")
    await heading(page, "Your email is changed")
    await check(page, "email_code")
    await page.goto(f"{url}/portal/agreements")
    await page.locator("summary", has_text="The exact words").first.click()
    await check(page, "agreements")

    await page.goto(f"{url}/portal/outage")
    await check(page, "outage")
    await page.get_by_label("The power is out", exact=True).check()
    await press(page, "Continue")
    await press(page, "Send the report")
    await check(page, "outage_reported")
    await page.goto(f"{url}/portal/outage")

    await page.goto(f"{url}/portal/service")
    await page.goto(f"{url}/portal/service/stop")
    await press(page, "Continue")
    await check(page, "service_problem")
    await page.locator("[name=day]").fill(f"{visitor.services.backend.today():%Y}-12-20")
    await press(page, "Continue")
    await press(page, "Send to the office")
    await page.goto(f"{url}/portal/service")
    await check(page, "service_own")
    assert [text for text in refused if "422" not in text] == []
    await context.close()
