"""What the account page says of an arrangement, of scheduled payments, and of what was sent about them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from backend.audit.models import AuditRow
from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket
from bot.portal.copies import COPY, RECEIPT, MessageCopy, word_copies
from tests.bot.portal.conftest import CARD, in_days
from tests.bot.portal.page_text import text
from tests.bot.portal.test_paying_on_the_account_page import RUTH, confirm, hidden_fields, read_back, token_in
from tests.bot.portal.visitor import Visitor


async def arrange(payer: Visitor) -> None:
    """An arrangement of two parts, the first in a week."""
    _, page, _ = await payer.get("/portal/arrangement")
    first = in_days(payer.services.backend, 7).isoformat()
    form = {"form_token": token_in(page), "account": RUTH, "rhythm": "two-weeks", "first": first, "count": "2"}
    _, check, _ = await payer.post("/portal/arrangement", **form)
    assert f"Account {RUTH}" in text(check)
    assert "Total $112.40" in text(check)
    await payer.post("/portal/arrangement/check", **hidden_fields(check, "/portal/arrangement/check"))


async def schedule(payer: Visitor, amount: str) -> tuple[str, str]:
    """The confirmation number of a payment scheduled in a week, and the page that says so."""
    _, page, _ = await read_back(payer, amount=amount, when="later", day=in_days(payer.services.backend, 7).isoformat())
    _, done, _ = await confirm(payer, page)
    found = re.search(r"Your confirmation number is <strong>([0-9A-Z-]+)", done)
    assert found, done
    return found[1], done


async def test_an_arrangement_is_on_summary_and_billing_and_follows_payments(payer: Visitor) -> None:
    await arrange(payer)
    for page in ("/portal", "/portal/billing"):
        _, shown, _ = await payer.get(page)
        assert 'href="/portal/arrangement' in shown
        assert "$56.20" in text(shown)
    assert "Paid so far $0.00 Left to pay $112.40" in text(shown)
    _, check, _ = await read_back(payer, amount="20.00")
    await confirm(payer, check)
    _, shown, _ = await payer.get("/portal/billing")
    assert "Next payment $36.20" in text(shown)
    assert "Paid so far $20.00 Left to pay $92.40" in text(shown)


async def test_a_change_of_an_arrangement_goes_to_the_office_once(payer: Visitor) -> None:
    await arrange(payer)
    _, page, _ = await payer.get("/portal/arrangement/change")
    form = hidden_fields(page, "/portal/arrangement/change")
    status, refused, _ = await payer.post("/portal/arrangement/change", **form, what="change", words=" ")
    assert (status, 'id="words-error"' in refused) == (422, True)
    words = "40 on the 5th, my card is 4242 4242 4242 4242"
    _, check, _ = await payer.post("/portal/arrangement/change", **form, what="change", words=words)
    assert "40 on the 5th" in text(check)
    assert "4242 4242" not in check
    fields = hidden_fields(check, "/portal/arrangement/change/send")
    for _ in range(2):
        _, done, _ = await payer.post("/portal/arrangement/change/send", **fields)
        assert "Until then the arrangement stands" in text(done)
    async with payer.services.backend.db.read_session() as session:
        [ticket] = await session.scalars(select(Ticket).where(Ticket.kind == "arrangement"))
    assert ticket.details["the member"] == "wants it changed"
    assert ticket.details["arrangement"] in text(done)


async def test_a_scheduled_payment_is_listed_and_its_cancel_has_one_word(payer: Visitor) -> None:
    number, _ = await schedule(payer, "30.00")
    _, billing, _ = await payer.get("/portal/billing")
    assert f'href="/portal/payments/{number}/cancel"' in billing
    _, summary, _ = await payer.get("/portal")
    assert 'value="82.40"' in summary
    assert re.search(
        r"You owe \$112\.40\. \$30\.00 is scheduled for [^.]+\. That leaves \$82\.40 to pay\.", text(summary)
    )
    _, check, _ = await payer.get(f"/portal/payments/{number}/cancel")
    _, gone, _ = await payer.post(
        f"/portal/payments/{number}/cancel", **hidden_fields(check, f"/portal/payments/{number}/cancel")
    )
    assert "Canceled" in text(gone)
    assert "Not taken" not in text(gone)
    for page in ("/portal/billing", "/portal/payments"):
        _, shown, _ = await payer.get(page)
        row = re.search(rf"<tr>(?:(?!</tr>).)*{number}.*?</tr>", shown, re.DOTALL)
        assert row
        assert "canceled, was set for" in row[0]
        assert f'href="/portal/payments/{number}/cancel"' not in shown


async def test_a_text_that_failed_is_said(payer: Visitor) -> None:
    number, done = await schedule(payer, "30.00")
    for way in ("by text to the phone ending 0142", "by email to r***@"):
        assert way in text(done)
    async with payer.services.backend.db.transaction() as session:
        about = OutboxMessage.dedupe_key.like("scheduled:%:sms")
        await session.execute(update(OutboxMessage).where(about).values(status="failed"))
    _, page, _ = await payer.get(f"/portal/payments/{number}")
    assert "A copy could not be sent by text to the phone ending 0142." in text(page)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), ""),
        (("sent", "coming"), "A receipt is on its way by email. A receipt was sent by text."),
        (
            ("failed", "failed"),
            "A receipt could not be sent by text and by email. You have it here: please print this page, or write the "
            "number down.",
        ),
    ],
)
def test_only_what_was_sent_is_said(states: tuple[str, ...], said: str) -> None:
    ways = (("sms", "+18155550142"), ("email", "ruth@example.org"))
    copies = [MessageCopy(*way, state) for way, state in zip(ways, states, strict=False)]
    assert word_copies(copies, RECEIPT, named=False) == said
    assert "0142" not in word_copies(copies, COPY, named=False)


def test_several_receipts_by_one_way_are_said_once() -> None:
    ruth = ("email", "ruth@example.org")
    copies = [MessageCopy(*ruth, "sent"), MessageCopy(*ruth, "coming")]
    assert word_copies(copies, RECEIPT, named=False) == "A receipt is on its way by email."
    said = word_copies([*copies[:1], MessageCopy("sms", "+18155550142", "failed")], RECEIPT, named=False)
    assert said.startswith("A receipt was sent by email. A receipt could not be sent by text. You have it here")


async def test_the_amount_typed_on_the_summary_comes_along_to_schedule_it(payer: Visitor) -> None:
    _, page, _ = await payer.get("/portal")
    form = hidden_fields(page, "/portal/pay-now") | {"amount": "30.00", "method": "new"}
    status, shown, _ = await payer.post("/portal/schedule-payment", **form)
    assert status == 200
    assert re.search(r'name="amount" type="text" value="30.00"', shown)
    assert re.search(r'value="later" checked', shown)
    assert re.search(r'name="method" value="new" checked', shown)


async def test_a_receipt_is_mailed_again_once_a_minute(payer: Visitor) -> None:
    _, page, _ = await read_back(payer, amount="20.00")
    _, done, _ = await confirm(payer, page)
    found = re.search(r'href="/portal/payments/([0-9A-Z-]+)"', done)
    assert found
    receipt = done
    for _ in range(2):  # from a page of its own each time: the same form sent twice is one
        _, receipt, _ = await payer.post(f"/portal/payments/{found[1]}/email", form_token=token_in(receipt))
    assert re.search(r"A copy (?:is on its way|was sent) by email to r\*\*\*@", text(receipt))
    async with payer.services.backend.db.read_session() as session:
        sent = list(await session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key.like("receipt-again%"))))
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.act == "receipt_emailed")))
    assert ([message.kind for message in sent], len(acts)) == (["email"], 2)
    for words in ("Day: ", "Fee: None", "Total: $20.00", "Service address: 14 Mill Road"):
        assert words in sent[0].body


async def test_auto_pay_that_is_on_says_so_once(payer: Visitor) -> None:
    _, page, _ = await payer.get("/portal/autopay")
    assert "Nothing is set up yet" in text(page)
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    _, check, _ = await payer.post(
        "/portal/autopay", form_token=token_in(page), account=RUTH, run="due", method=method[1]
    )
    _, done, _ = await payer.post("/portal/autopay/check", **hidden_fields(check, "/portal/autopay/check"))
    assert re.search(r"A copy (?:is on its way|was sent) by (?:text|email)", text(done))
    assert "Nothing is set up yet" not in text(done)
    assert "The next run is" not in text(done)


async def test_pay_now_fills_in_the_next_part_and_offers_all_of_it(payer: Visitor) -> None:
    await arrange(payer)
    for page in ("/portal", "/portal/pay-now"):
        _, shown, _ = await payer.get(page)
        assert 'value="56.20"' in shown, page
        assert "Pay all of it instead: $112.40" in text(shown)
    link = re.search(r'href="(/portal/pay-now[?][^"]*amount=112.40)"', shown)
    assert link
    assert 'value="112.40"' in (await payer.get(link[1].replace("&amp;", "&")))[1]
    _, check, _ = await read_back(payer, amount="56.20")
    assert "This pays the next part of your payment arrangement. After it, $56.20 is to be paid by" in text(check)
    _, check, _ = await read_back(payer, amount="112.40")
    assert "This pays all that is left of your payment arrangement." in text(check)
    guest = payer.another()
    _, shown, _ = await guest.post("/portal/quick-pay", number=RUTH, last4="0142")
    assert 'value="56.20"' in shown
    assert "Pay all of it instead: $112.40" in text(shown)
    assert 'value="112.40"' in (await guest.get("/portal/quick-pay/pay?amount=112.40"))[1]
    card = {**CARD, "number": "4242424242424242"}
    url = payer.services.settings.public_url
    async with guest.http.post(f"{url}/portal/quick-pay/pay", data={"amount": "56.20", "when": "today"}) as entry:
        _, check, _ = await guest.post(str(entry.url), **card)
    assert "payment arrangement" not in text(check), "whoever pays by a link may be somebody else"
    await guest.http.close()
    _, page, _ = await payer.get("/portal/pay-now")
    form = {"form_token": token_in(page), "account": RUTH, "amount": "56.20", "when": "today", "method": "new"}
    async with payer.http.post(f"{url}/portal/pay-now", data=form) as entry:
        _, check, _ = await payer.post(str(entry.url), **card)
    assert "This pays the next part of your payment arrangement." in text(check)
