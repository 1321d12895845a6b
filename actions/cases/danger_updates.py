"""News about a danger that was reported: safety advice, a raised ticket, and word to the crew."""

from __future__ import annotations

from actions import agenda
from actions.cases.conversation_tickets import (
    add_ticket_note,
    format_callout_status,
    is_own,
    open_danger_ticket,
)
from actions.cases.danger_talk import (
    answer_in_danger,
    asks_about_report,
    detect_questions,
    is_only_about_bill,
    model_danger_talk,
    recent_danger_ticket,
    record_facts,
    send_unsafe_answer,
    send_who_was_notified,
)
from actions.cases.report_notes import report_notes
from actions.cases.ticket_corrections import save_phone, save_place
from actions.danger import REPORT_FORMS, VAGUE_SIGNS, detect_signs, send_safety_advice, signals_danger
from actions.free_text import extract_place
from actions.turn import Turn
from backend.callout import service as callout
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.reading.acts.signals import is_question
from backend.reading.hazards.danger_over import (
    denies_danger,
    denies_harm,
    is_good_news,
    says_it_continues,
    says_someone_is_inside,
)
from backend.reading.hazards.emergency_questions import (
    EmergencyQuestion,
    asks_about_medical_help,
    asks_about_outcome,
    asks_if_safe,
    is_about_outage_supplies,
)
from backend.reading.hazards.hazard_signs import (
    CAR,
    HURT,
    LIFE,
    LIFE_NEED,
    WIRE,
    WORSE,
    has_trapped_fumes,
    is_only_medical_need,
    main_hazard,
    mentions_wire,
)
from backend.reading.tickets.report_questions import FiledQuestion, detect_filed_question, says_report_is_moot
from backend.tickets import escalation
from backend.tickets import service as tickets
from backend.tickets.danger_signs import is_new_information, known_signs, record_denial
from backend.tickets.kinds import CALLOUT_KINDS, DANGER
from backend.tickets.models import Ticket
from backend.tickets.place_matching import is_specific_place, make_place_key

NON_SPECIFIC_SIGNS = VAGUE_SIGNS | {WORSE, "noise", "inside"}
"""Signs that call for no safety advice of their own."""
EASES_LABEL, SIGN_BY_LABEL = "eases", {"breath": "hurt", "worse": WORSE}
"""The model's labels for news about a danger, and the hazard signs that they mean."""
MIN_GOOD_NEWS_SCORE = 0.5
MILD_SIGNS = frozenset({"down", "fell", "noise", "danger", WORSE})
"""Signs that `never mind, the limb fell off, it's fine` may take back; fire or an injury is never taken back."""
SHORT_MESSAGE_WORDS = 6


async def handle_danger_update(turn: Turn) -> bool:
    """Handle news about this conversation's open danger or outage, and a phone number given with it.

    False when there is neither, or the message says more than the phone number.
    """
    if not turn.full_text:
        return False
    recent = await recent_danger_ticket(turn)
    if recent is not None and _denies_danger(turn, recent):
        await _record_denial(turn, recent)
        return True
    placed = recent is not None and await save_place(turn, recent)
    answered = recent is not None and await answer_in_danger(turn, recent)
    handled = await _handle_worse_news(turn, answered=answered)
    if recent is not None and not placed:  # otherwise its words are on the ticket already
        await record_facts(turn, recent)
    return await save_phone(turn, any_phone=recent is not None) or handled or answered or placed


def _denies_danger(turn: Turn, ticket: Ticket) -> bool:
    """Whether the member denies what was reported. Nobody hurt is no denial where a wire is down.

    `There's no wire, he is in the kitchen. Does he need a doctor?` denies nothing where somebody was hurt.
    """
    words, known = turn.full_text, known_signs(ticket)
    unharmed = denies_harm(words)
    if (turn.intent == "cancel" or turn.has_act("cancel")) and len(words.split()) <= SHORT_MESSAGE_WORDS:
        return False  # "forget it, it was nothing" withdraws it, which is relayed to the crew as that
    if (
        signals_danger(turn)
        or asks_about_medical_help(words)
        or (HURT in known and not unharmed and is_question(turn.text))
    ):
        return False
    return denies_danger(words) or (unharmed and known == {HURT})


async def _record_denial(turn: Turn, ticket: Ticket) -> None:
    """Record that the reporter denies the danger, relay it to the crew, and go on with other requests."""
    await note_unverified_for_crew(turn, ticket)
    record_denial(ticket, mask_line(turn.full_text), proven=turn.channel != "sms")
    report_notes(turn).is_danger_denied = True
    agenda.add_requests(turn, turn.acts, "")
    waits = bool(agenda.pending_items(turn)) or turn.get("open_task") not in (None, *REPORT_FORMS)
    turn.utter("utter_danger_denied", number=ticket.number, asks=not waits)
    if turn.get("open_task") is None and not turn.was_just_opened():
        agenda.start_next(turn)


