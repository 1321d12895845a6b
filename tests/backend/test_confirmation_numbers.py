"""Confirmation numbers: read out and typed back without doubt."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import confirmation_numbers
from backend.app import Backend
from backend.db import Base
from backend.payments.service import find_by_confirmation
from tests.backend.household import Household, make_household
from tests.backend.payments.paying import quote_for, say_yes


def test_numbers_have_one_shape_and_no_doubtful_letter() -> None:
    for _ in range(500):
        number = confirmation_numbers.random_number()
        assert re.fullmatch(r"[A-Z2-9]{3}-[A-Z2-9]{3}", number)
        assert not set(number) & set("01OILAEUSBDPTVZCGN")
        assert not number.replace("-", "").isdigit()
        assert not number.replace("-", "").isalpha()


@given(separator=st.sampled_from(["", " ", "-", ". "]), upper=st.booleans())
def test_typed_number_is_understood(separator: str, upper: bool) -> None:
    number = confirmation_numbers.random_number()
    text = separator.join(number.replace("-", ""))
    assert confirmation_numbers.normalize_number(text if upper else text.lower()) == number


@pytest.mark.parametrize("message", ["", "K7M", "K7M-4Q", "K7M-4Q22", "K7M-4O2", "'; DROP TABLE payments; --"])
def test_impossible_number_is_refused(message: str) -> None:
    assert confirmation_numbers.normalize_number(message) is None


async def test_it_finds_the_payment_of_its_own_account_alone(backend: Backend, home: Household) -> None:
    other = await make_household(backend, number="88888")
    outcome = await say_yes(backend, await quote_for(backend, home))
    text = str(outcome.confirmation).lower().replace("-", " ")
    async with backend.db.read_session() as session:
        found = await find_by_confirmation(session, home.account_id, text)
        assert found
        assert found.confirmation == outcome.confirmation
        assert await find_by_confirmation(session, other.account_id, text) is None


def test_every_number_that_a_member_may_quote_is_checked() -> None:
    marked = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.c
        if column.info == confirmation_numbers.UNIQUE_NUMBER
    }
    assert marked == {
        "arrangements.number",
        "counter_payments.confirmation",
        "payments.confirmation",
        "program_enrollments.confirmation",
        "refunds.confirmation",
        "scheduled_payments.confirmation",
        "text_pay_authorizations.confirmation",
        "tickets.number",
    }


async def test_used_number_is_not_assigned_again(
    backend: Backend, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = str((await say_yes(backend, await quote_for(backend, home))).confirmation)
    numbers = iter([taken, "K7M-4Q2"])
    monkeypatch.setattr(confirmation_numbers, "random_number", lambda: next(numbers))
    async with backend.db.read_session() as session:
        assert await confirmation_numbers.new_number(session) == "K7M-4Q2"
