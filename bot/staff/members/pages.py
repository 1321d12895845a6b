"""The pages about members: search, one member in sections, and the card that other pages show beside."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.audit.service import record
from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.language import tr
from backend.members import search
from backend.office_acts import notes
from backend.payments import office_lookup
from backend.staff.roles import Role
from backend.tickets import service as tickets
from bot.dialogue.normalize import redact_office_words
from bot.staff import sent_forms
from bot.staff.members.acts import ACTS
from bot.staff.members.sections import CHANNEL_NAMES, SECTIONS, Section
from bot.staff.members.views import MemberView, load_member, member_url
from bot.staff.money.base import KEY, item_url
from bot.staff.navigation import find_area
from bot.web import pages
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

READ_AGAIN = timedelta(minutes=15)
"""Within it a clerk's further looks at the same section are not recorded again."""
LATELY = timedelta(days=7)
MAX_LATELY = 8
BY_NAME = {section.name: section for section in SECTIONS}


class MemberBase:
    """What the pages about members share."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    async def load(self, name: str, number: str, part: str) -> MemberView:
        """The member, whose reading is recorded. Raises NotFound."""
        view = await load_member(self.backend, number)
        if view is None:
            raise NotFound()
        await self._record_reading(name, view.account, part)
        return view

    async def _record_reading(self, name: str, account: Account, part: str) -> None:
        """Into the audit trail, once in a quarter of an hour for a clerk, an account and a part of the page."""
        actor, now = f"office:{name}"[:80], self.backend.clock.now()
        lately = select(AuditRow.after).where(
            AuditRow.actor == actor,
            AuditRow.at > now - READ_AGAIN,
            AuditRow.act == "office_read",
            AuditRow.account_id == account.id,
        )
        async with self.backend.db.read_session() as session:
            if {"member": account.number, "part": part} in list(await session.scalars(lately)):
                return
        async with self.backend.db.transaction() as session:
            await record(
                session, self.backend, actor=actor, level=0, channel="office", act="office_read",
                account_id=account.id, after={"member": account.number, "part": part},
            )  # fmt: skip

    def render(
        self, view: MemberView, template: str, status: int = 200, *, section: Section | None = None, **values: Any
    ) -> HTTPResponse:
        acts = [act for act in ACTS if self.may(act.role)]
        return self.staff.render_page(
            template, status, view=view, sections=SECTIONS, section=section, acts=acts,
            channels=CHANNEL_NAMES, may_act=self.may(Role.AGENT), **values,
        )  # fmt: skip

    def may(self, role: Role) -> bool:
        return bool(Request.get_current().ctx.staff.role >= role)


class MemberPages(MemberBase):
    def routes(self) -> Routes:
        return (
            (self.show_members, "GET", "/members", Role.READ),
            (self.search_by_address, "GET", "/search", Role.READ),
            (self.search_by_form, "POST", "/search", Role.READ),
            (self.show_member, "GET", "/members/<number:str>", Role.READ),
            (self.show_member_card, "GET", "/members/<number:str>/card", Role.READ),
            (self.show_member_notes, "GET", "/members/<number:str>/notes", Role.READ),
            (self.show_member_section, "GET", "/members/<number:str>/<part:str>", Role.READ),
            (self.add_member_note, "POST", "/members/<number:str>/notes", Role.AGENT),
        )

    async def show_members(self, _request: Request, name: str) -> HTTPResponse:
        """The search, and whom this clerk had open lately."""
        return self._render_search("", None, await self._lately(name))

    async def search_by_address(self, request: Request, name: str) -> HTTPResponse:
        return await self._search(name, str(request.args.get("q") or ""))

    @repeatable
    async def search_by_form(self, request: Request, name: str) -> HTTPResponse:
        """As the frame's box sends it: posted, so that no log of addresses has a member's name."""
        return await self._search(name, form_field(request, "q"))

    async def _search(self, name: str, words: str) -> HTTPResponse:
        words = words.strip()[:100]
        async with self.backend.db.read_session() as session:
            url = await _find_page(session, words)
            found = [] if url or not words else await search.search_members(session, words)
        if url:
            return pages.redirect(url)
        if len({account.member_id for account in found}) == 1 and not search.are_near_names(words, found):
            return pages.redirect(member_url(_first_open(found)))
        if found:
            await self.staff.record_reading(name, {"search": [account.number for account in found]})
        return self._render_search(words, found if words else None, [] if words else await self._lately(name))

    def _render_search(self, words: str, found: list[Account] | None, lately: list[Account]) -> HTTPResponse:
        """`found` is None where nothing was looked for."""
        return self.staff.render_page(
            "members/search.html", words=words, found=found, most=search.MAX_HITS,
            is_near=bool(found) and search.are_near_names(words, found or []), lately=lately,
            area=find_area("/staff/members"),
        )  # fmt: skip

    async def _lately(self, name: str) -> list[Account]:
        since = self.backend.clock.now() - LATELY
        opened = select(AuditRow.account_id).where(
            AuditRow.actor == f"office:{name}"[:80],
            AuditRow.at > since,
            AuditRow.act == "office_read",
            AuditRow.account_id.is_not(None),
        )
        async with self.backend.db.read_session() as session:
            ids = list(dict.fromkeys(await session.scalars(opened.order_by(AuditRow.id.desc()).limit(200))))
            return await search.list_accounts(session, [one for one in ids[:MAX_LATELY] if one is not None])

    async def show_member(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._show(request, name, number, SECTIONS[0])

    async def show_member_section(self, request: Request, name: str, number: str, part: str) -> HTTPResponse:
        if part not in BY_NAME:
            raise NotFound()
        return await self._show(request, name, number, BY_NAME[part])

    async def show_member_notes(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._show(request, name, number, BY_NAME["notes"])

    async def _show(self, request: Request, name: str, number: str, section: Section) -> HTTPResponse:
        view = await self.load(name, number, section.name)
        return await self._render_section(request, view, section)

    async def _render_section(
        self, request: Request, view: MemberView, section: Section, status: int = 200, *, trouble: str = ""
    ) -> HTTPResponse:
        done = str(request.args.get("done") or "")
        async with self.backend.db.read_session() as session:
            values = await section.load(session, self.backend, view)
            note = await notes.find_by_key(session, done) if KEY.fullmatch(done) else None
        typed = sent_forms.read_sent(request)["text"]
        return self.render(
            view, f"members/{section.name}.html", status, section=section,
            done=note.text if note and note.member_id == view.member.id else "", key=secrets.token_hex(16),
            typed=typed, trouble=trouble, given_back=sent_forms.given_back(request), **values,
        )  # fmt: skip

    async def show_member_card(self, _request: Request, name: str, number: str) -> HTTPResponse:
        """For the pane beside a talk or a ticket: a fragment without the frame."""
        view = await self.load(name, number, "card")
        return self.render(view, "members/card.html")

    async def add_member_note(self, request: Request, name: str, number: str) -> HTTPResponse:
        view, key = await self.load(name, number, "notes"), form_field(request, "key")
        text = redact_office_words(form_field(request, "text").strip()[: notes.LONGEST])
        if not text or not KEY.fullmatch(key):
            return await self._render_section(
                request, view, BY_NAME["notes"], 422, trouble=tr("Write the note first.")
            )  # fmt: skip
        async with self.backend.db.transaction() as session:
            if await notes.claim(session, self.backend, view.member.id, key=key, by=name, text=text):
                await record(
                    session, self.backend, actor=f"office:{name}"[:80], level=0, channel="office", act="member_note",
                    account_id=view.account.id,
                )  # fmt: skip
        return pages.redirect(f"{view.url}/notes")


async def _find_page(session: AsyncSession, words: str) -> str:
    """The page of the payment, refund or ticket with this number; empty for none."""
    item = await office_lookup.find_item(session, words)
    if item is not None:
        return item_url(item)
    number = normalize_number(words)
    if number and await tickets.find(session, number) is not None:
        return f"/staff/tickets/{number}"
    return ""


def _first_open(accounts: list[Account]) -> Account:
    return next((account for account in accounts if account.status == "open"), accounts[0])
