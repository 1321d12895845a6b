"""Finds the request for the keypad in a reply of the dialogue, and makes the step that does it."""

from __future__ import annotations

from dataclasses import replace

from backend.app import Backend
from backend.payments.keypad_entries import list_keypad_kinds
from backend.providers.payments.base import TakesKeypadEntries
from bot.channels.voice.steps import CallPosition, PayStep
from bot.dialogue.messages import Message, Reply

KEYPAD_ACT = "keypad"
"""The act of a message that asks for the keypad; its hint `method` is card or bank."""


def find_pay_step(backend: Backend, reply: Reply, position: CallPosition) -> PayStep | None:
    """The step that a reply asks for, saying all that comes before the question how to pay; None if it asks for none.

    `position` is the one after the reply, where the result of the entry is awaited.
    """
    kinds, connector = list_keypad_kinds(backend, "voice"), backend.settings.twilio_pay_connector
    at = next((place for place, message in enumerate(reply.messages) if _is_request(message)), None)
    if at is None or connector is None or not isinstance(backend.payments, TakesKeypadEntries):
        return None
    kind = next((kind for kind in kinds if kind == reply.messages[at].hints.get("method")), None)
    if kind is None:
        return None
    texts = tuple(message.text for message in reply.messages[: at + 1] if message.text.strip())
    return PayStep(texts, position, kind, connector, backend.payments.keypad_token_type, language=reply.language)


def without_request(reply: Reply) -> Reply:
    """The reply as a question to ask again: the keypad is not opened by repeating it."""
    return replace(reply, messages=tuple(message for message in reply.messages if not _is_request(message)))


def _is_request(message: Message) -> bool:
    return message.hints.get("act") == KEYPAD_ACT
