"""A short question refers to the open question, the open task, or the last answer or report."""

from __future__ import annotations

import pytest

from backend.knowledge.service import default_knowledge
from backend.knowledge.subjects import Subject
from backend.language import LANGUAGES
from backend.members.levels import Level
from backend.tickets.kinds import KINDS
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause

FOLLOW_UPS = [subject for subject in default_knowledge().subjects.values() if subject.is_follow_up]


async def test_why_is_answered_for_the_open_question(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input(
        "why do you need that", acts={"ask"}, knowledge=[("what_can_you_do", 0.6), ("follow_why", 0.9)]
    )
    talk.assert_message("find the right account")
    talk.assert_response("utter_told", "utter_question_member_number")


async def test_follow_up_is_not_a_request_to_repeat(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("quiero pagar", intent="quick_pay", acts={"start"})
    await talk.user_input("¿para qué lo necesita?", intent="repeat", acts={"ask"}, knowledge=[("follow_why", 0.9)])
    talk.assert_message("cuenta correcta")


async def test_follow_up_refers_to_the_last_answer(talk: Talk) -> None:
    await talk.user_input("do I call before I dig?", acts={"ask"}, knowledge=[("call_before_digging", 0.9)])
    await talk.user_input("must I be home?", acts={"ask"}, knowledge=[("scam_door", 0.3), ("follow_home", 0.8)])
    talk.assert_message("mark the yard")


async def test_follow_up_opens_no_task_despite_the_classifier(talk: Talk) -> None:
    await talk.user_input("do I call before I dig?", acts={"ask"}, knowledge=[("call_before_digging", 0.9)])
    for intent in ("report_outage", "outage_status", "quick_pay"):
        await talk.user_input("how long it takes", intent=intent, acts={"start"}, knowledge=[("follow_when", 0.99)])
        talk.assert_message("few working days")
        assert talk.open_task is None


@pytest.mark.parametrize("words", ["pero se la van a cortar hoy?", "vienen a desconectarla?"])
async def test_fear_of_a_shutoff_is_never_answered_that_nobody_comes(begin: Begin, words: str) -> None:
    talk = await begin(language="es")
    await talk.user_input("quiero pagar", intent="quick_pay", acts={"start"})
    await talk.user_input(words, acts={"ask"}, knowledge=[("follow_home", 0.9)])
    assert "nadie va por esto" not in talk.text


async def test_follow_up_without_a_previous_answer_is_ignored(talk: Talk) -> None:
    await talk.user_input("must I be home?", acts={"ask"}, knowledge=[("follow_home", 0.8)])
    talk.assert_response("utter_not_known")


async def test_a_subject_that_answers_by_itself_goes_first(talk: Talk) -> None:
    await talk.user_input("do I call before I dig?", acts={"ask"}, knowledge=[("call_before_digging", 0.9)])
    await talk.user_input(
        "do I have to pay a deposit?", acts={"ask"}, knowledge=[("deposit", 0.8), ("follow_cost", 0.3)]
    )
    talk.assert_message("deposit")


async def test_last_answer_is_repeated(talk: Talk) -> None:
    await talk.user_input("do I call before I dig?", acts={"ask"}, knowledge=[("call_before_digging", 0.9)])
    await talk.user_input("say me that again", intent="out_of_scope", acts={"repeat"})
    talk.assert_message("Call 811")


async def test_each_question_of_a_message_is_answered(talk: Talk) -> None:
    parts = [
        {**clause("is there a late fee", acts={"ask"}), "knowledge": [{"subject": "late_fee", "score": 0.9}]},
        {**clause("and where do I pay cash?", acts={"ask"}), "knowledge": [{"subject": "pay_with_cash", "score": 0.8}]},
    ]
    await talk.user_input(
        "is there a late fee and where do I pay cash?", acts={"ask"}, clauses=parts, knowledge=[("late_fee", 0.5)]
    )
    assert talk.responses.count("utter_told") == 2
    talk.assert_message("late charge")


async def test_question_for_a_task_next_to_another_is_queued(talk: Talk) -> None:
    parts = [
        {**clause("they want gift cards.", acts={"ask"}), "knowledge": [{"subject": "scam_call", "score": 0.9}]},
        clause("what do I owe you?", intent="check_balance", acts={"ask"}),
    ]
    await talk.user_input(
        "they want gift cards. what do I owe you?", intent="out_of_scope", clauses=parts, knowledge=[("scam_call", 0.6)]
    )
    talk.assert_message("Hang up and do not pay")
    talk.assert_message(r"\$112\.40")


async def test_detail_missing_from_the_subject_is_unknown(talk: Talk) -> None:
    await talk.user_input("will the dog be told my number?", acts={"ask"}, knowledge=[("member_number_where", 0.6)])
    talk.assert_response("utter_not_known")


async def test_question_after_a_thank_you_is_answered(talk: Talk) -> None:
    parts = [
        clause("thanks.", intent="thank", acts={"social"}),
        clause("is there a late fee?", intent="out_of_scope", acts={"ask"}),
    ]
    await talk.user_input(
        "thanks. is there a late fee?", intent="thank", sure=0.9, clauses=parts, knowledge=[("late_fee", 0.8)]
    )
    talk.assert_message("late charge")


async def test_question_after_a_no_does_not_hang_up(begin: Begin) -> None:
    talk = await begin(channel="voice")
    await talk.user_input("what is the dog called?", acts={"ask"})
    parts = [
        clause("no, thank you, not now.", intent="deny", acts={"deny"}),
        clause("is somebody going to call me back or not?", acts={"ask"}),
    ]
    await talk.user_input(
        "no, thank you, not now. is somebody going to call me back or not?", intent="deny", clauses=parts
    )
    talk.assert_no_response("utter_nothing_more")


@pytest.mark.parametrize("subject", FOLLOW_UPS, ids=lambda subject: subject.name)
def test_every_context_is_answered_in_every_language(subject: Subject) -> None:
    contexts = [set(subject.contents[language].contexts) for language in LANGUAGES]
    assert contexts[0] == contexts[1]


@pytest.mark.parametrize("name", ["follow_home", "follow_when", "follow_next", "follow_cost"])
def test_every_kind_of_ticket_is_answered(name: str) -> None:
    subject = default_knowledge().find(name)
    assert subject is not None
    assert not [kind for kind in KINDS if not subject.answers_context(kind)]


async def test_a_price_that_is_named_is_never_called_free(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("set up auto pay", intent="setup_autopay", acts={"start"})
    near = [("follow_cost", 0.9), ("late_fee", 0.6)]
    await talk.user_input("and what's the late fee?", acts={"ask"}, knowledge=near)
    talk.assert_no_message("free")
    talk.assert_message("late charge")
