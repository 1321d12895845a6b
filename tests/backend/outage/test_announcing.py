"""Members are told of outages: who asked for it and is in the area, once a stage, by day, and only what is still so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.members.models import Member
from backend.outage import announcing
from backend.outage import service as outages
from backend.outage.greeting import format_known_outage
from backend.outage.models import OutageAnnouncement, OutageNotice
from backend.outage.service import NewOutage
from backend.outbox.claims import claim_due
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import LANES
from backend.outbox.service import mark_not_sent, opt_out
from tests.backend.household import NOW

ESTIMATE = NOW + timedelta(hours=3)
TEXTS_LANE = next(lane for lane in LANES if lane.kind == "sms" and not lane.urgent)


async def add_member(
    backend: Backend,
    number: int,
    address: str,
    *ways: str,
    kinds: tuple[str, ...] = ("outage",),
    phone: str = "",
    language: str = "en",
) -> int:
    """A member who asked for these alerts; returns the account."""
    async with backend.db.transaction() as session:
        name = f"7{number:04d}"
        member = Member(
            number=name, name="A Member", phone=phone or f"+1815555{number:04d}", email=f"{name}@example.com",
            language=language,
        )  # fmt: skip
        session.add(member)
        await session.flush()
        account = Account(
            member_id=member.id, separator="001", number=f"{name}-001", number_digits=f"{name}001",
            service_address=address,
        )  # fmt: skip
        session.add(account)
        await session.flush()
        for kind in kinds if ways else ():
            flags = {f"by_{way}": True for way in ways}
            session.add(AlertSetting(account_id=account.id, kind=kind, since=NOW, **flags))
        return account.id


async def open_outage(backend: Backend, **fields: object) -> int:
    new = NewOutage(**{"area": "Ridge Road", "cause": "a tree on the line", "tells": True, **fields})  # type: ignore[arg-type]
    async with backend.db.transaction() as session:
        return (await outages.open_outage(session, backend, "ann", new)).id


async def clear(backend: Backend, outage: int, *, restored: bool = True) -> None:
    async with backend.db.transaction() as session:
        assert await outages.clear(session, backend, "ann", outage, restored=restored)


async def tell(backend: Backend) -> int:
    return (await announcing.tell_members(backend, backend.today()))["told"]


async def messages(backend: Backend, *statuses: str) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        found = list(await session.scalars(query))
    return [message for message in found if not statuses or message.status in statuses]


async def mark_all_sent(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(OutboxMessage).where(OutboxMessage.status == "queued").values(status="sent"))


async def test_those_in_the_area_who_asked_are_told_once(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road, Elizabeth", "text", "email")
    await add_member(backend, 2, "14 Ridge Road, Elizabeth")
    await add_member(backend, 3, "9 Mill Road, Elizabeth", "text")
    await open_outage(backend, estimate_at=ESTIMATE)
    assert await tell(backend) == 2
    assert await tell(backend) == 0
    text, email = await messages(backend)
    assert text.body == (
        "Hill Country REC: we know of a power outage at Ridge Road since 10:00 AM. Cause: a tree on the line. "
        "Expected back at 1:00 PM. STOP ends texts."
    ).replace("Hill Country REC", backend.coop.short_name)
    assert (text.recipient, text.purpose, email.kind) == ("+18155550001", "outage-notice", "email")


async def test_nothing_is_invented(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text", language="es")
    await open_outage(backend, cause="Bob's guess")
    await tell(backend)
    [text] = await messages(backend)
    assert "Bob" not in text.body
    assert "sabemos de un apagon en Ridge Road desde las 10:00 AM. Aun no hay hora." in text.body


async def test_everyone_is_told_where_the_office_says_so(backend: Backend) -> None:
    object.__setattr__(backend.coop, "tells_everyone", True)
    await add_member(backend, 1, "12 Ridge Road")
    ended = await add_member(backend, 2, "14 Ridge Road", "text")
    async with backend.db.transaction() as session:
        await session.execute(update(AlertSetting).where(AlertSetting.account_id == ended).values(active=False))
    await open_outage(backend)
    assert await tell(backend) == 1
    assert [message.recipient for message in await messages(backend)] == ["+18155550001"]


async def test_two_accounts_of_a_phone_get_one_text(backend: Backend) -> None:
    for number in (1, 2):
        await add_member(backend, number, f"{number} Ridge Road", "text", phone="+18155550199")
    outage = await open_outage(backend)
    assert await tell(backend) == 2
    assert len(await messages(backend)) == 1
    await mark_all_sent(backend)
    await clear(backend, outage)
    await tell(backend)
    assert len(await messages(backend)) == 2


async def test_listed_accounts_alone_are_in_it(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    listed = await add_member(backend, 2, "14 Ridge Road", "text")
    await open_outage(backend, account_ids=[listed])
    await tell(backend)
    assert [message.recipient for message in await messages(backend)] == ["+18155550002"]
    async with backend.db.read_session() as session:
        assert await backend.outages.find_outage(session, None, listed) is not None
        assert await backend.outages.find_outage(session, "12 Ridge Road", listed - 1) is None


async def test_stop_ends_these_texts_too(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    async with backend.db.transaction() as session:
        await opt_out(session, backend, "+18155550001")
    outage = await open_outage(backend)
    await tell(backend)
    await clear(backend, outage)
    await tell(backend)
    assert [message.status for message in await messages(backend)] == ["refused"]


async def test_an_outage_that_ended_first_is_not_told(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend)
    await clear(backend, outage)
    assert await tell(backend) == 0
    assert await messages(backend) == []


async def test_its_end_stops_what_waits_and_what_fails(backend: Backend) -> None:
    """A text still queued is not sent; one that is being sent is not tried again; one that was sent gets the end."""
    for number in (1, 2, 3):
        await add_member(backend, number, f"{number} Ridge Road", "text")
    outage = await open_outage(backend)
    await tell(backend)
    async with backend.db.transaction() as session:
        first, second = (await claim_due(session, backend, TEXTS_LANE, 2)).messages
        first.status = "sent"
    await clear(backend, outage)
    async with backend.db.transaction() as session:
        assert await mark_not_sent(session, backend, second, "30001", permanent=False) == "queued"
    await tell(backend)
    backend.clock.advance(minutes=5)  # type: ignore[attr-defined]
    async with backend.db.transaction() as session:
        claimed = (await claim_due(session, backend, TEXTS_LANE, 9)).messages
    assert {message.purpose for message in claimed} == {"outage-restored"}
    assert first.recipient in {message.recipient for message in claimed}
    assert [message.status for message in await messages(backend) if message.purpose == "outage-notice"] == [
        "sent", "expired", "expired",
    ]  # fmt: skip


async def test_a_later_estimate_is_told_and_a_small_change_is_not(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend, estimate_at=ESTIMATE)
    await tell(backend)
    await mark_all_sent(backend)
    for minutes, told in ((-60, 0), (30, 0), (90, 1), (120, 0)):
        async with backend.db.transaction() as session:
            later = ESTIMATE + timedelta(minutes=minutes)
            await outages.update(session, backend, "ann", outage, cause="", estimate_at=later)
        assert await tell(backend) == told
    assert "power expected back at 2:30 PM" in (await messages(backend))[-1].body


async def test_an_estimate_that_was_not_sent_yet_is_replaced(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend, estimate_at=ESTIMATE)
    await tell(backend)
    async with backend.db.transaction() as session:
        later = ESTIMATE + timedelta(hours=2)
        await outages.update(session, backend, "ann", outage, cause="", estimate_at=later)
    await tell(backend)
    [waiting] = await messages(backend, "queued")
    assert "expected back at 3:00 PM" in waiting.body


@pytest.mark.parametrize("wishes", [("outage",), ("outage", "outage_night")])
async def test_at_night_only_who_wishes_it_is_told(
    backend: Backend, clock: ManualClock, wishes: tuple[str, ...]
) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text", kinds=wishes)
    clock.advance(hours=17)  # three in the morning
    await open_outage(backend)
    assert await tell(backend) == len(wishes) - 1
    clock.advance(hours=5)
    assert await tell(backend) == 2 - len(wishes)
    assert await tell(backend) == 0
    assert len(await messages(backend)) == 1


async def test_what_waits_for_the_morning_is_dropped_with_the_outage(backend: Backend, clock: ManualClock) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    clock.advance(hours=17)
    outage = await open_outage(backend)
    await tell(backend)
    await clear(backend, outage)
    clock.advance(hours=6)
    assert await tell(backend) == 0
    assert await messages(backend) == []


async def test_a_danger_is_told_at_night(backend: Backend, clock: ManualClock) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    clock.advance(hours=17)
    await open_outage(backend, is_dangerous=True)
    assert await tell(backend) == 1
    assert "Stay away from downed wires" in (await messages(backend))[0].body


async def test_the_end_in_a_part_is_told_there(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    await add_member(backend, 2, "9 Mill Road", "text")
    outage = await open_outage(backend, area="Ridge Road, Mill Road")
    await tell(backend)
    await mark_all_sent(backend)
    async with backend.db.transaction() as session:
        await outages.shrink(session, backend, "ann", outage, area="Mill Road")
    await tell(backend)
    [text] = await messages(backend, "queued")
    assert text.recipient == "+18155550001"
    assert "we believe the power is back at Ridge Road. Still out? Reply OUT." in text.body
    await mark_all_sent(backend)
    await clear(backend, outage)
    await tell(backend)
    assert [message.recipient for message in await messages(backend, "queued")] == ["+18155550002"]


async def test_a_mistake_is_ended_without_a_word(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend)
    await tell(backend)
    await clear(backend, outage, restored=False)
    assert await tell(backend) == 0
    assert await messages(backend, "queued") == []


async def test_many_are_told_in_batches(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "BATCH", 2)
    monkeypatch.setattr(announcing, "PAGE", 3)
    for number in range(7):
        await add_member(backend, number, f"{number} Ridge Road", "text")
    outage = await open_outage(backend)
    assert await tell(backend) == 7
    await mark_all_sent(backend)
    await clear(backend, outage)
    assert await tell(backend) == 7
    async with backend.db.read_session() as session:
        stages = [(each.stage, each.status) for each in await session.scalars(select(OutageAnnouncement))]
        assert len(list(await session.scalars(select(OutageNotice)))) == 14
    assert stages == [("out", "done"), ("restored", "done")]


async def test_a_caller_from_inside_hears_of_it_first(backend: Backend) -> None:
    await add_member(backend, 1, "12 Ridge Road")
    await add_member(backend, 2, "9 Mill Road")
    await open_outage(backend, estimate_at=ESTIMATE)
    async with backend.db.read_session() as session:
        said = await format_known_outage(session, backend, "+18155550001", attested=True)
        assert said.startswith("We know of a power outage at Ridge Road. Power is expected back at 1:00 PM.")
        assert "12 Ridge Road" not in said
        forged = await format_known_outage(session, backend, "+18155550001", attested=False)
        assert forged.startswith("We know of a power outage at your place. Power is expected back at 1:00 PM.")
        assert await format_known_outage(session, backend, "+18155550002", attested=True) == ""
        assert await format_known_outage(session, backend, None, attested=True) == ""
