"""Finds the expiry date, security code and ZIP code of a card, in the message with its number or in a later one.

`exp 12/28` alone may belong to anything; where a card is spoken of it belongs to the card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.dialogue.redaction.digits import DigitGroup, is_gap, split_into_sequences
from bot.dialogue.redaction.expected_numbers import RedactionContext, is_repeated_answer, matches_question
from bot.dialogue.redaction.number_labels import NumberLabel

EXPIRY_WORD = re.compile(
    r"\b(?:exp|expiry|expires?|expiring|expiration|(?:valid|good)\s+(?:thru|through|until)|vence|vencimiento|caduca|"
    r"expira|valida\s+hasta)\b"
)
CARD_EXPIRY_WORD = re.compile(r"\b(?:(?:valid|good)\s+(?:thru|through)|exp(?:iry|iration)?\s+date|expiration)\b")
EXPIRY_DATE = re.compile(r"(?<![\d/$])(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:2[4-9]|[34]\d|20[2-4]\d)(?![\d/-])")
EXPIRY_DIGITS = re.compile(r"(?:0?[1-9]|1[0-2])?(?:20)?(?:2[4-9]|[34]\d)")
EXPIRY_ONLY = re.compile(
    rf"\W*(?:{EXPIRY_DATE.pattern}|(?:0[1-9]|1[0-2])(?:2[4-9]|[34]\d))(?P<code>\W{{1,4}}(?:and\s+|y\s+)?\d{{3,4}})?\W*"
)
ZIP = re.compile(r"\b(?:zip|postal)\b\D{0,10}\d{5}(?:-\d{4})?\b")
SECURITY_CODE = re.compile(r"\b(?:code|back|security|codigo|atras|seguridad)\b\D{0,12}(\d{3,4})\b")
SECURITY_ABBREVIATION = re.compile(r"\bsec\W{0,3}(\d{3,4})\b")
MAX_DISTANCE = 20
MAX_EXPIRY_DIGITS = 6

Finding = tuple[int, int, str]
"""Where in a text something must be removed, and of which kind it is."""


def find_card_details(
    text: str, groups: Sequence[DigitGroup], marks: Sequence[NumberLabel], context: RedactionContext, *, whole: bool
) -> Iterator[Finding]:
    """Find expiry, code and ZIP of a card in a folded text. `whole`: its number is in the text too."""
    if whole:
        for pattern in (EXPIRY_DATE, ZIP):
            yield from ((*match.span(), "card") for match in pattern.finditer(text))
        yield from ((*match.span(1), "code") for match in SECURITY_CODE.finditer(text))
    if context.card == "given" and context.asked != "date":
        yield from _find_lone_details(text, groups, context)
    if whole or context.card or any(mark.kind in ("card", "code") for mark in marks):
        for match in EXPIRY_WORD.finditer(text):
            yield from _find_expiry_after(text, groups, match, certain=whole)
        if EXPIRY_WORD.search(text):
            yield from ((*match.span(1), "code") for match in SECURITY_ABBREVIATION.finditer(text))
    else:
        for match in CARD_EXPIRY_WORD.finditer(text):
            yield from _find_expiry_after(text, groups, match, certain=False)
    yield from _find_code_with_expiry(text, groups)


def _find_lone_details(text: str, groups: Sequence[DigitGroup], context: RedactionContext) -> Iterator[Finding]:
    """Find expiry or code in a message that is nothing else, behind one with the number."""
    sizes = [len(group.digits) for group in groups]
    # four digits may be the last four that was asked for, though they could be a month and a year (0646); an amount or
    # a time has to be sent twice, because behind a card an expiry date is likelier than either
    is_asked = context.is_retry or context.asked in ("last4", "identity")
    is_last4 = sizes == [4] and is_asked and matches_question(sizes, context)
    if EXPIRY_ONLY.fullmatch(text) and not is_last4:
        yield groups[0].start, groups[-1].end, "card"
        return
    if EXPIRY_WORD.search(text):
        for match in EXPIRY_DATE.finditer(text):
            yield match.start(), match.end(), "card"
    if sum(sizes) not in (3, 4) or matches_question(sizes, context) or is_repeated_answer(sizes, context):
        return
    only = is_gap(text, 0, groups[0].start) and is_gap(text, groups[-1].end, len(text))
    if only or SECURITY_CODE.search(text):
        yield groups[0].start, groups[-1].end, "code"


def _find_expiry_after(
    text: str, groups: Sequence[DigitGroup], word: re.Match[str], *, certain: bool
) -> Iterator[Finding]:
    """Find the digits behind a word for expiry. `certain`: any digits; else only those that can be an expiry date."""
    after = [group for group in groups if 0 <= group.start - word.end() <= MAX_DISTANCE][:2]
    if len(after) == 2 and len(split_into_sequences(text, after)) == 2:
        after = after[:1]
    figures = "".join(group.digits for group in after)
    if after and len(figures) <= MAX_EXPIRY_DIGITS and (certain or EXPIRY_DIGITS.fullmatch(figures)):
        yield word.start(), after[-1].end, "card"


def _find_code_with_expiry(text: str, groups: Sequence[DigitGroup]) -> Iterator[Finding]:
    """`expires oh four twenty seven code one two three`: an expiry with a code can only belong to a card."""
    word = EXPIRY_WORD.search(text)
    code = re.search(r"\b(?:code|codigo)\b", text)
    if word is None or code is None:
        return
    behind = [group for group in groups if 0 <= group.start - code.end() <= MAX_DISTANCE][:1]
    if behind and len(behind[0].digits) in (3, 4):
        yield from _find_expiry_after(text, groups, word, certain=False)
        yield behind[0].start, behind[0].end, "code"
