"""Takes out of what somebody wrote or said what must never be kept, before anything else sees it.

It errs on the side of removal: a run of digits that is no member number, amount, date, phone, code or anything else
that is asked for or plausible goes, and so does what follows a word for a password, a PIN, a license. What belongs to a
card number (expiry, code, zip) goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.beside_card import beside_card
from bot.dialogue.redaction.card_numbers import FIRST_DIGITS, card_from, fits_a_network
from bot.dialogue.redaction.digits import Group, groups_in, plain
from bot.dialogue.redaction.disguised import undisguised
from bot.dialogue.redaction.gaps import runs_in
from bot.dialogue.redaction.identity_papers import papers_in
from bot.dialogue.redaction.number_labels import Mark
from bot.dialogue.redaction.passwords import passwords_in
from bot.dialogue.redaction.plausible import SSN_SIZES, Situation, account_in, candidates, is_expected, is_told, staying
from bot.dialogue.redaction.secret_words import is_of_a_gate, secrets_in

KINDS = ("card", "ssn", "bank", "code", "secret", "number")
PLACEHOLDERS = {
    "card": "[card number removed]",
    "ssn": "[social security or tax number removed]",
    "bank": "[bank number removed]",
    "code": "[security code removed]",
    "secret": "[secret removed]",
    "number": "[long number removed]",
}
IN_PART = "[card number removed, in part]"
"""The rest of it may be still to come."""
WHOLE_CARD = 13
PLACEHOLDER = re.compile("|".join(re.escape(text) for text in (*PLACEHOLDERS.values(), IN_PART)))
NOWHERE = Situation()

DATE_SHAPE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-](?:20)?\d{2}")
SHORTEST_BANK, SHORTEST_BESIDE_ROUTING, SHORTEST_CARD = 6, 5, 5
LONGER_THAN_MOST_MEMBER_NUMBERS = 11

HALF_A_CARD = [4, 4]
AMEX, AMEX_BEGINS = ("34", "37"), [4, 6]
MOST_BESIDE = 13
"""Digits that may follow a card number in one breath: expiry, code and zip."""

Finding = tuple[int, int, str]


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and which kinds of thing were taken out of it."""

    text: str
    kinds: tuple[str, ...]


@dataclass
class Reading:
    """A text with the groups of digits in it, what they are part of, and the runs that they make."""

    text: str
    situation: Situation
    lowered: str = ""
    groups: list[Group] = field(default_factory=list)
    stays: dict[int, str] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lowered = plain(self.text)
        self.marks = labels.marks_in(self.lowered)
        # the 2 of CVV2 is no figure of it, nor the 8 of "the last 8 are"
        codes = [mark for mark in self.marks if mark.kind in ("code", "card")]
        self.groups = [one for one in groups_in(self.text) if not any(m.start < one.start < m.end for m in codes)]
        kinds = staying(self.lowered, self.groups)
        self.stays = {group.start: kind for group, kind in zip(self.groups, kinds, strict=True) if kind}

    def stays_as(self, group: Group) -> str:
        return self.stays.get(group.start, "")


def redact(text: str, situation: Situation = NOWHERE) -> Redacted:
    """Replace everything that must not be kept by a placeholder."""
    return replaced(text, findings(text, situation))


def replaced(text: str, found: Sequence[Finding]) -> Redacted:
    """The text with a placeholder for each of what was found in it."""
    pieces: list[str] = []
    at = 0
    for start, end, kind in _merged(text, sorted(found)):
        pieces += [text[at:start], _placeholder(text[start:end], kind)]
        at = end
    cleaned = "".join([*pieces, text[at:]])
    return Redacted(cleaned, kinds_in(cleaned))


