"""Which alerts a message turns on or off."""

from __future__ import annotations

import pytest

from actions.alerts.questions import read_back_values
from backend.alerts.parsing import is_stop_all_texts, parse_alert_request
from backend.language import use_language


def test_kinds_to_keep_on_stay_on() -> None:
    assert parse_alert_request("turn off everything except the bill due reminders").kept_kinds == {"bill_due"}
    assert parse_alert_request("turn off all alerts but keep the ones about my bill being ready").kept_kinds == {
        "bill_ready"
    }
    assert parse_alert_request("turn them off but keep the zebra").verb == "list"  # nothing ends on a guess


@pytest.mark.parametrize(
    "words", ["all off except the one about outages", "i want quitarlos todos excepto el de los apagones"]
)
def test_outage_alerts_are_recognized(words: str) -> None:
    request = parse_alert_request(words)
    assert request.kept_kinds == {"outage"}
    assert request.verb == "off"


def test_stop_all_texts_is_recognized() -> None:
    assert is_stop_all_texts("yo stop all the texts pls")
    assert not is_stop_all_texts("text me when it is due")


def test_alerts_are_formatted_in_spanish() -> None:
    with use_language("es"):
        shown = read_back_values({"bill_due": 3, "usage_over": 1200}, ["text", "email"])
    assert shown["ways"] == "texto y correo electrónico"
    assert shown["when"] == "su factura esté a 3 días de vencer y el consumo de una factura pase de 1,200 kWh"


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("I want a text message before my bill is due, 6 days. thank you", 6),
        ("no I said 6 days", 6),
        ("rember me a week b4 bill due", 7),
        ("txt me before bill is due so I dont get a late fee", None),
        ("text me before it is due, 6 dias", 6),
    ],
)
def test_the_days_are_read_wherever_they_stand(words: str, days: int | None) -> None:
    assert parse_alert_request(words).kinds == {"bill_due": days}


def test_what_is_stopped_is_what_is_named() -> None:
    request = parse_alert_request("quit emailing me about how much power we use, but I do want the due date ones")
    assert (request.verb, dict(request.kinds), request.unwanted_channels) == ("off", {"usage_over": None}, {"email"})
    assert request.kept_kinds == {"bill_due"}


@pytest.mark.parametrize("words", ["stop texting me about my garden", "quit emailing me regarding the meeting"])
def test_nothing_ends_where_what_is_named_is_unknown(words: str) -> None:
    assert parse_alert_request(words).verb == "list"


@pytest.mark.parametrize("words", ["stop texting me about it", "turn off my alerts", "no more emails about anything"])
def test_all_end_where_nothing_is_named(words: str) -> None:
    request = parse_alert_request(words)
    assert (request.verb, request.kinds) == ("off", {})
