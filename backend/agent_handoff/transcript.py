"""A conversation as the office reads it, with codes, last fours and portal links masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    offered: dict[str, str] = {}
    # the oldest first, so that lines of the same time stay in their order
    for message in reversed(list(await session.scalars(inbound))):
        lines += _message_lines(message, offered)
        offered |= offered_titles(message)
    written = reversed(list(await session.scalars(office)))
    lines += [TranscriptLine(row.at, row.author, row.text, row.failure) for row in written]
    return sorted(lines, key=lambda line: line.at)[-limit:]


def member_words(message: InboundMessage, offered: Mapping[str, str] | None = None) -> str:
    """What the member wrote, or what stood on the button; `offered` are titles of earlier buttons by their payload."""
    title = "" if message.text else (offered or {}).get(message.payload or "", "")
    return mask_line(title) if title else format_words(message.text, message.payload)


def format_words(text: str, payload: str | None) -> str:
    """The text, or the button in brackets where its words are not known."""
    button = re.sub(r"[^A-Za-z0-9]+", " ", payload or "").strip()
    return mask_line(text or f"[{button}]")


def offered_titles(message: InboundMessage) -> dict[str, str]:
    """What stands on the buttons of its answer, by their payload."""
    return {button["payload"]: button["title"] for one in _answers(message) for button in one.get("buttons") or ()}


def _answers(message: InboundMessage) -> list[dict[str, Any]]:
    return list((message.reply or {}).get("messages", []))


def _message_lines(message: InboundMessage, offered: Mapping[str, str]) -> list[TranscriptLine]:
    lines = [TranscriptLine(message.received_at, "member", member_words(message, offered))]
    at = message.answered_at or message.received_at
    texts = [_format_answer(answer) for answer in _answers(message)]
    return lines + [TranscriptLine(at, "assistant", mask_line(text)) for text in texts if text]


def _format_answer(answer: Mapping[str, Any]) -> str:
    """Its words, what its picture shows, and the figures of its table a line each."""
    table = answer.get("table") or {}
    rows = [table.get("head") or [], *table.get("rows", [])] if table else []
    lines = [" | ".join(str(cell if cell is not None else "") for cell in row) for row in rows if row]
    shown = (answer.get("alt") or "") if answer.get("image") else ""
    return "\n".join(filter(None, [answer.get("text") or "", shown, *lines]))
