"""Who opened a way into the office for whom: invitations, links that set a password, a new email.

Whoever makes a way in could take it themselves. So for seven days the two do not count as two persons where money needs
a second one, and the person and all administrators hear of it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.staff.mail import mail_people
from backend.staff.models import StaffAccount, StaffWayIn
from backend.staff.roles import Role

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.staff.accounts import StaffLogin

SERVER = "the server"
"""Who acts with the commands. Whoever has the server needs no way into the office."""
ONE_PERSON_WINDOW = timedelta(days=7)


async def note_way_in(session: AsyncSession, backend: Backend, account: StaffAccount, *, by: str) -> None:
    """`by` made a way in for the account."""
    if by not in (SERVER, account.name):
        session.add(StaffWayIn(name=account.name, made_by=by[:60], made_at=backend.clock.now()))
        await session.flush()


async def are_two_people(session: AsyncSession, backend: Backend, one: str, other: str) -> bool:
    """Whether neither let the other in within seven days, in any number of steps, nor the same person let both in."""
    return await two_people_from(session, backend, one, other) is None


async def two_people_from(session: AsyncSession, backend: Backend, one: str, other: str) -> datetime | None:
    """The moment (UTC) from which the two count as two persons, if nobody makes another way in; None if they do now."""
    now = backend.clock.now()
    query = select(StaffWayIn.name, StaffWayIn.made_by, StaffWayIn.made_at)
    rows = [
        (name.casefold(), made_by.casefold(), made_at + ONE_PERSON_WINDOW)
        for name, made_by, made_at in await session.execute(query.where(StaffWayIn.made_at > now - ONE_PERSON_WINDOW))
    ]
    for moment in [now, *sorted(end for *_, end in rows)]:
        makers: dict[str, set[str]] = {}
        for name, made_by, end in rows:
            if end > moment:
                makers.setdefault(name, set()).add(made_by)
        if not _reach(makers, one) & _reach(makers, other):
            return None if moment == now else moment
    return now + ONE_PERSON_WINDOW


def _reach(makers: dict[str, set[str]], name: str) -> set[str]:
    """The person, who let them in, and who let those in."""
    found, left = set[str](), [name.casefold()]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += makers.get(each, ())
    return found


async def tell_change(
    session: AsyncSession,
    backend: Backend,
    account: StaffAccount,
    what: Callable[[], str],
    logins: Iterable[StaffLogin],
    *,
    by: str,
    emails: Iterable[str],
) -> None:
    """Mail what was done to every administrator of `logins` but `by`, and to the person's `emails`.

    `what` is asked in the language of each.
    """

    def write() -> tuple[str, str]:
        subject = tr("The office of {coop}: the way in of {name}", coop=backend.coop.short_name, name=account.name)
        end = tr("If you did not expect this, call the office and tell another administrator at once.")
        return subject, f"{what()}\n\n{end}"

    key = f"staff-change-{account.id}-{account.change}"
    told = [(login.email, login.language) for login in logins if login.role == Role.ADMIN and login.name != by]
    told += [(email, account.language) for email in emails]
    await mail_people(session, backend, write, told, key=key)


def name_maker(by: str) -> str:
    """The name of who acted, in words."""
    return tr("Somebody at the server") if by == SERVER else by
