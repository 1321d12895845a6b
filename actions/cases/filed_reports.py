"""What is asked or told of a report that this talk has filed: answered from it, noted on it, never offered again."""

from __future__ import annotations

import re

from actions.cases.callout_status import format_callout_status
from actions.cases.danger_talk import add_ticket_note
from actions.cases.kinds import format_ticket_title
from actions.cases.objections import handle_objection
from actions.cases.phone_update import set_ticket_phone
from actions.cases.read_back import format_read_back, send_place, was_mentioned
from actions.cases.status_questions import answer_report_status
from actions.turn import Turn
from backend.agent_handoff.transcript import mask_line
from backend.contact.service import extract_phone
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
"""Such a part of what is asked about stands in the report, when it is there."""
MIN_NOTE_WORDS = 5
PHONE_FOR_TICKET = "phone_for"


async def answer_about_filed(turn: Turn) -> bool:
    """Answer what is said of a report of this conversation. False when nothing is, or none was filed."""
    if not turn.full_text:
        return False
    return await handle_objection(turn) or await _answer_about_ticket(turn)


async def _answer_about_ticket(turn: Turn) -> bool:
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    if filed and await _apply_requested_phone(turn, filed):
        return True
    meant = detect_filed_question(turn.full_text, turn.text) if filed else None
    ticket = _select_ticket(turn, filed, meant) if meant else None
    if meant is None or ticket is None:
        return await answer_report_status(turn)
    match meant:
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
            await _answer_which_phone(turn, ticket)
        case FiledQuestion.NEWS:
            turn.utter("utter_filed_news", number=ticket.number)
        case FiledQuestion.CALLED_911:
            await add_ticket_note(turn, ticket)
            turn.utter("utter_filed_911", number=ticket.number, called=await format_callout_status(turn, ticket))
    return True


def _select_ticket(turn: Turn, filed: list[Ticket], meant: FiledQuestion) -> Ticket | None:
    """The one that is named, by number or kind, else the newest; None when another kind is named."""
    numbers = find_ticket_numbers(turn.focused_text)
    if by_number := [one for one in filed if one.number in numbers]:
        return by_number[0]
    if meant is FiledQuestion.CALLED_911:
        filed = [one for one in filed if one.kind == DANGER]
    elif meant is FiledQuestion.NEWS:
        filed = [one for one in filed if one.kind in POWER_KINDS]
    elif meant is not FiledQuestion.NUMBER:
        filed = [one for one in filed if one.kind != CALLBACK]
    named = detect_ticket_kinds(turn.text) if meant in (FiledQuestion.NUMBER, FiledQuestion.IS_FILED) else frozenset()
    same = [one for one in filed if one.kind in named]
    return next(iter(same if named else filed), None)


async def _apply_requested_phone(turn: Turn, filed: list[Ticket]) -> bool:
    """The number that was asked for, for a report."""
    offer = turn.get("offer")
    number = offer.get(PHONE_FOR_TICKET) if isinstance(offer, dict) else None
    ticket = next((one for one in filed if one.number == number), None)
    replaces = replaces_phone(turn.full_text) and not is_account_phone(turn.full_text)
    if ticket is None and replaces and turn.get("open_task") is None:
        ticket = next((one for one in filed if one.kind != CALLBACK), None)
    if ticket is None or extract_phone(turn.text, strict=False) is None:
        return False
    if offer:
        turn.clear("offer")
    await _change_phone(turn, ticket)
    return True


async def _change_phone(turn: Turn, ticket: Ticket) -> None:
    phone = extract_phone(turn.text, strict=False)
    if phone is None:
        turn.utter("utter_filed_which_phone")
        turn.set("offer", {PHONE_FOR_TICKET: ticket.number})
        return
    await set_ticket_phone(turn, ticket, phone)


async def _answer_which_phone(turn: Turn, ticket: Ticket) -> None:
    """The phone that the report has; one that stands beside the question goes on it."""
    phone = extract_phone(turn.text, strict=False)
    if phone is not None:
        await set_ticket_phone(turn, ticket, phone)
        return
    turn.utter("utter_filed_phone_is", number=ticket.number, last4=ticket.phone[-4:] if ticket.phone else "")
    turn.set("offer", {PHONE_FOR_TICKET: ticket.number})


async def _confirm_filed(turn: Turn, ticket: Ticket) -> None:
    identity = await turn.identity()
    account = identity.account
    own = account is not None and account.id == ticket.account_id and identity.level >= Level.KNOWN
    where = tr(", at {place}", place=ticket.place) if ticket.place and was_mentioned(turn, ticket.place) else ""
    if own and account is not None:
        where += tr(", for account {number}", number=account.number)
    status_text = await format_callout_status(turn, ticket)
    turn.utter(
        "utter_filed_stands", number=ticket.number, what=format_ticket_title(ticket), where=where, called=status_text
    )
    await _note_extra_facts(turn, ticket)


async def _answer_report_content(turn: Turn, ticket: Ticket) -> None:
    report_text = " ".join(
        [
            str(ticket.place or ""),
            str(ticket.details.get("words") or ""),
            *(str(note["words"]) for note in ticket.notes),
        ]
    )
    asked = extract_asked_words(turn.full_text)
    there = {word for word in asked if word in report_text.lower()}
    if not asked or len(there) >= MIN_MATCHED_SHARE * len(asked):
        turn.utter("utter_filed_says", number=ticket.number, told=format_read_back(turn, ticket))
        return
    await add_ticket_note(turn, ticket)
    turn.utter("utter_filed_noted", number=ticket.number)


async def _note_extra_facts(turn: Turn, ticket: Ticket) -> None:
    """`… and it's the one on the barn pole`: a fact beside the question is written down."""
    rest = [part for part in re.split(r"(?<=[.!?])\s+", turn.full_text) if detect_filed_question(part, part) is None]
    statements = [part for part in rest if "?" not in part and count_words(part) >= MIN_NOTE_WORDS]
    facts = [part for part in statements if not any(word in part.lower() for word in ("number", "número", "thank"))]
    if facts:
        words = mask_line(" ".join(facts))
        await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words)
        turn.utter("utter_filed_noted", number=ticket.number)
