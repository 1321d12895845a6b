"""What a payment provider does. A co-op's own processor is one more class with these methods.

Units: amounts are whole US cents, days are the provider's own business days. No card or account number ever
crosses this line: a `token` stands for the method, and the member types the number on the provider's own
page.

Idempotency: every charge has a `key` that the caller chooses (1 to 200 of letters, digits and `. _ : -`, the
first a letter or a digit). Whatever is repeated with the same key, in whatever order and however many at
once, there is at most one charge, and every repeat gets that charge as it now stands. So after any doubt: ask
again.

A refusal by the card's bank is not an error: it is a Charge with status "declined" and a decline_code.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, runtime_checkable

ChargeStatus = Literal["authorised", "posted", "declined", "voided", "returned"]
MethodKind = Literal["card", "bank"]
EntryStatus = Literal["pending", "complete", "abandoned"]

KEY_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
"""What a charge's key may look like (match the whole of it)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge as the provider has it. `ref` is the provider's own number for it."""

    key: str
    ref: str
    status: ChargeStatus
    amount_cents: int
    decline_code: str | None
    kind: MethodKind


@dataclass(frozen=True, slots=True)
class ReturnNotice:
    """A bank sent a posted charge back, days later. `code` is Nacha's (R01 …), `on` the day of the return.

    `seq` only grows: keep the last one seen and hand it to returns_since.
    """

    seq: int
    key: str
    code: str
    on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class HostedEntry:
    """A visit to the provider's own page for one method: send the member to `url`, keep `entry_id`."""

    entry_id: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryResult:
    """How that visit went. All but `status` is None until it is "complete"; a bank account has no expiry."""

    status: EntryStatus
    token: str | None = None
    kind: MethodKind | None = None
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None


class PaymentProviderError(Exception):
    """Something other than a charge came of the call."""


class ProviderTimeout(PaymentProviderError):
    """The outcome is unknown: it may have happened. Ask find(key) later; never try with another key."""


class ProviderUnavailable(PaymentProviderError):
    """The call never arrived, so nothing happened. It may be repeated with the same key."""


class ProviderRejected(PaymentProviderError):
    """The provider understood and refused, and nothing changed. Repeating the same call gives the same.

    `code` is one of: invalid_token, invalid_amount, invalid_key, invalid_request, idempotency_key_reused (the
    key belongs to a charge with another token, amount or description), no_such_charge, not_authorised
    (declined or voided: cannot post), already_posted (cannot void), not_voidable, no_such_entry, unauthorized
    (our credentials).
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


@runtime_checkable
class PaymentProvider(Protocol):
    """Every method may raise ProviderTimeout, ProviderUnavailable and ProviderRejected, and nothing else.

    Proven by tests/contracts/payment_provider.py, which an outside package can subclass.
    """

    async def authorize(self, *, key: str, token: str, amount_cents: int, description: str) -> Charge:
        """Reserve `amount_cents` (above zero): "authorised" or "declined". Nothing moves before post()."""
        ...

    async def capture(self, key: str) -> Charge:
        """Take an authorised charge: "posted". Already posted, or since returned: that charge, unchanged."""
        ...

    async def void(self, key: str) -> Charge:
        """Let an authorised charge go: "voided". Already voided: that charge, unchanged."""
        ...

    async def find(self, key: str) -> Charge | None:
        """The charge as it now stands; None when the provider never made one with this key."""
        ...

    async def returns_since(self, cursor: int) -> list[ReturnNotice]:
        """Returns with a seq above `cursor` (0: from the first), in order of seq.

        One answer may be a part of them: call again with the last seq until the list is empty.
        """
        ...

    async def open_entry(self, *, reference: str, amount_cents: int, description: str, return_url: str) -> HostedEntry:
        """Open the provider's page for a card or bank account; it sends the member back to `return_url`.

        `reference` and `description` are shown there. 0 cents: only keep a method, no amount is shown.
        Coming back proves nothing: ask entry_result.
        """
        ...

    async def entry_result(self, entry_id: str) -> EntryResult:
        """How the visit stands; asking changes nothing. A visit left alone becomes "abandoned" in time."""
        ...

    async def close(self) -> None:
        """Let connections go. May be called twice."""
        ...
