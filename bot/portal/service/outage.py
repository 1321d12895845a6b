"""Outages: what is known at the member's place, reporting one, danger first, and the member's own reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.callout.status import format_for_member
from backend.coop import format_at_clock, format_phone
from backend.language import format_day, mark, tr
from backend.providers.outages.base import OutageInfo
from backend.reading.hazards.hazard_signs import advice_key, find_hazard_signs, is_only_medical_need
from backend.reading.hazards.life_support import depends_on_power
from backend.reading.service.outages import says_only_here
from backend.reading.spanish import to_english
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER, OUTAGE
from backend.tickets.lookup import find_open_outage
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
from bot.portal.service.own_tickets import list_tickets
from bot.portal.signed_in import Visit
from bot.portal.talk_words import talk_words
from bot.web.pages import form_field

OUTAGE_URL = "/portal/outage"
ALL_OUT, UNSTEADY = "out", "unsteady"
WHAT = {
    ALL_OUT: mark("The power is out"),
    UNSTEADY: mark("Lights flicker, are dim, or only a part is out"),
    DANGER: mark("A danger: a wire down, sparks, fire, a shock, a pole that is broken"),
}
KINDS = {ALL_OUT: OUTAGE, UNSTEADY: "voltage", DANGER: DANGER}
LONGEST = 600


@dataclass(frozen=True)
class OutageReport:
    """A form about an outage as it was typed. `kind` is a ticket's; `signs` are of danger in the words."""

    what: str
    words: str
    phone_typed: str
    phone: str | None
    needs_power: bool
    signs: frozenset[str]

    @property
    def is_danger(self) -> bool:
        return self.what == DANGER or bool(self.signs)

    @property
    def kind(self) -> str:
        return DANGER if self.is_danger else KINDS[self.what]

    @property
    def is_urgent(self) -> bool:
        """Unsteady power is urgent as well: it burns what is plugged in, and can be a broken wire."""
        return self.is_danger or self.needs_power or self.what == UNSTEADY


