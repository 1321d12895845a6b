"""Login creation on a web page with a secret link, so that the holder's digits stay out of the conversation."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.errors import MemberlineError
from backend.language import LANGUAGE_SEPARATORS, current_language, in_each, tr, with_language
from backend.logins import creation_codes, passwords, service, signin
from backend.logins.models import CreationLink, Login
from backend.logins.recovery_mail import InvalidPassword
from backend.members import known_senders, rate_limits
from backend.members.levels import Level
from backend.members.models import NOBODY, Member
from backend.members.service import find_account, reload_account, strip_to_digits
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=30)
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
HOLDER_DIGIT_COUNTS = {"residential": 4, "commercial": 9}
"""Last four of a social security number, or a business's full tax ID."""


class CreationLinkInvalid(MemberlineError):
    """The link is unknown, used or expired."""

    code = "creation_gone"


class InvalidUserId(MemberlineError):
    """`code`: bad_user_id or user_id_taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class HolderClaim:
    """The first page's input. `digits` are only hashed, never stored."""

    number: str
    last4: str
    kind: str
    digits: str


@dataclass(frozen=True)
class CreatedLogin:
    """`token` is the session cookie. `kept_existing_email`: the email on file was kept, not the one entered."""

    token: str
    user_id: str
    email_on_file: str
    kept_existing_email: bool


async def create(session: AsyncSession, backend: Backend, asked_by: str) -> str:
    """Create a link; returns its URL."""
    now, token = backend.clock.now(), secrets.token_urlsafe(24)
    session.add(
        CreationLink(
            token_hash=service.hash_token(token), asked_by=asked_by[:80], created_at=now, expires_at=now + LIFETIME
        )
    )
    await session.flush()
    return with_language(f"{backend.settings.public_url}/portal/create/{token}")


async def find(session: AsyncSession, backend: Backend, token: str) -> CreationLink:
    """The link while it is valid. Raises CreationLinkInvalid."""
    query = select(CreationLink).where(
        CreationLink.token_hash == service.hash_token(token),
        CreationLink.used_at.is_(None),
        CreationLink.expires_at > backend.clock.now(),
    )
    link = await session.scalar(query)
    if link is None:
        raise CreationLinkInvalid()
    return link


async def verify_holder(backend: Backend, token: str, holder: HolderClaim, *, source: str) -> str:
    """Check the holder: ok, exists (there is a login), no_match (any part wrong) or throttled.

    Misses are counted apart from those in the assistant. A link requested from the phone on file or a known browser is
    not held back by misses of others. Raises CreationLinkInvalid.
    """
    async with backend.db.transaction() as session:
        link = await find(session, backend, token)
        target = rate_limits.hash_target(backend, strip_to_digits(holder.number))
        await rate_limits.lock_attempts(session, backend, target, source)
        account = await find_account(session, holder.number)
        right = await _holder_matches(session, backend, account, holder)
        attempt = await _make_attempt(session, backend, link, account.member if account else None, target, source)
        if not (await rate_limits.check_limits(session, backend, attempt)).is_open:
            return "throttled"
        if account is None or not right:
            after = await rate_limits.record_miss(session, backend, attempt, account.id if account else None)
            return "throttled" if after.locked_until else "no_match"
        await rate_limits.clear_misses(session, attempt)
        if await service.login_of_member(session, account.member_id):
            return "exists"
        link.account_id = account.id
        on_file = await service.has_holder_proof(session, account.member)
        await _record(session, backend, link, "holder_proven", {"holder_digits": "fit" if on_file else "none on file"})
        return "ok"


async def _make_attempt(
    session: AsyncSession,
    backend: Backend,
    link: CreationLink,
    member: Member | None,
    target: str,
    source: str,
    kind: str = rate_limits.CREATION,
) -> rate_limits.IdentityAttempt:
    conversation = await session.get(Conversation, link.asked_by)
    if conversation is not None:
        sender = await known_senders.classify_sender(session, backend, conversation, member, target)
        if sender.known:
            return rate_limits.IdentityAttempt(kind, target, sender.source, f"link-{link.id}", known=True)
    return rate_limits.IdentityAttempt(kind, target, source, f"link-{link.id}")


