"""Payment methods, quotes, payments, schedules and pay links. Amounts are integer cents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime
from backend.language import mark, tr

BANK_KINDS = {"checking": mark("checking"), "savings": mark("savings")}
"""The brands of bank accounts, which are words; those of cards are names."""

STATUS_TRANSITIONS = {
    "started": ("authorized", "declined", "voided"),
    "authorized": ("posted", "declined", "voided"),
    "posted": ("returned",),
    "declined": (),
    "returned": (),
    "voided": (),
}
"""Allowed changes of a payment's status. A trigger in the database enforces the same table."""

PENDING_STATUSES = ("started", "authorized")
"""The outcome is not known yet."""

VOIDED_BY_OFFICE = "office_void"
"""The decline code of a payment that the office stops before it is posted."""


class PaymentMethod(Base):
    """A saved card or bank account: the provider's token and what may be shown of it. Never a number."""

    __tablename__ = "payment_methods"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    token: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))  # card | bank
    brand: Mapped[str] = mapped_column(String(24))  # Visa … or checking, savings
    last4: Mapped[str] = mapped_column(String(4))
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    saved: Mapped[bool] = mapped_column(default=True)  # False: typed for one payment on the provider's page
    active: Mapped[bool] = mapped_column(default=True)
    # chosen first on the account page; one of a member's saved methods at most
    preferred: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the call in which it was keyed in; it is no `saved` one, and pays in that call alone
    entered_in: Mapped[str | None] = mapped_column(String(80), index=True)

    @property
    def label(self) -> str:
        """`Visa ending 4242`, as it is read out; `cuenta de cheques terminada en 6789`."""
        brand = tr(BANK_KINDS[self.brand]) if self.brand in BANK_KINDS else self.brand
        return tr("{brand} ending {last4}", brand=brand, last4=self.last4)


class Quote(Base):
    """Exactly what was read out: account, amount, fee, method and day. Can be confirmed once, within ten minutes.

    `due_cents` and `concerns` (fingerprints of warnings) are what was known when it was read out: a warning that is new
    when it is confirmed is said before anything moves.
    """

    __tablename__ = "quotes"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # the key of the payment or schedule that comes of it
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    pay_on: Mapped[date]  # the co-op's local date
    pay_now: Mapped[bool]
    level: Mapped[int]
    due_cents: Mapped[int]
    figures_as_of: Mapped[datetime | None] = mapped_column(UtcTime)  # of older figures; NULL: they were current
    concerns: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Payment(Base):
    """One movement of money. `status` only goes forward: started, authorized, posted, or declined, voided, returned."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        Index(None, "status"),
        Index(None, "account_id", "created_at"),
        Index(None, "provider_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # also the processor's idempotency key
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(12), default="started")
    channel: Mapped[str] = mapped_column(String(12))
    conversation_id: Mapped[str | None] = mapped_column(String(80), index=True)
    provider_ref: Mapped[str | None] = mapped_column(String(80))
    decline_code: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    posted_on: Mapped[date | None]  # the co-op's local date
    to_follow: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # the member was promised a message with the outcome

    @property
    def total_cents(self) -> int:
        """What is taken from the method: the amount off the bill and the fee."""
        return self.amount_cents + self.fee_cents


class ScheduledPayment(Base):
    """A payment to be made on a later day: scheduled, then running, then done or failed; or canceled.

    Its payment has the same confirmation number, so that the member has one number to quote.
    """

    __tablename__ = "scheduled_payments"
    __table_args__ = (Index(None, "status", "run_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    run_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(12), default="scheduled")
    channel: Mapped[str] = mapped_column(String(12))
    conversation_id: Mapped[str | None] = mapped_column(String(80))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class PayLink(Base):
    """A link to our pay page for one account and amount. Only the token's hash is kept; it expires and pays once."""

    __tablename__ = "pay_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount_cents: Mapped[int]
    pay_on: Mapped[date]
    pay_now: Mapped[bool]
    ahead: Mapped[bool] = mapped_column(default=False)  # paid although nothing is due, as a credit
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    entry_id: Mapped[str | None] = mapped_column(String(80))  # the provider's page that the member was sent to
    quote_id: Mapped[int | None] = mapped_column(ForeignKey("quotes.id"))  # read back on our page after card entry
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ReturnCursor(Base):
    """How far the provider's lists have been read: row 1 is of returns, row 2 of notices."""

    __tablename__ = "return_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)


REFUND_TRANSITIONS = {
    "requested": ("approved", "rejected"),
    "approved": ("started", "failed"),
    "started": ("succeeded", "failed"),
    "succeeded": ("failed",),  # banks may send a refund back for weeks
    "failed": (),
    "rejected": (),
}
"""Allowed changes of a refund's status. A trigger in the database enforces the same table."""

OPEN_REFUND_STATUSES = ("approved", "started")
"""The network has not given its last answer yet."""


