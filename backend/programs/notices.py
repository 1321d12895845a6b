"""What a member is told about an enrolment, by text and email to what is on file. Plain GSM-7 words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.members.models import Member
from backend.money import format_cents
from backend.outbox.service import enqueue
from backend.payments.receipts import letter
from backend.programs.models import Enrolment

if TYPE_CHECKING:
    from backend.app import Backend

NAMES = {"budget": "budget billing", "levelized": "levelized billing"}
END_REASONS = {
    "asked": "as you asked",
    "past_due": "because a bill is past due",
    "missed_payments": "because two payments were missed",
}


async def enrolled(session: AsyncSession, backend: Backend, account: Account, made: Enrolment) -> None:
    amount = f" at {format_cents(made.amount_cents)} a month" if made.amount_cents is not None else ""
    text = f"acct {_short(account)} is now on {NAMES[made.program]}{amount}, from your next bill on."
    await _tell(session, backend, account, made, "on", "Billing program", text)


async def ended(session: AsyncSession, backend: Backend, account: Account, made: Enrolment) -> None:
    text = f"{NAMES[made.program]} on acct {_short(account)} has ended {END_REASONS[made.end_reason or 'asked']}."
    await _tell(session, backend, account, made, "off", "Billing program ended", text)


async def recalculated(session: AsyncSession, backend: Backend, account: Account, made: Enrolment) -> None:
    amount = format_cents(made.amount_cents or 0)
    text = f"budget billing on acct {_short(account)} was figured anew: {amount} a month from your next bill on."
    await _tell(session, backend, account, made, f"{made.figured_on:%Y%m}", "Budget billing amount", text)


async def _tell(
    session: AsyncSession, backend: Backend, account: Account, made: Enrolment, what: str, subject: str, text: str
) -> None:
    coop = backend.coop
    member = await session.get_one(Member, account.member_id)
    text = f"{text} Ref {made.confirmation}."
    key = f"program:{made.confirmation}:{what}"
    body = f"{coop.short_name}: {text} Not you? Call {coop.office_phone_display}"
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
            body=letter(backend, text),
            purpose="notice",
            dedupe_key=f"{key}:email",
        )


def _short(account: Account) -> str:
    # never the whole number: with the phone it is sent to it would be all that identity asks for
    return f"..{account.number[-5:]}"
