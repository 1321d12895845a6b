"""A phone that is told in passing, beside a question or worse news, goes on the urgent report of this talk."""

from __future__ import annotations

from actions import registry
from actions.turn import REQUESTED, Turn
from backend.contact.service import read_phones
from backend.reading.phone_figures import is_parted_as_phone
from backend.reading.sentences import sentences
from backend.reading.where_to_call import gives_a_phone, is_beside, is_of_the_account, replaces_a_phone
from backend.tickets import service as tickets
from backend.tickets import worse
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_theirs

TAKEN = "phone_taken"
"""Of the turn's notes: the phone that this message put on the report."""
SAYS_MORE = 3
"""So many words beside the sentence with the phone ask or tell something else."""


async def take_phone(turn: Turn, *, any_phone: bool = False) -> bool:
    """Put the phone on the report and say so. True when the message says nothing else.

    `any_phone`: the talk is of the danger, so that a number needs no words that say what it is for.
    """
    phones = read_phones(turn.text)
    named = gives_a_phone(turn.whole_words) or (any_phone and not is_of_the_account(turn.whole_words))
    if not phones or not named or turn.notes.get(TAKEN) or _is_asked_for_one(turn):
        return False
    number = turn.read(None).number
    if number is not None and number.complete and not is_parted_as_phone(turn.text):
        return False  # a member number with the digits behind its dash may have ten, too
    ticket = await worse.standing(turn.session, turn.backend, turn.conversation_id)
    if ticket is None or not tickets.is_callout(ticket):
        return False
    if not await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id):
        return False
    first, *others = phones
    beside = is_beside(turn.whole_words) and not replaces_a_phone(turn.whole_words)
    if ticket.phone and first != ticket.phone and beside:
        others = phones
    else:
        await call_at(turn, ticket, first)
    for other in others:
        await tickets.also_at(turn.session, turn.backend, ticket, turn.conversation_id, other)
        turn.say("utter_filed_phone_beside", number=ticket.number, last4=other[-4:])
    turn.notes[TAKEN] = first if first not in others else ticket.phone
    rest = [part for part in sentences(turn.whole_words) if not read_phones(part)]
    return sum(len(part.split()) for part in rest) < SAYS_MORE


async def call_at(turn: Turn, ticket: Ticket, phone: str) -> None:
    """Note another phone on the report and tell which one it has now."""
    is_new = phone != ticket.phone
    if is_new:
        await tickets.call_at(turn.session, turn.backend, ticket, turn.conversation_id, phone)
    turn.say("utter_filed_phone", number=ticket.number, last4=phone[-4:], new=is_new)


def _is_asked_for_one(turn: Turn) -> bool:
    """Whether the open task wants a phone itself: a call back, a new report, a change of the phone on file."""
    form = turn.get("open_task")
    if form is None or form not in registry.FORMS:
        return False
    asks_one = str(turn.get(REQUESTED) or "").endswith("_phone")
    return asks_one or ("phone" in registry.FORMS[form].asks.values() and not _has_filed(turn, form))


def _has_filed(turn: Turn, form: str) -> bool:
    return bool(turn.get(f"{form.removesuffix('_form')}_filed"))
