"""Make a payment: the form, the read-back, the button that pays, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote as quote_url
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from backend.arrangement.next_part import describe_plan_due, find_next_cents
from backend.language import tr
from backend.payments import pay_links
from backend.payments.balances import get_balance
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.group_quotes import Share
from backend.payments.models import Quote
from backend.payments.prechecks import is_ahead
from backend.providers.billing.base import FiguresUnknown
from bot.portal.copies import COPY, RECEIPT, is_settled, word_copies
from bot.portal.pay_browser import remember_entry
from bot.portal.pay_routes import find_entry_origins
from bot.portal.payments import reviews
from bot.portal.payments.base import CHANGED, MethodChoice, MoneyPages, find_account, format_input
from bot.portal.payments.pay_forms import (
    LATER,
    NEW_METHOD,
    OwedOn,
    PayForm,
    add_refusals,
    format_fee_note,
    open_form,
    read_form,
)
from bot.portal.signed_in import ACCOUNT_ARGUMENT, Visit
from bot.web import pages
from bot.web.numbers import parse_id

PAY_URL = "/portal/pay-now"
MOST_LOOKS = 8
"""How often the result looks whether its copies went out: for about half a minute."""
SCHEDULE_URL = "/portal/schedule-payment"


class PayNowPages(MoneyPages):
    PAGES = (
        ("start", "GET", "/pay-now"),
        ("schedule", "GET", "/schedule-payment"),
        ("schedule_typed", "POST", "/schedule-payment"),
        ("review", "POST", "/pay-now"),
        ("check", "GET", "/pay-now/check"),
        ("confirm", "POST", "/pay-now/check"),
        ("done", "GET", "/pay-now/done"),
        ("copies", "GET", "/pay-now/copies"),
    )

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return super().render_page(template, status, form_targets=find_entry_origins(self.services), **values)

    async def start(self, request: Request, visit: Visit) -> HTTPResponse:
        accounts, methods = await self._load(visit)
        asked = {name: str(request.args.get(name) or "")[:20] for name in ("amount", "day")}
        is_named = bool(request.args.get(ACCOUNT_ARGUMENT))
        form = open_form(accounts, methods, find_account(visit), named=is_named, **asked)
        if request.path == SCHEDULE_URL:
            form.when = LATER
        notice = tr(CHANGED) if request.args.get("again") == "1" else ""
        return self._render(form, methods, notice)

    async def schedule(self, request: Request, visit: Visit) -> HTTPResponse:
        """The same form with a later day chosen: the portal's help calls it Schedule a Payment."""
        return await self.start(request, visit)

    async def schedule_typed(self, request: Request, visit: Visit) -> HTTPResponse:
        """The same, with the amount and the method that were chosen on the summary."""
        accounts, methods = await self._load(visit)
        form = read_form(request, self.backend, accounts, methods, find_account(visit))
        form.when = LATER
        form.errors.clear()  # nothing was sent yet
        return self._render(form, methods)

    async def review(self, request: Request, visit: Visit) -> HTTPResponse:
        """Make the quote that is read back; a new card goes to the provider's page first."""
        accounts, methods = await self._load(visit)
        account = find_account(visit)
        form = read_form(request, self.backend, accounts, methods, account)
        if form.errors:
            return self._render(form, methods)
        if form.method == NEW_METHOD:
            account = next(each for each in visit.accounts if each.id == form.shares[0].account_id)
        async with self.backend.db.transaction() as session:
            conversation = await self.open_conversation(session, request, account)
        try:
            if form.method_id is None:
                return await self._open_entry(conversation, form)
            key = await reviews.make_quotes(
                self.backend, conversation, form.shares, form.method_id, form.pay_on, ahead=form.ahead
            )
        except PaymentRefused as refusal:
            add_refusals(form, self.backend, refusal.warnings)
            return self._render(form, methods)
        except MethodNotUsable:
            form.errors["method"] = tr("Please choose what to pay with.")
            return self._render(form, methods)
        return pages.redirect(_check_url(key))

    async def _open_entry(self, conversation: str, form: PayForm) -> HTTPResponse:
        """The provider's page for a card or bank account that is typed for this payment alone."""
        async with self.backend.db.transaction() as session:
            url = await pay_links.create(
                session,
                self.backend,
                conversation,
                account_id=form.shares[0].account_id,
                amount_cents=form.shares[0].amount_cents,
                pay_on=form.pay_on,
                ahead=form.ahead,
            )
        token = url.rpartition("/")[2]
        entry = await pay_links.begin_entry(self.backend, token)
        response = pages.redirect(entry.url)
        remember_entry(response, self.settings, token, entry.entry_id)
        return response

    async def check(self, request: Request, visit: Visit) -> HTTPResponse:
        """The read-back. After it was agreed to, the same address leads to what came of it: Back never pays again."""
        key = str(request.args.get("key") or "")[:64]
        async with self.backend.db.read_session() as session:
            found = await reviews.list_quotes(session, self.conversation_id(request), key)
            state = reviews.find_state(self.backend, found)
            if state == reviews.OPEN:
                review = await reviews.load_review(session, self.backend, key, found)
        if state == reviews.CONFIRMED:
            return pages.redirect(_done_url(key))
        if state == reviews.GONE:
            return pages.redirect(f"{PAY_URL}?again=1")
        changed = tr(CHANGED) if request.args.get("again") == "1" else ""
        return self.render_page("payments/pay_check.html", review=review, changed=changed, back=_change_url(review))

    async def confirm(self, request: Request, visit: Visit) -> HTTPResponse:
        key = pages.form_field(request, "quote")[:64]
        conversation = self.conversation_id(request)
        async with self.backend.db.read_session() as session:
            found = await reviews.list_quotes(session, conversation, key)
        if not found:
            return pages.redirect(f"{PAY_URL}?again=1")
        if await reviews.confirm_quotes(self.backend, conversation, key, found):
            return pages.redirect(_done_url(key))
        return await self._read_back_again(conversation, found)

    async def _read_back_again(self, conversation: str, found: Sequence[Quote]) -> HTTPResponse:
        """The same payment read back anew, with what is true now; nothing has been paid."""
        today = self.backend.today()
        shares = [Share(quote.account_id, quote.amount_cents) for quote in found]
        pay_on = today if found[0].pay_now else found[0].pay_on
        try:
            key = await reviews.make_quotes(
                self.backend, conversation, shares, found[0].method_id, pay_on, ahead=is_ahead(found[0].concerns)
            )
        except (PaymentRefused, MethodNotUsable):
            return pages.redirect(f"{PAY_URL}?again=1")
        return pages.redirect(f"{_check_url(key)}&again=1")

    async def done(self, request: Request, visit: Visit) -> HTTPResponse:
        made = await self._list_made(request)
        if not made:
            return pages.redirect(PAY_URL)
        return self.render_page(
            "payments/made.html",
            made=made,
            states=sorted({each.state for each in made}),
            taken_cents=sum(each.total_cents for each in made if each.state in ("paid", "scheduled")),
            told=self._word_copies(request, made),
            today=self.backend.today(),
        )

    async def copies(self, request: Request, visit: Visit) -> HTTPResponse:
        """The part of the result that says what was sent: it is asked for again until nothing is on its way."""
        return self.render_page("payments/copies.html", told=self._word_copies(request, await self._list_made(request)))

    async def _list_made(self, request: Request) -> list[reviews.MadePayment]:
        key = str(request.args.get("key") or "")[:64]
        async with self.backend.db.read_session() as session:
            found = await reviews.list_quotes(session, self.conversation_id(request), key)
            return await reviews.list_made(session, self.backend, found)

    def _word_copies(self, request: Request, made: Sequence[reviews.MadePayment]) -> dict[str, str]:
        """What was sent about these payments, once for all, and the address to ask again; empty once it is settled."""
        copies = list(dict.fromkeys(copy for each in made for copy in each.copies))
        words = RECEIPT if any(each.state == "paid" for each in made) else COPY
        looks, key = parse_id(str(request.args.get("asked") or "")) or 0, str(request.args.get("key") or "")[:64]
        again = ""
        if not is_settled(copies) and looks < MOST_LOOKS:
            again = f"{PAY_URL}/copies?key={quote_url(key)}&asked={looks + 1}"
        return {"text": word_copies(copies, words), "again": again}

    async def _load(self, visit: Visit) -> tuple[list[OwedOn], list[MethodChoice]]:
        """The open accounts with what each owes, and the saved methods. Raises FiguresUnknown for a single account."""
        open_ones = [account for account in visit.accounts if account.status != "closed"]
        chosen = open_ones or [find_account(visit)]
        await asyncio.gather(*(self.backend.billing.refresh(self.backend.db, account.id) for account in chosen))
        found: list[OwedOn] = []
        async with self.backend.db.read_session() as session:
            for account in chosen:
                try:
                    owed = await get_balance(session, self.backend, account.id)
                    plan_due = await describe_plan_due(session, self.backend, account.id, owed)
                    next_cents = await find_next_cents(session, self.backend, account.id, owed)
                    found.append(OwedOn(account, owed, plan_due, next_cents))
                except FiguresUnknown:
                    if len(chosen) == 1:
                        raise
                    found.append(OwedOn(account, None))
            methods = await self.list_methods(session, visit.member.id)
        return found, methods

    def _render(self, form: PayForm, methods: Sequence[MethodChoice], notice: str = "") -> HTTPResponse:
        today = self.backend.today()
        return self.render_form(
            "payments/pay_now.html",
            form.errors,
            form=form,
            methods=methods,
            fees={kind: format_fee_note(self.backend, kind) for kind in ("card", "bank")},
            notice=notice,
            today=today,
            first_day=today + timedelta(days=1),
            last_day=today + timedelta(days=self.backend.coop.schedule_days),
        )


def _change_url(review: reviews.PaymentReview) -> str:
    """The form again; for one account with the amount and the day that were read back."""
    if len(review.lines) > 1:
        return PAY_URL
    number, _, cents = review.lines[0]
    asked = {"account": number, "amount": format_input(cents)}
    return f"{PAY_URL}?{urlencode(asked if review.pay_now else asked | {'day': review.pay_on.isoformat()})}"


def _check_url(key: str) -> str:
    return f"{PAY_URL}/check?key={quote_url(key)}"


def _done_url(key: str) -> str:
    return f"{PAY_URL}/done?key={quote_url(key)}"
