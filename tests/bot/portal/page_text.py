"""Reading the pages, and the payments that they made."""

from __future__ import annotations

import base64
import re
import zlib

import aiohttp
from sqlalchemy import select

from backend.payments.models import Payment
from tests.bot.portal.conftest import Member


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def quote_in(page: str) -> str:
    found = re.search(r'name="quote" value="([^"]+)"', page)
    assert found, page
    return found[1]


async def payments(member: Member) -> list[Payment]:
    async with member.backend.db.read_session() as session:
        query = select(Payment).where(Payment.conversation_id == "web-1").order_by(Payment.id)
        return list(await session.scalars(query))


def words_of(pdf: bytes) -> str:
    """The text that a PDF file of ours shows, in reading order; letters beyond ASCII have codes of the file's own."""
    streams = re.findall(rb"/ASCII85Decode.*?stream\r?\n(.*?)~>\s*endstream", pdf, re.DOTALL)
    shown = b"".join(zlib.decompress(base64.a85decode(one.strip())) for one in streams)
    found = b" ".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", shown))
    plain = re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), found)
    return re.sub(r"\\([()\\])", r"\1", plain.decode("cp1252"))


async def read_pdf(http: aiohttp.ClientSession, url: str) -> str:
    """The words of the PDF file at this address."""
    async with http.get(url) as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        return words_of(await answer.read())
