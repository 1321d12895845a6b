from __future__ import annotations

from backend.errors import MemberlineError
from backend.payments.prechecks import PaymentWarning


class PaymentRefused(MemberlineError):
    """Not possible to pay. `code` is that of the first warning that blocks, `warnings` are all of them."""

    code = "payment_refused"

    def __init__(self, warnings: tuple[PaymentWarning, ...]) -> None:
        super().__init__(", ".join(warning.code for warning in warnings), **warnings[0].values)
        self.code = warnings[0].code
        self.warnings = warnings


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
