"""Keeps and reads ratings. Functions flush; the caller commits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.feedback.models import TalkRating

if TYPE_CHECKING:
    from backend.app import Backend

MAX_WORDS = 400


async def rate(session: AsyncSession, backend: Backend, conversation_id: str, *, helped: bool, words: str) -> bool:
    """Keep the rating of a talk; a second one replaces the first. False when nothing was said in it."""
    if await session.get(Conversation, conversation_id) is None:
        return False
    rating = await find_rating(session, conversation_id)
    if rating is None:
        rating = TalkRating(conversation_id=conversation_id)
        session.add(rating)
    rating.helped, rating.words, rating.at = helped, words[:MAX_WORDS], backend.clock.now()
    await session.flush()
    return True


async def find_rating(session: AsyncSession, conversation_id: str) -> TalkRating | None:
    rating: TalkRating | None = await session.scalar(
        select(TalkRating).where(TalkRating.conversation_id == conversation_id)
    )
    return rating


async def count_ratings(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int]:
    """(said that it helped, all) of the ratings from `since` to before `until`."""
    query = select(TalkRating.helped, func.count()).where(TalkRating.at >= since, TalkRating.at < until)
    counts = {helped: count for helped, count in await session.execute(query.group_by(TalkRating.helped))}
    return counts.get(True, 0), sum(counts.values())
