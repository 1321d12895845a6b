"""Creating a login in four steps: the membership, the person, codes, user ID and password."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request

from backend.contact.own_contacts import describe_own, is_own
from backend.language import mark, tr
from backend.logins import creation_codes, login_creation, recovery_mail
from backend.logins.models import CreationLink
from backend.members.service import lacks_account_suffix, strip_to_digits
from bot.portal.base_pages import TOKEN, PageHandler, PortalPages, format_password_problem, parse_fields
from bot.web import pages
from bot.web.rates import rate_limit

NEW_PAGE_LIMIT = rate_limit("portal-create", 30, 600)
NO_MATCH = mark(
    "These do not fit our records. Please check the number with the digits behind the dash, the phone digits, the "
    "account type and the last field."
)
LOCKED_OUT = mark(
    "After too many tries that did not match, this number cannot be used here for 15 minutes or longer. Our office "
    "helps right away: {phone}."
)
EMPTY_FORM = dict.fromkeys(("number", "last4", "kind", "first_name", "last_name", "email", "user_id"), "")
CODE_PROBLEMS = {
    "wrong": mark("That is not the code we sent. Please look at the newest message."),
    "slip": mark("Six digits, please."),
    "gone": mark("This code cannot be used any more. Please send new ones."),
}
USER_ID_PROBLEMS = {
    "bad_user_id": mark("Use 4 to 64 letters, digits, dots, dashes or @, and at least one letter."),
    "user_id_taken": mark("Somebody has this user ID already. Please choose another."),
}


class LoginCreationPages(PortalPages):
    PAGES = (
        ("begin", "GET", "/create"),
        ("show", "GET", "/create/<token>"),
        ("next", "POST", "/create/<token>"),
    )

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        try:
            return await super().respond(handler, request, **values)
        except login_creation.CreationLinkInvalid:
            texts = [tr("It works for 30 minutes and makes one user ID. You can begin again.")]
            heading = tr("This page cannot be used any more")
            return self.render_notice(heading, texts, status=404, again="/portal/create")

    async def begin(self, request: Request) -> HTTPResponse:
        """Make a new link and redirect to it: all steps have its address."""
        wait = await self.services.rates.hit((NEW_PAGE_LIMIT, self.client_source(request)))
        if wait:
            notice = self.render_notice(tr("Please wait a while"), [tr("That was a lot at once.")], status=429)
            notice.headers["Retry-After"] = str(wait)
            return notice
        async with self.backend.db.transaction() as session:
            url = await login_creation.create(session, self.backend, "portal")
        return pages.redirect(url[len(self.settings.public_url) :])

    async def show(self, request: Request, token: str) -> HTTPResponse:
        link = await self._load_link(token)
        return await self._render_code_form(token) if _due_step(link) == "code" else self._render_step(token, link)

    async def next(self, request: Request, token: str) -> HTTPResponse:
        """Check the submitted step. A step that is not due (a reload, a second tab) leads to the one that is."""
        link = await self._load_link(token)
        step = parse_fields(request, "step")["step"]
        if step != _due_step(link):
            return pages.redirect(_page_url(token))
        return await getattr(self, f"_take_{step}")(request, token, link)

    async def _load_link(self, token: str) -> CreationLink:
        if not TOKEN.fullmatch(token):
            raise login_creation.CreationLinkInvalid()
        async with self.backend.db.read_session() as session:
            return await login_creation.find(session, self.backend, token)

    def _render_step(
        self, token: str, link: CreationLink, errors: dict[str, str] | None = None, **given: str
    ) -> HTTPResponse:
        """The page of the step that is due, filled with `given`; never with the holder's digits or passwords."""
        return self.render_form(
            f"create_{_due_step(link)}.html", errors, here=_page_url(token), given=EMPTY_FORM | given
        )

    async def _take_holder(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = parse_fields(request, "number", "last4", "kind", "digits")
        errors = _validate_holder(given)
        shown = {name: given[name] for name in ("number", "last4", "kind")}
        if errors:
            return self._render_step(token, link, errors, **shown)
        holder = login_creation.HolderClaim(
            given["number"], strip_to_digits(given["last4"]), given["kind"], strip_to_digits(given["digits"])
        )
        result = await login_creation.verify_holder(self.backend, token, holder, source=self.client_source(request))
        if result == "throttled":
            texts = [tr(LOCKED_OUT, phone=self.backend.coop.office_phone_display)]
            return self.render_notice(tr("Please wait a while"), texts, status=429)
        if result == "exists":
            texts = [
                tr("There is a user ID for this account already. Forgot Password? sends a link to the email on file.")
            ]
            return self.render_notice(tr("You have an online account"), texts, again="/portal/forgot")
        if result == "no_match":
            return self._render_step(token, link, {"number": tr(NO_MATCH)}, **shown)
        return pages.redirect(_page_url(token))

    async def _take_person(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = {name: text.strip() for name, text in parse_fields(request, "first_name", "last_name", "email").items()}
        errors = {name: tr("Please fill this in.") for name, text in given.items() if not text}
        if given["email"] and not login_creation.EMAIL.fullmatch(given["email"]):
            errors["email"] = tr("Please give an email address, such as name@example.com.")
        if is_own(self.backend, given["email"]):
            errors["email"] = describe_own(given["email"])
        if errors:
            return self._render_step(token, link, errors, **given)
        return self._respond_to_sending(token, await login_creation.save_name(self.backend, token, **given))

    async def _take_code(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = parse_fields(request, "do", creation_codes.ON_FILE, creation_codes.NEW)
        if given["do"] in ("again", "by_email"):
            return self._respond_to_sending(
                token, await login_creation.resend_codes(self.backend, token, by_email=given["do"] == "by_email")
            )
        if given["do"] == "other":
            await login_creation.reset_email(self.backend, token)
            return pages.redirect(_page_url(token))
        codes = {kind: given[kind] for kind in (creation_codes.ON_FILE, creation_codes.NEW)}
        results = await login_creation.verify_codes(self.backend, token, codes, source=self.client_source(request))
        if "throttled" in results.values():
            return self._refer_to_office(tr("Too many wrong codes were given for this account lately."), status=429)
        errors = {kind: tr(CODE_PROBLEMS[result]) for kind, result in results.items() if result != "ok"}
        if errors:
            return await self._render_code_form(token, errors)
        return pages.redirect(_page_url(token))

    async def _render_code_form(self, token: str, errors: dict[str, str] | None = None) -> HTTPResponse:
        wanted = await login_creation.list_required_codes(self.backend, token)
        return self.render_form("create_code.html", errors, here=_page_url(token), wanted=wanted)

    def _respond_to_sending(self, token: str, result: str) -> HTTPResponse:
        if result == "ok":
            return pages.redirect(_page_url(token))
        if result == "too_many":
            return self._refer_to_office(
                tr("Several codes were sent already. Please wait 15 minutes, then open this page again."),
                status=429, again=_page_url(token),
            )  # fmt: skip
        return self._refer_to_office(
            tr("No phone or email on file takes a code from us now, so that we cannot see here that it is you."),
            status=409, again=_page_url(token),
        )  # fmt: skip

    def _refer_to_office(self, text: str, *, status: int, again: str = "") -> HTTPResponse:
        texts = [text, tr("Our office helps: {phone}.", phone=self.backend.coop.office_phone_display)]
        return self.render_notice(
            tr("Please wait a while") if status == 429 else tr("Our office can help"), texts, status=status, again=again
        )

    async def _take_login(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = parse_fields(request, "user_id", "password", "again")
        user_id = given["user_id"].strip()
        if given["password"] != given["again"]:
            return self._render_step(token, link, {"password": format_password_problem("different")}, user_id=user_id)
        try:
            created = await login_creation.create_login(
                self.backend, token, user_id=user_id, password=given["password"]
            )
        except login_creation.InvalidUserId as refused:
            return self._render_step(token, link, {"user_id": tr(USER_ID_PROBLEMS[refused.code])}, user_id=user_id)
        except recovery_mail.InvalidPassword as refused:
            return self._render_step(token, link, {"password": format_password_problem(refused.code)}, user_id=user_id)
        response = pages.redirect("/portal/created?kept=1" if created.kept_existing_email else "/portal/created")
        self.cookies.set_session(response, created.token)
        return response


def _page_url(token: str) -> str:
    return f"/portal/create/{token}"


def _due_step(link: CreationLink) -> str:
    if link.account_id is None:
        return "holder"
    if not link.email:
        return "person"
    return "login" if link.proven_at else "code"


def _validate_holder(given: dict[str, str]) -> dict[str, str]:
    """Errors in the form of the fields, by field; without any lookup."""
    errors: dict[str, str] = {}
    if not strip_to_digits(given["number"]):
        errors["number"] = tr("Please give your full member number.")
    elif lacks_account_suffix(given["number"]):
        errors["number"] = tr("Please give all of it, with the three digits behind the dash, such as 12345-001.")
    if not re.fullmatch(r"\d{4}", given["last4"].strip()):
        errors["last4"] = tr("Four digits, please: the end of the phone number on the account.")
    if given["kind"] not in login_creation.HOLDER_DIGIT_COUNTS:
        errors["kind"] = tr("Please choose one.")
    elif (
        given["digits"].strip()
        and len(strip_to_digits(given["digits"])) != login_creation.HOLDER_DIGIT_COUNTS[given["kind"]]
    ):
        errors["digits"] = (
            tr("Four digits, please: the end of the social security number.")
            if given["kind"] == "residential"
            else tr("Nine digits, please: the whole tax ID.")
        )
    return errors
