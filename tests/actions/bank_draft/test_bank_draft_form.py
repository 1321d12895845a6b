"""Bank drafts set up before: shown, given another bank account and removed; new ones are not made."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.autopay.models import AutoPay, LegacyDraft
from tests.backend.autopay.enrollments import add_draft
from tests.backend.household import Household
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


@pytest.fixture
async def drafted(talk: Talk, backend: Backend, home: Household) -> Talk:
    """A talk of a member whose bills are paid by a bank draft."""
    await add_draft(backend, home)
    return talk


async def ask(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="bank_draft", acts={"start"})


async def test_without_a_draft_auto_pay_is_offered(talk: Talk, backend: Backend) -> None:
    await ask(talk, "i want a bank draft")
    assert talk.responses == ["utter_draft_none", "utter_draft_offer"]
    await talk.user_input("yes", acts={"affirm"})
    assert talk.open_task == "autopay_form"
    assert await list_rows(backend, LegacyDraft) == []


async def test_existing_draft_is_shown(drafted: Talk) -> None:
    await ask(drafted, "show my bank draft")
    drafted.assert_response("utter_draft_shown", "utter_question_draft_act")
    drafted.assert_message("ending 6789")


async def test_it_is_removed_on_a_yes(drafted: Talk, backend: Backend) -> None:
    await ask(drafted, "remove my bank draft")
    drafted.assert_response("utter_question_draft_remove")
    assert [each.active for each in await list_rows(backend, LegacyDraft)] == [True]
    await drafted.user_input("yes", acts={"affirm"})
    drafted.assert_response("utter_draft_removed")
    assert [each.active for each in await list_rows(backend, LegacyDraft)] == [False]
    assert await list_rows(backend, AutoPay) == []


@pytest.mark.parametrize(("words", "act"), [("no", "deny"), ("never mind", "cancel")])
async def test_a_no_leaves_it(drafted: Talk, backend: Backend, words: str, act: str) -> None:
    await ask(drafted, "remove my bank draft")
    await drafted.user_input(words, acts={act})
    assert drafted.open_task is None
    assert [each.active for each in await list_rows(backend, LegacyDraft)] == [True]


async def test_drafts_are_explained_first(talk: Talk) -> None:
    await ask(talk, "what is a bank draft")
    assert talk.responses[0] == "utter_draft_explained"
