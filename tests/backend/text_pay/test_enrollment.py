"""Setting text to pay up: a code, the method, the words, AGREE."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.service import verify
from backend.consents.models import Consent
from backend.members.models import Member
from backend.payments.models import PaymentMethod
from backend.text_pay.models import TextPayAuthorization
from tests.backend.household import Household, make_household
from tests.backend.text_pay.texting import PHONE, Texting

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def list_given(backend: Backend) -> list[TextPayAuthorization]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(TextPayAuthorization)))


async def test_from_the_request_to_the_words_on_file(backend: Backend, home: Household, phone: Texting) -> None:
    assert await phone.text("set up text to pay") == (
        "To set up text to pay, reply with the code that I am texting you now."
    )
    assert "not the code" in str(await phone.text("000000" if await phone.code() != "000000" else "111111"))
    assert (
        await phone.text(await phone.code()) == "Thank you. Pay with which? 1 Visa ending 4242, 2 checking ending 6789"
    )
    words = str(await phone.text("the 6789"))
    assert "charge checking ending 6789 for acct ..9-001" in words
    assert "STOP TEXT TO PAY" in words
    assert "Text to pay is on" in str(await phone.text("I agree"))
    [given] = await list_given(backend)
    assert (given.phone, given.account_id, given.method_id) == (PHONE, home.account_id, home.bank_id)
    async with backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
        assert await verify(session) is None
    assert (consent.kind, consent.wording, consent.reply, consent.level) == ("text_pay", words, "I agree", 2)


@pytest.mark.parametrize("words", ["checking", "the checking account please", "2"])
async def test_the_method_is_named_in_words(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    await phone.text("text to pay")
    await phone.text(await phone.code())
    assert "charge checking ending 6789" in str(await phone.text(words))


async def test_without_the_code_nothing_is_set_up(backend: Backend, home: Household, phone: Texting) -> None:
    await phone.text("text to pay")
    assert await phone.text("agree") is None
    await phone.text("text to pay")
    phone.clock.advance(minutes=11)
    assert "does not count any more" in str(await phone.text(await phone.code()))
    assert await list_given(backend) == []


async def test_a_no_or_anything_else_leaves_it(backend: Backend, home: Household, phone: Texting) -> None:
    for last in ("no", "how much do I owe"):
        await phone.text("text to pay")
        await phone.text(await phone.code())
        await phone.text("1")
        assert await phone.text(last) in (None, "All right, text to pay is not set up.")
    assert await list_given(backend) == []


async def test_a_phone_that_is_new_or_shared_by_members_cannot(
    backend: Backend, home: Household, phone: Texting
) -> None:
    async with backend.db.transaction() as session:
        changed = backend.clock.now() - timedelta(hours=1)
        await session.execute(update(Member).values(phone_changed_at=changed))
    assert "a day after that" in str(await phone.text("text to pay"))
    await make_household(backend, number="88888")
    assert "can't set up text to pay for this phone" in str(await phone.text("text to pay"))


async def test_without_a_saved_method_it_says_where_to_save_one(
    backend: Backend, home: Household, phone: Texting
) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(PaymentMethod).values(saved=False))
    await phone.text("text to pay")
    assert "no card or bank account saved" in str(await phone.text(await phone.code()))


async def test_in_spanish(backend: Backend, home: Household, phone: Texting) -> None:
    assert "para" not in str(await phone.text("text to pay"))
    async with backend.db.transaction() as session:
        await session.execute(update(Member).values(language="es"))
    phone.said = None
    await phone.text("text to pay")
    await phone.text(await phone.code())
    await phone.text("2")
    await phone.text("acepto")
    assert "Revise: pagar $112.40 hoy con cuenta de cheques terminada en 6789" in str(await phone.text("PAGAR"))
    assert "Se pagaron $112.40" in str(await phone.text("pagar"))


@pytest.mark.parametrize(
    "words",
    [
        "want to set up text to pay",
        "I'd like to be able to pay just by replying pay to a text",
        "can i just pay by texting u back every month",
        "how do I turn on pay by text",
        "quiero pagar contestando al mensaje",
        "como activo el pago por texto?",
    ],
)
async def test_it_begins_in_own_words(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    assert "code that I am texting you now" in str(await phone.text(words))


async def test_a_question_about_the_words_keeps_them_open(backend: Backend, home: Household, phone: Texting) -> None:
    await phone.text("text to pay")
    await phone.text(await phone.code())
    await phone.text("2")
    answer = str(await phone.text("what is the limit? agree"))
    assert "never takes more than is owed" in answer
    assert "Reply AGREE or NO" in answer
    assert await list_given(backend) == []
    assert "Text to pay is on" in str(await phone.text("AGREE"))
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(Consent))).one().wording == answer


async def test_an_open_question_is_left_for_it_but_not_a_read_back(
    backend: Backend, home: Household, phone: Texting
) -> None:
    phone.is_free = False
    assert await phone.text("please sign me up for paying by text") is None
    phone.may_enroll = True
    assert "To set up text to pay" in str(await phone.text("please sign me up for paying by text"))
    assert "Pay with which?" in str(await phone.text(await phone.code()))
