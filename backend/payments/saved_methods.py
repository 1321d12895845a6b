"""Keeping a card or bank account that was entered on the provider's page, preferring one, and taking one off.

Functions that take a session flush; their caller commits. No number ever comes here: a method is the provider's token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.billing.models import Account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.language import tr
from backend.members.levels import require
from backend.members.models import Member
from backend.payments import receipts
from backend.payments.models import PaymentMethod
from backend.providers.payments.base import EntryResult

if TYPE_CHECKING:
    from backend.app import Backend

SAVED_METHOD = "saved_method"
"""The kind of the consent to keep a method, and the skill whose identity level it needs."""


async def keep_entered_method(
    session: AsyncSession, backend: Backend, account: Account, entry: EntryResult, agreement: Agreement
) -> PaymentMethod:
    """Save what was entered; the same card or bank account once, however often it comes.

    One that is on file already comes back as it is. The member is told of a new one. Raises StepUpNeeded.
    """
    require(SAVED_METHOD, agreement.level)
    member = await session.get_one(Member, account.member_id, with_for_update=True)
    found = await _find_same(session, member, entry)
    if found is not None and found.active and found.saved:
        return found
    if found is None:
        found = PaymentMethod(
            member_id=member.id, token=entry.token or "", kind=entry.kind or "card", brand=entry.brand or "",
            last4=entry.last4 or "",
        )  # fmt: skip
        session.add(found)
    found.token, found.saved, found.active = entry.token or found.token, True, True
    found.exp_month, found.exp_year = entry.exp_month, entry.exp_year
    await session.flush()
    text = tr("{method} is now saved on your account, to pay with.", method=found.label)
    at = f"{backend.clock.now():%Y%m%d%H%M%S}"
    await receipts.send(session, backend, member, f"method-kept:{found.id}:{at}", "notice", tr("Your way to pay"), text)
    await consents.record(
        session, backend, agreement, account_id=account.id, kind=SAVED_METHOD, act="method_saved",
        reference=f"method-{found.id}", after=_describe(found),
    )  # fmt: skip
    return found


async def _find_same(session: AsyncSession, member: Member, entry: EntryResult) -> PaymentMethod | None:
    """By the token; else a saved one of the same kind, brand and digits that was taken off or is entered anew."""
    own = (PaymentMethod.member_id == member.id, PaymentMethod.entered_in.is_(None), PaymentMethod.saved)
    by_token = await session.scalar(select(PaymentMethod).where(*own, PaymentMethod.token == entry.token))
    if by_token is not None:
        return by_token
    alike = (
        PaymentMethod.active,
        PaymentMethod.kind == entry.kind,
        PaymentMethod.brand == entry.brand,
        PaymentMethod.last4 == entry.last4,
        PaymentMethod.exp_month.is_not_distinct_from(entry.exp_month),
        PaymentMethod.exp_year.is_not_distinct_from(entry.exp_year),
    )
    return await session.scalar(select(PaymentMethod).where(*own, *alike).limit(1))


async def prefer_method(
    session: AsyncSession, backend: Backend, account: Account, method_id: int, agreement: Agreement
) -> bool:
    """Choose this saved method first from now on. False when it is not one of the member's. Raises StepUpNeeded."""
    require(SAVED_METHOD, agreement.level)
    method = await _find_own(session, account, method_id)
    if method is None:
        return False
    if method.preferred:
        return True
    others = update(PaymentMethod).where(PaymentMethod.member_id == account.member_id, PaymentMethod.id != method_id)
    await session.execute(others.values(preferred=False))
    method.preferred = True
    await session.flush()
    await _record(session, backend, account, agreement, "method_preferred", method)
    return True


async def remove_method(
    session: AsyncSession, backend: Backend, account: Account, method_id: int, agreement: Agreement
) -> bool:
    """Take a saved method off; what is paid with it must have been changed before. The member is told.

    False when it is not one of the member's, or off already. Raises StepUpNeeded.
    """
    require(SAVED_METHOD, agreement.level)
    method = await _find_own(session, account, method_id)
    if method is None:
        return False
    method.active, method.preferred = False, False
    await session.flush()
    member = await session.get_one(Member, account.member_id)
    text = tr("{method} was taken off your account, as you asked.", method=method.label)
    at = f"{backend.clock.now():%Y%m%d%H%M%S}"
    await receipts.send(
        session, backend, member, f"method-removed:{method.id}:{at}", "notice", tr("Your way to pay"), text
    )
    await consents.revoke(session, backend, account.id, reference=f"method-{method.id}")
    await _record(session, backend, account, agreement, "method_removed", method)
    return True


async def _find_own(session: AsyncSession, account: Account, method_id: int) -> PaymentMethod | None:
    own = (PaymentMethod.member_id == account.member_id, PaymentMethod.saved, PaymentMethod.active)
    query = select(PaymentMethod).where(PaymentMethod.id == method_id, *own).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def _record(
    session: AsyncSession, backend: Backend, account: Account, agreement: Agreement, act: str, method: PaymentMethod
) -> None:
    await audit.record(
        session, backend, actor=agreement.actor, level=agreement.level, channel=agreement.channel, act=act,
        account_id=account.id, after=_describe(method),
    )  # fmt: skip


def _describe(method: PaymentMethod) -> dict[str, str | int | None]:
    return {"method_id": method.id, "kind": method.kind, "brand": method.brand, "last4": method.last4}
