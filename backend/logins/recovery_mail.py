"""Password reset links and user IDs by email, or by text to the phone of a member without an email.

A request takes the same time and gets the same answer whether or not the member exists (OWASP Forgot Password).
`process_pending` decides later whether mail is sent, which nobody can observe or time.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit.service import record
from backend.db.pending_rows import process_pending_rows
from backend.errors import MemberlineError
from backend.language import LANGUAGE_SEPARATORS, current_language, in_each, tr, use_language, with_language
from backend.logins import passwords, service, signin
from backend.logins.models import Login, MailRequest, ResetToken
from backend.members import codes, rate_limits
from backend.members.levels import Level
from backend.members.models import NOBODY, IdentityMiss, Member
from backend.members.service import list_member_accounts
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

RESET, USER_ID = "reset", "user_id"
LIFETIME = timedelta(minutes=30)
MAX_MAILS = 3
"""Mails of one kind to one member in MAIL_WINDOW; further ones are silently not sent."""
MAIL_WINDOW = timedelta(minutes=30)
MAX_REQUESTS_PER_SOURCE = 10
"""Requests of one sender in REQUEST_WINDOW. The first of a conversation is always accepted: others may share the
sender's network address."""
REQUEST_WINDOW = timedelta(minutes=15)
PORTAL = "portal"


class TooManyRequests(MemberlineError):
    """Too many requests of this sender."""

    code = "too_many"


class ResetLinkInvalid(MemberlineError):
    """The link is unknown, used or expired."""

    code = "reset_gone"


class InvalidPassword(MemberlineError):
    """`code` is the problem, see `passwords.find_password_problem`."""

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
    """Request a mail to the member with this user ID or full number and last four. Returns a reference.

    Raises TooManyRequests for a sender over the limit. Right and wrong requests count alike, or the limit would reveal
    who is a member. `device` is the token of a browser that has signed in before; it is counted apart.
    """
    member, login = await service.find(session, who)
    source = signin.device_source(backend, login, device) or source
    await rate_limits.lock_attempts(session, backend, f"mail:{source}")
    if await _is_over_request_limit(session, backend, source, asked_by):
        raise TooManyRequests()
    session.add(IdentityMiss(at=backend.clock.now(), kind=rate_limits.MAIL, source=source, conversation_id=asked_by))
    fits = (member or NOBODY).has_last4(last4, backend.clock.now())
    return await request_mail_for_member(
        session, backend, kind, member if fits else None, asked_by=asked_by, channel=channel
    )


async def _is_over_request_limit(session: AsyncSession, backend: Backend, source: str, asked_by: str) -> bool:
    if await rate_limits.count_mail_requests(session, backend, source, REQUEST_WINDOW) < MAX_REQUESTS_PER_SOURCE:
        return False
    return asked_by == PORTAL or bool(await list_requests(session, asked_by, backend.clock.now() - REQUEST_WINDOW))


async def request_mail_for_member(
    session: AsyncSession, backend: Backend, kind: str, member: Member | None, *, asked_by: str, channel: str
) -> str:
    """As `request_mail`, for an identified member; None writes the row all the same, so that it takes as long."""
    request = MailRequest(
        kind=kind,
        member_id=member.id if member else None,
        reference=confirmation_numbers.random_number(),
        asked_by=asked_by,
        channel=channel,
        language=current_language(),
        asked_at=backend.clock.now(),
    )
    session.add(request)
    await session.flush()
    return request.reference


async def list_requests(session: AsyncSession, asked_by: str, since: datetime) -> list[MailRequest]:
    """Requests by `asked_by` after `since`, the newest first, whether or not mail was sent."""
    query = select(MailRequest).where(MailRequest.asked_by == asked_by, MailRequest.asked_at >= since)
    return list(await session.scalars(query.order_by(MailRequest.id.desc())))


