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
from backend.members import code_counts, codes, guessing, known_senders, proof, proven_ways
from backend.members.codes import CodeRefused, CodeSent
from backend.members.guessing import CODE, IDENTITY, Pressure, Try
from backend.members.levels import BY_TEXT, NEEDS, Level
from backend.members.models import IdentityProof, Member
from backend.members.service import accounts_at_phone, find_account, get_account, lacks_separator, plain_digits

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.billing.models import Account

__all__ = [
    "CodeRefused", "CodeResult", "CodeSent", "IdentityResult", "Standing", "ask_proof_again", "check_code", "forget",
    "identify", "may", "number_of_sender", "send_code", "standing", "switch",
]  # fmt: skip

_NO_LAST4 = "----"  # compared against when the number is nobody's, so that the work is the same


@dataclass(frozen=True)
class Standing:
    """Who somebody has shown to be. Below KNOWN there is neither account nor member.

    `texting`: by text, in the name of the phone on file. It proves nothing, but what is answered goes to that phone.
    """

    level: Level
    account: Account | None = None
    member: Member | None = None
    texting: bool = False


ANONYMOUS = Standing(Level.ANONYMOUS)


@dataclass(frozen=True)
class IdentityResult:
    """`status`: ok, no_match (whichever part was wrong), locked (this miss was one too many, for `locked_for`), or
    proof: what was given is not judged now, and if it fits, a code is on its way that `check_code` takes.
    `needs_separator`: the number is too short to have its last three digits, which nothing was looked up to find out.
    """

    status: str
    standing: Standing
    needs_separator: bool = False
    locked_for: timedelta | None = None


@dataclass(frozen=True)
class CodeResult:
    """`status`: ok, wrong, expired (or never sent, replaced, or used up in a name that can be forged), another (right,
    and a second one was sent) or locked (too many tries, at this code or lately)."""

    status: str
    standing: Standing


def may(standing: Standing, skill: str) -> bool:
    """Whether a skill is open at this standing."""
    return standing.level >= (BY_TEXT.get(skill, NEEDS[skill]) if standing.texting else NEEDS[skill])


