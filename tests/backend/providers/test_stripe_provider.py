"""What only Stripe's provider has to get right: crashes between its steps, lost answers, refusals, reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.app import Backend
from backend.config import Settings
from backend.db import Database
from backend.errors import SettingsError
from backend.providers.payments.base import (
    Charge,
    NetworkNotice,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
    ReturnNotice,
)
from backend.providers.payments.stripe import client
from backend.providers.payments.stripe.provider import StripeProvider
from tests.backend.databases import Databases
from tests.contracts.payment_provider import DETAILS, RETURN_URL
from tests.contracts.provider_calls import found, new_key, refund, rejection
from tests.support import stripe_doubles
from tests.support.ports import free_port
from tests.support.stripe_doubles import KEY, WEBHOOK_SECRET, StandIn, sign

CARD, BANK = "card::pm_card_visa", "bank::pm_usBankAccount_success"
CREATE, CONFIRM = "/v1/payment_intents", "/confirm"


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with stripe_doubles.run_standin() as standin:
        yield standin


@pytest.fixture(scope="module")
async def db(databases: Databases) -> AsyncIterator[Database]:
    url = databases.new("sqlite")
    db = Database(url)
    yield db
    await db.close()
    databases.drop(url)


def build(url: str, db: Database, **options: Any) -> StripeProvider:
    provider = StripeProvider(
        **{"api_key": KEY, "api_url": url, "webhook_secret": WEBHOOK_SECRET, "poll_seconds": 0, **options}
    )
    provider.use_database(db)
    return provider


@pytest.fixture(scope="module")
async def shared(standin: StandIn, db: Database) -> AsyncIterator[StripeProvider]:
    provider = build(standin.url, db)
    yield provider
    await provider.close()


@pytest.fixture
def stripe(shared: StripeProvider) -> StripeProvider:
    return shared


async def authorize(provider: StripeProvider, key: str, token: str = CARD, **details: Any) -> Charge:
    return await provider.authorize(
        key=key, token=token, amount_cents=11240, description="Electric bill", details=replace(DETAILS, **details)
    )


async def post(provider: StripeProvider, token: str = CARD) -> tuple[str, str]:
    """A posted charge: its key, and the id of its intent."""
    key = new_key()
    ref = (await authorize(provider, key, token)).ref
    assert (await provider.capture(key)).status == "posted"
    return key, ref


def intent(standin: StandIn, ref: str) -> dict[str, Any]:
    return standin.control("object", id=ref)


class TestLostAnswers:
    @pytest.mark.parametrize("path", [CREATE, CONFIRM])
    async def test_crash_after_any_step_makes_one_charge(
        self, stripe: StripeProvider, standin: StandIn, path: str
    ) -> None:
        key = new_key()
        standin.control("fail", at=path, method="POST", when="after", how="hang_up")
        with pytest.raises(ProviderTimeout):
            await authorize(stripe, key)
        standin.control("forget")  # a day later no idempotency key helps any more
        before = await stripe.find(key)
        assert (before.status if before else None) == ("authorized" if path == CONFIRM else None)
        charge = await authorize(stripe, key)
        assert charge.status == "authorized"
        assert before is None or before.ref == charge.ref
        assert (await stripe.capture(key)).ref == charge.ref

    async def test_lost_answer_to_the_capture_takes_the_money_once(
        self, stripe: StripeProvider, standin: StandIn
    ) -> None:
        for token in (CARD, BANK):
            key = new_key()
            ref = (await authorize(stripe, key, token)).ref
            path = "/capture" if token == CARD else CONFIRM
            standin.control("fail", at=path, method="POST", when="after", how="hang_up")
            with pytest.raises(ProviderTimeout):
                await stripe.capture(key)
            standin.control("forget")
            assert (await found(stripe, key)).status == "posted"
            assert (await stripe.capture(key)).ref == ref

    async def test_lost_answer_to_a_refund_gives_back_once(self, stripe: StripeProvider, standin: StandIn) -> None:
        (charge, _), key = await post(stripe), new_key()
        standin.control("fail", at="/v1/refunds", method="POST", when="after", how="hang_up")
        with pytest.raises(ProviderTimeout):
            await refund(stripe, key, charge, 5000)
        standin.control("forget")
        made = await stripe.find_refund(key)
        assert made is not None
        assert await refund(stripe, key, charge, 5000) == made
        assert await rejection(refund(stripe, new_key(), charge, 6241)) == "refund_too_large"

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            ({"how": "answer", "status": 429, "body": '{"error": {"code": "rate_limit", "message": "slow"}}'}, "away"),
            ({"how": "answer", "status": 500, "body": '{"error": {"type": "api_error", "message": "x"}}'}, "unknown"),
            ({"how": "answer", "status": 503, "body": "<html>"}, "unknown"),
            ({"how": "answer", "status": 200, "body": "<html>"}, "unknown"),
            ({"how": "answer", "status": 200, "body": "{}"}, "unknown"),
            ({"how": "answer", "status": 200, "body": "[]"}, "unknown"),
            ({"how": "hang_up"}, "unknown"),
        ],
    )
    @pytest.mark.parametrize("path", [CREATE, CONFIRM])
    async def test_answers_that_are_none(
        self, stripe: StripeProvider, standin: StandIn, answer: dict[str, Any], error: str, path: str
    ) -> None:
        key = new_key()
        standin.control("fail", at=path, method="POST", when="before", **answer)
        with pytest.raises(ProviderUnavailable if error == "away" else ProviderTimeout):
            await authorize(stripe, key)
        assert await stripe.find(key) is None
        assert (await authorize(stripe, key)).status == "authorized"

    async def test_silence_ends_in_time(self, standin: StandIn, db: Database) -> None:
        for options in ({"call_seconds": 0.2}, {"total_seconds": 0.2}):
            hasty, key = build(standin.url, db, **options), new_key()
            standin.control("fail", at=CREATE, method="POST", when="before", how="hang")
            begun = time.monotonic()
            with pytest.raises(ProviderTimeout):
                await authorize(hasty, key)
            assert time.monotonic() - begun < 5
            await hasty.close()

    async def test_missing_network_is_unavailable(self, db: Database) -> None:
        nowhere = build(f"http://127.0.0.1:{free_port()}", db)
        with pytest.raises(ProviderUnavailable):
            await authorize(nowhere, new_key())
        await nowhere.close()

    async def test_request_that_stripe_still_works_on_is_unknown(
        self, stripe: StripeProvider, standin: StandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "CONFLICT_WAITS", (0.01, 0.01))
        conflict = {"status": 409, "body": '{"error": {"type": "idempotency_error", "message": "in use"}}'}
        key = new_key()
        standin.control("fail", at=CONFIRM, method="POST", when="before", how="answer", **conflict)
        assert (await authorize(stripe, key)).status == "authorized"  # once is waited for
        key = new_key()
        for _ in range(2):
            standin.control("fail", at=CONFIRM, method="POST", when="before", how="answer", **conflict)
        with pytest.raises(ProviderTimeout):
            await authorize(stripe, key)
        assert (await authorize(stripe, key)).status == "authorized"

    async def test_many_processes_make_one_charge(self, standin: StandIn, databases: Databases) -> None:
        url, key = databases.new("postgresql"), new_key()
        stores = [Database(url) for _ in range(3)]
        providers = [build(standin.url, db) for db in stores]
        # each says another detail, so that Stripe itself does not recognize the repeats
        charges = await asyncio.gather(
            *(authorize(each, key, channel=f"c{number}") for number, each in enumerate(providers * 4))
        )
        assert len({(charge.ref, charge.status) for charge in charges}) == 1
        for thing in (*providers, *stores):
            await thing.close()
        databases.drop(url)


class TestRefusals:
    async def test_wrong_key_is_ours_to_mend(self, standin: StandIn, db: Database) -> None:
        wrong = build(standin.url, db, api_key="sk_test_other")
        assert await rejection(authorize(wrong, new_key())) == "unauthorized"
        await wrong.close()

    async def test_charge_that_this_account_does_not_have_is_never_called_declined(
        self, stripe: StripeProvider, db: Database
    ) -> None:
        with stripe_doubles.run_standin() as another:
            key = new_key()
            await authorize(stripe, key)
            moved = build(another.url, db)
            for call in (moved.find(key), moved.capture(key), authorize(moved, key)):
                assert await rejection(call) == "no_such_charge"
            await moved.close()

    @pytest.mark.parametrize("off_session", [True, False])
    async def test_bank_that_wants_the_holder_on_a_page_declines(
        self, stripe: StripeProvider, standin: StandIn, off_session: bool
    ) -> None:
        key = new_key()
        charge = await authorize(stripe, key, "card::pm_card_authenticationRequired", off_session=off_session)
        assert (charge.status, charge.decline_code) == ("declined", "authentication_required")
        assert await stripe.find(key) == charge
        # declined at once by Stripe itself: nothing waits for a holder who is not on a page
        assert intent(standin, charge.ref)["status"] == "requires_payment_method"

    async def test_expired_card_declines(self, stripe: StripeProvider) -> None:
        charge = await authorize(stripe, new_key(), "card::pm_card_chargeDeclinedExpiredCard")
        assert (charge.status, charge.decline_code) == ("declined", "expired_card")

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("bank::pm_usBankAccount_unverified", "authentication_required"),
            ("bank::pm_usBankAccount_blocked", "declined"),
        ],
    )
    async def test_debit_that_is_not_ordered_is_given_up_for_good(
        self, stripe: StripeProvider, standin: StandIn, token: str, code: str
    ) -> None:
        key = new_key()
        ref = (await authorize(stripe, key, token)).ref
        assert await rejection(stripe.capture(key)) == "not_authorized"
        charge = await found(stripe, key)
        assert (charge.status, charge.decline_code) == ("declined", code)
        assert intent(standin, ref)["status"] == "canceled"  # nobody can verify it later, and be debited


class TestWhatIsSent:
    async def test_details_reach_stripe(self, stripe: StripeProvider, standin: StandIn) -> None:
        card, bank = new_key(), new_key()
        ref = (await authorize(stripe, card, fee_cents=250)).ref
        sent = intent(standin, ref)
        assert sent["metadata"] == {
            "key": card, "account": "99999-001", "member": "99999", "channel": "web", "fee_cents": "250",
        }  # fmt: skip
        assert (sent["off_session"], sent["statement_descriptor"]) == (False, None)
        ref = (await authorize(stripe, bank, BANK, entry_class="TEL", off_session=True)).ref
        await stripe.capture(bank)
        sent = intent(standin, ref)
        assert (sent["metadata"]["entry_class"], sent["off_session"]) == ("TEL", True)
        assert sent["statement_descriptor"] == DETAILS.descriptor


class TestHostedPage:
    async def open(self, stripe: StripeProvider, cents: int = 11240) -> str:
        entry = await stripe.open_entry(
            reference="99999-001", amount_cents=cents, description="Electric bill", return_url=RETURN_URL
        )
        assert entry.url.startswith(stripe.entry_origins[0])
        return entry.entry_id

    async def test_page_names_what_is_paid(self, stripe: StripeProvider, standin: StandIn) -> None:
        shown = standin.control("object", id=await self.open(stripe))
        assert shown["custom_text"] == "Electric bill: account 99999-001. $112.40."
        shown = standin.control("object", id=await self.open(stripe, 0))
        assert shown["custom_text"] == "Electric bill: account 99999-001."

    async def test_bank_account_can_be_debited_with_its_customer(
        self, stripe: StripeProvider, standin: StandIn
    ) -> None:
        entry_id = await self.open(stripe)
        standin.control("finish", id=entry_id, like="pm_usBankAccount_success")
        result = await stripe.entry_result(entry_id)
        assert (result.status, result.kind, result.brand, result.last4) == ("complete", "bank", "checking", "6789")
        assert (result.exp_month, result.exp_year) == (None, None)
        assert result.token
        assert len(result.token) <= 80
        key = new_key()
        await authorize(stripe, key, result.token)
        assert (await stripe.capture(key)).status == "posted"

    async def test_account_that_waits_for_its_deposits_is_pending(
        self, stripe: StripeProvider, standin: StandIn
    ) -> None:
        entry_id = await self.open(stripe)
        standin.control("finish", id=entry_id, like="pm_usBankAccount_success", verified=False)
        assert (await stripe.entry_result(entry_id)).status == "pending"

    async def test_page_that_ran_out_is_abandoned(self, stripe: StripeProvider, standin: StandIn) -> None:
        entry_id = await self.open(stripe)
        standin.control("expire", id=entry_id)
        assert (await stripe.entry_result(entry_id)).status == "abandoned"


class TestReports:
    """By webhook; `deaf` reads no list of Stripe's, so that only what was received counts."""

    @pytest.fixture
    async def deaf(self, standin: StandIn, db: Database) -> AsyncIterator[StripeProvider]:
        provider = build(standin.url, db, poll_seconds=3600)
        provider._polled_at = time.monotonic()
        yield provider
        await provider.close()

    async def news(self, provider: StripeProvider, key: str) -> list[ReturnNotice | NetworkNotice]:
        both = [*await provider.returns_since(0), *await provider.notices_since(0)]
        return [each for each in both if each.key == key]

    async def test_late_failure_of_a_debit_is_a_return_once(self, deaf: StripeProvider, standin: StandIn) -> None:
        key, ref = await post(deaf, "bank::pm_usBankAccount_accountClosed")
        standin.control("days", days=5)
        events = standin.control("days", days=0)["events"]
        event = next(each for each in events if each["data"]["object"]["id"] == ref)
        assert [await deaf.receive_webhook(*sign(event)) for _ in range(3)] == [True, False, False]
        [notice] = await self.news(deaf, key)
        assert isinstance(notice, ReturnNotice)
        assert (notice.code, notice.amount_cents) == ("R02", 11240)
        assert (await found(deaf, key)).status == "returned"

    async def test_debit_that_failed_before_we_knew_of_its_order_is_declined(
        self, deaf: StripeProvider, standin: StandIn
    ) -> None:
        key = new_key()
        ref = (await authorize(deaf, key, "bank::pm_usBankAccount_insufficientFunds")).ref
        standin.control("fail", at=CONFIRM, method="POST", when="after", how="hang_up")
        with pytest.raises(ProviderTimeout):
            await deaf.capture(key)
        standin.control("days", days=5)
        events = standin.control("days", days=0)["events"]
        event = next(each for each in events if each["data"]["object"]["id"] == ref)
        assert await deaf.receive_webhook(*sign(event)) is False  # nothing was posted that could come back
        charge = await found(deaf, key)
        assert (charge.status, charge.decline_code) == ("declined", "insufficient_funds")

    async def test_lost_webhook_is_found_in_the_list(self, stripe: StripeProvider, standin: StandIn) -> None:
        key, ref = await post(stripe)
        standin.control("dispute", intent=ref, reason="fraudulent", status="needs_response")
        [notice] = await self.news(stripe, key)
        assert isinstance(notice, NetworkNotice)
        assert (notice.kind, notice.code, notice.amount_cents) == ("dispute_opened", "fraudulent", 11240)
        assert notice.due_on is not None

    async def test_dispute_of_a_debit_is_final(self, deaf: StripeProvider, standin: StandIn) -> None:
        key, ref = await post(deaf, BANK)
        opened = standin.control("dispute", intent=ref, reason="debit_not_authorized", status="needs_response")
        closed = standin.control("dispute", intent=ref, reason="debit_not_authorized", status="lost")
        # in the wrong order, and one of them is all that counts
        assert [await deaf.receive_webhook(*sign(event)) for event in (closed, opened)] == [True, False]
        [notice] = await self.news(deaf, key)
        assert notice.code == "R10"

    @pytest.mark.parametrize(
        ("status", "amount", "kinds"),
        [
            ("lost", None, ["return"]),
            ("lost", 5000, ["dispute_lost_part"]),
            ("won", None, ["dispute_won"]),
            ("warning_closed", None, ["dispute_won"]),
        ],
    )
    async def test_closed_dispute_of_a_card(
        self, deaf: StripeProvider, standin: StandIn, status: str, amount: int | None, kinds: list[str]
    ) -> None:
        key, ref = await post(deaf)
        event = standin.control("dispute", intent=ref, reason="fraudulent", status=status, amount=amount)
        assert await deaf.receive_webhook(*sign(event))
        told = await self.news(deaf, key)
        assert [getattr(each, "kind", "return") for each in told] == kinds
        if kinds == ["return"]:
            assert told[0].code == "dispute"
        assert (await found(deaf, key)).status == ("returned" if kinds == ["return"] else "posted")

    async def test_only_refunds_made_elsewhere_are_news(self, deaf: StripeProvider, standin: StandIn) -> None:
        key, ref = await post(deaf)
        await refund(deaf, new_key(), key, 1000)
        standin.control("refund", intent=ref, amount=2000)
        events = [each for each in standin.control("days", days=0)["events"] if each["type"] == "refund.created"]
        mine = [each for each in events if each["data"]["object"]["payment_intent"] == ref]
        assert [await deaf.receive_webhook(*sign(event)) for event in mine] == [True, False]
        [notice] = await self.news(deaf, key)
        assert (getattr(notice, "kind", ""), notice.amount_cents) == ("refunded_elsewhere", 2000)

    async def test_new_date_of_a_card_is_told_with_its_token(self, deaf: StripeProvider, standin: StandIn) -> None:
        entry_id = await TestHostedPage().open(deaf)
        standin.control("finish", id=entry_id, like="pm_card_visa")
        token = (await deaf.entry_result(entry_id)).token or ""
        card = {"last4": "1111", "exp_month": 3, "exp_year": 2039}
        event = standin.control("method", id=token.split(":")[2], card=card)
        assert await deaf.receive_webhook(*sign(event))
        notice = (await deaf.notices_since(0))[-1]
        assert (notice.kind, notice.token, notice.last4, notice.exp_month, notice.exp_year) == (
            "method_updated", token, "1111", 3, 2039,
        )  # fmt: skip

    async def test_what_is_not_ours_is_no_news(self, deaf: StripeProvider) -> None:
        for thing in ({"id": "pi_other"}, {"id": "in_1"}):
            event = {
                "id": "evt_x",
                "object": "event",
                "type": "payment_intent.payment_failed",
                "created": 1,
                "data": {"object": thing},
            }
            assert await deaf.receive_webhook(*sign(event)) is False
        event = {"id": "evt_y", "object": "event", "type": "customer.created", "created": 1, "data": {"object": {}}}
        assert await deaf.receive_webhook(*sign(event)) is False

    async def test_forged_old_or_changed_report_is_refused(self, deaf: StripeProvider) -> None:
        event = {"id": "evt_z", "object": "event", "type": "x", "created": 1, "data": {"object": {}}}
        body, headers = sign(event)
        for given in (
            sign(event, secret="whsec_another"),
            sign(event, at=time.time() - 3600),
            (body + b" ", headers),
            (body, {}),
            (b"", headers),
            (b"\xff", headers),
        ):
            assert await rejection(deaf.receive_webhook(*given)) == "bad_signature"
        silent = StripeProvider(KEY)
        assert await rejection(silent.receive_webhook(body, headers)) == "no_webhooks"

    async def test_signed_report_that_cannot_be_read_is_refused(self, deaf: StripeProvider) -> None:
        event = {"id": "evt_q", "object": "event", "type": "charge.dispute.created", "created": 1, "data": {}}
        with pytest.raises(ProviderRejected):
            await deaf.receive_webhook(*sign(event))


class TestInTheApp:
    async def test_app_gives_it_its_database_and_names_its_wallets(self, tmp_path: Path) -> None:
        environment = {"MEMBERLINE_ENV": "test", "MEMBERLINE_RUNTIME_DIR": str(tmp_path), "PAYMENT_PROVIDER": "stripe"}
        backend = Backend.create(Settings.from_env({**environment, "STRIPE_SECRET_KEY": KEY}))
        assert isinstance(backend.payments, StripeProvider)
        assert backend.payments.records is not None
        assert backend.coop.get_fact("wallets") == "Apple Pay and Google Pay"
        await backend.close()
        with pytest.raises(SettingsError, match="STRIPE_SECRET_KEY"):
            Backend.create(Settings.from_env(environment))
