"""Past payments or bills, the newest first, as many at a time as suit the channel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.accounts.account_choice import account_buttons, list_other_accounts
from actions.accounts.forms import AccountForm
from actions.balance.forms import send_last_payment
from actions.base import ExternalCall, SlotQuestion
from actions.payment_history.formatting import HistoryRow, build_bill_row, build_payment_row
from actions.turn import Turn
from backend.billing import bills
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.members.levels import NEEDS, Level
from backend.money import format_cents
from backend.payments import service as payments
from backend.payments.balances import get_balance
from backend.payments.past_payments import list_payments
from backend.reading.money.payment_words import (
    ONLY_LATEST,
    asks_where_history_is,
    extract_count,
    wants_copy,
    wants_printed_copy,
)

KIND, START_INDEX, COUNT = "history_kind", "history_from", "history_count"
PAGE_SIZES = {"sms": 4, "web": 10, "voice": 3}
MAX_ROWS = 24


class PaymentHistoryForm(AccountForm):
    form = "history_form"
    backend_package = "backend.billing"
    task = "history"
    title = mark("bills and payments of the past")
    skill = "payment_history"
    explanation_response = "utter_history_where"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"payment_history", "billing_history"})
    slots: ClassVar[tuple[str, ...]] = (KIND, START_INDEX, COUNT)
    is_informational = True

    def asks_for_explanation(self, text: str) -> bool:
        return asks_where_history_is(text)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is not None or turn.intent not in self.opening_intents:
            return False
        turn.set(KIND, turn.intent)
        turn.set(START_INDEX, int(turn.button_value(START_INDEX) or 0))
        turn.set(COUNT, extract_count(turn.text))
        turn.notes["copy"] = wants_copy(turn.text)
        return True

    def level_needed(self, turn: Turn) -> Level:
        """The last payment alone needs no higher level than the balance, which includes it."""
        return NEEDS["check_balance"] if self._is_latest_only(turn) else NEEDS[self.skill]

    def _is_latest_only(self, turn: Turn) -> bool:
        return turn.get(KIND) == self.skill and turn.get(COUNT) == ONLY_LATEST

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        if turn.notes.get("copy") and turn.get(KIND) == "billing_history" and wants_printed_copy(turn.text):
            turn.utter("utter_bill_copy_how")  # we can send none, so there is no need to identify the member
            turn.set("offer", {"opener": "callback_form", "slots": {"callback_about": turn.full_text}})
            return None
        return await super().next_question(turn)

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        account_id = identity.known_account.id
        if self._is_latest_only(turn):
            balance = await get_balance(turn.session, turn.backend, account_id)
            if send_last_payment(turn, balance):
                return None
        start = int(turn.get(START_INDEX) or 0)
        count = min(turn.get(COUNT) or MAX_ROWS, PAGE_SIZES.get(turn.channel, PAGE_SIZES["web"]))
        # one row more than a page has, to know whether there are more
        if turn.get(KIND) == "billing_history":
            issued = await bills.list_newest_bills(turn.session, account_id, start, count + 1)
            rows, paid = [build_bill_row(bill, turn) for bill in issued], ""
        else:
            made = await list_payments(turn.session, account_id, start, count + 1)
            rows = [await build_payment_row(payment, turn) for payment in made]
            year = await payments.total_paid_in_year(turn.session, account_id, turn.backend.today().year)
            paid = format_cents(year)
        await self._send_page(turn, identity, rows[:count], start=start, more=len(rows) > count, paid=paid)
        return None

    async def _send_page(
        self, turn: Turn, identity: Identity, rows: Sequence[HistoryRow], *, start: int, more: bool, paid: str
    ) -> None:
        """Send these rows. `paid` is the total paid this year, formatted; empty for bills."""
        kind = str(turn.get(KIND) or self.skill)
        values: dict[str, Any] = {
            "account": identity.known_account.separator,
            "count": len(rows),
            "several": len(rows) > 1,
            "older": start > 0,
            "lines": (" " if turn.channel == "voice" else "\n").join(row.words for row in rows),
            "paid": paid,
            "table": {"head": rows[0].head, "rows": [row.cells for row in rows]} if rows else {},
        }
        buttons = account_buttons(await list_other_accounts(turn, identity), identity, kind)
        if more:
            title = tr("Hear more") if turn.channel == "voice" else tr("More")
            payload = f"/{kind}" + json.dumps({START_INDEX: str(start + len(rows))})
            buttons.insert(0, {"title": title, "payload": payload})
        turn.utter(f"utter_{kind}" if rows else f"utter_{kind}_none", buttons=buttons or None, **values)
        if turn.notes.get("copy") and kind == "billing_history":
            turn.utter("utter_bill_copy")
