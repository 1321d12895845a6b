"""The office's pages about money: guarded, one refund for a form sent twice, two persons above a limit."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account, OutsideEntry
from backend.members.models import Member
from backend.payments.models import CounterPayment, Payment, PaymentRefund
from backend.payments.return_files import apply_return_file
from bot.portal.summary import load_account
from bot.staff.money.base import parse_amount
from sandbox.charges import ChargeRefused
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.nacha_files import Row, make_file
from tests.backend.payments.paying import due, outbox, quote_for, say_yes
from tests.backend.payments.test_alike import book_outside
from tests.bot.edge import Answer, Edge
from tests.bot.staff.test_office import sign_in, token_in


async def pay(backend: Backend, home: Household, amount: int = DUE_CENTS) -> Payment:
    outcome = await say_yes(backend, await quote_for(backend, home, amount))
    assert outcome.payment
    return outcome.payment


async def become(edge: Edge, name: str) -> None:
    """Sign out whoever is in, and sign in as `name`."""
    page = await edge.get("/staff")
    if 'name="token"' in page.text:
        await edge.post("/staff/sign-out", data={"token": token_in(page)})
    assert "Who waits" in (await sign_in(edge, name=name)).text


async def send(edge: Edge, page: str, path: str, **fields: str) -> Answer:
    """Fill in the form on `page` that goes to `path`, as a browser does, and send it."""
    shown = await edge.get(page)
    form = shown.text[shown.text.index(f'action="{path}"') :]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    return await agree(edge, await edge.post(path, data={**hidden, **fields}))


async def agree(edge: Edge, page: Answer) -> Answer:
    """Press the button of a page that reads back; any other page as it is."""
    form = re.search(r'<form method="post" action="([^"]*)">((?:(?!</form>).)*value="make".*?)</form>', page.text, re.S)
    if form is None:
        return page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[2]))
    return await edge.post(form[1], data={**hidden, "step": "make"})


async def refunds(backend: Backend) -> list[PaymentRefund]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(PaymentRefund).order_by(PaymentRefund.id)))


@pytest.mark.parametrize("words", ["alvarez", "Ruth  ALVAREZ", "(555) 555-0142", "12 ridge road", "Ridge Rd."])
async def test_an_account_is_found_by_what_a_caller_says(
    edge: Edge, backend: Backend, home: Household, words: str
) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).service_address = "12 Ridge Road, Elizabeth, IL 61028"
    await make_household(backend, number="88888")
    async with backend.db.transaction() as session:
        other = (await session.scalars(select(Member).where(Member.number == "88888"))).one()
        other.name, other.phone = "Bo Lund", "+15555550177"
    refused = await edge.post("/staff/money/search", data={"words": words})
    assert "Password" in refused.text
    await become(edge, "ann")
    page = await send(edge, "/staff/money", "/staff/money/search", words=words)
    assert "Ruth Alvarez" in page.text
    assert "/staff/money/accounts/99999-001" in page.text
    assert "88888" not in page.text
    async with backend.db.read_session() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.act == "office_read").order_by(AuditRow.id.desc()))
    assert row is not None
    assert row.actor == "office:ann"
    assert "99999-001" in str(row.after)


async def test_a_search_finds_nothing_or_at_most_twenty(edge: Edge, backend: Backend) -> None:
    for number in range(10000, 10022):
        await make_household(backend, number=str(number), due_cents=0, card_token=f"c{number}", bank_token=f"b{number}")
    await become(edge, "ann")
    for words in ("al", "%", "___", "alvarez jones"):
        page = await send(edge, "/staff/money", "/staff/money/search", words=words)
        assert "Nothing was found" in page.text
    page = await send(edge, "/staff/money", "/staff/money/search", words="alvarez")
    assert page.text.count("/staff/money/accounts/") == 20
    assert "the first 20" in page.text


async def portal_states(backend: Backend, home: Household) -> list[str]:
    """What the member's account page says of each payment."""
    async with backend.db.read_session() as session:
        account = await session.scalar(select(Account).where(Account.member_id == home.member_id))
    assert account is not None
    view = await load_account(backend, account)
    return [state for _payment, _day, state in view.payments]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("112.40", 11240), ("$1,234.50", 123450), (" 112 ", 11200), ("$ 5", 500), ("0.01", 1), ("12.5", None),
        ("1.234,50", None), ("-5", None), ("", None), ("12,34", None), ("1e3", None), ("٣", None),
    ],
)  # fmt: skip
def test_amounts(text: str, cents: int | None) -> None:
    assert parse_amount(text) == cents


