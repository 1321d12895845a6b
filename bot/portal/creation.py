"""Making a login, page by page, as the co-op has told its members."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request

from backend.language import mark, tr
from backend.logins import creation, creation_codes, mail
from backend.logins.models import CreationLink
from backend.members.service import lacks_separator, plain_digits
from bot.portal import cookies, pages
from bot.portal.desk import TOKEN, Desk, fields, password_problem
from bot.web.rates import rule

PAGES_FROM_ONE_ADDRESS = rule("portal-create", 30, 600)
NO_MATCH = mark(
    "These do not fit our records. Please check the number with the digits behind the dash, the phone digits, the "
    "account type and the last field."
)
WAIT = mark(
    "After too many tries that did not match, this number cannot be used here for 15 minutes or longer. Our office "
    "helps right away: {phone}."
)
NOTHING_GIVEN = dict.fromkeys(("number", "kind", "first_name", "last_name", "email", "user_id"), "")
CODE_PROBLEMS = {
    "wrong": mark("That is not the code we sent. Please look at the newest message."),
    "slip": mark("Six digits, please."),
    "gone": mark("This code cannot be used any more. Please send new ones."),
}
USER_ID_PROBLEMS = {
    "bad_user_id": mark("Use 4 to 64 letters, digits, dots, dashes or @, and at least one letter."),
    "user_id_taken": mark("Somebody has this user ID already. Please choose another."),
}


class CreationDesk(Desk):
    PAGES = (
        ("begin", "GET", "/create"),
        ("show", "GET", "/create/<token>"),
        ("next", "POST", "/create/<token>"),
    )

    async def begin(self, request: Request) -> HTTPResponse:
        """Sign In, Create account: a page of one's own."""
        wait = await self.services.rates.wait((PAGES_FROM_ONE_ADDRESS, self.source(request)))
        if wait:
            notice = self.notice(tr("Please wait a while"), [tr("That was a lot at once.")], status=429)
            notice.headers["Retry-After"] = str(wait)
            return notice
        async with self.backend.db.transaction() as session:
            url = await creation.create(session, self.backend, "portal")
        return pages.see_other(url[len(self.settings.public_url) :])

    async def show(self, request: Request, token: str) -> HTTPResponse:
        try:
            link = await self._link(token)
            return await self._code_page(token) if _due(link) == "code" else self._step(token, link)
        except creation.CreationGone:
            return self._gone()

    async def next(self, request: Request, token: str) -> HTTPResponse:
        """Judge the step that was filled in; on a reload or in a second tab, the step that is due."""
        try:
            link = await self._link(token)
            step = fields(request, "step")["step"]
            if step != _due(link):
                return pages.see_other(_here(token))
            return await getattr(self, f"_take_{step}")(request, token, link)
        except creation.CreationGone:
            return self._gone()

    async def _link(self, token: str) -> CreationLink:
        if not TOKEN.fullmatch(token):
            raise creation.CreationGone()
        async with self.backend.db.reading() as session:
            return await creation.find(session, self.backend, token)

    def _step(self, token: str, link: CreationLink, errors: dict[str, str] | None = None, **given: str) -> HTTPResponse:
        """The page that is due, with what was given so far; digits and passwords are never put back."""
        return self.form_page(f"create_{_due(link)}.html", errors, here=_here(token), given=NOTHING_GIVEN | given)

    async def _take_holder(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = fields(request, "number", "last4", "kind", "digits")
        errors = _holder_problems(given)
        if errors:
            return self._step(token, link, errors, number=given["number"], kind=given["kind"])
        holder = creation.Holder(
            given["number"], plain_digits(given["last4"]), given["kind"], plain_digits(given["digits"])
        )
        result = await creation.prove(self.backend, token, holder, source=self.source(request))
        if result == "throttled":
            texts = [tr(WAIT, phone=self.backend.coop.office_phone_display)]
            return self.notice(tr("Please wait a while"), texts, status=429)
        if result == "exists":
            texts = [
                tr("There is a user ID for this account already. Forgot Password? sends a link to the email on file.")
            ]
            return self.notice(tr("You have an online account"), texts, again="/portal/forgot")
        if result == "no_match":
            return self._step(token, link, {"number": tr(NO_MATCH)}, number=given["number"], kind=given["kind"])
        return pages.see_other(_here(token))

    async def _take_person(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = {name: text.strip() for name, text in fields(request, "first_name", "last_name", "email").items()}
        errors = {name: tr("Please fill this in.") for name, text in given.items() if not text}
        if given["email"] and not creation.EMAIL.fullmatch(given["email"]):
            errors["email"] = tr("Please give an email address, such as name@example.com.")
        if errors:
            return self._step(token, link, errors, **given)
        return self._sent(token, await creation.name(self.backend, token, **given))

    async def _take_code(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = fields(request, "do", creation_codes.ON_FILE, creation_codes.NEW)
        if given["do"] in ("again", "by_email"):
            return self._sent(
                token, await creation.codes_again(self.backend, token, by_email=given["do"] == "by_email")
            )
        if given["do"] == "other":
            await creation.other_email(self.backend, token)
            return pages.see_other(_here(token))
        codes = {kind: given[kind] for kind in (creation_codes.ON_FILE, creation_codes.NEW)}
        found = await creation.give_codes(self.backend, token, codes, source=self.source(request))
        if "throttled" in found.values():
            return self._by_office(tr("Too many wrong codes were given for this account lately."), status=429)
        errors = {kind: tr(CODE_PROBLEMS[result]) for kind, result in found.items() if result != "ok"}
        if errors:
            return await self._code_page(token, errors)
        return pages.see_other(_here(token))

    async def _code_page(self, token: str, errors: dict[str, str] | None = None) -> HTTPResponse:
        wanted = await creation.codes_wanted(self.backend, token)
        return self.form_page("create_code.html", errors, here=_here(token), wanted=wanted)

    def _sent(self, token: str, result: str) -> HTTPResponse:
        """What follows from sending codes."""
        if result == "ok":
            return pages.see_other(_here(token))
        if result == "too_many":
            return self._by_office(
                tr("Several codes were sent already. Please wait 15 minutes, then open this page again."),
                status=429, again=_here(token),
            )  # fmt: skip
        return self._by_office(
            tr("No phone or email on file takes a code from us now, so that we cannot see here that it is you."),
            status=409, again=_here(token),
        )  # fmt: skip

    def _by_office(self, text: str, *, status: int, again: str = "") -> HTTPResponse:
        texts = [text, tr("Our office helps: {phone}.", phone=self.backend.coop.office_phone_display)]
        return self.notice(
            tr("Please wait a while") if status == 429 else tr("Our office can help"), texts, status=status, again=again
        )

    async def _take_login(self, request: Request, token: str, link: CreationLink) -> HTTPResponse:
        given = fields(request, "user_id", "password", "again")
        user_id = given["user_id"].strip()
        if given["password"] != given["again"]:
            return self._step(token, link, {"password": password_problem("different")}, user_id=user_id)
        try:
            made = await creation.finish(self.backend, token, user_id=user_id, password=given["password"])
        except creation.UserIdRefused as refused:
            return self._step(token, link, {"user_id": tr(USER_ID_PROBLEMS[refused.code])}, user_id=user_id)
        except mail.PasswordRefused as refused:
            return self._step(token, link, {"password": password_problem(refused.code)}, user_id=user_id)
        response = pages.see_other("/portal/created")
        cookies.keep_session(response, self.settings, made.token)
        return response

    def _gone(self) -> HTTPResponse:
        texts = [tr("It works for 30 minutes and makes one user ID. You can begin again.")]
        return self.notice(tr("This page cannot be used any more"), texts, status=404, again="/portal/create")


def _here(token: str) -> str:
    return f"/portal/create/{token}"


def _due(link: CreationLink) -> str:
    if link.account_id is None:
        return "holder"
    if not link.email:
        return "person"
    return "login" if link.proven_at else "code"


def _holder_problems(given: dict[str, str]) -> dict[str, str]:
    """What is wrong with the shape of what was given; nothing is looked up for it."""
    errors: dict[str, str] = {}
    if lacks_separator(given["number"]):
        errors["number"] = tr("Please give all of it, with the three digits behind the dash, such as 12345-001.")
    if not re.fullmatch(r"\d{4}", given["last4"].strip()):
        errors["last4"] = tr("Four digits, please: the end of the phone number on the account.")
    if given["kind"] not in creation.DIGITS:
        errors["kind"] = tr("Please choose one.")
    elif len(plain_digits(given["digits"])) != creation.DIGITS[given["kind"]]:
        errors["digits"] = (
            tr("Four digits, please: the end of the social security number.")
            if given["kind"] == "residential"
            else tr("Nine digits, please: the whole tax ID.")
        )
    return errors
