"""What callers want in whole calls: how they open, with which member, and what the records must hold at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.simulation.goals import AUTOPAY, BAKERY, NOTHING_DUE, PAST_DUE, USUAL_MEMBER


@dataclass
class Outcome:
    """What a call left behind: the account as `memberline show` has it, the call's tickets, and what was said.

    `names` are the responses that were said, in order; `answers` their words. `cents` is what the caller wanted to pay.
    """

    shown: dict[str, Any]
    tickets: list[str]
    names: list[str]
    answers: list[str]
    cents: int | None
    due_cents: int
    transferred: bool
    spanish: bool = False

    @property
    def wanted(self) -> int:
        return self.due_cents if self.cents is None else self.cents

    @property
    def paid(self) -> list[int]:
        return [one["amount_cents"] for one in self.shown["payments"] if one["channel"] == "voice"]

    @property
    def scheduled(self) -> list[int]:
        return [one["amount_cents"] for one in self.shown["schedules"] if one["status"] == "scheduled"]

    def has_said(self, pattern: str) -> bool:
        return any(re.fullmatch(pattern, name) for name in self.names)


@dataclass(frozen=True)
class Wish:
    """`count` of 200 calls have it. `goal` is the simulated member's, or empty for a call of one turn.

    `key` is a pattern of the opening menu's choice. `is_done` looks at the records; `moves` are the kinds of records
    that the call may leave: any other is an act that nobody asked for. A good clerk needs `clerk_turns` turns at most.
    """

    name: str
    count: int
    goal: str
    openings: tuple[str, ...]
    is_done: Callable[[Outcome], bool]
    clerk_turns: int
    key: str = "$ ^"
    members: tuple[str, ...] = (USUAL_MEMBER,)
    amounts: tuple[int | None, ...] = (None,)
    moves: tuple[str, ...] = ()
    day: str = "today"


def _has_ticket(kind: str) -> Callable[[Outcome], bool]:
    return lambda outcome: any(kind in ticket for ticket in outcome.tickets)


def _has_said(pattern: str) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.has_said(pattern)


def _is_paid(outcome: Outcome) -> bool:
    return outcome.paid == [outcome.wanted]


def _is_scheduled(outcome: Outcome) -> bool:
    return outcome.scheduled == [outcome.wanted]


def _has_active(name: str, *, active: bool = True) -> Callable[[Outcome], bool]:
    return lambda outcome: any(bool(one.get("active")) is active for one in outcome.shown[name])


PAY_KEY, BALANCE_KEY, OUTAGE_KEY, HOURS_KEY = r"\bpay\b", r"\bbalance\b", r"outage|danger|power", r"\bhours\b"
WISHES = (
    Wish("pay what is due", 26, "pay_all",
         ("I want to pay my bill", "pay my bill in full please", "I'd like to pay what I owe"),
         _is_paid, 7, PAY_KEY, (USUAL_MEMBER, BAKERY, PAST_DUE), moves=("paid",)),
    Wish("pay another amount", 26, "pay_part",
         ("I want to pay {amount} on my bill", "can I just pay {amount}", "pay part of my bill"),
         _is_paid, 8, PAY_KEY, (USUAL_MEMBER, PAST_DUE), (5000, 2550, 4000, 3725, 2000), moves=("paid",)),
    Wish("pay later", 10, "schedule", ("schedule a payment", "I want to schedule a payment for next friday"),
         _is_scheduled, 8, day="next friday", moves=("scheduled",)),
    Wish("balance", 22, "balance", ("what do I owe", "how much is my bill", "what's my balance", "when is my bill due"),
         _has_said(r"utter_balance\w*"), 3, BALANCE_KEY, (USUAL_MEMBER, PAST_DUE, NOTHING_DUE)),
    Wish("report an outage", 22, "outage", ("my power is out", "the lights went out", "I want to report an outage"),
         _has_ticket("outage"), 4, OUTAGE_KEY, moves=("outage",)),
    Wish("outage status", 10, "outage_status", ("when will my power be back on", "any update on the outage"),
         _has_said(r"utter_outage_\w+|utter_question_outage\w*|utter_question_case\w*"), 4, moves=("outage",)),
    Wish("hours", 8, "faq", ("what are your hours", "when are you open"), _has_said(r"utter_answer_\w+"), 1, HOURS_KEY),
    Wish("alerts", 10, "alerts_on", ("text me when my bill is ready", "set up alerts"),
         _has_active("alerts"), 6, moves=("alerts",)),
    Wish("Auto Pay on", 12, "autopay_on", ("set up auto pay", "sign me up for autopay"),
         _has_active("autopay"), 7, moves=("autopay",)),
    Wish("Auto Pay off", 6, "autopay_off", ("cancel my autopay", "turn off auto pay"),
         _has_active("autopay", active=False), 5, members=(AUTOPAY,), moves=("autopay",)),
    Wish("arrangement", 12, "arrangement", ("I need a payment arrangement", "I need more time to pay my bill"),
         lambda outcome: outcome.has_said("utter_arrangement_(ticket|granted)"), 8, members=(PAST_DUE,),
         moves=("arrangement", "scheduled")),
    Wish("call back", 10, "callback", ("have someone call me back", "I want a call back"),
         lambda outcome: outcome.transferred or "callback" in outcome.tickets, 5, moves=("callback",)),
    Wish("password", 8, "reset_password", ("I forgot my password", "I need a new password"),
         _has_said("utter_reset_asked"), 4),
    Wish("a person", 8, "person", ("let me talk to a person", "representative"),
         lambda outcome: outcome.transferred or outcome.has_said(r"utter_person\w*"), 1, "person"),
    Wish("Spanish", 4, "", ("Spanish please", "español"),
         lambda outcome: outcome.spanish, 1, "español|Spanish"),
    Wish("paperless", 6, "paperless", ("go paperless", "I want my bill by email"),
         _has_said("utter_bills_now_email|utter_bills_same"), 5, moves=("alerts",)),
)  # fmt: skip
CALLS = sum(wish.count for wish in WISHES)
"""In a round."""
