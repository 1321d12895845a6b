"""`The other one`, of two accounts: the one that is not spoken of."""

from __future__ import annotations

import pytest

from actions.accounts.account_choice import find_named_account
from backend.billing.models import Account
from backend.reading.numbers.account_separator import names_all_accounts

HOME = Account(id=1, number="41006-001", separator="001", service_address="16 Mill Road, Elizabeth, IL")
BARN = Account(id=2, number="41006-002", separator="002", service_address="16 Mill Road (barn), Elizabeth, IL")
THIRD = Account(id=3, number="41006-003", separator="003", service_address="18 Mill Road (well), Elizabeth, IL")


@pytest.mark.parametrize("words", ["and the other one", "the bill at my other place"])
def test_the_other_of_two(words: str) -> None:
    assert find_named_account(words, "41006", [HOME, BARN], HOME) is BARN
    assert find_named_account(words, "41006", [HOME, BARN], BARN) is HOME


def test_other_account_is_unknown_among_three_or_none() -> None:
    assert find_named_account("the other one", "41006", [HOME, BARN, THIRD], HOME) is None
    assert find_named_account("the other one", "41006", [HOME, BARN]) is None


@pytest.mark.parametrize("words", ["both together?", "how much for both", "when are they due"])
def test_all_are_meant(words: str) -> None:
    assert names_all_accounts(words)


@pytest.mark.parametrize(
    "words", ["pay everything except the barn", "all of them but the barn", "todas menos el barn", "not the barn"]
)
def test_all_but_one_of_two_is_the_other(words: str) -> None:
    assert find_named_account(words, "41006", [HOME, BARN], HOME) is HOME
    assert find_named_account(words, "41006", [HOME, BARN, THIRD], HOME) is None


def test_a_name_behind_an_exception_counts() -> None:
    assert find_named_account("not the barn, the house", "41006", [HOME, BARN, THIRD]) is HOME
