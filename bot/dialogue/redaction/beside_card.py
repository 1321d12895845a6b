"""What belongs to a card and is no card number: expiry, security code and zip, in its message or in one behind it.

`exp 12/28` alone may be anything's; where a card is spoken of it is the card's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.dialogue.redaction.digits import Group
from bot.dialogue.redaction.gaps import is_gap, runs_in
from bot.dialogue.redaction.number_labels import Mark
from bot.dialogue.redaction.plausible import Situation, is_answer_again, is_expected

DATE_WORD = re.compile(
    r"\b(?:exp|expiry|expires?|expiring|expiration|(?:valid|good)\s+(?:thru|through|until)|vence|vencimiento|caduca|"
    r"expira|valida\s+hasta)\b"
)
ONLY_OF_CARDS = re.compile(r"\b(?:(?:valid|good)\s+(?:thru|through)|exp(?:iry|iration)?\s+date|expiration)\b")
DATE = re.compile(r"(?<![\d/$])(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:2[4-9]|[34]\d|20[2-4]\d)(?![\d/-])")
FIGURES_OF_DATE = re.compile(r"(?:0?[1-9]|1[0-2])?(?:20)?(?:2[4-9]|[34]\d)")
DATE_ALONE = re.compile(
    rf"\W*(?:{DATE.pattern}|(?:0[1-9]|1[0-2])(?:2[4-9]|[34]\d))(?P<code>\W{{1,4}}(?:and\s+|y\s+)?\d{{3,4}})?\W*"
)
ZIP = re.compile(r"\b(?:zip|postal)\b\D{0,10}\d{5}(?:-\d{4})?\b")
CODE = re.compile(r"\b(?:code|back|security|codigo|atras|seguridad)\b\D{0,12}(\d{3,4})\b")
SEC = re.compile(r"\bsec\W{0,3}(\d{3,4})\b")
REACH = 20
LONGEST_DATE = 6

Finding = tuple[int, int, str]


def beside_card(
    text: str, groups: Sequence[Group], marks: Sequence[Mark], situation: Situation, *, whole: bool
) -> Iterator[Finding]:
    """Where in a plain text expiry, code and zip of a card stand. `whole`: its number stands there too."""
    if whole:
        yield from _everything(text)
    given = situation.card == "given"
    if given and situation.asked != "date":
        yield from _alone(text, groups, situation)
    if whole or given or situation.card or any(mark.kind in ("card", "code") for mark in marks):
        yield from _dates(text, groups, certain=whole)
        if DATE_WORD.search(text):
            for match in SEC.finditer(text):
                yield match.start(1), match.end(1), "code"
    else:
        for match in ONLY_OF_CARDS.finditer(text):
            yield from _date_behind(text, groups, match, certain=False)
    yield from _code_beside_date(text, groups)


def _everything(text: str) -> Iterator[Finding]:
    for pattern in (DATE, ZIP):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), "card"
    for match in CODE.finditer(text):
        yield match.start(1), match.end(1), "code"


def _alone(text: str, groups: Sequence[Group], situation: Situation) -> Iterator[Finding]:
    """A message that is nothing but expiry or code, behind one with the number."""
    sizes = [len(group.digits) for group in groups]
    if DATE_ALONE.fullmatch(text) and not _is_last_four(sizes, situation):
        yield groups[0].start, groups[-1].end, "card"
        return
    if DATE_WORD.search(text):
        for match in DATE.finditer(text):
            yield match.start(), match.end(), "card"
    if sum(sizes) not in (3, 4) or is_expected(sizes, situation) or is_answer_again(sizes, situation):
        return
    only = is_gap(text, 0, groups[0].start) and is_gap(text, groups[-1].end, len(text))
    if only or CODE.search(text):
        yield groups[0].start, groups[-1].end, "code"


def _is_last_four(sizes: list[int], situation: Situation) -> bool:
    """Whether four figures in a row are what was asked for, though they could be a month and a year: `0646`. An
    amount or a time has to be sent twice: behind a card an expiry is likelier than either."""
    asked = situation.again or situation.asked in ("last4", "identity")
    return sizes == [4] and asked and is_expected(sizes, situation)


def _dates(text: str, groups: Sequence[Group], *, certain: bool) -> Iterator[Finding]:
    for match in DATE_WORD.finditer(text):
        yield from _date_behind(text, groups, match, certain=certain)


def _date_behind(text: str, groups: Sequence[Group], word: re.Match[str], *, certain: bool) -> Iterator[Finding]:
    """The figures behind a word for expiry. `certain`: whatever they are; else only those that can be a card's."""
    after = [group for group in groups if 0 <= group.start - word.end() <= REACH][:2]
    if len(after) == 2 and len(runs_in(text, after)) == 2:
        after = after[:1]
    figures = "".join(group.digits for group in after)
    if after and len(figures) <= LONGEST_DATE and (certain or FIGURES_OF_DATE.fullmatch(figures)):
        yield word.start(), after[-1].end, "card"


def _code_beside_date(text: str, groups: Sequence[Group]) -> Iterator[Finding]:
    """`expires oh four twenty seven code one two three`: together they are nothing but a card's."""
    word = DATE_WORD.search(text)
    code = re.search(r"\b(?:code|codigo)\b", text)
    if word is None or code is None:
        return
    behind = [group for group in groups if 0 <= group.start - code.end() <= REACH][:1]
    if behind and len(behind[0].digits) in (3, 4):
        yield from _date_behind(text, groups, word, certain=False)
        yield behind[0].start, behind[0].end, "code"
