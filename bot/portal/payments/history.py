"""Payments: 24 months of them with their receipts, and the scheduled ones, which can be moved and canceled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote as quote_url

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.language import tr
from backend.logins.portal_conversations import PORTAL
from backend.members.codes import mask_email
from backend.members.levels import Level
from backend.money import format_cents
from backend.months import add_months
from backend.outbox.copies import list_copies
from backend.payments import service as payments
from backend.payments.balances import list_scheduled
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.past_payments import PaidAtCounter, describe_source
from backend.payments.quotes import ReadBack
from backend.payments.receipt_pdf import build_receipt
from backend.payments.receipts import copy_key, email_receipt_again
from bot.portal import pay_texts
from bot.portal.copies import COPY, RECEIPT, word_copies
from bot.portal.payments.base import (
    CHANGED,
    MoneyPages,
    find_account,
    fingerprint,
    is_confirmed_form,
    parse_day,
)
from bot.portal.signed_in import Visit, turn_to
from bot.portal.summary import describe_not_made, describe_status, load_payments, name_methods
from bot.web import pages

PAYMENTS_URL = "/portal/payments"
COPIES_OF = {"moved": "schedule-moved", "canceled": "schedule-off", "emailed": "receipt-again"}
"""What was done: how the keys of its messages begin."""
SHOWN_MONTHS, MAX_SHOWN = 24, 200
STATES = {"started": "pending", "authorized": "pending", "posted": "paid", "done": "paid", "running": "pending",
          "failed": "not_made"}  # fmt: skip


@dataclass(frozen=True)
class PaymentView:
    """One payment and its account. `status` are words; `state` is one of the badges; `changeable`: not run yet."""

    item: Payment | ScheduledPayment | PaidAtCounter
    account: Account
    method: str
    day: date
    state: str
    status: str
    changeable: bool

    @property
    def has_receipt(self) -> bool:
        return self.state == "paid" and bool(self.item.confirmation)

    @property
    def total_cents(self) -> int:
        return self.item.amount_cents + self.item.fee_cents


class HistoryPages(MoneyPages):
    PAGES = (
        ("history", "GET", "/payments"),
        ("payment", "GET", "/payments/<number>"),
        ("receipt_file", "GET", "/payments/<number>/pdf"),
        ("choose_day", "POST", "/payments/<number>/move"),
        ("check", "GET", "/payments/<number>/move"),
        ("move", "POST", "/payments/<number>/moved"),
        ("ask_cancel", "GET", "/payments/<number>/cancel"),
        ("cancel", "POST", "/payments/<number>/cancel"),
        ("email", "POST", "/payments/<number>/email"),
    )

    async def history(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        since = add_months(self.backend.today(), -SHOWN_MONTHS)
        async with self.backend.db.read_session() as session:
            found = await load_payments(session, self.backend, account, MAX_SHOWN)
            planned = await name_methods(session, await list_scheduled(session, account.id))
        shown = [(payment, day, status) for payment, day, status in found if day >= since]
        return self.render_page("payments/history.html", payments=shown, planned=planned, account=account)

    async def payment(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await self._find(session, visit, number)
            done = str(request.args.get("done") or "")
            told = await self._word_copies(session, visit, view.item, done)
        return self._render(view, done, {}, told=told, address=mask_email(visit.member.email or ""))

    async def receipt_file(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        """The receipt of a payment that was made, as a PDF file. Raises NotFound for any other."""
        async with self.backend.db.read_session() as session:
            view = await self._find(session, visit, number)
        if not view.has_receipt:
            raise NotFound()
        item, account = view.item, view.account
        facts = [
            (tr("Amount"), format_cents(item.amount_cents)),
            (tr("Fee"), format_cents(item.fee_cents) if item.fee_cents else tr("None")),
            (tr("Day"), pay_texts.format_day_with_year(view.day)),
            (tr("From"), view.method[:1].upper() + view.method[1:]),
            (tr("Account"), ", ".join(filter(None, (account.number, account.service_address)))),
            (tr("Member"), visit.member.name),
        ]
        if view.status and view.status != tr("paid"):
            facts.append((tr("Status"), view.status))
        number = item.confirmation or ""
        # to_thread passes the language on
        body = await asyncio.to_thread(build_receipt, self.backend.coop, number, view.total_cents, facts)
        return pages.respond_pdf(body, f"receipt-{number}")

    async def _word_copies(
        self, session: AsyncSession, visit: Visit, item: Payment | ScheduledPayment | PaidAtCounter, done: str
    ) -> str:
        """What was sent about this payment, or about what was just done to it."""
        if isinstance(item, PaidAtCounter):
            return ""
        if done in COPIES_OF:
            return await self.word_newest_copies(session, visit.member, f"{COPIES_OF[done]}:{item.key}")
        words = COPY if isinstance(item, ScheduledPayment) else RECEIPT
        return word_copies(await list_copies(session, copy_key(item)), words)

    def _render(
        self, view: PaymentView, done: str, errors: dict[str, str], day: str = "", told: str = "", address: str = ""
    ) -> HTTPResponse:
        today = self.backend.today()
        return self.render_form(
            "payments/payment.html",
            errors,
            view=view,
            done=done,
            day=day,
            told=told,
            address=address,
            can_email=isinstance(view.item, Payment) and view.state == "paid",
            first_day=today + timedelta(days=1),
            last_day=today + timedelta(days=self.backend.coop.schedule_days),
        )

    async def _find(self, session: AsyncSession, visit: Visit, number: str) -> PaymentView:
        """The payment with this confirmation number on one of the member's accounts, which the page is then about.
        Raises NotFound."""
        for account in visit.accounts:
            item = await payments.find_by_confirmation(session, account.id, number)
            if item is not None:
                turn_to(account)
                return await self._view(session, account, item)
        raise NotFound()

    async def _view(
        self, session: AsyncSession, account: Account, item: Payment | ScheduledPayment | PaidAtCounter
    ) -> PaymentView:
        today = self.backend.today()
        if isinstance(item, ScheduledPayment):
            method = (await session.get_one(PaymentMethod, item.method_id)).label
            state = "scheduled" if item.status == "scheduled" else STATES.get(item.status, item.status)
            status = "" if item.status in ("scheduled", "canceled") else describe_not_made(item)
            changeable = item.status == "scheduled" and item.run_on > today
            return PaymentView(item, account, method, item.run_on, state, status, changeable)
        status = await describe_status(session, self.backend, item)
        state = STATES.get(item.status, item.status)
        if isinstance(item, PaidAtCounter):
            return PaymentView(item, account, describe_source(item), item.posted_on, state, status, False)
        method = (await session.get_one(PaymentMethod, item.method_id)).label
        day = item.posted_on or item.created_at.astimezone(self.backend.coop.zone).date()
        return PaymentView(item, account, method, day, state, status, False)

    async def _find_scheduled(
        self, session: AsyncSession, visit: Visit, number: str
    ) -> tuple[PaymentView, ScheduledPayment]:
        view = await self._find(session, visit, number)
        if not isinstance(view.item, ScheduledPayment):
            raise NotFound()
        return view, view.item

    async def choose_day(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        typed = pages.form_field(request, "day")[:20]
        day = parse_day(typed)
        async with self.backend.db.read_session() as session:
            view, item = await self._find_scheduled(session, visit, number)
            problem = await payments.find_move_problem(session, self.backend, item, day) if day else "past"
        if not view.changeable:
            return pages.redirect(_payment_url(number))
        if problem or day is None:
            return self._render(view, "", {"day": self._word_problem(problem, view)}, typed)
        return pages.redirect(f"{_payment_url(number)}/move?day={day.isoformat()}")

    def _word_problem(self, problem: str | None, view: PaymentView) -> str:
        if problem == "expired":
            return tr("{label} will have expired by then.", label=view.method)
        today = self.backend.today()
        return tr(
            "Please choose a day from {first} to {last}.",
            first=pay_texts.format_day_with_year(today + timedelta(days=1)),
            last=pay_texts.format_day_with_year(today + timedelta(days=self.backend.coop.schedule_days)),
        )

    async def check(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        day = parse_day(str(request.args.get("day") or ""))
        async with self.backend.db.read_session() as session:
            view, item = await self._find_scheduled(session, visit, number)
            refused = day is None or await payments.find_move_problem(session, self.backend, item, day)
        if day is None or refused or not view.changeable:
            return pages.redirect(_payment_url(number))
        words = self._word_move(view, item, day)
        return self._render_agree(
            request,
            words,
            heading=tr("Move it to {day}?", day=pay_texts.format_day_with_year(day)),
            action=f"{_payment_url(number)}/moved",
            fields={"day": day.isoformat()},
            button=_move_button(day),
            back=_payment_url(number),
        )

    def _word_move(self, view: PaymentView, item: ScheduledPayment, day: date) -> str:
        """The authorization for the new day, in the words of every scheduled payment."""
        read = ReadBack(view.account.number, item.amount_cents, item.fee_cents, view.total_cents, view.method, "", day,
                        pay_now=False)  # fmt: skip
        return pay_texts.format_consent(self.backend.coop, read)

    async def move(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        day = parse_day(pages.form_field(request, "day"))
        if day is None:
            return pages.redirect(_payment_url(number))
        async with self.backend.db.transaction() as session:
            view, item = await self._find_scheduled(session, visit, number)
            if item.run_on == day:
                return pages.redirect(f"{_payment_url(number)}?done=moved")  # the same form sent twice
            words = self._word_move(view, item, day)
            if not is_confirmed_form(request, words):
                return pages.redirect(f"{_payment_url(number)}/move?day={day.isoformat()}&again=1")
            agreement = await self.agree(session, request, view.account, words, _move_button(day))
            is_moved = await payments.move_scheduled(
                session, self.backend, scheduled_id=item.id, account_id=view.account.id, run_on=day,
                agreement=agreement,
            )  # fmt: skip
        return pages.redirect(f"{_payment_url(number)}?done={'moved' if is_moved else 'no'}")

    async def ask_cancel(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view, _ = await self._find_scheduled(session, visit, number)
        if not view.changeable:
            return pages.redirect(_payment_url(number))
        words = tr(
            "The payment of {amount} set for {day} is then not made, and the bill is still due.",
            amount=format_cents(view.total_cents),
            day=pay_texts.format_day_with_year(view.day),
        )
        return self._render_agree(
            request,
            words,
            heading=tr("Cancel this payment?"),
            action=f"{_payment_url(number)}/cancel",
            fields={},
            button=tr("Yes, cancel it"),
            back=_payment_url(number),
            danger=True,
        )

    async def cancel(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            view, item = await self._find_scheduled(session, visit, number)
            actor = await self.open_conversation(session, request, view.account)
            is_canceled = await payments.cancel_scheduled(
                session, self.backend, scheduled_id=item.id, account_id=view.account.id, actor=actor,
                level=int(Level.STEPPED_UP), channel=PORTAL,
            )  # fmt: skip
        done = "canceled" if is_canceled or item.status == "canceled" else "no"
        return pages.redirect(f"{_payment_url(number)}?done={done}")

    async def email(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        """Send the receipt to the email on file once more."""
        async with self.backend.db.transaction() as session:
            view = await self._find(session, visit, number)
            if not isinstance(view.item, Payment) or view.state != "paid" or not visit.member.email:
                return pages.redirect(_payment_url(number))
            actor = await self.open_conversation(session, request, view.account)
            await email_receipt_again(session, self.backend, view.item)
            conversation = await session.get_one(Conversation, actor)
            after = {"confirmation": view.item.confirmation}
            await record_act(session, self.backend, conversation, "receipt_emailed", view.account.id, after=after)
        return pages.redirect(f"{_payment_url(number)}?done=emailed")

    def _render_agree(
        self, request: Request, words: str, *, heading: str, action: str, fields: dict[str, str], button: str,
        back: str, danger: bool = False,
    ) -> HTTPResponse:  # fmt: skip
        changed = tr(CHANGED) if request.args.get("again") == "1" else ""
        return self.render_page(
            "payments/agree.html", words=words, notes=[], heading=heading, here=action, button=button, back=back,
            fields={**fields, "words": fingerprint(words)}, danger=danger, changed=changed,
        )  # fmt: skip


def _move_button(day: date) -> str:
    return tr("Move it to {day}", day=pay_texts.format_day_with_year(day))


def _payment_url(number: str) -> str:
    return f"{PAYMENTS_URL}/{quote_url(number)}"
