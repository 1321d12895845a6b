"""A real Chromium in front of the served app.

Set MEMBERLINE_URL to point the tests at an app that is already running; else the `served` fixture runs one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.chat import Chat

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The path of a Chromium. Without one: an error on CI, else a skip that says what to do."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    reason = "no chromium found: install it (apt-get install chromium) or set CHROMIUM to its path"
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    return find_chromium()


@pytest.fixture(scope="session")
def base_url(chromium: str, request: pytest.FixtureRequest) -> str:
    """Where the app answers, without a slash at the end. Chromium first: no app starts in vain."""
    given = os.environ.get("MEMBERLINE_URL")
    return (given or request.getfixturevalue("served").url).rstrip("/")


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def context_options() -> dict[str, object]:
    """What a test's browser is like; override by parametrizing this fixture."""
    return {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
async def context(browser: Browser, context_options: dict[str, object]) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(**context_options)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page that must not, in any test, raise a script error or break its own security policy."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if "Security" in message.text else None)
    yield page
    assert not complaints


@pytest.fixture
async def chat(page: Page, base_url: str) -> Chat:
    """The demo page with the chat still closed."""
    chat = Chat(page)
    await page.goto(base_url + "/")
    await chat.launcher.wait_for()
    return chat
