"""A message acts once. What each step of its turn did is kept with it, in the transaction that did it.

The engine asks for a step again when a turn is repeated: after a crash of either process, or an answer that came too
late. The step then does nothing and says the same. And once a message has been answered, or was given up on with words
about what came of it, no step of it may act any more: those words must stay true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import ActionResult, InboundMessage
from backend.db import has_written

SETTLED_STATUSES = ("answered", "failed")


class MessageSettled(Exception):
    """The message has been answered already: nothing may be done about it any more."""


@dataclass(frozen=True, slots=True)
class ActionStep:
    """One call of one action in the turn of a message. `place` is how many events of the turn lie before it."""

    channel: str
    message: str
    name: str
    index: int

    @property
    def key(self) -> str:
        return f"{self.index}:{self.name}"[:120]


@dataclass(frozen=True, slots=True)
class BegunStep:
    """A step that may be taken: `result` is what it came to before, if it was. `inbound_id` None: nothing is kept."""

    inbound_id: int | None
    result: dict[str, Any] | None = None


def find_step(name: str, channel: str, events: Sequence[dict[str, Any]]) -> ActionStep | None:
    """The step that an action of that name is, by the events of the talk; None when the message has no id.

    The events behind the message are the same when a turn is repeated from the same state.
    """
    for place, event in enumerate(reversed(events)):
        if event.get("event") == "user":
            message = (event.get("metadata") or {}).get("message")
            return ActionStep(channel, str(message), name, place) if message else None
    return None


async def begin(session: AsyncSession, step: ActionStep | None) -> BegunStep:
    """Begin a step in the transaction that will do it. Raises MessageSettled."""
    if step is None:
        return BegunStep(None)
    kept = and_(ActionResult.inbound_id == InboundMessage.id, ActionResult.step == step.key)
    query = (
        select(InboundMessage.id, InboundMessage.status, ActionResult.result)
        .outerjoin(ActionResult, kept)
        .where(InboundMessage.channel == step.channel, InboundMessage.provider_id == step.message)
        # whoever settles the message waits until this step is committed, or this step finds it settled
        .with_for_update(read=True, of=InboundMessage)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return BegunStep(None)
    if row.status in SETTLED_STATUSES:
        raise MessageSettled
    return BegunStep(row.id, row.result)


async def save_step_result(
    session: AsyncSession, step: ActionStep | None, begun: BegunStep, result: dict[str, Any], *, acted: bool = False
) -> None:
    """Keep what the step came to. One that has written nothing can be taken again, and costs no row.

    `acted`: it has done something in other transactions than this one.
    """
    await session.flush()
    if step is None or begun.inbound_id is None:
        return
    if acted or begun.result is not None or await has_written(session):
        await session.merge(ActionResult(inbound_id=begun.inbound_id, step=step.key, result=result))
        await session.flush()


async def delete_steps(session: AsyncSession, inbound_id: int) -> None:
    """The message is settled: its steps will not be asked for again."""
    await session.execute(delete(ActionResult).where(ActionResult.inbound_id == inbound_id))