async def test_money_is_closed_to_strangers(edge: Edge, backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    url = f"/staff/money/payments/{payment.confirmation}"
    for path in ("/staff/money", url, "/staff/money/accounts/99999-001"):
        assert "Password" in (await edge.get(path)).text
    assert "Password" in (await edge.post(f"{url}/refund", data={"amount": "1.00", "reason": "mine"})).text
    await become(edge, "ann")
    forged = {"amount": "1.00", "reason": "mine", "key": "0" * 32, "token": "0" * 64}
    assert (await edge.post(f"{url}/refund", data=forged)).status == 403
    assert await refunds(backend) == []


async def test_small_refund_from_search_to_result(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    found = await edge.get(f"/staff/money?number={payment.confirmation.replace('-', '').lower()}")
    assert f"Payment {payment.confirmation}" in found.text
    assert "Visa ending 4242" in found.text
    done = await send(edge, url, f"{url}/refund", amount="$40.00", reason="paid twice")
    assert "succeeded" in done.text
    assert "paid twice" in done.text
    assert (network.given_back_cents(), await due(backend, home.account_id)) == (4000, 4000)
    assert "$72.40 is left of it" in (await edge.get(url)).text
    assert await portal_states(backend, home) == [
        "paid. $40.00 went back to Visa ending 4242 on Wednesday, November 18."
    ]
    async with backend.db.read_session() as session:
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.actor == "office:ann")))
    assert {"office_read", "refund_requested"} <= set(acts)


