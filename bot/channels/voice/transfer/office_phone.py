"""Rings the office for the caller who is first in the queue, by the carrier's REST API."""

from __future__ import annotations

import asyncio
import logging
import time
from weakref import WeakKeyDictionary

from backend.providers.messages.base import CallQueueCarrier, TransportError
from bot.channels.voice.steps import CallStep, QueueStep, TransferStep
from bot.channels.voice.transfer import dialing
from bot.services import Services

logger = logging.getLogger("memberline.voice")

RING_SECONDS = 20
REST_SECONDS = 3.0
"""The waiting caller's own request must be answered in time."""
SEEN_SECONDS = 45.0
"""A caller whose last round began longer ago than this is no longer in the queue."""

_seen_waiting: WeakKeyDictionary[CallQueueCarrier, float] = WeakKeyDictionary()


def find_carrier(services: Services) -> CallQueueCarrier | None:
    """The carrier's calls and queues; None where none is set up, and nobody can be made to wait."""
    return getattr(services.backend.messages, "queue_carrier", None)


def note_waiting(services: Services) -> None:
    """Somebody is in the queue now."""
    if carrier := find_carrier(services):
        _seen_waiting[carrier] = time.monotonic()


def queue_behind(services: Services, step: CallStep) -> CallStep:
    """A transfer while somebody waits goes to the queue's end and not past it. Known to this process alone."""
    carrier = find_carrier(services)
    if not isinstance(step, TransferStep) or isinstance(step, QueueStep) or carrier is None:
        return step
    waits = time.monotonic() - _seen_waiting.get(carrier, float("-inf")) < SEEN_SECONDS
    return QueueStep(step.texts, step.position, step.language) if waits else step


async def ring_for(services: Services, call_id: str, queue: str, wait_round: int, caller_id: str | None) -> None:
    """Ring the office for this caller, once for each round. A failure is logged: the next round tries again."""
    carrier = find_carrier(services)
    if carrier is None:
        return
    prefix = services.settings.public_url
    url = prefix + dialing.build_url(dialing.TURN_PATH, dialing.OFFICE, call=call_id, queue=queue)
    try:
        async with asyncio.timeout(REST_SECONDS):
            await carrier.ring(
                services.coop.transfer_phone,
                url,
                caller_id=caller_id,
                seconds=RING_SECONDS,
                key=f"office-ring:{call_id}:{wait_round}",
            )
    except (TransportError, TimeoutError) as failure:
        logger.warning("the office could not be rung for a waiting caller: %s", type(failure).__name__)


async def find_first(services: Services, queue: str) -> str | None:
    """The call that is first in the queue (its Sid); None if it is empty or cannot be read."""
    carrier = find_carrier(services)
    if carrier is None:
        return None
    try:
        async with asyncio.timeout(REST_SECONDS):
            return await carrier.find_front(queue)
    except (TransportError, TimeoutError) as failure:
        logger.warning("the queue could not be read: %s", type(failure).__name__)
        return None
