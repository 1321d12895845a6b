"""Reset links and user IDs by email: asked for in the open, answered behind the scenes.

Asking does the same work and gets the same words whoever is asked about. What is mailed, and whether at all, is decided
afterwards by `answer_waiting`, which nobody outside can see or time.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit.service import record
from backend.errors import MemberlineError
from backend.language import current_language, in_each, tr, use_language, with_language
from backend.logins import passwords, service, signin
from backend.logins.models import Login, MailRequest, ResetToken
from backend.members import rate_limits
from backend.members.levels import Level
from backend.members.models import IdentityMiss, Member
from backend.members.service import accounts_of
from backend.outbox.service import enqueue
from backend.pending_rows import process_pending_rows

if TYPE_CHECKING:
    from backend.app import Backend

RESET, USER_ID = "reset", "user_id"
LIFETIME = timedelta(minutes=30)
MAX_MAILS = 3
"""Mails of one kind to one member in MOST_WINDOW; more are not sent, and nobody is told."""
MAIL_WINDOW = timedelta(minutes=30)
MAX_REQUESTS_PER_SOURCE = 10
"""Askings of one sender in ASKED_WINDOW. The first of a talk is taken all the same: its neighbors behind one address
may have asked for theirs."""
REQUEST_WINDOW = timedelta(minutes=15)
PORTAL = "portal"
DUMMY_LAST4 = "----"
PARAGRAPH = "\n\n"


class TooManyRequests(MemberlineError):
    """This sender has asked too often lately, whatever came of it."""

    code = "too_many"


class ResetLinkInvalid(MemberlineError):
    """The link is unknown, used or expired."""

    code = "reset_gone"


class InvalidPassword(MemberlineError):
    """`code` is what is wrong with it, as in `passwords.problem`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def request_mail(
    session: AsyncSession,
    backend: Backend,
    kind: str,
    *,
    who: str,
    last4: str,
    source: str,
    asked_by: str,
    channel: str,
    device: str = "",
) -> str:
    """Ask for a mail to whoever has this user ID or full number and this last four; the reference to quote.

    Raises TooMany for a sender over the limit. Every asking counts against its sender, right or wrong: a count that
    told them apart would tell who is a member. `device` is what a browser is known by that has signed in before; it
    has a count of its own.
    """
    member, login = await service.find(session, who)
    source = signin.device_source(backend, login, device) or source
    await rate_limits.lock_attempts(session, backend, f"mail:{source}")
    if await _is_over_request_limit(session, backend, source, asked_by):
        raise TooManyRequests()
    session.add(IdentityMiss(at=backend.clock.now(), kind=rate_limits.MAIL, source=source, conversation_id=asked_by))
    fits = secrets.compare_digest((member.phone_last4 if member else DUMMY_LAST4).encode(), last4.encode())
    return await _write_request(session, backend, kind, member.id if member and fits else None, asked_by, channel)


async def _is_over_request_limit(session: AsyncSession, backend: Backend, source: str, asked_by: str) -> bool:
    if await rate_limits.count_mail_requests(session, backend, source, REQUEST_WINDOW) < MAX_REQUESTS_PER_SOURCE:
        return False
    return asked_by == PORTAL or bool(await list_requests(session, asked_by, backend.clock.now() - REQUEST_WINDOW))


async def request_mail_for_member(
    session: AsyncSession, backend: Backend, kind: str, member: Member, *, asked_by: str, channel: str
) -> str:
    """The same for a member who has shown already who they are."""
    return await _write_request(session, backend, kind, member.id, asked_by, channel)


async def list_requests(session: AsyncSession, asked_by: str, since: datetime) -> list[MailRequest]:
    """The mails that somebody asked for after `since`, the newest first; whether one went out is not told."""
    query = select(MailRequest).where(MailRequest.asked_by == asked_by, MailRequest.asked_at >= since)
    return list(await session.scalars(query.order_by(MailRequest.id.desc())))


async def _write_request(
    session: AsyncSession, backend: Backend, kind: str, member_id: int | None, asked_by: str, channel: str
) -> str:
    request = MailRequest(
        kind=kind,
        member_id=member_id,
        reference=confirmation_numbers.random_number(),
        asked_by=asked_by,
        channel=channel,
        language=current_language(),
        asked_at=backend.clock.now(),
    )
    session.add(request)
    await session.flush()
    return request.reference


async def process_pending(backend: Backend) -> int:
    """Mail what was asked for and can be; how many requests were settled. Safe in several processes at once."""
    return await process_pending_rows(backend, MailRequest, MailRequest.done_at, _process_request)


async def _process_request(session: AsyncSession, backend: Backend, request: MailRequest) -> None:
    if request.member_id is None or await _is_over_mail_limit(session, backend, request):
        return
    member = await session.get_one(Member, request.member_id)
    login = await service.login_of_member(session, member.id)
    mailed = member.can_receive_login_mail(backend.clock.now())
    if mailed and member.email:
        with use_language(request.language):
            subject, body = await _compose_mail(session, backend, request, login)
        await enqueue(
            session, backend, kind="email", recipient=member.email, subject=subject, body=body, purpose="link",
            dedupe_key=f"login-mail-{request.id}",
        )  # fmt: skip
    accounts = await accounts_of(session, member.id)
    await record(
        session, backend, actor=request.asked_by, level=Level.ANONYMOUS, channel=request.channel,
        act=f"{request.kind}_asked", account_id=accounts[0].id if accounts else None,
        after={"reference": request.reference, "mailed": mailed, "login": login is not None},
    )  # fmt: skip