async def number_of_sender(session: AsyncSession, conversation_id: str) -> str | None:
    """Whose account the sender of a text speaks of, by the phone on file: it saves asking, and opens nothing.

    None where the phone is nobody's, or several members': they have to say which.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or conversation.channel != "sms" or not conversation.address:
        return None
    accounts = await accounts_at_phone(session, conversation.address)
    return accounts[0].number if len({account.member_id for account in accounts}) == 1 else None


async def standing(session: AsyncSession, backend: Backend, conversation_id: str) -> Standing:
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
    return _standing(conversation, backend, Level(conversation.level), account)


def _standing(conversation: Conversation, backend: Backend, level: Level, account: Account) -> Standing:
    on_file = _in_the_name_of(account.member, conversation, backend.clock.now())
    if on_file and conversation.vouched_for:
        level = Level.STEPPED_UP
    return Standing(level, account, account.member, texting=on_file and conversation.channel == "sms")


def _idle(conversation: Conversation, now: datetime) -> bool:
    seen = max(conversation.last_seen_at, conversation.verified_at or conversation.last_seen_at)
    return now - seen >= IDLE


def _in_the_name_of(member: Member, conversation: Conversation, now: datetime) -> bool:
    """Whether the other end says that it is the phone on file, and that phone is not too new to count."""
    return bool(conversation.address) and conversation.address == member.phone and member.settled("phone", now)


async def identify(
    session: AsyncSession, backend: Backend, conversation_id: str, *, number: str, last4: str
) -> IdentityResult:
    """Judge a member number (with or without its dash) and the last four of the phone on file.

    A failure leaves whatever standing there was. The same is done whichever part is wrong, and an unknown number locks
    as a known one does: neither the answer, nor its time, nor a lock tells whether a member exists. Under a lock or
    pressure nothing is judged: who has both right gets a code at the phone or email on file, and nobody learns so.
    """
    if lacks_separator(number):
        return await _failed(session, backend, conversation_id, "no_match", needs_separator=True)
    conversation = await session.get_one(Conversation, conversation_id)
    target = guessing.target_of(backend, plain_digits(number))
    await guessing.one_at_a_time(session, backend, target, conversation.source or conversation.id)
    account = await find_account(session, number)
    one = await _try(session, backend, IDENTITY, conversation, account.member if account else None, target)
    pressure = await guessing.weigh(session, backend, one)
    right = _matches(account, last4) and account is not None
    if not pressure.open:
        asked = await proof.ask(session, backend, conversation, target, account if right else None)
        return await _failed(session, backend, conversation_id, "proof" if asked else "locked")
    if account is not None and right:
        await guessing.settle(session, one)
        return IdentityResult("ok", await _identified(session, backend, conversation, account))
    after = await guessing.missed(session, backend, one, account.id if account else None)
    if after.locked is None:
        return await _failed(session, backend, conversation_id, "no_match")
    await _record(session, backend, conversation, "identity_locked", account.id if account else None)
    locked_for = after.locked - backend.clock.now()
    return await _failed(session, backend, conversation_id, "locked", locked_for=locked_for)


async def _try(
    session: AsyncSession,
    backend: Backend,
    kind: str,
    conversation: Conversation,
    member: Member | None,
    target: str,
) -> Try:
    sender = await known_senders.sender_at(session, backend, conversation, member, target)
    return Try(kind, target, sender.source, conversation.id, sender.known, sender.forgeable)


def _matches(account: Account | None, last4: str) -> bool:
    expected = account.member.phone_last4 if account else _NO_LAST4
    return hmac.compare_digest(expected.encode(), plain_digits(last4).encode())


async def _failed(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    status: str,
    *,
    needs_separator: bool = False,
    locked_for: timedelta | None = None,
) -> IdentityResult:
    now = await standing(session, backend, conversation_id)
    return IdentityResult(status, now, needs_separator, locked_for)


async def _identified(
    session: AsyncSession, backend: Backend, conversation: Conversation, account: Account
) -> Standing:
    # a step up for one account is none for another
    reached = _standing(conversation, backend, Level.KNOWN, account)
    _stand(conversation, backend, reached.level, account)
    await _record(session, backend, conversation, "identified", account.id)
    return reached


def _stand(conversation: Conversation, backend: Backend, level: Level, account: Account) -> None:
    conversation.level = level
    conversation.account_id = account.id
    conversation.member_id = account.member_id
    conversation.verified_at = backend.clock.now()


async def switch(session: AsyncSession, backend: Backend, conversation_id: str, account: Account) -> Standing:
    """Go over to another account of the same member, at the level reached: the code and the last four are the member's,
    not the account's. An account of anybody else leaves everything as it is."""
    now = await standing(session, backend, conversation_id)
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
    now = await standing(session, backend, conversation_id)
    if now.member is None or now.account is None:
        return CodeRefused("not_identified")
    conversation = await session.get_one(Conversation, conversation_id)
    one = await _code_try(session, backend, conversation, now.account)
    if not one.forgeable and not (await guessing.weigh(session, backend, one)).open:
        return CodeRefused("too_many")
    asker = await code_counts.asker_of(session, backend, conversation, now.member, one.target)
    sent = await codes.send(session, backend, conversation_id, now.member, by_email=by_email, asker=asker)
    if isinstance(sent, CodeSent):
        await _record(session, backend, conversation, "code_sent", now.account.id, {"way": sent.way})
    return sent


async def ask_proof_again(
    session: AsyncSession, backend: Backend, conversation_id: str, *, by_email: bool = False
) -> bool:
    """Another code for what was given last, while it is not judged by itself. False: too often, or nothing is open."""
    conversation = await session.get_one(Conversation, conversation_id)
    return await proof.again(session, backend, conversation, by_email=by_email)


