"""An act that cannot be undone here names who can."""

from __future__ import annotations

from tests.support.harness.talk import Talk


async def test_a_granted_plan_is_not_undone_here(talk: Talk) -> None:
    await talk.user_input("half today and half on friday", intent="payment_arrangement", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_message("arrang")
    await talk.user_input("please undo that", intent="out_of_scope", acts={"cancel"})
    talk.assert_response("utter_undo_arrangement")
