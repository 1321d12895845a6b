"""Requests by somebody who may not be the member: the member is notified, and an objection puts them on hold."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.arrangement.models import Arrangement
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.members.models import Member
from backend.outbox import service as outbox
from backend.tickets import member_notices
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.actions.cases.objections import newest, notices
from tests.actions.conftest import Begin
from tests.actions.identity.forged_sender import PHONE, newest_code
from tests.actions.identity.forged_sender import begin as begin_forged
from tests.backend.household import NOW, Household
from tests.support.harness.talk import Talk

PLACE = "10 Mill Road, Elizabeth, IL"
KEYWORDS = re.compile(r"\b(?:reply|responda|text) (?:stop|cancel|end|quit|unsubscribe|revoke|optout)\b", re.IGNORECASE)


async def live_at(backend: Backend, home: Household, place: str = PLACE) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).service_address = place


async def no_way_on_file(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).email = None
        await outbox.opt_out(session, backend, PHONE)


async def file_meter(talk: Talk) -> None:
    await talk.user_input("the meter is wrong", intent="meter_problem", acts={"start"})
    await talk.user_input("any time", acts={"answer"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_case_filed")


@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
async def test_member_gets_text_and_email_and_the_office_sees_the_proof(
    backend: Backend, home: Household, channel: str
) -> None:
    talk = await begin_forged(backend, home, channel=channel)
    await file_meter(talk)
    ticket = await newest(backend)
    messages = await notices(backend)
    assert [message.kind for message in messages] == ["sms", "email"]
    for message in messages:
        assert ticket.number in message.body
        assert f"NOT ME {ticket.number}" in message.body
        assert "meter" in message.body
        assert not KEYWORDS.search(message.body)
        assert "99999-001" not in message.body
    assert ticket.details[member_notices.REQUESTER_LABEL].startswith("UNPROVEN")
    assert "the member was told" in ticket.details[member_notices.REQUESTER_LABEL]


async def test_opted_out_phone_gets_no_text(backend: Backend, home: Household, begin: Begin) -> None:
    async with backend.db.transaction() as session:
        await outbox.opt_out(session, backend, PHONE)
    await file_meter(await begin(Level.KNOWN))
    assert [(one.kind, one.status) for one in await notices(backend)] == [("sms", "refused"), ("email", "queued")]
    assert "by email" in (await newest(backend)).details[member_notices.REQUESTER_LABEL]
    assert "by text" not in (await newest(backend)).details[member_notices.REQUESTER_LABEL]


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("stop my service on friday", "start_stop_service"),
        ("move my service to 12 Oak Street on friday", "start_stop_service"),
        ("change the name on the account", "name_change"),
    ],
)
async def test_a_stop_a_move_and_a_name_take_a_code(backend: Backend, begin: Begin, words: str, intent: str) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input(words, intent=intent, acts={"start"})
    talk.assert_response("utter_question_code")
    await talk.user_input(await newest_code(backend, PHONE), intent="inform", acts={"answer"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    ticket = await newest(backend)
    assert ticket.details[member_notices.REQUESTER_LABEL].startswith("proven")
    assert "until then the member may object" in ticket.details[member_notices.NOT_BEFORE_LABEL]
    assert len(await notices(backend)) == 2


async def test_without_contact_on_file_a_stop_is_filed_as_unproven(
    backend: Backend, home: Household, begin: Begin
) -> None:
    await no_way_on_file(backend, home)
    talk = await begin(Level.KNOWN)
    await talk.user_input("stop my service on friday", intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_code_unproven", "utter_question_service_confirm")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_service_ticket")
    asked = (await newest(backend)).details[member_notices.REQUESTER_LABEL]
    assert asked.startswith("UNPROVEN")
    assert "could NOT be told" in asked


async def test_used_up_codes_do_not_bypass_the_notice(backend: Backend, begin: Begin) -> None:
    """Refused for now is not the same as no way on file."""
    talk = await begin(Level.KNOWN)
    await talk.user_input("change the name on the account", intent="name_change", acts={"start"})
    for _ in range(6):
        await talk.user_input("I did not get it, send another code", intent="repeat", acts={"answer"})
        await talk.user_input("000000", intent="inform", acts={"answer"})
    async with backend.db.read_session() as session:
        assert await session.scalar(select(Ticket.id).limit(1)) is None


@pytest.mark.parametrize("channel", ["web", "voice"])
@pytest.mark.parametrize("intent", ["meter_problem", "name_change", "report_light", "report_outage"])
async def test_address_on_file_is_hidden_before_a_code(
    backend: Backend, home: Household, channel: str, intent: str
) -> None:
    await no_way_on_file(backend, home)  # else the name takes a code first
    await live_at(backend, home)
    talk = await begin_forged(backend, home, channel=channel)
    await talk.user_input("i want that, please", intent=intent, acts={"start"})
    await talk.user_input("any time", acts={"answer"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    await talk.user_input("what does it say", intent="out_of_scope", acts={"ask"})
    text = str(talk)
    assert "99999-001" in text
    assert "Mill" not in text
    assert (await newest(backend)).place == PLACE


async def test_after_a_code_the_address_is_read_back(backend: Backend, home: Household, begin: Begin) -> None:
    await live_at(backend, home)
    talk = await begin(Level.STEPPED_UP)
    await talk.user_input("the yard light is out", intent="report_light", acts={"start"})
    talk.assert_message("Mill Road")


OBJECTIONS = [
    "I did not ask for this",
    "that wasn't me, this is fraud",
    "not me",
    "yo no pedí eso",
    "No fui yo",
    "who asked for this?? not me",
    "I never requested that",
    "someone is using my account",
]


@pytest.mark.parametrize("words", OBJECTIONS)
async def test_an_answer_to_the_notice_holds_it(backend: Backend, home: Household, begin: Begin, words: str) -> None:
    await file_meter(await begin(Level.KNOWN))
    member = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await member.user_input(words, intent="deny", acts={"deny"})
    member.assert_response("utter_object_held")
    ticket = await newest(backend)
    assert ticket.number in member.text
    assert ticket.urgent
    assert ticket.status == "open"
    assert "ON HOLD" in ticket.details
    assert words in ticket.notes[-1]["words"]


async def test_possibly_forged_call_holds_the_request_without_its_number(
    backend: Backend, home: Household, begin: Begin
) -> None:
    await file_meter(await begin(Level.KNOWN))
    caller = await begin_forged(backend, home, channel="voice", level=Level.ANONYMOUS)
    await caller.user_input("that wasn't me", intent="deny", acts={"deny"})
    caller.assert_response("utter_object_noted")
    ticket = await newest(backend)
    assert "ON HOLD" in ticket.details
    assert ticket.number not in str(caller)


@pytest.mark.parametrize(
    "words", ["cancel my request {}", "NOT ME {}", "No fui yo {}", "stop {}, that was not me", "anule la solicitud {}"]
)
async def test_the_identified_member_holds_it_by_its_number_elsewhere(
    backend: Backend, home: Household, begin: Begin, words: str
) -> None:
    await file_meter(await begin(Level.KNOWN))
    number = (await newest(backend)).number
    async with backend.db.transaction() as session:
        known = {"account_id": home.account_id, "member_id": home.member_id, "verified_at": NOW, "level": 1}
        session.add(Conversation(id="web-other", channel="web", last_seen_at=NOW, started_at=NOW, **known))
    other = Talk(backend, "web-other", channel="web")
    await other.user_input(words.format(number), intent="cancel", acts={"cancel"})
    other.assert_response("utter_object_held")
    assert (await newest(backend)).status == "open"


@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
@pytest.mark.parametrize("words", ["cancel my request {}", "NOT ME {}", "I never asked for {}"])
async def test_a_stranger_holds_nothing_and_cannot_tell_numbers_apart(
    backend: Backend, begin: Begin, channel: str, words: str
) -> None:
    await file_meter(await begin(Level.KNOWN))
    number, heard = (await newest(backend)).number, []
    for name, said in (("known", number), ("unknown", "K7M-4Q2")):
        async with backend.db.transaction() as session:
            address = None if channel == "web" else "+15555550777"
            stranger = Conversation(
                id=f"{channel}-{name}", channel=channel, address=address, last_seen_at=NOW, started_at=NOW
            )
            session.add(stranger)
        other = Talk(backend, f"{channel}-{name}", channel=channel)
        await other.user_input(words.format(said), intent="deny", acts={"deny"})
        heard.append(other.text.replace(said, ""))
    assert heard[0] == heard[1]
    if not words.startswith("cancel"):
        other.assert_response("utter_object_unknown")
    ticket = await newest(backend)
    assert ("ON HOLD" in ticket.details, ticket.urgent, ticket.number) == (False, False, number)


async def test_objection_during_a_task_is_recognized_and_the_task_continues(
    backend: Backend, home: Household, begin: Begin
) -> None:
    await file_meter(await begin(Level.KNOWN))
    member = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await member.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await member.user_input("that wasn't me, I did not ask for a meter check", intent="deny", acts={"deny"})
    member.assert_response("utter_object_held")
    assert member.open_task == "quick_pay_form"


async def test_a_plan_that_was_granted_goes_to_the_office(backend: Backend, home: Household, begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("a payment arrangement", intent="payment_arrangement", acts={"start"})
    await talk.user_input("half today and half in two weeks", intent="inform", acts={"answer"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    async with backend.db.read_session() as session:
        plan = await session.scalar(select(Arrangement))
    assert plan is not None
    assert all(plan.number in message.body for message in await notices(backend))
    member = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await member.user_input("I did not ask for this", intent="deny", acts={"deny"})
    member.assert_response("utter_object_told")
    ticket = await newest(backend)
    assert ticket.urgent
    assert plan.number in ticket.details["about"]
    assert len(await notices(backend)) == 2, "who objects is sent no notice of that"
    await member.user_input("WITHDRAW IT", intent="cancel", acts={"cancel"})
    member.assert_response("utter_object_stays")
    assert (await newest(backend)).status == "open", "whoever forged the request would take the objection back"


async def test_request_for_an_unrequested_code_is_dropped(backend: Backend, home: Household) -> None:
    member = await begin_forged(backend, home, channel="sms")
    await member.user_input("change my email to thief@example.org", intent="update_contact_info", acts={"start"})
    member.assert_response("utter_question_code")
    await member.user_input("what code? I did not ask for anything", intent="deny", acts={"deny", "ask"})
    member.assert_response("utter_object_code")
    member.assert_no_response("utter_question_code", "utter_question_code_again")
    assert member.open_task is None


async def test_old_notice_is_not_what_is_answered(
    backend: Backend, home: Household, begin: Begin, clock: ManualClock
) -> None:
    await file_meter(await begin(Level.KNOWN))
    clock.advance(days=8)
    member = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await member.user_input("not me", intent="deny", acts={"deny"})
    assert not (await newest(backend)).urgent


async def test_a_danger_is_never_held(backend: Backend, home: Household, begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("a wire is down and sparking", intent="report_outage", acts={"start"})
    number = (await newest(backend)).number
    other = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await other.user_input(f"not me {number}", intent="deny", acts={"deny"})
    assert "ON HOLD" not in (await newest(backend)).details


async def test_callback_shows_what_is_proven_and_sends_nothing(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        report = tickets.Report(kind="callback", details={"about": "my account"}, account_id=home.account_id)
        ticket = (await tickets.file_report(session, backend, home.conversation_id, report)).ticket
    assert ticket.details[member_notices.REQUESTER_LABEL].startswith("UNPROVEN")
    assert await notices(backend) == []


async def test_notices_are_limited(backend: Backend, home: Household) -> None:
    for place in range(15):
        name = f"web-{place}"
        async with backend.db.transaction() as session:
            known = {"account_id": home.account_id, "member_id": home.member_id, "verified_at": NOW, "level": 1}
            session.add(Conversation(id=name, channel="web", last_seen_at=NOW, started_at=NOW, **known))
            await session.flush()
            report = tickets.Report(kind="other", details={"words": f"thing {place}"}, account_id=home.account_id)
            await tickets.file_report(session, backend, name, report)
    texts = [one for one in await notices(backend) if one.kind == "sms"]
    assert len(texts) == member_notices.MAX_PER_DAY


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("someone made a payment arrangement on my account, it was not me", "payment_arrangement"),
        ("Alguien hizo un arreglo de pago en mi cuenta y no fui yo", "payment_arrangement"),
        ("somebody changed my name on it, that wasn't me", "update_contact_info"),
    ],
)
async def test_objection_from_elsewhere_asks_which_request(begin: Begin, words: str, intent: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input(words, intent=intent, acts={"start"})
    talk.assert_response("utter_object_which")
    assert talk.open_task is None


@pytest.mark.parametrize(
    ("words", "intent"), [("99999-001", "inform"), ("I don't have it handy, it's account 99999-001", "inform")]
)
async def test_unnamed_request_is_noted_anyway(backend: Backend, begin: Begin, words: str, intent: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input(
        "somebody asked to change the name on my account. That wasn't me", intent="deny", acts={"deny"}
    )
    talk.assert_response("utter_object_which")
    await talk.user_input(words, intent=intent, acts={"answer"})
    talk.assert_response("utter_object_told")
    ticket = await newest(backend)
    assert ticket.urgent
    assert "99999-001" in ticket.details["words"]


@pytest.mark.parametrize(("words", "intent"), [("yes", "affirm"), ("12", "inform"), ("hello?", "greet")])
async def test_answer_that_names_nothing_is_handled(begin: Begin, words: str, intent: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("somebody changed the name on my account. That wasn't me", intent="deny", acts={"deny"})
    talk.assert_response("utter_object_which")
    await talk.user_input(words, intent=intent, acts={"answer"})
    assert talk.text
