"""Amounts come through as floats to the cent, or not at all."""

from __future__ import annotations

import contextlib
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.multispeak.amounts import LIMIT_CENTS, InvalidAmount, format_amount, parse_cents

AMOUNTS = st.integers(1 - LIMIT_CENTS, LIMIT_CENTS - 1)


def single(value: float) -> float:
    (found,) = struct.unpack("f", struct.pack("f", value))
    return float(found)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("112.4", 11240),
        ("1.124E2", 11240),
        ("1124e-1", 11240),
        (" \n112.40\t", 11240),
        ("+112.400", 11240),
        ("-0.00", 0),
        ("-0", 0),
        (".5", 50),
        ("5.", 500),
        ("-25.07", -2507),
        ("112.400002", 11240),  # a float of 32 bits, in nine digits
        ("112.40000152587890625", 11240),
        ("0.30000000000000004", 30),  # a sum of floats of 64 bits
        ("112.39999999999999", 11240),
        ("131071.99", 13107199),
    ],
)
def test_whole_cents_are_read(text: str, cents: int) -> None:
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("12.345", "0.001", "112.40001", "112.4000010", "1E-3"),
        *("NaN", "INF", "-INF", "inf", "nan", "", " ", "12,40", "1,240.00", "$12.40", "12.40 USD", "1_000", "0x10"),
        *("١٢", "1e", "e5", "1.2.3", "--1", "1 2", "12.4\u00a0", "9" * 41, "1E99", "1E999"),
        *("131072", "131072.01", "-131072", "200000.00"),
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_cents(text)


@given(AMOUNTS)
def test_each_spelling_of_a_cent_amount_is_that_amount(cents: int) -> None:
    dollars = Decimal(cents) / 100
    value = single(cents / 100)
    spellings = {
        str(format_amount(cents)),
        f"{dollars:.2f}",
        f"{dollars:E}",
        repr(cents / 100),
        f"{value:.9g}",  # XmlConvert, Java and C print a float of 32 bits so
        f"{value:.8e}",
        repr(value),  # widened to 64 bits
        str(Decimal(value)),
    }
    assert {parse_cents(each) for each in spellings} == {cents}


@given(AMOUNTS, st.integers(1, 9))
def test_a_tenth_of_a_cent_is_never_rounded_away(cents: int, tenth: int) -> None:
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}{tenth}"
    # near the limit, a float of 32 bits is off by up to four tenths of a cent, and prints so
    if not any(f"{single(near / 100):.3f}" == text for near in (cents - 1, cents, cents + 1)):
        with pytest.raises(InvalidAmount):
            parse_cents(text)


@given(st.text(max_size=20))
def test_no_text_does_anything_else(text: str) -> None:
    with contextlib.suppress(InvalidAmount):
        assert abs(parse_cents(text)) < LIMIT_CENTS


def test_amounts_that_a_float_cannot_hold_are_not_written() -> None:
    assert str(format_amount(LIMIT_CENTS - 1)) == "131071.99"
    with pytest.raises(InvalidAmount):
        format_amount(LIMIT_CENTS)
