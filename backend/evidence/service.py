"""The evidence about one account: consents with their exact words, who gave them, and what was done under them.

Of each part the rows of the audit trail are named with their hashes, so that nobody can have added it later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.autopay.models import AutomaticDraft
from backend.consents.models import Consent
from backend.errors import MemberlineError
from backend.members.models import Member
from backend.members.service import find_account
from backend.payments.groups import list_paid_with
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.show import json_default

if TYPE_CHECKING:
    from backend.app import Backend

SAME_ACT = timedelta(seconds=5)
"""A consent and its audit row are written in one transaction, a moment apart."""
AUTOMATIC_KINDS = {"autopay": "autopay", "bank_draft": "draft"}
"""Consents under which bills are drafted, by the kind of draft."""
LEVELS = {
    0: "not identified",
    1: "member number and last four of the phone on file",
    2: "stepped up: a one-time code that came back, an attested call or the password",
}


class NoSuchAccount(MemberlineError):
    """No account has this number."""

    code = "no_such_account"


async def collect_evidence(session: AsyncSession, backend: Backend, number: str) -> dict[str, Any]:
    """The evidence about account `99999-001`; times in the co-op's zone, amounts in cents. Raises NoSuchAccount.

    `digest` is SHA-256 over the canonical JSON of all the rest, so that a printed copy can be told from another.
    """
    account = await find_account(session, number)
    if account is None:
        raise NoSuchAccount(f"no account has the number {number}")
    member = await session.get_one(Member, account.member_id)
    rows = (
        await session.scalars(select(AuditRow).where(AuditRow.account_id == account.id).order_by(AuditRow.id))
    ).all()
    consents = await session.scalars(
        select(Consent).where(Consent.account_id == account.id).order_by(Consent.at, Consent.id)
    )
    told = [await _describe_consent(session, backend, each, rows) for each in consents.all()]
    count, head = await audit.chain_head(session)
    evidence: dict[str, Any] = {
        "coop": backend.coop.name,
        "created_at": _local(backend, backend.clock.now()),
        "zone": str(backend.coop.zone),
        "account": account.number,
        "service_address": account.service_address,
        "member": member.name,
        "consents": told,
        "audit": await _check_chain(backend, count, head),
    }
    return evidence | {"digest": digest_of(evidence)}


def digest_of(evidence: dict[str, Any]) -> str:
    """SHA-256 in hexadecimal digits over the canonical JSON of the evidence without its digest."""
    rest = {name: value for name, value in evidence.items() if name != "digest"}
    canonical = json.dumps(
        rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=json_default
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


async def _check_chain(backend: Backend, count: int, head: str) -> dict[str, Any]:
    """Whether the whole trail verifies, in a session of its own: it reads page by page."""
    async with backend.db.read_session() as session:
        broken = await audit.verify(session)
    return {
        "rows": count,
        "head": head,
        "verified": broken is None,
        "first_broken_row": None if broken is None else f"{broken.id}: {broken.reason}",
    }


async def _describe_consent(
    session: AsyncSession, backend: Backend, consent: Consent, rows: Sequence[AuditRow]
) -> dict[str, Any]:
    own = [row for row in rows if _belongs(row, consent)]
    given = next((row for row in own if abs(row.at - consent.at) <= SAME_ACT and row.channel == consent.channel), None)
    level = consent.level if consent.level is not None else (given.level if given else None)
    payments = await _find_payments(session, consent)
    numbers = {payment.confirmation for payment in payments} - {consent.reference}
    later = [row for row in rows if (row.after or {}).get("confirmation") in numbers]
    return {
        "kind": consent.kind,
        "reference": consent.reference,
        "given_at": _local(backend, consent.at),
        "channel": consent.channel,
        "sender": consent.sender,
        "conversation": consent.conversation_id or (given.actor if given else None),
        "identity": LEVELS.get(level, f"level {level}") if level is not None else "not recorded",
        "wording": consent.wording,
        "reply": consent.reply,
        "ends_on": consent.ends_on,
        "revoked_at": _local(backend, consent.revoked_at) if consent.revoked_at else None,
        "schedules": await _describe_schedules(session, backend, consent),
        "payments": [await _describe_payment(session, backend, each) for each in payments],
        "audit_rows": [_describe_row(backend, row) for row in sorted({*own, *later}, key=lambda row: row.id)],
    }


def _belongs(row: AuditRow, consent: Consent) -> bool:
    """Whether the row records this consent's act, or what came of its confirmation number."""
    number = (row.after or {}).get("confirmation")
    if number is not None:
        return bool(number == consent.reference)
    together = row.channel == consent.channel and abs(row.at - consent.at) <= SAME_ACT
    return together and consent.conversation_id in (None, row.actor)


async def _find_payments(session: AsyncSession, consent: Consent) -> list[Payment]:
    """Those with the consent's number; under Auto Pay or a draft, those that were drafted while it stood."""
    by_number = Payment.confirmation == consent.reference if consent.reference else Payment.id.is_(None)
    query = select(Payment).where(Payment.account_id == consent.account_id)
    kind = AUTOMATIC_KINDS.get(consent.kind)
    if kind is None:
        return list(await session.scalars(query.where(by_number).order_by(Payment.id)))
    drafted = select(AutomaticDraft.payment_id).where(
        AutomaticDraft.account_id == consent.account_id,
        AutomaticDraft.kind == kind,
        AutomaticDraft.created_at >= consent.at,
        *([AutomaticDraft.created_at <= consent.revoked_at] if consent.revoked_at else []),
    )
    return list(await session.scalars(query.where(or_(by_number, Payment.id.in_(drafted))).order_by(Payment.id)))


async def _describe_payment(session: AsyncSession, backend: Backend, payment: Payment) -> dict[str, Any]:
    method = await session.get_one(PaymentMethod, payment.method_id)
    return {
        "confirmation": payment.confirmation,
        "amount_cents": payment.amount_cents,
        "fee_cents": payment.fee_cents,
        "method": method.label,
        "status": payment.status,
        "channel": payment.channel,
        "created_at": _local(backend, payment.created_at),
        "posted_on": payment.posted_on,
        "network_reference": payment.provider_ref,
        "decline_or_return_code": payment.decline_code,
        "agreed_together_with": [other.confirmation for other in await list_paid_with(session, payment)],
    }


async def _describe_schedules(session: AsyncSession, backend: Backend, consent: Consent) -> list[dict[str, Any]]:
    query = select(ScheduledPayment).where(
        ScheduledPayment.account_id == consent.account_id, ScheduledPayment.confirmation == consent.reference
    )
    return [
        {
            "confirmation": each.confirmation,
            "amount_cents": each.amount_cents,
            "fee_cents": each.fee_cents,
            "run_on": each.run_on,
            "status": each.status,
            "created_at": _local(backend, each.created_at),
            "agreed_together_with": [other.confirmation for other in await list_paid_with(session, each)],
        }
        for each in await session.scalars(query)
        if consent.reference
    ]


def _describe_row(backend: Backend, row: AuditRow) -> dict[str, Any]:
    return {"row": row.id, "at": _local(backend, row.at), "act": row.act, "actor": row.actor, "hash": row.hash}


def _local(backend: Backend, at: datetime) -> datetime:
    return at.astimezone(backend.coop.zone)
