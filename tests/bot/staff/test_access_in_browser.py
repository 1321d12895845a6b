"""The pages of access in a real Chromium: from the invitation to a passkey, on a desktop and a dark phone."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from backend.clock import ManualClock
from tests.bot.conftest import running_edge
from tests.bot.portal.chromium import check, check_here, fill, heading
from tests.bot.staff.office_people import NEXT_PASSWORD, PASSWORD, add_person
from tests.bot.staff.test_office import OPEN
from tests.browser.screens import DESKTOP, PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser


async def add_key_holder(page: Page) -> None:
    """A finger reader that the browser believes in."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def invite(page: Page, home: str) -> str:
    """Ann invites Bob; returns the link to hand on."""
    await page.goto(f"{home}/staff/sign-in")
    await check(page, "sign-in")
    await fill(page, "Sign in", name="ann lee", password=PASSWORD)
    await page.goto(f"{home}/staff/people")
    await check(page, "people")
    await page.get_by_role("link", name="Invite somebody").click()
    await check_here(page, "invite")
    await page.locator("input[name=phone]").fill("12")
    await page.get_by_role("radio", name="supervisor").check()
    await fill(page, "Look it over", name="Bob Ray", email="bob@coop.example")
    await expect(page.locator("input[name=phone]")).to_be_focused()  # the first fault
    await fill(page, "Look it over", phone="")
    await heading(page, "Invite Bob Ray?")
    await check_here(page, "invite-read-back")
    await page.get_by_role("button", name="Invite Bob Ray").click()
    await heading(page, "Give this link to Bob Ray")
    await check_here(page, "link")
    return re.sub(r"http://[^/]+", home, await page.locator("code.key").inner_text())


async def switch_codes_on(page: Page, home: str, clock: ManualClock) -> pyotp.TOTP:
    await page.goto(f"{home}/staff/me/codes")
    await check_here(page, "codes")
    app = pyotp.TOTP((await page.locator("code.key").inner_text()).replace(" ", ""))
    await fill(page, "Switch codes on", code=app.at(clock.now()), password=NEXT_PASSWORD)
    await heading(page, "Your recovery codes")
    await check_here(page, "recovery-codes")
    clock.advance(seconds=30)
    return app


async def test_every_page(browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    clock = ManualClock(OPEN)
    async with running_edge(folder, engine, twilio, clock) as edge:
        home = edge.url.replace("127.0.0.1", "localhost")  # keys are bound to a name
        await add_person(edge.services.backend, "Ann Lee")
        admin = await (await browser.new_context(**DESKTOP)).new_page()  # type: ignore[arg-type]
        link = await invite(admin, home)

        page = await (await browser.new_context(**PHONE_DARK)).new_page()  # type: ignore[arg-type]
        await add_key_holder(page)
        await page.goto(link)
        await check_here(page, "invitation")
        await fill(page, "Set the password and sign in", password=NEXT_PASSWORD, again=NEXT_PASSWORD)
        app = await switch_codes_on(page, home, clock)
        await page.goto(f"{home}/staff/me")
        await page.locator("#key_password").fill(NEXT_PASSWORD)
        await fill(page, "Add a passkey", label="my phone")
        await expect(page.locator("li strong", has_text="my phone")).to_be_visible()
        await check(page, "me")

        await page.get_by_role("banner").get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.get_by_role("link", name="Bob Ray")).to_be_visible()
        await page.get_by_role("banner").get_by_role("button", name="Sign out").click()
        await fill(page, "Sign in", name="bob@coop.example", password=NEXT_PASSWORD)
        await heading(page, "One more step")
        await check_here(page, "second-step")
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.get_by_role("link", name="Bob Ray")).to_be_visible()
        await page.get_by_role("banner").get_by_role("button", name="Sign out").click()
        await fill(page, "Sign in", name="bob@coop.example", password=NEXT_PASSWORD)
        await fill(page, "Sign in", code=app.at(clock.now()))
        await page.goto(f"{home}/staff/audit?lang=es")
        await check(page, "audit-phone")

        await admin.goto(f"{home}/staff/people/2")
        await check_here(admin, "people-2")
        await admin.get_by_role("button", name="Switch off").click()
        await check_here(admin, "switch-off")
        await admin.get_by_role("button", name="Switch off").click()
        await page.goto(f"{home}/staff/me")
        await heading(page, "Entrar")
