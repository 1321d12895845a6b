"""Why an answer of the office did not arrive, and what to do, in words."""

from __future__ import annotations

from backend.language import mark, tr
from backend.outbox.service import NO_PHONE
from backend.providers.messages.base import OPTED_OUT

STOPPED = mark("This phone has stopped our texts (STOP). Please call.")
NO_SUCH = mark("No text can reach this number. Please call, and ask for another one.")
LANDLINE = mark("This is a landline, which takes no texts. Please call.")
AWAY = mark("The phone is off, full or out of reach. Please call, or write again later.")
FILTERED = mark("The phone company held it back as unwanted. Please call.")
BLOCKED = mark("The phone company does not let texts through to this phone. Please call.")
OTHER = mark("The phone company did not deliver it. Please call.")
REASONS = {
    OPTED_OUT: STOPPED, NO_PHONE: NO_SUCH, "21211": NO_SUCH, "21614": LANDLINE, "30003": AWAY, "30004": BLOCKED,
    "30005": NO_SUCH, "30006": LANDLINE, "30007": FILTERED,
}  # fmt: skip
"""By the carrier's error code (https://www.twilio.com/docs/api/errors)."""


def describe_failure(failure: str) -> str:
    """Of an `OfficeMessage.failure`, in the reader's language."""
    return tr(REASONS.get(failure, OTHER))
