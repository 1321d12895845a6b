"""Who asks in their own words to be told of outages gets that alert, and reports none."""

from __future__ import annotations

import pytest

from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.members.levels import Level
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.actions.quick_pay.test_together import add_account
from tests.backend.household import Household
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

ENGLISH = [
    "send me a txt when theres an outage at my place",
    "text me when its back",
    "can you text me when it's back",
    "I want outage alerts by text",
]
SPANISH = [
    "quiero que me avisen por mensaje cuando se va la luz",
    "mandeme un texto cuando haya un apagon en mi casa",
    "avíseme por mensaje cuando no haya luz",
]


@pytest.mark.parametrize("intent", ["report_outage", "outage_status", "manage_alerts", "out_of_scope"])
@pytest.mark.parametrize(("language", "words"), [*(("en", one) for one in ENGLISH), *(("es", one) for one in SPANISH)])
async def test_it_opens_the_alert(begin: Begin, backend: Backend, language: str, words: str, intent: str) -> None:
    talk = await begin(channel="sms", language=language)
    await talk.user_input(words, intent=intent, acts={"start"})
    assert talk.open_task == "alerts_form"
    talk.assert_response("utter_question_alert_confirm")
    await talk.user_input("yes" if language == "en" else "sí", intent="affirm", acts={"affirm"})
    assert [one.kind for one in await list_rows(backend, AlertSetting)] == ["outage"]
    assert await list_rows(backend, Ticket) == []


async def test_a_report_that_was_begun_by_mistake_ends(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("outage", intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_outage_place")
    await talk.user_input("nothing is out! i want outage alerts by text", intent="inform", acts={"answer"})
    assert talk.open_task == "alerts_form"


async def test_power_that_is_out_is_reported(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("my power is out, text me when its back", intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_outage_place")


async def test_the_question_offers_outages(begin: Begin) -> None:
    talk = await begin(channel="sms")
    await talk.user_input("alerts", intent="manage_alerts", acts={"start"})
    talk.assert_message("outages")
    await talk.press("Power outage")
    assert talk.slots["alert_what"] == {"outage": None}


async def test_not_those_but_outages(begin: Begin) -> None:
    talk = await begin(channel="sms")
    await talk.user_input("alerts", intent="manage_alerts", acts={"start"})
    await talk.user_input("no, not those. text me when there is an outage", intent="deny", acts={"deny"})
    assert talk.slots["alert_what"] == {"outage": None}


async def test_turn_them_off_at_the_read_back(talk: Talk, backend: Backend) -> None:
    await talk.user_input("text me when my bill is due", intent="manage_alerts", acts={"start"})
    await talk.user_input("no turn them OFF", intent="deny", acts={"deny"})
    talk.assert_no_response("utter_question_alert_confirm")
    assert [one for one in await list_rows(backend, AlertSetting) if one.active] == []


@pytest.fixture
async def barn_id(backend: Backend, home: Household) -> int:
    return await add_account(backend, home, "002", "barn", 6218)


@pytest.mark.parametrize(
    "words",
    [
        "can u text me before my bills are due, both of em",
        "bill reminders for house and barn by text",
        "text me when the bills of all my accounts are due",
    ],
)
async def test_several_accounts_are_read_back_and_turned_on(
    talk: Talk, backend: Backend, home: Household, barn_id: int, words: str
) -> None:
    await talk.user_input(words, intent="manage_alerts", acts={"start"})
    talk.assert_message("for each of these accounts: .* and barn")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    settings = await list_rows(backend, AlertSetting)
    assert {one.account_id for one in settings if one.active} == {home.account_id, barn_id}


async def test_one_account_where_only_one_is_meant(talk: Talk, backend: Backend, barn_id: int) -> None:
    await talk.user_input("text me when my bill is due", intent="manage_alerts", acts={"start"})
    talk.assert_no_message("each of these accounts")
    await talk.user_input("no, for both the house and the barn", intent="inform", acts={"correct"})
    talk.assert_message("for each of these accounts")
