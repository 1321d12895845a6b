"""What is saved to pay with."""

from __future__ import annotations

from backend.account_questions.asked import Asked
from backend.alerts.kinds import together
from backend.autopay.schedule import active_draft
from backend.autopay.service import autopay_of
from backend.language import tr
from backend.payments import gate
from backend.payments.models import PaymentMethod
from backend.payments.service import saved_methods as saved_of


async def saved_methods(asked: Asked) -> str:
    """The cards and bank accounts on file, by their last four; which have expired, and which pays by itself."""
    methods = await saved_of(asked.session, asked.account.member_id)
    if not methods:
        return tr("No card and no bank account is saved on your account.")
    said = tr("Saved on your account: {methods}.", methods=together([_in_words(asked, one) for one in methods]))
    return " ".join([said, *await _pays_by_itself(asked)])


async def _pays_by_itself(asked: Asked) -> list[str]:
    row = await autopay_of(asked.session, asked.account.id)
    by_itself = row if row is not None and row.active else await active_draft(asked.session, asked.account.id)
    if by_itself is None:
        return []
    method = await asked.session.get_one(PaymentMethod, by_itself.method_id)
    if method.member_id != asked.account.member_id:  # another's label is not theirs to hear
        return []
    return [tr("Your bills are paid by themselves from {method}.", method=method.label)]


def _in_words(asked: Asked, method: PaymentMethod) -> str:
    ends = gate.method_ends(method)
    if ends is None:
        return method.label
    if ends < asked.today:
        return tr("{method}, which has expired", method=method.label)
    return tr("{method}, good through {month}/{year}", method=method.label, month=ends.month, year=ends.year)
