"""What the office does about a payment of which our books and the payment network differ: ask again, or settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request

from backend.language import tr
from backend.payments.models import Payment
from backend.payments.refunds import RefundRefused, settle_differences
from backend.providers.payments.base import PaymentProviderError
from backend.reconciliation.kept_differences import look_again
from backend.staff.roles import Role
from bot.staff.money.base import MoneyBase, item_url, read_reason
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes

MOST_SHOWN = 20


class DifferencePages(MoneyBase):
    def routes(self) -> Routes:
        return (
            (self.compare_again, "POST", "/money/payments/<number:str>/compare", Role.AGENT),
            (self.settle, "POST", "/money/payments/<number:str>/settle", Role.SUPERVISOR),
        )

    async def compare_again(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, Payment)
        try:
            await look_again(self.backend, item.id)
        except PaymentProviderError:
            trouble = tr("The payment network has not answered. Nothing has changed: please try again later.")
            return await self.render_payment(request, name, item, trouble, 503)
        return pages.redirect(item_url(item))

    async def settle(self, request: Request, name: str, number: str) -> HTTPResponse:
        item = await self.find(number, Payment)
        words = form_field(request, "shown").split()[:MOST_SHOWN]
        shown = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 10]
        try:
            async with self.backend.db.transaction() as session:
                await settle_differences(session, self.backend, item.id, shown, by=name, reason=read_reason(request))
        except RefundRefused as refusal:
            return await self.render_payment(request, name, item, refusal, 409)
        return pages.redirect(item_url(item))
