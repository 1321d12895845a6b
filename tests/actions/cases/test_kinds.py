"""What a case is, by its words."""

from __future__ import annotations

import pytest

from actions.cases.kinds import CASE_KINDS, KIND_BY_INTENT, KIND_TITLES, detect_case_kind
from backend.reading.service.outages import detect_outage_kind, mentions_death
from backend.reading.spanish import to_english
from backend.reading.tickets.report_details import RETRACTS_YES, YES_WITH_MORE, has_no_number, is_bare_report_request
from backend.reading.tickets.withdrawal import asks_to_withdraw
from backend.tickets.kinds import KINDS


def test_every_kind_of_ticket_has_a_title() -> None:
    assert set(KIND_TITLES) == set(KINDS)
    assert set(KIND_BY_INTENT.values()) == set(CASE_KINDS) - {"high_bill", "damage", "other", "electrician"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("my power is out", "outage"),
        ("no lights in the house", "outage"),
        ("the street light is out", "light"),
        ("yard light out", "light"),
        ("lights keep flickering", "voltage"),
        ("half of my house is dark", "voltage"),
        ("the whole street is dark", "outage"),
    ],
)
def test_light_or_flicker_is_not_an_outage(words: str, kind: str) -> None:
    assert detect_outage_kind(words) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [("no prende la farola", "light"), ("la luz parpadea", "voltage"), ("se fue la luz en mi calle", "outage")],
)
def test_the_same_in_spanish(words: str, kind: str) -> None:
    assert detect_outage_kind(to_english(words)) == kind


@pytest.mark.parametrize(
    ("intent", "words", "kind"),
    [
        ("medical_need", "my husband is on oxygen", "medical"),
        ("medical_need", "the power's out and my mom is on oxygen", "outage"),
        ("medical_need", "what if the power goes out", "medical"),
        ("dispute_charge", "take the late fee off", "dispute"),
        ("dispute_charge", "i dispute that i used 900 kwh", "high_bill"),
        ("quick_pay", "anything", "other"),
    ],
)
def test_the_kind_by_the_intent_and_the_words(intent: str, words: str, kind: str) -> None:
    assert detect_case_kind(intent, words) == kind


@pytest.mark.parametrize("words", ["i want to make a complaint", "complaint", "i have a complaint", "dispute a charge"])
def test_words_that_only_name_the_kind(words: str) -> None:
    assert is_bare_report_request(words)


@pytest.mark.parametrize("words", ["your crew left my gate open", "take the late fee off, i paid on time"])
def test_words_that_describe_an_event(words: str) -> None:
    assert not is_bare_report_request(words)


@pytest.mark.parametrize(
    ("words", "yes"),
    [
        ("yes and hurry please", True),
        ("yeah, it hums too", True),
        ("sure, the gate code is 12", True),
        ("yes but make it the barn", False),
        ("yes is that free?", False),
        ("sure wait a minute", False),
        ("yes not now", False),
        ("ridge road", False),
    ],
)
def test_yes_with_more_words(words: str, yes: bool) -> None:
    found = YES_WITH_MORE.match(words)
    assert bool(found and not RETRACTS_YES.search(found["more"])) is yes


@pytest.mark.parametrize(
    "words", ["WITHDRAW IT", "take it back", "cancel my report", "take my complaint back", "please withdraw my report"]
)
def test_taking_back(words: str) -> None:
    assert asks_to_withdraw(words)


def test_taking_back_in_spanish() -> None:
    assert asks_to_withdraw(to_english("retírelo"))
    assert asks_to_withdraw(to_english("cancele mi reporte"))
    assert not asks_to_withdraw("cancel my autopay")
    assert not asks_to_withdraw("call me back")


@pytest.mark.parametrize("words", ["i don't have it", "no idea", "i'm not a member", "i don't know my number"])
def test_without_a_number(words: str) -> None:
    assert has_no_number(words)


@pytest.mark.parametrize("words", ["no lo tengo", "no soy socio", "no me acuerdo"])
def test_without_a_number_in_spanish(words: str) -> None:
    assert has_no_number(to_english(words))


def test_death_is_recognized() -> None:
    assert mentions_death("my husband passed away")
    assert mentions_death(to_english("mi esposo falleció"))
    assert not mentions_death("i got married")
