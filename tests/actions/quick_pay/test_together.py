"""Several accounts of a member paid by one yes to one read-back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.autopay.models import AutoPay
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.members.levels import Level
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from tests.actions.conftest import Begin
from tests.backend.household import DUE_CENTS, TODAY, Household, add_bill
from tests.backend.network import DirectNetwork
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

BARN_CENTS = 6218
READ_BACK = "utter_question_pay_together"


async def add_account(backend: Backend, home: Household, separator: str, place: str, cents: int) -> int:
    async with backend.db.transaction() as session:
        account = Account(
            member_id=home.member_id, separator=separator, number=f"99999-{separator}",
            number_digits=f"99999{separator}", service_address=f"12 Mill Road ({place}), Rockford",
        )  # fmt: skip
        session.add(account)
        (await session.get_one(Account, home.account_id)).service_address = "510 Prairie Road, Rockford"
        await session.flush()
        account_id = account.id
    if cents:
        await add_bill(backend, account_id, cents, TODAY + timedelta(days=20))
    return account_id


@pytest.fixture
async def barn_id(backend: Backend, home: Household) -> int:
    return await add_account(backend, home, "002", "barn", BARN_CENTS)


async def pay(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})


async def to_the_read_back(talk: Talk, words: str = "pay both with my visa") -> None:
    await pay(talk, words)
    talk.assert_response(READ_BACK)


async def paid(backend: Backend) -> dict[str, int]:
    """What was posted, by the digits of the account."""
    async with backend.db.read_session() as session:
        numbers = {each.id: each.separator for each in await session.scalars(select(Account))}
        posted = await session.scalars(select(Payment).where(Payment.status == "posted"))
        return {numbers[each.account_id]: each.amount_cents for each in posted}


async def test_both_are_read_back_and_paid_by_one_yes(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk)
    talk.assert_message(
        r"510 Prairie Road \(\.\.9-001\) \$112\.40, barn \(\.\.9-002\) \$62\.18: \$174\.58 in all, today"
    )
    talk.assert_message("Visa ending 4242")
    read_back = talk.text
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}
    talk.assert_response("utter_pay_together_done")
    made = await list_rows(backend, Payment)
    assert all(payment.confirmation in talk.text for payment in made)
    assert {consent.wording for consent in await list_rows(backend, Consent)} == {read_back}


async def test_method_is_asked_with_the_total(talk: Talk, barn_id: int) -> None:
    await pay(talk, "pay both of my accounts")
    talk.assert_response("utter_question_pay_method")
    talk.assert_message(r"\$174\.58")
    await talk.press("Visa ending 4242")
    talk.assert_response(READ_BACK)


async def test_different_amounts_by_place(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk, "pay 50 on the barn and all of the house with my visa")
    talk.assert_message(r"barn \(\.\.9-002\) \$50\.00, 510 Prairie Road \(\.\.9-001\) \$112\.40: \$162\.40")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": 5000}


@pytest.mark.parametrize("words", ["just the house", "not the barn", "leave out the barn", "only 001"])
async def test_one_of_them_alone_at_the_read_back(talk: Talk, backend: Backend, barn_id: int, words: str) -> None:
    await to_the_read_back(talk)
    await talk.user_input(words, acts={"correct"})
    talk.assert_response("utter_question_pay_confirm")
    talk.assert_message(r"\$112\.40 today.*99999-001")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS}


async def test_amount_of_one_is_corrected(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk)
    await talk.user_input("no, 40 on the barn", acts={"correct"})
    talk.assert_message(r"barn \(\.\.9-002\) \$40\.00: \$152\.40")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": 4000}


@pytest.mark.parametrize("words", ["yes, 60", "yes but only 60"])
async def test_yes_with_another_amount_is_no_yes(
    talk: Talk, backend: Backend, network: DirectNetwork, barn_id: int, words: str
) -> None:
    await to_the_read_back(talk)
    await talk.user_input(words, acts={"affirm", "correct"})
    assert network.calls == []
    talk.assert_message("Nothing has been paid. Which account is the .60.00 for")
    await talk.user_input("yes", acts={"affirm"})
    assert network.calls == []
    await talk.user_input("the barn", acts={"answer"})
    talk.assert_message(r"barn \(\.\.9-002\) \$60\.00: \$172\.40")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": 6000}


async def test_yes_with_the_total_is_a_yes(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes, pay the 174.58", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}


async def test_account_with_nothing_due_is_left_out_and_said_so(
    talk: Talk, backend: Backend, home: Household, barn_id: int
) -> None:
    await add_account(backend, home, "003", "irrigation", 0)
    await to_the_read_back(talk, "pay all my accounts with my visa")
    talk.assert_message("Left out: irrigation, nothing is due")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}


async def test_only_one_has_something_due(talk: Talk, backend: Backend, home: Household) -> None:
    await add_account(backend, home, "002", "barn", 0)
    await pay(talk, "pay both with my visa")
    talk.assert_message("Left out: barn, nothing is due")
    talk.assert_response("utter_question_pay_confirm")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS}


async def test_closed_account_is_left_out(talk: Talk, backend: Backend, home: Household, barn_id: int) -> None:
    await add_account(backend, home, "003", "shed", 4000)
    async with backend.db.transaction() as session:
        (await session.get_one(Account, barn_id)).status = "closed"
    await to_the_read_back(talk, "pay all my accounts with my visa")
    talk.assert_message("Left out: barn, it is closed")


async def test_account_on_auto_pay_is_left_out_unless_it_is_named(
    talk: Talk, backend: Backend, home: Household, barn_id: int
) -> None:
    shed_id = await add_account(backend, home, "003", "shed", 4000)
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=shed_id, method_id=home.card_id, day_of_month=20, active=True, starts_on=TODAY))
    await to_the_read_back(talk, "pay all my accounts with my visa")
    talk.assert_message("Left out: shed, Auto Pay takes it on")
    await talk.user_input("and the shed too", acts={"correct"})
    talk.assert_message(r"shed \(\.\.9-003\) \$40\.00.*Note, shed: Auto Pay takes it on")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS, "003": 4000}


async def test_decline_takes_nothing_and_another_method_pays(
    talk: Talk, backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).token = "tok_visa_insufficient"
    await to_the_read_back(talk)
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_message("Nothing was taken for any account, as the .112.40 for 510 Prairie Road")
    talk.assert_response("utter_question_pay_method_declined")
    assert (network.taken_cents(), network.held()) == (0, [])
    await talk.user_input("my checking", acts={"answer"})
    talk.assert_response(READ_BACK)
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}


async def test_repeated_yes_tells_both_numbers_and_takes_nothing_more(
    talk: Talk, backend: Backend, network: DirectNetwork, barn_id: int
) -> None:
    await to_the_read_back(talk)
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_message("done already")
    assert all(payment.confirmation in talk.text for payment in await list_rows(backend, Payment))
    assert network.taken_cents() == DUE_CENTS + BARN_CENTS


async def test_bill_that_changed_meanwhile_is_read_back_again(
    talk: Talk, backend: Backend, network: DirectNetwork, barn_id: int
) -> None:
    await to_the_read_back(talk)
    async with backend.db.transaction() as session:
        (await session.get_one(Account, barn_id)).status = "closed"
    await talk.user_input("yes", acts={"affirm"})
    assert network.calls == []
    talk.assert_response("utter_pay_changed", "utter_question_pay_confirm")
    talk.assert_message("Left out: barn, it is closed")


async def test_late_yes_is_read_back_again(
    talk: Talk, clock: ManualClock, network: DirectNetwork, barn_id: int
) -> None:
    await to_the_read_back(talk)
    clock.advance(minutes=11)
    await talk.user_input("yes", acts={"affirm"})
    assert network.calls == []
    talk.assert_response("utter_pay_quote_expired", READ_BACK)


async def test_later_day_schedules_both(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk, "pay both on friday with my visa")
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_pay_together_scheduled")
    planned = await list_rows(backend, ScheduledPayment)
    assert [each.amount_cents for each in planned] == [DUE_CENTS, BARN_CENTS]


async def test_of_two_accounts_one_is_told_and_both_answers(begin: Begin, backend: Backend, barn_id: int) -> None:
    talk = await begin(Level.KNOWN, channel="sms")
    await pay(talk, "pay my bill")
    talk.assert_response("utter_balance_account", "utter_question_pay_amount")
    talk.assert_message('To pay both of your accounts together, say "both"')
    await talk.user_input("both", acts={"answer"})
    talk.assert_message(r"\$174\.58")


async def test_stranger_names_several_before_the_number(stranger: Talk, barn_id: int) -> None:
    await pay(stranger, "pay both my accounts")
    await stranger.user_input("99999-001", acts={"answer"})
    await stranger.user_input("0142", acts={"answer"})
    stranger.assert_response("utter_question_pay_method")
    stranger.assert_message(r"\$174\.58")


async def test_more_than_a_bill_by_text_needs_a_code(begin: Begin, network: DirectNetwork, barn_id: int) -> None:
    talk = await begin(Level.STEPPED_UP, channel="sms")
    await to_the_read_back(talk, "pay 80 on the barn and all of the house with my visa")
    talk.assert_message("Note, barn: .17.82 more than is due")
    assert network.calls == []


async def test_sum_over_the_limit_is_refused(talk: Talk, backend: Backend, barn_id: int) -> None:
    object.__setattr__(backend.coop, "max_payment_cents", DUE_CENTS + BARN_CENTS - 1)
    await pay(talk, "pay both with my visa")
    talk.assert_message("the most is .174.57")
    await talk.user_input("just the house", acts={"answer"})
    talk.assert_response("utter_question_pay_confirm")


async def test_links_are_one_for_each_account(talk: Talk, barn_id: int) -> None:
    await pay(talk, "pay both with a link")
    talk.assert_response("utter_pay_link", "utter_pay_link")
    talk.assert_message(r"\$112\.40 on account 001")
    talk.assert_message(r"\$62\.18 on account 002")


@pytest.mark.parametrize("channel", ["sms", "voice"])
async def test_read_back_fits_the_channel(begin: Begin, barn_id: int, channel: str) -> None:
    talk = await begin(channel=channel)
    await to_the_read_back(talk)
    assert len(talk.text) <= 240
    if channel == "voice":
        talk.assert_message("barn, account 002")
        talk.assert_no_message(r"\.\.")


async def test_the_rest_of_a_stated_total_is_worked_out(talk: Talk, backend: Backend, barn_id: int) -> None:
    await to_the_read_back(talk, "pay 100 in all, 40 on the barn and the rest on the house, with my visa")
    talk.assert_message(r"barn \(\.\.9-002\) \$40\.00, 510 Prairie Road \(\.\.9-001\) \$60\.00: \$100\.00 in all")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": 6000, "002": 4000}


@pytest.mark.parametrize(
    ("said", "home_cents"), [("all of it", DUE_CENTS), ("72.40", 7240), ("it is 100 in all", 6000)]
)
async def test_the_rest_without_a_total_is_asked_once(
    talk: Talk, backend: Backend, barn_id: int, said: str, home_cents: int
) -> None:
    await pay(talk, "40 on the barn and the rest on the house, with my visa")
    talk.assert_response("utter_question_pay_together_which")
    talk.assert_message(r"How much is the rest, for 001\? \$112\.40 is due there")
    assert await paid(backend) == {}
    await talk.user_input(said, acts={"answer"})
    talk.assert_response(READ_BACK)
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": home_cents, "002": 4000}


async def test_the_rest_of_an_amount_that_was_named_before(talk: Talk, backend: Backend, barn_id: int) -> None:
    await pay(talk, "pay 90 on my bill")
    await talk.user_input("40 on the barn and the rest on the house", intent="payment_arrangement", acts={"start"})
    await talk.user_input("visa", acts={"answer"})
    talk.assert_response(READ_BACK)
    talk.assert_message(r"\$40\.00.*\$50\.00: \$90\.00 in all")


async def test_a_total_for_both_is_not_taken_for_each(talk: Talk, backend: Backend, barn_id: int) -> None:
    await pay(talk, "pay both, 100 in all, with my visa")
    talk.assert_response("utter_question_pay_together_which")
    talk.assert_message(r"Which account is the \$100\.00 for")
    await talk.user_input("40 on the barn and the rest on the house", acts={"answer"})
    talk.assert_response(READ_BACK)
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": 6000, "002": 4000}


async def test_parts_for_places_are_no_arrangement(talk: Talk, barn_id: int) -> None:
    await talk.user_input("40 on the barn and the rest on the house", intent="payment_arrangement", acts={"start"})
    talk.assert_response("utter_question_pay_together_which")


@pytest.mark.parametrize("words", ["everything but the barn", "all except the barn please"])
async def test_all_but_one_said_cold_is_a_payment(
    talk: Talk, backend: Backend, home: Household, barn_id: int, words: str
) -> None:
    await talk.user_input(words, intent="voltage_problem", acts={"start"})
    assert talk.open_task == "quick_pay_form", str(talk)
    talk.assert_message(r"\$112\.40")
    talk.assert_no_message(r"flickering|\$174\.58")


async def test_the_sum_of_all_accounts_is_no_overpayment_of_one(talk: Talk, backend: Backend, barn_id: int) -> None:
    await pay(talk, "pay 174.58 with my visa")
    talk.assert_response(READ_BACK)
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}


async def test_a_sum_beside_all_accounts_is_not_paid_on_each(talk: Talk, backend: Backend, barn_id: int) -> None:
    await pay(talk, "pay all my accounts 174.58 with my visa")
    talk.assert_message(r"\$174\.58 in all")
    await talk.user_input("yes", acts={"affirm"})
    assert await paid(backend) == {"001": DUE_CENTS, "002": BARN_CENTS}
