"""Replaces what must never be stored in a message by placeholders, before anything else sees it.

It errs on the side of removal: digits that are no member number, amount, date, phone, code or other plausible answer
are removed, as is what follows a word for a password, a PIN or a license. A card's expiry, code and ZIP go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.card_details import Finding, find_card_details
from bot.dialogue.redaction.card_numbers import CARD_FIRST_DIGITS, MIN_DIGITS, find_card_end, matches_network
from bot.dialogue.redaction.digits import DigitGroup, find_digit_groups, fold_text, split_into_sequences
from bot.dialogue.redaction.expected_numbers import (
    SSN_SIZES,
    RedactionContext,
    account_candidates,
    classify_legitimate,
    count_account_groups,
    is_legitimate,
    matches_question,
)
from bot.dialogue.redaction.identity_documents import find_identity_documents
from bot.dialogue.redaction.lookalikes import replace_lookalikes
from bot.dialogue.redaction.number_labels import NumberLabel
from bot.dialogue.redaction.passwords import find_passwords
from bot.dialogue.redaction.secret_words import find_secrets, is_about_gate

KINDS = ("card", "ssn", "bank", "code", "secret", "number")
PLACEHOLDERS = {
    "card": "[card number removed]",
    "ssn": "[social security or tax number removed]",
    "bank": "[bank number removed]",
    "code": "[security code removed]",
    "secret": "[secret removed]",
    "number": "[long number removed]",
}
PARTIAL_CARD_PLACEHOLDER = "[card number removed, in part]"
"""The rest of the number may still come."""
PLACEHOLDER_PATTERN = re.compile(
    "|".join(re.escape(text) for text in (*PLACEHOLDERS.values(), PARTIAL_CARD_PLACEHOLDER))
)
NO_CONTEXT = RedactionContext()

DATE_SHAPE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-](?:20)?\d{2}")
MIN_BANK_DIGITS, MIN_DIGITS_BESIDE_ROUTING, MIN_LABELED_CARD_DIGITS = 6, 5, 5
MIN_LONG_ACCOUNT_DIGITS = 11

HALF_CARD_SIZES = [4, 4]
AMEX_PREFIXES, AMEX_FIRST_SIZES = ("34", "37"), [4, 6]
MAX_CARD_DETAIL_DIGITS = 13
"""At most this many digits follow a card number as its expiry, code and ZIP."""


@dataclass(frozen=True)
class RedactedText:
    """The text with placeholders, and the kinds that were removed, in the order of KINDS."""

    text: str
    kinds: tuple[str, ...]


@dataclass
class TextAnalysis:
    """A text with its groups of digits, what each is part of, and the labels around them."""

    text: str
    context: RedactionContext
    lowered: str = ""
    groups: list[DigitGroup] = field(default_factory=list)
    legitimate_kinds: dict[int, str] = field(default_factory=dict)
    number_labels: list[NumberLabel] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lowered = fold_text(self.text)
        self.number_labels = labels.find_labels(self.lowered)
        # the 2 of CVV2 and the 8 of "the last 8 are" are no digits of the number
        codes = [mark for mark in self.number_labels if mark.kind in ("code", "card")]
        self.groups = [
            one for one in find_digit_groups(self.text) if not any(m.start < one.start < m.end for m in codes)
        ]
        kinds = classify_legitimate(self.lowered, self.groups)
        self.legitimate_kinds = {group.start: kind for group, kind in zip(self.groups, kinds, strict=True) if kind}

    def legitimate_kind(self, group: DigitGroup) -> str:
        return self.legitimate_kinds.get(group.start, "")


def redact(text: str, context: RedactionContext = NO_CONTEXT) -> RedactedText:
    """Replace everything that must not be stored."""
    return replace_findings(text, find_sensitive(text, context))


def replace_findings(text: str, found: Sequence[Finding]) -> RedactedText:
    pieces: list[str] = []
    at = 0
    for start, end, kind in _merge_findings(text, sorted(found)):
        in_part = kind == "card" and sum(len(one.digits) for one in find_digit_groups(text[start:end])) < MIN_DIGITS
        pieces += [text[at:start], PARTIAL_CARD_PLACEHOLDER if in_part else PLACEHOLDERS[kind]]
        at = end
    cleaned = "".join([*pieces, text[at:]])
    return RedactedText(cleaned, list_removed_kinds(cleaned))


def find_sensitive(text: str, context: RedactionContext = NO_CONTEXT) -> list[Finding]:
    """(start, end, kind) of everything in a text that must not be stored."""
    analysis = TextAnalysis(text, context)
    found = list(_find_numbers(analysis)) if analysis.groups else []
    clear = replace_lookalikes(analysis.lowered)
    replaced = [at for at, letter in enumerate(clear) if letter != analysis.lowered[at]]
    if replaced:  # numbers that letters stand in for
        with_letters = _find_numbers(TextAnalysis(clear, context))
        found += [one for one in with_letters if any(one[0] <= at < one[1] for at in replaced)]
    secrets = [*find_secrets(analysis.lowered), *find_identity_documents(analysis.lowered)]
    secrets += find_passwords(
        text, analysis.lowered, spoken_of=context.login_mentioned, asked=context.asked, by_office=context.by_office
    )
    found += [(start, end, "secret") for start, end in secrets]
    # what overlaps a placeholder was redacted before
    removed = [match.span() for match in PLACEHOLDER_PATTERN.finditer(text)]
    return [one for one in found if not any(one[0] < end and start < one[1] for start, end in removed)]


def list_account_candidates(text: str) -> set[str]:
    """The digits in a text that might be an account number."""
    clear = replace_lookalikes(fold_text(text))
    groups = find_digit_groups(clear)
    return {
        one
        for sequence in split_into_sequences(clear, groups)
        for one in account_candidates([group.digits for group in sequence])
    }


def list_removed_kinds(text: str) -> tuple[str, ...]:
    """The kinds that were removed from a redacted text, in the order of KINDS."""
    return tuple(
        kind for kind in KINDS if PLACEHOLDERS[kind] in text or (kind == "card" and PARTIAL_CARD_PLACEHOLDER in text)
    )


def remove_placeholders(text: str) -> str:
    return re.sub(r"\s+", " ", PLACEHOLDER_PATTERN.sub(" ", text)).strip()


def _merge_findings(text: str, found: Sequence[Finding]) -> list[Finding]:
    """Merge findings that overlap, and those of one kind with nothing between them."""
    merged: list[Finding] = []
    for start, end, kind in found:
        first, last, before = merged[-1] if merged else (0, 0, "")
        if merged and (start < last or (kind == before and not re.search(r"\w", text[last:start]))):
            merged[-1] = (first, max(end, last), before)
        else:
            merged.append((start, end, kind))
    return merged


def _find_numbers(analysis: TextAnalysis) -> Iterator[Finding]:
    cards = False
    sequences = split_into_sequences(analysis.text, analysis.groups)
    free: list[list[DigitGroup]] = []
    for sequence in sequences:
        taken: set[int] = set()
        for first, last in _find_cards(sequence, analysis):
            cards = True
            yield sequence[first].start, sequence[last].end, "card"
            taken.update(range(first, last + 1))
        free += _remaining_parts(sequence, taken, analysis)
    yield from find_card_details(
        analysis.lowered, analysis.groups, analysis.number_labels, analysis.context, whole=cards
    )
    for sequence in free:
        kind = _classify_sequence(sequence, analysis)
        if kind is not None:
            yield sequence[0].start, sequence[-1].end, kind


def _remaining_parts(sequence: list[DigitGroup], taken: set[int], analysis: TextAnalysis) -> Iterator[list[DigitGroup]]:
    """The parts of a sequence between cards and legitimate groups."""
    part: list[DigitGroup] = []
    for index, group in enumerate(sequence):
        if index in taken or analysis.legitimate_kind(group):
            if part:
                yield part
            part = []
        else:
            part.append(group)
    if part:
        yield part


def _find_cards(sequence: list[DigitGroup], analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """The first and last group of each card number in a sequence, with the expiry, code and ZIP that follow it."""
    digits = [group.digits for group in sequence]
    other = [bool(analysis.legitimate_kind(group)) for group in sequence]
    first = 0
    while first < len(sequence):
        last = find_card_end(digits, first, other)
        if last is None or count_account_groups(digits[first : last + 1], analysis.context):
            first += 1
            continue
        size = 0
        while last + 1 < len(sequence):
            size += len(digits[last + 1])
            if (
                analysis.legitimate_kind(sequence[last + 1]) not in ("", "date")
                or len(digits[last + 1]) > 5
                or size > MAX_CARD_DETAIL_DIGITS
            ):
                break
            if find_card_end(digits, last + 1, other) is not None:
                break
            last += 1
        yield first, last
        first = last + 1


def _classify_sequence(sequence: list[DigitGroup], analysis: TextAnalysis) -> str | None:
    """The kind of secret that a sequence is, or None."""
    digits = [group.digits for group in sequence]
    sizes = [len(group) for group in digits]
    start, end = sequence[0].start, sequence[-1].end
    mark = labels.find_label_before(start, analysis.number_labels)
    label = mark.kind if mark else labels.find_kind_after(end, analysis.lowered, analysis.number_labels)
    named = _classify_by_label(sequence, analysis, mark, label)
    if named is not None:
        return named or None
    if sizes == SSN_SIZES and not (analysis.context.is_number_asked and count_account_groups(digits, analysis.context)):
        return "ssn"
    if label != "other" and _is_half_card(digits) and not count_account_groups(digits, analysis.context):
        return "card"
    if matches_question(sizes, analysis.context):
        return None
    if is_legitimate(digits, analysis.context, named=label == "other"):
        return None
    return _classify_by_shape(digits, sizes)


def _is_half_card(digits: list[str]) -> bool:
    """Grouped as the digits of a card, whatever was asked for: nobody groups a phone or a member number so."""
    sizes = [len(one) for one in digits]
    return (sizes == HALF_CARD_SIZES and digits[0][0] in CARD_FIRST_DIGITS) or (
        sizes == AMEX_FIRST_SIZES and digits[0][:2] in AMEX_PREFIXES
    )


def _classify_by_label(
    sequence: list[DigitGroup], analysis: TextAnalysis, mark: NumberLabel | None, label: str
) -> str | None:
    """The kind that the words around give it; empty if they say that it may stay, None if they say nothing."""
    digits = [group.digits for group in sequence]
    size = sum(map(len, digits))
    start, end = sequence[0].start, sequence[-1].end
    direct = mark is None or labels.CARD_LABEL_GAP.fullmatch(analysis.lowered, mark.end, start) is not None
    if label == "ssn" and (3 if direct else 5 if mark and start - mark.end > 30 else 4) <= size <= 12:
        return "ssn"
    own = count_account_groups(digits, analysis.context) > 0
    gate = mark is not None and is_about_gate(analysis.lowered, mark.start)
    if label == "code" and 3 <= size <= 8 and not own and not gate:
        return "" if analysis.context.asked == "code" and size == 6 else "code"
    if own and label != "ssn":
        return None
    if DATE_SHAPE.fullmatch(analysis.text, start, end):
        return "" if size <= 8 and label != "card" else None
    exempt = mark is not None and _is_payment_target(analysis.lowered, mark, start)
    if label == "bank" and size >= MIN_BANK_DIGITS and not exempt:
        return "bank"
    if _is_bank_account(analysis.lowered, start, size, label, digits[0]):
        return "bank"
    if label == "card" and size >= MIN_LABELED_CARD_DIGITS and direct and not exempt:
        return "card"
    return None


def _classify_by_shape(digits: Sequence[str], sizes: list[int]) -> str:
    """The kind of digits that no word names and nobody was asked for."""
    joined = "".join(digits)
    if sum(sizes) == 9:
        return "ssn"
    if (len(joined) >= 8 and sizes[:2] == [4, 4] and joined[0] in CARD_FIRST_DIGITS) or matches_network(joined):
        return "card"
    return "number"


def _is_payment_target(lowered: str, mark: NumberLabel, start: int) -> bool:
    """`with checking for 99999001`: the number is what is paid for, not what it is paid from."""
    return bool(labels.PAYMENT_FOR.search(lowered, mark.end, start)) and not labels.ROUTING.match(lowered, mark.start)


def _is_bank_account(lowered: str, start: int, size: int, label: str, first: str) -> bool:
    """Whether an account number is a bank's, by the rest of the message."""
    account = labels.ACCOUNT_BEFORE.search(lowered[max(0, start - 60) : start])
    if size >= MIN_DIGITS_BESIDE_ROUTING and labels.ROUTING.search(lowered) and (account or label != "other"):
        return True
    # a member number without its dash is shorter and does not begin with a zero
    long = size >= MIN_LONG_ACCOUNT_DIGITS or (size >= MIN_BANK_DIGITS and first[0] == "0")
    return bool(account and not account["owned"] and long and labels.BANK_DEBIT.search(lowered))
