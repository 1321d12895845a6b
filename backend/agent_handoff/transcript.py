"""A conversation as the office reads it, with codes, last fours and portal links masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import OfficeMessage
from backend.conversations.masking import mask_line
from backend.conversations.models import InboundMessage


@dataclass(frozen=True)
class TranscriptLine:
    """`who` is member, assistant or the name of somebody at the office. `failure` is why an answer of the office did
    not arrive, as `OfficeMessage` has it."""

    at: datetime
    who: str
    text: str
    failure: str | None = None


async def read_transcript(session: AsyncSession, conversation_id: str, limit: int = 60) -> list[TranscriptLine]:
    """The newest lines, the oldest of them first."""
    inbound = (
        select(InboundMessage)
        .where(InboundMessage.conversation_id == conversation_id)
        .order_by(InboundMessage.id.desc())
        .limit(limit)
    )
    office = (
        select(OfficeMessage)
        .where(OfficeMessage.conversation_id == conversation_id)
        .order_by(OfficeMessage.id.desc())
        .limit(limit)
    )
    lines: list[TranscriptLine] = []
    # the oldest first, so that lines of the same time stay in their order
    for message in reversed(list(await session.scalars(inbound))):
        lines += _message_lines(message)
    written = reversed(list(await session.scalars(office)))
    lines += [TranscriptLine(row.at, row.author, row.text, row.failure) for row in written]
    return sorted(lines, key=lambda line: line.at)[-limit:]


def member_words(message: InboundMessage) -> str:
    """What the member wrote, or the button in brackets."""
    return format_words(message.text, message.payload)


def format_words(text: str, payload: str | None) -> str:
    """As `member_words`, of a message's text and payload."""
    button = re.sub(r"[^A-Za-z0-9]+", " ", payload or "").strip()
    return mask_line(text or f"[{button}]")


def _message_lines(message: InboundMessage) -> list[TranscriptLine]:
    lines = [TranscriptLine(message.received_at, "member", member_words(message))]
    at = message.answered_at or message.received_at
    answers = [answer["text"] for answer in (message.reply or {}).get("messages", []) if answer.get("text")]
    return lines + [TranscriptLine(at, "assistant", mask_line(text)) for text in answers]