async def _is_over_mail_limit(session: AsyncSession, backend: Backend, request: MailRequest) -> bool:
    count = await session.scalar(
        select(func.count()).where(
            MailRequest.member_id == request.member_id,
            MailRequest.kind == request.kind,
            MailRequest.id < request.id,
            MailRequest.asked_at > backend.clock.now() - MAIL_WINDOW,
        )
    )
    return (count or 0) >= MAX_MAILS


async def _compose_mail(
    session: AsyncSession, backend: Backend, request: MailRequest, login: Login | None
) -> tuple[str, str]:
    coop = backend.coop
    end = tr(
        "If you did not ask for this, you need do nothing; tell us if it happens again: {phone}.",
        phone=coop.office_phone_display,
    )
    end += f"\n{tr('Your reference is {reference}.', reference=request.reference)}\n\n{coop.name}\n"
    portal = f"{backend.settings.public_url}/portal"
    if login is None:
        told = tr(
            "You asked about signing in. There is no user ID for your account yet. To make one, have your full member "
            "number ready and open {page}",
            page=with_language(f"{portal}/create"),
        )
        return tr("Your {coop} online account", coop=coop.short_name), f"{told}\n\n{end}"
    if request.kind == USER_ID:
        named = tr("Your user ID is: {user_id}", user_id=login.user_id)
        told = tr(
            "Sign in at {page} with it, or with your full member number, with the digits behind the dash.",
            page=with_language(f"{portal}/login"),
        )
        return tr("Your {coop} user ID", coop=coop.short_name), f"{named}\n\n{told}\n\n{end}"
    url = with_language(await _reset_url(session, backend, login))
    told = tr("Open this page to set a new password. It works once, for 30 minutes:")
    return tr("Set a new {coop} password", coop=coop.short_name), f"{told}\n\n{url}\n\n{end}"


async def _reset_url(session: AsyncSession, backend: Backend, login: Login) -> str:
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    older = update(ResetToken).where(ResetToken.login_id == login.id, ResetToken.used_at.is_(None))
    await session.execute(older.values(used_at=now))  # only the newest link works
    session.add(
        ResetToken(token_hash=service.hash_token(token), login_id=login.id, created_at=now, expires_at=now + LIFETIME)
    )
    return f"{backend.settings.public_url}/portal/reset/{token}"


async def is_reset_link_valid(backend: Backend, token: str) -> bool:
    """Whether this link may still set a password."""
    async with backend.db.read_session() as session:
        return await _find_valid_token(session, backend, token) is not None


async def reset(backend: Backend, token: str, password: str) -> None:
    """Set the password, once. Sessions end, and the member is told. Raises ResetGone, PasswordRefused."""
    async with backend.db.read_session() as session:
        row = await _find_valid_token(session, backend, token)
        if row is None:
            raise ResetLinkInvalid()
        login = await session.get_one(Login, row.login_id)
        member = await session.get_one(Member, login.member_id)
    if wrong := passwords.find_password_problem(password, service.known_words(backend, member, login.user_id)):
        raise InvalidPassword(wrong)
    new_hash = await passwords.hash_password(password)
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        mine = update(ResetToken).where(ResetToken.id == row.id, ResetToken.used_at.is_(None))
        used = await session.execute(mine.values(used_at=now).returning(ResetToken.id))
        if used.scalar_one_or_none() is None:
            raise ResetLinkInvalid()  # two tabs: the first one counts
        login = await session.get_one(Login, row.login_id)
        await service.set_password(session, backend, login, new_hash)
        await signin.clear_misses(session, backend, login)
        await _notify_password_changed(session, backend, member, row)
        accounts = await accounts_of(session, member.id)
        await record(
            session, backend, actor=f"login-{login.id}", level=Level.ANONYMOUS, channel="portal", act="password_reset",
            account_id=accounts[0].id if accounts else None,
        )  # fmt: skip


async def _notify_password_changed(session: AsyncSession, backend: Backend, member: Member, row: ResetToken) -> None:
    """By email; while that is new, by text too: whoever put it on file may not be the member."""
    coop, languages = backend.coop, (current_language(), member.language)

    def words() -> str:
        return tr(
            "The password of your online account has just been changed, and everybody who was signed in has been "
            "signed out. If this was not you, call us now: {phone}.",
            phone=coop.office_phone_display,
        )

    if not member.is_established("email", backend.clock.now()):
        body = f"{coop.short_name}: {in_each(languages, words, ' ')}"
        await enqueue(
            session, backend, kind="sms", recipient=member.phone, body=body, purpose="notice",
            dedupe_key=f"password-changed-text-{row.id}",
        )  # fmt: skip
    if not member.email:
        return
    await enqueue(
        session, backend, kind="email", recipient=member.email,
        subject=tr("Your {coop} password was changed", coop=coop.short_name),
        body=f"{in_each(languages, words, PARAGRAPH)}\n\n{coop.name}\n",
        purpose="notice", dedupe_key=f"password-changed-{row.id}",
    )  # fmt: skip


async def _find_valid_token(session: AsyncSession, backend: Backend, token: str) -> ResetToken | None:
    query = select(ResetToken).where(
        ResetToken.token_hash == service.hash_token(token),
        ResetToken.used_at.is_(None),
        ResetToken.expires_at > backend.clock.now(),
    )
    return await session.scalar(query)
