"""Turning alerts on and off."""

from __future__ import annotations

import pytest

from tests.support.harness.talk import Talk


@pytest.mark.parametrize(
    ("words", "response"),
    [
        ("I want a text before my service is shut off", "utter_alerts_no_shutoff"),
        ("text me when the power is out", "utter_alerts_no_outage"),
    ],
)
async def test_an_alert_that_there_is_not_is_said_plainly(stranger: Talk, words: str, response: str) -> None:
    await stranger.user_input(words, intent="manage_alerts", acts={"start"})
    stranger.assert_response(response)
    assert stranger.open_task is None
