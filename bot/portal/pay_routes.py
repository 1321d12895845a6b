"""The hosted pay pages. They work without scripts; the unguessable token in the address is what opens them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request
from sqlalchemy.exc import SQLAlchemyError

from backend.language import mark, tr
from backend.money import format_cents
from backend.payments import pay_links
from backend.payments.errors import CardEntryIncomplete, MethodNotUsable, PayLinkInvalid, PaymentRefused
from backend.payments.receipt_pdf import build_receipt
from backend.providers.billing.base import FiguresUnknown
from backend.providers.payments.base import PaymentProviderError
from bot.portal import pay_actions, pay_texts
from bot.portal.base_pages import TOKEN, PageHandler, PortalPages
from bot.portal.copies import COPY, RECEIPT, word_copies
from bot.portal.pay_browser import is_entered_here, remember_entry
from bot.portal.talk_news import tell_talk
from bot.services import Services
from bot.web import pages

logger = logging.getLogger("memberline.portal")

EXAMPLE_HOSTS = (".example", ".invalid", ".test")
"""Reserved names, which no site has."""
CHECK_AGAIN = mark(
    "That was a while ago, or something on the account changed, so please check again. Nothing has been paid."
)
ENTERED_ELSEWHERE = mark(
    "A card or bank account was entered in another browser, so it is not used here. Nothing has been paid. To pay "
    "here, enter one here."
)
NOTHING_ENTERED = mark("You left before a card or bank account was entered. Nothing has been paid.")


class PayPages(PortalPages):
    URL_PREFIX = "/portal/pay"
    PAGES = (
        ("start", "GET", "/<token>"),
        ("begin", "POST", "/<token>"),
        ("back", "GET", "/<token>/return"),
        ("confirm", "POST", "/<token>/confirm"),
        ("reread", "GET", "/<token>/confirm"),
        ("done", "GET", "/<token>/done"),
        ("receipt_file", "GET", "/<token>/receipt"),
    )

    async def find_language(self, **values: str) -> str:
        """The language of the conversation in which the link was sent."""
        async with self.backend.db.read_session() as session:
            return await pay_links.link_language(session, values["token"])

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        """Run the handler; every refusal becomes a page that says what to do."""
        token = values["token"]
        if request.method == "POST" and not pages.is_same_site_post(request, self.settings):
            texts = [tr("This did not come from our page.")]
            return self.render_notice(tr("Please use the link we sent you"), texts, status=403)
        try:
            if not TOKEN.fullmatch(token):
                raise PayLinkInvalid()
            return await handler(request, token)
        except PayLinkInvalid:
            # the same page for an unknown, an expired and a malformed link
            texts = [
                tr("It may have expired: a payment link works for 30 minutes. A payment that you have made is safe."),
                tr("Ask for a new one where you got it: send us a text, use our chat, or call."),
            ]
            return self.render_notice(tr("This payment link does not work"), texts, status=404)
        except PaymentRefused as refusal:
            texts = [pay_texts.format_warning(self.backend.coop, warning) for warning in refusal.warnings]
            texts.append(tr("Nothing was taken."))
            return self.render_notice(tr("This payment is not possible"), texts, status=409)
        except FiguresUnknown:
            return self.render_unknown(_page_url(token))
        except (PaymentProviderError, MethodNotUsable) as failure:
            logger.warning("the payment provider: %s", type(failure).__name__)
            texts = [tr("Our payment provider did not answer just now."), tr("Please try again in a moment.")]
            return self.render_notice(tr("One moment, please"), texts, status=503, again=_page_url(token))

    def render_unknown(self, again: str) -> HTTPResponse:
        """What is owed was never known: nothing may be shown in its place."""
        phone = self.backend.coop.office_phone_display
        texts = [
            tr("Our billing system does not answer, so we cannot show what is owed."),
            tr("Nothing was taken. Please try again in a few minutes, or call us at {phone}.", phone=phone),
        ]
        return self.render_notice(tr("One moment, please"), texts, status=503, again=again)

    async def start(self, request: Request, token: str) -> HTTPResponse:
        """What is to be paid; its result when it has been paid."""
        view = await pay_actions.load_pay_link(self.backend, token)
        if view.result and view.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        notices = {"left": NOTHING_ENTERED, "other": ENTERED_ELSEWHERE}
        notice = next((tr(words) for name, words in notices.items() if request.args.get(name) == "1"), "")
        return self.render_page("pay_start.html", here=_page_url(token), view=view, nothing_entered=notice)

    async def begin(self, request: Request, token: str) -> HTTPResponse:
        """Redirect to the provider's page, where the card is entered: card numbers never reach this app."""
        view = await pay_actions.load_pay_link(self.backend, token)
        if view.result and view.result.state != "declined":
            return pages.redirect(f"{_page_url(token)}/done")
        if view.blocking_reasons:
            return pages.redirect(_page_url(token))
        entry = await pay_links.begin_entry(self.backend, token)
        response = pages.redirect(entry.url)
        remember_entry(response, self.settings, token, entry.entry_id)
        return response

    async def back(self, request: Request, token: str) -> HTTPResponse:
        """The member comes back from the provider: show amount, method and day once more."""
        view = await pay_actions.load_pay_link(self.backend, token)
        if view.result:
            return pages.redirect(f"{_page_url(token)}/done")
        if self._is_entered_elsewhere(request, token, view):
            return pages.redirect(f"{_page_url(token)}?other=1")
        try:
            review = await pay_actions.review_payment(self.backend, token)
        except CardEntryIncomplete:
            return pages.redirect(f"{_page_url(token)}?left=1")
        changed = tr(CHECK_AGAIN) if request.args.get("again") == "1" else ""
        signed_in, _paid_here = await self._find_reader(request, token, view)
        return self.render_page(
            "pay_check.html",
            plan_note=review.plan_note if signed_in else "",
            here=_page_url(token),
            account=view.account,
            review=review,
            changed=changed,
            as_of=view.as_of,
        )

    async def confirm(self, request: Request, token: str) -> HTTPResponse:
        """The member agrees. Answered with a redirect, so that reloading the result does not pay again."""
        view = await pay_actions.load_pay_link(self.backend, token)
        if view.result is None and self._is_entered_elsewhere(request, token, view):
            return pages.redirect(f"{_page_url(token)}?other=1")
        agreed = await pay_actions.agree_to_payment(self.backend, token, pages.form_field(request, "quote"))
        if not agreed:
            return pages.redirect(f"{_page_url(token)}/return?again=1")
        with suppress(SQLAlchemyError, OSError, FiguresUnknown):  # the payment stands, and its page says so
            page = pay_links.pay_page_url(self.backend, token)
            await tell_talk(self.services, await pay_actions.load_pay_link(self.backend, token), page)
        return pages.redirect(f"{_page_url(token)}/done")

    async def reread(self, _request: Request, token: str) -> HTTPResponse:
        """A refused confirmation shows its notice at this address; the notice's language link asks for it by GET."""
        return pages.redirect(f"{_page_url(token)}/return")

    async def done(self, request: Request, token: str) -> HTTPResponse:
        """The result of the payment. What is owed now is for the browser that paid and for the member who is signed in:
        others with the link see that it was used."""
        view = await pay_actions.load_pay_link(self.backend, token)
        if view.result is None:
            return pages.redirect(_page_url(token))
        signed_in, paid_here = await self._find_reader(request, token, view)
        return self.render_page(
            "pay_result.html",
            home=find_home(self.services.backend.coop.website),
            others_due_cents=view.result.others_due_cents if signed_in else 0,
            here=_page_url(token),
            account=view.account,
            result=view.result,
            signed_in=signed_in,
            told=word_copies(view.result.copies, RECEIPT if view.result.state == "paid" else COPY, named=signed_in),
            shows_method=paid_here,
            is_own=paid_here or signed_in,
        )

    async def receipt_file(self, request: Request, token: str) -> HTTPResponse:
        """The receipt of the payment that was made, as a PDF file: what its page shows, and to the same people."""
        view = await pay_actions.load_pay_link(self.backend, token)
        signed_in, paid_here = await self._find_reader(request, token, view)
        if view.result is None or view.result.state != "paid" or not (signed_in or paid_here):
            return pages.redirect(f"{_page_url(token)}/done")
        read = view.result.read_back
        facts = [
            (tr("Amount"), format_cents(read.amount_cents)),
            (tr("Fee"), format_cents(read.fee_cents) if read.fee_cents else tr("None")),
            (tr("Day"), pages.format_day_with_year(read.pay_on)),
            (tr("Account"), view.account),
        ]
        if paid_here:
            facts.append((tr("From"), read.method[:1].upper() + read.method[1:]))
        number = view.result.confirmation
        body = await asyncio.to_thread(build_receipt, self.backend.coop, number, read.total_cents, facts)
        return pages.respond_pdf(body, f"receipt-{number}")

    async def _find_reader(self, request: Request, token: str, view: pay_actions.PayLinkView) -> tuple[bool, bool]:
        """Whether the link's member is signed in here, and whether its card was entered in this browser."""
        found = await self.find_signed_in(request)
        signed_in = found is not None and found[1].id == view.member_id
        return signed_in, is_entered_here(request, self.settings, token, view.link)

    def _is_entered_elsewhere(self, request: Request, token: str, view: pay_actions.PayLinkView) -> bool:
        """Whether another browser entered the card: this one neither sees nor uses it, and may enter one itself."""
        return view.link.entry_id is not None and not is_entered_here(request, self.settings, token, view.link)

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return super().render_page(template, status, form_targets=find_entry_origins(self.services), **values)


def find_home(website: str) -> str:
    """Where `Back to` leads: the co-op's site; to our own first page where there is none, or only an example's."""
    host = urlsplit(website).hostname or ""
    return website if host and not host.endswith(EXAMPLE_HOSTS) else "/"


def find_entry_origins(services: Services) -> tuple[str, ...]:
    """Origins of the provider's card entry pages: its `entry_origins`; else any https page."""
    named = getattr(services.backend.payments, "entry_origins", None)
    if named:
        return tuple(named)
    if services.settings.payment_provider == "sandbox":
        return (pages.url_origin(services.settings.sandbox_network_url),)
    return ("https:",)


def _page_url(token: str) -> str:
    return f"/portal/pay/{token}"
