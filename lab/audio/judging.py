"""Judges a call by rules: clean, repaired or failed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from lab.audio.caller import CallTurn
from lab.audio.phone_member import PhoneMember
from lab.audio.wishes import Outcome, Wish

CLEAN, REPAIRED, FAILED = "clean", "repaired", "failed"
VERDICTS = (CLEAN, REPAIRED, FAILED)
PROOF_TURNS = 1
"""A caller from a phone that is not on file gives a code."""
ASKED_OF_EACH = ("utter_question_pay_confirm", "utter_question_unknown")


def judge(
    wish: Wish,
    outcome: Outcome,
    before: dict[str, Any],
    turns: Sequence[CallTurn],
    names: Sequence[Sequence[str]],
    guide: PhoneMember,
    unconfirmed: Sequence[str],
) -> tuple[str, list[str]]:
    """The verdict, and the reasons why it is not clean.

    Failed: the records do not hold what was wanted, or an act that nobody asked for. Repaired: it took two turns more
    than a clerk, something had to be said again or corrected, or a question came twice.
    """
    wrong = [f"money without a plain yes: {one}" for one in unconfirmed] + find_unwanted(wish, outcome, before)
    if not wish.is_done(outcome):
        ending = guide.mind.ending
        wrong.append(
            f"the end was not reached ({ending.kind} {ending.response})" if ending else "the end was not reached"
        )
    if wrong:
        return FAILED, wrong
    off = find_repairs(wish, turns, names, guide)
    return (REPAIRED, off) if off else (CLEAN, [])


def find_unwanted(wish: Wish, outcome: Outcome, before: dict[str, Any]) -> list[str]:
    """Acts that the wish does not allow."""
    changes = {
        "paid": len(outcome.paid) > ("paid" in wish.moves),
        "scheduled": len(outcome.scheduled) > 0 and "scheduled" not in wish.moves,
        "autopay": outcome.shown["autopay"] != before["autopay"] and "autopay" not in wish.moves,
        "alerts": outcome.shown["alerts"] != before["alerts"] and "alerts" not in wish.moves,
    }
    unwanted = [f"an act that nobody asked for: {name}" for name, changed in changes.items() if changed]
    return unwanted + [f"a ticket that nobody asked for: {kind}" for kind in outcome.tickets if kind not in wish.moves]


def find_repairs(
    wish: Wish, turns: Sequence[CallTurn], names: Sequence[Sequence[str]], guide: PhoneMember
) -> list[str]:
    off = []
    if guide.corrections:
        off.append(f"{guide.corrections} misheard numbers corrected")
    if guide.restarts:
        off.append(f"the wish was said {guide.restarts} times more")
    if missed := sum(turn.misses for turn in turns):
        off.append(f"{missed} reprompts")
    asked = [next((name for name in reversed(some) if name.startswith("utter_question_")), "") for some in names]
    again = [first for first, second in itertools.pairwise(asked) if first and first == second]
    if again:
        off.append(f"asked again: {', '.join(again)}")
    if any(first.answer == second.answer for first, second in itertools.pairwise(turns)):
        off.append("the very same answer twice")
    proven = any("code" in name or "proof" in name for some in names for name in some)
    allowed = wish.clerk_turns + 1 + (PROOF_TURNS if proven else 0)
    if len(turns) > allowed:
        off.append(f"{len(turns)} turns, {allowed} at most")
    return off
