"""What goes out by itself: Auto Pay, a bank draft, a scheduled payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.account_questions.asked import Asked
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.schedule import active_draft
from backend.autopay.service import NextRun, autopay_of, last_run_before_the_end, next_of
from backend.autopay.words import next_words, ordinal, when
from backend.billing import service as billing
from backend.language import SPANISH, current, mark, tr
from backend.money import format_cents
from backend.payments import gate
from backend.payments.models import PaymentMethod
from backend.reading.day import Day, read_day
from backend.reading.spanish.gloss import glossed

LAST_DAY_OF_EVERY_MONTH = 28
AUTOPAY, DRAFT, SCHEDULED, RETRY = "autopay", "draft", "scheduled", "retry"
KNOWN = {
    AUTOPAY: mark("Auto Pay takes {amount} {when}."),
    DRAFT: mark("The bank draft takes {amount} {when}."),
    SCHEDULED: mark("A scheduled payment of {amount} goes out {when}."),
    RETRY: mark("An automatic payment of {amount} is tried again {when}."),
}
UNKNOWN = {
    AUTOPAY: mark("Auto Pay runs next {when} and takes what is open then."),
    DRAFT: mark("The bank draft runs next {when} and takes what is open then."),
}


@dataclass(frozen=True, slots=True)
class Going:
    """Money that goes out by itself `on` a day; the cents are None when they are not known yet. `trouble` is why its
    card or account cannot be charged on that day, empty when nothing is known against it."""

    kind: str
    on: date
    cents: int | None
    trouble: str = ""


async def autopay_status(asked: Asked) -> str:
    """Whether Auto Pay is on, how it pays, and when it runs next; or the bank draft in its place."""
    autopay = await autopay_of(asked.session, asked.account.id)
    if autopay is not None:
        return await _autopay(asked, autopay)
    draft = await active_draft(asked.session, asked.account.id)
    if draft is not None:
        return await _draft(asked, draft)
    return tr("No, neither Auto Pay nor a bank draft is on for this account.")


async def next_automatic(asked: Asked) -> str:
    """What goes out next and when; where the words name a day, whether anything goes out on it."""
    going = await _going(asked)
    day = read_day(glossed(asked.words) if current() == SPANISH else asked.words, asked.today, asked=False)
    if isinstance(day, Day):
        then = [one for one in going if one.on == day.on]
        if then:
            return " ".join([tr("Yes."), *_in_words(asked, then)])
        said = [tr("No, nothing is set to go out {when}.", when=asked.when(day.on)), *_in_words(asked, going[:1])]
        return " ".join(said)
    if going:
        return " ".join(_in_words(asked, going[:2]))
    standing = await _standing(asked)
    if standing is not None and not standing.wanted:  # it ends before it would run again
        return tr("Nothing more is set to go out by itself.")
    if standing is not None:
        return tr("Nothing is set to be taken now; your next bill is taken on its due date.")
    return tr("Nothing goes out by itself: there is no Auto Pay, no bank draft and no scheduled payment.")


async def taken_by_itself(asked: Asked) -> list[str]:
    """A sentence about what goes out next by itself; none when nothing does."""
    return _in_words(asked, (await _going(asked))[:1])


async def taken_automatically(asked: Asked) -> list[str]:
    """A sentence about what Auto Pay or the bank draft takes next; none when neither does."""
    return _in_words(asked, [one for one in await _going(asked) if one.kind in (AUTOPAY, DRAFT)][:1])


async def short_month(asked: Asked) -> str | None:
    """What Auto Pay does in a month that lacks its day; None without Auto Pay."""
    row = await autopay_of(asked.session, asked.account.id)
    if row is None:
        return None
    day = row.day_of_month if row.active else row.change_day_of_month
    if day is None:
        return tr("Your Auto Pay runs on the due date of each bill, so a short month changes nothing.")
    if day <= LAST_DAY_OF_EVERY_MONTH:
        return tr("Your Auto Pay runs on the {day}, which every month has.", day=ordinal(day))
    said = tr("Your Auto Pay is set for the {day}; in a shorter month it runs on the last day.", day=ordinal(day))
    return f"{said} {next_words(await next_of(asked.session, asked.backend, row), asked.today)}"


async def _autopay(asked: Asked, row: AutoPay) -> str:
    coming = await next_of(asked.session, asked.backend, row)
    if not row.active and row.change_on and row.change_method_id:  # takes the place of a draft after its last run
        method = await asked.session.get_one(PaymentMethod, row.change_method_id)
        said = tr(
            "Auto Pay is set up and begins on {day}: it pays from {method} {when}.",
            day=asked.day(row.change_on),
            method=method.label,
            when=when(row.change_day_of_month),
        )
        return said + _trouble(asked, method, coming)
    method = await asked.session.get_one(PaymentMethod, row.method_id)
    if row.change_on and not row.wanted:
        last = await last_run_before_the_end(asked.session, asked.backend, row)
        if last is None:
            return tr("Auto Pay was turned off and ends on {day}; nothing runs before that.", day=_day(asked, row))
        said = tr("Auto Pay was turned off and ends on {day}; a run before that still happens.", day=_day(asked, row))
        return f"{said} {next_words(last, asked.today)}"
    said = tr("Yes, Auto Pay is on: it pays from {method} {when}.", method=method.label, when=when(row.day_of_month))
    changed = await _change(asked, row)
    return f"{said} {next_words(coming, asked.today)}{changed}" + _trouble(asked, method, coming)


async def _change(asked: Asked, row: AutoPay) -> str:
    """What is agreed for later."""
    if not row.change_on or not row.change_method_id:
        return ""
    method = await asked.session.get_one(PaymentMethod, row.change_method_id)
    return " " + tr(
        "From {day} on it pays from {method} {when}.",
        day=_day(asked, row),
        method=method.label,
        when=when(row.change_day_of_month),
    )


async def _draft(asked: Asked, row: LegacyDraft) -> str:
    coming = await next_of(asked.session, asked.backend, row)
    method = await asked.session.get_one(PaymentMethod, row.method_id)
    said = tr(
        "Auto Pay is not on, but a bank draft is: it takes each bill on its due date from {method}.",
        method=method.label,
    )
    ends = ""
    if row.change_on and not row.wanted:
        ends = " " + tr("It was removed and ends on {day}.", day=_day(asked, row))
    return f"{said} {next_words(coming, asked.today)}{ends}" + _trouble(asked, method, coming)


def _day(asked: Asked, row: AutoPay | LegacyDraft) -> str:
    return asked.day(row.change_on) if row.change_on else ""


def _trouble(asked: Asked, method: PaymentMethod, coming: NextRun | None) -> str:
    """A card that has expired by the next run: better heard now than after it failed."""
    why = gate.unusable(asked.account, method, coming.on if coming else asked.today)
    return " " + tr("It cannot run like this: {why}.", why=why) if why else ""


async def _standing(asked: Asked) -> AutoPay | LegacyDraft | None:
    """What takes the account's bills now."""
    row = await autopay_of(asked.session, asked.account.id)
    return row or await active_draft(asked.session, asked.account.id)


