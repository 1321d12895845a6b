"""PAY as the answer to a reminder: what is read back, what is paid, and what never is."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.consents.models import Consent
from backend.members.models import Member
from backend.outbox.service import opt_in, opt_out
from backend.payments.models import PaymentMethod
from backend.text_pay import replies
from backend.text_pay.models import TextPayAuthorization
from backend.text_pay.turns import Answer
from tests.backend.alerts.alert_settings import pay
from tests.backend.household import Household, add_barn, add_bill
from tests.backend.text_pay.texting import PHONE, Texting, authorize, list_payments, remind

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What no database decides differently is tried on one."""

IN_WORDS = "-> pay my whole bill, account 99999-001"


async def test_pay_is_read_back_and_paid_by_the_next_pay(backend: Backend, home: Household, phone: Texting) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    read_back = await phone.text("PAY")
    assert read_back == (
        "Please check: pay $112.40 today with checking ending 6789, acct ..9-001. There is no fee. "
        "Reply PAY to do it, NO to leave it."
    )
    assert await list_payments(backend) == []
    assert "is paid from checking ending 6789, acct ..9-001. Your number is" in str(await phone.text("Yes"))
    assert await list_payments(backend) == [(11240, "posted")]
    async with backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent).where(Consent.kind == "payment"))).one()
    assert (consent.wording, consent.reply) == (read_back, "Yes")


@on_sqlite
async def test_without_an_authorization_the_dialogue_takes_that_account(
    backend: Backend, home: Household, phone: Texting
) -> None:
    assert await phone.text("PAY") is None  # no reminder: the dialogue reads it as any other text
    await remind(backend, home)
    assert await phone.text("pagar") == "-> pagar toda mi factura, cuenta 99999-001"
    assert await phone.text("pay it") == IN_WORDS
    assert await list_payments(backend) == []


