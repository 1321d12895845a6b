"""A real Chromium in front of the served app.

Set MEMBERLINE_URL to point the tests at an app that is already running; else the `served` fixture runs one.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.chat import Chat


@pytest.fixture(scope="session")
def base_url(chromium: str, request: pytest.FixtureRequest) -> str:
    """Where the app answers, without a slash at the end. Chromium first: no app starts in vain."""
    given = os.environ.get("MEMBERLINE_URL")
    return (given or request.getfixturevalue("served").url).rstrip("/")


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