def findings(text: str, situation: Situation = NOWHERE) -> list[Finding]:
    """(start, end, kind) of everything in a text that must not be kept."""
    reading = Reading(text, situation)
    found = list(_numbers(reading)) if reading.groups else []
    found += _disguised(reading)
    secrets = [*secrets_in(reading.lowered), *papers_in(reading.lowered)]
    secrets += passwords_in(text, reading.lowered, spoken_of=situation.login, asked=situation.asked)
    found += [(start, end, "secret") for start, end in secrets]
    return _without_placeholders_inside(text, found)


def _disguised(reading: Reading) -> Iterator[Finding]:
    """What letters that stand for figures hide."""
    clear = undisguised(reading.lowered)
    if clear == reading.lowered:
        return
    changed = [at for at, letter in enumerate(clear) if letter != reading.lowered[at]]
    for start, end, kind in _numbers(Reading(clear, reading.situation)):
        if any(start <= at < end for at in changed):
            yield start, end, kind


def to_look_up(text: str) -> set[str]:
    """What in a text might be the number of an account, in digits."""
    clear = undisguised(plain(text))
    groups = groups_in(clear)
    return {one for run in runs_in(clear, groups) for one in candidates([group.digits for group in run])}


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of thing that were taken out of a redacted text."""
    return tuple(kind for kind in KINDS if PLACEHOLDERS[kind] in text or (kind == "card" and IN_PART in text))


def _placeholder(taken: str, kind: str) -> str:
    part = kind == "card" and sum(len(group.digits) for group in groups_in(taken)) < WHOLE_CARD
    return IN_PART if part else PLACEHOLDERS[kind]


def without_placeholders(text: str) -> str:
    """What is left to be understood of a redacted text."""
    return re.sub(r"\s+", " ", PLACEHOLDER.sub(" ", text)).strip()


def _without_placeholders_inside(text: str, found: list[Finding]) -> list[Finding]:
    """What was taken out already is not taken out again, nor what stands around it with it."""
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    if not taken:
        return found
    return [one for one in found if not any(one[0] < end and start < one[1] for start, end in taken)]


def _merged(text: str, found: Sequence[Finding]) -> Iterator[Finding]:
    """One for what overlaps, and for what is of a kind with nothing between."""
    last: Finding | None = None
    for start, end, kind in found:
        if last and (start < last[1] or (kind == last[2] and not re.search(r"\w", text[last[1] : start]))):
            last = (last[0], max(end, last[1]), last[2])
            continue
        if last:
            yield last
        last = (start, end, kind)
    if last:
        yield last


def _numbers(reading: Reading) -> Iterator[Finding]:
    cards = False
    runs = runs_in(reading.text, reading.groups)
    free: list[list[Group]] = []
    for run in runs:
        taken: set[int] = set()
        for first, last in _cards(run, reading):
            cards = True
            yield run[first].start, run[last].end, "card"
            taken.update(range(first, last + 1))
        free += _parted(run, taken, reading)
    yield from beside_card(reading.lowered, reading.groups, reading.marks, reading.situation, whole=cards)
    for run in free:
        kind = _kind(run, reading)
        if kind is not None:
            yield run[0].start, run[-1].end, kind


def _parted(run: list[Group], taken: set[int], reading: Reading) -> Iterator[list[Group]]:
    """What is left of a run between cards and what stays."""
    part: list[Group] = []
    for index, group in enumerate(run):
        if index in taken or reading.stays_as(group):
            if part:
                yield part
            part = []
        else:
            part.append(group)
    if part:
        yield part


def _cards(run: list[Group], reading: Reading) -> Iterator[tuple[int, int]]:
    """The first and last group of each card number in a run, with what follows it in one breath."""
    digits = [group.digits for group in run]
    other = [bool(reading.stays_as(group)) for group in run]
    first = 0
    while first < len(run):
        last = card_from(digits, first, other)
        if last is None or account_in(digits[first : last + 1], reading.situation):
            first += 1
            continue
        size = 0
        while last + 1 < len(run):
            size += len(digits[last + 1])
            if reading.stays_as(run[last + 1]) not in ("", "date") or len(digits[last + 1]) > 5 or size > MOST_BESIDE:
                break
            if card_from(digits, last + 1, other) is not None:
                break
            last += 1
        yield first, last
        first = last + 1


def _kind(run: list[Group], reading: Reading) -> str | None:
    """What a run is that must not be kept, or None."""
    digits = [group.digits for group in run]
    sizes = [len(group) for group in digits]
    start, end = run[0].start, run[-1].end
    mark = labels.before(start, reading.marks)
    label = mark.kind if mark else labels.after(end, reading.lowered, reading.marks)
    named = _by_name(run, reading, mark, label)
    if named is not None:
        return named or None
    if sizes == SSN_SIZES and not (reading.situation.number_asked and account_in(digits, reading.situation)):
        return "ssn"
    if label != "other" and _is_half_a_card(digits) and not account_in(digits, reading.situation):
        return "card"
    if is_expected(sizes, reading.situation):
        return None
    if is_told(digits, reading.situation, named=label == "other"):
        return None
    return _kind_of_shape(digits, sizes)


def _is_half_a_card(digits: list[str]) -> bool:
    """Parted as the figures of a card are, whatever was asked for: nobody parts a phone or a member number so."""
    sizes = [len(one) for one in digits]
    return (sizes == HALF_A_CARD and digits[0][0] in FIRST_DIGITS) or (sizes == AMEX_BEGINS and digits[0][:2] in AMEX)


def _by_name(run: list[Group], reading: Reading, mark: Mark | None, label: str) -> str | None:
    """The kind that the words around say; an empty text: they say that it stays; None: they say nothing."""
    digits = [group.digits for group in run]
    size = sum(map(len, digits))
    start, end = run[0].start, run[-1].end
    direct = mark is None or labels.DIRECT.fullmatch(reading.lowered, mark.end, start) is not None
    if label == "ssn" and (3 if direct else 5 if mark and start - mark.end > 30 else 4) <= size <= 12:
        return "ssn"
    own = account_in(digits, reading.situation) > 0
    gate = mark is not None and is_of_a_gate(reading.lowered, mark.start)
    if label == "code" and 3 <= size <= 8 and not own and not gate:
        return "" if reading.situation.asked == "code" and size == 6 else "code"
    if own and label != "ssn":
        return None
    if DATE_SHAPE.fullmatch(reading.text, start, end):
        return "" if size <= 8 and label != "card" else None
    exempt = mark is not None and _is_for(reading.lowered, mark, start)
    if label == "bank" and size >= SHORTEST_BANK and not exempt:
        return "bank"
    if _drawn_on(reading.lowered, start, size, label, digits[0]):
        return "bank"
    if label == "card" and size >= SHORTEST_CARD and direct and not exempt:
        return "card"
    return None


def _kind_of_shape(digits: Sequence[str], sizes: list[int]) -> str:
    joined = "".join(digits)
    if sum(sizes) == 9:
        return "ssn"
    if (len(joined) >= 8 and sizes[:2] == [4, 4] and joined[0] in FIRST_DIGITS) or fits_a_network(joined):
        return "card"
    return "number"


def _is_for(lowered: str, mark: Mark, start: int) -> bool:
    """`with checking for 99999001`: the number is what is paid for, not what it is paid from."""
    return bool(labels.FOR.search(lowered, mark.end, start)) and not labels.ROUTING.match(lowered, mark.start)


def _drawn_on(lowered: str, start: int, size: int, label: str, first: str) -> bool:
    """Whether an account number is one with a bank by what else the message says."""
    account = labels.ACCOUNT.search(lowered[max(0, start - 60) : start])
    if size >= SHORTEST_BESIDE_ROUTING and labels.ROUTING.search(lowered) and (account or label != "other"):
        return True
    # a member's own number, written without its dash, is shorter and begins with no zero
    long = size >= LONGER_THAN_MOST_MEMBER_NUMBERS or (size >= SHORTEST_BANK and first[0] == "0")
    return bool(account and not account["owned"] and long and labels.DRAWN_ON.search(lowered))
