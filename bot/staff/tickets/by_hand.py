"""The form for a ticket that the office opens by hand: written, read back, opened once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.outage_told import load_words
from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.contact.own_contacts import describe_own_to_office, is_own
from backend.conversations.models import Conversation
from backend.language import ENGLISH, LANGUAGES, SPANISH, mark, tr
from backend.members.service import find_account
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone
from backend.staff.people import list_people
from backend.staff.roles import Role
from backend.tickets import by_hand, work
from backend.tickets import service as tickets
from backend.tickets.by_hand import KEY, HandReport
from backend.tickets.calls import NOT_IDENTIFIED
from backend.tickets.kinds import CALLBACK, CREW_KINDS, KINDS
from backend.tickets.service import Report
from bot.dialogue.normalize import redact_office_words
from bot.staff import views
from bot.staff.tickets.words import KIND_NAMES
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

FIELDS = ("kind", "account", "place", "phone", "caller", "language", "urgent", "words", "due", "owner", "key")
LONGEST = 600
NO_KIND = mark("Please choose what it is.")
NO_WORDS = mark("Please write what they told you.")
NO_ACCOUNT = mark("No account has this number. Leave it empty if you do not know it.")
NO_PLACE = mark("A crew needs a place, or an account with an address.")
NO_PHONE = mark("Please give a phone to call.")
WRONG_PHONE = mark("This is not a phone number with its area code.")
NO_TIME = mark("Please give the day and time of the call.")
PAST_CALL = mark("This time has passed. Check AM and PM and the day.")


class NewTicketPages:
    """The routes below /staff/tickets/new. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.write_ticket, "GET", "/tickets/new", Role.AGENT),
            (self.rewrite_ticket, "POST", "/tickets/new/change", Role.AGENT),
            (self.check_ticket, "POST", "/tickets/new/check", Role.AGENT),
            (self.open_ticket, "POST", "/tickets/new", Role.AGENT),
        )

    async def write_ticket(self, request: Request, name: str) -> HTTPResponse:
        """The empty form; `?account=` and `?kind=` fill it in, the `?talk=` in which a person was told of an outage, or
        a closed ticket that is reported `?again=`."""
        typed = dict.fromkeys(FIELDS, "") | {"language": ENGLISH, "key": secrets.token_hex(16)}
        typed["kind"] = str(request.args.get("kind") or "")
        async with self.backend.db.read_session() as session:
            account = await find_account(session, str(request.args.get("account") or "")[:40])
        if account is not None:
            known = {"account": account.number, "phone": account.member.phone, "language": account.member.language}
            typed |= {label: value or "" for label, value in known.items()}
            typed |= {"place": account.service_address, "caller": account.member.name}
        if talk := str(request.args.get("talk") or "")[:80]:
            await self.staff.record_reading(name, {"conversation": talk})
            typed |= await self._read_talk(talk)
        if again := normalize_number(str(request.args.get("again") or "")[:LONGEST]):
            typed |= await self._read_again(again)
        return await self._render(typed, {})

    async def _read_talk(self, talk: str) -> dict[str, str]:
        """What the member of a talk told of an outage, and the phone that they text from; none where none was told."""
        async with self.backend.db.read_session() as session:
            conversation = await session.get(Conversation, talk)
            words = await load_words(session, talk) if conversation is not None else ""
        if conversation is None or not words:
            return {}
        known = {"words": words[:LONGEST], "language": conversation.language}
        return known | ({"phone": conversation.address} if conversation.address else {})

    async def _read_again(self, number: str) -> dict[str, str]:
        """The facts of a ticket that is reported anew, as the form has them; none for an unknown number."""
        async with self.backend.db.read_session() as session:
            ticket = await tickets.find(session, number)
            if ticket is None:
                return {}
            account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
        words = str(ticket.details.get("words") or "")
        name = str(ticket.details.get("name") or "")
        return {
            "kind": ticket.kind,
            "words": tr("Still there after {number}: {words}", number=ticket.number, words=words)[:LONGEST],
            "account": account.number if account else "",
            "place": ticket.place or "",
            "phone": ticket.phone or "",
            "caller": "" if name == NOT_IDENTIFIED else name,
            "language": SPANISH if ticket.details.get("language") == "Spanish" else ENGLISH,
            "urgent": "yes" if ticket.urgent else "",
        }

    async def rewrite_ticket(self, request: Request, name: str) -> HTTPResponse:
        """Back from the read-back, with all that was typed."""
        return await self._render(_read(request), {})

    async def check_ticket(self, request: Request, name: str) -> HTTPResponse:
        """The read-back: what is opened, and who is told or called then."""
        typed = _read(request)
        async with self.backend.db.read_session() as session:
            account = await find_account(session, typed["account"]) if typed["account"] else None
            errors = self._find_errors(typed, account)
            if errors:
                return await self._render(typed, errors, 422)
            preview = await by_hand.preview(session, self.backend, self._make_report(typed, account))
        return self.staff.render_page(
            "tickets/new_check.html", typed=typed, preview=preview, account=account, kinds=KIND_NAMES,
            due_at=views.parse_field_time(self.backend, typed["due"]),
        )  # fmt: skip

    async def open_ticket(self, request: Request, name: str) -> HTTPResponse:
        """Open it. The key of the form opens one ticket, however often it is sent."""
        typed = _read(request)
        try:
            async with self.backend.db.transaction() as session:
                number = await self._open(session, name, typed, is_asked=form_field(request, "asked") == "yes")
        except IntegrityError:  # the same form at the same moment: the other one has opened it
            async with self.backend.db.transaction() as session:
                number = await self._open(session, name, typed)
        if number is None:
            return await self.check_ticket(request, name)
        return pages.redirect(f"/staff/tickets/{number}")

    async def _open(
        self, session: AsyncSession, name: str, typed: Mapping[str, str], *, is_asked: bool = False
    ) -> str | None:
        """The number of the ticket; None where the form is not right."""
        account = await find_account(session, typed["account"]) if typed["account"] else None
        if self._find_errors(typed, account):
            return None
        hand = self._make_report(typed, account, is_asked=is_asked)
        ticket = await by_hand.open_by_hand(session, self.backend, name, hand)
        due = ticket.due_at if typed["kind"] == CALLBACK else self._due(typed)
        owner = typed["owner"] if typed["owner"] in await self._list_people(session) else ""
        if ticket.conversation_id.endswith(hand.key) and not ticket.notes and (owner or due != ticket.due_at):
            change = work.WorkChange(owner, ticket.priority, ticket.progress, due or ticket.due_at)
            await work.change_work(session, self.backend, ticket, name, change)
        return ticket.number

    async def _list_people(self, session: AsyncSession) -> list[str]:
        """Who may have a ticket, by name."""
        return [one.name for one in await list_people(session, self.backend) if one.role >= Role.AGENT]

    def _find_errors(self, typed: Mapping[str, str], account: Account | None) -> dict[str, str]:
        """What is wrong, by field, in the order of the form."""
        kind = typed["kind"]
        phone = _parse_phone(typed["phone"])
        checks = (
            ("kind", kind not in KINDS, NO_KIND),
            ("words", not typed["words"], NO_WORDS),
            ("account", bool(typed["account"]) and account is None, NO_ACCOUNT),
            (
                "place",
                kind in CREW_KINDS and not typed["place"] and not (account and account.service_address),
                NO_PLACE,
            ),
            ("phone", bool(typed["phone"]) and phone is None, WRONG_PHONE),
            ("phone", kind == CALLBACK and not typed["phone"], NO_PHONE),
            ("due", kind == CALLBACK and self._due(typed) is None, NO_TIME),
            ("due", kind == CALLBACK and self._is_past(typed), PAST_CALL),
        )
        found = dict[str, str]()
        if phone and is_own(self.backend, phone):
            found["phone"] = describe_own_to_office(phone)
        for field, is_wrong, text in checks:
            if is_wrong:
                found.setdefault(field, tr(text))
        return found

    def _due(self, typed: Mapping[str, str]) -> Any:
        return views.parse_field_time(self.backend, typed["due"])

    def _is_past(self, typed: Mapping[str, str]) -> bool:
        due = self._due(typed)
        return due is not None and due <= self.backend.clock.now()

    def _make_report(self, typed: Mapping[str, str], account: Account | None, *, is_asked: bool = False) -> HandReport:
        details = {"words": typed["words"]}
        if typed["caller"]:
            details["name"] = typed["caller"]
        is_call = typed["kind"] == CALLBACK
        due = self._due(typed) if is_call else None
        if is_call:
            details |= {"about": typed["words"], "phone": _parse_phone(typed["phone"]) or ""}
            details.setdefault("name", NOT_IDENTIFIED)
            details["when"] = views.format_local_time(self.backend, due)
        on_file = account is not None and typed["place"] == account.service_address
        report = Report(
            kind=typed["kind"], details=details, account_id=account.id if account else None,
            place=None if on_file else typed["place"] or None, phone=_parse_phone(typed["phone"]),
            urgent=typed["urgent"] == "yes", due_at=due,
        )  # fmt: skip
        key = typed["key"] if KEY.fullmatch(typed["key"]) else secrets.token_hex(16)
        language = typed["language"] if typed["language"] in LANGUAGES else ENGLISH
        return HandReport(key, report, language, is_asked)

    async def _render(self, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            people = await self._list_people(session)
        return self.staff.render_page(
            "tickets/new.html", status, people=people, typed=typed, errors=errors, kinds=KIND_NAMES,
            crew_kinds=CREW_KINDS, longest=LONGEST,
        )  # fmt: skip


def _read(request: Request) -> dict[str, str]:
    """What was typed; without card and social security numbers where it is kept as words."""
    typed = {field: form_field(request, field).strip()[:LONGEST] for field in FIELDS}
    return typed | {field: redact_office_words(typed[field]) for field in ("words", "place", "caller")}


def _parse_phone(text: str) -> str | None:
    try:
        return parse_phone(text) if text else None
    except InvalidPhone:
        return None