async def _holder_matches(
    session: AsyncSession, backend: Backend, account: Account | None, holder: HolderClaim
) -> bool:
    """Where no digits are on file they prove nothing: the code that comes after this step stands alone then."""
    member = account.member if account else None
    proven = await service.verify_holder_proof(session, backend, member, holder.digits)
    proven = not await service.has_holder_proof(session, member) or proven
    last4 = (member or NOBODY).has_last4(holder.last4, backend.clock.now())
    return proven and last4 and member is not None and member.kind == holder.kind


async def save_name(backend: Backend, token: str, *, first_name: str, last_name: str, email: str) -> str:
    """Store name and email, and send the codes. Returns ok, too_many or no_address; the latter two store nothing.
    Raises CreationLinkInvalid."""
    async with backend.db.transaction() as session:
        link, account = await _require_verified_holder(session, backend, token)
        link.first_name, link.last_name, link.email = first_name[:80], last_name[:80], email[:254]
        result = await creation_codes.send(session, backend, link, account.member)
        if result != "ok":
            link.first_name = link.last_name = link.email = ""
        return result


async def resend_codes(backend: Backend, token: str, *, by_email: bool) -> str:
    """Send new codes, as `save_name` does. Raises CreationLinkInvalid."""
    async with backend.db.transaction() as session:
        link, account = await _require_verified_holder(session, backend, token)
        return await creation_codes.send(session, backend, link, account.member, by_email=by_email)


async def list_required_codes(backend: Backend, token: str) -> list[creation_codes.RequiredCode]:
    """The required codes. Raises CreationLinkInvalid."""
    async with backend.db.transaction() as session:
        link, _account = await _require_verified_holder(session, backend, token)
        return await creation_codes.list_required(session, link)


async def verify_codes(backend: Backend, token: str, given: dict[str, str], *, source: str) -> dict[str, str]:
    """Check the codes: results of `creation_codes.check`, or throttled for all. Wrong codes for the contact on file
    count against the member as in the assistant. Raises CreationLinkInvalid."""
    async with backend.db.transaction() as session:
        link, account = await _require_verified_holder(session, backend, token)
        target = rate_limits.hash_target(backend, account.number_digits)
        await rate_limits.lock_attempts(session, backend, target, source)
        attempt = await _make_attempt(session, backend, link, account.member, target, source, rate_limits.CODE)
        if not (await rate_limits.check_limits(session, backend, attempt)).is_open:
            return dict.fromkeys((creation_codes.ON_FILE, creation_codes.NEW), "throttled")
        found = await creation_codes.check(
            session, backend, link, {kind: strip_to_digits(code) for kind, code in given.items()}
        )
        if found.get(creation_codes.ON_FILE) == "wrong":
            await rate_limits.record_miss(session, backend, attempt, account.id)
        if link.proven_at is not None:
            await rate_limits.clear_misses(session, attempt)
            await _record(session, backend, link, "creation_codes_came_back")
        return found


async def reset_email(backend: Backend, token: str) -> None:
    """Go back to name and email, such as for a mistyped address. Raises CreationLinkInvalid."""
    async with backend.db.transaction() as session:
        link, _account = await _require_verified_holder(session, backend, token)
        link.email, link.proven_at, link.email_proven_at = "", None, None


async def _require_verified_holder(session: AsyncSession, backend: Backend, token: str) -> tuple[CreationLink, Account]:
    link = await find(session, backend, token)
    account = await reload_account(session, link.account_id) if link.account_id else None
    if account is None:
        raise CreationLinkInvalid()
    return link, account


