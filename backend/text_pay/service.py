"""Standing authorizations to pay by text: given, found and ended. Functions flush; the caller commits.

An authorization holds for one account, one phone and one method of the member, as long as all of them stay as they
were when it was given. Whatever changes, it is over for good: a new holder of the phone must not be able to pay or to
learn anything (47 CFR 64.1200 and Nacha both let the member end it at any time).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.language import tr, use_language
from backend.members.levels import Level, require
from backend.members.models import Member
from backend.outbox.models import OptOut
from backend.outbox.service import enqueue
from backend.payments.models import PaymentMethod
from backend.payments.prechecks import find_method_problem
from backend.text_pay.models import TextPayAuthorization

if TYPE_CHECKING:
    from backend.app import Backend

CONSENT = "text_pay"
SKILL = "saved_method"
"""Its level is that of a payment by a saved method: a one-time code."""


async def grant(
    session: AsyncSession, backend: Backend, account: Account, method: PaymentMethod, phone: str, agreement: Agreement
) -> str:
    """Keep the authorization that was agreed to; returns its confirmation number. Given twice it stays one.

    It replaces one of another method or phone. The caller has checked that phone and method are the member's. Raises
    StepUpNeeded.
    """
    require(SKILL, agreement.level)
    await lock_account(session, account.id)
    standing = await _find_row(session, account.id)
    if standing is not None:
        if (standing.phone, standing.method_id) == (phone, method.id):
            return standing.confirmation
        await end(session, backend, standing, "replaced", agreement)
    number = await confirmation_numbers.new_number(session)
    session.add(
        TextPayAuthorization(
            account_id=account.id,
            member_id=account.member_id,
            phone=phone,
            method_id=method.id,
            confirmation=number,
            given_at=backend.clock.now(),
        )
    )
    await session.flush()
    await _email_copy(session, backend, account, agreement.wording, number)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account.id,
        kind=CONSENT,
        act="text_pay_on",
        reference=number,
        after={"confirmation": number, "method_id": method.id},
    )
    return number


async def find_standing(
    session: AsyncSession, backend: Backend, account: Account, phone: str
) -> TextPayAuthorization | None:
    """The account's authorization for this phone (E.164), if nothing has ended it. Read-only."""
    row = await _find_row(session, account.id)
    if row is None or row.phone != phone or await find_end_reason(session, backend, account, row):
        return None
    return row


async def list_standing(session: AsyncSession, phone: str) -> list[TextPayAuthorization]:
    """The authorizations for this phone that were not ended; whether they hold is told by find_standing()."""
    query = select(TextPayAuthorization).where(
        TextPayAuthorization.phone == phone, TextPayAuthorization.ended_at.is_(None)
    )
    return list(await session.scalars(query.order_by(TextPayAuthorization.id)))


async def find_end_reason(
    session: AsyncSession, backend: Backend, account: Account, row: TextPayAuthorization
) -> str | None:
    """Why the authorization does not hold any more: account, phone, method or stop; None while it does."""
    member = await session.get_one(Member, account.member_id)
    if account.status != "open" or account.member_id != row.member_id:
        return "account"
    changed = member.phone_changed_at
    # a number that went away and came back may have had another holder meanwhile
    if member.phone != row.phone or (changed is not None and changed > row.given_at):
        return "phone"
    stop = await session.get(OptOut, row.phone)
    if stop is not None and stop.changed_at >= row.given_at:
        return "stop"  # also after START: that brings the texts back, and no authorization
    method = await session.get_one(PaymentMethod, row.method_id)
    if not method.saved or find_method_problem(account, method, backend.today()):
        return "method"
    return None


async def end(
    session: AsyncSession, backend: Backend, row: TextPayAuthorization, reason: str, agreement: Agreement
) -> None:
    """End it for good. `reason`: member, stop, replaced, account, phone or method."""
    if row.ended_at is not None:
        return
    row.ended_at, row.end_reason = backend.clock.now(), reason
    await session.flush()
    await consents.revoke(session, backend, row.account_id, reference=row.confirmation)
    await consents.record_act(
        session,
        backend,
        agreement,
        account_id=row.account_id,
        act="text_pay_off",
        before={"confirmation": row.confirmation},
        after={"reason": reason},
    )


async def end_at_phone(
    session: AsyncSession, backend: Backend, phone: str, reason: str, agreement: Agreement
) -> list[TextPayAuthorization]:
    """End all authorizations for this phone; returns them. Needs no level: it takes nothing and tells nothing."""
    standing = await list_standing(session, phone)
    for row in standing:
        await end(session, backend, row, reason, agreement)
    return standing


async def end_broken(session: AsyncSession, backend: Backend, phone: str, account_id: int | None, by: str) -> None:
    """End the authorizations for this phone or of this account that do not hold any more, so that none looks standing.

    `by` is the conversation that tried to use one. Whoever that is: it takes nothing from the member.
    """
    query = select(TextPayAuthorization).where(
        or_(TextPayAuthorization.phone == phone, TextPayAuthorization.account_id == account_id),
        TextPayAuthorization.ended_at.is_(None),
    )
    for row in list(await session.scalars(query.order_by(TextPayAuthorization.account_id))):
        await lock_account(session, row.account_id)
        await session.refresh(row)
        account = await session.get_one(Account, row.account_id)
        if reason := await find_end_reason(session, backend, account, row):
            await end(session, backend, row, reason, Agreement(by, Level.ANONYMOUS, "sms"))


async def _find_row(session: AsyncSession, account_id: int) -> TextPayAuthorization | None:
    query = select(TextPayAuthorization).where(
        TextPayAuthorization.account_id == account_id, TextPayAuthorization.ended_at.is_(None)
    )
    return await session.scalar(query)


async def _email_copy(session: AsyncSession, backend: Backend, account: Account, wording: str, number: str) -> None:
    """The member's copy, which Regulation E asks for (12 CFR 1005.10(b))."""
    coop, member = backend.coop, await session.get_one(Member, account.member_id)
    if not member.email:
        return
    with use_language(member.language):
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=member.email,
            subject=f"{tr('Text to pay is on')} - {coop.name}",
            body=tr(
                "Hello,\n\nText to pay was turned on for the account {account}. This is what was agreed to:\n\n"
                "{wording}\n\nYour number for it is {number}. To end it, text STOP TEXT TO PAY, or call us at {phone}. "
                "If you did not ask for this, call us at once.\n\n{coop}\n",
                account=account.masked_number,
                wording=wording,
                number=number,
                phone=coop.office_phone_display,
                coop=coop.name,
            ),
            purpose="notice",
            about=member,
            dedupe_key=f"text-pay:{number}",
        )
