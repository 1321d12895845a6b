"""Electric use by month, and why a bill is as high as it is."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from actions.accounts.account_choice import account_buttons, list_other_accounts
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.follow_ups import LAST_SUBJECT
from actions.turn import Turn
from actions.usage import bill_formatting, usage_formatting
from backend.billing import bills
from backend.language import mark
from backend.members.identity import Identity
from backend.months import add_months, first_of_month, year_before
from backend.reading.dates.usage_months import (
    asks_for_months,
    extract_months,
    names_each_month,
)
from backend.usage import service as usage
from backend.usage import signed_media
from backend.usage.bill_comparison import compare_bills

KIND, MONTH = "usage_kind", "usage_month"
ALL_MONTHS = "every"


class UsageForm(AccountForm):
    form = "usage_form"
    task = "usage"
    title = mark("electric use")
    skill = "usage_history"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"usage_history", "high_bill"})
    slots: ClassVar[tuple[str, ...]] = (KIND, MONTH)
    is_informational = True

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        today = turn.backend.today()
        is_follow_up = turn.get(LAST_SUBJECT) == self.task and asks_for_months(turn.text, today)
        if asked is not None or not (is_follow_up or turn.intent in self.opening_intents):
            return False
        turn.set(KIND, turn.intent if turn.intent in self.opening_intents else self.skill)
        turn.set(MONTH, [ALL_MONTHS] if names_each_month(turn.text) else extract_months(turn.text, today))
        return True

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        kind = str(turn.get(KIND) or self.skill)
        buttons = account_buttons(await list_other_accounts(turn, identity), identity, kind)
        if kind == "high_bill":
            await self._send_explanation(turn, identity.known_account.id, buttons)
        else:
            await self._send_usage(turn, identity.known_account.id, buttons)
        return None

    async def _send_usage(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        months = await usage.list_last_months(turn.session, account_id)
        if not months:
            turn.utter("utter_usage_none", buttons=buttons or None)
            return
        table = usage_formatting.build_usage_table(months)
        if turn.get(MONTH) == [ALL_MONTHS]:
            readings = [each.now for each in months if each.now]
        else:
            days = [date.fromisoformat(month) for month in turn.get(MONTH) or ()]
            found = [await usage.find_reading(turn.session, account_id, day) for day in days]
            readings = [reading for reading in found if reading]
        if len(readings) > 2:
            turn.utter("utter_usage_months", lines=usage_formatting.format_lines(readings), table=table)
            return
        if len(readings) == 2:
            turn.utter("utter_usage_compared", **usage_formatting.comparison_values(*readings))
            return
        if readings:  # the whole year comes after the one month
            month = readings[0].month
            before = await usage.find_reading(turn.session, account_id, year_before(month))
            values = usage_formatting.month_values(usage.MonthUsage(month, readings[0], before))
            turn.utter("utter_usage_month", **values)
        chart = signed_media.usage_chart_url(turn.backend, account_id) if turn.channel != "voice" else ""
        values = usage_formatting.year_values(months)
        turn.utter("utter_usage", buttons=buttons or None, chart=chart, table=table, **values)

    async def _send_explanation(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        """Compare the newest bill with the one before and with the one of a year ago."""
        issued = await bills.list_bills(turn.session, account_id)
        if len(issued) < 2:
            turn.utter("utter_high_bill_alone", buttons=buttons or None)
            return
        newest, month = issued[-1], first_of_month(issued[-1].period_end)
        comparisons = [compare_bills(newest, issued[-2])]
        last_year = [bill for bill in issued[:-2] if first_of_month(bill.period_end) == year_before(month)]
        comparisons += [compare_bills(newest, bill) for bill in last_year[-1:]]
        now = await usage.find_reading(turn.session, account_id, month)
        before = await usage.find_reading(turn.session, account_id, add_months(month, -1))
        values = bill_formatting.explanation_values(comparisons[0], now, before)
        turn.utter("utter_high_bill", table=bill_formatting.build_bill_table(comparisons), **values)
        if len(comparisons) > 1:
            turn.utter("utter_high_bill_year", **bill_formatting.last_year_values(comparisons[1]))
        turn.utter("utter_high_bill_next", buttons=buttons or None)
        if not turn.get("paused_task"):
            slots = {"case_kind": "high_bill", "case_words": turn.full_text}
            turn.set("offer", {"opener": "case_form", "slots": slots})
