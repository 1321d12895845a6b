"""Reminders before a bill is due, asked for in members' own words: the days are read back, or the allowed ones told."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Begin


@pytest.mark.parametrize(
    ("words", "days", "language"),
    [
        ("I want a text message before my bill is due, 6 days. thank you", "6 days", "en"),
        ("text me a week b4 bill due", "7 days", "en"),
        ("avíseme por texto antes de que venza, 6 dias", "6 días", "es"),
        ("mándeme un mensaje una semana antes de que venza", "7 días", "es"),
    ],
)
async def test_the_days_are_read_back(begin: Begin, words: str, days: str, language: str) -> None:
    talk = await begin(language=language)
    await talk.user_input(words, intent="manage_alerts", acts={"start"})
    talk.assert_response("utter_question_alert_confirm")
    talk.assert_message(days)


async def test_other_days_at_the_read_back_are_read_back(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("text me before my bill is due", intent="manage_alerts", acts={"start"})
    talk.assert_message("3 days")
    await talk.user_input("no I said 6 days", acts={"deny", "correct"})
    talk.assert_message("6 days")
    await talk.user_input("make it 30 days", acts={"correct"})
    talk.assert_response("utter_question_alert_bill_due_wrong")
    talk.assert_message("20")


@pytest.mark.parametrize(
    "words", ["rember me a week b4 bill due", "txt me before bill is due so I dont get a late fee"]
)
async def test_a_reminder_is_no_arrangement(begin: Begin, words: str) -> None:
    talk = await begin()
    await talk.user_input(words, intent="payment_arrangement", acts={"start"})
    assert talk.open_task == "alerts_form", str(talk)
    talk.assert_no_response("utter_question_arrangement_amount")


async def test_a_reminder_within_an_arrangement_leaves_it(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("i need more time", intent="payment_arrangement", acts={"start"})
    await talk.user_input("no i mean send me a reminder text before its due", acts={"correct"})
    assert talk.open_task == "alerts_form", str(talk)
