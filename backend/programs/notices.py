"""Notices about an enrollment, by text and email to what is on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.payments import receipts
from backend.programs.models import ProgramEnrollment

if TYPE_CHECKING:
    from backend.app import Backend

NAMES = {"budget": mark("budget billing"), "levelized": mark("levelized billing")}
END_REASONS = {
    "asked": mark("as you asked"),
    "past_due": mark("because a bill is past due"),
    "missed_payments": mark("because two payments were missed"),
}


async def notify_enrolled(
    session: AsyncSession, backend: Backend, account: Account, enrollment: ProgramEnrollment
) -> None:
    monthly = enrollment.amount_cents
    amount = "" if monthly is None else tr(" at {amount} a month", amount=format_cents(monthly))
    text = tr(
        "acct {account} is now on {program}{amount}, from your next bill on.",
        account=account.masked_number,
        program=tr(NAMES[enrollment.program]),
        amount=amount,
    )
    await _send_notice(session, backend, account, enrollment, "on", tr("Billing program"), text)


async def notify_ended(
    session: AsyncSession, backend: Backend, account: Account, enrollment: ProgramEnrollment
) -> None:
    text = tr(
        "{program} on acct {account} has ended {reason}.",
        program=tr(NAMES[enrollment.program]),
        account=account.masked_number,
        reason=tr(END_REASONS[enrollment.end_reason or "asked"]),
    )
    await _send_notice(session, backend, account, enrollment, "off", tr("Billing program ended"), text)


async def notify_recalculated(
    session: AsyncSession, backend: Backend, account: Account, enrollment: ProgramEnrollment
) -> None:
    text = tr(
        "budget billing on acct {account} was figured anew: {amount} a month from your next bill on.",
        account=account.masked_number,
        amount=format_cents(enrollment.amount_cents or 0),
    )
    await _send_notice(
        session, backend, account, enrollment, f"{enrollment.figured_on:%Y%m}", tr("Budget billing amount"), text
    )


async def _send_notice(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    enrollment: ProgramEnrollment,
    what: str,
    subject: str,
    text: str,
) -> None:
    await receipts.send(
        session,
        backend,
        await session.get_one(Member, account.member_id),
        f"program:{enrollment.confirmation}:{what}",
        "notice",
        subject,
        tr("{text} Ref {number}.", text=text, number=enrollment.confirmation),
        sms_template=mark("{coop}: {text} Not you? Call {phone}"),
    )
