"""Accounts of the office: who may sign in with which role, invitations, and what an administrator changes.

Names in the setting STAFF_ACCOUNTS are the older way. They are administrators until an account of the same name is in
use; an account that is switched off closes the setting's name too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.errors import MemberlineError
from backend.language import ENGLISH, tr, use_language
from backend.logins import passwords
from backend.logins.service import hash_token
from backend.outbox.service import enqueue
from backend.staff.models import StaffAccount, StaffSession
from backend.staff.roles import ROLE_NAMES, Role
from backend.staff.ways_in import name_maker, note_way_in, tell_change

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.config import Settings

LINK_LIFETIME = timedelta(days=3)
MIN_PASSWORD = 12
MAX_NAME = 60
INVITED, ACTIVE, OFF = "invited", "active", "off"
DEMO = "demo"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class StaffAccountError(MemberlineError):
    """What cannot be done, in words for who asked for it. `field` is the field of the form that is wrong."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class StaffLogin:
    """A person who may sign in now. `account` is None for a name from the setting.

    `phone` is E.164; `language` is en or es. `password_hash` is None for who has no password.
    """

    name: str
    role: Role
    email: str
    phone: str | None
    language: str
    password_hash: str | None
    account: StaffAccount | None

    @property
    def password_mark(self) -> str:
        """What a new password changes: sessions and known browsers hold by it."""
        return self.password_hash or f"no password: {self.name}"


@dataclass(frozen=True)
class StaffLink:
    """A link that sets a password, once, for three days. `url` is None where it was mailed."""

    account: StaffAccount
    url: str


async def list_logins(session: AsyncSession, backend: Backend) -> list[StaffLogin]:
    """Everybody who may sign in now, by name."""
    accounts = {row.name_key: row for row in await session.scalars(select(StaffAccount))}
    found = [_from_account(row) for row in accounts.values() if is_usable(backend, row)]
    for name, hashed in backend.settings.staff_accounts.items():
        row = accounts.get(name.casefold())
        if row is None or row.status == INVITED:
            found.append(_from_setting(backend, name, hashed))
    return sorted(found, key=lambda login: login.name.casefold())


async def find_login(session: AsyncSession, backend: Backend, typed: str) -> StaffLogin | None:
    """By the name, in any spelling of capitals, or by the email where it is of one person."""
    logins = await list_logins(session, backend)
    exact = [each for each in logins if each.name == typed]
    alike = [each for each in logins if each.name.casefold() == typed.casefold()]
    by_email = [each for each in logins if each.account and each.email.casefold() == typed.casefold()]
    for found in (exact, alike, by_email):
        if len(found) == 1:
            return found[0]
    return None


async def find_login_by_name(session: AsyncSession, backend: Backend, name: str) -> StaffLogin | None:
    """By the exact name, as sessions and codes keep it."""
    row = await find_account(session, name)
    if row is not None and is_usable(backend, row):
        return _from_account(row) if row.name == name else None
    hashed = backend.settings.staff_accounts.get(name)
    from_setting = hashed is not None and (row is None or row.status == INVITED)
    return _from_setting(backend, name, hashed or "") if from_setting else None


async def find_account(session: AsyncSession, name: str) -> StaffAccount | None:
    return await session.scalar(select(StaffAccount).where(StaffAccount.name_key == name.casefold()))


async def find_by_part(session: AsyncSession, name: str) -> StaffAccount | None:
    """The account of that name, in any case, or the only one whose name begins with it as a word: `ann` of Ann Lee."""
    if (found := await find_account(session, name)) is not None or not name:
        return found
    begins = StaffAccount.name_key.startswith(f"{name.casefold()} ", autoescape=True)
    named = list(await session.scalars(select(StaffAccount).where(begins).limit(2)))
    return named[0] if len(named) == 1 else None


async def list_accounts(session: AsyncSession) -> list[StaffAccount]:
    """Every account, also those that are off, by name."""
    return list(await session.scalars(select(StaffAccount).order_by(StaffAccount.name_key)))


async def is_office_open(session: AsyncSession, settings: Settings) -> bool:
    """Whether anybody was ever let in: without, the office's pages do not exist."""
    if settings.staff_accounts or settings.single_sign_on:
        return True
    return await session.scalar(select(StaffAccount.id).limit(1)) is not None


def is_usable(backend: Backend, account: StaffAccount) -> bool:
    """Whether the account may sign in now. The demo's clerk may not in production."""
    return account.status == ACTIVE and not (account.origin == DEMO and backend.settings.production)


def parse_role(name: str) -> Role | None:
    """`agent` → Role.AGENT; None for another word."""
    return Role[name.upper()] if name.upper() in Role.__members__ else None


def role_key(role: Role) -> str:
    return role.name.lower()


