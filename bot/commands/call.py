"""A call to the phone line in the terminal, over the same addresses as the page /dev/phone."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from backend.errors import MemberlineError

KEYS = re.compile(r"[0-9*# ]*[0-9*#][0-9*# ]*")
HELP = """\
A line of digits, * and # is pressed on the keypad; anything else is said. To say digits, begin with a quote: "1 4 2
An empty line is silence. /text WORDS writes a text, /again calls again, /hangup hangs up, /help shows this.
"""
SPEAKERS = {"caller": "you", "person": "office", "whisper": "to the office", "carrier": "-"}


@dataclass
class TerminalPhone:
    """A phone (E.164; empty is withheld) at a running memberline."""

    http: aiohttp.ClientSession
    phone: str
    attested: bool
    state: dict[str, Any] = field(default_factory=dict)
    texts_shown: int = 0

    async def call(self) -> None:
        self.state = await self._post("calls", {"phone": self.phone, "attested": self.attested})
        await self._show()

    async def enter(self, line: str) -> None:
        """Do what a line means, and print what follows."""
        command, _, rest = line.strip().partition(" ")
        choices = {f"/{choice['act'].replace('_', '')}": choice["act"] for choice in self.state["choices"]}
        if command == "/help":
            print(HELP, end="")
        elif command == "/again":
            if self.state["mode"] != "ended":
                await self.act("hang_up")
            await self.call()
        elif command == "/hangup":
            await self.act("hang_up")
        elif command == "/text":
            await self._text(rest)
        elif command in choices:
            await self.act(choices[command])
        elif command.startswith("/"):
            print(f"There is no {command} now. /help tells what there is.")
        elif KEYS.fullmatch(line):
            await self.act("press", line.replace(" ", ""))
            if self.state["keyed"]:  # whoever presses no more keys has ended the number
                await self.act("silence")
        elif line.strip():
            await self.act("say", line.strip().removeprefix('"'))
        else:
            await self.act("silence")

    async def act(self, act: str, value: str = "") -> None:
        """Act in the call, and print what is heard until the line waits for the caller."""
        body = {"act": act, "value": value, "heard": self.state["heard"]}
        self.state = await self._post(f"calls/{self.state['call']}", body)
        await self._show()
        if self.state["pause"]:
            await asyncio.sleep(self.state["pause"])
            await self.act("go_on")

    async def _show(self) -> None:
        for entry in self.state["entries"]:
            if entry["by"] != "caller":
                speaker = SPEAKERS.get(entry["by"])
                print(f"  [{speaker}] {entry['text']}" if speaker else f"  {entry['text']}")
        await self._show_texts()
        for choice in self.state["choices"]:
            print(f"  /{choice['act'].replace('_', '')}: {choice['title']}")
        if self.state["mode"] == "ended":
            print("  The call has ended: /again calls again.")

    async def _text(self, words: str) -> None:
        if not self.phone or not words.strip():
            print("A text needs words, and a phone that is not withheld.")
            return
        await self._post("texts", {"phone": self.phone, "body": words})
        await self._show_texts()

    async def _show_texts(self, *, silently: bool = False) -> None:
        if not self.phone:
            return
        async with self.http.get("/dev/phone/texts", params={"phone": self.phone}) as answer:
            texts = (await answer.json())["texts"]
        for text in texts[self.texts_shown :]:
            if text["by"] != "phone" and not silently:
                print(f"  [text] {text['body']}")
        self.texts_shown = len(texts)

    async def begin(self) -> None:
        """Note which texts are old, and call."""
        await self._show_texts(silently=True)
        await self.call()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(f"/dev/phone/{path}", json=body) as answer:
            result: dict[str, Any] = await answer.json()
        if "error" in result:
            raise MemberlineError(result["error"]["message"])
        return result


async def run_call(url: str, phone: str, *, attested: bool) -> None:
    """Call until the end of input. Raises MemberlineError when nothing is served at `url`, or it has no /dev/phone."""
    async with aiohttp.ClientSession(url) as http:
        try:
            async with http.get("/dev/phone") as answer:
                if answer.status != 200:
                    raise MemberlineError(f"{url} has no phone to try: it is for development, on the same machine")
        except aiohttp.ClientError:
            raise MemberlineError(f"nothing answers at {url}: start it with `make run`") from None
        print(HELP + "Ctrl-D ends.")
        terminal = TerminalPhone(http, phone, attested)
        await terminal.begin()
        while True:
            try:
                line = await asyncio.to_thread(input, "> ")
            except EOFError:
                return
            try:
                await terminal.enter(line)
            except MemberlineError as problem:
                print(f"! {problem}")
