"""A conversation in the widget, with keyboard and mouse, from hello to the payment question."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

MEMBER = "99999-001"
LAST_FOUR = "0142"


async def test_typed_conversation(chat: Chat) -> None:
    await chat.open()
    for turn in ("Pay my bill", MEMBER, LAST_FOUR):
        await chat.say(turn)
    await chat.expect_replies(3)
    assert len(chat.sent_ids) == 3
    assert [body["text"] for body in chat.sent] == ["Pay my bill", MEMBER, LAST_FOUR]


async def test_conversation_by_buttons(chat: Chat) -> None:
    await chat.open()
    await chat.press("Pay my bill")
    await chat.expect_replies(1)
    await chat.say(MEMBER)
    await chat.say(LAST_FOUR)
    await expect(chat.choices).not_to_have_count(0)
    offered = await chat.choices.all_text_contents()
    await chat.choices.first.click()
    await chat.expect_replies(4)
    assert "payload" in chat.sent[-1]
    await expect(chat.mine.last).to_contain_text(offered[0])
    assert await chat.host.locator(".choices:visible").count() <= 1, "used buttons go"


async def test_only_the_newest_buttons_work(chat: Chat) -> None:
    question = {
        "text": "Which?",
        "buttons": [{"title": "This", "payload": "/affirm"}, {"title": "That", "payload": "/deny"}],
    }
    await chat.answer_with(question)
    await chat.open()
    await chat.type("one")
    await chat.expect_replies(1)
    await chat.type("two")
    await chat.expect_replies(2)
    groups = chat.host.locator(".turn:not(.me) .choices")
    await expect(groups.nth(1).locator("button:enabled")).to_have_count(0)
    await expect(groups.nth(2).locator("button:enabled")).to_have_count(2)
    await groups.nth(2).locator("button").last.click()
    await chat.expect_replies(3)
    await expect(groups.nth(2).locator("button:enabled")).to_have_count(0)
    assert chat.sent[-1]["payload"] == "/deny"


async def test_a_person_of_the_office_is_named_above_the_words(chat: Chat) -> None:
    await chat.answer_with({"text": "I can see your account.", "author": "Ann"})
    await chat.open()
    await chat.type("hello")
    await chat.expect_replies(1)
    reply = chat.replies.last
    await expect(reply.locator(".author")).to_have_text("Ann")
    await expect(reply).not_to_contain_text("Assistant")


async def test_a_person_joins_and_leaves_in_the_head_of_the_chat(chat: Chat) -> None:
    await chat.answer_with({"text": "I can see your account.", "author": "Ann"})
    await chat.open()
    await chat.type("hello")
    await chat.expect_replies(1)
    await expect(chat.host.locator(".system")).to_have_text("Ann of our office has joined.")
    await expect(chat.host.locator(".names p")).to_have_text("Ann, our office")
    await chat.answer_with({"text": "Ann does not answer here any more.", "waits": True})
    await chat.type("are you there")
    await chat.expect_replies(2)
    await expect(chat.host.locator(".names p")).to_have_text("Waiting for a person of our office")
    await chat.answer_with({"text": "I am back.", "author": "Ann"})
    await chat.type("good")
    await chat.expect_replies(3)
    await chat.answer_with({"text": "Ann has left this talk.", "rate": True})
    await chat.type("thanks")
    await chat.expect_replies(4)
    await expect(chat.host.locator(".names p")).to_have_text("Automated assistant")
    await expect(chat.host.locator(".rate")).to_be_visible()
    await chat.press("More")
    async with chat.page.expect_file_chooser(timeout=5000):
        await chat.host.get_by_text("Send a photo to the office").click()
    await chat.press("More")
    await chat.log.click()
    await expect(chat.host.locator(".menu")).to_be_hidden()


async def test_the_whole_widget_follows_the_language_of_the_talk(chat: Chat) -> None:
    await chat.answer_with({"text": "Hola. ¿En qué le ayudo?", "lang": "es"})
    await chat.open()
    await chat.type("hola")
    await chat.expect_replies(1)
    await expect(chat.host.get_by_role("textbox", name="Su mensaje")).to_be_focused()
    await expect(chat.host.locator(".names p")).to_have_text("Asistente automático")
    await expect(chat.host.get_by_role("button", name="Hablar con una persona")).to_be_visible()
    await chat.reload()
    await expect(chat.host.get_by_role("textbox", name="Su mensaje")).to_be_visible()


async def test_what_was_done_is_a_card(chat: Chat) -> None:
    """A payment that was on its way becomes paid on the same card."""
    card = {"kind": "pending", "id": "567-JY4", "title": "On its way: $112.40", "rows": [["Confirmation", "567-JY4"]]}
    days = {"first": "2026-11-20", "last": "2027-01-19"}
    await chat.answer_with({"text": "It is on its way.", "card": card, "buttons": [{"title": "Today"}], "days": days})
    await chat.open()
    await chat.type("yes")
    await chat.expect_replies(1)
    await expect(chat.host.locator(".card")).to_contain_text("On its way: $112.40")
    paid = {**card, "kind": "paid", "title": "Paid: $112.40"}
    await chat.answer_with({"text": "Call 911 now. Then call us at 555-555-0102.", "card": paid})
    await chat.host.get_by_label("Another day").fill("2026-12-04")
    await chat.press("Take this day")
    await chat.expect_replies(2)
    assert chat.sent[-1]["text"] == "December 4, 2026"
    await expect(chat.host.locator(".card")).to_have_count(1)
    await expect(chat.host.locator(".card")).to_contain_text("Paid: $112.40")
    # the numbers come before the words
    calls = chat.replies.last.locator("> :first-child a")
    assert [await one.get_attribute("href") for one in await calls.all()] == ["tel:911", "tel:+15555550102"]


async def test_double_click_on_a_button_sends_it_once(chat: Chat) -> None:
    await chat.open()
    await chat.host.locator(".choices button").first.dblclick()
    await chat.expect_replies(1)
    await expect(chat.mine).to_have_count(1)
    assert len(chat.sent_ids) == 1


async def test_double_click_on_the_page_sends_it_once(chat: Chat) -> None:
    await chat.page.locator("button[data-memberline-say='Pay my bill']").first.dblclick()
    await chat.expect_replies(1)
    await expect(chat.panel).to_be_visible()
    await expect(chat.mine).to_have_count(1)
    assert len(chat.sent_ids) == 1


async def test_keyboard_only(chat: Chat, page: Page) -> None:
    await chat.launcher.focus()
    await page.keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await page.keyboard.type("Pay my")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("bill")
    await expect(chat.input).to_have_value("Pay my\nbill")
    await expect(chat.mine).to_have_count(0)
    await page.keyboard.press("Enter")
    await chat.expect_replies(1)
    assert chat.sent[0]["text"] == "Pay my\nbill"
    await expect(chat.input).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_a_button_pressed_by_keyboard_leaves_the_focus_in_the_chat(chat: Chat, page: Page) -> None:
    await chat.open()
    await page.keyboard.press("Shift+Tab")
    await expect(chat.choices.last).to_be_focused()
    await page.keyboard.press("Enter")
    await chat.expect_replies(1)
    await expect(chat.input).to_be_focused()


async def test_closing_returns_to_the_opener(chat: Chat, page: Page) -> None:
    opener = page.locator("button[data-memberline-open]").first
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_a_person_can_be_asked_for_at_any_time(chat: Chat) -> None:
    await chat.open()
    await chat.press("Talk to a person")
    await chat.expect_replies(1)
    assert chat.sent[0]["text"] == "Talk to a person"


async def test_a_card_number_never_leaves_the_browser(chat: Chat) -> None:
    await chat.open()
    await chat.type("pay with 4242 4242 4242 4242 please")
    await expect(chat.host.get_by_text("looks like a card number")).to_be_visible()
    await expect(chat.input).not_to_have_value("4242")
    await chat.say("Pay my bill")
    assert [body["text"] for body in chat.sent] == ["Pay my bill"]
    assert "4242" not in await chat.page.evaluate("JSON.stringify(sessionStorage)")


async def test_a_long_message_is_counted_and_cut(chat: Chat) -> None:
    await chat.open()
    counter = chat.host.locator(".count")
    await chat.input.fill("a" * 899)
    await expect(counter).to_be_hidden()
    await chat.input.press_sequentially("bc")
    await expect(counter).to_have_text("99 characters left")
    await chat.input.fill("a" * 999)
    await chat.input.press_sequentially("bcd")
    assert len(await chat.input.input_value()) == 1000


async def test_refused_message_says_why(chat: Chat) -> None:
    error = {"code": "unreadable", "message": "That text cannot be read.", "field": "text"}
    await chat.page.route("**/chat/messages", lambda route: route.fulfill(status=422, json={"error": error}))
    await chat.open()
    await chat.type("\u0001")
    await chat.type("hm")
    await expect(chat.mine.last).to_contain_text("That text cannot be read.")
    await chat.page.unroute("**/chat/messages")
    await chat.say("Pay my bill")


async def test_clearing_forgets_the_chat(chat: Chat) -> None:
    await chat.open()
    await chat.say("Pay my bill")
    chat.page.once("dialog", lambda dialog: dialog.accept())
    await chat.press("Clear this chat")
    await expect(chat.mine).to_have_count(0)
    await chat.reload()
    await expect(chat.mine).to_have_count(0)
    await chat.expect_replies(0)
