"""What saves lives is said before anything else, whatever was being talked about."""

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
from backend.reading.service.outage_statement import states_outage
from backend.reading.tickets.status_questions import says_power_is_fine

REPORT_FORMS = ("outage_form", "case_form")
"""These hear of danger themselves: what was told before belongs to the same event."""


MIN_SCORE = 0.8
"""From here on what the engine's model hears of danger counts as much as a plain word of it:"""
MIN_SCORE_IN_ANSWER = 0.9
"""and from here on where something was asked, since an answer may be any words."""
MIN_SCORE_FOR_TREE = 0.97
"""A tree at a line has a report of its own, which says what to do; a wire that it tore down is danger."""
MIN_OTHER_INTENT_CONFIDENCE, MIN_SCORE_WITH_OTHER_INTENT = 0.6, 0.95
DANGER_INTENTS = frozenset(
    """report_outage outage_status outage_restored voltage_problem meter_problem report_tree damage_claim medical_need
    out_of_scope nlu_fallback speak_to_human greet inform choose affirm deny cancel hold repeat thank goodbye""".split()
)
"""Where another wish is heard, the model has to be surer: a deposit for a pool, a rebate on a water heater, a bulb."""
MAX_UNLIKELY_SCORE = 0.25
"""Below it the model finds no danger in words in which the rules hear one: a name, a fire of long ago."""
SHORT_MESSAGE_WORDS = 4
"""So few words may be a cry, which the model knows too little of."""
CONDITIONAL_ADVICE = "utter_danger_if_so"
VAGUE_SIGNS = frozenset({"danger"})
"""Something dangerous is named, and nothing of it told: `it shocks the cows`, `I called 911`."""
MOST_URGENT_SIGNS = frozenset({CAR, HURT})
"""What the model hears beside the signs of rules: who must not get out, and who must not be touched."""
_SIGN_BY_HAZARD = {WIRE: "danger"}


def detect_signs(turn: Turn, *, reported: bool) -> frozenset[str]:
    """The signs of danger in this message. `reported`: something dangerous stands in this talk already.

    The rules know the plain words; the engine's model hears it in others: "a cord from the pole is in our pool".
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
    """Whether the rules hear danger where the engine's model finds none: what to do is said, and nobody is called out.

    Whoever names a danger once more, after that was said, is believed.
    """
    told = turn.predictions
    if not told.hazard or told.danger_score >= MAX_UNLIKELY_SCORE or len(turn.full_text.split()) <= SHORT_MESSAGE_WORDS:
        return False
    return bool(signs) and not turn.last_text_of(CONDITIONAL_ADVICE)


def _detect_signs_by_model(turn: Turn, *, reported: bool) -> frozenset[str]:
    told = turn.predictions
    enough = MIN_SCORE_IN_ANSWER if turn.get(REQUESTED_SLOT) else MIN_SCORE
    if told.danger_score < enough or is_hypothetical(turn.text) or is_past_danger(turn.text):
        return frozenset()
    if reported and (asks_if_safe(turn.full_text) or is_question(turn.text)):
        return frozenset()  # of what stands: asked, and not told anew
    if turn.intent == "report_tree" and told.hazard == WIRE and told.danger_score < MIN_SCORE_FOR_TREE:
        return frozenset()  # its own report says what to do near a line, and goes to the crew
    off = says_coop_disconnected(turn.text) or says_disconnected_in_spanish(turn.full_text)
    feared = shutoff_spoken_of(turn.full_text) and not off
    asked = turn.get("open_task") == "case_form" and not turn.was_just_opened()
    is_wish = turn.intent not in DANGER_INTENTS and told.whole.confidence >= MIN_OTHER_INTENT_CONFIDENCE
    if is_wish and told.danger_score < MIN_SCORE_WITH_OTHER_INTENT:
        return frozenset()  # the bill of a pump, a light that is out
    if (
        denies_danger(turn.full_text)
        or is_harmless_talk(turn.full_text)
        or (told.hazard == LIFE and says_power_is_fine(turn.full_text))
    ):
        return frozenset()
    if told.hazard == LIFE and (feared or asked or is_about_future(turn.full_text)):
        return frozenset()  # who fears a shutoff, or is asked what machine they have, has power now
    return frozenset({_SIGN_BY_HAZARD.get(told.hazard, told.hazard)})


def signals_danger(turn: Turn) -> bool:
    """Whether this message, by itself, tells that somebody may be in danger."""
    return bool(detect_signs(turn, reported=False))


def send_safety_advice(turn: Turn, signs: frozenset[str], *, life: bool = False) -> None:
    """What saves lives with such signs. `life`: it is of somebody who needs power, and of nothing electric."""
    hazard = advice_key(signs)
    turn.utter("utter_outage_danger", hazard=LIFE if life and hazard in (HURT, WIRE) else hazard)


def handle_danger(turn: Turn) -> bool:
    """Answer words of danger or of a person's own crisis, with no task open. Returns whether there were any."""
    if detect_crisis(turn.text):
        turn.utter("utter_crisis")
        return True
    if signals_danger(turn):
        turn.add_followup_action("outage_form")  # it says what to do at once, and opens the ticket
        return True
    _send_conditional_advice(turn)
    return False


def _send_conditional_advice(turn: Turn) -> None:
    """What to do if there is danger after all; what was wished goes on."""
    if turn.focused_text and _is_doubted_by_model(turn, _detect_signs_by_rules(turn, reported=False)):
        turn.utter(CONDITIONAL_ADVICE)


def opens_danger_report(turn: Turn, form: str) -> bool:
    """Open the report of a danger that is told in the middle of a task which reports nothing."""
    if form in REPORT_FORMS or detect_crisis(turn.text) or not signals_danger(turn):
        return False
    turn.add_followup_action("outage_form")
    return True


def opens_urgent_report(turn: Turn, form: str) -> bool:
    """A tree on the wire, or an outage, beside another wish is reported first; the other is kept, and comes after."""
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
    """`I lost power, and what's my balance`: a part of the message reports an outage, as a fact."""
    heard = [part for part in turn.predictions.clauses if part.intent == "report_outage"]
    return (bool(heard) or extract_address_or_road(turn.focused_text) is not None) and states_outage(
        turn.focused_text, turn.text
    )


def warn_in_task(turn: Turn, form: str) -> bool:
    """The same in the middle of a task, which then asks on. An outage has a form of its own, which speaks of danger."""
    if detect_crisis(turn.text):
        turn.utter("utter_crisis")
        return True
    _send_conditional_advice(turn)
    if form != "outage_form" and turn.intent != "report_outage" and (signs := detect_signs(turn, reported=False)):
        send_safety_advice(turn, signs)
        return True
    return False
