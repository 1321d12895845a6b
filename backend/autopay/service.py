"""Setting up, changing and ending Auto Pay and legacy drafts. Each consent is kept, and the member gets a copy (Reg E).

A row is on (`active` and `is_wanted`), about to end (`active` only), about to begin (`is_wanted` only, from
`change_on`) or off. Changes that wait are in its `change_` columns.

The caller commits. Days are the co-op's local dates, amounts cents. Every change needs the identity
level of `setup_autopay`, else it raises StepUpNeeded; AutoPayRefused has the reason why one is not possible.
"""

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
from backend.autopay.schedule import effective_date, find_active_draft, first_run_day, next_run_day
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


CONSENT_KINDS = {"autopay": "autopay", "draft": "bank_draft"}
"""The consent's kind, by the enrollment's `kind`."""


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
    """The result of a change. `effective_from` is after today when the next run is too near to be changed.

    `next_run` is on the terms agreed to; when it was turned off, the one that still happens.
    """

    confirmation: str
    effective_from: date
    next_run: NextRun | None


async def find_autopay(session: AsyncSession, account_id: int) -> AutoPay | None:
    """The account's Auto Pay when it is on (even if about to end) or about to begin."""
    row = await session.scalar(select(AutoPay).where(AutoPay.account_id == account_id))
    return row if row is not None and (row.active or row.is_wanted) else None


async def forecast_next_run(
    session: AsyncSession, backend: Backend, account_id: int, day_of_month: int | None, starts_on: date | None
) -> NextRun | None:
    """What an enrollment on these terms would draft next; None if it runs on the due date and no bill is open."""
    today = backend.today()
    if coming := await upcoming_runs(session, backend, account_id, day_of_month, starts_on):
        return NextRun(min(coming), coming[min(coming)])
    day = max(today, starts_on or today)
    on = next_run_day(day_of_month, None, day)
    if on == today and await has_run_on(session, account_id, today):  # today's run is over
        on = next_run_day(day_of_month, None, today + timedelta(days=1))
    return NextRun(on) if on else None


