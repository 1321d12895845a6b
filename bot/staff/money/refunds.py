"""The staff's pages about refunds: ask for one, decide, withdraw, and say what became of one that failed."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.payments import failed_refunds, office_lookup, refund_processing, refunds
from backend.payments.failed_refunds import FAILED_ENDS
from backend.payments.models import Payment, PaymentRefund
from backend.payments.refunds import RefundRefused
from backend.payments.second_person import find_barred, list_second_people
from backend.providers.payments.base import PaymentProviderError
from backend.staff.roles import Role
from bot.staff.money.base import KEY, MAKE, MONEY_URL, Faults, MoneyBase, approves, item_url, parse_amount, read_reason
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes

Ask = Callable[[AsyncSession], Awaitable[PaymentRefund]]


class RefundPages(MoneyBase):
    def routes(self) -> Routes:
        return (
            (self.refund_payment, "POST", "/money/payments/<number:str>/refund", Role.AGENT),
            (self.finish_paid_twice, "POST", "/money/payments/<number:str>/called", Role.AGENT),
            (self.show_refund, "GET", "/money/refunds/<number:str>", Role.READ),
            (self.decide_refund, "POST", "/money/refunds/<number:str>/decide", Role.SUPERVISOR),
            (self.withdraw_refund, "POST", "/money/refunds/<number:str>/withdraw", Role.AGENT),
            (self.finish_refund, "POST", "/money/refunds/<number:str>/finish", Role.AGENT),
        )

    async def refund_payment(self, request: Request, name: str, number: str) -> HTTPResponse:
        """The form's next step: read back what would be given, back to the form, or ask for the refund."""
        item = await self.find(number, Payment)
        if form_field(request, "step") == "edit":
            return await self.render_payment(request, name, item)
        amount = parse_amount(form_field(request, "amount"))
        key = form_field(request, "key")
        if amount is None or not KEY.fullmatch(key):
            faults = {"amount": tr("Write the amount like 112.40.")}
            return await self.render_payment(request, name, item, status=422, faults=faults)

        async def ask(session: AsyncSession) -> PaymentRefund:
            return await refunds.request_refund(
                session, self.backend, key=f"office-{key}", payment_id=item.id, amount_cents=amount,
                reason=read_reason(request), asked_by=name, confirmed=form_field(request, "alike"),
            )  # fmt: skip

        try:
            if form_field(request, "step") == MAKE:
                async with self.backend.db.transaction() as session:
                    refund = await ask(session)
                return await self._make_refund(refund)
            return await self._read_back(request, name, item, ask)
        except RefundRefused as refusal:
            return await self.render_payment(request, name, item, refusal, 409)

    async def _read_back(self, request: Request, name: str, item: Payment, ask: Ask) -> HTTPResponse:
        """What the refund would be, found out by asking for it and taking that back. Raises RefundRefused."""

        async def look(session: AsyncSession) -> dict[str, Any]:
            view = await office_lookup.load_payment(session, self.backend, item)
            refund = await ask(session)
            return {
                "confirmation": refund.confirmation, "amount_cents": refund.amount_cents, "fee_cents": refund.fee_cents,
                "total_cents": refund.total_cents, "reason": refund.reason, "waits": refund.status == "requested",
                "member": view.member.name, "account": view.account.number, "method": view.method.label,
            }  # fmt: skip

        found = await self.try_out(look)
        async with self.backend.db.read_session() as session:
            made = await office_lookup.find_item(session, found["confirmation"])
            second = await list_second_people(session, self.backend, name)
        if made is not None:  # the form was sent before
            return pages.redirect(item_url(made))
        return self.render(
            request, name, "money/check_refund.html", look=found, payment=item, make=MAKE, second=second,
        )  # fmt: skip

    async def finish_paid_twice(self, request: Request, name: str, number: str) -> HTTPResponse:
        """The member who got the money of a payment twice was called."""
        item = await self.find(number, Payment)
        try:
            async with self.backend.db.transaction() as session:
                await failed_refunds.finish_paid_twice(
                    session, self.backend, item.id, by=name, reason=read_reason(request)
                )
        except RefundRefused as refusal:
            return await self.render_payment(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def show_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_refund(request, name, await self.find(number, PaymentRefund))

    async def decide_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, PaymentRefund)
        try:
            async with self.backend.db.transaction() as session:
                refund = await refunds.decide_refund(
                    session, self.backend, item.id, approve=approves(request), by=name, reason=read_reason(request)
                )
        except RefundRefused as refusal:
            return await self._render_refund(request, name, item, refusal, 409)
        return await self._make_refund(refund)

    async def withdraw_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, PaymentRefund)
        try:
            async with self.backend.db.transaction() as session:
                await refunds.withdraw_refund(session, self.backend, item.id, by=name, reason=read_reason(request))
        except RefundRefused as refusal:
            return await self._render_refund(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def finish_refund(self, request: Request, name: str, number: str) -> HTTPResponse:
        """What became of the money of a refund that failed; what was given is booked."""
        item = await self.find(number, PaymentRefund)
        typed = form_field(request, "amount").strip()
        amount = parse_amount(typed) if typed else None
        if typed and amount is None:
            faults = {"amount": tr("Write the amount like 112.40.")}
            return await self._render_refund(request, name, item, status=422, faults=faults)
        try:
            async with self.backend.db.transaction() as session:
                await failed_refunds.finish_failed_refund(
                    session, self.backend, item.id, by=name, reason=read_reason(request),
                    how=form_field(request, "kind"), amount_cents=amount, reference=form_field(request, "reference"),
                )  # fmt: skip
        except RefundRefused as refusal:
            return await self._render_refund(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))

    async def _make_refund(self, refund: PaymentRefund) -> HTTPResponse:
        """Ask the network at once; what is not known yet, the minute's job finds out."""
        if refund.status == "approved":
            with contextlib.suppress(PaymentProviderError):  # the page shows it as started
                await refund_processing.process_refund(self.backend, refund.id)
        return pages.redirect(item_url(refund))

    async def _render_refund(
        self, request: Request, name: str, item: PaymentRefund, trouble: str | RefundRefused = "", status: int = 200,
        faults: Faults | None = None,
    ) -> HTTPResponse:  # fmt: skip
        async with self.backend.db.read_session() as session:
            view = await office_lookup.load_refund(session, self.backend, item.id)
            barred = await find_barred(session, self.backend, view.item.asked_by, name)
        return self.render(
            request, name, "money/refund.html", status, view=view, url=item_url(item), trouble=trouble, faults=faults,
            barred=barred, ends=FAILED_ENDS, money_url=MONEY_URL,
        )  # fmt: skip
