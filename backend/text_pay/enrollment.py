"""Setting text to pay up, by text: a code to the phone, the account, the method, the words, AGREE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.language import tr
from backend.members import codes
from backend.members.codes import CodeSent
from backend.members.levels import Level
from backend.members.models import Member
from backend.members.service import list_accounts_at_phone, reload_account
from backend.payments.models import PaymentMethod
from backend.payments.prechecks import find_method_problem
from backend.payments.service import list_saved_methods
from backend.reading.normalize import to_plain_text
from backend.reading.texts.pay_replies import asks_about_enrollment, is_agreement, read_yes_no
from backend.text_pay import service
from backend.text_pay.turns import STEP, Answer, TextTurn

CODE, ACCOUNT, METHOD, AGREE = "code", "account", "method", "agree"
STEPS = (CODE, ACCOUNT, METHOD, AGREE)
_NUMBER = re.compile(r"[0-9]+")
_EVERY_NAME = frozenset({"ending", "in", "card", "account", "bank"})
"""Words of names that tell nothing apart."""


async def begin(turn: TextTurn) -> Answer:
    """Send a code to the phone that asks. A sender can be forged; who has the code has the phone."""
    backend = turn.backend
    phone = backend.coop.office_phone_display
    async with backend.db.transaction() as session:
        accounts = await list_accounts_at_phone(session, turn.phone)
        members = {account.member_id: account.member for account in accounts}
        if len(members) != 1:
            # whether nobody or several have it is not said
            return Answer(tr("I can't set up text to pay for this phone. Our office can help: {phone}.", phone=phone))
        [member] = members.values()
        if not member.is_established("phone", backend.clock.now()):
            return Answer(tr("This phone was changed lately. Text to pay can be set up a day after that."))
        sent = await codes.send(session, backend, turn.conversation_id, member)
        if not isinstance(sent, CodeSent) or sent.channel != "text":
            return Answer(
                tr("I can't send another code now. Please try again in an hour, or call {phone}.", phone=phone)
            )
    return Answer(
        tr("To set up text to pay, reply with the code that I am texting you now."),
        {STEP: CODE, "member": member.id},
    )


async def go_on(turn: TextTurn) -> Answer | None:
    """The next step. None: the text is about something else, and the enrollment is over."""
    is_asked = turn.step == AGREE and asks_about_enrollment(turn.text)
    if turn.step != CODE and not is_asked and read_yes_no(turn.text) == "no":
        return Answer(tr("All right, text to pay is not set up."))
    if turn.step == CODE:
        return await _check_code(turn)
    async with turn.backend.db.read_session() as session:
        if turn.step == ACCOUNT:
            accounts = await _list_accounts(session, turn)
            names = [account.place_name for account in accounts]
            chosen = _pick(turn.text, [account.number_digits for account in accounts], names)
            return await _ask_method(session, turn, accounts[chosen]) if chosen is not None else None
        account = await reload_account(session, int(turn.open_value("account")))
        if account is None or account.member.phone != turn.phone:
            return None
        if turn.step == METHOD:
            methods = await _list_methods(session, turn, account)
            chosen = _pick(turn.text, [method.last4 for method in methods], [method.label for method in methods])
            return _ask_agreement(turn, account, methods[chosen]) if chosen is not None else None
        if asks_about_enrollment(turn.text):
            return await _explain(session, turn, account)
    return await _accept(turn, account) if is_agreement(turn.text) else None


async def _explain(session: AsyncSession, turn: TextTurn, account: Account) -> Answer | None:
    """Answer a question about the words, and give them again: what is agreed to is what stands in one text."""
    method = await session.get(PaymentMethod, int(turn.open_value("method")))
    if method is None:
        return None
    asked = _ask_agreement(turn, account, method)
    told = tr(
        "It never takes more than is owed, and only what you reply PAY to; any fee is shown before. "
        "Nothing is set up yet."
    )
    return Answer(f"{told} {asked.words}", asked.state)


async def _check_code(turn: TextTurn) -> Answer | None:
    digits = "".join(re.findall(r"[0-9]", turn.text))
    if not digits:
        return None
    async with turn.backend.db.transaction() as session:
        member = await session.get(Member, int(turn.open_value("member")))
        if member is None or member.phone != turn.phone:
            return None
        status = await codes.verify_code(session, turn.backend, turn.conversation_id, member, digits)
        if status == "wrong":
            return Answer(tr("That is not the code. Please look again, and send its 6 digits."), _state(turn))
        if status != "ok":
            return Answer(tr("That code does not count any more. Write TEXT TO PAY for a new one."))
        await codes.record_verified_contact(session, turn.backend, turn.conversation_id, member)
        accounts = await _list_accounts(session, turn)
        if len(accounts) > 1:
            return _ask_account(turn, accounts)
        return await _ask_method(session, turn, accounts[0]) if accounts else None


def _ask_account(turn: TextTurn, accounts: Sequence[Account]) -> Answer:
    names = [" ".join(filter(None, (account.masked_number, account.place_name))) for account in accounts]
    return Answer(
        tr("Thank you. For which account? {choices}", choices=_number(names)),
        {STEP: ACCOUNT, "member": turn.open_value("member")},
    )


async def _ask_method(session: AsyncSession, turn: TextTurn, account: Account) -> Answer:
    methods = await _list_methods(session, turn, account)
    if not methods:
        return Answer(
            tr(
                "There is no card or bank account saved to pay with. Save one at {portal}, then write TEXT TO PAY "
                "again.",
                portal=turn.backend.coop.portal_url,
            )
        )
    if len(methods) == 1:
        return _ask_agreement(turn, account, methods[0])
    labels = [method.label for method in methods]
    return Answer(
        tr("Thank you. Pay with which? {choices}", choices=_number(labels)),
        {STEP: METHOD, "member": account.member_id, "account": account.id},
    )


def _ask_agreement(turn: TextTurn, account: Account, method: PaymentMethod) -> Answer:
    """What a standing authorization has to say (Nacha, Regulation E): who, from what, how much, when, how to end it."""
    words = tr(
        "I authorize {coop} to charge {method} for acct {account}, each time for the amount read back to me, when I "
        "reply PAY to it from this phone. It stands until I text STOP TEXT TO PAY. Reply AGREE or NO.",
        coop=turn.backend.coop.short_name,
        method=method.label,
        account=account.masked_number,
    )
    state = {STEP: AGREE, "member": account.member_id, "account": account.id, "method": method.id}
    return Answer(words, state)


async def _accept(turn: TextTurn, account: Account) -> Answer | None:
    backend, last = turn.backend, turn.last
    assert last is not None
    agreement = Agreement(turn.conversation_id, Level.STEPPED_UP, "sms", last.words, turn.text)
    async with backend.db.transaction() as session:
        method = await session.get(PaymentMethod, int(turn.open_value("method")))
        if method is None or not method.saved or find_method_problem(account, method, backend.today()):
            return Answer(tr("That card or account can't be used any more. Write TEXT TO PAY to begin again."))
        label = method.label
        number = await service.grant(session, backend, account, method, turn.phone, agreement)
    return Answer(
        tr(
            "Text to pay is on: reply PAY to a reminder of acct {account}, check what I read back, and PAY again pays "
            "it with {method}. Your number is {number}. To end it: STOP TEXT TO PAY.",
            account=account.masked_number,
            method=label,
            number=number,
        )
    )


async def _list_accounts(session: AsyncSession, turn: TextTurn) -> list[Account]:
    member_id = turn.open_value("member")
    return [one for one in await list_accounts_at_phone(session, turn.phone) if one.member_id == member_id]


async def _list_methods(session: AsyncSession, turn: TextTurn, account: Account) -> list[PaymentMethod]:
    today = turn.backend.today()
    saved = await list_saved_methods(session, account.member_id)
    return [method for method in saved if find_method_problem(account, method, today) is None]


def _state(turn: TextTurn) -> dict[str, Any]:
    return dict(turn.last.state) if turn.last else {}


def _number(labels: Sequence[str]) -> str:
    return ", ".join(f"{place} {label}" for place, label in enumerate(labels, start=1))


def _pick(text: str, numbers: Sequence[str], names: Sequence[str]) -> int | None:
    """The choice that the text names by its place in the list, by the last digits of its number, or by a word of its
    name; None where none or several."""
    for digits in _NUMBER.findall(text):
        if len(digits) == 1:
            return int(digits) - 1 if 1 <= int(digits) <= len(numbers) else None
        fitting = [place for place, number in enumerate(numbers) if number.endswith(digits)]
        if len(fitting) == 1:
            return fitting[0]
    said = set(to_plain_text(text).split())
    named = [place for place, name in enumerate(names) if said & (set(to_plain_text(name).split()) - _EVERY_NAME)]
    return named[0] if len(named) == 1 else None