async def _going(asked: Asked) -> list[Going]:
    """All that is known to go out, the next one first."""
    account_id = asked.account.id
    found = [
        Going(
            SCHEDULED,
            item.run_on,
            item.amount_cents + item.fee_cents,
            await _against(asked, item.method_id, item.run_on),
        )
        for item in await billing.scheduled(asked.session, account_id)
    ]
    waiting = select(AutomaticDraft).where(AutomaticDraft.account_id == account_id, AutomaticDraft.status == "retry")
    found += [
        Going(RETRY, draft.retry_on, draft.amount_cents)
        for draft in await asked.session.scalars(waiting)
        if draft.retry_on
    ]
    autopay = await autopay_of(asked.session, account_id)
    draft = await active_draft(asked.session, account_id)
    drafted: list[Going] = []
    if draft is not None:  # until Auto Pay has taken its place it is the draft that runs
        coming = await next_of(asked.session, asked.backend, draft)
        against = await _against(asked, draft.method_id, coming.on) if coming else ""
        drafted = _unless_ended(DRAFT, coming, None if draft.wanted else draft.change_on, against)
    if autopay is not None:
        coming = await next_of(asked.session, asked.backend, autopay)
        if coming and drafted:  # what is open now is the draft's to take
            coming = NextRun(coming.on)
        against = await _against(asked, _pays_then(autopay, coming.on), coming.on) if coming else ""
        found += _unless_ended(AUTOPAY, coming, None if autopay.wanted else autopay.change_on, against)
    return sorted(found + drafted, key=lambda one: one.on)


def _pays_then(row: AutoPay, on: date) -> int:
    """The method that Auto Pay charges on that day: what is agreed for later counts from its day on."""
    changed = row.change_on is not None and row.change_method_id is not None and on >= row.change_on
    return row.change_method_id if changed and row.change_method_id else row.method_id


async def _against(asked: Asked, method_id: int, on: date) -> str:
    return gate.unusable(asked.account, await asked.session.get_one(PaymentMethod, method_id), on) or ""


def _unless_ended(kind: str, coming: NextRun | None, ends_on: date | None, against: str) -> list[Going]:
    if coming is None or (ends_on is not None and coming.on >= ends_on):
        return []
    return [Going(kind, coming.on, coming.amount_cents, against)]


def _in_words(asked: Asked, going: Sequence[Going]) -> list[str]:
    return [_sentence(asked, one) for one in going]


def _sentence(asked: Asked, one: Going) -> str:
    """What goes out and when; a card that has expired by then is named, or the bill would be thought paid."""
    if one.cents:
        said = tr(KNOWN[one.kind], amount=format_cents(one.cents), when=asked.when(one.on))
    else:
        said = tr(UNKNOWN[one.kind], when=asked.when(one.on))
    return f"{said} {tr('It cannot run like this: {why}.', why=one.trouble)}" if one.trouble else said