class OutagePages(ActingPages):
    KEEPS_WORDS = ("check",)
    PAGES = (
        ("outage", "GET", "/outage"),
        ("check", "POST", "/outage"),
        ("report", "POST", "/outage/report"),
        ("ask_back", "GET", "/outage/back"),
        ("back", "POST", "/outage/back"),
    )

    async def outage(self, request: Request, visit: Visit) -> HTTPResponse:
        return await self._render(request, visit, OutageReport("", "", "", visit.member.phone, False, frozenset()))

    async def _render(
        self, request: Request, visit: Visit, report: OutageReport, errors: dict[str, str] | None = None
    ) -> HTTPResponse:
        account, conversation = find_account(visit), self.conversation_id(request)
        async with self.backend.db.read_session() as session:
            known = await self.backend.outages.find_outage(session, account.service_address or None, account.id)
            own = await list_tickets(session, self.backend, account, conversation, of_crew=True)
            open_one = await find_open_outage(session, conversation, account.id)
        return self.render_form(
            "service/outage.html",
            errors,
            known=self._describe_known(known) if known else "",
            own=own,
            reported=open_one,
            reported_place=(open_one.place if open_one else "") or account.service_address or account.number,
            what=WHAT,
            report=report,
            phone=report.phone_typed or format_phone(visit.member.phone),
        )

    async def check(self, request: Request, visit: Visit) -> HTTPResponse:
        """Danger is filed before anything is asked but which place is meant; everything else is read back."""
        report = self._read(request, visit)
        if is_edited_again(request):
            return await self._render(request, visit, report)
        if report.is_danger:
            return await self._file(request, visit, report)
        errors = {}
        if report.what not in KINDS:
            errors["what"] = tr("Please choose what is wrong.")
        if report.phone is None:
            errors["phone"] = describe_phone_problem(self.backend, report.phone_typed)
        if errors:
            return await self._render(request, visit, report, errors)
        return self.render_read_back(self._describe(visit, report))

    async def report(self, request: Request, visit: Visit) -> HTTPResponse:
        report = self._read(request, visit)
        if not is_confirmed(request) or report.what not in KINDS or report.phone is None:
            return self.render_changed_meanwhile(with_account(OUTAGE_URL, visit))
        return await self._file(request, visit, report)

    def _read(self, request: Request, visit: Visit) -> OutageReport:
        words = clean_and_redact(form_field(request, "words")[:LONGEST]).strip()
        typed = form_field(request, "phone")[:40].strip()
        phone = read_phone(self.backend, typed) if typed else visit.member.phone
        needs_power = bool(form_field(request, "needs_power")) or depends_on_power(words)
        signs = find_hazard_signs(words, to_english(words)) if words else frozenset()
        if is_only_medical_need(signs):
            needs_power, signs = True, frozenset()
        return OutageReport(form_field(request, "what"), words, typed, phone, needs_power, signs)

    def _describe(self, visit: Visit, report: OutageReport) -> ReadBack:
        account = find_account(visit)
        facts = [
            (tr("What is wrong"), tr(WHAT[report.what])),
            (tr("Where"), account.service_address or tr("account {number}", number=account.number)),
            (tr("Phone for the crew"), format_phone(report.phone or "")),
        ]
        if report.words:
            facts.append((tr("Your words"), report.words))
        words = [tr("Please check. With the button below it goes to the crew.")]
        if report.needs_power:
            facts.append((tr("Urgent"), tr("Somebody there needs power for a machine or medicine")))
            words.insert(0, talk_words("outage", "utter_outage_life_support"))
        fields = {"what": report.what, "words": report.words, "phone": report.phone_typed}
        if report.needs_power:
            fields["needs_power"] = "1"
        back = with_account(OUTAGE_URL, visit)
        return ReadBack(
            tr("Report an outage"), words, tr("Send the report"), f"{OUTAGE_URL}/report", back, fields, facts,
            edit=OUTAGE_URL,
        )  # fmt: skip

    async def _file(self, request: Request, visit: Visit, report: OutageReport) -> HTTPResponse:
        account = find_account(visit)
        details = {"what": WHAT.get(report.what, WHAT[DANGER])} | ({"words": report.words} if report.words else {})
        if report.needs_power:
            details["life support"] = "somebody there needs power for a machine or medicine"
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            place = account.service_address or None
            known = None
            if not says_only_here(report.words):
                known = await self.backend.outages.find_outage(session, place, account.id)
            filed = await tickets.file_report(
                session,
                self.backend,
                self.conversation_id(request),
                tickets.Report(
                    kind=report.kind,
                    details=details,
                    account_id=identity.known_account.id,
                    place=place,
                    phone=report.phone or visit.member.phone,
                    urgent=report.is_urgent,
                    outage_id=known.outage_id if known and report.kind == OUTAGE else None,
                ),
            )
            words = await self._describe_filed(session, account, report, filed, known)
        links = [(tr("To the outage page"), with_account(OUTAGE_URL, visit))]
        kind = "bad" if report.is_danger else "good"
        heading = tr("Danger: act now") if report.is_danger else tr("Your report")
        return self.render_result(Result(heading, words, "", links, kind))

    async def _describe_filed(
        self,
        session: AsyncSession,
        account: Account,
        report: OutageReport,
        filed: tickets.FiledTicket,
        known: OutageInfo | None,
    ) -> list[str]:
        phone = self.backend.coop.outage_phone_display
        told = await format_for_member(session, self.backend, filed.ticket, just_filed=filed.is_new)
        called = f" {told}" if told else ""
        words = []
        if report.is_danger:
            hazard = advice_key(report.signs) if report.signs else "wire"
            words.append(_danger_advice(hazard, phone))
        state: dict[str, object] = {}
        if report.is_danger:
            state = {"danger": True}
        elif report.kind == "voltage":
            state = {"case_kind": "voltage", "danger": False}
        elif filed.ticket.urgent:
            state = {"danger": True, "case_kind": "outage"}
        number = filed.ticket.number
        said = talk_words(
            "outage", "utter_outage_ticket", state, number=number, called=called, undo="", outage_phone=phone
        )
        words.append(said.strip())
        words.append(tr("For {place}.", place=filed.ticket.place or tr("account {number}", number=account.number)))
        if known and not report.is_danger:
            words.append(self._describe_known(known))
        return words

    async def ask_back(self, request: Request, visit: Visit) -> HTTPResponse:
        url = with_account(OUTAGE_URL, visit)
        async with self.backend.db.read_session() as session:
            found = await find_open_outage(session, self.conversation_id(request), find_account(visit).id)
        if found is None:
            return self.render_changed_meanwhile(url)
        words = [
            tr("Is the power back at {place}?", place=found.place or find_account(visit).service_address),
            tr("Your report {number} is then closed, and nobody comes for it.", number=found.number),
        ]
        asked = ReadBack(tr("Power is back"), words, tr("Yes, the power is back"), f"{OUTAGE_URL}/back", url)
        return self.render_read_back(asked)

    async def back(self, request: Request, visit: Visit) -> HTTPResponse:
        url = with_account(OUTAGE_URL, visit)
        if not is_confirmed(request):
            return self.render_changed_meanwhile(url)
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            ticket = await tickets.close_restored_outage(
                session, self.backend, self.conversation_id(request), identity.known_account.id, "the power is back"
            )
        links = [(tr("To the outage page"), url)]
        if ticket is None:
            return self.render_result(Result(tr("Power is back"), [tr("There is no open report.")], "", links))
        if ticket.status == tickets.CLOSED:
            words = tr("Good to hear. Your report {number} is closed.", number=ticket.number)
        else:
            words = tr("Noted on your report {number}. The crew or our office closes it.", number=ticket.number)
        return self.render_result(Result(tr("Power is back"), [words], "", links))

    def _describe_known(self, outage: OutageInfo) -> str:
        """A time that has passed is left out: naming it would repeat a broken promise."""
        now = self.backend.clock.now()
        estimate = outage.estimate if outage.estimate and outage.estimate > now else None
        named = {(True, True): "both", (True, False): "cause", (False, True): "estimate"}
        name = named.get((bool(outage.cause), estimate is not None))
        return talk_words(
            "outage",
            "utter_outage_known",
            {"state": name} if name else None,
            area=f": {outage.area}" if outage.area else "",
            since=tr(", since {time}", time=self._moment(outage.since)) if outage.since else "",
            cause=outage.cause,
            estimate=self._moment(estimate) if estimate else "",
            updated=self._moment(outage.updated),
        )

    def _moment(self, at: datetime) -> str:
        local, today = at.astimezone(self.backend.coop.zone), self.backend.today()
        day = tr("today") if local.date() == today else tr("on {day}", day=format_day(local.date(), today))
        return f"{day} {format_at_clock(local.time())}"


def _danger_advice(hazard: str, phone: str) -> str:
    try:
        return talk_words("outage", "utter_outage_danger", {"hazard": hazard}, outage_phone=phone)
    except StopIteration:  # the general advice covers the rest
        return talk_words("outage", "utter_outage_danger", outage_phone=phone)
