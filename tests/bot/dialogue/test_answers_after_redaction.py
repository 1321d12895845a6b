"""An answer after a redacted message gets through, and a secret in pieces is still redacted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from bot.dialogue.normalize import clean_text
from bot.dialogue.redaction.across_messages import MAX_EARLIER, redact_in_context
from bot.dialogue.redaction.card_numbers import is_card_number
from bot.dialogue.redaction.expected_numbers import RedactionContext
from bot.dialogue.redaction.message_ends import EarlierMessage
from tests.bot.dialogue.test_secrets_not_stored import open_account
from tests.bot.edge import Edge

NUMBER = "member_number"
CARD = "4000000000000051"
MY_CARD = "my cadr number is 4000 0000 0000 0051"


def talked(*turns: tuple[str, str]) -> list[str]:
    """What is kept of messages, each with what was asked for when it came."""
    stored: list[EarlierMessage] = []
    for place, (text, asked) in enumerate(turns):
        whole = redact_in_context(stored[-MAX_EARLIER:], clean_text(text), RedactionContext(asked))
        stored = [EarlierMessage(one.id, "", whole.rewritten_texts.get(one.id, one.text)) for one in stored]
        stored.append(EarlierMessage(place, "", whole.text))
    return [one.text for one in stored]


def fitting_last_four(number: str) -> str:
    """A last four that makes a card's check digit right behind a number."""
    return next(last4 for value in range(10) if is_card_number(number + (last4 := f"777{value}")))


def test_after_a_card_number_and_last_four_get_through() -> None:
    sent = [("810646", NUMBER), (MY_CARD, NUMBER), ("001", NUMBER), ("810646 001", NUMBER), ("0646", "last4")]
    assert talked(*sent) == [
        "810646",
        "my cadr number is [card number removed]",
        "[security code removed]",
        "810646 001",
        "0646",
    ]


@pytest.mark.parametrize("asked", ["last4", "identity"])
def test_last_four_that_resemble_an_expiry_are_not_one(asked: str) -> None:
    assert talked((MY_CARD, asked), ("0646", asked))[-1] == "0646"
    for expiry in ("06/46", "0646 123"):
        assert not any(character.isdigit() for character in talked((MY_CARD, asked), (expiry, asked))[-1])


def test_digits_after_the_dash_stay_when_repeated() -> None:
    redacted = talked(("810646", NUMBER), (MY_CARD, NUMBER), ("001", NUMBER), ("001", NUMBER))
    assert redacted[-2:] == ["[security code removed]", "001"]


@pytest.mark.parametrize("before", [(), ("810646",)])
@pytest.mark.parametrize("card", [(CARD,), (CARD[:8], CARD[8:]), (CARD, CARD)])
def test_security_code_after_a_card_is_redacted(before: Sequence[str], card: Sequence[str]) -> None:
    codes = ("123",) if before else ("123", "123")  # with no number begun no three digits are asked for
    output = talked(*((redacted, NUMBER) for redacted in (*before, *card, *codes)))
    assert not any(character.isdigit() for redacted in output[len(before) :] for character in redacted)


def test_a_card_that_was_removed_whole_has_no_rest() -> None:
    for number in ("810646", "81064", "81064601", "810646 001"):
        assert talked((MY_CARD, NUMBER), (number, NUMBER))[-1] == number
    assert talked((f"{MY_CARD} and it expires 12/28", NUMBER), ("81064601", NUMBER))[-1] == "81064601"


def test_twelve_figures_of_a_card_have_a_rest() -> None:
    assert "051" not in talked(("4000 0000 0000", ""), ("0051", NUMBER))[-1]
    assert "810646" not in talked(("4000 0000 0000", ""), ("810646", NUMBER))[-1]


@pytest.mark.parametrize("removed", ["4000 0000", "810-64-6001", "my social is 810-64", "routing number 021000021"])
@pytest.mark.parametrize("answer", ["810646", "81064601"])
def test_an_answer_that_was_refused_stays_when_it_comes_again(removed: str, answer: str) -> None:
    assert talked((removed, NUMBER), (answer, NUMBER), (answer, NUMBER))[-1] == answer


@pytest.mark.parametrize("first", ["my card is 41111111", "4111 1111"])
def test_rest_of_another_card_is_not_a_refused_answer(first: str) -> None:
    redacted = talked((MY_CARD, NUMBER), ("001", NUMBER), (first, NUMBER), ("11111111", NUMBER))
    assert redacted[-1] == "[card number removed, in part]"
    named = talked((MY_CARD, NUMBER), ("my card is 41111111", NUMBER), ("11111111", NUMBER))
    assert named[-1] == "[card number removed, in part]"


@pytest.mark.parametrize("asked", ["amount", "time"])
def test_an_amount_or_a_time_like_an_expiry_stays_when_it_comes_again(asked: str) -> None:
    assert talked((MY_CARD, asked), ("1130", asked), ("1130", asked))[1:] == ["[card number removed, in part]", "1130"]
    assert "1130" not in talked((MY_CARD, asked), (CARD, asked), ("1130", asked))[-1]
    assert "12" not in talked((MY_CARD, asked), ("12/28", asked), ("12/28", asked))[-1]


@pytest.mark.parametrize("parts", [("413664 001",), ("413664", "001"), ("it's 413664 001",), ("613664 001",)])
def test_a_member_number_and_a_last_four_are_no_card(parts: Sequence[str]) -> None:
    last4 = fitting_last_four("".join(filter(str.isdigit, "".join(parts))))
    sent = [*((part, NUMBER) for part in parts), (last4, "last4")]
    assert talked(*sent) == [text for text, _ in sent]


@pytest.mark.parametrize("asked", ["", NUMBER, "last4", "code", "phone"])
@pytest.mark.parametrize("card", [CARD, "4111111111111111", "378282246310005", "30569309025904"])
@pytest.mark.parametrize("shape", [(4, 4, 4, 4), (8, 8), (12, 4), (4, 12), (4, 7, 5), (5, 5, 6), (10, 6), (6, 10)])
def test_card_in_pieces_is_redacted_after_any_question(asked: str, card: str, shape: Sequence[int]) -> None:
    cuts = [min(cut, len(card)) for cut in itertools.accumulate(shape, initial=0)]
    pieces = [card[start:end] for start, end in itertools.pairwise(cuts) if start < end]
    for before in ((), (("810646", NUMBER), (MY_CARD, NUMBER), ("001", NUMBER))):
        stored = talked(*before, *((piece, asked) for piece in pieces))[len(before) :]
        left = "".join(filter(str.isdigit, "".join(stored)))
        # behind another card the first four go as its code, and what is left is no card
        assert len(left) <= (len(card) - 4 if before else 6), (before, stored)


@pytest.mark.parametrize(
    ("number", "parts"),
    [("400000123-001", ("400000123001",)), ("60000123-001", ("60000123001",)), ("60000123-001", ("60000123", "001"))],
)
async def test_own_number_allows_the_last_four_after_it(app_server: Edge, number: str, parts: Sequence[str]) -> None:
    """A long number and four figures have the length of a card that people carry: only the account tells."""
    await open_account(app_server, number)
    await app_server.text(f"expect {NUMBER}")
    for text in (*parts, fitting_last_four("".join(parts))):
        assert "You said" in (await app_server.text(text)).text
