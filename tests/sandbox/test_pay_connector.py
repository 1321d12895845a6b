"""The network's end of a carrier's connector: a token for what was keyed in, which a merchant can charge."""

from __future__ import annotations

import pytest

from backend.providers.payments.base import ChargeDetails, ProviderRejected, TakesKeypadEntries
from tests.sandbox.conftest import KEY, Served

CARD = {
    "method": "credit-card", "cardnumber": "378282246310005", "expiry_month": "12", "expiry_year": "35",
    "cvv": "1234", "postal_code": "61028",
}  # fmt: skip
BANK = {"method": "ach-debit", "bank_routing_number": "110000000", "bank_account_number": "000123456789"}
DETAILS = ChargeDetails("TEL", "voice", "PRAIRIE RIVERS ELEC", "99999-001", "99999")


async def ask(served: Served, request: dict[str, str]) -> dict[str, str | None]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with served.browser.post(f"{served.url}/v1/pay-connector", json=request, headers=headers) as answer:
        assert answer.status == 200
        return dict(await answer.json())


@pytest.mark.parametrize(
    ("request_", "expected"),
    [(CARD, ("card", "American Express", "0005", 12, 2035)), (BANK, ("bank", "Sandbox Bank", "6789", None, None))],
)
async def test_a_token_tells_what_may_be_shown_and_can_be_charged(
    served: Served, request_: dict[str, str], expected: tuple[object, ...]
) -> None:
    token = (await ask(served, request_))["token_id"]
    assert token is not None
    assert isinstance(served.provider, TakesKeypadEntries)
    entry = await served.provider.read_keypad_entry(token)
    assert (entry.kind, entry.brand, entry.last4, entry.exp_month, entry.exp_year) == expected
    charge = await served.provider.authorize(
        key="k1", token=str(entry.token), amount_cents=4000, description="a bill", details=DETAILS
    )
    assert charge.status == "authorized"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"cardnumber": "4000000000000001"}, "card is declined"),
        ({"expiry_year": "20"}, "expired card"),
        ({"cvv": "12"}, "incorrect security code"),
        ({"postal_code": ""}, "incorrect postal code"),
    ],
)
async def test_a_refusal_makes_no_token(served: Served, wrong: dict[str, str], told: str) -> None:
    answer = await ask(served, CARD | wrong)
    assert answer["token_id"] is None
    assert answer["error_message"] == told


async def test_an_unknown_token_is_rejected(served: Served) -> None:
    with pytest.raises(ProviderRejected) as refused:
        await served.provider.read_keypad_entry("tok_unknown")
    assert refused.value.code == "invalid_token"


async def test_only_a_merchant_may_ask(served: Served) -> None:
    async with served.browser.post(f"{served.url}/v1/pay-connector", json=CARD) as answer:
        assert answer.status == 401
