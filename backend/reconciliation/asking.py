"""Asks the payment network for many things, some at once, and stops when it is away."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from backend.providers.payments.base import PaymentProviderError

SIDE_BY_SIDE = 8
Answer = TypeVar("Answer")


async def ask_network(find: Callable[[str], Awaitable[Answer]], keys: Sequence[str]) -> dict[str, Answer]:
    """The network's answer by our key; what it did not answer is left out. Ends when it is away."""
    waiting, answers, is_away = deque(keys), dict[str, Answer](), asyncio.Event()

    async def work() -> None:
        while waiting and not is_away.is_set():
            key = waiting.popleft()
            try:
                answers[key] = await find(key)
            except PaymentProviderError:
                is_away.set()

    await asyncio.gather(*(work() for _ in range(min(SIDE_BY_SIDE, len(keys)))))
    return answers
