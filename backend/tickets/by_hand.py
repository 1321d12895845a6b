"""Tickets that the office opens by hand, for who called or stood at the counter. Functions flush; the caller commits.

The same rules as for a reported one: words of danger make it a danger, and people on call are called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import use_language
from backend.reading.hazards.hazard_signs import is_only_medical_need
from backend.tickets import service as tickets
from backend.tickets.danger_signs import detect_signs
from backend.tickets.history import record_staff_act
from backend.tickets.kinds import CALLOUT_KINDS, DANGER, MAY_BECOME_DANGER
from backend.tickets.models import TAKEN_DOWN_LABEL, Ticket

if TYPE_CHECKING:
    from backend.app import Backend

CHANNEL = "office"
KEY = re.compile(r"[0-9a-f]{32}")
ASKED_LABEL = "danger asked about"
"""Label in `details`: the words sounded dangerous, and the person of the office says that nobody is in danger."""


@dataclass(frozen=True, slots=True)
class HandReport:
    """What the office writes down. `key` is the form's: the same key opens one ticket. `language` is en or es.

    `is_asked`: whoever wrote it down has asked, and there is no danger although the words sound like it.
    """

    key: str
    report: tickets.Report
    language: str
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class HandPreview:
    """What would be opened: the report with the danger rules applied, and the open ticket that it would be added to.

    `is_raised`: the words sound dangerous, so it is opened as more than was chosen. `calls_out`: people on call are
    called.
    """

    report: tickets.Report
    same: Ticket | None
    is_raised: bool
    calls_out: bool


def apply_danger_rules(report: tickets.Report, *, is_asked: bool = False) -> tickets.Report:
    """As in a conversation: words of danger make it a danger; of a machine that somebody depends on, urgent."""
    words = str(report.details.get("words") or "")
    signs = detect_signs(words)
    if report.kind == DANGER:
        return replace(report, urgent=True)
    if not signs:
        return report
    if is_asked:
        return replace(report, details={**report.details, ASKED_LABEL: "no danger, says the office"})
    if is_only_medical_need(signs):
        return replace(report, urgent=True) if report.kind in CALLOUT_KINDS else report
    kind = DANGER if report.kind in MAY_BECOME_DANGER or report.kind == "other" else report.kind
    return replace(report, kind=kind, urgent=True)


async def preview(session: AsyncSession, backend: Backend, hand: HandReport) -> HandPreview:
    """What `open_by_hand` would do; writes nothing."""
    report = apply_danger_rules(hand.report, is_asked=hand.is_asked)
    same = await tickets.find_same_ticket(session, backend, _conversation_id(hand.key), report)
    is_raised = (report.kind, report.urgent) != (hand.report.kind, hand.report.urgent or hand.report.kind == DANGER)
    urgent = report.urgent or report.kind == DANGER
    calls_out = urgent and report.kind in CALLOUT_KINDS and bool(backend.coop.on_call)
    return HandPreview(report, same, is_raised, calls_out)


async def open_by_hand(session: AsyncSession, backend: Backend, by: str, hand: HandReport) -> Ticket:
    """Open it, or add it to the open ticket for the same event. A key that was used gives the ticket that it opened."""
    talk = _conversation_id(hand.key)
    if await session.get(Conversation, talk) is not None:
        added = cast(Ticket.notes, Text).contains(talk, autoescape=True)
        opened = await session.scalars(select(Ticket).where((Ticket.conversation_id == talk) | added))
        return opened.one()
    report = apply_danger_rules(hand.report, is_asked=hand.is_asked)
    report = replace(report, details={**report.details, TAKEN_DOWN_LABEL: by})
    now = backend.clock.now()
    account = await session.get(Account, report.account_id) if report.account_id is not None else None
    session.add(
        Conversation(
            id=talk, channel=CHANNEL, address=report.phone, started_at=now, last_seen_at=now, language=hand.language,
            account_id=account.id if account else None, member_id=account.member_id if account else None,
        )
    )  # fmt: skip
    await session.flush()
    with use_language(hand.language):
        filed = await tickets.file_report(session, backend, talk, report)
    await record_staff_act(session, backend, filed.ticket, f"office:{by}", "ticket_by_hand", "")
    return filed.ticket


def _conversation_id(key: str) -> str:
    return f"{CHANNEL}-{key}"
