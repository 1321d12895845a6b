"""Calls that the office promised: listed by time, moved, tried in vain. Functions flush; the caller commits.

A call that was made is closed like any ticket (`office.close`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.coop import format_at_clock, format_clock
from backend.language import ENGLISH, SPANISH, format_short_date, tr, use_language
from backend.members.models import Member
from backend.outage.still_out import lock_report
from backend.outbox.service import can_receive_texts, enqueue
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.history import append_note, record_staff_act
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import PURPOSE
from backend.tickets.work import CHANGE

if TYPE_CHECKING:
    from backend.app import Backend

TRY_AGAIN_AFTER = timedelta(hours=1)
MAX_DAYS_TRIED = 14
"""An office that is only open at night has no time to call."""
MAX_LISTED = 500
ABOUT_LABELS = ("about", "words", "said before", "tried")
NOT_IDENTIFIED = "not identified"


@dataclass(frozen=True, slots=True)
class PromisedCall:
    """One call. `phone` is E.164, empty where none is known; `account` is a number; `language` is en or es.

    `is_by_phone`: who and account are those that the phone is on file for, which does not show who asked.
    """

    ticket: Ticket
    who: str
    account: str | None
    phone: str
    language: str
    is_late: bool
    is_by_phone: bool = False

    @property
    def about(self) -> str:
        """What it is about, as the member said it, else what the assistant was doing; empty where nothing is known."""
        details = self.ticket.details
        return next((str(details[label]) for label in ABOUT_LABELS if details.get(label)), "")


async def list_calls(session: AsyncSession, backend: Backend, since: datetime, until: datetime) -> list[PromisedCall]:
    """Open calls promised from `since` until before `until` (UTC), in the order of their times."""
    query = _open_calls().where(Ticket.due_at >= since, Ticket.due_at < until)
    return await _to_calls(session, backend, (await session.execute(query.limit(MAX_LISTED))).all())


async def list_late_calls(session: AsyncSession, backend: Backend) -> list[PromisedCall]:
    """Open calls whose time has passed, or that have none, the oldest first."""
    late = (Ticket.due_at < backend.clock.now()) | Ticket.due_at.is_(None)
    return await _to_calls(session, backend, (await session.execute(_open_calls().where(late).limit(MAX_LISTED))).all())


async def find_call(session: AsyncSession, backend: Backend, number: str) -> PromisedCall | None:
    """The call with this ticket number, open or closed."""
    rows = (await session.execute(_calls().where(Ticket.number == number))).all()
    return next(iter(await _to_calls(session, backend, rows)), None)


async def find_next_call(session: AsyncSession, backend: Backend) -> PromisedCall | None:
    """The open call that is promised next."""
    query = _open_calls().where(Ticket.due_at >= backend.clock.now())
    found = await _to_calls(session, backend, (await session.execute(query.limit(1))).all())
    return next(iter(found), None)


def _calls() -> Select[Ticket, str, str, str]:
    return (
        select(Ticket, Account.number, Member.name, Conversation.language)
        .outerjoin(Account, Account.id == Ticket.account_id)
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Ticket.kind == CALLBACK)
        .order_by(Ticket.due_at, Ticket.id)
    )


def _open_calls() -> Select[Ticket, str, str, str]:
    return _calls().where(Ticket.status.in_(OPEN_STATUSES))


async def _to_calls(session: AsyncSession, backend: Backend, rows: Sequence[Any]) -> list[PromisedCall]:
    now, calls = backend.clock.now(), []
    on_file = await _find_on_file(session, {_phone_of(row[0]) for row in rows if row[2] is None})
    for ticket, account, member, spoken in rows:
        named, phone = str(ticket.details.get("name") or ""), _phone_of(ticket)
        who = member or ("" if named == NOT_IDENTIFIED else named)
        known = on_file.get(phone) if not who else None
        language = SPANISH if spoken == SPANISH or ticket.details.get("language") == "Spanish" else ENGLISH
        late = ticket.status in OPEN_STATUSES and (ticket.due_at is None or ticket.due_at < now)
        if known:
            who, account = known
        calls.append(PromisedCall(ticket, who, account, phone, language, late, known is not None))
    return calls


def _phone_of(ticket: Ticket) -> str:
    return str(ticket.phone or ticket.details.get("phone") or "")


async def _find_on_file(session: AsyncSession, phones: set[str]) -> dict[str, tuple[str, str]]:
    """(member, account number) by phone (E.164), where one member alone has it on file; the first open account."""
    query = (
        select(Member.phone, Member.id, Member.name, Account.number)
        .join(Account, Account.member_id == Member.id)
        .where(Member.phone.in_(phones - {""}), Account.status == "open")
        .order_by(Account.number)
    )
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for phone, member, name, account in await session.execute(query):
        found.setdefault(phone, {}).setdefault(member, (name, account))
    return {phone: next(iter(members.values())) for phone, members in found.items() if len(members) == 1}


async def move_call(
    session: AsyncSession, backend: Backend, call: PromisedCall, by: str, at: datetime, *, text_member: bool = False
) -> bool:
    """Promise the call for `at` (aware) instead. `text_member`: the member gets `format_moved` by text.

    False when the call is closed, or is promised for that time already.
    """
    ticket = call.ticket
    if not await lock_report(session, ticket) or ticket.due_at == at:
        return False
    before = _format_when(backend, ticket.due_at)
    _promise(backend, ticket, at)
    note = f"moved to: {_format_when(backend, at)}; before: {before}"
    if text_member and await can_receive_texts(session, call.phone):
        moves = sum(1 for each in ticket.notes if each.get("what") == CHANGE)
        await enqueue(
            session, backend, kind="sms", recipient=call.phone, body=format_moved(backend, call, at), purpose=PURPOSE,
            dedupe_key=f"call-moved:{ticket.id}:{moves}",
            not_before=backend.coop.after_quiet_hours(backend.clock.now()),
        )  # fmt: skip
        note += "; texted: yes"
    append_note(backend, ticket, ticket.conversation_id, note, office=by, what=CHANGE)
    moved = f"{before} → {_format_when(backend, at)}"
    await record_staff_act(session, backend, ticket, f"office:{by}", "call_moved", ticket.status, changed=moved)
    return True


async def record_no_answer(
    session: AsyncSession, backend: Backend, call: PromisedCall, by: str, again_at: datetime
) -> bool:
    """Nobody answered: count it, and promise the next try for `again_at` (aware). False when the call is closed."""
    ticket = call.ticket
    if not await lock_report(session, ticket):
        return False
    ticket.tries, ticket.tried_at = ticket.tries + 1, backend.clock.now()
    _promise(backend, ticket, again_at)
    note = f"no answer: {ticket.tries}; next try: {_format_when(backend, again_at)}"
    append_note(backend, ticket, ticket.conversation_id, note, office=by, what=CHANGE)
    await record_staff_act(session, backend, ticket, f"office:{by}", "call_not_answered", ticket.status)
    return True


def next_try(backend: Backend) -> datetime | None:
    """When to try again: in an hour, or when the office is open next and phones may ring (aware); None while no opening
    is known."""
    at = backend.coop.next_open(backend.clock.now() + TRY_AGAIN_AFTER)
    for _ in range(MAX_DAYS_TRIED):
        if at is None or (awake := backend.coop.after_quiet_hours(at)) == at:
            return at
        at = backend.coop.next_open(awake)
    return None


def format_moved(backend: Backend, call: PromisedCall, at: datetime) -> str:
    """The text about the new time, in the member's language."""
    local = at.astimezone(backend.coop.zone)
    with use_language(call.language):
        return tr(
            "{coop}: we will call you {day} {clock} instead, about request {number}. Does that not suit you? "
            "Call {phone}.",
            coop=backend.coop.short_name, day=format_short_date(local.date()), clock=format_at_clock(local.time()),
            number=call.ticket.number, phone=backend.coop.office_phone_display,
        )  # fmt: skip


def _promise(backend: Backend, ticket: Ticket, at: datetime) -> None:
    """The new time, also in the words of the details; a span of time that was asked for is over with it."""
    details = {label: value for label, value in ticket.details.items() if label != "until"}
    ticket.due_at, ticket.details = at, {**details, "when": _format_when(backend, at)}


def _format_when(backend: Backend, at: datetime | None) -> str:
    if at is None:
        return "no time"
    local = at.astimezone(backend.coop.zone)
    return f"{local:%a %b} {local.day}, {format_clock(local.time())}"
