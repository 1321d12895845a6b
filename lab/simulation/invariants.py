"""Checks what must hold of every conversation, with any member and any noise."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.audit import service as audit
from backend.billing import ledger
from backend.billing.models import Account, LedgerEntry
from backend.conversations.models import InboundMessage, PushEvent
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.payments.models import STATUS_TRANSITIONS, Payment, Quote
from backend.tickets.models import Ticket
from lab import records
from lab.simulation import style
from lab.simulation.conversation import SimulatedConversation, find_same_answers
from lab.simulation.goals import GOALS_BY_NAME
from lab.simulation.population import SYLLABLES, SimulatedAccount, find_foreign_words

NUMBER_TO_QUOTE = re.compile(
    r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]{1,4}-?[A-Z0-9]{3,8}\b"
    r"|\b[A-Z]{3}-[A-Z]{3}\b|\b(?:[A-Z0-9], ){4,}[A-Z0-9]\b"
)
TEXT_TABLES: list[Any] = [model.__table__ for model in (InboundMessage, PushEvent, OutboxMessage, Ticket)]
"""The tables that store words of a conversation."""
LOCKED_OUT_RESPONSES = ("utter_identity_locked", "utter_code_locked", "utter_mail_too_often")
BASE_NUMBERS = re.compile(r"\b\d{6}(?=-?\d{3}\b)")
EMAILS = re.compile(r"\bmember\d+@example\.com")
SURNAMES = re.compile(rf"\b(?:{'|'.join(SYLLABLES)}){{5}}\b", re.IGNORECASE)


async def check_conversation(session: AsyncSession, conversation: SimulatedConversation) -> dict[str, str]:
    """Add each violation to `conversation.breaches`; returns the statuses of its payments by key."""
    record = await records.read_record(session, conversation.id)
    conversation.repeated_questions = records.find_repeated_questions(record.turns)
    conversation.false_confirmations = records.find_unconfirmed_movements(record)
    breaches = conversation.breaches
    breaches += [f"money without a yes: {wrong}" for wrong in conversation.false_confirmations]
    yeses, paid = sum(turn.is_yes for turn in record.turns), sum(moved.kind == "paid" for moved in record.movements)
    breaches += [f"{paid} payments after {yeses} yeses"] if paid > yeses else []
    breaches += await _find_foreign_payments(session, conversation.account, record)
    breaches += await _find_unbalanced(session, conversation.account)
    breaches += find_same_answers(conversation.turns)
    breaches += _find_foreign_data(conversation, record)
    breaches += _check_ending(conversation, record)
    breaches += [f"{turn.text!r} is {turn.status}" for turn in record.turns if turn.status != "answered"]
    return {moved.key: moved.status for moved in record.movements if moved.kind == "paid"}


async def _find_foreign_payments(
    session: AsyncSession, made: SimulatedAccount, record: records.ConversationRecord
) -> list[str]:
    """Find payments of this conversation on other accounts, and payments on its account without a confirmed quote."""
    own = [moved.account for moved in record.movements]
    wrong = [f"money moved on {account}" for account in own if not account.startswith(f"{made.base}-")]
    query = (
        select(Payment.confirmation)
        .join(Account, Account.id == Payment.account_id)
        .join(Member, Member.id == Account.member_id)
        .where(Member.number == made.base, Payment.channel.in_(("sms", "web", "voice")))
        .where(Payment.key.not_in(select(Quote.key).where(Quote.confirmed_at.is_not(None))))
    )
    return wrong + [f"payment {number} has no confirmed quote" for number in await session.scalars(query)]


async def _find_unbalanced(session: AsyncSession, made: SimulatedAccount) -> list[str]:
    accounts = select(Account.id).join(Member, Member.id == Account.member_id).where(Member.number == made.base)
    query = (
        select(LedgerEntry.correlation)
        .where(LedgerEntry.account_id.in_(accounts))
        .group_by(LedgerEntry.correlation)
        .having(func.sum(LedgerEntry.amount_cents) != 0)
    )
    return [f"booking {correlation} does not sum to zero" for correlation in await session.scalars(query)]


def _find_foreign_data(conversation: SimulatedConversation, record: records.ConversationRecord) -> list[str]:
    """Find numbers, emails and surnames of other members in the answers."""
    answered = "\n".join(turn.answer for turn in record.turns)
    said = "\n".join(turn.text for turn in record.turns)
    found = {word for shape in (BASE_NUMBERS, EMAILS, SURNAMES) for word in shape.findall(answered)}
    foreign = {word for word in find_foreign_words(found, conversation.account) if word not in said}
    return [f"{word!r} is another member's" for word in sorted(foreign)]


def _check_ending(conversation: SimulatedConversation, record: records.ConversationRecord) -> list[str]:
    """It must end with a number to quote or a clear refusal, and with a person for a member who asks for one."""
    if conversation.ending is None:
        return [] if conversation.breaches else ["it has no end"]
    if conversation.ending.kind == "lost":
        return [f"the member does not know how to go on: {conversation.ending.response}"]
    if conversation.wanted_person and not conversation.ending.response:
        return ["a person was wanted, and none was there"]
    if conversation.ending.response in LOCKED_OUT_RESPONSES:
        return ["it was turned away as if it guessed, though it missed once at the most"]
    if conversation.ending.kind == "done" and GOALS_BY_NAME[conversation.persona.goal].needs_number:
        last = record.turns[-1].answer if record.turns else ""
        if not NUMBER_TO_QUOTE.search(last) and "status" not in conversation.ending.response:
            return ["it is done, with no number to quote"]
    return []


async def check_database(session: AsyncSession) -> list[str]:
    """Check the ledger and the audit chain of the whole database."""
    wrong = [f"booking {correlation} does not sum to zero" for correlation in await ledger.find_imbalances(session)]
    if broken := await audit.verify(session):
        wrong.append(f"the audit chain breaks at row {broken.id}: {broken.reason}")
    return wrong


async def find_backward_statuses(session: AsyncSession, seen: dict[str, str]) -> list[str]:
    """Find payments whose status cannot follow the one seen before (`seen`: key to status)."""
    wrong = []
    keys = list(seen)
    for start in range(0, len(keys), 500):
        query = select(Payment.key, Payment.status).where(Payment.key.in_(keys[start : start + 500]))
        for key, status in await session.execute(query):
            if status not in _reachable_statuses(seen[key]):
                wrong.append(f"payment {key} went from {seen[key]} to {status}")
    return wrong


def _reachable_statuses(status: str) -> set[str]:
    found = {status}
    for following in STATUS_TRANSITIONS[status]:
        found |= _reachable_statuses(following)
    return found


def list_sent_secrets(conversations: Collection[SimulatedConversation]) -> dict[int, tuple[str, ...]]:
    """The digits that must not be stored anywhere, by the index of the conversation that sent them."""
    sent: dict[int, tuple[str, ...]] = {}
    for one in conversations:
        index = one.persona.index
        card, social = style.make_card_number(index), style.make_ssn(index)
        texts = (card, card.replace(" ", ""), social) if one.persona.leaks else ()
        if any(secret in said for said, _ in one.turns for secret in texts):
            sent[index] = texts
    return sent


async def find_stored_secrets(backend: Backend, secrets: dict[int, tuple[str, ...]]) -> dict[int, list[str]]:
    """Find sent digits in the app's database; the places by the index of the conversation that sent them."""
    found: dict[int, list[str]] = {}
    if not secrets:
        return found
    async with backend.db.read_session() as session:
        for table in TEXT_TABLES:
            for column in table.columns:
                for value in await session.scalars(select(column).where(column.is_not(None))):
                    text = str(value)
                    for index, digits in secrets.items():
                        if any(one in text for one in digits):
                            found.setdefault(index, []).append(f"digits kept in {table.name}.{column.name}")
    return found
