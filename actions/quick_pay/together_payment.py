"""The quote and the payment of several accounts at once, and what is told of them, looked up from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from actions.base import SlotQuestion
from actions.formatting import format_on_day
from actions.quick_pay.questions import CONFIRMED_QUOTE, DAY, METHOD
from actions.quick_pay.together import (
    MOST_PLACES_WITH_NUMBER,
    LeftOut,
    Line,
    format_account,
    format_lines,
    format_remarks,
)
from actions.turn import Turn
from backend.billing.models import Account
from backend.language import format_day, join_words, tr
from backend.members.identity import Identity
from backend.members.levels import StepUpNeeded
from backend.money import format_cents
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.group_confirm import GroupOutcome, confirm_group, outcome_of
from backend.payments.group_quotes import Share, make_group_quote
from backend.payments.groups import find_group_key, list_made
from backend.payments.models import PENDING_STATUSES, Payment, PaymentMethod, Quote, ScheduledPayment

QUOTE, LINES = "pay_quote", "together_lines"
READ_BACK = "utter_question_pay_together"


async def create_group_quote(turn: Turn) -> None:
    """Make the quotes that are read back together; they are good for ten minutes and one yes."""
    identity = await turn.identity()
    lines: Sequence[Line] = turn.notes[LINES]
    try:
        key = await make_group_quote(
            turn.backend,
            turn.conversation_id,
            shares=[Share(line.account.id, line.amount_cents) for line in lines],
            method_id=int(turn.get(METHOD)),
            pay_on=date.fromisoformat(turn.get(DAY)),
            level=identity.level,
            texting=identity.is_texting,
        )
    except (MethodNotUsable, PaymentRefused, StepUpNeeded):
        turn.clear(QUOTE, METHOD)  # the questions come again, and tell what is wrong
        return
    turn.set(QUOTE, key)


def is_still_quoted(quotes: Sequence[Quote], lines: Sequence[Line]) -> bool:
    """Whether the quotes are of these accounts and amounts."""
    return [(each.account_id, each.amount_cents) for each in quotes] == [
        (line.account.id, line.amount_cents) for line in lines
    ]


async def build_group_question(
    turn: Turn, identity: Identity, quotes: Sequence[Quote], lines: Sequence[Line], left_out: Sequence[LeftOut]
) -> SlotQuestion:
    """The read-back of all of them: each with its amount, the total with the fees, the method and the day."""
    method = await turn.session.get_one(PaymentMethod, quotes[0].method_id)
    fee = sum(each.fee_cents for each in quotes)
    fee_words = tr("That includes a fee of {fee}.", fee=format_cents(fee)) if fee else tr("There is no fee.")
    remarks = format_remarks(identity, lines, left_out)
    values = {
        "lines": format_lines(turn, lines),
        "total": format_cents(sum(each.amount_cents for each in quotes) + fee),
        "when": format_on_day(quotes[0].pay_on, turn.backend.today()),
        "method": method.label,
        "fee_words": " ".join(filter(None, [fee_words, remarks])),
    }
    return SlotQuestion(CONFIRMED_QUOTE, READ_BACK, values, is_new=True)


async def confirm_together(turn: Turn, key: str) -> GroupOutcome:
    """Pay by the quotes that the member said yes to."""
    return await confirm_group(
        turn.backend,
        key,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        wording=turn.last_text_of(READ_BACK),
        reply=turn.exact_reply,
    )


async def tell_declined(turn: Turn, session: AsyncSession, outcome: GroupOutcome) -> None:
    """Say which one was declined. Nothing is taken for any: all the others were released."""
    assert outcome.declined is not None
    account = await session.get_one(Account, outcome.declined.account_id)
    amount = format_cents(outcome.declined.total_cents)
    named = format_account(turn, account)
    turn.utter(
        "utter_told",
        told=tr(
            "Nothing was taken for any account, as the {amount} for {account} was declined.",
            amount=amount,
            account=named,
        ),
    )


async def tell_outcome(turn: Turn, session: AsyncSession, outcome: GroupOutcome) -> None:
    """Tell what became of each payment."""
    made = outcome.made
    total = format_cents(sum(item.amount_cents + item.fee_cents for item in made))
    lines = await _list_outcomes(turn, session, made)
    if outcome.kind == "paid":
        method = await session.get_one(PaymentMethod, made[0].method_id)
        turn.utter("utter_pay_together_done", total=total, method=method.label, lines=lines)
    elif outcome.kind == "scheduled":
        assert isinstance(made[0], ScheduledPayment)
        method = await session.get_one(PaymentMethod, made[0].method_id)
        day = format_day(made[0].run_on, turn.backend.today())
        turn.utter("utter_pay_together_scheduled", total=total, method=method.label, lines=lines, day=day)
    elif outcome.kind == "pending":
        await _tell_in_part(turn, session, made)
        turn.utter(
            "utter_told",
            told=tr("A message follows when that is settled; it is taken once at most. Please do not pay it again."),
        )
    elif outcome.kind == "partly":
        await _tell_in_part(turn, session, made)
    else:
        turn.utter("utter_told", told=tr("That is done already, once: {total}. {lines}.", total=total, lines=lines))


async def tell_group_of(turn: Turn, made: Payment | ScheduledPayment) -> bool:
    """Tell what became of the group of a payment that was made just now. False if it is in none."""
    key = await find_group_key(turn.session, made)
    if key is None:
        return False
    await tell_outcome(turn, turn.session, outcome_of(await list_made(turn.session, key), repeated=True))
    return True


async def _tell_in_part(turn: Turn, session: AsyncSession, made: Sequence[Payment | ScheduledPayment]) -> None:
    """Which were taken, which were not, and of which it is not known yet."""
    taken = [item for item in made if item.status in ("posted", "returned")]
    unknown = [item for item in made if item.status in PENDING_STATUSES]
    refused = [item for item in made if item not in taken and item not in unknown]
    for text, items in (
        (tr("Paid: {lines}."), taken),
        (tr("Not paid, and nothing taken: {lines}."), refused),
        (tr("The payment network has not answered yet for {lines}."), unknown),
    ):
        if items:
            turn.utter("utter_told", told=text.format(lines=await _list_outcomes(turn, session, items)))


async def _list_outcomes(turn: Turn, session: AsyncSession, made: Sequence[Payment | ScheduledPayment]) -> str:
    """`barn (..9-002) $62.18, number K7M-4Q2`, of each. By phone at most two numbers are read out."""
    told = []
    for item in made:
        account = await session.get_one(Account, item.account_id)
        named = format_account(turn, account, len(made))
        if turn.channel != "voice":
            amount = format_cents(item.amount_cents)
            told.append(f"{named} {amount}, {tr('number {number}', number=item.confirmation)}")
        elif len(made) <= MOST_PLACES_WITH_NUMBER:
            told.append(f"{named}, {tr('number {number}', number=item.confirmation)}")
        else:
            told.append(named)
    # a number is said twice where its clause ends
    names_only = turn.channel == "voice" and len(made) > MOST_PLACES_WITH_NUMBER
    return join_words(told) if names_only else "; ".join(told)
