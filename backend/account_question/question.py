"""A question about an account, and formats that several answers share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import current_language, format_day, tr
from backend.payments.balances import Balance, get_balance
from backend.payments.past_payments import PastPayment
from backend.reading.spanish import english_form

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class AccountQuestion:
    """A question about `account`, in the member's own `words`."""

    session: AsyncSession
    backend: Backend
    account: Account
    words: str

    @property
    def today(self) -> date:
        """The co-op's local date."""
        return self.backend.today()

    @property
    def office_phone(self) -> str:
        return self.backend.coop.office_phone_display

    @property
    def english_words(self) -> str:
        """The words as the readers of days and amounts take them: these know English only."""
        return english_form(self.words, current_language())

    async def balance(self) -> Balance:
        return await get_balance(self.session, self.backend, self.account.id)

    def format_day(self, on: date) -> str:
        """`Friday, December 4`."""
        return format_day(on, self.today)

    def format_when(self, on: date) -> str:
        """`today`, `tomorrow` or `on Friday, December 4`."""
        near = {self.today: tr("today"), self.today + timedelta(days=1): tr("tomorrow")}
        return near.get(on) or tr("on {day}", day=self.format_day(on))

    def payment_date(self, payment: PastPayment) -> date:
        """The local date when the payment posted, else when it was made."""
        return payment.posted_on or payment.created_at.astimezone(self.backend.coop.zone).date()
