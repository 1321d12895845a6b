"""Everyone can use it: axe-core finds nothing, on any screen, in any state."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.screens import DESKTOP, PHONE, show_on, violations, violations_on

pytestmark = pytest.mark.browser

SMALLEST_TARGET_PX = 24


@pytest.mark.parametrize("context_options", [DESKTOP, PHONE], ids=["desktop", "phone 320"])
async def test_axe_finds_nothing(chat: Chat, page: Page, context_options: dict[str, Any]) -> None:
    await assert_fit(page, context_options)
    await chat.open()
    await assert_fit(page, context_options)
    await chat.say("Pay my bill")
    await assert_fit(page, context_options)


async def assert_fit(page: Page, screen: dict[str, Any]) -> None:
    """In the light, and in the dark of the same screen."""
    assert await violations(page) == []
    assert await violations_on(page, {**screen, "color_scheme": "dark"}) == []
    await show_on(page, screen)


async def test_axe_finds_nothing_in_a_full_conversation(chat: Chat, page: Page, base_url: str) -> None:
    await chat.answer_with(
        {"text": "Read https://help.example/faq.", "buttons": [{"title": "Yes", "payload": "/affirm"}]},
        {
            "text": "Your usage:",
            "image": base_url + "/static/mark.svg",
            "alt": "Bars",
            "link": base_url + "/p",
            "table": {"head": ["Month", "kWh"], "rows": [["May", "900"], ["June", "1,100"]]},
        },
    )
    await chat.open()
    await chat.say("hello")
    await expect(page.get_by_role("row", name="June 1,100")).to_be_visible()
    await chat.press("Yes")
    await chat.expect_replies(2)
    await page.unroute("**/chat/messages")
    await page.route("**/chat/messages", lambda route: route.abort())
    await chat.type("again")
    await expect(chat.mine.last).to_contain_text("retrying")
    assert await violations(page) == []


@pytest.mark.parametrize("context_options", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_target_is_large_enough(chat: Chat, page: Page) -> None:
    await chat.open()
    for target in await chat.panel.locator("button, textarea").all():
        box = await target.bounding_box()
        if box:
            assert min(box["width"], box["height"]) >= SMALLEST_TARGET_PX, await target.inner_text()


@pytest.mark.parametrize("context_options", [PHONE], ids=["phone"])
async def test_on_a_phone_the_chat_fills_the_screen(chat: Chat, page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await chat.open()
    assert await chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    # iOS zooms into a field with smaller letters.
    assert await chat.input.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)") >= 16
    assert await page.evaluate("document.activeElement.tagName") == "MEMBERLINE-CHAT"
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_screen_reader_announcements(chat: Chat, page: Page) -> None:
    await expect(chat.host.get_by_role("button", name="Chat")).to_have_attribute("aria-expanded", "false")
    await chat.open()
    await expect(chat.log).to_have_attribute("aria-live", "polite")
    await expect(chat.panel).to_have_accessible_name("Ask Prairie Rivers")
    await expect(chat.panel).to_contain_text("automated assistant")
    await expect(chat.input).to_have_accessible_description("Never type a card number here.")
    await chat.say("Pay my bill")
    await expect(chat.mine.last.locator(".sr")).to_have_text("You: ")
    await expect(chat.replies.last.locator(".sr").first).to_have_text("Assistant: ")


async def test_a_reply_to_a_closed_chat_is_announced(chat: Chat, page: Page) -> None:
    await page.route("**/chat/messages", lambda route: route.abort())
    await chat.open()
    await chat.type("Pay my bill")
    await page.keyboard.press("Escape")
    await page.unroute("**/chat/messages")
    await expect(chat.launcher).to_have_accessible_name("Chat 1 new")
    await expect(chat.host.locator("section").get_by_role("status")).to_have_text("1 new")
    await chat.open()
    await chat.expect_replies(1)
    await expect(chat.launcher).to_be_hidden()
