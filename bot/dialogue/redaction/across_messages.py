"""Reads a message behind the last ones of its conversation: a number may come in pieces, by voice and by keypad.

A piece that is harmless alone was kept. When the rest comes, it is taken out of what was kept as well. Nothing is held
for this but the rows that are there anyway.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.card_numbers import find_card_end, is_card_number
from bot.dialogue.redaction.digits import DigitGroup, find_digit_groups, fold_text
from bot.dialogue.redaction.expected_numbers import (
    BASE_SIZES,
    MEMBER_NUMBER_SIZES,
    SSN_SIZES,
    RedactionContext,
    classify_legitimate,
    count_account_groups,
    is_repeated_answer,
    matches_question,
)
from bot.dialogue.redaction.gaps import is_gap, split_into_sequences
from bot.dialogue.redaction.lookalikes import replace_lookalikes
from bot.dialogue.redaction.passwords import mentions_login
from bot.dialogue.redaction.redact import (
    PARTIAL_CARD_PLACEHOLDER,
    PLACEHOLDER_PATTERN,
    PLACEHOLDERS,
    Finding,
    RedactedText,
    find_sensitive,
    list_removed_kinds,
    replace_findings,
)
from bot.dialogue.redaction.secret_words import ends_before_value, find_trailing_name, names_no_secret

MAX_EARLIER = 8
"""A card in four pieces, with a word between each two."""
RECENT_COUNT = 4
OPEN_LABEL = re.compile(
    r"\W*(?:(?P<number>(?:number|no|num|digits|numero|code)\W*))?(?P<is>(?:is|are|es|son|was|it's)\b\W*|[:=]\W*)?"
    r"(?:(?:um+|uh+|eh+)\W*)?"
)
NEW_REQUEST = re.compile(
    r"\s*(?:no|yes|yeah|si|ok|okay|help|stop|never\s?mind|cancel|person|operator|agent|what|why|how|ayuda|cancelar|"
    r"espanol|english|sorry|wait|hold\s+on|pay|pagar|i\s|quiero)\b"
)
MAX_SECRET_LENGTH = 60
MAX_LABEL_WORDS = 4
QUESTION_WORDS = re.compile(
    r"\b(?:do|does|you|your|what|where|which|need|forgot|lost|is|with|on|que|necesit\w*|tien\w*|pid\w*|dar|doy|cual|donde|"
    r"su|sus|con)\b"
)
SPLIT_SSN_SIZES = ([2, 7], [3, 6], [5, 4])
MAX_CHAT_WORDS = 4
"""Words of a message between two pieces of a number."""
CHAT = re.compile(
    r"\W*(?:(?:ok|okay|next|and|then|now|wait|hold\s+on|(?:one|just\s+a)\s+(?:sec|second|minute|moment)|um+|uh+|sorry|here|ready|"
    r"(?:last|next|first)\s+one|continue|go\s+on|got\s+it|yes|y|luego|ahora|espera|un\s+momento|momento|listo|ya|sigue|perdon|si|aqui)\b\W*){0,4}"
)
ACCOUNT_AT_END = re.compile(
    r"(?<![a-z])(?:account|acct|a/c|cuenta)(?:\s+(?:number|no|num|numero|#))?\s*(?:is|es|:)?[\s.]*$"
)
REST_OF_NUMBER = re.compile(
    r"\W*(?:(?:and|y|then|luego)\s+)?(?:(?:it|the\s+rest|the\s+other\s+(?:half|part)|lo\s+demas|el\s+resto|la\s+otra\s+mitad)\s+)?"
    r"(?:(?:ends?|finish\w*|goes|continues|termina\w*|acaba\w*|sigue|is|are|es|son)\s+)(?:(?:in|with|on|en|con)\s+)?"
)
"""In front of the rest of a number that was removed."""
MIN_CODE_DIGITS, MAX_CODE_DIGITS = 4, 8
MIN_BASE_DIGITS, MAX_BASE_DIGITS = 4, 9
"""Digits of a member number in front of its dash."""
FIXED_LENGTH_QUESTIONS = ("last4", "identity", "code", "phone")
"""What is asked for and has so many digits, no more and no fewer."""
USUAL_CARD_LENGTHS = (15, 16)
"""How long the cards are that people carry; a Diners card has 14, and begins with a 3."""
CONTINUABLE_KINDS = ("card", "number", "ssn", "bank")
"""Kinds of which the rest may still be to come."""


@dataclass(frozen=True)
class EarlierMessage:
    """A message of before, as it is kept: its row, and its text."""

    id: int
    provider_id: str
    text: str


@dataclass(frozen=True)
class MessageRedaction:
    """A message as it may be kept. `again`: the new texts of earlier ones by their row; `pieces`: digits that went
    out of those."""

    text: str
    rewritten_texts: dict[int, str] = field(default_factory=dict)
    removed_digits: tuple[str, ...] = ()


@dataclass(frozen=True)
class _GroupSequence:
    """The digits at one end of a message."""

    groups: tuple[DigitGroup, ...]
    are_legitimate: tuple[bool, ...]
    is_alone: bool  # nothing else is in the message but fillers

    @property
    def digits(self) -> list[str]:
        return [group.digits for group in self.groups]

    @property
    def sizes(self) -> list[int]:
        return [len(group.digits) for group in self.groups]


def redact_in_context(earlier: Sequence[EarlierMessage], text: str, situation: RedactionContext) -> MessageRedaction:
    """Redact a message in the light of the earlier ones, the oldest first."""
    situation = _add_refused_answer(earlier, _add_recent_topics(earlier[-RECENT_COUNT:], situation))
    found = find_sensitive(text, situation)
    if not earlier or not text:
        return MessageRedaction(replace_findings(text, found).text)
    joined = _find_joined_number(earlier, text, situation)
    if joined is not None:
        ours, again, pieces = joined
        return MessageRedaction(replace_findings(text, [*found, *ours]).text, again, pieces)
    last = next((one.text for one in reversed(earlier) if not CHAT.fullmatch(fold_text(one.text))), "")
    more = _find_continuation(last, text, situation, found) or _find_bank_account(
        earlier[-RECENT_COUNT:], text, situation
    )
    return MessageRedaction(replace_findings(text, [*found, *more]).text)


def _add_recent_topics(earlier: Sequence[EarlierMessage], situation: RedactionContext) -> RedactionContext:
    """The situation with what was spoken of just before."""
    if not earlier:
        return situation
    before = [fold_text(one.text) for one in earlier]
    given = any("card" in list_removed_kinds(one.text) for one in earlier)
    spoken = any(mark.kind == "card" for one in before for mark in labels.find_labels(one))
    login = any(map(mentions_login, before))
    card = "given" if given else "spoken" if spoken else ""
    return replace(situation, card=card, login_mentioned=login)


def _add_refused_answer(earlier: Sequence[EarlierMessage], situation: RedactionContext) -> RedactionContext:
    """The situation with whether the message before may have been taken out by mistake. Which digits they were nobody
    keeps, so that any answer of the right size is that answer once more."""
    refused = _refused_kind([one.text for one in earlier[-RECENT_COUNT:]])
    return replace(
        situation,
        is_retry=bool(refused),
        may_be_suffix=refused not in ("", "card") and _is_member_number_begun(earlier),
    )


def _refused_kind(texts: Sequence[str]) -> str:
    """What the last message with figures was taken for, if it was nothing but figures, no whole card, and may have been
    taken for the rest of what was removed before it; else an empty text."""
    telling = [text for text in texts if list_removed_kinds(text) or find_digit_groups(text)]
    removed = [list_removed_kinds(text) for text in telling if list_removed_kinds(text)]
    if (
        len(removed) < 2
        or PLACEHOLDERS["card"] in telling[-1]
        or re.search(r"\w", PLACEHOLDER_PATTERN.sub("", telling[-1]))
    ):
        return ""
    kind = removed[-1][0]
    return kind if kind == "code" or kind in removed[-2] else ""


def _is_member_number_begun(earlier: Sequence[EarlierMessage]) -> bool:
    """Whether a member number may have been told without what is behind its dash, so that this is asked for."""
    runs = [run for one in earlier if (run := _trailing_sequence(one.text)) is not None]
    return any(len(run.sizes) == 1 and MIN_BASE_DIGITS <= run.sizes[0] <= MAX_BASE_DIGITS for run in runs)


def _find_continuation(last: str, text: str, situation: RedactionContext, found: list[Finding]) -> list[Finding]:
    """What the end of the message before says that this one is: `my pin is`, or the first half of a card, removed."""
    before, lowered = fold_text(last), fold_text(text)
    run = _leading_sequence(text)
    if "?" in last[-3:]:
        return []
    if ends_before_value(before) and _may_be_secret(lowered):
        return [(0, len(text), "secret")]
    if run is not None and (label := _find_open_label(before, matches_question(run.sizes, situation))):
        return [one for one in _find_with_label(label, text, situation) if one[0] < run.groups[-1].end]
    if (name := find_trailing_name(before)) and not (run is not None and matches_question(run.sizes, situation)):
        if named := _find_with_label(name, text, situation):
            return named
        # who was asked for the member number after `my password` gives that
        if (
            run is not None
            and run.is_alone
            and not situation.is_number_asked
            and MIN_CODE_DIGITS <= sum(run.sizes) <= MAX_CODE_DIGITS
        ):
            return [(run.groups[0].start, run.groups[-1].end, "code")] if not any(run.are_legitimate) else []
    if run is not None and run.is_alone and not found:
        return _find_rest_of_removed(last, run, situation)
    rest = REST_OF_NUMBER.match(lowered)
    behind = _leading_sequence(text[rest.end() :]) if rest and not found else None
    if rest and behind is not None and behind.is_alone:
        taken = _find_rest_of_removed(last, behind, situation)
        return [(start + rest.end(), end + rest.end(), kind) for start, end, kind in taken]
    return []


def _find_with_label(name: str, text: str, situation: RedactionContext) -> list[Finding]:
    """What is found in a text with its name in front of it."""
    lead = f"{name} is " if _may_be_secret(fold_text(text)) and find_digit_groups(text) else f"{name} "
    longer = [(start - len(lead), end - len(lead), kind) for start, end, kind in find_sensitive(lead + text, situation)]
    return [(max(0, start), end, kind) for start, end, kind in longer if end > 0]


def _find_bank_account(earlier: Sequence[EarlierMessage], text: str, situation: RedactionContext) -> list[Finding]:
    """The number of the account behind a routing number that was taken out."""
    run = _leading_sequence(text)
    if (
        run is None
        or any(run.are_legitimate)
        or count_account_groups(run.digits, situation)
        or matches_question(run.sizes, situation)
    ):
        return []
    routed = any("bank" in list_removed_kinds(one.text) for one in earlier)
    if routed and ACCOUNT_AT_END.search(fold_text(earlier[-1].text)) and sum(run.sizes) >= MIN_CODE_DIGITS:
        return [(run.groups[0].start, run.groups[-1].end, "bank")]
    return []


def _may_be_secret(lowered: str) -> bool:
    words = lowered.split()
    if not words or len(lowered) > MAX_SECRET_LENGTH or "?" in lowered or NEW_REQUEST.match(lowered):
        return False
    return not names_no_secret(lowered)


def _find_open_label(before: str, expected: bool) -> str:
    """The telling word that a message ends with, waiting for its number: `my routing number is`.

    `expected`: what comes is just what was asked for since; a code behind `by bank` is no bank's number.
    """
    marks = [mark for mark in labels.find_labels(before) if mark.kind in ("ssn", "bank", "code", "card")]
    if not marks:
        return ""
    end = OPEN_LABEL.fullmatch(before, marks[-1].end)
    if not end or not (end["is"] or (_is_label_only(before) and not expected)):
        return ""
    return before[marks[-1].start : marks[-1].end]


def _is_label_only(before: str) -> bool:
    """`my routing number`, and not `do you need my routing number`."""
    return len(before.split()) <= MAX_LABEL_WORDS and not QUESTION_WORDS.search(before)


def _find_rest_of_removed(last: str, run: _GroupSequence, situation: RedactionContext) -> list[Finding]:
    """Bare digits right behind a number that was removed, unless they are just what is asked for."""
    kinds = [kind for kind in list_removed_kinds(last) if kind in CONTINUABLE_KINDS]
    sizes = run.sizes
    whole = PLACEHOLDERS["card"] in last
    # a whole number was removed and a member number is asked for: here it is
    number = situation.is_number_asked and (
        (sizes in MEMBER_NUMBER_SIZES and (whole or PARTIAL_CARD_PLACEHOLDER not in last))
        or (whole and sizes in BASE_SIZES)
    )
    again = is_repeated_answer(sizes, situation)
    asked = number or again or matches_question(sizes, situation) or count_account_groups(run.digits, situation)
    if not kinds or asked or any(run.are_legitimate) or sum(sizes) < (2 if kinds[0] == "ssn" else 3):
        return []
    return [(run.groups[0].start, run.groups[-1].end, kinds[0])]


JoinedNumber = tuple[list[Finding], dict[int, str], tuple[str, ...]]


def _find_joined_number(
    earlier: Sequence[EarlierMessage], text: str, situation: RedactionContext
) -> JoinedNumber | None:
    """A card or social security number that this message completes."""
    first = _leading_sequence(text)
    if first is None:
        return None
    runs = _trailing_sequences(earlier)
    for start in range(len(runs)):
        parts = runs[start:]
        digits = [one for part, _ in parts for one in part.digits]
        before = len(digits)
        whole = [*digits, *first.digits]
        stays = [one for part, _ in parts for one in part.are_legitimate] + list(first.are_legitimate)
        alone = first.is_alone and all(part.is_alone for part, _ in parts)
        kind, last = _classify_joined(whole, stays, before, alone, situation)
        if kind:
            end = first.groups[min(last - before, len(first.groups) - 1)].end
            ours: list[Finding] = [(first.groups[0].start, end, kind)]
            again = {kept.id: _redact_sequence(kept.text, part, kind) for part, kept in parts}
            return ours, again, tuple("".join(part.digits) for part, _ in parts)
    return None


def _classify_joined(
    digits: list[str], stays: list[bool], before: int, alone: bool, situation: RedactionContext
) -> tuple[str, int]:
    """(kind, last group) of what goes over the end of the message before, or an empty kind."""
    if any(stays[:before]) or any(count_account_groups(digits[at:], situation) for at in range(len(digits))):
        return "", 0
    last = find_card_end(digits, 0, stays)
    sizes = [len(group) for group in digits]
    if last is not None and last >= before:
        joined = digits[: last + 1]
        of_answers = _are_separate_answers(joined, situation) or _is_expected_answer(joined, sizes[before:], situation)
        if not of_answers and not _is_one_time_code(sizes, before, alone, situation):
            return "card", last
    ours = sizes[before:]
    nine = sizes == SSN_SIZES or (not situation.asked and sum(sizes) == 9 and sizes in SPLIT_SSN_SIZES)
    if alone and nine and not matches_question(ours, situation):
        return "ssn", len(digits) - 1
    return "", 0


def _are_separate_answers(digits: list[str], situation: RedactionContext) -> bool:
    """Whether each group is just what is asked for, and all together are no card: one wrong last four after another."""
    return all(matches_question([len(one)], situation) for one in digits) and not is_card_number("".join(digits))


def _is_expected_answer(joined: list[str], ours: list[int], situation: RedactionContext) -> bool:
    """Whether just what is asked for comes behind other answers, as a last four behind a member number without its
    dash: one in ten of those passes a card's check, at a length that no card has which people carry."""
    carried = sum(map(len, joined)) in USUAL_CARD_LENGTHS or joined[0][0] == "3"
    return situation.asked in FIXED_LENGTH_QUESTIONS and matches_question(ours, situation) and not carried


