"""What a reconciliation finds. Amounts are cents and signed: what went back is negative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.payments.counter_totals import CounterTotal

DIFFERENCES = {
    "not_sent": (
        "waiting to be sent",
        "Nothing, if it is of today. Otherwise the billing system is away or the file was not made: "
        "`memberline posting` says what waits.",
    ),
    "refused_there": (
        "refused by the billing system",
        "Find out why (`memberline posting list --status failed`), mend it there or book it by hand, then "
        "`memberline posting mark`.",
    ),
    "unclear": (
        "nobody knows whether the billing system has it",
        "Look it up there, then `memberline posting mark`.",
    ),
    "missing_there": (
        "sent, but not in the billing system",
        "Was the file loaded, all of it? If it was lost: `memberline posting export`. Book it by hand only when you "
        "are sure that it will not be loaded later.",
    ),
    "there_unmarked": (
        "booked in the billing system, and not marked as sent here",
        "`memberline posting mark KEY sent`, so that it is not sent again.",
    ),
    "amount_differs": (
        "another amount in the billing system",
        "Ours is what was taken from the member. Correct the entry there.",
    ),
    "account_differs": (
        "on another account in the billing system",
        "Move it there to the account that was paid.",
    ),
    "twice_there": (
        "more than once in the billing system",
        "Was a file loaded twice? Reverse the second entry there.",
    ),
    "unknown_here": (
        "in the billing system with a number of ours, and not made by us",
        "A mistyped number, or an entry by hand of a payment that did not go through. Look who entered it.",
    ),
    "not_queued": (
        "a payment that was never put into the queue for the billing system",
        "Made before the queue existed: make sure that it is booked there. Otherwise tell whoever runs memberline.",
    ),
    "not_at_network": (
        "posted here, and the payment network does not know it",
        "No money came, and nothing is given back until it is settled on the payment's page. Tell whoever runs "
        "memberline before the member is asked for anything.",
    ),
    "network_amount_differs": (
        "the payment network has another amount",
        "Compare with the network's own report; the network's is what the member paid.",
    ),
    "network_status_differs": (
        "the payment network has another status",
        "A return is booked by the job of the next morning. If it is still here then, tell whoever runs memberline.",
    ),
    "taken_not_here": (
        "the payment network took money that is not booked here",
        "The member has paid. Tell whoever runs memberline today: the job `recover` settles it, or a person must.",
    ),
    "refund_failed": (
        "a refund that failed; the member still has to get the money",
        "Refund it again or give it in another way, and say so on the refund's page below /staff/money: then it is "
        "booked.",
    ),
    "paid_back_twice": (
        "a payment that was refunded, and the bank returned it as well; the member got the money twice",
        "Call the member: the account owes both again. Then say at /staff/money what came of it.",
    ),
    "refund_unanswered": (
        "a refund that was asked for, and the payment network has not answered",
        "It is asked again every minute. Is the network away? Otherwise tell whoever runs memberline.",
    ),
    "refund_slow": (
        "a refund that is on its way for more than ten days",
        "Ask the payment network, with the number of the refund.",
    ),
    "refund_not_at_network": (
        "a refund booked here, and the payment network does not know it",
        "The member was told of it and got nothing. Tell whoever runs memberline.",
    ),
    "refund_amount_differs": (
        "the payment network gave back another amount, or of another payment",
        "Compare with the network's own report; tell whoever runs memberline.",
    ),
    "refund_failed_there": (
        "a refund booked here that failed at the payment network",
        "It is booked back within a day. If it is still here then, tell whoever runs memberline.",
    ),
    "refund_not_here": (
        "the payment network gave money back that is not booked here",
        "The member has the money, and the account does not owe it again. Tell whoever runs memberline today.",
    ),
}
"""Each name with what it means and what to do. docs/reconciliation.md has the same list."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` is a key of DIFFERENCES; a side that has nothing is None."""

    name: str
    account: str
    kind: str
    key: str
    confirmation: str
    ours_cents: int | None
    theirs_cents: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the day, or one payment of theirs; `difference` is empty where both sides agree."""

    account: str
    kind: str
    key: str
    confirmation: str
    ours_cents: int | None
    theirs_cents: int | None
    difference: str = ""


@dataclass(slots=True)
class Total:
    count: int = 0
    cents: int = 0
    fee_cents: int = 0

    def add(self, cents: int, fee_cents: int = 0) -> None:
        self.count += 1
        self.cents += cents
        self.fee_cents += fee_cents


def new_totals() -> dict[str, Total]:
    return {kind: Total() for kind in ("payment", "return", "refund")}


@dataclass
class Report:
    """One day. `theirs` is None where the billing system's side is not known in amounts; `sources` and `notes` say
    what was compared and what could not be. `refunds_booked` are those of the day with their fees, in positive cents,
    and `refunds_at_network` the same ones as the payment network has them. `refunds_back` are payments of `ours` that
    are refunds which failed, booked back; `refunds_given` are refunds of `ours` that the office gave itself. `counter`
    is what the office took itself."""

    on: date
    made_at: datetime
    ours: dict[str, Total] = field(default_factory=new_totals)
    theirs: dict[str, Total] | None = None
    elsewhere: Total = field(default_factory=Total)
    other_days: Total = field(default_factory=Total)
    refunds_booked: Total = field(default_factory=Total)
    refunds_at_network: Total = field(default_factory=Total)
    refunds_back: Total = field(default_factory=Total)
    refunds_given: Total = field(default_factory=Total)
    counter: list[CounterTotal] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def by_account(self) -> dict[str, tuple[int, int]]:
        """Ours and theirs of each account on which the two differ."""
        sums: dict[str, tuple[int, int]] = {}
        for line in self.lines:
            ours, theirs = sums.get(line.account, (0, 0))
            sums[line.account] = (ours + (line.ours_cents or 0), theirs + (line.theirs_cents or 0))
        return {account: pair for account, pair in sorted(sums.items()) if pair[0] != pair[1]}


def net_cents(totals: Iterable[Total]) -> int:
    return sum(total.cents for total in totals)
