"""What the pages about money share: the session's conversation, the agreement, and what is read from a form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.language import mark, tr
from backend.logins.portal_conversations import PORTAL, name_conversation, open_conversation
from backend.members.levels import Level
from backend.members.models import Member
from backend.money import format_cents
from backend.outbox.copies import list_newest_copies
from backend.payments.models import PaymentMethod
from backend.payments.prechecks import card_expiry_date
from backend.payments.service import list_saved_methods
from backend.providers.billing.base import FiguresUnknown
from backend.providers.payments.base import PaymentProviderError
from bot.portal.base_pages import PageHandler
from bot.portal.copies import COPY, word_copies
from bot.portal.signed_in import SignedInPages, Visit
from bot.web import pages

AMOUNT = re.compile(r"\$? ?(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?", re.ASCII)
EXPIRES_SOON = timedelta(days=60)
JUST_NOW = timedelta(minutes=15)
CHANGED = mark("Something has changed since the page was shown, so please check again. Nothing was done.")


@dataclass(frozen=True)
class MethodChoice:
    """A saved method in a list. `note` says what to know of it; `soon`: it expires in the next two months."""

    id: int
    label: str
    kind: str
    preferred: bool
    usable: bool
    soon: bool = False
    note: str = ""


class MoneyPages(SignedInPages):
    """Pages about one account of a signed-in member; a member without any account gets a page that says so."""

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        async def guarded(request: Request, visit: Visit, **values: str) -> HTTPResponse:
            if visit.account is None:
                return self.render_notice(tr("No account yet"), [tr("There is no account under your name.")])
            try:
                return await handler(request, visit, **values)
            except FiguresUnknown:
                phone = self.backend.coop.office_phone_display
                texts = [
                    tr("Our billing system does not answer, so we cannot show what is owed."),
                    tr("Nothing was taken. Please try again in a few minutes, or call us at {phone}.", phone=phone),
                ]
                return self.render_notice(tr("One moment, please"), texts, status=503, again=request.path)
            except PaymentProviderError:
                texts = [tr("Our payment provider did not answer just now."), tr("Please try again in a moment.")]
                return self.render_notice(tr("One moment, please"), texts, status=503, again=request.path)

        return await super().respond(guarded, request, **values)

    def conversation_id(self, request: Request) -> str:
        """The id of the session's conversation, which a page that only reads need not have opened."""
        return name_conversation(self.cookies.read_session(request))

    async def open_conversation(self, session: AsyncSession, request: Request, account: Account) -> str:
        token = self.cookies.read_session(request)
        source = self.client_source(request)
        return await open_conversation(session, self.backend, token, account, source=source)

    async def agree(
        self, session: AsyncSession, request: Request, account: Account, wording: str = "", reply: str = ""
    ) -> Agreement:
        """The member's agreement on this page; the conversation that it names is opened."""
        actor = await self.open_conversation(session, request, account)
        return Agreement(actor, int(Level.STEPPED_UP), PORTAL, wording, reply)

    async def list_methods(self, session: AsyncSession, member_id: int, on: date | None = None) -> list[MethodChoice]:
        """The saved methods, the preferred one first, then the newest. `usable`: not expired on that day."""
        day = on or self.backend.today()
        saved = await list_saved_methods(session, member_id)
        chosen = [_describe_method(method, day) for method in saved]
        return sorted(reversed(chosen), key=lambda each: (not each.usable, not each.preferred))

    async def word_newest_copies(self, session: AsyncSession, member: Member, prefix: str) -> str:
        """What became of the copies of what was just agreed: the newest message to the member whose key begins so."""
        recipients = [each for each in (member.phone, member.email) if each]
        since = self.backend.clock.now() - JUST_NOW
        return word_copies(await list_newest_copies(session, prefix, recipients, since), COPY)


def _describe_method(method: PaymentMethod, on: date) -> MethodChoice:
    label = method.label[:1].upper() + method.label[1:]  # it begins a line
    ends = card_expiry_date(method)
    if ends is None:
        return MethodChoice(method.id, label, method.kind, method.preferred, True)
    month, usable, soon = f"{ends:%m/%Y}", ends >= on, on <= ends < on + EXPIRES_SOON
    if not usable:
        note = tr("Expired {month}", month=month)
    else:
        note = tr("Expires soon: {month}", month=month) if soon else tr("Expires {month}", month=month)
    return MethodChoice(method.id, label, method.kind, method.preferred, usable, soon, note)


def find_account(visit: Visit) -> Account:
    """The account that the page is about; MoneyPages opens no page without one."""
    assert visit.account is not None
    return visit.account


def parse_amount(text: str) -> int | None:
    """`112.40`, `$1,234.50`, `112.4` or `112` in cents; None for anything else, such as half a cent."""
    found = AMOUNT.fullmatch(text.strip())
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def parse_day(text: str) -> date | None:
    """`2026-12-04`, as a date field sends it, or `12/4/2026`, as it is typed where the browser has none."""
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip(), re.ASCII):
        text = f"{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}"
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def format_input(cents: int) -> str:
    """`11240` as `112.40`, for the field of an amount."""
    return format_cents(cents).removeprefix("$").replace(",", "")


def fingerprint(*words: str) -> str:
    """Stands for the words of a read-back in the form under it: a yes counts for these words alone."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def with_account(url: str, visit: Visit, accounts: Sequence[Account] = ()) -> str:
    """The address of a page about the visit's account; without its number for a member who has only one."""
    if visit.account is None or len(accounts or visit.accounts) < 2:
        return url
    return f"{url}{'&' if '?' in url else '?'}account={visit.account.number}"


def is_confirmed_form(request: Request, *words: str) -> bool:
    """Whether the form that was posted stood under exactly these words."""
    return pages.form_field(request, "words") == fingerprint(*words)
