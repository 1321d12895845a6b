"""What members say about alerts, and what is read out of it."""

from __future__ import annotations

import pytest

from backend.alerts.parsing import extract_threshold, parse_alert_request

ON = [
    (
        "text me 3 days before it's due and when usage goes over 1200",
        {"bill_due": 3, "usage_over": 1200},
        {"text"},
    ),
    ("email me when a payment posts", {"payment_received": None}, {"email"}),
    ("let me know when my bill is over 200 dollars", {"amount_over": 20000}, set()),
    ("alert me if my bill goes above $150", {"amount_over": 15000}, set()),
    ("notify me when my balance gets over 100", {"amount_over": 10000}, set()),
    ("text me when my bill is ready", {"bill_ready": None}, {"text"}),
    ("remind me a week before my bill is due", {"bill_due": 7}, set()),
    ("remind me to pay my bill", {"bill_due": None}, set()),
    ("set a usage alert at 40 kwh a day", {"daily_usage_over": 40}, set()),
    ("tell me when i use too much power", {"usage_over": None}, set()),
    ("warn me at twelve hundred kwh", {"usage_over": 1200}, set()),
    ("tell me when usage goes over 1,200", {"usage_over": 1200}, set()),
    ("let me know if somebody changes my account", {"profile_changed": None}, set()),
    ("notify me when my password is changed", {"profile_changed": None}, set()),
    ("i want a phone call when my bill is late", {"past_due": None}, {"call"}),
    ("text and email me when a payment fails", {"payment_failed": None}, {"text", "email"}),
    ("text me before my card expires", {"card_expiring": None}, {"text"}),
    ("payment alerts", {"bill_due": None, "payment_received": None, "payment_failed": None, "past_due": None}, set()),
    ("tell me when my payment is received and when it is declined",
     {"payment_received": None, "payment_failed": None}, set()),
    ("send alerts to my email instead of text", {}, {"email"}),
    ("switch my alerts from text to email", {}, {"email"}),
    ("stop calling me about my bill just text", {}, {"text"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds", "ways"), ON)
def test_on(text: str, kinds: dict[str, int | None], ways: set[str]) -> None:
    request = parse_alert_request(text)
    assert (request.verb, request.kinds, request.channels) == ("on", kinds, ways)


@pytest.mark.parametrize(
    ("text", "kinds", "denied"),
    [
        ("turn off alerts", {}, set()),
        ("stop the alerts", {}, set()),
        ("i don't want reminders", {"bill_due": None}, set()),
        ("remove my usage alert", {"usage_over": None}, set()),
        ("stop texting me", {}, {"text"}),
        ("turn off email notifications", {}, {"email"}),
    ],
)
def test_off(text: str, kinds: dict[str, int | None], denied: set[str]) -> None:
    request = parse_alert_request(text)
    assert (request.verb, request.kinds, request.unwanted_channels) == ("off", kinds, denied)


@pytest.mark.parametrize(
    "text", ["what alerts do i have", "show my alerts", "alerts", "do my old alerts still work", "list my reminders"]
)
def test_list(text: str) -> None:
    assert parse_alert_request(text).verb == "list"
    assert not parse_alert_request(text).kinds


@pytest.mark.parametrize(
    ("unit", "text", "threshold"),
    [
        ("days", "5", 5),
        ("days", "five days", 5),
        ("days", "the day before", 1),
        ("days", "two weeks", 14),
        ("cents", "150", 15000),
        ("cents", "a hundred and fifty dollars", 15000),
        ("cents", "$99.50", 9950),
        ("kwh", "1,200 kwh", 1200),
        ("kwh", "fifteen hundred", 1500),
        ("kwh", "i do not know", None),
    ],
)
def test_threshold(unit: str, text: str, threshold: int | None) -> None:
    assert extract_threshold(unit, text) == threshold


@pytest.mark.parametrize(
    "text",
    [
        "i want an alert for high usage 100078-001 0078",
        "alert me on high usage, 100078001 and 1200",
        "100078-001 1200 let me know when my usage is high",
    ],
)
def test_member_number_is_not_a_limit(text: str) -> None:
    assert parse_alert_request(text).kinds == {"usage_over": None}
