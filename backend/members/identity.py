"""Identifies the member: by number and last four, then by a one-time code or an attested call from the phone on file.

Failures are results, not exceptions, so that the transaction with the recorded miss commits. Functions flush; the
caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.conversations.service import IDLE, record_act
from backend.members import code_limits, codes, identity_challenge, known_senders, page_sign_ins, rate_limits
from backend.members.codes import CodeRefused as CodeRefused
from backend.members.codes import CodeSent as CodeSent
from backend.members.levels import NEEDS, REQUIRED_LEVELS_BY_TEXT, Level
from backend.members.models import NOBODY, IdentityChallenge, Member
from backend.members.rate_limits import CODE, IDENTITY, AttemptLimits, IdentityAttempt
from backend.members.service import (
    find_account,
    lacks_account_suffix,
    list_accounts_at_phone,
    reload_account,
    strip_to_digits,
)

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.billing.models import Account


@dataclass(frozen=True)
class Identity:
    """The proven identity. Below KNOWN there is neither account nor member.

    `is_texting`: by text from the phone on file. That proves nothing, but answers go to that phone. `is_signed_in`: the
    level is that of the page around the talk. Whoever finds it open has it, so it changes no contact details.
    """

    level: Level
    account: Account | None = None
    member: Member | None = None
    is_texting: bool = False
    is_signed_in: bool = False

    @property
    def known_account(self) -> Account:
        """The account, for what runs only from KNOWN on."""
        assert self.account is not None
        return self.account

    @property
    def known_member(self) -> Member:
        """The member, for what runs only from KNOWN on."""
        assert self.member is not None
        return self.member


ANONYMOUS = Identity(Level.ANONYMOUS)


@dataclass(frozen=True)
class IdentityResult:
    """`status`: ok, no_match (either part wrong), locked (by this miss, for `locked_for`), or proof: not judged; if it
    matches, a code for `check_code` is on its way. `needs_separator`: the number is too short, known without a look-up.
    """

    status: str
    identity: Identity
    needs_separator: bool = False
    locked_for: timedelta | None = None


@dataclass(frozen=True)
class CodeResult:
    """`status`: ok, wrong, expired (also never sent or replaced, or used up by a forgeable sender), another (right, and
    a second code was sent) or locked (too many tries)."""

    status: str
    identity: Identity


def is_allowed(standing: Identity, skill: str) -> bool:
    """Whether the identity is enough for the skill."""
    needed = REQUIRED_LEVELS_BY_TEXT.get(skill, NEEDS[skill]) if standing.is_texting else NEEDS[skill]
    return standing.level >= needed


async def account_number_of_sender(session: AsyncSession, conversation_id: str) -> str | None:
    """The account number of a text's sender by the phone on file; it saves a question, and proves nothing.

    None where no member or several have this phone.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or conversation.channel != "sms" or not conversation.address:
        return None
    accounts = await list_accounts_at_phone(session, conversation.address)
    return accounts[0].number if len({account.member_id for account in accounts}) == 1 else None


