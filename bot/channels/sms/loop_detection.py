"""Keeps two machines from answering one another forever: texts that repeat are answered only so often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from backend.conversations.models import InboundMessage
from backend.reading.normalize import to_plain_text

LOOKBACK = timedelta(hours=1)
LONG_TEXT_WORDS, SHORT_TEXT_WORDS = 6, 2
MAX_LONG_REPEATS, MAX_SHORT_REPEATS, MAX_SINGLE_WORD_REPEATS = 3, 8, 12
"""How often the same text is answered: a long one within the hour, a short one in a row, because people do send
`pay my bill` again, and a single word in a row, because a `yes` may answer many questions."""
LOOP_LENGTH, MAX_DISTINCT_IN_LOOP = 10, 4
"""This many messages in a row with no more than that many different texts are a machine going round its menu."""
LOOKBACK_LIMIT = 12


def is_repetitive(text: str, recent: Sequence[InboundMessage]) -> bool:
    """Whether the same words were answered so often that no person is writing them. `recent` is newest first."""
    words = _normalize_words(text)
    before = [_normalize_words(row.text) for row in recent[:LOOKBACK_LIMIT]]
    if len(words) < SHORT_TEXT_WORDS:
        # numbers alone ("0") answer many questions, and are never held back
        is_same = bool(words) and words != ["0"] and all(other == words for other in before)
        return is_same and len(before) >= MAX_SINGLE_WORD_REPEATS
    if _is_menu_loop([words, *before]):
        return True
    if len(words) >= LONG_TEXT_WORDS:
        return before.count(words) >= MAX_LONG_REPEATS
    return len(before) >= MAX_SHORT_REPEATS and all(other == words for other in before[:MAX_SHORT_REPEATS])


def _is_menu_loop(messages: Sequence[list[str]]) -> bool:
    """A person answers with a number or a yes now and then; a machine sends nothing but sentences."""
    latest = messages[: LOOP_LENGTH + 1]
    return (
        len(latest) > LOOP_LENGTH
        and messages[0] in latest[1:]  # something new is always answered
        and all(len(words) >= SHORT_TEXT_WORDS for words in latest)
        # a person may repeat one thing; the newest text may equal the last one answered
        and all(one != other for one, other in pairwise(latest[1:]))
        and len({" ".join(words) for words in latest}) <= MAX_DISTINCT_IN_LOOP
    )


def _normalize_words(text: str) -> list[str]:
    """The words, with every number made the same: a time or a count is no difference."""
    return re.sub(r"\d+", "0", to_plain_text(text)).split()
