"""Long texts in parts, with `Shall I go on?` between them: nobody keeps more than twenty seconds in mind. Pure."""

from __future__ import annotations

import re

from backend.language import mark, tr
from bot.channels.voice.speaking.speech import make_speakable
from bot.dialogue.messages import Message, Reply

WORDS_PER_MINUTE = 150
MAX_SECONDS = 20.0
"""Of talk without a question."""
MAX_SECONDS_WITH_NUMBER = 30.0
"""With a number that is said twice to be written down: nobody writes while they are asked something else."""
MAX_MENU_SECONDS = 15.0
PART_SECONDS = 17.0
"""Of one part, so that its question still fits."""
GO_ON = mark("There is more: shall I go on?")
_EMERGENCY_NUMBER = re.compile(r"\b9 ?1 ?1\b")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\w¿¡\"(])")


def speaking_seconds(*texts: str) -> float:
    """How long it takes to say the texts, in the current language."""
    return sum(len(make_speakable(text).split()) for text in texts) * 60 / WORDS_PER_MINUTE


def build_go_on_question() -> Reply:
    return Reply((Message(tr(GO_ON), hints={"expect": "confirm"}),))


def is_emergency(texts: tuple[str, ...]) -> bool:
    """Whether the texts tell to call 911; they are then said in one piece, and nothing else is asked."""
    return any(_EMERGENCY_NUMBER.search(text) for text in texts)


def split_into_sentences(texts: tuple[str, ...]) -> list[str]:
    return [sentence for text in texts for sentence in _SENTENCE_END.split(text.strip()) if sentence]


def split_into_parts(texts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The texts in parts of about equal length, cut between sentences; one part if they are short or about danger."""
    sentences = split_into_sentences(texts)
    limit = MAX_SECONDS_WITH_NUMBER if _gives_number(texts) else MAX_SECONDS
    if is_emergency(texts) or _seconds_until_question(sentences) <= limit:
        return [texts]
    lengths = [speaking_seconds(sentence) for sentence in sentences]
    total = sum(lengths)
    longest = min(PART_SECONDS, total / (total // PART_SECONDS + 1) + 3)
    parts: list[tuple[str, ...]] = []
    part: list[str] = []
    part_length = 0.0
    for sentence, length in zip(sentences, lengths, strict=True):
        if part and part_length + length > longest and not _is_last_question(sentence, sentences):
            parts.append((" ".join(part),))
            part, part_length = [], 0.0
        part.append(sentence)
        part_length += length
    return [*parts, (" ".join(part),)]


def _gives_number(texts: tuple[str, ...]) -> bool:
    """Whether a confirmation number is told, which is said twice, and nothing is asked."""
    asks = any(text.rstrip().endswith("?") for text in texts)
    return not asks and any(f"; {tr('again')}: " in make_speakable(text) for text in texts)


def _seconds_until_question(sentences: list[str]) -> float:
    asked = next((place for place, sentence in enumerate(sentences) if sentence.endswith("?")), len(sentences) - 1)
    return speaking_seconds(*sentences[: asked + 1])


def _is_last_question(sentence: str, sentences: list[str]) -> bool:
    """A short question at the end stays with what it is about."""
    return sentence is sentences[-1] and speaking_seconds(sentence) < MAX_SECONDS - PART_SECONDS