def _is_one_time_code(sizes: list[int], before: int, alone: bool, situation: RedactionContext) -> bool:
    """Whether the code that is asked for comes behind last fours and wrong codes: no card is written in 4, 6 and 6
    figures, but one in ten of such answers passes a card's check."""
    answers = situation.asked == "code" and alone and sizes[before:] == [6]
    return answers and set(sizes[:before]) <= {4, 6} and 6 in sizes[:before]


def _trailing_sequences(earlier: Sequence[EarlierMessage]) -> list[tuple[_GroupSequence, EarlierMessage]]:
    """The digits at the end of the message before, and of those before it as long as they are nothing but digits."""
    found: list[tuple[_GroupSequence, EarlierMessage]] = []
    for kept in reversed(earlier):
        if _is_chat(kept.text):
            continue
        run = _trailing_sequence(kept.text)
        if run is None or (found and not found[0][0].is_alone):
            break
        found.insert(0, (run, kept))
    return found


def _is_chat(text: str) -> bool:
    """A few words without a figure, between two pieces of a number."""
    lowered = fold_text(text)
    return CHAT.fullmatch(lowered) is not None or (
        len(lowered.split()) <= MAX_CHAT_WORDS
        and not find_digit_groups(lowered)
        and not PLACEHOLDER_PATTERN.search(text)
    )


