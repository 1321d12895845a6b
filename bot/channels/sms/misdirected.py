"""A text from somebody who is not the member on file: they get no more texts, and the office looks for the member."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.service import accounts_at_phone
from backend.reading.wrong_number import is_misdirected, looks_misdirected, may_be_misdirected
from backend.tickets.service import Report, file

SORRY = mark(
    "{coop}: Sorry for the mix-up. No more texts go to this phone, and our office will check the number. Text START to"
    " undo."
)
SORRY_UNKNOWN = mark("{coop}: Sorry for the mix-up. No more texts go to this phone. Text START to undo.")
FOR_THE_OFFICE = (
    "Whoever answers at this phone says it is not the member's. Texts to it were stopped; find the new number."
)


async def misdirected(session: AsyncSession, phone: str, text: str, *, idle: bool) -> list[Account] | None:
    """The open accounts with this phone on file, when the text says that it reached the wrong person; else None."""
    if not looks_misdirected(text):
        return None
    accounts = await accounts_at_phone(session, phone)
    names = [account.member.name for account in accounts]
    return accounts if is_misdirected(text, names, idle=idle) else None


async def may_be(session: AsyncSession, phone: str, text: str) -> list[Account] | None:
    """The open accounts with this phone on file, when the text may say that and it must be asked; else None."""
    if not looks_misdirected(text):
        return None
    accounts = await accounts_at_phone(session, phone)
    return accounts if may_be_misdirected(text, on_file=bool(accounts)) else None


async def tell_the_office(
    session: AsyncSession, backend: Backend, conversation_id: str, phone: str, text: str, accounts: Sequence[Account]
) -> None:
    """File it as a case. `accounts` are all that have the phone on file; the first one's ticket names the others."""
    numbers = ", ".join(account.number for account in accounts)
    details = {"what": FOR_THE_OFFICE, "on file for": numbers, "words": text}
    told = Report(kind="other", details=details, account_id=accounts[0].id, phone=phone, in_a_name=False)
    await file(session, backend, conversation_id, told)


def sorry(coop_name: str, *, on_file: bool) -> str:
    """What is answered; one part."""
    return tr(SORRY if on_file else SORRY_UNKNOWN, coop=coop_name)
