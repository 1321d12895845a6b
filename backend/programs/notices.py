"""Notices about an enrollment, by text and email to what is on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.outbox.service import enqueue
from backend.payments.receipts import format_letter
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
    amount = ""
    if enrollment.amount_cents is not None:
        amount = tr(" at {amount} a month", amount=format_cents(enrollment.amount_cents))
    text = tr(
        "acct {account} is now on {program}{amount}, from your next bill on.",
        account=_mask_account(account),
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
        account=_mask_account(account),
        reason=tr(END_REASONS[enrollment.end_reason or "asked"]),
    )
    await _send_notice(session, backend, account, enrollment, "off", tr("Billing program ended"), text)


async def notify_recalculated(
    session: AsyncSession, backend: Backend, account: Account, enrollment: ProgramEnrollment
) -> None:
    text = tr(
        "budget billing on acct {account} was figured anew: {amount} a month from your next bill on.",
        account=_mask_account(account),
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
    coop = backend.coop
    member = await session.get_one(Member, account.member_id)
    text = tr("{text} Ref {number}.", text=text, number=enrollment.confirmation)
    key = f"program:{enrollment.confirmation}:{what}"
    body = tr("{coop}: {text} Not you? Call {phone}", coop=coop.short_name, text=text, phone=coop.office_phone_display)
    await enqueue(
        session, backend, kind="sms", recipient=member.phone, body=body, purpose="notice", dedupe_key=f"{key}:sms"
    )
    if member.email:
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=member.email,
            subject=f"{subject} - {coop.name}",
            body=format_letter(backend, text),
            purpose="notice",
            dedupe_key=f"{key}:email",
        )


def _mask_account(account: Account) -> str:
    # never the whole number: with the last four of the phone that it is sent to, it is all that level 1 asks for
    return f"..{account.number[-5:]}"
