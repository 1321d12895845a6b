"""Automatic payments (Auto Pay, bank draft, scheduled payments), and the saved methods they use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.account_question.question import AccountQuestion
from backend.autopay.formatting import format_next_run, format_ordinal, format_run_day
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.schedule import find_active, find_active_draft
from backend.autopay.service import NextRun, find_autopay, find_next_run, find_remaining_run
from backend.language import join_words, mark, tr
from backend.money import format_cents
from backend.payments import prechecks
from backend.payments.balances import list_scheduled
from backend.payments.models import PaymentMethod
from backend.payments.service import list_saved_methods
from backend.reading.dates.day_parsing import ParsedDay, parse_day

LAST_DAY_OF_EVERY_MONTH = 28
AUTOPAY, DRAFT, SCHEDULED, RETRY = "autopay", "draft", "scheduled", "retry"
AMOUNT_KNOWN_TEXTS = {
    AUTOPAY: mark("Auto Pay takes {amount} {when}."),
    DRAFT: mark("The bank draft takes {amount} {when}."),
    SCHEDULED: mark("A scheduled payment of {amount} goes out {when}."),
    RETRY: mark("An automatic payment of {amount} is tried again {when}."),
}
AMOUNT_UNKNOWN_TEXTS = {
    AUTOPAY: mark("Auto Pay runs next {when} and takes what is open then."),
    DRAFT: mark("The bank draft runs next {when} and takes what is open then."),
}


@dataclass(frozen=True, slots=True)
class UpcomingCharge:
    """An automatic charge `on` a day; `cents` is None when not known yet. `problem` is why its method cannot be
    charged then, if known."""

    kind: str
    on: date
    cents: int | None
    problem: str = ""


async def describe_autopay(asked: AccountQuestion) -> str:
    """Whether Auto Pay is on, how it pays, and when it runs next; or the bank draft in its place."""
    autopay = await find_autopay(asked.session, asked.account.id)
    if autopay is not None:
        return await _describe_enrollment(asked, autopay)
    draft = await find_active_draft(asked.session, asked.account.id)
    if draft is not None:
        return await _describe_draft(asked, draft)
    return tr("No, neither Auto Pay nor a bank draft is on for this account.")


async def describe_automatic_payments(asked: AccountQuestion) -> str:
    """The next charges; where the words name a day, whether there is a charge on it."""
    charges = await _upcoming_charges(asked)
    day = parse_day(asked.english_words, asked.today, asked=False)
    if isinstance(day, ParsedDay):
        on_day = [one for one in charges if one.on == day.day]
        if on_day:
            return " ".join([tr("Yes."), *_format_charges(asked, on_day)])
        none = tr("No, nothing is set to go out {when}.", when=asked.format_when(day.day))
        return " ".join([none, *_format_charges(asked, charges[:1])])
    if charges:
        return " ".join(_format_charges(asked, charges[:2]))
    autopay = await find_autopay(asked.session, asked.account.id)
    standing = autopay or await find_active_draft(asked.session, asked.account.id)
    if standing is None:
        return tr("Nothing goes out by itself: there is no Auto Pay, no bank draft and no scheduled payment.")
    if not standing.is_wanted:  # it ends before it would run again
        return tr("Nothing more is set to go out by itself.")
    return tr("Nothing is set to be taken now; your next bill is taken on its due date.")


async def describe_next_charge(asked: AccountQuestion) -> list[str]:
    """A sentence about the next charge of any kind, if there is one."""
    return _format_charges(asked, (await _upcoming_charges(asked))[:1])


async def describe_next_automatic_charge(asked: AccountQuestion) -> list[str]:
    """A sentence about the next charge by Auto Pay or the bank draft, if there is one."""
    return _format_charges(asked, [one for one in await _upcoming_charges(asked) if one.kind in (AUTOPAY, DRAFT)][:1])


async def describe_short_month(asked: AccountQuestion) -> str | None:
    """What Auto Pay does in a month that lacks its day; None without Auto Pay."""
    row = await find_autopay(asked.session, asked.account.id)
    if row is None:
        return None
    day = row.day_of_month if row.active else row.change_day_of_month
    if day is None:
        return tr("Your Auto Pay runs on the due date of each bill, so a short month changes nothing.")
    if day <= LAST_DAY_OF_EVERY_MONTH:
        return tr("Your Auto Pay runs on the {day}, which every month has.", day=format_ordinal(day))
    answer = tr(
        "Your Auto Pay is set for the {day}; in a shorter month it runs on the last day.", day=format_ordinal(day)
    )
    return f"{answer} {format_next_run(await find_next_run(asked.session, asked.backend, row), asked.today)}"


async def _describe_enrollment(asked: AccountQuestion, row: AutoPay) -> str:
    coming = await find_next_run(asked.session, asked.backend, row)
    if not row.active and row.change_on and row.change_method_id:  # replaces a bank draft after its last run
        method = await asked.session.get_one(PaymentMethod, row.change_method_id)
        answer = tr(
            "Auto Pay is set up and begins on {day}: it pays from {method} {when}.",
            day=asked.format_day(row.change_on),
            method=method.label,
            when=format_run_day(row.change_day_of_month),
        )
        return answer + _format_method_problem(asked, method, coming)
    method = await asked.session.get_one(PaymentMethod, row.method_id)
    if row.change_on and not row.is_wanted:
        remaining = await find_remaining_run(asked.session, asked.backend, row)
        ends_on = asked.format_day(row.change_on)
        if remaining is None:
            return tr("Auto Pay was turned off and ends on {day}; nothing runs before that.", day=ends_on)
        answer = tr("Auto Pay was turned off and ends on {day}; a run before that still happens.", day=ends_on)
        return f"{answer} {format_next_run(remaining, asked.today)}"
    answer = tr(
        "Yes, Auto Pay is on: it pays from {method} {when}.", method=method.label, when=format_run_day(row.day_of_month)
    )
    answer = f"{answer} {format_next_run(coming, asked.today)}"
    if row.change_on and row.change_method_id:
        new_method = await asked.session.get_one(PaymentMethod, row.change_method_id)
        answer += " " + tr(
            "From {day} on it pays from {method} {when}.",
            day=asked.format_day(row.change_on),
            method=new_method.label,
            when=format_run_day(row.change_day_of_month),
        )
    return answer + _format_method_problem(asked, method, coming)


async def _describe_draft(asked: AccountQuestion, row: LegacyDraft) -> str:
    coming = await find_next_run(asked.session, asked.backend, row)
    method = await asked.session.get_one(PaymentMethod, row.method_id)
    answer = tr(
        "Auto Pay is not on, but a bank draft is: it takes each bill on its due date from {method}.",
        method=method.label,
    )
    ends = ""
    if row.change_on and not row.is_wanted:
        ends = " " + tr("It was removed and ends on {day}.", day=asked.format_day(row.change_on))
    return f"{answer} {format_next_run(coming, asked.today)}{ends}" + _format_method_problem(asked, method, coming)


def _format_method_problem(asked: AccountQuestion, method: PaymentMethod, coming: NextRun | None) -> str:
    """A sentence if the card expires before the next run: better to learn now than after it failed."""
    why = prechecks.find_method_problem(asked.account, method, coming.on if coming else asked.today)
    return " " + tr("It cannot run like this: {why}.", why=why) if why else ""


async def _upcoming_charges(asked: AccountQuestion) -> list[UpcomingCharge]:
    """All known future charges, the next one first."""
    account_id = asked.account.id
    found = [
        UpcomingCharge(
            SCHEDULED,
            item.run_on,
            item.amount_cents + item.fee_cents,
            await _method_problem(asked, item.method_id, item.run_on),
        )
        for item in await list_scheduled(asked.session, account_id)
    ]
    waiting = select(AutomaticDraft).where(AutomaticDraft.account_id == account_id, AutomaticDraft.status == "retry")
    found += [
        UpcomingCharge(RETRY, draft.retry_on, draft.amount_cents)
        for draft in await asked.session.scalars(waiting)
        if draft.retry_on
    ]
    draft_pays = False
    for row in (await find_active_draft(asked.session, account_id), await find_autopay(asked.session, account_id)):
        coming = await find_next_run(asked.session, asked.backend, row) if row else None
        if row is None or coming is None:
            continue
        is_changed = row.change_on is not None and coming.on >= row.change_on
        if is_changed and not row.is_wanted:
            continue  # it has ended by then
        method_id = row.method_id
        if is_changed and isinstance(row, AutoPay) and row.change_method_id is not None:
            method_id = row.change_method_id
        # a draft pays what is due now, until Auto Pay replaces it
        cents = None if draft_pays else coming.amount_cents
        problem = await _method_problem(asked, method_id, coming.on)
        found.append(UpcomingCharge(row.kind, coming.on, cents, problem))
        draft_pays = row.kind == DRAFT
    return sorted(found, key=lambda charge: (charge.on, charge.kind == DRAFT))


async def _method_problem(asked: AccountQuestion, method_id: int, on: date) -> str:
    return prechecks.find_method_problem(asked.account, await asked.session.get_one(PaymentMethod, method_id), on) or ""


def _format_charges(asked: AccountQuestion, charges: Sequence[UpcomingCharge]) -> list[str]:
    """Amount and day of each; names an expired card, or the member would think the bill paid."""
    sentences = []
    for charge in charges:
        when = asked.format_when(charge.on)
        if charge.cents:
            sentences.append(tr(AMOUNT_KNOWN_TEXTS[charge.kind], amount=format_cents(charge.cents), when=when))
        else:
            sentences.append(tr(AMOUNT_UNKNOWN_TEXTS[charge.kind], when=when))
        if charge.problem:
            sentences[-1] += " " + tr("It cannot run like this: {why}.", why=charge.problem)
    return sentences


async def describe_saved_methods(asked: AccountQuestion) -> str:
    """The cards and bank accounts on file, by their last four; which have expired, and which pays automatically."""
    methods = await list_saved_methods(asked.session, asked.account.member_id)
    if not methods:
        return tr("No card and no bank account is saved on your account.")
    labels = [_format_method(asked, method) for method in methods]
    answer = tr("Saved on your account: {methods}.", methods=join_words(labels))
    automatic = await find_active(asked.session, asked.account.id)
    if automatic is None:
        return answer
    method = await asked.session.get_one(PaymentMethod, automatic.method_id)
    if method.member_id != asked.account.member_id:  # another member's method must not be shown
        return answer
    return f"{answer} {tr('Your bills are paid by themselves from {method}.', method=method.label)}"


def _format_method(asked: AccountQuestion, method: PaymentMethod) -> str:
    ends = prechecks.card_expiry_date(method)
    if ends is None:
        return method.label
    if ends < asked.today:
        return tr("{method}, which has expired", method=method.label)
    return tr("{method}, good through {month}/{year}", method=method.label, month=ends.month, year=ends.year)
