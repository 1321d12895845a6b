"""Messages in and replies out, in a form that is the same for all channels; and replies as JSON, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.language import ENGLISH
from backend.outbox import gsm7


@dataclass(frozen=True)
class Button:
    """A choice to press, or to answer by its number. `payload` is ours, such as `/affirm`; members do not type it."""

    title: str
    payload: str


@dataclass(frozen=True)
class Message:
    """One message. `hints` come from a response's `custom:`, such as `expect` and `act`.

    `table` is {"head": [texts], "rows": [[texts]]}, for channels with a screen; the text says the same in short.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    alt: str | None = None
    link: str | None = None
    table: dict[str, Any] | None = None
    hints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """The answer to one message. `transfer` and `end` concern calls.

    `pending`: the real answer comes later, through the channel. `late`: the answer to a repeat, which has already gone
    out by itself and must not be sent twice. `reading` is what the engine understood, and is not part of the answer.
    """

    messages: tuple[Message, ...] = ()
    transfer: bool = False
    end: bool = False
    pending: bool = False
    late: bool = False
    language: str = ENGLISH
    reading: dict[str, Any] | None = field(default=None, compare=False)

    @property
    def expects(self) -> str:
        """What the last question asks for (`member_number`, `last4`, `confirm` …), or empty."""
        return next((m.hints["expect"] for m in reversed(self.messages) if m.hints.get("expect")), "")

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The choices offered last."""
        return next((m.buttons for m in reversed(self.messages) if m.buttons), ())


@dataclass(frozen=True)
class Inbound:
    """A message from a member on a channel (`sms`, `web` or `voice`).

    `provider_id` is unique per channel: the same one again is a repeated delivery. `address` is the sender's phone in
    E.164 where the channel has one; `attested`: the channel vouches for it. `browser` holds the tokens by which a page
    is recognized, separated by spaces; `source` is the sender by which guesses are counted (bot/channels/senders.py).
    `heard`: on the phone, what had been heard of our last words when the caller interrupted them.
    """

    channel: str
    conversation: str
    provider_id: str
    text: str
    payload: str | None = None
    address: str | None = None
    attested: bool = False
    source: str = ""
    browser: str = ""
    heard: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.channel, self.provider_id


def count_parts(reply: Reply) -> int:
    """How many parts of a text a carrier charges for this reply, about: choices are written below it, numbered."""
    choices = [f"{place} {button.title}" for place, button in enumerate(reply.buttons, 1)]
    return gsm7.count_parts(gsm7.to_gsm7("\n".join([*(each.text for each in reply.messages if each.text), *choices])))


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
        messages=tuple(
            Message(
                text=raw.get("text") or "",
                buttons=tuple(Button(button["title"], button["payload"]) for button in raw.get("buttons") or []),
                image=raw.get("image"),
                alt=raw.get("alt"),
                link=raw.get("link"),
                table=raw.get("table"),
                hints=raw.get("hints") or {},
            )
            for raw in data.get("messages", [])
        ),
        transfer=bool(data.get("transfer")),
        end=bool(data.get("end")),
        pending=bool(data.get("pending")),
        language=str(data.get("language") or ENGLISH),
    )


def message_to_json(message: Message) -> dict[str, Any]:
    """A message as it is stored, without its hints; what the web page gets is in page_messages.py."""
    return {
        "text": message.text,
        "buttons": buttons_to_json(message.buttons),
        "image": message.image,
        "alt": message.alt,
        "link": message.link,
        **({"table": message.table} if message.table else {}),
    }


def buttons_to_json(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"title": button.title, "payload": button.payload} for button in buttons]
