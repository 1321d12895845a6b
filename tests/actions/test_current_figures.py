"""What is owed where another system keeps the books: asked for before it is told, and told with its time when stale."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.payments.models import Payment, Quote
from backend.providers.billing.system import SystemUnavailable
from tests.actions.conftest import Begin
from tests.backend.household import NOW, TODAY, Household
from tests.backend.providers.billing.elsewhere import LIMIT, NUMBER, move_books
from tests.standins.billing_system import BillingSystemStandIn
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

STALE = r"billing system does not answer right now, so this is as of this morning at 10:00 AM"


@pytest.fixture
async def system(backend: Backend) -> BillingSystemStandIn:
    """Another system has the books, and $84.20 is owed by them."""
    return await move_books(backend)


async def ask(talk: Talk) -> None:
    await talk.user_input("what do i owe", intent="check_balance", acts={"start"})


async def test_a_stranger_hears_their_figure_in_the_turn_that_identifies(
    stranger: Talk, system: BillingSystemStandIn
) -> None:
    await ask(stranger)
    assert system.asked == []
    await stranger.user_input("99999-001 0142", acts={"answer"})
    stranger.assert_message(r"\$84\.20")
    stranger.assert_no_message("as of")
    assert system.asked == [NUMBER]
    assert stranger.responses[-2:] == ["utter_balance", "utter_balance_offer"]


async def test_stale_figures_are_told_with_their_time_once(
    begin: Begin, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    talk = await begin(Level.KNOWN)
    await ask(talk)
    system.trouble = SystemUnavailable()
    clock.advance(minutes=10)
    await ask(talk)
    talk.assert_message(STALE)
    talk.assert_message(r"\$84\.20")
    assert talk.responses[:2] == ["utter_told", "utter_balance"]
    await ask(talk)
    talk.assert_no_message("as of")


async def test_stale_figures_are_told_in_spanish(
    begin: Begin, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    talk = await begin(Level.KNOWN, language="es")
    await talk.user_input("cuánto debo", intent="check_balance", acts={"start"})
    system.trouble = SystemUnavailable()
    clock.advance(minutes=10)
    await talk.user_input("cuánto debo", intent="check_balance", acts={"start"})
    talk.assert_message(r"sistema de facturación no responde.*esta mañana a las 10:00 AM")


async def test_the_read_back_says_it_and_the_quote_keeps_it(
    talk: Talk, system: BillingSystemStandIn, clock: ManualClock, backend: Backend
) -> None:
    await talk.user_input("what do i owe", intent="check_balance", acts={"start"})
    system.trouble = SystemUnavailable()
    clock.advance(minutes=10)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_message(STALE)
    await talk.user_input("all of it", acts={"answer"})
    await talk.user_input("visa", acts={"answer"})
    assert talk.responses[-1] == "utter_question_pay_confirm"
    talk.assert_message(STALE)
    (quote,) = await list_rows(backend, Quote)
    assert (quote.amount_cents, quote.due_cents, quote.figures_as_of) == (8420, 8420, NOW)


async def test_fresh_figures_need_no_time_in_the_read_back(
    talk: Talk, system: BillingSystemStandIn, backend: Backend
) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("all of it", acts={"answer"})
    await talk.user_input("visa", acts={"answer"})
    talk.assert_no_message("as of")
    await talk.user_input("yes", acts={"affirm"})
    (payment,) = await list_rows(backend, Payment)
    assert (payment.amount_cents, payment.status) == (8420, "posted")
    assert system.asked == [NUMBER]


async def test_an_unknown_amount_is_not_zero_and_a_call_is_offered(
    begin: Begin, system: BillingSystemStandIn, backend: Backend
) -> None:
    system.trouble = SystemUnavailable()
    talk = await begin(Level.KNOWN)
    await ask(talk)
    talk.assert_message("cannot look up what is owed")
    talk.assert_no_message(r"\$0\.00")
    assert talk.responses == ["utter_told", "utter_told_all"]
    assert talk.open_task is None
    assert talk.slots["offer"]
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_message("cannot look up what is owed")
    assert await list_rows(backend, Quote) == []


async def test_a_stranger_stays_identified_when_the_amount_is_unknown(
    stranger: Talk, system: BillingSystemStandIn, backend: Backend
) -> None:
    system.trouble = SystemUnavailable()
    await ask(stranger)
    await stranger.user_input("99999-001 0142", acts={"answer"})
    stranger.assert_message("cannot look up what is owed")
    (row,) = [one for one in await list_rows(backend, Conversation) if one.id == "web-talk"]
    assert row.level == Level.KNOWN


async def test_a_question_about_the_account_is_answered_by_their_figures(
    begin: Begin, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("when is it due", acts={"ask"}, knowledge=[("account_due_when", 0.9)])
    talk.assert_message(r"\$84\.20 is due today")
    system.trouble = SystemUnavailable()
    clock.advance(minutes=2)
    await talk.user_input("will i get a late fee", acts={"ask"}, knowledge=[("account_late_fee_now", 0.9)])
    talk.assert_message(STALE)


async def test_a_turn_ends_within_the_limit_and_holds_no_connection_meanwhile(
    begin: Begin, system: BillingSystemStandIn, backend: Backend
) -> None:
    talk = await begin(Level.KNOWN)
    system.seconds = 60.0
    began = time.monotonic()
    turn = asyncio.create_task(ask(talk))
    await system.is_asked.wait()
    assert backend.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    async with backend.db.transaction() as session:  # others can write
        (await session.get_one(Account, 1)).service_address = "12 Prairie Road"
    await turn
    assert time.monotonic() - began < LIMIT + 1
    talk.assert_message("cannot look up what is owed")


async def test_an_account_switched_to_is_asked_for_too(
    begin: Begin, system: BillingSystemStandIn, backend: Backend, home: Household
) -> None:
    async with backend.db.transaction() as session:
        barn = Account(member_id=home.member_id, separator="002", number="99999-002", number_digits="99999002")
        session.add(barn)
    system.owe("99999-002", 1500, due_on=TODAY)
    talk = await begin(Level.KNOWN)
    await ask(talk)
    await talk.user_input("and 99999-002?", intent="check_balance", acts={"start"})
    talk.assert_message(r"\$15\.00")
    await talk.user_input("what do i owe on all my accounts", intent="check_balance", acts={"start"})
    talk.assert_message(r"In all: \$99\.20")
    assert system.asked == [NUMBER, "99999-002"]
