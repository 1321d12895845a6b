"""Texts that the dialogue does not answer: opt-outs in any wording, wrong numbers, machines, groups, other apps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.conversations.models import InboundMessage
from backend.outbox import service as outbox
from backend.tickets.models import Ticket
from tests.backend.household import make_household
from tests.bot.edge import MEMBER, Edge, new_sid, sms_fields, twiml_texts

DRIVING = "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going."
READ_BACK = "Please check: pay $40.00 today with checking ending 6789. Reply PAY to do it, NO to change it."


async def stopped(edge: Edge, phone: str = MEMBER) -> bool:
    async with edge.services.backend.db.read_session() as session:
        return await outbox.is_opted_out(session, phone)


async def tickets(edge: Edge) -> list[Ticket]:
    async with edge.services.backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket)))


# ------------------------------------------------------------------------------------------------------ opting out


async def test_a_second_stop_is_silent(app_server: Edge) -> None:
    assert len(twiml_texts(await app_server.text("please stop contacting this number"))) == 1
    assert twiml_texts(await app_server.text("STOP")) == []
    assert twiml_texts(await app_server.text("remove me")) == []
    assert app_server.engine.turns == []


@pytest.mark.parametrize("word", ["BAJA", "no me manden más mensajes", "ya no me escriban"])
async def test_a_stop_in_spanish_is_confirmed_in_spanish(app_server: Edge, word: str) -> None:
    assert "No recibira mas" in twiml_texts(await app_server.text(word))[0]


@pytest.mark.parametrize("answer", ["STOP", "yes", "remove my number please"])
async def test_possible_stop_is_asked_about_once(app_server: Edge, answer: str) -> None:
    asked = twiml_texts(await app_server.text("please remove my number"))[0]
    assert asked.startswith("Stop all texts")
    assert not await stopped(app_server)
    assert "no more texts" in twiml_texts(await app_server.text(answer))[0]
    assert await stopped(app_server)
    assert app_server.engine.turns == []


async def test_no_keeps_texts_and_the_open_question(app_server: Edge) -> None:
    await app_server.text("expect confirm")
    await app_server.text("remove me")
    assert twiml_texts(await app_server.text("no")) == [
        "All right, texts stay on. To go on, please send a yes or a no."
    ]
    assert not await stopped(app_server)
    assert twiml_texts(await app_server.text("no")) == ["You said: no"]


async def test_any_other_answer_goes_to_the_dialogue(app_server: Edge) -> None:
    await app_server.text("remove me")
    assert twiml_texts(await app_server.text("pay my bill")) == ["You said: pay my bill"]
    assert twiml_texts(await app_server.text("yes")) == ["You said: yes"]


async def test_in_a_task_stop_it_is_for_the_task(app_server: Edge) -> None:
    await app_server.text("expect confirm")
    assert twiml_texts(await app_server.text("stop it")) == ["You said: stop it"]


@pytest.mark.parametrize("word", ["start", "Unstop", "text me again", "sí"])
async def test_texts_restart_on_request(app_server: Edge, word: str) -> None:
    await app_server.text("no more texts")
    assert len(twiml_texts(await app_server.text(word))) == 1
    assert not await stopped(app_server)


async def test_the_carriers_word_counts_above_ours(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("remove me", OptOutType="STOP")) == []
    assert await stopped(app_server)


# ---------------------------------------------------------------------------------------------------- wrong number


@pytest.mark.parametrize(
    "words",
    ["This is not Ruth, you have the wrong number", "wrong number", "I'm not Ruth. Stop texting me", "no soy Ruth"],
)
async def test_phone_of_somebody_else_gets_no_more_texts(app_server: Edge, words: str) -> None:
    await make_household(app_server.services.backend)
    texts = twiml_texts(await app_server.text(words))
    assert len(texts) == 1
    assert ("Sorry" in texts[0]) or ("Disculpe" in texts[0])
    assert await stopped(app_server)
    (ticket,) = await tickets(app_server)
    assert ticket.phone == MEMBER
    assert ticket.details["words"] == words
    assert "99999-001" in ticket.details["on file for"]
    assert app_server.engine.turns == []


async def test_the_case_is_filed_once_however_often_the_text_is_delivered(app_server: Edge) -> None:
    await make_household(app_server.services.backend)
    sid = new_sid()
    answers = {(await app_server.text("wrong number", sid=sid)).text for _ in range(2)}
    assert len(answers) == 2  # the second time the phone has stopped: nothing goes to it
    assert len(await tickets(app_server)) == 1


async def test_wrong_number_on_no_file_files_nothing(app_server: Edge) -> None:
    assert "Sorry" in twiml_texts(await app_server.text("you have the wrong number"))[0]
    assert await tickets(app_server) == []


async def test_in_a_task_a_wrong_number_is_for_the_task(app_server: Edge) -> None:
    await app_server.text("expect member_number")
    assert twiml_texts(await app_server.text("wrong number, sorry")) == ["You said: wrong number, sorry"]


# -------------------------------------------------------------------------------------------------------- machines


@pytest.mark.parametrize(
    "text",
    [
        f"Loved “{READ_BACK}”",
        f'Liked "{READ_BACK}"',
        f"Removed a heart from “{READ_BACK}”",
        f'👍 to "{READ_BACK}"',
        f"A Ruth le encantó “{READ_BACK}”",
        "Liked an image",
        "Free Msg: Receiver 5555550142 unable to receive message - Message Blocking is active.",
    ],
)
async def test_reaction_changes_nothing_and_is_not_answered(app_server: Edge, text: str) -> None:
    await app_server.text("buttons")
    assert twiml_texts(await app_server.text(text)) == []
    await app_server.text("2")  # what was open is open still
    assert [turn["text"] for turn in app_server.engine.turns] == ["buttons", '/choose{"amount":"other"}']


async def test_an_automatic_reply_is_answered_once_an_hour(app_server: Edge) -> None:
    await app_server.text("buttons")
    first = twiml_texts(await app_server.text(DRIVING))
    assert "automatic reply" in first[0]
    assert [twiml_texts(await app_server.text(DRIVING)) for _ in range(5)] == [[]] * 5
    assert twiml_texts(await app_server.text("Auto-reply: out of office")) == []
    assert len(app_server.engine.turns) == 1
    assert twiml_texts(await app_server.text("hello")) == ["You said: hello"]


async def test_the_same_automatic_reply_delivered_again_gets_the_same_answer(app_server: Edge) -> None:
    sid = new_sid()
    assert len({(await app_server.text(DRIVING, sid=sid)).text for _ in range(3)}) == 1


async def test_the_same_long_words_are_answered_three_times_an_hour(app_server: Edge) -> None:
    words = "Hello from Acme, we open at {} and look forward to it"
    answers = [twiml_texts(await app_server.text(words.format(hour))) for hour in range(5)]
    assert [len(answer) for answer in answers] == [1, 1, 1, 0, 0]


async def test_a_machine_that_goes_round_its_menu_is_answered_no_more(app_server: Edge) -> None:
    menu = ["please pick one from the list", "our agents are still busy", "type one for English"]
    answers = [twiml_texts(await app_server.text(menu[at % 3])) for at in range(14)]
    assert all(answers[:6])
    assert answers[11:] == [[], [], []]
    assert twiml_texts(await app_server.text("pay my bill")) == ["You said: pay my bill"]


async def test_possible_wrong_number_is_asked_about_then_reported_to_the_office(app_server: Edge) -> None:
    await make_household(app_server.services.backend)
    assert twiml_texts(await app_server.text("she no longer lives here"))[0].startswith("Stop all texts")
    assert await tickets(app_server) == []
    assert "Sorry for the mix-up" in twiml_texts(await app_server.text("yes"))[0]
    assert await stopped(app_server)
    (ticket,) = await tickets(app_server)
    assert ticket.details["words"] == "she no longer lives here"


async def test_a_text_of_our_own_that_came_back_is_not_answered(app_server: Edge) -> None:
    fields = sms_fields("hello")
    fields["From"] = fields["To"]
    assert twiml_texts(await app_server.twilio_post("/twilio/sms", fields)) == []


async def test_people_may_repeat_themselves(app_server: Edge) -> None:
    for word in ("yes", "2", "pay my bill", "what are your office hours"):
        assert [len(twiml_texts(await app_server.text(word))) for _ in range(7)] == [1] * 7


async def test_a_signature_is_not_read(app_server: Edge) -> None:
    answer = twiml_texts(await app_server.text("Pay my bill\n--\nRuth A.\nAcme Co. 555-555-0142"))
    assert answer == ["You said: Pay my bill"]
    await app_server.text("STOP\n\nSent from my iPhone")
    assert await stopped(app_server)


# --------------------------------------------------------------------------------------------- who sends, and where


async def test_a_short_code_of_the_coop_is_answered(app_server: Edge) -> None:
    answer = await app_server.text("pay my bill", To="72645", MessagingServiceSid="MG" + "0" * 32)
    assert twiml_texts(answer) == ["You said: pay my bill"]
    assert twiml_texts(await app_server.text("hello", To="72645")) == ["You said: hello"]


@pytest.mark.parametrize(
    "sender",
    ["68849", "15555553311", "5555553311", "+15550199", "+10000000000", "+11234567890", "+266696687", "+86282452253",
     "AMAZON",
     "ruth@x.example", "not a phone", "messenger:1234567", "+0", "whatsapp:68849", "sip:x@y"],
)  # fmt: skip
async def test_a_sender_that_no_phone_has_is_ignored(app_server: Edge, sender: str) -> None:
    answer = await app_server.text("pay my bill", phone=sender)
    assert (answer.status, twiml_texts(answer)) == (200, [])
    assert app_server.engine.turns == []
    async with app_server.services.backend.db.read_session() as session:
        assert list(await session.scalars(select(InboundMessage))) == []


@pytest.mark.parametrize(
    ("app", "name", "more"),
    [("whatsapp", "WhatsApp", {}), ("rcs", "RCS", {"ButtonPayload": "x", "ButtonText": "Pay"})],
)
async def test_other_app_is_redirected_once_an_hour(
    app_server: Edge, app: str, name: str, more: dict[str, str]
) -> None:
    receiver = "rcs:agent_1" if app == "rcs" else "whatsapp:+15555550199"
    answers = [
        twiml_texts(await app_server.text("pay my bill", phone=f"{app}:{MEMBER}", To=receiver, **more))
        for _ in range(3)
    ]
    assert [len(answer) for answer in answers] == [1, 0, 0]
    assert name in answers[0][0]
    assert "911" in answers[0][0]
    assert app_server.engine.turns == []
    await app_server.text("STOP", phone=f"{app}:{MEMBER}", To=receiver)
    assert await stopped(app_server)


async def test_group_text_is_not_answered_with_member_data(app_server: Edge) -> None:
    answers = [
        twiml_texts(await app_server.text("what do I owe", OtherRecipients0="+15555550188", NumMedia="0"))
        for _ in range(3)
    ]
    assert [len(answer) for answer in answers] == [1, 0, 0]
    assert "group" in answers[0][0]
    assert app_server.engine.turns == []


async def test_form_without_a_sender_is_a_bad_request(app_server: Edge) -> None:
    fields = sms_fields("hi")
    del fields["From"]
    assert (await app_server.twilio_post("/twilio/sms", fields)).status == 400


@pytest.mark.parametrize("kind", ["text/x-vcard", "text/vcard", "image/jpeg", "application/pdf"])
async def test_attachment_without_words_is_answered_politely(app_server: Edge, kind: str) -> None:
    answer = await app_server.text("", NumMedia="1", MediaUrl0="https://x.example/1", MediaContentType0=kind)
    assert len(twiml_texts(answer)) == 1
    assert app_server.engine.turns == []


async def test_an_own_answer_redacts_like_any_other(app_server: Edge) -> None:
    await app_server.text("4111 1111")
    await app_server.text("1111 1111", OtherRecipients0="+18155550177")
    async with app_server.services.backend.db.read_session() as session:
        stored = list(await session.scalars(select(InboundMessage.text)))
    assert len(stored) == 2
    assert not [text for text in stored if "1111" in text]
