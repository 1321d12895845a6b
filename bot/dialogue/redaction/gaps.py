"""What may stand between two groups of digits for them to be one number still: marks, markup, emoji, a few words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.redaction.digits import DigitGroup, fold_text

MAX_GAP_LENGTH = 48
FILLERS = (
    r"and|then|next|the|rest|is|are|um|uh|er|hmm|dash|hyphen|minus|space|blank|dot|point|period|comma|slash|pause|"
    r"followed|by|last|first|final|other|starts?|begins?|middle|ends|done|ok|okay|two|three|four|five|six|part|half|digits?|numbers?|"
    r"y|luego|despues|el|los|la|las|lo|es|son|eh|este|guion|menos|espacio|punto|coma|barra|pausa|seguido|de|del|"
    r"ultim[oa]s|siguientes|proxim[oa]s|primer[oa]s|otr[oa]s|dos|tres|cuatro|cinco|seis|parte|mitad|digitos?|numeros?|resto"
)
# atomic, so that a text made for it cannot take long
GAP = re.compile(
    r"(?>(?><[^<>]{0,60}>|&#?\w{1,8};|(?<![a-z])x(?![a-z])|"
    rf"(?<![a-z0-9])(?:{FILLERS}|[2-9])(?![a-z0-9])|[^\w$]|_))*+"
)
DASH = re.compile(
    r"\s?[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d~]\s?|\W{0,3}\b(?:dash|hyphen|minus|guion|menos|raya)\b\W{0,3}"
)


def is_gap(lowered: str, start: int, end: int) -> bool:
    """Whether what stands at [start, end) of a plain text parts no numbers."""
    return end - start <= MAX_GAP_LENGTH and GAP.fullmatch(lowered, start, end) is not None


def is_dash(lowered: str, start: int, end: int) -> bool:
    """Whether it is a dash, written or said."""
    return end - start <= 12 and DASH.fullmatch(lowered, start, end) is not None


def split_into_sequences(text: str, groups: Sequence[DigitGroup]) -> list[list[DigitGroup]]:
    """Groups of digits with nothing but a gap between them."""
    lowered = fold_text(text)
    runs: list[list[DigitGroup]] = []
    for group in groups:
        if runs and is_gap(lowered, runs[-1][-1].end, group.start):
            runs[-1].append(group)
        else:
            runs.append([group])
    return runs
