"""Finds the digits at the beginning and at the end of a message: there a number may go on in another message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.digits import DigitGroup, find_digit_groups, fold_text, is_gap, split_into_sequences
from bot.dialogue.redaction.expected_numbers import classify_legitimate
from bot.dialogue.redaction.lookalikes import replace_lookalikes
from bot.dialogue.redaction.redact import PLACEHOLDER_PATTERN

MAX_CHAT_WORDS = 4
"""A message between two pieces of a number has at most this many words."""
CHAT = re.compile(
    r"\W*(?:(?:ok|okay|next|and|then|now|wait|hold\s+on|(?:one|just\s+a)\s+(?:sec|second|minute|moment)|um+|uh+|sorry|here|ready|"
    r"(?:last|next|first)\s+one|continue|go\s+on|got\s+it|yes|y|luego|ahora|espera|un\s+momento|momento|listo|ya|sigue|perdon|si|aqui)\b\W*){0,4}"
)


@dataclass(frozen=True)
class EarlierMessage:
    """An earlier message as it is stored."""

    id: int
    provider_id: str
    text: str


@dataclass(frozen=True)
class EdgeDigits:
    """The sequence of digits at one end of a message."""

    groups: tuple[DigitGroup, ...]
    are_legitimate: tuple[bool, ...]
    is_alone: bool  # the message has nothing else but filler words

    @property
    def digits(self) -> list[str]:
        return [group.digits for group in self.groups]

    @property
    def sizes(self) -> list[int]:
        return [len(group.digits) for group in self.groups]


def find_trailing_pieces(earlier: Sequence[EarlierMessage]) -> list[tuple[EdgeDigits, EarlierMessage]]:
    """The digits at the end of the last message, and of those before it while they are nothing but digits."""
    found: list[tuple[EdgeDigits, EarlierMessage]] = []
    for kept in reversed(earlier):
        if _is_chat(kept.text):
            continue
        sequence = find_trailing_digits(kept.text)
        if sequence is None or (found and not found[0][0].is_alone):
            break
        found.insert(0, (sequence, kept))
    return found


def _is_chat(text: str) -> bool:
    """Whether it is a few words without a digit, as between two pieces of a number: `hold on`, `next one`."""
    lowered = fold_text(text)
    return CHAT.fullmatch(lowered) is not None or (
        len(lowered.split()) <= MAX_CHAT_WORDS
        and not find_digit_groups(lowered)
        and not PLACEHOLDER_PATTERN.search(text)
    )


def find_leading_digits(text: str) -> EdgeDigits | None:
    """The digits that a message begins with; None where it begins with anything but filler words."""
    lowered = replace_lookalikes(fold_text(text))
    groups = find_digit_groups(lowered)
    if not groups or not is_gap(lowered, 0, groups[0].start):
        return None
    sequence = split_into_sequences(lowered, groups)[0]
    return _build_sequence(lowered, groups, sequence, alone=is_gap(lowered, sequence[-1].end, len(lowered)))


def find_trailing_digits(text: str) -> EdgeDigits | None:
    """The digits that a message ends with; None where something was removed from it, or they are something else's."""
    lowered = replace_lookalikes(fold_text(text))
    groups = find_digit_groups(lowered)
    if not groups or not is_gap(lowered, groups[-1].end, len(lowered)) or PLACEHOLDER_PATTERN.search(text):
        return None
    sequence = split_into_sequences(lowered, groups)[-1]
    mark = labels.find_label_before(sequence[0].start, labels.find_labels(lowered))
    if mark is not None and mark.kind == "other":
        return None  # a meter, a ZIP code, a ticket
    return _build_sequence(lowered, groups, sequence, alone=is_gap(lowered, 0, sequence[0].start))


def _build_sequence(lowered: str, groups: list[DigitGroup], sequence: list[DigitGroup], *, alone: bool) -> EdgeDigits:
    kinds = dict(zip((group.start for group in groups), classify_legitimate(lowered, groups), strict=True))
    return EdgeDigits(tuple(sequence), tuple(bool(kinds[group.start]) for group in sequence), alone)
