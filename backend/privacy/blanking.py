"""Rows that stay for what refers to them, without what they said of a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, true

from backend.conversations.models import Conversation
from backend.db import Base
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.payments.models import PaymentMethod
from backend.tickets.models import Ticket


def blank_values(model: type[Base]) -> dict[str, Any]:
    """What is written over the columns of a row that is blanked."""
    values: dict[type[Base], dict[str, Any]] = {
        Member: {
            "phone": "", "email": None, "mailing_address": None, "phone_changed_at": None, "email_changed_at": None,
            "phone_proven_at": None, "email_proven_at": None, "former_phone": None, "former_email": None,
        },
        PaymentMethod: {
            # unique, as tokens are at some networks
            "token": literal("erased-").concat(cast(PaymentMethod.id, String)), "exp_month": None, "exp_year": None,
            "saved": False, "active": False, "entered_in": None,
        },
        Conversation: {
            "address": None, "source": "", "browser": "", "attested": False, "level": 0, "account_id": None,
            "member_id": None, "verified_at": None, "signed_in": False, "signed_in_by": "", "offered": [],
            "expects": "",
        },
        Ticket: {"place": None, "place_key": None, "phone": None, "details": {}, "notes": [], "outcome": None},
        OutboxMessage: {
            "recipient": "", "subject": "", "body": "", "media_url": None, "provider_sid": None,
            # the key may have the recipient in it, and is unique
            "dedupe_key": literal("erased:").concat(cast(OutboxMessage.id, String)),
        },
    }  # fmt: skip
    return values[model]


def is_filled(model: type[Base]) -> ColumnElement[bool]:
    """Whether a conversation or a message that went out was not blanked yet."""
    if model is OutboxMessage:
        return OutboxMessage.recipient != ""
    return or_(
        Conversation.address.is_not(None), Conversation.source != "", Conversation.account_id.is_not(None),
        func.length(Conversation.browser) > 0,
    )  # fmt: skip


def is_unreferenced(model: type[Base]) -> ColumnElement[bool]:
    """Whether no row of another table refers to the row."""
    [key] = model.__table__.primary_key.columns  # type: ignore[attr-defined]
    referring = [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        for foreign in column.foreign_keys
        if foreign.column is key
    ]
    return and_(true(), *[key.not_in(select(column).where(column.is_not(None))) for column in referring])
