"""Everything on file about a member, as plain data: what `memberline show MEMBER --json` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSetting
from backend.alerts.service import setting_to_dict
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.schedule import next_run_day
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.logins import service as logins
from backend.members.models import Member
from backend.members.service import find_account
from backend.models import list_models
from backend.payments.balances import get_balance
from backend.payments.group_models import GROUPED_KEY
from backend.payments.groups import list_paid_with
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.service import list_saved_methods
from backend.programs.models import ProgramEnrollment
from backend.providers.billing.base import FiguresUnknown
from backend.tickets.listing import ticket_to_dict
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

BALANCE_FIELDS = "amount_due_cents due_on past_due_cents pending_cents last_payment_cents last_payment_on".split()
PAYMENT_FIELDS = "confirmation amount_cents fee_cents status method channel created_at posted_on decline_code".split()
SCHEDULE_FIELDS = "confirmation amount_cents fee_cents run_on status method channel created_at".split()
METHOD_FIELDS = "kind brand last4 exp_month exp_year".split()


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
    due_on = {account.id: await _next_due_on(session, backend, account.id) for account in accounts}
    methods = {
        method.id: method
        for method in await session.scalars(select(PaymentMethod).where(PaymentMethod.member_id == member.id))
    }

    together = await _list_agreed_together(session, list(names))

    async def listed(model: Any, describe: Callable[[Any], dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """The rows of a table; without `describe` the fields that the table says are shown."""
        describe = describe or (lambda item: _fields(item, *model.shown_fields))
        query = select(model).where(model.account_id.in_(names)).order_by(model.id.desc())
        return [{"account": names[item.account_id], **describe(item)} for item in await session.scalars(query)]

    def with_method(item: Payment | ScheduledPayment, fields: list[str]) -> dict[str, Any]:
        label = methods[item.method_id].label
        shown = {name: label if name == "method" else getattr(item, name) for name in fields}
        return shown | {"agreed_together_with": together.get(item.key, [])}

    def autopay(item: AutoPay) -> dict[str, Any]:
        earliest = max(backend.today(), item.starts_on or backend.today())
        return {
            "method": methods[item.method_id].label,
            **_fields(item, "day_of_month", "active", "starts_on"),
            "changes_on": item.change_on,
            "next_run": next_run_day(item.day_of_month, due_on[item.account_id], earliest) if item.active else None,
        }

    def draft(item: LegacyDraft) -> dict[str, Any]:
        runs_on = next_run_day(None, due_on[item.account_id], backend.today())
        return {
            "method": methods[item.method_id].label,
            "active": item.active,
            "next_run": runs_on if item.active else None,
        }

    login = await logins.login_of_member(session, member.id)
    tickets = select(Ticket).where(Ticket.account_id.in_(names)).order_by(Ticket.id.desc())
    return {
        "member": _member(member) | {"user_id": login.user_id if login else None},
        "accounts": standings,
        "balance": _sum_balances([standing["balance"] for standing in standings]),
        "payments": await listed(Payment, lambda item: with_method(item, PAYMENT_FIELDS)),
        "schedules": await listed(ScheduledPayment, lambda item: with_method(item, SCHEDULE_FIELDS)),
        "methods": [_fields(method, *METHOD_FIELDS) for method in await list_saved_methods(session, member.id)],
        "autopay": await listed(AutoPay, autopay),
        "drafts": await listed(LegacyDraft, draft),
        "tickets": [
            await ticket_to_dict(session, item, names[item.account_id or 0])
            for item in (await session.scalars(tickets)).all()
        ],
        "alerts": await listed(AlertSetting, setting_to_dict),
        "programs": await listed(ProgramEnrollment, _program),
        **{model.shown_as: await listed(model) for model in list_models() if model.shown_as},
    }


async def _list_agreed_together(session: AsyncSession, account_ids: list[int]) -> dict[str, list[str]]:
    """The key of each payment and schedule of a group → the confirmation numbers of the others."""

    def grouped(model: type[Payment] | type[ScheduledPayment]) -> tuple[ColumnElement[bool], ...]:
        return model.account_id.in_(account_ids), model.key.contains(GROUPED_KEY, autoescape=True)

    items: list[Payment | ScheduledPayment] = [
        *await session.scalars(select(Payment).where(*grouped(Payment))),
        *await session.scalars(select(ScheduledPayment).where(*grouped(ScheduledPayment))),
    ]
    return {item.key: [other.confirmation for other in await list_paid_with(session, item)] for item in items}


def _fields(item: object, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


async def _find(session: AsyncSession, number: str) -> tuple[Member, Sequence[Account]]:
    account = await find_account(session, number)
    if account:
        return await session.get_one(Member, account.member_id), [account]
    member = await session.scalar(select(Member).where(Member.number == number.strip()))
    if member is None:
        raise NoSuchMember(f"no member or account has the number {number}")
    query = select(Account).where(Account.member_id == member.id).order_by(Account.number)
    return member, (await session.scalars(query)).all()


def _member(member: Member) -> dict[str, Any]:
    return {
        **_fields(member, "number", "name", "kind", "phone", "email", "language", "mailing_address"),
        "phone_since": member.phone_changed_at,
        "phone_proven_at": member.phone_proven_at,
        "email_since": member.email_changed_at,
        "email_proven_at": member.email_proven_at,
    }


async def _account(session: AsyncSession, backend: Backend, account: Account) -> dict[str, Any]:
    return {
        "number": account.number,
        "address": account.service_address,
        "status": account.status,
        "balance": await _balance(session, backend, account.id),
    }


async def _balance(session: AsyncSession, backend: Backend, account_id: int) -> dict[str, Any]:
    """Every value is None where another system has not said yet what is owed."""
    try:
        return _fields(await get_balance(session, backend, account_id), *BALANCE_FIELDS)
    except FiguresUnknown:
        return dict.fromkeys(BALANCE_FIELDS)


async def _next_due_on(session: AsyncSession, backend: Backend, account_id: int) -> date | None:
    try:
        return (await backend.billing.balance(session, account_id, backend.today())).next_due_on
    except FiguresUnknown:
        return None


def _sum_balances(balances: list[dict[str, Any]]) -> dict[str, Any]:
    """One account's balance as it is; of several, the sums, the earliest due date and the latest payment."""
    if len(balances) == 1:
        return balances[0]
    summed = ("amount_due_cents", "past_due_cents", "pending_cents")
    if any(each["amount_due_cents"] is None for each in balances):
        return dict.fromkeys(BALANCE_FIELDS)  # the sum of what is known would be taken for all that is owed
    latest = max(balances, key=lambda each: each["last_payment_on"] or date.min, default={})
    due = [each["due_on"] for each in balances if each["due_on"]]
    return {name: sum(each[name] for each in balances) for name in summed} | {
        "due_on": min(due, default=None),
        "last_payment_cents": latest.get("last_payment_cents"),
        "last_payment_on": latest.get("last_payment_on"),
    }


def _program(item: ProgramEnrollment) -> dict[str, Any]:
    return {
        **_fields(item, "program", "amount_cents", "confirmation", "started_on"),
        "active": item.ended_on is None,
        **_fields(item, "ended_on", "end_reason"),
    }


def json_default(value: Any) -> Any:
    """For json.dumps(default=json_default): days and times in ISO form."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no plain form")
