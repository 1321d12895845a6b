"""When a whole call is clean, repaired or failed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from lab.audio import judging
from lab.audio.caller import CallTurn
from lab.audio.judging import CLEAN, FAILED, REPAIRED
from lab.audio.wishes import CALLS, WISHES, Outcome, Wish

PAY = next(wish for wish in WISHES if wish.name == "pay what is due")
BEFORE: dict[str, Any] = {"payments": [], "schedules": [], "autopay": [], "alerts": []}
NUMBER, LAST4 = "utter_question_member_number", "utter_question_phone_last4"


def payment(cents: int) -> dict[str, Any]:
    return {"amount_cents": cents, "channel": "voice"}


def outcome(**changes: Any) -> Outcome:
    shown = BEFORE | {"payments": [payment(11240)]} | changes
    return Outcome(shown, [], [NUMBER], [], cents=None, due_cents=11240, transferred=False)


def turn(answer: str, misses: int = 0) -> CallTurn:
    return CallTurn("words", "words", answer, 0.05, misses)


def judge(
    found: Outcome,
    turns: list[CallTurn] | None = None,
    names: list[list[str]] | None = None,
    wish: Wish = PAY,
    unconfirmed: tuple[str, ...] = (),
    **guide: Any,
) -> tuple[str, list[str]]:
    caller: Any = SimpleNamespace(**{"corrections": 0, "restarts": 0, "mind": SimpleNamespace(ending=None), **guide})
    said = turns or [turn("one"), turn("two")]
    return judging.judge(wish, found, BEFORE, said, names or [[NUMBER], [LAST4]], caller, unconfirmed)


def test_a_call_that_reaches_its_end_without_trouble_is_clean() -> None:
    assert judge(outcome()) == (CLEAN, [])


@pytest.mark.parametrize("payments", [[], [payment(5000)], [payment(11240), payment(11240)]])
def test_no_payment_another_or_two_is_failed(payments: list[dict[str, Any]]) -> None:
    assert judge(outcome(payments=payments))[0] == FAILED


@pytest.mark.parametrize(
    "act",
    [{"schedules": [{"amount_cents": 1, "status": "scheduled"}]}, {"autopay": [{"active": True}]}, {"alerts": [1]}],
)
def test_an_act_that_nobody_asked_for_is_failed(act: dict[str, Any]) -> None:
    assert judge(outcome(**act))[0] == FAILED


def test_a_ticket_that_nobody_asked_for_is_failed() -> None:
    assert judge(replace(outcome(), tickets=["outage"]))[0] == FAILED


def test_money_without_a_plain_yes_is_failed() -> None:
    assert judge(outcome(), unconfirmed=("paid $112.40: 'maybe' is no plain yes",))[0] == FAILED


@pytest.mark.parametrize(
    "trouble",
    [
        {"corrections": 1},
        {"restarts": 1},
        {"turns": [turn("one", misses=1), turn("two")]},
        {"turns": [turn("one"), turn("one")]},
        {"names": [[NUMBER], [NUMBER]]},
        {"turns": [turn(str(place)) for place in range(PAY.clerk_turns + 2)]},
    ],
)
def test_an_end_that_took_trouble_is_repaired(trouble: dict[str, Any]) -> None:
    assert judge(outcome(), **trouble)[0] == REPAIRED


def test_a_code_may_take_a_turn_more() -> None:
    turns = [turn(str(place)) for place in range(PAY.clerk_turns + 2)]
    assert judge(outcome(), turns, [[NUMBER], ["utter_question_code"]])[0] == CLEAN


def test_a_round_has_two_hundred_calls() -> None:
    assert CALLS == 200
    assert all(wish.count % 2 == 0 for wish in WISHES), "each wish is played by voice as often as by keys"
