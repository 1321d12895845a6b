"""News of what was drafted is in the language on file, the copy of what was agreed in that of the talk."""

from __future__ import annotations

from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.autopay.daily_run import run_autopay
from backend.consents.models import Consent
from backend.language import current_language, use_language
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.payments.models import PaymentMethod
from tests.backend.autopay.enrollments import AGREEMENT, add_autopay, enroll, set_token, texts
from tests.backend.autopay.test_daily_run import DUE_ON
from tests.backend.household import Household


async def speaks_spanish(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Member).values(language="es"))


async def test_declined_draft_notice_is_in_the_language_on_file(backend: Backend, home: Household) -> None:
    await speaks_spanish(backend)
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    await run_autopay(backend, DUE_ON)
    [notice] = await texts(backend, "notice")
    assert "fue rechazado: fondos insuficientes. Lo intentamos otra vez el " in notice
    assert len(notice) <= 160
    assert current_language() == "en"


async def test_impossible_draft_notice_is_translated_and_audited_in_english(backend: Backend, home: Household) -> None:
    await speaks_spanish(backend)
    await add_autopay(backend, home)
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).exp_year = 2025
    await run_autopay(backend, DUE_ON)
    [notice] = await texts(backend, "notice")
    assert "no se hizo" in notice
    assert "Por favor pague de otra forma" in notice
    async with backend.db.read_session() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.act == "autopay_not_possible"))).one()
    assert row.after is not None
    assert "has expired" in row.after["reason"]


async def test_copy_is_in_the_language_of_the_conversation(backend: Backend, home: Household) -> None:
    with use_language("es"):
        await enroll(backend, home)
    async with backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
        letter = (await session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "email"))).one()
    assert (consent.wording, consent.reply) == (AGREEMENT.wording, AGREEMENT.reply)
    assert letter.subject.startswith("Auto Pay confirmado")
    assert f"Lo que usted aceptó, palabra por palabra:\n{AGREEMENT.wording}" in letter.body
