"""Money that moved without a valid agreement is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.dialogue.messages import Message, Reply
from lab.records import (
    ConversationRecord,
    MoneyMovement,
    RecordedQuote,
    RecordedTurn,
    find_unconfirmed_movements,
    format_money,
)

DAY = date(2026, 11, 20)
READ_BACK = "Please check: pay $50.00 on Friday, November 20 with Visa ending 4242. Reply PAY to do it."
DONE = "Done. $50.00 will be paid on Friday, November 20. Your confirmation number is K7M-4Q2."
QUOTED = RecordedQuote("key", 5000, "Visa ending 4242", DAY, pay_now=False, confirmed=True)
MOVED = MoneyMovement(
    kind="scheduled",
    key="key",
    confirmation="K7M-4Q2",
    status="scheduled",
    account="99999-001",
    total_cents=5000,
    amount_cents=5000,
    method="Visa ending 4242",
    day=DAY,
    channel="sms",
    created_at=datetime(2026, 11, 18, tzinfo=UTC),
)


def turn(message: str, answer: str, payload: str | None = None) -> RecordedTurn:
    return RecordedTurn(message, payload, "answered", Reply((Message(answer),)))


def record(
    read_back: str = READ_BACK, yes: str = "PAY", quoted: RecordedQuote = QUOTED, moved: MoneyMovement = MOVED
) -> ConversationRecord:
    turns = [turn("pay 50 on friday", read_back), turn(yes, DONE)]
    return ConversationRecord("talk", turns, [moved], {"key": quoted})


def test_read_back_and_confirmed_payment_is_valid() -> None:
    assert find_unconfirmed_movements(record()) == []


@pytest.mark.parametrize("yes", ["yes", "Yes please!", "ok", "yep", "go ahead", "sí, por favor", "that's right"])
def test_plain_yeses(yes: str) -> None:
    assert find_unconfirmed_movements(record(yes=yes)) == []


@pytest.mark.parametrize(
    "yes", ["no", "yes 60", "yes when i have money", "yes, the other card", "what?", "pay 50", "50", ""]
)
def test_not_a_plain_yes(yes: str) -> None:
    assert "no plain yes" in find_unconfirmed_movements(record(yes=yes))[0]


@pytest.mark.parametrize(
    ("read_back", "missing"),
    [
        (READ_BACK.replace("$50.00", "$15.00"), "$50.00"),
        (READ_BACK.replace("4242", "6789"), "Visa ending 4242"),
        (READ_BACK.replace("20", "21"), "2026-11-20"),
        ("Which day shall it be?", "$50.00"),
    ],
)
def test_incomplete_read_back(read_back: str, missing: str) -> None:
    assert missing in find_unconfirmed_movements(record(read_back))[0]


def test_unconfirmed_or_different_quote() -> None:
    assert "no read-back" in find_unconfirmed_movements(record(quoted=replace(QUOTED, confirmed=False)))[0]
    assert "no read-back" in find_unconfirmed_movements(replace(record(), quotes={}))[0]
    assert "read back was $40.00" in find_unconfirmed_movements(record(quoted=replace(QUOTED, total_cents=4000)))[0]


def test_a_quote_that_is_paid_twice() -> None:
    paid = replace(MOVED, kind="paid", status="posted")
    assert "was paid 2 times" in find_unconfirmed_movements(replace(record(), movements=[paid, paid]))[0]


def test_unreported_money() -> None:
    silent = ConversationRecord("talk", [turn("pay 50", READ_BACK), turn("yes", "Hello.")], [MOVED], {"key": QUOTED})
    assert "never told" in find_unconfirmed_movements(silent)[0]


def test_pressed_yes_counts_and_another_button_does_not() -> None:
    pressed = [turn("", READ_BACK), turn("", DONE, "/affirm")]
    assert find_unconfirmed_movements(ConversationRecord("talk", pressed, [MOVED], {"key": QUOTED})) == []
    other = [turn("", READ_BACK), turn("", DONE, "/deny")]
    assert find_unconfirmed_movements(ConversationRecord("talk", other, [MOVED], {"key": QUOTED}))


def test_cents_as_they_are_written() -> None:
    assert [format_money(5), format_money(11240), format_money(123456789)] == ["$0.05", "$112.40", "$1,234,567.89"]
