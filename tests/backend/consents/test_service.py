"""A consent is stored with its audit row, and its end is written once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.consents import service as consents
from backend.consents.models import Consent
from backend.consents.service import Agreement
from backend.conversations.models import Conversation
from tests.backend.household import Household

AGREEMENT = Agreement("web-1", 2, "web", "Shall I turn it on?", "yes")


async def keep(backend: Backend, home: Household, kind: str, reference: str) -> None:
    async with backend.db.transaction() as session:
        await consents.record(
            session, backend, AGREEMENT, account_id=home.account_id, kind=kind, act="some_act", reference=reference
        )


async def test_words_and_act_are_stored_together(backend: Backend, home: Household) -> None:
    await keep(backend, home, "alerts", "K7M-4Q2")
    async with backend.db.read_session() as session:
        [stored] = await session.scalars(select(Consent))
        [row] = await session.scalars(select(AuditRow).where(AuditRow.act == "some_act"))
    assert (stored.wording, stored.reply, stored.channel, stored.reference) == (
        "Shall I turn it on?",
        "yes",
        "web",
        "K7M-4Q2",
    )
    assert (stored.conversation_id, stored.sender, stored.level) == ("web-1", None, 2), "the web has no phone"
    assert (stored.at, stored.ends_on, stored.revoked_at) == (backend.clock.now(), None, None)
    assert (row.actor, row.level, row.channel, row.account_id) == ("web-1", 2, "web", home.account_id)


async def test_the_phone_that_the_reply_came_from_is_kept(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, home.conversation_id)).address = "+15555550142"
    agreement = Agreement(home.conversation_id, 2, "sms", "Shall I turn it on?", "YES")
    async with backend.db.transaction() as session:
        await consents.record(
            session, backend, agreement, account_id=home.account_id, kind="alerts", act="some_act", reference="K7M-4Q2"
        )
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(Consent.sender))).all() == ["+15555550142"]


async def test_only_an_active_consent_is_revoked(backend: Backend, home: Household, clock: ManualClock) -> None:
    for kind, reference in (("autopay", "K7M-4Q2"), ("bank_draft", "K7M-4Q3"), ("alerts", "K7M-4Q4")):
        await keep(backend, home, kind, reference)
    first = backend.clock.now()
    async with backend.db.transaction() as session:
        await consents.revoke(session, backend, home.account_id, reference="K7M-4Q2")
    clock.advance(hours=1)
    async with backend.db.transaction() as session:
        kinds = ("autopay", "bank_draft")
        await consents.revoke(session, backend, home.account_id, kinds=kinds, ends_on=date(2026, 12, 1))
    async with backend.db.read_session() as session:
        stored = {each.kind: (each.revoked_at, each.ends_on) for each in await session.scalars(select(Consent))}
    assert stored == {
        "autopay": (first, None),
        "bank_draft": (backend.clock.now(), date(2026, 12, 1)),
        "alerts": (None, None),
    }
