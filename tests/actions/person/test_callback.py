"""A person is a right: at the first asking, from anywhere; and a call back has its time, its subject and a yes."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.language import tr, use_language
from backend.members.levels import Level
from backend.tickets import office
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def arranged(backend: Backend, talk: Talk) -> Ticket:
    async with backend.db.read_session() as session:
        [ticket] = await tickets.list_of_conversation(session, talk.log.conversation_id)
        return ticket


async def book(talk: Talk, when: str, words: str = "have somebody call me about the deposit") -> None:
    await talk.user_input(words, intent="speak_to_human", acts={"person"})
    await talk.user_input(when, acts={"answer"})
    await talk.user_input("815-555-0123", acts={"answer"})


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("omg no forget it just get me a person", "cancel"),
        ("Unbelievable. Give me a human being.", "out_of_scope"),
        ("can someone just call me", "speak_to_human"),
        ("No. Deme con una persona.", "deny"),
        ("I said a supervisor!", "inform"),
    ],
)
async def test_a_person_in_the_middle_of_a_task(night: Talk, words: str, intent: str) -> None:
    await night.user_input("i want to start service", intent="start_stop_service", acts={"start"})
    await night.user_input(words, intent=intent, acts={"cancel"} if intent == "cancel" else {"answer"})
    night.assert_response("utter_person", "utter_question_callback_when")
    assert night.open_task == "callback_form"


@pytest.mark.parametrize("words", ["is this a real person?", "someone called me and said he was from the co-op"])
async def test_words_about_people_do_not_call_a_person(night: Talk, words: str) -> None:
    await night.user_input("i want to start service", intent="start_stop_service", acts={"start"})
    await night.user_input(words, acts={"answer"})
    night.assert_no_response("utter_person")


async def test_call_is_not_transferred_to_a_closed_office(clock: ManualClock, begin: Begin) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS, channel="voice")
    await talk.user_input("a person please", intent="speak_to_human", acts={"person"})
    talk.assert_message("opens on Thursday")
    assert not any((event["data"].get("custom") or {}).get("act") for event in talk.answers)
    assert talk.open_task == "callback_form"


@pytest.mark.parametrize("words", ["Please call me back.", "Devuélvanme la llamada, por favor."])
async def test_caller_in_office_hours_may_be_called_back_instead(begin: Begin, words: str) -> None:
    talk = await begin(Level.ANONYMOUS, channel="voice")
    await talk.user_input(words, intent="speak_to_human", acts={"person"})
    talk.assert_no_response("utter_person")
    talk.assert_response("utter_question_callback_when")
    await talk.user_input("call me back tomorrow at 10", intent="speak_to_human", acts={"person"})
    talk.assert_no_response("utter_person")
    talk.assert_response("utter_question_callback_phone")
    await talk.user_input("no, a person now please", intent="speak_to_human", acts={"person"})
    talk.assert_response("utter_person")


@pytest.mark.parametrize("words", ["somebody call me", "a person please"])
async def test_caller_in_office_hours_who_wants_a_person_is_transferred(begin: Begin, words: str) -> None:
    talk = await begin(Level.ANONYMOUS, channel="voice")
    await talk.user_input(words, intent="speak_to_human", acts={"person"})
    talk.assert_response("utter_person")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("friday between 9 and 11", "Friday, November 20 between 9:00 AM and 11:00 AM"),
        ("friday but early, I work at 10", "Friday, November 20 between 8:00 AM and 10:00 AM"),
        ("friday, not before noon", "Friday, November 20 between 12:00 PM and 4:30 PM"),
        ("friday at 10", "Friday, November 20 at 10:00 AM"),
    ],
)
async def test_requested_time_is_stored_and_read_back(
    night: Talk, backend: Backend, message: str, expected: str
) -> None:
    await book(night, message)
    night.assert_response("utter_question_callback_confirm")
    night.assert_message(expected)
    night.assert_message("ending 0123, about: the deposit")
    await night.user_input("yes")
    night.assert_response("utter_callback_set")
    night.assert_message(expected)
    assert (await arranged(backend, night)).details["about"] == "the deposit"


async def test_another_time_at_the_read_back_and_after_it(night: Talk, backend: Backend) -> None:
    await book(night, "friday at 10")
    await night.user_input("no no, at 8:30", intent="deny", acts={"deny"})
    night.assert_message("Friday, November 20 at 8:30 AM")
    await night.user_input("yes")
    await night.user_input("make it monday instead", intent="inform", acts={"correct"})
    night.assert_message("Monday, November 23 at 8:30 AM")
    await night.user_input("yes")
    ticket = await arranged(backend, night)
    assert ticket.details["when"] == "Monday, November 23, 8:30 AM"
    assert ticket.details["about"] == "the deposit"


async def test_repeated_request_shows_the_call_and_books_no_second(night: Talk) -> None:
    await book(night, "friday at 10")
    await night.user_input("yes")
    await night.user_input("is somebody going to call me?", intent="speak_to_human", acts={"ask"})
    night.assert_response("utter_callback_stands")
    night.assert_message("Friday, November 20 at 10:00 AM")


async def test_a_word_more_for_the_call_is_written_down(night: Talk, backend: Backend) -> None:
    await book(night, "friday at 10")
    await night.user_input("yes")
    await night.user_input("put on that call that she wants the bills in Spanish", intent="out_of_scope")
    night.assert_response("utter_callback_noted")
    assert "bills in Spanish" in (await arranged(backend, night)).notes[-1]["words"]


async def test_subject_is_the_previous_topic(night: Talk, backend: Backend) -> None:
    await night.user_input("somebody keeps texting me that they are the electric company", acts={"ask"})
    night.assert_response("utter_not_known")
    await night.user_input("yes have them call me but only between 9 and 11 on friday", acts={"affirm"})
    await night.user_input("815-555-0123", acts={"answer"})
    night.assert_message("between 9:00 AM and 11:00 AM")
    await night.user_input("yes")
    assert "texting me" in (await arranged(backend, night)).details["about"]


async def test_call_request_refers_to_no_other_subject(night: Talk, backend: Backend) -> None:
    await night.user_input("who votes at the annual meeting in spring", acts={"volunteer"}, intent="out_of_scope")
    await book(night, "friday at 10", "can a person call me about it or not")
    await night.user_input("yes")
    assert "annual meeting" in (await arranged(backend, night)).details["about"]


async def test_forget_it_with_a_goodbye_leaves_the_call(night: Talk, backend: Backend) -> None:
    await book(night, "friday at 10")
    await night.user_input("yes")
    await night.user_input("Forget it, I tell them myself. Bye", intent="cancel", acts={"cancel"})
    night.assert_no_response("utter_case_withdrawn")
    assert (await arranged(backend, night)).status == "open"


async def test_call_time_is_answered(night: Talk) -> None:
    await book(night, "friday at 10")
    await night.user_input("yes")
    await night.user_input("did you change it to 8:30 or no?", acts={"ask"})
    night.assert_response("utter_callback_stands")


async def test_what_became_of_a_call_is_answered(night: Talk, backend: Backend) -> None:
    """While it stands, the day; once the office has closed it, that: by the call, and by its number."""
    await book(night, "friday at 10")
    await night.user_input("yes")
    asked = {"intent": "out_of_scope", "acts": {"ask"}}
    await night.user_input("is my call on friday still on?", **asked)
    night.assert_message("Friday, November 20 at 10:00 AM")
    ticket = await arranged(backend, night)
    async with backend.db.transaction() as session:
        await office.close(session, backend, ticket.number, "ann", done="called early")
    for words in ("is my call on friday still on?", f"what became of {ticket.number}?"):
        await night.user_input(words, **asked)
        night.assert_message(f"Number {ticket.number}, .*was closed .*our office marked it as done")
        assert "early" not in night.text


async def test_outage_news_is_not_a_call_subject(night: Talk) -> None:
    await night.user_input("I want somebody to call me", intent="speak_to_human", acts={"person"})
    await night.user_input("oh shoot the lights just went out", intent="report_outage", acts={"answer"})
    night.assert_no_response("utter_question_callback_confirm")
    assert night.slots["callback_about"] is None
    assert night.open_task == "outage_form"


async def test_an_outage_with_a_house_number_is_no_time_for_the_call(night: Talk) -> None:
    await night.user_input("can someone just call me", intent="speak_to_human", acts={"person"})
    await night.user_input("my power is out at 19 Birch Lane", intent="report_outage", acts={"start"})
    night.assert_no_response("utter_question_callback_when")
    assert night.open_task == "outage_form"
    assert night.slots["outage_place"] == "19 Birch Lane"


@pytest.mark.parametrize("words", ["Yes. And how long does the call take?", "yes, and where are you?"])
async def test_a_question_beside_the_yes_arranges_the_call(backend: Backend, night: Talk, words: str) -> None:
    await book(night, "Monday at 10")
    night.assert_response("utter_question_callback_confirm")
    await night.user_input(words, acts={"affirm", "ask"})
    assert (await arranged(backend, night)).kind == "callback"
    assert night.open_task is None


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_call_that_the_outage_page_asks_for_names_its_report(begin: Begin, language: str) -> None:
    with use_language(language):
        words = tr("Please call me back about my power report {number}", number="K7M-4Q2")
    talk = await begin(Level.KNOWN, language=language)
    await talk.user_input(words, intent="speak_to_human", acts={"person"})
    assert talk.open_task == "callback_form"
    assert "K7M-4Q2" in talk.slots["callback_about"]
