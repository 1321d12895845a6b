"""The staff's page of one ticket: read it, take it, work on it, note, close it with words, open it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.attempts import count_attempts
from backend.callout.delivery import ENDED_NOTICE, list_notices
from backend.language import mark, tr
from backend.outage.forwarding import find_forwarded
from backend.staff.people import list_people
from backend.staff.roles import Role
from backend.tickets import office, work
from backend.tickets import service as tickets
from backend.tickets.by_hand import CHANNEL as BY_HAND
from backend.tickets.closing import Closing, load_closing
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import reporting_conversations
from backend.tickets.search import is_late
from bot.dialogue.normalize import redact_office_words
from bot.staff import sent_forms, views
from bot.staff.tickets.timeline import list_events
from bot.staff.tickets.words import PRIORITY_NAMES, PROGRESS_NAMES, SHOWN_APART
from bot.web import pages
from bot.web.numbers import parse_id
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

MAX_ANSWER_LENGTH = 600
EARLY = mark(
    "Nothing was closed: this call is promised for later. Say what was done, such as: called at 9, all is clear."
)
CHANGED = mark(
    "Nothing was closed: something was told or changed meanwhile. It stands under What happened. Please read it first."
)
UNSAID = mark(
    "Nothing was closed. Please say what was done: people were called for it, or the member waits for an answer."
)
CHANGED_WORK = mark("Nothing was saved: a colleague changed this ticket meanwhile. Please look, and save again.")
NOT_AGAIN = mark(
    "It can be opened again for a day after it was closed, and not where the people on call were told of it: such a "
    "one is reported anew, by the button on its page."
)
TYPED = ("done", "note", "owner", "priority", "progress", "due", "place")
NO_NOTE = mark("Please write the note.")
NO_PLACE_YET = mark("Please write where it is.")
WRONG_DUE = mark("Please give the day and time as on the calendar, or leave it empty.")
NOT_A_PERSON = mark("Please choose a person of the list.")


class TicketPages:
    """The routes below /staff/tickets/<number>. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_ticket, "GET", "/tickets/<number:str>", Role.READ),
            (self.take_ticket, "POST", "/tickets/<number:str>/take", Role.AGENT),
            (self.own_ticket, "POST", "/tickets/<number:str>/mine", Role.AGENT),
            (self.change_ticket, "POST", "/tickets/<number:str>/work", Role.AGENT),
            (self.place_ticket, "POST", "/tickets/<number:str>/place", Role.AGENT),
            (self.note_ticket, "POST", "/tickets/<number:str>/note", Role.AGENT),
            (self.close_ticket, "POST", "/tickets/<number:str>/close", Role.AGENT),
            (self.reopen_ticket, "POST", "/tickets/<number:str>/reopen", Role.AGENT),
        )

    async def show_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_ticket(request, name, number)

    async def _render_ticket(
        self, request: Request, name: str, number: str, *, form: str = "", trouble: str = "", status: int = 200
    ) -> HTTPResponse:
        """`trouble` is why the `form` (close, work or note) was refused; it comes back as it was typed."""
        async with self.backend.db.read_session() as session:
            ticket = await tickets.find(session, number)
            if ticket is None:
                raise NotFound()
            values = await self._load(session, ticket)
        await self.staff.record_reading(name, {"ticket": number})
        sent = sent_forms.page_values(request)
        return self.staff.render_page(
            "tickets/ticket.html", status, ticket=ticket, name=name, longest=MAX_ANSWER_LENGTH,
            can_reopen=office.can_reopen(self.backend, ticket),
            needs_words=office.needs_words(self.backend, ticket) or values["closing"].asks,
            is_reported_anew=ticket.status == tickets.CLOSED and tickets.has_callout(ticket),
            is_due_set=any(each.get("what") == work.CHANGE and "due: " in each["words"] for each in ticket.notes),
            is_late=is_late(ticket, self.backend.clock.now()), troubles={form: trouble} if trouble else {},
            typed={each: form_field(request, each) for each in TYPED},
            priorities=PRIORITY_NAMES, progresses=PROGRESS_NAMES, shown_apart=SHOWN_APART,
            answer_trouble=sent["trouble"], **{"sent": sent["sent"]} | values,
        )  # fmt: skip

    async def _load(self, session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
        talk = await views.load_conversation(session, self.backend, ticket.conversation_id)
        ticket_callout = await callout.find_callout(session, ticket.id)
        notices = await list_notices(session, ticket_callout.id) if ticket_callout else []
        called = [ticket_callout.id] if ticket_callout else []
        forwarded = (await find_forwarded(session, [ticket.id])).get(ticket.id)
        people = [one.name for one in await list_people(session, self.backend) if one.role >= Role.AGENT]
        if ticket.owner and ticket.owner not in people:
            people.append(ticket.owner)
        return {
            "talk": talk if talk and talk.channel != BY_HAND else None,
            "account": await session.get(Account, ticket.account_id) if ticket.account_id else None,
            "callout": ticket_callout, "attempts": await count_attempts(session, called),
            "endings": await count_attempts(session, called, [ENDED_NOTICE]),
            "closing": await load_closing(session, self.backend, ticket), "forwarded": forwarded, "people": people,
            "events": list_events(ticket, ticket_callout, notices, forwarded),
        }  # fmt: skip

    async def take_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Take over an urgent ticket: the people on call are told so, and called no more."""
        async with self.backend.db.transaction() as session:
            ticket = await tickets.find(session, number)
            ticket_callout = await callout.find_callout(session, ticket.id) if ticket else None
            if ticket is None or ticket_callout is None:
                raise NotFound()
            await callout.take(session, self.backend, ticket_callout, ticket, name, "office")
        return pages.redirect(f"/staff/tickets/{number}")

    async def own_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """`I work on it`: the ticket is the clerk's own, and in progress."""
        async with self.backend.db.transaction() as session:
            await work.take_ticket(session, self.backend, await self._find(session, number), name)
        return pages.redirect(f"/staff/tickets/{number}")

    async def change_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Save owner, priority, progress and due time."""
        async with self.backend.db.transaction() as session:
            ticket = await self._find(session, number)
            trouble = await self._find_work_trouble(request, session, ticket)
            if not trouble:
                change = work.WorkChange(
                    owner=form_field(request, "owner"),
                    priority=form_field(request, "priority"),
                    progress=form_field(request, "progress"),
                    due_at=views.parse_field_time(self.backend, form_field(request, "due")),
                )
                await work.change_work(session, self.backend, ticket, name, change)
        if trouble:
            return await self._render_ticket(request, name, number, form="work", trouble=tr(trouble), status=422)
        return pages.redirect(f"/staff/tickets/{number}")

    async def _find_work_trouble(self, request: Request, session: AsyncSession, ticket: Ticket) -> str:
        """What is wrong with the form, marked for translation; empty for nothing."""
        if has_changed(request, ticket):
            return CHANGED_WORK
        due, owner = form_field(request, "due").strip(), form_field(request, "owner")
        if due and views.parse_field_time(self.backend, due) is None:
            return WRONG_DUE
        people = {person.name for person in await list_people(session, self.backend)} | {"", ticket.owner or ""}
        is_known = (
            form_field(request, "priority") in PRIORITY_NAMES and form_field(request, "progress") in PROGRESS_NAMES
        )
        return "" if owner in people and is_known else NOT_A_PERSON

    async def place_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Where it is, as the office knows it; the crew gets it."""
        place = redact_office_words(" ".join(form_field(request, "place").split())[:200])
        if not place:
            return await self._render_ticket(request, name, number, form="place", trouble=tr(NO_PLACE_YET), status=422)
        async with self.backend.db.transaction() as session:
            await work.put_place(session, self.backend, await self._find(session, number), name, place)
        return pages.redirect(f"/staff/tickets/{number}")

    async def note_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """A note among the office; to who is on call for it as well, where that is chosen."""
        words = redact_office_words(form_field(request, "note").strip()[:MAX_ANSWER_LENGTH])
        if not words:
            return await self._render_ticket(request, name, number, form="note", trouble=tr(NO_NOTE), status=422)
        async with self.backend.db.transaction() as session:
            ticket = await self._find(session, number)
            to_crew = form_field(request, "crew") == "yes"
            await work.add_office_note(session, self.backend, ticket, name, words, to_crew=to_crew)
        return pages.redirect(f"/staff/tickets/{number}")

    async def close_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Close it with the words of what was done. A call that is promised for later needs them."""
        done = redact_office_words(form_field(request, "done").strip()[:MAX_ANSWER_LENGTH])
        async with self.backend.db.transaction() as session:
            ticket = await self._find(session, number)
            closing = await load_closing(session, self.backend, ticket)
            trouble = self._find_close_trouble(request, ticket, closing, done)
            asks = closing.asks and not _is_sure(request, closing)
            closed = None if trouble or asks else await office.close(session, self.backend, number, name, done=done)
        if trouble:
            return await self._render_ticket(request, name, number, form="close", trouble=tr(trouble), status=422)
        if asks and ticket.status in OPEN_STATUSES:
            return await self._ask_to_close(ticket, closing, done)
        for conversation in reporting_conversations(closed) if closed else []:
            self.staff.services.pushes.notify(conversation)
        return pages.redirect(f"/staff/tickets?done={number}")

    async def _ask_to_close(self, ticket: Ticket, closing: Closing, done: str) -> HTTPResponse:
        """What stands open, and who is told what; its button closes."""
        async with self.backend.db.read_session() as session:
            called = await callout.find_callout(session, ticket.id)
            attempts = (await count_attempts(session, [called.id]))[called.id] if called else None
        texts = list(dict.fromkeys((one.words, one.language) for one in closing.reporters))
        return self.staff.render_page(
            "tickets/close_check.html", ticket=ticket, closing=closing, done=done, callout=called, attempts=attempts,
            texts=texts,
        )  # fmt: skip

    def _find_close_trouble(self, request: Request, ticket: Ticket, closing: Closing, done: str) -> str:
        """Why it is not closed with this form, marked for translation; empty when it may be."""
        if has_changed(request, ticket):
            return CHANGED
        if closing.asks and not done:
            return UNSAID
        return EARLY if office.needs_words(self.backend, ticket) and not done else ""

    async def reopen_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            opened = await office.reopen(session, self.backend, number, name)
        if opened is None:
            return self.staff.render_notice(409, tr("Not opened again"), tr(NOT_AGAIN))
        for conversation in reporting_conversations(opened):
            self.staff.services.pushes.notify(conversation)
        return pages.redirect(f"/staff/tickets/{number}")

    async def _find(self, session: AsyncSession, number: str) -> Ticket:
        ticket = await tickets.find(session, number)
        if ticket is None:
            raise NotFound()
        return ticket


def _is_sure(request: Request, closing: Closing) -> bool:
    """Whether the form is that of the page which asks, and no message came since."""
    return form_field(request, "sure") == "yes" and closing.newest <= (parse_id(form_field(request, "seen")) or 0)


def has_changed(request: Request, ticket: Ticket) -> bool:
    """Whether something was told or changed since the form was loaded; it has the number of notes then."""
    shown = parse_id(form_field(request, "notes"))
    return shown is not None and shown < len(ticket.notes)
