"""What was used month by month, and why a bill is what it is."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from actions.accounts.choice import account_buttons, others
from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.follow_ups import LAST
from actions.turn import Turn
from actions.usage import bill_words, usage_words
from backend.billing import bills
from backend.language import mark
from backend.members.identity import Standing
from backend.usage import media
from backend.usage import service as usage
from backend.usage.explain import explain
from backend.usage.months import month_of, shifted, year_before

KIND, MONTH = "usage_kind", "usage_month"
MONTH_NAMES = {name.lower(): index for index, name in enumerate(calendar.month_name) if name}
NAMED = re.compile(rf"\b({'|'.join(MONTH_NAMES)})\b", re.IGNORECASE)
EVERY = "every"
EACH = re.compile(
    r"\b(?:each|every|all(?: the)?|other|earlier|previous|months? by|mes por|cada|los|otros) "
    r"(?:months?|mes(?:es)?)\b|\bmonths? before\b|\bmonth(?:ly)? breakdown\b|\bmes each month\b",
    re.IGNORECASE,
)
"""Each month on its own, and not the sum."""
MAY = re.compile(r"\bMay\b|\b(in|for|of|last|since|this) may\b")  # also a verb


class UsageForm(OfSeveralForm):
    form = "usage_form"
    task = "usage"
    title = mark("electric use")
    skill = "usage_history"
    opens_with: ClassVar[frozenset[str]] = frozenset({"usage_history", "high_bill"})
    slots: ClassVar[tuple[str, ...]] = (KIND, MONTH)
    informs = True

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        goes_on = turn.get(LAST) == self.task and asks_for_months(turn.text, turn.backend.today())
        if asked is not None or not (goes_on or turn.intent in self.opens_with):
            return False
        turn.set(KIND, turn.intent if turn.intent in self.opens_with else self.skill)
        turn.set(MONTH, [EVERY] if EACH.search(turn.text) else named_months(turn.text, turn.backend.today()))
        return True

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None  # level 1 is a level on an account
        kind = str(turn.get(KIND) or self.skill)
        buttons = account_buttons(await others(turn, standing), standing, kind)
        if kind == "high_bill":
            await self._explain(turn, standing.account.id, buttons)
        else:
            await self._tell_usage(turn, standing.account.id, buttons)
        return None

    async def _tell_usage(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        months = await usage.last_months(turn.session, account_id)
        if not months:
            turn.say("utter_usage_none", buttons=buttons or None)
            return
        asked = turn.get(MONTH) or []
        if asked and await self._tell_months(turn, account_id, asked, months):
            return
        values: dict[str, Any] = usage_words.year(months)
        picture = media.usage_chart_url(turn.backend, account_id) if turn.channel != "voice" else ""
        turn.say("utter_usage", buttons=buttons or None, chart=picture, table=usage_words.table(months), **values)

    async def _tell_months(self, turn: Turn, account_id: int, asked: list[str], months: Sequence[usage.Month]) -> bool:
        """The months that were asked for, and no others; False where the whole year is to be told beside them."""
        if asked == [EVERY]:
            wanted = [each.now for each in months if each.now]
        else:
            wanted = [
                found
                for each in asked
                if (found := await usage.reading_of(turn.session, account_id, date.fromisoformat(each)))
            ]
        if len(wanted) == 1:
            before = await usage.reading_of(turn.session, account_id, year_before(wanted[0].month))
            turn.say("utter_usage_month", **usage_words.month(usage.Month(wanted[0].month, wanted[0], before)))
        elif len(wanted) == 2:
            turn.say("utter_usage_compared", **usage_words.compared(*wanted))
        elif wanted:
            turn.say("utter_usage_months", lines=usage_words.lines(wanted), table=usage_words.table(months))
        return len(wanted) > 1

    async def _explain(self, turn: Turn, account_id: int, buttons: list[dict[str, str]]) -> None:
        issued = await bills.of_account(turn.session, account_id)
        if len(issued) < 2:
            turn.say("utter_high_bill_alone", buttons=buttons or None)
            return
        newest, wanted = issued[-1], month_of(issued[-1].period_end)
        parts = [explain(newest, issued[-2])]
        parts += [explain(newest, bill) for bill in issued[:-2] if month_of(bill.period_end) == year_before(wanted)][
            -1:
        ]
        warmth = [await usage.reading_of(turn.session, account_id, month) for month in (wanted, shifted(wanted, -1))]
        values = bill_words.told(parts, warmth[0], warmth[1])
        turn.say("utter_high_bill", table=bill_words.table(parts), **values)
        if len(parts) > 1:
            turn.say("utter_high_bill_year", **bill_words.against_last_year(parts[1]))
        turn.say("utter_high_bill_next", buttons=buttons or None)
        if not turn.get("paused_task"):
            slots = {"case_kind": "high_bill", "case_words": turn.whole_words}
            turn.set("offer", {"opener": "case_form", "slots": slots})


def named_months(words: str, today: date) -> list[str]:
    """The latest months of those names that have begun, as their first days in ISO form."""
    names = [found[1].lower() for found in NAMED.finditer(words)]
    months = [date(today.year, MONTH_NAMES[name], 1) for name in names if name != "may" or MAY.search(words)]
    return list(dict.fromkeys((month if month <= today else year_before(month)).isoformat() for month in months))


def asks_for_months(words: str, today: date) -> bool:
    """`Month by month`, `September compared with October`: more of what was just shown."""
    return bool(EACH.search(words)) or bool(named_months(words, today))
