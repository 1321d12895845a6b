"""Setting up, changing and ending Auto Pay and legacy drafts. Each consent is kept, and the member gets a copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.autopay import notices
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.open_bills import has_run_on, upcoming_runs
from backend.autopay.pending_changes import clear_pending_change
from backend.autopay.schedule import effective_date, find_active_draft, first_run_day, next_run
from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.errors import MemberlineError
from backend.language import format_short_date, tr
from backend.members.levels import require
from backend.payments import prechecks
from backend.payments.models import PaymentMethod

if TYPE_CHECKING:
    from backend.app import Backend


class AutoPayRefused(MemberlineError):
    """`code`: account_closed, method_not_usable, day_not_usable, already_on, draft_exists, not_on or no_draft."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NextRun:
    """The next automatic payment: its day, and the cents open now when there is a bill for it already."""

    on: date
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class AutoPayResult:
    """The result of a change. `effective_from` is after today when the next run is too near to be changed."""

    confirmation: str
    effective_from: date
    next_run: NextRun | None


async def find_autopay(session: AsyncSession, account_id: int) -> AutoPay | None:
    """The account's Auto Pay when it is on, or agreed to begin."""
    row = await session.scalar(select(AutoPay).where(AutoPay.account_id == account_id))
    return row if row is not None and (row.active or row.is_wanted) else None


async def forecast_next_run(
    session: AsyncSession, backend: Backend, account_id: int, day_of_month: int | None, starts_on: date | None
) -> NextRun | None:
    """What an enrollment on these terms would draft next; None when that depends on the next bill."""
    today = backend.today()
    if coming := await upcoming_runs(session, backend, account_id, day_of_month, starts_on):
        return NextRun(min(coming), coming[min(coming)])
    day = max(today, starts_on or today)
    on = next_run(day_of_month, None, day)
    if on == today and await has_run_on(session, account_id, today):  # today's run is over
        on = next_run(day_of_month, None, today + timedelta(days=1))
    return NextRun(on) if on else None


