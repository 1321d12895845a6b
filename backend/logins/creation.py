"""Making a login: a page of its own for each member who asks, so that what proves the holder stays out of the talk."""

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
from backend.language import current, in_each, tr, with_language
from backend.logins import creation_codes, passwords, service, signin
from backend.logins.mail import PARAGRAPH, PasswordRefused
from backend.logins.models import CreationLink, Login
from backend.members import guessing, known_senders
from backend.members.levels import Level
from backend.members.models import Member
from backend.members.service import find_account, get_account, plain_digits
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=30)
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
DIGITS = {"residential": 4, "commercial": 9}
"""How many the holder gives: the last four of a social security number, or a business's whole tax ID."""


class CreationGone(MemberlineError):
    """The link is unknown, used or expired."""

    code = "creation_gone"


class UserIdRefused(MemberlineError):
    """`code`: bad_user_id or user_id_taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Holder:
    """What the first page asks for. `digits` go no further than their keyed hash."""

    number: str
    last4: str
    kind: str
    digits: str


@dataclass(frozen=True)
class Created:
    """`token` is for the session's cookie; `on_file` says whether the email given is now the one on file."""

    token: str
    user_id: str
    email_on_file: str
    kept_old_email: bool


async def create(session: AsyncSession, backend: Backend, asked_by: str) -> str:
    """A new page; its address."""
    now, token = backend.clock.now(), secrets.token_urlsafe(24)
    session.add(
        CreationLink(
            token_hash=service.token_hash(token), asked_by=asked_by[:80], created_at=now, expires_at=now + LIFETIME
        )
    )
    await session.flush()
    return with_language(f"{backend.settings.public_url}/portal/create/{token}")


async def find(session: AsyncSession, backend: Backend, token: str) -> CreationLink:
    """The link while it is good. Raises CreationGone."""
    query = select(CreationLink).where(
        CreationLink.token_hash == service.token_hash(token),
        CreationLink.used_at.is_(None),
        CreationLink.expires_at > backend.clock.now(),
    )
    link = await session.scalar(query)
    if link is None:
        raise CreationGone()
    return link


async def prove(backend: Backend, token: str, holder: Holder, *, source: str) -> str:
    """Judge the holder's digits: ok, exists (the account has a login), no_match (whichever was wrong) or throttled.

    Misses have a count of their own: what was missed in the assistant closes nothing here. A page that was asked for
    from the phone on file, or by a browser known there, is not held back by the misses of others. Raises CreationGone.
    """
    async with backend.db.transaction() as session:
        link = await find(session, backend, token)
        target = guessing.target_of(backend, plain_digits(holder.number))
        await guessing.one_at_a_time(session, backend, target, source)
        account = await find_account(session, holder.number)
        right = await _right(session, backend, account, holder)
        one = await _try(session, backend, link, account.member if account else None, target, source)
        if not (await guessing.weigh(session, backend, one)).open:
            return "throttled"
        if account is None or not right:
            after = await guessing.missed(session, backend, one, account.id if account else None)
            return "throttled" if after.locked else "no_match"
        await guessing.settle(session, one)
        if await service.of_member(session, account.member_id):
            return "exists"
        link.account_id = account.id
        await _record(session, backend, link, "holder_proven")
        return "ok"


async def _try(
    session: AsyncSession,
    backend: Backend,
    link: CreationLink,
    member: Member | None,
    target: str,
    source: str,
    kind: str = guessing.CREATION,
) -> guessing.Try:
    conversation = await session.get(Conversation, link.asked_by)
    if conversation is not None:
        sender = await known_senders.sender_at(session, backend, conversation, member, target)
        if sender.known:
            return guessing.Try(kind, target, sender.source, f"link-{link.id}", known=True)
    return guessing.Try(kind, target, source, f"link-{link.id}")


async def _right(session: AsyncSession, backend: Backend, account: Account | None, holder: Holder) -> bool:
    member = account.member if account else None
    proven = await service.proven(session, backend, member, holder.digits)
    last4 = secrets.compare_digest((member.phone_last4 if member else "----").encode(), holder.last4.encode())
    return proven and last4 and member is not None and member.kind == holder.kind


async def name(backend: Backend, token: str, *, first_name: str, last_name: str, email: str) -> str:
    """Keep who the login is for, and send the codes that must come back: ok, too_many or no_address, which keeps
    nothing. Raises CreationGone."""
    async with backend.db.transaction() as session:
        link, account = await _proven_holder(session, backend, token)
        link.first_name, link.last_name, link.email = first_name[:80], last_name[:80], email[:254]
        result = await creation_codes.send(session, backend, link, account.member)
        if result != "ok":
            link.first_name = link.last_name = link.email = ""
        return result


async def codes_again(backend: Backend, token: str, *, by_email: bool) -> str:
    """Send new codes, as `name` does. Raises CreationGone."""
    async with backend.db.transaction() as session:
        link, account = await _proven_holder(session, backend, token)
        return await creation_codes.send(session, backend, link, account.member, by_email=by_email)


async def codes_wanted(backend: Backend, token: str) -> list[creation_codes.Wanted]:
    """The codes that the page asks for. Raises CreationGone."""
    async with backend.db.transaction() as session:
        link, _account = await _proven_holder(session, backend, token)
        return await creation_codes.wanted(session, link)


