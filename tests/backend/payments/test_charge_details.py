"""What the network is told of a charge: how it was authorized, on whose statement, and who was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.coop import load_coop
from backend.errors import SettingsError
from backend.payments import confirm, processing
from backend.payments.charge_details import load_details
from backend.payments.models import Payment, PaymentMethod
from backend.payments.processing import recover
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.payments.base import ChargeDetails, ProviderTimeout
from tests.backend.household import Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import ON, WORDING, payments, quote_for, schedule


async def pay(backend: Backend, home: Household, *, bank: bool, channel: str) -> str:
    """Pay what is due; returns the payment's key."""
    quote = await quote_for(backend, home, method_id=home.bank_id if bank else home.card_id)
    await confirm.confirm_quote(
        backend, quote.key, conversation_id=home.conversation_id, channel=channel, wording=WORDING, reply="yes"
    )
    return quote.key


@pytest.mark.parametrize(("channel", "entry_class"), [("sms", "WEB"), ("web", "WEB"), ("voice", "TEL")])
async def test_bank_debit_says_how_it_was_authorized(
    backend: Backend, home: Household, network: DirectNetwork, channel: str, entry_class: str
) -> None:
    key = await pay(backend, home, bank=True, channel=channel)
    told = network.charges.details(key)
    assert (told["entry_class"], told["channel"], told["off_session"]) == (entry_class, channel, False)
    assert (told["account_number"], told["customer_ref"]) == ("99999-001", "99999")
    assert told["descriptor"] == backend.coop.statement_descriptor


async def test_card_has_no_entry_class(backend: Backend, home: Household, network: DirectNetwork) -> None:
    assert network.charges.details(await pay(backend, home, bank=False, channel="voice"))["entry_class"] is None


async def test_scheduled_payment_runs_off_session(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await schedule(backend, home)
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    [payment] = await payments(backend)
    assert network.charges.details(payment.key)["off_session"] is True


async def test_repeat_after_a_crash_says_the_same(
    backend: Backend, home: Household, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[ChargeDetails] = []
    authorize = network.authorize

    async def lost_once(*, details: ChargeDetails, **request: object) -> object:
        told.append(details)
        if len(told) == 1:
            raise ProviderTimeout("no answer")
        return await authorize(details=details, **request)  # type: ignore[arg-type]

    monkeypatch.setattr(network, "authorize", lost_once)
    await pay(backend, home, bank=True, channel="voice")
    assert processing._in_progress == set()
    await recover(backend)
    assert len(told) == 2
    assert told[0] == told[1]
    assert [payment.status for payment in await payments(backend)] == ["posted"]


@pytest.mark.parametrize(
    ("channel", "given", "entry_class"),
    [("autopay", "voice", "TEL"), ("autopay", "web", "WEB"), ("draft", None, None), ("draft", "sms", "WEB")],
)
async def test_automatic_debit_goes_by_where_its_authorization_was_given(
    backend: Backend, home: Household, clock: ManualClock, channel: str, given: str | None, entry_class: str | None
) -> None:
    await pay(backend, home, bank=True, channel="sms")
    kind = {"autopay": "autopay", "draft": "bank_draft"}[channel]
    async with backend.db.transaction() as session:
        await session.execute(update(Payment).values(channel=channel))
        # the second is given too late to be what allowed this payment
        for at, where in (
            (clock.now(), given),
            (clock.now().replace(year=2030), "voice" if given != "voice" else "web"),
        ):
            if where:
                session.add(
                    Consent(account_id=home.account_id, kind=kind, wording="w", reply="r", channel=where, at=at)
                )
    async with backend.db.read_session() as session:
        payment = await session.get_one(Payment, (await payments(backend))[0].id)
        method = await session.get_one(PaymentMethod, payment.method_id)
        assert (await load_details(session, backend, payment, method)).entry_class == entry_class


@pytest.mark.parametrize("text", ["PRC", "1234567", "PRAIRIE RIVERS ELECTRIC COOP", "PRAIRIE*RIVERS", "Señora power"])
def test_descriptor_that_no_network_takes_is_refused(backend: Backend, tmp_path: Path, text: str) -> None:
    file = tmp_path / "coop.toml"
    own = backend.settings.coop_file.read_text(encoding="utf-8")
    file.write_text(own.replace("PRAIRIE RIVERS ELEC", text), encoding="utf-8")
    with pytest.raises(SettingsError, match="statement_descriptor"):
        load_coop(file)
