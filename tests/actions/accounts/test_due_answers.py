"""What is due on an account that the member names, asked while another one is paid and with nothing open."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.actions.quick_pay.test_together import BARN_CENTS, add_account, paid
from tests.backend.household import Household
from tests.support.harness.talk import Talk

BARN_TOLD = r"Account 002, barn: \$62\.18 is due"


@pytest.fixture
async def barn_id(backend: Backend, home: Household) -> int:
    return await add_account(backend, home, "002", "barn", BARN_CENTS)


@pytest.mark.parametrize(
    "words", ["and when is the barn due", "NO. i asked you how much the barn is due", "what's 002 due"]
)
async def test_a_question_at_the_read_back_is_answered_and_pays_the_same(
    talk: Talk, backend: Backend, barn_id: int, words: str
) -> None:
    await talk.user_input("pay 112.40 on the house with my visa", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_confirm")
    await talk.user_input(words, intent="check_due_date", acts={"ask", "deny"})
    talk.assert_message(BARN_TOLD)
    talk.assert_response("utter_question_pay_confirm")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": 11240}


async def test_a_yes_beside_a_question_pays_nothing(talk: Talk, backend: Backend, barn_id: int) -> None:
    await talk.user_input("pay 112.40 on the house with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes. when is the barn due", acts={"affirm", "ask"})
    talk.assert_message(BARN_TOLD)
    talk.assert_response("utter_question_pay_confirm")
    assert await paid(backend) == {}


async def test_a_question_beside_the_request_is_answered_for_its_account(talk: Talk, barn_id: int) -> None:
    await talk.user_input("pay the house, and when's the barn one due", intent="quick_pay", acts={"start", "ask"})
    talk.assert_message(BARN_TOLD)
    talk.assert_message(r"Account 001, 510 Prairie Road")
    assert talk.slots.get("pay_amount") is None
    assert talk.slots.get("pay_together") is None


async def test_what_stands_beside_a_question_is_taken(talk: Talk, barn_id: int) -> None:
    await talk.user_input("pay the house", intent="quick_pay", acts={"start"})
    await talk.user_input("40 dollars. how much is the barn", acts={"answer", "ask"})
    talk.assert_message(BARN_TOLD)
    assert talk.slots["pay_amount"] == 4000
    talk.assert_response("utter_question_pay_method")


async def test_with_nothing_open_the_account_asked_about_is_told(begin: Begin, barn_id: int) -> None:
    talk = await begin(Level.KNOWN, channel="sms")
    due = [("due_when", 0.9)]
    await talk.user_input(
        "that's the house. how much is the barn due", intent="out_of_scope", acts={"ask"}, knowledge=due
    )
    talk.assert_message(r"Account 002")
    talk.assert_message(r"\$62\.18")
    talk.assert_no_message(r"\$112\.40")


async def test_the_place_is_not_told_to_who_has_only_given_a_number(begin: Begin, barn_id: int) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("pay the house", intent="quick_pay", acts={"start"})
    await talk.user_input("when is the barn due", acts={"ask"})
    talk.assert_message(r"Account 002: \$62\.18 is due")
    talk.assert_no_message("barn")
