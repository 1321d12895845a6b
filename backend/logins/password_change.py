"""The password of a member who is signed in: asked for again, and a new one for who knows the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.language import current_language, in_each, tr
from backend.logins import passwords, recovery_mail, service, signin, throttle
from backend.logins.models import Login
from backend.members.levels import Level
from backend.members.models import Member
from backend.members.service import list_member_accounts
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

PasswordProblem = Literal["wrong", "throttled"]


async def change_password(
    backend: Backend, login: Login, old: str, new: str, *, source: str, device: str = "", browser: str = ""
) -> signin.PortalSignIn | PasswordProblem:
    """Set `new`, end all sessions and start one for this browser; the member is told by email.

    Wrong old passwords count as failed sign-ins. Raises InvalidPassword for a new one that may not be used.
    """
    if refused := await check_own_password(backend, login, old, source=source, device=device):
        return refused
    async with backend.db.read_session() as session:
        member = await session.get_one(Member, login.member_id)
    if problem := passwords.find_password_problem(new, service.known_words(backend, member, login.user_id)):
        raise recovery_mail.InvalidPassword(problem)
    new_hash = await passwords.hash_password(new)
    async with backend.db.transaction() as session:
        row = await session.get_one(Login, login.id)
        if row.password_hash != login.password_hash:
            return "wrong"  # it was changed in another tab meanwhile
        await service.set_password(session, backend, row, new_hash)
        await session.flush()
        token = await signin.start(session, backend, row, browser=browser)
        await _notify(session, backend, member, row)
        accounts = await list_member_accounts(session, member.id)
        await record(
            session, backend, actor=f"login-{row.id}", level=Level.STEPPED_UP, channel="portal",
            act="password_changed", account_id=accounts[0].id if accounts else None,
        )  # fmt: skip
        return signin.PortalSignIn(
            token, throttle.issue_browser_token(backend, f"{signin.OWNER}{row.id}", row.password_hash)
        )


async def check_own_password(
    backend: Backend, login: Login, password: str, *, source: str, device: str = ""
) -> PasswordProblem | None:
    """Whether who is signed in knows the password too: an open session alone must not hand over the account.

    Returns None where it is right. Wrong ones count as failed sign-ins.
    """
    sender = signin.device_source(backend, login, device) or source
    target = throttle.hash_target(backend, f"{signin.OWNER}{login.id}")
    async with backend.db.read_session() as session:
        decision = await throttle.check_throttle(session, backend, sender, target, known=True)
    if decision == "refuse":
        return "throttled"
    if await passwords.verify_password(login.password_hash, password):
        return None
    async with backend.db.transaction() as session:
        throttle.record_miss(session, backend, sender, target)
    return "wrong"


async def _notify(session: AsyncSession, backend: Backend, member: Member, login: Login) -> None:
    """By email, or by text where the email is none or new: whoever put it on file may not be the member."""
    coop = backend.coop
    key = f"password-set:{login.id}:{login.password_set_at:%Y%m%d%H%M%S}"

    def words() -> str:
        return tr(
            "The password of your online account has just been changed, and everybody who was signed in has been "
            "signed out. If this was not you, call us now: {phone}.",
            phone=coop.office_phone_display,
        )

    if not member.email or not member.is_established("email", backend.clock.now()):
        body = f"{coop.short_name}: {in_each((current_language(), member.language), words, ' ')}"
        await enqueue(
            session, backend, kind="sms", recipient=member.phone, body=body, purpose="notice", about=member,
            dedupe_key=f"{key}:sms",
        )  # fmt: skip
    if member.email:
        text = in_each((current_language(), member.language), words, "\n\n")
        await enqueue(
            session, backend, kind="email", recipient=member.email,
            subject=tr("Your {coop} password was changed", coop=coop.short_name),
            body=f"{text}\n\n{coop.name}\n", purpose="notice", about=member,
            dedupe_key=f"{key}:email",
        )  # fmt: skip
