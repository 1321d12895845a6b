"""Keeps two machines from answering one another for ever: what was answered lately says what is answered now."""

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
"""The same long words are answered so often an hour; the same short ones so often in a row, for people do say
`pay my bill` again. One word, such as `yes`, may answer many questions, but not so many."""
LOOP_LENGTH, MAX_DISTINCT_IN_LOOP = 10, 4
"""So many messages running, made of no more than so many different ones, are a machine going round its menu."""
LOOKBACK_LIMIT = 12


def is_repetitive(text: str, lately: Sequence[InboundMessage]) -> bool:
    """Whether the same words were answered so often that no person can be writing them. `lately`: the newest first."""
    words = _normalize_words(text)
    before = [_normalize_words(row.text) for row in lately[:LOOKBACK_LIMIT]]
    if len(words) < SHORT_TEXT_WORDS:
        alike = bool(words) and words != ["0"] and all(other == words for other in before)
        return alike and len(before) >= MAX_SINGLE_WORD_REPEATS
    if _is_menu_loop([words, *before]):
        return True
    if len(words) >= LONG_TEXT_WORDS:
        return before.count(words) >= MAX_LONG_REPEATS
    return len(before) >= MAX_SHORT_REPEATS and all(other == words for other in before[:MAX_SHORT_REPEATS])


def _is_menu_loop(messages: Sequence[list[str]]) -> bool:
    """A person gives a number or a yes between; a machine says nothing shorter than its sentences."""
    latest = messages[: LOOP_LENGTH + 1]
    different = {" ".join(words) for words in latest}
    sentences = all(len(words) >= SHORT_TEXT_WORDS for words in latest)
    again = messages[0] in latest[1:]  # whoever then says something new is heard
    # a person may say one thing again and again; the newest may be the same as the last that was answered
    moving = all(one != other for one, other in pairwise(latest[1:]))
    return again and moving and len(latest) > LOOP_LENGTH and sentences and len(different) <= MAX_DISTINCT_IN_LOOP


def _normalize_words(text: str) -> list[str]:
    """The words, a time or a count in them being no difference."""
    return re.sub(r"\d+", "0", to_plain_text(text)).split()


def has_mark(row: InboundMessage, mark: str) -> bool:
    """Whether the answer to this message was the edge's own of that mark (see `OWN`)."""
    messages = (row.reply or {}).get("messages", [])
    return any((message.get("hints") or {}).get(OWN_REPLY_HINT) == mark for message in messages)


def was_sent_recently(mark: str, lately: Sequence[InboundMessage]) -> bool:
    """Whether that was among the last hour's answers."""
    return any(has_mark(row, mark) for row in lately)


OWN_REPLY_HINT = "own"
"""The hint under which an answer of the edge's own is known again."""
