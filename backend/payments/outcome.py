"""What came of a confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.payments.models import Payment, ScheduledPayment
from backend.payments.prechecks import PaymentWarning

OutcomeKind = Literal["paid", "scheduled", "declined", "pending", "expired", "changed", "already"]


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """`kind` and what belongs to it.

    paid: posted just now · scheduled: will be paid on its day · declined: `decline_code`, nothing was taken ·
    pending: sent, and what became of it is being checked; nothing is taken twice, the member gets a notice ·
    expired: nothing was taken, read it out again (also for a quote that is not this conversation's) ·
    changed: nothing was taken, `concerns` are new since the read-back · already: it was paid or scheduled before,
    by this very confirmation.
    """

    kind: OutcomeKind
    payment: Payment | None = None
    scheduled: ScheduledPayment | None = None
    warnings: tuple[PaymentWarning, ...] = ()

    @property
    def confirmation(self) -> str | None:
        """The number to quote, as soon as there is one."""
        made = self.payment or self.scheduled
        return made.confirmation if made else None

    @property
    def decline_code(self) -> str | None:
        return self.payment.decline_code if self.payment else None


def outcome_of_payment(payment: Payment, *, repeated: bool = False) -> PaymentOutcome:
    """How a payment stands, as the answer to its confirmation."""
    if payment.status in ("posted", "returned"):
        return PaymentOutcome("already" if repeated else "paid", payment=payment)
    if payment.status == "declined":
        return PaymentOutcome("declined", payment=payment)
    if payment.status == "voided":
        return PaymentOutcome("expired")
    return PaymentOutcome("pending", payment=payment)
