"""Which wording a member gets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.engine.actions_standin import ActionStandIn, says
from tests.engine.running import Engine, conversation

GENERAL = {"Hello there", "Good to see you", "Welcome"}


@pytest.mark.parametrize(
    ("channel", "wordings"),
    [("sms", {"Hello by text"}), ("voice", {"Hello by phone"}), ("web", GENERAL)],
)
def test_the_wording_is_the_channels_own(engine: Engine, channel: str, wordings: set[str]) -> None:
    assert set(engine.texts(conversation(), "hello", channel)) <= wordings


def test_no_wording_comes_twice_in_a_row(engine: Engine) -> None:
    member = conversation()
    greetings = [engine.texts(member, "hello")[0] for _ in range(7)]
    assert set(greetings) == GENERAL
    assert all(first != second for first, second in pairwise(greetings))


def test_a_condition_wins_over_a_channel_and_a_channel_breaks_the_tie(engine: Engine, actions: ActionStandIn) -> None:
    closed = {"events": [{"event": "slot", "name": "closed", "value": True}], "responses": []}
    actions.answers["action_quick"] = lambda _: (200, closed)
    member = conversation()
    assert engine.texts(member, "/balance", "sms") == ["You owe 0."]
    engine.turn(member, "/run_quick")
    assert engine.texts(member, "/balance", "voice") == ["The office is closed, and you owe nothing."]
    assert engine.texts(member, "/balance", "sms") == ["Closed. You owe 0."]


def test_one_action_does_not_repeat_a_response(engine: Engine, actions: ActionStandIn) -> None:
    actions.answers["action_say_twice"] = lambda _: says({"response": "utter_balance"}, {"response": "utter_balance"})
    assert engine.texts(conversation(), "/run_say_twice") == ["You owe nothing.", "Nothing is owed."]


def test_text_picture_buttons_and_hints_of_an_utterance_are_one_message(engine: Engine) -> None:
    assert engine.turn(conversation(), '/choose{"amount":"50"}') == [
        {
            "text": "You chose 50.",
            "image": "/pictures/50.png",
            "buttons": [
                {"title": "Again 50", "payload": '/choose{"amount":"50"}'},
                {"title": "Doubled", "payload": '/choose{"amount":"2"}'},
            ],
            "custom": {"expect": "amount", "detail": {"last": "50"}},
        }
    ]


def test_an_actions_values_fill_the_wording(engine: Engine, actions: ActionStandIn) -> None:
    actions.answers["action_quick"] = lambda _: says({"response": "utter_lacking", "fee": "$1.00"})
    assert engine.texts(conversation(), "/run_quick") == ["The fee is $1.00."]


def test_a_missing_value_shows_no_brace_and_is_logged(engine: Engine, actions: ActionStandIn) -> None:
    actions.answers["action_quick"] = lambda _: says({"response": "utter_lacking"})
    assert engine.texts(conversation(), "/run_quick") == ["The fee is ."]
    assert "utter_lacking lacks a value for {fee}" in engine.log.read_text()


def test_a_table_stays_a_table(engine: Engine, actions: ActionStandIn) -> None:
    table = {"head": ["Month", "kWh"], "rows": [["May", "900"]]}
    actions.answers["action_quick"] = lambda _: says({"response": "utter_table", "table": table})
    [message] = engine.turn(conversation(), "/run_quick")
    assert message["custom"] == {"table": table}
