import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.voice.speaking.speech import make_speakable, spell_amount, spell_digits, split_speech

WRITTEN_AND_SAID = [
    ("You owe $112.40.", "You owe 112 dollars and 40 cents."),
    ("The most is $10,000.00.", "The most is 10,000 dollars."),
    ("$1,000.00 and $1", "1000 dollars and 1 dollar"),
    ("a credit of -$5.01", "a credit of minus 5 dollars and 1 cent"),
    ("a fee of $0.00", "a fee of 0 dollars"),
    ("account 99999-001,", "account 9 9 9, 9 9, 0 0 1,"),
    ("account ...-001", "account ending 0 0 1"),
    ("Visa ending 4242", "Visa ending 4 2 4 2"),
    ("Your code is 123456", "Your code is 1 2 3, 4 5 6"),
    ("Call 555-555-0100.", "Call 5 5 5, 5 5 5, 0 1 0 0."),
    ("+15555550100", "5 5 5, 5 5 5, 0 1 0 0"),
    ("Confirmation PR-7K3M9Q", "Confirmation P R, 7 K 3, M 9 Q"),
    ("due Dec 5, 2026", "due December 5, 2026"),
    ("on 2026-11-23 or 1/2/2027", "on November 23, 2026 or January 2, 2027"),
    ("Mon, 8:00 AM to 4:30 PM. Call", "Monday, 8 AM to 4:30 PM. Call"),
    ("at 9:05 p.m. sharp", "at 9:05 PM sharp"),
    ("Pay at https://pay.example/portal/pay/a1b2?x=1.", "Pay at the link."),
    ("write to office@coop.example", "write to office at coop dot example"),
    ("The rate is $0.0450 a kWh.", "The rate is 4.5 cents a kilowatt hour."),
    ("It is $0.1135 per kWh.", "It is 11.35 cents per kilowatt hour."),
    ("900 kWh & 12%", "900 kilowatt hours and 12 percent"),
    ("call 911", "call 9 1 1"),
    ("HELP is a word", "HELP is a word"),
    ("bell \x07 and <b>", "bell and b"),
]


@pytest.mark.parametrize(("written", "expected"), WRITTEN_AND_SAID)
def test_text_becomes_speakable(written: str, expected: str) -> None:
    assert make_speakable(written) == expected


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_amounts_keep_their_value(cents: int) -> None:
    text = spell_amount(cents).replace(",", "")
    numbers = {
        unit: int(number) for number, unit in zip(text.split()[::3], [w[:4] for w in text.split()[1::3]], strict=True)
    }
    assert numbers.get("doll", 0) * 100 + numbers.get("cent", 0) == cents


@settings(deadline=None)
@given(st.text("0123456789", min_size=1, max_size=30))
def test_grouped_digits_are_the_same_digits(digits: str) -> None:
    text = spell_digits(digits)
    assert text.replace(" ", "").replace(",", "") == digits
    groups = text.split(", ")
    assert all(2 <= len(group.split()) <= 4 for group in groups) or len(digits) < 2


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(min_value=5, max_value=60))
def test_pieces_are_short_and_lose_no_word(text: str, longest: int) -> None:
    pieces = split_speech(text, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
