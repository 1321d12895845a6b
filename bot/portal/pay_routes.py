"""The hosted pay pages. They work without scripts; the unguessable token in the address is what opens them."""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request

from backend.language import mark, tr
from backend.payments import pay_links
from backend.payments.errors import CardEntryIncomplete, MethodNotUsable, PayLinkInvalid, PaymentRefused
from backend.providers.payments.base import PaymentProviderError
from bot.portal import pay_actions, pay_texts
from bot.portal.base_pages import TOKEN, PageHandler, PortalPages
from bot.portal.languages import with_language
from bot.services import Services
from bot.web import pages

logger = logging.getLogger("memberline.portal")

CHECK_AGAIN = mark(
    "That was a while ago, or something on the account changed, so please check again. Nothing has been paid."
)
NOTHING_ENTERED = mark("You left before a card or bank account was entered. Nothing has been paid.")


def blueprint(services: Services) -> Blueprint:
    """The pay pages under /portal/pay."""
    routes = Blueprint("portal_pay", url_prefix="/portal/pay")
    PayPages(services).register(routes)
    return routes


class PayPages(PortalPages):
    PAGES = (
        ("start", "GET", "/<token>"),
        ("begin", "POST", "/<token>"),
        ("back", "GET", "/<token>/return"),
        ("confirm", "POST", "/<token>/confirm"),
        ("reread", "GET", "/<token>/confirm"),
        ("done", "GET", "/<token>/done"),
    )

    def _wrap_handler(self, handler: PageHandler) -> PageHandler:
        """The handler, with every refusal as a page that says what to do."""

        @wraps(handler)
        async def shown(request: Request, token: str) -> HTTPResponse:
            if request.method == "POST" and not pages.is_same_site_post(request, self.settings):
                texts = [tr("This did not come from our page.")]
                return self.render_notice(tr("Please use the link we sent you"), texts, status=403)
            if not TOKEN.fullmatch(token):
                return self._render_invalid_link()
            try:
                return await handler(request, token)
            except PayLinkInvalid:
                return self._render_invalid_link()
            except PaymentRefused as refusal:
                return self._render_refusal(refusal)
            except (PaymentProviderError, MethodNotUsable) as failure:
                logger.warning("the payment provider: %s", type(failure).__name__)
                return self._render_provider_down(token)

        return with_language(shown, self.settings, self._link_language)

    async def _link_language(self, token: str) -> str:
        """The language of the conversation in which the link was sent."""
        async with self.backend.db.read_session() as session:
            return await pay_links.link_language(session, token)

    async def start(self, request: Request, token: str) -> HTTPResponse:
        """What is to be paid; its result when it has been paid."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result and standing.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        return self.render_page(
            "pay_start.html",
            here=_page_url(token),
            account=standing.account,
            due_cents=standing.due_cents,
            amount_cents=standing.link.amount_cents,
            pay_on=standing.link.pay_on,
            pay_now=standing.link.pay_now,
            blocked=standing.blocking_reasons,
            warnings=standing.warnings,
            nothing_entered=tr(NOTHING_ENTERED) if request.args.get("left") == "1" else "",
        )

    async def begin(self, request: Request, token: str) -> HTTPResponse:
        """Redirect to the provider's page, where the card is entered: card numbers never reach this app."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result and standing.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        if standing.blocking_reasons:
            return pages.redirect(_page_url(token))
        return pages.redirect(await pay_links.begin_entry(self.backend, token))

    async def back(self, request: Request, token: str) -> HTTPResponse:
        """The member comes back from the provider: show amount, method and day once more."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result:
            return pages.redirect(f"{_page_url(token)}/done")
        try:
            check = await pay_actions.review_payment(self.backend, token)
        except CardEntryIncomplete:
            return pages.redirect(f"{_page_url(token)}?left=1")
        return self.render_page(
            "pay_check.html",
            here=_page_url(token),
            account=standing.account,
            read=check.read_back,
            consent=check.consent,
            button=check.button_text,
            quote=check.quote.key,
            warnings=check.warnings,
            changed=tr(CHECK_AGAIN) if request.args.get("again") == "1" else "",
        )

    async def confirm(self, request: Request, token: str) -> HTTPResponse:
        """The member agrees. Answered with a redirect, so that reloading the result does not pay again."""
        agreed = await pay_actions.agree_to_payment(self.backend, token, pages.form_field(request, "quote"))
        return pages.redirect(f"{_page_url(token)}/done" if agreed else f"{_page_url(token)}/return?again=1")

    async def reread(self, _request: Request, token: str) -> HTTPResponse:
        """A refusal has this address; its language link asks for it with a GET."""
        return pages.redirect(f"{_page_url(token)}/return")

    async def done(self, request: Request, token: str) -> HTTPResponse:
        """The result of the payment."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        made = standing.result
        if made is None:
            return pages.redirect(_page_url(token))
        return self.render_page(
            "pay_result.html",
            here=_page_url(token),
            account=standing.account,
            state=made.state,
            confirmation=made.confirmation,
            read=made.read_back,
            reason=made.reason,
            due_cents=made.due_cents,
        )

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return super().render_page(template, status, form_targets=find_entry_origins(self.services), **values)

    def _render_invalid_link(self) -> HTTPResponse:
        """The same page for an unknown, an expired and a malformed link."""
        texts = [
            tr("It may have expired: a payment link works for 30 minutes. A payment that you have made is safe."),
            tr("Ask for a new one where you got it: send us a text, use our chat, or call."),
        ]
        return self.render_notice(tr("This payment link does not work"), texts, status=404)

    def _render_refusal(self, refusal: PaymentRefused) -> HTTPResponse:
        texts = [pay_texts.format_warning(self.backend.coop, one) for one in refusal.warnings]
        return self.render_notice(tr("This payment is not possible"), [*texts, tr("Nothing was taken.")], status=409)

    def _render_provider_down(self, token: str) -> HTTPResponse:
        texts = [tr("Our payment provider did not answer just now."), tr("Please try again in a moment.")]
        return self.render_notice(tr("One moment, please"), texts, status=503, again=_page_url(token))


def find_entry_origins(services: Services) -> tuple[str, ...]:
    """Origins of the provider's card entry pages: its `entry_origins`; else any https page."""
    named = getattr(services.backend.payments, "entry_origins", None)
    if named:
        return tuple(named)
    if services.settings.payment_provider == "sandbox":
        parts = urlsplit(services.settings.sandbox_network_url)
        return (f"{parts.scheme}://{parts.netloc}",)
    return ("https:",)


def _page_url(token: str) -> str:
    return f"/portal/pay/{token}"
