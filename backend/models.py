"""Every model, imported once, so that the metadata is whole wherever it is needed."""

from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.alerts.models import AlertSent, AlertSetting
from backend.arrangement.models import Arrangement
from backend.audit.models import AuditRow
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.billing.models import Account, Bill, LedgerEntry
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.consents.models import Consent
from backend.conversations.models import ActionResult, Conversation, InboundMessage, PendingRedaction, PushEvent
from backend.job_locks.models import JobLock
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
from backend.members.models import AddressCode, IdentityChallenge, IdentityLock, IdentityMiss, Member, OneTimeCode
from backend.outage.models import KnownOutage
from backend.outbox.models import OptOut, OutboxMessage
from backend.payments.models import (
    PayLink,
    Payment,
    PaymentMethod,
    Quote,
    ReturnCursor,
    ScheduledPayment,
)
from backend.programs.models import ProgramEnrollment
from backend.staff.models import StaffSession
from backend.tickets.models import Ticket
from backend.usage.models import MeterReading

__all__ = [
    "Account",
    "ActionResult",
    "AddressCode",
    "AgentHandoff",
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
    "HolderProof",
    "IdentityChallenge",
    "IdentityLock",
    "IdentityMiss",
    "InboundMessage",
    "JobLock",
    "KnownOutage",
    "LedgerEntry",
    "LegacyDraft",
    "Login",
    "LoginMiss",
    "MailRequest",
    "Member",
    "MeterReading",
    "OfficeMessage",
    "OneTimeCode",
    "OptOut",
    "OutboxMessage",
    "PayLink",
    "Payment",
    "PaymentMethod",
    "PendingRedaction",
    "PortalSession",
    "ProgramEnrollment",
    "PushEvent",
    "Quote",
    "ResetToken",
    "ReturnCursor",
    "ScheduledPayment",
    "SignInCode",
    "StaffSession",
    "Ticket",
]  # fmt: skip
