"""One-time codes for step-up: six digits to the phone or email on file, valid ten minutes, five tries, one use."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.language import tr
from backend.members import code_limits
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW, STRANGER
from backend.members.models import Member, OneTimeCode
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue, is_opted_out

if TYPE_CHECKING:
    from backend.app import Backend

DIGITS = 6
LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5


@dataclass(frozen=True)
class CodeSent:
    """`channel`: text or email. `to` is the masked recipient: the phone's last four, or `r***@example.org`.

    `earlier`: when it was sent (UTC), if no other was sent now and that one still works.
    """

    channel: str
    to: str
    earlier: datetime | None = field(default=None, compare=False)

    @property
    def masked(self) -> str:
        """`the phone ending 0142`, `the email r***@example.org`."""
        if self.channel == "text":
            return tr("the phone ending {last4}", last4=self.to)
        return tr("the email {email}", email=self.to)


@dataclass(frozen=True)
class CodeRefused:
    """`reason`: no_address, too_many, opted_out (and no email on file) or not_identified. `until` (UTC): when the next
    one can be sent, if that is known."""

    reason: str
    until: datetime | None = field(default=None, compare=False)


async def send(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    member: Member,
    *,
    by_email: bool = False,
    second: bool = False,
    asker: str = STRANGER,
) -> CodeSent | CodeRefused:
    """Send a new code, which replaces the one before. `by_email`: the member cannot use the phone. `second`: it follows
    a correct one, so limits do not apply. `asker`: see `code_limits`.

    Over the limit, a text from the phone on file gets a reference to its newest code instead.
    """
    if not second and await _is_over_limit(session, backend, conversation_id, member, asker):
        return await _reusable_code(session, backend, conversation_id, member) or CodeRefused(
            "too_many", await code_limits.find_wait(session, member, asker, backend.clock.now())
        )
    channel = await choose_channel(session, backend, member, by_email)
    if isinstance(channel, CodeRefused):
        return channel
    code = random_code()
    now = backend.clock.now()
    row = OneTimeCode(
        conversation_id=conversation_id,
        member_id=member.id,
        code_hash=_hash(backend, conversation_id, member, code),
        sent_at=now,
        expires_at=now + LIFETIME,
        second=second,
        asker=asker,
    )
    session.add(row)
    await session.flush()
    await enqueue_code(session, backend, member, channel, code, f"code-{row.id}")
    return channel


def random_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


async def enqueue_code(
    session: AsyncSession, backend: Backend, member: Member, way: CodeSent, code: str, dedupe_key: str
) -> None:
    """Send a code by the channel from `choose_channel`."""
    coop = backend.coop.short_name
    kind, recipient = address_of(way, member)
    await enqueue(
        session, backend, kind=kind, recipient=recipient, purpose="code",
        subject="" if kind == "sms" else tr("Your {coop} code", coop=coop),
        body=tr(
            "{code} is your {coop} code. Use it within 10 minutes, and only where you asked for it. "
            "We never call you to ask for it.",
            code=code, coop=coop,
        ),
        dedupe_key=dedupe_key,
    )  # fmt: skip


async def enqueue_email_check(session: AsyncSession, backend: Backend, email: str, code: str, dedupe_key: str) -> None:
    """Send a code to an email that is not proven to be the member's."""
    coop = backend.coop.short_name
    await enqueue(
        session, backend, kind="email", recipient=email, purpose="code",
        subject=tr("Is this your email? Your {coop} code", coop=coop),
        body=tr(
            "{code} is the code that shows {coop} that this email is yours. Use it within 10 minutes, and only where "
            "you asked for it. If you did not, you need do nothing.",
            code=code, coop=coop,
        ),
        dedupe_key=dedupe_key,
    )  # fmt: skip


async def verify_code(session: AsyncSession, backend: Backend, conversation_id: str, member: Member, code: str) -> str:
    """Returns ok, wrong, expired, used_up (after five wrong tries) or locked (this was the fifth). Only the newest code
    is valid."""
    row = await _newest(session, conversation_id, member)
    if row is None or row.used_at is not None or backend.clock.now() >= row.expires_at:
        return "expired"
    if row.misses >= MAX_TRIES:
        return "used_up"
    if len(code) != DIGITS:
        return "wrong"  # a typo, not a guess: it costs no try
    if hashes_match(row.code_hash, _hash(backend, conversation_id, member, code)):
        row.used_at = backend.clock.now()
        await session.flush()
        return "ok"
    row.misses += 1
    await session.flush()
    return "locked" if row.misses >= MAX_TRIES else "wrong"


