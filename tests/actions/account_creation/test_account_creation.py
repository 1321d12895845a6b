"""Making an online account: a link to a page of its own, so that no digit is given in the chat."""

from __future__ import annotations

from backend.app import Backend
from backend.logins.models import CreationLink, Login
from tests.actions.conftest import Begin
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

WORDS = "i want to make an online account"


async def test_a_link_is_made_and_nothing_asked(stranger: Talk, backend: Backend) -> None:
    await stranger.user_input(WORDS, intent="create_account", acts={"start"})
    assert stranger.responses == ["utter_create_account"]
    stranger.assert_message("secure page.*never in this chat")
    assert stranger.open_task is None
    [link] = await list_rows(backend, CreationLink)
    assert link.asked_by == stranger.log.conversation_id
    assert link.account_id is None
    assert await list_rows(backend, Login) == []


async def test_in_the_middle_of_a_payment_the_payment_stays_open(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input(WORDS, intent="create_account", acts={"start"})
    assert talk.open_task == "quick_pay_form"


async def test_in_spanish(begin: Begin) -> None:
    talk = await begin(language="es")
    await talk.user_input("quiero crear una cuenta en línea", intent="create_account", acts={"start"})
    talk.assert_response("utter_create_account")
    talk.assert_message("página segura")
