"""Account questions: the member identifies first, as far as the question needs."""

from __future__ import annotations

from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

LATE_FEE = [("account_late_fee_now", 0.9)]
AUTO_PAY = [("account_autopay_status", 0.9)]


async def test_a_known_member_is_answered_at_once(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("will i get a late fee", acts={"ask"}, knowledge=LATE_FEE)
    talk.assert_response("utter_told")
    talk.assert_message(r"Nothing is past due now: \$112\.40 is due")
    assert talk.open_task is None


async def test_a_stranger_is_answered_after_number_and_last_four(stranger: Talk) -> None:
    await stranger.user_input("will i get a late fee", acts={"ask"}, knowledge=LATE_FEE)
    assert stranger.responses == ["utter_question_member_number"]
    await stranger.user_input("99999-001", acts={"answer"})
    await stranger.user_input("0142", acts={"answer"})
    stranger.assert_message("Nothing is past due now")
    assert stranger.open_task is None


async def test_enrollment_is_answered_only_after_a_code(stranger: Talk) -> None:
    await stranger.user_input("do i have auto pay", acts={"ask"}, knowledge=AUTO_PAY)
    await stranger.user_input("99999-001", acts={"answer"})
    await stranger.user_input("0142", acts={"answer"})
    assert stranger.responses == ["utter_question_code"]
    await stranger.user_input("000000", acts={"answer"})
    stranger.assert_no_response("utter_told")


async def test_question_is_dropped_on_request(stranger: Talk) -> None:
    await stranger.user_input("will i get a late fee", acts={"ask"}, knowledge=LATE_FEE)
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.open_task is None
    stranger.assert_no_message("112")
