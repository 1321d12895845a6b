"""Payments and bills of the past, the newest first, as many at a time as fit the channel."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.accounts.choice import account_buttons, others
from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.history.words import Listed, bill_rows, payment_rows
from actions.turn import Turn
from actions.words import day_words
from backend.billing import history
from backend.billing import service as billing
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.money import format_cents

KIND, FROM, COUNT = "history_kind", "history_from", "history_count"
PAGE = {"sms": 4, "web": 10, "voice": 3}
MOST = 24
HOW_MANY = re.compile(r"\b(?:last|past|latest|recent|previous)\s+(\d{1,2}|[a-z]+)\b", re.IGNORECASE)
LAST_ONE = 1
THE_LAST = re.compile(
    r"\b(my|the|your|what was|when was|how much was) ?(very |most )?(last|latest|recent|previous) payment\b(?! method)|"
    r"\bwhen did i (last pay|pay last|make my last)\b|\bdid i pay (you )?last\b(?! \w)",
    re.IGNORECASE,
)
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
A_COPY = re.compile(r"\b(?:cop(?:y|ies)|pdf|duplicate|print(?:ed)?|reprint)\b", re.IGNORECASE)
"""Paper or a file is wished, and not to see the list."""
COPY = re.compile(r"\b(cop(y|ies)|print(ed|out)?|pdf|e-?mail|mail|send|resend|download)\b", re.IGNORECASE)


class HistoryForm(OfSeveralForm):
    form = "history_form"
    task = "history"
    title = mark("bills and payments of the past")
    skill = "payment_history"
    explains = "utter_history_where"
    explains_on = re.compile(r"\bwhere\b|\b(on|in) (the|your) (web ?)?(site|portal)\b|\bonline\b", re.IGNORECASE)
    opens_with: ClassVar[frozenset[str]] = frozenset({"payment_history", "billing_history"})
    slots: ClassVar[tuple[str, ...]] = (KIND, FROM, COUNT)
    informs = True

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if asked is not None or turn.intent not in self.opens_with:
            return False
        turn.set(KIND, turn.intent)
        turn.set(FROM, int(turn.chosen(FROM) or 0))
        turn.set(COUNT, how_many(turn.text))
        turn.notes["copy"] = bool(COPY.search(turn.text))
        return True

    def level_needed(self, turn: Turn) -> Level:
        """The one last payment is told with the balance; a list of them opens later."""
        return NEEDS["check_balance"] if self._only_the_last(turn) else NEEDS[self.skill]

    def _only_the_last(self, turn: Turn) -> bool:
        return turn.get(KIND) == self.skill and turn.get(COUNT) == LAST_ONE

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        if turn.notes.get("copy") and turn.get(KIND) == "billing_history" and A_COPY.search(turn.text):
            turn.say("utter_bill_copy_how")  # needs nobody's number: none can be sent from here
            turn.set("offer", {"opener": "callback_form", "slots": {"callback_about": turn.whole_words}})
            return None
        return await super().next_ask(turn)

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None  # level 1 is a level on an account
        if self._only_the_last(turn):
            stands = await billing.balance(turn.session, turn.backend, standing.account.id)
            if stands.last_payment_cents and stands.last_payment_on:
                day = day_words(stands.last_payment_on, turn.backend.today())
                turn.say("utter_balance_last_payment", amount=format_cents(stands.last_payment_cents), day=day)
                return None
        start = int(turn.get(FROM) or 0)
        count = min(turn.get(COUNT) or MOST, PAGE.get(turn.channel, PAGE["web"]))
        if turn.get(KIND) == "billing_history":
            rows = bill_rows(await history.bills(turn.session, standing.account.id, start, count + 1), turn)
            paid = ""
        else:
            found = await history.payments(turn.session, standing.account.id, start, count + 1)
            rows = await payment_rows(found, turn)
            year = await history.paid_in(turn.session, standing.account.id, turn.backend.today().year)
            paid = format_cents(year)
        await self._tell(turn, standing, rows[:count], more=len(rows) > count, paid=paid)
        return None

    async def _tell(self, turn: Turn, standing: Standing, rows: Sequence[Listed], *, more: bool, paid: str) -> None:
        kind = str(turn.get(KIND) or self.skill)
        start = int(turn.get(FROM) or 0)
        assert standing.account is not None
        values: dict[str, Any] = {
            "account": standing.account.separator,
            "count": len(rows),
            "several": len(rows) > 1,
            "older": start > 0,
            "lines": (" " if turn.channel == "voice" else "\n").join(row.words for row in rows),
            "paid": paid,
            "table": {"head": rows[0].head, "rows": [row.cells for row in rows]} if rows else {},
        }
        buttons = (
            [
                {
                    "title": tr("Hear more") if turn.channel == "voice" else tr("More"),
                    "payload": f"/{kind}" + json.dumps({FROM: str(start + len(rows))}),
                }
            ]
            if more
            else []
        )
        buttons += account_buttons(await others(turn, standing), standing, kind)
        turn.say(f"utter_{kind}" if rows else f"utter_{kind}_none", buttons=buttons or None, **values)
        if turn.notes.get("copy") and kind == "billing_history":
            turn.say("utter_bill_copy")


def how_many(words: str) -> int | None:
    """`my last three payments` → 3."""
    if THE_LAST.search(words):
        return LAST_ONE
    found = HOW_MANY.search(words)
    if not found:
        return None
    said = found[1].lower()
    number = int(said) if said.isdigit() else NUMBERS.index(said) + 1 if said in NUMBERS else 0
    return number or None
