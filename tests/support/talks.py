"""Conversations with messages, readings and answers, written straight into the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.app import Backend
from backend.conversations.models import Conversation, InboundMessage
from backend.review.models import TurnReading


@dataclass(frozen=True)
class Said:
    """A message, what was answered, and what was understood; without an intent nothing was."""

    text: str
    answer: str = "All right."
    intent: str = "quick_pay"
    task: str = "quick_pay_form"
    missed: bool = False
    subject: str = ""
    payload: str | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    parts: int = 0
    act: str = "start"
    sure: float = 0.93


async def add_talk(
    backend: Backend,
    name: str,
    at: datetime,
    said: Sequence[Said],
    *,
    channel: str = "web",
    language: str = "en",
    account_id: int | None = None,
    member_id: int | None = None,
    apart: timedelta = timedelta(seconds=40),
) -> list[int]:
    """Messages of the conversation `name` from `at` on, `apart` from each other; returns their ids."""
    async with backend.db.transaction() as session:
        if await session.get(Conversation, name) is None:
            session.add(
                Conversation(
                    id=name, channel=channel, language=language, started_at=at, last_seen_at=at,
                    account_id=account_id, member_id=member_id,
                )
            )  # fmt: skip
            await session.flush()
        ids = []
        for place, one in enumerate(said):
            moment = at + place * apart
            answer: dict[str, Any] = {
                "text": one.answer,
                "buttons": [{"title": title, "payload": payload} for title, payload in one.buttons],
            }
            message = InboundMessage(
                channel=channel, provider_id=f"{name}-{moment.timestamp()}", conversation_id=name, text=one.text,
                payload=one.payload, status="answered", reply={"messages": [answer]}, received_at=moment,
                answered_at=moment + timedelta(milliseconds=450),
            )  # fmt: skip
            session.add(message)
            await session.flush()
            session.add(
                TurnReading(
                    inbound_id=message.id, conversation_id=name, at=moment, intent=one.intent, confidence=one.sure,
                    acts=[[one.act, 0.9], ["ask", 0.3]] if one.intent else [], task=one.task, subject=one.subject,
                    missed=one.missed, parts=one.parts,
                )
            )  # fmt: skip
            ids.append(message.id)
    return ids
