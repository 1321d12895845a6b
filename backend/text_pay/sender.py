"""Says who texts, and why this phone is texted, to a phone that is on file."""

from __future__ import annotations

import re

from backend.language import ENGLISH, SPANISH, current_language, tr, use_language
from backend.members.service import list_accounts_at_phone
from backend.reading.language import detect_language
from backend.reading.texts.sender_questions import asks_about_sender
from backend.text_pay.turns import Answer, TextTurn

_SPANISH = re.compile(r"\b(?:n[uú]mero|tel[eé]fono|celular|qui[eé]n(?:es)?)\b", re.IGNORECASE)


async def tell_sender(turn: TextTurn) -> Answer | None:
    """`How did you get my number`: whose account it is stays unsaid, since the phone may have a new owner."""
    if not asks_about_sender(turn.text):
        return None
    async with turn.backend.db.read_session() as session:
        accounts = await list_accounts_at_phone(session, turn.phone)
    if not accounts:
        return None
    is_spanish = _SPANISH.search(turn.text) or detect_language(turn.text, current_language()) == SPANISH
    with use_language(SPANISH if is_spanish else ENGLISH):
        told = tr(
            "This is the automated assistant of {coop}. A member gave us this number: it is on file for that account. "
            "STOP ends the texts. Not you? Write WRONG NUMBER.",
            coop=turn.backend.coop.short_name,
        )
    return Answer(told)
