"""Stands for the dialogue engine: speaks its HTTP contract and gives the answers that a test sets.

It remembers the turns it took. Words that it obeys: `buttons`, `slow`, `fail`, `silent`, `expect NAME …`, `transfer`,
`picture`, `long`, `link`, `goodbye`, `curly`, `terms`, `keypad card`, `keypad bank`; everything else is echoed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.standins.server import LocalServer

CHOICES = [
    {"title": "Full amount", "payload": '/choose{"amount":"full"}'},
    {"title": "Other amount", "payload": '/choose{"amount":"other"}'},
]
TERMS = "Auto Pay takes the whole bill. It goes out on the due date. You can stop it at any time. Do you agree?"

ENTERED = '/choose{"pay_method": "entered"}'
WAYS = [
    {"title": "Enter a card on the keypad", "payload": "keypad card"},
    {"title": "Get a secure link by text", "payload": '/choose{"pay_method": "link"}'},
    {"title": "It is entered", "payload": ENTERED},
]
_HOW = {"words": "How would you like to pay $40.00?", "buttons": WAYS, "custom": {"expect": "choice"}}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "keypad card": [{"words": "Now use the keypad.", "custom": {"act": "keypad", "method": "card"}}, _HOW],
    "keypad bank": [{"words": "Now use the keypad.", "custom": {"act": "keypad", "method": "bank"}}, _HOW],
    "terms": [{"words": TERMS, "custom": {"expect": "confirm"}}],
    ENTERED: [{"words": "Pay $40.00 with it?", "custom": {"expect": "confirm"}}],
}


class StandInEngine(LocalServer):
    """`turns` are the bodies it got; `gate` holds back a `slow` turn until it is set; `failing` breaks every turn."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.turns: list[dict[str, Any]] = []
        self.readings: dict[str, dict[str, Any]] = {}  # what is understood of a text
        self.forgotten: list[dict[str, Any]] = []
        self.gate = asyncio.Event()
        self.failing = False
        self.acts: dict[
            str, Callable[[str], Awaitable[None]]
        ] = {}  # what a text does to a conversation, before an answer
        self.at_once: dict[str, int] = {}
        self.most_at_once: dict[str, int] = {}

    def texts_of(self, conversation: str) -> list[str]:
        """The texts it got from one conversation, in order."""
        return [turn["text"] for turn in self.turns if turn["conversation"] == conversation]

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/edge/turn", self._turn)
        app.router.add_post("/webhooks/edge/forget", self._forget)
        app.router.add_get("/webhooks/edge/health", self._health)
        return app

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _forget(self, request: web.Request) -> web.Response:
        self.forgotten.append(await request.json())
        return web.json_response({}, status=500 if self.failing else 200)

    async def _turn(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "bad token"}, status=401)
        body = await request.json()
        self.turns.append(body)
        conversation = body["conversation"]
        self.at_once[conversation] = self.at_once.get(conversation, 0) + 1
        self.most_at_once[conversation] = max(self.most_at_once.get(conversation, 0), self.at_once[conversation])
        try:
            if act := self.acts.get(body["text"]):
                await act(conversation)
            return await self._answer(body["text"], self.readings.get(body["text"], {}))
        finally:
            self.at_once[conversation] -= 1

    async def _answer(self, text: str, reading: dict[str, Any]) -> web.Response:
        await asyncio.sleep(0)
        if self.failing or text == "fail":
            return web.json_response({"error": "turn failed"}, status=500)
        if text.startswith("slow"):
            await self.gate.wait()
        return web.json_response({"messages": _messages(text), "reading": reading})


def _messages(text: str) -> list[dict[str, Any]]:
    def message(words: str | None, **more: Any) -> dict[str, Any]:
        return {"text": words, "buttons": [], "image": None, "custom": None, **more}

    if text == "silent":
        return []
    if text == "buttons":
        return [message("How much?", buttons=CHOICES, custom={"expect": "amount"})]
    if (quick := text.removeprefix("slow ")).startswith("expect "):
        return [message("Well?", custom={"expect": quick.split()[1]})]
    if text in ANSWERS:
        return [message(**answer) for answer in ANSWERS[text]]
    if text == "transfer":
        return [message("One moment.", custom={"act": "transfer"})]
    if text == "picture":
        return [message("Your use", image="/static/use.png", custom={"alt": "A chart"})]
    if text == "long":
        return [message("This is one of many sentences. " * 80)]
    if text == "link":
        words = "I have texted a secure link to you."
        return [message(words, custom={"act": "text_link", "link": "https://pay.example/p/1"})]
    if text in ("goodbye", "it has been you all"):
        return [message("Goodbye.", custom={"act": "end"}), message("How much?", custom={"expect": "amount"})]
    if text == "curly":
        return [message("It’s due – “soon”…")]
    return [message(f"You said: {text}")]


async def _serve(port: int, token: str) -> None:
    standin = StandInEngine(token)
    standin.port = port
    standin.gate.set()
    await standin.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))  # PORT TOKEN: as a process of its own
