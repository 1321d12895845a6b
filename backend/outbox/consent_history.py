"""The history of what members want to be told, by purpose and channel. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.members.models import Member
from backend.outbox.models import MessageConsent

if TYPE_CHECKING:
    from backend.app import Backend

EVERYTHING = "all"
"""The purpose of a STOP, which ends every text to the phone, and of a START."""


async def record_channels(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    purpose: str,
    *,
    before: Collection[str],
    after: Collection[str],
    via: str,
    wording: str,
    reply: str,
) -> None:
    """Keep which channels were added for the purpose, and which ended, with the words that did it."""
    member = await session.get_one(Member, account.member_id)
    changes = [(channel, True) for channel in after if channel not in before]
    changes += [(channel, False) for channel in before if channel not in after]
    for channel, given in changes:
        session.add(
            MessageConsent(
                account_id=account.id,
                purpose=purpose,
                channel=channel,
                given=given,
                address=(member.email or "") if channel == "email" else member.phone,
                via=via,
                wording=wording,
                reply=reply,
                at=backend.clock.now(),
            )
        )
    await session.flush()


async def record_phone(
    session: AsyncSession, backend: Backend, phone: str, *, given: bool, via: str, reply: str
) -> None:
    """Keep on every account with this phone (E.164) on file that all texts to it were stopped, or began again."""
    on_file = select(Account.id).join(Member, Member.id == Account.member_id).where(Member.phone == phone)
    for account_id in list(await session.scalars(on_file)):
        session.add(
            MessageConsent(
                account_id=account_id,
                purpose=EVERYTHING,
                channel="text",
                given=given,
                address=phone,
                via=via,
                reply=reply,
                at=backend.clock.now(),
            )
        )
    await session.flush()
