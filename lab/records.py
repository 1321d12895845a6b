"""Reads a conversation from the database: its messages and answers, and the money that it moved."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import InboundMessage
from backend.payments.models import Payment, PaymentMethod, Quote, ScheduledPayment
from bot.dialogue.messages import Reply, reply_from_json

AFFIRM_PAYLOAD = "/affirm"
ASKS_TO_REPEAT = re.compile(r"\b(repeat|again|pardon|what did you say|repita|repite|otra vez)\b")
MOVEMENT_KINDS: tuple[tuple[str, Any], ...] = (("paid", Payment), ("scheduled", ScheduledPayment))
YES_WORDS = frozenset(
    """yes y yep yup yeah ya yea ye yess ok okay k sure correct right confirm confirmed absolutely definitely exactly
    agreed agree fine good perfect great pay enroll do go ahead it that is that's thats its it's please thank thanks you
    this the so and looks sounds of course i now sir ma'am maam um uh well just payment si sí claro adelante bueno
    correcto exacto acepto pagar pague páguelo hazlo hágalo por favor gracias está esta muy bien de acuerdo que supuesto
    desde luego vale señor señora quiero así es autorizo confirmo""".split()
)
"""The words of a plain yes in both languages; a list of its own, so that it checks the assistant's."""


@dataclass(frozen=True)
class RecordedTurn:
    text: str
    payload: str | None
    status: str
    reply: Reply

    @property
    def answer(self) -> str:
        return "\n".join(message.text for message in self.reply.messages if message.text)

    @property
    def question(self) -> str:
        """The question that was open after it, or empty."""
        return next((m.text for m in reversed(self.reply.messages) if m.hints.get("expect")), "")

    @property
    def is_yes(self) -> bool:
        """Whether this is a yes and nothing else, pressed or in words."""
        if self.payload:
            return self.payload == AFFIRM_PAYLOAD
        words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?|\d+", self.text.lower())
        return bool(words) and set(words) <= YES_WORDS


@dataclass(frozen=True)
class MoneyMovement:
    """A payment made, or one scheduled, in this conversation. Cents, and the co-op's local date."""

    kind: str  # paid | scheduled
    key: str
    confirmation: str
    status: str
    account: str
    total_cents: int
    amount_cents: int
    method: str
    day: date | None
    channel: str
    created_at: datetime


@dataclass(frozen=True)
class RecordedQuote:
    """What was read back for a yes. Cents, and the co-op's local date."""

    key: str
    total_cents: int
    method: str
    day: date
    pay_now: bool
    confirmed: bool


@dataclass(frozen=True)
class ConversationRecord:
    """One conversation, the oldest turn first."""

    conversation: str
    turns: list[RecordedTurn] = field(default_factory=list)
    movements: list[MoneyMovement] = field(default_factory=list)
    quotes: dict[str, RecordedQuote] = field(default_factory=dict)


async def read_record(session: AsyncSession, conversation: str) -> ConversationRecord:
    rows = await session.scalars(
        select(InboundMessage).where(InboundMessage.conversation_id == conversation).order_by(InboundMessage.id)
    )
    turns = [RecordedTurn(row.text, row.payload, row.status, reply_from_json(row.reply or {})) for row in rows]
    return ConversationRecord(
        conversation, turns, await _read_movements(session, conversation), await _read_quotes(session, conversation)
    )


async def _read_movements(session: AsyncSession, conversation: str) -> list[MoneyMovement]:
    found = []
    for kind, model in MOVEMENT_KINDS:
        query: Any = (
            select(model, Account.number, PaymentMethod)
            .join(Account, Account.id == model.account_id)
            .join(PaymentMethod, PaymentMethod.id == model.method_id)
            .where(model.conversation_id == conversation)
            .order_by(model.id)
        )
        for item, account, method in await session.execute(query):
            if kind == "paid" and not method.saved:
                continue  # a method that is not saved was used on the pay page, which has its own read-back
            found.append(
                MoneyMovement(
                    kind=kind,
                    key=item.key,
                    confirmation=item.confirmation,
                    status=item.status,
                    account=account,
                    total_cents=item.amount_cents + item.fee_cents,
                    amount_cents=item.amount_cents,
                    method=method.label,
                    day=item.run_on if kind == "scheduled" else item.posted_on,
                    channel=item.channel,
                    created_at=item.created_at,
                )
            )
    return found


