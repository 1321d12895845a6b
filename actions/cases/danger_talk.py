"""Messages after a danger was reported: safety questions are answered, and every fact goes onto the ticket.

A member beside a downed wire writes in fragments and asks what to do; no other question may come in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from actions.cases.conversation_tickets import (
    add_ticket_note,
    format_callout_status,
    format_place,
    format_ticket_content,
    is_own,
    open_danger_ticket,
    send_place,
)
from actions.cases.ticket_corrections import has_vague_place
from actions.danger import REPORT_FORMS, VAGUE_SIGNS, detect_signs, send_safety_advice, signals_danger
from actions.free_text import extract_place
from actions.person.agent_handoff import DANGER_HANDOFF_RESPONSE, handoff_in_danger, requests_person
from actions.turn import Turn
from backend.callout import service as callout
from backend.conversations.masking import mask_line
from backend.reading.acts.signals import is_question, is_small_talk
from backend.reading.hazards.danger_over import says_it_continues
from backend.reading.hazards.danger_words import detect_crisis
from backend.reading.hazards.emergency_questions import (
    PERMISSION_QUESTIONS,
    EmergencyQuestion,
    asks_about_medical_help,
    asks_about_outcome,
    asks_if_dangerous,
    asks_permission,
    asks_what_was_reported,
    asks_who_calls_911,
    detect_emergency_questions,
    is_about_bill,
    is_about_leaving_machine,
    is_about_payment,
    says_is_breathing,
    says_power_is_off,
)
from backend.reading.hazards.hazard_signs import (
    BURNING_CAR,
    CAR,
    HURT,
    LIFE,
    WORSE,
    advice_key,
    main_hazard,
    mentions_wire,
)
from backend.reading.live_agent_request import wants_call
from backend.reading.normalize import split_sentences
from backend.reading.tickets.report_questions import asks_which_address
from backend.reading.tickets.status_questions import StatusQuestion, detect_status_question
from backend.tickets import service as tickets
from backend.tickets.danger_signs import known_signs
from backend.tickets.kinds import DANGER
from backend.tickets.models import DENIED_LABEL, Ticket

TALK_WINDOW = timedelta(hours=2)
"""For so long after the report, messages are taken to be about it, unless they clearly ask for something else."""
MIN_FACT_WORDS = 3
"""A message with fewer words is a yes, thanks or a number, and reports nothing."""
SHORT_MESSAGE_WORDS = 5
INJURY_SIGNS = frozenset({HURT, *VAGUE_SIGNS, WORSE})
"""Signs that somebody is hurt, with no other hazard named."""
MIN_REPORT_WORDS = 6
"""A message with so many words also reports facts, even when it asks something."""
MIN_UNRELATED_INTENT_CONFIDENCE = 0.8
"""From this confidence on, an intent outside DANGER_INTENTS says that the message is about something else."""
MIN_DANGER_TALK_SCORE = 0.85
"""From this score on, danger talk goes before a confident intent of another task."""
MIN_DANGER_SCORE = 0.3
"""From this danger score on, a message is about the danger rather than about an open task."""
DANGER_INTENTS = frozenset(
    """report_outage outage_status outage_restored report_tree report_light voltage_problem meter_problem medical_need
    out_of_scope inform choose speak_to_human nlu_fallback""".split()
)
"""Intents that a message about the danger may be classified as."""
DANGER_FOLLOW_UPS = frozenset({"follow_home", "follow_when", "follow_number", "follow_cost"})
MIN_FOLLOW_UP_SCORE = 0.5
"""The follow-up questions that have an answer for a danger need this score."""
WHETHER = "whether"
"""The model's label for asking whether something may be done, whatever it is."""
MIN_SCORE_WITH_NEWS = 0.6
"""The score that a question needs in words that also report danger: `it smells burnt at the meter` is news."""
CONTROL_ACTS = ("language", "repeat", "hold", "cancel", "social")


async def recent_danger_ticket(turn: Turn) -> Ticket | None:
    """This conversation's own urgent ticket, while messages are likely to be about it."""
    ticket = await open_danger_ticket(turn)
    if ticket is None or DENIED_LABEL in ticket.details:
        return None
    if ticket.created_at < turn.backend.clock.now() - TALK_WINDOW:
        return None
    return ticket if await is_own(turn, ticket) else None


