"""Turns written text into text that a voice pronounces correctly. Pure.

Voices read "99999-001" as a subtraction and "$112.40" in various ways; neural voices ignore `say-as` for digits, so
digits are spaced out here, with commas for pauses. What one rule has put into words is out of reach of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from backend.language import ENGLISH, SPANISH, current_language
from bot.channels.voice.speaking.numbers import spell_amount, spell_digits
from bot.channels.voice.speaking.patterns import RULES, Words

__all__ = ["Span", "make_spans", "make_speakable", "spell_amount", "spell_digits", "split_speech"]

ENGLISH_NAMES = (
    "Auto Pay", "Auto Draft", "Quick Pay", "Billing and Payments", "Draft Payments", "Manage Bank Draft", "Due Date",
    "Manage Alerts", "My Account", "Log In To Account", "Memorial Day", "Labor Day", "Salvation Army", "STOP", "START",
    "HELP",
)  # fmt: skip
"""Names that stay English in a Spanish text."""
_FIRST_MARK, _LAST_MARK = 0xE000, 0xF8FF  # private use: stands for words that are finished
_PRIVATE = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")
_UNSPEAKABLE = re.compile(rf"[^\w\s.,;:!?¿¡'\"()$%&@#/+*{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}-]|_")
_SPACES = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": ",", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True)
class Span:
    """Words and the language in which to say them."""

    text: str
    language: str


def make_speakable(text: str) -> str:
    """Rewrite `text` for a voice: no web addresses, amounts and dates in words, digits in groups."""
    return "".join(span.text for span in make_spans(text))


def make_spans(text: str, names: Iterable[str] = ()) -> tuple[Span, ...]:
    """The same with the language of each part: the names of streets, of the site and in `names` are English."""
    return _Rewriting().rewrite(text, tuple(names))


_DOUBLED_END = re.compile(r"\.{2,}")


class _Rewriting:
    """The rewriting of one text: what is finished is kept aside, and a private character stands in its place."""

    def __init__(self) -> None:
        self._finished: list[tuple[Span, ...]] = []

    def rewrite(self, text: str, names: tuple[str, ...]) -> tuple[Span, ...]:
        text = _PRIVATE.sub(" ", text.translate(_TYPOGRAPHY))
        for pattern, replacement in RULES:
            text = pattern.sub(self._keeper(replacement), text)
        if current_language() == SPANISH:
            text = _compile_names(names).sub(lambda match: self._keep([(match[0], ENGLISH)]), text)
        # XML 1.0 has no way to write most control characters, and the SDK does not refuse them
        text = "".join(x if x.isprintable() or x in "\n\t" or _PRIVATE.match(x) else " " for x in text)
        text = _SPACES.sub(" ", _DOUBLED_END.sub(".", _UNSPEAKABLE.sub(" ", text))).strip()
        return _join_spans(self._restore(text))

    def _keeper(self, replacement: Callable[[re.Match[str]], Words]) -> Callable[[re.Match[str]], str]:
        return lambda match: self._keep(replacement(match), match[0])

    def _keep(self, words: Words, written: str = "") -> str:
        if words is None:
            return written
        if isinstance(words, str):
            words = [(words, current_language())]
        if len(self._finished) > _LAST_MARK - _FIRST_MARK:
            return "".join(part for part, _ in words)
        self._finished.append(tuple(Span(part, language) for part, language in words))
        return chr(_FIRST_MARK + len(self._finished) - 1)

    def _restore(self, text: str) -> Iterable[Span]:
        for part in re.split(f"({_PRIVATE.pattern})", text):
            if _PRIVATE.fullmatch(part):
                for span in self._finished[ord(part) - _FIRST_MARK]:
                    # a rule may have put words into the place of some that hold finished ones
                    yield from (Span(each.text, span.language) for each in self._restore_in(span))
            elif part:
                yield Span(part, current_language())

    def _restore_in(self, span: Span) -> Iterable[Span]:
        return self._restore(span.text) if _PRIVATE.search(span.text) else (span,)


def _join_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbors of one language joined, single spaces, nothing empty."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].language == span.language:
            joined[-1] = Span(joined[-1].text + span.text, span.language)
        elif span.text:
            joined.append(span)
    texts = [_SPACES.sub(" ", span.text) for span in joined]
    if texts:
        texts[0] = texts[0].lstrip()
        texts[-1] = texts[-1].rstrip()
    return tuple(Span(text, span.language) for text, span in zip(texts, joined, strict=True) if text)


@cache
def _compile_names(names: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted({*ENGLISH_NAMES, *(name for name in names if name)}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def split_speech(text: str, longest: int) -> list[str]:
    """Split `text` at the ends of sentences, or of words, into pieces of at most `longest` characters."""
    pieces = []
    while len(text) > longest:
        window = text[:longest]
        cut = max(window.rfind(". "), window.rfind("? "), window.rfind("! ")) + 1
        if cut <= 0:
            cut = max(window.rfind(" "), 0) or longest
        pieces.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*pieces, text] if text else pieces
