"""What payments need of Auto Pay and the older bank drafts.

Auto Pay is built on payments, so payments cannot import it: `Backend.automatic_payments` brings it to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import Payment

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class ComingDraft:
    """The next day on which open bills are drafted, and their cents."""

    kind: Literal["draft", "autopay"]
    on: date
    amount_cents: int


class AutomaticPayments(Protocol):
    async def find_next_draft(self, session: AsyncSession, backend: Backend, account_id: int) -> ComingDraft | None:
        """What Auto Pay or the bank draft takes next of the bills that are open now."""

    async def handle_status(
        self, session: AsyncSession, backend: Backend, payment: Payment, status: str, code: str | None = None
    ) -> bool:
        """Take over that a payment became `status` (`code`: why it failed), in the transaction that moves it.

        False when the payment is not an automatic one. True also means that this has sent the notice of a failure.
        """

    async def end_for_method(self, session: AsyncSession, backend: Backend, method_id: int, code: str) -> bool:
        """Turn off Auto Pay and drafts that use this method, after a return with `code`; whether there were any."""