async def find_next_run(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> NextRun | None:
    """What this enrollment or draft takes next, any pending change counted in."""
    if isinstance(row, LegacyDraft):
        return await forecast_next_run(session, backend, row.account_id, None, None)
    if row.active:
        coming = await forecast_next_run(session, backend, row.account_id, row.day_of_month, row.starts_on)
        if not row.is_wanted or row.change_on is None or (coming is not None and coming.on < row.change_on):
            return coming
    # it begins on `change_on`, or its change is in force by the next run
    return await forecast_next_run(session, backend, row.account_id, row.change_day_of_month, row.change_on)


async def find_remaining_run(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> NextRun | None:
    """The run that still happens although it was turned off, because that came too late for it."""
    coming = await find_next_run(session, backend, row)
    return coming if coming and row.active and row.change_on and coming.on < row.change_on else None


async def find_effective_date(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> date:
    """When a change agreed to today takes effect: today, or the day after a run that is too near to be changed."""
    if not row.active:
        return backend.today()
    coming = await find_next_run(session, backend, row)
    return effective_date(backend.today(), coming.on if coming else None, backend.coop)


async def new_autopay_start(session: AsyncSession, backend: Backend, account_id: int) -> date:
    """The first day on which Auto Pay agreed to today could run: after the next run of what it replaces."""
    first = first_run_day(backend.today(), backend.coop)
    row = await find_autopay(session, account_id)
    if row is not None and not row.active and row.change_on:
        return max(row.change_on, first)
    before = row if row is not None and row.active else await find_active_draft(session, account_id)
    if before is None:
        return first
    return max(await find_effective_date(session, backend, before), first)


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
        return await _apply_change(session, backend, row, method_id, day_of_month, agreement, "autopay_kept")
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
    effective_from = _apply_or_defer(row, backend, effective_from, method_id, day_of_month)
    return await _record_change(session, backend, row, agreement, "autopay_set_up", effective_from)


async def change(
    session: AsyncSession,
    backend: Backend,
    *,
    account_id: int,
    method_id: int,
    day_of_month: int | None,
    agreement: Agreement,
) -> AutoPayResult:
    """Another method or day, from the day after the next run where the change is too late for that one."""
    account = await _lock_account_for_change(session, account_id, agreement)
    await _require_usable(session, backend, account, method_id, day_of_month)
    row = await _require_autopay(session, account_id)
    return await _apply_change(session, backend, row, method_id, day_of_month, agreement, "autopay_changed")


async def cancel(session: AsyncSession, backend: Backend, *, account_id: int, agreement: Agreement) -> AutoPayResult:
    """End Auto Pay. A run that is too near still happens. Auto Pay that has not begun yet never runs."""
    await _lock_account_for_change(session, account_id, agreement)
    row = await _require_autopay(session, account_id)
    if row.active:
        effective_from = await _end(session, backend, row)
    else:
        effective_from = backend.today()
        clear_pending_change(row)
        # the draft that it was to replace goes on
        kept = update(LegacyDraft).where(LegacyDraft.account_id == account_id)
        await session.execute(kept.values(change_on=None, change_active=None, change_method_id=None))
    return await _record_change(session, backend, row, agreement, "autopay_canceled", effective_from, is_ending=True)


async def change_draft(
    session: AsyncSession, backend: Backend, *, account_id: int, method_id: int, agreement: Agreement
) -> AutoPayResult:
    """Take a legacy draft from another card or bank account."""
    account = await _lock_account_for_change(session, account_id, agreement)
    await _require_usable(session, backend, account, method_id, None)
    row = await _require_draft(session, account_id)
    effective_from = await find_effective_date(session, backend, row)
    clear_pending_change(row)
    if effective_from > backend.today():
        row.change_on, row.change_method_id = effective_from, method_id
    else:
        row.method_id = method_id
    return await _record_change(session, backend, row, agreement, "draft_changed", effective_from)


async def remove_draft(
    session: AsyncSession, backend: Backend, *, account_id: int, agreement: Agreement
) -> AutoPayResult:
    """End a legacy draft; it cannot be set up again."""
    await _lock_account_for_change(session, account_id, agreement)
    row = await _require_draft(session, account_id)
    effective_from = await _end(session, backend, row)
    return await _record_change(session, backend, row, agreement, "bank_draft_canceled", effective_from, is_ending=True)


async def _lock_account_for_change(session: AsyncSession, account_id: int, agreement: Agreement) -> Account:
    require("setup_autopay", agreement.level)  # the same level for drafts and Auto Pay
    return await lock_account(session, account_id)


async def _require_usable(
    session: AsyncSession, backend: Backend, account: Account, method_id: int, day_of_month: int | None
) -> None:
    if account.status == "closed":
        raise AutoPayRefused("account_closed")
    method = await session.get(PaymentMethod, method_id)
    if method is None or not method.saved or prechecks.find_method_problem(account, method, backend.today()):
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


async def _end(session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft) -> date:
    """Turn it off, now or after a run that is too near; returns when that takes effect."""
    effective_from = await find_effective_date(session, backend, row)
    clear_pending_change(row)
    if effective_from > backend.today():
        row.change_on, row.change_active = effective_from, False
    else:
        row.active = False
    await session.flush()
    return effective_from


def _apply_or_defer(
    row: AutoPay, backend: Backend, effective_from: date, method_id: int, day_of_month: int | None
) -> date:
    """Put the terms into force today, or save them for `effective_from`. Returns the day on which they take effect.

    No run is made on them before `first_run_day`, so saved terms wait for that day if it is later.
    """
    clear_pending_change(row)
    first = first_run_day(backend.today(), backend.coop)
    if effective_from > backend.today():
        row.change_on, row.change_active = max(effective_from, first), True
        row.change_method_id, row.change_day_of_month = method_id, day_of_month
        return row.change_on
    row.active, row.starts_on = True, first
    row.method_id, row.day_of_month = method_id, day_of_month
    return effective_from


async def _apply_change(
    session: AsyncSession,
    backend: Backend,
    row: AutoPay,
    method_id: int,
    day_of_month: int | None,
    agreement: Agreement,
    act: str,
) -> AutoPayResult:
    if row.active:
        effective_from = await find_effective_date(session, backend, row)
    else:
        effective_from = row.change_on or backend.today()
    effective_from = _apply_or_defer(row, backend, effective_from, method_id, day_of_month)
    return await _record_change(session, backend, row, agreement, act, effective_from)


async def _record_change(
    session: AsyncSession,
    backend: Backend,
    row: AutoPay | LegacyDraft,
    agreement: Agreement,
    act: str,
    effective_from: date,
    *,
    is_ending: bool = False,
) -> AutoPayResult:
    """End the consent to the terms before, keep the one to the terms that `row` has now, and send the copy.

    An ending has a copy as well, but is no consent to anything.
    """
    kind, account_id = CONSENT_KINDS[row.kind], row.account_id
    number = await confirmation_numbers.new_number(session)
    await session.flush()
    await consents.revoke(session, backend, account_id, kinds=[kind], ends_on=effective_from)
    title, what, more, coming = await _describe_change(session, backend, row, effective_from, is_ending)
    await notices.send_agreement_copy(session, backend, row, title, what, more, agreement.wording, number)
    after = _format_for_audit(row, number, effective_from)
    if is_ending:
        await consents.record_act(session, backend, agreement, account_id=account_id, act=act, after=after)
    else:
        await consents.record(
            session, backend, agreement, account_id=account_id, kind=kind, act=act, reference=number, after=after
        )
    return AutoPayResult(number, effective_from, coming)


async def _describe_change(
    session: AsyncSession, backend: Backend, row: AutoPay | LegacyDraft, effective_from: date, is_ending: bool
) -> tuple[str, str, str, NextRun | None]:
    """For the copy: its title, what was done, and a sentence about the next run, if any; with that run."""
    name = tr(notices.TITLES[row.kind])
    coming: NextRun | None = None
    if is_ending:
        if effective_from > backend.today():
            coming = await find_next_run(session, backend, row)
        more = tr("The run of {day} still happens.", day=format_short_date(coming.on)) if coming else ""
        return tr("{name} ended", name=name), tr("{name} is ended", name=name), more, coming
    # the first run on the new terms; a run before that happens on the old ones
    if isinstance(row, AutoPay) and row.change_on:
        coming = await forecast_next_run(session, backend, row.account_id, row.change_day_of_month, row.change_on)
    else:
        coming = await find_next_run(session, backend, row)
    more = tr("Next run {day}.", day=format_short_date(coming.on)) if coming else ""
    return tr("{name} confirmed", name=name), tr("{name} is set as agreed", name=name), more, coming


def _format_for_audit(row: AutoPay | LegacyDraft, number: str, effective_from: date) -> dict[str, str | int | None]:
    """The terms agreed to: those in force, or those that replace them on `change_on`."""
    day = None
    if isinstance(row, AutoPay):
        day = row.change_day_of_month if row.change_method_id else row.day_of_month
    return {
        "confirmation": number,
        "counts_from": effective_from.isoformat(),  # a key of stored audit rows
        "active": row.active,
        "method_id": row.change_method_id or row.method_id,
        "day_of_month": day,
    }
