"""Receipts and notices in Spanish: those of a talk in its language, those of a job in the member's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.language import ENGLISH, SPANISH, use_language
from backend.members.models import Member
from backend.outbox import gsm7
from backend.payments.bank_returns import collect_returns
from backend.payments.models import PaymentMethod, ScheduledPayment
from backend.payments.scheduled_runs import run_scheduled
from backend.payments.service import cancel_scheduled
from tests.backend.household import TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import outbox, quote_for, say_yes

ON = TODAY + timedelta(days=3)


async def speaks_spanish(backend: Backend, home: Household, who: str) -> None:
    """The member is kept as speaking Spanish, or the talk is in it."""
    async with backend.db.transaction() as session:
        if who == "member":
            (await session.get_one(Member, home.member_id)).language = SPANISH
        else:
            (await session.get_one(Conversation, home.conversation_id)).language = SPANISH


async def newest(backend: Backend, kind: str) -> str:
    return [message.body for message in await outbox(backend) if message.kind == kind][-1]


async def schedule(backend: Backend, home: Household) -> ScheduledPayment:
    outcome = await say_yes(backend, await quote_for(backend, home, pay_on=ON))
    assert outcome.scheduled
    return outcome.scheduled


async def test_receipt_of_a_spanish_conversation(backend: Backend, home: Household) -> None:
    with use_language(SPANISH):
        outcome = await say_yes(backend, await quote_for(backend, home))
    [mail] = await outbox(backend)
    assert mail.subject.startswith("Recibo de pago - ")
    assert mail.body.startswith("Hola:\n\nPago de $112.40 en la cuenta ..9-001 con Visa terminada en 4242.")
    assert f"Confirmación {outcome.confirmation}. Saldo $0.00." in mail.body


async def test_english_conversation_gets_an_english_receipt(backend: Backend, home: Household) -> None:
    await speaks_spanish(backend, home, "member")
    with use_language(ENGLISH):
        await say_yes(backend, await quote_for(backend, home))
    assert (await newest(backend, "email")).startswith("Hello,")


async def test_a_text_is_one_plain_part(backend: Backend) -> None:
    home = await make_household(backend, email=None)
    with use_language(SPANISH):
        quote = await quote_for(backend, home, amount=5000, method_id=home.bank_id)
        await say_yes(backend, quote)
    text = await newest(backend, "sms")
    assert "cuenta de cheques terminada en 6789. Confirmacion" in text, "accents that cost a second part are left out"
    assert gsm7.count_parts(text) == 1


@pytest.mark.parametrize("who", ["member", "talk"])
async def test_payment_of_a_job_is_reported_in_spanish(
    backend: Backend, home: Household, clock: ManualClock, who: str
) -> None:
    await speaks_spanish(backend, home, who)
    await schedule(backend, home)
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert "Pago de $112.40" in await newest(backend, "email")


@pytest.mark.parametrize(("cause", "reason"), [("closed", "la cuenta está cerrada"), ("removed", "ya no está registr")])
async def test_failed_payment_of_a_job_is_reported_in_spanish_and_stored_in_english(
    backend: Backend, home: Household, clock: ManualClock, cause: str, reason: str
) -> None:
    await speaks_spanish(backend, home, "member")
    await schedule(backend, home)
    async with backend.db.transaction() as session:
        if cause == "closed":
            (await session.get_one(Account, home.account_id)).status = "closed"
        else:
            (await session.get_one(PaymentMethod, home.card_id)).active = False
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert reason in await newest(backend, "email")
    assert gsm7.count_parts(await newest(backend, "sms")) == 1
    async with backend.db.read_session() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.act == "scheduled_payment_failed"))
    assert row
    assert row.after
    assert row.after["reason"] in ("the account is closed", "Visa ending 4242 is no longer on file")


async def test_return_is_reported_in_spanish(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    await speaks_spanish(backend, home, "member")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.pass_days(7)
    await collect_returns(backend)
    text = await newest(backend, "sms")
    assert "su banco devolvio su pago de $112.40 en la cuenta ..9-001: fondos insuficientes" in text
    assert gsm7.count_parts(text) == 1


async def test_canceled_schedule_is_reported_in_the_conversation_language(backend: Backend) -> None:
    home = await make_household(backend, email=None)
    item = await schedule(backend, home)
    with use_language(SPANISH):
        async with backend.db.transaction() as session:
            await cancel_scheduled(
                session,
                backend,
                scheduled_id=item.id,
                account_id=home.account_id,
                actor="sms-1",
                level=2,
                channel="sms",
            )
    text = await newest(backend, "sms")
    assert "el pago de $112.40 del 21 nov en la cuenta ..9-001 esta cancelado" in text
    assert gsm7.count_parts(text) == 1
