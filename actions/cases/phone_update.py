"""A phone that is told in passing, beside a question or worse news, goes on the urgent report of this talk."""

from __future__ import annotations

from actions import registry
from actions.turn import REQUESTED_SLOT, Turn
from backend.contact.service import extract_phones
from backend.reading.contact.phone_mentions import (
    contains_formatted_phone,
    gives_callback_phone,
    is_account_phone,
    is_additional_phone,
    replaces_phone,
)
from backend.reading.normalize import split_sentences
from backend.tickets import escalation
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_own_ticket

PHONE_SAVED = "phone_taken"
"""Of the turn's notes: the phone that this message put on the report."""
MIN_EXTRA_WORDS = 3
"""So many words beside the sentence with the phone ask or tell something else."""


async def save_phone(turn: Turn, *, any_phone: bool = False) -> bool:
    """Put the phone on the report and say so. True when the message says nothing else.

    `any_phone`: the talk is of the danger, so that a number needs no words that say what it is for.
    """
    phones = extract_phones(turn.text)
    named = gives_callback_phone(turn.full_text) or (any_phone and not is_account_phone(turn.full_text))
    if not phones or not named or turn.notes.get(PHONE_SAVED) or _is_phone_requested(turn):
        return False
    number = turn.extract_values(None).member_number
    if number is not None and number.is_complete and not contains_formatted_phone(turn.text):
        return False  # a member number with the digits behind its dash may have ten, too
    ticket = await escalation.find_escalatable(turn.session, turn.backend, turn.conversation_id)
    if ticket is None or not tickets.is_callout(ticket):
        return False
    if not await is_own_ticket(turn.session, turn.backend, ticket, turn.conversation_id):
        return False
    first, *others = phones
    beside = is_additional_phone(turn.full_text) and not replaces_phone(turn.full_text)
    if ticket.phone and first != ticket.phone and beside:
        others = phones
    else:
        await set_ticket_phone(turn, ticket, first)
    for other in others:
        await tickets.add_phone(turn.session, turn.backend, ticket, turn.conversation_id, other)
        turn.utter("utter_filed_phone_beside", number=ticket.number, last4=other[-4:])
    turn.notes[PHONE_SAVED] = first if first not in others else ticket.phone
    rest = [part for part in split_sentences(turn.full_text) if not extract_phones(part)]
    return sum(len(part.split()) for part in rest) < MIN_EXTRA_WORDS


async def set_ticket_phone(turn: Turn, ticket: Ticket, phone: str) -> None:
    """Note another phone on the report and tell which one it has now."""
    is_new = phone != ticket.phone
    if is_new:
        await tickets.replace_phone(turn.session, turn.backend, ticket, turn.conversation_id, phone)
    turn.utter("utter_filed_phone", number=ticket.number, last4=phone[-4:], new=is_new)


def _is_phone_requested(turn: Turn) -> bool:
    """Whether the open task wants a phone itself: a call back, a new report, a change of the phone on file."""
    form = turn.get("open_task")
    if form is None or form not in registry.FORMS:
        return False
    asks_one = str(turn.get(REQUESTED_SLOT) or "").endswith("_phone")
    return asks_one or ("phone" in registry.FORMS[form].asks.values() and not _has_filed(turn, form))


def _has_filed(turn: Turn, form: str) -> bool:
    return bool(turn.get(f"{form.removesuffix('_form')}_filed"))
