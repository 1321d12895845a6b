"""A card or bank account that is not on file, keyed in during a call."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from actions.buttons import build_button
from backend.app import Backend
from backend.members.levels import Level
from backend.payments import service
from backend.payments.keypad_entries import ENTERED, ENTERED_PAYLOAD, keep_entry
from backend.payments.models import PaymentMethod
from backend.providers.payments.base import MethodKind
from tests.actions.conftest import Begin
from tests.backend.household import Household
from tests.backend.network import DirectNetwork
from tests.support.harness.talk import Talk

KEYPAD, BANK, LINK = "Enter a card on the keypad", "Enter a checking account on the keypad", "Get a secure link by text"
ANOTHER, DONE = "Another card or bank account", "It is entered"


@pytest.fixture(autouse=True)
def _connector(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(twilio_pay_connector="sandbox")


@pytest.fixture
async def call(begin: Begin, backend: Backend) -> Talk:
    """A call of somebody who gave member number and last four; nothing is on file."""
    await forget_methods(backend)
    return await begin(level=Level.KNOWN, channel="voice")


async def forget_methods(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(PaymentMethod).values(active=False))


async def key_in(talk: Talk, kind: MethodKind = "card", token: str = "tok_visa_4242") -> None:
    """What the phone line does when <Pay> has ended with a token."""
    await keep_entry(talk.backend, talk.log.conversation_id, kind, token)
    await talk.press(DONE)


def titles(talk: Talk) -> list[str]:
    return [button["title"] for button in talk.buttons]


def test_the_phone_line_and_the_dialogue_mean_the_same_button() -> None:
    assert build_button("", pay_method=ENTERED)["payload"] == ENTERED_PAYLOAD


async def test_a_caller_without_a_method_is_offered_the_keypad(call: Talk) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    call.assert_response("utter_question_pay_method")
    assert titles(call) == [KEYPAD, BANK, LINK, DONE]
    await call.press(KEYPAD)
    call.assert_response("utter_pay_keypad_card", "utter_question_pay_method")
    assert titles(call) == [KEYPAD, BANK, LINK, DONE]


async def test_without_a_connector_the_link_is_texted_as_ever(call: Talk) -> None:
    call.backend.settings = call.backend.settings.with_values(twilio_pay_connector=None)
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    call.assert_response("utter_pay_link")


async def test_who_wants_the_new_card_kept_is_told_where(begin: Begin, backend: Backend) -> None:
    talk = await begin(channel="web")
    await talk.user_input("pay 40", intent="quick_pay", acts={"start"})
    await talk.user_input("I want to use a new card and save it for next time", acts={"answer"})
    talk.assert_response("utter_pay_link")
    talk.assert_message("open Payment methods")


async def test_other_channels_have_no_keypad(begin: Begin, backend: Backend) -> None:
    await forget_methods(backend)
    talk = await begin(channel="web")
    await talk.user_input("pay 40", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_pay_link")


async def test_what_was_keyed_in_is_read_back_and_paid_on_a_yes(
    call: Talk, network: DirectNetwork, home: Household
) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.press(KEYPAD)
    await key_in(call)
    call.assert_response("utter_question_pay_confirm")
    assert "Visa ending 4242" in call.text
    assert network.taken_cents() == 0
    await call.user_input("yes", acts={"affirm"})
    call.assert_response("utter_pay_done")
    assert network.taken_cents() == 4000
    async with call.backend.db.read_session() as session:
        assert not [m for m in await service.list_saved_methods(session, home.member_id) if m.entered_in]


async def test_a_bank_account_is_keyed_in_too(call: Talk, network: DirectNetwork) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.user_input("with my checking account", acts={"answer"})
    call.assert_response("utter_pay_keypad_bank", "utter_question_pay_method")
    await key_in(call, "bank", "tok_bank_6789")
    await call.user_input("yes", acts={"affirm"})
    assert network.taken_cents() == 4000


async def test_the_answer_alone_proves_no_entry(call: Talk, network: DirectNetwork) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.press(DONE)
    call.assert_response("utter_question_pay_method")
    assert network.taken_cents() == 0


async def test_an_entry_of_another_call_is_not_used(call: Talk, begin: Begin, home: Household) -> None:
    async with call.backend.db.transaction() as session:
        session.add(
            PaymentMethod(
                member_id=home.member_id, token="tok_visa_4242", kind="card", brand="Visa", last4="4242",
                exp_month=12, exp_year=2035, saved=False, entered_in="call-of-somebody-else",
            )
        )  # fmt: skip
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.press(DONE)
    call.assert_response("utter_question_pay_method")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("I want to key in a card", "utter_pay_keypad_card"),
        ("card", "utter_pay_keypad_card"),
        ("let me enter my debit card on the phone", "utter_pay_keypad_card"),
        ("my bank account", "utter_pay_keypad_bank"),
        ("on the keypad", "utter_question_pay_method"),
        ("text me the link", "utter_pay_link"),
        ("send a text message", "utter_pay_link"),
    ],
)
async def test_ways_are_understood_in_words(call: Talk, words: str, said: str) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.user_input(words, acts={"answer"})
    assert said in [answer["metadata"]["utter_action"] for answer in call.answers]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("con tarjeta", "utter_pay_keypad_card"),
        ("marcar una tarjeta en el teclado", "utter_pay_keypad_card"),
        ("mándeme el enlace", "utter_pay_link"),
    ],
)
async def test_ways_are_understood_in_spanish(begin: Begin, backend: Backend, words: str, said: str) -> None:
    await forget_methods(backend)
    call = await begin(level=Level.KNOWN, channel="voice", language="es")
    await call.user_input("pagar 40", intent="quick_pay", acts={"start"})
    await call.user_input(words, acts={"answer"})
    assert said in [str(answer["metadata"]["utter_action"]).removesuffix(".es") for answer in call.answers]


async def test_asking_again_does_not_open_the_keypad_again(call: Talk) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.press(KEYPAD)
    await call.user_input("hmm what", acts={"unclear"})
    assert "utter_pay_keypad_card" not in [answer["metadata"]["utter_action"] for answer in call.answers]


async def test_a_saved_method_comes_first_and_another_one_may_be_keyed_in(begin: Begin, network: DirectNetwork) -> None:
    call = await begin(channel="voice")
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    assert titles(call) == ["Visa ending 4242", "checking ending 6789", ANOTHER]
    await call.press(ANOTHER)
    assert titles(call) == [KEYPAD, BANK, LINK, DONE]
    await call.press(KEYPAD)
    await key_in(call, token="tok_visa_refund_fails")
    call.assert_response("utter_question_pay_confirm")
    assert "Visa ending 5126" in call.text
    await call.user_input("yes", acts={"affirm"})
    assert network.taken_cents() == 4000


async def test_a_declined_card_brings_the_ways_again(call: Talk, network: DirectNetwork) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.press(KEYPAD)
    await key_in(call, token="tok_visa_declined")
    await call.user_input("yes", acts={"affirm"})
    call.assert_response("utter_question_pay_method_declined")
    assert titles(call) == [KEYPAD, BANK, LINK, DONE]
    await call.press(KEYPAD)
    await key_in(call)
    await call.user_input("yes", acts={"affirm"})
    assert network.taken_cents() == 4000


async def test_an_expired_card_is_told(call: Talk) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await key_in(call, token="tok_visa_expired")
    call.assert_response("utter_question_pay_method_expired")
    assert titles(call) == [KEYPAD, BANK, LINK, DONE]


async def test_a_card_number_that_was_spoken_leads_to_the_keypad(call: Talk) -> None:
    await call.user_input("pay 40", intent="quick_pay", acts={"start"})
    await call.user_input("my card is", acts={"answer"}, removed=["card"])
    call.assert_response("utter_question_pay_method")
    async with call.backend.db.read_session() as session:
        assert not list(await session.scalars(select(PaymentMethod).where(PaymentMethod.entered_in.is_not(None))))
