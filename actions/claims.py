"""Words that claim something are looked up before they are said: that nothing was done, that a copy is on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from actions.cases.kinds import title_of
from backend.language import mark, tr
from backend.outbox.service import takes_texts
from backend.outcomes import service as outcomes
from backend.outcomes import words as outcome_words
from backend.tickets import service as tickets

if TYPE_CHECKING:
    from actions.turn import Turn

RECENT = timedelta(hours=12)
JUST_NOW = timedelta(minutes=10)
"""As long as a message may be answered late: a turn that was lost behind its act is no older."""
TOLD_OTHERWISE = ("ticket_", "handover")

ANYTHING = ""
NOTHING_DONE: dict[str, tuple[str, str | tuple[str, ...], timedelta]] = {
    "utter_stray_answer": ("utter_stray_answer_done", ANYTHING, RECENT),
    "utter_nothing_open": ("utter_nothing_open_done", ANYTHING, RECENT),
    "utter_task_cancelled": ("utter_stopped_done", ANYTHING, JUST_NOW),
    "utter_identity_by_office": ("utter_identity_by_office_done", ANYTHING, RECENT),
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
"""A response that says that nothing was done: what is said in its place when something was, by which acts in the audit
trail, and how far back it is looked for."""

COPY, NOTICE, RECEIPT = (
    mark("A copy is on its way."),
    mark("A notice is on its way."),
    mark("A receipt is on its way."),
)
NO_WAY = mark("I cannot send it in writing: no email is on file, and the phone on file takes no texts from us.")
IN_WRITING = {
    "utter_autopay_done": COPY,
    "utter_autopay_changed": COPY,
    "utter_autopay_cancelled": COPY,
    "utter_draft_changed": COPY,
    "utter_draft_removed": COPY,
    "utter_sched_moved": COPY,
    "utter_program_joined_budget": NOTICE,
    "utter_program_joined_levelized": NOTICE,
    "utter_program_left": NOTICE,
    "utter_pay_done": RECEIPT,
}
"""Responses with `{copy}`: what is sent of it to the phone and email on file."""


async def hold(turn: Turn, messages: list[dict[str, Any]]) -> None:
    """Make each message that is about to be said true as things stand now."""
    for message in messages:
        response = str(message.get("response") or "")
        if response in NOTHING_DONE:
            await _not_nothing(turn, message, *NOTHING_DONE[response])
        elif response in IN_WRITING and "copy" not in message:
            message["copy"] = tr(IN_WRITING[response]) if await _can_write(turn) else tr(NO_WAY)


async def things_done(turn: Turn, within: timedelta = RECENT, acts: str | tuple[str, ...] = ANYTHING) -> list[str]:
    """What this conversation did and what stands of it, in a few words each."""
    since = turn.backend.clock.now() - within
    became = await outcomes.since(turn.session, turn.conversation_id, since)
    if acts:
        became = outcomes.Became(acts=tuple(row for row in became.acts if row.act.startswith(acts)))
    others = tuple(row for row in became.acts if row.act in outcome_words.DEEDS and not _is_of_a_ticket(row.act))
    told = outcome_words.things(turn.backend, outcomes.only(became, others))
    for ticket in await tickets.of_conversation(turn.session, turn.conversation_id):
        if ticket.created_at >= since and (not acts or f"ticket_{ticket.kind}".startswith(acts)):
            told.append(tr("{what}, number {number}", what=title_of(ticket), number=ticket.number))
    return list(dict.fromkeys(told))


def _is_of_a_ticket(act: str) -> bool:
    """Told by the ticket itself, as long as it stands."""
    return act.startswith(TOLD_OTHERWISE)


async def _not_nothing(
    turn: Turn, message: dict[str, Any], instead: str, acts: str | tuple[str, ...], within: timedelta
) -> None:
    if things := await things_done(turn, within, acts):
        message["response"] = instead
        message["things"] = "; ".join(things)


async def _can_write(turn: Turn) -> bool:
    """Whether the member of this talk has a way that a notice can go."""
    member = (await turn.standing()).member
    return member is not None and (bool(member.email) or await takes_texts(turn.session, member.phone))
