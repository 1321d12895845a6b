"""What the pages about Auto Pay and drafts share: what is on now, the words of an authorization, and its read-back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay import service
from backend.autopay.cautions import find_cautions
from backend.autopay.formatting import format_bill, format_coming, format_fee, format_run_day, format_start
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.schedule import find_active_draft, first_run_day, runs_after_due_date
from backend.autopay.service import AutoPayRefused
from backend.billing import bills
from backend.billing.models import Account
from backend.language import format_day, format_long_date, join_words, mark, tr
from backend.money import format_cents
from backend.payments import prechecks
from backend.payments.balances import get_balance
from backend.payments.models import PaymentMethod
from backend.payments.service import list_saved_methods
from bot.portal.payments.base import (
    CHANGED,
    MethodChoice,
    MoneyPages,
    find_account,
    fingerprint,
    with_account,
)
from bot.portal.payments.pay_forms import format_fee_note
from bot.portal.signed_in import Visit
from bot.portal.talk_words import talk_words
from bot.web.numbers import parse_id

REFUSALS = {
    "account_closed": mark("This account is closed, so nothing can be set up for it."),
    "method_not_usable": mark("That card or bank account cannot be used any more. Please choose another."),
    "day_not_usable": mark("A day from 1 to 31, please."),
}
OTHER_REFUSAL = mark("Something has changed meanwhile. Please look at what is on now.")


@dataclass(frozen=True)
class AutomaticView:
    """What pays an account by itself. `state` is off, on, ending or starting; `method_id` and `day` are the terms that
    the member wants: after a change that waits, those that come."""

    state: str
    method: str = ""
    method_id: int | None = None
    day: int | None = None
    when: str = ""
    next_run: str = ""
    counts_from: date | None = None
    problem: str = ""


class AutomaticBase(MoneyPages):
    async def load_views(
        self, session: AsyncSession, visit: Visit
    ) -> tuple[AutomaticView, AutomaticView, list[MethodChoice]]:
        """Auto Pay, the draft, and the methods that can be charged on the first day possible. Raises FiguresUnknown."""
        account = find_account(visit)
        autopay = await self._view(session, account, await service.find_autopay(session, account.id))
        draft = await self._view(session, account, await find_active_draft(session, account.id))
        return autopay, draft, await self.list_methods(session, visit.member.id, self.first_run_day())

    async def _view(self, session: AsyncSession, account: Account, row: AutoPay | LegacyDraft | None) -> AutomaticView:
        if row is None:
            return AutomaticView("off")
        method_id, day = wanted_terms(row)
        method = await session.get_one(PaymentMethod, method_id)
        coming = await service.find_next_run(session, self.backend, row)
        problem = prechecks.find_method_problem(account, method, self.first_run_day())
        state = "on" if row.active and row.is_wanted else "starting" if row.is_wanted else "ending"
        return AutomaticView(
            state=state,
            method=method.label,
            method_id=method_id,
            day=day,
            when=format_run_day(day),
            next_run=format_coming(coming, self.backend.today()),
            counts_from=row.change_on,
            problem=tr("It cannot run like this: {why}.", why=problem) if problem else "",
        )

    def first_run_day(self) -> date:
        return first_run_day(self.backend.today(), self.backend.coop)

    def format_fees(self) -> dict[str, str]:
        return {kind: format_fee_note(self.backend, kind) for kind in ("card", "bank")}

    async def find_method(self, session: AsyncSession, visit: Visit, typed: str) -> PaymentMethod | None:
        """The member's saved method with this id, if it can be charged on the first day possible."""
        usable = {
            each.id: each
            for each in await list_saved_methods(session, visit.member.id)
            if (prechecks.card_expiry_date(each) or self.first_run_day()) >= self.first_run_day()
        }
        return usable.get(parse_id(typed) or 0)

    async def authorize_autopay(
        self, session: AsyncSession, visit: Visit, method: PaymentMethod, day: int | None
    ) -> str:
        """The authorization in the words of the talk, which are kept as the consent."""
        account, today = find_account(visit), self.backend.today()
        starts_on = await service.new_autopay_start(session, self.backend, account.id)
        coming = await service.forecast_next_run(session, self.backend, account.id, day, starts_on)
        return talk_words(
            "autopay",
            "utter_question_autopay_confirm",
            **self._name_terms(visit, account, method),
            when=format_run_day(day),
            starting=format_start(self.backend.coop, today, coming, starts_on),
        )

    async def authorize_draft(
        self, session: AsyncSession, visit: Visit, draft: LegacyDraft, method: PaymentMethod
    ) -> str:
        account, today = find_account(visit), self.backend.today()
        coming = await service.find_next_run(session, self.backend, draft)
        return talk_words(
            "bank_draft",
            "utter_question_draft_confirm",
            **self._name_terms(visit, account, method),
            starting=format_start(self.backend.coop, today, coming),
        )

    def _name_terms(self, visit: Visit, account: Account, method: PaymentMethod) -> dict[str, str]:
        return {
            "name": visit.member.name,
            "coop_name": self.backend.coop.name,
            "office_phone": self.backend.coop.office_phone_display,
            "account": account.number,
            "method": method.label,
            "fee_words": format_fee(self.backend.coop, method),
            "today": format_long_date(self.backend.today()),
        }

    async def word_ending(
        self, session: AsyncSession, account: Account, row: AutoPay | LegacyDraft, skill: str, response: str
    ) -> str:
        """The question before it is turned off; it says so where the next run is too near to be stopped."""
        today = self.backend.today()
        coming = await service.find_next_run(session, self.backend, row)
        late = await service.find_effective_date(session, self.backend, row) > today
        return talk_words(
            skill,
            response,
            {"late": True} if late else None,
            account=account.number,
            next_day=format_day(coming.on, today) if coming else "",
        )

    async def list_notes(
        self, session: AsyncSession, account: Account, method: PaymentMethod, day: int | None
    ) -> list[str]:
        """What to know before a yes, as the talk says it."""
        today = self.backend.today()
        found = await find_cautions(session, self.backend, account.id, method, day)
        notes = [await self._tell_what_is_due(session, account, day, any_uncovered=bool(found.uncovered))]
        issued = await bills.list_bills(session, account.id)
        if day and issued and runs_after_due_date(day, issued[-1].issued_on, issued[-1].due_on):
            when = format_run_day(day)
            notes.append(
                tr("A payment {when} can come after your bill is due, and a late fee may then be added.", when=when)
            )
        if found.pending_cents:
            notes.append(_say("utter_autopay_note_pending", amount=format_cents(found.pending_cents)))
        if (item := found.scheduled) is not None:
            amount, on = format_cents(item.amount_cents), format_day(item.run_on, today)
            notes.append(_say("utter_autopay_note_scheduled", amount=amount, day=on))
        if found.uncovered:
            listed = join_words([format_bill(bill, cents, today) for bill, cents in found.uncovered])
            notes.append(_say("utter_autopay_note_uncovered", bills=listed))
        if found.expires_on:
            expires_on = format_day(found.expires_on, today)
            notes.append(_say("utter_autopay_note_expiring", method=method.label, day=expires_on))
        return [note for note in notes if note]

    async def _tell_what_is_due(
        self, session: AsyncSession, account: Account, day: int | None, *, any_uncovered: bool
    ) -> str:
        """What becomes of the bill that is due now: the first run with its amount as of now. Empty where a bill is
        left to the member, which a note of its own says."""
        starts_on = await service.new_autopay_start(session, self.backend, account.id)
        coming = await service.forecast_next_run(session, self.backend, account.id, day, starts_on)
        today = self.backend.today()
        if coming is not None and coming.amount_cents:
            taken = tr(
                "What is due now is paid by Auto Pay: {amount} on {day}, as of now.",
                amount=format_cents(coming.amount_cents),
                day=format_day(coming.on, today),
            )
            due_on = (await get_balance(session, self.backend, account.id)).due_on
            if due_on is None or coming.on <= due_on:
                return f"{taken} {tr('You need not pay it yourself.')}"
            late = tr(
                "Its due date is before that, {day}: to be on time, pay it yourself. What you have paid is not taken "
                "again.",
                day=format_day(due_on, today),
            )
            return f"{taken} {late}"
        return "" if any_uncovered else tr("Nothing is taken for now: Auto Pay begins with your next bill.")

    def render_check(
        self,
        request: Request,
        visit: Visit,
        words: str,
        *,
        heading: str,
        back: str,
        notes: Sequence[str] = (),
        fields: Mapping[str, object] | None = None,
        button: str = "",
        danger: bool = False,
    ) -> HTTPResponse:
        """The read-back: the words, and a form that stands for exactly them."""
        return self.render_page(
            "payments/agree.html",
            words=words,
            notes=notes,
            heading=heading,
            fields={**(fields or {}), "words": fingerprint(words), "account": find_account(visit).number},
            button=button or tr("I agree"),
            back=with_account(back, visit),
            danger=danger,
            changed=tr(CHANGED) if request.args.get("again") == "1" else "",
        )

    def render_refusal(self, refused: AutoPayRefused, visit: Visit, url: str) -> HTTPResponse:
        texts = [tr(REFUSALS.get(refused.code, OTHER_REFUSAL)), tr("Nothing was done.")]
        return self.render_notice(tr("This is not possible"), texts, status=409, again=with_account(url, visit))


def _say(response: str, **values: object) -> str:
    return talk_words("autopay", response, **values)


def wanted_terms(row: AutoPay | LegacyDraft) -> tuple[int, int | None]:
    """The method's id and the day of the month that the member wants, also where the change waits for a run."""
    if row.change_method_id is not None:
        return row.change_method_id, row.change_day_of_month if isinstance(row, AutoPay) else None
    return row.method_id, row.day_of_month


def read_done(request: Request) -> str:
    """What was just done, as the address says it: on or off."""
    done = str(request.args.get("done") or "")
    return done if done in ("on", "off") else ""
