"""Paperless billing: read out, agreed with a yes, taken back, and left alone."""

from __future__ import annotations

import pytest

from backend.alerts import service as alerts
from backend.app import Backend
from backend.members.models import Member
from tests.actions.conftest import Begin
from tests.backend.household import Household
from tests.support.harness.talk import Talk


async def ask(talk: Talk, words: str = "go paperless") -> None:
    await talk.user_input(words, intent="bill_notifications", acts={"start"})


async def is_paperless(backend: Backend, home: Household) -> bool:
    async with backend.db.read_session() as session:
        return await alerts.is_paperless(session, home.account_id)


async def test_it_begins_on_a_yes_and_ends_on_another(talk: Talk, backend: Backend, home: Household) -> None:
    await ask(talk)
    talk.assert_response("utter_question_bills_email")
    talk.assert_message("ruth@example.com")
    assert not await is_paperless(backend, home)
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_bills_now_email")
    assert await is_paperless(backend, home)
    await ask(talk, "put me back on paper")
    await talk.user_input("yes", acts={"affirm"})
    assert not await is_paperless(backend, home)


async def test_unchanged_choice_is_not_saved_again(talk: Talk) -> None:
    await ask(talk, "paper bills please")
    assert talk.responses == ["utter_bills_same"]


async def test_other_choice_at_the_read_back_changes_nothing(talk: Talk, backend: Backend, home: Household) -> None:
    await ask(talk)
    await talk.user_input("paper after all", acts={"correct"})
    talk.assert_response("utter_bills_same")
    await talk.user_input("yes", acts={"affirm"})
    assert not await is_paperless(backend, home)


async def test_without_an_email_it_cannot_begin(talk: Talk, backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).email = None
    await ask(talk)
    talk.assert_response("utter_bills_no_email")
    assert talk.open_task is None
    assert not await is_paperless(backend, home)


async def test_task_is_dropped_on_request(talk: Talk, backend: Backend, home: Household) -> None:
    await ask(talk, "how do my bills come")
    talk.assert_response("utter_question_bills")
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    assert talk.responses == ["utter_bills_unchanged"]
    assert not await is_paperless(backend, home)


async def test_text_alert_requested_with_paperless_comes_after_it(talk: Talk) -> None:
    words = "go paperless and text me when the bill is ready"
    await talk.user_input(words, intent="bill_notifications", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_agenda_next", "utter_question_alert_confirm")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "no more paper bills, and update my email to ruth.new@example.org"),
        ("es", "quiero facturas sin papel y cambie mi correo a ruth.new@example.org"),
    ],
)
async def test_new_email_beside_it_is_told_and_changed_next(begin: Begin, language: str, words: str) -> None:
    talk = await begin(language=language)
    await ask(talk, words)
    talk.assert_response("utter_agenda_added", "utter_question_bills_email")
    await talk.user_input("sí" if language == "es" else "yes", acts={"affirm"})
    talk.assert_response("utter_bills_now_email", "utter_question_contact_confirm")
    talk.assert_message("ruth.new@example.org")


async def test_email_that_is_only_mentioned_is_no_change(talk: Talk) -> None:
    await ask(talk, "go paperless, my email is ruth@example.com")
    assert "utter_agenda_added" not in talk.responses