async def load_identity(session: AsyncSession, backend: Backend, conversation_id: str) -> Identity:
    """The conversation's identity now. Read-only.

    Anonymous after 15 minutes of silence, when the account has changed hands, or when the session of the account page
    around the talk has ended. An attested call from the phone on
    file counts as stepped up; a text from it does not.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.level or conversation.account_id is None:
        return ANONYMOUS
    last_seen = max(conversation.last_seen_at, conversation.verified_at or conversation.last_seen_at)
    if backend.clock.now() - last_seen >= IDLE:
        return ANONYMOUS
    if not await page_sign_ins.holds(session, backend, conversation):
        return ANONYMOUS
    account = await reload_account(session, conversation.account_id)
    if account is None or account.member_id != conversation.member_id:
        return ANONYMOUS
    return _make_identity(conversation, backend, Level(conversation.level), account)


def _make_identity(conversation: Conversation, backend: Backend, level: Level, account: Account) -> Identity:
    member = account.member
    # a phone that was changed lately proves nothing yet
    on_file = bool(conversation.address) and conversation.address == member.phone
    on_file = on_file and member.is_established("phone", backend.clock.now())
    if on_file and conversation.is_attested:
        level = Level.STEPPED_UP
    is_texting = on_file and conversation.channel == "sms"
    return Identity(level, account, member, is_texting=is_texting, is_signed_in=conversation.signed_in)


async def identify(
    session: AsyncSession, backend: Backend, conversation_id: str, *, number: str, last4: str
) -> IdentityResult:
    """Check a member number (with or without dash) and the last four of the phone on file.

    A failure keeps the identity as it was. Unknown numbers behave like known ones, so neither the answer, its time nor
    a lock reveals whether a member exists (OWASP: user enumeration). Under a lock or over the limit nothing is judged:
    if both are right, a code goes to the phone or email on file, and the sender does not learn whether it did.
    """
    if lacks_account_suffix(number):
        return await _record_failure(session, backend, conversation_id, "no_match", needs_separator=True)
    conversation = await session.get_one(Conversation, conversation_id)
    target = rate_limits.hash_target(backend, strip_to_digits(number))
    await rate_limits.lock_attempts(session, backend, target, conversation.source or conversation.id)
    account = await find_account(session, number)
    attempt = await _make_attempt(session, backend, IDENTITY, conversation, account.member if account else None, target)
    limits = await rate_limits.check_limits(session, backend, attempt)
    holder = account.member if account else NOBODY
    is_right = holder.has_last4(strip_to_digits(last4), backend.clock.now()) and account is not None
    if not limits.is_open:
        requested = await identity_challenge.request_challenge(
            session, backend, conversation, target, account if is_right else None
        )
        return await _record_failure(session, backend, conversation_id, "proof" if requested else "locked")
    if account is not None and is_right:
        await rate_limits.clear_misses(session, attempt)
        # step-up for one account does not carry over to another
        reached = _make_identity(conversation, backend, Level.KNOWN, account)
        set_level(conversation, backend, reached.level, account)
        await record_act(session, backend, conversation, "identified", account.id)
        return IdentityResult("ok", reached)
    after = await rate_limits.record_miss(session, backend, attempt, account.id if account else None)
    if after.locked_until is None:
        return await _record_failure(session, backend, conversation_id, "no_match")
    await record_act(session, backend, conversation, "identity_locked", account.id if account else None)
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


def set_level(
    conversation: Conversation, backend: Backend, level: Level, account: Account, *, signed_in_by: str = ""
) -> None:
    """After a proof: the conversation is the account's member's, at this level. `signed_in_by`: of the page, if that
    is the proof."""
    conversation.level, conversation.signed_in, conversation.signed_in_by = level, bool(signed_in_by), signed_in_by
    conversation.account_id = account.id
    conversation.member_id = account.member_id
    conversation.verified_at = backend.clock.now()


async def switch(session: AsyncSession, backend: Backend, conversation_id: str, account: Account) -> Identity:
    """Switch to another account of the same member, at the same level. Ignores accounts of other members."""
    now = await load_identity(session, backend, conversation_id)
    if now.member is None or now.level < Level.KNOWN or account.member_id != now.member.id:
        return now
    conversation = await session.get_one(Conversation, conversation_id)
    conversation.account_id = account.id
    await record_act(session, backend, conversation, "account_switched", account.id)
    return replace(now, account=account)


async def send_code(
    session: AsyncSession, backend: Backend, conversation_id: str, *, by_email: bool = False
) -> CodeSent | CodeRefused:
    """Send a one-time code to the phone or email on file of the identified member."""
    now = await load_identity(session, backend, conversation_id)
    if now.member is None or now.account is None:
        return CodeRefused("not_identified")
    conversation = await session.get_one(Conversation, conversation_id)
    attempt = await _make_code_attempt(session, backend, conversation, now.account)
    if not attempt.forgeable and not (await rate_limits.check_limits(session, backend, attempt)).is_open:
        return CodeRefused("too_many")
    asker = await code_limits.classify_asker(session, backend, conversation, now.member, attempt.target)
    sent = await codes.send(session, backend, conversation_id, now.member, by_email=by_email, asker=asker)
    if isinstance(sent, CodeSent) and sent.earlier is None:
        await record_act(session, backend, conversation, "code_sent", now.account.id, after={"way": sent.channel})
    return sent


async def find_valid_code(session: AsyncSession, backend: Backend, conversation_id: str) -> CodeSent | None:
    """The code that was sent in this conversation and still works."""
    now = await load_identity(session, backend, conversation_id)
    if now.member is None:
        return None
    return await codes.find_valid_code(session, backend, conversation_id, now.member)


async def resend_challenge(
    session: AsyncSession, backend: Backend, conversation_id: str, *, by_email: bool = False
) -> bool:
    """Another code for the pending identity challenge. False: none is pending, or too many were sent."""
    conversation = await session.get_one(Conversation, conversation_id)
    return await identity_challenge.resend_challenge(session, backend, conversation, by_email=by_email)


async def check_code(session: AsyncSession, backend: Backend, conversation_id: str, *, code: str) -> CodeResult:
    """Check a one-time code. The right one steps the conversation up, once. Wrong ones count as misses for the member
    and the sender, over all codes.

    From the phone on file, which can be forged, wrong ones only use up that code. Where another sender would be locked,
    it needs two codes in a row: nobody is locked out, and guessing both is hopeless.
    """
    now = await load_identity(session, backend, conversation_id)
    conversation = await session.get_one(Conversation, conversation_id)
    challenge = await identity_challenge.pending_challenge(session, backend, conversation_id)
    if challenge is not None and (conversation.verified_at is None or challenge.asked_at > conversation.verified_at):
        return await _check_challenge(session, backend, conversation, challenge, strip_to_digits(code))
    if now.member is None or now.account is None:
        return CodeResult("expired", now)
    attempt = await _make_code_attempt(session, backend, conversation, now.account)
    unlocked = (await rate_limits.check_limits(session, backend, attempt)).is_open
    if not unlocked and not attempt.forgeable:
        return CodeResult("locked", now)
    digits = strip_to_digits(code)
    second = await codes.is_second(session, conversation_id, now.member)
    status = await codes.verify_code(session, backend, conversation_id, now.member, digits)
    if status == "ok" and not unlocked and not second:
        sent = await codes.send(session, backend, conversation_id, now.member, second=True)
        return CodeResult("another" if isinstance(sent, CodeSent) else "locked", now)
    if status == "ok":
        if not attempt.forgeable:  # else each success of the member would forgive a forger's misses
            await rate_limits.clear_misses(session, attempt)
        page = conversation.signed_in_by
        set_level(conversation, backend, Level.STEPPED_UP, now.account)
        conversation.signed_in_by = page  # what was proven beside a page ends with its session too
        await codes.record_verified_contact(session, backend, conversation_id, now.member)
        await record_act(session, backend, conversation, "stepped_up", now.account.id)
        return CodeResult("ok", replace(now, level=Level.STEPPED_UP, is_signed_in=False))
    if status in ("wrong", "locked") and len(digits) == codes.DIGITS and unlocked:
        after = await rate_limits.record_miss(session, backend, attempt, now.account.id)
        status = "locked" if after.locked_until and not attempt.forgeable else status
    if status in ("locked", "used_up"):
        status = "expired" if attempt.forgeable else "locked"
        await record_act(session, backend, conversation, "code_locked", now.account.id)
    return CodeResult(status, now)


async def _make_code_attempt(
    session: AsyncSession, backend: Backend, conversation: Conversation, account: Account
) -> IdentityAttempt:
    target = rate_limits.hash_target(backend, account.number_digits)
    await rate_limits.lock_attempts(session, backend, target, conversation.source or conversation.id)
    return await _make_attempt(session, backend, CODE, conversation, account.member, target)


async def _check_challenge(
    session: AsyncSession, backend: Backend, conversation: Conversation, challenge: IdentityChallenge, code: str
) -> CodeResult:
    """`check_code` for an identity challenge; without an account, every code is wrong."""
    now = await load_identity(session, backend, conversation.id)
    await rate_limits.lock_attempts(session, backend, challenge.target, conversation.source or conversation.id)
    account = await reload_account(session, challenge.account_id) if challenge.account_id else None
    attempt = await _make_attempt(
        session, backend, CODE, conversation, account.member if account else None, challenge.target
    )
    unlocked = (await rate_limits.check_limits(session, backend, attempt)).is_open
    ended = "expired" if attempt.forgeable else "locked"
    if challenge.misses >= codes.MAX_TRIES or not (unlocked or attempt.forgeable):
        return CodeResult(ended, now)
    if len(code) != codes.DIGITS:
        return CodeResult("wrong", now)
    if account is not None and identity_challenge.is_code_right(backend, challenge, code):
        challenge.used_at = backend.clock.now()
        if not unlocked and not challenge.second:
            await identity_challenge.request_challenge(
                session, backend, conversation, challenge.target, account, second=True
            )
            return CodeResult("another", now)
        for kind in (IDENTITY,) if attempt.forgeable else (IDENTITY, CODE):
            await rate_limits.clear_misses(session, replace(attempt, kind=kind))
        set_level(conversation, backend, Level.STEPPED_UP, account)
        await record_act(session, backend, conversation, "identified", account.id)
        return CodeResult("ok", Identity(Level.STEPPED_UP, account, account.member))
    challenge.misses += 1
    after = (
        await rate_limits.record_miss(session, backend, attempt, account.id if account else None)
        if unlocked
        else AttemptLimits()
    )
    over = challenge.misses >= codes.MAX_TRIES or (after.locked_until is not None and not attempt.forgeable)
    return CodeResult(ended if over else "wrong", now)


async def end_identity(session: AsyncSession, backend: Backend, conversation_id: str) -> None:
    """Make the conversation anonymous; the next task asks again for the identity."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.level:
        return
    account_id = conversation.account_id
    conversation.level, conversation.verified_at = Level.ANONYMOUS, None
    conversation.account_id = conversation.member_id = None
    await record_act(session, backend, conversation, "identity_ended", account_id)
