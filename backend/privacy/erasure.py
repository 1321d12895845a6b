"""Erases what the law lets go about a member who has left, and says what has to stay and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.audit import service as audit
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.conversations.engine_store import EngineStore
from backend.conversations.models import Conversation, InboundMessage
from backend.db import Base
from backend.errors import MemberlineError
from backend.models import list_models
from backend.money import format_cents
from backend.outbox.models import OutboxMessage
from backend.payments.balances import get_balance
from backend.payments.models import (
    OPEN_REFUND_STATUSES,
    PENDING_STATUSES,
    CounterPayment,
    Payment,
    PaymentMethod,
    PaymentRefund,
    ScheduledPayment,
)
from backend.posting import models as posting
from backend.posting.models import QueuedPosting
from backend.posting.targets import choose_target
from backend.privacy.belongings import Belongings, collect_belongings, messages_to
from backend.privacy.blanking import blank_values, is_unreferenced
from backend.privacy.decisions import DECISIONS, ENGINE_TABLES
from backend.privacy.export import owned_by
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

BANK_RETURN_DAYS = 60
"""For so long a consumer's bank may send an unauthorized debit back (Nacha return code R10)."""
REASON_LENGTH = range(3, 201)


class ErasureRefused(MemberlineError):
    """Something is still open; the text lists all of it."""

    code = "erasure_refused"


@dataclass
class ErasurePlan:
    """Rows by table. `blanked` rows stay without what they said; `kept` has the reason beside the count."""

    member: str
    obstacles: list[str] = field(default_factory=list)
    deleted: dict[str, int] = field(default_factory=dict)
    blanked: dict[str, int] = field(default_factory=dict)
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_dict(self, *, applied: bool) -> dict[str, Any]:
        return {
            "member": self.member,
            "erased": applied,
            "obstacles": self.obstacles,
            "deleted": self.deleted,
            "blanked": self.blanked,
            "kept": {table: {"rows": count, "why": why} for table, (count, why) in self.kept.items()},
            "notes": self.notes,
        }


async def plan_erasure(backend: Backend, engine: EngineStore, number: str) -> ErasurePlan:
    """What would go, what would stay, and what is in the way. Changes nothing. Raises NoSuchMember."""
    async with backend.db.read_session() as session:
        belongings = await collect_belongings(session, backend, number)
        plan = await _plan(session, backend, belongings)
    plan.deleted |= await _count_engine(engine, belongings)
    return plan


async def erase_member(backend: Backend, engine: EngineStore, number: str, reason: str, by: str) -> ErasurePlan:
    """Erase, and record it in the audit trail. Raises NoSuchMember, or ErasureRefused with nothing erased.

    The engine's copy goes first: after a crash between the two databases, a second call finds what is left.
    """
    plan = await plan_erasure(backend, engine, number)
    async with backend.db.read_session() as session:
        belongings = await collect_belongings(session, backend, number)
    _check_reason(belongings, reason)
    _refuse_if_any(plan)
    await engine.delete(belongings.conversations)
    async with backend.db.transaction() as session:
        belongings = await collect_belongings(session, backend, number)
        plan_now = await _plan(session, backend, belongings)
        _refuse_if_any(plan_now)
        for model in _children_first():
            await _erase_rows(session, belongings, model)
        await _record(session, backend, belongings, plan_now, reason, by)
    plan_now.deleted |= {name: plan.deleted[name] for name in ENGINE_TABLES if name in plan.deleted}
    return plan_now


def _check_reason(belongings: Belongings, reason: str) -> None:
    """The reason stays in the audit trail for good, so it must not hold what is erased."""
    if len(reason) not in REASON_LENGTH or not reason.isprintable():
        raise MemberlineError("--reason must be a line of 3 to 200 characters")
    member, told = belongings.member, reason.casefold()
    digits = "".join(each for each in reason if each.isdigit())
    named = [each for each in (member.name, member.email, member.mailing_address) if each and each.casefold() in told]
    if named or (member.phone and member.phone[-10:] in digits):
        raise MemberlineError("--reason must not name the member or an address: it stays in the audit trail for good")


def _refuse_if_any(plan: ErasurePlan) -> None:
    if plan.obstacles:
        raise ErasureRefused("nothing was erased: " + "; ".join(plan.obstacles))


async def _plan(session: AsyncSession, backend: Backend, belongings: Belongings) -> ErasurePlan:
    plan = ErasurePlan(belongings.member.number, await _find_obstacles(session, backend, belongings))
    for model in _children_first():
        decision = DECISIONS[model.__name__]
        count = int(await session.scalar(select(func.count()).select_from(model).where(_mine(belongings, model))) or 0)
        table = str(model.__tablename__)
        if not count:
            continue
        if decision.erase == "delete":
            plan.deleted[table] = count
        elif decision.erase == "blank":
            plan.blanked[table] = count
        if decision.kept:
            plan.kept[table] = (count, decision.kept)
    if belongings.mixed:
        plan.notes.append(
            f"{len(belongings.mixed)} conversations stay until their time is over ([retention] conversations): another "
            "member's account was talked about in them too"
        )
    if belongings.shared:
        plan.notes.append(
            "messages to these stay until their time is over, since another member has them on file too: "
            + ", ".join(belongings.shared)
        )
    plan.notes.append("remove the member from the co-op's own system too, or the next import brings the contact data")
    plan.notes.append("saved methods are to be removed at the payment network by its own page")
    return plan


