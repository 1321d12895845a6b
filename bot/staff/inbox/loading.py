"""Loads what the inbox shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import inbox, ready_answers
from backend.agent_handoff.inbox import Filter, InboxRow
from backend.agent_handoff.models import AgentHandoff, TalkNote
from backend.agent_handoff.outage_told import load_reports
from backend.agent_handoff.presence import SeenViewer, list_others
from backend.app import Backend
from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.attempts import Attempts, count_attempts
from backend.callout.models import Callout
from backend.conversations.models import Conversation
from backend.payments.office_lookup import WaitingMoney, load_waiting
from backend.staff.people import StaffPerson, list_people
from backend.staff.roles import Role
from backend.tickets import calls, listing
from backend.tickets.calls import PromisedCall
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket
from bot.staff import views
from bot.staff.views import ConversationView

LineKind = Literal["member", "assistant", "office", "note", "passed"]
LINES, EARLIER_LINES = 60, 600
AHEAD = timedelta(days=366)
"""Calls that are promised until then."""


@dataclass(frozen=True)
class InboxList:
    """The first pane. `counts` has no number for the closed ones."""

    show: Filter
    rows: list[InboxRow]
    counts: dict[Filter, int]
    now: datetime


@dataclass(frozen=True)
class Day:
    """What else waits for the office. `withdrawn` are tickets that members took back lately."""

    callbacks: list[PromisedCall]
    tickets: list[Ticket]
    withdrawn: list[Ticket]
    closed: list[Ticket]  # in the last day
    callouts: dict[int, Callout]  # by the id of its ticket
    attempts: dict[int, Attempts]  # by the id of the callout
    money: WaitingMoney
    now: datetime


@dataclass(frozen=True)
class TalkLine:
    at: datetime
    kind: LineKind
    who: str  # the staff name of an answer or a note; else empty
    text: str
    failure: str | None = None  # why an answer did not arrive, as OfficeMessage has it
    to: str = ""  # of a change of who has the talk: the staff name of who has it now, empty for nobody
    before: str = ""  # and of who had it


@dataclass(frozen=True)
class FilledAnswer:
    id: int
    title: str
    text: str


@dataclass(frozen=True)
class TalkPage:
    """The second and third pane. `handoff` is the one that is open, or was closed last; `card` is the number of the
    account whose member the third pane shows, `on_file` those of which the phone is on file. `outage` is None where no
    outage was told to the office; else the number of its open report, empty without one."""

    talk: ConversationView
    handoff: AgentHandoff | None
    language: str
    lines: list[TalkLine]
    has_earlier: bool
    others: list[SeenViewer]
    people: list[StaffPerson]
    answers: list[FilledAnswer]
    tickets: Sequence[Ticket]
    card: str
    who: str  # the member's name; empty where nobody is identified
    outage: str | None
    now: datetime

    @property
    def danger(self) -> str:
        """What was told of the first open urgent ticket; empty without one."""
        return next((str(one.details.get("words") or "") for one in self.tickets if one.urgent), "")

    @property
    def is_open(self) -> bool:
        return self.handoff is not None and self.handoff.status != "closed"


async def load_list(session: AsyncSession, now: datetime, show: Filter, name: str) -> InboxList:
    rows = await inbox.list_talks(session, now, show, name)
    return InboxList(show, rows, await inbox.count_talks(session, now, name), now)


async def find_closed(session: AsyncSession, conversation_id: str) -> AgentHandoff | None:
    """The newest handoff of a talk, where it is closed."""
    query = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
    handoff = await session.scalar(query.order_by(AgentHandoff.id.desc()).limit(1))
    return handoff if handoff is not None and handoff.status == "closed" else None


async def load_day(session: AsyncSession, backend: Backend) -> Day:
    now = backend.clock.now()
    tickets = await listing.list_open(session)
    callouts = await callout.find_callouts(session, [ticket.id for ticket in tickets if ticket.urgent])
    promised = await calls.list_late_calls(session, backend)
    return Day(
        callbacks=promised + await calls.list_calls(session, backend, now, now + AHEAD),
        tickets=[ticket for ticket in tickets if ticket.kind != "callback"],
        withdrawn=await listing.list_withdrawn(session, now),
        closed=await listing.list_closed(session, now),
        callouts=callouts,
        attempts=await count_attempts(session, [one.id for one in callouts.values()]),
        money=await load_waiting(session, now),
        now=now,
    )


async def load_lines(session: AsyncSession, talk: ConversationView, limit: int = LINES) -> list[TalkLine]:
    """What was said and noted, the oldest first; the newest of all where there is more than `limit`."""
    kinds: dict[str, LineKind] = {"member": "member", "assistant": "assistant"}
    lines = [
        TalkLine(line.at, kinds.get(line.who, "office"), "" if line.who in kinds else line.who, line.text, line.failure)
        for line in talk.lines
    ]
    notes = select(TalkNote).where(TalkNote.conversation_id == talk.id).order_by(TalkNote.id.desc()).limit(limit)
    lines += [TalkLine(note.at, "note", note.author, note.text) for note in await session.scalars(notes)]
    passed = await _load_passed(session, talk.id)
    # at the same time, what was said stands last
    return sorted([*passed, *lines], key=lambda line: line.at)[-limit:]


async def _load_passed(session: AsyncSession, conversation_id: str) -> list[TalkLine]:
    """Who gave the talk to whom."""
    query = select(AgentHandoff.summary).where(AgentHandoff.conversation_id == conversation_id)
    return [
        TalkLine(
            datetime.fromisoformat(one["at"]), "passed", one["by"], "", to=one["to"] or "", before=one["before"] or ""
        )
        for summary in await session.scalars(query)
        for one in summary.get("passed", [])
    ]


async def load_talk(
    session: AsyncSession, backend: Backend, conversation_id: str, name: str, *, limit: int = LINES
) -> TalkPage | None:
    talk = await views.load_conversation(session, backend, conversation_id, limit=limit)
    if talk is None:
        return None
    now = backend.clock.now()
    conversation = await session.get_one(Conversation, conversation_id)
    newest = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
    handoff = talk.handover or await session.scalar(newest.order_by(AgentHandoff.id.desc()).limit(1))
    tickets = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN_STATUSES))
    lines = await load_lines(session, talk, limit)
    card = await _find_card(session, talk, handoff, conversation)
    return TalkPage(
        talk=talk,
        handoff=handoff,
        language=conversation.language,
        lines=lines,
        has_earlier=limit == LINES and len(lines) == LINES,
        others=await list_others(session, now, conversation_id, name),
        people=[
            person
            for person in await list_people(session, backend)
            if person.name != name and person.role >= Role.AGENT
        ],
        answers=await _fill_answers(session, backend, conversation, name),
        tickets=list(await session.scalars(tickets.order_by(Ticket.urgent.desc(), Ticket.id))),
        card=card,
        who=handoff.summary["who"] if handoff and handoff.summary.get("account") else "",
        outage=(await load_reports(session, [handoff])).get(handoff.id) if handoff else None,
        now=now,
    )


async def _find_card(
    session: AsyncSession, talk: ConversationView, handoff: AgentHandoff | None, conversation: Conversation
) -> str:
    """The account of the identified member, else the only one of which the phone is on file; else empty."""
    if conversation.account_id is not None:
        return (await session.get_one(Account, conversation.account_id)).number
    if handoff is not None and handoff.summary.get("account"):
        return str(handoff.summary["account"])
    return talk.on_file[0].number if len(talk.on_file) == 1 else ""


async def _fill_answers(
    session: AsyncSession, backend: Backend, conversation: Conversation, name: str
) -> list[FilledAnswer]:
    found = await ready_answers.list_answers(session)
    if not found:
        return []
    values = await ready_answers.load_values(session, backend, conversation.id, name, conversation.language)
    return [FilledAnswer(one.id, one.title, ready_answers.fill(one, values, conversation.language)) for one in found]