@pytest.mark.parametrize("again", ["PAY", "yes", "pay"])
@on_sqlite
async def test_again_after_the_payment_pays_nothing(
    backend: Backend, home: Household, phone: Texting, again: str
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    await phone.text("PAY")
    first = await phone.text("PAY")
    assert await phone.text(again) == first
    assert await phone.text("PAY", seconds=1200) == "Nothing is due on acct ..9-001 now. I took nothing."
    assert len(await list_payments(backend)) == 1


@on_sqlite
async def test_a_pay_that_was_sent_before_the_read_back_was_read_is_no_yes(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    read_back = await phone.text("PAY")
    assert await phone.text("PAY", seconds=1) == read_back
    assert await list_payments(backend) == []


async def test_two_yes_at_once_are_one_payment(backend: Backend, home: Household, phone: Texting) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    await phone.text("PAY")
    phone.clock.advance(minutes=1)
    taken = await asyncio.gather(*(replies.answer(phone.turn("PAY")) for _ in range(4)))
    assert all(isinstance(one, Answer) for one in taken)
    assert await list_payments(backend) == [(11240, "posted")]


async def test_a_text_that_is_handled_again_after_a_crash_pays_once(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    await phone.text("PAY")
    phone.clock.advance(minutes=1)
    turn = phone.turn("PAY")
    await replies.answer(turn)  # and the process died before the answer was saved
    again = await replies.answer(turn)
    assert isinstance(again, Answer)
    assert "paid already: $112.40" in again.words
    assert len(await list_payments(backend)) == 1


@on_sqlite
async def test_what_was_paid_meanwhile_is_not_paid_again(backend: Backend, home: Household, phone: Texting) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    for number in ("111", "222", "333"):
        await pay(backend, home, f"by-card-{number}", "started")
    assert "on its way or set already. I took nothing." in str(await phone.text("PAY"))
    assert len(await list_payments(backend)) == 3


@on_sqlite
async def test_a_bill_that_came_between_read_back_and_yes_is_read_back_anew(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    await phone.text("PAY")
    answer = await phone.text("PAY", seconds=660)  # the quote is older than ten minutes
    assert str(answer).startswith("Nothing was paid yet. Please check: pay $112.40")
    await add_bill(backend, home.account_id, 1000, backend.today())
    assert await phone.text("NO") == "All right, I took nothing. To pay another way, write PAY MY BILL."
    assert "pay $122.40 today" in str(await phone.text("PAY"))
    assert await list_payments(backend) == []


@on_sqlite
async def test_something_else_after_the_read_back_is_for_the_dialogue_and_no_later_yes_pays(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    await phone.text("PAY")
    assert await phone.text("yes but only 50") is None
    assert await phone.text("yes") is None
    assert await list_payments(backend) == []


async def make_phone_anothers(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.change_contact("phone", "+15555550177", backend.clock.now())


async def make_phone_return(backend: Backend, home: Household) -> None:
    await make_phone_anothers(backend, home)
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.change_contact("phone", PHONE, backend.clock.now())


async def remove_method(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await session.execute(
            update(PaymentMethod).where(PaymentMethod.id == home.bank_id).values(active=False, saved=False)
        )


async def stop_and_start(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await opt_out(session, backend, PHONE, via="sms", reply="STOP")
        await opt_in(session, backend, PHONE, via="sms", reply="START")


async def change_hands(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        other = Member(number="88888", name="Ole Lindqvist", phone=PHONE)
        session.add(other)
        await session.flush()
        await session.execute(update(Account).where(Account.id == home.account_id).values(member_id=other.id))


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (make_phone_anothers, None),
        (make_phone_return, None),
        (remove_method, IN_WORDS),
        (stop_and_start, IN_WORDS),
        (change_hands, IN_WORDS),
    ],
)
@on_sqlite
async def test_a_change_of_phone_method_or_holder_ends_it_even_between_read_back_and_yes(
    backend: Backend, home: Household, phone: Texting, change: object, answer: str | None
) -> None:
    await authorize(backend, home)
    await remind(backend, home)
    phone.clock.advance(minutes=1)
    await phone.text("PAY")
    await change(backend, home)  # type: ignore[operator]
    assert await phone.text("yes") == "-> yes"
    assert await phone.text("PAY") == answer
    assert await list_payments(backend) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [(make_phone_anothers, "phone"), (make_phone_return, "phone"), (remove_method, "method"),
     (stop_and_start, "stop"), (change_hands, "account")],
)  # fmt: skip
@pytest.mark.parametrize("first", [None, "PAY"], ids=["at once", "after a read-back"])
@on_sqlite
async def test_one_that_is_found_broken_is_marked_ended(
    backend: Backend, home: Household, phone: Texting, change: object, reason: str, first: str | None
) -> None:
    await authorize(backend, home)
    phone.clock.advance(minutes=1)
    if first:
        await phone.text(first)
    await change(backend, home)  # type: ignore[operator]
    await phone.text("PAY")
    await phone.text("PAY")
    async with backend.db.read_session() as session:
        row = (await session.scalars(select(TextPayAuthorization))).one()
        consent = (await session.scalars(select(Consent).where(Consent.kind == "text_pay"))).one()
        acts = list(await session.scalars(select(AuditRow).where(AuditRow.act == "text_pay_off")))
    assert (row.end_reason, row.ended_at is not None) == (reason, True)
    assert consent.revoked_at is not None
    assert [act.after for act in acts] == [{"reason": reason}], "once"
    assert await list_payments(backend) == []


async def test_of_two_accounts_the_digits_choose(backend: Backend, home: Household, phone: Texting) -> None:
    other = await add_barn(backend, home)
    await add_bill(backend, other.account_id, 3000, backend.today())
    await authorize(backend, home)
    await authorize(backend, other)
    await remind(backend, home)
    await remind(backend, other)
    assert await phone.text("PAY") == "Which account? Reply one of these: PAY 9-001, PAY 9-002 (barn)."
    asked = phone.said
    assert await phone.text("both of em") == "-> pay all my accounts"
    phone.said = asked
    assert await phone.text("las dos") in ("-> pay all my accounts", "-> pagar todas mis cuentas")
    phone.said = asked
    assert "$30.00" in str(await phone.text("the barn one"))
    await phone.text("no")
    phone.is_free = False  # whatever is open, this names an account and no amount
    assert "$30.00" in str(await phone.text("PAY 9-002"))
    await phone.text("no")
    phone.is_free = True
    await phone.text("PAY")
    assert "$30.00" in str(await phone.text("002"))
    assert "$112.40" in str(await phone.text("pay 001"))
    assert "$112.40 is paid" in str(await phone.text("PAY"))
    assert await list_payments(backend) == [(11240, "posted")]


@on_sqlite
async def test_pay_without_a_reminder_pays_where_an_authorization_stands(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await authorize(backend, home)
    assert "pay $112.40 today" in str(await phone.text("PAY"))


@on_sqlite
async def test_a_yes_to_the_reminder_brings_the_read_back(backend: Backend, home: Household, phone: Texting) -> None:
    assert await phone.text("yes") is None, "nothing was offered"
    await authorize(backend, home)
    await remind(backend, home)
    assert await phone.text("ok") is None
    phone.spoke_at = None
    assert "$112.40" in str(await phone.text("yes pay the bill"))
    assert await list_payments(backend) == []
    await phone.text("no")
    assert await phone.text("yes") is None, "something was said since the reminder"


@on_sqlite
async def test_a_reminder_of_long_ago_is_not_answered(backend: Backend, home: Household, phone: Texting) -> None:
    await remind(backend, home)
    assert await phone.text("PAY") == IN_WORDS
    phone.clock.advance(days=11)
    assert await phone.text("PAY") is None


async def test_what_ended_stays_ended_and_its_words_stay_on_file(
    backend: Backend, home: Household, phone: Texting
) -> None:
    number = await authorize(backend, home)
    assert str(await phone.text("Stop text to pay.")).startswith(f"Text to pay is off (number {number}).")
    assert await phone.text("cancel text to pay") == "Text to pay is not on for this phone."
    async with backend.db.read_session() as session:
        row = (await session.scalars(select(TextPayAuthorization))).one()
        consent = (await session.scalars(select(Consent).where(Consent.kind == "text_pay"))).one()
    assert (row.end_reason, consent.wording, consent.reply) == ("member", "I authorize it.", "AGREE")
    assert consent.revoked_at is not None
