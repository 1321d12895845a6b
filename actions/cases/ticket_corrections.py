"""A phone or a place that a later message gives for a filed report: it goes onto the ticket and to the crew."""

from __future__ import annotations

from actions import registry
from actions.cases.conversation_tickets import is_own, open_danger_ticket
from actions.cases.report_notes import report_notes
from actions.free_text import extract_place
from actions.given_phone import drop_own, was_own_told
from actions.turn import REQUESTED_SLOT, Turn
from backend.contact.service import extract_phones
from backend.conversations.masking import mask_line
from backend.reading.contact.location import extract_address_or_road
from backend.reading.contact.phone_mentions import (
    contains_formatted_phone,
    gives_callback_phone,
    is_account_phone,
    is_additional_phone,
    replaces_phone,
)
from backend.reading.normalize import split_sentences
from backend.tickets import service as tickets
from backend.tickets.models import PLACE_SOURCE_LABEL, Ticket
from backend.tickets.place_correction import extract_corrected_place

MIN_EXTRA_WORDS = 3
"""With so many words outside the sentence with the phone, the message also asks or reports something else."""


async def save_phone(turn: Turn, *, any_phone: bool = False) -> bool:
    """Put the phone on the open urgent ticket and say so. True when the message contains nothing else.

    `any_phone`: the conversation is about the danger, so a number needs no words that say what it is for.
    """
    phones = extract_phones(turn.text)
    named = gives_callback_phone(turn.full_text) or (any_phone and not is_account_phone(turn.full_text))
    if not phones or not named or report_notes(turn).phone_saved or _is_phone_requested(turn):
        return False
    number = turn.extract_values(None).member_number
    if number is not None and number.is_complete and not contains_formatted_phone(turn.text):
        return False  # a member number with its separator may have ten digits as well
    ticket = await open_danger_ticket(turn)
    if ticket is None or not await is_own(turn, ticket):
        return False
    phones = [phone for phone in phones if drop_own(turn, phone)]
    if not phones:
        return was_own_told(turn)
    first, *others = phones
    is_added = is_additional_phone(turn.full_text) and not replaces_phone(turn.full_text)
    if ticket.phone and first != ticket.phone and is_added:
        others = phones
    else:
        await set_ticket_phone(turn, ticket, first)
    for other in others:
        await tickets.add_phone(turn.session, turn.backend, ticket, turn.conversation_id, other)
        turn.utter("utter_filed_phone_beside", number=ticket.number, last4=other[-4:])
    report_notes(turn).phone_saved = first if first not in others else ticket.phone
    rest = [part for part in split_sentences(turn.full_text) if not extract_phones(part)]
    return sum(len(part.split()) for part in rest) < MIN_EXTRA_WORDS


async def set_ticket_phone(turn: Turn, ticket: Ticket, phone: str) -> None:
    """Set the phone to call, unless the ticket has it already, and say which one it has now."""
    is_new = phone != ticket.phone
    if is_new:
        await tickets.replace_phone(turn.session, turn.backend, ticket, turn.conversation_id, phone)
    turn.utter("utter_filed_phone", number=ticket.number, last4=phone[-4:], new=is_new)


def _is_phone_requested(turn: Turn) -> bool:
    """Whether the open task needs a phone itself: a call back, a new report, a change of the phone on file."""
    form = turn.get("open_task")
    if form is None or form not in registry.FORMS:
        return False
    if str(turn.get(REQUESTED_SLOT) or "").endswith("_phone"):
        return True
    has_filed = bool(turn.get(f"{form.removesuffix('_form')}_filed"))
    return "phone" in registry.FORMS[form].asks.values() and not has_filed


async def save_place(turn: Turn, ticket: Ticket) -> bool:
    """Put the place of this message on the ticket and say so. False without a place, or where a form asks for one.

    Any address replaces a place on file, or one in words that a crew cannot find. It replaces another address only
    where the message corrects that, since it may belong to another event.
    """
    if str(turn.get(REQUESTED_SLOT) or "").endswith("_place") or not await is_own(turn, ticket):
        return False
    place = extract_corrected_place(turn.focused_text, ticket.place)
    if place is None and has_vague_place(ticket):
        place = extract_place(turn, asked=False)
    if place is None or place == ticket.place:
        return False
    words = mask_line(turn.full_text)
    await tickets.correct_place(turn.session, turn.backend, ticket, turn.conversation_id, place=place, words=words)
    report_notes(turn).place_saved = place
    turn.utter("utter_filed_place", number=ticket.number, place=place)
    return True


def has_vague_place(ticket: Ticket) -> bool:
    """Whether the place is the one on file, or in words that a crew cannot find."""
    return PLACE_SOURCE_LABEL in ticket.details or not extract_address_or_road(ticket.place or "")
