"""Each message acts once: the result of every action is stored with it, in the transaction of the action.

The engine repeats a turn after a crash of either process or a late answer; a repeated action then returns its stored
result. Once a message is answered, or failed with a text about the outcome, its actions may no longer run, since that
text must stay true.
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
    """The message is already answered, so its actions may not run."""


@dataclass(frozen=True, slots=True)
class ActionStep:
    """One action call in the turn of a message. `index` is the number of events of the turn before it."""

    channel: str
    message: str
    name: str
    index: int

    @property
    def key(self) -> str:
        return f"{self.index}:{self.name}"[:120]


@dataclass(frozen=True, slots=True)
class BegunStep:
    """A step that may run. `result` is from an earlier run, if any. `inbound_id` None: no result is stored."""

    inbound_id: int | None
    result: dict[str, Any] | None = None


def find_step(name: str, channel: str, events: Sequence[dict[str, Any]]) -> ActionStep | None:
    """The step of an action, from the tracker's events; None when the message has no id.

    A turn repeated from the same state has the same events after the message.
    """
    for place, event in enumerate(reversed(events)):
        if event.get("event") == "user":
            message = (event.get("metadata") or {}).get("message")
            return ActionStep(channel, str(message), name, place) if message else None
    return None


async def begin(session: AsyncSession, step: ActionStep | None) -> BegunStep:
    """Begin a step in the transaction of the action. Raises MessageSettled."""
    if step is None:
        return BegunStep(None)
    kept = and_(ActionResult.inbound_id == InboundMessage.id, ActionResult.step == step.key)
    query = (
        select(InboundMessage.id, InboundMessage.status, ActionResult.result)
        .outerjoin(ActionResult, kept)
        .where(InboundMessage.channel == step.channel, InboundMessage.provider_id == step.message)
        # settling the message waits for the commit of this step, or this step finds it settled
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
    """Store the step's result. A step that has written nothing may simply run again, and needs no row.

    `acted`: it has written in other transactions.
    """
    await session.flush()
    if step is None or begun.inbound_id is None:
        return
    if acted or begun.result is not None or await has_written(session):
        await session.merge(ActionResult(inbound_id=begun.inbound_id, step=step.key, result=result))
        await session.flush()


async def delete_steps(session: AsyncSession, inbound_id: int) -> None:
    """Delete the results of a settled message, whose steps are never repeated."""
    await session.execute(delete(ActionResult).where(ActionResult.inbound_id == inbound_id))
