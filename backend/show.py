"""Everything on file about a member, as plain data: what `memberline show MEMBER --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.alerts.models import AlertSetting
from backend.alerts.service import setting_to_dict
from backend.arrangement.models import Arrangement
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.schedule import next_run
from backend.billing.models import Account, Bill
from backend.billing.service import find_account
from backend.consents.models import Consent
from backend.errors import MemberlineError
from backend.logins import service as logins
from backend.members.models import Member
from backend.payments.balances import get_balance
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.service import list_saved_methods
from backend.programs.models import ProgramEnrollment
from backend.tickets.listing import ticket_to_dict as ticket_as_data
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

T = TypeVar(
    "T", AlertSetting, Bill, Payment, ScheduledPayment, AutoPay, LegacyDraft, Consent, ProgramEnrollment, Arrangement
)


class NoSuchMember(MemberlineError):
    """Neither an account number nor a member number."""

    code = "no_such_member"


async def show(session: AsyncSession, backend: Backend, number: str) -> dict[str, Any]:
    """The account of `99999-001` or `99999001`, or every account of member `99999`. Amounts are cents, days ISO.

    The lists cover all accounts shown, the newest first, each item naming its `account`. Raises NoSuchMember.
    """
    member, accounts = await _find(session, number)
    names = {account.id: account.number for account in accounts}
    standings = [await _account(session, backend, account) for account in accounts]
    balances = [await backend.billing.balance(session, account.id, backend.today()) for account in accounts]
    due_on = {account.id: owed.next_due_on for account, owed in zip(accounts, balances, strict=True)}
    methods = {method.id: method for method in await _methods(session, member)}
    return {
        "member": _member(member) | {"user_id": await _user_id(session, member)},
        "accounts": standings,
        "balance": _sum_balances([standing["balance"] for standing in standings]),
        "bills": [_bill(names, bill) for bill in await _rows(session, Bill, Bill.account_id, names)],
        "payments": [
            _payment(names, methods, item) for item in await _rows(session, Payment, Payment.account_id, names)
        ],
        "schedules": [
            _schedule(names, methods, item)
            for item in await _rows(session, ScheduledPayment, ScheduledPayment.account_id, names)
        ],
        "methods": [_method(method) for method in await list_saved_methods(session, member.id)],
        "autopay": [
            _autopay(
                names,
                methods,
                item,
                next_run(
                    item.day_of_month, due_on[item.account_id], max(backend.today(), item.starts_on or backend.today())
                ),
            )
            for item in await _rows(session, AutoPay, AutoPay.account_id, names)
        ],
        "drafts": [
            _draft(names, methods, item, next_run(None, due_on[item.account_id], backend.today()))
            for item in await _rows(session, LegacyDraft, LegacyDraft.account_id, names)
        ],
        "tickets": [
            await ticket_as_data(session, item, names[item.account_id or 0])
            for item in await _list_tickets(session, names)
        ],
        "alerts": [
            {"account": names[item.account_id], **setting_to_dict(item)}
            for item in await _rows(session, AlertSetting, AlertSetting.account_id, names)
        ],
        "programs": [
            _program(names, item)
            for item in await _rows(session, ProgramEnrollment, ProgramEnrollment.account_id, names)
        ],
        "arrangements": [
            _arrangement(names, item) for item in await _rows(session, Arrangement, Arrangement.account_id, names)
        ],
        "consents": [_consent(names, item) for item in await _rows(session, Consent, Consent.account_id, names)],
    }


async def _find(session: AsyncSession, number: str) -> tuple[Member, Sequence[Account]]:
    account = await find_account(session, number)
    if account:
        return await session.get_one(Member, account.member_id), [account]
    member = await session.scalar(select(Member).where(Member.number == number.strip()))
    if member is None:
        raise NoSuchMember(f"no member or account has the number {number}")
    query = select(Account).where(Account.member_id == member.id).order_by(Account.number)
    return member, (await session.scalars(query)).all()


async def _methods(session: AsyncSession, member: Member) -> Sequence[PaymentMethod]:
    return (await session.scalars(select(PaymentMethod).where(PaymentMethod.member_id == member.id))).all()


async def _rows(
    session: AsyncSession, model: type[T], account_id: InstrumentedAttribute[int], names: dict[int, str]
) -> Sequence[T]:
    query = select(model).where(account_id.in_(names)).order_by(model.id.desc())
    return (await session.scalars(query)).all()


async def _user_id(session: AsyncSession, member: Member) -> str | None:
    login = await logins.login_of_member(session, member.id)
    return login.user_id if login else None


def _member(member: Member) -> dict[str, Any]:
    return {
        "number": member.number,
        "name": member.name,
        "kind": member.kind,
        "phone": member.phone,
        "email": member.email,
        "language": member.language,
        "mailing_address": member.mailing_address,
        "phone_since": member.phone_changed_at,
        "phone_proven_at": member.phone_proven_at,
        "email_since": member.email_changed_at,
        "email_proven_at": member.email_proven_at,
    }


async def _account(session: AsyncSession, backend: Backend, account: Account) -> dict[str, Any]:
    stands = await get_balance(session, backend, account.id)
    return {
        "number": account.number,
        "address": account.service_address,
        "status": account.status,
        "balance": {
            "amount_due_cents": stands.amount_due_cents,
            "due_on": stands.due_on,
            "past_due_cents": stands.past_due_cents,
            "pending_cents": stands.pending_cents,
            "last_payment_cents": stands.last_payment_cents,
            "last_payment_on": stands.last_payment_on,
        },
    }


def _sum_balances(balances: list[dict[str, Any]]) -> dict[str, Any]:
    """One account's balance as it is; of several, the sums, the earliest due date and the latest payment."""
    if len(balances) == 1:
        return balances[0]
    summed = ("amount_due_cents", "past_due_cents", "pending_cents")
    latest = max(balances, key=lambda each: each["last_payment_on"] or date.min, default={})
    due = [each["due_on"] for each in balances if each["due_on"]]
    return {name: sum(each[name] for each in balances) for name in summed} | {
        "due_on": min(due, default=None),
        "last_payment_cents": latest.get("last_payment_cents"),
        "last_payment_on": latest.get("last_payment_on"),
    }


