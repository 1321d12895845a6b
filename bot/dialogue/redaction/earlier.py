"""Reads a message behind the last ones of its conversation: a number may come in pieces, by voice and by keypad.

A piece that is harmless alone was kept. When the rest comes, it is taken out of what was kept as well. Nothing is held
for this but the rows that are there anyway.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.redaction import number_labels as labels
from bot.dialogue.redaction.card_numbers import card_from, is_card
from bot.dialogue.redaction.digits import Group, groups_in, plain
from bot.dialogue.redaction.disguised import undisguised
from bot.dialogue.redaction.gaps import is_gap, runs_in
from bot.dialogue.redaction.passwords import speaks_of_login
from bot.dialogue.redaction.plausible import (
    BASES,
    MEMBER_SIZES,
    SSN_SIZES,
    Situation,
    account_in,
    is_answer_again,
    is_expected,
    staying,
)
from bot.dialogue.redaction.redact import (
    IN_PART,
    PLACEHOLDER,
    PLACEHOLDERS,
    Finding,
    Redacted,
    findings,
    kinds_in,
    replaced,
)
from bot.dialogue.redaction.secret_words import named_at_the_end, open_at_the_end, tells_nothing

MOST_EARLIER = 8
"""A card in four pieces, with a word between each two."""
JUST_BEFORE = 4
OPEN_LABEL = re.compile(
    r"\W*(?:(?P<number>(?:number|no|num|digits|numero|code)\W*))?(?P<is>(?:is|are|es|son|was|it's)\b\W*|[:=]\W*)?"
    r"(?:(?:um+|uh+|eh+)\W*)?"
)
BACK_TO_WORK = re.compile(
    r"\s*(?:no|yes|yeah|si|ok|okay|help|stop|never\s?mind|cancel|person|operator|agent|what|why|how|ayuda|cancelar|"
    r"espanol|english|sorry|wait|hold\s+on|pay|pagar|i\s|quiero)\b"
)
LONGEST_SECRET = 60
MOST_NAMING = 4
ASKS = re.compile(
    r"\b(?:do|does|you|your|what|where|which|need|forgot|lost|is|with|on|que|necesit\w*|tien\w*|pid\w*|dar|doy|cual|donde|"
    r"su|sus|con)\b"
)
NINE_APART = ([2, 7], [3, 6], [5, 4])
MOST_CHAT = 4
"""Words of a message between two pieces of a number."""
CHAT = re.compile(
    r"\W*(?:(?:ok|okay|next|and|then|now|wait|hold\s+on|(?:one|just\s+a)\s+(?:sec|second|minute|moment)|um+|uh+|sorry|here|ready|"
    r"(?:last|next|first)\s+one|continue|go\s+on|got\s+it|yes|y|luego|ahora|espera|un\s+momento|momento|listo|ya|sigue|perdon|si|aqui)\b\W*){0,4}"
)
ACCOUNT_AT_END = re.compile(
    r"(?<![a-z])(?:account|acct|a/c|cuenta)(?:\s+(?:number|no|num|numero|#))?\s*(?:is|es|:)?[\s.]*$"
)
REST = re.compile(
    r"\W*(?:(?:and|y|then|luego)\s+)?(?:(?:it|the\s+rest|the\s+other\s+(?:half|part)|lo\s+demas|el\s+resto|la\s+otra\s+mitad)\s+)?"
    r"(?:(?:ends?|finish\w*|goes|continues|termina\w*|acaba\w*|sigue|is|are|es|son)\s+)(?:(?:in|with|on|en|con)\s+)?"
)
"""In front of the rest of a number that was removed."""
SHORTEST_CODE, LONGEST_CODE = 4, 8
SHORTEST_BASE, LONGEST_BASE = 4, 9
"""Digits of a member number in front of its dash."""
EXACT = ("last4", "identity", "code", "phone")
"""What is asked for and has so many digits, no more and no fewer."""
CARRIED = (15, 16)
"""How long the cards are that people carry; a Diners card has 14, and begins with a 3."""
PARTS = ("card", "number", "ssn", "bank")
"""Kinds of which the rest may still be to come."""


@dataclass(frozen=True)
class Kept:
    """A message of before, as it is kept: its row, and its text."""

    id: int
    provider_id: str
    text: str


@dataclass(frozen=True)
class Whole:
    """A message as it may be kept. `again`: the new texts of earlier ones by their row; `pieces`: digits that went
    out of those."""

    text: str
    again: dict[int, str] = field(default_factory=dict)
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Run:
    """The digits at one end of a message."""

    groups: tuple[Group, ...]
    stays: tuple[bool, ...]
    alone: bool  # nothing else is in the message but fillers

    @property
    def digits(self) -> list[str]:
        return [group.digits for group in self.groups]

    @property
    def sizes(self) -> list[int]:
        return [len(group.digits) for group in self.groups]


def read_behind(earlier: Sequence[Kept], text: str, situation: Situation) -> Whole:
    """Redact a message in the light of the earlier ones, the oldest first."""
    situation = _after_refusal(earlier, _in_the_light_of(earlier[-JUST_BEFORE:], situation))
    found = findings(text, situation)
    if not earlier or not text:
        return Whole(replaced(text, found).text)
    joined = _joined(earlier, text, situation)
    if joined is not None:
        ours, again, pieces = joined
        return Whole(replaced(text, [*found, *ours]).text, again, pieces)
    last = next((one.text for one in reversed(earlier) if not CHAT.fullmatch(plain(one.text))), "")
    more = _behind(last, text, situation, found) or _of_the_bank(earlier[-JUST_BEFORE:], text, situation)
    return Whole(replaced(text, [*found, *more]).text)


def _in_the_light_of(earlier: Sequence[Kept], situation: Situation) -> Situation:
    """The situation with what was spoken of just before."""
    if not earlier:
        return situation
    before = [plain(one.text) for one in earlier]
    given = any("card" in kinds_in(one.text) for one in earlier)
    spoken = any(mark.kind == "card" for one in before for mark in labels.marks_in(one))
    login = any(map(speaks_of_login, before))
    card = "given" if given else "spoken" if spoken else ""
    return replace(situation, card=card, login=login)


def _after_refusal(earlier: Sequence[Kept], situation: Situation) -> Situation:
    """The situation with whether the message before may have been taken out by mistake. Which digits they were nobody
    keeps, so that any answer of the right size is that answer once more."""
    refused = _refused([one.text for one in earlier[-JUST_BEFORE:]])
    return replace(situation, again=bool(refused), ending=refused not in ("", "card") and _is_begun(earlier))


def _refused(texts: Sequence[str]) -> str:
    """What the last message with figures was taken for, if it was nothing but figures, no whole card, and may have been
    taken for the rest of what was removed before it; else an empty text."""
    telling = [text for text in texts if kinds_in(text) or groups_in(text)]
    removed = [kinds_in(text) for text in telling if kinds_in(text)]
    if len(removed) < 2 or PLACEHOLDERS["card"] in telling[-1] or re.search(r"\w", PLACEHOLDER.sub("", telling[-1])):
        return ""
    kind = removed[-1][0]
    return kind if kind == "code" or kind in removed[-2] else ""


def _is_begun(earlier: Sequence[Kept]) -> bool:
    """Whether a member number may have been told without what is behind its dash, so that this is asked for."""
    runs = [run for one in earlier if (run := _last_run(one.text)) is not None]
    return any(len(run.sizes) == 1 and SHORTEST_BASE <= run.sizes[0] <= LONGEST_BASE for run in runs)


def _behind(last: str, text: str, situation: Situation, found: list[Finding]) -> list[Finding]:
    """What the end of the message before says that this one is: `my pin is`, or the first half of a card, removed."""
    before, lowered = plain(last), plain(text)
    run = _first_run(text)
    if "?" in last[-3:]:
        return []
    if open_at_the_end(before) and _may_be_secret(lowered):
        return [(0, len(text), "secret")]
    if run is not None and (label := _open_label(before, is_expected(run.sizes, situation))):
        return [one for one in _named(label, text, situation) if one[0] < run.groups[-1].end]
    if (name := named_at_the_end(before)) and not (run is not None and is_expected(run.sizes, situation)):
        if named := _named(name, text, situation):
            return named
        # who was asked for the member number after `my password` gives that
        if (
            run is not None
            and run.alone
            and not situation.number_asked
            and SHORTEST_CODE <= sum(run.sizes) <= LONGEST_CODE
        ):
            return [(run.groups[0].start, run.groups[-1].end, "code")] if not any(run.stays) else []
    if run is not None and run.alone and not found:
        return _rest_of_removed(last, run, situation)
    rest = REST.match(lowered)
    behind = _first_run(text[rest.end() :]) if rest and not found else None
    if rest and behind is not None and behind.alone:
        taken = _rest_of_removed(last, behind, situation)
        return [(start + rest.end(), end + rest.end(), kind) for start, end, kind in taken]
    return []


def _named(name: str, text: str, situation: Situation) -> list[Finding]:
    """What is found in a text with its name in front of it."""
    lead = f"{name} is " if _may_be_secret(plain(text)) and groups_in(text) else f"{name} "
    longer = [(start - len(lead), end - len(lead), kind) for start, end, kind in findings(lead + text, situation)]
    return [(max(0, start), end, kind) for start, end, kind in longer if end > 0]


def _of_the_bank(earlier: Sequence[Kept], text: str, situation: Situation) -> list[Finding]:
    """The number of the account behind a routing number that was taken out."""
    run = _first_run(text)
    if run is None or any(run.stays) or account_in(run.digits, situation) or is_expected(run.sizes, situation):
        return []
    routed = any("bank" in kinds_in(one.text) for one in earlier)
    if routed and ACCOUNT_AT_END.search(plain(earlier[-1].text)) and sum(run.sizes) >= SHORTEST_CODE:
        return [(run.groups[0].start, run.groups[-1].end, "bank")]
    return []


def _may_be_secret(lowered: str) -> bool:
    words = lowered.split()
    if not words or len(lowered) > LONGEST_SECRET or "?" in lowered or BACK_TO_WORK.match(lowered):
        return False
    return not tells_nothing(lowered)


def _open_label(before: str, expected: bool) -> str:
    """The telling word that a message ends with, waiting for its number: `my routing number is`.

    `expected`: what comes is just what was asked for since; a code behind `by bank` is no bank's number.
    """
    marks = [mark for mark in labels.marks_in(before) if mark.kind in ("ssn", "bank", "code", "card")]
    if not marks:
        return ""
    end = OPEN_LABEL.fullmatch(before, marks[-1].end)
    if not end or not (end["is"] or (_names_only(before) and not expected)):
        return ""
    return before[marks[-1].start : marks[-1].end]


def _names_only(before: str) -> bool:
    """`my routing number`, and not `do you need my routing number`."""
    return len(before.split()) <= MOST_NAMING and not ASKS.search(before)


def _rest_of_removed(last: str, run: _Run, situation: Situation) -> list[Finding]:
    """Bare digits right behind a number that was removed, unless they are just what is asked for."""
    kinds = [kind for kind in kinds_in(last) if kind in PARTS]
    sizes = run.sizes
    whole = PLACEHOLDERS["card"] in last
    # a whole number was removed and a member number is asked for: here it is
    number = situation.number_asked and (
        (sizes in MEMBER_SIZES and (whole or IN_PART not in last)) or (whole and sizes in BASES)
    )
    again = is_answer_again(sizes, situation)
    asked = number or again or is_expected(sizes, situation) or account_in(run.digits, situation)
    if not kinds or asked or any(run.stays) or sum(sizes) < (2 if kinds[0] == "ssn" else 3):
        return []
    return [(run.groups[0].start, run.groups[-1].end, kinds[0])]


Joined = tuple[list[Finding], dict[int, str], tuple[str, ...]]


def _joined(earlier: Sequence[Kept], text: str, situation: Situation) -> Joined | None:
    """A card or social security number that this message completes."""
    first = _first_run(text)
    if first is None:
        return None
    runs = _last_runs(earlier)
    for start in range(len(runs)):
        parts = runs[start:]
        digits = [one for part, _ in parts for one in part.digits]
        before = len(digits)
        whole = [*digits, *first.digits]
        stays = [one for part, _ in parts for one in part.stays] + list(first.stays)
        alone = first.alone and all(part.alone for part, _ in parts)
        kind, last = _kind_over(whole, stays, before, alone, situation)
        if kind:
            end = first.groups[min(last - before, len(first.groups) - 1)].end
            ours: list[Finding] = [(first.groups[0].start, end, kind)]
            again = {kept.id: _without_run(kept.text, part, kind) for part, kept in parts}
            return ours, again, tuple("".join(part.digits) for part, _ in parts)
    return None


def _kind_over(digits: list[str], stays: list[bool], before: int, alone: bool, situation: Situation) -> tuple[str, int]:
    """(kind, last group) of what goes over the end of the message before, or an empty kind."""
    if any(stays[:before]) or any(account_in(digits[at:], situation) for at in range(len(digits))):
        return "", 0
    last = card_from(digits, 0, stays)
    sizes = [len(group) for group in digits]
    if last is not None and last >= before:
        joined = digits[: last + 1]
        of_answers = _several_answers(joined, situation) or _is_an_answer(joined, sizes[before:], situation)
        if not of_answers and not _is_a_code(sizes, before, alone, situation):
            return "card", last
    ours = sizes[before:]
    nine = sizes == SSN_SIZES or (not situation.asked and sum(sizes) == 9 and sizes in NINE_APART)
    if alone and nine and not is_expected(ours, situation):
        return "ssn", len(digits) - 1
    return "", 0


def _several_answers(digits: list[str], situation: Situation) -> bool:
    """Whether each group is just what is asked for, and all together are no card: one wrong last four after another."""
    return all(is_expected([len(one)], situation) for one in digits) and not is_card("".join(digits))


def _is_an_answer(joined: list[str], ours: list[int], situation: Situation) -> bool:
    """Whether just what is asked for comes behind other answers, as a last four behind a member number without its
    dash: one in ten of those passes a card's check, at a length that no card has which people carry."""
    carried = sum(map(len, joined)) in CARRIED or joined[0][0] == "3"
    return situation.asked in EXACT and is_expected(ours, situation) and not carried


