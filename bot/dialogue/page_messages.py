"""A message as the web page gets it: with its card, and with answers to press."""

from __future__ import annotations

from typing import Any

from backend.agent_handoff.service import LIVE_AGENT
from backend.app import Backend
from backend.conversations.cards import build_card
from backend.language import ENGLISH, use_language
from bot.dialogue.messages import Message, message_to_json
from bot.dialogue.page_choices import add_choices


def message_to_page(message: Message, backend: Backend, language: str = ENGLISH) -> dict[str, Any]:
    """What widget.js draws. `card` is as in `build_card`, `days` as in `add_choices`; `rate`: the talk has come to an
    end, and may be rated; `waits`: a person of the office will answer, and has not yet;
    `lang` is set if it is not English."""
    card = build_card(message.hints, language, backend.settings.public_url)
    page = {
        **message_to_json(message),
        **({"card": card} if card else {}),
        **({"waits": True} if message.hints.get("expect") == LIVE_AGENT else {}),
        **({"rate": True} if message.hints.get("act") == "rate" else {}),
        **({"lang": language} if language != ENGLISH else {}),
    }
    if not message.buttons:
        with use_language(language):
            page.update(add_choices(message.hints, backend.coop, backend.clock.now().astimezone(backend.coop.zone)))
    return page
