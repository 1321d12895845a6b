"""What the office does with a talk: answer, note, take it, hand it over, put it aside, close it, open it again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.agent_handoff import assignment, presence, ready_answers
from backend.agent_handoff import service as handover
from backend.agent_handoff.collisions import Collision, find_collision, newest_answer
from backend.conversations.models import Conversation
from backend.language import tr
from backend.staff.people import list_people
from backend.staff.roles import Role
from backend.tickets import office as office_tickets
from backend.tickets import service as tickets
from bot.dialogue.normalize import redact_office_words
from bot.staff.inbox.snoozing import read_time
from bot.web import pages
from bot.web.numbers import parse_id
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.inbox.pages import InboxPages
    from bot.staff.routes import Routes

MAX_ANSWER_LENGTH = 600


class TalkActs:
    """The forms of a talk's page."""

    def __init__(self, inbox: InboxPages) -> None:
        self.inbox = inbox
        self.staff = inbox.staff
        self.backend = inbox.backend

    def routes(self) -> Routes:
        talk = "/talks/<conversation:str>"
        return (
            (self.send_answer, "POST", f"{talk}/answer", Role.AGENT),
            (self.show_writing, "POST", f"{talk}/writing", Role.AGENT),
            (self.add_talk_note, "POST", f"{talk}/note", Role.AGENT),
            (self.take_talk, "POST", f"{talk}/take", Role.AGENT),
            (self.give_talk_back, "POST", f"{talk}/give-back", Role.AGENT),
            (self.hand_talk_over, "POST", f"{talk}/hand-over", Role.AGENT),
            (self.snooze_talk, "POST", f"{talk}/snooze", Role.AGENT),
            (self.wake_talk, "POST", f"{talk}/wake", Role.AGENT),
            (self.reopen_talk, "POST", f"{talk}/reopen", Role.AGENT),
            (self.close_handoff, "POST", "/handovers/<handover_id:int>/close", Role.AGENT),
        )

    async def send_answer(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """Send the answer to the member. Card and social security numbers are taken out first."""
        typed = form_field(request, "text").strip()
        text = redact_office_words(typed[:MAX_ANSWER_LENGTH])
        trouble = _find_fault(typed, text)
        if trouble:
            return await self.inbox.render_talk(request, name, conversation, 422, errors={"text": trouble})
        number = form_field(request, "ticket")
        channel: str | None = ""
        async with self.backend.db.transaction() as session:
            # a page without the field shows no others' answers, so none can be missing on it
            last = (
                _read_number(request, "last")
                if form_field(request, "last")
                else await newest_answer(session, conversation)
            )
            over = form_field(request, "over")
            collision = await find_collision(session, conversation, text, name, last=last, over=over)
            if collision is None:
                seen = _read_number(request, "seen") or None
                channel = await handover.send_answer(session, self.backend, conversation, text, name, seen=seen)
                await presence.set_writing(session, self.backend, conversation, name, writes=False)
                ticket = await tickets.find(session, number) if number and channel else None
                if ticket is not None and ticket.conversation_id == conversation:
                    await office_tickets.mark_answered(session, self.backend, ticket, name)
        if collision is not None and not collision.is_repeat:
            return await self._render_collision(request, name, conversation, collision)
        if channel == "web":
            self.staff.services.pushes.notify(conversation)
        if channel is None:
            words = tr("Please call instead. What you wrote was not sent: {text}", text=text)
            return self.staff.render_notice(409, tr("No way to write there"), words)
        if number:
            return pages.redirect(f"/staff/tickets/{number}")
        return self._back(request, conversation, "#answer-form")

    async def _render_collision(
        self, request: Request, name: str, conversation: str, collision: Collision
    ) -> HTTPResponse:
        """What was typed is kept, and others' answers are shown; sent once more, it goes out."""
        over = collision.owner or form_field(request, "over")
        return await self.inbox.render_talk(request, name, conversation, 409, collision=collision, over=over)

    @repeatable
    async def show_writing(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """The page says that an answer is being typed: the member and others of the office see it."""
        writes = form_field(request, "writes") == "yes"
        async with self.backend.db.transaction() as session:
            await presence.set_writing(session, self.backend, conversation, name, writes=writes)
        return HTTPResponse(status=204)

    async def add_talk_note(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        typed = form_field(request, "note").strip()
        text = redact_office_words(typed[:MAX_ANSWER_LENGTH])
        if not text or len(typed) > MAX_ANSWER_LENGTH:
            errors = {"note": _find_fault(typed, text)}
            return await self.inbox.render_talk(request, name, conversation, 422, errors=errors)
        await self._require_talk(conversation)
        async with self.backend.db.transaction() as session:
            await assignment.add_note(session, self.backend, conversation, text, name)
        return self._back(request, conversation)

    async def take_talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """Where somebody else took it meanwhile, that is shown, and the form asks again."""
        shown = form_field(request, "instead_of")
        async with self.backend.db.transaction() as session:
            owner = await assignment.take(session, self.backend, conversation, name, instead_of=shown)
        if owner not in (None, name):
            errors = {"owner": tr("{name} took it a moment ago.", name=handover.agent_display_name(str(owner)))}
            return await self.inbox.render_talk(request, name, conversation, 409, errors=errors)
        return self._back(request, conversation)

    async def give_talk_back(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await assignment.give_back(session, self.backend, conversation, name)
        return self._back(request, conversation)

    async def hand_talk_over(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        to = form_field(request, "to")
        words = redact_office_words(form_field(request, "words").strip()[:MAX_ANSWER_LENGTH])
        await self._require_talk(conversation)
        async with self.backend.db.transaction() as session:
            is_known = to in {person.name for person in await list_people(session, self.backend)}
            if is_known:
                await assignment.hand_over(session, self.backend, conversation, to, words, name)
        if not is_known:
            errors = {"to": tr("Choose who is to have it.")}
            return await self.inbox.render_talk(request, name, conversation, 422, errors=errors, words=words)
        return self._back(request, conversation)

    async def snooze_talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        until = read_time(self.backend, form_field(request, "for"), form_field(request, "until"))
        is_done = False
        if until is not None:
            async with self.backend.db.transaction() as session:
                is_done = await assignment.snooze(session, self.backend, conversation, until, name)
        if not is_done:
            errors = {"until": tr("Give a time in the next 60 days.")}
            return await self.inbox.render_talk(request, name, conversation, 422, errors=errors)
        return pages.redirect(_inbox_url(request))

    async def wake_talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await assignment.wake(session, self.backend, conversation, name)
        return self._back(request, conversation)

    async def reopen_talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await assignment.reopen(session, self.backend, conversation, name)
        return self._back(request, conversation)

    async def close_handoff(self, request: Request, name: str, handover_id: int) -> HTTPResponse:
        """Close it; where nobody has answered what the member wrote, or an answer was typed and not sent, that is shown
        first, and that page's form closes it."""
        typed = form_field(request, "text").strip()
        talk = form_field(request, "talk")
        if typed and talk:
            words = tr("Nothing was closed: this answer was not sent. Send it, or empty the field, then close.")
            return await self.inbox.render_talk(request, name, talk, 422, errors={"text": words})
        try:
            async with self.backend.db.transaction() as session:
                sure = form_field(request, "sure") == "yes"  # what stood on the talk's page was not answered by that
                seen = _read_number(request, "seen") if sure else None
                closed = await handover.close(session, self.backend, handover_id, name, seen=seen, sure=sure)
        except handover.UnreadMessages as unread:
            return self.staff.render_page(
                "inbox/talk_close.html", 409, unread=unread, handover_id=handover_id, name=name
            )
        if closed is not None:
            self.staff.services.pushes.notify(closed.conversation_id)
        return pages.redirect(_inbox_url(request, closed=closed.conversation_id if closed else ""))

    async def _require_talk(self, conversation: str) -> None:
        async with self.backend.db.read_session() as session:
            if await session.get(Conversation, conversation) is None:
                raise NotFound()

    def _back(self, request: Request, conversation: str, place: str = "") -> HTTPResponse:
        """To the talk's page, with the filter that the list had, at a `place` of it."""
        show = str(request.args.get("show") or "")
        return pages.redirect(
            f"/staff/talks/{conversation}" + (f"?{urlencode({'show': show})}" if show else "") + place
        )


def _find_fault(typed: str, text: str) -> str:
    """What is wrong with an answer or a note; empty for nothing."""
    if not text:
        return tr("Write something first.")
    if len(typed) > MAX_ANSWER_LENGTH:
        return tr("This is longer than {count} characters. Please shorten it.", count=MAX_ANSWER_LENGTH)
    field = ready_answers.find_open_field(typed)
    return tr("Not sent yet: fill in {field}.", field=f"{{{field}}}") if field else ""


def _inbox_url(request: Request, closed: str = "") -> str:
    """`closed` is the talk that was closed just now: the page says so."""
    asked = {"show": str(request.args.get("show") or ""), "closed": closed}
    query = urlencode({name: value for name, value in asked.items() if value})
    return "/staff" + (f"?{query}" if query else "")


def _read_number(request: Request, field: str) -> int:
    """Such as the newest message that the clerk's page showed; 0 without one."""
    return parse_id(form_field(request, field)) or 0
