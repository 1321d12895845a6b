"""Reloads, lost connections and a server that is away: no message is lost and none counts twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Route, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

MESSAGES = "**/chat/messages"
EVENTS = "**/chat/events*"


def error(code: str) -> dict[str, object]:
    return {"error": {"code": code, "message": "Something a member need not read."}}


async def test_reload_keeps_the_history_and_sends_nothing_again(chat: Chat) -> None:
    await chat.open()
    await chat.say("Pay my bill")
    before = await chat.texts()
    # Whatever the browser last saw, the stream may bring everything again: it must not show twice.
    await chat.edit_store(last=0)
    await chat.open()
    await chat.reload()
    await expect(chat.panel).to_be_visible()
    assert await chat.texts() == before
    assert len(chat.sent) == 1
    await chat.say("99999-001")
    await chat.expect_replies(2)
    assert len(chat.sent) == 2
    assert chat.sent[0]["session"] == chat.sent[1]["session"]


async def test_a_message_waiting_at_reload_is_sent_after_it(chat: Chat) -> None:
    await chat.page.route(MESSAGES, lambda route: route.abort())
    await chat.open()
    await chat.type("Pay my bill")
    await expect(chat.mine.last).to_contain_text("Not sent yet, retrying")
    await chat.page.unroute(MESSAGES)
    await chat.reload()
    await chat.expect_replies(1)
    await expect(chat.mine).to_have_count(1)
    assert len(chat.sent_ids) == 1


async def test_offline_then_online_delivers_once_in_order(chat: Chat, context: BrowserContext) -> None:
    await chat.open()
    await chat.say("Pay my bill")
    await context.set_offline(True)
    await chat.type("99999-001")
    await chat.type("0142")
    await expect(chat.host.get_by_text("You are offline.")).to_be_visible()
    await expect(chat.mine.nth(1)).to_contain_text("Not sent yet, retrying")
    await context.set_offline(False)
    await chat.expect_replies(3)
    await expect(chat.host.get_by_text("You are offline.")).to_be_hidden()
    await expect(chat.host.get_by_text("Not sent yet")).to_be_hidden()
    assert len(chat.sent_ids) == 3
    texts = {body["id"]: body["text"] for body in chat.sent}
    assert [texts[one] for one in chat.sent_ids] == ["Pay my bill", "99999-001", "0142"]


async def test_coming_back_online_does_not_wait_for_the_next_try(chat: Chat, context: BrowserContext) -> None:
    await chat.open()
    await chat.page.clock.install()
    await chat.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    await context.set_offline(True)
    await chat.type("Pay my bill")
    await expect(chat.host.get_by_text("You are offline.")).to_be_visible()
    await context.set_offline(False)
    await chat.expect_replies(1)
    assert len(chat.sent_ids) == 1


async def test_the_server_away_and_back(chat: Chat) -> None:
    refused = 0

    async def away_twice(route: Route) -> None:
        nonlocal refused
        refused += 1
        if refused <= 2:
            await route.fulfill(status=503, json=error("unavailable"))
        else:
            await route.continue_()

    await chat.page.route(MESSAGES, away_twice)
    await chat.open()
    await chat.type("Pay my bill")
    await expect(chat.mine.last).to_contain_text("retrying")
    await expect(chat.host.get_by_role("button", name="Try now")).to_be_visible()
    await chat.expect_replies(1)
    assert refused == 3
    assert len(chat.sent_ids) == 1


async def test_rate_limited_message_waits_with_a_notice(chat: Chat) -> None:
    refused = 0

    async def slow_down_twice(route: Route) -> None:
        nonlocal refused
        refused += 1
        if refused <= 2:
            await route.fulfill(
                status=429,
                json=error("too_many"),
                headers={
                    "Retry-After": "2",
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Expose-Headers": "Retry-After",
                },
            )
        else:
            await route.continue_()

    await chat.page.route(MESSAGES, slow_down_twice)
    await chat.open()
    await chat.type("Pay my bill")
    await chat.type("99999-001")
    await expect(chat.host.get_by_text("That was a lot at once.")).to_be_visible()
    await expect(chat.host.get_by_role("button", name="Try now")).to_be_hidden()
    await expect(chat.mine.first).to_contain_text("Not sent yet, retrying")
    await chat.expect_replies(2)
    await expect(chat.host.get_by_text("That was a lot at once.")).to_be_hidden()
    assert refused == 4
    texts = {body["id"]: body["text"] for body in chat.sent}
    assert [texts[one] for one in chat.sent_ids] == ["Pay my bill", "99999-001"], "nothing is lost, nothing overtakes"


@pytest.mark.parametrize("stream", [True, False], ids=["stream open", "stream blocked"])
async def test_answer_lost_on_the_way_shows_once(chat: Chat, stream: bool) -> None:
    lost = 0

    async def lose_the_first(route: Route) -> None:
        nonlocal lost
        if lost:
            return await route.continue_()
        lost += 1
        await route.fetch()
        await route.abort()

    if not stream:
        await chat.page.route(EVENTS, lambda route: route.abort())
    await chat.page.route(MESSAGES, lose_the_first)
    await chat.open()
    await chat.type("Pay my bill")
    await chat.expect_replies(1)
    await chat.say("99999-001")
    await chat.expect_replies(2)
    await expect(chat.mine).to_have_count(2)
    assert len(chat.sent_ids) == 2


async def test_a_late_answer_comes_by_the_stream(chat: Chat) -> None:
    async def later(route: Route) -> None:
        await route.fetch()
        await route.fulfill(json={"messages": [], "pending": True})

    await chat.page.route(MESSAGES, later)
    await chat.open()
    await chat.type("Pay my bill")
    await chat.expect_replies(1)
    await expect(chat.host.get_by_text("Received.")).to_be_hidden()
    assert len(chat.sent) == 1


async def test_an_acknowledgement_shows_once_and_the_answer_follows(chat: Chat) -> None:
    """The engine is away: the message is kept, a kind word is said, and a reload asks for the answer again."""
    wait = {"messages": [{"text": "We will answer here soon."}], "pending": True}
    await chat.page.route(EVENTS, lambda route: route.abort())
    await chat.page.route(MESSAGES, lambda route: route.fulfill(json=wait))
    await chat.open()
    await chat.type("Pay my bill")
    await chat.expect_replies(1)
    await expect(chat.mine.last).to_contain_text("Received.")
    async with chat.page.expect_response(MESSAGES):
        await chat.reload()
    await expect(chat.mine.last).to_contain_text("Received.")
    await chat.expect_replies(1)
    await chat.page.unroute(MESSAGES)
    await chat.reload()
    await chat.expect_replies(2)
    await expect(chat.host.get_by_text("Received.")).to_be_hidden()
    assert len(chat.sent_ids) == 1


async def test_a_server_that_forgot_the_session_gets_a_new_one(chat: Chat) -> None:
    await chat.open()
    await chat.say("Pay my bill")
    await chat.edit_store(session="of-another-day")
    await chat.open()
    await chat.say("Pay my bill")
    assert [body["session"] == "of-another-day" for body in chat.sent] == [False, True, False]
    assert len(chat.sent_ids) == 2
    await expect(chat.host.get_by_text("had to start over")).to_be_visible()


async def test_a_button_of_a_forgotten_session_is_sent_as_words(chat: Chat) -> None:
    await chat.answer_with({"text": "Sure?", "buttons": [{"title": "Pay now", "payload": "/affirm"}]})
    await chat.open()
    await chat.type("Pay my bill")
    await chat.expect_replies(1)

    async def forget(route: Route) -> None:
        await route.fulfill(status=404, json=error("unknown_session"))

    await chat.page.unroute(MESSAGES)
    await chat.page.route(MESSAGES, forget, times=1)
    await chat.press("Pay now")
    await chat.expect_replies(2)
    assert chat.sent[-2]["payload"] == "/affirm"
    assert chat.sent[-1]["text"] == "Pay now"
    assert "payload" not in chat.sent[-1]
