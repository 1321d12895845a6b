"""What is taken at the counter: the money of an account, a payment read back and booked, approved, taken off.

Each form has a key made with its page: sent twice, it does one thing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.next_part import describe_plan_due
from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.language import mark, tr
from backend.outbox.models import OutboxMessage
from backend.payments import counter_posting, counter_undo, office, office_lookup
from backend.payments.alike import fingerprint
from backend.payments.models import CounterPayment
from backend.payments.office import LooksAlike, MoreThanDue
from backend.payments.refund_notices import COUNTER_KINDS, UNDO_REASONS
from backend.payments.refunds import RefundRefused
from backend.payments.second_person import find_barred, list_second_people
from backend.staff.roles import Role
from bot.staff.money.base import (
    KEY,
    MAKE,
    Faults,
    ItemChange,
    MoneyBase,
    approves,
    item_url,
    parse_amount,
    parse_day,
    read_reason,
    read_seen_due,
)
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes

NOTHING: Mapping[str, str] = MappingProxyType({})
Book = Callable[[AsyncSession], Awaitable[CounterPayment]]
OUTSIDE_STATES = {
    "taken_over": mark("in the balance that was taken over"),
    "ours": mark("ours, not booked twice"),
    "counter": mark("booked here too, counts once"),
    "history": mark("known, what is owed comes from the billing system"),
    "void": mark("void"),
}


class CounterPages(MoneyBase):
    def routes(self) -> Routes:
        return (
            (self.show_account_money, "GET", "/money/accounts/<number:str>", Role.READ),
            (self.book_counter, "POST", "/money/accounts/<number:str>/book", Role.AGENT),
            (self.show_counter, "GET", "/money/counter/<number:str>", Role.READ),
            (self.decide_counter, "POST", "/money/counter/<number:str>/decide", Role.SUPERVISOR),
            (self.withdraw_counter, "POST", "/money/counter/<number:str>/withdraw", Role.AGENT),
            (self.undo_counter, "POST", "/money/counter/<number:str>/undo", Role.AGENT),
            (self.decide_undo, "POST", "/money/counter/<number:str>/undo/decide", Role.SUPERVISOR),
            (self.withdraw_undo, "POST", "/money/counter/<number:str>/undo/withdraw", Role.AGENT),
        )

    async def show_account_money(self, request: Request, name: str, number: str) -> HTTPResponse:
        account = await self.find_account(number)
        await self.staff.record_reading(name, {"payments_of": account.number})
        wrong = await self._find_undone(request)
        begins = {} if wrong is None else {"amount": f"{wrong.amount_cents / 100:.2f}", "kind": wrong.kind}
        return await self._render_account(request, name, account, begins=begins)

    async def _find_undone(self, request: Request) -> CounterPayment | None:
        """The payment that was booked for the wrong member, whose sum and kind the form begins with."""
        number = normalize_number(request.args.get("instead") or "")
        if not number:
            return None
        async with self.backend.db.read_session() as session:
            found = await session.scalar(select(CounterPayment).where(CounterPayment.confirmation == number))
        return found if found is not None and found.status == "undone" else None

    async def book_counter(self, request: Request, name: str, number: str) -> HTTPResponse:
        """The form's next step: read back what it would book, back to the form, or book it."""
        account = await self.find_account(number)
        if form_field(request, "step") == "edit":
            return await self._render_account(request, name, account)
        amount, day = parse_amount(form_field(request, "amount")), parse_day(form_field(request, "received_on"))
        key = form_field(request, "key")
        if amount is None or day is None or not KEY.fullmatch(key):
            faults = {}
            if amount is None:
                faults["amount"] = tr("Write the amount like 112.40.")
            if day is None:
                faults["received_on"] = tr("Please give the day as it is on the calendar.")
            return await self._render_account(request, name, account, status=422, faults=faults)

        async def book(session: AsyncSession) -> CounterPayment:
            return await office.book_counter_payment(
                session, self.backend, key=f"office-{key}", account_id=account.id, amount_cents=amount,
                kind=form_field(request, "kind"), reference=form_field(request, "reference"),
                received_on=day, reason=read_reason(request), by=name,
                confirmed=form_field(request, "alike"), seen_due_cents=read_seen_due(request),
            )  # fmt: skip

        try:
            if form_field(request, "step") == MAKE:
                async with self.backend.db.transaction() as session:
                    payment = await book(session)
                return pages.redirect(item_url(payment))
            return await self._read_back(request, name, account, book)
        except RefundRefused as refusal:
            return await self._render_account(request, name, account, refusal, 409)

    async def _read_back(self, request: Request, name: str, account: Account, book: Book) -> HTTPResponse:
        """What booking would do, found out by doing it and taking it back. Raises RefundRefused."""

        async def look(session: AsyncSession) -> dict[str, Any]:
            before = (await office_lookup.load_account(session, self.backend, account)).balance.amount_due_cents
            payment = await book(session)
            view = await office_lookup.load_account(session, self.backend, account)
            return {
                "confirmation": payment.confirmation, "amount_cents": payment.amount_cents, "kind": payment.kind,
                "reference": payment.reference, "received_on": payment.received_on, "reason": payment.reason,
                "waits": payment.status == "requested", "member": view.member.name, "account": account,
                "due_before": before, "due_after": before - payment.amount_cents,
            }  # fmt: skip

        found = await self.try_out(look)
        async with self.backend.db.read_session() as session:
            made = await office_lookup.find_item(session, found["confirmation"])
            second = await list_second_people(session, self.backend, name)
        if made is not None:  # the form was sent before
            return pages.redirect(item_url(made))
        return self.render(
            request, name, "money/check_booking.html", look=found, kinds=COUNTER_KINDS, make=MAKE, second=second,
        )  # fmt: skip

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
        """The form's next step: read back what taking it off does, back to the payment, or take it off."""
        item = await self.find(number, CounterPayment)
        kind, step = form_field(request, "kind"), form_field(request, "step")
        if step == "edit":
            return await self._render_counter(request, name, item)
        if kind not in UNDO_REASONS:
            faults = {"kind": tr("Please choose what the member reads.")}
            return await self._render_counter(request, name, item, status=422, faults=faults)
        reason = f"{UNDO_REASONS[kind]}: {read_reason(request)}"[:200].removesuffix(": ")

        async def undo(session: AsyncSession) -> CounterPayment:
            return await counter_undo.undo_counter_payment(session, self.backend, item.id, by=name, reason=reason)

        try:
            if step == MAKE:
                async with self.backend.db.transaction() as session:
                    await undo(session)
                return pages.redirect(item_url(item))
            return await self._read_back_undo(request, name, item, undo)
        except RefundRefused as refusal:
            return await self._render_counter(request, name, item, refusal, 409)

    async def _read_back_undo(self, request: Request, name: str, item: CounterPayment, undo: Book) -> HTTPResponse:
        """What taking it off would do, found out by doing it and taking that back. Raises RefundRefused."""

        async def look(session: AsyncSession) -> dict[str, Any]:
            view = await office_lookup.load_counter(session, self.backend, item.id)
            before = (await office_lookup.load_account(session, self.backend, view.account)).balance.amount_due_cents
            payment = await undo(session)
            waits = payment.status == "booked"
            told = select(OutboxMessage.body).where(
                OutboxMessage.dedupe_key.startswith(f"counter-undone:{payment.key}", autoescape=True)
            )
            return {
                "amount_cents": payment.amount_cents, "kind": payment.kind, "reason": payment.undone_reason,
                "waits": waits, "member": view.member.name, "account": view.account.number,
                "due_before": before, "due_after": before + payment.amount_cents,
                "told": await session.scalar(told.order_by(OutboxMessage.id.desc()).limit(1)),
            }  # fmt: skip

        found = await self.try_out(look)
        async with self.backend.db.read_session() as session:
            second = await list_second_people(session, self.backend, name)
        return self.render(
            request, name, "money/check_undo.html", look=found, kinds=COUNTER_KINDS, make=MAKE, url=item_url(item),
            second=second,
        )  # fmt: skip

    async def decide_undo(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        decide = partial(counter_undo.decide_undo, approve=approves(request))
        return await self._change_item(request, name, item, decide)

    async def withdraw_undo(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, CounterPayment)
        return await self._change_item(request, name, item, counter_undo.withdraw_undo)

    async def _change_item(self, request: Request, name: str, item: CounterPayment, change: ItemChange) -> HTTPResponse:
        """Do `change` and show what came of it; a refusal is told on the payment's page."""
        try:
            async with self.backend.db.transaction() as session:
                await change(session, self.backend, item.id, by=name, reason=read_reason(request))
        except RefundRefused as refusal:
            return await self._render_counter(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def _render_account(
        self, request: Request, name: str, account: Account, trouble: str | RefundRefused = "", status: int = 200,
        faults: Faults | None = None, begins: Mapping[str, str] = NOTHING,
    ) -> HTTPResponse:  # fmt: skip
        """`begins` is what the form begins with, where nothing was typed yet."""
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_account(session, self.backend, account)
            limit = await self.word_limit(session, "booking_second_person_cents")
            credit_limit = await self.word_limit(session, "refund_second_person_cents")
            second = await list_second_people(session, self.backend, name)
            plan_due = await describe_plan_due(session, self.backend, account.id, view.balance)
        return self.render(
            request, name, "money/account.html", status, view=view, plan_due=plan_due, trouble=trouble, faults=faults,
            begins=begins, kinds=COUNTER_KINDS,
            alike=trouble.found if isinstance(trouble, LooksAlike) else (), fingerprint=fingerprint,
            states=OUTSIDE_STATES, way=counter_posting.describe_target(self.backend),
            due_cents=trouble.due_cents if isinstance(trouble, MoreThanDue) else None,
            today=self.backend.today().isoformat(), limit=limit, credit_limit=credit_limit, second=second,
        )  # fmt: skip

    async def _render_counter(
        self, request: Request, name: str, item: CounterPayment, trouble: str | RefundRefused = "", status: int = 200,
        faults: Faults | None = None,
    ) -> HTTPResponse:  # fmt: skip
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_counter(session, self.backend, item.id)
            limit = await self.word_limit(session, "booking_second_person_cents")
            asked_by = view.item.undo_asked_by or view.item.asked_by
            barred = await find_barred(session, self.backend, asked_by, name)
            second = await list_second_people(session, self.backend, name)
        return self.render(
            request, name, "money/counter.html", status, view=view, url=item_url(item), trouble=trouble,
            faults=faults, barred=barred, undo_reasons=UNDO_REASONS, kinds=COUNTER_KINDS,
            fingerprint=fingerprint, limit=limit, second=second,
        )  # fmt: skip
