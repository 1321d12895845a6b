"""What a message does, read against the open question, from given statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.reading.acts import ContextReader, EnginePredictions, OpenQuestion

READ_OUT = "Please check: pay $50.00 today with Visa ending 4242. There is no fee. Shall I do it?"
CONFIRM = OpenQuestion("quick_pay", "yes_no", READ_OUT, ("Yes, pay $50.00", "No, change something"))


def read(words: str, question: OpenQuestion, language: str = "en", **reading: Any) -> list[tuple[str, bool]]:
    parsed: Mapping[str, Any] = {"intent": {"name": reading.pop("intent", ""), "confidence": 0.9}, "reading": reading}
    acts = ContextReader().read_acts(words, language, question, EnginePredictions.from_parse_data(words, parsed))
    return [(act.kind, act.is_certain) for act in acts]


@pytest.mark.parametrize(
    "words",
    [
        "yes, its for my mom",
        "AGREE because I have to",
        "sorry, went to baste the bird. PAY",
        "yes pay the 50 today",
        "ya do it before i spend it lol",
        "oh lord yes",
        "yes i know its more i want a credit",
        "no problem, yes",
    ],
)
def test_a_yes_with_words_is_a_yes(words: str) -> None:
    assert read(words, CONFIRM) == [("affirm", True)]


def test_no_and_yes_in_one_message_are_neither() -> None:
    clauses = [
        {"text": "no, not yet.", "intent": {"name": "deny", "confidence": 0.9}, "acts": {"deny": 0.9}},
        {"text": "oh well, yes", "intent": {"name": "affirm", "confidence": 0.9}, "acts": {"affirm": 0.9}},
    ]
    words = "no, not yet. oh well, yes"
    assert read(words, CONFIRM, intent="deny", acts={"deny": 0.8}, clauses=clauses) == [("unclear", True)]


def test_cancel_it_is_a_request_and_not_a_question_whether_one_can() -> None:
    knowledge = [{"subject": "follow_cancel", "score": 0.97}]
    nothing = OpenQuestion("none", "anything_else", "A person will call you.")
    assert read("actually cancel that", nothing, intent="cancel", acts={"ask": 0.9}, knowledge=knowledge) == [
        ("cancel", True)
    ]


@pytest.mark.parametrize(
    "words",
    [
        "yes but make it 60",
        "yes friday",
        "yes with my checking",
        "ok so it was just once",
        "yes stop it",
        "yes if there is no fee",
        "sure, want the shirt off my back",
        "yes does it post tonight",
    ],
)
def test_a_learned_yes_is_never_certain(words: str) -> None:
    assert ("affirm", True) not in read(words, CONFIRM, acts={"affirm": 0.99})


def test_yes_with_a_question_is_never_certain() -> None:
    clauses = [
        {"text": "yes", "intent": {"name": "affirm", "confidence": 1.0}, "acts": {"affirm": 0.99}},
        {"text": "is there a fee", "intent": {"name": "faq_fees", "confidence": 1.0}, "acts": {"ask": 0.98}},
    ]
    assert read("yes. is there a fee", CONFIRM, acts={"affirm": 0.6, "ask": 0.9}, clauses=clauses) == [
        ("affirm", False),
        ("ask", False),
    ]


def test_request_with_a_yes_keeps_the_yes() -> None:
    clauses = [
        {"text": "yes", "intent": {"name": "affirm", "confidence": 1.0}, "acts": {"affirm": 0.99}},
        {
            "text": "and stop the paper bills",
            "intent": {"name": "bill_notifications", "confidence": 0.99},
            "acts": {"start": 0.95},
        },
    ]
    assert read("yes and stop the paper bills", CONFIRM, clauses=clauses) == [("affirm", True), ("start", False)]


@pytest.mark.parametrize("words", ["hold on", "let me get my glasses", "wait a minute please", "one sec"])
def test_waiting(words: str) -> None:
    assert read(words, OpenQuestion("quick_pay", "member_number")) == [("hold", True)]


@pytest.mark.parametrize("words", ["wait what time do yall close today", "let me look, 2791", "wait, make it 60"])
def test_more_than_waiting(words: str) -> None:
    assert ("hold", True) not in read(words, OpenQuestion("quick_pay", "last4"), acts={"ask": 0.4, "answer": 0.4})


@pytest.mark.parametrize("words", ["i didn't ask for this", "undo that", "cancel the report", "never mind"])
def test_taking_back(words: str) -> None:
    assert read(words, OpenQuestion("outage", "anything_else")) == [("cancel", True)]


def test_question_is_not_a_command() -> None:
    nothing = OpenQuestion()
    assert read("will it still go out tomorrow", nothing, acts={"start": 0.6, "ask": 0.9}) == [("ask", False)]
    assert read("can you stop it please", nothing, intent="change_or_cancel_autopay", acts={"start": 0.9}) == [
        ("start", False)
    ]


def test_feeling_with_a_yes_is_found() -> None:
    assert read("yes. my husband passed away in march", CONFIRM) == [("affirm", True), ("feeling", True)]


def test_spanish_reads_as_english() -> None:
    question = OpenQuestion("quick_pay", "yes_no", "Revise: pagar $50.00 hoy con Visa. ¿Lo hago?")
    assert read("sí, páguelo", question, "es") == [("affirm", True)]
    assert read("si me pagan", question, "es", acts={"affirm": 0.9}) != [("affirm", True)]


def test_without_act_classifiers_the_intent_decides() -> None:
    assert read("pay my bill", OpenQuestion(), intent="quick_pay") == [("start", False)]
    assert read("is there a fee?", OpenQuestion(), intent="out_of_scope") == [("ask", False)]


@pytest.mark.parametrize(
    ("intent", "others", "expected_intent"),
    [
        ("inform", [("schedule_payment", 0.002)], "schedule_payment"),
        ("out_of_scope", [("check_balance", 0.3), ("quick_pay", 0.1)], "check_balance"),
    ],
)
def test_values_do_not_hide_a_request(intent: str, others: list[tuple[str, float]], expected_intent: str) -> None:
    ranking = [{"name": intent, "confidence": 0.6}, *({"name": name, "confidence": p} for name, p in others)]
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "reading": {"acts": {"start": 0.9, "volunteer": 0.9}}}
    acts = ContextReader().read_acts(
        "60 on monday", "en", OpenQuestion(), EnginePredictions.from_parse_data("60 on monday", parsed)
    )
    assert [(act.kind, act.intent) for act in acts if act.kind == "start"] == [("start", expected_intent)]


def test_unknown_intent_starts_nothing() -> None:
    ranking = [{"name": "out_of_scope", "confidence": 0.99}, {"name": "complaint", "confidence": 0.001}]
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "reading": {"acts": {"start": 0.9}}}
    acts = ContextReader().read_acts(
        "sing me a song", "en", OpenQuestion(), EnginePredictions.from_parse_data("sing me a song", parsed)
    )
    assert [act.kind for act in acts] == ["unclear"]


def test_no_keeps_the_facts_with_it() -> None:
    assert ("volunteer", False) in read("no that account is my mother's", CONFIRM, acts={"volunteer": 0.9, "deny": 0.9})


@pytest.mark.parametrize("words", ["i am done with the paper so yes", "don't ever draft me again so yeah"])
def test_reason_that_ends_in_a_yes_is_not_a_certain_no(words: str) -> None:
    assert ("deny", True) not in read(words, CONFIRM, acts={"affirm": 0.7})


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("I like to pay it myself, so yes", ["affirm"]),
        ("yes how long until it clears", ["affirm", "ask"]),
        ("yep is that with the fee in it", ["affirm", "ask"]),
        ("if it is late so yes", ["unclear"]),
        ("yes can you make it friday", ["unclear"]),
        ("yes when do you take the 60", ["unclear"]),
    ],
)
def test_yes_before_a_question_or_after_a_reason_is_found_and_never_certain(words: str, kinds: list[str]) -> None:
    assert read(words, CONFIRM, acts={"affirm": 0.3, "unclear": 0.1}) == [(kind, False) for kind in kinds]


@pytest.mark.parametrize(
    "words", ["nope, just use the other card", "no just mail it to me", "no ma'am just charge my debit"]
)
def test_no_with_a_replacement_corrects(words: str) -> None:
    assert read(words, CONFIRM, acts={"correct": 0.6, "deny": 0.4}) == [("correct", False)]


@pytest.mark.parametrize("words", ["no just do nothing", "nope just leave it", "no just take it off"])
def test_no_without_a_replacement_is_a_no(words: str) -> None:
    assert ("deny", True) in read(words, CONFIRM, acts={"correct": 0.6})


def test_question_answers_only_where_it_names_a_value() -> None:
    asked = OpenQuestion("quick_pay", "day", "Which day?")
    both = {"answer": 0.8, "ask": 0.9}
    assert read("when is the last day for it", asked, acts=both) == [("ask", False)]
    assert read("can I do the 5th", asked, acts=both) == [("ask", False), ("answer", False)]


def test_words_like_a_question_may_answer() -> None:
    assert read("what I paid last time", OpenQuestion(question_type="amount"), acts={"answer": 0.97}) == [
        ("answer", False)
    ]


def test_a_fact_counts_when_it_is_likely() -> None:
    asked = OpenQuestion(question_type="amount")
    assert read("fifty i guess", asked, acts={"answer": 0.9, "volunteer": 0.6}) == [("answer", False)]
    assert ("volunteer", False) in read("fifty i guess", asked, acts={"answer": 0.9, "volunteer": 0.8})


def test_request_found_in_no_single_clause_is_that_of_the_whole() -> None:
    clauses = [
        {"text": text, "intent": {"name": "inform", "confidence": 0.9}, "acts": {"volunteer": 0.9}}
        for text in ("half the house has power.", "the other rooms are black")
    ]
    predicted = {"acts": {"start": 0.9, "volunteer": 0.9}, "clauses": clauses, "intent": "voltage_problem"}
    assert ("start", False) in read(
        "half the house has power. the other rooms are black", OpenQuestion(), **dict(predicted)
    )
    assert ("start", False) not in read("half the house", OpenQuestion(question_type="amount"), **dict(predicted))


def test_questioned_number_is_not_a_question() -> None:
    asked = OpenQuestion("balance", "member_number", "What is your member number?")
    assert read("should be 40733 dash 1", asked, acts={"answer": 0.9}) == [("answer", False)]
    assert ("ask", False) in read("should I read all of it", asked, acts={"answer": 0.3})


@pytest.mark.parametrize("words", ["it is out in the barn so hang on", "my wife has it, give me a minute please"])
def test_wait_may_stand_at_the_end(words: str) -> None:
    assert read(words, OpenQuestion(question_type="member_number"), acts={"answer": 0.9}) == [("hold", True)]


def test_number_beyond_the_choices_is_not_a_choice() -> None:
    three = OpenQuestion(question_type="choice", options=("House", "Barn", "Shop"))
    assert read("8", three, acts={"answer": 0.99}) == [("unclear", True)]
    assert read("3", three, acts={"answer": 0.99}) == [("answer", False)]


def test_likeliest_act_is_used_where_none_is_certain() -> None:
    assert read("the cheap one", OpenQuestion(question_type="method"), acts={"answer": 0.4, "skip": 0.2}) == [
        ("answer", False)
    ]


@pytest.mark.parametrize(
    ("words", "intent", "kind"),
    [
        ("hang on, my power just went out", "report_outage", "start"),
        ("hold on can you cancel my autopay first", "change_or_cancel_autopay", "start"),
        ("hold on, I need to look for my last payment", "billing_history", "hold"),
        ("hold on let me find my bill", "report_outage_not", "hold"),
    ],
)
def test_after_hold_on_comes_a_request_or_nothing(words: str, intent: str, kind: str) -> None:
    parsed = {"intent": {"name": intent, "confidence": 0.95}, "intent_ranking": []}
    question = OpenQuestion("quick_pay", "member_number", "What is your full member number?")
    (act,) = ContextReader().read_acts(words, "en", question, EnginePredictions.from_parse_data(words, parsed))
    assert act.kind == kind


@pytest.mark.parametrize("words", ["is 41005-001", "its 41005-001", "41005-001"])
def test_number_with_hardly_a_word_is_not_a_question(words: str) -> None:
    parsed = {"intent": {"name": "out_of_scope", "confidence": 0.9}, "reading": {"acts": {"ask": 0.95}}}
    (act,) = ContextReader().read_acts(
        words, "en", OpenQuestion("quick_pay", "member_number"), EnginePredictions.from_parse_data(words, parsed)
    )
    assert act.kind == "answer"
