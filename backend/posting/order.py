"""Which movements may go now. An account's movements go in the order in which they were made.

A movement of a payment (its return, a refund) also waits for as long as the payment itself is not known to have
arrived. Other movements of the account do not wait for one that failed or is in review: a payment must not stay
unbooked because an older one needs a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from backend.posting.models import QueuedPosting

LEASE = timedelta(minutes=5)
"""A call is ended after a minute; a claim older than this belonged to a process that is gone."""
_Earlier, _Oldest = aliased(QueuedPosting), aliased(QueuedPosting)


def is_open(status: InstrumentedAttribute[str] = QueuedPosting.status) -> ColumnElement[bool]:
    """Not sent: the very words of the index of open movements, so that those sent in years are not read through."""
    return status != literal_column("'sent'")


def due(now: datetime) -> ColumnElement[bool]:
    """Waiting, or of unknown outcome and nobody's; and not pausing after a failed try."""
    unknown = and_(
        QueuedPosting.status == "sending",
        QueuedPosting.batch_number.is_(None),
        or_(QueuedPosting.claimed_at.is_(None), QueuedPosting.claimed_at <= now - LEASE),
    )
    rested = or_(QueuedPosting.not_before.is_(None), QueuedPosting.not_before <= now)
    return and_(is_open(), or_(QueuedPosting.status == "waiting", unknown), rested)


def first_of_account() -> ColumnElement[bool]:
    """No older movement of the account is still to go; one that waits for a person does not count."""
    for_a_person = exists().where(
        _Oldest.account_id == _Earlier.account_id,
        is_open(_Oldest.status),
        _Oldest.payment_id == _Earlier.payment_id,
        _Oldest.id < _Earlier.id,
        _Oldest.status.in_(("failed", "review")),
    )
    return ~exists().where(
        _Earlier.account_id == QueuedPosting.account_id,
        is_open(_Earlier.status),
        _Earlier.id < QueuedPosting.id,
        _Earlier.status.in_(("waiting", "sending")),
        ~for_a_person,
    )


def payment_arrived() -> ColumnElement[bool]:
    """No older movement of the same payment failed, is in review or has an unknown outcome."""
    return ~exists().where(
        _Earlier.account_id == QueuedPosting.account_id,
        is_open(_Earlier.status),
        _Earlier.payment_id == QueuedPosting.payment_id,
        _Earlier.id < QueuedPosting.id,
        _Earlier.status.in_(("sending", "failed", "review")),
    )
