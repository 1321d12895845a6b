"""Money moves on a certain yes to what was read back, and on nothing else; it is taken back as far as it can be."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.billing.models import Account
from backend.payments.models import ScheduledPayment
from tests.actions.conftest import Begin
from tests.backend.network import DirectNetwork
from tests.support.harness.talk import Talk

FEE = [("card_fees", 0.8)]


async def to_the_read_back(talk: Talk, words: str = "pay 40 with my visa") -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_confirm")


@pytest.mark.parametrize(
    "words",
    ["yes", "yes because I have to", "yeah that is fine dear", "ok yes, my check came", "pay it", "yes, pay the 40"],
)
async def test_a_yes_with_a_reason_pays(talk: Talk, network: DirectNetwork, words: str) -> None:
    await to_the_read_back(talk)
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_pay_done")
    assert network.taken_cents() == 4000


@pytest.mark.parametrize("words", ["sí", "sí porque tengo que pagar", "sí, porque me la cortan", "sí, páguelo"])
async def test_a_spanish_yes_with_a_reason_pays(begin: Begin, network: DirectNetwork, words: str) -> None:
    talk = await begin(language="es")
    await to_the_read_back(talk, "pagar 40 con la visa")
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_pay_done")
    assert network.taken_cents() == 4000


@pytest.mark.parametrize(
    "words",
    ["mmm well it is what it is", "if I must", "whatever you think", "yes if it is free", "yes but only 30 of it"],
)
async def test_a_learned_yes_alone_does_not(talk: Talk, network: DirectNetwork, words: str) -> None:
    await to_the_read_back(talk)
    await talk.user_input(words, intent="affirm", acts={"affirm": 0.99}, sure=0.99)
    assert network.taken_cents() == 0
    talk.assert_no_response("utter_pay_done")


async def test_yes_with_a_removed_number_does_not_pay(talk: Talk, network: DirectNetwork) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes use", acts={"affirm"}, removed=["card"])
    assert network.taken_cents() == 0


async def test_question_at_the_read_back_is_answered_and_pays_nothing(talk: Talk, network: DirectNetwork) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes but is there a fee?", acts={"ask", "affirm"}, knowledge=FEE)
    talk.assert_response("utter_told", "utter_question_pay_confirm")
    assert network.taken_cents() == 0
    await talk.user_input("ok, yes")
    assert network.taken_cents() == 4000


async def test_unanswerable_question_at_the_read_back_pays_nothing(talk: Talk, network: DirectNetwork) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes? who gets the money", acts={"ask"})
    talk.assert_response("utter_question_unknown", "utter_question_pay_confirm")
    assert network.taken_cents() == 0


async def test_a_question_at_the_read_back_in_spanish(begin: Begin, network: DirectNetwork) -> None:
    talk = await begin(language="es", channel="sms")
    await to_the_read_back(talk, "pagar 40 con la visa")
    await talk.user_input("¿y cobran algo?", acts={"ask"}, knowledge=FEE)
    talk.assert_response("utter_told", "utter_question_pay_confirm")
    assert network.taken_cents() == 0


async def test_half_of_that(talk: Talk) -> None:
    await to_the_read_back(talk)
    await talk.user_input("half of that", acts={"correct"})
    talk.assert_message(r"pay \$20\.00 today")


async def test_half_at_the_method_and_at_the_read_back(talk: Talk) -> None:
    await talk.user_input("pay my whole bill", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_method")
    await talk.user_input("half now, visa", acts={"answer"})
    talk.assert_message(r"pay \$56\.20 today, with Visa")
    await to_the_read_back(talk, "no, pay all of it with my visa")
    await talk.user_input("no i said half", intent="deny", acts={"deny"})
    talk.assert_message(r"pay \$56\.20 today")


async def test_a_week_later(talk: Talk) -> None:
    await to_the_read_back(talk, "pay 40 on friday with my visa")
    talk.assert_message("on Friday, November 20")
    await talk.user_input("a week later", acts={"correct"})
    talk.assert_message("on Friday, November 27")


async def test_the_other_one_of_two(talk: Talk) -> None:
    await to_the_read_back(talk)
    await talk.user_input("no, the other one", acts={"correct"})
    talk.assert_message("with checking ending 6789")
    await talk.user_input("the other one", acts={"correct"})
    talk.assert_message("with Visa ending 4242")


async def test_the_same_in_spanish(begin: Begin) -> None:
    talk = await begin(language="es")
    await to_the_read_back(talk, "pagar 40 el viernes con la visa")
    await talk.user_input("la mitad de eso", acts={"correct"})
    talk.assert_message(r"\$20\.00")
    await talk.user_input("una semana después", acts={"correct"})
    talk.assert_message("viernes 27 de noviembre")
    await talk.user_input("con la otra", acts={"correct"})
    talk.assert_message("terminada en 6789")


@pytest.mark.parametrize(
    "words", ["espéreme un momento", "permítame, voy por mis lentes", "un momentito", "deje busco la tarjeta"]
)
async def test_it_waits_in_spanish(begin: Begin, words: str) -> None:
    talk = await begin(language="es")
    await to_the_read_back(talk, "pagar 40 con la visa")
    await talk.user_input(words, acts={"answer"})
    assert talk.responses == ["utter_hold"]


@pytest.mark.parametrize("words", ["undo that", "I did not ask for that", "take it back"])
async def test_posted_payment_cannot_be_undone_and_says_so(talk: Talk, network: DirectNetwork, words: str) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input(words, intent="cancel", acts={"cancel"})
    talk.assert_response("utter_undo_payment")
    assert network.taken_cents() == 4000


async def test_scheduled_payment_is_undone_after_a_yes(talk: Talk) -> None:
    await to_the_read_back(talk, "pay 40 on friday with my visa")
    await talk.user_input("yes")
    talk.assert_response("utter_pay_scheduled")
    await talk.user_input("undo that", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_question_sched_cancel")
    assert await scheduled(talk) == ["scheduled"]
    await talk.user_input("yes")
    talk.assert_response("utter_sched_canceled")
    assert await scheduled(talk) == ["canceled"]


async def test_ticket_is_undone_at_once_and_only_once(talk: Talk) -> None:
    await talk.user_input("the street light at the road is out", intent="report_light", acts={"start"})
    await talk.user_input("yes")
    talk.assert_response("utter_case_filed")
    await talk.user_input("undo that", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_case_withdrawn")
    await talk.user_input("undo that", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_nothing_open")


async def test_a_yes_that_comes_again_pays_once(talk: Talk, network: DirectNetwork) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("yes")
    talk.assert_response("utter_pay_already")
    assert network.taken_cents() == 4000


async def scheduled(talk: Talk) -> list[str]:
    async with talk.backend.db.read_session() as session:
        return list(await session.scalars(select(ScheduledPayment.status)))


async def test_conditional_yes_is_not_a_question_and_asks_again(talk: Talk) -> None:
    await talk.user_input("pay 50 today with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes when I have money", intent="affirm", sure=0.87, acts={"affirm": 0.6, "ask": 0.55})
    talk.assert_no_response("utter_question_unknown")
    talk.assert_message("clear yes or no")


async def test_on_the_phone_the_account_is_named_by_its_end_and_its_place(begin: Begin, backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Account).values(service_address="12 Oak Street (barn), Hanover"))
    talk = await begin(channel="voice")
    await to_the_read_back(talk)
    talk.assert_message("for account ...-001, barn.")


async def test_in_writing_the_account_is_named_by_its_whole_number(talk: Talk) -> None:
    await to_the_read_back(talk)
    talk.assert_message(r"account \d{4,}-00\d")
