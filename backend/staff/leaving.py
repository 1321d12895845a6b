"""Who leaves the office, or may answer no more: their talks, tickets and calls go back to the lists of all.

Functions flush; the caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import assignment
from backend.language import tr_count
from backend.staff import accounts
from backend.staff.models import StaffAccount
from backend.staff.roles import Role
from backend.tickets import work
from backend.tickets.kinds import CALLBACK

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What somebody has that is open: ids of conversations, and counts of tickets and of promised calls."""

    talks: tuple[str, ...] = ()
    tickets: int = 0
    calls: int = 0

    def __bool__(self) -> bool:
        return bool(self.talks or self.tickets or self.calls)


async def find_open_work(session: AsyncSession, backend: Backend, account: StaffAccount) -> OpenWork:
    """What the person has now, talks that are put aside among them."""
    names = _names(backend, account)
    tickets = await work.list_of_owner(session, names)
    calls = sum(ticket.kind == CALLBACK for ticket in tickets)
    talks = await assignment.list_of_owner(session, names)
    return OpenWork(tuple(talk.conversation_id for talk in talks), len(tickets) - calls, calls)


async def switch_off(session: AsyncSession, backend: Backend, account: StaffAccount, *, by: str) -> OpenWork:
    """Out at once, and what they had goes back; so does what somebody still has who was switched off before.

    Returns what went back. The caller notifies the streams of its talks after the commit. Raises StaffAccountError for
    the last administrator.
    """
    await accounts.switch_off(session, backend, account, by=by)
    return await _give_back(session, backend, account, by)


async def change_role(
    session: AsyncSession, backend: Backend, account: StaffAccount, role: Role, *, by: str
) -> OpenWork:
    """At once. Who may only read has nothing any more; returns what went back, as switch_off()."""
    await accounts.change_role(session, backend, account, role, by=by)
    return OpenWork() if role >= Role.AGENT else await _give_back(session, backend, account, by)


def describe_open_work(found: OpenWork) -> str:
    """`3 talks, 2 tickets and 1 call`, in words; empty for nothing."""
    parts = [
        tr_count("1 talk", "{count} talks", len(found.talks)) if found.talks else "",
        tr_count("1 ticket", "{count} tickets", found.tickets) if found.tickets else "",
        tr_count("1 promised call", "{count} promised calls", found.calls) if found.calls else "",
    ]
    return ", ".join(part for part in parts if part)


async def _give_back(session: AsyncSession, backend: Backend, account: StaffAccount, by: str) -> OpenWork:
    names = _names(backend, account)
    talks, tickets, calls = [], 0, 0
    for talk in await assignment.list_of_owner(session, names):
        if await assignment.give_back_for(session, backend, talk.conversation_id, talk.owner or "", by):
            talks.append(talk.conversation_id)
    for ticket in await work.list_of_owner(session, names):
        if await work.give_back(session, backend, ticket, by):
            tickets, calls = tickets + (ticket.kind != CALLBACK), calls + (ticket.kind == CALLBACK)
    found = OpenWork(tuple(talks), tickets, calls)
    if found:
        after = {"name": account.name, "talks": len(talks), "tickets": tickets, "calls": calls}
        await accounts.note(session, backend, by, "office_work_given_back", after=after)
    return found


def _names(backend: Backend, account: StaffAccount) -> set[str]:
    """The account's, and that of the same person in the setting, in other capital letters."""
    return {account.name, *(name for name in backend.settings.staff_accounts if name.casefold() == account.name_key)}
