"""Several payments in one wish: parts with a day each are a plan, and several accounts are paid one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from actions import agenda, registry
from actions.turn import Turn
from actions.which_wish import keep_who
from backend.billing.models import Account
from backend.language import tr
from backend.reading.plan import read_plan

PLAN, PAY = "arrangement_form", "quick_pay_form"


def pays_in_parts(turn: Turn) -> bool:
    """`60 on Monday and the rest on the 15th`: several amounts on several days."""
    parts = read_plan(turn.text, turn.backend.today()).parts
    return len({part.on for part in parts}) > 1 and all(part.on and part.share for part in parts)


def hand_over(turn: Turn) -> None:
    """Keep the words for the plan, which comes next."""
    keep_who(turn)
    agenda.add(turn, PLAN, turn.whole_words, {})


def keep_for_each(turn: Turn, accounts: Sequence[Account]) -> None:
    """`Pay both`: the other accounts come after this one, each with its own read-back."""
    for account in accounts:
        words = f"pay account {account.number}"
        agenda.add(turn, PAY, words, {"account_said": words})
    turn.say("utter_agenda_added", tasks=tr(registry.title_of(PAY)))
