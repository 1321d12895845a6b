"""The office's pages about refunds that failed, came too late, or were given twice, and what a search leads to."""

from __future__ import annotations

import re

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments import scheduled_runs
from backend.payments.bank_returns import book_return
from backend.payments.models import Payment
from backend.payments.processing import lock_payment
from backend.payments.refund_processing import fail_returned_refund, process_refund
from backend.reconciliation.service import reconcile
from backend.staff.models import StaffWayIn
from backend.staff.roles import Role
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, quote_for, say_yes, schedule
from tests.backend.payments.test_refunds import ask
from tests.bot.edge import Edge
from tests.bot.staff.office_people import add_person, other_browser, sign_in
from tests.bot.staff.test_money import agree, become, pay, refunds, send


async def pay_by_bank(backend: Backend, home: Household, amount: int = DUE_CENTS) -> Payment:
    outcome = await say_yes(backend, await quote_for(backend, home, amount, method_id=home.bank_id))
    assert outcome.payment
    return outcome.payment


async def take_back(backend: Backend, payment: Payment) -> None:
    async with backend.db.transaction() as session:
        assert await book_return(session, backend, await lock_payment(session, payment.id), "R01")


async def test_the_page_of_a_failed_refund_says_what_the_books_say_and_books_a_check(
    edge: Edge, backend: Backend, home: Household
) -> None:
    payment = await pay_by_bank(backend, home)
    refund = await ask(backend, payment, 9000)
    await process_refund(backend, refund.id)
    async with backend.db.transaction() as session:
        await fail_returned_refund(session, backend, refund.id, "R03")
    await become(edge, "ann")
    own = f"/staff/money/refunds/{refund.confirmation}"
    page = (await edge.get(own)).text
    for words in (
        "failed: R03, account not found", "Ruth Alvarez", "now due: $0.00", "booked, and booked back Nov 18, 10:00 AM",
        "the $90.00 count as paid on the account, and the member does not have them",
    ):  # fmt: skip
        assert words in page
    payment_page = (await edge.get(f"/staff/money/payments/{payment.confirmation}")).text
    assert "The bank did not take refund" in payment_page
    assert 'name="alike"' not in payment_page
    kept = await send(edge, own, f"{own}/finish", kind="check", amount="90,5", reason="mailed it")
    assert kept.status == 422
    assert 'value="90,5"' in kept.text
    refused = await send(edge, own, f"{own}/finish", kind="check", reason="mailed it")
    assert "give the number of the check" in refused.text
    assert 'value="check" selected' in refused.text
    done = (await send(edge, own, f"{own}/finish", kind="check", reference="7788", reason="mailed to Ridge Road")).text
    for words in (
        "$90.00, given by check 7788", "ann, Nov 18, 10:00 AM: mailed to Ridge Road", "now due: $90.00",
        "they are owed on the account again",
    ):  # fmt: skip
        assert words in done
    assert f"{own}/finish" not in done
    found = await send(edge, "/staff/money", "/staff/money/search", words="Check 07788")
    assert f"{refund.confirmation}</a>, $90.00 given, 7788" in found.text
    assert await due(backend, home.account_id) == 9000
    assert "$22.40 is left of it" in (await edge.get(f"/staff/money/payments/{payment.confirmation}")).text


