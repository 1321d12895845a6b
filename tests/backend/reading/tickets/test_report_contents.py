"""What a report is read from: a place in a sentence, a danger that is real, a yes with more beside it, a shout."""

from __future__ import annotations

import pytest

from backend.reading.acts.qualified_yes import parse_qualified_yes
from backend.reading.bystander_talk import remove_bystander_talk
from backend.reading.contact.location import extract_location
from backend.reading.hazards.danger_words import detect_danger
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.disconnection import says_coop_disconnected
from backend.reading.spanish import to_english
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.tickets.place_matching import make_place_key

READ_OUT = "Report a street or yard light out, 33 Mill Road, account 41023-001, and call the phone ending 2161?"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (
            "Dear me. It is the old Dunn place, the farmhouse out past the creek. I don't recall the number.",
            "the old Dunn place, the farmhouse out past the creek",
        ),
        ("es 56 Mill Road, me equivoqué", "56 Mill Road"),
        (
            "Mill Road setenta y ocho, ya se lo dije, en Elizabeth, frente a la entrada de mi casa.",
            "Mill Road 78, Elizabeth",
        ),
        ("Well I already told you, it's 12 Oak Street, Hanover", "12 Oak Street, Hanover"),
        ("Es para el 220 de la calle Oak, en Elizabeth. Pero ya les dije", "220 de la calle Oak, Elizabeth"),
        ("210 Pine Street, apartment 3", "210 Pine Street, apartment 3"),
        ("Oh it's by the Baptist church, you know", "by the Baptist church"),
        ("its your light you charge me for it every month", None),
        ("its a concentrator she needs it day and night", None),
    ],
)
def test_place_part_is_extracted(words: str, place: str | None) -> None:
    assert extract_location(words) == place


def test_house_number_after_the_street_is_the_same_house() -> None:
    assert make_place_key("Mill Road 78, Elizabeth") == make_place_key("78 Mill Rd")


@pytest.mark.parametrize(
    "words",
    [
        "there are sparks, what if it burns",
        "what happens if it catches fire, it's smoking right now",
        "¡Está echando chispitas!",
        "se quemó el transformador",
        "my tv is on fire",
        "me dio toques el refrigerador",
    ],
)
def test_burning_now_is_danger(words: str) -> None:
    assert detect_danger(to_english(words))


@pytest.mark.parametrize(
    "words",
    [
        "what happens if the pole is broken, do I have to pay for it?",
        "¿qué pasa si el poste está roto, tengo que pagar?",
        "who pays if the pole fell",
        "just in case a line falls, who do i call",
        "quiero hacer un reclamo por el refri q se quemo",
        "the pole is not broken",
        "nothing is on fire",
    ],
)
def test_supposed_denied_or_past_danger_is_not_danger(words: str) -> None:
    assert not detect_danger(to_english(words))


@pytest.mark.parametrize(
    ("words", "claimed"),
    [
        ("the power surged last nite n my fridge is dead who pays 4 that", True),
        ("se descompuso mi refrigerador por el apagón", True),
        ("no lights r fine, i want to file a claim 4 the fridge", True),
        ("fridge is dead, power is out", False),
        ("my bill is wrong, i pay for nothing", False),
    ],
)
def test_damage_claim(words: str, claimed: bool) -> None:
    assert is_damage_claim(to_english(words)) is claimed


@pytest.mark.parametrize(
    "words",
    [
        "Yes, report it. Y what happens if the pole is broken, do I have to pay for it?",
        "Thank you, that is clear. Please go ahead and report it. I will not be choosing the second one.",
        "ok sí, report it",
        "ok sí, report it, pero put that it's a double payment",
        "yeah. but is the call on tuesday canceled? and does it say 3 to 5",
        "yes when will they come",
    ],
)
def test_yes_with_more_facts(words: str) -> None:
    assert parse_qualified_yes(words, READ_OUT) is not None


@pytest.mark.parametrize(
    "words",
    ["yes if it's free", "yes but at 14 Oak Road", "yes?", "is that a yes?", "maybe yes", "yes but not the phone"],
)
def test_not_a_yes(words: str) -> None:
    assert parse_qualified_yes(words, READ_OUT) is None


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("about 3 to 5 tuesday. MAX STOP IT sorry", "about 3 to 5 tuesday."),
        ("Monday then, in the morning some time, Liam stop that", "Monday then, in the morning some time"),
        ("max stop it sorry, its 12 oak road", "its 12 oak road"),
        ("Sofía deja eso, es el 78 de Mill Road", "es el 78 de Mill Road"),
        ("I want you to stop that", "I want you to stop that"),
        ("PLEASE STOP THIS", "PLEASE STOP THIS"),
        ("no stop it", "no stop it"),
    ],
)
def test_shout_at_somebody_else_is_removed(words: str, rest: str) -> None:
    assert remove_bystander_talk(words) == rest


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("undo that call", {"callback"}),
        ("NO the meter one i want!! its the CALL i dont want", {"callback"}),
        ("withdraw it", set()),
        ("take the light report back", {"light"}),
    ],
)
def test_named_report_to_withdraw(words: str, kinds: set[str]) -> None:
    assert detect_ticket_kinds(words) == kinds


@pytest.mark.parametrize(
    ("words", "cut_off"),
    [
        ("you shut my lights off with a baby in the house im calling my lawyer", True),
        ("they turned my power off this morning", True),
        ("me cortaron la luz y tengo un bebé", True),
        ("are you going to shut my power off", False),
        ("you cut the tree limbs", False),
        ("my power is off", False),
    ],
)
def test_shut_off_member(words: str, cut_off: bool) -> None:
    assert says_coop_disconnected(to_english(words)) is cut_off
