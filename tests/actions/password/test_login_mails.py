"""Each mail that is asked for goes out once."""

from __future__ import annotations

from tests.support.harness.talk import Talk


async def test_a_reset_link_is_sent_once(talk: Talk) -> None:
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    talk.assert_response("utter_reset_asked")
    await talk.user_input("yes send the reset link", intent="reset_password", acts={"start"})
    talk.assert_no_response("utter_reset_asked")
    talk.assert_message("asked for already")


async def test_the_user_id_is_another_mail(talk: Talk) -> None:
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    await talk.user_input("and my user id", intent="recover_user_id", acts={"start"})
    talk.assert_response("utter_user_id_asked")


async def test_completion_names_the_mail_and_what_remains(talk: Talk) -> None:
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    await talk.user_input("is it done? what do I still have to do", acts={"ask"}, knowledge=[("follow_my_part", 0.8)])
    talk.assert_response("utter_done_so_far", "utter_told")
    talk.assert_message("follow the link within 30 minutes")


async def test_both_are_sent_when_both_are_forgotten(talk: Talk) -> None:
    await talk.user_input("i forgot my password and my user name", intent="recover_user_id", acts={"start"})
    talk.assert_response("utter_user_id_asked", "utter_reset_asked")


async def test_yes_to_a_sent_mail_says_so(talk: Talk) -> None:
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    await talk.user_input("yes send it", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_done_so_far")
