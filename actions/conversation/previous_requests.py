"""With no task open: a message that withdraws, corrects or adds to what this conversation filed or arranged before."""

from __future__ import annotations

from actions import follow_ups, side_questions, subject_matching
from actions.cases.withdrawal import answers_which_ticket, send_newest_ticket, withdraw_ticket
from actions.conversation.undo import undo_last_action
from actions.form import RESTORED_INTENT
from actions.offers import Offer
from actions.person.booked_call import answer_about_call, cancel_call, handle_call_move, handle_call_note
from actions.scheduled.latest_payment import tell_standing_payment
from actions.turn import Turn
from backend.conversations.masking import mask_line
from backend.language import SPANISH
from backend.reading.acts.signals import is_request
from backend.reading.contact.call_requests import cancels_call, wants_no_calls
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.message_for_office import has_message_for_office
from backend.reading.money.arrangement_talk import cancels_arrangement
from backend.reading.money.payment_words import says_already_paid
from backend.reading.money.scheduled_payment import extract_existing_act
from backend.reading.spanish import to_english
from backend.reading.tickets.withdrawal import asks_to_withdraw, says_never_mind
from backend.tickets import service as tickets
from backend.tickets.kinds import PROMISED_KINDS

MIN_CONFIDENCE = 0.5


async def handle_restored(turn: Turn, offer: Offer) -> bool:
    """Report that the power is back: `I don't need a call, just put it down that the power is back`."""
    if not any(
        clause.intent == RESTORED_INTENT and clause.confidence >= MIN_CONFIDENCE for clause in turn.predictions.clauses
    ):
        return False
    turn.add_followup_action("action_outage_restored")
    return True


async def handle_already_paid(turn: Turn, offer: Offer) -> bool:
    """`I already paid at the office`: look for the payment."""
    if offer.opener or not says_already_paid(turn.full_text):
        return False
    turn.add_followup_action("payment_status_form")
    return True


async def handle_undo(turn: Turn, offer: Offer) -> bool:
    """Undo what was done if the message asks for it; if it only cancels, name the newest ticket, which stays open."""
    if offer.asks_which_ticket and answers_which_ticket(turn.text) and await withdraw_ticket(turn, newest=False):
        return True
    # "retírelo" counts as it is spelled, and in an English conversation as well
    other = turn.focused_text if turn.language == SPANISH else to_english(turn.focused_text)
    words = f"{turn.text} {other}"
    is_arrangement = cancels_arrangement(words)
    if (asks_to_withdraw(words) or is_arrangement) and await undo_last_action(turn):
        return True
    if is_arrangement:
        turn.utter("utter_arrangement_none")
        return True
    asks_money_back = is_request(turn.text) and subject_matching.best_score(turn) >= side_questions.MIN_SCORE_INSTEAD
    if asks_money_back or follow_ups.is_follow_up(turn) or not (turn.has_act("cancel") or turn.intent == "cancel"):
        return False  # "can I get that back" asks for money that was paid
    # "forget it, bye" undoes nothing
    is_meant = any(act.kind == "cancel" and act.is_certain for act in turn.acts) and not (
        says_never_mind(turn.text) or turn.has_act("social")
    )
    if is_meant and await undo_last_action(turn):
        return True
    if extract_existing_act(turn.text) == "cancel" and (await turn.identity()).account is not None:
        turn.set("sched_act", "cancel")  # one that was scheduled before this conversation
        turn.add_followup_action("scheduled_form")
        return True
    if not await send_newest_ticket(turn) and not await tell_standing_payment(turn):
        turn.utter("utter_nothing_open")
    return True


async def handle_booked_call(turn: Turn, offer: Offer) -> bool:
    """A message about the call that is arranged: cancel it, move it, add a note, or a question about it."""
    if cancels_call(turn.text):
        if await cancel_call(turn):
            return True
        if not wants_no_calls(turn.text):  # "stop calling me" is about other calls
            turn.utter("utter_callback_none")
            return True
    words = str(offer.slots.get("callback_about") or "") if offer.is_callback else ""
    return await handle_call_note(turn, words) or await handle_call_move(turn) or await answer_about_call(turn)


async def handle_request_correction(turn: Turn, offer: Offer) -> bool:
    """`No wait, not the 15th, the 16th`, right after a request to the office: add a note to that ticket."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    ticket = next((ticket for ticket in filed if ticket.kind in PROMISED_KINDS), None)
    if ticket is None or ticket.number not in turn.last_bot_text():
        return False
    names_day = isinstance(turn.extract_values("date").day, ParsedDay) and len(turn.text.split()) > 1
    if (
        turn.has_act("ask", "cancel", "start", "person")
        or asks_to_withdraw(turn.text)
        or not (turn.has_act("correct") or names_day)
    ):
        return False
    await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, mask_line(turn.full_text))
    turn.utter("utter_case_added", number=ticket.number, called="", own=True)
    return True


async def handle_message_for_office(turn: Turn, offer: Offer) -> bool:
    """`Tell the office it was the wrong number` opens a report, which is read back before it is sent."""
    if not has_message_for_office(turn.full_text):
        return False
    turn.set("case_kind", "other")
    turn.add_followup_action("case_form")
    return True