def current_hazard(turn: Turn, ticket: Ticket) -> str:
    """The hazard that this message names, else the most urgent one reported; somebody in a car comes first."""
    if ticket.kind != DANGER:
        return LIFE
    known, signs = known_signs(ticket), detect_signs(turn, reported=True)
    named = main_hazard(signs) if signs - VAGUE_SIGNS or mentions_wire(turn.text) else LIFE
    most = main_hazard(known | signs)
    return most if named == LIFE or most in (CAR, HURT) else named


def model_danger_talk(turn: Turn) -> Mapping[str, float]:
    """The model's labels for talk about a danger, with scores; empty where the message is about something else."""
    predictions = turn.predictions
    is_other = (
        predictions.danger_score < MIN_DANGER_SCORE
        and predictions.whole.confidence >= MIN_UNRELATED_INTENT_CONFIDENCE
        and turn.intent not in DANGER_INTENTS
    )
    if is_other and max(predictions.danger_talk.values(), default=0.0) < MIN_DANGER_TALK_SCORE:
        return {}
    if detect_crisis(turn.text) or is_small_talk(turn.text) or is_about_payment(turn.full_text):
        return {}
    breathes = says_is_breathing(turn.full_text) or asks_about_medical_help(turn.full_text)
    return {
        name: score
        for name, score in predictions.danger_talk.items()
        if not (breathes and name == EmergencyQuestion.NOT_BREATHING.value)
    }


def is_only_about_bill(turn: Turn) -> bool:
    """`Can I get a call about a payment plan`: nothing here is about the danger."""
    return is_about_bill(turn.full_text) and not signals_danger(turn)


def detect_questions(turn: Turn) -> frozenset[EmergencyQuestion]:
    """The questions of somebody in danger, found by word rules and by the engine's model.

    Where the model finds a question whether something may be done, but not what, it is taken as whether to go near:
    the answer to that is no.
    """
    if is_only_about_bill(turn):
        return frozenset()
    scores = model_danger_talk(turn)
    if says_power_is_off(turn.full_text):
        scores = {
            name: score for name, score in scores.items() if name not in (EmergencyQuestion.POWER_OFF.value, WHETHER)
        }
    is_news = signals_danger(turn) and not (is_question(turn.text) or "?" in turn.full_text)
    least = MIN_SCORE_WITH_NEWS if is_news else 0.0
    by_rules = detect_emergency_questions(turn.full_text)
    if EmergencyQuestion.IS_CREW_COMING in by_rules:
        return by_rules - PERMISSION_QUESTIONS
    asked = by_rules | {one for one in EmergencyQuestion if scores.get(one.value, -1.0) >= least}
    if scores.get(WHETHER, -1.0) >= least and not asked & PERMISSION_QUESTIONS:
        asked |= {EmergencyQuestion.GO_IN}
    return asked - PERMISSION_QUESTIONS if asks_about_outcome(turn.full_text) else asked


async def answer_in_danger(turn: Turn, ticket: Ticket) -> bool:
    """Answer the safety questions of this message. False when there are none."""
    if asks_which_address(turn.full_text):
        send_place(turn, ticket)
        return True
    asked = detect_questions(turn)
    calls = asks_who_calls_911(turn.full_text)
    if doctor := asks_about_medical_help(turn.full_text):
        asked -= PERMISSION_QUESTIONS
    if calls:
        turn.utter("utter_danger_911")
        asked -= {EmergencyQuestion.WHAT_WAS_REPORTED, EmergencyQuestion.LEAVE, EmergencyQuestion.OTHER_PERMISSION}
    if ticket.kind != DANGER:
        asked -= {EmergencyQuestion.POWER_OFF}  # "do I turn the machine off": it keeps somebody alive
        if EmergencyQuestion.TOUCH in asked - detect_emergency_questions(turn.full_text):  # "hook it up to the car"
            asked = asked - {EmergencyQuestion.TOUCH} | {EmergencyQuestion.OTHER_PERMISSION}
    ends = asks_about_outcome(turn.full_text)
    if not (asked - {EmergencyQuestion.IS_CREW_COMING} or ends or doctor or calls):
        if EmergencyQuestion.IS_CREW_COMING in asked and detect_status_question(turn.full_text) is None:
            return await send_who_was_notified(turn, ticket)
        return False
    _answer_what_may_be_done(turn, ticket, asked)
    nobody_hurt = not _reported_signs(turn, ticket) & INJURY_SIGNS
    # "do I call 911" asks for no doctor where nobody was reported hurt
    if doctor and EmergencyQuestion.NOT_BREATHING not in asked and not (calls and nobody_hurt):
        turn.utter("utter_danger_doctor")
    if ends:
        turn.utter("utter_danger_ends")
    await _answer_about_report(turn, ticket, asked)
    return True


