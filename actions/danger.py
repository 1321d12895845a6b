"""Detecting danger in any message: safety advice comes before anything else."""

from __future__ import annotations

from actions.turn import REQUESTED_SLOT, Turn
from backend.language import SPANISH
from backend.reading.acts.signals import is_question
from backend.reading.contact.location import extract_address_or_road
from backend.reading.hazards.danger_over import denies_danger
from backend.reading.hazards.danger_words import detect_crisis, is_hypothetical, is_past_danger, mentions_tree_on_wire
from backend.reading.hazards.emergency_questions import asks_if_safe
from backend.reading.hazards.harmless_talk import is_harmless_talk
from backend.reading.hazards.hazard_signs import CAR, HURT, LIFE, WIRE, advice_key, find_hazard_signs
from backend.reading.hazards.life_support import is_about_future
from backend.reading.service.disconnection import (
    detect_disconnection_topic,
    says_coop_disconnected,
    says_disconnected_in_spanish,
)
from backend.reading.service.outages import states_outage, tells_only_outage
from backend.reading.tickets.status_questions import says_power_is_fine

REPORT_FORMS = ("outage_form", "case_form")
"""Forms that handle danger themselves: earlier words belong to the same event."""

MIN_SCORE = 0.8
"""From this score on, the engine's model counts as much as a word rule."""
MIN_SCORE_IN_ANSWER = 0.9
"""The same while a question is open, since an answer may be any words."""
MIN_SCORE_FOR_TREE = 0.97
"""The same for a tree report, which gives its own advice; a wire torn down by a tree is danger."""
MIN_OTHER_INTENT_CONFIDENCE, MIN_SCORE_WITH_OTHER_INTENT = 0.6, 0.95
"""From that confidence in an intent outside DANGER_INTENTS, the model needs that score."""
DANGER_INTENTS = frozenset(
    """report_outage outage_status outage_restored voltage_problem meter_problem report_tree damage_claim medical_need
    out_of_scope nlu_fallback speak_to_human greet inform choose affirm deny cancel hold repeat thank goodbye""".split()
)
"""Intents of messages that may be about danger, unlike a deposit for a pool or a rebate on a water heater."""
MAX_UNLIKELY_SCORE = 0.25
"""Below this score the model contradicts the word rules: a name, a fire of long ago."""
SHORT_MESSAGE_WORDS = 4
"""Such a short message may be a cry for help. The model was trained on few of those, so it may not contradict."""
CONDITIONAL_ADVICE = "utter_danger_if_so"
VAGUE_SIGNS = frozenset({"danger"})
"""Signs without any detail: `it shocks the cows`, `I called 911`."""
MOST_URGENT_SIGNS = frozenset({CAR, HURT})
"""Signs that the model may add to those of the rules: somebody must not get out, or must not be touched."""


def detect_signs(turn: Turn, *, reported: bool) -> frozenset[str]:
    """The hazard signs in this message. `reported`: this conversation has reported a danger already.

    The word rules know the usual words; the engine's model finds others: "a cord from the pole is in our pool".
    """
    if not turn.focused_text:
        return frozenset()
    signs = _detect_signs_by_rules(turn, reported=reported)
    if not reported and _is_doubted_by_model(turn, signs):
        return frozenset()
    model_signs = _detect_signs_by_model(turn, reported=reported)
    return signs | (model_signs if signs <= VAGUE_SIGNS else model_signs & MOST_URGENT_SIGNS)


def _detect_signs_by_rules(turn: Turn, *, reported: bool) -> frozenset[str]:
    return find_hazard_signs(turn.focused_text, turn.text if turn.language == SPANISH else "", reported=reported)


def _is_doubted_by_model(turn: Turn, signs: frozenset[str]) -> bool:
    """Whether the word rules found these signs and the model finds no danger: advice is given, no one is called out.

    A member who names the danger again after that advice is believed.
    """
    return (
        bool(signs and turn.predictions.hazard)
        and turn.predictions.danger_score < MAX_UNLIKELY_SCORE
        and len(turn.full_text.split()) > SHORT_MESSAGE_WORDS
        and not turn.last_text_of(CONDITIONAL_ADVICE)
    )


