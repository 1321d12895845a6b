"""Quote, yes, payment: what a confirmation does, and what it never does twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.members.levels import StepUpNeeded
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.models import Payment, PaymentMethod
from backend.payments.processing import recover
from tests.backend.household import DUE_CENTS, TODAY, Household, add_conversation, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import WORDING, due, outbox, payments, quote_for, say_yes


async def test_yes_pays_and_gives_a_number(backend: Backend, home: Household, network: DirectNetwork) -> None:
    outcome = await say_yes(backend, await quote_for(backend, home))
    assert outcome.kind == "paid"
    assert outcome.payment
    assert outcome.payment.status == "posted"
    assert outcome.payment.posted_on == TODAY
    assert network.taken_cents() == DUE_CENTS
    assert await due(backend, home.account_id) == 0
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.CLEARING) == DUE_CENTS


async def test_consent_stores_the_exact_words_and_reply(backend: Backend, home: Household) -> None:
    outcome = await say_yes(backend, await quote_for(backend, home))
    async with backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
    assert (consent.wording, consent.reply) == (WORDING, "Yes please")
    assert consent.reference == outcome.confirmation
    assert (consent.kind, consent.ends_on) == ("payment", TODAY)


async def test_every_step_is_in_the_audit_trail(backend: Backend, home: Household) -> None:
    await say_yes(backend, await quote_for(backend, home))
    async with backend.db.read_session() as session:
        rows = list(await session.scalars(select(AuditRow).order_by(AuditRow.id)))
        assert await audit.verify(session) is None
    assert [row.act for row in rows] == ["payment_confirmed", "payment_authorized", "payment_posted"]
    assert (rows[0].actor, rows[0].level, rows[0].channel) == (home.conversation_id, 2, "sms")


async def test_the_receipt_goes_to_the_email_on_file_and_fits_no_card(backend: Backend, home: Household) -> None:
    outcome = await say_yes(backend, await quote_for(backend, home))
    [mail] = await outbox(backend)
    assert (mail.kind, mail.recipient, mail.purpose) == ("email", "ruth@example.com", "receipt")
    for part in ("$112.40", str(outcome.confirmation), "Visa ending 4242", "Balance $0.00"):
        assert part in mail.body
    assert "99999-001" not in mail.body


async def test_without_an_email_the_receipt_is_one_text(backend: Backend) -> None:
    home = await make_household(backend, email=None)
    await say_yes(backend, await quote_for(backend, home))
    [text] = await outbox(backend)
    assert (text.kind, text.recipient) == ("sms", "+15555550142")
    assert len(text.body) <= 160
    assert text.body.isascii()


async def test_repeated_yes_gives_the_same_number(backend: Backend, home: Household, network: DirectNetwork) -> None:
    quote = await quote_for(backend, home)
    first = await say_yes(backend, quote)
    again = await say_yes(backend, quote)
    assert (again.kind, again.confirmation) == ("already", first.confirmation)
    assert network.taken_cents() == DUE_CENTS
    assert len(await outbox(backend)) == 1


async def test_many_yeses_at_once_are_one_payment(backend: Backend, home: Household, network: DirectNetwork) -> None:
    quote = await quote_for(backend, home)
    outcomes = await asyncio.gather(*(say_yes(backend, quote) for _ in range(6)))
    assert {outcome.kind for outcome in outcomes} <= {"paid", "already"}
    assert len({outcome.confirmation for outcome in outcomes}) == 1
    assert network.taken_cents() == DUE_CENTS
    assert [payment.status for payment in await payments(backend)] == ["posted"]
    assert await due(backend, home.account_id) == 0


async def test_two_conversations_cannot_both_pay_the_whole_bill(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    other = await add_conversation(backend, "web-1")
    mine = await quote_for(backend, home)
    theirs = await quote_for(backend, home, conversation_id=other)
    outcomes = await asyncio.gather(say_yes(backend, mine), say_yes(backend, theirs))
    assert sorted(outcome.kind for outcome in outcomes) == ["changed", "paid"]
    changed = next(outcome for outcome in outcomes if outcome.kind == "changed")
    assert {concern.code for concern in changed.warnings} & {"pending_payment", "nothing_due"}
    assert network.taken_cents() == DUE_CENTS


async def test_a_changed_quote_is_dead(backend: Backend, home: Household) -> None:
    other = await add_conversation(backend, "web-1")
    mine = await quote_for(backend, home)
    await say_yes(backend, await quote_for(backend, home, conversation_id=other))
    assert (await say_yes(backend, mine)).kind == "changed"
    assert (await say_yes(backend, mine)).kind == "expired"


async def test_known_warning_is_not_repeated_at_the_yes(backend: Backend, home: Household) -> None:
    """Paying more than is due was warned about when the quote was made: the yes to it counts."""
    outcome = await say_yes(backend, await quote_for(backend, home, amount=DUE_CENTS + 5000))
    assert outcome.kind == "paid"
    assert await due(backend, home.account_id) == -5000


async def test_a_closed_account_stops_the_yes(backend: Backend, home: Household, network: DirectNetwork) -> None:
    quote = await quote_for(backend, home)
    async with backend.db.transaction() as session:
        from backend.billing.models import Account

        (await session.get_one(Account, home.account_id)).status = "closed"
    outcome = await say_yes(backend, quote)
    assert (outcome.kind, outcome.warnings[0].code) == ("changed", "account_closed")
    assert network.calls == []


async def test_a_removed_card_stops_the_yes(backend: Backend, home: Household) -> None:
    quote = await quote_for(backend, home)
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).active = False
    assert (await say_yes(backend, quote)).warnings[0].code == "method_removed"


async def test_a_quote_lives_ten_minutes(
    backend: Backend, home: Household, clock: ManualClock, network: DirectNetwork
) -> None:
    quote = await quote_for(backend, home)
    clock.advance(minutes=10)
    assert (await say_yes(backend, quote)).kind == "expired"
    assert network.calls == []
    assert await payments(backend) == []


async def test_midnight_makes_today_another_day(backend: Backend, home: Household, clock: ManualClock) -> None:
    clock.advance(hours=13, minutes=55)  # five to midnight in Chicago
    quote = await quote_for(backend, home)
    clock.advance(minutes=6)
    outcome = await say_yes(backend, quote)
    assert (outcome.kind, outcome.warnings[0].code) == ("changed", "day_past")


async def test_a_later_quote_replaces_the_one_before(backend: Backend, home: Household) -> None:
    first = await quote_for(backend, home, amount=5000)
    second = await quote_for(backend, home, amount=6000)
    assert (await say_yes(backend, first)).kind == "expired"
    assert (await say_yes(backend, second)).kind == "paid"


async def test_a_quote_of_another_conversation_is_refused(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    other = await add_conversation(backend, "web-1")
    quote = await quote_for(backend, home)
    assert (await say_yes(backend, quote, other)).kind == "expired"
    assert network.calls == []
    assert (await say_yes(backend, quote)).kind == "paid"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("tok_visa_declined", "card_declined"),
        ("tok_visa_insufficient", "insufficient_funds"),
        ("tok_nobody_knows", "invalid_token"),
    ],
)
async def test_declined_card_takes_nothing_and_is_final(
    backend: Backend, network: DirectNetwork, token: str, code: str
) -> None:
    home = await make_household(backend, card_token=token)
    quote = await quote_for(backend, home)
    outcome = await say_yes(backend, quote)
    assert (outcome.kind, outcome.decline_code) == ("declined", code)
    assert (await say_yes(backend, quote)).kind == "declined"
    assert network.taken_cents() == 0
    assert await due(backend, home.account_id) == DUE_CENTS
    assert await outbox(backend) == []


@pytest.mark.parametrize("token", ["tok_visa_timeout", "tok_visa_timeout_lost", "tok_visa_timeout_post"])
async def test_a_time_out_is_pending_then_settled_once(
    backend: Backend, network: DirectNetwork, clock: ManualClock, token: str
) -> None:
    home = await make_household(backend, card_token=token)
    quote = await quote_for(backend, home)
    outcome = await say_yes(backend, quote)
    assert outcome.kind == "pending"
    assert outcome.confirmation
    clock.advance(minutes=1)
    for _ in range(3):
        await recover(backend)
    assert [payment.status for payment in await payments(backend)] == ["posted"]
    assert network.taken_cents() == DUE_CENTS
    assert await due(backend, home.account_id) == 0
    # who was told "pending" is told the end by text too
    assert {message.kind for message in await outbox(backend)} == {"sms", "email"}


async def test_existing_charge_is_captured_however_late_it_is_found(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout")
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
    clock.advance(hours=5)
    await recover(backend)
    assert [payment.status for payment in await payments(backend)] == ["posted"]
    assert network.held() == []


async def test_missing_charge_is_abandoned_when_nobody_expects_it(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout_lost")
    quote = await quote_for(backend, home)
    assert (await say_yes(backend, quote)).kind == "pending"
    clock.advance(minutes=11)
    await recover(backend)
    assert [payment.status for payment in await payments(backend)] == ["voided"]
    assert network.taken_cents() == 0
    assert any("Nothing was taken" in message.body for message in await outbox(backend))
    assert (await say_yes(backend, quote)).kind == "expired"


async def test_missing_charge_is_abandoned_when_the_bill_is_paid_otherwise(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout_lost")
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
    other = await add_conversation(backend, "web-1")
    bank = await quote_for(backend, home, method_id=home.bank_id, conversation_id=other)
    assert (await say_yes(backend, bank)).kind == "paid"
    clock.advance(minutes=1)
    await recover(backend)
    assert [payment.status for payment in await payments(backend)] == ["voided", "posted"]
    assert network.taken_cents() == DUE_CENTS


async def test_an_answer_that_comes_after_giving_up_is_voided_at_the_network(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    """Another process gave the payment up while ours was still on the wire."""

    async def give_up() -> None:
        async with backend.db.transaction() as session:
            await session.execute(update(Payment).values(status="voided"))

    quote = await quote_for(backend, home)
    original = network.authorize

    async def slow(**request: object) -> object:
        charge = await original(**request)  # type: ignore[arg-type]
        await give_up()
        return charge

    network.authorize = slow  # type: ignore[method-assign, assignment]
    assert (await say_yes(backend, quote)).kind == "expired"
    assert network.held() == []
    assert network.taken_cents() == 0


async def test_saved_methods_need_the_step_up(backend: Backend, home: Household) -> None:
    with pytest.raises(StepUpNeeded):
        await quote_for(backend, home, level=1)


async def test_another_members_method_is_refused(backend: Backend, home: Household) -> None:
    stranger = await make_household(backend, number="88888")
    with pytest.raises(MethodNotUsable):
        await quote_for(backend, home, method_id=stranger.card_id)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "zero"),
        ({"amount": -500}, "zero"),
        ({"amount": 100_000_000_000}, "absurd"),
        ({"pay_on": TODAY - timedelta(days=1)}, "day_past"),
        ({"pay_on": TODAY + timedelta(days=61)}, "day_too_far"),
    ],
)
async def test_blocking_precheck_is_refused_by_name(
    backend: Backend, home: Household, change: dict[str, object], code: str
) -> None:
    with pytest.raises(PaymentRefused) as refusal:
        await quote_for(backend, home, **change)  # type: ignore[arg-type]
    assert refusal.value.code == code


async def test_fee_is_quoted_charged_and_booked_separately(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    object.__setattr__(backend.coop, "card_fee_cents", 250)
    quote = await quote_for(backend, home)
    assert quote.fee_cents == 250
    assert (await say_yes(backend, quote)).kind == "paid"
    assert network.taken_cents() == DUE_CENTS + 250
    assert await due(backend, home.account_id) == 0
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.FEES) == -250
        assert await ledger.find_imbalances(session) == []


@pytest.mark.parametrize(
    ("now", "then"),
    [("posted", "authorized"), ("posted", "started"), ("declined", "posted"), ("voided", "started"),
     ("returned", "posted"), ("started", "posted")],
)  # fmt: skip
async def test_the_database_itself_refuses_to_go_back(backend: Backend, home: Household, now: str, then: str) -> None:
    async with backend.db.transaction() as session:
        session.add(
            Payment(
                key="k", confirmation="K7M-4Q2", account_id=home.account_id, method_id=home.card_id,
                amount_cents=1, fee_cents=0, status=now, channel="sms",
                created_at=backend.clock.now(), updated_at=backend.clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="never goes back"):
        async with backend.db.transaction() as session:
            await session.execute(update(Payment).values(status=then))


async def test_text_as_the_phone_on_file_pays_at_most_what_is_owed(backend: Backend, home: Household) -> None:
    assert (await quote_for(backend, home, level=1, texting=True)).level == 1
    with pytest.raises(StepUpNeeded):
        await quote_for(backend, home, level=1, texting=True, amount_cents=DUE_CENTS + 1)
    await quote_for(backend, home, level=2, texting=True, amount_cents=DUE_CENTS + 1)
    with pytest.raises(StepUpNeeded):
        await quote_for(backend, home, level=0, texting=True)