async def process_pending(backend: Backend) -> int:
    """Send requested mails where possible; returns how many requests were processed. Safe in several processes."""
    return await process_pending_rows(backend, MailRequest, MailRequest.done_at, _process_request)


async def _process_request(session: AsyncSession, backend: Backend, request: MailRequest) -> None:
    if request.member_id is None or await _is_over_mail_limit(session, backend, request):
        return
    member = await session.get_one(Member, request.member_id)
    login = await service.login_of_member(session, member.id)
    way = await _find_way(session, backend, member)
    if way is not None:
        kind, recipient = way
        with use_language(request.language):
            subject, texts = await _compose(session, backend, request, login)
            body = _format_text(backend, texts) if kind == "sms" else _format_mail(backend, request, texts)
        await enqueue(
            session, backend, kind=kind, recipient=recipient, subject=subject if kind == "email" else "", body=body,
            purpose="link", dedupe_key=f"login-mail-{request.id}",
        )  # fmt: skip
    accounts = await list_member_accounts(session, member.id)
    await record(
        session, backend, actor=request.asked_by, level=Level.ANONYMOUS, channel=request.channel,
        act=f"{request.kind}_asked", account_id=accounts[0].id if accounts else None,
        after={"reference": request.reference, "mailed": way is not None, "login": login is not None},
    )  # fmt: skip


async def find_wait(session: AsyncSession, backend: Backend, kind: str, member_id: int) -> datetime | None:
    """When the next mail of this kind can go to the member (UTC); None: now. For the office: strangers are not told."""
    query = select(MailRequest.asked_at).where(
        MailRequest.member_id == member_id, MailRequest.kind == kind,
        MailRequest.asked_at > backend.clock.now() - MAIL_WINDOW,
    )  # fmt: skip
    asked = list(await session.scalars(query.order_by(MailRequest.id.desc()).limit(MAX_MAILS)))
    return asked[-1] + MAIL_WINDOW if len(asked) == MAX_MAILS else None


async def _find_way(session: AsyncSession, backend: Backend, member: Member) -> tuple[str, str] | None:
    """The outbox kind and the recipient: the email on file, else the phone; None where neither may be used.

    By text only where no email is on file, and neither was changed within a day: whoever changed it may not be the
    member. A link goes there, and no code: there is nothing to be guessed.
    """
    now = backend.clock.now()
    if member.email:
        return ("email", member.email) if member.can_receive_login_mail(now) else None
    if not member.is_established("email", now):
        return None
    way = await codes.choose_channel(session, backend, member, by_email=False)
    return codes.address_of(way, member) if isinstance(way, codes.CodeSent) else None


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


def _warn(backend: Backend) -> str:
    return tr(
        "If you did not ask for this, you need do nothing; tell us if it happens again: {phone}.",
        phone=backend.coop.office_phone_display,
    )


def _format_mail(backend: Backend, request: MailRequest, texts: list[str]) -> str:
    end = f"{_warn(backend)}\n{tr('Your reference is {reference}.', reference=request.reference)}"
    return "\n\n".join([*texts, end, f"{backend.coop.name}\n"])


def _format_text(backend: Backend, texts: list[str]) -> str:
    return f"{backend.coop.short_name}: {' '.join([*texts, _warn(backend)])}"


