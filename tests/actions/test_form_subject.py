"""A form that borrows another skill's task for its answers says itself what it was about."""

from __future__ import annotations

import pytest

from actions import registry
from actions.balance.forms import BalanceForm
from actions.side_questions import find_task_opener
from tests.support.harness.talk import Talk

SUBJECT = "capital_credits_what"


async def test_a_follow_up_question_is_about_the_subject_of_the_form(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BalanceForm, "subject", SUBJECT)
    await talk.user_input("what do i owe", intent="check_balance", acts={"ask"})
    assert talk.slots["told_subject"] == SUBJECT


def test_a_form_with_a_subject_does_not_open_for_the_task_it_borrows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMS", {})
    monkeypatch.setattr(BalanceForm, "subject", SUBJECT)
    BalanceForm.__init_subclass__()  # as when a class of that kind is defined, without leaving one behind
    assert find_task_opener("balance") is None
    assert find_task_opener(SUBJECT) == "balance_form"
