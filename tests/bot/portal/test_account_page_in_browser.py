"""The account page in a real Chromium: axe-core on every page of money."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from backend.demo import DEMO_PASSWORD
from tests.bot.portal.chromium import check, fill, heading
from tests.bot.portal.visitor import Visitor
from tests.browser.screens import DESKTOP

pytestmark = pytest.mark.browser


async def press(page: Page, name: str) -> None:
    await page.locator("main").get_by_role("button", name=name, exact=True).click()


async def test_the_pages_of_money(browser: Browser, payer: Visitor) -> None:
    context = await browser.new_context(**DESKTOP)  # type: ignore[arg-type]
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    url = payer.services.settings.public_url
    await page.goto(f"{url}/portal/quick-pay")
    await check(page, "quick_pay")
    await fill(page, "Continue", number="99999", last4="0142")
    await check(page, "quick_pay_problem")
    await fill(page, "Continue", number="99999-001", last4="0142")
    await check(page, "quick_pay_amount")
    await page.goto(f"{url}/portal/login")
    await fill(page, "Sign In", user_id="ruth.alvarez", password=DEMO_PASSWORD)
    await heading(page, "My Account")
    await check(page, "summary_one")
    await page.get_by_text("My Account", exact=True).first.click()
    await page.keyboard.press("Escape")
    chat = page.locator("memberline-chat")
    await chat.locator(".launcher").click()
    await page.route("**/chat/messages", lambda route: route.fulfill(json={"messages": []}))
    async with page.expect_response("**/chat/identity") as shown:  # with the cookie: else it is refused
        await chat.locator("textarea").fill("hello")
        await chat.locator("textarea").press("Enter")
    assert (await shown.value).status == 200
    await page.goto(f"{url}/portal")
    await expect(chat.locator(".launcher")).to_have_text("ChatGo on")  # it does not stand before Pay now
    await expect(chat.locator("dialog")).to_be_hidden()

    await press(page, "Pay now")
    await heading(page, "Is everything right?")
    await check(page, "pay_check")
    await press(page, "Pay $112.40 now")
    await heading(page, "Thank you, it is paid")
    await check(page, "pay_made")
    await page.get_by_role("link", name="Receipt of").click()
    await heading(page, "Receipt")
    await check(page, "receipt")
    for path in ("billing", "pay-now", "payments", "methods", "autopay", "drafts", "arrangement", "security"):
        await page.goto(f"{url}/portal/{path}")
        await check(page, f"page_{path}")
    await page.goto(f"{url}/portal/autopay")
    await press(page, "Continue")
    await heading(page, "Authorize Auto Pay")
    await check(page, "autopay_agree")
    await page.goto(f"{url}/portal/methods/1/remove")
    await check(page, "method_remove")
    await page.goto(f"{url}/portal/security")
    await fill(page, "Change password", old="wrong", password="violet tractor 88", again="violet tractor 88")
    await check(page, "security_problem")
    await page.get_by_role("button", name="Sign out", exact=True).first.click()

    await fill(page, "Sign In", user_id="ole.lindqvist", password=DEMO_PASSWORD)
    await heading(page, "My Account")
    await expect(chat.locator(".launcher")).to_be_visible()  # what Ruth wrote in this tab is not shown to Ole
    await expect(chat.locator(".launcher")).not_to_contain_text("Go on")
    await check(page, "summary_several")
    await page.goto(f"{url}/portal/pay-now")
    await page.get_by_label("Section 12 (irrigation), Mount Carroll, IL").uncheck()
    await check(page, "pay_several")
    await press(page, "Continue")
    await heading(page, "Is everything right?")
    await expect(page.get_by_role("button", name="Pay $205.95 now")).to_be_visible()
    await check(page, "pay_several_check")
    await page.goto(f"{url}/portal/arrangement")
    await page.locator("#count").fill("3")
    await page.get_by_label("Account", exact=True).select_option("40120-002")
    await expect(page.get_by_text("You chose account 40120-002")).to_be_visible()
    await expect(page.locator("#count")).to_have_value("3")
    await expect(page.get_by_label("Account", exact=True)).to_be_focused()
    await page.locator("#first").fill("2026-12-05")
    await check(page, "arrangement_form")
    await press(page, "Continue")
    await check(page, "arrangement_check")
    assert [words for words in refused if "422" not in words] == []
    await context.close()
