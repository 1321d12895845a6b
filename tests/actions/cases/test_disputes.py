"""A payment that the member denies becomes a case, and never a payment."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.payments.models import Payment
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


@pytest.mark.parametrize("intent", ["quick_pay", "payment_history", "payment_confirmation", "out_of_scope", "inform"])
@pytest.mark.parametrize(
    "words",
    [
        "I did not make the payment of 22.40 on November 3",
        "there is a charge on my card that I never authorized",
        "hay un pago de 22.40 que yo no hice",
    ],
)
async def test_denied_payment_opens_a_case(talk: Talk, backend: Backend, intent: str, words: str) -> None:
    await talk.user_input(words, intent=intent, acts={"start", "volunteer"})
    assert talk.open_task == "case_form"
    assert talk.slots["case_kind"] == "dispute"
    talk.assert_no_response("utter_question_pay_confirm", "utter_question_pay_more")
    await talk.user_input("yes", acts={"affirm"})
    assert await list_rows(backend, Payment) == []


@pytest.mark.parametrize("words", ["I didn't make my payment yet, can I pay 20", "I made the payment of 20 yesterday"])
async def test_payment_that_was_not_made_is_no_dispute(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})
    assert talk.open_task != "case_form"
