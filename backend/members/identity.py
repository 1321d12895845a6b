"""Who is speaking: member number and last four, then a one-time code or an attested call from the phone on file.

Failures are results, not exceptions: a miss has to be committed. Functions flush; the caller commits.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.conversations.service import IDLE
from backend.members import code_limits, codes, identity_challenge, known_senders, rate_limits, verified_contacts
from backend.members.codes import CodeRefused, CodeSent
from backend.members.levels import NEEDS, REQUIRED_LEVELS_BY_TEXT, Level
from backend.members.models import IdentityChallenge, Member
from backend.members.rate_limits import CODE, IDENTITY, AttemptLimits, IdentityAttempt
from backend.members.service import accounts_at_phone, find_account, get_account, lacks_separator, strip_to_digits

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.billing.models import Account

__all__ = [
    "CodeRefused",
    "CodeResult",
    "CodeSent",
    "Identity",
    "IdentityResult",
    "account_number_of_sender",
    "check_code",
    "end_identity",
    "identify",
    "is_allowed",
    "load_identity",
    "resend_challenge",
    "send_code",
    "switch",
]  # fmt: skip

_DUMMY_LAST4 = "----"  # compared against when the number is nobody's, so that the work is the same


@dataclass(frozen=True)
class Identity:
    """Who somebody has shown to be. Below KNOWN there is neither account nor member.

    `texting`: by text, in the name of the phone on file. It proves nothing, but what is answered goes to that phone.
    """

    level: Level
    account: Account | None = None
    member: Member | None = None
    is_texting: bool = False


ANONYMOUS = Identity(Level.ANONYMOUS)


@dataclass(frozen=True)
class IdentityResult:
    """`status`: ok, no_match (whichever part was wrong), locked (this miss was one too many, for `locked_for`), or
    proof: what was given is not judged now, and if it fits, a code is on its way that `check_code` takes.
    `needs_separator`: the number is too short to have its last three digits, which nothing was looked up to find out.
    """

    status: str
    identity: Identity
    needs_separator: bool = False
    locked_for: timedelta | None = None


@dataclass(frozen=True)
class CodeResult:
    """`status`: ok, wrong, expired (or never sent, replaced, or used up in a name that can be forged), another (right,
    and a second one was sent) or locked (too many tries, at this code or lately)."""

    status: str
    identity: Identity


def is_allowed(standing: Identity, skill: str) -> bool:
    """Whether a skill is open at this standing."""
    return standing.level >= (REQUIRED_LEVELS_BY_TEXT.get(skill, NEEDS[skill]) if standing.is_texting else NEEDS[skill])


async def account_number_of_sender(session: AsyncSession, conversation_id: str) -> str | None:
    """Whose account the sender of a text speaks of, by the phone on file: it saves asking, and opens nothing.

    None where the phone is nobody's, or several members': they have to say which.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or conversation.channel != "sms" or not conversation.address:
        return None
    accounts = await accounts_at_phone(session, conversation.address)
    return accounts[0].number if len({account.member_id for account in accounts}) == 1 else None


