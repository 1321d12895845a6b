"""The hosted pay pages. They work without scripts; the unguessable token in the address is what opens them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request

from backend.language import mark, tr
from backend.payments import pay_links
from backend.payments.errors import CardEntryIncomplete, MethodNotUsable, PayLinkInvalid, PaymentRefused
from backend.providers.payments.base import PaymentProviderError
from bot.portal import pages, pay_actions, pay_texts
from bot.portal.languages import with_language
from bot.services import Services
from bot.web.guards import public
from bot.web.json_requests import route_methods

logger = logging.getLogger("memberline.portal")

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
CHECK_AGAIN = mark(
    "That was a while ago, or something on the account changed, so please check again. Nothing has been paid."
)
NOTHING_ENTERED = mark("You left before a card or bank account was entered. Nothing has been paid.")

PAGES = (
    ("start", "GET", ""),
    ("begin", "POST", ""),
    ("back", "GET", "/return"),
    ("confirm", "POST", "/confirm"),
    ("reread", "GET", "/confirm"),
    ("done", "GET", "/done"),
)
PayPageHandler = Callable[[Request, str], Coroutine[Any, Any, HTTPResponse]]


def blueprint(services: Services) -> Blueprint:
    """The pay pages under /portal/pay."""
    portal = Blueprint("portal_pay", url_prefix="/portal/pay")
    desk = PayPages(services)
    for name, method, path in PAGES:
        handler = public(desk.wrap_page(getattr(desk, name)))
        portal.add_route(handler, f"/<token>{path}", methods=route_methods(method), name=name)
    return portal


class PayPages:
    """One method a page."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.backend = services.backend

    def wrap_page(self, handler: PayPageHandler) -> PayPageHandler:
        """The handler, with every refusal as a page that says what to do."""

        @wraps(handler)
        async def shown(request: Request, token: str) -> HTTPResponse:
            if request.method == "POST" and not pages.is_same_site_post(request, self.services.settings):
                texts = [tr("This did not come from our page.")]
                return self._render_notice(tr("Please use the link we sent you"), texts, status=403)
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

        return with_language(shown, self.services.settings, self._link_language)

    async def _link_language(self, token: str) -> str:
        """Of the talk that the link came from."""
        async with self.backend.db.read_session() as session:
            return await pay_links.link_language(session, token)

    async def start(self, request: Request, token: str) -> HTTPResponse:
        """What is to be paid; or, when it has been, what came of it."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result and standing.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        left = request.args.get("left") == "1"
        return self._render_page(
            "pay_start.html",
            here=_page_url(token),
            account=standing.account,
            due_cents=standing.due_cents,
            amount_cents=standing.link.amount_cents,
            pay_on=standing.link.pay_on,
            pay_now=standing.link.pay_now,
            blocked=standing.blocking_reasons,
            warnings=standing.warnings,
            notice=tr(NOTHING_ENTERED) if left else "",
            notice_kind="warn",
        )

    async def begin(self, request: Request, token: str) -> HTTPResponse:
        """On to the provider's own page, where the card is entered."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result and standing.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        if standing.blocking_reasons:
            return pages.redirect(_page_url(token))
        return pages.redirect(await pay_links.begin_entry(self.backend, token))

    async def back(self, request: Request, token: str) -> HTTPResponse:
        """The member is back: read everything back."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        if standing.result:
            return pages.redirect(f"{_page_url(token)}/done")
        try:
            check = await pay_actions.review_payment(self.backend, token)
        except CardEntryIncomplete:
            return pages.redirect(f"{_page_url(token)}?left=1")
        return self._render_page(
            "pay_check.html",
            here=_page_url(token),
            account=standing.account,
            read=check.read_back,
            consent=check.consent,
            button=check.button_text,
            quote=check.quote.key,
            warnings=check.warnings,
            notice=tr(CHECK_AGAIN) if request.args.get("again") == "1" else "",
        )

    async def confirm(self, request: Request, token: str) -> HTTPResponse:
        """The yes. Answered with a redirect, so that reloading the result sends nothing again."""
        form = request.get_form()
        quote = str(form.get("quote", "")) if form else ""
        agreed = await pay_actions.agree_to_payment(self.backend, token, quote)
        return pages.redirect(f"{_page_url(token)}/done" if agreed else f"{_page_url(token)}/return?again=1")

    async def reread(self, _request: Request, token: str) -> HTTPResponse:
        """A refusal stood here, and its page was asked for again, say in another language."""
        return pages.redirect(f"{_page_url(token)}/return")

    async def done(self, request: Request, token: str) -> HTTPResponse:
        """What came of it."""
        standing = await pay_actions.load_pay_link(self.backend, token)
        made = standing.result
        if made is None:
            return pages.redirect(_page_url(token))
        return self._render_page(
            "pay_result.html",
            here=_page_url(token),
            account=standing.account,
            state=made.state,
            confirmation=made.confirmation,
            read=made.read_back,
            reason=made.reason,
            due_cents=made.due_cents,
        )

    def _render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        targets = find_entry_origins(self.services)
        return pages.render_private_page(
            template, status=status, form_targets=targets, coop=self.backend.coop, **values
        )

    def _render_notice(self, heading: str, texts: list[str], *, status: int, again: str = "") -> HTTPResponse:
        return self._render_page("pay_notice.html", status, heading=heading, texts=texts, again=again)

    def _render_invalid_link(self) -> HTTPResponse:
        """The same for a link that never was, one that has expired and one that is not written right."""
        texts = [
            tr("It may have expired: a payment link works for 30 minutes. A payment that you have made is safe."),
            tr("Ask for a new one where you got it: send us a text, use our chat, or call."),
        ]
        return self._render_notice(tr("This payment link does not work"), texts, status=404)

    def _render_refusal(self, refusal: PaymentRefused) -> HTTPResponse:
        texts = [pay_texts.format_warning(self.backend.coop, one) for one in refusal.warnings]
        return self._render_notice(tr("This payment is not possible"), [*texts, tr("Nothing was taken.")], status=409)

    def _render_provider_down(self, token: str) -> HTTPResponse:
        texts = [tr("Our payment provider did not answer just now."), tr("Please try again in a moment.")]
        return self._render_notice(tr("One moment, please"), texts, status=503, again=_page_url(token))


def find_entry_origins(services: Services) -> tuple[str, ...]:
    """Where the provider's entry pages are. A provider may name them (`entry_origins`); else any https page."""
    named = getattr(services.backend.payments, "entry_origins", None)
    if named:
        return tuple(named)
    if services.settings.payment_provider == "sandbox":
        parts = urlsplit(services.settings.sandbox_network_url)
        return (f"{parts.scheme}://{parts.netloc}",)
    return ("https:",)


def _page_url(token: str) -> str:
    return f"/portal/pay/{token}"
