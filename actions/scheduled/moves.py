"""Finds the scheduled payment that a message wants moved, where another task would take the message for its own."""

from __future__ import annotations

from collections.abc import Sequence

from actions import agenda
from actions.scheduled.latest_payment import find_latest_form
from actions.turn import Turn
from backend.payments.balances import list_scheduled
from backend.payments.models import ScheduledPayment
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount
from backend.reading.money.scheduled_payment import extract_existing_act, moves_something, names_autopay, split_move

FORM = "scheduled_form"


async def queue_move(turn: Turn) -> bool:
    """Put moving a scheduled payment next on the agenda, if that is what the words want. False if not.

    A payment is meant by its amount or day (`I meant the 15 dollars on December 4. Move it to December 7`), or as that
    which was scheduled last in this conversation (`move that payment to another day`).
    """
    if not turn.full_text or names_autopay(turn.text) or not moves_something(turn.text):
        return False
    account = (await turn.identity()).account
    items = await list_scheduled(turn.session, account.id) if account else ()
    if not items:
        return False
    named, to = split_move(turn.text)
    day = extract_all(to, asked=None, today=turn.backend.today()).day
    if not isinstance(day, ParsedDay) and extract_existing_act(turn.text) != "move":
        return False  # "switch the $40 to my other card" names no day
    item = _find_named(turn, items, named)
    if item is None:
        if extract_existing_act(turn.text) != "move" or await find_latest_form(turn) not in (FORM, None):
            return False
        item = max(items, key=lambda each: each.id) if await find_latest_form(turn) else None
    slots = {"sched_act": "move"}
    if item is not None:
        slots["sched_item"] = str(item.id)
    if isinstance(day, ParsedDay):
        slots["sched_day"] = day.day.isoformat()
    return agenda.add_item(turn, FORM, "", slots)


def _find_named(turn: Turn, items: Sequence[ScheduledPayment], named: str) -> ScheduledPayment | None:
    """The only one of the amount or day in these words."""
    values = extract_all(named, asked=None, today=turn.backend.today())
    cents = values.amount.cents if isinstance(values.amount, Amount) else None
    day = values.day.day if isinstance(values.day, ParsedDay) else None
    sums = [item for item in items if cents in (item.amount_cents, item.amount_cents + item.fee_cents)]
    days = [item for item in items if item.run_on == day]
    found = [item for item in sums if item in days] if sums and days else sums or days
    return found[0] if len(found) == 1 else None
