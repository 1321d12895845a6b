"""Texts in a member's name, calls that nobody vouches for, and chats that say they are the phone: what they open."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.logins import recovery_mail
from backend.logins.service import add as add_login
from backend.members.levels import NEEDS, Level
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from tests.actions.identity.forged_sender import PHONE, begin, newest_code
from tests.backend.household import NOW, Household

THIEF = "thief@example.org"
OPENERS = {
    "bank_draft", "bill_notifications", "budget_billing", "change_or_cancel_autopay", "high_bill", "manage_alerts",
    "payment_history", "billing_history", "setup_autopay", "update_contact_info", "usage_history",
}  # fmt: skip


async def mails(backend: Backend) -> list[tuple[str, str]]:
    """Whom something was mailed, and the link's or code's purpose, in order."""
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == "email").order_by(OutboxMessage.id)
        return [(message.recipient, message.purpose) for message in await session.scalars(query)]


async def on_file(backend: Backend, home: Household) -> tuple[str, str | None]:
    async with backend.db.read_session() as session:
        member = await session.get_one(Member, home.member_id)
        return member.phone, member.email


def test_every_skill_that_wants_a_step_up_is_tried_here() -> None:
    stepped = {skill for skill, level in NEEDS.items() if level is Level.STEPPED_UP}
    own = {"saved_method", "manage_scheduled", "stop_move_service", "name_change"}
    assert stepped - OPENERS == own, "these have tests of their own"


@pytest.mark.parametrize(
    ("channel", "attested"),
    [("sms", False), ("sms", True), ("voice", False), ("web", True)],
    ids=["a text", "a text of before", "a call with attestation B or C", "a chat that says it is the phone"],
)
@pytest.mark.parametrize("intent", sorted(OPENERS))
async def test_claim_to_be_the_phone_on_file_needs_a_code(
    backend: Backend, home: Household, intent: str, channel: str, attested: bool
) -> None:
    talk = await begin(backend, home, channel=channel, attested=attested)
    await talk.user_input("i want that, please", intent=intent, acts={"start"})
    talk.assert_response("utter_question_code")
    talk.assert_no_message("4242|6789|ruth@example")


async def test_an_attested_call_from_the_phone_on_file_needs_no_code(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home, channel="voice", attested=True)
    await talk.user_input("change my email", intent="update_contact_info", acts={"start"})
    talk.assert_response("utter_question_contact_email")


async def test_five_texts_in_a_members_name_change_no_email_and_no_link_goes_to_the_thief(
    backend: Backend, home: Household
) -> None:
    """The thief sees none of the answers: they go to Ruth's phone, the code among them."""
    async with backend.db.transaction() as session:
        await add_login(session, backend, await session.get_one(Member, home.member_id), "ruth.a", "no hash")
    talk = await begin(backend, home, level=Level.ANONYMOUS)
    await talk.user_input(f"change my email to {THIEF}", intent="update_contact_info", acts={"start"})
    await talk.user_input("99999-001 0142", acts={"answer"})
    talk.assert_message("code to the phone ending 0142")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    await talk.user_input("123456", acts={"answer"})
    await talk.user_input("i forgot my password", intent="reset_password", acts={"start"})
    talk.assert_response("utter_reset_asked")
    await recovery_mail.process_pending(backend)
    assert await on_file(backend, home) == (PHONE, "ruth@example.com")
    assert await mails(backend) == [("ruth@example.com", "link")]


async def test_text_with_number_pays_the_own_bill_with_a_saved_method(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home, level=Level.ANONYMOUS)
    await talk.user_input("pay 50 today with my visa", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_phone_last4_of_sender")
    await talk.user_input("0142", acts={"answer"})
    talk.assert_response("utter_question_pay_confirm")
    talk.assert_message("Visa ending 4242")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_pay_done")
    await talk.user_input("set up autopay with it", intent="setup_autopay", acts={"start"})
    talk.assert_response("utter_question_code")


@pytest.mark.parametrize("message", ["pay 500 today with my visa", "pay 80 today with my visa"])
async def test_forged_texts_pay_no_more_than_is_owed(backend: Backend, home: Household, message: str) -> None:
    """Nor in several payments: what is on its way or scheduled counts."""
    talk = await begin(backend, home)
    await talk.user_input("pay 50 tomorrow with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_pay_scheduled")
    await talk.user_input(message, intent="quick_pay", acts={"start"})
    while any(response.startswith("utter_question_agree_") for response in talk.responses):
        await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_pay_code_for_more", "utter_question_code")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_question_code")
    await talk.user_input(await newest_code(backend, PHONE), acts={"answer"})
    talk.assert_response("utter_question_pay_confirm")
    talk.assert_message("Visa ending 4242")


async def test_less_than_is_owed_after_all_wants_no_code(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home)
    await talk.user_input("pay 500 today with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_pay_code_for_more", "utter_question_code")
    await talk.user_input("no, make it 50", intent="deny", acts={"correct"})
    talk.assert_response("utter_question_pay_confirm")


