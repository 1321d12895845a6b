"""The payment provider interface. A co-op's own processor implements it.

Units: amounts are whole US cents, days are the provider's business days. No card or account number passes through:
a `token` stands for the method, and the member types the number on the provider's page.

Idempotency: every charge has a `key` that the caller chooses (1 to 200 letters, digits and `. _ : -`, starting with
a letter or digit). However often, in whatever order and however concurrently calls with one key are repeated, there
is at most one charge, and each call returns its current state. So in doubt, repeat the call.

A refusal by the card's bank is not an error: it is a Charge with status "declined" and a decline_code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, runtime_checkable

from backend.db import Database

ChargeStatus = Literal["authorized", "posted", "declined", "voided", "returned"]
MethodKind = Literal["card", "bank"]
EntryClass = Literal["WEB", "TEL"]
RefundStatus = Literal["pending", "succeeded", "failed"]
NoticeKind = Literal["dispute_opened", "dispute_won", "dispute_lost_part", "refunded_elsewhere", "method_updated"]
EntryStatus = Literal["pending", "complete", "abandoned"]

KEY_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
"""A valid key of a charge or refund (use fullmatch)."""
LONGEST_DESCRIPTOR = 22
"""Characters of a statement descriptor. Card networks cut what is longer."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge as the provider has it. `ref` is the provider's own id."""

    key: str
    ref: str
    status: ChargeStatus
    amount_cents: int
    decline_code: str | None
    kind: MethodKind


@dataclass(frozen=True, slots=True)
class ChargeDetails:
    """What the rules of the card networks and of Nacha want told about a charge, and what helps to find it later.

    It informs, and is not part of what a key stands for: on a repeat with other details the first ones stay.

    - `entry_class`, of bank debits: how the account holder authorized it. WEB by internet or a mobile phone's text, TEL
      by a phone call (Nacha Operating Rules, article two, subsections 2.5.15 and 2.5.17). None: by card, or by an
      authorization on paper that the co-op holds.
    - `channel`: where the yes came from: sms, web, voice, or the job that pays automatically.
    - `descriptor`: what the statement calls the co-op, LONGEST_DESCRIPTOR characters at most.
    - `account_number`, `customer_ref`: the service account and the member, as text, for the office's search.
    - `fee_cents`: the part of the amount that is the co-op's fee; some networks and states want it told apart.
    - `off_session`: nobody is there while it is charged, as with Auto Pay, drafts and scheduled payments. The card
      networks' rules of stored credentials keep such charges apart from those that the holder starts.
    """

    entry_class: EntryClass | None
    channel: str
    descriptor: str
    account_number: str
    customer_ref: str
    fee_cents: int = 0
    off_session: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of a posted charge on its way back, as the provider has it. `ref` is the provider's own id.

    "pending": accepted, the bank has not answered yet (bank accounts take days). "failed": nothing was given back, and
    the amount may be refunded again under another key. A failure may come even after "succeeded".
    """

    key: str
    charge_key: str
    ref: str
    amount_cents: int
    status: RefundStatus


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
class NetworkNotice:
    """Something else that happened at the network by itself. `kind` is one of:

    - dispute_opened: a card's holder objected to the charge `key` for the reason `code`. Nothing is decided; evidence
      must be at the network by `due_on`, where it says so. A dispute that is lost is a return with the code `dispute`.
    - dispute_won: it was closed in the co-op's favor, or withdrawn.
    - dispute_lost_part: it was lost for `amount_cents` alone, less than the charge.
    - refunded_elsewhere: somebody gave `amount_cents` back on the network's own pages, not by refund().
    - method_updated: the card of `token` has another number or date: `last4`, `exp_month`, `exp_year`.

    `seq` only grows, as in ReturnNotice; `on` is the day of it.
    """

    seq: int
    kind: NoticeKind
    on: date
    key: str = ""
    code: str = ""
    amount_cents: int = 0
    due_on: date | None = None
    token: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, slots=True)
class HostedEntry:
    """A session on the provider's page: send the member to `url`, keep `entry_id`."""

    entry_id: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The result. All but `status` is None until it is "complete"; a bank account has no expiry."""

    status: EntryStatus
    token: str | None = None
    kind: MethodKind | None = None
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None


class PaymentProviderError(Exception):
    """The call returned nothing."""


class ProviderTimeout(PaymentProviderError):
    """The outcome is unknown. Call find(key) later; never retry with another key."""


class ProviderUnavailable(PaymentProviderError):
    """The call did not arrive, so nothing happened. Repeat it with the same key."""


class ProviderRejected(PaymentProviderError):
    """The provider refused, and nothing changed. Repeating the call gives the same result.

    `code` is one of: invalid_token, invalid_amount, invalid_key, invalid_request, idempotency_key_reused (the
    key belongs to a charge with another token, amount or description, or a refund of another charge or amount),
    no_such_charge, not_authorized (declined or voided: cannot post), already_posted (cannot void), not_voidable,
    not_refundable (not posted, or returned), refund_too_large (more than is left of the charge), no_such_entry,
    unauthorized (our credentials), bad_signature and no_webhooks (receive_webhook).
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


