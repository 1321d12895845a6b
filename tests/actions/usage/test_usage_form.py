"""Meter readings month by month, and why a bill is high."""

from __future__ import annotations

from datetime import date

import pytest

from backend.app import Backend
from backend.usage.models import MeterReading
from tests.backend.household import Household
from tests.support.harness.talk import Talk


@pytest.fixture
async def metered(talk: Talk, backend: Backend, home: Household) -> Talk:
    """A talk of a member who used 700 kWh in September, 810 in October."""
    async with backend.db.transaction() as session:
        for month, kwh in ((9, 700), (10, 810)):
            session.add(MeterReading(account_id=home.account_id, month=date(2026, month, 1), kwh=kwh, days=30))
    return talk


async def ask(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="usage_history", acts={"start"})


async def test_usage_of_a_month_is_answered(metered: Talk) -> None:
    await ask(metered, "how much power did i use in october")
    metered.assert_message("810")
    metered.assert_no_message("700 kWh")
    assert metered.open_task is None


async def test_two_months_are_compared(metered: Talk) -> None:
    await ask(metered, "october compared with september")
    metered.assert_response("utter_usage_compared")
    metered.assert_message("810")
    metered.assert_message("700")


async def test_without_a_reading_the_office_is_named(talk: Talk) -> None:
    await ask(talk, "how much power did i use in october")
    assert talk.responses == ["utter_usage_none"]
    talk.assert_message("555-555-0100")


async def test_single_bill_has_no_comparison(talk: Talk) -> None:
    await talk.user_input("why is my bill so high", intent="high_bill", acts={"start"})
    assert talk.responses == ["utter_high_bill_alone"]


async def test_a_stranger_learns_no_reading(stranger: Talk) -> None:
    await ask(stranger, "how much power did i use in october")
    assert stranger.responses == ["utter_question_member_number"]
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.open_task is None
