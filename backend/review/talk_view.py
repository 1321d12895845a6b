"""A talk line by line, as the review shows it: what was said, what was understood, and the mark of each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import OfficeMessage
from backend.agent_handoff.transcript import member_words, offered_titles
from backend.conversations.masking import mask_line
from backend.conversations.models import InboundMessage
from backend.review.models import ReviewMark, TurnReading
from backend.review.talks import PAUSE, Talk


@dataclass(frozen=True)
class ReviewedTurn:
    """One message and its answers. Codes, last fours and links are masked. `choices` are the titles of the buttons that
    were offered; of a pressed button `said` is the title, if it was offered in the talk.
    """

    id: int
    at: datetime
    said: str
    is_button: bool
    answers: tuple[str, ...]
    choices: tuple[str, ...]
    reading: TurnReading | None
    mark: ReviewMark | None


@dataclass(frozen=True)
class OfficeLine:
    """What a person at the office wrote in between."""

    at: datetime
    author: str
    text: str


async def load_turns(session: AsyncSession, talk: Talk) -> list[ReviewedTurn | OfficeLine]:
    """All lines of a talk, in order."""
    query = (
        select(InboundMessage, TurnReading, ReviewMark)
        .outerjoin(TurnReading, TurnReading.inbound_id == InboundMessage.id)
        .outerjoin(ReviewMark, ReviewMark.inbound_id == InboundMessage.id)
        .where(
            InboundMessage.conversation_id == talk.conversation_id,
            InboundMessage.id.between(talk.id, talk.last_id),
        )
        .order_by(InboundMessage.id)
    )
    lines: list[ReviewedTurn | OfficeLine] = []
    offered: dict[str, str] = {}
    for message, reading, mark in await session.execute(query):
        lines.append(build_turn(message, reading, mark, offered))
        offered |= offered_titles(message)
    office = select(OfficeMessage).where(
        OfficeMessage.conversation_id == talk.conversation_id,
        OfficeMessage.at >= talk.started_at,
        OfficeMessage.at < talk.last_at + PAUSE,
    )
    lines += [OfficeLine(row.at, row.author, mask_line(row.text)) for row in await session.scalars(office)]
    return sorted(lines, key=lambda line: line.at)


def build_turn(
    message: InboundMessage, reading: TurnReading | None, mark: ReviewMark | None, offered: Mapping[str, str]
) -> ReviewedTurn:
    """`offered` are the titles of earlier buttons by their payload."""
    answers = (message.reply or {}).get("messages", [])
    return ReviewedTurn(
        id=message.id,
        at=message.received_at,
        said=member_words(message, offered),
        is_button=not message.text,
        answers=tuple(mask_line(one["text"]) for one in answers if one.get("text")),
        choices=tuple(mask_line(button["title"]) for button in _offered(message)),
        reading=reading,
        mark=mark,
    )


def _offered(message: InboundMessage) -> list[dict[str, str]]:
    """The buttons of its answer."""
    return [button for one in (message.reply or {}).get("messages", []) for button in one.get("buttons") or ()]
