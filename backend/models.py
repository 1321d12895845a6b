"""Every model, imported once, so that the metadata is whole wherever it is needed."""

from backend.alerts.models import AlertSent, AlertSetting
from backend.arrangements.models import Arrangement
from backend.audit.models import AuditRow
from backend.autopay.models import AutomaticDraft, AutoPay, Consent, LegacyDraft
from backend.billing.models import Account, Bill, LedgerEntry
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.conversations.models import ActionResult, Conversation, InboundMessage, PushEvent, Unkept
from backend.handover.models import Handover, OfficeMessage
from backend.logins.models import (
    CreationCode,
    CreationLink,
    HolderProof,
    Login,
    LoginMiss,
    MailRequest,
    PortalSession,
    ResetToken,
    SignInCode,
)
from backend.members.models import AddressCode, IdentityLock, IdentityMiss, IdentityProof, Member, OneTimeCode
from backend.outages.models import KnownOutage
from backend.outbox.models import OptOut, OutboxMessage
from backend.payments.models import (
    PayLink,
    Payment,
    PaymentMethod,
    Quote,
    ReturnCursor,
    ScheduledPayment,
)
from backend.programs.models import Enrolment
from backend.rota.models import JobTurn
from backend.staff.models import StaffSession
from backend.tickets.models import Ticket
from backend.usage.models import Reading

__all__ = [
    "Account",
    "ActionResult",
    "AddressCode",
    "AlertSent",
    "AlertSetting",
    "Arrangement",
    "AuditRow",
    "AutoPay",
    "AutomaticDraft",
    "Bill",
    "Callout",
    "CalloutCode",
    "CalloutNotice",
    "Consent",
    "Conversation",
    "CreationCode",
    "CreationLink",
    "Enrolment",
    "Handover",
    "HolderProof",
    "IdentityLock",
    "IdentityMiss",
    "IdentityProof",
    "InboundMessage",
    "JobTurn",
    "KnownOutage",
    "LedgerEntry",
    "LegacyDraft",
    "Login",
    "LoginMiss",
    "MailRequest",
    "Member",
    "OfficeMessage",
    "OneTimeCode",
    "OptOut",
    "OutboxMessage",
    "PayLink",
    "Payment",
    "PaymentMethod",
    "PortalSession",
    "PushEvent",
    "Quote",
    "Reading",
    "ResetToken",
    "ReturnCursor",
    "ScheduledPayment",
    "SignInCode",
    "StaffSession",
    "Ticket",
    "Unkept",
]  # fmt: skip
