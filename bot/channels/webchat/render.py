"""Renders a reply for the web page."""

from __future__ import annotations

import json
from typing import Any

from backend.app import Backend
from bot.dialogue.messages import Reply
from bot.dialogue.page_messages import message_to_page


def render_answer(reply: Reply, backend: Backend, known: str | None = None) -> dict[str, Any]:
    """The answer to a posted message. `pending`: the real one will come by the stream.

    `known` is a token for the page to keep; it sends it with later messages so that the member is recognized.
    """
    body: dict[str, Any] = {"known": known} if known else {}
    if reply.late:
        # it has already gone out by the stream, which the page replays
        return {"messages": [], "pending": True, **body}
    body["messages"] = [message_to_page(message, backend, reply.language) for message in reply.messages]
    if reply.pending:
        body["pending"] = True
    return body


def render_event(data: dict[str, Any], event_id: int | None = None, name: str = "message") -> str:
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


RETRY_EVENT = "retry: 2000\n\n"
"""Milliseconds that a browser waits before it reconnects."""

HEARTBEAT_COMMENT = ": still here\n\n"
"""Proxies close a silent connection, and a vanished reader is noticed only by writing to it."""
