"""What ends with an account that was closed: Auto Pay, drafts and scheduled payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.pending_changes import clear_pending_change
from backend.billing.models import Account
from backend.consents.models import Consent
from backend.language import use_language
from backend.payments import prechecks, receipts
from backend.payments.models import PaymentMethod, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

CONSENT_KINDS = {"autopay": "autopay", "draft": "bank_draft"}


class EndedByClosing(NamedTuple):
    """Something that ended, as the caller's audit row says it."""

    act: str
    account_id: int
    before: dict[str, Any]
    after: dict[str, Any]


async def stop_payments(
    session: AsyncSession, backend: Backend, account_ids: Sequence[int], now: datetime
) -> list[EndedByClosing]:
    """Nothing is taken for these accounts any more, except payments that the network has already.

    Hold their locks, and flush that they are closed, first. The runs would refuse a closed account by themselves, each
    time with a notice to the member. Opened again, the account starts without: the authorization has ended.
    """
    if not account_ids:
        return []
    return [
        *await _end(session, "autopay", AutoPay, account_ids, now),
        *await _end(session, "draft", LegacyDraft, account_ids, now),
        *await _fail_scheduled(session, backend, account_ids),
    ]


async def _end(
    session: AsyncSession,
    kind: str,
    model: type[AutoPay] | type[LegacyDraft],
    account_ids: Sequence[int],
    now: datetime,
) -> list[EndedByClosing]:
    query = select(model).where(model.account_id.in_(account_ids), or_(model.active, model.change_active.is_(True)))
    ended = []
    for row in cast(Iterable[AutoPay | LegacyDraft], await session.scalars(query)):
        row.active = False
        clear_pending_change(row)
        ended.append(row.account_id)
    await session.flush()
    standing = (Consent.account_id.in_(ended), Consent.kind == CONSENT_KINDS[kind], Consent.revoked_at.is_(None))
    await session.execute(update(Consent).where(*standing).values(revoked_at=now))
    return [EndedByClosing(f"{kind}_ended_by_closing", each, {"active": True}, {"active": False}) for each in ended]


async def _fail_scheduled(session: AsyncSession, backend: Backend, account_ids: Sequence[int]) -> list[EndedByClosing]:
    """As the run would on its day, with the same notice, but now, while the member can still do something about it."""
    failed = []
    query = select(ScheduledPayment).where(
        ScheduledPayment.account_id.in_(account_ids), ScheduledPayment.status == "scheduled"
    )
    for item in (await session.scalars(query)).all():
        account = await session.get_one(Account, item.account_id, populate_existing=True)
        method = await session.get_one(PaymentMethod, item.method_id)
        with use_language(await receipts.language_for(session, item)):
            reason = prechecks.find_method_problem(account, method, backend.today())
            await receipts.notify_schedule_failed(session, backend, item, reason or "")
        item.status = "failed"
        after = {"status": "failed", "confirmation": item.confirmation}
        before = {"status": "scheduled"}
        failed.append(EndedByClosing("scheduled_payment_failed", item.account_id, before, after))
    await session.flush()
    return failed
