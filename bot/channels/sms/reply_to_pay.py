"""Gives texts to backend/text_pay before the dialogue gets them, and keeps what is open with the answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSent
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.conversations.service import ConversationState
from backend.text_pay import replies
from backend.text_pay.turns import ForDialogue, Said, TextTurn
from bot.channels.sms.loop_detection import LOOKBACK
from bot.dialogue.message_turn import MessageTurn
from bot.dialogue.messages import Message, Reply, reply_from_json
from bot.services import Services

OPEN = "text_pay"
"""The hint of an answer that holds what is open since."""
MAY_BE_LEFT = frozenset({"", "amount", "choice", "date", "member_number", "last", "number"})
"""The `expects` of questions that an enrollment may leave open. Not a read-back: a later yes must not be taken for an
answer to it; and not words for the office."""


class ReplyToPay:
    def __init__(self, services: Services) -> None:
        self._backend = services.backend

    async def intercept(self, turn: MessageTurn, state: ConversationState) -> Reply | str | None:
        """The answer, or the words that the dialogue gets in place of the member's; None leaves the text as it is."""
        inbound = turn.inbound
        if not inbound.address or inbound.payload is not None:
            return None
        async with self._backend.db.read_session() as session:
            row = await session.get_one(InboundMessage, turn.record_id)
            recent = await self._last_answered(session, inbound.conversation)
            text_turn = TextTurn(
                backend=self._backend,
                conversation_id=inbound.conversation,
                phone=inbound.address,
                text=inbound.text,
                at=row.received_at,
                last=_read_open(recent),
                is_free=await self._is_free(session, inbound.address, recent, state),
                spoke_at=recent.received_at if recent is not None else None,
                may_enroll=state.expects in MAY_BE_LEFT,
            )
        taken = await replies.answer(text_turn)
        if taken is None:
            return None
        if isinstance(taken, ForDialogue):
            return taken.text
        return Reply((Message(taken.words, hints={OPEN: taken.state} if taken.state else {}),))

    async def _last_answered(self, session: AsyncSession, conversation_id: str) -> InboundMessage | None:
        since = self._backend.clock.now() - LOOKBACK
        return next(iter(await conversations.answered_since(session, conversation_id, since, limit=1)), None)

    async def _is_free(
        self, session: AsyncSession, phone: str, recent: InboundMessage | None, state: ConversationState
    ) -> bool:
        """No question is open, it was asked long ago, or a reminder came after it."""
        silent = recent is None or recent.received_at < self._backend.clock.now() - conversations.IDLE
        if silent or not (state.expects or state.offered):
            return True
        newest: datetime | None = await session.scalar(
            select(func.max(AlertSent.at)).where(AlertSent.texted_to == phone, AlertSent.offers_payment)
        )
        return recent is not None and newest is not None and newest > recent.received_at


def _read_open(row: InboundMessage | None) -> Said | None:
    """What the last answer left open."""
    if row is None or row.answered_at is None:
        return None
    for message in reply_from_json(row.reply or {}).messages:
        if state := message.hints.get(OPEN):
            return Said(message.text, dict(state), row.answered_at)
    return None