async def _answer_about_report(turn: Turn, ticket: Ticket, asked: frozenset[EmergencyQuestion]) -> None:
    """Answer what was reported, when the power returns and whether the crew is coming, as far as asked."""
    if EmergencyQuestion.WHAT_WAS_REPORTED in asked and asks_what_was_reported(turn.full_text):
        turn.utter("utter_filed_reads", number=ticket.number, told=format_ticket_content(turn, ticket))
    elif EmergencyQuestion.WHAT_WAS_REPORTED in asked:
        await note_and_notify_crew(turn, ticket)
        only_asks = len(split_sentences(turn.full_text)) == 1
        where = format_place(turn, ticket)
        turn.utter("utter_danger_on_it", number=ticket.number, where=where, state="asked" if only_asks else "")
    if EmergencyQuestion.WHEN_POWER_RETURNS in asked:
        turn.utter("utter_danger_back")
    if EmergencyQuestion.IS_CREW_COMING in asked or asks_about_report(turn):
        await send_who_was_notified(turn, ticket)


def asks_about_report(turn: Turn) -> bool:
    """Whether the word rules find a question about the report's status, whatever the topic was before."""
    return detect_status_question(turn.full_text) is StatusQuestion.ABOUT_REPORT


def _answer_what_may_be_done(turn: Turn, ticket: Ticket, asked: frozenset[EmergencyQuestion]) -> None:
    """Answer whether something may be done. A no goes first: of going in and cutting the power, neither is allowed."""
    hazard = current_hazard(turn, ticket)
    if hazard == CAR or (EmergencyQuestion.LEAVE in asked and is_about_leaving_machine(turn.full_text)):
        hazard = advice_key(_reported_signs(turn, ticket) | {CAR})
    if asked & {EmergencyQuestion.NOT_BREATHING, EmergencyQuestion.TOUCH}:
        response = "utter_danger_breath" if EmergencyQuestion.NOT_BREATHING in asked else "utter_danger_touch"
        nearby = hazard if EmergencyQuestion.NOT_BREATHING in asked else _environment_hazard(turn, ticket)
        turn.utter(response, hazard=nearby, danger=ticket.kind == DANGER)
    elif EmergencyQuestion.LEAVE in asked and hazard == HURT and known_signs(ticket) <= INJURY_SIGNS:
        turn.utter("utter_danger_doctor")  # "do I need to take him in": there is nothing to get away from
    elif EmergencyQuestion.LEAVE in asked:
        turn.utter("utter_danger_leave", hazard=hazard)
    if EmergencyQuestion.GENERATOR in asked and EmergencyQuestion.GO_IN not in asked:
        turn.utter("utter_danger_generator", hazard=hazard)
    elif EmergencyQuestion.POWER_OFF in asked and EmergencyQuestion.GO_IN not in asked:
        turn.utter("utter_danger_power_off", hazard=_environment_hazard(turn, ticket))
    if asked & {EmergencyQuestion.NOT_BREATHING, EmergencyQuestion.TOUCH, EmergencyQuestion.LEAVE} or (
        EmergencyQuestion.GENERATOR in asked and EmergencyQuestion.GO_IN not in asked
    ):
        return
    if EmergencyQuestion.GO_IN in asked or (EmergencyQuestion.OTHER_PERMISSION in asked and hazard == LIFE):
        send_unsafe_answer(turn, hazard if hazard in (CAR, BURNING_CAR) else _environment_hazard(turn, ticket))
    elif EmergencyQuestion.OTHER_PERMISSION in asked and asks_if_dangerous(turn.full_text):
        send_unsafe_answer(turn, _environment_hazard(turn, ticket))
    elif EmergencyQuestion.OTHER_PERMISSION in asked:
        turn.utter("utter_danger_not_before")
    elif EmergencyQuestion.WHAT_TO_DO in asked and EmergencyQuestion.POWER_OFF not in asked:
        send_safety_advice(turn, _reported_signs(turn, ticket), life=ticket.kind != DANGER)


def send_unsafe_answer(turn: Turn, hazard: str) -> None:
    """Tell them to stay away: `no` to `is it safe`, `yes` to `is it dangerous`."""
    turn.utter("utter_danger_unsafe", hazard=hazard, state="dangerous" if asks_if_dangerous(turn.full_text) else "")


