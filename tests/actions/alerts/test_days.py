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


@pytest.mark.parametrize(
    ("words", "days", "told", "language"),
    [
        ("text me ten days before my bill is due and again two days before", "10 days", "one reminder", "en"),
        ("remind me by text the day before it's due and also the day of", "1 day", "one reminder", "en"),
        ("remind me by text the day my bill is due", "1 day", "the day before", "en"),
        ("avíseme por texto seis días antes de que venza y un día antes", "6 días", "un recordatorio", "es"),
        ("avíseme por texto de la factura el mismo día que vence", "1 día", "el día antes", "es"),
    ],
)
async def test_days_that_cannot_be_had_are_told(begin: Begin, words: str, days: str, told: str, language: str) -> None:
    talk = await begin(language=language)
    await talk.user_input(words, intent="manage_alerts", acts={"start"})
    talk.assert_response("utter_question_alert_confirm")
    talk.assert_message(days)
    talk.assert_message(told)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("eight days, not three", "8 days"),
        ("no, the week before", "7 days"),
        ("no, 5", "5 days"),
        ("no, not three, on the due date", "1 day"),
    ],
)
async def test_a_correction_at_the_read_back_changes_the_days(begin: Begin, words: str, days: str) -> None:
    talk = await begin()
    await talk.user_input("text me before my bill is due", intent="manage_alerts", acts={"start"})
    await talk.user_input(words, acts={"deny", "correct"})
    talk.assert_response("utter_question_alert_confirm")
    talk.assert_message(days)


async def test_a_channel_and_the_days_are_changed_together(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("call or text me before my bill is due", intent="manage_alerts", acts={"start"})
    await talk.user_input("just text will do, and make it four days", acts={"correct"})
    talk.assert_message("by text when your bill is 4 days")


async def test_a_reminder_at_one_moment_turns_nothing_on(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("can you remind me on friday to pay", intent="manage_alerts", acts={"start"})
    talk.assert_message("single reminder")
    assert talk.open_task != "alerts_form"
    await talk.user_input("text me before my bill is due", intent="manage_alerts", acts={"start"})
    await talk.user_input("no, only one time, tomorrow", acts={"deny"})
    talk.assert_message("single reminder")
    talk.assert_response("utter_question_alert_another")
