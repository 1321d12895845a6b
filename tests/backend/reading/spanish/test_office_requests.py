"""What Spanish speakers say to the skills of the office, as their rules read it."""

from __future__ import annotations

from datetime import date, time

import pytest

from backend.contact.service import extract_address, extract_email, extract_phone
from backend.reading.contact.contact_change import BARE_USER_ID, CONTACT_KIND_PATTERNS, NAMED_USER_ID
from backend.reading.contact.person_name import parse_person_name
from backend.reading.dates.call_time import parse_call_time
from backend.reading.hazards.danger_words import detect_crisis, detect_danger
from backend.reading.language import detect_language
from backend.reading.live_agent_request import wants_call
from backend.reading.money.payment_plan_patterns import NOTHING_NOW
from backend.reading.service.disconnection import detect_disconnection_topic
from backend.reading.service.faq_topics import select_response
from backend.reading.service.service_change import KIND_PATTERNS
from backend.reading.spanish import to_english

TODAY = date(2026, 11, 18)  # a Wednesday
HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), (time(8), time(16, 30)))

DANGER = [
    "se cayó un cable en mi patio",
    "hay un cable tirado en la calle",
    "un árbol cayó sobre los cables de luz",
    "los cables están colgando",
    "un carro chocó con el poste",
    "el poste se está cayendo",
    "una línea eléctrica en el suelo",
    "huele a quemado cerca del medidor",
    "sale humo de la caja de breakers",
    "me dio toques el refrigerador",
    "alguien se está electrocutando",
    "tronó el transformador",
    "fuego",
    "hay chispas",
    "huele a gas",
]


@pytest.mark.parametrize("message", DANGER)
def test_danger(message: str) -> None:
    assert detect_danger(to_english(message))
    assert detect_language(message, "en") == "es", "danger is answered in the language in which it is told, at once"


@pytest.mark.parametrize(
    "message", ["no hay chispas", "se fue la luz", "dónde descargo mi factura en línea", "quiero cambiar mi teléfono"]
)
def test_no_danger(message: str) -> None:
    assert not detect_danger(to_english(message))


@pytest.mark.parametrize(
    "message", ["me quiero morir", "ya no quiero vivir", "voy a suicidarme", "quiero hacerme daño"]
)
def test_despair(message: str) -> None:
    assert detect_crisis(to_english(message))
    assert detect_language(message, "en") == "es"


@pytest.mark.parametrize("message", ["my power line sparks", "the meter is on fire on Calle Real", "i want to die"])
def test_danger_in_english_stays_english(message: str) -> None:
    assert detect_language(message, "en") == "en"


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("quiero cambiar mi correo electrónico", "email"),
        ("tengo otro correo", "email"),
        ("cambié de número de celular", "phone"),
        ("mi teléfono cambió", "phone"),
        ("cambiar la dirección postal", "address"),
        ("me mudé", "address"),
    ],
)
def test_contact_kind(message: str, what: str) -> None:
    assert next(name for name, words in CONTACT_KIND_PATTERNS if words.search(to_english(message))) == what


def test_new_contact_details() -> None:
    assert extract_email("es ruth punto nueva arroba example punto com") == "ruth.nueva@example.com"
    assert extract_email("José.Peña@example.com") == "jose.pena@example.com"
    assert extract_phone(to_english("el nuevo es 815 555 0188")) == "+18155550188"
    text = "mi dirección nueva es PO Box 12, Hanover IL 61041"
    assert extract_address(to_english(text), asked=False) == "po box 12, hanover il 61041"
    assert extract_address("Calle Peña 12, Hanover", asked=True) == "Calle Peña 12, Hanover"


@pytest.mark.parametrize("word", ["correo-nuevo@example.com", "todo+luz@example.com", "calle-nueva.7", "ver.todo"])
def test_addresses_and_user_ids_stay(word: str) -> None:
    assert to_english(f"mi usuario es {word}").split()[-1] == word


def test_user_id_is_recognized() -> None:
    named = NAMED_USER_ID.search(to_english("mi usuario es maria.garcia"))
    assert named
    assert named["id"] == "maria.garcia"
    alone = BARE_USER_ID.fullmatch(to_english("mi nombre de usuario es maria.garcia"))
    assert alone
    assert alone["id"] == "maria.garcia"


