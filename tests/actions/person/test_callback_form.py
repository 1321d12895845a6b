"""Arranging a call from the office: time, phone, subject and read-back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.backend.household import TODAY
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def ask_for_a_call(talk: Talk, words: str = "have somebody call me about the deposit") -> None:
    await talk.user_input(words, intent="speak_to_human", acts={"person"})


async def test_yes_accepts_the_proposed_time(night: Talk) -> None:
    await ask_for_a_call(night)
    await night.user_input("yes", acts={"affirm"})
    await night.user_input("815-555-0123", acts={"answer"})
    night.assert_response("utter_question_callback_confirm")
    night.assert_message("10:00 AM")


async def test_another_phone_by_its_end_is_asked_for_whole(night: Talk, backend: Backend) -> None:
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    await night.user_input("815-555-0123", acts={"answer"})
    await night.user_input("wait mine ends 2203", acts={"correct"})
    night.assert_response("utter_question_callback_other_phone")
    await night.user_input("815-555-2203", acts={"answer"})
    night.assert_message("ending 2203")
    night.assert_message("Friday, November 20 at 10:00 AM")


async def test_no_to_the_phone_keeps_the_time(night: Talk) -> None:
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    await night.user_input("815-555-0123", acts={"answer"})
    await night.user_input("no, my cell phone", intent="deny", acts={"deny"})
    night.assert_response("utter_question_callback_phone")
    await night.user_input("815-555-9191", acts={"answer"})
    night.assert_message("Friday, November 20 at 10:00 AM to the phone ending 9191")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("my bill", "my bill"),
        (
            "about the estimate you put on it, nobody read the meter",
            "the estimate you put on it, nobody read the meter",
        ),
    ],
)
async def test_subject_given_at_the_time_question_is_stored(night: Talk, words: str, expected: str) -> None:
    await ask_for_a_call(night, "I want to talk to a person")
    await night.user_input(words, acts={"answer"})
    night.assert_response("utter_callback_subject", "utter_question_callback_when")
    night.assert_message(expected)


async def test_missing_call_cannot_be_canceled(night: Talk) -> None:
    await night.user_input("please cancel my callback", intent="cancel", acts={"cancel"})
    night.assert_response("utter_callback_none")


@pytest.mark.parametrize(
    "message", ["Monday then, in the morning some time, Liam stop that", "monday morning. MAX STOP IT sorry"]
)
async def test_shout_at_a_child_cancels_nothing(begin: Begin, clock: ManualClock, message: str) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("can somebody call me", intent="speak_to_human", acts={"person"})
    await talk.user_input(message, intent="cancel", acts={"cancel"})
    talk.assert_response("utter_question_callback_phone")


async def test_a_call_back_with_its_subject(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await ask_for_a_call(talk, "have someone call me about my deposit")
    talk.assert_response("utter_question_callback_when")
    await talk.user_input("november 26 at 10", acts={"answer"})
    talk.assert_message("closed on Thursday, November 26, Thanksgiving")
    await talk.user_input("today at 9", acts={"answer"})
    talk.assert_message("That time has passed")
    await talk.user_input("tomorrow morning", acts={"answer"})
    talk.assert_message("between 9:00 AM and 12:00 PM .* about: my deposit")
    await talk.user_input("no, at 11", acts={"correct"})
    talk.assert_response("utter_question_callback_confirm")
    assert await list_rows(backend, Ticket) == []
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_callback_set")
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.details["about"] == "my deposit"
    assert ticket.details["when"] == "Thursday, November 19, 11:00 AM"
    await ask_for_a_call(talk, "call me")
    talk.assert_response("utter_callback_stands")
    await talk.user_input("cancel the call back", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_callback_withdrawn")
    assert [one.status for one in await list_rows(backend, Ticket)] == ["withdrawn"]


async def test_a_call_in_the_night_before_a_long_weekend(clock: ManualClock, begin: Begin, backend: Backend) -> None:
    clock.advance(days=7, hours=13)  # the Wednesday before Thanksgiving, eleven at night
    assert backend.today() == TODAY + timedelta(days=7)
    talk = await begin(Level.ANONYMOUS)
    await ask_for_a_call(talk, "call me as soon as possible")
    await talk.user_input("815-555-0123", acts={"answer"})
    talk.assert_message("on Monday, November 30 at 8:00 AM")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Yes, thanks. But make it 11 instead, I see the dentist"),
        ("en", "yes but move it to eleven"),
        ("es", "sí, pero mejor a las 11"),
    ],
)
async def test_yes_with_another_time_takes_that_time(
    clock: ManualClock, begin: Begin, language: str, words: str
) -> None:
    clock.advance(hours=13)
    night = await begin(Level.ANONYMOUS, language=language)
    await ask_for_a_call(night)
    await night.user_input("el viernes a las 10" if language == "es" else "friday at 10", acts={"answer"})
    await night.user_input("815-555-0123", acts={"answer"})
    await night.user_input(words, acts={"affirm", "correct"})
    night.assert_response("utter_question_callback_confirm")
    assert str(night.slots["callback_when"]).startswith("2026-11-20T11:00")


async def test_nobody_is_called_back_at_the_co_ops_own_number(night: Talk, backend: Backend) -> None:
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    await night.user_input("555-555-0100", acts={"answer"})
    night.assert_message("555-555-0100 is our own number")
    night.assert_response("utter_told", "utter_question_callback_phone")
    await night.user_input("815-555-0123", acts={"answer"})
    night.assert_message("ending 0123")


async def test_a_call_that_the_office_passed_on_is_not_called_back_there(night: Talk, backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Conversation).values(address=backend.coop.transfer_phone))
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    night.assert_response("utter_question_callback_phone")
