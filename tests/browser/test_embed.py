"""The widget on a co-op's own site: another origin, and a strict policy that names only the bot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.async_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.screens import DESKTOP, violations, violations_on

pytestmark = pytest.mark.browser


def page_handler(bot: str) -> type[BaseHTTPRequestHandler]:
    policy = f"default-src 'none'; script-src {bot}; connect-src {bot}; img-src {bot}"
    policy += "; require-trusted-types-for 'script'; style-src 'unsafe-inline'"
    html = (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        "<title>A co-op</title><main><h1>A co-op</h1></main>"
        "<style>memberline-chat,memberline-chat *{display:none!important;font-size:60px!important}"
        "*{color:red!important;direction:rtl!important;letter-spacing:1em!important}</style>"
        f'<script src="{bot}/widget.js" data-title="Ask us" data-starters="Pay my bill|Hours" defer></script>'
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def other_site(base_url: str) -> Iterator[str]:
    """The address of a page of another origin that embeds the widget."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), page_handler(base_url))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_it_works_on_another_site_under_a_strict_policy(page: Page, other_site: str, base_url: str) -> None:
    chat = Chat(page)
    await page.goto(other_site)
    await chat.open()
    await expect(chat.panel).to_have_accessible_name("Ask us")
    await expect(chat.choices).to_have_text(["Pay my bill", "Hours"])
    look = (
        "(node) => { const s = getComputedStyle(node); return [s.position, s.direction, s.letterSpacing, s.fontSize]; }"
    )
    assert await chat.panel.evaluate(look) == ["fixed", "ltr", "normal", "16px"], "nothing of the page's styles gets in"
    await chat.say("Pay my bill")
    assert len(chat.sent_ids) == 1


async def test_the_stream_works_on_another_site(page: Page, other_site: str) -> None:
    chat = Chat(page)
    await page.goto(other_site)
    await chat.open()
    async with page.expect_response("**/chat/events*") as stream:
        await chat.say("Pay my bill")
    response = await stream.value
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("context_options", [DESKTOP], ids=["desktop"])
async def test_its_own_colors_are_readable(page: Page, other_site: str) -> None:
    chat = Chat(page)
    await page.goto(other_site)
    await chat.open()
    await chat.say("Pay my bill")
    assert await violations(page) == []
    assert await violations_on(page, {**DESKTOP, "color_scheme": "dark"}) == []
