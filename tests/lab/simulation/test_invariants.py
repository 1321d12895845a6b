"""The invariants find a conversation that breaks them."""

from __future__ import annotations

import pytest

from bot.dialogue.messages import Message, Reply
from lab.members import MemberCopy
from lab.records import ConversationRecord, RecordedTurn
from lab.simulation import invariants
from lab.simulation.conversation import SimulatedConversation
from lab.simulation.member import ConversationEnding
from lab.simulation.personas import compose_persona
from lab.simulation.population import SimulatedAccount, make_surname

MADE = SimulatedAccount(MemberCopy("100007-001", "+15557100007"), make_surname(100_007), "member100007@example.com")


def held(goal: str, ending: ConversationEnding | None, wanted_person: bool = False) -> SimulatedConversation:
    place = next(n for n in range(5000) if compose_persona(1, n).goal == goal)
    return SimulatedConversation(compose_persona(1, place), MADE, ending=ending, wanted_person=wanted_person)


def record(answer: str, message: str = "hello") -> ConversationRecord:
    return ConversationRecord("talk", [RecordedTurn(message, None, "answered", Reply((Message(answer),)))])


@pytest.mark.parametrize(
    "answer",
    [
        "That is account 100008-001.",
        "That is account 100008001.",
        "A link went to member100008@example.com.",
        f"Hello, Ruth {make_surname(100_008)}.",
    ],
)
def test_data_of_another_member_is_found(answer: str) -> None:
    assert "another member's" in invariants._find_foreign_data(held("balance", None), record(answer))[0]


@pytest.mark.parametrize(
    "answer",
    [
        "That is account 100007-001.",
        "A link went to member100007@example.com.",
        f"Please check: you, Ruth {MADE.surname}, authorize us.",
        "Your code is 482913. You owe $112.40, like 12345-001 on a bill, and 1,200 kWh.",
    ],
)
def test_own_data_is_not_reported(answer: str) -> None:
    assert invariants._find_foreign_data(held("balance", None), record(answer)) == []


def test_number_given_by_the_member_may_be_repeated() -> None:
    assert invariants._find_foreign_data(held("balance", None), record("100008-001?", "it is 100008-001")) == []


@pytest.mark.parametrize("number", ["K7M-4Q2", "FHJ-KMQ", "W, H, 5, 2, W, 8", "T7K2M9"])
def test_an_end_with_a_number_to_quote(number: str) -> None:
    done = held("pay_all", ConversationEnding("done", "utter_pay_done"))
    assert invariants._check_ending(done, record(f"It is paid. Your confirmation number is {number}.")) == []


def test_invalid_endings() -> None:
    done = held("pay_all", ConversationEnding("done", "utter_pay_done"))
    bare = "Thank you. $50.00 is paid from Visa ending 4242 for 100007-001. Call 555-555-0100."
    assert invariants._check_ending(done, record(bare)) == ["it is done, with no number to quote"]
    assert invariants._check_ending(held("pay_all", None), record("?")) == ["it has no end"]
    assert (
        "does not know"
        in invariants._check_ending(held("faq", ConversationEnding("lost", "utter_question_new")), record("?"))[0]
    )
    locked = held("balance", ConversationEnding("refused", "utter_identity_locked"))
    assert "turned away" in invariants._check_ending(locked, record("?"))[0]
    alone = held("balance", ConversationEnding("person", ""), wanted_person=True)
    assert invariants._check_ending(alone, record("?")) == ["a person was wanted, and none was there"]


def test_digits_that_were_sent_are_known_again() -> None:
    place = next(n for n in range(5000) if compose_persona(1, n).leaks == "card")
    talk = SimulatedConversation(compose_persona(1, place), MADE)
    assert invariants.list_sent_secrets([talk]) == {}
    card = invariants.style.make_card_number(place)
    talk.turns.append((f"my card number is {card}", "Never send that."))
    assert card.replace(" ", "") in invariants.list_sent_secrets([talk])[place]
