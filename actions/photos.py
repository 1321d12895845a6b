"""Tells how a photo is sent: here only once somebody at the office has the talk before them."""

from __future__ import annotations

from actions.offers import Offer
from actions.turn import Turn
from backend.language import tr
from backend.reading.service.photo_wish import wants_to_send_photo
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES

REPORT_FORMS = frozenset({"case_form", "outage_form"})


async def answer_photo_wish(turn: Turn) -> bool:
    """`Can I send a photo`: where, and when. False if the message is about no photo."""
    if not wants_to_send_photo(turn.text):
        return False
    email = turn.backend.coop.email
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    open_ticket = next((one for one in filed if one.status in OPEN_STATUSES), None)
    number = open_ticket.number if open_ticket else ""
    if turn.channel != "web":
        told = tr("A photo cannot be taken here. Please email it to {email}, with your member number.", email=email)
        if number:
            told = tr(
                "A photo cannot be taken here. Please email it to {email} with number {number}.",
                email=email,
                number=number,
            )
    elif number:
        told = tr("Yes: open More, then Send a photo. It goes to your report, number {number}.", number=number)
    elif turn.get("open_task") in REPORT_FORMS:
        told = tr(
            "Yes, as soon as your report is filed: open More, then Send a photo. Or email it to {email}.", email=email
        )
    else:
        told = tr(
            "Yes, once somebody reads it: report the trouble or ask for a person first, then open More and Send a "
            "photo. Or email it to {email}.",
            email=email,
        )
    turn.utter("utter_told", told=told)
    return True


async def handle_photo_wish(turn: Turn, _offer: Offer) -> bool:
    """As `answer_photo_wish`, while no task is open."""
    return await answer_photo_wish(turn)