async def _read_quotes(session: AsyncSession, conversation: str) -> dict[str, RecordedQuote]:
    query = select(Quote, PaymentMethod).join(PaymentMethod, PaymentMethod.id == Quote.method_id)
    rows = await session.execute(query.where(Quote.conversation_id == conversation))
    return {
        quote.key: RecordedQuote(
            key=quote.key,
            total_cents=quote.amount_cents + quote.fee_cents,
            method=method.label,
            day=quote.pay_on,
            pay_now=quote.pay_now,
            confirmed=quote.confirmed_at is not None,
        )
        for quote, method in rows
    }


def find_repeated_questions(turns: Sequence[RecordedTurn]) -> list[str]:
    """Questions asked twice in a row in the same words, unless the member asked to repeat them."""
    return [
        later.question
        for first, later in itertools.pairwise(turns)
        if later.question == first.question != "" and not ASKS_TO_REPEAT.search(later.text.lower())
    ]


def find_unconfirmed_movements(record: ConversationRecord) -> list[str]:
    """Describe each movement of money that the conversation did not agree to."""
    wrong = []
    seen = Counter(movement.key for movement in record.movements if movement.kind == "paid")
    wrong += [f"{key} was paid {count} times" for key, count in seen.items() if count > 1]
    for movement in record.movements:
        if why := _explain_unconfirmed(record, movement):
            wrong.append(f"{movement.kind} {format_money(movement.total_cents)} ({movement.confirmation}): {why}")
    return wrong


def _explain_unconfirmed(record: ConversationRecord, movement: MoneyMovement) -> str:
    quoted = record.quotes.get(movement.key)
    if quoted is None or not quoted.confirmed:
        return "there is no read-back that was agreed to"
    if (quoted.total_cents, quoted.method) != (movement.total_cents, movement.method):
        return f"read back was {format_money(quoted.total_cents)} with {quoted.method}"
    place = next((at for at, turn in enumerate(record.turns) if reports_movement(turn, movement)), None)
    if place is None:
        pending = any(turn.status != "answered" for turn in record.turns)
        return "" if pending else "it was never told"
    if place == 0 or not record.turns[place].is_yes:
        return f"{record.turns[place].text or record.turns[place].payload!r} is no plain yes"
    return _find_missing(record.turns[place - 1].answer, quoted)


def reports_movement(turn: RecordedTurn, movement: MoneyMovement) -> bool:
    """Whether this answer reports the movement, or reports that the payment was declined."""
    if movement.status == "declined":
        return "did not go through" in turn.answer or "no se pudo" in turn.answer.lower()
    spoken = movement.confirmation.replace("-", "")
    return movement.confirmation in turn.answer or spoken in re.sub(r"[^A-Z0-9]", "", turn.answer)


def _find_missing(read_back: str, quoted: RecordedQuote) -> str:
    """What is missing from the read-back before the yes; empty if nothing is."""
    if format_money(quoted.total_cents) not in read_back:
        return f"the read-back does not name {format_money(quoted.total_cents)}"
    if quoted.method.split()[-1] not in read_back:
        return f"the read-back does not name {quoted.method}"
    day = "today|hoy" if quoted.pay_now else rf"\b{quoted.day.day}\b"
    if not re.search(day, read_back, re.IGNORECASE):
        return f"the read-back does not name {quoted.day}"
    return ""


def format_money(cents: int) -> str:
    """11240 cents as the assistant writes them: `$112.40`."""
    return f"${cents // 100:,}.{cents % 100:02}"
