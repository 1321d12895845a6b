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
from backend.reading.service.disconnection import detect_disconnection_topic as shutoff_spoken_of
from backend.reading.service.disconnection import says_coop_disconnected, says_disconnected_in_spanish
from backend.reading.service.outages import states_outage
from backend.reading.tickets.status_questions import says_power_is_fine

REPORT_FORMS = ("outage_form", "case_form")
"""Forms that handle danger themselves: earlier words belong to the same event."""


MIN_SCORE = 0.8
"""From this score on, the engine's model counts as much as a word rule."""
MIN_SCORE_IN_ANSWER = 0.9
"""The same where a question was open, since an answer may be any words."""
MIN_SCORE_FOR_TREE = 0.97
"""The same for a tree report, which gives its own advice; a wire torn down by a tree is danger."""
MIN_OTHER_INTENT_CONFIDENCE, MIN_SCORE_WITH_OTHER_INTENT = 0.6, 0.95
DANGER_INTENTS = frozenset(
    """report_outage outage_status outage_restored voltage_problem meter_problem report_tree damage_claim medical_need
    out_of_scope nlu_fallback speak_to_human greet inform choose affirm deny cancel hold repeat thank goodbye""".split()
)
"""With any other intent the model must be surer: a deposit for a pool, a rebate on a water heater, a bulb."""
MAX_UNLIKELY_SCORE = 0.25
"""Below this score the model contradicts the word rules: a name, a fire of long ago."""
SHORT_MESSAGE_WORDS = 4
"""So few words may be a cry for help; the model was trained on few of those, so it may not contradict."""
CONDITIONAL_ADVICE = "utter_danger_if_so"
VAGUE_SIGNS = frozenset({"danger"})
"""Danger without any detail: `it shocks the cows`, `I called 911`."""
MOST_URGENT_SIGNS = frozenset({CAR, HURT})
"""Signs that the model may add to those of the rules: somebody must not get out, or must not be touched."""
_SIGN_BY_HAZARD = {WIRE: "danger"}


def detect_signs(turn: Turn, *, reported: bool) -> frozenset[str]:
    """The hazard signs in this message. `reported`: this conversation has reported a danger already.

    The word rules know the usual words; the engine's model finds others: "a cord from the pole is in our pool".
    """
    if not turn.focused_text:
        return frozenset()
    signs = _detect_signs_by_rules(turn, reported=reported)
    if not reported and _is_doubted_by_model(turn, signs):
        return frozenset()
    learnt = _detect_signs_by_model(turn, reported=reported)
    return signs | (learnt if signs <= VAGUE_SIGNS else learnt & MOST_URGENT_SIGNS)


def _detect_signs_by_rules(turn: Turn, *, reported: bool) -> frozenset[str]:
    return find_hazard_signs(turn.focused_text, turn.text if turn.language == SPANISH else "", reported=reported)


def _is_doubted_by_model(turn: Turn, signs: frozenset[str]) -> bool:
    """Whether the word rules find danger and the engine's model finds none: advice is given, and nobody is called out.

    A member who names the danger again after that advice is believed.
    """
    predictions = turn.predictions
    if (
        not predictions.hazard
        or predictions.danger_score >= MAX_UNLIKELY_SCORE
        or len(turn.full_text.split()) <= SHORT_MESSAGE_WORDS
    ):
        return False
    return bool(signs) and not turn.last_text_of(CONDITIONAL_ADVICE)


def _detect_signs_by_model(turn: Turn, *, reported: bool) -> frozenset[str]:
    predictions = turn.predictions
    enough = MIN_SCORE_IN_ANSWER if turn.get(REQUESTED_SLOT) else MIN_SCORE
    if predictions.danger_score < enough or is_hypothetical(turn.text) or is_past_danger(turn.text):
        return frozenset()
    if reported and (asks_if_safe(turn.full_text) or is_question(turn.text)):
        return frozenset()  # a question about the reported danger, and no new one
    if turn.intent == "report_tree" and predictions.hazard == WIRE and predictions.danger_score < MIN_SCORE_FOR_TREE:
        return frozenset()  # its own report says what to do near a line, and goes to the crew
    off = says_coop_disconnected(turn.text) or says_disconnected_in_spanish(turn.full_text)
    feared = shutoff_spoken_of(turn.full_text) and not off
    asked = turn.get("open_task") == "case_form" and not turn.was_just_opened()
    is_wish = turn.intent not in DANGER_INTENTS and predictions.whole.confidence >= MIN_OTHER_INTENT_CONFIDENCE
    if is_wish and predictions.danger_score < MIN_SCORE_WITH_OTHER_INTENT:
        return frozenset()  # the bill of a pump, a light that is out
    if (
        denies_danger(turn.full_text)
        or is_harmless_talk(turn.full_text)
        or (predictions.hazard == LIFE and says_power_is_fine(turn.full_text))
    ):
        return frozenset()
    if predictions.hazard == LIFE and (feared or asked or is_about_future(turn.full_text)):
        return frozenset()  # a member who fears a shutoff, or is asked about a medical device, has power now
    return frozenset({_SIGN_BY_HAZARD.get(predictions.hazard, predictions.hazard)})


def signals_danger(turn: Turn) -> bool:
    """Whether this message alone says that somebody may be in danger."""
    return bool(detect_signs(turn, reported=False))


def send_safety_advice(turn: Turn, signs: frozenset[str], *, life: bool = False) -> None:
    """Say what to do. `life`: somebody needs power for a medical device, and nothing electric is dangerous."""
    hazard = advice_key(signs)
    turn.utter("utter_outage_danger", hazard=LIFE if life and hazard in (HURT, WIRE) else hazard)


def handle_danger(turn: Turn) -> bool:
    """Handle danger or a personal crisis while no task is open. Returns whether there was any."""
    if detect_crisis(turn.text):
        turn.utter("utter_crisis")
        return True
    if signals_danger(turn):
        turn.add_followup_action("outage_form")  # it says what to do at once, and opens the ticket
        return True
    _send_conditional_advice(turn)
    return False


def _send_conditional_advice(turn: Turn) -> None:
    """Say what to do in case there is danger; the task continues."""
    if turn.focused_text and _is_doubted_by_model(turn, _detect_signs_by_rules(turn, reported=False)):
        turn.utter(CONDITIONAL_ADVICE)


def opens_danger_report(turn: Turn, form: str) -> bool:
    """Open a danger report from within a task that files no report."""
    if form in REPORT_FORMS or detect_crisis(turn.text) or not signals_danger(turn):
        return False
    turn.add_followup_action("outage_form")
    return True


def opens_urgent_report(turn: Turn, form: str) -> bool:
    """Report a tree on a wire, or an outage, before another request of the same message, which comes after it."""
    if form in REPORT_FORMS:
        return False
    if mentions_tree_on_wire(turn.text):
        turn.set("case_kind", "tree")
        turn.add_followup_action("case_form")
        return True
    if not _reports_outage(turn):
        return False
    turn.add_followup_action("outage_form")
    return True


def _reports_outage(turn: Turn) -> bool:
    """Whether a part of the message states an outage: `I lost power, and what's my balance`."""
    reports = [part for part in turn.predictions.clauses if part.intent == "report_outage"]
    return (bool(reports) or extract_address_or_road(turn.focused_text) is not None) and states_outage(
        turn.focused_text, turn.text
    )


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
