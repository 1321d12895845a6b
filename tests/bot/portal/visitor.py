"""Somebody at the pages of the online account, with a browser without scripts."""

from __future__ import annotations

import re
from email.message import Message

import aiohttp
from sqlalchemy import select

from backend.clock import ManualClock
from backend.demo import DEMO_PASSWORD
from backend.outbox.models import OutboxMessage
from bot.services import Services
from tests.bot.edge import until
from tests.standins.smtp import StandInMail

NEW = "violet tractor 88 hills"


class Visitor:
    """A browser with its own cookies."""

    def __init__(self, services: Services, clock: ManualClock, mail: StandInMail) -> None:
        self.services, self.clock, self.mail = services, clock, mail
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, path: str) -> tuple[int, str, str]:
        """Status, page, and the path that it ended at."""
        async with self.http.get(self._url(path)) as answer:
            return answer.status, await answer.text(), answer.url.path

    async def post(self, path: str, **form: str) -> tuple[int, str, str]:
        async with self.http.post(self._url(path), data=form) as answer:
            return answer.status, await answer.text(), answer.url.path

    async def sign_in(self, user_id: str = "ruth.alvarez", password: str = DEMO_PASSWORD) -> tuple[int, str, str]:
        return await self.post("/portal/login", user_id=user_id, password=password)

    @property
    def mails(self) -> list[tuple[str, Message]]:
        """(Recipient, mail), but for the office's own, which comes when its jobs run: the daily report, for example."""
        return [mail for mail in self.mail.mails if mail[0] != self.services.backend.coop.email]

    async def mailed(self, count: int = 1) -> str:
        """The newest mail's text, once that many have come by SMTP."""
        await until(lambda: len(self.mails) >= count)
        return _text(self.mails[-1][1])

    def another(self) -> Visitor:
        return Visitor(self.services, self.clock, self.mail)

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.services.settings.public_url + path


async def link_from_mail(visitor: Visitor, count: int = 1) -> str:
    """The newest link, once that many mails have come; a notice may come after it, since links go first."""
    await visitor.mailed(count)
    links = [link for _, mail in visitor.mails for link in re.findall(r"http\S+/portal/reset/\S+", _text(mail))]
    assert links
    return links[-1]


def _text(mail: Message) -> str:
    """The text part: the HTML part says the same."""
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return str(text.get_payload(decode=True).decode())  # type: ignore[union-attr]


async def codes_sent(visitor: Visitor) -> dict[str, str]:
    """The newest code to each recipient."""
    async with visitor.services.backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == "code").order_by(OutboxMessage.id)
        return {row.recipient: row.body.split()[0] for row in await session.scalars(query)}


async def give_codes(visitor: Visitor, here: str, **recipients: str) -> tuple[int, str, str]:
    """Type the newest codes in, each by the field that it is for."""
    sent = await codes_sent(visitor)
    return await visitor.post(here, step="code", **{field: sent[recipient] for field, recipient in recipients.items()})


async def create(visitor: Visitor, number: str, last4: str, kind: str, digits: str) -> tuple[str, str]:
    """Through the first page; the address and the page that came."""
    _, _, here = await visitor.get("/portal/create")
    _, page, path = await visitor.post(here, step="holder", number=number, last4=last4, kind=kind, digits=digits)
    return path, page


async def notice_recipients(visitor: Visitor) -> list[str]:
    """Whom a notice went to."""
    async with visitor.services.backend.db.read_session() as session:
        query = select(OutboxMessage.recipient).where(OutboxMessage.purpose == "notice").order_by(OutboxMessage.id)
        return list(await session.scalars(query))
