"""Payments for a later day: shown, moved and canceled, each on a yes."""

from __future__ import annotations

from datetime import date

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments.models import ScheduledPayment
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


@pytest.fixture
async def planned(talk: Talk) -> Talk:
    """A talk in which $40.00 was scheduled for Friday, November 20."""
    await talk.user_input("pay 40 on friday with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_pay_scheduled")
    return talk


async def ask(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="schedule_payment", acts={"start"})


async def stored(backend: Backend) -> tuple[str, date]:
    [item] = await list_rows(backend, ScheduledPayment)
    return item.status, item.run_on


async def test_without_scheduled_payments_says_so(talk: Talk) -> None:
    await ask(talk, "show my scheduled payments")
    assert talk.responses == ["utter_sched_none"]
    assert talk.open_task is None


async def test_it_is_moved_on_a_yes(planned: Talk, backend: Backend) -> None:
    await ask(planned, "show my scheduled payments")
    planned.assert_response("utter_sched_item", "utter_question_sched_act")
    await planned.user_input("move it to monday", acts={"answer"})
    planned.assert_message("on Monday, November 23 instead of Friday, November 20")
    await planned.user_input("no, to tuesday", acts={"correct"})
    planned.assert_message("on Tuesday, November 24 instead of Friday, November 20")
    assert await stored(backend) == ("scheduled", date(2026, 11, 20))
    await planned.user_input("yes", acts={"affirm"})
    planned.assert_response("utter_sched_moved")
    assert await stored(backend) == ("scheduled", date(2026, 11, 24))


@pytest.mark.parametrize("intent", ["change_or_cancel_autopay", "quick_pay"])
async def test_the_payment_just_scheduled_is_moved_whatever_else_it_sounds_like(
    planned: Talk, backend: Backend, intent: str
) -> None:
    await planned.user_input("I meant the 40 dollars on November 20. Move it to November 24", intent=intent)
    planned.assert_message("on Tuesday, November 24 instead of Friday, November 20")
    assert await stored(backend) == ("scheduled", date(2026, 11, 20))
    await planned.user_input("yes", acts={"affirm"})
    assert await stored(backend) == ("scheduled", date(2026, 11, 24))


async def test_that_payment_is_the_one_just_scheduled_and_not_auto_pay(planned: Talk) -> None:
    await planned.user_input("move that payment to another day", intent="change_or_cancel_autopay", acts={"start"})
    planned.assert_response("utter_question_sched_day")
    assert planned.open_task == "scheduled_form"


async def test_auto_pay_by_name_is_auto_pay(planned: Talk) -> None:
    await planned.user_input("move my auto pay to the 5th", intent="change_or_cancel_autopay", acts={"start"})
    assert planned.open_task == "autopay_form"


async def test_it_is_canceled_on_a_yes(planned: Talk, backend: Backend) -> None:
    await ask(planned, "cancel my scheduled payment")
    planned.assert_message(r"cancel the payment of \$40\.00 set for Friday, November 20")
    assert await stored(backend) == ("scheduled", date(2026, 11, 20))
    await planned.user_input("yes", acts={"affirm"})
    planned.assert_response("utter_sched_canceled")
    assert (await stored(backend))[0] == "canceled"


async def test_a_no_leaves_it(planned: Talk, backend: Backend) -> None:
    await ask(planned, "cancel my scheduled payment")
    await planned.user_input("no", acts={"deny"})
    assert await stored(backend) == ("scheduled", date(2026, 11, 20))


async def test_a_day_too_far_away_is_asked_for_again(planned: Talk, backend: Backend) -> None:
    await ask(planned, "move my scheduled payment")
    planned.assert_message("up to Sunday, January 17, 2027")
    await planned.user_input("next june", acts={"answer"})
    planned.assert_response("utter_question_sched_day")
    await planned.user_input("never mind", intent="cancel", acts={"cancel"})
    assert planned.open_task is None
    assert await stored(backend) == ("scheduled", date(2026, 11, 20))


async def test_on_its_own_day_it_is_too_late(planned: Talk, backend: Backend, clock: ManualClock) -> None:
    await ask(planned, "cancel my scheduled payment")
    clock.advance(days=2)
    await planned.user_input("yes", acts={"affirm"})
    planned.assert_no_response("utter_sched_canceled")
    assert (await stored(backend))[0] == "scheduled"


async def test_the_payment_just_moved_is_the_one_to_cancel(planned: Talk, backend: Backend) -> None:
    await ask(planned, "move my scheduled payment to monday")
    await planned.user_input("yes", acts={"affirm"})
    planned.assert_response("utter_sched_moved")
    await planned.user_input("on second thougt cancel that payment", intent="cancel", acts={"cancel"})
    planned.assert_message(r"cancel the payment of \$40\.00 set for Monday, November 23")
    await planned.user_input("never mind", intent="cancel", acts={"cancel"})
    planned.assert_message(r"payment of \$40\.00 stays scheduled for Monday, November 23")
    assert await stored(backend) == ("scheduled", date(2026, 11, 23))
