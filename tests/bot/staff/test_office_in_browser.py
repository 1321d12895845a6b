"""The office's pages in a real Chromium: axe-core on every page, on a desktop and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from backend.agent_handoff import service as handover
from backend.app import Backend
from backend.clock import ManualClock
from backend.payments.refunds import request_refund
from backend.payments.return_files import apply_return_file
from backend.tickets import service as tickets
from bot.channels.sms.routes import sms_conversation_id
from tests.backend.household import make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.nacha_files import Row, make_file
from tests.backend.payments.paying import quote_for, say_yes
from tests.backend.payments.test_alike import book_outside
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER
from tests.bot.portal.chromium import check
from tests.bot.staff.test_office import ACCOUNTS, OPEN, PASSWORD
from tests.browser.screens import DESKTOP, PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser


async def make_money(backend: Backend) -> dict[str, str]:
    """A payment with a refund that waits, and an entry of the bank that fits nothing; their numbers by page."""
    backend.payments = DirectNetwork()
    home = await make_household(backend)
    await book_outside(backend, home)
    payment = (await say_yes(backend, await quote_for(backend, home))).payment
    assert payment
    async with backend.db.transaction() as session:
        refund = await request_refund(
            session, backend, key="k", payment_id=payment.id, amount_cents=11000, reason="paid twice", asked_by="bob"
        )
    await apply_return_file(backend, "nov.ach", make_file(Row("XXX222", 700)).encode())
    return {"payments": payment.confirmation, "refunds": refund.confirmation, "accounts": "99999-001"}


async def test_every_page(browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        await edge.text("hello, is somebody there?")
        talk = sms_conversation_id(edge.services.settings, MEMBER)
        backend = edge.services.backend
        async with backend.db.transaction() as session:
            await handover.request_handoff(session, backend, talk, tried="paying a bill, asked for the last four")
            details = {"danger": "a wire on the road", "place": "Mill Road 14"}
            outage = await tickets.open_ticket(session, backend, talk, kind="outage", details=details, urgent=True)
            call = {"name": "not identified", "phone": MEMBER, "when": "tomorrow"}
            await tickets.open_ticket(session, backend, talk, kind="callback", details=call, due_at=OPEN)
        numbers = await make_money(backend)
        for options in (DESKTOP, PHONE_DARK):
            context = await browser.new_context(**options)  # type: ignore[arg-type]
            page = await context.new_page()
            await page.goto(f"{edge.url}/staff")
            await check(page, "office-sign-in")
            await page.get_by_label("Name").fill("ann")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await check(page, "office-desk")
            await page.goto(f"{edge.url}/staff/tickets/{outage.number}")
            await check(page, "office-ticket")
            if options is DESKTOP:
                await page.goto(f"{edge.url}/staff/outages/new")
                await page.get_by_label("Where").fill("Ridge Road, Elizabeth")
                await page.get_by_label("Cause").fill("a tree on the line")
                await page.get_by_role("button", name="See whom it tells").click()
                await check(page, "office-outage-preview")
                await page.get_by_role("button", name="Open it and tell them").click()
            await page.goto(f"{edge.url}/staff/outages")
            await check(page, "office-outages")
            await page.goto(f"{edge.url}/staff/money")
            await check(page, "office-money")
            for path in ("payments", "refunds", "accounts") if options is DESKTOP else ("accounts",):
                await page.goto(f"{edge.url}/staff/money/{path}/{numbers[path]}")
                await check(page, f"office-money-{path}")
            await context.close()