def _is_a_code(sizes: list[int], before: int, alone: bool, situation: Situation) -> bool:
    """Whether the code that is asked for comes behind last fours and wrong codes: no card is written in 4, 6 and 6
    figures, but one in ten of such answers passes a card's check."""
    answers = situation.asked == "code" and alone and sizes[before:] == [6]
    return answers and set(sizes[:before]) <= {4, 6} and 6 in sizes[:before]


def _last_runs(earlier: Sequence[Kept]) -> list[tuple[_Run, Kept]]:
    """The digits at the end of the message before, and of those before it as long as they are nothing but digits."""
    found: list[tuple[_Run, Kept]] = []
    for kept in reversed(earlier):
        if _is_chat(kept.text):
            continue
        run = _last_run(kept.text)
        if run is None or (found and not found[0][0].alone):
            break
        found.insert(0, (run, kept))
    return found


def _is_chat(text: str) -> bool:
    """A few words without a figure, between two pieces of a number."""
    lowered = plain(text)
    return CHAT.fullmatch(lowered) is not None or (
        len(lowered.split()) <= MOST_CHAT and not groups_in(lowered) and not PLACEHOLDER.search(text)
    )


def _first_run(text: str) -> _Run | None:
    lowered = undisguised(plain(text))
    groups = groups_in(lowered)
    if not groups or not is_gap(lowered, 0, groups[0].start):
        return None
    run = runs_in(lowered, groups)[0]
    return _run(lowered, groups, run, alone=is_gap(lowered, run[-1].end, len(lowered)))