async def is_second(session: AsyncSession, conversation_id: str, member: Member) -> bool:
    """Whether the newest code follows a correct one."""
    row = await _newest(session, conversation_id, member)
    return row is not None and row.second


async def _newest(session: AsyncSession, conversation_id: str, member: Member) -> OneTimeCode | None:
    query = (
        select(OneTimeCode)
        .where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.member_id == member.id)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()  # so that two simultaneous tries count as two
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _is_over_limit(
    session: AsyncSession, backend: Backend, conversation_id: str, member: Member, asker: str
) -> bool:
    """Three codes per conversation, and the limits of `code_limits`.

    In texts from the phone on file, codes that were tried without success do not count, or a forger of the sender could
    lock the member out with three.
    """
    now = backend.clock.now()
    here = [
        OneTimeCode.conversation_id == conversation_id,
        OneTimeCode.sent_at > now - SEND_WINDOW,
        OneTimeCode.second.is_(False),
    ]
    if await _is_text_from_member(session, conversation_id, member):
        here += [OneTimeCode.misses < MAX_TRIES, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now]
    if (await session.scalar(select(func.count()).where(*here)) or 0) >= MAX_PER_WINDOW:
        return True
    return await code_limits.find_wait(session, member, asker, now) is not None


async def _is_text_from_member(session: AsyncSession, conversation_id: str, member: Member) -> bool:
    conversation = await session.get(Conversation, conversation_id)
    return conversation is not None and conversation.is_text_from(member.phone)


async def _reusable_code(
    session: AsyncSession, backend: Backend, conversation_id: str, member: Member
) -> CodeSent | None:
    """Where the newest code went, if it is still valid and the phone on file requests another by text."""
    if not await _is_text_from_member(session, conversation_id, member):
        return None
    return await find_valid_code(session, backend, conversation_id, member)


async def find_valid_code(
    session: AsyncSession, backend: Backend, conversation_id: str, member: Member
) -> CodeSent | None:
    """Where and when the conversation's newest code was sent, if it still works."""
    row = await _newest(session, conversation_id, member)
    if row is None or row.used_at is not None or row.misses >= MAX_TRIES or backend.clock.now() >= row.expires_at:
        return None
    if await _recipient(session, row) == member.phone:
        return CodeSent("text", member.phone_last4, row.sent_at)
    return CodeSent("email", mask_email(member.email), row.sent_at) if member.email else None


async def _recipient(session: AsyncSession, row: OneTimeCode) -> str | None:
    return await session.scalar(select(OutboxMessage.recipient).where(OutboxMessage.dedupe_key == f"code-{row.id}"))


async def record_verified_contact(
    session: AsyncSession, backend: Backend, conversation_id: str, member: Member
) -> None:
    """Store on the member that the newest code of this conversation has proven the phone or email it went to."""
    row = await _newest(session, conversation_id, member)
    recipient = await _recipient(session, row) if row else None
    if recipient == member.phone:
        member.phone_proven_at = backend.clock.now()
    elif recipient is not None and recipient == member.email:
        member.email_proven_at = backend.clock.now()


async def choose_channel(
    session: AsyncSession, backend: Backend, member: Member, by_email: bool
) -> CodeSent | CodeRefused:
    """By text; by email where the phone has opted out or was changed too recently to prove anything."""
    now = backend.clock.now()
    opted_out = bool(member.phone) and await is_opted_out(session, member.phone)
    if member.phone and not opted_out and not by_email and member.is_established("phone", now):
        return CodeSent("text", member.phone_last4)
    if member.email and member.is_established("email", now):
        return CodeSent("email", mask_email(member.email))
    return CodeRefused("opted_out" if opted_out else "no_address")


def mask_email(address: str) -> str:
    """`ruth@example.org` → `r***@example.org`: enough to recognize it."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def address_of(way: CodeSent, member: Member) -> tuple[str, str]:
    """The outbox kind and the recipient for a channel from `choose_channel`."""
    return ("sms", member.phone) if way.channel == "text" else ("email", member.email or "")


def _hash(backend: Backend, conversation_id: str, member: Member, code: str) -> str:
    return keyed_code_hash(backend, f"{conversation_id}:{member.id}:{code}")


def keyed_code_hash(backend: Backend, text: str) -> str:
    """The stored form of a code; `text` contains the code, the member and the conversation."""
    return backend.settings.keyed_hash("one-time-code", text)


def hashes_match(kept: str, given: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(kept, given)
