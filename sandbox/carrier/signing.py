"""Requests as the carrier sends them, signed with the account's token. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from twilio.request_validator import RequestValidator

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class CarrierAccount:
    """What the carrier knows of its customer. `public_url` has no slash at the end; the webhooks stand below it."""

    sid: str
    auth_token: str = field(repr=False)
    number: str
    public_url: str

    def sign(self, url: str, fields: dict[str, str]) -> str:
        """The X-Twilio-Signature of a form post to `url`, or of a socket's handshake without fields."""
        return str(RequestValidator(self.auth_token).compute_signature(url, fields))


@dataclass(frozen=True)
class CarrierRequest:
    """A request that the carrier makes next, `pause` seconds from now. `url` may be relative to the public URL.

    One `to_connector` goes to the payment network instead, which makes a token of its fields.
    """

    url: str
    fields: dict[str, str] = field(default_factory=dict)
    pause: int = 0
    to_connector: bool = False

    def sign(self, account: CarrierAccount) -> tuple[str, bytes, dict[str, str]]:
        """The path with its query, the body and the headers.

        Raises ValueError for an address outside the public URL: the simulator asks the app alone.
        """
        url = urljoin(account.public_url + "/", self.url)
        if not url.startswith(account.public_url + "/"):
            raise ValueError(f"the carrier simulator asks the app alone, not {url}")
        headers = {"Content-Type": FORM, "X-Twilio-Signature": account.sign(url, self.fields)}
        return url.removeprefix(account.public_url), urlencode(self.fields).encode(), headers
