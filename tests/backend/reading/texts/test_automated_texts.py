"""Texts that no person wrote, as phones, carriers and offices send them, and people's own that look alike."""

from __future__ import annotations

import pytest

from backend.reading.texts.automated_texts import detect_automated, remove_signature
from tests.support.costs import cost_of

REACTIONS = [
    "Loved “Please check: pay $40.00 today with checking ending 6789 ... Reply PAY to do it, NO to change it.”",
    'Loved "Please check: pay $40.00 today with checking ending 6789 ... Reply PAY to do it, NO to change it."',
    'Liked "... $112.40 ..."',
    "Disliked “How much?”",
    "Laughed at “Hello”",
    "Emphasized “You owe $112.40.”",
    "Emphasised “You owe $112.40.”",
    "Questioned “You owe $112.40.”",
    "Removed a heart from “You owe $112.40.”",
    "Removed a like from “You owe”",
    "Removed an exclamation from “You owe”",
    'Removed a question mark from "You owe"',
    'Removed a laugh from "You owe"',
    '👍 to "You owe $112.40."',
    "👍 to “ You owe $112.40. ”",
    "\u200b👍\u200b to “\u200bYou owe $112.40.\u200b”",
    '❤️ to "pay"',
    "Reacted 👍 to “You owe”",
    'Reacted ❤️ to "You owe"',
    "Removed 👍 from “You owe”",
    "Loved an image",
    "Liked a photo",
    "Liked a message",
    "Emphasized an attachment",
    "Le encantó “Usted debe $112.40.”",
    "A Ruth le encantó “Usted debe”",
    'A Ana María le gustó "Usted debe $40.00"',
    "Le gustó “Usted debe”",
    "No le gustó “Usted debe”",
    "A Ruth no le gustó “Usted debe”",
    "Se rio de “Usted debe”",
    "Le dio risa “Usted debe”",
    "Enfatizó “Usted debe”",
    "Destacó “Usted debe”",
    "Cuestionó “Usted debe”",
    "Quitó un corazón de “Usted debe”",
    "Eliminó un me gusta de “Usted debe”",
    "Reaccionó con 👍 a “Usted debe”",
    "👍 a “Usted debe”",
    'Ruth liked "You owe $112.40"',
    "Le encantó una imagen",
    "Me gusta “Usted debe”",
    "Liked “Pay $112.40 today? Reply PAY to do it, NO to change",
    "❤ “You owe”",
    '😂 to "Please check: pay $40.00"',
    "Loved 'You owe $112.40'",
    "Removed a reaction from “You owe”",
    "Eliminó 👍 de “Usted debe”",
]
AUTOMATIC = [
    "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going.",
    "(I’m not receiving notifications. If this is urgent, reply “urgent” to send a notification through"
    " with your original message.)",
    "Auto-reply: I'm out of the office until Monday.",
    "Automatic reply: out of office",
    "I am out of the office until 11/30. For urgent matters call 555-555-0100",
    "Sorry, I can't talk right now.",
    "This is an automated message. Please do not reply.",
    "I'm in a meeting, I'll get back to you soon.",
    "Estoy conduciendo. Le responderé cuando llegue.",
    "Respuesta automática: estoy fuera de la oficina",
    "Thank you for contacting Acme Plumbing! We will get back to you as soon as possible.",
    "I'm driving right now - I'll get back to you later.",
    "[Auto Reply] busy",
    "Our office is currently closed. Please call back during business hours.",
    "This mailbox is not monitored.",
    "Hi, this is Dr Smith's office. Thanks for your message. We will respond within 24 hours. Reply STOP to opt out",
    "Can't talk right now. What's up?",
    "On vacation! Back on Monday",
]
NOTICES = [
    "Message not delivered",
    "Free Msg: Receiver 5555550142 unable to receive message - Message Blocking is active.",
    "FRM:MAILER-DAEMON",
    "Your message could not be delivered.",
    "Undeliverable: message",
    "Unable to send message - Message Blocking is active.",
    "El mensaje no se pudo entregar",
    "Message failed to send",
]
OTHERS_LINES = [
    "I'm driving - sent from Android Auto",
    "Sorry, I didn't get that. Reply MENU for options.",
    "Please choose 1 for sales or 2 for support",
    "This phone number does not receive text messages.",
    "My notifications are silenced, tap to notify anyway",
    "You've reached the after hours line. If this is an emergency dial 911.",
    "I'm in a meeting, call you back.",
    "No puedo hablar ahora. ¿Qué pasa?",
    "Estoy manejando, le contesto luego",
    "Thank you for subscribing! Your request was received.",
]
CARRIERS = [
    "Msg 2114 - Invalid destination. Please re-send using a valid short code.",
    "The number you are trying to text is a landline",
    "The subscriber you have dialed is not in service",
    "You have reached a non-working number",
    "NETWORK MSG: texts from this number are blocked",
    "XYZ FREE MSG: your balance is low",
    "You've been unsubscribed. Reply START to resubscribe.",
    'Tom named the conversation "Farm"',
]
ALIKE = [
    "my number is a landline, can you call it",
    "your crew said it will respond within 2 hours",
    "my phone cannot receive texts",
    "error 404 on your portal, not working",
    "after hours line number?",
    "missed call from you guys",
    "I left the group plan",
    "can't text now but my power is out",
]


