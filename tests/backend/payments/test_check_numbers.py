"""Numbers of checks as clerks type them: one check is one number, and what is no check's number is refused."""

from __future__ import annotations

import pytest

from backend.payments.check_numbers import check_number, find_number_problem, is_routing_number


@pytest.mark.parametrize(
    "text",
    ["2211", "#2211", "02211", "2211-", "Check 2211", "# 2211", "check no. 2211", "CK#2211", "Chk: 0002211", "no 2211",
     "22-11", " 2211 ", "２２１１", "Cashier's check 2211", "Number 2211",
     "Check # 2211.", "NO2211", "MO2211"],
)  # fmt: skip
def test_one_check_is_one_number(text: str) -> None:
    assert check_number(text) == "2211"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("22110", "2211" + "0"), ("2211A", "2211a"), ("B2211", "b2211"), ("check", ""), ("", ""), (None, ""),
        ("[long number removed]", ""), ("money order 28765432109", "28765432109"), ("M.O. R204 5", "r2045"),
        ("17-123456789", "17123456789"), ("Receipt 0012", "12"),
    ],
)  # fmt: skip
def test_other_numbers_stay_apart(text: str | None, number: str) -> None:
    assert check_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["2211", "28765432109", "17-123456789", "123456789", "061000104", "check 123456789", "R204-5543-2219", "",
     "4111111111111112", "front desk", "12345678901234567890"],
)  # fmt: skip
def test_plausible_numbers_are_kept(text: str) -> None:
    assert find_number_problem(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4111111111111111", "card_number"),
        ("4111 1111 1111 1111", "card_number"),
        ("check 3782-822463-10005", "card_number"),
        ("123-45-6789", "card_number"),
        ("⑆061000104⑆ 1234567⑈ 2211", "bank_account"),
        (":061000104: 1234567 2211", "bank_account"),
        ("a061000104a 1234567", "bank_account"),
        ("061000104 1234567890 2211", "bank_account"),
        ("2211 061000104", "bank_account"),
        ("0610001041234567890", "bank_account"),
        ("=1+1", "strange_number"),
        ("+2211", "strange_number"),
        ("123456789012345678901", "long_number"),
        ("the check that the neighbor brought in", "long_number"),
    ],
)
def test_what_is_no_number_of_a_check_is_refused(text: str, code: str) -> None:
    problem = find_number_problem(text)
    assert problem
    assert problem[0] == code
    assert not any(part in problem[1] for part in text.split() if part.isdigit()), "the number is not said again"


def test_routing_numbers() -> None:
    assert is_routing_number("061000104")
    assert not is_routing_number("061000105")
    assert not is_routing_number("999999992")
