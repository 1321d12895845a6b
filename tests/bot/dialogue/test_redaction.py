"""What must never be stored is redacted; what members need to say stays."""

import itertools
from random import Random

import pytest

from bot.dialogue.redaction.across_messages import redact_in_context
from bot.dialogue.redaction.expected_numbers import RedactionContext
from bot.dialogue.redaction.message_ends import EarlierMessage
from bot.dialogue.redaction.redact import PLACEHOLDERS, list_removed_kinds, redact, remove_placeholders
from tests.support.costs import cost_of

# the card networks' public test numbers
TAKEN_OUT = [
    ("4111111111111111", "card"),
    ("4111 1111 1111 1111", "card"),
    ("4111-1111-1111-1111", "card"),
    ("4111.1111.1111.1111", "card"),
    ("my card is 378282246310005 thanks", "card"),
    ("3782 822463 10005", "card"),
    ("pay with 6011111111111117", "card"),
    ("5555555555554444 12/27 123", "card"),
    ("4111111111111111 1227 123", "card"),
    ("41111111111111111227123", "card"),
    ("4222222222222", "card"),
    ("four one one one one one one one one one one one one one one one", "card"),
    ("four triple one, double one double one, one one one one, one one one one", "card"),
    ("Four One One One 1111 1111 1111", "card"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "card"),
    ("4242 4242 4242 4241", "card"),
    ("my ssn is 123-45-6789", "ssn"),
    ("123-45-6789", "ssn"),
    ("123 45 6789", "ssn"),
    ("social security number 123456789", "ssn"),
    ("last four of my social is 6789", "ssn"),
    ("the last 4 of my SSN are 6789", "ssn"),
    ("6789 is the last four of my social", "ssn"),
    ("my social is one two three four five six seven eight nine", "ssn"),
    ("tax id 12-3456789", "ssn"),
    ("our EIN: 123456789", "ssn"),
    ("routing number 021000021", "bank"),
    ("routing 021000021, account 000123456789", "bank"),
    ("my checking account number is 000123456789", "bank"),
    ("021000021 is my routing number", "bank"),
    ("4000/0566/5566/5556", "card"),
    ("4000_0566_5566_5556", "card"),
    ("4000*0566*5566*5556", "card"),
    ("4000.0566.5566.5556", "card"),
    ("4000     0566     5566     5556", "card"),
    ("4ooo o566 5566 5556", "card"),
    ("4000oo0oooooooo2", "card"),
    ("4000056655665556123", "card"),
    ("4000 0566 5566 5556123", "card"),
    ("x4000056655665557", "card"),
    ("pay $50 with 4000056655665556", "card"),
    ("my account is 000987654321 routing 021000021", "bank"),
    ("acct # 123456789017 routing # 021000021", "bank"),
    ("debit my account 55512345678", "bank"),
    ("take it from my account 000987654321", "bank"),
    ("cvv 123", "code"),
    ("ok cvv 123", "code"),
    ("the security code is 1234", "code"),
    ("123 is the cvv", "code"),
]
KEPT = [
    "99999-001",
    "99999001",
    "my member number is 99999-001 and the last four are 0142",
    "my account number is 99999001",
    "nine nine nine nine nine dash zero zero one",
    "my number is 5555550142",
    "call me at 555-555-0142",
    "+1 555 555 0142",
    "(555) 555-0142 is my phone, 99999-001 my number",
    "pay $112.40",
    "pay $1,000.00 on 12/25/2026",
    "one hundred twelve dollars and forty cents",
    "the Visa ending 4242",
    "the checking account ending 6789",
    "pay 50 from checking ending in 6789 on the 15th",
    "use checking on 12-25-2026",
    "checking for member number 99999-001",
    "pay all of it today with checking for 99999-001 0142",
    "pay with my checking 40120-001 0114",
    "pay with checking for 99999001",
    "use my bank, 40120-001, 0114",
    "pay $50 2813032-001 3032",
    "$50 2813032-001 3032 555-555-0142",
    "2813032-001 3032 50 dollars 12/25/2026",
    "pay 4015 on 12/15/2026 for 99999-001",
    "debit card for account 2813032001",
    "pay 50 from my account 2813032001",
    "exp 12/28",
    "pay half on 12/15 and the rest on 12/28",
    "code 482913",
    "my code is 482913",
    "do you need my social? my phone ends in 0142",
    "confirmation 7K3M9P2Q",
    "1e9",
    "2",
    "50",
    "",
]


@pytest.mark.parametrize(("text", "kind"), TAKEN_OUT)
def test_sensitive_numbers_go(text: str, kind: str) -> None:
    found = redact(text)
    assert kind in found.kinds
    assert PLACEHOLDERS[kind] in found.text


@pytest.mark.parametrize("text", KEPT)
def test_needed_messages_are_not_redacted(text: str) -> None:
    assert redact(text).text == text


def test_the_rest_of_the_message_still_counts() -> None:
    found = redact("pay my bill with 4111 1111 1111 1111 please, member 99999-001")
    assert remove_placeholders(found.text) == "pay my bill with please, member 99999-001"
    assert found.kinds == ("card",)


def test_a_card_with_its_code_loses_both() -> None:
    found = redact("4111 1111 1111 1111 cvv 123")
    assert found.kinds == ("card", "code")
    assert not any(character.isdigit() for character in found.text)


def test_no_digit_of_a_routing_and_account_number_remains() -> None:
    assert not any(c.isdigit() for c in redact("routing 021000021, account 000123456789").text)


