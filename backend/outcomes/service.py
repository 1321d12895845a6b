"""What a conversation did since a point in time, to check before telling a member that nothing was done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.audit.service import list_by_actor
from backend.logins import recovery_mail
from backend.logins.models import MailRequest
from backend.payments import pay_links
from backend.payments.models import PENDING_STATUSES, Payment, Quote, ScheduledPayment

CONVERSATION_ACTS = frozenset(
    {
        "identified", "identity_locked", "identity_ended", "account_switched", "code_sent", "code_locked", "stepped_up",
        "handover_closed", "handover_undelivered", "handover_waits_again", "office_answered", "reset_asked",
        "user_id_asked", "payment_confirmed", "scheduled_payment_confirmed",
    }
)  # fmt: skip
"""Acts that change nothing for the member, or are reported from payments and mail requests. All others count, so a new
kind of act is never overlooked."""
NOT_TAKEN_STATUSES = ("declined", "voided")


@dataclass(frozen=True, slots=True)
class ConversationOutcome:
    """Payments, scheduled payments and other acts, the newest first."""

    payments: tuple[Payment, ...] = ()
    scheduled: tuple[ScheduledPayment, ...] = ()
    acts: tuple[AuditRow, ...] = ()
    mails: tuple[MailRequest, ...] = ()
    links_sent: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.payments or self.scheduled or self.acts or self.mails or self.links_sent)

    @property
    def has_effect(self) -> bool:
        """Whether anything was or may still be done; declined and voided payments do not count."""
        refused = all(payment.status in NOT_TAKEN_STATUSES for payment in self.payments)
        return not refused or bool(self.scheduled or self.acts or self.mails or self.links_sent)


async def outcome_since(session: AsyncSession, conversation_id: str, moment: datetime) -> ConversationOutcome:
    """What this conversation did since `moment` (UTC), with its current state."""
    paid = (Payment.conversation_id == conversation_id, Payment.created_at >= moment)
    planned = (ScheduledPayment.conversation_id == conversation_id, ScheduledPayment.created_at >= moment)
    fresh = {"populate_existing": True}  # this session may have read older values
    payments = select(Payment).where(*paid).order_by(Payment.id.desc())
    scheduled = select(ScheduledPayment).where(*planned).order_by(ScheduledPayment.id.desc())
    made = await session.scalars(payments, execution_options=fresh)
    rows = await list_by_actor(session, conversation_id, moment)
    return ConversationOutcome(
        # payments of a schedule are made later by a job, with notices of their own
        payments=tuple(payment for payment in made if not payment.key.startswith("sched:")),
        scheduled=tuple(await session.scalars(scheduled, execution_options=fresh)),
        acts=tuple(row for row in rows if row.act not in CONVERSATION_ACTS),
        mails=tuple(await recovery_mail.list_requests(session, conversation_id, moment)),
        links_sent=await pay_links.count_links(session, conversation_id, moment),
    )


def with_acts(became: ConversationOutcome, acts: tuple[AuditRow, ...]) -> ConversationOutcome:
    return replace(became, acts=acts)


async def close_outcome(
    session: AsyncSession, conversation_id: str, moment: datetime, now: datetime
) -> ConversationOutcome:
    """As `outcome_since`, and prevents earlier agreements from taking effect later.

    Open quotes expire, and the member gets a message when a pending payment is settled. Commit it together with the
    text that reports the outcome.
    """
    # the update locks each row: a confirmation in progress is either seen below or finds its quote expired
    still_good = (Quote.conversation_id == conversation_id, Quote.confirmed_at.is_(None), Quote.expires_at > now)
    await session.execute(update(Quote).where(*still_good).values(expires_at=now))
    on_its_way = (
        Payment.conversation_id == conversation_id,
        Payment.created_at >= moment,
        Payment.status.in_(PENDING_STATUSES),
    )
    await session.execute(update(Payment).where(*on_its_way).values(to_follow=True))
    return await outcome_since(session, conversation_id, moment)
