"""Locks, more proof and phone numbers at the question for the member number, as the member meets them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from backend.members import identity_challenge
from backend.members.levels import Level
from backend.members.models import IdentityMiss
from backend.outbox.models import OutboxMessage
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

NUMBER, LAST4 = "99999-001", "0142"


async def misses(talk: Talk) -> int:
    async with talk.backend.db.read_session() as session:
        return await session.scalar(select(func.count()).select_from(IdentityMiss)) or 0


async def code_sent(talk: Talk) -> str | None:
    await identity_challenge.process_pending(talk.backend)
    async with talk.backend.db.read_session() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.purpose == "code").order_by(OutboxMessage.id.desc())
        body = await session.scalar(query.limit(1))
    found = re.search(r"\b\d{6}\b", body or "")
    return found[0] if found else None


async def locked(begin: Begin) -> Talk:
    """A talk in which five wrong last fours were given."""
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input(f"{NUMBER} 9990", acts={"answer"})
    for last4 in ("9991", "9992", "9993"):
        await talk.user_input(last4, acts={"answer"})
        talk.assert_response("utter_question_identity_again")
    await talk.user_input("9994", acts={"answer"})
    return talk


async def test_lock_message_says_how_long_and_what_helps(begin: Begin) -> None:
    talk = await locked(begin)
    talk.assert_response("utter_identity_locked")
    talk.assert_message("15 minutes")
    talk.assert_message("555-555-0100")


async def test_code_after_a_lock_opens_the_request(begin: Begin) -> None:
    talk = await locked(begin)
    await talk.user_input(f"what do I owe {NUMBER} last four {LAST4}", intent="check_balance", acts={"start"})
    talk.assert_response("utter_question_proof")
    code = await code_sent(talk)
    assert code
    await talk.user_input("what is that for?", acts={"unclear"})
    talk.assert_no_response("utter_question_proof_again")
    await talk.user_input(code, acts={"answer"})
    talk.assert_message(r"\$\d")


async def test_response_is_the_same_when_nothing_matches(begin: Begin) -> None:
    talk = await locked(begin)
    await talk.user_input(f"what do I owe {NUMBER} last four 9995", intent="check_balance", acts={"start"})
    talk.assert_response("utter_question_proof")
    assert await code_sent(talk) is None
    await talk.user_input("123456", acts={"answer"})
    talk.assert_response("utter_question_proof_again")
    await talk.user_input(f"{NUMBER} last four {LAST4}", acts={"answer"})
    talk.assert_response("utter_question_proof")
    code = await code_sent(talk)
    await talk.user_input(str(code), acts={"answer"})
    talk.assert_message(r"\$\d")


async def test_five_wrong_codes_end_politely(begin: Begin) -> None:
    talk = await locked(begin)
    await talk.user_input(f"what do I owe {NUMBER} last four 9995", intent="check_balance", acts={"start"})
    for code in ("111111", "222222", "333333", "444444"):
        await talk.user_input(code, acts={"answer"})
        talk.assert_response("utter_question_proof_again")
    await talk.user_input("555555", acts={"answer"})
    talk.assert_response("utter_code_locked")


@pytest.mark.parametrize(
    "message",
    [
        "555-555-0142", "(815) 777-0142", "(815)7770142", "815.777.0142", "8157770142", "+1 815 777 0142",
        "18157770142",
        "it's 815 777 0142", "815-7770142", "777-0142", "my number is 815-777-0142", "+52 55 1234 5678",
        "eight one five, seven seven seven, oh one four two",
    ],
)  # fmt: skip
async def test_phone_number_is_named_and_not_counted_as_a_guess(begin: Begin, message: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input(message, acts={"answer"})
    talk.assert_response("utter_question_number_not_phone")
    assert await misses(talk) == 0
    await talk.user_input(NUMBER, acts={"answer"})
    talk.assert_response("utter_question_phone_last4")
    await talk.user_input(LAST4, acts={"answer"})
    talk.assert_message(r"\$\d")


async def test_phone_number_in_the_request_is_not_counted_either(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe, account 8157770142", intent="check_balance", acts={"start"})
    talk.assert_response("utter_question_number_not_phone")


async def test_a_phone_number_in_place_of_the_user_id(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    await talk.user_input("8157770142", acts={"answer"})
    talk.assert_response("utter_question_number_not_phone")


@pytest.mark.parametrize("message", ["99999-001", "99999001", "5555550-142", "12345678-001"])
async def test_member_number_is_not_a_phone(begin: Begin, message: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input(message, acts={"answer"})
    talk.assert_response("utter_question_phone_last4")


async def test_no_with_digits_is_applied_at_once(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input(f"{NUMBER} 9990", acts={"answer"})
    await talk.user_input(f"No, my member number is {NUMBER}. The last four are {LAST4}.", acts={"deny", "answer"})
    talk.assert_no_response("utter_question_member_number")
    talk.assert_message("112.40")
