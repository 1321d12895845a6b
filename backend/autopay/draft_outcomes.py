"""What became of a drafted payment: kept with its bill, and told. Called where payments move, in their transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.autopay import notices, rules
from backend.autopay.models import AutomaticDraft, AutoPay, Consent, LegacyDraft
from backend.payments.models import Payment

if TYPE_CHECKING:
    from backend.app import Backend

SYSTEM = "autopay"


async def handle_payment_status(
    session: AsyncSession, backend: Backend, payment: Payment, status: str, code: str | None = None
) -> bool:
    """Take over that an automatic payment became `status`; False when the payment is no automatic one.

    True also says that the member is told here of what did not go through, and when it is tried again.
    """
    draft = await session.scalar(select(AutomaticDraft).where(AutomaticDraft.payment_id == payment.id))
    if draft is None:
        return False
    if status == "posted":
        draft.status, draft.retry_on = "paid", None
    elif status == "voided":
        # the network never had it, so that it does not count as a try
        draft.attempts -= 1
        draft.status, draft.retry_on = "retry", max(backend.today(), draft.tried_on) + timedelta(days=1)
    else:
        await _handle_failed_payment(session, backend, draft, payment, status, code)
    return True


async def _handle_failed_payment(
    session: AsyncSession, backend: Backend, draft: AutomaticDraft, payment: Payment, status: str, code: str | None
) -> None:
    today = max(backend.today(), draft.tried_on)
    sequel = rules.decide_failure_action(
        code, attempts=draft.attempts, first_on=draft.run_on, tried_on=today, closed=backend.coop.holiday_name
    )
    draft.status, draft.retry_on = ("retry", sequel.on) if sequel.kind == "retry" else ("failed", None)
    await notices.notify_payment_failed(session, backend, draft, payment, status, code, sequel)
    if sequel.kind == "end":
        await end_enrolment(session, backend, draft, code)


async def end_enrolment(session: AsyncSession, backend: Backend, draft: AutomaticDraft, code: str | None) -> None:
    """Nothing more may be drafted until the member agrees anew."""
    account_id = draft.account_id
    off = {"active": False, "change_on": None, "change_active": None, "change_method_id": None}
    for model in (AutoPay, LegacyDraft):
        await session.execute(update(model).where(model.account_id == account_id, model.active).values(off))
    now = backend.clock.now()
    standing = (
        Consent.account_id == account_id,
        Consent.kind.in_(("autopay", "bank_draft")),
        Consent.revoked_at.is_(None),
    )
    await session.execute(update(Consent).where(*standing).values(revoked_at=now, ends_on=backend.today()))
    await audit.record(
        session,
        backend,
        actor=SYSTEM,
        level=0,
        channel="job",
        act=f"{draft.kind}_ended",
        account_id=account_id,
        before={"active": True},
        after={"active": False, "reason": code},
    )
