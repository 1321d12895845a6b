"""Grants a payment arrangement by the co-op's rules; what is outside of them becomes a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.rules import PlanPart
from backend.arrangement.service import refusal_reasons
from backend.language import join_words, mark, tr
from backend.money import format_cents
from backend.office_acts import service
from bot.staff.members.acts.base import Act, ActRefused, FormErrors, ReadBack, Sent, list_told
from bot.staff.members.views import MemberView
from bot.staff.money.base import parse_amount, parse_day
from bot.web.pages import format_day_with_year

MOST_ROWS = 6
FIRST_GAP = timedelta(days=14)


class ArrangementAct(Act):
    name, title, template = "arrangement", mark("Make a payment arrangement"), "members/acts/arrangement.html"
    fields = (*(f"{part}{row}" for row in range(1, MOST_ROWS + 1) for part in ("amount", "day")), "notice")

    @property
    def rows(self) -> int:
        rules = self.backend.coop.arrangements
        return min(rules.max_parts, MOST_ROWS) if rules else 0

    async def load_form(self, _session: AsyncSession, view: MemberView) -> dict[str, Any]:
        rules, today = self.backend.coop.arrangements, self.backend.today()
        due = view.balance.amount_due_cents if view.balance else 0
        refusal = ""
        if rules is None:
            refusal = tr("The co-op has no rules for arrangements: the office decides each. Open a ticket for it.")
        elif view.balance is None:
            refusal = tr("What is owed cannot be looked up now. Please try again in a few minutes.")
        elif due <= 0:
            refusal = tr("Nothing is due on this account.")
        elif view.arrangement:
            refusal = tr("There is an arrangement already: {number}.", number=view.arrangement.number)
        half = -(-due // 2)
        halves = [(half, today), (due - half, today + FIRST_GAP)] if self.rows > 1 else [(due, today)]
        defaults = {name: "" for name in self.fields}
        for row, (cents, day) in enumerate(halves, start=1):
            defaults |= {f"amount{row}": f"{cents // 100}.{cents % 100:02d}", f"day{row}": day.isoformat()}
        last_day = today + timedelta(days=rules.max_days) if rules else today
        return {
            "refusal": refusal, "rows": self.rows, "defaults": defaults, "due": due, "rules": rules,
            "first_day": today, "last_day": last_day,
        }  # fmt: skip

    async def read_back(
        self, session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        parts = self._read_parts(sent)
        if isinstance(parts, FormErrors):
            return parts
        notice = bool(sent["notice"]) or bool(view.balance and view.balance.disconnect_on)
        why_not = await refusal_reasons(session, self.backend, view.account.id, parts, notice=notice)

        async def perform(session: AsyncSession) -> None:
            if await refusal_reasons(session, self.backend, view.account.id, parts, notice=notice):
                raise ActRefused(tr("The rules do not allow this plan any more."))
            if await service.grant_arrangement(session, self.backend, view.account, parts, by=by) is None:
                raise ActRefused(tr("There is an arrangement already."))

        rows = [(format_day_with_year(part.on), format_cents(part.cents)) for part in parts]
        total = format_cents(sum(part.cents for part in parts))
        due = view.balance.amount_due_cents if view.balance else 0
        plan = "; ".join(f"{amount} {day}" for day, amount in rows)
        return ReadBack(
            rows=[*rows, (tr("Together"), tr("{total} of {due} due", total=total, due=format_cents(due)))],
            button=tr("Grant this arrangement"),
            note=tr("Payment arrangement: {plan}", plan=plan),
            warnings=[] if why_not else [self._tell_terms(view)],
            refusals=why_not,
            perform=perform,
        )

    def _tell_terms(self, view: MemberView) -> str:
        told = tr("The member is told at {ways}.", ways=join_words(list_told(view)))
        return f"{told} {tr('Nothing is charged by it: the member pays each part. A missed part ends the plan.')}"

    def _read_parts(self, sent: Sent) -> list[PlanPart] | FormErrors:
        """The rows that are filled in, by their day; days before today are no promise."""
        today, errors, parts = self.backend.today(), {}, []
        for row in range(1, self.rows + 1):
            amount, day = sent[f"amount{row}"].strip(), sent[f"day{row}"].strip()
            if not amount:
                continue
            cents, on = parse_amount(amount), parse_day(day)
            if not cents:
                errors[f"amount{row}"] = tr("Write the amount like 112.40.")
            elif on is None or on < today:
                errors[f"day{row}"] = tr("Choose today or a later day.")
            else:
                parts.append(PlanPart(cents, on))
        if not errors and not parts:
            errors["amount1"] = tr("Write at least one payment.")
        return FormErrors(errors) if errors else sorted(parts, key=lambda part: part.on)
