"""The members of a day in the office, and its clerks at their screens."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.async_api import Browser, Page, expect

from backend.agent_handoff import service as handover
from backend.app import Backend
from backend.clock import ManualClock
from backend.language import ENGLISH, SPANISH, use_language
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat.sessions import session_conversation_id
from tests.bot.channels.voice.phone_call import Line
from tests.bot.edge import Edge
from tests.bot.staff.office_people import PASSWORD
from tests.bot.staff.test_office import OPEN

DANGER = "the wire on the road hums, please send somebody"
ENGLISH_WISHES = (
    DANGER,
    "all dark at 12 Ridge Road since 7",
    "no power at 14 Ridge Rd",
    "I was billed twice, please look",
    "can somebody call me about my bill of October",
    "my meter display is blank",
)
SPANISH_WISHES = (
    "Necesito hablar con una persona sobre mi factura, por favor",
    "No entiendo el cargo de este mes en mi cuenta",
    "Quisiera cambiar la fecha de mi pago, por favor",
    "Mi recibo llegó muy tarde este mes",
)
WEB_WISHES = (
    "I would like to talk to a person", "please, a human", "who can explain my deposit",
    "I am moving out next week", "my neighbor has a solar question", "is my autopay on",
    "Quiero hablar con alguien de la oficina", "¿Me puede ayudar una persona con mi cuenta?",
)  # fmt: skip
CALLS = ("+15555550261", "+15555550262")
THE_LIST = re.compile(r"/staff(\?(show=\w+&)?(show=\w+|closed=[^&]+))?$")
NEEDS = "paying a bill, asked for the last four"


@dataclass
class Talk:
    """Somebody who waits for the office: `reach` is the phone, or the session of the web chat."""

    id: str
    channel: str
    words: str
    reach: str

    @property
    def spanish(self) -> bool:
        return self.words in SPANISH_WISHES or self.words in WEB_WISHES[-2:]


@dataclass
class Day:
    """What was played. `waited` are the seconds until the first answer to each talk, `acts` the presses by kind."""

    edge: Edge
    clock: ManualClock
    talks: list[Talk] = field(default_factory=list)
    waited: dict[str, float] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)

    @property
    def backend(self) -> Backend:
        return self.edge.services.backend

    def talk(self, words: str) -> Talk:
        return next(one for one in self.talks if one.words == words)

    def note_answer(self, talk: Talk) -> None:
        """The office has written to `talk` now; all asked for a person when the office opened."""
        self.waited.setdefault(talk.id, (self.clock.now() - OPEN).total_seconds())
        self.acts["office_answered"] += 1


async def come_in(day: Day) -> None:
    """Ten texts, eight web chats and two calls, by the edge; the wish for a person by what the dialogue calls."""
    for number, words in enumerate((*ENGLISH_WISHES, *SPANISH_WISHES)):
        phone = f"+155555502{number:02}"
        await day.edge.text(words, phone=phone)
        day.talks.append(Talk(sms_conversation_id(day.edge.services.settings, phone), "sms", words, phone))
    for number, words in enumerate(WEB_WISHES):
        session = await day.edge.session()
        await day.edge.chat(session, words, id=f"m{number}")
        own = str(session_conversation_id(day.edge.services.settings, session))
        day.talks.append(Talk(own, "web", words, session))
    for phone in CALLS:
        line = Line(day.edge, phone)
        await line.go()
        await line.speak("transfer")
        day.talks.append(Talk(line.conversation, "voice", "transfer", phone))
    async with day.backend.db.transaction() as session:
        for talk in day.talks:
            with use_language(SPANISH if talk.spanish else ENGLISH):
                await handover.request_handoff(
                    session, day.backend, talk.id, tried=NEEDS, put_through=talk.channel == "voice"
                )


async def file_tickets(day: Day) -> dict[str, str]:
    """A danger, two reports from one road, and a call that is late: their numbers. The clerks write the fifth."""
    danger, first, second, _, call, _ = ENGLISH_WISHES
    filed: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("danger", danger, {"kind": "danger", "place": "20 Oak Lane, Hanover, IL", "details": {"words": danger}}),
        ("ridge 12", first, {"kind": "outage", "place": "12 Ridge Road, Elizabeth, IL", "details": {"words": first}}),
        ("ridge 14", second, {"kind": "outage", "place": "14 Ridge Rd, Elizabeth, IL", "details": {"words": second}}),
        (
            "call", call,
            {"kind": "callback", "details": {"name": "Ole Berg", "about": "the bill of October", "level": "anonymous"},
             "due_at": OPEN - timedelta(hours=1)},
        ),
    )  # fmt: skip
    numbers = {}
    for name, words, fields in filed:
        talk = day.talk(words)
        async with day.backend.db.transaction() as session:
            made: Ticket = await tickets.open_ticket(session, day.backend, talk.id, phone=talk.reach, **fields)
            numbers[name] = made.number
    return numbers


class Clerk:
    """A clerk at a screen. What a clerk does by the hundred goes out by the same sign-in, without being drawn."""

    def __init__(self, day: Day, page: Page, name: str) -> None:
        self.day, self.page, self.name = day, page, name
        self.home = day.edge.url

    async def sign_in(self, language: str) -> None:
        await self.page.goto(f"{self.home}/staff?lang={language}")
        await self.page.locator("[name=name]").fill(self.name)
        await self.page.locator("[name=password]").fill(PASSWORD)
        await self.page.locator("main button.button").first.click()
        await expect(self.page.locator("#waiting")).to_have_text("18")

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.home}/staff/{path}")

    async def press(self, name: str) -> None:
        """The button whose words begin so."""
        await self.page.locator("main").get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()

    async def open(self, talk: Talk) -> None:
        await self.go(f"talks/{talk.id}")

    async def write(self, words: str) -> None:
        """Type an answer into the open talk, and send it."""
        await self.page.locator("#text").fill(words)
        await self.page.locator(".write-acts button[form=answer-form]").click()

    async def answer(self, talk: Talk, words: str) -> None:
        """In the open talk; a minute later than the act before."""
        self.day.clock.advance(minutes=1)
        await self.write(words)
        await expect(self.page.locator(".line.office").last).to_contain_text(words)
        self.day.note_answer(talk)

    async def close(self) -> None:
        await self.page.locator("button[formaction*='/close']").click()
        await self.page.wait_for_url(THE_LIST)
        self.day.acts["handover_closed"] += 1

    async def answer_undrawn(self, talk: Talk, words: str) -> None:
        """Open, answer and close by the forms of the page, without drawing it."""
        url = f"{self.home}/staff/talks/{talk.id}"
        page = await self._fetch("get", url)
        self.day.clock.advance(minutes=1)
        fields = {name: _hidden(page, name) for name in ("token", "last", "seen")}
        page = await self._fetch("post", f"{url}/answer", **fields, talk=talk.id, text=words)
        self.day.note_answer(talk)
        found = re.search(r'formaction="(/staff/handovers/\d+/close)', page)
        assert found, page
        fields = {name: _hidden(page, name) for name in ("token", "seen")}
        await self._fetch("post", self.home + found[1], **fields, talk=talk.id, text="")
        self.day.acts["handover_closed"] += 1

    async def read(self, path: str) -> str:
        return await self._fetch("get", f"{self.home}/staff/{path}")

    async def _fetch(self, method: str, url: str, **form: str) -> str:
        answer = await self.page.request.fetch(url, method=method, form=form or None)  # type: ignore[arg-type]
        assert answer.status == 200, await answer.text()
        return await answer.text()


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


async def seat(day: Day, browser: Browser, name: str, screen: dict[str, Any], language: str) -> Clerk:
    """A clerk at a screen of their own."""
    clerk = Clerk(day, await (await browser.new_context(**screen)).new_page(), name)
    clerk.page.set_default_timeout(20_000)
    await clerk.sign_in(language)
    return clerk
