"""Questions and remarks about a report that this conversation filed: answered from the ticket, or noted on it."""

from __future__ import annotations

import re

from actions.cases.conversation_tickets import (
    add_ticket_note,
    format_callout_status,
    format_place,
    format_ticket_content,
    send_place,
)
from actions.cases.kinds import format_ticket_title
from actions.cases.objections import handle_objection
from actions.cases.status_questions import answer_by_number, answer_report_status
from actions.cases.ticket_corrections import set_ticket_phone
from actions.given_phone import read_phone, was_own_told
from actions.outage.ended import send_news_offer
from actions.turn import Turn
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.members.levels import Level
from backend.reading.contact.phone_mentions import is_account_phone, replaces_phone
from backend.reading.tickets.report_details import count_words, extract_asked_words
from backend.reading.tickets.report_questions import FiledQuestion, detect_filed_question
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.reading.tickets.withdrawal import find_ticket_numbers
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK, DANGER, POWER_KINDS
from backend.tickets.models import Ticket

MIN_MATCHED_SHARE = 0.6
"""The share of the words asked about that a report must contain, to be read back instead of extended."""
MIN_NOTE_WORDS = 5
PHONE_FOR_TICKET = "phone_for"
"""In the offer: the number of the ticket for which a phone was asked for."""


async def answer_about_filed(turn: Turn) -> bool:
    """Answer a message about a report of this conversation, or an objection. False when it is neither."""
    if not turn.full_text:
        return False
    if await handle_objection(turn):
        return True
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    if filed and await _apply_requested_phone(turn, filed):
        return True
    question = detect_filed_question(turn.full_text, turn.text) if filed else None
    ticket = _select_ticket(turn, filed, question) if question else None
    if question is None or ticket is None:
        return await answer_by_number(turn) or await answer_report_status(turn)
    await _answer_question(turn, ticket, question)
    return True


async def _answer_question(turn: Turn, ticket: Ticket, question: FiledQuestion) -> None:
    match question:
        case FiledQuestion.NUMBER:
            turn.utter("utter_filed_number", number=ticket.number, what=format_ticket_title(ticket))
            await _note_extra_facts(turn, ticket)
        case FiledQuestion.IS_FILED:
            await _confirm_filed(turn, ticket)
        case FiledQuestion.CONTENT:
            await _answer_report_content(turn, ticket)
        case FiledQuestion.PLACE:
            send_place(turn, ticket)
        case FiledQuestion.PHONE:
            await _change_phone(turn, ticket)
        case FiledQuestion.WHICH_PHONE:
            await _change_phone(turn, ticket, asks_which=True)
        case FiledQuestion.NEWS:
            await send_news_offer(turn, ticket)
        case FiledQuestion.CALLED_911:
            await add_ticket_note(turn, ticket)
            turn.utter("utter_filed_911", number=ticket.number, called=await format_callout_status(turn, ticket))


def _select_ticket(turn: Turn, filed: list[Ticket], question: FiledQuestion) -> Ticket | None:
    """The ticket named by number or kind, else the newest; None when another kind is named."""
    numbers = find_ticket_numbers(turn.focused_text)
    if by_number := [one for one in filed if one.number in numbers]:
        return by_number[0]
    if question is FiledQuestion.CALLED_911:
        filed = [one for one in filed if one.kind == DANGER]
    elif question is FiledQuestion.NEWS:
        filed = [one for one in filed if one.kind in POWER_KINDS]
    elif question is not FiledQuestion.NUMBER:
        filed = [one for one in filed if one.kind != CALLBACK]
    named = (
        detect_ticket_kinds(turn.text) if question in (FiledQuestion.NUMBER, FiledQuestion.IS_FILED) else frozenset()
    )
    same = [one for one in filed if one.kind in named]
    return next(iter(same if named else filed), None)


async def _apply_requested_phone(turn: Turn, filed: list[Ticket]) -> bool:
    """Take the phone that was asked for, or that replaces one, for a ticket. False when none was given for one."""
    offer = turn.get("offer")
    number = offer.get(PHONE_FOR_TICKET) if isinstance(offer, dict) else None
    ticket = next((one for one in filed if one.number == number), None)
    replaces = replaces_phone(turn.full_text) and not is_account_phone(turn.full_text)
    if ticket is None and replaces and turn.get("open_task") is None:
        ticket = next((one for one in filed if one.kind != CALLBACK), None)
    if ticket is None or (read_phone(turn) is None and not was_own_told(turn)):
        return False
    if offer:
        turn.clear("offer")
    await _change_phone(turn, ticket)
    return True


async def _change_phone(turn: Turn, ticket: Ticket, *, asks_which: bool = False) -> None:
    """Set the phone of this message for the ticket; without one, wait for it. `asks_which`: say the present one."""
    phone = read_phone(turn)
    if phone is not None:
        await set_ticket_phone(turn, ticket, phone)
        return
    if asks_which:
        turn.utter("utter_filed_phone_is", number=ticket.number, last4=ticket.phone[-4:] if ticket.phone else "")
    else:
        turn.utter("utter_filed_which_phone")
    turn.set("offer", {PHONE_FOR_TICKET: ticket.number})


async def _confirm_filed(turn: Turn, ticket: Ticket) -> None:
    identity = await turn.identity()
    account = identity.account
    own = account is not None and account.id == ticket.account_id and identity.level >= Level.KNOWN
    where = format_place(turn, ticket)
    if own and account is not None:
        where += tr(", for account {number}", number=account.number)
    status_text = await format_callout_status(turn, ticket)
    turn.utter(
        "utter_filed_stands", number=ticket.number, what=format_ticket_title(ticket), where=where, called=status_text
    )
    await _note_extra_facts(turn, ticket)


async def _answer_report_content(turn: Turn, ticket: Ticket) -> None:
    """`Did you put down that it is behind the barn?`: read the report back if it says so, else add the words."""
    report_text = " ".join(
        [
            str(ticket.place or ""),
            str(ticket.details.get("words") or ""),
            *(str(note["words"]) for note in ticket.notes),
        ]
    )
    asked = extract_asked_words(turn.full_text)
    found = {word for word in asked if word in report_text.lower()}
    if not asked or len(found) >= MIN_MATCHED_SHARE * len(asked):
        turn.utter("utter_filed_says", number=ticket.number, told=format_ticket_content(turn, ticket))
        return
    await add_ticket_note(turn, ticket)
    turn.utter("utter_filed_noted", number=ticket.number)


async def _note_extra_facts(turn: Turn, ticket: Ticket) -> None:
    """Note facts beside the question: `… and it's the one on the barn pole`."""
    rest = [part for part in re.split(r"(?<=[.!?])\s+", turn.full_text) if detect_filed_question(part, part) is None]
    statements = [part for part in rest if "?" not in part and count_words(part) >= MIN_NOTE_WORDS]
    facts = [part for part in statements if not any(word in part.lower() for word in ("number", "número", "thank"))]
    if facts:
        await add_ticket_note(turn, ticket, mask_line(" ".join(facts)))
        turn.utter("utter_filed_noted", number=ticket.number)
