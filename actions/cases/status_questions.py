"""Questions about a report's status: when it was filed, who was notified, who has it, how it ended. No promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions.cases.conversation_tickets import (
    add_ticket_note,
    format_callout_status,
    format_place,
    is_own,
    was_mentioned,
)
from actions.cases.kinds import format_ticket_title
from actions.cases.report_notes import report_notes
from actions.danger import REPORT_FORMS, signals_danger
from actions.follow_ups import HOME_FOLLOW_UP, list_contexts
from actions.free_text import extract_place
from actions.outage.ended import answer_if_ended, answer_if_report_ended
from actions.outage.known_outage import send_known_outage
from actions.person.booked_call import send_booked_call
from actions.turn import REQUESTED_SLOT, Turn
from backend.callout.messages import format_time
from backend.contact.service import extract_phone
from backend.conversations.masking import mask_line
from backend.knowledge.term_coverage import covers_question
from backend.language import format_day, tr
from backend.members.levels import Level
from backend.reading.acts.signals import is_question
from backend.reading.acts.yes_no import starts_with_yes
from backend.reading.hazards.danger_words import mentions_gas
from backend.reading.live_agent_request import wants_call_back
from backend.reading.service.outages import states_outage
from backend.reading.tickets.report_questions import asks_if_already_reported, says_still_out
from backend.reading.tickets.status_questions import (
    StatusQuestion,
    asks_if_must_be_home,
    asks_of_number,
    detect_status_question,
)
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.reading.tickets.withdrawal import find_ticket_numbers
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS, CREW_KINDS, DANGER, POWER_KINDS
from backend.tickets.models import Ticket
from backend.tickets.place_matching import make_place_key
from backend.tickets.reporters import may_ask_by_number

MAX_STATUS_ONLY_WORDS = 3
"""So few words ask nothing else, whatever intent they are classified as: `update pls`."""
MAX_STATUS_WORDS = 8
"""In a longer message, with nothing reported, `how much longer` is about something else."""
MIN_SUBJECT_SCORE = 0.8
"""From this score on a knowledge subject is what was asked: `is the tree crew coming to our road this year`."""
MIN_PAYMENT_STATUS_CONFIDENCE = 0.9
"""From this confidence on, `did it go through` is about a payment."""
LOOKBACK = timedelta(days=7)
INTENTS_ASKING_PLACE = ("outage_status", "report_outage")
HOW_LONG_FOLLOW_UP = "follow_when"


async def answer_report_status(turn: Turn) -> bool:
    """Answer a question about a report's status, or whether something was reported. False when there is none."""
    if asks_if_already_reported(turn.full_text, turn.text):
        return await _answer_if_known(turn)
    question = detect_status_question(turn.full_text)
    if question is None or _agrees_at_read_back(turn) or _is_in_other_task(turn):
        return False
    if wants_call_back(turn.full_text) and not is_question(turn.full_text):
        return False  # "call me back about my report" is a call, whose subject that is
    recent = await _recent_tickets(turn)
    ticket = _select_ticket(turn, recent, question)
    if signals_danger(turn) and (ticket is None or ticket.kind != DANGER or ticket.status not in OPEN_STATUSES):
        return False  # the danger is reported first, and the question answered after it
    if ticket is None and states_outage(turn.full_text, turn.text):
        return False  # "my power is out and nobody comes" is reported
    if ticket is None:
        return await _answer_no_report(turn, question, recent)
    if question is StatusQuestion.ABOUT_LAST_TOPIC and not await _is_about_ticket(turn, ticket):
        return False
    await send_ticket_status(turn, ticket)
    return True


async def answer_by_number(turn: Turn) -> bool:
    """Tell what became of the ticket whose number the message names, open or closed. False where it names none of
    theirs, or says something else of it; another's number is as unknown as a wrong one."""
    numbers = find_ticket_numbers(turn.full_text)
    if not numbers or not asks_of_number(turn.full_text):
        return False
    for number in sorted(numbers):
        ticket = await tickets.find(turn.session, number)
        if ticket is not None and await may_ask_by_number(turn.session, turn.backend, ticket, turn.conversation_id):
            await send_ticket_status(turn, ticket, by_number=True)
            return True
    return False


