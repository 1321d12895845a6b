"""What was used month by month, and why a bill is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from actions.accounts.account_choice import account_buttons, list_other_accounts
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.follow_ups import LAST_SUBJECT
from actions.turn import Turn
from actions.usage import bill_formatting, usage_formatting
from backend.billing import bills
from backend.language import mark
from backend.members.identity import Identity
from backend.reading.dates.usage_months import (
    asks_for_months,
    extract_months,
    names_each_month,
)
from backend.usage import service as usage
from backend.usage import signed_media
from backend.usage.bill_comparison import compare_bills
from backend.usage.months import first_of_month, shift_month, year_before

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
        goes_on = turn.get(LAST_SUBJECT) == self.task and asks_for_months(turn.text, turn.backend.today())
        if asked is not None or not (goes_on or turn.intent in self.opening_intents):
            return False
        turn.set(KIND, turn.intent if turn.intent in self.opening_intents else self.skill)
        turn.set(
            MONTH, [ALL_MONTHS] if names_each_month(turn.text) else extract_months(turn.text, turn.backend.today())
        )
        return True

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        kind = str(turn.get(KIND) or self.skill)
        buttons = account_buttons(await list_other_accounts(turn, identity), identity, kind)
        if kind == "high_bill":
            await self._explain(turn, identity.known_account.id, buttons)
        else:
            await self._tell_usage(turn, identity.known_account.id, buttons)
        return None

    async def _tell_usage(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        months = await usage.list_last_months(turn.session, account_id)
        if not months:
            turn.utter("utter_usage_none", buttons=buttons or None)
            return
        asked = turn.get(MONTH) or []
        if asked and await self._tell_months(turn, account_id, asked, months):
            return
        values: dict[str, Any] = usage_formatting.year_values(months)
        picture = signed_media.usage_chart_url(turn.backend, account_id) if turn.channel != "voice" else ""
        turn.utter(
            "utter_usage",
            buttons=buttons or None,
            chart=picture,
            table=usage_formatting.build_usage_table(months),
            **values,
        )

    async def _tell_months(
        self, turn: Turn, account_id: int, asked: list[str], months: Sequence[usage.MonthUsage]
    ) -> bool:
        """The months that were asked for, and no others; False where the whole year is to be told beside them."""
        if asked == [ALL_MONTHS]:
            wanted = [each.now for each in months if each.now]
        else:
            wanted = [
                found
                for each in asked
                if (found := await usage.find_reading(turn.session, account_id, date.fromisoformat(each)))
            ]
        if len(wanted) == 1:
            before = await usage.find_reading(turn.session, account_id, year_before(wanted[0].month))
            turn.utter(
                "utter_usage_month",
                **usage_formatting.month_values(usage.MonthUsage(wanted[0].month, wanted[0], before)),
            )
        elif len(wanted) == 2:
            turn.utter("utter_usage_compared", **usage_formatting.comparison_values(*wanted))
        elif wanted:
            turn.utter(
                "utter_usage_months",
                lines=usage_formatting.format_lines(wanted),
                table=usage_formatting.build_usage_table(months),
            )
        return len(wanted) > 1

    async def _explain(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        issued = await bills.list_bills(turn.session, account_id)
        if len(issued) < 2:
            turn.utter("utter_high_bill_alone", buttons=buttons or None)
            return
        newest, wanted = issued[-1], first_of_month(issued[-1].period_end)
        parts = [compare_bills(newest, issued[-2])]
        parts += [
            compare_bills(newest, bill)
            for bill in issued[:-2]
            if first_of_month(bill.period_end) == year_before(wanted)
        ][-1:]
        warmth = [
            await usage.find_reading(turn.session, account_id, month) for month in (wanted, shift_month(wanted, -1))
        ]
        values = bill_formatting.explanation_values(parts, warmth[0], warmth[1])
        turn.utter("utter_high_bill", table=bill_formatting.build_bill_table(parts), **values)
        if len(parts) > 1:
            turn.utter("utter_high_bill_year", **bill_formatting.last_year_values(parts[1]))
        turn.utter("utter_high_bill_next", buttons=buttons or None)
        if not turn.get("paused_task"):
            slots = {"case_kind": "high_bill", "case_words": turn.full_text}
            turn.set("offer", {"opener": "case_form", "slots": slots})
