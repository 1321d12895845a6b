"""The phone line in Spanish: its key, its voice, and the reading of Spanish speech."""

from __future__ import annotations

import pytest

from backend.config import ROOT
from backend.coop import load_coop
from backend.language import SPANISH, use_language
from bot.channels.voice.gather.render import CallContext, render_twiml
from bot.channels.voice.listening.extract import extract_input
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.speaking.speech import make_speakable
from bot.channels.voice.steps import CallPosition, CallStep, EndStep
from bot.dialogue.messages import Message, Reply
from tests.bot.channels.voice.twiml_check import check

COOP = load_coop(ROOT / "coop.toml")


def rendered(step: CallStep, *english_names: str) -> str:
    return render_twiml(step, CallContext("/twilio/voice/turn", COOP.transfer_phone, None, english_names=english_names))


def shown(step: CallStep) -> str:
    return rendered(step)


ASKED = Reply((Message("¿Cuál es su número?", hints={"expect": "member_number"}),))


def test_the_greeting_offers_spanish_first_and_in_spanish() -> None:
    twiml = shown(prompts.build_greeting("Thank you for calling.", CallPosition(1)))
    check(twiml)
    offer = '<Say language="es-US" voice="Polly.Lupe-Neural">Para español, oprima el 2.</Say>'
    assert twiml.index(offer) < twiml.index("For an outage or danger, press 1.")
    assert "press 2" not in twiml
    assert extract_input({"Digits": "2"}, menu.build_main_menu()).payload == "/speak_spanish"


def test_spanish_call_speaks_and_listens_in_spanish() -> None:
    with use_language(SPANISH):
        twiml = shown(prompts.build_question(menu.build_main_menu(), CallPosition(2)))
        again = shown(prompts.build_reprompt(ASKED, CallPosition(2, misses=1), start=menu.NOT_UNDERSTOOD))
        assert extract_input({"Digits": "2"}, menu.build_main_menu()).payload == "/speak_english"
    for made in (twiml, again):
        check(made)
        assert made.count('language="en-US"') == made.count("For English, press 2.")
    assert "Para un apagón o peligro, oprima 1. Para pagar su factura, oprima 3. Para su saldo, oprima 4." in twiml
    assert "Disculpe, no le entendí." in again


@pytest.mark.parametrize(
    "message", ["una persona", "quiero hablar con una persona", "operadora", "un agente por favor"]
)
def test_a_person_in_spanish(message: str) -> None:
    with use_language(SPANISH):
        assert extract_input({"SpeechResult": message, "Confidence": "0.9"}, ASKED).kind == "person"


def test_english_names_in_a_spanish_text_are_said_in_english() -> None:
    text = "Prairie Rivers: apagón en 12 Oak St. Active Auto Pay."
    with use_language(SPANISH):
        twiml = rendered(EndStep((text,)), COOP.short_name)
    say = check(twiml)[0]
    assert {part.text for part in say} == {"Prairie Rivers", "Oak Street", "Auto Pay"}
    assert {language for part in say for language in part.attrib.values()} == {"en-US"}
    assert "".join(say.itertext()) == "Prairie Rivers: apagón en 12 Oak Street. Active Auto Pay."


def test_an_english_text_has_one_language() -> None:
    twiml = rendered(EndStep(("An outage at 12 Oak St. Auto Pay.",)))
    assert len(check(twiml)[0]) == 0


def test_zero_inside_a_number_is_a_digit() -> None:
    with use_language(SPANISH):
        assert extract_input({"SpeechResult": "cero", "Confidence": "0.9"}, ASKED).kind == "answer"
        assert extract_input({"SpeechResult": "repita por favor", "Confidence": "0.9"}, ASKED).kind == "repeat"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Debe $112.40.", "Debe 112 dólares con 40 centavos."),
        ("$1.00 y $0.25", "un dólar y 25 centavos"),
        ("$1,234.01", "mil 234 dólares con un centavo"),
        ("$12,345.67", "12 mil 345 dólares con 67 centavos"),
        ("$1,000,000.00 y $2,500,000", "un millón de dólares y 2 millones 500 mil dólares"),
        ("Abierto de 8:00 AM a 4:30 PM.", "Abierto de 8 de la mañana a 4 y 30 de la tarde."),
        ("a las 12:00 PM o a las 9 p.m.", "a las 12 del mediodía o a las 9 de la noche."),
        (
            "Su número de confirmación es K7M-4Q2.",
            "Su número de confirmación es ka de kilo, 7, eme de María, 4, cu de queso, 2; otra vez: ka 7 eme, 4 cu 2.",
        ),
        ("en 1204 N Main St, Apt 4B", "en mil 204 North Main Street, apartamento 4 B"),
        ("ann_b7@example.com", "ann guion bajo be 7 arroba example punto com"),
        ("La página es https://coop.example/portal. Diga sí.", "Diga sí."),
        ("Visa terminada en 4242", "Visa terminada en 4 2 4 2"),
        ("Usó 900 kWh, 12%", "Usó 900 kilovatios hora, 12 por ciento"),
        ("En https://x.example/a pague.", "En el enlace pague."),
    ],
)
def test_spanish_text_becomes_speakable(written: str, expected: str) -> None:
    with use_language(SPANISH):
        assert make_speakable(written) == expected
