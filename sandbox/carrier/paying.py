"""A caller at the keys of <Pay>. Opens no connection."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

from sandbox.carrier.spoken import DEFAULT_LANGUAGE, SpokenPart
from sandbox.keypad_pay import NoPrompt, PaySession


class KeypadPayment:
    """One <Pay>: its keys go to the carrier alone. `action` and `status_url` are the app's addresses."""

    def __init__(self, pay: ElementTree.Element, action: str, status_url: str) -> None:
        self.action, self.status_url = action, status_url
        self.keyed = ""
        self._language = pay.get("language") or DEFAULT_LANGUAGE
        self._session = PaySession(pay, (pay.get("paymentConnector", "Default"),))
        self._told = 0

    @property
    def said(self) -> tuple[SpokenPart, ...]:
        return (SpokenPart(self._session.said, self._language),) if self._session.said else ()

    @property
    def result(self) -> dict[str, str] | None:
        """What the action is told once the entry has ended."""
        return self._session.result

    @property
    def connector_fields(self) -> dict[str, str] | None:
        """What the payment network is asked for a token with, once all is keyed in."""
        return self._session.request

    def take_notices(self) -> list[dict[str, str]]:
        """What the status address has not been told yet; nothing without such an address."""
        new = self._session.statuses[self._told :]
        self._told = len(self._session.statuses)
        return new if self.status_url else []

    def press(self, keys: str) -> None:
        """Press keys: # ends a field and * ends everything. Raises ValueError for what is no key."""
        if set(keys) - set("0123456789*#"):
            raise ValueError("no such key")
        for key in keys:
            if key in "*#":
                self._enter(self.keyed + key)
            else:
                self.keyed += key

    def keep_silent(self) -> None:
        """Let the time for a key run out: what was keyed is taken."""
        self._enter(self.keyed)

    def finish(self, answer: str) -> None:
        """Take the payment network's answer, JSON with `token_id` or `error_message`."""
        try:
            told = json.loads(answer)
        except ValueError:
            told = {}
        self._session.finish(told if isinstance(told, dict) else {})

    def _enter(self, keys: str) -> None:
        self.keyed = ""
        try:
            self._session.enter(keys)
        except NoPrompt as missing:
            self._session.said = f"(Twilio's own words: {missing})"
