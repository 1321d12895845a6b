"""Pages behind the member's password: who is signed in, which account is meant, and forms only of their session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from sanic import HTTPResponse, Request

from backend.billing.models import Account
from backend.language import tr
from backend.logins.models import Login
from backend.members.models import Member
from backend.members.service import list_member_accounts
from backend.members.signed_in_talks import make_token, mark_session
from bot.portal.base_pages import PageHandler, PortalPages
from bot.portal.menu import MENU
from bot.web import pages
from bot.web.sent_once import StillBusy, do_once

LOGIN_URL = "/portal/login"
ACCOUNT_ARGUMENT = "account"
CHOSEN, SHOW = "chosen", "show"
"""The choice of another account above a form, which is sent with it, and the button beside it."""
ACCOUNT_FIELDS = (ACCOUNT_ARGUMENT, CHOSEN, "pay")
"""The fields of forms that name accounts."""
FORM_TOKEN = "form_token"  # noqa: S105 - the name of the field


@dataclass(frozen=True)
class Visit:
    """A signed-in member. `account` is the one that the page is about: `?account=`, else the first open one.

    It is None for a member without any account.
    """

    login: Login
    member: Member
    accounts: Sequence[Account]
    account: Account | None


class SignedInPages(PortalPages):
    """One method per page, called with the request and a Visit. `PAGES` as in PortalPages.

    A page with a form posts `form_token`, and `account` where there are several. An account of somebody else is refused
    here, for all pages: nothing is done for another one in its place. Where another account is chosen above a form than
    the one it was made for, the form is not acted on: the page of the chosen account comes. A handler named in
    `KEEPS_WORDS` makes that page itself, with what was typed (`is_account_chosen`).
    """

    KEEPS_WORDS: tuple[str, ...] = ()

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        signed_in = await self.find_signed_in(request)
        if signed_in is None:
            return pages.redirect(f"{LOGIN_URL}?next={quote(request.path)}")
        request.ctx.visit = await self._load_visit(request, *signed_in)
        if request.method == "POST":
            is_ours = pages.is_same_site_post(request, self.settings)
            if not is_ours or not self.cookies.is_form_token_valid(request, pages.form_field(request, FORM_TOKEN)):
                texts = [tr("The page was too old. Nothing was done."), tr("Please open the page again.")]
                return self.render_notice(tr("Please try again"), texts, status=403, again=request.path)
        if list_named_accounts(request) - {account.number for account in request.ctx.visit.accounts}:
            return self._render_foreign_account()
        if is_account_chosen(request) and str(request.endpoint).rpartition(".")[2] not in self.KEEPS_WORDS:
            number = pages.form_field(request, CHOSEN)
            return pages.redirect(f"{request.path}?{urlencode({ACCOUNT_ARGUMENT: number, CHOSEN: number})}")
        if request.method == "POST":
            done = partial(handler, request, request.ctx.visit, **values)
            try:
                return await do_once(self.backend, request, pages.form_field(request, FORM_TOKEN), done)
            except StillBusy:
                texts = [tr("The same form is being done already. Please look at the page before you send it again.")]
                return self.render_notice(tr("One moment, please"), texts, status=409, again=request.path)
        return await handler(request, request.ctx.visit, **values)

    def _render_foreign_account(self) -> HTTPResponse:
        texts = [
            tr("There is no account with that number under your name. Nothing was done."),
            tr("Your accounts are on the first page."),
        ]
        return self.render_notice(tr("Not one of your accounts"), texts, status=404, again="/portal")

    async def _load_visit(self, request: Request, login: Login, member: Member) -> Visit:
        async with self.backend.db.read_session() as session:
            accounts = await list_member_accounts(session, member.id)
        posted = (CHOSEN, ACCOUNT_ARGUMENT) if request.method == "POST" else ()
        asked = next(filter(None, (pages.form_field(request, name) for name in posted)), "")
        asked = asked or request.args.get(ACCOUNT_ARGUMENT)
        named = [account for account in accounts if account.number == asked]
        still_open = [account for account in accounts if account.status != "closed"]
        return Visit(login, member, accounts, next(iter((*named, *still_open, *accounts)), None))

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        """A page inside the account page's frame; the menu, the accounts and the form token come from the request."""
        request = Request.get_current()
        visit: Visit | None = getattr(request.ctx, "visit", None)
        account = visit.account if visit else None
        is_open = account is not None and account.status != "closed"
        cookie = self.cookies.read_session(request)
        frame = {
            "visit": visit,
            "menu": MENU if visit else (),
            "here": request.path,
            "account_chosen": is_account_chosen(request) or bool(request.args.get(CHOSEN)),
            "form_token": self.cookies.page_token(request),
            "identity": make_token(self.backend, account, cookie) if account and is_open else "",
            "talk_owner": mark_session(self.backend, cookie) if visit else "",
        }
        return super().render_page(template, status, **frame | values)


def turn_to(account: Account) -> None:
    """The page is about this account from here on, because the thing that it shows is of it, such as a payment."""
    context = Request.get_current().ctx
    context.visit = replace(context.visit, account=account)


def is_account_chosen(request: Request) -> bool:
    """Whether a form was posted while another account was chosen above it, or by the button beside that choice."""
    if request.method != "POST" or not (chosen := pages.form_field(request, CHOSEN)):
        return False
    return bool(pages.form_field(request, SHOW)) or chosen != pages.form_field(request, ACCOUNT_ARGUMENT)


def list_named_accounts(request: Request) -> set[str]:
    """The account numbers that the address or the posted form names: a page acts for these and for no others."""
    form: Any = (request.get_form() if request.method == "POST" else None) or {}
    posted = [number for name in ACCOUNT_FIELDS for number in (form.get(name) and form.getlist(name)) or ()]
    return {number for number in (*posted, *request.args.getlist(ACCOUNT_ARGUMENT, [])) if number}
