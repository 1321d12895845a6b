"""What is typed on the page that makes a payment: which accounts, how much, when, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sanic import Request

from backend.app import Backend
from backend.billing.models import Account
from backend.language import tr
from backend.money import format_cents
from backend.payments.balances import Balance
from backend.payments.group_quotes import MOST_ACCOUNTS, Share
from backend.payments.prechecks import PaymentWarning
from bot.portal import pay_texts
from bot.portal.payments.base import MethodChoice, format_input, parse_amount, parse_day
from bot.web.numbers import parse_id
from bot.web.pages import form_field, translate_markup

NEW_METHOD = "new"
TODAY, LATER = "today", "later"
AHEAD_FIELD = "ahead"
"""The hidden field of a page that says that nothing is due and that what is paid becomes a credit."""
DAY_PROBLEMS = ("day_past", "day_too_far")
METHOD_PROBLEMS = ("method_expired", "method_removed")


class OwedOn(NamedTuple):
    """An account, what it owes (None where that is not known), and what its arrangement asks for: in words, and the
    cents of the next part that are still to be paid (0 without an arrangement that holds)."""

    account: Account
    balance: Balance | None
    plan_due: str = ""
    next_part_cents: int = 0


@dataclass(frozen=True)
class PayLine:
    """One account on the form. `balance` is None where its figures are not known; `typed` is the amount's field;
    `plan_due` says what is due by the arrangement that holds, `next_part_cents` how much of its next part."""

    account: Account
    balance: Balance | None
    chosen: bool
    typed: str
    plan_due: str = ""
    next_part_cents: int = 0

    @property
    def due_cents(self) -> int:
        """What is still to be paid, less what is on its way or scheduled; zero for a credit."""
        return max(self.balance.uncovered_cents, 0) if self.balance and not self.balance.prepaid else 0

    @property
    def owes_nothing(self) -> bool:
        """Whether what is paid becomes a credit."""
        return self.balance is not None and self.balance.owes_nothing

    @property
    def first_cents(self) -> int:
        """What is filled in: the arrangement's next part where one holds, else all that is due."""
        return min(self.next_part_cents, self.due_cents) or self.due_cents

    @property
    def all_typed(self) -> str:
        """All that is due as the field takes it, where only a part is filled in; else empty."""
        return format_input(self.due_cents) if self.first_cents < self.due_cents else ""


@dataclass
class PayForm:
    """What was typed, and `errors` by the name of the field. `shares`, `pay_on` and `method_id` count without errors.

    `method_id` is None for a new card or bank account. `ahead`: the page said that nothing is due on the account, and
    that what is paid becomes a credit.
    """

    lines: list[PayLine]
    when: str
    day: str
    method: str
    errors: dict[str, str] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)
    pay_on: date = date.min
    method_id: int | None = None
    ahead: bool = False


def open_form(
    accounts: Sequence[OwedOn],
    methods: Sequence[MethodChoice],
    chosen: Account,
    *,
    named: bool,
    amount: str = "",
    day: str = "",
) -> PayForm:
    """The form before anything was typed: what is due, today, with the preferred method.

    A page that leads here may name the `amount` of the `chosen` account and the `day`; who pays can change both.
    Where no account was `named`, all that owe something are ticked; a new card can pay one alone.
    """
    method = next((str(method.id) for method in methods if method.usable), NEW_METHOD)
    lines = [_open_line(owed, owed.account.id == chosen.id, "") for owed in accounts]
    owing = {line.account.id for line in lines if line.due_cents}
    if not named and method != NEW_METHOD and 0 < len(owing) <= MOST_ACCOUNTS:
        lines = [replace(line, chosen=line.account.id in owing) for line in lines]
    lines = [replace(line, typed=_prefill(line.first_cents)) for line in lines]
    if parse_amount(amount):
        lines = [replace(line, typed=amount) if line.account.id == chosen.id else line for line in lines]
    later = parse_day(day)
    return PayForm(lines, LATER if later else TODAY, later.isoformat() if later else "", method)


def _open_line(owed: OwedOn, chosen: bool, typed: str) -> PayLine:
    return PayLine(owed.account, owed.balance, chosen, typed, owed.plan_due, owed.next_part_cents)


def _prefill(due_cents: int) -> str:
    return format_input(due_cents) if due_cents else ""