async def _handle_worse_news(turn: Turn, *, answered: bool) -> bool:
    if _is_good_news(turn):
        return await _handle_good_news(turn, answered=answered)
    signs = detect_signs(turn, reported=True) | {
        SIGN_BY_LABEL[one] for one in model_danger_talk(turn) if one in SIGN_BY_LABEL
    }
    if not signs or (signs <= MILD_SIGNS and says_report_is_moot(turn.full_text)):
        return not signs and not answered and await _answer_if_safe(turn)
    ticket = await escalation.find_escalatable(turn.session, turn.backend, turn.conversation_id)
    if ticket is None or (is_only_medical_need(signs) and ticket.kind not in CALLOUT_KINDS):
        return False
    if tickets.has_callout(ticket) and ticket.kind != DANGER:
        signs = frozenset(
            LIFE_NEED if sign in SIGN_BY_LABEL.values() else sign for sign in signs
        )  # signs of a person who needs power, not of a wire
    words = mask_line(turn.full_text)
    of_breath = EmergencyQuestion.NOT_BREATHING in detect_questions(turn)
    news = of_breath or is_new_information(ticket, words, signs)
    own = await is_own(turn, ticket)
    if not own and not (ticket.urgent and (ticket.kind == DANGER or is_only_medical_need(signs))):
        return False  # somebody else's ticket is not raised: this becomes a report of its own
    if _is_different_place(turn, ticket):  # another event, which gets its own ticket
        return False
    # that 911 was called; or a question about the ticket or its withdrawal, without a new sign
    about = detect_filed_question(turn.full_text, turn.text)
    is_new_sign = news and signs != VAGUE_SIGNS
    if about is FiledQuestion.CALLED_911 or (not is_new_sign and (about is not None or turn.has_act("cancel"))):
        return False
    # "it is getting worse" is about the earlier signs; a new sign stands alone
    advised = signs if signs - NON_SPECIFIC_SIGNS else signs | known_signs(ticket)
    advised |= known_signs(ticket) & {CAR}  # people in a car must stay in it even when it smokes
    if (news or main_hazard(advised) != WIRE) and not answered:
        about_life_support = tickets.has_callout(ticket) and ticket.kind != DANGER and not mentions_wire(turn.full_text)
        send_safety_advice(turn, advised, life=about_life_support)
    escalated = await escalation.escalate(
        turn.session, turn.backend, ticket, turn.conversation_id, words, signs, of_breath=of_breath
    )
    if escalated.relayed_text:
        called = f" {escalated.relayed_text}"
    else:
        called = await format_callout_status(turn, ticket, just_filed=escalated.was_raised)
    report_notes(turn).is_callout_told = True
    if own and not news:
        turn.utter("utter_case_added", number=ticket.number, called=called, own=True)
        return True
    number = tr(", number {number}", number=ticket.number) if own else ""
    turn.utter("utter_danger_worse", number=number, called=called, danger=ticket.kind == DANGER)
    return True


def _is_good_news(turn: Turn) -> bool:
    """By word rules or by the engine's model, unless the message also reports something worse."""
    scores = model_danger_talk(turn)
    model_agrees = scores.get(EASES_LABEL, 0.0) >= MIN_GOOD_NEWS_SCORE and not (scores.keys() & SIGN_BY_LABEL)
    if has_trapped_fumes(turn.full_text) or says_someone_is_inside(turn.full_text):
        return False  # "my son got the generator going in the garage, so we're ok"
    good = is_good_news(turn.full_text) or (model_agrees and not says_it_continues(turn.full_text))
    return good and EmergencyQuestion.NOT_BREATHING not in detect_questions(turn)


async def _handle_good_news(turn: Turn, *, answered: bool) -> bool:
    """Put good news onto the ticket for the crew. It closes nothing, and nobody is told to go back."""
    ticket = await open_danger_ticket(turn)
    if ticket is None or not await is_own(turn, ticket):
        return False
    await note_unverified_for_crew(turn, ticket)
    turn.utter("utter_danger_eased", number=ticket.number, danger=ticket.kind == DANGER)
    if not answered and (EmergencyQuestion.IS_CREW_COMING in detect_questions(turn) or asks_about_report(turn)):
        await send_who_was_notified(turn, ticket)
    return True


async def note_unverified_for_crew(turn: Turn, ticket: Ticket) -> None:
    """Put the words onto the ticket and relay them to the crew as unverified."""
    await add_ticket_note(turn, ticket)
    await callout.relay_statement(turn.session, turn.backend, ticket, mask_line(turn.full_text))


async def _answer_if_safe(turn: Turn) -> bool:
    """Answer whether something near the reported danger may be touched or entered. The answer is never yes."""
    doctor = asks_about_medical_help(turn.full_text)
    if is_only_about_bill(turn):
        return False
    if not doctor and (not asks_if_safe(turn.full_text) or asks_about_outcome(turn.full_text)):
        return False
    ticket = await open_danger_ticket(turn)
    if ticket is None:
        return False
    if ticket.kind != DANGER:
        hazard = LIFE
    else:
        hazard = HURT if doctor else main_hazard(known_signs(ticket) | detect_signs(turn, reported=True))
    if not doctor and (hazard == LIFE or (hazard == WIRE and is_about_outage_supplies(turn.full_text))):
        return False
    send_unsafe_answer(turn, hazard)
    return True


def _is_different_place(turn: Turn, ticket: Ticket) -> bool:
    """Whether the message names a specific place that is not the ticket's."""
    place = extract_place(turn, asked=False)
    if not place or not ticket.place_key or not is_specific_place(make_place_key(place)):
        return False
    return make_place_key(place) != ticket.place_key