@pytest.mark.parametrize("text", OTHERS_LINES)
def test_another_companys_line_is_known(text: str) -> None:
    assert detect_automated(text) == "auto_reply"


@pytest.mark.parametrize("text", CARRIERS)
def test_more_notices_of_carriers_are_known(text: str) -> None:
    assert detect_automated(text) == "notice"


@pytest.mark.parametrize("text", ALIKE)
def test_people_mentioning_automated_texts_are_not_automated(text: str) -> None:
    assert detect_automated(text) is None


def test_legal_notice_of_an_office_is_removed() -> None:
    text = "pay my bill\n*** CONFIDENTIAL: if you are not the person named, stop and delete this ***"
    assert remove_signature(text) == "pay my bill"


PEOPLE = [
    "pay my bill",
    'Liked "Auto Pay", how do I enroll?',
    "I'm driving, how much do I owe",
    "I'm out of the office until Monday, can you schedule my payment for then?",
    "my text could not be delivered?",
    "I liked the old way",
    "is this an automated message?",
    "love it",
    'the message said "Pay $40" is that right?',
    '"pay my bill"',
    "👍",
    "I'm at work",
    "I am at work, power is out at home",
    "yes",
    "no le gustó",
    "my payment message failed to send",
    "Loved it",
    'what does "past due" mean',
    "I got your message",
    "call me when you can",
    "I will pay when I get paid",
    "we will pay friday",
    "I'm away until Friday, pause my service",
    "thank you for your help",
    "thanks for your message",
    'My bill says "$40 due"',
    "quitó la luz",
    'Pregunta: "cuanto debo"',
]


@pytest.mark.parametrize("text", REACTIONS)
def test_a_reaction_is_nobodys_word(text: str) -> None:
    assert detect_automated(text) == "reaction"


@pytest.mark.parametrize("text", AUTOMATIC)
def test_an_automatic_reply_is_known(text: str) -> None:
    assert detect_automated(text) == "auto_reply"


@pytest.mark.parametrize("text", NOTICES)
def test_a_carriers_notice_is_known(text: str) -> None:
    assert detect_automated(text) == "notice"


@pytest.mark.parametrize("text", PEOPLE)
def test_texts_of_people_are_not_automated(text: str) -> None:
    assert detect_automated(text) is None


def test_very_long_text_is_read_quickly() -> None:
    for piece in ("a ", "👍 ", '"', "loved ", "thank you for "):
        assert cost_of(lambda text=piece * 5000: detect_automated(text)) < 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pay my bill\n--\nRuth A.\nAcme Co. 555-555-0142", "Pay my bill"),
        ("Pay my bill\r\n-- \r\nRuth", "Pay my bill"),
        ("Pay my bill\n\nSent from my iPhone", "Pay my bill"),
        ("pay my bill Sent from my iPhone", "pay my bill"),
        ("Pagar mi factura\nEnviado desde mi iPhone", "Pagar mi factura"),
        ("Pay my bill\nGet Outlook for iOS", "Pay my bill"),
        ("Pay my bill\n-Ruth A.", "Pay my bill"),
        ("STOP\n___\nRuth", "STOP"),
        ("--\nRuth", "--\nRuth"),
        ("pay 20 -- visa", "pay 20 -- visa"),
        ("12 Oak St\nSpringfield", "12 Oak St\nSpringfield"),
    ],
)
def test_signature_is_not_part_of_the_message(text: str, expected: str) -> None:
    assert remove_signature(text) == expected
