"""The evidence about an account: its consents word for word, what was paid under them, and the trail's hashes."""

from __future__ import annotations

import json
import re
import zlib
from base64 import a85decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.autopay.models import AutomaticDraft
from backend.clock import ManualClock
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.conversations.models import Conversation
from backend.evidence.pdf import build_pdf
from backend.evidence.service import NoSuchAccount, collect_evidence, digest_of
from backend.payments.models import Payment
from backend.show import json_default
from tests.backend.household import Household, add_bill

WORDING = 'Pay $112.40 <today> & now from Visa ending 4242 \N{THUMBS UP SIGN}?\nReply YES to "agree".'
PHONE = "+15555550142"


async def collected(backend: Backend, number: str = "99999-001") -> dict[str, Any]:
    async with backend.db.read_session() as session:
        return await collect_evidence(session, backend, number)


async def agree(backend: Backend, home: Household, kind: str, reference: str, channel: str = "sms") -> None:
    agreement = Agreement(home.conversation_id, 1, channel, WORDING, "YES, do it")
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, home.conversation_id)).address = PHONE
    async with backend.db.transaction() as session:
        await consents.record(
            session, backend, agreement, account_id=home.account_id, kind=kind, act=f"{kind}_confirmed",
            reference=reference, ends_on=backend.today() if kind == "payment" else None,
            after={"confirmation": reference},
        )  # fmt: skip


async def pay(backend: Backend, home: Household, number: str, bill_id: int | None = None) -> None:
    now = backend.clock.now()
    async with backend.db.transaction() as session:
        payment = Payment(
            key=f"key-{number}", confirmation=number, account_id=home.account_id, method_id=home.card_id,
            amount_cents=11240, fee_cents=250, status="posted", channel="sms", created_at=now, updated_at=now,
            posted_on=backend.today(), provider_ref="ch_1",
        )  # fmt: skip
        session.add(payment)
        await session.flush()
        if bill_id:
            draft = AutomaticDraft(
                key=f"draft-{number}", bill_id=bill_id, account_id=home.account_id, kind="autopay",
                method_id=home.card_id, amount_cents=11240, run_on=backend.today(), tried_on=backend.today(),
                status="paid", payment_id=payment.id, created_at=now,
            )  # fmt: skip
            session.add(draft)


async def test_words_times_sender_payment_and_hashes_are_told(backend: Backend, home: Household) -> None:
    await agree(backend, home, "payment", "K7M-4Q2")
    await pay(backend, home, "K7M-4Q2")
    await agree(backend, home, "alerts", "K7M-4Q9")
    evidence = await collected(backend)
    consent, _other = evidence["consents"]
    assert (consent["wording"], consent["reply"]) == (WORDING, "YES, do it")
    assert (consent["sender"], consent["channel"], consent["conversation"]) == (PHONE, "sms", home.conversation_id)
    assert consent["given_at"].isoformat() == "2026-11-18T10:00:00-06:00", "the co-op's zone"
    [payment] = consent["payments"]
    assert (payment["amount_cents"], payment["fee_cents"], payment["method"]) == (11240, 250, "Visa ending 4242")
    [row] = consent["audit_rows"]  # not of the other consent, given in the same second
    async with backend.db.read_session() as session:
        assert row["hash"] == (await session.get_one(AuditRow, row["row"])).hash
    assert (evidence["audit"]["verified"], evidence["audit"]["first_broken_row"]) == (True, None)


async def test_payments_of_auto_pay_count_while_it_stood(backend: Backend, home: Household, clock: ManualClock) -> None:
    await pay(backend, home, "BEFORE-1")
    await agree(backend, home, "autopay", "K7M-4Q3")
    clock.advance(days=1)
    await pay(backend, home, "UNDER-1", bill_id=1)
    clock.advance(days=1)
    async with backend.db.transaction() as session:
        await consents.revoke(session, backend, home.account_id, kinds=["autopay"])
    clock.advance(days=1)
    await add_bill(backend, home.account_id, 5000, backend.today())
    await pay(backend, home, "AFTER-1", bill_id=2)
    [consent] = (await collected(backend))["consents"]
    assert [each["confirmation"] for each in consent["payments"]] == ["UNDER-1"]
    assert consent["revoked_at"] - consent["given_at"] == timedelta(days=2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_trail_that_was_changed_is_said(backend: Backend, home: Household) -> None:
    await agree(backend, home, "payment", "K7M-4Q2")
    async with backend.db.transaction() as session:
        await session.execute(text("DROP TRIGGER audit_no_update"))
        await session.execute(text("UPDATE audit SET act = 'nothing'"))
    evidence = await collected(backend)
    assert evidence["audit"]["verified"] is False
    assert "its content was changed" in evidence["audit"]["first_broken_row"]
    assert "DOES NOT VERIFY" in pdf_text(build_pdf(evidence))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_digest_covers_every_word(backend: Backend, home: Household) -> None:
    await agree(backend, home, "payment", "K7M-4Q2")
    evidence = await collected(backend)
    assert evidence["digest"] == digest_of(json.loads(json.dumps(evidence, default=json_default)))
    evidence["consents"][0]["reply"] = "no"
    assert digest_of(evidence) != evidence["digest"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_printed_pages_have_it_all(backend: Backend, home: Household) -> None:
    for number in range(1, 8):
        await agree(backend, home, "payment", f"K7M-4Q{number}")
        await pay(backend, home, f"K7M-4Q{number}")
    evidence = await collected(backend)
    content = build_pdf(evidence)
    assert content.startswith(b"%PDF-")
    printed = pdf_text(content)
    for said in ("YES, do it", "Visa ending 4242", "$112.40", "2026-11-18 10:00:00 CST", PHONE, evidence["digest"],
                 "Prairie Rivers Electric Cooperative", "page 1 of", r"\U0001f44d", "< today > & now"):  # fmt: skip
        assert said in printed, said
    pages = re.findall(r"page (\d+) of (\d+)", printed)
    assert [int(number) for number, _ in pages] == list(range(1, int(pages[0][1]) + 1))
    assert len(pages) >= 3


def pdf_text(content: bytes) -> str:
    """The texts of the pages, in order, a line a text; parentheses unescaped."""
    printed = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        drawn = zlib.decompress(a85decode(stream.strip(), adobe=False) if stream.strip().endswith(b"~>") is False
                                else a85decode(b"<~" + stream.strip(), adobe=True)).decode("cp1252")  # fmt: skip
        printed.append(" ".join(re.findall(r"\(((?:[^()\\]|\\.)*)\) Tj", drawn)))
    return re.sub(r"\\([()\\])", r"\1", "\n".join(printed))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_unknown_account_is_named(backend: Backend) -> None:
    with pytest.raises(NoSuchAccount, match="no account has the number 11111-001"):
        await collected(backend, "11111-001")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_member_who_agreed_to_nothing_gets_a_page_that_says_so(backend: Backend, home: Household) -> None:
    backend.coop = replace(backend.coop, name="Cooperativa Eléctrica")
    printed = pdf_text(build_pdf(await collected(backend)))
    assert "Nothing is recorded that the member agreed to" in printed
