"""Starting, stopping and moving service: a request to the office with all that it needs, and the account's requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.confirmation_numbers import normalize_number
from backend.contact.service import extract_email
from backend.coop import format_phone
from backend.language import ENGLISH, format_day, mark, tr, use_language
from backend.members.levels import require
from backend.reading.contact.mailing_address import extract_full_address
from backend.reading.dates.day_parsing import ParsedDay, parse_day
from backend.tickets import service as tickets
from bot.dialogue.normalize import clean_and_redact
from bot.portal.acting import (
    ActingPages,
    ReadBack,
    Result,
    find_account,
    is_confirmed,
    is_edited_again,
    with_account,
)
from bot.portal.service.call_phone import describe_phone_problem, read_phone
from bot.portal.service.own_tickets import list_tickets, ticket_title
from bot.portal.signed_in import Visit, turn_to
from bot.portal.talk_words import talk_words
from bot.web.pages import form_field

SERVICE_URL = "/portal/service"
START, STOP, MOVE = "start", "stop", "move"
TITLES = {START: mark("Start service"), STOP: mark("Stop service"), MOVE: mark("Move service")}
LATEST = timedelta(days=365)
BY_EMAIL, BY_MAIL, ELSEWHERE, UNKNOWN = "email", "mail", "elsewhere", "unknown"
LONGEST = 200
NEEDS_PASSWORD = (STOP, MOVE)
"""Kinds that end service somewhere: an account page that was left open must not be enough."""
CHECK = mark("Please check. With the button below it goes to the office, which calls you. Until then nothing changes.")


@dataclass(frozen=True)
class ServiceRequest:
    """The form as typed, and what it means: `day` and `phone` are None where they are not understood.

    `bill` is where the final bill goes: one of the words above; `bill_to` the address where it goes elsewhere.
    `last_day` is that at the old place of who moves.
    """

    kind: str
    address: str
    day_typed: str
    day: date | None
    phone_typed: str
    phone: str | None
    bill: str
    bill_to: str
    last_day_typed: str = ""
    last_day: date | None = None


class ServicePages(ActingPages):
    PAGES = (
        ("service", "GET", "/service"),
        ("ask_take_back", "GET", "/service/take-back"),
        ("take_back", "POST", "/service/take-back"),
        ("form", "GET", "/service/<kind:str>"),
        ("check", "POST", "/service/<kind:str>"),
        ("send", "POST", "/service/<kind:str>/send"),
    )

    async def service(self, request: Request, visit: Visit) -> HTTPResponse:
        account, conversation = find_account(visit), self.conversation_id(request)
        async with self.backend.db.read_session() as session:
            own = await list_tickets(session, self.backend, account, conversation, of_crew=False)
        return self.render_page("service/service.html", own=own, titles=TITLES)

    async def form(self, _request: Request, visit: Visit, kind: str) -> HTTPResponse:
        _check_kind(kind)
        bill = BY_EMAIL if visit.member.email else BY_MAIL
        return self._ask(visit, ServiceRequest(kind, "", "", None, "", visit.member.phone, bill, ""))

    def _ask(self, visit: Visit, asked: ServiceRequest, errors: dict[str, str] | None = None) -> HTTPResponse:
        today = self.backend.today()
        return self.render_form(
            "service/service_form.html",
            errors,
            asked=asked,
            heading=tr(TITLES[asked.kind]),
            phone=asked.phone_typed or format_phone(visit.member.phone),
            member=visit.member,
            place=find_account(visit).service_address,
            first=today.isoformat(),
            last=(today + LATEST).isoformat(),
        )

    async def check(self, request: Request, visit: Visit, kind: str) -> HTTPResponse:
        asked = self._read(request, visit, kind)
        errors = self._find_errors(asked)
        if errors or is_edited_again(request):
            return self._ask(visit, asked, errors)
        return self.render_read_back(self._describe(visit, asked))

    async def send(self, request: Request, visit: Visit, kind: str) -> HTTPResponse:
        """One ticket, however often the form comes: the same wish of the account is added to the open one."""
        asked = self._read(request, visit, kind)
        if self._find_errors(asked) or not is_confirmed(request) or asked.day is None or asked.phone is None:
            return self._ask(visit, asked, self._find_errors(asked))
        if kind in NEEDS_PASSWORD and (problem := await self.find_password_problem(request, visit)):
            return self.render_read_back(self._describe(visit, asked), {"password": problem})
        details = self._details(visit, asked)
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            require("stop_move_service", identity.level)
            ticket = await tickets.open_ticket(
                session,
                self.backend,
                self.conversation_id(request),
                kind="service",
                details=details,
                account_id=identity.known_account.id,
                place=details["address"],
                phone=asked.phone,
            )
            number = ticket.number
        words = talk_words(
            "service",
            "utter_service_ticket",
            None if kind == START else {"service_kind": kind},
            day=self._format_on_day(asked.day),
            number=number,
            last4=asked.phone[-4:],
            working_day=self.backend.coop.working_day_text,
        )
        links = [(tr("Start, stop or move service"), with_account(SERVICE_URL, visit))]
        return self.render_result(Result(tr(TITLES[kind]), [words], "", links))

    def _read(self, request: Request, visit: Visit, kind: str) -> ServiceRequest:
        _check_kind(kind)
        typed = {
            name: form_field(request, name)[:LONGEST].strip()
            for name in ("address", "day", "phone", "bill_to", "last_day")
        }
        phone = read_phone(self.backend, typed["phone"]) if typed["phone"] else visit.member.phone
        return ServiceRequest(
            kind=kind,
            address=clean_and_redact(typed["address"]),
            day_typed=typed["day"],
            day=self._read_day(typed["day"]),
            phone_typed=typed["phone"],
            phone=phone,
            bill=form_field(request, "bill"),
            bill_to=clean_and_redact(typed["bill_to"]),
            last_day_typed=typed["last_day"],
            last_day=self._read_day(typed["last_day"]),
        )

    def _read_day(self, typed: str) -> date | None:
        """As a date field sends it, or as somebody types it: `12/4/2026`, `Friday`."""
        try:
            return date.fromisoformat(typed)
        except ValueError:
            found = parse_day(typed, self.backend.today())
            return found.day if isinstance(found, ParsedDay) else None

    def _find_errors(self, asked: ServiceRequest) -> dict[str, str]:
        """What is wrong, by field, in the order of the form."""
        errors, today = {}, self.backend.today()
        if asked.kind != STOP and not (extract_full_address(asked.address) or len(asked.address.split()) > 2):
            errors["address"] = tr("The address where the power should be on, such as 12 Oak Street, Hanover.")
        days = {"day": asked.day} | ({"last_day": asked.last_day} if asked.kind == MOVE else {})
        for name, day in days.items():
            if problem := _find_day_problem(day, today):
                errors[name] = problem
        if asked.phone is None:
            errors["phone"] = describe_phone_problem(self.backend, asked.phone_typed)
        if asked.kind == STOP and asked.bill == ELSEWHERE:
            if not (extract_email(asked.bill_to) or extract_full_address(asked.bill_to)):
                errors["bill_to"] = tr("A whole address or an email, please.")
        elif asked.kind == STOP and asked.bill not in (BY_EMAIL, BY_MAIL, UNKNOWN):
            errors["bill"] = tr("Please choose where the final bill goes.")
        return errors

    def _describe(self, visit: Visit, asked: ServiceRequest) -> ReadBack:
        assert asked.day
        assert asked.phone
        account = find_account(visit)
        here = account.service_address or tr("account {number}", number=account.number)
        facts = [(tr("Moves from"), here)] if asked.kind == MOVE else []
        facts += [
            (tr("Moves to") if asked.kind == MOVE else tr("Where"), asked.address or here),
            (
                tr("First day with power there") if asked.kind == MOVE else tr("Day"),
                format_day(asked.day, self.backend.today()),
            ),
            (tr("Phone for the office to call"), format_phone(asked.phone)),
        ]
        if asked.last_day is not None and asked.kind == MOVE:
            facts.insert(
                3, (tr("Last day with power at the old place"), format_day(asked.last_day, self.backend.today()))
            )
        if asked.kind == STOP:
            facts.append((tr("Final bill"), self._final_bill(asked) or tr("I do not know yet")))
        words = tr(CHECK)
        fields = {
            "address": asked.address, "day": asked.day.isoformat(), "phone": asked.phone_typed, "bill": asked.bill,
            "bill_to": asked.bill_to, "last_day": asked.last_day.isoformat() if asked.last_day else "",
        }  # fmt: skip
        url = f"{SERVICE_URL}/{asked.kind}"
        return ReadBack(
            tr(TITLES[asked.kind]), [words], tr("Send to the office"), f"{url}/send", with_account(url, visit), fields,
            facts, edit=url, asks_password=asked.kind in NEEDS_PASSWORD,
        )  # fmt: skip

    def _final_bill(self, asked: ServiceRequest) -> str:
        if asked.kind != STOP or asked.bill == UNKNOWN:
            return ""
        on_file = {BY_EMAIL: tr("the email on file"), BY_MAIL: tr("the address on file")}
        return on_file.get(asked.bill, asked.bill_to)

    def _details(self, visit: Visit, asked: ServiceRequest) -> dict[str, str]:
        """The ticket's details, in English for the office, with the labels of the talk's."""
        assert asked.day
        assert asked.phone
        account, member = find_account(visit), visit.member
        on_file = account.service_address or "the address on file"
        with use_language(ENGLISH):
            day = format_day(asked.day, self.backend.today())
        details = {
            "wish": f"{asked.kind} service",
            "address": asked.address or on_file,
            "day": day,
            "name": member.name,
            "phone": format_phone(asked.phone),
        }
        if asked.kind == MOVE:
            details["moves from"] = on_file
            assert asked.last_day
            with use_language(ENGLISH):
                details["last day there"] = format_day(asked.last_day, self.backend.today())
        if asked.kind == STOP:
            known = {
                BY_EMAIL: f"the email on file, {member.email}",
                BY_MAIL: "the address on file",
                UNKNOWN: "not known yet",
            }
            details["final bill to"] = known.get(asked.bill, asked.bill_to)
        return details

    def _format_on_day(self, day: date) -> str:
        today = self.backend.today()
        return tr("today") if day == today else tr("on {day}", day=format_day(day, today))

    async def ask_take_back(self, request: Request, visit: Visit) -> HTTPResponse:
        number = normalize_number(request.args.get("number") or "") or ""
        url = with_account(SERVICE_URL, visit)
        async with self.backend.db.read_session() as session:
            ticket = await tickets.find(session, number)
        if ticket is None or ticket.account_id not in {account.id for account in visit.accounts}:
            raise NotFound()
        turn_to(next(account for account in visit.accounts if account.id == ticket.account_id))
        words = [
            tr("{what}, number {number}. Nobody does anything for it then.", what=ticket_title(ticket), number=number)
        ]
        asked = ReadBack(
            tr("Take a request back"), words, tr("Yes, take it back"), f"{SERVICE_URL}/take-back", url,
            {"number": number},
        )  # fmt: skip
        return self.render_read_back(asked)

    async def take_back(self, request: Request, visit: Visit) -> HTTPResponse:
        """Only what was filed in this session: the office takes back the rest, on the phone."""
        number = normalize_number(form_field(request, "number")) or ""
        url = with_account(SERVICE_URL, visit)
        async with self.backend.db.transaction() as session:
            await self.begin(session, request, visit)
            reason = "taken back on the account page"
            ticket = await tickets.withdraw(session, self.backend, number, self.conversation_id(request), reason)
            status = ticket.status if ticket else ""
        links = [(tr("Start, stop or move service"), url)]
        if status == tickets.WITHDRAWN:
            words = tr("Done: number {number} is taken back.", number=number)
            return self.render_result(Result(tr("Take a request back"), [words], "", links))
        phone = self.backend.coop.office_phone_display
        words = tr("It cannot be taken back here. Our office can help: {phone}.", phone=phone)
        return self.render_result(Result(tr("Take a request back"), [words], "", links, "warn"))


def _find_day_problem(day: date | None, today: date) -> str:
    if day is None:
        return tr("Which day, please? For example {day}.", day=f"{today + timedelta(days=7):%m/%d/%Y}")
    if day < today:
        return tr("That day has passed. Which day from today on?")
    return tr("A day within a year, please.") if day > today + LATEST else ""


def _check_kind(kind: str) -> None:
    if kind not in TITLES:
        raise NotFound()
