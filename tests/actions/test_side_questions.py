"""A question is answered where it is asked, and starts nothing: it offers."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


async def test_a_question_never_opens_a_task_but_offers_it(talk: Talk) -> None:
    await talk.user_input(
        "is there a fee to pay by card?", intent="quick_pay", acts={"ask"}, knowledge=[("card_fees", 0.8)]
    )
    talk.assert_message("fee for a card")
    assert talk.open_task is None
    await talk.user_input("yes please")
    assert talk.open_task == "quick_pay_form"
    talk.assert_response("utter_question_pay_amount")


async def test_in_spanish_too(begin: Begin) -> None:
    talk = await begin(language="es")
    await talk.user_input(
        "¿cobran por pagar con tarjeta?", intent="quick_pay", acts={"ask"}, knowledge=[("card_fees", 0.8)]
    )
    talk.assert_message("cargo por tarjeta")
    assert talk.open_task is None
    await talk.user_input("sí, por favor")
    talk.assert_response("utter_question_pay_amount")


async def test_no_to_the_offer_opens_nothing(talk: Talk) -> None:
    await talk.user_input("is there a card fee?", intent="quick_pay", acts={"ask"}, knowledge=[("card_fees", 0.8)])
    await talk.user_input("no", intent="deny", acts={"deny"})
    talk.assert_response("utter_nothing_more")
    await talk.user_input("yes")
    talk.assert_response("utter_stray_answer")
    assert talk.open_task is None


async def test_request_with_a_question_does_both(talk: Talk) -> None:
    parts = [
        clause("I want to pay 40", intent="quick_pay", acts={"start"}),
        clause("is there a fee?", intent="faq_fees", acts={"ask"}),
    ]
    await talk.user_input(
        "I want to pay 40, is there a fee?",
        intent="quick_pay",
        acts={"start", "ask"},
        clauses=parts,
        knowledge=[("card_fees", 0.9)],
    )
    talk.assert_response("utter_answer_faq_fees", "utter_question_pay_method")
    talk.assert_no_message("I can help you pay")  # that is what it does already
    assert talk.slots["offer"] is None


async def test_an_answer_with_a_question_does_both(talk: Talk) -> None:
    await talk.user_input("pay 40", intent="quick_pay", acts={"start"})
    parts = [
        clause("visa", acts={"answer"}),
        clause("and when is it due?", intent="check_due_date", acts={"ask"}),
    ]
    await talk.user_input(
        "visa, and when is it due?", acts={"answer", "ask"}, clauses=parts, knowledge=[("account_due_when", 0.8)]
    )
    talk.assert_message(r"\$112\.40 is due on Tuesday, December 8")
    talk.assert_message("with Visa ending 4242")


async def test_account_question_waits_for_identity(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input(
        "when is it due?", intent="check_due_date", acts={"ask"}, knowledge=[("account_due_when", 0.9)]
    )
    talk.assert_response("utter_told_once_known", "utter_question_member_number")
    assert talk.agenda == ["account_question_form"]
    await talk.user_input("99999-001", acts={"answer"})
    await talk.user_input("0142", acts={"answer"})
    talk.assert_response("utter_told", "utter_question_pay_amount")
    assert talk.agenda == []
    talk.assert_message(r"\$112\.40 is due on Tuesday, December 8")


async def test_account_question_with_a_request_waits_for_identity(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    parts = [
        clause("I want to pay my bill", intent="quick_pay", acts={"start"}),
        clause("when is it due?", intent="check_due_date", acts={"ask"}),
    ]
    await talk.user_input(
        "I want to pay my bill, when is it due?",
        intent="quick_pay",
        acts={"start", "ask"},
        clauses=parts,
        knowledge=[("account_due_when", 0.9)],
    )
    assert talk.open_task == "quick_pay_form"
    assert talk.responses == ["utter_told_once_known", "utter_question_member_number"]
    assert talk.agenda == ["account_question_form"]


async def test_account_question_alone_asks_for_identity(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input(
        "when is my bill due?", intent="check_due_date", sure=0.6, acts={"ask"}, knowledge=[("account_due_when", 0.9)]
    )
    assert talk.responses == ["utter_question_member_number"]
    await talk.user_input("99999-001", acts={"answer"})
    await talk.user_input("0142", acts={"answer"})
    assert talk.responses == ["utter_told"]
    assert talk.open_task is None


async def test_unknown_question_is_offered_to_the_office_with_its_words(talk: Talk) -> None:
    await talk.user_input("do you sell fire wood?", acts={"ask"})
    talk.assert_response("utter_not_known")
    await talk.user_input("yes")
    talk.assert_response("utter_question_callback_when")
    assert talk.slots["callback_about"] == "do you sell fire wood?"


@pytest.mark.parametrize("score", [0.1, 0.34])
async def test_distant_subject_answers_nothing(talk: Talk, score: float) -> None:
    await talk.user_input("do you sell fire wood?", acts={"ask"}, knowledge=[("card_fees", score)])
    talk.assert_no_response("utter_told")


async def test_an_offer_stored_by_an_earlier_version_is_accepted(talk: Talk) -> None:
    talk.log.slots["offer"] = "quick_pay_form"
    await talk.user_input("yes please")
    assert talk.open_task == "quick_pay_form"
