"""A task whose answer was lost is still reported as done, whatever the member writes next."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.autopay.models import AutoPay, LegacyDraft
from backend.conversations import idempotency
from backend.conversations import service as conversations
from backend.language import use_language
from backend.members.levels import Level
from backend.outcomes import formatting
from backend.outcomes import service as outcomes
from backend.payments.models import ScheduledPayment
from tests.actions.conftest import Begin
from tests.actions.stored_messages import write_down
from tests.backend.household import NOW, TODAY, Household
from tests.support.harness.talk import Talk

Input = tuple[str, dict[str, Any]]


def request(words: str, intent: str) -> Input:
    return words, {"intent": intent, "acts": {"start"}}


def answer(words: str) -> Input:
    return words, {"acts": {"answer"}}


YES: Input = ("yes", {})
TASKS: dict[str, tuple[list[Input], str]] = {
    "alerts on": ([request("text me 3 days before my bill is due", "manage_alerts"), YES], "alerts, turned on"),
    "alerts off": ([request("turn off all alerts", "manage_alerts")], "alerts, turned off"),
    "auto pay": ([request("set up auto pay on the due date with the visa", "setup_autopay"), YES], "Auto Pay, set up"),
    "auto pay changed": (
        [request("move auto pay to the 15th", "change_or_cancel_autopay"), YES, YES],
        "Auto Pay, changed",
    ),
    "auto pay off": ([request("cancel auto pay", "change_or_cancel_autopay"), YES], "Auto Pay, turned off"),
    "draft changed": ([request("change my bank draft", "bank_draft"), answer("the visa"), YES], "bank draft, changed"),
    "draft removed": ([request("remove my bank draft", "bank_draft"), YES], "bank draft, removed"),
    "phone": ([request("change my phone to 815-555-0177", "update_contact_info"), YES], "phone number, changed"),
    "email": ([request("change my email to anna@example.com", "update_contact_info"), YES], "email address, changed"),
    "address": (
        [request("change my mailing address to 512 Oak St, Galena, IL 61036", "update_contact_info"), YES],
        "mailing address, changed",
    ),
    "paperless": ([request("go paperless", "bill_notifications"), YES], "paperless bills, turned on"),
    "arrangement": ([request("half today and half on friday", "payment_arrangement"), YES], "a payment arrangement"),
    "arrangement asked for": (
        [request("50 on friday and the rest in 80 days", "payment_arrangement"), YES],
        "for our office, number",
    ),
    "scheduled canceled": ([request("cancel my scheduled payment", "schedule_payment"), YES], "payment taken off"),
    "scheduled moved": (
        [request("move my scheduled payment to December 2", "schedule_payment"), YES],
        "moved to another day",
    ),
    "outage": ([request("my power is out at 14 Mill Road, Hanover", "report_outage"), YES], "for our office, number"),
    "light": ([request("the yard light at 14 Mill Road is out", "report_light"), YES], "for our office, number"),
    "service": (
        [request("stop service", "start_stop_service"), answer("14 Mill Road, Hanover"), answer("monday"), YES],
        "for our office, number",
    ),
    "call back": ([request("have a person call me tomorrow at 10", "speak_to_human"), YES], "for our office, number"),
    "password": ([request("i forgot my password", "reset_password")], "the mail with a link"),
    "user id": ([request("i forgot my user id", "recover_user_id")], "the mail with your user ID"),
}
"""What is said, the last of which acts, and how the act is told."""
NOTHING = re.compile(
    r"\bnothing (?:was|has been|is) (?!open|waiting|taken)\w+|\bnot been\b|\bstays? as\b|\bdid nothing\b|"
    r"\bnothing has been\b|\bnothing changes\b",
    re.IGNORECASE,
)
CHANNELS = ("sms", "web", "voice")
ON_THE_WEB = ("call back", "address")
"""A caller is called back by the office at once, and by text a change of contact details wants a code first."""
EACH = [(task, "web" if task in ON_THE_WEB else CHANNELS[at % 3]) for at, task in enumerate(TASKS)]


async def prepare(backend: Backend, home: Household) -> None:
    """An alert and a payment for a later day are there already."""
    later = TODAY + timedelta(days=9)
    made = {"channel": "web", "created_at": NOW - timedelta(days=2), "amount_cents": 4000, "fee_cents": 0}
    planned = ScheduledPayment(
        key="k", confirmation="ABCD-EFGH", account_id=home.account_id, method_id=home.card_id, run_on=later, **made
    )
    alert = AlertSetting(account_id=home.account_id, kind="bill_due", active=True, by_text=True, threshold=3, since=NOW)
    alert.by_email = alert.by_call = False
    alert.origin = "web"
    async with backend.db.transaction() as session:
        session.add_all([alert, planned])


async def enroll(backend: Backend, home: Household, task: str) -> None:
    async with backend.db.transaction() as session:
        if task in ("auto pay changed", "auto pay off"):
            session.add(AutoPay(account_id=home.account_id, method_id=home.card_id, active=True))
        if task.startswith("draft"):
            session.add(LegacyDraft(account_id=home.account_id, method_id=home.bank_id, active=True))


async def act(talk: Talk, task: str) -> dict[str, Any]:
    """Do the task, with the message that acts written down; the state of the talk before that message."""
    says = TASKS[task][0]
    for message, more in says[:-1]:
        await talk.user_input(message, **more)
    before = deepcopy(talk.log.__dict__)
    await write_down(talk, "acts")
    await talk.user_input(says[-1][0], **says[-1][1])
    return before


@pytest.mark.parametrize(("task", "channel"), EACH)
async def test_completed_act_behind_a_lost_answer_is_reported(
    begin: Begin, backend: Backend, home: Household, task: str, channel: str
) -> None:
    await prepare(backend, home)
    await enroll(backend, home, task)
    talk = await begin(Level.STEPPED_UP, channel=channel)
    await act(talk, task)
    name = talk.log.conversation_id
    async with backend.db.transaction() as session:
        became = await outcomes.close_outcome(session, name, NOW, NOW)
    assert not became.is_empty
    assert became.has_effect
    report = " ".join(formatting.format_outcome(backend, became))
    assert TASKS[task][1] in report
    assert formatting.OTHER_CHANGE not in report
    with use_language("es"):
        assert " ".join(formatting.format_outcome(backend, became)) != report
    async with backend.db.transaction() as session:
        row = await conversations.find_inbound(session, channel, "acts")
        assert row is not None
        await conversations.save_reply(session, backend, row.id, name, {}, status="failed")
    with pytest.raises(idempotency.MessageSettled):  # so that what was told stays so
        await talk.user_input("yes")


@pytest.mark.parametrize("task", TASKS)
async def test_later_words_do_not_deny_the_act(talk: Talk, backend: Backend, home: Household, task: str) -> None:
    await prepare(backend, home)
    await enroll(backend, home, task)
    await act(talk, task)
    talk.message_id = None
    for message, more in (
        ("stop", {"intent": "cancel", "acts": {"cancel"}}),
        ("yes", {}),
        ("42", {"acts": {"answer"}}),
    ):
        await talk.user_input(message, **more)
        assert not NOTHING.search(talk.text), f"{message}: {talk}"


@pytest.mark.parametrize("message", ["cancel", "no"])
@pytest.mark.parametrize("task", [name for name in TASKS if TASKS[name][0][-1] is YES and name != "call back"])
async def test_turn_lost_after_its_act_is_not_treated_as_undone(
    talk: Talk, backend: Backend, home: Household, task: str, message: str
) -> None:
    await prepare(backend, home)
    await enroll(backend, home, task)
    before = await act(talk, task)
    talk.log.__dict__.update(before)
    talk.message_id = None
    more: dict[str, Any] = {"intent": "cancel", "acts": {"cancel"}} if message == "cancel" else {"acts": {"deny"}}
    await talk.user_input("never mind, stop" if message == "cancel" else "no", **more)
    assert not NOTHING.search(talk.text), str(talk)
