"""Sign-in of people of the office by password, with a second step where they have one.

Passkeys are in `passkeys`, single sign-on in `single_sign_on`; all end in `sessions.start`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr, use_language
from backend.logins import passwords, sign_in_codes, throttle
from backend.logins.models import LoginMiss
from backend.logins.sign_in_codes import CodeRequired
from backend.logins.throttle import SignInRefused
from backend.outbox.service import enqueue
from backend.staff import accounts, challenges, second_steps, sessions
from backend.staff.accounts import StaffLogin
from backend.staff.sessions import OWNER, StaffSignIn, Visitor

if TYPE_CHECKING:
    from backend.app import Backend

MAX_TRIES = 5
"""Wrong codes on one page; then the password is asked for again."""
MAX_CODES = 10
"""Wrong codes for one person in a quarter of an hour, from everywhere: who tries them knows the password."""


@dataclass(frozen=True)
class SecondStepRequired:
    """The password was right. `token` belongs to the page that asks for the second step."""

    token: str


SignInOutcome = StaffSignIn | CodeRequired | SecondStepRequired | SignInRefused


async def sign_in(
    backend: Backend, name: str, password: str, *, source: str, device: str = "", visitor: Visitor = Visitor()
) -> SignInOutcome:
    """Check a name (or email) and a password. Takes the same time for an unknown name."""
    async with backend.db.read_session() as session:
        login = await accounts.find_login(session, backend, name)
        name = login.name if login else name
        hashed = login.password_hash if login and backend.settings.staff_passwords else None
        target = throttle.hash_target(backend, f"{OWNER}{name.casefold()}")
        known = throttle.known_browser_source(backend, OWNER + name, hashed, device) if hashed else None
        sender = known or source
        decision = await throttle.check_throttle(session, backend, sender, target, known=known is not None)
        if decision == "refuse":
            return SignInRefused("throttled", await throttle.find_end(session, backend, sender, target))
    right = await passwords.verify_password(hashed, password) and login is not None
    async with backend.db.transaction() as session:
        if not right:
            throttle.record_miss(session, backend, sender, target)
            await accounts.note(session, backend, "unknown", "office_refused")
        if decision == "code":
            owner = OWNER + name if right else ""
            email = login.email if login else backend.coop.email
            return await sign_in_codes.send(session, backend, owner, ("email", email) if email else None)
        if not right or login is None:
            return SignInRefused("no_match")
        await throttle.clear_misses(session, target, sender)
        return await continue_with(session, backend, login, visitor)


async def confirm(
    backend: Backend, token: str, code: str, visitor: Visitor = Visitor()
) -> StaffSignIn | SecondStepRequired | None:
    """Go on with the mailed code; None when it is wrong or used up."""
    async with backend.db.transaction() as session:
        owner = await sign_in_codes.check(session, backend, token, code) or ""
        if not owner.startswith(OWNER):
            return None
        login = await accounts.find_login_by_name(session, backend, owner.removeprefix(OWNER))
        return await continue_with(session, backend, login, visitor) if login else None


async def continue_with(
    session: AsyncSession, backend: Backend, login: StaffLogin, visitor: Visitor
) -> StaffSignIn | SecondStepRequired:
    """The password, or a link, was right: a session, or the second step before it."""
    if (await second_steps.find(session, login.name)).any:
        return SecondStepRequired(await challenges.begin(session, backend, "second", name=login.name))
    return await sessions.start(session, backend, login, "password", visitor)


async def find_second_step(backend: Backend, token: str) -> tuple[str, second_steps.SecondSteps] | None:
    """Who is asked, and what they may answer with; None when the page is too old."""
    async with backend.db.read_session() as session:
        row = await challenges.find(session, backend, "second", token)
        return (row.name, await second_steps.find(session, row.name)) if row else None


async def finish_second_step(
    backend: Backend, token: str, typed: str, visitor: Visitor = Visitor()
) -> StaffSignIn | SignInRefused:
    """Sign in with a code of the app or of the paper. `reason`: no_match, too_old, or throttled."""
    async with backend.db.transaction() as session:
        step = await challenges.find(session, backend, "second", token)
        login = await accounts.find_login_by_name(session, backend, step.name) if step else None
        if step is None or login is None:
            return SignInRefused("too_old")
        target = throttle.hash_target(backend, f"staff-code:{login.name}")
        if await _count_misses(session, backend, target) >= MAX_CODES:
            return SignInRefused("throttled")
        way = await second_steps.take_code(session, backend, login.name, typed)
        if way is not None:
            await session.delete(step)
            return await sessions.start(session, backend, login, way, visitor)
        step.misses += 1
        throttle.record_miss(session, backend, OWNER + "code", target)
        over = step.misses >= MAX_TRIES
        if over:
            await session.delete(step)
            await _warn(session, backend, login)
        await accounts.note(session, backend, login.name, "office_code_refused")
        return SignInRefused("too_old" if over else "no_match")


async def _count_misses(session: AsyncSession, backend: Backend, target: str) -> int:
    since = backend.clock.now() - throttle.WINDOW
    query = select(func.count()).select_from(LoginMiss).where(LoginMiss.target == target, LoginMiss.at > since)
    return await session.scalar(query) or 0


async def _warn(session: AsyncSession, backend: Backend, login: StaffLogin) -> None:
    """Once a day: who gets this far knows the password."""
    with use_language(login.language):
        await enqueue(
            session, backend, kind="email", recipient=login.email, purpose="notice",
            subject=tr("Somebody tries to sign in as you"),
            body=tr(
                "Hello {name},\n\nsomebody gave your password for the office of {coop}, and five wrong codes after it. "
                "If it was not you, set a new password now and tell an administrator.",
                name=login.name, coop=backend.coop.name,
            ),
            dedupe_key=f"staff-codes-{login.name}-{backend.today().isoformat()}",
        )  # fmt: skip
