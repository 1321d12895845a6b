"""The staff's pages about money: find a payment, refund, void or cancel it, book one from the counter, approve, and
what a bank's return files left to people.

Each form has a key made with its page: sent twice, it does one thing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request

from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.language import mark, tr
from backend.members import search
from backend.payments import counter_posting, counter_undo, office, office_lookup, return_files
from backend.payments.alike import fingerprint
from backend.payments.counter_totals import list_counter_day, list_counter_totals, sum_by_kind
from backend.payments.models import CounterPayment, Payment, ScheduledPayment
from backend.payments.office import LooksAlike, MoreThanDue
from backend.payments.office_words import describe_state
from backend.payments.refund_notices import COUNTER_KINDS
from backend.payments.refunds import RefundRefused
from backend.providers.payments.base import PaymentProviderError
from backend.staff.roles import Role
from backend.tickets import service as tickets
from bot.staff.money.base import (
    KEY,
    MONEY_URL,
    ItemChange,
    MoneyBase,
    account_url,
    approves,
    item_url,
    parse_amount,
    parse_day,
    read_reason,
    read_seen_due,
)
from bot.web import pages
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.routes import Routes

OUTSIDE_STATES = {
    "taken_over": mark("in the balance that was taken over"),
    "ours": mark("ours, not booked twice"),
    "counter": mark("booked here too, counts once"),
    "history": mark("known, what is owed comes from the billing system"),
    "void": mark("void"),
}
NOT_KNOWN = mark("The payment network has not answered. We ask again every minute: please look again soon.")


class MoneyPages(MoneyBase):
    """The routes below /staff/money but those of refunds (bot/staff/refunds.py)."""

    def routes(self) -> Routes:
        return (
            (self.show_money, "GET", "/money", Role.READ),
            (self.search_accounts, "POST", "/money/search", Role.READ),
            (self.show_payment, "GET", "/money/payments/<number:str>", Role.READ),
            (self.void_payment, "POST", "/money/payments/<number:str>/void", Role.AGENT),
            (self.cancel_payment, "POST", "/money/payments/<number:str>/cancel", Role.AGENT),
            (self.show_account_money, "GET", "/money/accounts/<number:str>", Role.READ),
            (self.book_counter, "POST", "/money/accounts/<number:str>/book", Role.AGENT),
            (self.show_counter, "GET", "/money/counter/<number:str>", Role.READ),
            (self.decide_counter, "POST", "/money/counter/<number:str>/decide", Role.SUPERVISOR),
            (self.withdraw_counter, "POST", "/money/counter/<number:str>/withdraw", Role.AGENT),
            (self.undo_counter, "POST", "/money/counter/<number:str>/undo", Role.AGENT),
            (self.decide_undo, "POST", "/money/counter/<number:str>/undo/decide", Role.SUPERVISOR),
            (self.withdraw_undo, "POST", "/money/counter/<number:str>/undo/withdraw", Role.AGENT),
            (self.finish_return_entry, "POST", "/money/returns/<entry_id:int>/done", Role.AGENT),
        )

    async def show_money(self, request: Request, name: str) -> HTTPResponse:
        """What waits, and the search; `?number=` leads to the page of what has that number."""
        words = str(request.args.get("number") or "").strip()[:60]
        accounts: list[Account] = []
        if words:
            url, accounts = await self._find_number(words)
            if url:
                return pages.redirect(url)
        today = self.backend.today()
        async with self.backend.db.read_session() as session:
            waiting = await office_lookup.load_waiting(session, self.backend.clock.now())
            totals = await list_counter_totals(session, self.backend, today)
            taken = await list_counter_day(session, self.backend, today)
        trouble = tr("No payment, refund, account or member has that number.") if words and not accounts else ""
        return self.render(
            request, name, "money/desk.html", accounts=accounts, waiting=waiting, words=words, trouble=trouble,
            outcomes=return_files.OUTCOMES,
            totals=totals, sums=sum_by_kind(totals), taken=taken, kinds=COUNTER_KINDS,
        )  # fmt: skip

    @repeatable
    async def search_accounts(self, request: Request, name: str) -> HTTPResponse:
        """By a number, name, phone or address; posted, so that no log of addresses has them.

        A number of ours or of an account leads to its page, the number of a check to what has it.
        """
        words = form_field(request, "words").strip()[:100]
        url, accounts = await self._find_number(words) if words else ("", [])
        if url:
            return pages.redirect(url)
        async with self.backend.db.read_session() as session:
            found = accounts or await search.search_accounts(session, words)
            checks, given = await office_lookup.find_by_check(session, words)
        if found:
            await self.staff.record_reading(name, {"search": [account.number for account in found]})
        return self.render(
            request, name, "money/search.html", words=words, found=found, most=search.MAX_HITS, checks=checks,
            given=given, kinds=COUNTER_KINDS,
        )  # fmt: skip

    async def _find_number(self, words: str) -> tuple[str, list[Account]]:
        """The page of what has this whole number; or the accounts of the member that has it."""
        async with self.backend.db.read_session() as session:
            item = await office_lookup.find_item(session, words)
            if item is not None:
                return item_url(item), []
            accounts = await office_lookup.find_accounts(session, words)
            if len(accounts) == 1:
                return account_url(accounts[0]), []
            number = normalize_number(words)
            if not accounts and number and await tickets.find(session, number) is not None:
                return f"/staff/tickets/{number}", []
        return "", accounts

    async def show_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, Payment, ScheduledPayment)
        await self.staff.record_reading(name, {"payment": item.confirmation})
        return await self.render_payment(request, name, item)

    async def void_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, Payment)
        try:
            await office.void_payment(self.backend, item.id, reason=read_reason(request), by=name)
        except RefundRefused as refusal:
            return await self.render_payment(request, name, item, refusal, 409)
        except PaymentProviderError:
            return await self.render_payment(request, name, item, tr(NOT_KNOWN), 503)
        return pages.redirect(item_url(item))

    async def cancel_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, ScheduledPayment, Payment)
        if not isinstance(item, ScheduledPayment):
            state = describe_state(item.status)
            trouble = tr("It has run already and cannot be canceled. It is: {state}.", state=state)
            return await self.render_payment(request, name, item, trouble, 409)
        try:
            async with self.backend.db.transaction() as session:
                await office.cancel_scheduled(session, self.backend, item.id, reason=read_reason(request), by=name)
        except RefundRefused as refusal:
            return await self.render_payment(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def show_account_money(self, request: Request, name: str, number: str) -> HTTPResponse:
        account = await self.find_account(number)
        await self.staff.record_reading(name, {"payments_of": account.number})
        return await self._render_account(request, name, account)

    async def book_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        account = await self.find_account(number)
        amount, day = parse_amount(form_field(request, "amount")), parse_day(form_field(request, "received_on"))
        key = form_field(request, "key")
        if amount is None or day is None or not KEY.fullmatch(key):
            trouble = tr("Write the amount like 112.40, and the day as it is on the calendar.")
            return await self._render_account(request, name, account, trouble, 422)
        try:
            async with self.backend.db.transaction() as session:
                payment = await office.book_counter_payment(
                    session, self.backend, key=f"office-{key}", account_id=account.id, amount_cents=amount,
                    kind=form_field(request, "kind"), reference=form_field(request, "reference"),
                    received_on=day, reason=read_reason(request), by=name,
                    confirmed=form_field(request, "alike"), seen_due_cents=read_seen_due(request),
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_account(request, name, account, refusal, 409)
        return pages.redirect(item_url(payment))

    async def withdraw_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        return await self._change_item(request, name, item, office.withdraw_counter_payment)

    async def show_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_counter(request, name, await self.find(number, CounterPayment))

    async def decide_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        try:
            async with self.backend.db.transaction() as session:
                await office.decide_counter_payment(
                    session, self.backend, item.id, approve=approves(request), by=name, reason=read_reason(request),
                    confirmed=form_field(request, "alike"),
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_counter(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def undo_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        return await self._change_item(request, name, item, counter_undo.undo_counter_payment)

    async def decide_undo(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        decide = partial(counter_undo.decide_undo, approve=approves(request))
        return await self._change_item(request, name, item, decide)

    async def withdraw_undo(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        return await self._change_item(request, name, item, counter_undo.withdraw_undo)

    async def finish_return_entry(self, request: Request, name: str, entry_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await return_files.mark_seen(session, self.backend, entry_id, name)
        return pages.redirect(MONEY_URL)

    async def _change_item(self, request: Request, name: str, item: CounterPayment, change: ItemChange) -> HTTPResponse:
        """Do `change` and show what came of it; a refusal is told on the payment's page."""
        try:
            async with self.backend.db.transaction() as session:
                await change(session, self.backend, item.id, by=name, reason=read_reason(request))
        except RefundRefused as refusal:
            return await self._render_counter(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def _render_account(
        self, request: Request, name: str, account: Account, trouble: str | RefundRefused = "", status: int = 200
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_account(session, self.backend, account)
        return self.render(
            request, name, "money/account.html", status, view=view, trouble=trouble, kinds=COUNTER_KINDS,
            alike=trouble.found if isinstance(trouble, LooksAlike) else (), fingerprint=fingerprint,
            states=OUTSIDE_STATES, way=counter_posting.describe_target(self.backend),
            due_cents=trouble.due_cents if isinstance(trouble, MoreThanDue) else None,
            today=self.backend.today().isoformat(), limit=self.backend.coop.booking_second_person_cents,
        )  # fmt: skip

    async def _render_counter(
        self, request: Request, name: str, item: CounterPayment, trouble: str | RefundRefused = "", status: int = 200
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_counter(session, self.backend, item.id)
        return self.render(
            request, name, "money/counter.html", status, view=view, url=item_url(item), trouble=trouble,
            kinds=COUNTER_KINDS, fingerprint=fingerprint, limit=self.backend.coop.booking_second_person_cents,
        )  # fmt: skip
