"""Alerts by text, email or call: read back, turned on with a yes, listed and turned off."""

from __future__ import annotations

import pytest

from backend.alerts.models import AlertSetting
from backend.app import Backend
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def ask(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="manage_alerts", acts={"start"})


async def test_one_is_corrected_turned_on_listed_and_turned_off(talk: Talk, backend: Backend) -> None:
    await ask(talk, "text me when my bill is due")
    talk.assert_message("by text when your bill is 3 days from due")
    await talk.user_input("no, 5 days before", acts={"correct"})
    talk.assert_message("by text when your bill is 5 days from due")
    assert await list_rows(backend, AlertSetting) == []
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_alerts_on")
    [made] = await list_rows(backend, AlertSetting)
    assert (made.kind, made.threshold, made.by_text, made.by_email, made.active) == ("bill_due", 5, True, False, True)
    await ask(talk, "what alerts do i have")
    talk.assert_message("5 days from due")
    await ask(talk, "turn off the due date alert")
    talk.assert_response("utter_alerts_off")
    assert [each.active for each in await list_rows(backend, AlertSetting)] == [False]


async def test_a_limit_is_asked_for_until_it_is_a_number(talk: Talk) -> None:
    await ask(talk, "tell me when i use too much")
    talk.assert_message("Over how many kWh")
    await talk.user_input("lots", acts={"answer"})
    talk.assert_message("A number of kWh")
    await talk.user_input("1200", acts={"answer"})
    talk.assert_response("utter_question_alert_ways")
    await talk.user_input("by email", acts={"answer"})
    talk.assert_message("1,200 kWh")


async def test_conditional_yes_is_not_a_yes(talk: Talk, backend: Backend) -> None:
    await ask(talk, "text me when my bill is due")
    await talk.user_input("yes if it is free", acts={"affirm"})
    talk.assert_no_response("utter_alerts_on")
    assert await list_rows(backend, AlertSetting) == []


async def test_task_is_dropped_on_request(talk: Talk, backend: Backend) -> None:
    await ask(talk, "text me when my bill is due")
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    assert talk.responses == ["utter_alerts_left"]
    assert await list_rows(backend, AlertSetting) == []


async def test_missing_alert_kind_is_refused_plainly(stranger: Talk) -> None:
    await stranger.user_input("I want a text before my service is shut off", intent="manage_alerts", acts={"start"})
    stranger.assert_response("utter_alerts_no_shutoff")
    assert stranger.open_task is None


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("text me when the power is out", {"outage"}),
        ("text me about outages, at night too", {"outage", "outage_night"}),
        ("text me about outages at night", {"outage", "outage_night"}),
    ],
)
async def test_outages_are_told_on_request(talk: Talk, backend: Backend, words: str, kinds: set[str]) -> None:
    await ask(talk, words)
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    assert {setting.kind for setting in await list_rows(backend, AlertSetting)} == kinds