async def answer_not_filed_yet(turn: Turn) -> bool:
    """Tell a member who asks for the status of the open report that it is not filed yet. False when nobody asks."""
    if _agrees_at_read_back(turn) or signals_danger(turn) or says_still_out(turn.text):
        return False
    if asks_if_already_reported(turn.full_text, turn.text) or detect_status_question(turn.full_text) is None:
        return False
    if asks_if_must_be_home(turn.full_text):
        return False  # a follow-up question, answered elsewhere
    if extract_place(turn, asked=False) or extract_phone(turn.text, strict=False):
        return False  # the message also answers the open question
    turn.utter("utter_filed_not_yet")
    return True


def _agrees_at_read_back(turn: Turn) -> bool:
    """`Yes, when will they come` at the read-back files the report first. In Spanish `ya` asks, and is no yes."""
    at_read_back = str(turn.get(REQUESTED_SLOT) or "").endswith("_confirm")
    return at_read_back and starts_with_yes(turn.text) and not turn.full_text.lower().startswith("ya ")


def _is_in_other_task(turn: Turn) -> bool:
    """Whether a task that is no report was open before this message."""
    return turn.get("open_task") not in (None, *REPORT_FORMS) and not turn.was_just_opened()


async def send_ticket_status(turn: Turn, ticket: Ticket, *, by_number: bool = False) -> None:
    """Say what is known about the ticket; for one that is over, offer to report it again. `by_number`: its number was
    given."""
    if ticket.kind == CALLBACK and ticket.status in OPEN_STATUSES and await send_booked_call(turn, ticket):
        return
    if not by_number and not await is_own(turn, ticket):  # somebody else's ticket number is not told
        turn.utter("utter_filed_with_others", called=await format_callout_status(turn, ticket))
        return
    asks_if_over = not (signals_danger(turn) or says_still_out(turn.text))
    if ticket.kind in POWER_KINDS and asks_if_over and await answer_if_report_ended(turn, ticket):
        return
    is_open = ticket.status in OPEN_STATUSES
    asks_home = ticket.kind != DANGER and not signals_danger(turn) and asks_if_must_be_home(turn.full_text)
    if is_open and asks_home and (answer := format_follow_up(turn, HOME_FOLLOW_UP, ticket.kind)):
        turn.utter("utter_told", told=answer)
        return
    values: dict[str, Any] = {
        "number": ticket.number,
        "what": format_ticket_title(ticket),
        "where": format_place(turn, ticket),
        "at": format_time(turn.backend, ticket.created_at),
    }
    if not is_open:
        _send_closed_status(turn, ticket, values)
        return
    report_notes(turn).is_callout_told = False
    status_text = await format_callout_status(turn, ticket)
    if status_text:
        guard = ""
        if ticket.kind == DANGER:
            guard = "gas" if mentions_gas(str(ticket.details.get("words") or "")) else "danger"
        turn.utter("utter_filed_called", called=status_text, guard=guard, **values)
    else:
        state = "crew" if ticket.kind in CREW_KINDS else "office"
        if ticket.status == tickets.ANSWERED:
            state = "answered"
        day = str(ticket.details.get("day") or "")
        asked = tr(" You asked for {day}.", day=day) if day and turn.language == "en" else ""
        is_urgent_kind = ticket.kind in CALLOUT_KINDS - {"outage"}  # how long these take is not known
        how_long = None if is_urgent_kind else format_follow_up(turn, HOW_LONG_FOLLOW_UP, ticket.kind)
        more = _format_promise(turn, ticket) or (f" {how_long}" if how_long else "")
        turn.utter("utter_filed_open", state=state, day=asked, more=more, **values)
    if ticket.kind in POWER_KINDS:
        known = await turn.backend.outages.find_outage(turn.session, ticket.place, ticket.account_id)
        await send_known_outage(turn, known)
    if not ticket.place and turn.get(REQUESTED_SLOT) == "outage_place" and extract_place(turn, asked=True) is None:
        turn.utter("utter_filed_where")
    if signals_danger(turn) or says_still_out(turn.text):
        await add_ticket_note(turn, ticket)
        turn.utter("utter_filed_noted", number=ticket.number)


