"""Several payments in one request: parts on several days are a plan; several accounts are paid one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from actions import agenda, registry
from actions.disambiguation import save_identity_numbers
from actions.turn import Turn
from backend.billing.models import Account
from backend.language import tr
from backend.reading.money.payment_plan import parse_payment_plan

ARRANGEMENT_FORM, PAYMENT_FORM = "arrangement_form", "quick_pay_form"


def wants_split_payment(turn: Turn) -> bool:
    """Whether it names several amounts on several days: `60 on Monday and the rest on the 15th`."""
    parts = parse_payment_plan(turn.text, turn.backend.today()).parts
    return len({part.on for part in parts}) > 1 and all(part.on and part.share for part in parts)


def queue_arrangement(turn: Turn) -> None:
    """Let the arrangement form read the words, next."""
    save_identity_numbers(turn)
    agenda.add_item(turn, ARRANGEMENT_FORM, turn.full_text, {})


def queue_other_accounts(turn: Turn, accounts: Sequence[Account]) -> None:
    """For `pay both`: put a payment of each other account on the agenda, each with a read-back of its own."""
    for account in accounts:
        words = f"pay account {account.number}"
        agenda.add_item(turn, PAYMENT_FORM, words, {"account_said": words})
    turn.utter("utter_agenda_added", tasks=tr(registry.format_task_title(PAYMENT_FORM)))
