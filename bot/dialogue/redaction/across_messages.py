"""Redacts a message together with those before it: a number may arrive in pieces, `4111 1111` and then `1111 1111`.

A piece that is harmless alone was stored. When the rest arrives, the stored piece is redacted too. This needs no state
besides the stored messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.card_numbers import find_card_end, is_card_number
from bot.dialogue.redaction.digits import find_digit_groups, fold_text, split_into_sequences
from bot.dialogue.redaction.expected_numbers import (
    BASE_SIZES,
    MEMBER_NUMBER_SIZES,
    SSN_SIZES,
    RedactionContext,
    count_account_groups,
    is_repeated_answer,
    matches_question,
)
from bot.dialogue.redaction.message_ends import (
    CHAT,
    EarlierMessage,
    EdgeDigits,
    find_leading_digits,
    find_trailing_digits,
    find_trailing_pieces,
)
from bot.dialogue.redaction.passwords import mentions_login
from bot.dialogue.redaction.redact import (
    PARTIAL_CARD_PLACEHOLDER,
    PLACEHOLDER_PATTERN,
    PLACEHOLDERS,
    Finding,
    find_sensitive,
    list_removed_kinds,
    replace_findings,
)
from bot.dialogue.redaction.secret_words import ends_before_value, find_trailing_name, names_no_secret

MAX_EARLIER = 8
"""Enough for a card in four pieces with a word between each two."""
RECENT_COUNT = 4
OPEN_LABEL = re.compile(
    r"\W*(?:(?P<number>(?:number|no|num|digits|numero|code)\W*))?(?P<is>(?:is|are|es|son|was|it's)\b\W*|"
    r"[:=]\W*)?(?:(?:um+|uh+|eh+)\W*)?"
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
ACCOUNT_AT_END = re.compile(
    r"(?<![a-z])(?:account|acct|a/c|cuenta)(?:\s+(?:number|no|num|numero|#))?\s*(?:is|es|:)?[\s.]*$"
)
REST_OF_NUMBER = re.compile(
    r"\W*(?:(?:and|y|then|luego)\s+)?(?:(?:it|the\s+rest|the\s+other\s+(?:half|part)|lo\s+demas|el\s+resto|la\s+otra\s+mitad)\s+)?"
    r"(?:(?:ends?|finish\w*|goes|continues|termina\w*|acaba\w*|sigue|is|are|es|son)\s+)(?:(?:in|with|on|en|con)\s+)?"
)
"""Words in front of the rest of a number whose beginning was removed."""
MIN_CODE_DIGITS, MAX_CODE_DIGITS = 4, 8
MIN_BASE_DIGITS, MAX_BASE_DIGITS = 4, 9
"""Length of a member number in front of its dash."""
FIXED_LENGTH_QUESTIONS = ("last4", "identity", "code", "phone")
"""Questions whose answer has a fixed number of digits."""
USUAL_CARD_LENGTHS = (15, 16)
"""Lengths of the cards that people carry; a Diners card has 14 digits and begins with a 3."""
PHONE_SHAPE = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
"""A phone of the North American Numbering Plan: neither the area code nor the exchange begins with 0 or 1."""
MAX_ANSWERS_BEFORE_PHONE = 4
"""A last four, perhaps corrected, and a code, perhaps a second one."""
CONTINUABLE_KINDS = ("card", "number", "ssn", "bank")
"""Kinds of number whose rest may still come."""


@dataclass(frozen=True)
class MessageRedaction:
    """A message as it may be stored, the new texts of earlier ones by row id, and the digits removed from those."""

    text: str
    rewritten_texts: dict[int, str] = field(default_factory=dict)
    removed_digits: tuple[str, ...] = ()


def redact_in_context(earlier: Sequence[EarlierMessage], text: str, context: RedactionContext) -> MessageRedaction:
    """Redact a message in the light of the earlier ones, which come oldest first."""
    context = _add_refused_answer(earlier, _add_recent_topics(earlier[-RECENT_COUNT:], context))
    found = find_sensitive(text, context)
    if not earlier or not text:
        return MessageRedaction(replace_findings(text, found).text)
    joined = _find_joined_number(earlier, text, context)
    if joined is not None:
        ours, rewritten, pieces = joined
        return MessageRedaction(replace_findings(text, [*found, *ours]).text, rewritten, pieces)
    last = next((one.text for one in reversed(earlier) if not CHAT.fullmatch(fold_text(one.text))), "")
    more = _find_continuation(last, text, context, found) or _find_bank_account(earlier[-RECENT_COUNT:], text, context)
    return MessageRedaction(replace_findings(text, [*found, *more]).text)


def _add_recent_topics(earlier: Sequence[EarlierMessage], context: RedactionContext) -> RedactionContext:
    """Add to the context whether a card or a login was mentioned just before."""
    if not earlier:
        return context
    texts = [fold_text(one.text) for one in earlier]
    given = any("card" in list_removed_kinds(one.text) for one in earlier)
    spoken = any(mark.kind == "card" for text in texts for mark in labels.find_labels(text))
    card = "given" if given else "spoken" if spoken else ""
    return replace(context, card=card, login_mentioned=any(map(mentions_login, texts)))


def _add_refused_answer(earlier: Sequence[EarlierMessage], context: RedactionContext) -> RedactionContext:
    """Add whether the message before may have been redacted by mistake.

    Its digits are not stored, so any answer of the right length counts as the same answer again.
    """
    refused = _refused_kind([one.text for one in earlier[-RECENT_COUNT:]])
    return replace(
        context,
        is_retry=bool(refused),
        may_be_suffix=refused not in ("", "card") and _is_member_number_begun(earlier),
    )


def _refused_kind(texts: Sequence[str]) -> str:
    """The kind that the last message with digits was redacted as, if that may have been a mistake; else empty.

    It may have been one if the message was nothing but digits, no whole card, and redacted for what stood before it.
    """
    with_digits = [text for text in texts if list_removed_kinds(text) or find_digit_groups(text)]
    removed = [list_removed_kinds(text) for text in with_digits if list_removed_kinds(text)]
    if (
        len(removed) < 2
        or PLACEHOLDERS["card"] in with_digits[-1]
        or re.search(r"\w", PLACEHOLDER_PATTERN.sub("", with_digits[-1]))
    ):
        return ""
    kind = removed[-1][0]
    return kind if kind == "code" or kind in removed[-2] else ""


def _is_member_number_begun(earlier: Sequence[EarlierMessage]) -> bool:
    """Whether a member number may have been given without the digits behind its dash, which are then asked for."""
    ends = [end for one in earlier if (end := find_trailing_digits(one.text)) is not None]
    return any(len(end.sizes) == 1 and MIN_BASE_DIGITS <= end.sizes[0] <= MAX_BASE_DIGITS for end in ends)


def _find_continuation(last: str, text: str, context: RedactionContext, found: list[Finding]) -> list[Finding]:
    """Find what to remove by the end of the last message: `my pin is`, or a removed first half of a card."""
    before, lowered = fold_text(last), fold_text(text)
    leading = find_leading_digits(text)
    if "?" in last[-3:]:
        return []
    if ends_before_value(before) and _may_be_secret(lowered):
        return [(0, len(text), "secret")]
    if leading is not None and (label := _find_open_label(before, matches_question(leading.sizes, context))):
        return [one for one in _find_with_label(label, text, context) if one[0] < leading.groups[-1].end]
    if (name := find_trailing_name(before)) and not (leading is not None and matches_question(leading.sizes, context)):
        if named := _find_with_label(name, text, context):
            return named
        # where the member number was asked for after "my password", the digits are that
        if (
            leading is not None
            and leading.is_alone
            and not context.is_number_asked
            and MIN_CODE_DIGITS <= sum(leading.sizes) <= MAX_CODE_DIGITS
        ):
            is_code = not any(leading.are_legitimate)
            return [(leading.groups[0].start, leading.groups[-1].end, "code")] if is_code else []
    if leading is not None and leading.is_alone and not found:
        return _find_rest_of_removed(last, leading, context)
    rest = REST_OF_NUMBER.match(lowered)
    behind = find_leading_digits(text[rest.end() :]) if rest and not found else None
    if rest and behind is not None and behind.is_alone:
        continued = _find_rest_of_removed(last, behind, context)
        return [(start + rest.end(), end + rest.end(), kind) for start, end, kind in continued]
    return []


def _find_with_label(name: str, text: str, context: RedactionContext) -> list[Finding]:
    """Find what must be removed from a text when the label of the message before is put in front of it."""
    lead = f"{name} is " if _may_be_secret(fold_text(text)) and find_digit_groups(text) else f"{name} "
    longer = [(start - len(lead), end - len(lead), kind) for start, end, kind in find_sensitive(lead + text, context)]
    return [(max(0, start), end, kind) for start, end, kind in longer if end > 0]


def _find_bank_account(earlier: Sequence[EarlierMessage], text: str, context: RedactionContext) -> list[Finding]:
    """Find the number of the bank account behind a routing number that was removed."""
    sequence = find_leading_digits(text)
    if (
        sequence is None
        or any(sequence.are_legitimate)
        or count_account_groups(sequence.digits, context)
        or matches_question(sequence.sizes, context)
    ):
        return []
    routed = any("bank" in list_removed_kinds(one.text) for one in earlier)
    if routed and ACCOUNT_AT_END.search(fold_text(earlier[-1].text)) and sum(sequence.sizes) >= MIN_CODE_DIGITS:
        return [(sequence.groups[0].start, sequence.groups[-1].end, "bank")]
    return []


def _may_be_secret(lowered: str) -> bool:
    """Whether a folded text may be the password that the message before announced."""
    if not lowered.strip() or len(lowered) > MAX_SECRET_LENGTH or "?" in lowered or NEW_REQUEST.match(lowered):
        return False
    return not names_no_secret(lowered)


def _find_open_label(before: str, expected: bool) -> str:
    """The label that a message ends with and that waits for its number: `my routing number is`; else empty.

    `expected`: the number has the shape of what was asked since. A code behind `by bank` is no bank number.
    """
    marks = [mark for mark in labels.find_labels(before) if mark.kind in ("ssn", "bank", "code", "card")]
    if not marks:
        return ""
    end = OPEN_LABEL.fullmatch(before, marks[-1].end)
    # "my routing number", and not "do you need my routing number"
    is_label_only = len(before.split()) <= MAX_LABEL_WORDS and not QUESTION_WORDS.search(before)
    if not end or not (end["is"] or (is_label_only and not expected)):
        return ""
    return before[marks[-1].start : marks[-1].end]


def _find_rest_of_removed(last: str, sequence: EdgeDigits, context: RedactionContext) -> list[Finding]:
    """Find bare digits right behind a removed number, unless they are what was asked for."""
    kinds = [kind for kind in list_removed_kinds(last) if kind in CONTINUABLE_KINDS]
    sizes = sequence.sizes
    whole = PLACEHOLDERS["card"] in last
    # a whole number was removed and a member number is asked for: this is it
    number = context.is_number_asked and (
        (sizes in MEMBER_NUMBER_SIZES and (whole or PARTIAL_CARD_PLACEHOLDER not in last))
        or (whole and sizes in BASE_SIZES)
    )
    again = is_repeated_answer(sizes, context)
    asked = number or again or matches_question(sizes, context) or count_account_groups(sequence.digits, context)
    if not kinds or asked or any(sequence.are_legitimate) or sum(sizes) < (2 if kinds[0] == "ssn" else 3):
        return []
    return [(sequence.groups[0].start, sequence.groups[-1].end, kinds[0])]


JoinedNumber = tuple[list[Finding], dict[int, str], tuple[str, ...]]


def _find_joined_number(earlier: Sequence[EarlierMessage], text: str, context: RedactionContext) -> JoinedNumber | None:
    """Find a card or social security number that this message completes."""
    first = find_leading_digits(text)
    if first is None:
        return None
    sequences = find_trailing_pieces(earlier)
    for start in range(len(sequences)):
        parts = sequences[start:]
        earlier_digits = [group for part, _ in parts for group in part.digits]
        legitimate = [one for part, _ in parts for one in part.are_legitimate] + list(first.are_legitimate)
        alone = first.is_alone and all(part.is_alone for part, _ in parts)
        count = len(earlier_digits)
        kind, last = _classify_joined([*earlier_digits, *first.digits], legitimate, count, alone, context)
        if kind:
            end = first.groups[min(last - count, len(first.groups) - 1)].end
            ours: list[Finding] = [(first.groups[0].start, end, kind)]
            rewritten = {
                kept.id: replace_findings(kept.text, [(part.groups[0].start, part.groups[-1].end, kind)]).text
                for part, kept in parts
            }
            return ours, rewritten, tuple("".join(part.digits) for part, _ in parts)
    return None


def _classify_joined(
    digits: list[str], legitimate: list[bool], before: int, alone: bool, context: RedactionContext
) -> tuple[str, int]:
    """(kind, index of the last group) of a number that spans the messages; an empty kind if there is none.

    The first `before` groups are of earlier messages. `alone`: the messages have nothing but the digits.
    """
    if any(legitimate[:before]) or any(count_account_groups(digits[at:], context) for at in range(len(digits))):
        return "", 0
    last = find_card_end(digits, 0, legitimate)
    sizes = [len(group) for group in digits]
    if last is not None and last >= before:
        joined = digits[: last + 1]
        of_answers = _are_separate_answers(joined, context) or _is_expected_answer(joined, sizes[before:], context)
        of_answers = of_answers or _is_phone_behind_code(digits, before, alone, context)
        if not of_answers and not _is_one_time_code(sizes, before, alone, context):
            return "card", last
    ours = sizes[before:]
    nine = sizes == SSN_SIZES or (not context.asked and sum(sizes) == 9 and sizes in SPLIT_SSN_SIZES)
    if alone and nine and not matches_question(ours, context):
        return "ssn", len(digits) - 1
    return "", 0


def _are_separate_answers(digits: list[str], context: RedactionContext) -> bool:
    """Whether each group answers the question and all together are no card: one wrong last four after another."""
    return all(matches_question([len(one)], context) for one in digits) and not is_card_number("".join(digits))


def _is_expected_answer(joined: list[str], ours: list[int], context: RedactionContext) -> bool:
    """Whether the answer to the question stands behind other answers, as a last four behind a member number.

    One in ten of those passes the Luhn check, but at a length that no card has which people carry.
    """
    carried = sum(map(len, joined)) in USUAL_CARD_LENGTHS or joined[0][0] == "3"
    return context.asked in FIXED_LENGTH_QUESTIONS and matches_question(ours, context) and not carried


def _is_one_time_code(sizes: list[int], before: int, alone: bool, context: RedactionContext) -> bool:
    """Whether the code that is asked for stands behind last fours and wrong codes.

    No card is written in groups of 4, 6 and 6 digits, but one in ten of such answers passes the Luhn check.
    """
    answers = context.asked == "code" and alone and sizes[before:] == [6]
    return answers and set(sizes[:before]) <= {4, 6} and 6 in sizes[:before]


def _is_phone_behind_code(digits: list[str], before: int, alone: bool, context: RedactionContext) -> bool:
    """Whether the phone that is asked for stands behind the last four and the code that opened the account.

    A code of six digits and a phone are sixteen, and one in ten of those with a network's first digits passes the
    Luhn check. The rest of such a card rarely is a phone of the North American plan, and is no answer elsewhere.
    """
    ours = "".join(digits[before:])
    earlier = {len(one) for one in digits[:before]}
    answers = 6 in earlier and earlier <= {4, 6} and before <= MAX_ANSWERS_BEFORE_PHONE
    return context.asked == "phone" and alone and answers and PHONE_SHAPE.fullmatch(ours) is not None


def scrub_digits(text: str, pieces: Sequence[str]) -> str:
    """Remove the digits `pieces` from a text, however they are grouped: a reply may have repeated them."""
    found: list[Finding] = []
    for sequence in split_into_sequences(text, find_digit_groups(text)):
        joined, places = "", []
        for index, group in enumerate(sequence):
            joined += group.digits
            places += [index] * len(group.digits)
        for piece in pieces:
            at = joined.find(piece)
            if at >= 0:
                found.append((sequence[places[at]].start, sequence[places[at + len(piece) - 1]].end, "number"))
    return replace_findings(text, found).text if found else text