def _format_promise(turn: Turn, ticket: Ticket) -> str:
    """Until when the office has promised to answer, with a leading space; empty for a ticket without a promise."""
    if ticket.due_at is None or ticket.status == tickets.ANSWERED:
        return ""
    day = format_day(ticket.due_at.astimezone(turn.backend.coop.zone).date(), turn.backend.today())
    if ticket.due_at > turn.backend.clock.now():
        return tr(" An answer is promised by {day}.", day=day)
    phone = turn.backend.coop.office_phone_display
    return tr(" An answer was promised by {day}, which has passed. Please call {phone}.", day=day, phone=phone)


def format_follow_up(turn: Turn, follow_up: str, kind: str | None) -> str | None:
    """The answer of knowledge/ to a follow-up question about a ticket of this kind, else the general one."""
    kinds = [kind] if kind else []
    return turn.backend.knowledge.follow_up(follow_up, kinds, turn.backend.coop, turn.language, {})


def _send_closed_status(turn: Turn, ticket: Ticket, values: dict[str, Any]) -> None:
    at = format_time(turn.backend, ticket.closed_at or ticket.created_at)
    crew = lookup.crew_closer(ticket)
    how = "crew" if crew else "office"
    if ticket.outcome == tickets.RESTORED_OUTCOME:
        how = "restored"
    elif ticket.status == tickets.WITHDRAWN:
        how = "withdrawn"
    turn.utter("utter_filed_over", how=how, name=crew or "", danger=ticket.kind == DANGER, **{**values, "at": at})
    place = ticket.place if ticket.place and was_mentioned(turn, ticket.place) else None
    _offer_report(turn, ticket.kind, str(ticket.details.get("words") or format_ticket_title(ticket)), place)


async def _recent_tickets(turn: Turn) -> list[Ticket]:
    """Tickets of this conversation, and of the account at level 1: open ones first, then the newest."""
    identity = await turn.identity()
    known = identity.account is not None and identity.level >= Level.KNOWN
    account = identity.account.id if identity.account is not None and known else None
    since = turn.backend.clock.now() - LOOKBACK
    recent = await lookup.list_for_conversation(turn.session, turn.conversation_id, account, since)
    return [
        one
        for one in recent
        if one.status in OPEN_STATUSES
        or one.conversation_id == turn.conversation_id
        or (account is not None and one.account_id == account)
    ]


def _select_ticket(turn: Turn, recent: list[Ticket], question: StatusQuestion) -> Ticket | None:
    """The ticket that is asked about: a call back for a question about a call, the named kind, else the newest."""
    calls = [one for one in recent if one.kind == CALLBACK]
    if question is StatusQuestion.ABOUT_CALLBACK:
        return next(iter([one for one in calls if one.status in OPEN_STATUSES] or calls or recent), None)
    named = detect_ticket_kinds(turn.text)
    same = [one for one in recent if one.kind in named]
    others = [one for one in recent if one.kind != CALLBACK]
    return next(iter(same or others or calls), None)


async def _is_about_ticket(turn: Turn, ticket: Ticket) -> bool:
    """Whether `did it go through` means the report, and not a later payment."""
    if turn.get("open_task") in REPORT_FORMS:
        return True
    if _has_own_subject(turn) or (turn.has_act("start") and len(turn.full_text.split()) > MAX_STATUS_ONLY_WORDS):
        return False
    done = await list_contexts(turn)
    return not done or ticket.kind in done[:2] or ticket.status not in OPEN_STATUSES


