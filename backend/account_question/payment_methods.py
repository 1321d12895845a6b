"""What is saved to pay with."""

from __future__ import annotations

from backend.account_question.question import AccountQuestion
from backend.alerts.kinds import join_words
from backend.autopay.schedule import find_active_draft
from backend.autopay.service import find_autopay
from backend.language import tr
from backend.payments import prechecks
from backend.payments.models import PaymentMethod
from backend.payments.service import list_saved_methods as saved_of


async def describe_saved_methods(asked: AccountQuestion) -> str:
    """The cards and bank accounts on file, by their last four; which have expired, and which pays by itself."""
    methods = await saved_of(asked.session, asked.account.member_id)
    if not methods:
        return tr("No card and no bank account is saved on your account.")
    said = tr("Saved on your account: {methods}.", methods=join_words([_format_method(asked, one) for one in methods]))
    return " ".join([said, *await _describe_automatic_use(asked)])


async def _describe_automatic_use(asked: AccountQuestion) -> list[str]:
    row = await find_autopay(asked.session, asked.account.id)
    by_itself = row if row is not None and row.active else await find_active_draft(asked.session, asked.account.id)
    if by_itself is None:
        return []
    method = await asked.session.get_one(PaymentMethod, by_itself.method_id)
    if method.member_id != asked.account.member_id:  # another's label is not theirs to hear
        return []
    return [tr("Your bills are paid by themselves from {method}.", method=method.label)]


def _format_method(asked: AccountQuestion, method: PaymentMethod) -> str:
    ends = prechecks.card_expiry_date(method)
    if ends is None:
        return method.label
    if ends < asked.today:
        return tr("{method}, which has expired", method=method.label)
    return tr("{method}, good through {month}/{year}", method=method.label, month=ends.month, year=ends.year)