@pytest.mark.parametrize(
    "beside",
    [
        "exp 12/28",
        "expires 12/28 cvv 123",
        "12/28",
        "12/28 123",
        "1228 123 62701",
        "exp. 12/2028, cvv 123, zip 62701",
        "the code on the back is 123",
        "expiring twelve twenty eight",
    ],
)
def test_card_details_are_redacted_with_the_card(beside: str) -> None:
    named = any(word in beside for word in ("exp", "code")) or beside == "12/28"
    before = [f"{beside} for my card 4000 0566 5566 5556"] if named else []
    for text in (f"my card 4000056655665556 {beside}", *before):
        left = redact(text).text
        assert not any(character.isdigit() for character in left), left
        assert "twelve" not in left
        assert "eight" not in left


@pytest.mark.parametrize(
    "text",
    [
        "my account is 000987654321 routing 021000021",
        "acct # 123456789017 routing # 021000021",
        "021000021 is the routing, account 000987654321",
        "debit my account 55512345678",
        "routing 021000021 account 99887766",
    ],
)
def test_nothing_of_a_bank_account_remains(text: str) -> None:
    assert not any(character.isdigit() for character in redact(text).text)


def test_member_number_next_to_a_removed_number_stays() -> None:
    assert "99999-001" in redact("4000056655665556 99999-001").text
    assert "99999-001 0142" in redact("routing 021000021 for 99999-001 0142").text
    assert redact("[bank number removed] 99999001").text == "[bank number removed] 99999001"


CARDS = ("4111111111111111", "378282246310005", "6011111111111117", "5555555555554444", "4000056655665556")
SHAPES = ((4, 4, 4, 4), (4, 6, 5), (8, 8), (6, 10), (2,) * 8, (1,) * 16, (16,))


@pytest.mark.parametrize("mark", ["", " ", "-", ".", "/", "_", "*", "     ", " - ", ", "])
def test_no_card_stays_however_it_is_set_apart(mark: str) -> None:
    for card, shape in itertools.product(CARDS, SHAPES):
        if sum(shape) < len(card):
            continue
        cuts = itertools.accumulate(shape, initial=0)
        parts = [card[start : start + size] for start, size in zip(cuts, shape, strict=False)]
        written = mark.join(part for part in parts if part)
        for text in (written, f"pay $50 with {written} please", f"99999-001 card {written}"):
            assert redact(text).kinds == ("card",), text


def test_identity_with_an_amount_is_not_a_card_or_bank_account() -> None:
    random = Random(7)
    frames = (
        "{member} {last4}", "pay ${amount} {member} {last4}", "pay {amount}.50 dollars {member} {last4}",
        "pay all with checking for {member} {last4}", "pay with my checking {member} {last4}",
        "{member}, {last4}, ${amount}", "{last4} {member} on 12/15/2026", "{member} {last4} 217-555-{last4}",
    )  # fmt: skip
    for _ in range(3000):
        text = random.choice(frames).format(
            member=f"{random.randrange(1000, 10**9)}-{random.randrange(1, 1000):03d}",
            last4=f"{random.randrange(10**4):04d}",
            amount=random.randrange(1, 10**4),
        )
        assert redact(text).text == text


def test_redacting_twice_changes_nothing() -> None:
    once = redact("my card 4111 1111 1111 1111, ssn 123-45-6789").text
    assert redact(once).text == once
    assert list_removed_kinds(once) == ("card", "ssn")


def test_long_text_of_digits_is_redacted_quickly() -> None:
    for text in ("1 " * 5000, "9" * 10000):
        assert cost_of(lambda text=text: redact(text)) < 5


def test_expected_code_is_not_the_end_of_a_card() -> None:
    """A last four, a wrong code and the right one: 4617 0000 0017 2368 would pass a card's check."""
    earlier = [EarlierMessage(1, "1", "4617"), EarlierMessage(2, "2", "000000"), EarlierMessage(3, "3", "no code")]
    assert redact_in_context(earlier, "172368", RedactionContext("code")).text == "172368"
    assert redact_in_context(earlier, "172368", RedactionContext("")).text != "172368", "nothing was asked for"


@pytest.mark.parametrize(
    "phone",
    [
        "five five five five five five zero one nine nine",
        "Five five five, five five five, oh one nine nine",
        "cinco cinco cinco cinco cinco cinco cero uno nueve nueve",
        "5555550199",
        "five five five double five five zero one double nine",
    ],
)
def test_expected_phone_behind_a_code_is_not_the_end_of_a_card(phone: str) -> None:
    """The code that opened the account and the new phone are sixteen digits: 6657 4855 5555 0199 passes the check."""
    earlier = [EarlierMessage(1, "1", "two six five eight"), EarlierMessage(2, "2", "665748")]
    assert redact_in_context(earlier, phone, RedactionContext("phone")).text == phone
    assert redact_in_context(earlier, phone, RedactionContext("")).text != phone, "nothing was asked for"


def test_card_in_words_is_redacted_where_a_phone_is_asked_for() -> None:
    card = "four two four two four two four two four two four two four two four two"
    for earlier, text in (("2658", card), ("four one one one one one", "one one one one one one one one one one")):
        kept = redact_in_context([EarlierMessage(1, "1", earlier)], text, RedactionContext("phone"))
        assert "one one" not in kept.text
        assert "four two" not in kept.text


@pytest.mark.parametrize("asked", ["last4", "member_number", ""])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("maybe it was Regenbogen_88z then", "maybe it was [secret removed] then"),
        ("try Brombeer2020 for me please", "try [secret removed] for me please"),
        ("it is 4242 Mill Road, lot14b", "it is 4242 Mill Road, lot14b"),
    ],
)
def test_corrected_password_is_redacted_after_any_question(asked: str, words: str, expected: str) -> None:
    before = [EarlierMessage(1, "1", "i cannot log in"), EarlierMessage(2, "2", "41000-001")]
    assert redact_in_context(before, words, RedactionContext(asked)).text == expected