def _last_run(text: str) -> _Run | None:
    lowered = undisguised(plain(text))
    groups = groups_in(lowered)
    if not groups or not is_gap(lowered, groups[-1].end, len(lowered)) or PLACEHOLDER.search(text):
        return None
    run = runs_in(lowered, groups)[-1]
    mark = labels.before(run[0].start, labels.marks_in(lowered))
    if mark is not None and mark.kind == "other":
        return None  # a meter, a ZIP code, a ticket
    return _run(lowered, groups, run, alone=is_gap(lowered, 0, run[0].start))


def _run(lowered: str, groups: list[Group], run: list[Group], *, alone: bool) -> _Run:
    kinds = dict(zip((group.start for group in groups), staying(lowered, groups), strict=True))
    return _Run(tuple(run), tuple(bool(kinds[group.start]) for group in run), alone)


def _without_run(text: str, run: _Run, kind: str) -> str:
    cleaned: Redacted = replaced(text, [(run.groups[0].start, run.groups[-1].end, kind)])
    return cleaned.text


def scrubbed(text: str, pieces: Sequence[str]) -> str:
    """A text without any of the digits `pieces`, however they stand in it: what was said back of a number that went."""
    found: list[Finding] = []
    for run in runs_in(text, groups_in(text)):
        joined, places = "", []
        for index, group in enumerate(run):
            joined += group.digits
            places += [index] * len(group.digits)
        for piece in pieces:
            at = joined.find(piece)
            if at >= 0:
                found.append((run[places[at]].start, run[places[at + len(piece) - 1]].end, "number"))
    return replaced(text, found).text if found else text
