"""The outcome of confirming a quote."""

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
    pending: sent, outcome not known yet; nothing is taken twice, the member gets a notice ·
    expired: nothing was taken, read it out again (also for a quote of another conversation) ·
    changed: nothing was taken, `warnings` are new since the read-back · already: this same confirmation paid or
    scheduled it before.
    """

    kind: OutcomeKind
    payment: Payment | None = None
    scheduled: ScheduledPayment | None = None
    warnings: tuple[PaymentWarning, ...] = ()

    @property
    def confirmation(self) -> str | None:
        """The number to quote, as soon as there is one."""
        item = self.payment or self.scheduled
        return item.confirmation if item else None

    @property
    def decline_code(self) -> str | None:
        return self.payment.decline_code if self.payment else None


def outcome_of_payment(payment: Payment, *, repeated: bool = False) -> PaymentOutcome:
    """The outcome that a payment's status means for its confirmation."""
    if payment.status in ("posted", "returned"):
        return PaymentOutcome("already" if repeated else "paid", payment=payment)
    if payment.status == "declined":
        return PaymentOutcome("declined", payment=payment)
    if payment.status == "voided":
        return PaymentOutcome("expired")
    return PaymentOutcome("pending", payment=payment)
