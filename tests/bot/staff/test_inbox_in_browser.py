"""The inbox in a real Chromium: two people at work on the same talks, without a reload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from backend.agent_handoff import ready_answers
from backend.agent_handoff import service as handover
from backend.clock import ManualClock
from backend.tickets import service as tickets
from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat.sessions import session_conversation_id
from tests.backend.household import make_household
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge
from tests.bot.portal.chromium import check
from tests.bot.staff.conftest import ACCOUNTS
from tests.bot.staff.test_office import OPEN, PASSWORD
from tests.browser.screens import DESKTOP, PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser


async def sign_in(browser: Browser, edge: Edge, name: str, options: dict[str, Any]) -> Page:
    page = await (await browser.new_context(**options)).new_page()
    await page.goto(f"{edge.url}/staff")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    return page


async def make_talks(edge: Edge) -> tuple[str, str]:
    """A text with an urgent ticket, and a web chat."""
    backend = edge.services.backend
    await make_household(backend)
    session = await edge.session()
    web = str(session_conversation_id(edge.services.settings, session))
    await edge.text("the wire on the road hums, please send somebody")
    text = sms_conversation_id(edge.services.settings, MEMBER)
    await edge.chat(session, "expect person", id="m1")
    async with backend.db.transaction() as open_session:
        for talk, tried in ((text, "reporting an outage"), (web, "paying a bill, asked for the last four")):
            await handover.request_handoff(open_session, backend, talk, tried=tried)
        await tickets.open_ticket(
            open_session, backend, text, kind="outage", details={"danger": "a wire"}, place="12 Ridge Road", urgent=True
        )
        await ready_answers.add_usual(open_session, backend, "ann")
    await edge.text("are you there? it got louder")
    return text, web


async def test_two_people_share_the_inbox(
    browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        text, web = await make_talks(edge)
        ann = await sign_in(browser, edge, "ann", DESKTOP)
        bob = await sign_in(browser, edge, "bob", PHONE_DARK)
        for page, size in ((ann, "desktop"), (bob, "phone")):
            await expect(page.locator("#waiting")).to_have_text("2")
            assert (await page.title()).startswith("(2)")
            await check(page, f"inbox-{size}")
        # bob opens the urgent talk; ann, who opens it too, sees that he is there
        await ann.keyboard.press("j")
        await ann.keyboard.press("Enter")
        await ann.wait_for_url(f"**/talks/{text}")
        await bob.locator(".talk-link").first.click()
        await expect(ann.get_by_text("Bob has it open too")).to_be_visible()
        await ann.get_by_role("button", name="Take it").click()
        await expect(ann.get_by_role("button", name="Give it back")).to_be_visible()
        # a member's words arrive by themselves, in the talk and in the list
        await edge.text("and now it sparks")
        await expect(ann.locator(".line").last).to_contain_text("now it sparks")
        await expect(ann.locator(".talk-link[aria-current]")).to_contain_text("now it sparks")
        await ann.get_by_text("Ready answers", exact=True).last.click()
        await ann.get_by_role("link", name="Hello").click()
        assert "this is Ann of Prairie Rivers" in await ann.get_by_label("Your answer").input_value()
        await ann.get_by_role("button", name="Send", exact=True).click()
        await expect(ann.get_by_text("fill in {name}")).to_be_visible()
        await ann.get_by_label("Your answer").fill("Ann here, the crew is on its way.")
        await ann.get_by_role("button", name="Send", exact=True).click()
        await expect(ann.locator(".line.office")).to_contain_text("crew is on its way")
        # bob typed meanwhile: his words are kept, hers are shown
        await expect(bob.locator(".line.office")).to_contain_text("crew is on its way")
        await bob.get_by_label("Your answer").fill("Please stay away from the wire.")
        await expect(ann.get_by_text("Bob is writing an answer")).to_be_visible()
        await bob.get_by_role("button", name="Send", exact=True).click()
        await expect(bob.get_by_role("alert")).to_contain_text("Ann has this talk.")
        await check(bob, "talk-collision")
        await bob.get_by_role("button", name="Send anyway").click()
        await expect(ann.locator(".line.office")).to_have_count(2)
        await ann.get_by_text("Note…").click()
        await ann.get_by_label("Note", exact=True).fill("Sam is on the way, do not promise a time")
        await ann.get_by_role("button", name="Keep the note").click()
        await expect(bob.locator(".line.note")).to_contain_text("do not promise")
        # the web chat: the member sees that somebody types
        await ann.goto(f"{edge.url}/staff/talks/{web}")
        await ann.get_by_label("Your answer").fill("Hola")
        await ann.get_by_text("More…").click()
        await check(ann, "talk-desktop")
        await ann.goto(f"{edge.url}/staff/inbox/answers")
        await check(ann, "ready-answers")
        await ann.goto(f"{edge.url}/staff/inbox/answers/0?lang=es")
        await ann.get_by_label("Título").fill("x")
        await check(ann, "ready-answer-es")
        await ann.goto(f"{edge.url}/staff/talks/{text}")
        await check(ann, "talk-es")
