"""The staff's pages about money: find a payment, void or cancel it, and what a bank's return files left to people.

Refunds are in `refunds.py`, what is taken at the counter in `counter.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request

from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.language import mark, tr
from backend.members import search
from backend.payments import office, office_lookup, return_files
from backend.payments.counter_totals import list_counter_day, list_counter_totals, sum_by_kind
from backend.payments.models import Payment, ScheduledPayment
from backend.payments.office_words import describe_state
from backend.payments.refund_notices import COUNTER_KINDS
from backend.payments.refunds import RefundRefused
from backend.providers.payments.base import PaymentProviderError
from backend.staff.roles import Role
from backend.tickets import service as tickets
from bot.staff.money.base import MONEY_URL, MoneyBase, account_url, item_url, read_reason
from bot.web import pages
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.routes import Routes

NOT_KNOWN = mark("The payment network has not answered. We ask again every minute: please look again soon.")


class MoneyPages(MoneyBase):
    def routes(self) -> Routes:
        return (
            (self.show_money, "GET", "/money", Role.READ),
            (self.search_accounts, "POST", "/money/search", Role.READ),
            (self.show_payment, "GET", "/money/payments/<number:str>", Role.READ),
            (self.void_payment, "POST", "/money/payments/<number:str>/void", Role.AGENT),
            (self.cancel_payment, "POST", "/money/payments/<number:str>/cancel", Role.AGENT),
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
        # of a payment that was taken off the wrong account, whose sum is booked for the right member
        instead = normalize_number(form_field(request, "instead")) or ""
        url, accounts = await self._find_number(words) if words else ("", [])
        if url:
            return pages.redirect(f"{url}?instead={instead}" if instead and "/accounts/" in url else url)
        async with self.backend.db.read_session() as session:
            found = accounts or await search.search_accounts(session, words)
            checks, given = await office_lookup.find_by_check(session, words)
        if found:
            await self.staff.record_reading(name, {"search": [account.number for account in found]})
        return self.render(
            request, name, "money/search.html", words=words, instead=instead, found=found, most=search.MAX_HITS,
            checks=checks, given=given, kinds=COUNTER_KINDS,
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

    async def finish_return_entry(self, request: Request, name: str, entry_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await return_files.mark_seen(session, self.backend, entry_id, name)
        return pages.redirect(MONEY_URL)
