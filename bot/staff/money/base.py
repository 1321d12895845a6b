"""What the pages about money share: how an item is found and shown again, and what is read from a form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import tr
from backend.members.service import find_account
from backend.money import format_cents
from backend.payments import office_lookup
from backend.payments.models import CounterPayment, Payment, PaymentRefund, ScheduledPayment
from backend.payments.office_lookup import MoneyItem
from backend.payments.open_differences import DIFFERENCES, GONE
from backend.payments.refund_doubts import RefundDoubt, name_doubts
from backend.payments.refunds import RefundDoubtful, RefundRefused
from backend.payments.second_person import Limit, find_terms, list_second_people
from bot.dialogue.normalize import redact_office_words
from bot.staff.sent_forms import given_back, read_sent
from bot.staff.views import format_local_time
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import StaffPages

MONEY_URL = "/staff/money"
AMOUNT = re.compile(r"\$? ?(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.(\d{2}))?", re.ASCII)
KEY = re.compile(r"[0-9a-f]{32}")
ItemChange = Callable[..., Awaitable[object]]
"""`(session, backend, id, *, by, reason)`; raises RefundRefused."""


MAKE = "make"
"""`step` of a form on the page that reads back: do it. Without it what would be done is read back."""
Faults = Mapping[str, str]
"""What is wrong, by the name of the field."""
FAULTY_FIELDS = {
    **dict.fromkeys(("zero", "too_large"), "amount"),
    **dict.fromkeys(("no_reference", "same_check", "card_number", "bank_account", "strange_number", "long_number"),
                    "reference"),
    "no_kind": "kind",
    "day": "received_on",
    "no_reason": "reason",
}  # fmt: skip
"""The field beside which a refusal is told, by its code; others are told above the form."""


class _OnlyLooked(Exception):
    """Ends a transaction that was only to see what would happen."""


def parse_amount(text: str) -> int | None:
    """`112.40`, `$1,234.50` or `112` in cents; None for anything else, such as half a cent."""
    found = AMOUNT.fullmatch(text.strip())
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else None


class MoneyBase:
    """`staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    async def find(self, number: str, *kinds: type[MoneyItem]) -> Any:
        async with self.backend.db.read_session() as session:
            item = await office_lookup.find_item(session, number)
        if not isinstance(item, kinds):
            raise NotFound()
        return item

    async def try_out(self, look: Callable[[AsyncSession], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """What `look` finds after it did something in a transaction, which is taken back then. It returns plain
        values; its errors are raised."""
        found: dict[str, Any] = {}
        try:
            async with self.backend.db.transaction() as session:
                found = await look(session)
                raise _OnlyLooked
        except _OnlyLooked:
            return found

    async def find_account(self, number: str) -> Account:
        async with self.backend.db.read_session() as session:
            account = await find_account(session, number)
        if account is None:
            raise NotFound()
        return account

    async def render_payment(
        self,
        request: Request,
        name: str,
        item: Payment | ScheduledPayment,
        trouble: str | RefundRefused = "",
        status: int = 200,
        faults: Faults | None = None,
    ) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            current = await office_lookup.find_item(session, item.confirmation)
            assert isinstance(current, Payment | ScheduledPayment)
            view = await office_lookup.load_payment(session, self.backend, current)
            limit = await self.word_limit(session, "refund_second_person_cents")
            second = await list_second_people(session, self.backend, name)
        doubts: Sequence[RefundDoubt] = trouble.doubts if isinstance(trouble, RefundDoubtful) else ()
        return self.render(
            request, name, "money/payment.html", status, view=view, trouble=trouble, faults=faults,
            is_payment=isinstance(view.item, Payment), limit=limit, second=second,
            difference_words={**DIFFERENCES, **GONE}, gone_names=GONE,
            asked=doubts, doubts=doubts or view.doubts, name_doubts=name_doubts,
        )  # fmt: skip

    async def word_limit(self, session: AsyncSession, limit: Limit) -> str:
        """`$1,000.00`; one that was raised within a day with what will hold: `$1,000.00 (…: $9,000.00)`."""
        terms = await find_terms(session, self.backend, limit)
        if terms.raised_at is None:
            return format_cents(terms.cents)
        when = format_local_time(self.backend, terms.raised_at)
        raised = format_cents(terms.raised_cents)
        return tr("{now} (from {when} on: {raised})", now=format_cents(terms.cents), when=when, raised=raised)

    def render(
        self,
        request: Request,
        name: str,
        template: str,
        status: int = 200,
        *,
        trouble: str | RefundRefused = "",
        faults: Faults | None = None,
        **values: Any,
    ) -> HTTPResponse:
        """A page with forms. A refusal that a field is to blame for is told beside that field, with status 422."""
        faults = dict(faults or {})
        if isinstance(trouble, RefundRefused) and trouble.code in FAULTY_FIELDS:
            faults[FAULTY_FIELDS[trouble.code]] = str(trouble)
            status = 422
        sent = read_sent(request)
        # the same page again keeps its key; one that belongs to another amount would never get through
        is_used = isinstance(trouble, RefundRefused) and trouble.code == "key_used"
        key = sent["key"] if KEY.fullmatch(sent["key"]) and not is_used else secrets.token_hex(16)
        token = self.staff.cookies.page_token(request)
        return self.staff.render_page(
            template,
            status,
            name=name,
            token=token,
            key=key,
            sent=sent,
            trouble="" if faults else str(trouble) or given_back(request),
            faults=faults,
            first=next(iter(faults), ""),
            **values,
        )


def item_url(item: MoneyItem) -> str:
    folder = {PaymentRefund: "refunds", CounterPayment: "counter"}.get(type(item), "payments")
    return f"{MONEY_URL}/{folder}/{item.confirmation}"


def account_url(account: Account) -> str:
    return f"{MONEY_URL}/accounts/{quote(account.number)}"


def read_reason(request: Request) -> str:
    """The reason without card or social security numbers."""
    return redact_office_words(form_field(request, "reason").strip()[:200])


def read_seen_due(request: Request) -> int | None:
    """The cents due that the clerk has seen and means to pay more than; None when nothing was ticked."""
    seen = form_field(request, "more")
    return int(seen) if re.fullmatch(r"-?\d{1,12}", seen, re.ASCII) else None


def approves(request: Request) -> bool:
    return form_field(request, "decision") == "approve"


def parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
