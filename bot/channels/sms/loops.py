"""Keeps two machines from answering one another for ever: what was answered lately says what is answered now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from backend.conversations.models import InboundMessage
from backend.reading.plain_words import plain

WITHIN = timedelta(hours=1)
MANY_WORDS, FEW_WORDS = 6, 2
MOST_LONG, MOST_SHORT, MOST_SINGLE = 3, 8, 12
"""The same long words are answered so often an hour; the same short ones so often in a row, for people do say
`pay my bill` again. One word, such as `yes`, may answer many questions, but not so many."""
ROUND, IN_ROUND = 10, 4
"""So many messages running, made of no more than so many different ones, are a machine going round its menu."""
LOOKED_AT = 12


def repeats_itself(text: str, lately: Sequence[InboundMessage]) -> bool:
    """Whether the same words were answered so often that no person can be writing them. `lately`: the newest first."""
    words = _alike(text)
    before = [_alike(row.text) for row in lately[:LOOKED_AT]]
    if len(words) < FEW_WORDS:
        alike = bool(words) and words != ["0"] and all(other == words for other in before)
        return alike and len(before) >= MOST_SINGLE
    if _goes_round([words, *before]):
        return True
    if len(words) >= MANY_WORDS:
        return before.count(words) >= MOST_LONG
    return len(before) >= MOST_SHORT and all(other == words for other in before[:MOST_SHORT])


def _goes_round(messages: Sequence[list[str]]) -> bool:
    """A person gives a number or a yes between; a machine says nothing shorter than its sentences."""
    latest = messages[: ROUND + 1]
    different = {" ".join(words) for words in latest}
    sentences = all(len(words) >= FEW_WORDS for words in latest)
    again = messages[0] in latest[1:]  # whoever then says something new is heard
    # a person may say one thing again and again; the newest may be the same as the last that was answered
    moving = all(one != other for one, other in pairwise(latest[1:]))
    return again and moving and len(latest) > ROUND and sentences and len(different) <= IN_ROUND


def _alike(text: str) -> list[str]:
    """The words, a time or a count in them being no difference."""
    return re.sub(r"\d+", "0", plain(text)).split()


def marked(row: InboundMessage, mark: str) -> bool:
    """Whether the answer to this message was the edge's own of that mark (see `OWN`)."""
    messages = (row.reply or {}).get("messages", [])
    return any((message.get("hints") or {}).get(OWN) == mark for message in messages)


def said_lately(mark: str, lately: Sequence[InboundMessage]) -> bool:
    """Whether that was among the last hour's answers."""
    return any(marked(row, mark) for row in lately)


OWN = "own"
"""The hint under which an answer of the edge's own is known again."""
