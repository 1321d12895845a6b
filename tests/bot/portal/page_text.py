"""Reading the pages, and the payments that they made."""

from __future__ import annotations

import re

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
