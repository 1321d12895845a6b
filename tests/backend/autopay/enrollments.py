"""Enrollments and drafts for tests, and looking at what the run did."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from backend.app import Backend
from backend.autopay import service
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.service import AutoPayResult
from backend.consents.service import Agreement
from backend.outbox.models import OutboxMessage
from backend.payments.models import PaymentMethod
from tests.backend.household import Household

AGREEMENT = Agreement("sms-99999", 2, "sms", "Auto Pay: the exact words. Reply AGREE.", "agree")


async def add_autopay(
    backend: Backend,
    home: Household,
    *,
    day: int | None = None,
    method_id: int | None = None,
    starts_on: date | None = None,
) -> None:
    """An enrollment of long ago, unless it starts later."""
    async with backend.db.transaction() as session:
        session.add(
            AutoPay(
                account_id=home.account_id,
                method_id=method_id or home.card_id,
                day_of_month=day,
                starts_on=starts_on,
            )
        )


async def add_draft(backend: Backend, home: Household, method_id: int | None = None) -> None:
    async with backend.db.transaction() as session:
        session.add(LegacyDraft(account_id=home.account_id, method_id=method_id or home.bank_id))


async def enroll(backend: Backend, home: Household, **other: object) -> AutoPayResult:
    asked: dict[str, object] = {
        "account_id": home.account_id,
        "method_id": home.card_id,
        "day_of_month": None,
        "replace_draft": False,
        "agreement": AGREEMENT,
    }
    async with backend.db.transaction() as session:
        return await service.enroll(session, backend, **{**asked, **other})  # type: ignore[arg-type]


async def change(backend: Backend, home: Household, method_id: int, day: int | None) -> AutoPayResult:
    async with backend.db.transaction() as session:
        return await service.change(
            session, backend, account_id=home.account_id, method_id=method_id, day_of_month=day, agreement=AGREEMENT
        )


async def cancel(backend: Backend, home: Household) -> AutoPayResult:
    async with backend.db.transaction() as session:
        return await service.cancel(session, backend, account_id=home.account_id, agreement=AGREEMENT)


async def drafts(backend: Backend) -> list[AutomaticDraft]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(AutomaticDraft).order_by(AutomaticDraft.id)))


async def set_token(backend: Backend, method_id: int, token: str) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, method_id)).token = token


async def texts(backend: Backend, purpose: str) -> list[str]:
    """The texts sent for that purpose, in their order."""
    async with backend.db.read_session() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.purpose == purpose, OutboxMessage.kind == "sms")
        return list(await session.scalars(query.order_by(OutboxMessage.id)))