def _reported_signs(turn: Turn, ticket: Ticket) -> frozenset[str]:
    """The signs of danger in the ticket and in this message."""
    return known_signs(ticket) | detect_signs(turn, reported=True)


def _environment_hazard(turn: Turn, ticket: Ticket) -> str:
    """The hazard around a hurt person: somebody lying in water must not be touched there."""
    if ticket.kind != DANGER:
        return LIFE
    return main_hazard(_reported_signs(turn, ticket) - {"hurt", "trapped"})


async def send_who_was_notified(turn: Turn, ticket: Ticket) -> bool:
    """Say who was notified. False when nobody was."""
    status_text = await format_callout_status(turn, ticket)
    if status_text:
        turn.utter("utter_danger_called", called=status_text.strip())
    return bool(status_text)


async def add_danger_details(turn: Turn) -> bool:
    """Put new facts onto the ticket and say what is not known. False when the message is about something else."""
    if _is_about_something_else(turn):
        return False
    ticket = await recent_danger_ticket(turn)
    if ticket is None:
        return False
    person = requests_person(turn)
    is_office_transfer = turn.get("open_task") not in REPORT_FORMS and turn.backend.coop.is_open(
        turn.backend.clock.now()
    )  # an agent takes over as usual: the office is open, and the report needs no more answers
    if person and (turn.last_text_of(DANGER_HANDOFF_RESPONSE) or wants_call(turn.full_text) or is_office_transfer):
        return False
    await note_and_notify_crew(turn, ticket)
    if person:
        await handoff_in_danger(turn)
        return True
    if any(is_question(part) or "?" in part for part in [turn.text, *split_sentences(turn.text)]):
        turn.utter("utter_danger_not_before" if asks_permission(turn.full_text) else "utter_danger_unknown")
    turn.utter("utter_danger_added", number=ticket.number, called=await format_callout_status(turn, ticket))
    return True


def _is_about_something_else(turn: Turn) -> bool:
    words, predictions = turn.full_text, turn.predictions
    few = len(words.split()) < MIN_FACT_WORDS
    if says_power_is_off(words) or (few and says_it_continues(words)):
        return False
    if turn.intent in ("affirm", "deny") and turn.has_act("volunteer") and not few:
        return is_small_talk(turn.text)
    if few or detect_crisis(turn.text) or is_small_talk(turn.text) or turn.has_act(*CONTROL_ACTS):
        return True
    if "assistant" in turn.text.lower() and len(words.split()) <= SHORT_MESSAGE_WORDS:
        return True  # "back to the assistant"
    if predictions.danger_score >= MIN_DANGER_SCORE:
        return False
    if is_about_payment(words):
        return True
    form = turn.get("open_task")
    if form not in (None, *REPORT_FORMS) and not turn.was_just_opened():
        return True
    if any(name in DANGER_FOLLOW_UPS and score >= MIN_FOLLOW_UP_SCORE for name, score in predictions.knowledge):
        return True
    return predictions.whole.confidence >= MIN_UNRELATED_INTENT_CONFIDENCE and turn.intent not in DANGER_INTENTS


async def record_facts(turn: Turn, ticket: Ticket) -> None:
    """Put questions and facts onto the ticket: who is there, the way in, what was tried.

    A question about what was reported adds nothing.
    """
    asked = detect_questions(turn) | (
        {EmergencyQuestion.OTHER_PERMISSION} if asks_about_outcome(turn.full_text) else set()
    )
    place = extract_place(turn, asked=False)
    if place and has_vague_place(ticket):
        await tickets.complete(turn.session, turn.backend, ticket, place=place, phone=None)
    long = len(turn.full_text.split()) >= MIN_REPORT_WORDS
    if asked - {EmergencyQuestion.WHAT_WAS_REPORTED, EmergencyQuestion.IS_CREW_COMING} or (
        long and not asked and not _is_about_something_else(turn)
    ):
        await note_and_notify_crew(turn, ticket)


async def note_and_notify_crew(turn: Turn, ticket: Ticket) -> None:
    """Put the words onto the ticket and relay statements to the crew; questions are only noted."""
    before = len(ticket.notes)
    await add_ticket_note(turn, ticket)
    parts = split_sentences(mask_line(turn.full_text))
    statements = " ".join(part for part in parts if not part.rstrip().endswith("?"))
    is_new = len(ticket.notes) > before
    if len(statements.split()) < SHORT_MESSAGE_WORDS - 1 or is_question(statements):
        return
    if is_new and await is_own(turn, ticket):
        await callout.relay_addition(turn.session, turn.backend, ticket, statements)