async def test_same_words_on_the_web_need_a_code_for_saved_methods(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home, channel="web")
    await talk.user_input("pay 50 today with my visa", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_code")


async def test_code_returned_by_text_opens_only_its_purpose(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home)
    await talk.user_input("change my email to ruth.new@example.org", intent="update_contact_info", acts={"start"})
    await talk.user_input(await newest_code(backend, PHONE), acts={"answer"})
    talk.assert_message("ruth.new@example.org. Is that right")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_contact_changed", "utter_question_contact_proof")
    assert await on_file(backend, home) == (PHONE, "ruth.new@example.org")
    assert await mails(backend) == [
        ("ruth@example.com", "notice"),  # the old one is told first
        ("ruth.new@example.org", "notice"),
        ("ruth.new@example.org", "code"),
    ]
    await talk.user_input("000 00", acts={"answer"})
    await talk.user_input(await newest_code(backend, "ruth.new@example.org"), acts={"answer"})
    talk.assert_response("utter_contact_proven")
    assert talk.open_task is None


@pytest.mark.parametrize("message", ["never mind", "no"])
async def test_change_holds_whether_or_not_the_new_email_is_confirmed(
    backend: Backend, home: Household, message: str
) -> None:
    talk = await begin(backend, home, channel="voice", attested=True)
    await talk.user_input("change my email to ruth.new@example.org", intent="update_contact_info", acts={"start"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    intent, act = ("cancel", "cancel") if message == "never mind" else ("deny", "deny")
    await talk.user_input(message, intent=intent, acts={act})
    talk.assert_response("utter_contact_proof_later")
    talk.assert_no_response("utter_contact_unchanged", "utter_task_canceled")
    assert (await on_file(backend, home))[1] == "ruth.new@example.org"


async def test_new_email_is_confirmed_after_identity_expired(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    talk = await begin(backend, home, channel="voice", attested=True)
    await talk.user_input("change my email to ruth.new@example.org", intent="update_contact_info", acts={"start"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    clock.advance(minutes=16)
    await talk.user_input(await newest_code(backend, "ruth.new@example.org"), acts={"answer"})
    talk.assert_response("utter_contact_proof_later")  # too old: it is said what follows from that
    assert talk.open_task is None


async def test_code_for_another_purpose_opens_no_change_by_text(backend: Backend, home: Household) -> None:
    """The member has just stepped up; a forger writes into the same talk."""
    talk = await begin(backend, home, level=Level.STEPPED_UP)
    await talk.user_input(f"change my email to {THIEF}", intent="update_contact_info", acts={"start"})
    talk.assert_response("utter_question_code")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    await talk.user_input("123456", acts={"answer"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    assert await on_file(backend, home) == (PHONE, "ruth@example.com")


async def test_web_code_is_valid_for_later_requests(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home, channel="web", level=Level.STEPPED_UP)
    await talk.user_input("change my email to ruth.new@example.org", intent="update_contact_info", acts={"start"})
    talk.assert_message("ruth.new@example.org. Is that right")


async def test_forged_wrong_codes_end_a_code_and_another_comes(backend: Backend, home: Household) -> None:
    """And in the end two are asked for; the member who has the phone gets through."""
    talk = await begin(backend, home)
    await talk.user_input("set up autopay", intent="setup_autopay", acts={"start"})
    for _ in range(4):
        code = await newest_code(backend, PHONE)
        for _ in range(4):
            await talk.user_input(f"{(int(code) + 1) % 10**6:06d}", acts={"answer"})
            talk.assert_no_response("utter_code_locked")
        await talk.user_input(f"{(int(code) + 1) % 10**6:06d}", acts={"answer"})
        talk.assert_response("utter_question_code_expired")
    await talk.user_input(await newest_code(backend, PHONE), acts={"answer"})
    talk.assert_response("utter_question_code_another")
    await talk.user_input("what?", acts={"unclear"})
    await talk.user_input(await newest_code(backend, PHONE), acts={"answer"})
    talk.assert_no_response("utter_question_code", "utter_question_code_still", "utter_question_code_another")


async def test_without_a_place_for_a_code_a_person_helps(backend: Backend, home: Household) -> None:
    """A phone that was changed an hour ago, and no email: nothing on file proves anything."""
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.email = None
        member.change_contact("phone", PHONE, NOW)
    talk = await begin(backend, home)
    await talk.user_input("change my email", intent="update_contact_info", acts={"start"})
    talk.assert_response("utter_code_refused", "utter_person")
    assert not await mails(backend)


async def test_a_landline_gets_its_code_by_email(backend: Backend, home: Household) -> None:
    talk = await begin(backend, home, channel="web")
    await talk.user_input("set up auto pay", intent="setup_autopay", acts={"start"})
    await talk.user_input("it's a landline", acts={"skip"})
    talk.assert_response("utter_code_another_way", "utter_question_code")
    assert await mails(backend) == [("ruth@example.com", "code")]