async def test_a_refund_that_the_bank_made_needless_is_paid_by_nobody(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay_by_bank(backend, home)
    refund = await ask(backend, payment)
    small = await ask(backend, await pay_by_bank(backend, await other_home(backend), 5000), 4000, key="small")
    await take_back(backend, payment)
    async with backend.db.transaction() as session:
        second = await lock_payment(session, small.payment_id)
        assert await book_return(session, backend, second, "R01")
    assert await process_refund(backend, small.id) == "failed"
    await become(edge, "bob")
    money = (await edge.get("/staff/money")).text
    assert "The bank returned the payment meanwhile: please reject it" in money
    assert "Refunds that failed" not in money
    assert "the bank returned the payment itself: the member has the money back" in money
    page = (await edge.get(f"/staff/money/refunds/{small.confirmation}")).text
    assert "the member has the money back; nothing more to do" in page
    assert "failed: the bank had returned the payment itself" in page
    assert "/finish" not in page
    own = f"/staff/money/refunds/{refund.confirmation}"
    page = (await edge.get(own)).text
    assert "The bank returned the payment meanwhile" in page
    assert 'value="approve"' not in page
    tried = await send(edge, own, f"{own}/decide", reason="saw the letter", decision="approve")
    assert tried.status == 409
    rejected = await send(edge, own, f"{own}/decide", reason="she has it back", decision="reject")
    assert "rejected" in rejected.text
    await become(edge, "ann")
    assert re.search(r"asked by ann, rejected by bob .*: she has it back", (await edge.get("/staff/money")).text)
    assert network.given_back_cents() == 0


async def other_home(backend: Backend) -> Household:
    return await make_household(backend, number="88888")


async def test_money_given_twice_is_listed_until_the_member_was_called(
    edge: Edge, backend: Backend, home: Household
) -> None:
    payment = await pay_by_bank(backend, home)
    await process_refund(backend, (await ask(backend, payment, 6000)).id)
    await take_back(backend, payment)
    await become(edge, "ann")
    assert "1 member to call: the money went back twice" in (await edge.get("/staff")).text
    url = f"/staff/money/payments/{payment.confirmation}"
    assert (
        f'<a href="{url}">Payment {payment.confirmation}</a>, $60.00 refunded' in (await edge.get("/staff/money")).text
    )
    account = (await edge.get("/staff/money/accounts/99999-001")).text
    assert "The member got the money twice" in account
    assert "Amount due</dt><dd>$172.40" in account
    done = await send(edge, url, f"{url}/called", reason="brings it on Friday")
    assert "The member got the money twice" not in done.text
    assert "went back twice" not in (await edge.get("/staff")).text
    [refund] = await refunds(backend)
    assert "brings it on Friday" in (await edge.get(f"/staff/money/refunds/{refund.confirmation}")).text


async def test_the_same_refund_in_a_new_form_is_made_only_knowingly(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay_by_bank(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    await send(edge, url, f"{url}/refund", amount="20.00", reason="paid twice")
    asked = await send(edge, url, f"{url}/refund", amount="20.00", reason="paid twice")
    assert asked.status == 409
    assert re.search(r"of the same amount was asked for by ann Nov 18, 10:00 AM: paid twice", asked.text)
    assert network.given_back_cents() == 2000
    fields = dict(re.findall(r'(?:name="(\w+)")(?: type="hidden")? value="([^"]*)"', asked.text))
    made = await agree(
        edge, await edge.post(f"{url}/refund", data={**fields, "amount": "20.00", "reason": "paid twice"})
    )
    assert "on its way" in made.text
    assert network.given_back_cents() == 4000


async def test_one_field_finds_every_number(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "50.00", "kind": "check", "reference": "No. 05501", "received_on": "2026-11-18", "reason": ""}
    booked = (await send(edge, account, f"{account}/book", **fields)).text
    assert "Ruth Alvarez" in booked
    number = re.search(r"Counter payment ([A-Z0-9-]+)</h1>", booked)
    assert number

    async def found(words: str) -> str:
        return (await send(edge, "/staff/money", "/staff/money/search", words=words)).text

    for words in ("99999-001", "99999001", "99999"):
        page = await found(words)
        assert "Account 99999-001</h1>" in page
    assert "Due date</dt><dd>Dec" in page
    assert "Phone</dt><dd>555-555-0142" in page
    assert f"Counter payment {number[1]}</h1>" in await found(number[1].lower().replace("-", ""))
    assert f"{number[1]}</a>, $50.00, check No. 05501" in await found("5501")
    assert "Nothing was found" in await found("5502")
    assert "Nothing was found" in await found("fwf5rq"), "it looks like a password, and is a number"
    listed = (await edge.get("/staff/money")).text
    assert f"{number[1]}</a>, check No. 05501, $50.00, taken, account 99999-001, ann, Nov 18, 2026, 10:00 AM" in listed


async def test_a_schedule_that_ended_says_by_whom_and_why(edge: Edge, backend: Backend, home: Household) -> None:
    scheduled = await schedule(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{scheduled.confirmation}"
    assert (
        "Canceled by</dt><dd>ann, Nov 18, 10:00 AM: moved away"
        in (await send(edge, url, f"{url}/cancel", reason="moved away")).text
    )
    second = await schedule(backend, home)
    clock = backend.clock
    assert isinstance(clock, ManualClock)
    clock.advance(minutes=1)
    account = "/staff/money/accounts/99999-001"
    fields = {"amount": "112.40", "kind": "cash", "reference": "", "received_on": "2026-11-18", "reason": ""}
    await send(edge, account, f"{account}/book", **fields)
    await scheduled_runs.run_scheduled(backend, second.run_on)
    page = (await edge.get(f"/staff/money/payments/{second.confirmation}")).text
    assert re.search(r"Not made</dt><dd>Nov 18, 10:01 AM: it was paid elsewhere", page)


async def test_money_for_failed_refunds_does_not_pass_the_limit_in_small_steps(
    edge: Edge, backend: Backend, home: Household
) -> None:
    """Each of them is below the limit, and none counts while it has failed; giving the money is what counts."""
    payment = await pay_by_bank(backend, home)
    made = []
    for cents in (5000, 4900, 1300):
        refund = await ask(backend, payment, cents, key=f"form-{cents}", by="ann", knowingly=True)
        await process_refund(backend, refund.id)
        async with backend.db.transaction() as session:
            await fail_returned_refund(session, backend, refund.id, "R03")
        made.append(refund)
    await become(edge, "ann")
    for refund, status in zip(made, (200, 200, 409), strict=True):
        own = f"/staff/money/refunds/{refund.confirmation}"
        answer = await send(edge, own, f"{own}/finish", kind="cash", reason="given at the counter")
        assert answer.status == status, refund.confirmation
    assert "somebody else than who asked" in answer.text
    await become(edge, "bob")
    answer = await send(edge, own, f"{own}/finish", kind="cash", reason="given at the counter, seen by me")
    assert answer.status == 200


async def test_an_agent_is_not_shown_what_a_supervisor_decides(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    refund = await ask(backend, await pay(backend, home))
    assert refund.status == "requested"
    await add_person(backend, "Ann Lee", Role.AGENT)
    await add_person(backend, "Bob Ray", Role.SUPERVISOR)
    own = f"/staff/money/refunds/{refund.confirmation}"
    await sign_in(edge, "Ann Lee")
    page = (await edge.get(own)).text
    assert "a supervisor decides" in page
    assert f"{own}/decide" not in page
    bob = await other_browser(edge)
    await sign_in(bob, "Bob Ray")
    assert 'value="approve"' in (await bob.get(own)).text
    async with backend.db.transaction() as session:
        session.add(StaffWayIn(name="Bob Ray", made_by=refund.asked_by, made_at=backend.clock.now()))
    await add_person(backend, "Eve Fox", Role.SUPERVISOR)
    barred = (await bob.get(own)).text
    assert 'value="approve"' not in barred, "who may not decide has no button"
    assert "You can decide about it from Nov 25" in barred
    assert re.search(r"Who can decide now: [^<]*Eve Fox", barred)
    await bob.http.close()


async def test_the_page_of_a_payment_that_differs_at_the_network_has_no_refund_until_it_is_settled(
    edge: Edge, backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    url = f"/staff/money/payments/{payment.confirmation}"
    network.database.execute("update charges set key = 'x' || key")
    await reconcile(backend, backend.today())
    await become(edge, "ann")
    listed = (await edge.get("/staff/money")).text
    assert "Payments that differ from the payment network" in listed
    shown = (await edge.get(url)).text
    assert "the money may never have come in" in shown
    assert f"{url}/refund" not in shown
    assert "the money may never have come in" in (await send(edge, url, f"{url}/compare")).text
    assert (await send(edge, url, f"{url}/settle", reason=" ")).status == 422
    network.database.execute("update charges set key = substr(key, 2)")
    again = (await send(edge, url, f"{url}/compare")).text
    assert f"{url}/refund" in again
    assert "Difference settled" in again
    network.database.execute("delete from charges")
    await reconcile(backend, backend.today())
    settled = (await send(edge, url, f"{url}/settle", reason="it is on the bank statement")).text
    assert f"{url}/refund" in settled
    assert "ann, Nov 18, 10:00 AM: it is on the bank statement" in settled
    trail = (await edge.get("/staff/audit")).text
    assert "settled what differed about a payment" in trail


async def test_a_form_for_a_refund_says_who_can_be_the_second_person(
    edge: Edge, backend: Backend, home: Household
) -> None:
    clock = backend.clock
    assert isinstance(clock, ManualClock)
    url = f"/staff/money/payments/{(await pay(backend, home)).confirmation}"
    for name in ("Eve Day", "Sam Hill"):
        await add_person(backend, name, Role.SUPERVISOR)
        async with backend.db.transaction() as session:
            session.add(StaffWayIn(name=name, made_by="Zoe", made_at=clock.now()))
    await sign_in(edge, "Eve Day")
    shown = (await edge.get(url)).text
    names = re.search(r"The second person can be, now: ([^.]*)\.", shown)
    assert names
    assert "Sam Hill" not in names[1]
    assert "Sam Hill (from Nov 25, 10:00 AM on)" in shown
    backend.settings = backend.settings.with_values(staff_accounts={})
    alone = (await edge.get(url)).text
    assert "Nobody of the office can be the second person for you now" in alone
    assert "memberline staff invite" in alone
    clock.advance(days=8)
    await sign_in(edge, "Eve Day")
    assert "The second person can be, now: Sam Hill." in (await edge.get(url)).text