@runtime_checkable
class PaymentProvider(Protocol):
    """Every method may raise ProviderTimeout, ProviderUnavailable and ProviderRejected, and nothing else.

    tests/contracts/payment_provider.py checks this; other packages can subclass it.
    """

    async def authorize(
        self, *, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> Charge:
        """Reserve `amount_cents` (above zero): "authorized" or "declined". Nothing moves before post()."""
        ...

    async def capture(self, key: str) -> Charge:
        """Take an authorized charge: "posted". Already posted, or since returned: that charge, unchanged."""
        ...

    async def void(self, key: str) -> Charge:
        """Release an authorized charge: "voided". Already voided: that charge, unchanged."""
        ...

    async def find(self, key: str) -> Charge | None:
        """The charge's current state; None when there is none with this key."""
        ...

    async def refund(self, *, key: str, charge_key: str, amount_cents: int, reason: str) -> Refund:
        """Give back `amount_cents` of a posted charge, all or part. `key` is the refund's own: the same key is the same
        refund, and all refunds of a charge that did not fail are together never more than the charge.

        `reason` is the office's, in a few words; the provider keeps it with the refund.
        """
        ...

    async def find_refund(self, key: str) -> Refund | None:
        """The refund's current state; None when there is none with this key."""
        ...

    async def returns_since(self, cursor: int) -> list[ReturnNotice]:
        """Returns with a seq above `cursor` (0: from the first), in order of seq.

        The list may be partial: call again with the last seq until it is empty.
        """
        ...

    async def notices_since(self, cursor: int) -> list[NetworkNotice]:
        """What else happened, with a seq above `cursor`; read as returns_since. Empty for a network that tells none."""
        ...

    async def receive_webhook(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Keep what the network reports by itself, for returns_since and notices_since; True if it brought news there.

        `body` is exactly what was sent; the names of `headers` are in small letters. The same report may come twice,
        and reports in any order. Raises ProviderRejected: bad_signature for one that the network did not sign,
        no_webhooks for a provider that has none.
        """
        ...

    async def open_entry(self, *, reference: str, amount_cents: int, description: str, return_url: str) -> HostedEntry:
        """Open the provider's page for a card or bank account; it sends the member back to `return_url`.

        The page is in the current language (`backend.language.current_language`) where the provider has it.
        `reference` and `description` are shown there. 0 cents: only keep a method, no amount is shown.
        Coming back proves nothing: ask entry_result.
        """
        ...

    async def entry_result(self, entry_id: str) -> EntryResult:
        """The session's current result. One without activity becomes "abandoned" in time."""
        ...

    async def close(self) -> None:
        """Close connections. May be called twice."""
        ...


@runtime_checkable
class TakesKeypadEntries(Protocol):
    """A provider whose tokens a carrier can make of what a caller keys in, such as Twilio's <Pay> with its connector.

    - `keypad_kinds`: what may be keyed in. A kind that the network cannot charge at once is left out.
    - `keypad_token_type`: the `tokenType` of <Pay> with which the connector makes a token that read_keypad_entry takes.
    """

    keypad_kinds: tuple[MethodKind, ...]
    keypad_token_type: str

    async def read_keypad_entry(self, token: str) -> EntryResult:
        """What the carrier's token stands for, "complete", as the network itself has it: its `token` can be charged.

        May raise ProviderTimeout, ProviderUnavailable, and ProviderRejected (invalid_token) for one that it has not.
        """
        ...


@runtime_checkable
class KeepsRecords(Protocol):
    """A provider that keeps rows of its own in the app's database; it is given the database before its first call."""

    def use_database(self, db: Database) -> None: ...