async def test_form_sent_twice_is_one_refund(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    shown = await edge.get(url)
    key = re.search(r'name="key" value="([0-9a-f]{32})"', shown.text)
    assert key
    form = {"token": token_in(shown), "key": key[1], "amount": "30.00", "reason": "paid twice", "step": "make"}
    answers = [await edge.post(f"{url}/refund", data=form) for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    assert network.given_back_cents() == 3000
    changed = await edge.post(f"{url}/refund", data={**form, "amount": "31.00"})
    assert changed.status == 409
    assert f'value="{key[1]}"' not in changed.text, "the next try needs a key of its own"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "200.00", "reason": "paid twice"}, "$112.40 is left"),
        ({"amount": "12.345", "reason": "paid twice"}, "like 112.40"),
        ({"amount": "1.00", "reason": " "}, "say why"),
        ({"amount": "0", "reason": "paid twice"}, "more than zero"),
    ],
)
async def test_wrong_refund_is_explained(
    edge: Edge, backend: Backend, home: Household, fields: dict[str, str], says: str
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    answer = await send(edge, url, f"{url}/refund", **fields)
    assert answer.status in (409, 422)
    assert says in answer.text
    assert 'role="alert"' in answer.text
    assert await refunds(backend) == []


async def test_second_person_approves(edge: Edge, backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    asked = await send(edge, url, f"{url}/refund", amount="112.40", reason="closed account")
    assert "waits for a second person" in asked.text
    assert "somebody else has to decide" in asked.text
    [refund] = await refunds(backend)
    own = f"/staff/money/refunds/{refund.confirmation}"
    form = {"token": token_in(await edge.get("/staff")), "reason": "fine", "decision": "approve"}
    assert (await edge.post(f"{own}/decide", data=form)).status == 409
    assert network.given_back_cents() == 0
    await become(edge, "bob")
    assert "1 for a second person" in (await edge.get("/staff")).text
    assert own in (await edge.get("/staff/money")).text
    done = await send(edge, own, f"{own}/decide", reason="saw the letter", decision="approve")
    assert "succeeded" in done.text
    assert network.given_back_cents() == DUE_CENTS
    assert [(one.asked_by, one.approved_by) for one in await refunds(backend)] == [("ann", "bob")]


async def test_second_person_rejects(edge: Edge, backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    await send(edge, url, f"{url}/refund", amount="112.40", reason="closed account")
    [refund] = await refunds(backend)
    await become(edge, "bob")
    own = f"/staff/money/refunds/{refund.confirmation}"
    assert "rejected" in (await send(edge, own, f"{own}/decide", reason="not ours", decision="reject")).text
    assert network.given_back_cents() == 0


async def test_failed_refund_is_listed_until_somebody_says_what_was_done(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    network.charges.refund = lambda *asked: (_ for _ in ()).throw(ChargeRefused(409, "not_refundable", "no"))  # type: ignore[method-assign]
    shown = (await send(edge, url, f"{url}/refund", amount="40", reason="paid twice")).text
    assert "failed: the payment network cannot refund this payment" in shown
    [refund] = await refunds(backend)
    own = f"/staff/money/refunds/{refund.confirmation}"
    listed = await edge.get("/staff/money")
    assert "Refunds that failed" in listed.text
    assert own in listed.text
    assert "1 refund that failed" in (await edge.get("/staff")).text
    assert (await send(edge, own, f"{own}/finish", reason=" ")).status == 422
    given = await send(edge, own, f"{own}/finish", kind="check", reference="2001", reason="mailed it")
    assert "given by check 2001" in given.text
    assert own not in (await edge.get("/staff/money")).text
    assert "refund that failed" not in (await edge.get("/staff")).text
    assert "Dealt with by" in (await edge.get(own)).text


async def test_counter_payment_is_booked_and_taken_off(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    assert "Account 99999-001" in (await edge.get("/staff/money?number=99999")).text
    fields = {"amount": "50.00", "kind": "check", "reference": "1042", "received_on": "2026-11-18", "reason": ""}
    assert (await send(edge, account, f"{account}/book", **{**fields, "reference": ""})).status == 422
    booked = await send(edge, account, f"{account}/book", **fields)
    assert "check 1042" in booked.text
    assert await due(backend, home.account_id) == DUE_CENTS - 5000
    async with backend.db.read_session() as session:
        [payment] = await session.scalars(select(CounterPayment))
    own = f"/staff/money/counter/{payment.confirmation}"
    page = await send(edge, own, f"{own}/undo", kind="returned", reason="box 7")
    assert re.search(r"Taken off by</dt><dd>ann, Nov 18, 10:00 AM: the bank did not pay the check: box 7", page.text)
    assert "Find the right member" in page.text
    found = await send(edge, own, "/staff/money/search", words="99999-001")
    assert re.search(r'name="amount"[^>]*value="50.00"', found.text), "the sum is booked for the right member"
    assert '<option value="check" selected>' in found.text
    told = [one for one in await outbox(backend) if one.dedupe_key.startswith("counter-undone")]
    assert "taken off again: the bank did not pay the check. Balance $112.40" in told[0].body
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_taking_off_is_read_back_with_what_the_member_reads(
    edge: Edge, backend: Backend, home: Household
) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "50.00", "kind": "cash", "reference": "", "received_on": "2026-11-18", "reason": ""}
    await send(edge, account, f"{account}/book", **fields)
    async with backend.db.read_session() as session:
        [payment] = await session.scalars(select(CounterPayment))
    own = f"/staff/money/counter/{payment.confirmation}"
    token = token_in(await edge.get(own))
    page = await edge.post(f"{own}/undo", data={"token": token, "kind": "wrong_account", "reason": "hers"})
    assert "was taken off again: it was booked on the wrong account" in page.text
    assert "Take $50.00 off" in page.text
    assert await due(backend, home.account_id) == DUE_CENTS - 5000, "reading it back takes nothing off"
    assert not [one for one in await outbox(backend) if one.dedupe_key.startswith("counter-undone")]
    refused = await edge.post(f"{own}/undo", data={"token": token, "reason": "hers"})
    assert (refused.status, "Please choose what the member reads." in refused.text) == (422, True)


async def test_a_booking_is_read_back_before_it_is_made(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    form = (await edge.get(account)).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields = {"amount": "50.00", "kind": "check", "reference": "1042", "received_on": "2026-11-18", "reason": "box"}
    page = await edge.post(f"{account}/book", data={**hidden, **fields})
    for words in ("Ruth Alvarez", "99999-001", "check 1042", "$112.40", "$62.40", "Book $50.00 on account 99999-001"):
        assert words in page.text
    assert await due(backend, home.account_id) == DUE_CENTS, "nothing is booked by reading it back"
    assert await outbox(backend) == []
    again = await edge.post(f"{account}/book", data={**hidden, **fields, "step": "edit"})
    assert 'value="1042"' in again.text
    done = [await agree(edge, page) for _ in range(2)]
    assert [answer.status for answer in done] == [200, 200]
    assert await due(backend, home.account_id) == DUE_CENTS - 5000, "a form sent twice books once"
    wrong = await edge.post(f"{account}/book", data={**hidden, **fields, "amount": "12,5", "reference": "1043"})
    assert wrong.status == 422
    assert re.search(r'id="amount"[^>]*aria-describedby="amount-error" aria-invalid="true" autofocus', wrong.text)


async def test_what_is_there_already_is_shown_and_booked_again_only_knowingly(
    edge: Edge, backend: Backend, home: Household
) -> None:
    payment = await pay(backend, home, 4000)
    await book_outside(backend, home, "R-77", reference="1042")
    await book_outside(backend, home, "R-78", cents=4000, state="ours", source="card")
    async with backend.db.transaction() as session:
        await session.execute(update(OutsideEntry).where(OutsideEntry.number == "R-78").values(payment_id=payment.id))
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    page = await edge.get("/staff/money?number=R-77")
    assert "R-77, payment, $50.00, Nov 18, 2026, counter, reference 1042</li>" in page.text
    assert f'our payment <a href="/staff/money/payments/{payment.confirmation}">' in page.text
    assert 'name="alike"' not in page.text
    fields = {"amount": "50.00", "kind": "cash", "reference": "", "received_on": "2026-11-17", "reason": "drop box"}
    warned = await send(edge, account, f"{account}/book", **fields)
    assert warned.status == 409
    assert "R-77 in the co-op&#39;s own system, counter" in warned.text.replace("'", "&#39;")
    assert 'value="2026-11-17"' in warned.text, "what was filled in stays"
    form = warned.text[warned.text.index(f'action="{account}/book"') :]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    seen = re.search(r'name="alike" value="([0-9a-f]{32})"', form)
    assert seen
    booked = await agree(edge, await edge.post(f"{account}/book", data={**hidden, **fields, "alike": seen[1]}))
    assert "Counter payment" in booked.text
    assert await due(backend, home.account_id) == DUE_CENTS - 4000 - 5000


async def test_scheduled_payment_is_canceled(edge: Edge, backend: Backend, home: Household) -> None:
    quote = await quote_for(backend, home, pay_on=backend.today().replace(day=25))
    scheduled = (await say_yes(backend, quote)).scheduled
    assert scheduled
    await become(edge, "ann")
    url = f"/staff/money/payments/{scheduled.confirmation}"
    assert "canceled" in (await send(edge, url, f"{url}/cancel", reason="moved away")).text


async def test_bank_returns_wait_until_done(edge: Edge, backend: Backend) -> None:
    await apply_return_file(backend, "nov.ach", make_file(Row("XXX222", 700, "R03")).encode())
    await become(edge, "ann")
    assert "1 bank return to look at" in (await edge.get("/staff")).text
    page = await edge.get("/staff/money")
    assert "R03, $7.00, no payment of ours fits" in page.text
    path = re.search(r'action="(/staff/money/returns/\d+/done)"', page.text)
    assert path
    assert "Nothing is left to look at" in (await send(edge, "/staff/money", path[1])).text


async def test_unknown_numbers(edge: Edge) -> None:
    await become(edge, "ann")
    assert "No payment, refund, account or member" in (await edge.get("/staff/money?number=K7M-4Q2")).text
    for path in ("payments/K7M-4Q2", "payments/x", "refunds/K7M-4Q2", "counter/K7M-4Q2", "accounts/1-2"):
        assert (await edge.get(f"/staff/money/{path}")).status == 404


async def test_numbers_of_checks_are_kept_as_typed_or_refused(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "50.00", "kind": "money_order", "received_on": "2026-11-18", "reason": ""}
    refused = await send(edge, account, f"{account}/book", **fields, reference="061000104 1234567890 2211")
    assert refused.status == 422
    assert "account and routing numbers are not kept here" in refused.text
    assert "1234567890" not in refused.text
    assert (
        "money order 28765432109"
        in (await send(edge, account, f"{account}/book", **fields, reference="28765432109")).text
    )
    again = await send(edge, account, f"{account}/book", **{**fields, "amount": "1"}, reference="MO #28765432109-")
    assert "booked for the account already" in again.text
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(CounterPayment.reference))) == ["28765432109"]


async def test_a_refund_that_waits_is_named_and_can_be_withdrawn(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    assert "the whole payment" in (await send(edge, url, f"{url}/refund", amount="112.40", reason="closed")).text
    [refund] = await refunds(backend)
    own = f"/staff/money/refunds/{refund.confirmation}"
    shown = (await edge.get(url)).text
    assert "waits for a second person" in shown
    assert own in shown
    await become(edge, "bob")
    form = {"token": token_in(await edge.get("/staff")), "reason": "not mine"}
    assert (await edge.post(f"{own}/withdraw", data=form)).status == 409
    await become(edge, "ann")
    withdrawn = await send(edge, own, f"{own}/withdraw", reason="wrong member")
    assert re.search(r"Withdrawn by</dt><dd>ann, .*: wrong member", withdrawn.text)
    assert "$112.40 is left of it" in (await edge.get(url)).text
    small = await send(edge, url, f"{url}/refund", amount="90.00", reason="paid twice")
    assert "succeeded" in small.text, "what was withdrawn does not count against the limit of one person"


async def test_who_approved_is_listed_and_a_whole_refund_is_called_so(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    await send(edge, url, f"{url}/refund", amount="112.40", reason="closed account")
    [refund] = await refunds(backend)
    own = f"/staff/money/refunds/{refund.confirmation}"
    await become(edge, "bob")
    await send(edge, own, f"{own}/decide", reason="saw the letter", decision="approve")
    shown = (await edge.get(url)).text
    assert "asked by ann" in shown
    assert "approved by bob" in shown
    assert "the whole payment was given back" in shown
    assert (await portal_states(backend, home))[0].startswith("refunded. $112.40 went back to Visa ending 4242")
    listed = (await edge.get("/staff/money/accounts/99999-001")).text
    assert re.search(rf"posted, refund <a href=\"{own}\">[A-Z0-9-]+</a> of \$112.40: succeeded", listed)
    texts = [one.body for one in await outbox(backend) if one.dedupe_key.startswith("refund:")]
    assert any(f"your payment {payment.confirmation} of $112.40" in text and "in full" in text for text in texts)


async def test_a_posted_payment_cannot_be_canceled_and_the_page_says_so(
    edge: Edge, backend: Backend, home: Household
) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    form = {"token": token_in(await edge.get("/staff")), "reason": "moved away"}
    answer = await edge.post(f"/staff/money/payments/{payment.confirmation}/cancel", data=form)
    assert answer.status == 409
    assert "cannot be canceled. It is: posted." in answer.text


async def test_more_than_is_due_is_booked_only_knowingly(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "122.40", "kind": "cash", "reference": "", "received_on": "2026-11-18", "reason": ""}
    warned = await send(edge, account, f"{account}/book", **fields)
    assert warned.status == 409
    assert "$122.40 is more than what is due, $112.40" in warned.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', warned.text))
    booked = await agree(edge, await edge.post(f"{account}/book", data={**hidden, **fields, "more": "11240"}))
    assert "Paid by</dt><dd>cash, received" in booked.text
    assert "Amount due</dt><dd>$10.00 credit" in (await edge.get(account)).text
    again = await edge.post(f"{account}/book", data={**hidden, **fields, "more": ""})
    assert "Counter payment" in again.text, "the same form again is the same payment, and not asked about"
    both = await send(edge, account, f"{account}/book", **fields)
    seen = re.search(r'name="alike" value="([0-9a-f]{32})"', both.text)
    assert seen
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', both.text))
    asked = await edge.post(f"{account}/book", data={**hidden, **fields, "alike": seen[1]})
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert hidden["alike"] == seen[1]
    assert "$10.00 credit" in asked.text
    done = await agree(edge, await edge.post(f"{account}/book", data={**hidden, **fields, "more": "-1000"}))
    assert "Counter payment" in done.text
    assert "waits for a second person" in done.text, "credits of more than $100.00 in a day"
    assert await due(backend, home.account_id) == DUE_CENTS - 12240


async def test_a_booking_that_waits_can_be_withdrawn(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "2000", "kind": "cash", "reference": "", "received_on": "2026-11-18", "reason": ""}
    await send(edge, account, f"{account}/book", **fields, more="11240")
    async with backend.db.read_session() as session:
        [payment] = await session.scalars(select(CounterPayment))
    own = f"/staff/money/counter/{payment.confirmation}"
    assert "not booked yet" in (await edge.get("/staff/money")).text
    assert "withdrawn" in (await send(edge, own, f"{own}/withdraw", reason="counted wrong")).text
    assert own not in (await edge.get("/staff/money")).text
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_names_at_sign_in_have_no_case(edge: Edge) -> None:
    assert "Who waits" in (await sign_in(edge, name="Ann")).text
    assert ">ann</a>" in (await edge.get("/staff/money")).text
