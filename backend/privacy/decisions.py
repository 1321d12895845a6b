"""What becomes of each table: exported to its member or not, erased or kept, and for how long.

A test holds every table to an entry, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Owner = Literal["member", "account", "conversation", "login", "ticket", "recipient", "nobody"]
"""How a row is known to be a member's: by its member_id, account_id, …; `recipient`: by a phone or email on file."""
Erasure = Literal["delete", "blank", "keep"]


@dataclass(frozen=True, slots=True)
class Decision:
    """`export` are the columns that a member gets, none with `left_out` saying why. `age` is the column that a period
    counts from. `kept` says why rows stay when a member is erased, or what stays of them when they are blanked."""

    owner: Owner
    erase: Erasure
    export: tuple[str, ...] = ()
    left_out: str = ""
    kept: str = ""
    period: str | None = None
    age: str = ""


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


def _secret(owner: Owner, age: str, *, period: str = "codes", left_out: str = "a code, token or its hash") -> Decision:
    return Decision(owner, "delete", left_out=left_out, period=period, age=age)


BOOKS = "the co-op's books"
MONEY = "money that moved, and who agreed to it"

DECISIONS: dict[str, Decision] = {
    # who the member is
    "Member": Decision(
        "member", "blank",
        export=_words("number name kind phone email language mailing_address phone_changed_at email_changed_at "
                      "phone_proven_at email_proven_at former_phone former_email"),
        kept="number and name: payments, authorizations and capital credits are in that name",
    ),
    "Account": Decision(
        "account", "keep", export=_words("number service_address status opened_on"), kept=BOOKS
    ),
    "Login": Decision("member", "delete", export=_words("user_id first_name last_name created_at password_set_at")),
    "HolderProof": Decision("member", "delete", left_out="a keyed hash of the holder's last four digits"),
    # money
    "Bill": Decision(
        "account", "keep",
        export=_words("number issued_on due_on period_start period_end kwh amount_cents lines"), kept=BOOKS,
    ),
    "LedgerEntry": Decision("account", "keep", export=_words("book amount_cents at memo"), kept=BOOKS),
    "MeterReading": Decision("account", "keep", export=_words("month kwh days avg_temp_f"), kept=BOOKS),
    "DailyReading": Decision("account", "delete", export=_words("day wh")),
    "PaymentMethod": Decision(
        "member", "blank", export=_words("kind brand last4 exp_month exp_year saved active preferred"),
        kept="kind, brand and last four, which past payments name; the network's token goes",
    ),
    "Payment": Decision(
        "account", "keep",
        export=_words("confirmation amount_cents fee_cents status channel decline_code created_at posted_on"),
        kept=MONEY,
    ),
    "PaymentGroup": Decision("member", "keep", left_out="which payments were agreed to by one yes", kept=MONEY),
    "PaymentGroupPart": Decision("account", "keep", left_out="its payment is there", kept=MONEY),
    "ScheduledPayment": Decision(
        "account", "keep", export=_words("confirmation amount_cents fee_cents run_on status channel created_at"),
        kept=MONEY,
    ),
    "AutoPay": Decision("account", "keep", export=_words("day_of_month active starts_on change_on"), kept=MONEY),
    "LegacyDraft": Decision("account", "keep", export=_words("active change_on"), kept=MONEY),
    "AutomaticDraft": Decision(
        "account", "keep", export=_words("kind amount_cents run_on status attempts created_at"), kept=MONEY
    ),
    "Arrangement": Decision(
        "account", "keep", export=_words("number parts owed_cents status granted_on ended_on"), kept=MONEY
    ),
    "ProgramEnrollment": Decision(
        "account", "keep", export=_words("program amount_cents confirmation started_on ended_on end_reason"), kept=BOOKS
    ),
    "Consent": Decision(
        "account", "keep",
        export=_words("kind wording reply channel sender level reference at ends_on revoked_at"),
        kept="authorizations are kept past their end: [retention] consents", period="consents", age="revoked_at",
    ),
    "MessageConsent": Decision(
        "account", "keep", export=_words("purpose channel given address via wording reply at"),
        kept="who agreed to be called and texted, and who ended it, must be shown for years",
    ),
    "TextPayAuthorization": Decision(
        "account", "keep", export=_words("confirmation phone given_at ended_at end_reason"), kept=MONEY
    ),
    "PaymentRefund": Decision(
        "account", "keep",
        export=_words(
            "confirmation amount_cents fee_cents reason status asked_at ended_at handled_as handled_cents handled_at"
        ),
        kept=MONEY,
    ),
    "PaymentDifference": Decision(
        "nobody", "keep", left_out="the network's word about a payment; the payment tells it", kept=MONEY
    ),
    "CounterPayment": Decision(
        "account", "keep", export=_words("confirmation amount_cents kind reference received_on status"), kept=MONEY
    ),
    "OutsideEntry": Decision(
        "account", "keep", export=_words("number kind amount_cents posted_on source reference state received_at"),
        kept=MONEY,
    ),
    "PrepaidAccount": Decision("account", "keep", export=_words("daily_cents"), kept=BOOKS),
    "KnownFigures": Decision(
        "account", "delete",
        export=_words("amount_due_cents past_due_cents due_on disconnect_on prepaid_left_cents as_of"),
    ),
    "QueuedPosting": Decision("account", "keep", left_out="the payments again, as the billing system gets them",
                              kept=MONEY),
    "PostingBatch": Decision("nobody", "keep", left_out="which files were written"),
    "SyncRow": Decision(
        "nobody", "keep", left_out="keyed digests of the rows of the co-op's files",
        kept="the next file must not bring back what was erased",
    ),
    "SyncFile": Decision("nobody", "keep", left_out="when a file was taken, and how many rows it had"),
    "BillingSync": Decision("nobody", "keep", left_out="how far a list has been read"),
    "ReturnFileEntry": Decision("nobody", "keep", left_out="a bank's word about a payment; the payment tells it"),
    "NetworkCharge": Decision("nobody", "keep", left_out="the network's name for a payment"),
    "NetworkRefund": Decision("nobody", "keep", left_out="the network's name for a refund"),
    "NetworkEvent": Decision("nobody", "keep", left_out="the network's reports, which name no person"),
    "ReturnCursor": Decision("nobody", "keep", left_out="how far a list has been read"),
    # conversations
    "Conversation": Decision(
        "conversation", "blank", export=_words("channel started_at last_seen_at language"),
        kept="an empty row where a ticket or an arrangement refers to it", period="conversations", age="last_seen_at",
    ),
    "InboundMessage": Decision(
        "conversation", "delete", export=_words("received_at text reply"), period="conversations", age="received_at"
    ),
    "ActionResult": Decision(
        "conversation", "delete", left_out="how an unanswered message is answered", period="conversations"
    ),
    "TurnReading": Decision(
        "conversation", "delete", left_out="which request the assistant took a message for; the words are there",
        period="conversations",
    ),
    "ReviewMark": Decision(
        "conversation", "delete", left_out="what the office found wrong with the assistant's answer",
        period="conversations",
    ),
    "PushEvent": Decision(
        "conversation", "delete", left_out="the same words as in the conversation", period="conversations", age="at"
    ),
    "PendingRedaction": Decision(
        "conversation", "delete", left_out="what the dialogue engine is still to forget", period="conversations",
        age="at",
    ),
    "Quote": Decision(
        "conversation", "delete", left_out="what was read out; consents have the words", period="conversations",
        age="created_at",
    ),
    "AgentHandoff": Decision(
        "conversation", "delete", export=_words("status created_at closed_at"), period="conversations", age="created_at"
    ),
    "OfficeMessage": Decision(
        "conversation", "delete", export=_words("at text"), period="conversations", age="at"
    ),
    "TalkRating": Decision(
        "conversation", "delete", export=_words("helped words at"), period="conversations", age="at"
    ),
    "TalkPhoto": Decision("conversation", "delete", export=_words("width height at"), period="conversations", age="at"),
    "MemberNote": Decision("member", "delete", export=_words("at act text")),
    "TalkNote": Decision(
        "conversation", "delete", left_out="what the office says among itself", period="conversations", age="at"
    ),
    "TalkViewer": Decision(
        "conversation", "delete", left_out="who of the office has the talk open", period="conversations",
        age="looks_until",
    ),
    "ReadyAnswer": Decision(
        "nobody", "keep", left_out="the office's own words, about nobody", kept="the office edits them"
    ),
    # tickets
    "Ticket": Decision(
        "account", "blank",
        export=_words("number kind status urgent place phone details notes outcome due_at created_at closed_at"),
        kept="number, kind and times: what the crew did", period="tickets", age="closed_at",
    ),
    "Callout": Decision("ticket", "keep", left_out="about the crew", kept="who was called, by name",
                        period="tickets", age="created_at"),
    "ForwardedReport": Decision("ticket", "keep", left_out="that the ticket went to the outage system",
                                kept="it names nobody but its ticket", period="tickets"),
    "CalloutCode": Decision("ticket", "keep", left_out="about the crew", kept="who was called", period="tickets"),
    "CalloutNotice": Decision("ticket", "keep", left_out="about the crew", kept="who was called", period="tickets"),
    # messages out
    "OutboxMessage": Decision(
        "recipient", "blank", export=_words("kind recipient subject body purpose status created_at"),
        kept="that a message of this kind was sent, and when", period="messages", age="created_at",
    ),
    "OptOut": Decision(
        "recipient", "keep", export=_words("phone active changed_at"), kept="a STOP is honored for good"
    ),
    "AlertSetting": Decision(
        "account", "delete", export=_words("kind by_text by_email by_call threshold active origin since")
    ),
    "AlertSent": Decision("account", "delete", export=_words("kind event at texted_to"), period="alerts", age="at"),
    # codes, links, sessions, tries
    "OneTimeCode": _secret("member", "sent_at"),
    "AddressCode": _secret("member", "sent_at"),
    "IdentityChallenge": _secret("conversation", "asked_at"),
    "CoopIdentity": _secret("conversation", "at"),
    "CreationLink": _secret("account", "created_at"),
    "CreationCode": _secret("member", "sent_at"),
    "ResetToken": _secret("login", "created_at"),
    "SignInCode": _secret("nobody", "created_at"),
    "PortalSession": _secret("login", "seen_at"),
    "StaffSession": _secret("nobody", "started_at"),
    "StaffAccount": Decision(
        "nobody", "keep", left_out="about a person of the office", kept="past answers and the audit trail name them"
    ),
    "StaffWayIn": Decision(
        "nobody", "keep", left_out="about a person of the office", kept="it says who let whom in, as the audit trail"
    ),
    "StaffCodeApp": Decision("nobody", "keep", left_out="of a person of the office", kept="until it is removed"),
    "StaffRecoveryCode": Decision("nobody", "keep", left_out="of a person of the office", kept="until it is removed"),
    "StaffPasskey": Decision("nobody", "keep", left_out="of a person of the office", kept="until it is removed"),
    "StaffChallenge": _secret("nobody", "made_at"),
    "SentForm": _secret("nobody", "at", left_out="that a form of a page was sent, for a day"),
    "StaffKeptForm": _secret("nobody", "kept_at", left_out="a form of the office, for half an hour"),
    "PayLink": _secret("conversation", "created_at"),
    "MailRequest": _secret("member", "asked_at", left_out="that a link by email was asked for"),
    "IdentityMiss": _secret("conversation", "at", period="misses", left_out="a try under a keyed hash"),
    "IdentityLock": _secret("account", "at", period="misses", left_out="a lock under a keyed hash"),
    "LoginMiss": _secret("nobody", "at", period="misses", left_out="a try under a keyed hash"),
    # of the system
    "AuditRow": Decision(
        "account", "keep", export=_words("at act level channel before after"),
        kept="the trail is never changed; it names conversations by keyed references, and no contact details",
    ),
    "Hold": Decision("nobody", "keep", left_out="which jobs are stopped, and why"),
    "SendRate": Decision("nobody", "keep", left_out="how many messages went out just now"),
    "JobLock": Decision("nobody", "keep", left_out="which job ran when"),
    "SettingsVersion": Decision("nobody", "keep", left_out="what the office set: hours, fees, words"),
    "OfficeLogo": Decision("nobody", "keep", left_out="the co-op's logo"),
    "KnownOutage": Decision("nobody", "keep", left_out="what the office wrote down about an area"),
    "OutageAnnouncement": Decision("nobody", "keep", left_out="what was told about an area, and how far that is"),
    "OutageAccount": Decision(
        "account", "delete", export=_words("outage_id added_at"), period="alerts", age="added_at"
    ),
    "OutageNotice": Decision(
        "account", "delete", export=_words("outage_id stage way at"), period="alerts", age="at"
    ),
}  # fmt: skip
"""By the name of the model."""

ENGINE_TABLES = {
    "tracker_events": "deleted with the conversation; else by [retention] tracker",
    "tracker_snapshots": "deleted with the conversation; else by [retention] tracker",
    "tracker_answers": "deleted with the conversation; else by [retention] tracker",
}
"""The dialogue engine's own tables: what they hold is in the conversations, so none of it is exported again."""
