"""Payment arrangement: a plan of equal parts, read back, then granted by the rules or sent to the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement import service as arrangements
from backend.arrangement.plan import build_plan
from backend.arrangement.progress import measure_progress
from backend.arrangement.rules import PlanPart
from backend.billing.models import Account
from backend.language import mark, tr
from backend.money import format_cents
from backend.payments.balances import Balance, get_balance
from backend.reading.money.payment_plan import Frequency, RequestedPlan
from backend.tickets import service as tickets
from backend.tickets.member_notices import DEDUPE_PREFIX
from bot.portal import pay_texts
from bot.portal.payments.base import (
    CHANGED,
    MoneyPages,
    find_account,
    fingerprint,
    format_input,
    is_confirmed_form,
    parse_day,
    with_account,
)
from bot.portal.signed_in import Visit, is_account_chosen
from bot.portal.summary import name_methods
from bot.web import pages
from bot.web.numbers import parse_id

ARRANGEMENT_URL = "/portal/arrangement"
RHYTHMS = {
    "week": (mark("Every week"), Frequency(1, "week")),
    "two-weeks": (mark("Every two weeks"), Frequency(2, "week")),
    "month": (mark("Every month"), Frequency(1, "month")),
}
MOST_PARTS, FURTHEST = 12, timedelta(days=370)
"""More is no plan that an office would agree to."""
USUAL = {"count": "2", "rhythm": "two-weeks", "first": "", "notice": ""}


@dataclass(frozen=True)
class PlanReview:
    """A plan that is read back. `granted`: the rules grant it at once; else `refusals` say why not, for the office."""

    parts: Sequence[PlanPart]
    balance: Balance
    refusals: Sequence[str]
    words: str

    @property
    def total_cents(self) -> int:
        return sum(part.cents for part in self.parts)

    @property
    def granted(self) -> bool:
        return not self.refusals


class ArrangementPages(MoneyPages):
    KEEPS_WORDS = ("choose",)
    PAGES = (
        ("arrangement", "GET", "/arrangement"),
        ("choose", "POST", "/arrangement"),
        ("check", "GET", "/arrangement/check"),
        ("agree_to_plan", "POST", "/arrangement/check"),
    )

    async def arrangement(self, request: Request, visit: Visit) -> HTTPResponse:
        asked = {name: str(request.args.get(name) or usual)[:20] for name, usual in USUAL.items()}
        return await self._render(request, visit, {}, asked)

    async def _render(
        self, request: Request, visit: Visit, errors: dict[str, str], given: dict[str, str]
    ) -> HTTPResponse:
        account, today = find_account(visit), self.backend.today()
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            active = await arrangements.active_arrangement(session, account.id)
            balance = await get_balance(session, self.backend, account.id)
            progress = None
            if active:
                progress = await measure_progress(
                    session, active, balance.amount_due_cents, balance.pending_cents, today
                )
            planned = await name_methods(session, balance.scheduled)
            done = str(request.args.get("done") or "")
            told = await self.word_newest_copies(session, visit.member, DEDUPE_PREFIX) if done else ""
        rules = self.backend.coop.arrangements
        return self.render_form(
            "payments/arrangement.html",
            errors,
            account=account,
            progress=progress,
            planned=planned,
            amount=format_input,
            balance=balance,
            given=given,
            rules=rules,
            most=rules.max_parts if rules else 4,
            rhythms={name: tr(words) for name, (words, _) in RHYTHMS.items()},
            today=today,
            done=done,
            told=told,
            ticket=str(request.args.get("number") or "")[:16],
        )

    async def choose(self, request: Request, visit: Visit) -> HTTPResponse:
        given = {name: pages.form_field(request, name)[:20].strip() for name in USUAL}
        if is_account_chosen(request):
            return await self._render(request, visit, {}, given)
        errors: dict[str, str] = {}
        count, first, today = parse_id(given["count"]), parse_day(given["first"]), self.backend.today()
        if not count or not 1 <= count <= MOST_PARTS:
            errors["count"] = tr("From 1 to {most} payments, please.", most=MOST_PARTS)
        if first is None or not today <= first <= today + FURTHEST:
            errors["first"] = tr("Please choose the day of the first payment.")
        if given["rhythm"] not in RHYTHMS:
            errors["rhythm"] = tr("Please choose how often.")
        if errors:
            return await self._render(request, visit, errors, given)
        return pages.redirect(with_account(f"{ARRANGEMENT_URL}/check?{urlencode(given)}", visit))

    async def check(self, request: Request, visit: Visit) -> HTTPResponse:
        asked = {name: str(request.args.get(name) or "")[:20] for name in USUAL}
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            review = await self._review(session, account, asked)
        if review is None:
            return pages.redirect(with_account(ARRANGEMENT_URL, visit))
        return self.render_page(
            "payments/arrangement_check.html",
            review=review,
            account=account,
            fields={**asked, "words": fingerprint(review.words), "account": account.number},
            notice=bool(asked["notice"]),
            changed=tr(CHANGED) if request.args.get("again") == "1" else "",
            back=with_account(f"{ARRANGEMENT_URL}?{urlencode(asked)}", visit),
        )

    async def _review(self, session: AsyncSession, account: Account, asked: dict[str, str]) -> PlanReview | None:
        """None where there is nothing to arrange, or the plan cannot be read."""
        count, first = parse_id(asked["count"]), parse_day(asked["first"])
        rhythm = RHYTHMS.get(asked["rhythm"])
        today = self.backend.today()
        if not count or count > MOST_PARTS or first is None or rhythm is None or not today <= first <= today + FURTHEST:
            return None
        if await arrangements.active_arrangement(session, account.id) is not None:
            return None
        balance = await get_balance(session, self.backend, account.id)
        if balance.amount_due_cents <= 0:
            return None
        plan = RequestedPlan(count=count, frequency=rhythm[1], start_date=first)
        parts = build_plan(plan, balance.amount_due_cents).parts
        refusals = await arrangements.refusal_reasons(
            session, self.backend, account.id, parts, notice=bool(asked["notice"])
        )
        return PlanReview(parts, balance, refusals, _word_plan(parts, granted=not refusals))

    async def agree_to_plan(self, request: Request, visit: Visit) -> HTTPResponse:
        """Grant the plan, or open a request for the office. Sent twice, it is done once."""
        asked = {name: pages.form_field(request, name)[:20] for name in USUAL}
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            review = await self._review(session, account, asked)
            if review is None:
                return pages.redirect(with_account(ARRANGEMENT_URL, visit))
            if not is_confirmed_form(request, review.words):
                again = f"{ARRANGEMENT_URL}/check?{urlencode({**asked, 'again': '1'})}"
                return pages.redirect(with_account(again, visit))
            conversation = await self.open_conversation(session, request, account)
            if review.granted:
                await arrangements.grant(session, self.backend, conversation, account.id, review.parts)
                return pages.redirect(with_account(f"{ARRANGEMENT_URL}?done=granted", visit))
            number = await self._ask_office(session, conversation, account, review, urgent=bool(asked["notice"]))
        return pages.redirect(with_account(f"{ARRANGEMENT_URL}?done=sent&number={number}", visit))

    async def _ask_office(
        self, session: AsyncSession, conversation: str, account: Account, review: PlanReview, *, urgent: bool
    ) -> str:
        """The number of the request; sent again, the service finds the one that is open."""
        details = {
            "owes": format_cents(review.balance.amount_due_cents),
            "past due": format_cents(review.balance.past_due_cents),
            "plan": "; ".join(f"{format_cents(part.cents)} on {part.on:%A, %B} {part.on.day}" for part in review.parts),
            "not granted at once": "; ".join(review.refusals),
        }
        if urgent:
            details["disconnection"] = "a notice, says the member"
        ticket = await tickets.open_ticket(
            session, self.backend, conversation, kind="arrangement", details=details, account_id=account.id,
            urgent=urgent,
        )  # fmt: skip
        return ticket.number


def _word_plan(parts: Sequence[PlanPart], *, granted: bool) -> str:
    """What the button stands for: every part, and who decides."""
    listed = "; ".join(
        f"{format_cents(part.cents)} {tr('on {day}', day=pay_texts.format_day_with_year(part.on))}" for part in parts
    )
    decided = tr("It is agreed at once.") if granted else tr("The office decides, and tells you.")
    return f"{listed}. {decided}"
