"""What is to be paid on which of several accounts, in the words of members."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.money.account_shares import (
    AccountShares,
    NamedPlace,
    is_everyone,
    read_account_shares,
    splits_between_places,
)

HOME, BARN, WELL = 1, 2, 3
PLACES = [NamedPlace(HOME, "001", ""), NamedPlace(BARN, "002", "barn"), NamedPlace(WELL, "003", "irrigation")]


def read(text: str) -> AccountShares:
    return read_account_shares(text, "40120", PLACES, date(2026, 11, 18))


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("pay 50 on the barn and all of the house", {BARN: 5000, HOME: "all"}),
        ("pay the house and the barn 50 each", {HOME: 5000, BARN: 5000}),
        ("40120-001 and 40120-002", {HOME: None, BARN: None}),
        ("pay account 001 and 002 today with my visa ending 4242", {HOME: None, BARN: None}),
        ("the barn, 50, and the house all of it", {BARN: 5000, HOME: "all"}),
        ("half on the barn and 20.50 for the irrigation", {BARN: "half", WELL: 2050}),
        ("pay the whole house bill and 25 bucks toward the barn", {HOME: "all", BARN: 2500}),
        ("99999-002 and 40120-003", {WELL: None}),
        ("no, 60 on the barn", {BARN: 6000}),
        ("yes but only 30", {}),
        ("pay the irrigation one and the house one", {WELL: None, HOME: None}),
        ("20 for the barn one", {BARN: 2000}),
        ("the house one twelve forty", {HOME: 11240}),
    ],
)
def test_amounts_belong_to_the_accounts_of_their_clause(text: str, shares: dict[int, int | str | None]) -> None:
    assert dict(read(text).shares) == shares


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("50 on the barn and the rest on the house", {BARN: 5000, HOME: "rest"}),
        ("the rest on the house", {HOME: "rest"}),
        ("pay 200 total, 50 on the barn and the rest on the house", {BARN: 5000, HOME: 15000}),
        ("i have 200, 50 goes to the barn and what's left goes to the house", {BARN: 5000, HOME: 15000}),
        ("50 on the barn, the rest on the house, 150 in all", {BARN: 5000, HOME: 10000}),
        ("pay 40, 50 on the barn and the rest on the house", {BARN: 5000, HOME: "rest"}),
        ("pay 50 del barn and the rest home", {BARN: 5000, HOME: "rest"}),
    ],
)
def test_the_rest_is_what_a_total_leaves(text: str, shares: dict[int, int | str | None]) -> None:
    assert dict(read(text).shares) == shares


@pytest.mark.parametrize(
    ("text", "is_split"),
    [
        ("50 on the barn and the rest on the house", True),
        ("pay 150, 50 on 002 and the rest on 001", True),
        ("60 on friday and the rest on the 15th", False),
        ("50 now and the rest next week", False),
        ("half now and the rest on my visa", False),
    ],
)
def test_parts_for_places_and_parts_for_days(text: str, is_split: bool) -> None:
    assert splits_between_places(text) is is_split


@pytest.mark.parametrize(
    "text",
    ["pay both", "both", "both of them", "all three please", "the 2", "all my accounts", "at 2", "ambas",
     "pay them all", "them all", "pay every one of them", "pay those all please", "pay them both"],
)  # fmt: skip
def test_all_accounts_are_meant(text: str) -> None:
    assert is_everyone(text)
    assert (read(text).shares, read(text).each) == ({}, None)


@pytest.mark.parametrize("text", ["all", "all of it", "pay it all", "yes", "pay the barn", "two", "50"])
def test_not_all_accounts_are_meant(text: str) -> None:
    assert not is_everyone(text)


@pytest.mark.parametrize("text", ["pay 50 on both", "50 on each", "make it 50 for each of them please"])
def test_an_amount_for_each_of_all(text: str) -> None:
    assert (read(text).is_everyone, read(text).each) == (True, 5000)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("pay everything except the barn", {BARN}),
        ("pay all of them but the barn", {BARN}),
        ("no, not the barn, everything but the barn", {BARN}),
        ("everything except the barn and the irrigation", {BARN, WELL}),
        ("pay todas minus irrigation", {WELL}),
    ],
)
def test_all_but_some_are_meant(text: str, left_out: set[int]) -> None:
    read_back = read(text)
    assert (dict(read_back.shares), set(read_back.left_out), read_back.is_everyone) == ({}, left_out, True)


@pytest.mark.parametrize("text", ["not the barn", "leave out the barn, please", "all my accounts except the barn"])
def test_an_account_is_left_out(text: str) -> None:
    assert read(text).left_out == {BARN}
    assert BARN not in read(text).shares


@pytest.mark.parametrize(
    "text", ["just the house", "only 001", "the house please", "the house only", "just pay the house"]
)
def test_one_alone(text: str) -> None:
    assert (read(text).is_only, dict(read(text).shares)) == (True, {HOME: None})


@pytest.mark.parametrize("text", ["no, the barn only thirty dollars", "just 30 on the barn", "and the barn too"])
def test_one_beside_the_others(text: str) -> None:
    assert not read(text).is_only


@pytest.mark.parametrize("text", ["and the barn too", "the barn as well", "add the barn", "the barn anyway"])
def test_one_comes_to_the_others(text: str) -> None:
    assert read(text).adds


@pytest.mark.parametrize("text", ["pay the house and leave the barn", "the house, and leave the barn for now"])
def test_an_account_that_is_left_is_not_paid(text: str) -> None:
    found = read(text)
    assert (dict(found.shares), found.left_out) == ({HOME: None}, {BARN})
