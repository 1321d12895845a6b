"""What the pages share on which a member changes something: a read-back page, who acts, and the page of the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.language import mark, tr
from backend.logins.password_change import PasswordProblem, check_own_password
from backend.logins.portal_conversations import PORTAL, name_conversation, open_conversation
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.models import Member
from bot.portal.account import THROTTLED, WRONG_PASSWORD
from bot.portal.base_pages import MAX_FIELD_LENGTH, PageHandler
from bot.portal.signed_in import SignedInPages, Visit, is_account_chosen
from bot.web.pages import form_field

YES, EDIT = "yes", "edit"
"""The fields of the buttons under a read-back: the one that does it, and the one that goes back to the form."""
NO_PASSWORD = mark("Please type your password: a page that was left open must not be enough.")
PASSWORD_TROUBLES: Mapping[PasswordProblem, str] = {"wrong": WRONG_PASSWORD, "throttled": THROTTLED}


@dataclass(frozen=True)
class ReadBack:
    """What a member is asked to check before it is done. `button` says what it does; `fields` are posted with it.

    `words` are what is agreed to, `lists` parts of it as (heading, lines). `facts` are (label, value). A POST of the
    `fields` to `edit` shows the form again as it was typed; without it Back leads to `back`. `asks_password`: an open
    session alone is not enough. `about_account`: it is for one account, which is named.
    """

    heading: str
    words: Sequence[str]
    button: str
    url: str
    back: str
    fields: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    lists: Sequence[tuple[str, Sequence[str]]] = ()
    edit: str = ""
    asks_password: bool = False
    about_account: bool = True


@dataclass(frozen=True)
class Result:
    """What was done, the number to quote, and where to go on: (words, address). `kind` is a class of notice."""

    heading: str
    words: Sequence[str]
    number: str = ""
    links: Sequence[tuple[str, str]] = ()
    kind: str = "good"


class ActingPages(SignedInPages):
    """Pages about one account; what they change is read back first. A form posted twice does it once."""

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        async def with_account(request: Request, visit: Visit, **values: str) -> HTTPResponse:
            if visit.account is None:
                return self.render_notice(tr("No account yet"), [tr("There is no account under your name.")])
            return await handler(request, visit, **values)

        return await super().respond(with_account, request, **values)

    def conversation_id(self, request: Request) -> str:
        return name_conversation(self.cookies.read_session(request))

    async def begin(self, session: AsyncSession, request: Request, visit: Visit) -> Identity:
        """Who acts, in the conversation of this browser's session. The password counts as possession."""
        token, source = self.cookies.read_session(request), self.client_source(request)
        account = await session.get_one(Account, find_account(visit).id)
        await open_conversation(session, self.backend, token, account, source=source)
        return Identity(Level.STEPPED_UP, account, await session.get_one(Member, account.member_id))

    def agreement(self, request: Request, wording: str = "", reply: str = "") -> Agreement:
        """The consent to `wording`, given by a button with the words `reply`; empty for what needs none."""
        return Agreement(self.conversation_id(request), int(Level.STEPPED_UP), PORTAL, wording, reply)

    def render_read_back(self, asked: ReadBack, errors: Mapping[str, str] | None = None) -> HTTPResponse:
        return self.render_form("read_back.html", errors, asked=asked)

    async def find_password_problem(self, request: Request, visit: Visit) -> str:
        """Why the `password` under a read-back that asks for it does not fit; empty where it is the member's.

        For what could hand the account to whoever sits at an open session, such as a new email.
        """
        password = form_field(request, "password")[:MAX_FIELD_LENGTH]
        if not password:
            return tr(NO_PASSWORD)
        source, device = self.client_source(request), self.cookies.read_device(request)
        problem = await check_own_password(self.backend, visit.login, password, source=source, device=device)
        return tr(PASSWORD_TROUBLES[problem]) if problem else ""

    def render_result(self, result: Result, status: int = 200) -> HTTPResponse:
        return self.render_page("result.html", status, result=result)

    def render_changed_meanwhile(self, url: str) -> HTTPResponse:
        """What was read back is no longer so: nothing was done."""
        words = [tr("Something on the account changed meanwhile, so nothing was done. Please look again.")]
        return self.render_result(Result(tr("Please look again"), words, "", [(tr("Look again"), url)], "warn"), 409)


def find_account(visit: Visit) -> Account:
    """The account that the page is about; ActingPages opens no page without one."""
    assert visit.account is not None
    return visit.account


def with_account(url: str, visit: Visit) -> str:
    """The address of a page about the visit's account; without its number for a member who has only one."""
    if visit.account is None or len(visit.accounts) < 2:
        return url
    return f"{url}{'&' if '?' in url else '?'}account={visit.account.number}"


def is_confirmed(request: Request) -> bool:
    """Whether the button under the read-back was pressed."""
    return bool(form_field(request, YES))


def is_edited_again(request: Request) -> bool:
    """Whether the form comes again as it was typed: back from the read-back, or for another account."""
    return bool(form_field(request, EDIT)) or is_account_chosen(request)