@pytest.mark.parametrize("message", ["que alguien me llame", "me pueden llamar", "quiero que me llame una persona"])
def test_a_call_back(message: str) -> None:
    assert wants_call(message)


@pytest.mark.parametrize(
    ("message", "day", "at", "soon"),
    [
        ("el martes a las 10", "2026-11-24", "10:00", False),
        ("mañana a las dos y media", "2026-11-19", "14:30", False),
        ("mañana por la tarde", "2026-11-19", "13:00", False),
        ("el viernes al mediodía", "2026-11-20", "12:00", False),
        ("lo antes posible", None, None, True),
        ("a cualquier hora", None, None, True),
    ],
)
def test_when_to_call(message: str, day: str | None, at: str | None, soon: bool) -> None:
    moment = parse_call_time(to_english(message), TODAY, HOURS)
    assert moment is not None
    assert (
        moment.day and moment.day.isoformat(),
        moment.time_of_day and f"{moment.time_of_day:%H:%M}",
        moment.as_soon_as_possible,
    ) == (day, at, soon)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("quiero iniciar el servicio en una casa nueva", "start"),
        ("necesito contratar luz", "start"),
        ("poner el servicio a mi nombre", "start"),
        ("quiero cancelar mi servicio", "stop"),
        ("dar de baja el servicio el viernes", "stop"),
        ("desconecten la luz", "stop"),
        ("me voy a mudar", "move"),
        ("trasladar el servicio", "move"),
    ],
)
def test_kinds_of_service(message: str, kind: str) -> None:
    assert next(name for name, words in KIND_PATTERNS if words.search(to_english(message))) == kind


@pytest.mark.parametrize("message", ["me llamo Ana Morales", "mi nombre es Ana Morales", "a nombre de Ana Morales"])
def test_names(message: str) -> None:
    assert (parse_person_name(message) or "").lower() == "ana morales"


@pytest.mark.parametrize(
    ("message", "spoken_of"),
    [
        ("me llegó un aviso de desconexión", "notice"),
        ("aviso de corte", "notice"),
        ("me llegó una carta de corte", "notice"),
        ("me van a cortar la luz", "shutoff"),
        ("me cortaron la luz", "shutoff"),
        ("me llegó un aviso de vencimiento", None),
        ("no puedo pagar todo", None),
    ],
)
def test_a_disconnection(message: str, spoken_of: str | None) -> None:
    assert detect_disconnection_topic(to_english(message)) == spoken_of


@pytest.mark.parametrize("message", ["nada todavía", "no puedo pagar nada", "no tengo dinero"])
def test_no_value_yet(message: str) -> None:
    assert NOTHING_NOW.search(to_english(message))


@pytest.mark.parametrize(
    ("intent", "message", "topic"),
    [
        ("faq_portal", "tengo que cambiar mi favorito", "portal_bookmark"),
        ("faq_portal", "qué hay de nuevo en el portal", "portal_new"),
        ("faq_portal", "qué muestra Billing and Payments", "portal_billing"),
        ("faq_portal", "cómo funciona el pago rápido", "portal_quick_pay"),
        ("faq_portal", "dónde entro a mi cuenta", "portal"),
        ("faq_portal", "es segura la página", "portal_safe"),
        ("faq_portal", "la página no carga", "portal_trouble"),
        ("faq_portal", "no puedo entrar al sitio", "portal_trouble"),
        ("faq_portal", "qué muestra la página de facturas", "portal_billing"),
        ("faq_portal", "es mejor el portal nuevo", "portal_new"),
        ("faq_portal", "en qué es mejor la página nueva", "portal_new"),
        ("faq_same_day", "cuál es la diferencia", "same_day"),
        ("faq_still_works", "siguen sirviendo mis alertas", "still_works_alerts"),
        ("faq_still_works", "sirve mi usuario de antes", "still_works"),
        ("faq_drafts", "cuál es la diferencia entre auto draft y auto pay", "drafts_new"),
        ("faq_drafts", "qué día se cobra el débito automático", "drafts_day"),
        ("faq_drafts", "dónde veo los detalles de mi débito", "drafts_details"),
        ("faq_drafts", "cómo sé si estoy inscrito en débito automático", "drafts"),
    ],
)
def test_topics(intent: str, message: str, topic: str) -> None:
    assert select_response(intent, to_english(message)) == f"utter_answer_faq_{topic}"