async def check_new(session: AsyncSession, name: str, email: str) -> None:
    """Raises StaffAccountError for a name or an email that nobody can be invited with."""
    if not 2 <= len(name) <= MAX_NAME or not name.isprintable() or "@" in name:
        raise StaffAccountError(tr("The name has 2 to 60 letters: as members are to see it."), "name")
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise StaffAccountError(tr("This is no email address, such as ann@coop.example."), "email")
    if await find_account(session, name) is not None:
        raise StaffAccountError(tr("Somebody of this name was invited before."), "name")
    taken = await session.scalar(select(StaffAccount.name).where(func.lower(StaffAccount.email) == email.lower()))
    if taken is not None:
        raise StaffAccountError(tr("{name} has this email address.", name=taken), "email")


async def invite(
    session: AsyncSession,
    backend: Backend,
    *,
    name: str,
    email: str,
    role: Role,
    phone: str | None = None,
    language: str = ENGLISH,
    by: str,
) -> StaffLink:
    """Make an account and a link that sets its password, and mail it where mail is set up.

    `phone` is E.164; `by` is who invites: a name of the office, or `the server`. Raises StaffAccountError.
    """
    await check_new(session, name, email)
    account = StaffAccount(
        name=name, name_key=name.casefold(), email=email, phone=phone, role=role_key(role), language=language,
        status=INVITED, invited_by=by[:60], created_at=backend.clock.now(),
    )  # fmt: skip
    session.add(account)
    await session.flush()
    link = await _make_link(session, backend, account, by)
    await _tell(
        session, backend, account,
        lambda: tr("{who} invited {name} as: {role}.", who=name_maker(by), name=name, role=tr(ROLE_NAMES[role])),
        by=by,
    )  # fmt: skip
    await note(session, backend, by, "office_invited", after={"name": name, "role": account.role})
    return link


async def make_link(session: AsyncSession, backend: Backend, account: StaffAccount, *, by: str) -> StaffLink:
    """A new link, for a lost invitation or a forgotten password; the one before it ends."""
    if account.status == OFF:
        raise StaffAccountError(tr("{name} is switched off.", name=account.name))
    account.change += 1
    link = await _make_link(session, backend, account, by)
    await _tell_link(session, backend, account, by)
    await note(session, backend, by, "office_link_made", after={"name": account.name})
    return link


async def find_by_link(session: AsyncSession, backend: Backend, token: str) -> StaffAccount | None:
    """Whose link it is, while it may be used."""
    query = select(StaffAccount).where(StaffAccount.link_hash == hash_token(token))
    account = await session.scalar(query.with_for_update())
    usable = account is not None and account.status != OFF and account.link_expires_at is not None
    return account if usable and account and backend.clock.now() < _expiry(account) else None


def find_password_fault(backend: Backend, account: StaffAccount, password: str) -> str | None:
    """Why the password cannot be used, in words; None when it can."""
    if len(password) < MIN_PASSWORD:
        return tr("A password for the office has 12 characters or more.")
    known = (account.name, account.email, backend.coop.short_name, backend.coop.name)
    problem = passwords.find_password_problem(password, known)
    words = {
        "too_long": tr("A password has 128 characters at most."),
        "common": tr("Too many people use this password. Take three or four words that do not belong together."),
        "guessable": tr("This is too close to your name or the cooperative's. Take other words."),
        "too_short": tr("A password for the office has 12 characters or more."),
    }
    return words[problem] if problem else None


async def set_password(session: AsyncSession, backend: Backend, account: StaffAccount, password_hash: str) -> None:
    """Set it (hashed before, while no transaction was open). The link is used up, and other sessions end."""
    account.password_hash, account.password_set_at = password_hash, backend.clock.now()
    account.status, account.link_hash, account.link_expires_at = ACTIVE, None, None
    account.change += 1
    await session.execute(delete(StaffSession).where(StaffSession.name == account.name))
    await note(session, backend, account.name, "office_password_set")


async def set_password_by_link(
    session: AsyncSession, backend: Backend, account: StaffAccount, password_hash: str
) -> None:
    """As set_password(). The person and the administrators hear of it: the link may have been in another's hand."""
    await set_password(session, backend, account, password_hash)
    await _tell(
        session, backend, account, lambda: tr("{name} set a password with a link.", name=account.name),
        by=account.name, emails=(account.email,),
    )  # fmt: skip


async def change_role(session: AsyncSession, backend: Backend, account: StaffAccount, role: Role, *, by: str) -> None:
    """At once, also for sessions that are open. Raises StaffAccountError for the last administrator."""
    if account.role == role_key(role):
        return
    if role < Role.ADMIN:
        await _refuse_last_admin(session, backend, account)
    before, account.role = account.role, role_key(role)
    account.change += 1
    await _tell(
        session, backend, account,
        lambda: tr("{who} gave {name} another role: {role}.",
                   who=name_maker(by), name=account.name, role=tr(ROLE_NAMES[role])),
        by=by, emails=(account.email,),
    )  # fmt: skip
    after = {"name": account.name, "role": account.role}
    await note(session, backend, by, "office_role_changed", before={"role": before}, after=after)