async def _compose(
    session: AsyncSession, backend: Backend, request: MailRequest, login: Login | None
) -> tuple[str, list[str]]:
    """The subject, and the paragraphs."""
    coop = backend.coop
    portal = f"{backend.settings.public_url}/portal"
    if login is None:
        text = tr(
            "You asked about signing in. There is no user ID for your account yet. To make one, have your full member "
            "number ready and open {page}",
            page=with_language(f"{portal}/create"),
        )
        return tr("Your {coop} online account", coop=coop.short_name), [text]
    if request.kind == USER_ID:
        named = tr("Your user ID is: {user_id}", user_id=login.user_id)
        text = tr(
            "Sign in at {page} with it, or with your full member number, with the digits behind the dash.",
            page=with_language(f"{portal}/login"),
        )
        return tr("Your {coop} user ID", coop=coop.short_name), [named, text]
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    older = update(ResetToken).where(ResetToken.login_id == login.id, ResetToken.used_at.is_(None))
    await session.execute(older.values(used_at=now))  # only the newest link works
    session.add(
        ResetToken(token_hash=service.hash_token(token), login_id=login.id, created_at=now, expires_at=now + LIFETIME)
    )
    url = with_language(f"{portal}/reset/{token}")
    text = tr("Open this page to set a new password. It works once, for 30 minutes:")
    return tr("Set a new {coop} password", coop=coop.short_name), [text, url]


async def is_reset_link_valid(backend: Backend, token: str) -> bool:
    async with backend.db.read_session() as session:
        return await _find_valid_token(session, backend, token) is not None


async def reset(backend: Backend, token: str, password: str) -> None:
    """Set the password, once. Ends sessions and notifies the member. Raises ResetLinkInvalid, InvalidPassword."""
    async with backend.db.read_session() as session:
        row = await _find_valid_token(session, backend, token)
        if row is None:
            raise ResetLinkInvalid()
        login = await session.get_one(Login, row.login_id)
        member = await session.get_one(Member, login.member_id)
    if problem := passwords.find_password_problem(password, service.known_words(backend, member, login.user_id)):
        raise InvalidPassword(problem)
    new_hash = await passwords.hash_password(password)
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        mine = update(ResetToken).where(ResetToken.id == row.id, ResetToken.used_at.is_(None))
        used = await session.execute(mine.values(used_at=now).returning(ResetToken.id))
        if used.scalar_one_or_none() is None:
            raise ResetLinkInvalid()  # used in another tab meanwhile
        login = await session.get_one(Login, row.login_id)
        await service.set_password(session, backend, login, new_hash)
        await signin.clear_misses(session, backend, login)
        await _notify_password_changed(session, backend, member, row)
        accounts = await list_member_accounts(session, member.id)
        await record(
            session, backend, actor=f"login-{login.id}", level=Level.ANONYMOUS, channel="portal", act="password_reset",
            account_id=accounts[0].id if accounts else None,
        )  # fmt: skip


async def _notify_password_changed(session: AsyncSession, backend: Backend, member: Member, row: ResetToken) -> None:
    """By email; also by text where there is none, or while it is new: whoever put it on file may not be the member."""
    coop, languages = backend.coop, (current_language(), member.language)

    def words() -> str:
        return tr(
            "The password of your online account has just been changed, and everybody who was signed in has been "
            "signed out. If this was not you, call us now: {phone}.",
            phone=coop.office_phone_display,
        )

    if not member.email or not member.is_established("email", backend.clock.now()):
        body = f"{coop.short_name}: {in_each(languages, words, LANGUAGE_SEPARATORS['sms'])}"
        await enqueue(
            session, backend, kind="sms", recipient=member.phone, body=body, purpose="notice", about=member,
            dedupe_key=f"password-changed-text-{row.id}",
        )  # fmt: skip
    if not member.email:
        return
    await enqueue(
        session, backend, kind="email", recipient=member.email,
        subject=tr("Your {coop} password was changed", coop=coop.short_name),
        body=f"{in_each(languages, words, LANGUAGE_SEPARATORS['email'])}\n\n{coop.name}\n",
        purpose="notice", about=member, dedupe_key=f"password-changed-{row.id}",
    )  # fmt: skip


async def _find_valid_token(session: AsyncSession, backend: Backend, token: str) -> ResetToken | None:
    query = select(ResetToken).where(
        ResetToken.token_hash == service.hash_token(token),
        ResetToken.used_at.is_(None),
        ResetToken.expires_at > backend.clock.now(),
    )
    return await session.scalar(query)
