"""Keeping what a member agreed to, and its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.consents.models import Consent
from backend.conversations.models import Conversation

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agreed, at which identity level and on which channel; the exact words shown and the exact reply to them.

    The words are kept in the language in which they were shown. For what needs no consent, such as turning an alert
    off, both may be empty.
    """

    actor: str  # the conversation
    level: int
    channel: str
    wording: str = ""
    reply: str = ""


async def record(
    session: AsyncSession,
    backend: Backend,
    agreement: Agreement,
    *,
    account_id: int,
    kind: str,
    act: str,
    reference: str,
    ends_on: date | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep the words and the reply, and write the audit row of the `act` that they allowed.

    `reference` is the confirmation number, `ends_on` the co-op's local date. Call it last in a transaction: the audit
    chain is held from here to the commit.
    """
    session.add(
        Consent(
            account_id=account_id,
            kind=kind,
            wording=agreement.wording,
            reply=agreement.reply,
            channel=agreement.channel,
            reference=reference,
            at=backend.clock.now(),
            ends_on=ends_on,
            conversation_id=agreement.actor,
            sender=select(Conversation.address).where(Conversation.id == agreement.actor).scalar_subquery(),
            level=agreement.level,
        )
    )
    await record_act(session, backend, agreement, account_id=account_id, act=act, before=before, after=after)


async def record_act(
    session: AsyncSession,
    backend: Backend,
    agreement: Agreement,
    *,
    account_id: int,
    act: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """The audit row alone, for an act that ends what was agreed to before."""
    await audit.record(
        session,
        backend,
        actor=agreement.actor,
        level=agreement.level,
        channel=agreement.channel,
        act=act,
        account_id=account_id,
        before=before,
        after=after,
    )


async def revoke(
    session: AsyncSession,
    backend: Backend,
    account_id: int,
    *,
    kinds: Collection[str] = (),
    reference: str | None = None,
    ends_on: date | None = None,
) -> None:
    """End those of the account's standing consents that are of one of the `kinds`, or that have this `reference`.

    The rows stay for their time ([retention] consents): Nacha wants an authorization kept for two years past its end.
    """
    chosen = Consent.kind.in_(kinds) if reference is None else Consent.reference == reference
    values: dict[str, Any] = {"revoked_at": backend.clock.now()} | ({"ends_on": ends_on} if ends_on else {})
    standing = (Consent.account_id == account_id, chosen, Consent.revoked_at.is_(None))
    await session.execute(update(Consent).where(*standing).values(values))
