"""Status questions get what is known: when it was reported, who has it, how it ended; never a promise."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from backend.callout import service as callout
from backend.callout.models import Callout
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.outage import service as outages
from backend.outage.service import NewOutage
from backend.reading.spanish import to_english
from backend.reading.tickets.report_questions import asks_if_already_reported
from backend.reading.tickets.status_questions import StatusQuestion, asks_of_number, detect_status_question
from backend.tickets import office
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.backend.household import NOW
from tests.support.harness.talk import Talk

AFTER = [
    "any1 comin??", "hello is somebody on the way", "is anyone coming or not", "who is coming", "where is the crew",
    "whens somebody gonna get here", "has anybody looked at it", "did anyone get my report", "did you tell the crew",
    "what's happening with my report", "did you get what I said", "no one showed up yet", "who's got my ticket",
    "hi um i called earlier about the line down has anybody been out to look at it", "is my ticket still open",
    "can you tell me how long before somebody gets out here", "are they working on it", "is the truck on its way",
    "ya viene alguien", "si les llego mi reporte", "y la cuadrilla", "a q hora yegan", "nadie ha venido",
    "ya salió la cuadrilla", "en que va mi reporte", "quien tiene mi reporte", "cuánto le falta al técnico",
    "ya le avisaste a alguien", "oiga quería saber si ya viene alguien para acá", "hola??? ya pasaron el reporte",
    "did you get my name change", "when will you come to read my meter", "cuándo vienen a leer el medidor",
]  # fmt: skip
PERHAPS = [
    "how much longer", "how long is this going to take", "any update", "status?", "eta?", "still waiting",
    "did it go through", "what is taking so long", "am i on the list", "cuanto se tardan", "hay novedades",
    "¿cuánto más tengo que esperar?", "sigo esperando", "quedó registrado",
]  # fmt: skip
SOMETHING_ELSE = [
    "did you get my payment", "are you sending me a new bill", "how long does a refund take",
    "can somebody come look at a tree", "when will they shut me off",
    "somebody from your company is at my door", "how do I report an outage",
    "my power is out", "there is a wire down in my yard", "please have somebody look at our meter",
    "is there somebody on call on weekends", "cancel what I said", "how long does it take to get my deposit back",
    "el viernes que viene", "me llegó un aviso de corte", "ya vino la luz", "cuánto vino este mes",
    "por qué me llegan tantos mensajes", "manden a alguien a ver el árbol", "nadie vino a leer el medidor",
]  # fmt: skip
IF_KNOWN = [
    "was the wire down at 23 Mill Road reported", "do you know about the outage on Elm street",
    "did my neighbor call in the tree", "has the broken pole on route 9 been called in",
    "did somebody already report the gas smell by the school", "ya reportaron el cable caído en 23 Mill Road",
    "mi vecino ya reportó el árbol", "ya les dijeron del olor a gas por la escuela", "saben del poste que se cayó",
]  # fmt: skip
TELLS = [
    "there is a wire down at 23 Mill Road, has anybody reported it", "do you know there is a wire down in my yard",
    "my power is out. did anyone report the outage?", "hay un cable caído, ya lo reportaron?", "is my outage reported",
    "was my report received", "reporto un apagón", "aviso de corte",
]  # fmt: skip
DANGER = "a power line is down and sparking at 23 Mill Road"


@pytest.mark.parametrize("words", AFTER)
def test_a_report_is_asked_after(words: str) -> None:
    assert detect_status_question(words) is StatusQuestion.ABOUT_REPORT


@pytest.mark.parametrize("words", PERHAPS)
def test_question_refers_to_the_last_report(words: str) -> None:
    assert detect_status_question(words) is StatusQuestion.ABOUT_LAST_TOPIC


@pytest.mark.parametrize("words", SOMETHING_ELSE)
def test_no_report_is_asked_after(words: str) -> None:
    assert detect_status_question(words) is None


@pytest.mark.parametrize("words", IF_KNOWN)
def test_it_is_only_asked_whether_it_is_known(words: str) -> None:
    assert asks_if_already_reported(words, to_english(words))


@pytest.mark.parametrize("words", TELLS)
def test_fact_next_to_a_question_is_recognized(words: str) -> None:
    assert not asks_if_already_reported(words, to_english(words))


async def all_tickets(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket)))


async def danger_is_filed(talk: Talk) -> None:
    await talk.user_input(DANGER, intent="report_outage", acts={"start"})


async def taken_by(talk: Talk, name: str) -> None:
    async with talk.backend.db.transaction() as session:
        called = (await session.scalars(select(Callout))).one()
        ticket = await session.get_one(Ticket, called.ticket_id)
        await callout.take(session, talk.backend, called, ticket, name, "text")


async def closed(talk: Talk, *, crew: bool) -> None:
    (ticket,) = await all_tickets(talk)
    async with talk.backend.db.transaction() as session:
        await office.close(session, talk.backend, ticket.number, "Sam", crew=crew, done="" if crew else "wire is off")


@pytest.mark.parametrize(
    "intent", ["out_of_scope", "faq_hours_contact", "complaint", "outage_status", "speak_to_human"]
)
@pytest.mark.parametrize("asked", ["any1 comin??", "how much longer", "did anyone get my report", "y la cuadrilla"])
async def test_danger_status_says_who_was_informed_and_who_has_it(talk: Talk, asked: str, intent: str) -> None:
    await danger_is_filed(talk)
    await talk.user_input(asked, intent=intent, acts={"ask"}, knowledge=[("follow_home", 0.6)])
    talk.assert_message("was reported at .* the crew on call.* Nobody has answered yet.* 911")
    assert "need not be home" not in talk.text
    await taken_by(talk, "Sam")
    await talk.user_input(asked, intent=intent, acts={"ask"}, knowledge=[("follow_when", 0.6)])
    talk.assert_message("Sam has it.*I do not know")
    assert talk.open_task is None
    assert len(await all_tickets(talk)) == 1


async def test_outage_status_says_that_nobody_is_known_to_come(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    await talk.user_input("is somebody coming", intent="out_of_scope", acts={"ask"}, knowledge=[("follow_home", 0.8)])
    assert talk.responses == ["utter_filed_open"]
    talk.assert_message("Nobody has told me yet that they are on the way. I have no time")


async def test_unfiled_report_is_described_as_unfiled(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_case_confirm")
    await talk.user_input("is somebody on the way", intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_filed_not_yet", "utter_question_case_confirm")
    assert talk.open_task == "outage_form"
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_outage_ticket")


async def test_before_filing_being_home_is_answered(talk: Talk) -> None:
    await talk.user_input("a tree leans on my line", intent="report_tree", acts={"start"})
    report = "does a crew come out and trim it, and do i have to be home"
    await talk.user_input(report, acts={"ask"}, knowledge=[("follow_home", 0.8)])
    assert "utter_filed_not_yet" not in talk.responses


async def test_status_is_answered_while_the_danger_place_is_asked(stranger: Talk) -> None:
    await stranger.user_input("a power line is down in my yard", intent="report_outage", acts={"start"})
    await stranger.user_input("is anybody coming", intent="out_of_scope", acts={"ask"})
    stranger.assert_message("Nobody has answered yet")
    stranger.assert_response("utter_filed_where")
    await stranger.user_input("23 Mill Road", acts={"answer"})
    (ticket,) = await all_tickets(stranger)
    assert ticket.place == "23 Mill Road"


@pytest.mark.parametrize(
    "intent", ["out_of_scope", "report_outage", "payment_confirmation", "meter_problem", "complaint"]
)
async def test_without_a_report_the_answer_says_so(stranger: Talk, intent: str) -> None:
    for asked in ("did anyone get my report", "is somebody coming", "ya viene alguien", "when will someone be here"):
        await stranger.user_input(asked, intent=intent, acts={"ask"}, knowledge=[("estimated_bill", 0.5)], sure=0.8)
        assert stranger.responses == ["utter_filed_none"]
        assert stranger.open_task is None
    assert await all_tickets(stranger) == []


async def test_a_known_outage_is_told_where_nothing_was_reported(stranger: Talk) -> None:
    async with stranger.backend.db.transaction() as session:
        new = NewOutage("Heron Road", cause="a tree on the line")
        await outages.open_outage(session, stranger.backend, "ann", new)
    await stranger.user_input("is somebody working on the outage on heron road", intent="out_of_scope", acts={"ask"})
    stranger.assert_message("a tree on the line")
    stranger.assert_no_response("utter_filed_none")
    await stranger.user_input("did anyone get my report", intent="out_of_scope", acts={"ask"})
    stranger.assert_response("utter_filed_none")


async def test_account_report_is_described_to_an_identified_member(begin: Begin) -> None:
    first = await begin(Level.STEPPED_UP)
    await danger_is_filed(first)
    later = await begin(Level.STEPPED_UP, channel="sms")
    await later.user_input("is anybody coming", intent="out_of_scope", acts={"ask"})
    later.assert_message("Nobody has answered yet")
    stranger = await begin(Level.ANONYMOUS, channel="voice")
    await stranger.user_input("is anybody coming", intent="out_of_scope", acts={"ask"})
    assert stranger.responses == ["utter_filed_none"]


@pytest.mark.parametrize("asked", ["les avisaron ya", "is it fixed? still dark", "has it been fixed"])
async def test_question_misread_as_restored_closes_nothing(talk: Talk, asked: str) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    await talk.user_input(asked, intent="outage_restored", acts={"volunteer"})
    talk.assert_response("utter_filed_open")
    assert [one.status for one in await all_tickets(talk)] == ["open"]
    await talk.user_input("the power is back, is somebody coming still", intent="outage_restored", acts={"volunteer"})
    assert [one.status for one in await all_tickets(talk)] == ["closed"]


async def test_later_reporter_gets_the_status_without_the_number(begin: Begin) -> None:
    first = await begin(Level.ANONYMOUS)
    await danger_is_filed(first)
    (ticket,) = await all_tickets(first)
    second = await begin(Level.ANONYMOUS, channel="voice")
    await danger_is_filed(second)
    await second.user_input("is anybody coming", intent="out_of_scope", acts={"ask"})
    assert second.responses == ["utter_filed_with_others"]
    second.assert_message("Nobody has answered yet")
    assert ticket.number not in second.text


@pytest.mark.parametrize("crew", [True, False])
async def test_closed_report_names_who_closed_it_and_can_be_reported_again(talk: Talk, crew: bool) -> None:
    await danger_is_filed(talk)
    await closed(talk, crew=crew)
    await talk.user_input("is somebody still coming", intent="out_of_scope", acts={"ask"})
    assert talk.responses == ["utter_filed_over"]
    talk.assert_message("Sam of our crew says it is done" if crew else "our office marked it as done")
    assert len(await all_tickets(talk)) == 1
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_outage_danger")
    first, again = await all_tickets(talk)
    assert (first.status, again.status, again.kind, again.place) == ("closed", "open", "danger", "23 Mill Road")


async def test_still_dark_after_closing_is_never_called_fixed(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    await closed(talk, crew=False)
    await talk.user_input("is it fixed? still dark", intent="outage_status", acts={"ask"})
    talk.assert_message("our office marked it as done. I do not see it myself")
    assert len(await all_tickets(talk)) == 1
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_question_case_confirm")
    await talk.user_input("yes", intent="affirm")
    assert [one.status for one in await all_tickets(talk)] == ["closed", "open"]


@pytest.mark.parametrize(
    ("asked", "intent", "kind"),
    [
        ("was the wire down at 23 Mill Road reported", "report_outage", "danger"),
        ("did my neighbor call in the tree at 23 Mill Road", "report_tree", "tree"),
        ("do you know about the outage at 23 Mill Road", "outage_status", "outage"),
    ],
)
async def test_question_reports_nothing_without_a_yes(stranger: Talk, asked: str, intent: str, kind: str) -> None:
    await stranger.user_input(asked, intent=intent, acts={"start"})
    stranger.assert_response("utter_filed_of_others")
    assert ("utter_outage_danger" in stranger.responses) == (kind == "danger")
    assert await all_tickets(stranger) == []
    await stranger.user_input("yes", intent="affirm")
    assert stranger.open_task == ("case_form" if kind == "tree" else "outage_form")
    assert [one.kind for one in await all_tickets(stranger)] == (["danger"] if kind == "danger" else [])


async def test_a_request_of_the_office_is_answered_from_it(talk: Talk) -> None:
    words = "I need my name changed on the account, I got married"
    await talk.user_input(words, intent="name_change", acts={"start"})
    while talk.open_task:
        await talk.user_input("yes", intent="affirm")
    await talk.user_input("did you get my name change", intent="name_change", acts={"ask"})
    assert talk.responses == ["utter_filed_open"]
    talk.assert_message("went to the office .* and is open there")
    await talk.user_input("any update on my request", intent="out_of_scope", acts={"ask"})
    talk.assert_message("went to the office")


@pytest.mark.parametrize(
    "words",
    [
        "It is NOT back, I've been sitting in the dark and I never told you that",
        "yo nunca dije que volvió la luz!! sigo a oscuras",
    ],
)
async def test_denied_restoration_is_reported_again(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="outage_restored", acts={"deny"})
    talk.assert_no_response("utter_outage_back", "utter_question_outage_back")
    assert talk.open_task == "outage_form"


@pytest.mark.parametrize("words", ["turn it back on then", "our auto pay was turned off. Put it back on"])
async def test_wanting_something_back_is_not_restored_power(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="outage_restored", acts={"start"}, next_best=("setup_autopay", 0.2))
    talk.assert_no_response("utter_outage_back", "utter_question_outage_back")
    assert talk.open_task == "autopay_form"


@pytest.mark.parametrize("asked", ["what became of {}?", "{}?", "is {} still open", "¿qué pasó con {}?"])
async def test_a_ticket_named_by_its_number(talk: Talk, asked: str) -> None:
    """Of their own conversation: open with the day, then closed. Another's number is as unknown as a wrong one."""
    said = {"intent": "out_of_scope", "acts": {"ask"}}
    await talk.user_input("hello", intent="greet")
    async with talk.backend.db.transaction() as session:
        session.add(Conversation(id="other", channel="web", last_seen_at=NOW, started_at=NOW))
        await session.flush()
        other, own = [
            await tickets.open_ticket(session, talk.backend, name, kind="dispute", details={"words": "charged twice"})
            for name in ("other", talk.log.conversation_id)
        ]
    await talk.user_input(asked.format(other.number), **said)
    assert not set(talk.responses) & {"utter_filed_open", "utter_filed_over", "utter_filed_with_others"}
    await talk.user_input(asked.format(own.number), **said)
    assert talk.responses == ["utter_filed_open"]
    assert re.search("An answer is promised by|Se prometió una respuesta", talk.text)
    async with talk.backend.db.transaction() as session:
        await office.close(session, talk.backend, own.number, "ann", done="her words")
    await talk.user_input(asked.format(own.number), **said)
    assert talk.responses == ["utter_filed_over"]
    assert "her words" not in talk.text


@pytest.mark.parametrize(
    "words",
    ["is my call on monday still on?", "when is my call", "what time is my call again", "do I still have a call back",
     "¿a qué hora es mi llamada?", "¿sigue en pie mi llamada?"],
)  # fmt: skip
def test_a_promised_call_is_asked_after(words: str) -> None:
    assert detect_status_question(words) is StatusQuestion.ABOUT_CALLBACK


@pytest.mark.parametrize("words", ["is the call center open", "is this call recorded", "call me about K7M-4Q2"])
def test_no_promised_call_is_asked_after(words: str) -> None:
    assert detect_status_question(words) is not StatusQuestion.ABOUT_CALLBACK
    assert not asks_of_number(words) or "K7M" not in words
