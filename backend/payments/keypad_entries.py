"""Cards and bank accounts that a caller keys in on the phone.

The carrier takes the digits and hands us the network's token. What it stands for is asked of the network itself. It is
kept for the call that it was keyed in, and for nobody's list: whoever knows a member number may pay that bill with a
card of their own, and it must not become the member's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.accounts import lock_account
from backend.conversations.models import Conversation
from backend.members.identity import Identity, is_allowed
from backend.members.levels import Level, StepUpNeeded
from backend.payments.errors import MethodNotUsable
from backend.payments.models import PaymentMethod
from backend.providers.payments.base import EntryResult, MethodKind, ProviderRejected, TakesKeypadEntries

if TYPE_CHECKING:
    from backend.app import Backend

ENTERED = "entered"
"""The way to pay by which the phone line answers when something was keyed in."""
ENTERED_PAYLOAD = '/choose{"pay_method": "entered"}'
"""The payload of that answer. Members are not offered it."""


def list_keypad_kinds(backend: Backend, channel: str) -> tuple[MethodKind, ...]:
    """What can be keyed in on this channel; nothing without a connector, or with a network that has none."""
    if channel != "voice" or not backend.settings.twilio_pay_connector:
        return ()
    return backend.payments.keypad_kinds if isinstance(backend.payments, TakesKeypadEntries) else ()


async def keep_entry(backend: Backend, conversation_id: str, kind: MethodKind, token: str) -> PaymentMethod:
    """Keep what was keyed in during a call; the same token again is the same method.

    Raises MethodNotUsable when nobody is identified in the call or the network takes no such token, and what
    `read_keypad_entry` raises when the network cannot be asked.
    """
    if kind not in list_keypad_kinds(backend, "voice") or not isinstance(backend.payments, TakesKeypadEntries):
        raise MethodNotUsable()
    try:
        entry = await backend.payments.read_keypad_entry(token)
    except ProviderRejected as refusal:
        raise MethodNotUsable() from refusal
    if entry.status != "complete" or entry.kind != kind:
        raise MethodNotUsable()
    async with backend.db.transaction() as session:
        return await _find_or_add(session, conversation_id, entry)


async def _find_or_add(session: AsyncSession, conversation_id: str, entry: EntryResult) -> PaymentMethod:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or conversation.account_id is None:
        raise MethodNotUsable()
    account = await lock_account(session, conversation.account_id)  # two deliveries of one result come one by one
    known = select(PaymentMethod).where(
        PaymentMethod.member_id == account.member_id,
        PaymentMethod.token == entry.token,
        PaymentMethod.entered_in == conversation_id,
    )
    if method := await session.scalar(known):
        return method
    method = PaymentMethod(
        member_id=account.member_id,
        token=entry.token,
        kind=entry.kind,
        brand=entry.brand,
        last4=entry.last4,
        exp_month=entry.exp_month,
        exp_year=entry.exp_year,
        saved=False,
        entered_in=conversation_id,
    )
    session.add(method)
    await session.flush()
    return method


async def find_entered(session: AsyncSession, conversation_id: str, member_id: int) -> PaymentMethod | None:
    """What was keyed in last in this call for this member."""
    entered = (PaymentMethod.entered_in == conversation_id, PaymentMethod.member_id == member_id, PaymentMethod.active)
    return await session.scalar(select(PaymentMethod).where(*entered).order_by(PaymentMethod.id.desc()).limit(1))


async def get_usable_method(
    session: AsyncSession, conversation_id: str, method_id: int, *, level: int, texting: bool = False
) -> PaymentMethod:
    """The saved method, or the one that was keyed in during this very call.

    Raises MethodNotUsable for any other, StepUpNeeded below the level that a saved method needs. What a caller has
    keyed in themselves needs no more than paying does.
    """
    method = await session.get(PaymentMethod, method_id)
    if method is None or not (method.saved or method.entered_in == conversation_id):
        raise MethodNotUsable()
    if not is_allowed(Identity(Level(level), is_texting=texting), "saved_method" if method.saved else "quick_pay"):
        raise StepUpNeeded()
    return method
