"""Keeps what was understood of a message, in the transaction that keeps its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.reading.acts.after_a_person import is_only_thanks
from backend.review.models import TurnReading

if TYPE_CHECKING:
    from backend.app import Backend

MOST_ACTS = 4
SMALL_TALK = ("thank", "greet", "goodbye")
FEWEST_WORDS = 4
"""A shorter message may be a way of greeting that no list has."""


async def record_reading(
    session: AsyncSession,
    backend: Backend,
    inbound_id: int,
    conversation_id: str,
    reading: Mapping[str, Any] | None,
    *,
    words: str = "",
    parts: int = 0,
) -> None:
    """Keep what the engine said of a message (`engine/turn_reading.py`); None where it was not asked.

    `words` are the member's: what was taken for mere thanks, a greeting or a good-bye and says more counts as missed.
    `parts` are those of a text that answers it. A message that is answered again keeps its first reading.
    """
    told = reading or {}
    acts = [[str(name)[:20], round(float(sure), 3)] for name, sure in told.get("acts") or ()]
    values = dict(
        inbound_id=inbound_id,
        conversation_id=conversation_id,
        at=backend.clock.now(),
        intent=str(told.get("intent") or "")[:60],
        confidence=round(float(told.get("confidence") or 0.0), 4),
        acts=acts[:MOST_ACTS],
        task=str(told.get("task") or "")[:60],
        subject=str(told.get("subject") or "")[:60],
        missed=bool(told.get("missed")) or _was_taken_for_small_talk(told, words),
        parts=parts,
    )
    await session.execute(backend.db.insert(TurnReading).values(**values).on_conflict_do_nothing())


def _was_taken_for_small_talk(told: Mapping[str, Any], words: str) -> bool:
    is_form = str(told.get("task") or "").endswith("_form")
    said_more = len(words.split()) >= FEWEST_WORDS and not is_only_thanks(words)
    return told.get("intent") in SMALL_TALK and not is_form and said_more
