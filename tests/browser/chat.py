"""The chat as a person at the screen uses it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import Page, Request, Route, expect

REPLY_TIMEOUT_MS = 20_000


class Chat:
    """The widget on a page. `sent` holds the body of every POST of a message that left the browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.host = page.locator("memberline-chat")
        self.launcher = self.host.locator(".launcher")
        self.panel = self.host.locator("dialog")
        self.log = self.host.get_by_role("log")
        self.input = self.host.locator("textarea")
        self.mine = self.host.locator(".turn.me")
        self.replies = self.host.locator(".turn:not(.me)")  # the greeting is the first
        self.choices = self.host.locator(".choices button:enabled")
        self.sent: list[dict[str, Any]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/chat/messages"):
            self.sent.append(json.loads(request.post_data or "{}"))

    @property
    def sent_ids(self) -> list[str]:
        """Each message id once, in the order of first sending."""
        return list(dict.fromkeys(body["id"] for body in self.sent))

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.panel).to_be_visible()

    async def type(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def say(self, text: str) -> None:
        """Type a message, and wait for the reply to it."""
        before = await self.replies.count()
        await self.type(text)
        await self.expect_replies(before)

    async def expect_replies(self, count: int) -> None:
        """Exactly `count` replies on the screen, the greeting not counted."""
        await expect(self.replies).to_have_count(count + 1, timeout=REPLY_TIMEOUT_MS)

    async def press(self, name: str) -> None:
        await self.host.get_by_role("button", name=name, exact=True).last.click()

    async def texts(self) -> list[str]:
        return await self.host.locator(".bubble").all_text_contents()

    async def reload(self) -> None:
        await self.page.reload()
        await self.host.wait_for(state="attached")

    async def edit_store(self, **changes: Any) -> None:
        """Change what the browser has stored of the conversation.

        A page of the same origin without the chat does it: the chat itself may still store what it just received.
        """
        chat_page = self.page.url
        await self.page.goto(urljoin(chat_page, "/health"))
        await self.page.evaluate(
            """(changes) => {
                const key = Object.keys(sessionStorage).find((name) => name.startsWith('memberline'));
                const kept = JSON.parse(sessionStorage.getItem(key));
                sessionStorage.setItem(key, JSON.stringify({ ...kept, ...changes }));
            }""",
            changes,
        )
        await self.page.goto(chat_page)
        await self.host.wait_for(state="attached")

    async def answer_with(self, *messages: dict[str, Any]) -> None:
        """From now on every message gets these messages for an answer, from no server."""

        async def fulfill(route: Route) -> None:
            await route.fulfill(json={"messages": list(messages)})

        await self.page.route("**/chat/messages", fulfill)