def _has_own_subject(turn: Turn) -> bool:
    found = [(turn.backend.knowledge.find(name), score) for name, score in turn.predictions.knowledge]
    return any(
        subject is not None
        and not subject.is_follow_up
        and score >= MIN_SUBJECT_SCORE
        and covers_question(subject, turn.full_text)
        for subject, score in found
    )


async def _answer_no_report(turn: Turn, question: StatusQuestion, recent: list[Ticket]) -> bool:
    """Say that this conversation and account have no report. False where the question is about something else."""
    if (
        question is StatusQuestion.ABOUT_CALLBACK
        or asks_if_must_be_home(turn.full_text)
        or _has_own_subject(turn)
        or says_still_out(turn.text)
    ):
        return False
    if turn.get("open_task") is not None and not turn.was_just_opened():
        return False  # `answer_not_filed_yet` answers within a report
    is_payment = (
        turn.intent == "payment_confirmation" and turn.predictions.whole.confidence >= MIN_PAYMENT_STATUS_CONFIDENCE
    )
    if question is StatusQuestion.ABOUT_LAST_TOPIC and (
        len(turn.full_text.split()) > MAX_STATUS_WORDS or await list_contexts(turn) or is_payment
    ):
        return False
    identity = await turn.identity()
    account = identity.account if identity.level >= Level.KNOWN else None
    if not await _answer_known_outage(turn, account.id if account else None) and not await answer_if_ended(turn):
        turn.utter("utter_filed_none", account=account.number if account else "", known=account is not None)
    return True


async def _answer_known_outage(turn: Turn, account_id: int | None) -> bool:
    """`Is somebody working on the outage on Heron Road`, with a known outage there. Returns whether there is one."""
    named = detect_ticket_kinds(turn.text)
    known = await turn.backend.outages.find_outage(turn.session, turn.full_text, account_id)
    if known is None or (named and "outage" not in named):
        return False
    await send_known_outage(turn, known)
    turn.utter("utter_filed_of_others", known=True)
    _offer_report(turn, "outage", mask_line(turn.full_text), extract_place(turn, asked=False))
    return True


async def _answer_if_known(turn: Turn) -> bool:
    """Whether something is reported already: tell their own ticket there, or a known outage; never others' reports."""
    if _is_in_other_task(turn):
        return False
    place = extract_place(turn, asked=False)
    named = detect_ticket_kinds(turn.text)
    kind = next((kind for kind in ("tree", "light", "voltage", "meter") if kind in named), "outage")
    if signals_danger(turn):
        kind = DANGER
    for ticket in await _recent_tickets(turn):
        here = not place or (ticket.place_key is not None and ticket.place_key == make_place_key(place))
        if here and (ticket.kind in named or ticket.kind == kind):
            await send_ticket_status(turn, ticket)
            return True
    if kind == DANGER:
        turn.utter("utter_outage_danger")
    known = await turn.backend.outages.find_outage(turn.session, turn.full_text, None) if kind == "outage" else None
    if known is None and kind == "outage" and not place and turn.intent in INTENTS_ASKING_PLACE:
        return False  # the outage form asks where, and tells what is known there
    await send_known_outage(turn, known)
    turn.utter("utter_filed_of_others", known=known is not None)
    _offer_report(turn, kind, mask_line(turn.full_text), place)
    return True


def _offer_report(turn: Turn, kind: str, words: str, place: str | None) -> None:
    """A yes to the next answer opens this report, which is read back before it is filed."""
    if kind in POWER_KINDS:
        slots = {"outage_danger" if kind == DANGER else "outage_words": words, "outage_place": place}
        turn.set("offer", {"opener": "outage_form", "slots": slots})
    else:
        slots = {"case_kind": kind, "case_words": words, "case_place": place}
        opener = {"service": "service_form", CALLBACK: "callback_form"}.get(kind, "case_form")
        turn.set("offer", {"opener": opener, "slots": slots if opener == "case_form" else {}})
