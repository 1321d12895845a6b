"""Pictures over real HTTP: for everybody with the address, for as long as it works."""

from __future__ import annotations

from datetime import date

from backend.billing.models import Account
from backend.members.models import Member
from backend.usage import signed_media
from backend.usage.models import MeterReading
from tests.bot.edge import Edge


async def an_account(edge: Edge) -> int:
    async with edge.services.backend.db.transaction() as session:
        member = Member(number="99999", name="Ruth Alvarez", phone="+15555550142")
        session.add(member)
        await session.flush()
        account = Account(member_id=member.id, separator="001", number="99999-001", number_digits="99999001")
        session.add(account)
        await session.flush()
        session.add(MeterReading(account_id=account.id, month=date(2026, 11, 1), kwh=705, days=31, avg_temp_f=36))
        return account.id


async def test_chart_is_drawn_for_its_address(app_server: Edge) -> None:
    url = signed_media.usage_chart_url(app_server.services.backend, await an_account(app_server))
    async with app_server.http.get(url) as answer:
        body = await answer.read()
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["cache-control"].startswith("private")
    assert body.startswith(b"\x89PNG")


async def test_no_other_address_shows_a_chart(app_server: Edge) -> None:
    url = signed_media.usage_chart_url(app_server.services.backend, await an_account(app_server))
    path = url.removeprefix(app_server.url)
    for wrong in (
        path[:-5] + ("A" if path[-5] != "A" else "B") + ".png",
        "/media/x.png",
        "/media/" + "A" * 60 + ".png",
    ):
        assert (await app_server.get(wrong)).status == 404
