"""The pages of an act: the form, what is read back, and the button that does it. A form sent twice does it once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.language import mark, tr
from backend.members.codes import CodeRefused
from backend.office_acts import notes, service
from backend.staff.roles import Role
from bot.staff.members.acts import ACTS
from bot.staff.members.acts.base import Act, ActRefused, FormErrors, ReadBack, Sent
from bot.staff.members.pages import MemberBase
from bot.staff.members.views import MemberView
from bot.staff.money.base import KEY
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

LONGEST_FIELD = 300
CODE_TROUBLES = {
    "wrong": mark("That is not the code. Ask the member to read it once more."),
    "expired": mark("This code is too old or used. Go back and send another one."),
    "used_up": mark("Too many wrong codes. Go back and send another one."),
    "locked": mark("Too many wrong codes. Go back and send another one."),
}
CODE_REFUSALS = {
    "too_many": mark("Too many codes were sent to this member lately. Choose another proof, or wait."),
    "opted_out": mark("The phone takes no texts, and there is no email on file. Choose another proof."),
    "no_address": mark("There is no phone or email that can get a code. Choose another proof."),
}


class MemberActPages(MemberBase):
    """`/members/<number>/acts/<act>`, for each of ACTS."""

    def __init__(self, staff: StaffPages) -> None:
        super().__init__(staff)
        self.acts = {act.name: act(self.backend) for act in ACTS}

    def routes(self) -> Routes:
        path = "/members/<number:str>/acts/<act:str>"
        return (
            (self.show_act, "GET", path, Role.AGENT),
            (self.review_act, "POST", path, Role.AGENT),
            (self.confirm_act, "POST", f"{path}/confirm", Role.AGENT),
        )

    async def show_act(self, _request: Request, name: str, number: str, act: str) -> HTTPResponse:
        return await self._render_form(await self.load(name, number, act), self._find(act))

    async def review_act(self, request: Request, name: str, number: str, act: str) -> HTTPResponse:
        """Read back what was typed; with a code as the proof, send the code. `again` gives the form back."""
        view, chosen = await self.load(name, number, act), self._find(act)
        sent, key = _read_fields(request, chosen), _read_key(request)
        if form_field(request, "again"):
            return await self._render_form(view, chosen, sent)
        read = await self._read_back(view, chosen, sent, name, key)
        if isinstance(read, FormErrors):
            return await self._render_form(view, chosen, sent, read)
        if read.code_by and (problem := await self._send_code(view, read, name)):
            return await self._render_form(view, chosen, sent, FormErrors({"proof": problem}))
        return self._render_read_back(view, chosen, sent, read, key)

    async def confirm_act(self, request: Request, name: str, number: str, act: str) -> HTTPResponse:
        view, chosen = await self.load(name, number, act), self._find(act)
        sent, key = _read_fields(request, chosen), form_field(request, "key")
        if not KEY.fullmatch(key):
            return await self._render_form(view, chosen, sent, FormErrors({"form": tr("Please check it once more.")}))
        done = pages.redirect(f"{view.url}?done={key}")
        async with self.backend.db.read_session() as session:
            if await notes.find_by_key(session, key) is not None:
                return done
        read = await self._read_back(view, chosen, sent, name, key)
        if isinstance(read, FormErrors):
            return await self._render_form(view, chosen, sent, read)
        if read.refusals:
            return self._render_read_back(view, chosen, sent, read, key, status=409)
        if read.code_by and (trouble := await self._check_code(request, view, name)):
            return self._render_read_back(view, chosen, sent, read, key, status=422, trouble=trouble)
        try:
            async with self.backend.db.transaction() as session:
                claimed = await notes.claim(
                    session, self.backend, view.member.id, key=key, by=name, text=read.note, act=chosen.name
                )
                if claimed:
                    await read.perform(session)
        except ActRefused as refused:
            return await self._render_form(view, chosen, sent, FormErrors({"form": str(refused)}), status=409)
        return done

    def _find(self, name: str) -> Act:
        if name not in self.acts:
            raise NotFound()
        return self.acts[name]

    async def _read_back(self, view: MemberView, act: Act, sent: Sent, name: str, key: str) -> ReadBack | FormErrors:
        async with self.backend.db.read_session() as session:
            refusal = (await act.load_form(session, view)).get("refusal")
            if refusal:
                return FormErrors({"form": refusal})
            return await act.read_back(session, view, sent, by=name, key=key)

    async def _send_code(self, view: MemberView, read: ReadBack, name: str) -> str:
        """Why no code was sent; empty when it was."""
        async with self.backend.db.transaction() as session:
            sent = await service.send_proof_code(
                session, self.backend, view.account, by_email=read.code_by == "email", by=name
            )
        return tr(CODE_REFUSALS.get(sent.reason, CODE_REFUSALS["no_address"])) if isinstance(sent, CodeRefused) else ""

    async def _check_code(self, request: Request, view: MemberView, name: str) -> str:
        """What is wrong with the code; empty when it is right. A wrong one counts."""
        code = "".join(letter for letter in form_field(request, "code") if letter.isdecimal())[:12]
        async with self.backend.db.transaction() as session:
            result = await service.check_proof_code(session, self.backend, view.account, code, by=name)
        return tr(CODE_TROUBLES[result]) if result != "ok" else ""

    async def _render_form(
        self, view: MemberView, act: Act, sent: Sent | None = None, wrong: FormErrors | None = None, *, status: int = 0
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            values = await act.load_form(session, view)
        errors = dict(wrong.errors) if wrong else {}
        trouble = errors.pop("form", "")
        return self.render(
            view, act.template, status or (422 if wrong else 200), act=act, errors=errors, trouble=trouble,
            sent=sent or values.get("defaults", {}), key=secrets.token_hex(16),
            **{name: value for name, value in values.items() if name != "defaults"},
        )  # fmt: skip

    def _render_read_back(
        self, view: MemberView, act: Act, sent: Sent, read: ReadBack, key: str, *, status: int = 200, trouble: str = ""
    ) -> HTTPResponse:
        return self.render(
            view, "members/read_back.html", status, act=act, read=read, sent=sent, key=key, trouble=trouble
        )  # fmt: skip


def _read_fields(request: Request, act: Act) -> dict[str, str]:
    return {name: form_field(request, name)[:LONGEST_FIELD] for name in act.fields}


def _read_key(request: Request) -> str:
    """The form's key; a new one for a form without any."""
    key = form_field(request, "key")
    return key if KEY.fullmatch(key) else secrets.token_hex(16)
