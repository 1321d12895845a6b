"""Converts a Reply to and from JSON data, to store it with its message and for the web page."""

from __future__ import annotations

from typing import Any

from backend.language import ENGLISH
from bot.dialogue.messages import Button, Message, Reply


def reply_to_json(reply: Reply) -> dict[str, Any]:
    return {
        "messages": [{**message_to_json(message), "hints": message.hints} for message in reply.messages],
        "transfer": reply.transfer,
        "end": reply.end,
        "pending": reply.pending,
        "language": reply.language,
    }


def reply_from_json(data: dict[str, Any]) -> Reply:
    return Reply(
        messages=tuple(_message_from_json(raw) for raw in data.get("messages", [])),
        transfer=bool(data.get("transfer")),
        end=bool(data.get("end")),
        pending=bool(data.get("pending")),
        language=str(data.get("language") or ENGLISH),
    )


def message_to_json(message: Message, language: str = ENGLISH) -> dict[str, Any]:
    """A message for the web page, without the hints. `lang` is set if it is not English."""
    return {
        "text": message.text,
        "buttons": buttons_to_json(message.buttons),
        "image": message.image,
        "alt": message.alt,
        "link": message.link,
        **({"table": message.table} if message.table else {}),
        **({"lang": language} if language != ENGLISH else {}),
    }


def buttons_to_json(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"title": button.title, "payload": button.payload} for button in buttons]


def _message_from_json(raw: dict[str, Any]) -> Message:
    return Message(
        text=raw.get("text") or "",
        buttons=tuple(Button(one["title"], one["payload"]) for one in raw.get("buttons") or []),
        image=raw.get("image"),
        alt=raw.get("alt"),
        link=raw.get("link"),
        table=raw.get("table"),
        hints=raw.get("hints") or {},
    )
