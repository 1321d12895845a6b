import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.confirmation_numbers import random_number
from backend.language import LANGUAGES, use_language
from bot.channels.voice.speaking.speech import make_speakable, spell_amount, spell_digits, split_speech

WRITTEN_AND_SAID = [
    ("You owe $112.40.", "You owe 112 dollars and 40 cents."),
    ("The most is $10,000.00.", "The most is 10 thousand dollars."),
    ("$1,000.00 and $1", "1 thousand dollars and 1 dollar"),
    ("a credit of -$5.01", "a credit of minus 5 dollars and 1 cent"),
    ("a fee of $0.00", "a fee of 0 dollars"),
    ("account 99999-001,", "account 9 9 9, 9 9, 0 0 1,"),
    ("account ...-001", "account ending 0 0 1"),
    ("Visa ending 4242", "Visa ending 4 2 4 2"),
    ("Your code is 123456", "Your code is 1 2 3, 4 5 6"),
    ("Call 555-555-0100.", "Call 5 5 5, 5 5 5, 0 1 0 0."),
    ("+15555550100", "5 5 5, 5 5 5, 0 1 0 0"),
    ("$12,345.67, $1,000,000.00", "12 thousand 345 dollars and 67 cents, 1 million dollars"),
    ("$911.00", "911 dollars"),
    ("such as 50 or 84.50.", "such as 50 or 84 dollars and 50 cents."),
    ("5.25% of 1,204 kWh", "5.25 percent of 1 thousand 204 kilowatt hours"),
    ("(555) 555-0142", "5 5 5, 5 5 5, 0 1 4 2"),
    ("555-0142", "5 5 5, 0 1 4 2"),
    ("5555550142", "5 5 5, 5 5 5, 0 1 4 2"),
    ("+1 (555) 555-0142", "5 5 5, 5 5 5, 0 1 4 2"),
    ("1-800-555-0142", "1, 8 0 0, 5 5 5, 0 1 4 2"),
    (
        "123 N Main St, Apt 4B, Elizabeth, IL 61028",
        "1 23 North Main Street, Apartment 4 B, Elizabeth, Illinois, 6 1 0 2 8",
    ),
    ("1204 County Road 12", "12 oh 4 County Road 12"),
    ("1200 W 5th Ave. It is", "12 hundred West 5th Avenue. It is"),
    ("10432 E St. Charles Rd", "1 0 4 3 2 East Saint Charles Road"),
    ("911 Oak Ct", "9 11 Oak Court"),
    ("PO Box 100, Elizabeth, IL", "P O Box 100, Elizabeth, Illinois"),
    ("Account 002, barn", "Account 0 0 2, barn"),
    (
        "Your confirmation number is K7M-4Q2. Thanks",
        "Your confirmation number is K as in king, 7, M as in Mary, 4, Q as in queen, 2; again: K 7 M, 4 Q 2. Thanks",
    ),
    (
        "Number K7M-4Q2, an outage, is open. K7M-4Q2 it is",
        "Number K as in king, 7, M as in Mary, 4, Q as in queen, 2, an outage, is open. K 7 M, 4 Q 2 it is",
    ),
    ("PR-7K3M9Q", "P as in Peter, R as in Robert, 7, K as in king, 3, M as in Mary, 9, Q as in queen"),
    ("due 12/1 or 11/05/26", "due December 1 or November 5, 2026"),
    ("Mon-Fri 8:00 AM-4:30 PM", "Monday to Friday 8 AM to 4:30 PM"),
    ("from 8:00-16:30", "from 8 AM to 4:30 PM"),
    ("from 4 to 8 p.m. Call", "from 4 PM to 8 PM. Call"),
    ("25-40 kWh", "25 to 40 kilowatt hours"),
    ("call 988 or 811", "call 9 8 8 or 8 1 1"),
    ("joe.smith77@gmail.com", "joe dot smith 7 7 at G mail dot com"),
    ("jsmith_b@aol.com", "J S M I T H underscore B at A O L dot com"),
    ("Sign in at https://www.coop.example/portal to see it", "Sign in on our web site to see it"),
    ("The website is https://www.coop.example. Ask me here.", "Ask me here."),
    ("the member’s bill – due", "the member's bill - due"),
    ("\ue000 is private", "is private"),
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


UNITS = {"thousand": 1000, "mil": 1000, "million": 10**6, "millón": 10**6, "millones": 10**6}
AMOUNTS = st.one_of(st.integers(-(10**12), 10**12), st.integers(-3, 200), st.integers(0, 10**8).map(lambda n: n * 100))


def read_cents(spoken: str) -> int:
    """What a listener makes of a spoken amount."""
    cents = whole = part = 0
    sign = 1
    for word in spoken.split():
        if word in ("minus", "menos"):
            sign = -1
        elif word.isdigit() or word == "un":
            part += 1 if word == "un" else int(word)
        elif word in ("thousand", "mil"):
            part = (part or 1) * 1000
        elif word in UNITS:
            whole, part = part * UNITS[word], 0
        elif word.startswith(("dollar", "dólar")):
            cents, whole, part = (whole + part) * 100, 0, 0
        elif word.startswith(("cent",)):
            cents, part = cents + part, 0
        else:
            assert word in ("and", "con", "de"), word
    return sign * cents


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(cents=AMOUNTS)
def test_amounts_keep_their_value(language: str, cents: int) -> None:
    written = f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02}"
    with use_language(language):
        spoken = make_speakable(f"A {written} B").removeprefix("A ").removesuffix(" B")
        assert spoken == spell_amount(cents)
    assert read_cents(spoken) == cents
    assert not re.search(r"\d{4}|[$,.]", spoken)


NUMBERS = st.one_of(
    st.from_regex(
        r"\d{4,8}-\d{3}|\d{3}-\d{3}-\d{4}|\(\d{3}\) \d{3}-\d{4}|\d{3}-\d{4}|\+1\d{10}|0\d{1,7}", fullmatch=True
    ),
    st.from_regex(r"\d{5,14}", fullmatch=True),
    st.just(None).flatmap(lambda _: st.builds(random_number)),
)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(number=NUMBERS, around=st.sampled_from(["Number {}.", "Call {}, please", "{}", "It is {}: the one"]))
def test_a_number_is_said_digit_by_digit(language: str, number: str, around: str) -> None:
    with use_language(language):
        spoken = make_speakable(around.format(number))
    assert not re.search(r"[0-9]{2}", spoken)
    digits = re.sub(r"\D", "", number.removeprefix("+1"))
    said = "".join(re.findall(r"\d", spoken))
    assert said in (digits, digits * 2)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_spans_without_private_marks(text: str) -> None:
    spoken = make_speakable(text)
    assert spoken == " ".join(spoken.split())
    assert not any(0xE000 <= ord(letter) <= 0xF8FF for letter in spoken)


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
