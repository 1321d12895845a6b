"""Pages in Spanish in a real Chromium: the other language is one press away, and axe-core finds nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.bot.portal.chromium import check, enter_card, fill, heading
from tests.bot.portal.conftest import Member
from tests.bot.portal.visitor import Visitor
from tests.browser.screens import PHONE

pytestmark = pytest.mark.browser


async def test_paying_in_spanish(browser: Browser, member: Member) -> None:
    page = await (await browser.new_context(**PHONE)).new_page()  # type: ignore[arg-type]
    await page.goto(await member.link())
    await page.get_by_role("link", name="Español").click()
    await heading(page, "Pague su factura de luz")
    await check(page, "inicio")
    await page.get_by_role("button", name="Continuar a la tarjeta o cuenta bancaria").click()
    await page.wait_for_url(f"{member.backend.settings.sandbox_network_url}/**")
    await enter_card(page, "4242424242424242")
    await heading(page, "¿Está todo bien?")
    await check(page, "revisar")
    await page.get_by_role("button", name="Pagar $112.40").click()
    await heading(page, "Gracias, está pagado")
    await check(page, "pagado")
    await page.get_by_role("link", name="English").click()
    await heading(page, "Thank you, it is paid")
    await page.context.close()


async def test_the_online_account_in_spanish(browser: Browser, visitor: Visitor) -> None:
    page = await (await browser.new_context(**PHONE)).new_page()  # type: ignore[arg-type]
    url = visitor.services.settings.public_url
    await page.goto(f"{url}/portal/create?lang=es")
    await check(page, "crear")
    await page.goto(f"{url}/portal/login")
    await expect(page.get_by_role("link", name="¿Olvidó su contraseña?")).to_be_visible()
    await check(page, "entrar")
    await fill(page, "Entrar", user_id="ole.lindqvist", password="lantern birch river")
    await heading(page, "Mi cuenta")
    await check(page, "resumen")
    await page.context.close()
