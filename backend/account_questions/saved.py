"""What is saved to pay with."""

from __future__ import annotations

from backend.account_questions.asked import Asked
from backend.alerts.kinds import together
from backend.language import tr
from backend.payments import gate
from backend.payments.models import PaymentMethod
from backend.payments.service import saved_methods as saved_of


async def saved_methods(asked: Asked) -> str:
    """The cards and bank accounts on file, by their last four; and which of them have expired."""
    methods = await saved_of(asked.session, asked.account.member_id)
    if not methods:
        return tr("No card and no bank account is saved on your account.")
    return tr("Saved on your account: {methods}.", methods=together([_in_words(asked, one) for one in methods]))


def _in_words(asked: Asked, method: PaymentMethod) -> str:
    ends = gate.method_ends(method)
    if ends is None:
        return method.label
    if ends < asked.today:
        return tr("{method}, which has expired", method=method.label)
    return tr("{method}, good through {month}/{year}", method=method.label, month=ends.month, year=ends.year)