def _detect_signs_by_model(turn: Turn, *, reported: bool) -> frozenset[str]:
    predictions = turn.predictions
    hazard, score = predictions.hazard, predictions.danger_score
    min_score = MIN_SCORE_IN_ANSWER if turn.get(REQUESTED_SLOT) else MIN_SCORE
    if score < min_score or is_hypothetical(turn.text) or is_past_danger(turn.text):
        return frozenset()
    if reported and (asks_if_safe(turn.full_text) or is_question(turn.text)):
        return frozenset()  # a question about the reported danger, and no new one
    if turn.intent == "report_tree" and hazard == WIRE and score < MIN_SCORE_FOR_TREE:
        return frozenset()  # its own report says what to do near a line, and goes to the crew
    is_other_request = turn.intent not in DANGER_INTENTS and predictions.whole.confidence >= MIN_OTHER_INTENT_CONFIDENCE
    if is_other_request and score < MIN_SCORE_WITH_OTHER_INTENT:
        return frozenset()  # the bill of a pump, a light that is out
    if hazard == WIRE and tells_only_outage(turn.full_text):
        return frozenset()
    if denies_danger(turn.full_text) or is_harmless_talk(turn.full_text):
        return frozenset()
    if hazard == LIFE and _has_power_for_device(turn):
        return frozenset()
    return frozenset({"danger" if hazard == WIRE else hazard})


def _has_power_for_device(turn: Turn) -> bool:
    """A member who fears a shutoff, or is being asked about a medical device, has power now."""
    is_off = says_coop_disconnected(turn.text) or says_disconnected_in_spanish(turn.full_text)
    fears_shutoff = detect_disconnection_topic(turn.full_text) and not is_off
    in_report = turn.get("open_task") == "case_form" and not turn.was_just_opened()
    return bool(fears_shutoff) or in_report or is_about_future(turn.full_text) or says_power_is_fine(turn.full_text)


def signals_danger(turn: Turn) -> bool:
    """Whether this message by itself says that somebody may be in danger."""
    return bool(detect_signs(turn, reported=False))


def send_safety_advice(turn: Turn, signs: frozenset[str], *, life: bool = False) -> None:
    """Say what to do. `life`: somebody needs power for a medical device, and no wire is dangerous."""
    hazard = advice_key(signs)
    turn.utter("utter_outage_danger", hazard=LIFE if life and hazard in (HURT, WIRE) else hazard)


def handle_danger(turn: Turn) -> bool:
    """Handle danger or a personal crisis while no task is open. Returns whether there was any."""
    if detect_crisis(turn.text):
        turn.utter("utter_crisis")
        return True
    if signals_danger(turn):
        turn.add_followup_action("outage_form")  # it gives safety advice at once, and opens the ticket
        return True
    _send_conditional_advice(turn)
    return False


def _send_conditional_advice(turn: Turn) -> None:
    """Say what to do in case there is danger, if the model doubts it; the task continues."""
    if turn.focused_text and _is_doubted_by_model(turn, _detect_signs_by_rules(turn, reported=False)):
        turn.utter(CONDITIONAL_ADVICE)


def opens_danger_report(turn: Turn, form: str) -> bool:
    """Let a danger report interrupt a task that files no report. Returns whether it does."""
    if form in REPORT_FORMS or detect_crisis(turn.text) or not signals_danger(turn):
        return False
    turn.add_followup_action("outage_form")
    return True


def opens_urgent_report(turn: Turn, form: str) -> bool:
    """Report a tree on a wire, or an outage, before the other request of the message. Returns whether it does."""
    if form in REPORT_FORMS:
        return False
    if mentions_tree_on_wire(turn.text):
        turn.set("case_kind", "tree")
        turn.add_followup_action("case_form")
        return True
    # a part of the message may report one: "I lost power, and what's my balance"
    is_report = any(clause.intent == "report_outage" for clause in turn.predictions.clauses)
    is_report = is_report or extract_address_or_road(turn.focused_text) is not None
    if not (is_report and states_outage(turn.focused_text, turn.text)):
        return False
    turn.add_followup_action("outage_form")
    return True


def warn_in_task(turn: Turn, form: str) -> bool:
    """Give safety advice within a task, which then continues. The outage form gives its own."""
    if detect_crisis(turn.text):
        turn.utter("utter_crisis")
        return True
    _send_conditional_advice(turn)
    if form != "outage_form" and turn.intent != "report_outage" and (signs := detect_signs(turn, reported=False)):
        send_safety_advice(turn, signs)
        return True
    return False
