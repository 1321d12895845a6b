"""Enrollment Options: paperless bills, budget and levelized billing, and where Auto Pay and drafts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts import service as alerts
from backend.autopay.schedule import find_active_autopay, find_active_draft
from backend.billing import bills
from backend.billing.models import Account
from backend.language import mark, tr
from backend.money import format_cents
from backend.programs import service as programs
from backend.programs.models import ProgramEnrollment
from backend.programs.notices import NAMES
from backend.programs.rules import BUDGET, LEVELIZED
from backend.programs.service import NotEligible, ProgramOffer
from backend.providers.billing.base import FiguresUnknown
from bot.portal.acting import ActingPages, ReadBack, Result, find_account, is_confirmed, with_account
from bot.portal.profile.program_costs import describe_verdict, draw_program_months, list_program_months
from bot.portal.signed_in import Visit
from bot.portal.talk_words import talk_words
from bot.web.pages import form_field

ENROLLMENTS_URL = "/portal/enrollments"
PAPERLESS, PAPER, LEAVE = "paperless", "paper", "leave"
REFUSAL_REASONS = {
    "closed": mark("the account is closed"),
    "past_due": mark("a bill is past due; once that is paid, ask again"),
    "not_residential": mark("it is for homes only"),
    "history": mark("it needs 12 months of bills at this address"),
    "too_much_use": mark("it is for less than 200,000 kWh a year"),
    "balance": mark("it needs a balance of $0.00; once your bill is paid, ask again"),
}
TITLES = {BUDGET: mark("Budget billing"), LEVELIZED: mark("Levelized billing")}


@dataclass(frozen=True)
class ProgramView:
    """One program on the page. `lowest` and `highest` are the monthly cents that it would have asked for."""

    offer: ProgramOffer
    title: str
    reasons: Sequence[str]
    enrollment: ProgramEnrollment | None

    @property
    def lowest_cents(self) -> int:
        return min(self.offer.cost.monthly_cents, default=0)

    @property
    def highest_cents(self) -> int:
        return max(self.offer.cost.monthly_cents, default=0)


class EnrollmentPages(ActingPages):
    PAGES = (
        ("enrollments", "GET", "/enrollments"),
        ("read_back", "GET", "/enrollments/<option:str>"),
        ("change", "POST", "/enrollments/<option:str>"),
    )

    async def enrollments(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            enrollment = await programs.find_enrollment(session, account.id)
            try:
                offers = await programs.list_offers(session, self.backend, account.id)
            except FiguresUnknown:
                offers = []
            views = [_view(offer, enrollment) for offer in offers]
            actual = offers[0].cost.actual_cents if offers else ()
            months = list_program_months(await bills.list_bills(session, account.id), offers)
            return self.render_page(
                "profile/enrollments.html",
                paperless=await alerts.is_paperless(session, account.id),
                email=visit.member.email,
                programs=views,
                is_known=bool(offers),
                enrolled=enrollment,
                actual_cents=actual,
                months=months,
                verdict=describe_verdict(offers),
                chart=draw_program_months(months, offers),
                autopay=await find_active_autopay(session, account.id),
                draft=await find_active_draft(session, account.id),
            )

    async def read_back(self, _request: Request, visit: Visit, option: str) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            asked = await self._describe(session, visit, account, option)
        if asked is None:
            return self.render_changed_meanwhile(with_account(ENROLLMENTS_URL, visit))
        return self.render_read_back(asked)

    async def change(self, request: Request, visit: Visit, option: str) -> HTTPResponse:
        """Do what was read back, if it reads the same now."""
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            asked = await self._describe(session, visit, account, option)
            if asked is not None and is_confirmed(request) and form_field(request, "seen") == asked.fields["seen"]:
                agreement = self.agreement(request, asked.words[0], asked.button)
                if option in (PAPERLESS, PAPER):
                    switch = alerts.enroll_paperless if option == PAPERLESS else alerts.cancel_paperless
                    number = await switch(session, self.backend, identity.known_account, agreement)
                    return self._show_paper_result(visit, option, number)
                if option == LEAVE:
                    ended = await programs.end_enrollment(session, self.backend, account.id, agreement)
                    if ended is not None:
                        return self._show_left(visit, ended)
                else:
                    try:
                        made = await programs.enroll(session, self.backend, account.id, option, agreement)
                    except NotEligible:
                        made = None
                    if made is not None:
                        return self._show_joined(visit, made)
        return self.render_changed_meanwhile(with_account(ENROLLMENTS_URL, visit))

    async def _describe(self, session: AsyncSession, visit: Visit, account: Account, option: str) -> ReadBack | None:
        """What is read back before the change; None where there is nothing to change. Raises NotFound."""
        if option in (PAPERLESS, PAPER):
            return await self._describe_paper(session, visit, account, option)
        if option not in (BUDGET, LEVELIZED, LEAVE):
            raise NotFound()
        enrollment = await programs.find_enrollment(session, account.id)
        if option == LEAVE:
            return self._describe_leave(visit, account, enrollment) if enrollment else None
        try:
            offers = await programs.list_offers(session, self.backend, account.id)
        except FiguresUnknown:
            return None
        offer = next(offer for offer in offers if offer.program == option)
        if enrollment is not None or not offer.is_eligible:
            return None
        amount = format_cents(offer.amount_cents)
        words = talk_words("budget_billing", f"utter_question_program_{option}", account=account.number, amount=amount)
        return self._read_back_of(visit, option, tr(TITLES[option]), words, tr("Yes, enroll me"), amount)

    async def _describe_paper(
        self, session: AsyncSession, visit: Visit, account: Account, option: str
    ) -> ReadBack | None:
        is_paperless = await alerts.is_paperless(session, account.id)
        if is_paperless == (option == PAPERLESS) or (option == PAPERLESS and not visit.member.email):
            return None
        email = visit.member.email or ""
        response = "utter_question_bills_email" if option == PAPERLESS else "utter_question_bills_paper"
        words = talk_words("bill_notifications", response, account=account.number, email=email)
        heading = tr("Bills without paper") if option == PAPERLESS else tr("Bills on paper")
        button = tr("Yes, without paper") if option == PAPERLESS else tr("Yes, on paper")
        return self._read_back_of(visit, option, heading, words, button, f"{is_paperless} {email}")

    def _describe_leave(self, visit: Visit, account: Account, enrollment: ProgramEnrollment) -> ReadBack:
        words = talk_words(
            "budget_billing",
            "utter_question_program_leave",
            account=account.number,
            program_name=tr(NAMES[enrollment.program]),
            monthly=_monthly(enrollment),
        )
        heading = tr("Leave {program}", program=tr(NAMES[enrollment.program]))
        return self._read_back_of(visit, LEAVE, heading, words, tr("Yes, end it"), enrollment.confirmation)

    def _read_back_of(self, visit: Visit, option: str, heading: str, words: str, button: str, seen: str) -> ReadBack:
        back = with_account(ENROLLMENTS_URL, visit)
        return ReadBack(heading, [words], button, f"{ENROLLMENTS_URL}/{option}", back, {"seen": seen})

    def _show_paper_result(self, visit: Visit, option: str, number: str) -> HTTPResponse:
        if option == PAPERLESS:
            words = tr("Done. Your bills come without paper from the next one on. A note of this is on its way to you.")
        else:
            words = tr("Done. From the next one on your bills come on paper, by mail.")
        return self.render_result(Result(tr("Bill notifications"), [words], number, self._links(visit)))

    def _show_joined(self, visit: Visit, made: ProgramEnrollment) -> HTTPResponse:
        words = tr(
            "Done. This account is on {program}{monthly} from your next bill on. What you owe today stays due.",
            program=tr(NAMES[made.program]),
            monthly=_monthly(made),
        )
        return self.render_result(Result(tr(TITLES[made.program]), [words], made.confirmation, self._links(visit)))

    def _show_left(self, visit: Visit, ended: ProgramEnrollment) -> HTTPResponse:
        words = tr(
            "Done. This account has left {program}. From your next bill on you pay what each bill says.",
            program=tr(NAMES[ended.program]),
        )
        return self.render_result(Result(tr(TITLES[ended.program]), [words], ended.confirmation, self._links(visit)))

    def _links(self, visit: Visit) -> list[tuple[str, str]]:
        return [(tr("Enrollment Options"), with_account(ENROLLMENTS_URL, visit))]


def _view(offer: ProgramOffer, enrollment: ProgramEnrollment | None) -> ProgramView:
    here = enrollment if enrollment is not None and enrollment.program == offer.program else None
    return ProgramView(offer, tr(TITLES[offer.program]), [tr(REFUSAL_REASONS[one]) for one in offer.reasons], here)


def _monthly(enrollment: ProgramEnrollment) -> str:
    if enrollment.amount_cents is None:
        return ""
    return tr(", {amount} a month", amount=format_cents(enrollment.amount_cents))
