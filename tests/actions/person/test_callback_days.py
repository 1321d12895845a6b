"""A call back is offered and promised only when the office is open and the time is still to come."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket
from tests.support.harness.talk import Talk

ZONE = ZoneInfo("America/Chicago")


@pytest.fixture
async def talk(talk: Talk) -> Talk:
    """It has a phone, whatever becomes of who it is when the clock is moved."""
    async with talk.backend.db.transaction() as session:
        (await session.get_one(Conversation, talk.log.conversation_id)).address = "+18155550123"
    return talk


def at(clock: ManualClock, local: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    clock.advance(seconds=(moment - clock.now()).total_seconds())


async def calls(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.transaction() as session:
        found = await tickets.list_of_conversation(session, talk.log.conversation_id)
        return [ticket for ticket in found if ticket.kind == CALLBACK]


async def asked(talk: Talk, words: str) -> list[str]:
    await talk.user_input("can somebody call me back", intent="speak_to_human", acts={"person"})
    await talk.user_input(words, intent="inform", acts={"answer"})
    return talk.responses


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-25 15:45", "tomorrow at 10"),  # Thanksgiving
        ("2026-11-25 15:45", "friday at 10"),  # the day after
        ("2026-11-26 09:00", "today at 2"),
        ("2026-11-27 09:00", "this afternoon"),
        ("2026-11-25 16:29", "in half an hour"),
        ("2026-11-25 15:45", "today at 5"),
        ("2026-12-31 15:40", "tomorrow at 10"),  # New Year's Day
        ("2026-12-24 16:00", "tomorrow morning"),  # Christmas
        ("2026-11-18 10:00", "thanksgiving at 10"),
        ("2026-11-18 10:00", "saturday at 10"),
        ("2026-11-18 10:00", "today at 9"),
    ],
)
async def test_time_outside_office_hours_is_refused(talk: Talk, clock: ManualClock, now: str, words: str) -> None:
    at(clock, now)
    assert "utter_question_callback_closed" in await asked(talk, words)
    await talk.user_input("yes", intent="affirm")
    assert await calls(talk) == []


@pytest.mark.parametrize(
    ("now", "words", "due"),
    [
        ("2026-11-25 15:45", "as soon as you open", "2026-11-30 08:00"),
        ("2026-11-25 15:45", "as soon as possible", "2026-11-25 15:45"),
        ("2026-11-25 15:45", "this afternoon", "2026-11-25 15:45"),
        ("2026-11-25 16:30", "as soon as possible", "2026-11-30 08:00"),
        ("2026-11-26 09:00", "any time", "2026-11-30 08:00"),
        ("2026-11-27 09:00", "at 4", "2026-11-30 16:00"),
        ("2026-12-31 17:00", "first thing", "2027-01-04 08:00"),
        ("2027-01-01 09:00", "in the afternoon", "2027-01-04 13:00"),
        ("2026-11-18 07:00", "as soon as you open", "2026-11-18 08:00"),
        ("2026-11-18 06:30", "first thing", "2026-11-18 08:00"),
        ("2026-11-25 16:29", "at 4", "2026-11-30 16:00"),
        ("2026-03-06 16:45", "at 9", "2026-03-09 09:00"),  # over the change of the clocks
    ],
)
async def test_next_time_within_office_hours(talk: Talk, clock: ManualClock, now: str, words: str, due: str) -> None:
    at(clock, now)
    assert "utter_question_callback_confirm" in await asked(talk, words)
    await talk.user_input("yes", intent="affirm")
    (call,) = await calls(talk)
    assert call.due_at == datetime.fromisoformat(due).replace(tzinfo=ZONE)


async def test_a_yes_after_closing_promises_no_call_of_before(talk: Talk, clock: ManualClock) -> None:
    at(clock, "2026-11-25 16:20")
    await asked(talk, "at 4:25")
    clock.advance(minutes=11)
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_question_callback_closed")
    assert await calls(talk) == []


async def test_a_yes_of_the_next_day_promises_no_call_of_yesterday(talk: Talk, clock: ManualClock) -> None:
    await asked(talk, "today at 2")
    clock.advance(hours=23)
    await talk.user_input("yes", intent="affirm")
    assert await calls(talk) == []


@pytest.mark.parametrize(
    ("now", "example"),
    [
        ("2026-11-25 15:45", "Monday, November 30 at 10:00 AM"),
        ("2026-12-31 12:00", "Monday, January 4, 2027 at 10:00 AM"),
        ("2026-11-18 10:00", "Thursday, November 19 at 10:00 AM"),
    ],
)
async def test_the_example_is_a_time_that_can_be_had(talk: Talk, clock: ManualClock, now: str, example: str) -> None:
    at(clock, now)
    await talk.user_input("can somebody call me back", intent="speak_to_human", acts={"person"})
    talk.assert_message(example)


async def test_nobody_answers_on_a_holiday(talk: Talk, clock: ManualClock) -> None:
    at(clock, "2026-11-27 10:00")
    await talk.user_input("i want to talk to a person", intent="speak_to_human", acts={"person"})
    assert "will answer here" not in talk.text
    talk.assert_message("Monday, November 30 at 8:00 AM")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-25 10:00", "by Monday, November 30"),
        ("2026-11-24 10:00", "by Wednesday, November 25"),
        ("2026-12-31 10:00", "by Monday, January 4, 2027"),
        ("2026-11-21 10:00", "by Monday, November 23"),
    ],
)
async def test_the_next_working_day_is_named(talk: Talk, clock: ManualClock, now: str, day: str) -> None:
    at(clock, now)
    await talk.user_input("i want to complain about the crew", intent="complaint", acts={"start"})
    await talk.user_input("they left my gate open and the cows got out on the road", intent="inform", acts={"answer"})
    await talk.user_input("yes", intent="affirm")
    talk.assert_message(day)