async def _count_engine(engine: EngineStore, belongings: Belongings) -> dict[str, int]:
    events = await engine.count(belongings.conversations)
    return {"tracker_events": events} if events else {}


async def _find_obstacles(session: AsyncSession, backend: Backend, belongings: Belongings) -> list[str]:
    """All that is still open, each as a sentence."""
    found = [f"account {each.number} is open" for each in belongings.accounts if each.status != "closed"]
    for account in belongings.accounts:
        balance = await get_balance(session, backend, account.id)
        if balance.amount_due_cents > 0:
            found.append(f"account {account.number} owes {format_cents(balance.amount_due_cents)}")
        elif balance.amount_due_cents < 0:
            found.append(f"account {account.number} has a credit of {format_cents(-balance.amount_due_cents)}")
    ids = belongings.account_ids
    since = backend.today() - timedelta(days=BANK_RETURN_DAYS)
    banks = select(PaymentMethod.id).where(PaymentMethod.kind == "bank")
    open_rows: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        ("payments without an outcome", Payment, Payment.status.in_(PENDING_STATUSES)),
        (
            f"bank payments of the last {BANK_RETURN_DAYS} days, which the bank may still send back",
            Payment,
            (Payment.status == "posted") & (Payment.posted_on > since) & Payment.method_id.in_(banks),
        ),
        ("scheduled payments", ScheduledPayment, ScheduledPayment.status.in_(("scheduled", "running"))),
        ("Auto Pay enrollments", AutoPay, or_(AutoPay.active, AutoPay.change_active.is_(True))),
        ("bank drafts", LegacyDraft, LegacyDraft.active.is_(True)),
        ("automatic payments under way", AutomaticDraft, AutomaticDraft.status.in_(("running", "retry"))),
        ("payment arrangements", Arrangement, Arrangement.status == "active"),
        ("refunds under way", PaymentRefund, PaymentRefund.status.in_(("requested", *OPEN_REFUND_STATUSES))),
        ("counter payments that wait for a second person", CounterPayment, CounterPayment.status == "requested"),
        ("open tickets", Ticket, Ticket.status.in_(OPEN_STATUSES)),
    ]
    if choose_target(backend) != "none":
        not_sent = QueuedPosting.status.in_(posting.OPEN_STATUSES)
        open_rows.append(("payments that the billing system is not known to have", QueuedPosting, not_sent))
    checks: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        *((what, model, model.account_id.in_(ids) & still) for what, model, still in open_rows),  # type: ignore[attr-defined]
        ("messages waiting to be answered", InboundMessage,
         InboundMessage.conversation_id.in_(belongings.conversations) & (InboundMessage.status == "received")),
        ("messages waiting to be sent", OutboxMessage,
         messages_to(belongings) & OutboxMessage.status.in_(("queued", "sending"))),
    ]  # fmt: skip
    for what, model, condition in checks:
        count = int(await session.scalar(select(func.count()).select_from(model).where(condition)) or 0)
        if count:
            found.append(f"{count} {what}")
    return found


def _children_first() -> Iterator[type[Base]]:
    """The models in an order in which no row is deleted before those that refer to it."""
    by_table = {model.__tablename__: model for model in list_models()}
    return (by_table[table.name] for table in reversed(Base.metadata.sorted_tables) if table.name in by_table)


def _mine(belongings: Belongings, model: type[Base]) -> ColumnElement[bool]:
    """The member's rows, with tickets that the member reported about no account."""
    if model is Ticket:
        reported = Ticket.account_id.is_(None) & Ticket.conversation_id.in_(belongings.conversations)
        return or_(owned_by(belongings, model), reported)
    return owned_by(belongings, model)


async def _erase_rows(session: AsyncSession, belongings: Belongings, model: type[Base]) -> None:
    decision, mine = DECISIONS[model.__name__], _mine(belongings, model)
    steps: dict[str, Callable[[], list[Any]]] = {
        "delete": lambda: [delete(model).where(mine)],
        "blank": lambda: [update(model).where(mine).values(blank_values(model))],
        "keep": list,
    }
    for statement in steps[decision.erase]():
        await session.execute(statement.execution_options(synchronize_session=False))
    if model is Conversation:
        empty = delete(Conversation).where(mine, is_unreferenced(Conversation))
        await session.execute(empty.execution_options(synchronize_session=False))


async def _record(
    session: AsyncSession, backend: Backend, belongings: Belongings, plan: ErasurePlan, reason: str, by: str
) -> None:
    after = {"number": plan.member, "reason": reason, "deleted": plan.deleted, "blanked": plan.blanked}
    accounts: list[int | None] = [*belongings.account_ids] or [None]
    for account_id in accounts:
        await audit.record(
            session, backend, actor=f"office:{by}"[:80], level=0, channel="office", act="member_erased",
            account_id=account_id, after=after,
        )  # fmt: skip