def read_form(
    request: Request,
    backend: Backend,
    accounts: Sequence[OwedOn],
    methods: Sequence[MethodChoice],
    named: Account,
) -> PayForm:
    """The posted form. With one account it is paid; with several those that were ticked, or the `named` one alone."""
    form_fields: Any = request.get_form() or {}
    ticked = set(form_fields.getlist("pay") or ()) if form_fields else set()
    is_marked = form_field(request, "several") == "1"
    lines = []
    for owed in accounts:
        account = owed.account
        chosen = account.number in ticked if is_marked else account.id == named.id
        typed = form_field(request, f"amount-{account.number}" if is_marked else "amount")[:20]
        lines.append(_open_line(owed, chosen, typed))
    # the amount of an account that is not ticked is not sent: it is there again where it is ticked then
    lines = [line if line.chosen or line.typed else replace(line, typed=_prefill(line.first_cents)) for line in lines]
    form = PayForm(lines, form_field(request, "when") or TODAY, form_field(request, "day")[:20], "")
    form.method = form_field(request, "method")[:12]
    alone = [line for line in lines if line.chosen]
    # beside each of several accounts the page says what becomes of a payment where nothing is due
    is_told = is_marked and len(alone) == 1 and alone[0].owes_nothing
    form.ahead = is_told or form_field(request, AHEAD_FIELD) == "1"
    _read_shares(form)
    _read_day(form, backend)
    _read_method(form, methods)
    return form


def name_amount(form: PayForm, line: PayLine) -> str:
    """The name of the amount's field: with several accounts each has its own."""
    return f"amount-{line.account.number}" if len(form.lines) > 1 else "amount"


def _read_shares(form: PayForm) -> None:
    for line in form.lines:
        if not line.chosen:
            continue
        cents = parse_amount(line.typed)
        if not cents:
            form.errors[name_amount(form, line)] = tr("An amount in dollars, please, such as 112.40.")
            continue
        form.shares.append(Share(line.account.id, cents))
    if not any(line.chosen for line in form.lines):
        form.errors["pay"] = tr("Please choose an account to pay.")
    elif len(form.shares) > MOST_ACCOUNTS:
        form.errors["pay"] = tr("We can take {count} accounts at once; please choose fewer.", count=MOST_ACCOUNTS)


def _read_day(form: PayForm, backend: Backend) -> None:
    today, last = backend.today(), backend.today() + timedelta(days=backend.coop.schedule_days)
    if form.when != LATER:
        form.pay_on = today
        return
    day = parse_day(form.day)
    if day is None or not today < day <= last:
        form.errors["day"] = tr(
            "Please choose a day from {first} to {last}.",
            first=pay_texts.format_day_with_year(today + timedelta(days=1)),
            last=pay_texts.format_day_with_year(last),
        )
        return
    form.pay_on = day


def _read_method(form: PayForm, methods: Sequence[MethodChoice]) -> None:
    if form.method == NEW_METHOD:
        if len(form.shares) > 1:
            form.errors["method"] = translate_markup(
                'A new card or bank account pays one account at a time. <a href="/portal/methods">Save it first</a>, '
                "then it pays them all; or choose one account."
            )
        return
    chosen = next((method for method in methods if method.id == parse_id(form.method)), None)
    if chosen is None:
        form.errors["method"] = tr("Please choose what to pay with.")
    elif not chosen.usable:
        form.errors["method"] = tr("{method} has expired. Please choose another.", method=chosen.label)
    else:
        form.method_id = chosen.id


def add_refusals(form: PayForm, backend: Backend, warnings: Sequence[PaymentWarning]) -> None:
    """What forbids the payment, beside the field that it is about."""
    for warning in warnings:
        first = next((line for line in form.lines if line.chosen), form.lines[0])
        name = name_amount(form, first)
        if warning.code in DAY_PROBLEMS:
            name = "day"
        elif warning.code in METHOD_PROBLEMS:
            name = "method"
        words = pay_texts.format_warning(backend.coop, warning)
        if warning.code == "nothing_due" and len(form.shares) > 1:
            words = f"{words} {tr('To pay it ahead, choose it alone.')}"
        form.errors.setdefault(name, words)


def format_fee_note(backend: Backend, kind: str) -> str:
    fee = backend.coop.fee_cents(kind)
    return tr("Fee {amount}", amount=format_cents(fee)) if fee else tr("No fee")
