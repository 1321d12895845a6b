"""Short questions of strangers: advice first, a goodbye at the end, and no task that nobody requested."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from backend.reading.acts.signals import asks_for_information, says_goodbye
from backend.reading.service.scam_report import reports_scam
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


@pytest.mark.parametrize("intent", ["payment_arrangement", "quick_pay", "out_of_scope", "faq_fees"])
async def test_scam_report_gets_advice_first(begin: Begin, intent: str) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("me llamó uno que decía ser de la cooperativa y quería dinero", intent=intent, acts={"start"})
    talk.assert_message("Cuelgue y no pague")
    assert talk.open_task is None


@pytest.mark.parametrize("words", ["No, that is all. Thank you. Goodbye.", "thx thats it", "That is all, good day."])
@pytest.mark.parametrize("intent", ["goodbye", "thank", "affirm", "deny", "out_of_scope"])
async def test_a_goodbye_gets_one(talk: Talk, words: str, intent: str) -> None:
    await talk.user_input(words, intent=intent, acts={"social"}, knowledge=[("follow_my_part", 0.4)])
    talk.assert_response("utter_answer_goodbye")


async def test_goodbye_opens_no_task(talk: Talk) -> None:
    parts = [clause("I can live with that.", acts={"volunteer"}), clause("That's all, thank you.", acts={"social"})]
    await talk.user_input(
        "I can live with that. That's all, thank you.",
        intent="payment_arrangement",
        acts={"volunteer", "social"},
        clauses=parts,
    )
    talk.assert_response("utter_answer_goodbye")
    assert talk.open_task is None


async def test_open_task_is_not_reported_as_done(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("set up auto pay", intent="setup_autopay", acts={"start"})
    await talk.user_input("what do I still have to do", acts={"ask"}, knowledge=[("follow_my_part", 0.9)])
    talk.assert_message("not done yet")


async def test_a_call_is_offered_once(talk: Talk) -> None:
    await talk.user_input("who won the game?", acts={"ask"})
    talk.assert_response("utter_not_known")
    await talk.user_input("what color is the moon?", acts={"ask"})
    talk.assert_response("utter_question_unknown")


async def test_guessed_task_gives_way_to_a_known_answer(talk: Talk) -> None:
    await talk.user_input(
        "these texts are not for me",
        intent="manage_alerts",
        sure=0.65,
        acts={"volunteer"},
        knowledge=[("wrong_number_texts", 0.6)],
    )
    talk.assert_message("Answer STOP")
    assert talk.open_task is None


def test_words() -> None:
    assert says_goodbye("no, that's all, thank you so much")
    assert not says_goodbye("that is all wrong")
    assert not says_goodbye("thanks")
    assert asks_for_information("I need to know how much the deposit is")
    assert reports_scam("¿Eso es una estafa?")
    assert not reports_scam("how do i know this is not a scam")
    assert not reports_scam("can I pay with Zelle?")