def _bill(names: dict[int, str], bill: Bill) -> dict[str, Any]:
    return {
        "account": names[bill.account_id],
        "number": bill.number,
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
        "period_start": bill.period_start,
        "period_end": bill.period_end,
        "kwh": bill.kwh,
        "amount_cents": bill.amount_cents,
        "lines": bill.lines,
    }


def _payment(names: dict[int, str], methods: dict[int, PaymentMethod], payment: Payment) -> dict[str, Any]:
    return {
        "account": names[payment.account_id],
        "confirmation": payment.confirmation,
        "amount_cents": payment.amount_cents,
        "fee_cents": payment.fee_cents,
        "status": payment.status,
        "method": methods[payment.method_id].label,
        "channel": payment.channel,
        "created_at": payment.created_at,
        "posted_on": payment.posted_on,
        "decline_code": payment.decline_code,
    }


def _schedule(names: dict[int, str], methods: dict[int, PaymentMethod], item: ScheduledPayment) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "confirmation": item.confirmation,
        "amount_cents": item.amount_cents,
        "fee_cents": item.fee_cents,
        "run_on": item.run_on,
        "status": item.status,
        "method": methods[item.method_id].label,
        "channel": item.channel,
        "created_at": item.created_at,
    }


def _method(method: PaymentMethod) -> dict[str, Any]:
    return {
        "kind": method.kind,
        "brand": method.brand,
        "last4": method.last4,
        "exp_month": method.exp_month,
        "exp_year": method.exp_year,
    }


def _autopay(
    names: dict[int, str], methods: dict[int, PaymentMethod], item: AutoPay, runs_on: date | None
) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "method": methods[item.method_id].label,
        "day_of_month": item.day_of_month,
        "active": item.active,
        "starts_on": item.starts_on,
        "changes_on": item.change_on,
        "next_run": runs_on if item.active else None,
    }


def _draft(
    names: dict[int, str], methods: dict[int, PaymentMethod], item: LegacyDraft, runs_on: date | None
) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "method": methods[item.method_id].label,
        "active": item.active,
        "next_run": runs_on if item.active else None,
    }


def _program(names: dict[int, str], item: ProgramEnrollment) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "program": item.program,
        "amount_cents": item.amount_cents,
        "confirmation": item.confirmation,
        "started_on": item.started_on,
        "active": item.ended_on is None,
        "ended_on": item.ended_on,
        "end_reason": item.end_reason,
    }


def _arrangement(names: dict[int, str], item: Arrangement) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "number": item.number,
        "parts": item.parts,
        "owed_cents": item.owed_cents,
        "status": item.status,
        "granted_on": item.granted_on,
        "ended_on": item.ended_on,
    }


async def _list_tickets(session: AsyncSession, names: dict[int, str]) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.account_id.in_(names)).order_by(Ticket.id.desc())
    return (await session.scalars(query)).all()


def _consent(names: dict[int, str], item: Consent) -> dict[str, Any]:
    return {
        "account": names[item.account_id],
        "kind": item.kind,
        "wording": item.wording,
        "reply": item.reply,
        "channel": item.channel,
        "reference": item.reference,
        "at": item.at,
        "ends_on": item.ends_on,
        "revoked_at": item.revoked_at,
    }


def json_default(value: Any) -> Any:
    """For json.dumps(default=plain): days and times in ISO form."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no plain form")
