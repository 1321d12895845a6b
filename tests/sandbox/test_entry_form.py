"""What the hosted page accepts and what it says about the rest."""

from datetime import date

import pytest

from backend.luhn import is_luhn_valid
from sandbox.entry_form import (
    CARD_FIELDS,
    check_bank,
    check_card,
    is_routing_number_valid,
    parse_expiry,
    redisplay_values,
)
from sandbox.instruments import ACCOUNTS, CARDS, TEST_ROUTING

TODAY = date(2026, 11, 22)
CARD = {
    "name": "Ruth Alvarez",
    "number": "4242424242424242",
    "expiry": "07/30",
    "cvc": "123",
    "zip": "73018",
}
BANK = {
    "name": "Ruth Alvarez",
    "routing": "110000000",
    "account": "000123456789",
    "account_again": "000123456789",
}


def test_a_good_card_becomes_a_method_without_its_number() -> None:
    checked = check_card(CARD, TODAY)
    assert not checked.errors
    method = checked.instrument
    assert method is not None
    assert (method.kind, method.brand, method.last4) == ("card", "Visa", "4242")
    assert (method.exp_month, method.exp_year) == (7, 2030)


def test_a_good_account_becomes_a_method() -> None:
    method = check_bank(BANK).instrument
    assert method is not None
    assert (method.kind, method.last4, method.exp_year) == ("bank", "6789", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "4242 4242 4242 4242"),
        ("number", "4242-4242-4242-4242"),
        ("number", " 4242424242424242\n"),
        ("expiry", "7/30"),
        ("expiry", "07 / 2030"),
        ("expiry", "0730"),
        ("expiry", "11/26"),
        ("zip", "73018-1234"),
        ("cvc", " 123 "),
        ("name", "María-José O'Neil 3rd"),
    ],
)
def test_common_ways_of_writing(field: str, value: str) -> None:
    assert check_card(CARD | {field: value}, TODAY).errors == {}


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "Enter the name"),
        ("name", "n" * 101, "100 characters"),
        ("name", "4242424242424242", "not a number"),
        ("number", "", "Please enter the card number"),
        ("number", "4242", "12 to 19 digits"),
        ("number", "4" * 20, "12 to 19 digits"),
        ("number", "4242x42424242424", "12 to 19 digits"),
        ("number", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "12 to 19 digits"),
        ("number", "4242424242424241", "mistake"),
        ("number", "4242424242424259", "test card numbers"),
        ("expiry", "", "Enter the expiry"),
        ("expiry", "13/30", "like 07/30"),
        ("expiry", "00/30", "like 07/30"),
        ("expiry", "07/203", "like 07/30"),
        ("expiry", "soon", "like 07/30"),
        ("expiry", "10/26", "has expired"),
        ("expiry", "07/2099", "expiry year"),
        ("cvc", "", "Enter the security code"),
        ("cvc", "12", "3-digit"),
        ("cvc", "1234", "3-digit"),
        ("cvc", "12a", "3-digit"),
        ("zip", "", "ZIP"),
        ("zip", "7301", "ZIP"),
        ("zip", "K1A 0B1", "ZIP"),
    ],
)
def test_one_mistake_names_its_field(field: str, value: str, says: str) -> None:
    checked = check_card(CARD | {field: value}, TODAY)
    assert checked.instrument is None
    assert list(checked.errors) == [field]
    assert says in checked.errors[field]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"routing": ""}, "routing", "Enter the routing"),
        ({"routing": "11000000"}, "routing", "9-digit"),
        ({"routing": "110000001"}, "routing", "9-digit"),
        ({"routing": "021000021"}, "routing", "test page"),
        ({"account": "", "account_again": ""}, "account", "Enter the account"),
        ({"account": "12", "account_again": "12"}, "account", "4 to 17"),
        ({"account": "987654321", "account_again": "987654321"}, "account", "test account"),
        ({"account_again": "000123456788"}, "account_again", "not the same"),
    ],
)
def test_one_mistake_in_an_account_names_its_field(changes: dict[str, str], field: str, says: str) -> None:
    checked = check_bank(BANK | changes)
    assert checked.instrument is None
    assert list(checked.errors) == [field]
    assert says in checked.errors[field]


def test_an_empty_form_names_every_field() -> None:
    assert tuple(check_card({}, TODAY).errors) == CARD_FIELDS
    assert set(check_bank({}).errors) == {"name", "routing", "account"}


def test_american_express_has_a_four_digit_code() -> None:
    amex = CARD | {"number": "378282246310005"}
    assert list(check_card(amex, TODAY).errors) == ["cvc"]
    assert check_card(amex | {"cvc": "1234"}, TODAY).errors == {}


@pytest.mark.parametrize("number", CARDS)
def test_every_test_number_passes_the_check_digit_and_no_neighbor_does(number: str) -> None:
    assert is_luhn_valid(number)
    assert not is_luhn_valid(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_the_routing_check_digit() -> None:
    assert is_routing_number_valid(TEST_ROUTING)
    assert is_routing_number_valid("021000021")
    assert not is_routing_number_valid("021000022")


def test_last_fours_are_those_of_the_numbers() -> None:
    for number, method in {**CARDS, **ACCOUNTS}.items():
        assert number.endswith(method.last4)


def test_redisplayed_form_has_no_number() -> None:
    shown = redisplay_values(CARD | {"zip": "4242 4242 4242 4242"}, CARD_FIELDS)
    assert shown == {"name": "Ruth Alvarez", "expiry": "07/30", "zip": ""}


def test_expiry_of_two_digits_is_in_this_century() -> None:
    assert parse_expiry("01/99") == (1, 2099)
