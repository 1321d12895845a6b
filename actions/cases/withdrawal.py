"""Taking back what this conversation has filed."""

from __future__ import annotations

from actions.cases.callout_status import format_callout_status
from actions.cases.kinds import format_ticket_title
from actions.turn import Turn
from backend.agent_handoff.transcript import mask_line
from backend.language import tr
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.reading.tickets.withdrawal import find_ticket_numbers, may_name_ticket
from backend.tickets import service as tickets
from backend.tickets.kinds import OBJECTION
from backend.tickets.models import Ticket


async def withdraw_ticket(turn: Turn, words: str | None = None, *, newest: bool = True) -> bool:
    """Withdraw the ticket that is named, by its number or what it is; else the only one, and say so. One that the crew
    is called out for stays open: the words are noted on it and passed on.

    False when nothing that it could mean still stands: then nothing was said either. Of several, none of them named,
    the `newest` is meant by who speaks of it right after it was filed; else it is asked which.
    """
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    text = words or turn.text
    meant = _select_tickets(text, words or turn.focused_text, filed)
    if not meant:
        return False
    if len(meant) > 1 and not (newest and _filed_just_now(turn, meant[0])):
        things = [tr("{what}, number {number}", what=format_ticket_title(one), number=one.number) for one in meant]
        turn.utter("utter_case_which", things="; ".join(things))
        turn.set("offer", {"which": True})
        return True
    reason = mask_line(turn.exact_reply)
    ticket = await tickets.withdraw(turn.session, turn.backend, meant[0].number, turn.conversation_id, reason)
    assert ticket is not None  # it was open, and this conversation's, a moment ago in the same transaction
    if tickets.is_callout(ticket):
        turn.utter("utter_case_withdraw_noted", number=ticket.number, called=await format_callout_status(turn, ticket))
        return True
    if OBJECTION in ticket.details:
        turn.utter("utter_object_stays", number=ticket.number)
        return True
    others = ticket.status != tickets.WITHDRAWN
    turn.utter("utter_case_withdrawn", number=ticket.number, what=format_ticket_title(ticket), others=others)
    return True


def answers_which_ticket(text: str, offer: object) -> bool:
    """Whether this answers which one is to be taken back."""
    asked = isinstance(offer, dict) and bool(offer.get("which"))
    return asked and bool(detect_ticket_kinds(text) or may_name_ticket(text))


async def send_newest_ticket(turn: Turn) -> bool:
    """Name the newest ticket of this conversation and how to take it back. False when there is none."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    if filed:
        await keep_ticket(turn, filed[0])
    return bool(filed)


async def keep_ticket(turn: Turn, ticket: Ticket) -> None:
    """`Never mind, it is fine`: the report stands, and the crew, where one is called out, hears the words."""
    if not tickets.is_callout(ticket):
        turn.utter("utter_case_stands", number=ticket.number, undo=format_withdraw_hint(turn, ticket))
        return
    await tickets.withdraw(turn.session, turn.backend, ticket.number, turn.conversation_id, mask_line(turn.exact_reply))
    turn.utter("utter_case_withdraw_noted", number=ticket.number, called=await format_callout_status(turn, ticket))


def _select_tickets(text: str, own_words: str, filed: list[Ticket]) -> list[Ticket]:
    """The tickets that may be meant, the newest first: what is named is never another one."""
    numbers = find_ticket_numbers(own_words)
    if by_number := [ticket for ticket in filed if ticket.number in numbers]:
        return by_number
    named = detect_ticket_kinds(text)
    return [ticket for ticket in filed if ticket.kind in named] if named else filed


def _filed_just_now(turn: Turn, ticket: Ticket) -> bool:
    return ticket.number in turn.last_bot_text()


def format_withdraw_hint(turn: Turn, ticket: Ticket) -> str:
    """How to take back what was filed; what the crew is called out for is closed by them or the office alone."""
    if tickets.is_callout(ticket):
        if turn.channel == "voice":
            return tr("If it was a mistake, say: withdraw it. I note it for the crew, and they or our office close it.")
        return tr("If it was a mistake, send WITHDRAW IT. I note it for the crew, and they or our office close it.")
    if turn.channel == "voice":
        return tr("To take it back, say: withdraw it.")
    return tr("To take it back, send WITHDRAW IT.")
