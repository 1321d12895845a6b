"""A phone that texts: each text is answered as the text line does, and what it leaves open is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.alerts.delivery import deliver_alerts
from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.consents.service import Agreement
from backend.outbox.service import newest_body
from backend.payments.models import Payment, PaymentMethod
from backend.text_pay import service
from backend.text_pay.replies import answer
from backend.text_pay.turns import Answer, ForDialogue, Said, TextTurn
from tests.backend.alerts.alert_settings import on
from tests.backend.household import Household

PHONE = "+15555550142"


@dataclass
class Texting:
    """`said` is what was answered last. Between two texts a minute goes by."""

    backend: Backend
    clock: ManualClock
    home: Household
    phone: str = PHONE
    said: Said | None = None
    is_free: bool = True
    spoke_at: datetime | None = None
    may_enroll: bool = False

    def turn(self, text: str) -> TextTurn:
        return TextTurn(
            backend=self.backend,
            conversation_id=self.home.conversation_id,
            phone=self.phone,
            text=text,
            at=self.clock.now(),
            last=self.said,
            is_free=self.is_free,
            spoke_at=self.spoke_at,
            may_enroll=self.may_enroll,
        )

    async def text(self, words: str, *, seconds: int = 60) -> str | None:
        """The words of the answer; `-> words` for the dialogue, None where it gets the text as it is."""
        self.clock.advance(seconds=seconds)
        taken = await answer(self.turn(words))
        self.spoke_at = self.clock.now()
        if isinstance(taken, Answer):
            self.said = Said(taken.words, taken.state, self.clock.now()) if taken.state else None
            return taken.words
        self.said = None
        return f"-> {taken.text}" if isinstance(taken, ForDialogue) else None

    async def code(self) -> str:
        async with self.backend.db.read_session() as session:
            body = await newest_body(session, "code", self.phone)
        return (body or "").split()[0]


async def remind(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 20}, "text")
    await deliver_alerts(backend, backend.today())


async def authorize(backend: Backend, home: Household) -> str:
    """A standing authorization for the bank account."""
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        method = await session.get_one(PaymentMethod, home.bank_id)
        agreement = Agreement(home.conversation_id, 2, "sms", "I authorize it.", "AGREE")
        return await service.grant(session, backend, account, method, PHONE, agreement)


async def list_payments(backend: Backend) -> list[tuple[int, str]]:
    async with backend.db.read_session() as session:
        rows = await session.scalars(select(Payment).order_by(Payment.id))
        return [(row.amount_cents, row.status) for row in rows]
