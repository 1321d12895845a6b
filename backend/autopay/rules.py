"""What follows when an automatic payment failed or was returned: try again, give up, or end the authorization.

Nacha: R01 and R09 may be tried twice more within 180 days of the first try; a revoked authorization, or a closed
account, needs a new one. Declined cards get the same two tries where another day may help: we apply one rule to both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from backend.banking_days import add_banking_days

MAX_ATTEMPTS = 3
RETRY_WITHIN = timedelta(days=180)
RETRY_DELAYS = (3, 5)
"""Banking days before the second and before the third try."""
RETRYABLE_BANK_CODES = frozenset({"R01", "R09"})
AUTHORIZATION_REVOKED_CODES = frozenset({"R05", "R07", "R10", "R29", "dispute"})
ACCOUNT_UNUSABLE_CODES = frozenset({"R02", "R03", "R04", "R16", "R20"})
RETRYABLE_CARD_CODES = frozenset({"insufficient_funds", "processing_error", "card_velocity_exceeded"})


@dataclass(frozen=True, slots=True)
class FailureAction:
    """retry `on` a day · give_up on this bill · end: the enrollment too, until the member agrees again."""

    kind: Literal["retry", "give_up", "end"]
    on: date | None = None


def decide_failure_action(
    code: str | None,
    *,
    attempts: int,
    first_on: date,
    tried_on: date,
    closed: Callable[[date], object] | None = None,
) -> FailureAction:
    """What to do after try number `attempts` failed for `code`: Nacha's for a bank, the network's for a card.

    `first_on` and `tried_on` are the co-op's local dates; `closed` tells whether the co-op has a holiday on a day.
    """
    if code in AUTHORIZATION_REVOKED_CODES or code in ACCOUNT_UNUSABLE_CODES:
        return FailureAction("end")
    if code not in RETRYABLE_BANK_CODES | RETRYABLE_CARD_CODES or attempts >= MAX_ATTEMPTS:
        return FailureAction("give_up")
    again = add_banking_days(tried_on, RETRY_DELAYS[attempts - 1], closed)
    return FailureAction("retry", again) if again <= first_on + RETRY_WITHIN else FailureAction("give_up")