class PaymentRefund(Base):
    """All or part of a posted payment given back by the office.

    `requested` waits for a second person; `started` was or is about to be asked of the network. `accepted_at`: the
    network took it, and it is booked. The payment's own status stays posted.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
        Index(None, "status"),
        Index(None, "account_id", "asked_at"),
    )
    shown_as = "refunds"
    shown_fields = (
        "confirmation",
        "amount_cents",
        "fee_cents",
        "reason",
        "status",
        "asked_by",
        "approved_by",
        "asked_at",
        "handled_as",
        "handled_cents",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # also the network's
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[str] = mapped_column(String(60))
    approved_by: Mapped[str | None] = mapped_column(String(60))  # the second person, also of a rejection
    decision_reason: Mapped[str | None] = mapped_column(String(200))
    failure_code: Mapped[str | None] = mapped_column(String(40))
    provider_ref: Mapped[str | None] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the network was last asked about it
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # what became of one that failed, in the words of FAILED_ENDS in backend/payments/failed_refunds.py
    handled_by: Mapped[str | None] = mapped_column(String(60))  # NULL: it ended by itself
    handled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    handled_as: Mapped[str | None] = mapped_column(String(12))
    handled_cents: Mapped[int | None]  # given by the office in another way, with the fee
    handled_reference: Mapped[str | None] = mapped_column(String(40))
    handled_reason: Mapped[str | None] = mapped_column(String(200))
    # who called the member that got the money twice: the bank returned the refunded payment as well
    double_seen_by: Mapped[str | None] = mapped_column(String(60))
    double_seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    double_reason: Mapped[str | None] = mapped_column(String(200))

    @property
    def total_cents(self) -> int:
        """What goes back to the member: the part of the payment and of its fee."""
        return self.amount_cents + self.fee_cents

    @property
    def given_cents(self) -> int:
        """Of one that failed: what the office gave in another way and is owed on the account again, without the fee."""
        return min(self.handled_cents or 0, self.amount_cents)

    @property
    def given_fee_cents(self) -> int:
        return (self.handled_cents or 0) - self.given_cents


class CounterPayment(Base):
    """A payment that the office took itself and booked by hand: cash, a check, a money order.

    requested (waits for a second person), booked, rejected, or undone.
    """

    __tablename__ = "counter_payments"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
        Index(None, "status"),
        Index(None, "account_id", "asked_at"),
    )
    shown_as = "counter_payments"
    shown_fields = (
        "confirmation",
        "amount_cents",
        "kind",
        "reference",
        "received_on",
        "status",
        "asked_by",
        "approved_by",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount_cents: Mapped[int]
    credit_cents: Mapped[int] = mapped_column(default=0, server_default="0")  # of them, more than was due
    kind: Mapped[str] = mapped_column(String(12))  # cash | check | money_order
    reference: Mapped[str] = mapped_column(String(40), default="")  # the number on the check or receipt
    received_on: Mapped[date]  # the co-op's local date
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[str] = mapped_column(String(60))
    approved_by: Mapped[str | None] = mapped_column(String(60))
    decision_reason: Mapped[str | None] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_by: Mapped[str | None] = mapped_column(String(60))
    undone_reason: Mapped[str | None] = mapped_column(String(200))
    # taking it off waits for a second person while the first is set and the payment is still booked
    undo_asked_by: Mapped[str | None] = mapped_column(String(60))
    undo_asked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undo_approved_by: Mapped[str | None] = mapped_column(String(60))

    @property
    def undo_waits(self) -> bool:
        return self.status == "booked" and self.undo_asked_by is not None


class ReturnFileEntry(Base):
    """One return or notification of change from a bank's file, and what became of it.

    No account or routing number is kept: `individual_id` only where it is our own reference, and of a correction only
    its kind. `outcome` is booked, already, pending_notice … as in backend/payments/return_files.py; `seen_at` is when
    the office marked it as done.
    """

    __tablename__ = "return_file_entries"
    __table_args__ = (
        UniqueConstraint("file_digest", "line"),
        Index(None, "original_trace"),
        Index(None, "outcome", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_digest: Mapped[str] = mapped_column(String(64))  # SHA-256 over the file's records
    file_name: Mapped[str] = mapped_column(String(200))
    line: Mapped[int]  # of the addenda record
    kind: Mapped[str] = mapped_column(String(12))  # return | change | dishonored | contested | refused
    code: Mapped[str] = mapped_column(String(3))
    trace: Mapped[str] = mapped_column(String(15))
    original_trace: Mapped[str] = mapped_column(String(15))
    amount_cents: Mapped[int]
    individual_id: Mapped[str] = mapped_column(String(22), default="")
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    read_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    seen_by: Mapped[str | None] = mapped_column(String(60))


class NetworkCharge(Base):
    """The network's own object for a charge, for a network that must be asked by its id (`ref`) and not by our key.

    `digest` is of what was asked, so that a key is not reused for something else. `posted_at` is set when a bank was
    asked for the money. `decline_code`: the charge was given up here, for a reason that the network does not keep.
    """

    __tablename__ = "network_charges"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(4))  # card | bank
    amount_cents: Mapped[int]
    off_session: Mapped[bool] = mapped_column(default=False)
    decline_code: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    posted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class NetworkRefund(Base):
    """The network's own object for a refund. Written before it is asked for: `ref` is empty until the answer came."""

    __tablename__ = "network_refunds"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    charge_key: Mapped[str] = mapped_column(String(200), index=True)
    ref: Mapped[str | None] = mapped_column(String(80))
    amount_cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class NetworkEvent(Base):
    """What the network reported by itself: a return, or a notice. Its id is the provider's `seq`.

    `data` is what only some kinds have, as in NetworkNotice; it names no person and no number of a card.
    """

    __tablename__ = "network_events"
    __table_args__ = (
        Index(
            "uq_network_events_return",
            "key",
            unique=True,
            sqlite_where=text("kind = 'return'"),
            postgresql_where=text("kind = 'return'"),
        ),
        {"sqlite_autoincrement": True},  # an id is never used twice: it is how far we have read
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(200), index=True)  # of the charge; empty where there is none
    code: Mapped[str] = mapped_column(String(40))
    amount_cents: Mapped[int]
    on: Mapped[date]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