async def give_codes(backend: Backend, token: str, given: dict[str, str], *, source: str) -> dict[str, str]:
    """Judge the codes: what `creation_codes.check` says of each kind, or throttled for all. Wrong ones for the way on
    file count at the member as those in the assistant do. Raises CreationGone."""
    async with backend.db.transaction() as session:
        link, account = await _proven_holder(session, backend, token)
        target = guessing.target_of(backend, account.number_digits)
        await guessing.one_at_a_time(session, backend, target, source)
        one = await _try(session, backend, link, account.member, target, source, guessing.CODE)
        if not (await guessing.weigh(session, backend, one)).open:
            return dict.fromkeys((creation_codes.ON_FILE, creation_codes.NEW), "throttled")
        found = await creation_codes.check(
            session, backend, link, {kind: plain_digits(code) for kind, code in given.items()}
        )
        if found.get(creation_codes.ON_FILE) == "wrong":
            await guessing.missed(session, backend, one, account.id)
        if link.proven_at is not None:
            await guessing.settle(session, one)
            await _record(session, backend, link, "creation_codes_came_back")
        return found


async def other_email(backend: Backend, token: str) -> None:
    """Go back to the name and email: no code comes to a mistyped one. Raises CreationGone."""
    async with backend.db.transaction() as session:
        link, _account = await _proven_holder(session, backend, token)
        link.email, link.proven_at, link.email_proven_at = "", None, None


async def _proven_holder(session: AsyncSession, backend: Backend, token: str) -> tuple[CreationLink, Account]:
    link = await find(session, backend, token)
    account = await get_account(session, link.account_id) if link.account_id else None
    if account is None:
        raise CreationGone()
    return link, account


async def finish(backend: Backend, token: str, *, user_id: str, password: str) -> Created:
    """Make the login. Raises CreationGone, UserIdRefused, PasswordRefused.

    An email that is on file stays so: whoever knows a few digits must not be able to send the member's mail elsewhere.
    """
    async with backend.db.reading() as session:
        link = await find(session, backend, token)
        if link.account_id is None or not link.email or link.proven_at is None:
            raise CreationGone()
        account = await session.get_one(Account, link.account_id)
        member = await session.get_one(Member, account.member_id)
        if not service.USER_ID.fullmatch(user_id):
            raise UserIdRefused("bad_user_id")
        if await service.is_taken(session, user_id):
            raise UserIdRefused("user_id_taken")
    if wrong := passwords.problem(password, service.known_words(backend, member, user_id)):
        raise PasswordRefused(wrong)
    password_hash = await passwords.hashed(password)
    try:
        async with backend.db.transaction() as session:
            return await _make(session, backend, token, member.id, user_id, password_hash)
    except IntegrityError:
        raise UserIdRefused("user_id_taken") from None  # taken in this very moment


async def _make(
    session: AsyncSession, backend: Backend, token: str, member_id: int, user_id: str, password_hash: str
) -> Created:
    link = await find(session, backend, token)
    mine = update(CreationLink).where(CreationLink.id == link.id, CreationLink.used_at.is_(None))
    used = await session.execute(mine.values(used_at=backend.clock.now()).returning(CreationLink.id))
    if used.scalar_one_or_none() is None:
        raise CreationGone()
    member = await session.get_one(Member, member_id)
    login = await service.add(session, backend, member, user_id, password_hash)
    login.first_name, login.last_name = link.first_name, link.last_name
    had = member.email
    added = not had and link.email_proven_at is not None
    if added:
        member.put_on_file("email", link.email, backend.clock.now())
        member.email_proven_at = link.email_proven_at
    on_file = member.email or ""
    session_token = await signin.start(session, backend, login)
    await _tell(session, backend, member, login, on_file)
    await _record(session, backend, link, "login_created", {"user_id": login.user_id, "email_added": added})
    return Created(session_token, login.user_id, on_file, bool(had) and on_file.lower() != link.email.lower())


async def _tell(session: AsyncSession, backend: Backend, member: Member, login: Login, on_file: str) -> None:
    """To the email and the phone on file: who gave the codes may have had only one of them in hand."""
    coop = backend.coop
    languages = (current(), member.language)

    def words() -> str:
        return tr(
            "{coop}: an online account was made for your membership. If this was not you, call {phone}.",
            coop=coop.short_name,
            phone=coop.office_phone_display,
        )

    named = ""
    if member.takes_login_mail(backend.clock.now()):
        named = f"\n\n{tr('Your user ID is: {user_id}', user_id=login.user_id)}"
    if on_file:
        await enqueue(
            session, backend, kind="email", recipient=on_file,
            subject=tr("Your {coop} online account", coop=coop.short_name),
            body=f"{in_each(languages, words, PARAGRAPH)}{named}\n\n{coop.name}\n", purpose="notice",
            dedupe_key=f"login-created-{login.id}",
        )  # fmt: skip
    if member.phone:
        await enqueue(
            session, backend, kind="sms", recipient=member.phone, body=in_each(languages, words, " "), purpose="notice",
            dedupe_key=f"login-created-text-{login.id}",
        )  # fmt: skip


async def _record(
    session: AsyncSession, backend: Backend, link: CreationLink, act: str, after: dict[str, object] | None = None
) -> None:
    await record(
        session, backend, actor=link.asked_by, level=Level.KNOWN, channel="portal", act=act, account_id=link.account_id,
        after=after,
    )  # fmt: skip
