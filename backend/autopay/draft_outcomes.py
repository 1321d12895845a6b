"""Answers what payments ask of automatic payments: which drafts are next, and what follows when one changes status."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.autopay import notices, rules
from backend.autopay.models import SYSTEM, AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.open_bills import upcoming_runs
from backend.autopay.schedule import find_active
from backend.consents import service as consents
from backend.payments.automatic_payments import AutomaticPayments, ComingDraft
from backend.payments.models import VOIDED_BY_OFFICE, Payment

if TYPE_CHECKING:
    from backend.app import Backend


class DraftsAndAutoPay(AutomaticPayments):
    async def find_next_draft(self, session: AsyncSession, backend: Backend, account_id: int) -> ComingDraft | None:
        row = await find_active(session, account_id)
        if row is None:
            return None
        runs = await upcoming_runs(session, backend, account_id, row.day_of_month, row.starts_on)
        return ComingDraft(row.kind, min(runs), runs[min(runs)]) if runs else None

    async def handle_status(
        self, session: AsyncSession, backend: Backend, payment: Payment, status: str, code: str | None = None
    ) -> bool:
        of_payment = AutomaticDraft.payment_id == payment.id
        if status == "posted":
            paid = update(AutomaticDraft).where(of_payment).values(status="paid", retry_on=None)
            return bool((await session.execute(paid.returning(AutomaticDraft.id))).all())
        draft = await session.scalar(select(AutomaticDraft).where(of_payment))
        if draft is None:
            return False
        if status == "voided" and code != VOIDED_BY_OFFICE:
            # the network never had it, so it does not count as a try
            draft.attempts -= 1
            draft.status, draft.retry_on = "retry", max(backend.today(), draft.tried_on) + timedelta(days=1)
        else:
            await _handle_failed_payment(session, backend, draft, payment, status, code)
        return True

    async def end_for_method(self, session: AsyncSession, backend: Backend, method_id: int, code: str) -> bool:
        ended = False
        for model in (AutoPay, LegacyDraft):
            query = select(model.account_id).where(model.active, model.method_id == method_id).order_by(model.id)
            for account_id in list(await session.scalars(query)):
                await _end_enrollment(session, backend, account_id, model.kind, code)
                ended = True
        return ended


async def _handle_failed_payment(
    session: AsyncSession, backend: Backend, draft: AutomaticDraft, payment: Payment, status: str, code: str | None
) -> None:
    today = max(backend.today(), draft.tried_on)
    action = rules.decide_failure_action(
        code, attempts=draft.attempts, first_on=draft.run_on, tried_on=today, closed=backend.coop.holiday_name
    )
    draft.status, draft.retry_on = ("retry", action.on) if action.kind == "retry" else ("failed", None)
    await notices.notify_payment_failed(session, backend, draft, payment, status, code, action)
    if action.kind == "end":
        await _end_enrollment(session, backend, draft.account_id, draft.kind, code)


async def _end_enrollment(
    session: AsyncSession, backend: Backend, account_id: int, kind: str, code: str | None
) -> None:
    """Draft nothing more until the member agrees again: Nacha wants a new authorization after such a return."""
    off = {"active": False, "change_on": None, "change_active": None, "change_method_id": None}
    for model in (AutoPay, LegacyDraft):
        await session.execute(update(model).where(model.account_id == account_id, model.active).values(off))
    await consents.revoke(session, backend, account_id, kinds=("autopay", "bank_draft"), ends_on=backend.today())
    await audit.record_job_act(
        session,
        backend,
        job=SYSTEM,
        act=f"{kind}_ended",
        account_id=account_id,
        before={"active": True},
        after={"active": False, "reason": code},
    )
