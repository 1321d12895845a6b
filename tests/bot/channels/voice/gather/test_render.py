import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.coop import load_coop
from bot.channels.voice.gather.render import CallContext, render_twiml
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.steps import CallPosition, CallStep, EndStep, TransferStep
from bot.dialogue.messages import Button, Message, Reply
from tests.bot.channels.voice.twiml_check import check

COOP = load_coop(Path(__file__).parents[5] / "coop.toml")
BASE = "/twilio/voice/turn"
READ_BACK = Reply(
    (
        Message(
            "Please check: pay $112.40 today, with Visa ending 4242, for account 99999-001. Shall I do it?",
            (Button("Yes, pay $112.40", "/affirm"), Button("No, change something", "/deny")),
            hints={"expect": "confirm"},
        ),
    )
)


def shown(step: CallStep) -> str:
    return render_twiml(step, CallContext(BASE, COOP.transfer_phone, COOP.text_line, "CA1"))


def spoken_text(element: ET.Element) -> str:
    return " ".join("".join(say.itertext()) for say in element.iter("Say"))


def gather(twiml: str) -> ET.Element:
    found = check(twiml).find("Gather")
    assert found is not None
    return found


def test_greeting_names_the_coop_and_the_machine_before_interruptions() -> None:
    root = check(shown(prompts.build_greeting(menu.format_opening(COOP), CallPosition(1))))
    assert [child.tag for child in root] == ["Say", "Gather", "Redirect"]
    assert COOP.name in (root[0].text or "")
    assert "automated assistant" in (root[0].text or "")


def test_greeting_offers_the_choice_before_its_key_and_a_person() -> None:
    words = spoken_text(gather(shown(prompts.build_greeting(menu.format_opening(COOP), CallPosition(1)))))
    assert "For an outage or danger, press 1. To pay your bill, press 3." in words
    assert "For a person, press 0" in words
    assert words.count("press") <= 6


EXPECTED = {
    "member_number": {"numDigits": None, "finishOnKey": "#", "timeout": "10", "speechTimeout": "3"},
    "identity": {"numDigits": None, "finishOnKey": "#"},
    "last4": {"numDigits": "4", "speechTimeout": "3"},
    "code": {"numDigits": "6"},
    "amount": {"numDigits": None, "finishOnKey": "#"},
    "date": {"numDigits": None, "finishOnKey": "#"},
    "confirm": {"numDigits": "1"},
    "anything": {"numDigits": None},
    "something new": {"numDigits": None},
}


@pytest.mark.parametrize(("expect", "attributes"), EXPECTED.items(), ids=EXPECTED.keys())
def test_listens_for_the_expected_answer(expect: str, attributes: dict[str, str | None]) -> None:
    found = gather(
        shown(prompts.build_question(Reply((Message("Well?", hints={"expect": expect}),)), CallPosition(2, 1)))
    )
    assert {name: found.get(name) for name in attributes} == attributes
    assert found.get("input") == "dtmf speech"
    assert found.get("action") == f"{BASE}?turn=2&asked=1"


def test_choices_take_one_key_even_where_an_amount_is_asked_for() -> None:
    reply = Reply((Message("How much?", (Button("All of it", "/a"),), hints={"expect": "amount"}),))
    found = gather(shown(prompts.build_question(reply, CallPosition(2, 1))))
    assert found.get("numDigits") == "1"
    assert "For all of it, press 1." in spoken_text(found)


def test_choices_are_spoken_naturally() -> None:
    titles = ("Today", "On the due date", "Pay all of it")
    reply = Reply((Message("When?", tuple(Button(title, "/a") for title in titles), hints={"expect": "date"}),))
    words = spoken_text(gather(shown(prompts.build_question(reply, CallPosition(2, 1)))))
    assert "For Today, press 1. On the due date, press 2. To pay all of it, press 3." in words


def test_a_payment_is_read_back_to_its_end_and_the_keys_are_asked_after() -> None:
    root = check(shown(prompts.build_question(READ_BACK, CallPosition(5, 4))))
    before = root[0]
    assert before.tag == "Say"
    assert "112 dollars and 40 cents" in (before.text or "")
    assert "9 9 9, 9 9, 0 0 1" in (before.text or "")
    assert "press 1" in spoken_text(gather(shown(prompts.build_question(READ_BACK, CallPosition(5, 4)))))


def test_messages_that_name_the_keys_are_not_repeated() -> None:
    reply = Reply((Message("Press 1 to pay all of it.", (Button("All of it", "/a"),), hints={"expect": "amount"}),))
    assert spoken_text(gather(shown(prompts.build_question(reply, CallPosition(2, 1))))) == "Press 1 to pay all of it."


