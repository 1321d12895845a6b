"""What became of a conversation since a moment: looked up before anybody says that nothing was done."""

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
        "handover_closed", "office_answered", "reset_asked", "user_id_asked",
        "payment_confirmed", "scheduled_payment_confirmed",
    }
)  # fmt: skip
"""Acts that change nothing for the member, or that are told from the tables of payments and mails. What is not named
here counts as done: a new kind of act is never called nothing."""
NOT_TAKEN_STATUSES = ("declined", "voided")


@dataclass(frozen=True, slots=True)
class ConversationOutcome:
    """Payments as they stand, payments for a later day, and whatever else was done; the newest first."""

    payments: tuple[Payment, ...] = ()
    scheduled: tuple[ScheduledPayment, ...] = ()
    acts: tuple[AuditRow, ...] = ()
    mails: tuple[MailRequest, ...] = ()
    links_sent: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done, and nothing is on its way."""
        return not (self.payments or self.scheduled or self.acts or self.mails or self.links_sent)

    @property
    def has_pending_payment(self) -> bool:
        """Whether money is on its way and nobody knows yet how that ends."""
        return any(payment.status in PENDING_STATUSES for payment in self.payments)

    @property
    def has_effect(self) -> bool:
        """Whether something was done or may still be; a payment that was refused has taken nothing."""
        refused = all(payment.status in NOT_TAKEN_STATUSES for payment in self.payments)
        return not refused or bool(self.scheduled or self.acts or self.mails or self.links_sent)


async def outcome_since(session: AsyncSession, conversation_id: str, moment: datetime) -> ConversationOutcome:
    """What this conversation did from `moment` (UTC) on, as it stands now."""
    paid = (Payment.conversation_id == conversation_id, Payment.created_at >= moment)
    planned = (ScheduledPayment.conversation_id == conversation_id, ScheduledPayment.created_at >= moment)
    anew = {"populate_existing": True}  # not as this session may have read them before
    payments = select(Payment).where(*paid).order_by(Payment.id.desc())
    scheduled = select(ScheduledPayment).where(*planned).order_by(ScheduledPayment.id.desc())
    made = await session.scalars(payments, execution_options=anew)
    rows = await list_by_actor(session, conversation_id, moment)
    return ConversationOutcome(
        # the payments of a schedule are made by a job, long after its talk; they have notices of their own
        payments=tuple(payment for payment in made if not payment.key.startswith("sched:")),
        scheduled=tuple(await session.scalars(scheduled, execution_options=anew)),
        acts=tuple(row for row in rows if row.act not in CONVERSATION_ACTS),
        mails=tuple(await recovery_mail.list_requests(session, conversation_id, moment)),
        links_sent=await pay_links.count_links(session, conversation_id, moment),
    )


def with_acts(became: ConversationOutcome, acts: tuple[AuditRow, ...]) -> ConversationOutcome:
    """The same with these acts alone beside its payments and messages."""
    return replace(became, acts=acts)


async def close_outcome(
    session: AsyncSession, conversation_id: str, moment: datetime, now: datetime
) -> ConversationOutcome:
    """The same, after which nothing more can come of a yes that was said before.

    What was read out loses its force, and of a payment that is on its way the member gets a message when it is settled.
    Commit it together with the words that tell it.
    """
    # each row is locked by its update: a yes that is just being taken is seen below, or finds its quote over
    still_good = (Quote.conversation_id == conversation_id, Quote.confirmed_at.is_(None), Quote.expires_at > now)
    await session.execute(update(Quote).where(*still_good).values(expires_at=now))
    on_its_way = (
        Payment.conversation_id == conversation_id,
        Payment.created_at >= moment,
        Payment.status.in_(PENDING_STATUSES),
    )
    await session.execute(update(Payment).where(*on_its_way).values(to_follow=True))
    return await outcome_since(session, conversation_id, moment)