async def load_identity(session: AsyncSession, backend: Backend, conversation_id: str) -> Identity:
    """How far this conversation has shown who it is, now. Changes nothing, so that any session will do.

    Nothing after 15 minutes of silence, or when the account has changed hands. An attested call from the phone on file
    counts as stepped up; a text in its name does not.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.level or conversation.account_id is None:
        return ANONYMOUS
    if _idle(conversation, backend.clock.now()):
        return ANONYMOUS
    account = await get_account(session, conversation.account_id)
    if account is None or account.member_id != conversation.member_id:
        return ANONYMOUS
    return _make_identity(conversation, backend, Level(conversation.level), account)


def _make_identity(conversation: Conversation, backend: Backend, level: Level, account: Account) -> Identity:
    on_file = _claims_phone_of(account.member, conversation, backend.clock.now())
    if on_file and conversation.is_attested:
        level = Level.STEPPED_UP
    return Identity(level, account, account.member, is_texting=on_file and conversation.channel == "sms")


def _idle(conversation: Conversation, now: datetime) -> bool:
    seen = max(conversation.last_seen_at, conversation.verified_at or conversation.last_seen_at)
    return now - seen >= IDLE


def _claims_phone_of(member: Member, conversation: Conversation, now: datetime) -> bool:
    """Whether the other end says that it is the phone on file, and that phone is not too new to count."""
    return bool(conversation.address) and conversation.address == member.phone and member.is_established("phone", now)


async def identify(
    session: AsyncSession, backend: Backend, conversation_id: str, *, number: str, last4: str
) -> IdentityResult:
    """Judge a member number (with or without its dash) and the last four of the phone on file.

    A failure leaves whatever standing there was. The same is done whichever part is wrong, and an unknown number locks
    as a known one does: neither the answer, nor its time, nor a lock tells whether a member exists. Under a lock or
    pressure nothing is judged: who has both right gets a code at the phone or email on file, and nobody learns so.
    """
    if lacks_separator(number):
        return await _record_failure(session, backend, conversation_id, "no_match", needs_separator=True)
    conversation = await session.get_one(Conversation, conversation_id)
    target = rate_limits.hash_target(backend, strip_to_digits(number))
    await rate_limits.lock_attempts(session, backend, target, conversation.source or conversation.id)
    account = await find_account(session, number)
    one = await _make_attempt(session, backend, IDENTITY, conversation, account.member if account else None, target)
    pressure = await rate_limits.check_limits(session, backend, one)
    right = _matches(account, last4) and account is not None
    if not pressure.is_open:
        asked = await identity_challenge.request_challenge(
            session, backend, conversation, target, account if right else None
        )
        return await _record_failure(session, backend, conversation_id, "proof" if asked else "locked")
    if account is not None and right:
        await rate_limits.clear_misses(session, one)
        return IdentityResult("ok", await _identified(session, backend, conversation, account))
    after = await rate_limits.record_miss(session, backend, one, account.id if account else None)
    if after.locked_until is None:
        return await _record_failure(session, backend, conversation_id, "no_match")
    await _record(session, backend, conversation, "identity_locked", account.id if account else None)
    locked_for = after.locked_until - backend.clock.now()
    return await _record_failure(session, backend, conversation_id, "locked", locked_for=locked_for)


async def _make_attempt(
    session: AsyncSession,
    backend: Backend,
    kind: str,
    conversation: Conversation,
    member: Member | None,
    target: str,
) -> IdentityAttempt:
    sender = await known_senders.classify_sender(session, backend, conversation, member, target)
    return IdentityAttempt(kind, target, sender.source, conversation.id, sender.known, sender.forgeable)


def _matches(account: Account | None, last4: str) -> bool:
    expected = account.member.phone_last4 if account else _DUMMY_LAST4
    return hmac.compare_digest(expected.encode(), strip_to_digits(last4).encode())


async def _record_failure(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    status: str,
    *,
    needs_separator: bool = False,
    locked_for: timedelta | None = None,
) -> IdentityResult:
    now = await load_identity(session, backend, conversation_id)
    return IdentityResult(status, now, needs_separator, locked_for)


async def _identified(
    session: AsyncSession, backend: Backend, conversation: Conversation, account: Account
) -> Identity:
    # a step up for one account is none for another
    reached = _make_identity(conversation, backend, Level.KNOWN, account)
    _set_level(conversation, backend, reached.level, account)
    await _record(session, backend, conversation, "identified", account.id)
    return reached


def _set_level(conversation: Conversation, backend: Backend, level: Level, account: Account) -> None:
    conversation.level = level
    conversation.account_id = account.id
    conversation.member_id = account.member_id
    conversation.verified_at = backend.clock.now()


async def switch(session: AsyncSession, backend: Backend, conversation_id: str, account: Account) -> Identity:
    """Go over to another account of the same member, at the level reached: the code and the last four are the member's,
    not the account's. An account of anybody else leaves everything as it is."""
    now = await load_identity(session, backend, conversation_id)
    if now.member is None or now.level < Level.KNOWN or account.member_id != now.member.id:
        return now
    conversation = await session.get_one(Conversation, conversation_id)
    conversation.account_id = account.id
    await _record(session, backend, conversation, "account_switched", account.id)
    return replace(now, account=account)


async def send_code(
    session: AsyncSession, backend: Backend, conversation_id: str, *, by_email: bool = False
) -> CodeSent | CodeRefused:
    """Send a one-time code to the phone or email on file of whoever has been identified."""
    now = await load_identity(session, backend, conversation_id)
    if now.member is None or now.account is None:
        return CodeRefused("not_identified")
    conversation = await session.get_one(Conversation, conversation_id)
    one = await _make_code_attempt(session, backend, conversation, now.account)
    if not one.forgeable and not (await rate_limits.check_limits(session, backend, one)).is_open:
        return CodeRefused("too_many")
    asker = await code_limits.classify_asker(session, backend, conversation, now.member, one.target)
    sent = await codes.send(session, backend, conversation_id, now.member, by_email=by_email, asker=asker)
    if isinstance(sent, CodeSent):
        await _record(session, backend, conversation, "code_sent", now.account.id, {"way": sent.channel})
    return sent


async def resend_challenge(
    session: AsyncSession, backend: Backend, conversation_id: str, *, by_email: bool = False
) -> bool:
    """Another code for what was given last, while it is not judged by itself. False: too often, or nothing is open."""
    conversation = await session.get_one(Conversation, conversation_id)
    return await identity_challenge.resend_challenge(session, backend, conversation, by_email=by_email)


