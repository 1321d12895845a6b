"""Several accounts of a member read out at once, for one yes: the quote of each, and what binds them together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.members.levels import NEEDS, StepUpNeeded
from backend.payments.errors import PaymentRefused
from backend.payments.group_models import GROUPED_KEY, PaymentGroup, PaymentGroupPart
from backend.payments.keypad_entries import get_usable_method
from backend.payments.models import Quote
from backend.payments.prechecks import PaymentWarning
from backend.payments.quotes import expire_open_quotes, is_within_balance, write_quote

if TYPE_CHECKING:
    from backend.app import Backend

MOST_ACCOUNTS = 6
"""More cannot be read out in twenty seconds, nor written in two text messages."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is to be paid on one account; cents, without the fee."""

    account_id: int
    amount_cents: int


async def make_group_quote(
    backend: Backend,
    conversation_id: str,
    *,
    shares: Sequence[Share],
    method_id: int,
    pay_on: date,
    level: int,
    texting: bool = False,
) -> str:
    """Quotes for two accounts or more of one member, by one method on one day; returns the key of the group.

    What holds for a single quote (`quotes.make_quote`, with its parameters and errors) holds for each, and the most
    that may be paid at once holds for their sum.
    """
    if not 1 < len({share.account_id for share in shares}) == len(shares) <= MOST_ACCOUNTS:
        raise ValueError("a group has two to six different accounts")
    if sum(share.amount_cents for share in shares) > backend.coop.max_payment_cents:
        raise PaymentRefused((PaymentWarning("absurd", True, {"max_cents": backend.coop.max_payment_cents}),))
    for share in shares:
        await backend.billing.refresh(backend.db, share.account_id)
    async with backend.db.transaction() as session:
        accounts = await lock_accounts(session, [share.account_id for share in shares])
        method = await get_usable_method(session, conversation_id, method_id, level=level, texting=texting)
        await expire_open_quotes(session, backend, conversation_id)
        group = PaymentGroup(
            key=GROUPED_KEY + secrets.token_hex(16),
            member_id=method.member_id,
            conversation_id=conversation_id,
            created_at=backend.clock.now(),
        )
        session.add(group)
        await session.flush()
        for share in shares:
            if (
                method.saved
                and level < NEEDS["saved_method"]
                and not await is_within_balance(session, backend, share.account_id, share.amount_cents)
            ):
                raise StepUpNeeded()
            quote = await write_quote(
                session,
                backend,
                conversation_id,
                account=accounts[share.account_id],
                amount_cents=share.amount_cents,
                method=method,
                pay_on=pay_on,
                level=level,
                key=GROUPED_KEY + secrets.token_hex(16),
                replaces=False,
            )
            session.add(PaymentGroupPart(group_id=group.id, key=quote.key, account_id=share.account_id))
            await session.flush()  # in the order in which they are read out
        return group.key


async def lock_accounts(session: AsyncSession, account_ids: Sequence[int]) -> dict[int, Account]:
    """The accounts by id, locked until the transaction ends; always in one order, so that two cannot wait for each
    other."""
    return {account_id: await lock_account(session, account_id) for account_id in sorted(account_ids)}


async def list_quotes(session: AsyncSession, conversation_id: str, group_key: str | None) -> Sequence[Quote]:
    """The quotes of the conversation's group in the order in which they are read out; none for another's group."""
    query = (
        select(Quote)
        .join(PaymentGroupPart, PaymentGroupPart.key == Quote.key)
        .join(PaymentGroup, PaymentGroup.id == PaymentGroupPart.group_id)
        .where(PaymentGroup.key == group_key, Quote.conversation_id == conversation_id)
        .order_by(PaymentGroupPart.id)
    )
    return (await session.scalars(query)).all()


async def open_quotes(
    session: AsyncSession, backend: Backend, conversation_id: str, group_key: str | None
) -> Sequence[Quote]:
    """The quotes of the group while all of them can still be confirmed; else none."""
    found = await list_quotes(session, conversation_id, group_key)
    now = backend.clock.now()
    return found if all(quote.confirmed_at is None and quote.expires_at > now for quote in found) else ()


async def is_confirmed(session: AsyncSession, conversation_id: str, group_key: str | None) -> bool:
    """Whether the conversation has said yes to the group already."""
    return any(quote.confirmed_at for quote in await list_quotes(session, conversation_id, group_key))
