"""A report is read back and filed on a yes despite other words; a filed one is withdrawn by its name."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


async def filed(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.transaction() as session:
        return await tickets.list_of_conversation(session, talk.log.conversation_id)


async def at_the_read_back(talk: Talk) -> None:
    await talk.user_input("the yard light is out", intent="report_light", acts={"start"})
    talk.assert_response("utter_question_case_confirm")


@pytest.mark.parametrize(
    "words",
    [
        "Yes, report it. And what happens if the pole is broken, do I have to pay?",
        "Thank you, that is clear. Please go ahead and report it. I will not be choosing the second one.",
        "yes when will they come",
    ],
)
async def test_yes_counts_despite_other_words(talk: Talk, words: str) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_case_filed")
    assert [ticket.kind for ticket in await filed(talk)] == ["light"]
    assert talk.open_task is None


async def test_question_next_to_a_yes_is_answered_after_it(talk: Talk) -> None:
    await at_the_read_back(talk)
    words = "yes report it. is there a fee for a card?"
    await talk.user_input(words, intent="affirm", acts={"affirm", "ask"}, knowledge=[("card_fees", 0.8)])
    assert talk.responses == ["utter_case_filed", "utter_told"]


@pytest.mark.parametrize("words", ["yes if it is free", "yes but at 14 Oak Road", "what happens if I say yes?"])
async def test_condition_or_change_is_not_a_yes(talk: Talk, words: str) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="out_of_scope", acts={"ask"})
    assert await filed(talk) == []


async def test_claim_for_a_burned_out_fridge_is_neither_danger_nor_flicker(talk: Talk) -> None:
    await talk.user_input(
        "the power surged last night and my fridge is burnt out, i want to file a claim",
        intent="voltage_problem",
        acts={"start"},
    )
    talk.assert_message("a claim for damage")
    await talk.user_input("yes")
    (ticket,) = await filed(talk)
    assert (ticket.kind, ticket.urgent) == ("damage", False)


async def test_not_flickering_is_obeyed(talk: Talk) -> None:
    await talk.user_input("the lights surged last night", intent="voltage_problem", acts={"start"})
    await talk.user_input("no not flickering. the surge fried my fridge, i want you to pay for it", acts={"deny"})
    talk.assert_message("a claim for damage")


async def test_other_facts_given_instead_of_a_place_are_noted(stranger: Talk) -> None:
    await stranger.user_input("the yard light is out", intent="report_light", acts={"start"})
    await stranger.user_input("its your light you charge me for it every month", acts={"volunteer"})
    stranger.assert_response("utter_question_case_place")
    stranger.assert_message("I added that")
    assert "every month" in stranger.slots["case_words"]


async def test_request_names_its_subject(talk: Talk) -> None:
    await talk.user_input("how does net metering work", acts={"ask"}, knowledge=[("net_metering", 0.8)])
    await talk.user_input("yes please", intent="affirm", acts={"affirm"})
    await talk.user_input("monday at 10", acts={"answer"})
    talk.assert_message("net metering")
    await talk.user_input("yes")
    (ticket,) = await filed(talk)
    assert "net metering" in str(ticket.details)


async def test_shout_at_a_child_cancels_nothing(talk: Talk) -> None:
    await talk.user_input("the meter reader could not get in", intent="meter_problem", acts={"start"})
    words = "about 3 to 5 tuesday, gate is unlocked. MAX STOP IT sorry"
    parts = [
        clause("about 3 to 5 tuesday, gate is unlocked.", acts={"answer"}),
        clause("MAX STOP IT sorry", intent="cancel", acts={"cancel"}),
    ]
    await talk.user_input(words, intent="cancel", acts={"answer"}, clauses=parts)
    talk.assert_response("utter_question_case_confirm")
    assert talk.slots["case_when"] == "about 3 to 5 tuesday, gate is unlocked."


async def test_sparks_in_the_middle_of_a_payment_are_reported_at_once(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("wait, there are sparks at my meter now", acts={"volunteer"})
    talk.assert_response("utter_outage_danger")
    (ticket,) = await filed(talk)
    assert (ticket.kind, ticket.urgent) == ("danger", True)


async def test_danger_belongs_to_the_earlier_report(talk: Talk) -> None:
    await talk.user_input("a tree leans on the line at 14 Mill Road", intent="report_tree", acts={"start"})
    await talk.user_input("yes")
    await talk.user_input("it is throwing sparks", intent="out_of_scope", acts={"volunteer"})
    (ticket,) = await filed(talk)
    assert (ticket.kind, ticket.urgent, ticket.place) == ("danger", True, "14 Mill Road")
    assert any("sparks" in note["words"] for note in ticket.notes)
    assert talk.open_task != "outage_form" or talk.slots["requested_slot"] != "outage_place"


async def test_restored_power_asks_which_house(stranger: Talk) -> None:
    await stranger.user_input("my lights came back on", intent="outage_restored", acts={"volunteer"})
    stranger.assert_response("utter_question_outage_back")
    await stranger.user_input("14 Mill Road", acts={"answer"})
    stranger.assert_message("no open report")
    assert stranger.open_task is None


async def test_stranger_with_restored_power_leaves_a_note(begin: Begin, stranger: Talk) -> None:
    neighbor = await begin(Level.ANONYMOUS, channel="sms")
    await neighbor.user_input("power is out at 14 Mill Road", intent="report_outage", acts={"start"})
    await neighbor.user_input("815-555-0123", acts={"answer"})
    await neighbor.user_input("yes")
    await stranger.user_input("my lights came back on", intent="outage_restored", acts={"volunteer"})
    await stranger.user_input("14 Mill Road", acts={"answer"})
    (ticket,) = await filed(neighbor)
    assert ticket.status == "open"
    assert "power is back" in ticket.notes[-1]["words"]


async def test_only_the_named_report_is_withdrawn(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("my meter is wrong", intent="meter_problem", acts={"start"})
    await talk.user_input("any time", acts={"answer"})
    await talk.user_input("yes")
    await talk.user_input("undo the light one", intent="cancel", acts={"cancel"})
    assert [ticket.kind for ticket in await filed(talk)] == ["meter"]
    await talk.user_input("undo that call", intent="cancel", acts={"cancel"})
    assert [ticket.kind for ticket in await filed(talk)] == ["meter"]


async def test_dropping_the_task_keeps_filed_reports(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("forget it, I tell them myself. bye", intent="cancel", acts={"cancel"})
    assert [ticket.kind for ticket in await filed(talk)] == ["light"]
    talk.assert_response("utter_case_stands")


async def test_shut_off_member_gets_a_person_and_no_report(talk: Talk) -> None:
    words = "you shut my lights off with a baby in the house im calling my lawyer"
    await talk.user_input(words, intent="complaint", acts={"start", "feeling"})
    talk.assert_response("utter_person")
    talk.assert_no_response("utter_question_case_place")
    assert await filed(talk) == []


async def test_person_requested_with_a_no_is_recognized(talk: Talk) -> None:
    await at_the_read_back(talk)
    parts = [
        clause("No.", intent="deny", acts={"deny"}),
        clause("a person please", intent="speak_to_human", acts={"person"}),
    ]
    await talk.user_input("No. a person please", intent="deny", acts={"deny"}, clauses=parts)
    talk.assert_response("utter_person")
    assert await filed(talk) == []


async def test_never_mind_drops_the_report_and_answers_the_question(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("no", intent="deny", acts={"deny"})
    words = "Never mind the report. I simply wish to know if there is a fee for a card."
    await talk.user_input(words, intent="cancel", acts={"cancel"}, knowledge=[("card_fees", 0.8)])
    assert talk.responses[:2] == ["utter_case_left", "utter_told"]
    assert talk.open_task is None


async def test_question_about_restoration_may_be_declined(talk: Talk) -> None:
    await talk.user_input("when will the power be back", intent="outage_status", acts={"ask"})
    talk.assert_response("utter_question_case_confirm")
    await talk.user_input("No. I only asked.", intent="deny", acts={"deny"})
    talk.assert_response("utter_case_left")
    assert talk.open_task is None


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("Yes, please. That would be most kind.", "affirm"),
        ("can someone look at it", "complaint"),
    ],
)
async def test_offer_is_accepted(talk: Talk, words: str, intent: str) -> None:
    await talk.user_input("how does net metering work", acts={"ask"}, knowledge=[("net_metering", 0.8)])
    await talk.user_input(words, intent=intent, acts={"start"} if intent == "complaint" else {"affirm"})
    assert talk.open_task == "callback_form"
    assert "net metering" in talk.slots["callback_about"]


async def test_offered_call_is_about_the_question(talk: Talk) -> None:
    await talk.user_input("how does net metering work", acts={"ask"}, knowledge=[("net_metering", 0.8)])
    await talk.user_input("yes have somebody call me about it", intent="speak_to_human", acts={"person"})
    assert talk.slots["callback_about"] == "net metering: how does net metering work"


async def test_crew_time_question_refers_to_the_report(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("how long do they take to come?", intent="outage_status", acts={"ask"})
    assert talk.responses == ["utter_filed_open"]
    talk.assert_message("Lights are mended in turn")
    assert talk.open_task is None


async def test_without_the_last_four_the_address_is_enough(talk: Talk) -> None:
    await talk.user_input("the yard light is out, member number 41005-001", intent="report_light", acts={"start"})
    talk.assert_response("utter_question_phone_last4")
    await talk.user_input("I don't have my number on me", intent="inform", acts={"answer"})
    talk.assert_message("the address is enough")