async def create_login(backend: Backend, token: str, *, user_id: str, password: str) -> CreatedLogin:
    """Create the login. Raises CreationLinkInvalid, InvalidUserId, InvalidPassword.

    An email on file is kept: somebody who knows a few digits must not be able to redirect the member's mail.
    """
    async with backend.db.read_session() as session:
        link = await find(session, backend, token)
        if link.account_id is None or not link.email or link.proven_at is None:
            raise CreationLinkInvalid()
        account = await session.get_one(Account, link.account_id)
        member = await session.get_one(Member, account.member_id)
        if not service.USER_ID.fullmatch(user_id):
            raise InvalidUserId("bad_user_id")
        if await service.is_user_id_taken(session, user_id):
            raise InvalidUserId("user_id_taken")
    if problem := passwords.find_password_problem(password, service.known_words(backend, member, user_id)):
        raise InvalidPassword(problem)
    password_hash = await passwords.hash_password(password)
    try:
        async with backend.db.transaction() as session:
            return await _write_login(session, backend, token, member.id, user_id, password_hash)
    except IntegrityError:
        raise InvalidUserId("user_id_taken") from None  # by a simultaneous request


async def _write_login(
    session: AsyncSession, backend: Backend, token: str, member_id: int, user_id: str, password_hash: str
) -> CreatedLogin:
    link = await find(session, backend, token)
    mine = update(CreationLink).where(CreationLink.id == link.id, CreationLink.used_at.is_(None))
    used = await session.execute(mine.values(used_at=backend.clock.now()).returning(CreationLink.id))
    if used.scalar_one_or_none() is None:
        raise CreationLinkInvalid()
    member = await session.get_one(Member, member_id)
    login = await service.add(session, backend, member, user_id, password_hash)
    login.first_name, login.last_name = link.first_name, link.last_name
    had = member.email
    added = not had and link.email_proven_at is not None
    if added:
        member.change_contact("email", link.email, backend.clock.now())
        member.email_proven_at = link.email_proven_at
    on_file = member.email or ""
    session_token = await signin.start(session, backend, login)
    await _notify_member(session, backend, member, login, on_file)
    await _record(session, backend, link, "login_created", {"user_id": login.user_id, "email_added": added})
    return CreatedLogin(session_token, login.user_id, on_file, bool(had) and on_file.lower() != link.email.lower())


async def _notify_member(session: AsyncSession, backend: Backend, member: Member, login: Login, on_file: str) -> None:
    """Notify both email and phone on file, since whoever entered the codes may control only one of them."""
    coop = backend.coop
    languages = (current_language(), member.language)

    def words() -> str:
        return tr(
            "{coop}: an online account was made for your membership. If this was not you, call {phone}.",
            coop=coop.short_name,
            phone=coop.office_phone_display,
        )

    named = ""
    if member.can_receive_login_mail(backend.clock.now()):
        named = f"\n\n{tr('Your user ID is: {user_id}', user_id=login.user_id)}"
    if on_file:
        await enqueue(
            session, backend, kind="email", recipient=on_file,
            subject=tr("Your {coop} online account", coop=coop.short_name),
            body=f"{in_each(languages, words, LANGUAGE_SEPARATORS['email'])}{named}\n\n{coop.name}\n", purpose="notice",
            about=member, dedupe_key=f"login-created-{login.id}",
        )  # fmt: skip
    if member.phone:
        await enqueue(
            session, backend, kind="sms", recipient=member.phone, purpose="notice", about=member,
            body=in_each(languages, words, LANGUAGE_SEPARATORS["sms"]), dedupe_key=f"login-created-text-{login.id}",
        )  # fmt: skip


async def _record(
    session: AsyncSession, backend: Backend, link: CreationLink, act: str, after: dict[str, object] | None = None
) -> None:
    await record(
        session, backend, actor=link.asked_by, level=Level.KNOWN, channel="portal", act=act, account_id=link.account_id,
        after=after,
    )  # fmt: skip
