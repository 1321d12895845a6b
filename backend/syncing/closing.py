"""What ends with an account that was closed: Auto Pay, drafts and scheduled payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import or_, select, update

from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.pending_changes import clear_pending_change
from backend.billing.models import Account
from backend.consents.models import Consent
from backend.language import use_language
from backend.payments import prechecks, receipts
from backend.payments.models import PaymentMethod, ScheduledPayment
from backend.syncing.feed import Feed

CONSENT_KINDS = {"autopay": "autopay", "draft": "bank_draft"}


async def stop_payments(feed: Feed, account_ids: Sequence[int]) -> None:
    """Nothing is taken for these accounts any more, except payments that the network has already.

    The runs would refuse a closed account by themselves, each time with a notice to the member. Opened again, the
    account starts without: the authorization has ended.
    """
    if not account_ids:
        return
    await feed.flush()  # the accounts are closed from here on
    await _end(feed, "autopay", AutoPay, account_ids)
    await _end(feed, "draft", LegacyDraft, account_ids)
    await _fail_scheduled(feed, account_ids)


async def _end(feed: Feed, kind: str, model: type[AutoPay] | type[LegacyDraft], account_ids: Sequence[int]) -> None:
    query = select(model).where(model.account_id.in_(account_ids), or_(model.active, model.change_active.is_(True)))
    ended = []
    for row in cast(Iterable[AutoPay | LegacyDraft], await feed.session.scalars(query)):
        row.active = False
        clear_pending_change(row)
        ended.append(row.account_id)
        feed.act(f"{kind}_ended_by_closing", row.account_id, {"active": True}, {"active": False})
    await feed.session.flush()
    standing = (Consent.account_id.in_(ended), Consent.kind == CONSENT_KINDS[kind], Consent.revoked_at.is_(None))
    await feed.session.execute(update(Consent).where(*standing).values(revoked_at=feed.now))


async def _fail_scheduled(feed: Feed, account_ids: Sequence[int]) -> None:
    """As the run would on its day, with the same notice, but now, while the member can still do something about it."""
    session = feed.session
    query = select(ScheduledPayment).where(
        ScheduledPayment.account_id.in_(account_ids), ScheduledPayment.status == "scheduled"
    )
    for item in (await session.scalars(query)).all():
        account = await session.get_one(Account, item.account_id, populate_existing=True)
        method = await session.get_one(PaymentMethod, item.method_id)
        with use_language(await receipts.language_for(session, item)):
            reason = prechecks.find_method_problem(account, method, feed.backend.today())
            await receipts.notify_schedule_failed(session, feed.backend, item, reason or "")
        item.status = "failed"
        after = {"status": "failed", "confirmation": item.confirmation}
        feed.act("scheduled_payment_failed", item.account_id, {"status": "scheduled"}, after)
    await session.flush()
