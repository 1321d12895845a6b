"""What comes from outside stays text, and goes nowhere it should not."""

from __future__ import annotations

import gzip
from itertools import chain

import pytest
from playwright.async_api import expect

from bot.channels.webchat.widget_file import build_widget
from tests.browser.chat import Chat

SIZE_LIMIT_BYTES = 20 * 1024
UNSAFE = [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "http://elsewhere.example/pay",
    "https://bank.example@elsewhere.example/",
    "vbscript:x",
    "//",
]
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"


def test_the_widget_is_small() -> None:
    assert len(gzip.compress(build_widget(), 9)) <= SIZE_LIMIT_BYTES


def test_the_widget_builds_no_markup_from_text() -> None:
    source = build_widget().decode()
    code = source.split("*/", 1)[1]  # the head comment names what is avoided
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert banned not in code


@pytest.mark.browser
async def test_markup_typed_by_a_member_stays_text(chat: Chat) -> None:
    await chat.open()
    await chat.say(MARKUP)
    await expect(chat.mine.last).to_contain_text(MARKUP)
    await expect(chat.log.locator("img, script, b")).to_have_count(0)


@pytest.mark.browser
async def test_markup_in_a_reply_stays_text(chat: Chat) -> None:
    await chat.answer_with({"text": MARKUP, "buttons": [{"title": MARKUP, "payload": "/affirm"}]})
    await chat.open()
    await chat.say("hello")
    await expect(chat.replies.last.locator(".bubble")).to_contain_text(MARKUP)
    await expect(chat.choices.last).to_have_text(MARKUP)
    await expect(chat.log.locator("img, script, b")).to_have_count(0)


@pytest.mark.browser
async def test_an_unsafe_address_never_becomes_a_link(chat: Chat) -> None:
    """All in one answer: a page of its own for each would start eight browsers' worth of processes."""
    each = [
        ({"text": f"See {link} now.", "link": link, "image": link}, {"text": "Here:", "link": link}) for link in UNSAFE
    ]
    await chat.answer_with(*chain.from_iterable(each), {"text": "The last."})
    await chat.open()
    await chat.say("hello")
    await expect(chat.replies.last).to_contain_text("The last.")
    await expect(chat.log).to_contain_text(UNSAFE[-2])
    await expect(chat.log.locator("a, img")).to_have_count(0)


@pytest.mark.browser
async def test_good_addresses_are_links(chat: Chat, base_url: str) -> None:
    await chat.answer_with(
        {"text": "Read https://help.example/faq?a=1."},
        {"text": "Your page:", "link": base_url + "/portal/pay/x"},
        {"text": "Or call:", "link": "tel:+15555550100"},
    )
    await chat.open()
    await chat.say("hello")
    links = chat.log.locator("a")
    hrefs = [await link.get_attribute("href") for link in await links.all()]
    assert hrefs == ["https://help.example/faq?a=1", base_url + "/portal/pay/x", "tel:+15555550100"]
    assert await links.first.get_attribute("rel") == "noopener noreferrer"
    assert await links.nth(1).get_attribute("target") == "_blank"


@pytest.mark.browser
async def test_a_picture_has_its_words(chat: Chat, base_url: str) -> None:
    picture = base_url + "/static/mark.svg"
    await chat.answer_with({"text": "Your usage:", "image": picture, "alt": "Bar chart: May 900 kWh, June 1,100 kWh"})
    await chat.open()
    await chat.say("usage")
    await expect(chat.log.get_by_role("img", name="Bar chart: May 900 kWh, June 1,100 kWh")).to_be_visible()