async def check_code(session: AsyncSession, backend: Backend, conversation_id: str, *, code: str) -> CodeResult:
    """Judge a one-time code. The right one steps the conversation up and works once. Wrong ones count for the member
    and the sender as other guesses do, over all codes that are sent.

    In the name of the phone on file, which anybody may forge, they end that code alone. What would lock another sender
    asks for two codes there, one after the other: nobody is shut out, and guessing both is hopeless.
    """
    now = await load_identity(session, backend, conversation_id)
    conversation = await session.get_one(Conversation, conversation_id)
    asked = await identity_challenge.pending_challenge(session, backend, conversation_id)
    if asked is not None and (conversation.verified_at is None or asked.asked_at > conversation.verified_at):
        return await _check_challenge(session, backend, conversation, asked, strip_to_digits(code))
    if now.member is None or now.account is None:
        return CodeResult("expired", now)
    one = await _make_code_attempt(session, backend, conversation, now.account)
    unlocked = (await rate_limits.check_limits(session, backend, one)).is_open
    if not unlocked and not one.forgeable:
        return CodeResult("locked", now)
    digits = strip_to_digits(code)
    second = await codes.is_second(session, conversation_id, now.member)
    status = await codes.verify_code(session, backend, conversation_id, now.member, digits)
    if status == "ok" and not unlocked and not second:
        sent = await codes.send(session, backend, conversation_id, now.member, second=True)
        return CodeResult("another" if isinstance(sent, CodeSent) else "locked", now)
    if status == "ok":
        if not one.forgeable:  # else what a forger missed would be forgiven each time the member is right
            await rate_limits.clear_misses(session, one)
        _set_level(conversation, backend, Level.STEPPED_UP, now.account)
        await verified_contacts.record_verified_contact(session, backend, conversation_id, now.member)
        await _record(session, backend, conversation, "stepped_up", now.account.id)
        return CodeResult("ok", replace(now, level=Level.STEPPED_UP))
    if status in ("wrong", "locked") and len(digits) == codes.DIGITS and unlocked:
        after = await rate_limits.record_miss(session, backend, one, now.account.id)
        status = "locked" if after.locked_until and not one.forgeable else status
    if status in ("locked", "used_up"):
        status = "expired" if one.forgeable else "locked"
        await _record(session, backend, conversation, "code_locked", now.account.id)
    return CodeResult(status, now)


async def _make_code_attempt(
    session: AsyncSession, backend: Backend, conversation: Conversation, account: Account
) -> IdentityAttempt:
    target = rate_limits.hash_target(backend, account.number_digits)
    await rate_limits.lock_attempts(session, backend, target, conversation.source or conversation.id)
    return await _make_attempt(session, backend, CODE, conversation, account.member, target)


async def _check_challenge(
    session: AsyncSession, backend: Backend, conversation: Conversation, asked: IdentityChallenge, code: str
) -> CodeResult:
    """The same for a code in place of number and last four; nobody's are as wrong as a wrong one is."""
    now = await load_identity(session, backend, conversation.id)
    await rate_limits.lock_attempts(session, backend, asked.target, conversation.source or conversation.id)
    account = await get_account(session, asked.account_id) if asked.account_id else None
    one = await _make_attempt(session, backend, CODE, conversation, account.member if account else None, asked.target)
    unlocked = (await rate_limits.check_limits(session, backend, one)).is_open
    ended = "expired" if one.forgeable else "locked"
    if asked.misses >= codes.MAX_TRIES or not (unlocked or one.forgeable):
        return CodeResult(ended, now)
    if len(code) != codes.DIGITS:
        return CodeResult("wrong", now)
    if account is not None and identity_challenge.is_code_right(backend, asked, code):
        asked.used_at = backend.clock.now()
        if not unlocked and not asked.second:
            await identity_challenge.request_challenge(
                session, backend, conversation, asked.target, account, second=True
            )
            return CodeResult("another", now)
        for kind in (IDENTITY,) if one.forgeable else (IDENTITY, CODE):
            await rate_limits.clear_misses(session, replace(one, kind=kind))
        _set_level(conversation, backend, Level.STEPPED_UP, account)
        await _record(session, backend, conversation, "identified", account.id)
        return CodeResult("ok", Identity(Level.STEPPED_UP, account, account.member))
    asked.misses += 1
    after = (
        await rate_limits.record_miss(session, backend, one, account.id if account else None)
        if unlocked
        else AttemptLimits()
    )
    over = asked.misses >= codes.MAX_TRIES or (after.locked_until is not None and not one.forgeable)
    return CodeResult(ended if over else "wrong", now)


async def end_identity(session: AsyncSession, backend: Backend, conversation_id: str) -> None:
    """End the identity: the next task asks again who is speaking."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.level:
        return
    account_id = conversation.account_id
    conversation.level, conversation.verified_at = Level.ANONYMOUS, None
    conversation.account_id = conversation.member_id = None
    await _record(session, backend, conversation, "identity_ended", account_id)


async def _record(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    act: str,
    account_id: int | None,
    after: dict[str, str] | None = None,
) -> None:
    await record(
        session,
        backend,
        actor=conversation.id,
        level=int(conversation.level),
        channel=conversation.channel,
        act=act,
        account_id=account_id,
        after=after,
    )
