"""Agreeing a payment arrangement: parts, days, corrections and what the office decides."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.arrangement.models import Arrangement
from backend.members.levels import Level
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def test_question_about_the_plan_does_not_change_it(talk: Talk) -> None:
    await talk.user_input("can i split it, half today and half friday", intent="payment_arrangement", acts={"start"})
    talk.assert_response("utter_question_arrangement_confirm")
    await talk.user_input("is that all at once?", acts={"ask"})
    talk.assert_response("utter_arrangement_at_once", "utter_question_arrangement_confirm")
    talk.assert_message("in parts")
    assert len(talk.slots["arrangement_plan"]["parts"]) == 2


async def test_cancel_request_does_not_start_an_arrangement(talk: Talk) -> None:
    await talk.user_input("please cancel the arrangement", intent="payment_arrangement", acts={"start"})
    talk.assert_response("utter_arrangement_none")
    assert talk.open_task is None


async def test_day_on_a_notice_is_not_a_plan_day(talk: Talk) -> None:
    words = "the shutoff notice says nov 27. can I pay half on the 25th and half on the 30th"
    await talk.user_input(words, intent="payment_arrangement", acts={"start"})
    assert [on for _, on in talk.slots["arrangement_plan"]["parts"]] == ["2026-11-25", "2026-11-30"]


async def arrange(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="payment_arrangement", acts={"start"})


async def test_complete_plan_is_corrected_and_granted(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "i can't pay it all, half today and half friday")
    talk.assert_message(r"\$56\.20 today and \$56\.20 on Friday, November 20: shall I set this up")
    await talk.user_input("no make it 60 today", acts={"correct"})
    talk.assert_message(r"\$60\.00 today and \$52\.40 on Friday, November 20")
    assert await list_rows(backend, Arrangement) == []
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_arrangement_granted", "utter_arrangement_offer_today")
    [made] = await list_rows(backend, Arrangement)
    assert made.parts == [{"cents": 6000, "on": "2026-11-18"}, {"cents": 5240, "on": "2026-11-20"}]
    assert talk.slots["offer"] == {"opener": "quick_pay_form", "slots": {"pay_amount": 6000}}
    assert await list_rows(backend, Ticket) == []


async def test_plan_is_collected_over_several_messages(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "i need a payment arrangement")
    for words, response, message in (
        ("40", "utter_question_arrangement_day", r"the \$40\.00"),
        ("friday", "utter_question_arrangement_rest", r"the other \$72\.40"),
        ("next month", "utter_question_arrangement_day_unclear", ""),
        ("the 4th", "utter_question_arrangement_confirm", r"Friday, November 20 and \$72\.40 on Friday, December 4:"),
    ):
        await talk.user_input(words, acts={"answer"})
        talk.assert_response(response)
        talk.assert_message(message)
    await talk.user_input("no", acts={"deny"})
    talk.assert_response("utter_question_arrangement_change")
    for words, message in (
        ("three equal parts", "On which day the first payment"),
        ("friday", "every two weeks or every month"),
        ("two weeks", r"\$37\.47 on Friday, November 20, \$37\.47 on Friday, December 4 and \$37\.46 on"),
        ("change the second payment to december 5", r"\$37\.47 on Saturday, December 5 and \$37\.46"),
        ("the first payment should be 50", r"\$50\.00 on .*, \$37\.47 on Saturday, December 5 and \$24\.93"),
    ):
        await talk.user_input(words, acts={"answer"})
        talk.assert_message(message)


async def test_the_office_gets_every_amount_and_day(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "i got a disconnect notice, can i do 20 every friday")
    talk.assert_response("utter_arrangement_notice", "utter_question_arrangement_confirm")
    talk.assert_message(
        r"5 payments of \$20\.00: Friday, November 20, then Friday, November 27, and so on.*send this to the office"
    )
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_arrangement_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.urgent
    assert ticket.details["plan"].count("$20.00 on") == 5
    assert ticket.details["plan"].endswith("$12.40 on Friday, December 25")
    assert ticket.details["disconnection"] == "a notice, says the member"
    assert "6 payments" in ticket.details["not granted at once"]
    assert await list_rows(backend, Arrangement) == []


@pytest.mark.parametrize(
    ("words", "language"),
    [("will the 5th one be taken by itself?", "en"), ("¿la otra parte se cobra sola?", "es")],
)
async def test_no_part_is_taken_by_itself(begin: Begin, words: str, language: str) -> None:
    talk = await begin(language=language)
    await talk.user_input(words, intent="out_of_scope", acts={"ask"})
    talk.assert_no_response("utter_arrangement_not_by_itself")
    talk = await begin(channel="sms", language="en")
    await arrange(talk, "i can't pay it all, half today and half friday")
    await talk.user_input("yes", acts={"affirm"})
    talk.language = language
    await talk.user_input(words, intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_arrangement_not_by_itself")


async def test_notice_is_mentioned_only_if_the_member_does(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "can i have until february 20 to pay")
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_arrangement_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert not ticket.urgent
    assert "disconnection" not in ticket.details


async def test_a_rest_that_is_not_known(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "i can pay 40 on friday")
    await talk.user_input("i don't know yet", acts={"skip"})
    talk.assert_message(r"and \$72\.40 on a day not known yet")
    await talk.user_input("yes", acts={"affirm"})
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.details["the rest"] == "$72.40: not known yet"


async def test_all_of_it_today_is_a_payment(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "never mind the plan, all of it today")
    assert talk.responses == ["utter_arrangement_offer_today"]


async def test_a_plan_in_spanish(begin: Begin) -> None:
    talk = await begin(Level.KNOWN, language="es")
    await arrange(talk, "la mitad hoy y la mitad el viernes")
    talk.assert_message(r"\$56\.20 hoy y \$56\.20 el viernes 20 de noviembre")
    await talk.user_input("no, el sábado", acts={"correct"})
    talk.assert_message(r"\$56\.20 hoy y \$56\.20 el sábado 21 de noviembre")
    await talk.user_input("sí", acts={"affirm"})
    talk.assert_response("utter_arrangement_granted")


async def test_plan_is_dropped_before_the_yes(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await arrange(talk, "half today and half friday")
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    assert talk.open_task is None
    assert await list_rows(backend, Arrangement) == await list_rows(backend, Ticket) == []