async def find_next_run(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> NextRun | None:
    """What this enrollment or draft takes next, any pending change counted in."""
    day = row.day_of_month if isinstance(row, AutoPay) else None
    starts_on = row.starts_on if isinstance(row, AutoPay) else None
    if isinstance(row, AutoPay) and not row.active:
        day, starts_on = row.change_day_of_month, row.change_on
    coming = await forecast_next_run(session, backend, row.account_id, day, starts_on)
    if not (isinstance(row, AutoPay) and row.active and row.is_wanted and row.change_on):
        return coming
    if coming is not None and coming.on < row.change_on:
        return coming
    # the pending change is in force by then
    return await forecast_next_run(session, backend, row.account_id, row.change_day_of_month, row.change_on)


async def find_last_run(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> NextRun | None:
    """The run that still happens although it was turned off, because that came too late for it."""
    coming = await find_next_run(session, backend, row)
    return coming if coming and row.active and row.change_on and coming.on < row.change_on else None


async def new_autopay_start(session: AsyncSession, backend: Backend, account_id: int) -> date:
    """The first day on which Auto Pay agreed to today could run: after the next run of what it replaces."""
    first = first_run_day(backend.today(), backend.coop)
    row = await find_autopay(session, account_id)
    if row is not None and not row.active and row.change_on:
        return max(row.change_on, first)
    before = row if row is not None and row.active else await find_active_draft(session, account_id)
    if before is None:
        return first
    effective_from = await _change_effective_on(session, backend, before)
    return max(effective_from, first) if effective_from > backend.today() else first


async def enroll(
    session: AsyncSession,
    backend: Backend,
    *,
    account_id: int,
    method_id: int,
    day_of_month: int | None,
    replace_draft: bool,
    agreement: Agreement,
) -> AutoPayResult:
    """Set up Auto Pay, in place of a legacy draft if `replace_draft`; else a draft raises AutoPayRefused."""
    account = await _lock_account_for_change(session, account_id, agreement)
    await _require_usable(session, backend, account, method_id, day_of_month)
    row = await session.scalar(select(AutoPay).where(AutoPay.account_id == account_id))
    if row is not None and row.is_wanted:
        raise AutoPayRefused("already_on")
    if row is not None and row.active:  # about to end: it continues on the new terms instead
        return await _change(session, backend, row, method_id, day_of_month, agreement, "autopay_kept")
    draft = await find_active_draft(session, account_id)
    if draft is not None and not replace_draft:
        raise AutoPayRefused("draft_exists")
    effective_from = backend.today()
    if draft:
        effective_from = await _end(session, backend, draft)
        await consents.revoke(session, backend, account_id, kinds=["bank_draft"], ends_on=effective_from)
    if row is None:
        row = AutoPay(account_id=account_id, method_id=method_id, active=False)
        session.add(row)
    _apply_or_defer(row, backend, effective_from, method_id, day_of_month)
    await session.flush()
    return await _record_agreement(session, backend, row, agreement, "autopay", "autopay_set_up", effective_from)


async def change(
    session: AsyncSession,
    backend: Backend,
    *,
    account_id: int,
    method_id: int,
    day_of_month: int | None,
    agreement: Agreement,
) -> AutoPayResult:
    """Another method or day. A change that is too late for the next run takes effect on the day after it."""
    account = await _lock_account_for_change(session, account_id, agreement)
    await _require_usable(session, backend, account, method_id, day_of_month)
    row = await _require_autopay(session, account_id)
    return await _change(session, backend, row, method_id, day_of_month, agreement, "autopay_changed")


async def cancel(session: AsyncSession, backend: Backend, *, account_id: int, agreement: Agreement) -> AutoPayResult:
    """End Auto Pay. A run that is too near still happens. Auto Pay that has not begun yet never runs."""
    await _lock_account_for_change(session, account_id, agreement)
    row = await _require_autopay(session, account_id)
    if not row.active:
        clear_pending_change(row)
        await session.execute(
            update(LegacyDraft)
            .where(LegacyDraft.account_id == account_id)
            .values(change_on=None, change_active=None, change_method_id=None)
        )
        return await _record_ending(session, backend, row, agreement, "autopay", backend.today())
    effective_from = await _end(session, backend, row)
    return await _record_ending(session, backend, row, agreement, "autopay", effective_from)


async def change_draft(
    session: AsyncSession, backend: Backend, *, account_id: int, method_id: int, agreement: Agreement
) -> AutoPayResult:
    """Take a legacy draft from another card or bank account."""
    account = await _lock_account_for_change(session, account_id, agreement)
    await _require_usable(session, backend, account, method_id, None)
    row = await _require_draft(session, account_id)
    effective_from = await _change_effective_on(session, backend, row)
    clear_pending_change(row)
    if effective_from > backend.today():
        row.change_on, row.change_method_id = effective_from, method_id
    else:
        row.method_id = method_id
    return await _record_agreement(session, backend, row, agreement, "bank_draft", "draft_changed", effective_from)


async def remove_draft(
    session: AsyncSession, backend: Backend, *, account_id: int, agreement: Agreement
) -> AutoPayResult:
    """End a legacy draft; it cannot be set up again."""
    await _lock_account_for_change(session, account_id, agreement)
    row = await _require_draft(session, account_id)
    effective_from = await _end(session, backend, row)
    return await _record_ending(session, backend, row, agreement, "bank_draft", effective_from)


async def _lock_account_for_change(session: AsyncSession, account_id: int, agreement: Agreement) -> Account:
    require("setup_autopay", agreement.level)  # the same level for drafts and Auto Pay
    return await lock_account(session, account_id)


async def _require_usable(
    session: AsyncSession, backend: Backend, account: Account, method_id: int, day_of_month: int | None
) -> None:
    method = await session.get(PaymentMethod, method_id)
    if account.status == "closed":
        raise AutoPayRefused("account_closed")
    if method is None or not method.saved or method.member_id != account.member_id:
        raise AutoPayRefused("method_not_usable")
    if prechecks.find_method_problem(account, method, backend.today()):
        raise AutoPayRefused("method_not_usable")
    if day_of_month is not None and not 1 <= day_of_month <= 31:
        raise AutoPayRefused("day_not_usable")


async def _require_autopay(session: AsyncSession, account_id: int) -> AutoPay:
    row = await session.scalar(
        select(AutoPay).where(AutoPay.account_id == account_id).execution_options(populate_existing=True)
    )
    if row is None or not row.is_wanted:
        raise AutoPayRefused("not_on")
    return row


async def _require_draft(session: AsyncSession, account_id: int) -> LegacyDraft:
    row = await find_active_draft(session, account_id)
    if row is None or not row.is_wanted:
        raise AutoPayRefused("no_draft")
    return row


async def _change_effective_on(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> date:
    """When a change agreed to today takes effect."""
    coming = await find_next_run(session, backend, row)
    return effective_date(backend.today(), coming.on if coming else None, backend.coop)


async def _end(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> date:
    """Turn it off, now or after a run that is too near; returns when that takes effect."""
    effective_from = await _change_effective_on(session, backend, row)
    clear_pending_change(row)
    if effective_from > backend.today():
        row.change_on, row.change_active = effective_from, False
    else:
        row.active = False
    await session.flush()
    return effective_from


def _apply_or_defer(
    row: AutoPay, backend: Backend, effective_from: date, method_id: int, day_of_month: int | None
) -> None:
    """Put the terms into force now, or keep them for a later day; a run needs its lead time either way."""
    clear_pending_change(row)
    if effective_from > backend.today():
        row.change_on, row.change_active = max(effective_from, first_run_day(backend.today(), backend.coop)), True
        row.change_method_id, row.change_day_of_month = method_id, day_of_month
    else:
        row.active, row.starts_on = True, first_run_day(backend.today(), backend.coop)
        row.method_id, row.day_of_month = method_id, day_of_month


async def _change(
    session: AsyncSession,
    backend: Backend,
    row: AutoPay,
    method_id: int,
    day_of_month: int | None,
    agreement: Agreement,
    act: str,
) -> AutoPayResult:
    if row.active:
        effective_from = await _change_effective_on(session, backend, row)
    else:
        effective_from = row.change_on or backend.today()
    _apply_or_defer(row, backend, effective_from, method_id, day_of_month)
    return await _record_agreement(session, backend, row, agreement, "autopay", act, effective_from)


async def _record_agreement(
    session: AsyncSession,
    backend: Backend,
    row: AutoPay | LegacyDraft,
    agreement: Agreement,
    kind: str,
    act: str,
    effective_from: date,
) -> AutoPayResult:
    number = await confirmation_numbers.new_number(session)
    await consents.revoke(session, backend, row.account_id, kinds=[kind], ends_on=effective_from)
    await session.flush()
    coming = await _next_run_after(session, backend, row, effective_from)
    name = tr(notices.TITLES["autopay" if kind == "autopay" else "draft"])
    when = tr(" Next run {day}.", day=format_short_date(coming.on)) if coming else ""
    await notices.send_agreement_copy(
        session,
        backend,
        row,
        title=tr("{name} confirmed", name=name),
        text=tr("{name} is set as agreed", name=name),
        more=when,
        wording=agreement.wording,
        number=number,
    )
    await consents.record(
        session,
        backend,
        agreement,
        account_id=row.account_id,
        kind=kind,
        act=act,
        reference=number,
        after=_format_for_audit(row, number, effective_from),
    )
    return AutoPayResult(number, effective_from, coming)


async def _record_ending(
    session: AsyncSession,
    backend: Backend,
    row: AutoPay | LegacyDraft,
    agreement: Agreement,
    kind: str,
    effective_from: date,
) -> AutoPayResult:
    number = await confirmation_numbers.new_number(session)
    await session.flush()
    await consents.revoke(session, backend, row.account_id, kinds=[kind], ends_on=effective_from)
    late = effective_from > backend.today()
    coming = await find_next_run(session, backend, row) if late else None
    name = tr(notices.TITLES["autopay" if kind == "autopay" else "draft"])
    last = tr(" The run of {day} still happens.", day=format_short_date(coming.on)) if coming else ""
    await notices.send_agreement_copy(
        session,
        backend,
        row,
        title=tr("{name} ended", name=name),
        text=tr("{name} is ended", name=name),
        more=last,
        wording=agreement.wording,
        number=number,
    )
    await consents.record_act(
        session,
        backend,
        agreement,
        account_id=row.account_id,
        act=f"{kind}_cancelled",
        after=_format_for_audit(row, number, effective_from),
    )
    return AutoPayResult(number, effective_from, coming)


async def _next_run_after(
    session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft, effective_from: date
) -> NextRun | None:
    """The next run on the terms just agreed; a run before them happens on the old ones."""
    if isinstance(row, AutoPay) and row.change_on:
        return await forecast_next_run(session, backend, row.account_id, row.change_day_of_month, row.change_on)
    return await find_next_run(session, backend, row)


def _format_for_audit(row: AutoPay | LegacyDraft, number: str, effective_from: date) -> dict[str, str | int | None]:
    """The terms agreed to: those in force, or those that replace them on `change_on`."""
    day = row.day_of_month if isinstance(row, AutoPay) else None
    return {
        "confirmation": number,
        "counts_from": effective_from.isoformat(),
        "active": row.active,
        "method_id": row.change_method_id or row.method_id,
        "day_of_month": row.change_day_of_month if isinstance(row, AutoPay) and row.change_method_id else day,
    }
