"""What saves lives is said before anything else, whatever was being talked about."""

from __future__ import annotations

from actions.turn import REQUESTED, Turn
from backend.language import SPANISH
from backend.reading.acts.signals import is_question
from backend.reading.asks_after import tells_it_is_fine
from backend.reading.asks_if_safe import asks_if_safe
from backend.reading.cut_off import cut_off_by_us, is_off_already
from backend.reading.danger import crisis_in, is_over, is_supposed, tree_on_wire
from backend.reading.hazard import CAR, HURT, LIFE, WIRE, signs_in, what_to_do_for
from backend.reading.life_support import only_plans
from backend.reading.no_danger import denies_danger
from backend.reading.ordinary import only_ordinary
from backend.reading.outage_told import tells_of_an_outage
from backend.reading.place import address_in
from backend.reading.shutoff import speaks_of as shutoff_spoken_of

REPORTS = ("outage_form", "case_form")
"""These hear of danger themselves: what was told before belongs to the same event."""


SURE = 0.8
"""From here on what the engine's model hears of danger counts as much as a plain word of it:"""
SURE_OF_AN_ANSWER = 0.9
"""and from here on where something was asked, since an answer may be any words."""
SURE_OF_A_TREE = 0.97
"""A tree at a line has a report of its own, which says what to do; a wire that it tore down is danger."""
SURE_OF_A_WISH, SURE_BESIDE_A_WISH = 0.6, 0.95
MAY_BE_DANGER = frozenset(
    """report_outage outage_status outage_restored voltage_problem meter_problem report_tree damage_claim medical_need
    out_of_scope nlu_fallback speak_to_human greet inform choose affirm deny cancel hold repeat thank goodbye""".split()
)
"""Where another wish is heard, the model has to be surer: a deposit for a pool, a rebate on a water heater, a bulb."""
UNLIKELY = 0.25
"""Below it the model finds no danger in words in which the rules hear one: a name, a fire of long ago."""
SHORT = 4
"""So few words may be a cry, which the model knows too little of."""
IF_SO = "utter_danger_if_so"
VAGUE = frozenset({"danger"})
"""Something dangerous is named, and nothing of it told: `it shocks the cows`, `I called 911`."""
MOST_URGENT = frozenset({CAR, HURT})
"""What the model hears beside the signs of rules: who must not get out, and who must not be touched."""
_SIGN_OF = {WIRE: "danger"}


def signs_told(turn: Turn, *, reported: bool) -> frozenset[str]:
    """The signs of danger in this message. `reported`: something dangerous stands in this talk already.

    The rules know the plain words; the engine's model hears it in others: "a cord from the pole is in our pool".
    """
    if not turn.own_words:
        return frozenset()
    signs = _plain_signs(turn, reported=reported)
    if not reported and _is_doubted(turn, signs):
        return frozenset()
    learnt = _learnt_sign(turn, reported=reported)
    return signs | (learnt if signs <= VAGUE else learnt & MOST_URGENT)


def _plain_signs(turn: Turn, *, reported: bool) -> frozenset[str]:
    return signs_in(turn.own_words, turn.text if turn.language == SPANISH else "", reported=reported)


def _is_doubted(turn: Turn, signs: frozenset[str]) -> bool:
    """Whether the rules hear danger where the engine's model finds none: what to do is said, and nobody is called out.

    Whoever names a danger once more, after that was said, is believed.
    """
    told = turn.statistics
    if not told.hazard or told.danger >= UNLIKELY or len(turn.whole_words.split()) <= SHORT:
        return False
    return bool(signs) and not turn.words_of(IF_SO)


def _learnt_sign(turn: Turn, *, reported: bool) -> frozenset[str]:
    told = turn.statistics
    enough = SURE_OF_AN_ANSWER if turn.get(REQUESTED) else SURE
    if told.danger < enough or is_supposed(turn.text) or is_over(turn.text):
        return frozenset()
    if reported and (asks_if_safe(turn.whole_words) or is_question(turn.text)):
        return frozenset()  # of what stands: asked, and not told anew
    if turn.intent == "report_tree" and told.hazard == WIRE and told.danger < SURE_OF_A_TREE:
        return frozenset()  # its own report says what to do near a line, and goes to the crew
    off = cut_off_by_us(turn.text) or is_off_already(turn.whole_words)
    feared = shutoff_spoken_of(turn.whole_words) and not off
    asked = turn.get("open_task") == "case_form" and not turn.just_opened()
    is_wish = turn.intent not in MAY_BE_DANGER and told.whole.confidence >= SURE_OF_A_WISH
    if is_wish and told.danger < SURE_BESIDE_A_WISH:
        return frozenset()  # the bill of a pump, a light that is out
    if (
        denies_danger(turn.whole_words)
        or only_ordinary(turn.whole_words)
        or (told.hazard == LIFE and tells_it_is_fine(turn.whole_words))
    ):
        return frozenset()
    if told.hazard == LIFE and (feared or asked or only_plans(turn.whole_words)):
        return frozenset()  # who fears a shutoff, or is asked what machine they have, has power now
    return frozenset({_SIGN_OF.get(told.hazard, told.hazard)})


def alarmed(turn: Turn) -> bool:
    """Whether this message, by itself, tells that somebody may be in danger."""
    return bool(signs_told(turn, reported=False))


def say_what_to_do(turn: Turn, signs: frozenset[str], *, life: bool = False) -> None:
    """What saves lives with such signs. `life`: it is of somebody who needs power, and of nothing electric."""
    hazard = what_to_do_for(signs)
    turn.say("utter_outage_danger", hazard=LIFE if life and hazard in (HURT, WIRE) else hazard)


def heed(turn: Turn) -> bool:
    """Answer words of danger or of a person's own crisis, with no task open. Returns whether there were any."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if alarmed(turn):
        turn.follow_with("outage_form")  # it says what to do at once, and opens the ticket
        return True
    _say_if_so(turn)
    return False


def _say_if_so(turn: Turn) -> None:
    """What to do if there is danger after all; what was wished goes on."""
    if turn.own_words and _is_doubted(turn, _plain_signs(turn, reported=False)):
        turn.say(IF_SO)


def rises(turn: Turn, form: str) -> bool:
    """Open the report of a danger that is told in the middle of a task which reports nothing."""
    if form in REPORTS or crisis_in(turn.text) or not alarmed(turn):
        return False
    turn.follow_with("outage_form")
    return True


def goes_first(turn: Turn, form: str) -> bool:
    """A tree on the wire, or an outage, beside another wish is reported first; the other is kept, and comes after."""
    if form in REPORTS:
        return False
    if tree_on_wire(turn.text):
        turn.set("case_kind", "tree")
        turn.follow_with("case_form")
        return True
    if not _wishes_for_an_outage(turn):
        return False
    turn.follow_with("outage_form")
    return True


def _wishes_for_an_outage(turn: Turn) -> bool:
    """`I lost power, and what's my balance`: a part of the message reports an outage, as a fact."""
    heard = [part for part in turn.statistics.clauses if part.intent == "report_outage"]
    return (bool(heard) or address_in(turn.own_words) is not None) and tells_of_an_outage(turn.own_words, turn.text)


def warn(turn: Turn, form: str) -> bool:
    """The same in the middle of a task, which then asks on. An outage has a form of its own, which speaks of danger."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    _say_if_so(turn)
    if form != "outage_form" and turn.intent != "report_outage" and (signs := signs_told(turn, reported=False)):
        say_what_to_do(turn, signs)
        return True
    return False
