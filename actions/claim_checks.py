"""Checks claims in messages before they are sent: that nothing was done, or that a copy is on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from actions.cases.kinds import format_ticket_title
from backend.language import mark, tr
from backend.outbox.service import can_receive_texts
from backend.outcomes import formatting as outcome_words
from backend.outcomes import service as outcomes
from backend.tickets import service as tickets

if TYPE_CHECKING:
    from actions.turn import Turn

RECENT = timedelta(hours=12)
JUST_NOW = timedelta(minutes=10)
"""How late a message may be answered. A turn that was lost after its act is no older."""
TICKET_ACT_PREFIXES = ("ticket_", "handover")
"""Acts in the audit trail that are listed by their ticket instead, which knows whether it still stands."""

ANY_ACT = ""
NOTHING_DONE_RESPONSES: dict[str, tuple[str, str | tuple[str, ...], timedelta]] = {
    "utter_stray_answer": ("utter_stray_answer_done", ANY_ACT, RECENT),
    "utter_nothing_open": ("utter_nothing_open_done", ANY_ACT, RECENT),
    "utter_task_canceled": ("utter_stopped_done", ANY_ACT, JUST_NOW),
    "utter_identity_by_office": ("utter_identity_by_office_done", ANY_ACT, RECENT),
    "utter_alerts_left": ("utter_stopped_done", "alerts_", JUST_NOW),
    "utter_bills_unchanged": ("utter_stopped_done", "paperless_", JUST_NOW),
    "utter_contact_unchanged": ("utter_stopped_done", "contact_", JUST_NOW),
    "utter_autopay_left": ("utter_stopped_done", "autopay_", JUST_NOW),
    "utter_autopay_draft_kept": ("utter_stopped_done", "autopay_", JUST_NOW),
    "utter_draft_left": ("utter_stopped_done", ("draft_", "bank_draft_"), JUST_NOW),
    "utter_program_left_alone": ("utter_stopped_done", "program_", JUST_NOW),
    "utter_sched_left": ("utter_stopped_done", "scheduled_payment_", JUST_NOW),
    "utter_arrangement_left": ("utter_stopped_done", ("arrangement_", "ticket_arrangement"), JUST_NOW),
    "utter_case_left": ("utter_stopped_done", "ticket_", JUST_NOW),
    "utter_question_case_change": ("utter_question_change_done", "ticket_", JUST_NOW),
    "utter_question_service_change": ("utter_question_change_done", "ticket_service", JUST_NOW),
    "utter_question_arrangement_change": (
        "utter_question_change_done",
        ("arrangement_", "ticket_arrangement"),
        JUST_NOW,
    ),
    "utter_question_autopay_change": ("utter_question_change_done", "autopay_", JUST_NOW),
    "utter_question_alert_another": ("utter_question_change_done", "alerts_", JUST_NOW),
    "utter_service_left": ("utter_stopped_done", "ticket_service", JUST_NOW),
}
"""Responses that say that nothing was done: the response to send instead if something was, the prefixes of the acts in
the audit trail that count, and how far back to look."""

COPY_SENT, NOTICE_SENT, RECEIPT_SENT = (
    mark("A copy is on its way."),
    mark("A notice is on its way."),
    mark("A receipt is on its way."),
)
CANNOT_SEND = mark("I cannot send it in writing: no email is on file, and the phone on file takes no texts from us.")
WRITTEN_COPY_RESPONSES = {
    "utter_autopay_done": COPY_SENT,
    "utter_autopay_changed": COPY_SENT,
    "utter_autopay_canceled": COPY_SENT,
    "utter_draft_changed": COPY_SENT,
    "utter_draft_removed": COPY_SENT,
    "utter_sched_moved": COPY_SENT,
    "utter_program_joined_budget": NOTICE_SENT,
    "utter_program_joined_levelized": NOTICE_SENT,
    "utter_program_left": NOTICE_SENT,
    "utter_pay_done": RECEIPT_SENT,
    "utter_pay_together_done": RECEIPT_SENT,
}
"""Responses with `{copy}`: the sentence about what goes to the phone and email on file."""


async def verify_messages(turn: Turn, messages: list[dict[str, Any]]) -> None:
    """Correct each message that is about to be sent, so that its claims are true now."""
    for message in messages:
        response = str(message.get("response") or "")
        if response in NOTHING_DONE_RESPONSES:
            instead, acts, within = NOTHING_DONE_RESPONSES[response]
            if things := await list_completed_actions(turn, within, acts):
                message |= {"response": instead, "things": "; ".join(things)}
        elif response in WRITTEN_COPY_RESPONSES and "copy" not in message:
            message["copy"] = tr(WRITTEN_COPY_RESPONSES[response]) if await _can_send_notice(turn) else tr(CANNOT_SEND)


async def list_completed_actions(
    turn: Turn, within: timedelta = RECENT, acts: str | tuple[str, ...] = ANY_ACT
) -> list[str]:
    """What this conversation did and what is still in effect, in a few words each."""
    since = turn.backend.clock.now() - within
    outcome = await outcomes.outcome_since(turn.session, turn.conversation_id, since)
    if acts:
        outcome = outcomes.ConversationOutcome(acts=tuple(row for row in outcome.acts if row.act.startswith(acts)))
    listed = tuple(
        row
        for row in outcome.acts
        if row.act in outcome_words.ACT_TEXTS and not row.act.startswith(TICKET_ACT_PREFIXES)
    )
    things = outcome_words.list_acts(turn.backend, outcomes.with_acts(outcome, listed))
    for ticket in await tickets.list_of_conversation(turn.session, turn.conversation_id):
        if ticket.created_at >= since and (not acts or f"ticket_{ticket.kind}".startswith(acts)):
            things.append(tr("{what}, number {number}", what=format_ticket_title(ticket), number=ticket.number))
    return list(dict.fromkeys(things))


async def _can_send_notice(turn: Turn) -> bool:
    """Whether the member has an email, or a phone that takes our texts."""
    member = (await turn.identity()).member
    return member is not None and (bool(member.email) or await can_receive_texts(turn.session, member.phone))
