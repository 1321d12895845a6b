"""A payment arrangement: what a member can pay and when, for a person at the office to agree to."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar

from actions.base import Ask, Outside
from actions.free_text import free_text
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.quick_pay.questions import owed
from actions.turn import ASKED_AS, Turn
from actions.words import day_for_the_office, day_words
from actions.yes_no import said_no, said_yes
from backend.billing import service as billing
from backend.members.identity import Standing
from backend.money import format_cents
from backend.reading.amount import Amount
from backend.reading.day import Day, DayProblem
from backend.tickets import service as tickets

AMOUNT, DAY, REST, NOTICE, TOLD = (
    "arrangement_amount",
    "arrangement_day",
    "arrangement_rest",
    "arrangement_notice",
    "arrangement_told",
)
ASKED_AS.update({AMOUNT: "amount", DAY: "date"})
NOTHING = re.compile(r"\b(nothing|zero|none|not anything|can'?t pay anything|no money)\b", re.IGNORECASE)
DISCONNECTION = re.compile(
    r"\b(dis ?connect\w*|shut[ -]?off|cut[ -]?off|shut\w* (?:me|us|it|my \w+) off|cut\w* (?:me|us|it|my \w+) off|"
    r"(?:final|shutoff|past due) notice|red (?:notice|letter)|turn\w* (?:me|us|it|my \w+) off|door (?:tag|hanger))\b",
    re.IGNORECASE,
)


class ArrangementForm(IdentifiedForm):
    form = "arrangement_form"
    skill = "payment_arrangement"
    slots = (*IDENTITY_SLOTS, AMOUNT, DAY, REST, NOTICE, TOLD)
    opens_with: ClassVar[frozenset[str]] = frozenset({"payment_arrangement"})

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if DISCONNECTION.search(turn.text):
            turn.set(NOTICE, True)
        if asked == REST:
            rest = None if said_yes(turn) or said_no(turn) else free_text(turn)  # neither says how
            turn.set(REST, rest)
            return rest is not None
        said = turn.read(asked)
        heard = False
        if isinstance(said.amount, Amount):
            turn.set(AMOUNT, said.amount.cents)
            heard = True
        elif said.share:
            turn.set(AMOUNT, said.share)
            heard = True
        elif asked == AMOUNT and NOTHING.search(turn.text):
            turn.set(AMOUNT, 0)
            heard = True
        if isinstance(said.day, Day):
            turn.set(DAY, said.day.on.isoformat())
            heard = True
        elif asked == DAY and isinstance(said.day, DayProblem) and said.day.code == "past":
            turn.notes["past"] = heard = True
        return heard

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        account = standing.account
        assert account is not None  # level 1 is a level on an account
        balance = await billing.balance(turn.session, turn.backend, account.id)
        if balance.amount_due_cents <= 0:
            turn.say("utter_arrangement_nothing_due")
            return None
        values = owed(turn, balance)
        self._take_seriously(turn, past_due=balance.past_due_cents > 0)
        if isinstance(turn.get(AMOUNT), str):
            turn.set(AMOUNT, balance.amount_due_cents // (2 if turn.get(AMOUNT) == "half" else 1))
        if turn.get(AMOUNT) is None:
            return Ask(AMOUNT, "utter_question_arrangement_amount", values)
        if turn.get(DAY) is None:
            problem = "_past" if turn.notes.get("past") else ""
            return Ask(DAY, f"utter_question_arrangement_day{problem}", values)
        rest = balance.amount_due_cents - int(turn.get(AMOUNT))
        if rest > 0 and turn.get(REST) is None:
            return Ask(REST, "utter_question_arrangement_rest", {**values, "rest": format_cents(rest)})
        await self._open(turn, account.id, balance)
        return None

    def _take_seriously(self, turn: Turn, *, past_due: bool) -> None:
        """Power that is about to be cut off does not wait for a ticket."""
        if turn.get(NOTICE) and not turn.get(TOLD):
            now_open = turn.backend.coop.is_open(turn.backend.clock.now())
            turn.say("utter_arrangement_notice", office_open=now_open)
            turn.set(TOLD, True)
        elif past_due:
            turn.set(TOLD, True)

    async def _open(self, turn: Turn, account_id: int, balance: billing.Balance) -> None:
        today = turn.backend.today()
        amount = format_cents(int(turn.get(AMOUNT)))
        day = date.fromisoformat(turn.get(DAY))
        details = {
            "owes": format_cents(balance.amount_due_cents),
            "past due": format_cents(balance.past_due_cents),
            "can pay": f"{amount} on {day_for_the_office(day, today)}",
            "the rest": str(turn.get(REST) or "nothing left"),
        }
        if turn.get(NOTICE):
            details["disconnection notice"] = "yes, says the member"
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="arrangement",
            details=details,
            account_id=account_id,
            urgent=bool(turn.get(NOTICE)) or balance.past_due_cents > 0,
        )
        turn.say("utter_arrangement_ticket", number=ticket.number, amount=amount, day=day_words(day, today))
