"""Withdrawing what this conversation has filed."""

from __future__ import annotations

from actions.cases.conversation_tickets import format_callout_status, format_withdraw_hint
from actions.cases.kinds import format_ticket_title
from actions.turn import Turn
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.reading.tickets.withdrawal import find_ticket_numbers, may_name_ticket
from backend.tickets import service as tickets
from backend.tickets.kinds import OBJECTION
from backend.tickets.models import Ticket


async def withdraw_ticket(turn: Turn, words: str | None = None, *, newest: bool = True) -> bool:
    """Withdraw the ticket that `words` (by default the message) name by number or kind, else the only one, and say so.

    A callout stays open: the words are noted on it and sent to the crew. Of several possible tickets the member is
    asked which, unless `newest` allows the newest and it was filed in the last answer. Returns False, with nothing
    said, when no open ticket is meant.
    """
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    numbers = find_ticket_numbers(words or turn.focused_text)
    kinds = detect_ticket_kinds(words or turn.text)
    candidates = [ticket for ticket in filed if ticket.number in numbers]
    if not candidates:
        candidates = [ticket for ticket in filed if ticket.kind in kinds] if kinds else filed
    if not candidates:
        return False
    just_filed = candidates[0].number in turn.last_bot_text()
    if len(candidates) > 1 and not (newest and just_filed):
        things = [tr("{what}, number {number}", what=format_ticket_title(one), number=one.number) for one in candidates]
        turn.utter("utter_case_which", things="; ".join(things))
        turn.set("offer", {"which": True})
        return True
    if tickets.has_callout(candidates[0]):
        await keep_ticket(turn, candidates[0])
        return True
    reason = mask_line(turn.exact_reply)
    ticket = await tickets.withdraw(turn.session, turn.backend, candidates[0].number, turn.conversation_id, reason)
    assert ticket is not None  # this transaction has just read it as open and filed by this conversation
    if OBJECTION in ticket.details:
        turn.utter("utter_object_stays", number=ticket.number)
        return True
    others = ticket.status != tickets.WITHDRAWN
    turn.utter("utter_case_withdrawn", number=ticket.number, what=format_ticket_title(ticket), others=others)
    return True


def answers_which_ticket(text: str) -> bool:
    """Whether this answers the question which ticket to withdraw."""
    return bool(detect_ticket_kinds(text)) or may_name_ticket(text)


async def send_newest_ticket(turn: Turn) -> bool:
    """Name the newest ticket of this conversation and how to withdraw it. False when there is none."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    if filed:
        await keep_ticket(turn, filed[0])
    return bool(filed)


async def keep_ticket(turn: Turn, ticket: Ticket) -> None:
    """`Never mind, it is fine`: say that the report stays open. For a callout, note the words and tell the crew."""
    if not tickets.has_callout(ticket):
        turn.utter("utter_case_stands", number=ticket.number, undo=format_withdraw_hint(turn, ticket))
        return
    await tickets.withdraw(turn.session, turn.backend, ticket.number, turn.conversation_id, mask_line(turn.exact_reply))
    turn.utter("utter_case_withdraw_noted", number=ticket.number, called=await format_callout_status(turn, ticket))
