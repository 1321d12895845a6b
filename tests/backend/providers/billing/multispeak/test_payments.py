"""A payment is booked once, and an unknown outcome is never taken for a known one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from backend.clock import ManualClock
from backend.providers.billing.multispeak.system import MultiSpeakBilling
from backend.providers.billing.system import Posting, SystemRejected, SystemTimeout, SystemUnavailable
from tests.backend.providers.billing.multispeak.test_system import LOCATION, NOW, NUMBER, make
from tests.standins.multispeak import MultiSpeakServer

COMMIT, PROCESS = "CommitPaymentTransaction", "ProcessPaymentTransaction"
POSTING = Posting(
    key="payment:7f3a",
    kind="payment",
    account_number=NUMBER,
    amount_cents=11240,
    fee_cents=0,
    on=NOW.date(),
    at=NOW,
    method_kind="card",
    confirmation="ML-7F3A",
    channel="sms",
)


@pytest.fixture
async def system(multispeak: MultiSpeakServer, tmp_path: Path) -> AsyncIterator[MultiSpeakBilling]:
    multispeak.reset(accounts={NUMBER: {"items": [], "location": LOCATION}})
    made = make(multispeak, tmp_path)
    yield made
    await made.close()


async def fails(system: MultiSpeakBilling, posting: Posting = POSTING) -> Exception:
    with pytest.raises((SystemRejected, SystemTimeout, SystemUnavailable)) as failure:
        await system.post(posting)
    return failure.value


def operations(server: MultiSpeakServer) -> list[str]:
    return [each["operation"] for each in server.calls]


@pytest.mark.parametrize(("kind", "element"), [("card", "creditCardPayment"), ("bank", "achPayment")])
async def test_a_payment_is_booked_with_our_key_and_no_card_number(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, kind: Literal["card", "bank"], element: str
) -> None:
    assert await system.post(replace(POSTING, method_kind=kind, fee_cents=250)) == "R1000"
    [payment] = multispeak.payments
    assert (payment["key"], payment["account"], payment["kind"]) == (POSTING.key, NUMBER, element)
    assert payment["tender"] == {
        "attributes": {"objectID": POSTING.key},
        "amount": 112.4,
        "convenienceFee": 2.5,
        "total": 114.9,
        "authorizationCode": "ML-7F3A",
        "financialTransactionID": POSTING.key,
    }
    assert operations(multispeak) == [COMMIT]


async def test_the_same_key_again_books_nothing_where_the_system_can_tell(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    assert await system.post(POSTING) == await system.post(POSTING)
    assert len(multispeak.payments) == 1


async def test_a_failure_is_a_clear_no(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    failure = await fails(system, replace(POSTING, account_number="88888-001"))
    assert isinstance(failure, SystemRejected)
    assert failure.code == "unknown_account"
    assert multispeak.payments == []


@pytest.mark.parametrize("kind", ["return", "refund"])
async def test_what_the_standard_has_no_call_for_is_left_to_a_person(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, kind: Literal["return", "refund"]
) -> None:
    failure = await fails(system, replace(POSTING, kind=kind))
    assert isinstance(failure, SystemRejected)
    assert (failure.code, multispeak.calls) == ("refused", [])


async def test_an_amount_that_a_float_cannot_hold_is_left_to_a_person(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    failure = await fails(system, replace(POSTING, amount_cents=131_072_01))
    assert isinstance(failure, SystemRejected)
    assert (failure.code, multispeak.calls) == ("refused", [])


def reply(**tender: Any) -> dict[str, Any]:
    return {"result": {"paymentTransaction": [{"accountNumber": NUMBER, "creditCardPayment": [{"tender": tender}]}]}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"hangUp": True},
        {"fault": "Server", "text": "Deadlock victim", "status": 500},
        {"body": "<h1>Gateway timeout</h1>", "status": 504},
        {"body": "<p>OK</p>"},
        {"result": {}},
        {"result": {"paymentTransaction": [{"accountNumber": NUMBER}]}},
        reply(amount="112.4"),
        reply(amount="112.4", responseCode="Error"),
        reply(amount="112.41", responseCode="Success"),
        reply(amount="112.405", responseCode="Success"),
        reply(amount="112.4", responseCode="Success", attributes={"objectID": "another"}),
        reply(amount="112.4", responseCode="Success", attributes={"errorString": "not posted to the ledger"}),
        reply(amount="112.4", responseCode="Failure", attributes={"errorString": "Duplicate transaction"}),
    ],
)
async def test_everything_unclear_is_an_unknown_outcome(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, wrong: dict[str, Any]
) -> None:
    multispeak.trouble(**{COMMIT: wrong})
    assert isinstance(await fails(system), SystemTimeout)


async def test_a_payment_whose_answer_was_lost_is_found(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    multispeak.trouble(**{COMMIT: {"hangUp": True}})
    assert isinstance(await fails(system), SystemTimeout)
    assert len(multispeak.payments) == 1
    with pytest.raises(SystemTimeout):  # it may still be at work there
        await system.find_posting(POSTING)
    assert isinstance(system._clock, ManualClock)
    system._clock.advance(minutes=3)
    assert await system.find_posting(POSTING) == "R1000"


async def test_not_listed_proves_something_only_where_all_are_listed(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, tmp_path: Path
) -> None:
    with pytest.raises(SystemRejected) as refused:
        await system.find_posting(POSTING)
    assert refused.value.code == "unsupported"
    sure = make(multispeak, tmp_path, lists_payments=True)
    assert await sure.find_posting(POSTING) is None
    await sure.post(replace(POSTING, key="payment:other"))
    assert await sure.find_posting(POSTING) is None
    multispeak.change(dropsKeys=True)  # the same amount, and whose it is cannot be told
    with pytest.raises(SystemRejected) as refused:
        await sure.find_posting(POSTING)
    assert refused.value.code == "unsupported"
    await sure.close()


async def test_a_system_without_a_list_cannot_be_asked(multispeak: MultiSpeakServer, tmp_path: Path) -> None:
    system = make(multispeak, tmp_path, without={"PPMPayments"}, lists_payments=True)
    with pytest.raises(SystemRejected) as refused:
        await system.find_posting(POSTING)
    assert refused.value.code == "unsupported"
    await system.close()


class TestProcessAndCommit:
    @pytest.fixture
    async def system(self, multispeak: MultiSpeakServer, tmp_path: Path) -> AsyncIterator[MultiSpeakBilling]:
        multispeak.reset(accounts={NUMBER: {"items": [], "location": LOCATION}})
        made = make(multispeak, tmp_path, posting="process_and_commit")
        yield made
        await made.close()

    async def test_both_in_order(self, multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
        assert await system.post(POSTING) == "R1000"
        assert operations(multispeak) == [PROCESS, COMMIT]

    async def test_a_no_to_the_first_changed_nothing(
        self, multispeak: MultiSpeakServer, system: MultiSpeakBilling
    ) -> None:
        multispeak.trouble(**{PROCESS: reply(responseCode="Failure")})
        assert isinstance(await fails(system), SystemRejected)
        assert operations(multispeak) == [PROCESS]

    @pytest.mark.parametrize(
        "wrong",
        [
            reply(responseCode="Failure"),
            {"fault": "Client", "text": "Login failed"},
            {"body": "", "status": 404},
            {"hangUp": True},
        ],
    )
    async def test_after_the_first_nothing_is_a_clear_no(
        self, multispeak: MultiSpeakServer, system: MultiSpeakBilling, wrong: dict[str, Any]
    ) -> None:
        multispeak.trouble(**{COMMIT: wrong})
        assert isinstance(await fails(system), SystemTimeout)

    async def test_without_the_second_the_first_is_not_sent(self, multispeak: MultiSpeakServer, tmp_path: Path) -> None:
        system = make(multispeak, tmp_path, posting="process_and_commit", without={COMMIT})
        assert isinstance(await fails(system), SystemRejected)
        assert multispeak.calls == []
        await system.close()


async def test_posting_may_be_off(multispeak: MultiSpeakServer, tmp_path: Path) -> None:
    system = make(multispeak, tmp_path, posting="off")
    failure = await fails(system)
    assert isinstance(failure, SystemRejected)
    assert (failure.code, multispeak.calls) == ("unsupported", [])
    await system.close()


async def test_the_window_is_asked_for_in_local_time(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    await system.post(POSTING)
    await system.find_posting(replace(POSTING, at=NOW - timedelta(days=2)))
    call = multispeak.calls[-1]["args"]
    assert call == {"startTime": "2026-11-24T12:00:00", "stopTime": "2026-11-28T12:00:00"} or {
        key: value[:13] for key, value in call.items()
    } == {"startTime": "2026-11-24T12", "stopTime": "2026-11-28T12"}
