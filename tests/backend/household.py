"""One member with an account, a bill, methods and a conversation, made by the backend's own code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from backend.app import Backend
from backend.billing import bills
from backend.billing.models import Account, Bill
from backend.conversations.models import Conversation
from backend.members.models import Member
from backend.payments.models import PaymentMethod

NOW = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Chicago
TODAY = date(2026, 11, 18)
DUE_CENTS = 11240


@dataclass
class Household:
    """Ids, because every session has its own objects."""

    member_id: int
    account_id: int
    card_id: int
    bank_id: int
    conversation_id: str


async def make_household(
    backend: Backend,
    *,
    number: str = "99999",
    due_cents: int = DUE_CENTS,
    due_on: date = TODAY + timedelta(days=20),
    email: str | None = "ruth@example.com",
    card_token: str = "tok_visa_4242",
    bank_token: str = "tok_bank_6789",
    channel: str = "sms",
) -> Household:
    """A member who owes `due_cents` on one bill; nothing owed makes no bill."""
    async with backend.db.transaction() as session:
        member = Member(number=number, name="Ruth Alvarez", phone="+15555550142", email=email)
        session.add(member)
        await session.flush()
        account = Account(member_id=member.id, separator="001", number=f"{number}-001", number_digits=f"{number}001")
        card = PaymentMethod(
            member_id=member.id, token=card_token, kind="card", brand="Visa", last4="4242",
            exp_month=12, exp_year=2029,
        )  # fmt: skip
        bank = PaymentMethod(member_id=member.id, token=bank_token, kind="bank", brand="checking", last4="6789")
        conversation = Conversation(
            id=f"{channel}-{number}", channel=channel, last_seen_at=NOW, started_at=NOW, level=2
        )
        session.add_all([account, card, bank, conversation])
        await session.flush()
        home = Household(member.id, account.id, card.id, bank.id, conversation.id)
    if due_cents:
        await add_bill(backend, home.account_id, due_cents, due_on)
    return home


async def add_bill(backend: Backend, account_id: int, cents: int, due_on: date) -> str:
    """Issue a bill; returns its number."""
    async with backend.db.transaction() as session:
        count = len(await bills.list_bills(session, account_id))
        bill = Bill(
            account_id=account_id,
            number=f"{account_id}-{count + 1}",
            issued_on=due_on - timedelta(days=20),
            due_on=due_on,
            period_start=due_on - timedelta(days=53),
            period_end=due_on - timedelta(days=23),
            amount_cents=cents,
        )
        await bills.issue(session, bill, at=NOW)
        return bill.number


async def add_barn(backend: Backend, home: Household) -> Household:
    """A second account of the same member, 99999-002; nothing is owed there."""
    async with backend.db.transaction() as session:
        barn = Account(
            member_id=home.member_id, separator="002", number="99999-002", number_digits="99999002",
            service_address="510 Prairie Road (barn)",
        )  # fmt: skip
        session.add(barn)
        await session.flush()
        return replace(home, account_id=barn.id)


async def add_conversation(backend: Backend, name: str, channel: str = "web") -> str:
    async with backend.db.transaction() as session:
        session.add(Conversation(id=name, channel=channel, last_seen_at=NOW, started_at=NOW, level=2))
    return name
