"""The hosted page in a real Chromium: usable by everyone on a small screen, and its way back works."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, ViewportSize

from tests.sandbox.conftest import Served

pytestmark = pytest.mark.browser
SMALLEST_PHONE: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(params=["light", "dark"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=SMALLEST_PHONE, color_scheme=request.param, java_script_enabled=True, bypass_csp=True
    )
    page = await context.new_page()
    yield page
    await context.close()


async def open_entry(served: Served, return_url: str = "http://127.0.0.1:1/return") -> str:
    entry = await served.provider.open_entry(
        reference="99999-001", amount_cents=11240, description="Electric bill", return_url=return_url
    )
    return entry.url


async def assert_fit(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


@pytest.mark.parametrize("path", ["", "/bank"])
async def test_the_pages_suit_everyone(served: Served, page: Page, path: str) -> None:
    await page.goto(await open_entry(served) + path)
    await page.locator("summary").click()
    await assert_fit(page)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("alert").wait_for()
    await assert_fit(page)
    await page.get_by_role("button", name="Cancel and go back").focus()


async def test_return_works_without_script_and_under_its_policy(served: Served, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport=SMALLEST_PHONE)
    page = await context.new_page()
    # Another origin than the page's: a browser holds the form's policy against the redirect too.
    back = served.url.replace("127.0.0.1", "localhost") + "/health"
    await page.goto(await open_entry(served, back))
    await page.get_by_label("Name on card").fill("Ruth Alvarez")
    await page.get_by_label("Card number", exact=True).fill("4242 4242 4242 4242")
    await page.get_by_label("Expiry date").fill("12/35")
    await page.get_by_label("Security code").fill("123")
    await page.get_by_label("Billing ZIP code").fill("73018")
    await page.get_by_role("button", name="Continue").press("Enter")
    await page.wait_for_url(lambda url: url == back)
    await context.close()