def _leading_sequence(text: str) -> _GroupSequence | None:
    lowered = replace_lookalikes(fold_text(text))
    groups = find_digit_groups(lowered)
    if not groups or not is_gap(lowered, 0, groups[0].start):
        return None
    run = split_into_sequences(lowered, groups)[0]
    return _build_sequence(lowered, groups, run, alone=is_gap(lowered, run[-1].end, len(lowered)))


def _trailing_sequence(text: str) -> _GroupSequence | None:
    lowered = replace_lookalikes(fold_text(text))
    groups = find_digit_groups(lowered)
    if not groups or not is_gap(lowered, groups[-1].end, len(lowered)) or PLACEHOLDER_PATTERN.search(text):
        return None
    run = split_into_sequences(lowered, groups)[-1]
    mark = labels.find_label_before(run[0].start, labels.find_labels(lowered))
    if mark is not None and mark.kind == "other":
        return None  # a meter, a ZIP code, a ticket
    return _build_sequence(lowered, groups, run, alone=is_gap(lowered, 0, run[0].start))


def _build_sequence(lowered: str, groups: list[DigitGroup], run: list[DigitGroup], *, alone: bool) -> _GroupSequence:
    kinds = dict(zip((group.start for group in groups), classify_legitimate(lowered, groups), strict=True))
    return _GroupSequence(tuple(run), tuple(bool(kinds[group.start]) for group in run), alone)


def _redact_sequence(text: str, run: _GroupSequence, kind: str) -> str:
    cleaned: RedactedText = replace_findings(text, [(run.groups[0].start, run.groups[-1].end, kind)])
    return cleaned.text


def scrub_digits(text: str, pieces: Sequence[str]) -> str:
    """A text without any of the digits `pieces`, however they stand in it: what was said back of a number that went."""
    found: list[Finding] = []
    for run in split_into_sequences(text, find_digit_groups(text)):
        joined, places = "", []
        for index, group in enumerate(run):
            joined += group.digits
            places += [index] * len(group.digits)
        for piece in pieces:
            at = joined.find(piece)
            if at >= 0:
                found.append((run[places[at]].start, run[places[at + len(piece) - 1]].end, "number"))
    return replace_findings(text, found).text if found else text
