"""Anything in any order, with crashes and lost answers in between: the money rules hold at every instant."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from backend.clock import ManualClock
from backend.payments.bank_returns import collect_returns
from backend.payments.errors import PaymentRefused
from backend.payments.models import PaymentMethod, Quote
from backend.payments.outcome import PaymentOutcome
from backend.payments.processing import recover
from backend.payments.quotes import make_quote
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.payments.base import PaymentProviderError, ProviderTimeout, ProviderUnavailable
from tests.backend.conftest import build
from tests.backend.databases import KINDS, Databases
from tests.backend.faults import Crash, break_everywhere
from tests.backend.household import NOW, add_bill, add_conversation, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.books import check_at_any_instant, check_when_settled
from tests.backend.payments.paying import say_yes

TOKENS = (
    "tok_visa_4242",
    "tok_visa_declined",
    "tok_visa_timeout",
    "tok_visa_timeout_lost",
    "tok_visa_timeout_post",
    "tok_bank_6789",
    "tok_bank_r01",
)
FAULTS = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 12), st.sampled_from([Crash, ProviderTimeout, ProviderUnavailable])),
)
T = TypeVar("T")


class Money(RuleBasedStateMachine):
    """Two conversations pay, schedule, repeat themselves; the process dies, recovers, and days go by."""

    def __init__(self, databases: Databases, kind: str) -> None:
        super().__init__()
        self.databases = databases
        url = databases.new(kind)
        self.runner = asyncio.Runner()
        self.network = DirectNetwork()
        self.clock = ManualClock(NOW)
        self.backend = build(url, Path(tempfile.gettempdir()), self.clock, self.network)
        self.run(self.backend.db.close())
        self.faults = break_everywhere(self.backend, self.network)
        self.home = self.run(make_household(self.backend))
        self.conversations = [self.home.conversation_id, self.run(add_conversation(self.backend, "web-1"))]
        self.methods = self.run(self._add_methods())
        self.quotes: list[Quote] = []
        self.numbers: dict[str, str] = {}
        self.seen: dict[int, str] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _add_methods(self) -> list[int]:
        async with self.backend.db.transaction() as session:
            made = [
                PaymentMethod(
                    member_id=self.home.member_id, token=token, kind=token.split("_")[1].replace("visa", "card"),
                    brand="x", last4="0000",
                )
                for token in TOKENS
            ]  # fmt: skip
            session.add_all(made)
            await session.flush()
            return [method.id for method in made]

    def guarded(self, work: Coroutine[Any, Any, T], fault: tuple[int, type[BaseException]] | None) -> T | None:
        if fault:
            self.faults.arm(*fault)
        try:
            return self.run(work)
        except (Crash, PaymentProviderError):
            return None
        finally:
            self.faults.disarm()

    @rule(
        who=st.integers(0, 1),
        method=st.integers(0, len(TOKENS) - 1),
        cents=st.sampled_from([100, 5000, 11240, 20000]),
        later=st.sampled_from([0, 0, 0, 1, 5]),
    )
    def read_out(self, who: int, method: int, cents: int, later: int) -> None:
        work = make_quote(
            self.backend,
            self.conversations[who],
            account_id=self.home.account_id,
            amount_cents=cents,
            method_id=self.methods[method],
            pay_on=self.backend.today() + timedelta(days=later),
            level=2,
        )
        with contextlib.suppress(PaymentRefused):  # nothing is due just now
            self.quotes.append(self.run(work))

    @precondition(lambda self: self.quotes)
    @rule(back=st.integers(0, 3), times=st.integers(1, 3), fault=FAULTS)
    def yes(self, back: int, times: int, fault: tuple[int, type[BaseException]] | None) -> None:
        quote = self.quotes[-1 - back % len(self.quotes)]

        async def said_at_once() -> list[PaymentOutcome]:
            confirmations = (say_yes(self.backend, quote) for _ in range(times))
            found = await asyncio.gather(*confirmations, return_exceptions=True)
            for outcome in found:
                if isinstance(outcome, BaseException):
                    raise outcome
            return [outcome for outcome in found if isinstance(outcome, PaymentOutcome)]

        for outcome in self.guarded(said_at_once(), fault) or []:
            if outcome.confirmation:
                assert self.numbers.setdefault(quote.key, outcome.confirmation) == outcome.confirmation

    @rule(seconds=st.sampled_from([5, 60, 700]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(fault=FAULTS)
    def recover(self, fault: tuple[int, type[BaseException]] | None) -> None:
        self.guarded(recover(self.backend), fault)

    @rule(days=st.integers(1, 6), fault=FAULTS)
    def days_pass(self, days: int, fault: tuple[int, type[BaseException]] | None) -> None:
        self.clock.advance(days=days)
        self.network.pass_days(days)
        self.guarded(run_scheduled(self.backend, self.backend.today()), fault)

    @rule(fault=FAULTS)
    def returns_come(self, fault: tuple[int, type[BaseException]] | None) -> None:
        self.guarded(collect_returns(self.backend), fault)

    @rule()
    def a_bill_comes(self) -> None:
        self.run(add_bill(self.backend, self.home.account_id, 8700, self.backend.today() + timedelta(days=20)))

    @invariant()
    def books_are_right(self) -> None:
        self.run(check_at_any_instant(self.backend, self.network, self.seen))

    def teardown(self) -> None:
        try:
            self.run(self._settle())
        finally:
            self.run(self.backend.close())
            self.runner.close()
            self.databases.drop(self.backend.db.url)

    async def _settle(self) -> None:
        for _ in range(2):
            self.clock.advance(minutes=1)
            await recover(self.backend)
            await run_scheduled(self.backend, self.backend.today())
            await collect_returns(self.backend)
        await check_at_any_instant(self.backend, self.network, self.seen)
        await check_when_settled(self.backend, self.network)


@pytest.mark.parametrize("kind", KINDS)
def test_money_rules_hold_in_any_order_of_events(databases: Databases, kind: str) -> None:
    run_state_machine_as_test(
        lambda: Money(databases, kind),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=15 if kind == "sqlite" else 6,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
