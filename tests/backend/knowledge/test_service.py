"""Answering a subject with the co-op's facts; a sentence whose fact is missing is dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.config import ROOT
from backend.coop import Coop, load_coop
from backend.knowledge.service import Knowledge, KnowledgeAnswer, UnknownSubject, load
from backend.language import current_language
from tests.backend.knowledge.files import LATE_FEE, subject, write

ASK = "The office can tell you the rest at 555-555-0100."
ASK_ES = "La oficina le puede decir lo demás en el 555-555-0100."


@pytest.fixture
def coop() -> Coop:
    facts = {"late_fee": {"en": "$5.00 a month", "es": "$5.00 al mes"}, "ends": {"en": "2 p.m.", "es": "2 p.m."}}
    return replace(load_coop(ROOT / "coop.toml"), facts=facts)


def knowing(folder: Path, **files: str) -> Knowledge:
    for name, text in files.items():
        write(folder, name, text)
    return load(folder)


def test_facts_are_filled_in(tmp_path: Path, coop: Coop) -> None:
    knowledge = knowing(tmp_path, late_fee=LATE_FEE)
    assert knowledge.answer_subject("late_fee", coop, "en") == KnowledgeAnswer(
        "A late bill gets a charge, which shows on the next bill. The late charge here is $5.00 a month. "
        "The office can help.",
        "I can ask the office for more time.",
        "arrangement",
    )
    assert knowledge.answer_subject("late_fee", coop, "es").text == (
        "Una factura tardía lleva un recargo. El recargo aquí es de $5.00 al mes. La oficina puede ayudar."
    )
    assert current_language() == "en"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", f"A late bill gets a charge, which shows on the next bill. {ASK} The office can help."),
        ("es", f"Una factura tardía lleva un recargo. {ASK_ES} La oficina puede ayudar."),
    ],
)
def test_a_sentence_whose_fact_is_missing_is_dropped(tmp_path: Path, coop: Coop, language: str, expected: str) -> None:
    knowledge = knowing(tmp_path, late_fee=LATE_FEE)
    assert knowledge.answer_subject("late_fee", replace(coop, facts={}), language).text == expected


def test_the_member_is_sent_to_the_office_once(tmp_path: Path, coop: Coop) -> None:
    answer = "It is so. The first is {one}. The second is {two}, by {late_fee}. It ends well."
    knowledge = knowing(tmp_path, several=subject("how", answer=answer))
    assert knowledge.answer_subject("several", coop, "en").text == f"It is so. {ASK} It ends well."


def test_period_is_not_doubled(tmp_path: Path, coop: Coop) -> None:
    knowledge = knowing(tmp_path, closing=subject("when", answer="It goes on until {ends}. Come in."))
    assert knowledge.answer_subject("closing", coop, "en").text == "It goes on until 2 p.m. Come in."


def test_an_offer_whose_fact_is_missing_is_not_made(tmp_path: Path, coop: Coop) -> None:
    text = subject("how", answer="It is so.\n+ Call {nobody}.", header="group: billing\nskill: person")
    assert knowing(tmp_path, offer=text).answer_subject("offer", coop, "en") == KnowledgeAnswer(
        "It is so.", None, "person"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Open Monday to Friday 8:00 AM to 4:30 PM. The card fee is $0.00. Call 555-555-0100."),
        ("es", "Abre de lunes a viernes de 8:00 AM a 4:30 PM. La tarjeta cuesta $0.00. Llame al 555-555-0100."),
    ],
)
def test_values_elsewhere_in_coop_toml_are_facts(tmp_path: Path, coop: Coop, language: str, expected: str) -> None:
    text = subject(
        "when",
        answer="Open {office_hours}. The card fee is {card_fee}. Call {office_phone}.",
        spanish="? cuando\nAbre {office_hours}. La tarjeta cuesta {card_fee}. Llame al {office_phone}.",
    )
    assert knowing(tmp_path, hours=text).answer_subject("hours", coop, language).text == expected


def test_missing_translation_falls_back_to_the_other_language(tmp_path: Path, coop: Coop) -> None:
    knowledge = knowing(tmp_path, one=subject("how", answer="Call {office_phone}.", spanish=None))
    assert knowledge.answer_subject("one", coop, "es").text == "Call 555-555-0100."


def test_a_subject_that_there_is_not(tmp_path: Path, coop: Coop) -> None:
    knowledge = knowing(tmp_path, late_fee=LATE_FEE)
    assert knowledge.find("gone") is None
    with pytest.raises(UnknownSubject, match="gone"):
        knowledge.answer_subject("gone", coop, "en")
