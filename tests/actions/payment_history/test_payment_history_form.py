"""Payments, bills and copies of bills."""

from __future__ import annotations

from tests.support.harness.talk import Talk


async def test_a_copy_of_a_bill_needs_no_number(talk: Talk) -> None:
    await talk.user_input("a copy of my October bill by email", intent="billing_history", acts={"start"})
    talk.assert_response("utter_bill_copy_how")
    talk.assert_no_response("utter_question_member_number")
