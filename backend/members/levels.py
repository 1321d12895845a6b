"""Identity levels, and the level that each skill and question needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from backend.errors import MemberlineError


class Level(IntEnum):
    """Identity levels. KNOWN is member number and last four; STEPPED_UP is possession of the phone or email on file.

    Possession is proven by a one-time code, or by a call from the phone on file with STIR/SHAKEN attestation A. The
    sender of a text proves nothing, since it is easily forged.
    """

    ANONYMOUS = 0
    KNOWN = 1
    STEPPED_UP = 2


class StepUpNeeded(MemberlineError):
    """The skill needs a higher level."""

    code = "step_up_needed"


NEEDS: Mapping[str, Level] = MappingProxyType(
    {
        "quick_pay": Level.KNOWN,
        "schedule_payment": Level.KNOWN,
        "saved_method": Level.STEPPED_UP,
        "manage_scheduled": Level.STEPPED_UP,
        "check_balance": Level.KNOWN,
        "check_due_date": Level.KNOWN,
        "payment_confirmation": Level.KNOWN,
        "payment_arrangement": Level.KNOWN,
        "start_stop_service": Level.KNOWN,
        # only a ticket, but one that could cut off power or transfer the account
        "stop_move_service": Level.STEPPED_UP,
        "name_change": Level.STEPPED_UP,
        "payment_history": Level.STEPPED_UP,
        "billing_history": Level.STEPPED_UP,
        "setup_autopay": Level.STEPPED_UP,
        "change_or_cancel_autopay": Level.STEPPED_UP,
        "bank_draft": Level.STEPPED_UP,
        "manage_alerts": Level.STEPPED_UP,
        "bill_notifications": Level.STEPPED_UP,
        "usage_history": Level.STEPPED_UP,
        "high_bill": Level.STEPPED_UP,
        "budget_billing": Level.STEPPED_UP,
        "update_contact_info": Level.STEPPED_UP,
        # these send only to the address on file, and answer the same whether or not the member exists
        "reset_password": Level.ANONYMOUS,
        "recover_user_id": Level.ANONYMOUS,
        "create_account": Level.ANONYMOUS,
        # anybody may report; nothing on file is revealed
        "report_outage": Level.ANONYMOUS,
        "cases": Level.ANONYMOUS,
        "speak_to_human": Level.ANONYMOUS,
        "faq_member_number": Level.ANONYMOUS,
        "faq_portal": Level.ANONYMOUS,
        "faq_hours_contact": Level.ANONYMOUS,
    }
)
"""Skill -> required level. A skill that is missing here must not run."""

REQUIRED_LEVELS_BY_TEXT: Mapping[str, Level] = MappingProxyType(
    {
        # up to what is owed (quotes.make_quote): the money pays the member's own bill, and read-back and receipt go
        # to the phone on file
        "saved_method": Level.KNOWN,
    }
)
"""Skill -> the lower level required of a text from the phone on file."""

QUESTION_LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "due_when": Level.KNOWN,
        "last_payment": Level.KNOWN,
        "late_fee_now": Level.KNOWN,
        "my_rate": Level.KNOWN,
        "prepaid_left": Level.KNOWN,
        "shutoff": Level.KNOWN,
        "what_is_left": Level.KNOWN,
        # enrollments, history and payment methods need step-up, like the skills about them
        "alerts_status": Level.STEPPED_UP,
        "autopay_status": Level.STEPPED_UP,
        "budget_status": Level.STEPPED_UP,
        "charged_twice": Level.STEPPED_UP,
        "estimated": Level.STEPPED_UP,
        "higher_than_last_year": Level.STEPPED_UP,
        "next_automatic": Level.STEPPED_UP,
        "paperless_status": Level.STEPPED_UP,
        "saved_methods": Level.STEPPED_UP,
        "short_month": Level.STEPPED_UP,
    }
)
"""Account question -> required level. One that is missing here must not be answered."""


def require(skill: str, level: int) -> None:
    """Raise StepUpNeeded below the required level. Services call it before any change."""
    if level < NEEDS[skill]:
        raise StepUpNeeded()
