"""What the web page gets beside the words: cards, yes and no, days and times. Other channels get none of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import Settings
from backend.conversations.cards import build_card
from backend.coop import Coop
from backend.holidays import Holiday, parse_rule
from backend.language import use_language
from backend.reading.dates.call_time import parse_call_time
from backend.reading.dates.day_parsing import ParsedDay, parse_day
from backend.reading.spanish import english_form
from bot.dialogue.messages import Button, Message, Reply, reply_to_json
from bot.dialogue.page_choices import add_choices
from bot.dialogue.page_messages import message_to_page

FRIDAY_MORNING = datetime(2026, 11, 20, 9, 30)
PAID = {"card": "paid", "amount": "$112.40", "fee": "No fee", "method": "Visa ending 4242", "number": "567-JY4"}


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    """Nothing is asked of its database."""
    made = Backend.create(
        Settings.from_env({"MEMBERLINE_ENV": "test", "DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    )
    yield made
    await made.close()


def test_a_receipt_has_its_rows_and_its_page() -> None:
    card = build_card({**PAID, "day": "Friday, November 20"}, "en", "https://bot.example")
    assert card == {
        "kind": "paid",
        "id": "567-JY4",
        "title": "Paid: $112.40",
        "rows": [
            ["Fee", "No fee"],
            ["From", "Visa ending 4242"],
            ["Day", "Friday, November 20"],
            ["Confirmation", "567-JY4"],
        ],
        "link": {"url": "https://bot.example/portal/payments/567-JY4", "title": "See it in your account"},
    }


def test_what_is_not_paid_has_no_receipt() -> None:
    for kind in ("pending", "declined"):
        card = build_card({**PAID, "card": kind}, "en", "https://bot.example")
        assert card is not None
        assert "link" not in card
        assert "Paid" not in card["title"]


def test_a_consent_says_how_it_ends_in_the_language_of_the_talk() -> None:
    hints = {"card": "autopay", "account": "99999-001", "method": "Visa 4242", "day": "el día 15"}
    card = build_card(hints, "es")
    assert card is not None
    rows = dict(card["rows"])
    assert rows["Cantidad"] == "El total que entonces se deba"
    assert rows["Día"] == "El día 15"
    assert "dos días hábiles" in rows["Para terminarlo"]


def test_a_question_for_yes_or_no_has_both_to_press(backend: Backend) -> None:
    asked = Message("Shall I?", hints={"expect": "confirm"})
    assert [each["title"] for each in message_to_page(asked, backend, "es")["buttons"]] == ["Sí", "No"]
    own = Message("Shall I?", (Button("I agree", "/affirm"),), hints={"expect": "confirm"})
    assert message_to_page(own, backend)["buttons"] == [{"title": "I agree", "payload": "/affirm"}]
    # a text message would number them
    assert reply_to_json(Reply((asked,)))["messages"][0]["buttons"] == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("purpose", ["payment", "plan", "service"])
def test_a_day_that_is_offered_is_understood_when_it_is_said(backend: Backend, language: str, purpose: str) -> None:
    with use_language(language):
        offered = add_choices({"expect": "date", "days": purpose}, backend.coop, FRIDAY_MORNING)
    assert len(offered["buttons"]) == 4
    for button in offered["buttons"]:
        day = parse_day(english_form(button["title"], language), FRIDAY_MORNING.date())
        assert isinstance(day, ParsedDay), button
        assert offered["days"]["first"] <= day.day.isoformat() <= offered["days"]["last"]


@pytest.mark.parametrize(("words", "language"), [("December 4, 2026", "en"), ("4 de diciembre de 2026", "es")])
def test_a_day_picked_in_the_calendar_is_understood(words: str, language: str) -> None:
    day = parse_day(english_form(words, language), FRIDAY_MORNING.date())
    assert day == ParsedDay(date(2026, 12, 4))


@pytest.mark.parametrize("language", ["en", "es"])
def test_calls_are_offered_only_when_the_office_is_open(backend: Backend, language: str) -> None:
    closed = Holiday({"en": "Founders Day", "es": "Fundadores"}, parse_rule("2026-11-23"))
    coop: Coop = replace(backend.coop, holidays=(closed,), hours={**backend.coop.hours, "friday": (time(8), time(12))})
    with use_language(language):
        titles = [each["title"] for each in add_choices({"expect": "time"}, coop, FRIDAY_MORNING)["buttons"]]
    wished = [parse_call_time(english_form(title, language), FRIDAY_MORNING.date(), coop.hours) for title in titles]
    assert [(each.day, each.time_of_day) for each in wished if each] == [
        (date(2026, 11, 20), time(10)),
        (date(2026, 11, 24), time(10)),
        (date(2026, 11, 24), time(14)),
        (date(2026, 11, 25), time(10)),
    ]


def test_the_hours_of_a_known_day_are_offered(backend: Backend) -> None:
    coop = replace(backend.coop, hours={**backend.coop.hours, "friday": (time(8), time(12))})
    offered = add_choices({"expect": "time", "on": "2026-11-20"}, coop, FRIDAY_MORNING)
    assert [each["title"] for each in offered["buttons"]] == ["at 10:00 AM", "at 11:00 AM"]
