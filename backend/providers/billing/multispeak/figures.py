"""What an account owes, from a payableItemList and a ppmLocation."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from backend.providers.billing.system import AccountFigures, Prepaid, SystemRejected
from backend.providers.multispeak.answers import Element, cents, day, descendants, is_true


def read_figures(
    result: Element, zone: ZoneInfo, today: date, *, current_has_past_due: bool, prepaid: Prepaid | None = None
) -> AccountFigures:
    """The sum of all payable items. Raises SystemRejected("invalid_answer").

    `current_has_past_due` says whether the vendor counts what is past due into currentAmount as well, which the
    standard leaves open.
    """
    owed = past_due = 0
    due_days, shutoff_days = [], []
    for item in descendants(result, "payableItem"):
        late, current = cents(item, "pastDueAmount"), cents(item, "currentAmount")
        if late is None and current is None:
            raise SystemRejected("invalid_answer", "a payableItem has neither pastDueAmount nor currentAmount")
        counted_twice = late if current_has_past_due and current is not None else 0
        item_owed = (late or 0) + (current or 0) - (counted_twice or 0)
        owed += item_owed
        past_due += max(late or 0, 0)
        due_on, shutoff_on = day(item, "dueDate", zone), day(item, "disconnectDate", zone)
        if due_on and item_owed > 0:
            due_days.append(due_on)
        if shutoff_on and item_owed > 0:
            shutoff_days.append(shutoff_on)
    coming = min((each for each in due_days if each >= today), default=None)
    return AccountFigures(
        amount_due_cents=owed,
        past_due_cents=min(past_due, max(owed, 0)),
        due_on=min(due_days, default=None),
        next_due_on=coming,
        disconnect_on=min(shutoff_days, default=None),
        prepaid=prepaid,
    )


def read_prepaid(result: Element) -> Prepaid | None:
    """What is left of a prepaid account; None where the answer is empty. The standard does not tell the days left."""
    location = next(descendants(result, "ppmLocation"), result)
    left = cents(location, "totalBalance")
    return None if left is None else Prepaid(left, None)


def is_prepaid(result: Element) -> bool:
    """Whether a service location of the account says so."""
    return any(is_true(each, "isPrePay") for each in descendants(result, "serviceLocation"))


def receivable_balance(result: Element) -> int | None:
    """The accounts receivable balance of the service locations, in cents, to compare with the payable items."""
    found = [cents(each, "acRecvBal") for each in descendants(result, "serviceLocation")]
    known = [each for each in found if each is not None]
    return sum(known) if known else None
