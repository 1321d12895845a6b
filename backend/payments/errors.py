from __future__ import annotations

from backend.errors import MemberlineError
from backend.payments.prechecks import PaymentWarning


class PaymentRefused(MemberlineError):
    """Not possible to pay. `code` is that of the first warning that blocks, `concerns` are all of them."""

    code = "payment_refused"

    def __init__(self, concerns: tuple[PaymentWarning, ...]) -> None:
        super().__init__(", ".join(concern.code for concern in concerns), **concerns[0].values)
        self.code = concerns[0].code
        self.concerns = concerns


class MethodNotUsable(MemberlineError):
    """The method is not an active one of the member of that account."""

    code = "method_not_usable"


class PayLinkInvalid(MemberlineError):
    """The pay link is unknown, has expired, or has paid already."""

    code = "link_gone"


class CardEntryIncomplete(MemberlineError):
    """The member has not finished the provider's page; `abandoned` says that the visit is over."""

    code = "entry_not_complete"

    def __init__(self, *, abandoned: bool) -> None:
        super().__init__()
        self.abandoned = abandoned
