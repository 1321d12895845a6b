"""Renders a reply as text messages. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twilio.twiml.messaging_response import MessagingResponse

from backend.outbox import gsm7
from bot.dialogue.messages import Button, Message, Reply

MAX_LENGTH = 1600
"""Twilio takes no more characters in one message."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class OutgoingText:
    """One message out; with `media` it is an MMS."""

    body: str
    media: str | None = None


def render_texts(reply: Reply, public_url: str = "") -> list[OutgoingText]:
    """Render a turn as few messages as possible: one text, and an MMS for each picture."""
    offered = reply.buttons
    bodies: list[str] = []
    out: list[OutgoingText] = []
    for message in reply.messages:
        words = _message_body(message, offered if message.buttons == offered else ())
        if message.image:
            out += [OutgoingText(body) for body in split_text("\n".join(bodies))]
            bodies = []
            url = public_url + message.image if message.image.startswith("/") else message.image
            out.append(OutgoingText(words[:MAX_LENGTH], url))
        elif words:
            bodies.append(words)
    return out + [OutgoingText(body) for body in split_text("\n".join(bodies))]


def render_twiml(out: list[OutgoingText]) -> str:
    response = MessagingResponse()
    for text in out:
        message = response.message()
        if text.body:
            message.body(text.body)
        if text.media:
            message.media(text.media)
    return str(response)


def split_text(text: str) -> list[str]:
    """Split into pieces of MAX_LENGTH at most, behind a sentence or, where one is too long, between words."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > MAX_LENGTH:
        sentence_ends = [match.end() for match in SENTENCE_END.finditer(rest, 0, MAX_LENGTH)]
        if sentence_ends and sentence_ends[-1] > MAX_LENGTH // 4:
            cut = sentence_ends[-1]
        else:
            cut = max(rest.rfind(" ", 0, MAX_LENGTH), 0) or MAX_LENGTH
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _message_body(message: Message, choices: tuple[Button, ...]) -> str:
    body = message.text.strip()
    if message.link and message.link not in message.text:
        body = f"{body} {message.link}".strip()
    if choices:
        numbered = ", ".join(f"{place} {button.title}" for place, button in enumerate(choices, start=1))
        body = f"{body}\n{numbered}" if body else numbered
    # one character outside GSM-7 makes a carrier send UCS-2, with 70 characters a segment instead of 160
    return gsm7.to_gsm7(body).strip()
