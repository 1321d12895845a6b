"""A text from somebody who is not the member on file: texts to it stop, and the office looks for the new number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSent
from backend.app import Backend
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.service import list_accounts_at_phone
from backend.reading.texts.wrong_number import is_wrong_number, may_be_wrong_number, should_ask_wrong_number
from backend.tickets.service import Report, file_report

APOLOGY = mark(
    "{coop}: Sorry for the mix-up. No more texts go to this phone, and our office will check the number. Text START to"
    " undo."
)
REMINDED_LATELY = timedelta(days=1)
APOLOGY_UNKNOWN_PHONE = mark("{coop}: Sorry for the mix-up. No more texts go to this phone. Text START to undo.")
OFFICE_NOTE = (
    "Whoever answers at this phone says it is not the member's. Texts to it were stopped; find the new number."
)


async def find_misdirected_accounts(
    session: AsyncSession, phone: str, text: str, *, idle: bool
) -> list[Account] | None:
    """The open accounts with this phone on file if the text says that it reached the wrong person; else None."""
    if not may_be_wrong_number(text):
        return None
    accounts = await list_accounts_at_phone(session, phone)
    names = [account.member.name for account in accounts]
    return accounts if is_wrong_number(text, names, idle=idle) else None


async def was_reminded(session: AsyncSession, backend: Backend, phone: str) -> bool:
    """Whether a reminder went to this phone within a day."""
    since = backend.clock.now() - REMINDED_LATELY
    sent = select(AlertSent.id).where(AlertSent.texted_to == phone, AlertSent.at > since)
    return await session.scalar(sent.limit(1)) is not None


async def find_possibly_misdirected_accounts(session: AsyncSession, phone: str, text: str) -> list[Account] | None:
    """The open accounts with this phone on file if the text may say so and the sender must be asked; else None."""
    if not may_be_wrong_number(text):
        return None
    accounts = await list_accounts_at_phone(session, phone)
    return accounts if should_ask_wrong_number(text, on_file=bool(accounts)) else None


async def file_wrong_number_ticket(
    session: AsyncSession, backend: Backend, conversation_id: str, phone: str, text: str, accounts: Sequence[Account]
) -> None:
    """File a ticket on the first of the `accounts` that have the phone on file; it names the others."""
    numbers = ", ".join(account.number for account in accounts)
    details = {"what": OFFICE_NOTE, "on file for": numbers, "words": text}
    report = Report(kind="other", details=details, account_id=accounts[0].id, phone=phone, notify_member=False)
    await file_report(session, backend, conversation_id, report)


def format_apology(coop_name: str, *, on_file: bool) -> str:
    """The answer; it fits one SMS segment."""
    return tr(APOLOGY if on_file else APOLOGY_UNKNOWN_PHONE, coop=coop_name)
