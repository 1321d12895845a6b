import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.voice.listening.extract import HUMAN_PAYLOAD, CallerInput, extract_input
from bot.channels.voice.speaking import menu
from bot.dialogue.messages import Button, Message, Reply


def asking(expect: str, *buttons: Button) -> Reply:
    return Reply((Message("?", buttons, hints={"expect": expect} if expect else {}),))


OPEN = asking("")
MAIN = menu.build_main_menu()
START = asking("", Button("Pay my bill", "/quick_pay"), Button("What I owe", "/check_balance"), Button("Hours", "/faq"))
NUMBER, LAST4, AMOUNT, DATE, CONFIRM = (
    asking(kind) for kind in ("member_number", "last4", "amount", "date", "confirm")
)
WAYS = asking("choice", Button("Visa ending 4242", '/choose{"m":"1"}'), Button("A pay link", '/choose{"m":"link"}'))
PAY = asking("confirm", Button("Yes, pay $15.00", "/affirm"), Button("No, change something", "/deny"))
AMOUNTS = asking("amount", Button("All of it", '/choose{"a":"all"}'), Button("Another amount", '/choose{"a":"other"}'))

CASES = {
    "nothing": (OPEN, {}, CallerInput("silence")),
    "blank fields": (OPEN, {"Digits": "", "SpeechResult": "  "}, CallerInput("silence")),
    "member number by keys": (NUMBER, {"Digits": "99999001"}, CallerInput("answer", "99999001")),
    "last four with a leading zero": (LAST4, {"Digits": "0142"}, CallerInput("answer", "0142")),
    "0 is a person": (NUMBER, {"Digits": "0"}, CallerInput("person", "a person", HUMAN_PAYLOAD)),
    "star repeats": (NUMBER, {"Digits": "*"}, CallerInput("repeat")),
    "star inside an amount": (AMOUNT, {"Digits": "50*25"}, CallerInput("star_inside")),
    "star before an amount": (AMOUNT, {"Digits": "*50"}, CallerInput("star_inside")),
    "1 confirms": (CONFIRM, {"Digits": "1"}, CallerInput("answer", "yes", "/affirm")),
    "2 denies": (CONFIRM, {"Digits": "2"}, CallerInput("answer", "no", "/deny")),
    "3 is neither": (CONFIRM, {"Digits": "3"}, CallerInput("no_match")),
    "a choice": (WAYS, {"Digits": "2"}, CallerInput("answer", "A pay link")),
    "a choice by its title": (WAYS, {"SpeechResult": "a pay link?"}, CallerInput("answer", "A pay link")),
    "a choice as it was spoken": (
        WAYS,
        {"SpeechResult": "Visa ending 4 2 4 2."},
        CallerInput("answer", "Visa ending 4242"),
    ),
    "a choice with more words": (WAYS, {"SpeechResult": "a pay link, no"}, CallerInput("answer", "a pay link, no")),
    "a choice that is not there": (WAYS, {"Digits": "3"}, CallerInput("no_match")),
    "a choice is never an amount": (AMOUNTS, {"Digits": "50"}, CallerInput("no_match")),
    "whole dollars": (AMOUNT, {"Digits": "50"}, CallerInput("answer", "50")),
    "a date": (DATE, {"Digits": "0615"}, CallerInput("answer", "06/15")),
    "danger first": (MAIN, {"Digits": "1"}, CallerInput("answer", "an outage or danger", "/report_outage")),
    "the main menu": (MAIN, {"Digits": "3"}, CallerInput("answer", "pay your bill", "/quick_pay")),
    "something else": (MAIN, {"Digits": "5"}, CallerInput("something_else")),
    "the dialogue's own menu": (START, {"Digits": "1"}, CallerInput("answer", "an outage or danger", "/report_outage")),
    "the menu's keys after an answer": (OPEN, {"Digits": "3"}, CallerInput("answer", "pay your bill", "/quick_pay")),
    "a number after an answer": (OPEN, {"Digits": "99999001"}, CallerInput("answer", "99999001")),
    "keys win over speech": (LAST4, {"Digits": "0142", "SpeechResult": "hm"}, CallerInput("answer", "0142")),
    "huge digits": (NUMBER, {"Digits": "9" * 5000}, CallerInput("no_match")),
    "letters as digits": (NUMBER, {"Digits": "12; drop"}, CallerInput("no_match")),
    "superscript digits": (WAYS, {"Digits": "²"}, CallerInput("no_match")),
    "speech": (OPEN, {"SpeechResult": "pay my bill", "Confidence": "0.9"}, CallerInput("answer", "pay my bill")),
    "unsure speech": (OPEN, {"SpeechResult": "pay my bill", "Confidence": "0.39"}, CallerInput("no_match")),
    "speech without confidence": (OPEN, {"SpeechResult": "hello"}, CallerInput("answer", "hello")),
    "odd confidence": (OPEN, {"SpeechResult": "hello", "Confidence": "high"}, CallerInput("answer", "hello")),
    "only marks": (OPEN, {"SpeechResult": "... ?!"}, CallerInput("no_match")),
    "a person": (
        NUMBER,
        {"SpeechResult": "Operator, please."},
        CallerInput("person", "Operator, please.", HUMAN_PAYLOAD),
    ),
    "a real person": (OPEN, {"SpeechResult": "I'd like a person"}, CallerInput("answer", "I'd like a person")),
    "talk to a person": (
        OPEN,
        {"SpeechResult": "talk to a person"},
        CallerInput("person", "talk to a person", HUMAN_PAYLOAD),
    ),
    "zero written as a digit": (OPEN, {"SpeechResult": "0"}, CallerInput("person", "0", HUMAN_PAYLOAD)),
    "zero said as an answer": (LAST4, {"SpeechResult": "zero"}, CallerInput("answer", "zero")),
    "not just a person": (OPEN, {"SpeechResult": "which person is my agent"}, None),
    "one said at a yes or no": (CONFIRM, {"SpeechResult": "press one"}, CallerInput("answer", "yes", "/affirm")),
    "dos said at a yes or no": (CONFIRM, {"SpeechResult": "dos"}, CallerInput("answer", "no", "/deny")),
    "no with a one is no yes": (CONFIRM, {"SpeechResult": "no, one"}, CallerInput("answer", "no, one")),
    "no with a one at buttons is no yes": (PAY, {"SpeechResult": "no, 1"}, CallerInput("answer", "no, 1")),
    "one said at buttons": (PAY, {"SpeechResult": "one please"}, CallerInput("answer", "Yes, pay $15.00", "/affirm")),
    "a number said at choices": (WAYS, {"SpeechResult": "the second one"}, CallerInput("answer", "A pay link")),
    "a number said at choices of amounts": (AMOUNTS, {"SpeechResult": "won"}, CallerInput("answer", "All of it")),
    "a number said that is no choice": (WAYS, {"SpeechResult": "press five"}, CallerInput("no_match")),
    "zero pressed in words": (
        LAST4,
        {"SpeechResult": "press zero"},
        CallerInput("person", "press zero", HUMAN_PAYLOAD),
    ),
    "four figures keyed are whole dollars": (AMOUNT, {"Digits": "5025"}, CallerInput("answer", "5025 dollars")),
    "a time for the last four": (LAST4, {"SpeechResult": "12:34 p.m."}, CallerInput("answer", "1234")),
    "a star starts a number over": (NUMBER, {"Digits": "123*99999001"}, CallerInput("answer", "99999001")),
    "a star behind a number": (LAST4, {"Digits": "12*"}, CallerInput("restart")),
    "repeat": (NUMBER, {"SpeechResult": "Please repeat that."}, CallerInput("repeat")),
    "long speech is cut": (OPEN, {"SpeechResult": "a" * 9000}, CallerInput("answer", "a" * 1000)),
}


@pytest.mark.parametrize(("question", "form", "meaning"), CASES.values(), ids=CASES.keys())
def test_means(question: Reply, form: dict[str, str], meaning: CallerInput | None) -> None:
    result = extract_input(form, question)
    assert result == (meaning or CallerInput("answer", form["SpeechResult"]))


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([OPEN, NUMBER, AMOUNT, DATE, CONFIRM, WAYS]))
def test_never_fails_and_never_invents_a_payload(digits: str, message: str, question: Reply) -> None:
    result = extract_input({"Digits": digits, "SpeechResult": message}, question)
    offered = {button.payload for button in question.buttons} | {None, HUMAN_PAYLOAD, "/affirm", "/deny"}
    assert result.payload in offered
    assert (result.kind in ("answer", "person")) == bool(result.text)


@settings(deadline=None)
@given(st.text("0123456789*#", min_size=1, max_size=12))
def test_a_star_never_becomes_part_of_an_amount(keys: str) -> None:
    result = extract_input({"Digits": keys}, AMOUNT)
    if result.kind == "answer":
        digits = keys.strip("#")
        assert result.text == (digits if len(digits) < 4 else f"{digits} dollars")
        assert "*" not in keys
