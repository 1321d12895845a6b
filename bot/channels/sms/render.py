"""A neutral reply as text messages. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twilio.twiml.messaging_response import MessagingResponse

from backend.outbox import gsm7
from bot.dialogue.messages import Button, Message, Reply

LONGEST = 1600
"""Carriers take no more in one message."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Text:
    """One message out; with `media` it is an MMS."""

    body: str
    media: str | None = None


def texts(reply: Reply, public_url: str = "") -> list[Text]:
    """As few messages as it takes: what is said in one turn goes out as one text, pictures each on their own."""
    offered = reply.buttons
    bodies: list[str] = []
    out: list[Text] = []
    for message in reply.messages:
        words = _words(message, offered if message.buttons == offered else ())
        if message.image:
            out += [Text(body) for body in split("\n".join(bodies))]
            bodies = []
            out.append(Text(words[:LONGEST], _absolute(message.image, public_url)))
        elif words:
            bodies.append(words)
    return out + [Text(body) for body in split("\n".join(bodies))]


def twiml(out: list[Text]) -> str:
    """The TwiML that sends them. Empty when there is nothing to say."""
    response = MessagingResponse()
    for text in out:
        message = response.message()
        if text.body:
            message.body(text.body)
        if text.media:
            message.media(text.media)
    return str(response)


def split(text: str) -> list[str]:
    """Pieces that a carrier takes, cut behind a sentence, or where a sentence is too long, between words."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > LONGEST:
        cut = _cut(rest)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str) -> int:
    ends = [match.end() for match in SENTENCE_END.finditer(text, 0, LONGEST)]
    if ends and ends[-1] > LONGEST // 4:
        return ends[-1]
    space = text.rfind(" ", 0, LONGEST)
    return space if space > 0 else LONGEST


def _words(message: Message, choices: tuple[Button, ...]) -> str:
    parts = [message.text.strip()]
    if message.link and message.link not in message.text:
        parts.append(message.link)
    body = " ".join(part for part in parts if part)
    if choices:
        numbered = ", ".join(f"{place} {button.title}" for place, button in enumerate(choices, start=1))
        body = f"{body}\n{numbered}" if body else numbered
    return gsm7.plain(body).strip()


def _absolute(address: str, public_url: str) -> str:
    return public_url + address if address.startswith("/") else address