def test_each_reprompt_helps_more_and_differently() -> None:
    reply = Reply((Message("What is your member number?", hints={"expect": "member_number"}),))
    first = shown(prompts.build_reprompt(reply, CallPosition(3, 1, misses=1), start="I did not hear anything."))
    second = shown(prompts.build_reprompt(reply, CallPosition(4, 1, misses=2), start="I did not hear anything."))
    asked = shown(prompts.build_question(reply, CallPosition(2, 1)))
    texts = [spoken_text(gather(twiml)) for twiml in (asked, first, second)]
    assert len(set(texts)) == 3
    assert "one digit at a time" in texts[1]
    assert "keypad" in texts[2]
    assert "press 0" in texts[2]
    assert gather(second).get("action") == f"{BASE}?turn=4&asked=1&misses=2"


def test_handover_dials_with_our_number_and_comes_back() -> None:
    place = CallPosition(3, 1, is_after_dial=True)
    root = check(shown(TransferStep(("One moment.",), place)))
    dial = root.find("Dial")
    assert dial is not None
    assert dial.findtext("Number") == COOP.transfer_phone
    assert dial.get("callerId") == COOP.text_line
    assert dial.get("action") == f"{BASE}?turn=3&asked=1&dial=1"
    assert int(dial.get("timeout", "0")) >= 20


def test_a_slow_answer_is_bridged_and_asked_for_again() -> None:
    root = check(shown(prompts.build_filler(CallPosition(3, 2, polls=1))))
    assert [child.tag for child in root] == ["Say", "Pause", "Redirect"]
    assert root[2].text == f"{BASE}?turn=3&asked=2&poll=1"


def test_long_texts_are_split_at_sentences() -> None:
    pieces = list(check(shown(EndStep(("This is a sentence about the bill. " * 200,)))).iter("Say"))
    assert len(pieces) > 3
    assert all((piece.text or "").endswith((".", "?")) for piece in pieces)


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=300), max_size=3),
    st.lists(st.text(max_size=80), max_size=9),
    st.sampled_from(["", *EXPECTED]),
    st.integers(min_value=0, max_value=3),
)
def test_any_reply_gives_valid_twiml(texts: list[str], titles: list[str], expect: str, misses: int) -> None:
    buttons = tuple(Button(title, "/choose") for title in titles)
    messages = [*(Message(text) for text in texts), Message("Well?", buttons, hints={"expect": expect})]
    reply = Reply(tuple(messages))
    check(shown(prompts.build_question(reply, CallPosition(2, 1))))
    check(shown(prompts.build_reprompt(reply, CallPosition(2, 1, misses), start="Sorry.")))


@pytest.mark.parametrize("title", ["Yes, pay $112.40", "Sí, adelante"])
def test_titles_that_are_a_yes_and_a_no_are_said_as_such(title: str) -> None:
    ask = Message(
        "Report it? Yes or no.", (Button(title, "/affirm"), Button("No, wait", "/deny")), hints={"expect": "confirm"}
    )
    said = spoken_text(gather(shown(prompts.build_question(Reply((ask,)), CallPosition(2)))))
    assert said == "Report it? For yes, press 1. For no, press 2."


def test_other_titles_beside_a_no_are_said_as_they_are() -> None:
    ask = Message(
        "Would you like it?",
        (Button("Set up Auto Pay", "/a"), Button("No, thank you", "/deny")),
        hints={"expect": "confirm"},
    )
    said = spoken_text(gather(shown(prompts.build_question(Reply((ask,)), CallPosition(2)))))
    assert "To set up Auto Pay, press 1. For No, thank you, press 2." in said


@pytest.mark.parametrize(
    ("asks", "names_keys"),
    [
        ("Please press one key for the way you want to pay, or 0 for a person.", False),
        ("Which other card shall it be? Press 0 to be connected.", False),
        ("Let us make it simple. Press 1 to pay all of it. Press 0 for a person.", True),
        ("Say it in dollars and cents, or key in the whole dollars and press pound.", True),
    ],
)
def test_the_keys_of_the_choices_are_told_unless_the_question_names_them(asks: str, names_keys: bool) -> None:
    choices = (Button("Visa ending 4242", '/choose{"pay_method":"1"}'), Button("Another card", "/choose"))
    reply = Reply((Message(asks, choices, hints={"expect": "choice"}),))
    words = spoken_text(gather(shown(prompts.build_question(reply, CallPosition(2)))))
    assert ("Visa ending 4 2 4 2, press 1" in words) is not names_keys
