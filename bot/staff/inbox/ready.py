"""The pages of the office's ready answers: read by all who answer, changed by supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.agent_handoff import ready_answers
from backend.agent_handoff.models import ReadyAnswer
from backend.language import tr
from backend.staff.roles import Role
from bot.dialogue.normalize import redact_office_words
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

URL = "/staff/inbox/answers"


class ReadyAnswerPages:
    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        one = "/inbox/answers/<answer_id:int>"
        return (
            (self.list_ready_answers, "GET", "/inbox/answers", Role.READ),
            (self.show_ready_answer, "GET", one, Role.SUPERVISOR),
            (self.save_ready_answer, "POST", one, Role.SUPERVISOR),
            (self.remove_ready_answer, "POST", f"{one}/remove", Role.SUPERVISOR),
            (self.add_usual_answers, "POST", "/inbox/answers/usual", Role.SUPERVISOR),
        )

    async def list_ready_answers(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            answers = await ready_answers.list_answers(session)
        can_edit = request.ctx.staff.role >= Role.SUPERVISOR
        return self.staff.render_page("inbox/answers.html", answers=answers, can_edit=can_edit)

    async def show_ready_answer(self, request: Request, name: str, answer_id: int) -> HTTPResponse:
        """The form of one; 0 is a new one."""
        found = await self._find(answer_id) if answer_id else None
        typed = {"title": found.title, "english": found.english, "spanish": found.spanish} if found else {}
        return self._render_form(answer_id, typed)

    async def save_ready_answer(self, request: Request, name: str, answer_id: int) -> HTTPResponse:
        typed = {
            field: redact_office_words(form_field(request, field).strip()) for field in ("title", "english", "spanish")
        }
        faults = ready_answers.find_faults(**typed)
        if not faults:
            async with self.backend.db.transaction() as session:
                if not await ready_answers.save(session, self.backend, answer_id or None, **typed, by=name):
                    faults = {"title": "taken"}
        if faults:
            return self._render_form(
                answer_id, typed, {field: _describe(fault) for field, fault in faults.items()}, 422
            )
        return pages.redirect(URL)

    async def remove_ready_answer(self, request: Request, name: str, answer_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await ready_answers.remove(session, self.backend, answer_id, name)
        return pages.redirect(URL)

    async def add_usual_answers(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await ready_answers.add_usual(session, self.backend, name)
        return pages.redirect(URL)

    async def _find(self, answer_id: int) -> ReadyAnswer:
        async with self.backend.db.read_session() as session:
            found = await session.get(ReadyAnswer, answer_id)
        if found is None:
            raise NotFound()
        return found

    def _render_form(
        self, answer_id: int, typed: dict[str, str], errors: dict[str, str] | None = None, status: int = 200
    ) -> HTTPResponse:
        values: dict[str, Any] = {"title": "", "english": "", "spanish": "", **typed}
        return self.staff.render_page(
            "inbox/answer.html", status, answer_id=answer_id, typed=values, errors=errors or {},
            fields=ready_answers.FIELDS, longest=ready_answers.MAX_TEXT,
        )  # fmt: skip


def _describe(fault: str) -> str:
    if fault.startswith("field:"):
        return tr(
            "There is no field {field}. The fields are listed below.", field=f"{{{fault.removeprefix('field:')}}}"
        )
    words = {
        "empty": tr("Please fill this in."),
        "long": tr("This is too long."),
        "taken": tr("Another answer has this title, or this one was removed meanwhile."),
    }
    return words[fault]
