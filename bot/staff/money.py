"""The staff's pages about money: find a payment, refund, void or cancel it, book one from the counter, approve, and
what a bank's return files left to people.

Each form has a key made with its page: sent twice, it does one thing.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.billing.models import Account
from backend.members import search
from backend.members.service import find_account
from backend.payments import counter_posting, office, office_lookup, refund_processing, refunds, return_files
from backend.payments.alike import AlikePayment, fingerprint
from backend.payments.counter_totals import list_counter_totals, sum_by_kind
from backend.payments.models import CounterPayment, Payment, PaymentRefund, ScheduledPayment
from backend.payments.office import LooksAlike, MoreThanDue
from backend.payments.office_lookup import MoneyItem
from backend.payments.refund_notices import COUNTER_KINDS
from backend.payments.refunds import RefundRefused
from backend.providers.payments.base import PaymentProviderError
from bot.dialogue.normalize import clean_and_redact
from bot.staff.sent_forms import given_back, read_sent
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

MONEY_URL = "/staff/money"
AMOUNT = re.compile(r"\$? ?(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.(\d{2}))?", re.ASCII)
KEY = re.compile(r"[0-9a-f]{32}")
OUTSIDE_STATES = {
    "taken_over": "in the balance that was taken over",
    "ours": "ours, not booked twice",
    "counter": "booked here too, counts once",
    "history": "known, what is owed comes from the billing system",
    "void": "void",
}
ItemChange = Callable[..., Awaitable[object]]
"""`(session, backend, id, *, by, reason)`; raises RefundRefused."""
NOT_KNOWN = "The payment network has not answered. We ask again every minute: please look again soon."


def parse_amount(text: str) -> int | None:
    """`112.40`, `$1,234.50` or `112` in cents; None for anything else, such as half a cent."""
    found = AMOUNT.fullmatch(text.strip())
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else None


class MoneyPages:
    """The routes below /staff/money. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_money, "GET", "/money"),
            (self.search_accounts, "POST", "/money/search"),
            (self.show_payment, "GET", "/money/payments/<number:str>"),
            (self.refund_payment, "POST", "/money/payments/<number:str>/refund"),
            (self.void_payment, "POST", "/money/payments/<number:str>/void"),
            (self.cancel_payment, "POST", "/money/payments/<number:str>/cancel"),
            (self.show_account_money, "GET", "/money/accounts/<number:str>"),
            (self.book_counter, "POST", "/money/accounts/<number:str>/book"),
            (self.show_refund, "GET", "/money/refunds/<number:str>"),
            (self.decide_refund, "POST", "/money/refunds/<number:str>/decide"),
            (self.withdraw_refund, "POST", "/money/refunds/<number:str>/withdraw"),
            (self.finish_refund, "POST", "/money/refunds/<number:str>/finish"),
            (self.show_counter, "GET", "/money/counter/<number:str>"),
            (self.decide_counter, "POST", "/money/counter/<number:str>/decide"),
            (self.withdraw_counter, "POST", "/money/counter/<number:str>/withdraw"),
            (self.undo_counter, "POST", "/money/counter/<number:str>/undo"),
            (self.finish_return_entry, "POST", "/money/returns/<entry_id:int>/done"),
        )

    async def show_money(self, request: Request, name: str) -> HTTPResponse:
        """What waits, and the search: one number leads to its page, a member's to the list of accounts."""
        words = str(request.args.get("number") or "").strip()[:60]
        async with self.backend.db.read_session() as session:
            item = await office_lookup.find_item(session, words) if words else None
            accounts = await office_lookup.find_accounts(session, words) if words and item is None else []
            waiting = await office_lookup.load_waiting(session)
            totals = await list_counter_totals(session, self.backend, self.backend.today())
        if item is not None:
            return pages.redirect(_item_url(item))
        if len(accounts) == 1:
            return pages.redirect(_account_url(accounts[0]))
        trouble = "No payment, refund, account or member has that number." if words and not accounts else ""
        return self._render(
            request, name, "money.html", accounts=accounts, waiting=waiting, words=words, trouble=trouble,
            outcomes=return_files.OUTCOMES,
            totals=totals, sums=sum_by_kind(totals), kinds=COUNTER_KINDS,
        )  # fmt: skip

    async def search_accounts(self, request: Request, name: str) -> HTTPResponse:
        """By name, phone or address; posted, so that no log of addresses has them."""
        words = form_field(request, "words").strip()[:100]
        async with self.backend.db.read_session() as session:
            found = await search.search_accounts(session, words)
        if found:
            await self.staff.record_reading(name, {"search": [account.number for account in found]})
        return self._render(request, name, "money_search.html", words=words, found=found, most=search.MAX_HITS)

    async def show_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, Payment, ScheduledPayment)
        await self.staff.record_reading(name, {"payment": item.confirmation})
        return await self._render_payment(request, name, item)

    async def refund_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, Payment)
        amount = parse_amount(form_field(request, "amount"))
        key = form_field(request, "key")
        if amount is None or not KEY.fullmatch(key):
            return await self._render_payment(request, name, item, "Write the amount like 112.40.", 422)
        try:
            async with self.backend.db.transaction() as session:
                refund = await refunds.request_refund(
                    session, self.backend, key=f"office-{key}", payment_id=item.id, amount_cents=amount,
                    reason=_reason(request), asked_by=name,
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_payment(request, name, item, refusal, 409)
        return await self._make_refund(refund)

    async def void_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, Payment)
        try:
            await office.void_payment(self.backend, item.id, reason=_reason(request), by=name)
        except RefundRefused as refusal:
            return await self._render_payment(request, name, item, refusal, 409)
        except PaymentProviderError:
            return await self._render_payment(request, name, item, NOT_KNOWN, 503)
        return pages.redirect(_item_url(item))

    async def cancel_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, ScheduledPayment, Payment)
        if not isinstance(item, ScheduledPayment):
            trouble = f"It has run already and is {item.status}: it cannot be canceled."
            return await self._render_payment(request, name, item, trouble, 409)
        try:
            async with self.backend.db.transaction() as session:
                await office.cancel_scheduled(session, self.backend, item.id, reason=_reason(request), by=name)
        except RefundRefused as refusal:
            return await self._render_payment(request, name, item, refusal, 409)
        return pages.redirect(_item_url(item))

    async def show_account_money(self, request: Request, name: str, number: str) -> HTTPResponse:
        account = await self._find_account(number)
        await self.staff.record_reading(name, {"payments_of": account.number})
        return await self._render_account(request, name, account)

    async def book_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        account = await self._find_account(number)
        amount, day = parse_amount(form_field(request, "amount")), _parse_day(form_field(request, "received_on"))
        key = form_field(request, "key")
        if amount is None or day is None or not KEY.fullmatch(key):
            trouble = "Write the amount like 112.40, and the day as it is on the calendar."
            return await self._render_account(request, name, account, trouble, 422)
        try:
            async with self.backend.db.transaction() as session:
                payment = await office.book_counter_payment(
                    session, self.backend, key=f"office-{key}", account_id=account.id, amount_cents=amount,
                    kind=form_field(request, "kind"), reference=form_field(request, "reference"),
                    received_on=day, reason=_reason(request), by=name,
                    confirmed=form_field(request, "alike"), seen_due_cents=_seen_due(request),
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_account(request, name, account, refusal, 409)
        return pages.redirect(_item_url(payment))

    async def show_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_item(request, name, await self._find(number, PaymentRefund))

    async def decide_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, PaymentRefund)
        try:
            async with self.backend.db.transaction() as session:
                refund = await refunds.decide_refund(
                    session, self.backend, item.id, approve=_approves(request), by=name, reason=_reason(request)
                )
        except RefundRefused as refusal:
            return await self._render_item(request, name, item, refusal, 409)
        return await self._make_refund(refund)

    async def withdraw_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, PaymentRefund)
        return await self._change_item(request, name, item, refunds.withdraw_refund)

    async def withdraw_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, CounterPayment)
        return await self._change_item(request, name, item, office.withdraw_counter_payment)

    async def finish_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, PaymentRefund)
        return await self._change_item(request, name, item, refunds.finish_failed_refund, then=MONEY_URL)

    async def show_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_item(request, name, await self._find(number, CounterPayment))

    async def decide_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, CounterPayment)
        try:
            async with self.backend.db.transaction() as session:
                await office.decide_counter_payment(
                    session, self.backend, item.id, approve=_approves(request), by=name, reason=_reason(request),
                    confirmed=form_field(request, "alike"),
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_item(request, name, item, refusal, 409)
        return pages.redirect(_item_url(item))

    async def undo_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self._find(number, CounterPayment)
        return await self._change_item(request, name, item, office.undo_counter_payment)

    async def finish_return_entry(self, request: Request, name: str, entry_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await return_files.mark_seen(session, self.backend, entry_id, name)
        return pages.redirect(MONEY_URL)

    async def _change_item(
        self, request: Request, name: str, item: PaymentRefund | CounterPayment, change: ItemChange, *, then: str = ""
    ) -> HTTPResponse:
        """Do `change` and show what came of it, or the page `then`; a refusal is told on the item's page."""
        try:
            async with self.backend.db.transaction() as session:
                await change(session, self.backend, item.id, by=name, reason=_reason(request))
        except RefundRefused as refusal:
            return await self._render_item(request, name, item, refusal, 409)
        return pages.redirect(then or _item_url(item))

    async def _make_refund(self, refund: PaymentRefund) -> HTTPResponse:
        """Ask the network at once; what is not known yet, the minute's job finds out."""
        if refund.status == "approved":
            with contextlib.suppress(PaymentProviderError):  # the page shows it as started
                await refund_processing.process_refund(self.backend, refund.id)
        return pages.redirect(_item_url(refund))

    async def _find(self, number: str, *kinds: type[MoneyItem]) -> Any:
        async with self.backend.db.read_session() as session:
            item = await office_lookup.find_item(session, number)
        if not isinstance(item, kinds):
            raise NotFound()
        return item

    async def _find_account(self, number: str) -> Account:
        async with self.backend.db.read_session() as session:
            account = await find_account(session, number)
        if account is None:
            raise NotFound()
        return account

    async def _render_payment(
        self,
        request: Request,
        name: str,
        item: Payment | ScheduledPayment,
        trouble: str | RefundRefused = "",
        status: int = 200,
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            current = await office_lookup.find_item(session, item.confirmation)
            assert isinstance(current, Payment | ScheduledPayment)
            view = await office_lookup.load_payment(session, current)
        return self._render(
            request, name, "money_payment.html", status, view=view, trouble=trouble,
            is_payment=isinstance(view.item, Payment), limit=self.backend.coop.refund_second_person_cents,
        )  # fmt: skip

    async def _render_account(
        self, request: Request, name: str, account: Account, trouble: str | RefundRefused = "", status: int = 200
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_account(session, self.backend, account)
        return self._render(
            request, name, "money_account.html", status, view=view, trouble=trouble, kinds=COUNTER_KINDS,
            alike=trouble.found if isinstance(trouble, LooksAlike) else (), fingerprint=fingerprint,
            states=OUTSIDE_STATES, way=counter_posting.describe_target(self.backend),
            due_cents=trouble.due_cents if isinstance(trouble, MoreThanDue) else None,
            today=self.backend.today().isoformat(), limit=self.backend.coop.booking_second_person_cents,
        )  # fmt: skip

    async def _render_item(
        self,
        request: Request,
        name: str,
        item: PaymentRefund | CounterPayment,
        trouble: str | RefundRefused = "",
        status: int = 200,
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            current = await office_lookup.find_item(session, item.confirmation)
            assert isinstance(current, PaymentRefund | CounterPayment)
            account = await session.get_one(Account, item.account_id)
            payment, alike, way = None, list[AlikePayment](), ""
            if isinstance(current, PaymentRefund):
                payment = await session.get_one(Payment, current.payment_id)
            else:
                way = await counter_posting.describe_way(session, self.backend, current)
            if isinstance(current, CounterPayment) and current.status == "requested":
                alike = await office.list_alike_to(session, self.backend, current)
        return self._render(
            request, name, "money_item.html", status, item=current, account=account, payment=payment,
            is_refund=isinstance(current, PaymentRefund), url=_item_url(current), trouble=trouble, kinds=COUNTER_KINDS,
            alike=alike, fingerprint=fingerprint, way=way,
        )  # fmt: skip

    def _render(
        self,
        request: Request,
        name: str,
        template: str,
        status: int = 200,
        *,
        trouble: str | RefundRefused = "",
        **values: Any,
    ) -> HTTPResponse:
        sent = read_sent(request)
        # the same page again keeps its key; one that belongs to another amount would never get through
        is_used = isinstance(trouble, RefundRefused) and trouble.code == "key_used"
        key = sent["key"] if KEY.fullmatch(sent["key"]) and not is_used else secrets.token_hex(16)
        token = self.staff.cookies.form_token(request)
        return self.staff.render_page(
            template,
            status,
            name=name,
            token=token,
            key=key,
            sent=sent,
            trouble=str(trouble) or given_back(request),
            **values,
        )


def _item_url(item: MoneyItem) -> str:
    folder = {PaymentRefund: "refunds", CounterPayment: "counter"}.get(type(item), "payments")
    return f"{MONEY_URL}/{folder}/{item.confirmation}"


def _account_url(account: Account) -> str:
    return f"{MONEY_URL}/accounts/{quote(account.number)}"


def _reason(request: Request) -> str:
    """The reason without card or social security numbers."""
    return clean_and_redact(form_field(request, "reason").strip()[:200])


def _seen_due(request: Request) -> int | None:
    """The cents due that the clerk has seen and means to pay more than; None when nothing was ticked."""
    seen = form_field(request, "more")
    return int(seen) if re.fullmatch(r"-?\d{1,12}", seen, re.ASCII) else None


def _approves(request: Request) -> bool:
    return form_field(request, "decision") == "approve"


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