async def check_code(session: AsyncSession, backend: Backend, conversation_id: str, *, code: str) -> CodeResult:
    """Judge a one-time code. The right one steps the conversation up and works once. Wrong ones count for the member
    and the sender as other guesses do, over all codes that are sent.

    In the name of the phone on file, which anybody may forge, they end that code alone. What would lock another sender
    asks for two codes there, one after the other: nobody is shut out, and guessing both is hopeless.
    """
    now = await standing(session, backend, conversation_id)
    conversation = await session.get_one(Conversation, conversation_id)
    asked = await proof.pending(session, backend, conversation_id)
    if asked is not None and (conversation.verified_at is None or asked.asked_at > conversation.verified_at):
        return await _check_proof(session, backend, conversation, asked, plain_digits(code))
    if now.member is None or now.account is None:
        return CodeResult("expired", now)
    one = await _code_try(session, backend, conversation, now.account)
    unlocked = (await guessing.weigh(session, backend, one)).open
    if not unlocked and not one.forgeable:
        return CodeResult("locked", now)
    digits = plain_digits(code)
    second = await codes.is_second(session, conversation_id, now.member)
    status = await codes.check(session, backend, conversation_id, now.member, digits)
    if status == "ok" and not unlocked and not second:
        sent = await codes.send(session, backend, conversation_id, now.member, second=True)
        return CodeResult("another" if isinstance(sent, CodeSent) else "locked", now)
    if status == "ok":
        if not one.forgeable:  # else what a forger missed would be forgiven each time the member is right
            await guessing.settle(session, one)
        _stand(conversation, backend, Level.STEPPED_UP, now.account)
        await proven_ways.note(session, backend, conversation_id, now.member)
        await _record(session, backend, conversation, "stepped_up", now.account.id)
        return CodeResult("ok", replace(now, level=Level.STEPPED_UP))
    if status in ("wrong", "locked") and len(digits) == codes.DIGITS and unlocked:
        after = await guessing.missed(session, backend, one, now.account.id)
        status = "locked" if after.locked and not one.forgeable else status
    if status in ("locked", "used_up"):
        status = "expired" if one.forgeable else "locked"
        await _record(session, backend, conversation, "code_locked", now.account.id)
    return CodeResult(status, now)


async def _code_try(session: AsyncSession, backend: Backend, conversation: Conversation, account: Account) -> Try:
    target = guessing.target_of(backend, account.number_digits)
    await guessing.one_at_a_time(session, backend, target, conversation.source or conversation.id)
    return await _try(session, backend, CODE, conversation, account.member, target)


async def _check_proof(
    session: AsyncSession, backend: Backend, conversation: Conversation, asked: IdentityProof, code: str
) -> CodeResult:
    """The same for a code in place of number and last four; nobody's are as wrong as a wrong one is."""
    now = await standing(session, backend, conversation.id)
    await guessing.one_at_a_time(session, backend, asked.target, conversation.source or conversation.id)
    account = await get_account(session, asked.account_id) if asked.account_id else None
    one = await _try(session, backend, CODE, conversation, account.member if account else None, asked.target)
    unlocked = (await guessing.weigh(session, backend, one)).open
    ended = "expired" if one.forgeable else "locked"
    if asked.misses >= codes.TRIES or not (unlocked or one.forgeable):
        return CodeResult(ended, now)
    if len(code) != codes.DIGITS:
        return CodeResult("wrong", now)
    if account is not None and proof.right(backend, asked, code):
        asked.used_at = backend.clock.now()
        if not unlocked and not asked.second:
            await proof.ask(session, backend, conversation, asked.target, account, second=True)
            return CodeResult("another", now)
        for kind in (IDENTITY,) if one.forgeable else (IDENTITY, CODE):
            await guessing.settle(session, replace(one, kind=kind))
        _stand(conversation, backend, Level.STEPPED_UP, account)
        await _record(session, backend, conversation, "identified", account.id)
        return CodeResult("ok", Standing(Level.STEPPED_UP, account, account.member))
    asked.misses += 1
    after = await guessing.missed(session, backend, one, account.id if account else None) if unlocked else Pressure()
    over = asked.misses >= codes.TRIES or (after.locked is not None and not one.forgeable)
    return CodeResult(ended if over else "wrong", now)


async def forget(session: AsyncSession, backend: Backend, conversation_id: str) -> None:
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
