"""PAY as the answer to a reminder: what is owed now is read back, and a second PAY pays it.

Only with a standing authorization; without one the dialogue takes the payment of that account, and asks who it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.figures import format_as_of
from backend.billing.models import Account
from backend.language import ENGLISH, SPANISH, current_language, tr
from backend.members.levels import Level, StepUpNeeded
from backend.members.service import reload_account
from backend.money import format_cents
from backend.payments import confirm, prechecks, quotes
from backend.payments.balances import Balance, get_balance
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.models import PaymentMethod
from backend.payments.outcome import PaymentOutcome
from backend.providers.billing.base import FiguresUnknown
from backend.text_pay.offers import Candidate
from backend.text_pay.service import end_broken, find_standing
from backend.text_pay.turns import STEP, Answer, ForDialogue, TextTurn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.payments.quotes import ReadBack

PAY_IN_WORDS = {ENGLISH: "pay my whole bill, account {number}", SPANISH: "pagar toda mi factura, cuenta {number}"}
"""What the dialogue is told in place of PAY: it must be about this account and no other."""
CONFIRM, PAID, WHICH = "confirm", "paid", "which"
READING_TIME = timedelta(seconds=3)
"""A PAY within this time of the read-back was sent before it was read: the thumb hit twice, or the carrier was slow."""


async def open_payment(turn: TextTurn, account: Account) -> Answer | ForDialogue:
    """Read back what the account owes now, or leave the payment to the dialogue."""
    backend = turn.backend
    in_words = ForDialogue(PAY_IN_WORDS[current_language()].format(number=account.number))
    await backend.billing.refresh(backend.db, account.id)
    async with backend.db.read_session() as session:
        standing = await find_standing(session, backend, account, turn.phone)
        method_id = standing.method_id if standing else None
    if method_id is None:
        await end_broken_at_phone(turn, account)
        return in_words
    async with backend.db.read_session() as session:
        try:
            owed = await get_balance(session, backend, account.id)
        except FiguresUnknown:
            return in_words
        if owed.prepaid is None and owed.uncovered_cents <= 0:
            return Answer(_format_nothing_due(account, owed))
        if owed.prepaid is not None or await _must_be_told(session, turn, account, owed, method_id):
            return in_words
    try:
        quote = await quotes.make_quote(
            backend,
            turn.conversation_id,
            account_id=account.id,
            amount_cents=owed.uncovered_cents,
            method_id=method_id,
            pay_on=backend.today(),
            level=Level.KNOWN,
            texting=True,
        )
    except (MethodNotUsable, PaymentRefused, StepUpNeeded):
        return in_words
    async with backend.db.read_session() as session:
        read_back = await quotes.read_back_quote(session, quote)
    words = _format_read_back(turn, account, read_back)
    return Answer(words, {STEP: CONFIRM, "quote": quote.key, "account": account.id})


async def _must_be_told(session: AsyncSession, turn: TextTurn, account: Account, owed: Balance, method_id: int) -> bool:
    """Whether there is anything to know before paying, such as a draft on its way: that takes a conversation."""
    method = await session.get_one(PaymentMethod, method_id)
    today = turn.backend.today()
    return bool(
        await prechecks.find_warnings(session, turn.backend, account, owed.uncovered_cents, today, method=method)
    )


async def confirm_payment(turn: TextTurn) -> Answer | ForDialogue:
    """Pay what was read back; the same again comes to the same payment."""
    backend, last = turn.backend, turn.last
    assert last is not None
    if turn.at < last.at + READING_TIME:
        return Answer(last.words, last.state)
    key = str(turn.open_value("quote"))
    async with backend.db.read_session() as session:
        account = await reload_account(session, int(turn.open_value("account")))
        is_repeat = await quotes.is_confirmed(session, turn.conversation_id, key)
        allowed = account is not None and await find_standing(session, backend, account, turn.phone) is not None
    if account is None or not (allowed or is_repeat):
        await end_broken_at_phone(turn, account)
        await drop_quotes(turn)
        return ForDialogue(turn.text)
    outcome = await confirm.confirm_quote(
        backend, key, conversation_id=turn.conversation_id, channel="sms", wording=last.words, reply=turn.text
    )
    if outcome.kind in ("changed", "expired"):
        return await _read_back_again(turn, account)
    words = await _format_outcome(turn, account, outcome)
    return Answer(words, {STEP: PAID} if outcome.kind in ("paid", "already", "pending") else {})


async def _read_back_again(turn: TextTurn, account: Account) -> Answer | ForDialogue:
    """Nothing was paid: what was read back is not true any more, or was read too long ago."""
    again = await open_payment(turn, account)
    if isinstance(again, ForDialogue):
        return again
    return Answer(f"{tr('Nothing was paid yet.')} {again.words}", again.state)


async def end_broken_at_phone(turn: TextTurn, account: Account | None = None) -> None:
    """End what a PAY could not use, at this phone and of this account."""
    async with turn.backend.db.transaction() as session:
        await end_broken(session, turn.backend, turn.phone, account.id if account else None, turn.conversation_id)


async def drop_quotes(turn: TextTurn) -> None:
    """A later yes must not pay what was read back before."""
    async with turn.backend.db.transaction() as session:
        await quotes.expire_open_quotes(session, turn.backend, turn.conversation_id)


def ask_which(candidates: Sequence[Candidate]) -> Answer:
    """Ask which account is meant. The answer goes to the phone on file, which knows the places."""
    choices = []
    for one in candidates:
        place = one.account.short_place
        choices.append(f"PAY {one.account.number[-5:]}" + (f" ({place})" if place else ""))
    return Answer(tr("Which account? Reply one of these: {choices}.", choices=", ".join(choices)), {STEP: WHICH})


def _format_read_back(turn: TextTurn, account: Account, read_back: ReadBack) -> str:
    backend = turn.backend
    fee = read_back.fee_cents
    words = tr(
        "Please check: pay {total} today with {method}, acct {account}. {fee_words} Reply PAY to do it, NO to leave "
        "it.",
        total=format_cents(read_back.total_cents),
        method=read_back.method,
        account=account.masked_number,
        fee_words=tr("That includes a fee of {fee}.", fee=format_cents(fee)) if fee else tr("There is no fee."),
    )
    if read_back.as_of is None:
        return words
    when = format_as_of(read_back.as_of, backend.clock.now(), backend.coop.zone)
    return f"{tr('What is owed is as of {when}.', when=when)} {words}"


def _format_nothing_due(account: Account, owed: Balance) -> str:
    values = {"account": account.masked_number}
    if owed.amount_due_cents > 0:
        return tr("All of acct {account} is paid by what is on its way or set already. I took nothing.", **values)
    return tr("Nothing is due on acct {account} now. I took nothing.", **values)


async def _format_outcome(turn: TextTurn, account: Account, outcome: PaymentOutcome) -> str:
    made = outcome.payment
    assert made is not None  # pay_on is today
    async with turn.backend.db.read_session() as session:
        method = await session.get_one(PaymentMethod, made.method_id)
    values = {
        "total": format_cents(made.total_cents),
        "method": method.label,
        "account": account.masked_number,
        "number": made.confirmation,
    }
    if outcome.kind == "declined":
        return tr(
            "{method} was declined, so nothing is paid. To pay another way, write PAY MY BILL, or call {phone}.",
            method=method.label,
            phone=turn.backend.coop.office_phone_display,
        )
    if outcome.kind == "pending":
        return tr(
            "The bank has not answered yet. Nothing is taken twice, and a text tells how it ends. Your number is "
            "{number}.",
            number=made.confirmation,
        )
    if outcome.kind == "already":
        return tr("That is paid already: {total} from {method}, acct {account}. Your number is {number}.", **values)
    return tr("Thank you. {total} is paid from {method}, acct {account}. Your number is {number}.", **values)
