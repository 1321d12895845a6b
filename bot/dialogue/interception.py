"""What a channel answers before the engine gets the message: in the same order, and as often repeated after a crash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from backend.conversations.service import ConversationState
from bot.dialogue.message_turn import MessageTurn
from bot.dialogue.messages import Inbound, Reply

Interceptor = Callable[[MessageTurn, ConversationState], Awaitable[Reply | str | None]]
"""Answers a recorded message in place of the engine, or gives the words that the engine gets; None does neither."""


async def intercept(
    interceptors: dict[str, Interceptor], turn: MessageTurn, state: ConversationState
) -> Reply | Inbound:
    """The channel's own answer, or the message that is for the engine."""
    interceptor = interceptors.get(turn.inbound.channel)
    taken = await interceptor(turn, state) if interceptor else None
    return replace(turn.inbound, text=taken) if isinstance(taken, str) else taken or turn.inbound