async def change_contact(
    session: AsyncSession, backend: Backend, account: StaffAccount, email: str, phone: str | None, *, by: str
) -> None:
    """The email for links and codes, the phone (E.164) for notices. Raises StaffAccountError."""
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise StaffAccountError(tr("This is no email address, such as ann@coop.example."), "email")
    same = select(StaffAccount.name).where(
        func.lower(StaffAccount.email) == email.lower(), StaffAccount.id != account.id
    )
    if (taken := await session.scalar(same)) is not None:
        raise StaffAccountError(tr("{name} has this email address.", name=taken), "email")
    former, account.email, account.phone = account.email, email, phone
    account.change += 1
    if former.lower() != email.lower():
        await note_way_in(session, backend, account, by=by)
        await _tell(
            session, backend, account,
            lambda: tr("{who} changed the email of {name} from {former} to {email}.",
                       who=name_maker(by), name=account.name, former=former, email=email),
            by=by, emails=(former, email),
        )  # fmt: skip
    await note(session, backend, by, "office_contact_changed", after={"name": account.name})


async def switch_off(session: AsyncSession, backend: Backend, account: StaffAccount, *, by: str) -> None:
    """Out at once: sessions end and links are closed. Raises StaffAccountError for the last administrator."""
    if account.status == OFF:
        return
    await _refuse_last_admin(session, backend, account)
    account.status, account.link_hash, account.link_expires_at = OFF, None, None
    account.change += 1
    await session.execute(delete(StaffSession).where(StaffSession.name == account.name))
    await note(session, backend, by, "office_switched_off", after={"name": account.name})


async def switch_on(session: AsyncSession, backend: Backend, account: StaffAccount, *, by: str) -> StaffLink:
    """Back, with a new link: the old password is not valid any more."""
    account.status, account.password_hash, account.password_set_at = INVITED, None, None
    account.change += 1
    link = await _make_link(session, backend, account, by)
    await _tell_link(session, backend, account, by)
    await note(session, backend, by, "office_switched_on", after={"name": account.name})
    return link


async def note(
    session: AsyncSession,
    backend: Backend,
    by: str,
    act: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write an act of the office into the audit trail; last in its transaction."""
    await record(
        session, backend, actor=f"office:{by}"[:80], level=0, channel="office", act=act, account_id=None,
        before=before, after=after,
    )  # fmt: skip


async def _refuse_last_admin(session: AsyncSession, backend: Backend, account: StaffAccount) -> None:
    if account.role != role_key(Role.ADMIN) or account.status != ACTIVE:
        return
    others = select(StaffAccount).where(StaffAccount.id != account.id).with_for_update()
    if any(row.role == role_key(Role.ADMIN) and is_usable(backend, row) for row in await session.scalars(others)):
        return
    raise StaffAccountError(
        tr("{name} is the last administrator. Make somebody else one first.", name=account.name), "role"
    )


async def _tell(
    session: AsyncSession, backend: Backend, account: StaffAccount, what: Callable[[], str], *, by: str,
    emails: tuple[str, ...] = (),
) -> None:  # fmt: skip
    await session.flush()
    await tell_change(session, backend, account, what, await list_logins(session, backend), by=by, emails=emails)


async def _tell_link(session: AsyncSession, backend: Backend, account: StaffAccount, by: str) -> None:
    """The person has the link's own email."""
    await _tell(
        session, backend, account,
        lambda: tr("{who} made a link with which {name} sets a new password.", who=name_maker(by), name=account.name),
        by=by,
    )  # fmt: skip


async def _make_link(session: AsyncSession, backend: Backend, account: StaffAccount, by: str) -> StaffLink:
    await note_way_in(session, backend, account, by=by)
    token, now = secrets.token_urlsafe(32), backend.clock.now()
    account.link_hash, account.link_expires_at = hash_token(token), now + LINK_LIFETIME
    url = f"{backend.settings.public_url}/staff/invitations/{token}"
    if backend.settings.smtp_url:
        await _mail_link(session, backend, account, url)
    return StaffLink(account, url)


async def _mail_link(session: AsyncSession, backend: Backend, account: StaffAccount, url: str) -> None:
    with use_language(account.language):
        await enqueue(
            session, backend, kind="email", recipient=account.email, purpose="link",
            subject=tr("Your way into the office of {coop}", coop=backend.coop.short_name),
            body=tr(
                "Hello {name},\n\nopen this page to set your password for the office of {coop}. It works once, for "
                "three days:\n\n{url}\n\nIf you do not know what this is, leave it.",
                name=account.name, coop=backend.coop.name, url=url,
            ),
            dedupe_key=f"staff-link-{account.link_hash}",
            not_after=account.link_expires_at,
        )  # fmt: skip


def _expiry(account: StaffAccount) -> datetime:
    assert account.link_expires_at is not None
    return account.link_expires_at


def _from_account(row: StaffAccount) -> StaffLogin:
    role = parse_role(row.role) or Role.READ
    return StaffLogin(row.name, role, row.email, row.phone, row.language, row.password_hash, row)


def _from_setting(backend: Backend, name: str, hashed: str) -> StaffLogin:
    email = backend.settings.staff_emails.get(name) or backend.coop.email
    return StaffLogin(name, Role.ADMIN, email, None, ENGLISH, hashed, None)
