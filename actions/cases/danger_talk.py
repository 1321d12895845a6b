"""The talk after a danger was reported: what is asked is answered by what saves lives, and every fact is kept.

Whoever stands beside a wire writes in pieces, asks what to do, and wishes nothing else: no bill, no number, no office.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from actions.cases.called import called
from actions.cases.place_told import is_vague, place_words
from actions.cases.reading_back import tell_all, tell_the_place
from actions.danger import REPORTS, VAGUE, alarmed, say_what_to_do, signs_told
from actions.person.in_danger import SAID, asks_for_a_person, person_in_danger
from actions.place import read_place
from actions.turn import Turn
from backend.callout import service as callout
from backend.handover.transcript import plain_line
from backend.reading.acts.signals import is_question, only_social
from backend.reading.asks_after import After, asks_after
from backend.reading.asks_if_safe import asks_for_a_doctor, asks_if_dangerous, asks_who_calls_911
from backend.reading.asks_in_danger import (
    MAY_BE_DONE,
    Asks,
    asked_in_danger,
    asks_for_all_of_it,
    asks_how_it_ends,
    asks_whether_to,
    is_of_a_bill,
    is_of_a_machine,
    is_of_money,
    tells_it_is_off,
    tells_of_breath,
)
from backend.reading.danger import crisis_in
from backend.reading.good_news import tells_it_goes_on
from backend.reading.hazard import BURNING_CAR, CAR, HURT, LIFE, WORSE, hazard_of, names_a_wire, what_to_do_for
from backend.reading.of_the_filed import asks_which_place
from backend.reading.person_wish import wants_a_call
from backend.reading.sentences import sentences
from backend.tickets import service as tickets
from backend.tickets import worse
from backend.tickets.kinds import DANGER
from backend.tickets.models import DENIED, Ticket
from backend.tickets.reporters import is_theirs
from backend.tickets.signs import known_signs

FRESH = timedelta(hours=2)
"""So long after the report the talk is of it, unless something else is plainly wished."""
SAYS_SOMETHING = 3
"""Fewer words than these are a yes, a thank you or a number."""
FEW = 5
HARMED = frozenset({HURT, *VAGUE, WORSE})
"""Signs of who is hurt and of nothing else that is named."""
TELLS_MORE = 6
"""So many words tell more than they ask."""
SURE_OF_ELSE = 0.8
SURE_OF_IT = 0.85
"""From here on what is heard beside the danger goes before a wish that is heard as surely."""
OF_DANGER = 0.3
"""From here on what the engine's model hears is rather of the danger than of a task that is open beside it."""
ABOUT_IT = frozenset(
    """report_outage outage_status outage_restored report_tree report_light voltage_problem meter_problem medical_need
    out_of_scope inform choose speak_to_human nlu_fallback""".split()
)
"""Intents that may be of the danger."""
FOLLOWS = frozenset({"follow_home", "follow_when", "follow_number", "follow_cost"})
SURE_OF_A_FOLLOW_UP = 0.5
"""Questions that have an answer for a danger, too: whether somebody comes, and when."""
WHETHER = "whether"
"""In what the engine's model hears: whether something may be done, of which kind it does not know."""
SURE_BESIDE_NEWS = 0.6
"""Words that tell of danger, `it smells burnt at the meter`, are likelier news than a question without its mark."""
STEERS = ("language", "repeat", "hold", "cancel", "social")


async def fresh_danger(turn: Turn) -> Ticket | None:
    """The urgent report of this talk, while what is said is likely of it; another's is none."""
    ticket = await worse.standing(turn.session, turn.backend, turn.conversation_id)
    if ticket is None or DENIED in ticket.details:
        return None
    if not tickets.is_callout(ticket) or ticket.created_at < turn.backend.clock.now() - FRESH:
        return None
    return ticket if await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id) else None


def hazard_now(turn: Turn, ticket: Ticket) -> str:
    """What this message names, else what is most urgent of all that was told; who sits in a car comes first."""
    if ticket.kind != DANGER:
        return LIFE
    known, told = known_signs(ticket), signs_told(turn, reported=True)
    named = hazard_of(told) if told - VAGUE or names_a_wire(turn.text) else LIFE
    most = hazard_of(known | told)
    return most if named == LIFE or most in (CAR, HURT) else named


def heard_beside(turn: Turn) -> Mapping[str, float]:
    """What the engine's model hears asked and told beside the danger; nothing where it is surely of something else."""
    told = turn.statistics
    is_other = told.danger < OF_DANGER and told.whole.confidence >= SURE_OF_ELSE and turn.intent not in ABOUT_IT
    if is_other and max(told.danger_talk.values(), default=0.0) < SURE_OF_IT:
        return {}
    elsewhere = is_of_money(turn.whole_words) or is_of_a_bill(turn.whole_words)
    if crisis_in(turn.text) or only_social(turn.text) or elsewhere:
        return {}
    breathes = tells_of_breath(turn.whole_words) or asks_for_a_doctor(turn.whole_words)
    return {name: sure for name, sure in told.danger_talk.items() if not (breathes and name == Asks.BREATH.value)}


def asked_of(turn: Turn) -> frozenset[Asks]:
    """What somebody in danger asks: by the plain words, and by what the engine's model hears in others.

    Where it hears that something may be done, and not what, it is whether to go there: the answer to that is no.
    """
    if is_of_a_bill(turn.whole_words) and not alarmed(turn):
        return frozenset()
    told = heard_beside(turn)
    if tells_it_is_off(turn.whole_words):
        told = {name: sure for name, sure in told.items() if name not in (Asks.POWER_OFF.value, WHETHER)}
    tells = alarmed(turn) and not (is_question(turn.text) or "?" in turn.whole_words)
    least = SURE_BESIDE_NEWS if tells else 0.0
    plain = asked_in_danger(turn.whole_words)
    if Asks.COMING in plain:
        return plain - MAY_BE_DONE
    asked = plain | {one for one in Asks if told.get(one.value, -1.0) >= least}
    if told.get(WHETHER, -1.0) >= least and not asked & MAY_BE_DONE:
        asked |= {Asks.GO_IN}
    return asked - MAY_BE_DONE if asks_how_it_ends(turn.whole_words) else asked


async def answer_in_danger(turn: Turn, ticket: Ticket) -> bool:
    """Answer what somebody in danger asks. False when nothing of that is asked."""
    if asks_which_place(turn.whole_words):
        tell_the_place(turn, ticket)
        return True
    return await _answer_what_is_asked(turn, ticket)


async def _answer_what_is_asked(turn: Turn, ticket: Ticket) -> bool:
    asked = asked_of(turn)
    calls = asks_who_calls_911(turn.whole_words)
    if doctor := asks_for_a_doctor(turn.whole_words):
        asked -= MAY_BE_DONE
    if calls:
        turn.say("utter_danger_911")
        asked -= {Asks.REPORTED, Asks.LEAVE, Asks.MAY}
    if ticket.kind != DANGER:
        asked -= {Asks.POWER_OFF}  # "do I turn the machine off": what keeps somebody alive
        if Asks.TOUCH not in asked_in_danger(turn.whole_words):
            asked = asked - {Asks.TOUCH} | ({Asks.MAY} if Asks.TOUCH in asked else set())  # "hook it up to the car"
    ends = asks_how_it_ends(turn.whole_words)
    if not (asked - {Asks.COMING} or ends or doctor or calls):
        if Asks.COMING in asked and asks_after(turn.whole_words) is None:
            return await tell_who_comes(turn, ticket)
        return False
    _tell_what_may_be_done(turn, ticket, asked)
    if doctor and Asks.BREATH not in asked and not (calls and _hurts_nobody(turn, ticket)):
        turn.say("utter_danger_doctor")
    if ends:
        turn.say("utter_danger_ends")
    if Asks.REPORTED in asked:
        await _tell_it_is_reported(turn, ticket)
    if Asks.BACK in asked:
        turn.say("utter_danger_back")
    if Asks.COMING in asked or asks_after(turn.whole_words) is After.SURELY:
        await tell_who_comes(turn, ticket)
    return True


async def _tell_it_is_reported(turn: Turn, ticket: Ticket) -> None:
    if asks_for_all_of_it(turn.whole_words):
        await tell_all(turn, ticket)
        return
    await note_and_pass_on(turn, ticket)
    only_asks = len(sentences(turn.whole_words)) == 1
    where = place_words(turn, ticket)
    turn.say("utter_danger_on_it", number=ticket.number, where=where, state="asked" if only_asks else "")


def _tell_what_may_be_done(turn: Turn, ticket: Ticket, asked: frozenset[Asks]) -> None:
    """A no goes before a condition: who asks to go in and to cut the power does neither."""
    hazard = hazard_now(turn, ticket)
    if Asks.LEAVE in asked and is_of_a_machine(turn.whole_words):
        hazard = CAR
    if hazard == CAR:
        hazard = what_to_do_for(known_signs(ticket) | signs_told(turn, reported=True) | {CAR})
    if asked & {Asks.BREATH, Asks.TOUCH}:
        response = "utter_danger_breath" if Asks.BREATH in asked else "utter_danger_touch"
        at = hazard if Asks.BREATH in asked else _place_of_danger(turn, ticket)
        turn.say(response, hazard=at, danger=ticket.kind == DANGER)
    elif Asks.LEAVE in asked and hazard == HURT and known_signs(ticket) <= HARMED:
        turn.say("utter_danger_doctor")  # "do I need to take him in": there is nothing to get away from
    elif Asks.LEAVE in asked:
        turn.say("utter_danger_leave", hazard=hazard)
    if Asks.GENERATOR in asked and Asks.GO_IN not in asked:
        turn.say("utter_danger_generator", hazard=hazard)
    elif Asks.POWER_OFF in asked and Asks.GO_IN not in asked:
        turn.say("utter_danger_power_off", hazard=_place_of_danger(turn, ticket))
    if asked & {Asks.BREATH, Asks.TOUCH, Asks.LEAVE} or (Asks.GENERATOR in asked and Asks.GO_IN not in asked):
        return
    if Asks.GO_IN in asked or (Asks.MAY in asked and hazard == LIFE):
        say_unsafe(turn, hazard if hazard in (CAR, BURNING_CAR) else _place_of_danger(turn, ticket))
    elif Asks.MAY in asked:
        _tell_not_before(turn, ticket)
    elif Asks.DO in asked and Asks.POWER_OFF not in asked:
        say_what_to_do(turn, known_signs(ticket) | signs_told(turn, reported=True), life=ticket.kind != DANGER)


def _tell_not_before(turn: Turn, ticket: Ticket) -> None:
    if asks_if_dangerous(turn.whole_words):
        say_unsafe(turn, _place_of_danger(turn, ticket))
    else:
        turn.say("utter_danger_not_before")


def say_unsafe(turn: Turn, hazard: str) -> None:
    """Keep them away: `no` to whether something is safe, `yes` to whether it is dangerous."""
    turn.say("utter_danger_unsafe", hazard=hazard, state="dangerous" if asks_if_dangerous(turn.whole_words) else "")


def _hurts_nobody(turn: Turn, ticket: Ticket) -> bool:
    """Whether nobody who is hurt was told of: `do I call 911` is then of no doctor."""
    return not (known_signs(ticket) | signs_told(turn, reported=True)) & HARMED


def _place_of_danger(turn: Turn, ticket: Ticket) -> str:
    """What the danger is beside who is hurt by it: whoever lies in water is not touched there."""
    if ticket.kind != DANGER:
        return LIFE
    return hazard_of((known_signs(ticket) | signs_told(turn, reported=True)) - {"hurt", "trapped"})


async def tell_who_comes(turn: Turn, ticket: Ticket) -> bool:
    """Say who was told of it. False when nobody was."""
    told = await called(turn, ticket)
    if told:
        turn.say("utter_danger_called", called=told.strip())
    return bool(told)


async def add_to_danger_talk(turn: Turn) -> bool:
    """Keep what is told, and say what is not known; False when it is rather of something else."""
    if _is_of_something_else(turn):
        return False
    ticket = await fresh_danger(turn)
    if ticket is None:
        return False
    person = asks_for_a_person(turn)
    if person and (turn.words_of(SAID) or wants_a_call(turn.whole_words) or _is_put_through(turn)):
        return False
    await note_and_pass_on(turn, ticket)
    if person:
        await person_in_danger(turn)
        return True
    if any(is_question(part) or "?" in part for part in [turn.text, *sentences(turn.text)]):
        whether = asks_whether_to(turn.whole_words)
        turn.say("utter_danger_not_before" if whether else "utter_danger_unknown")
    turn.say("utter_danger_added", number=ticket.number, called=await called(turn, ticket))
    return True


def _is_put_through(turn: Turn) -> bool:
    """Whether a person takes over as usual: the office is open, and nothing of the report is still to be asked."""
    return turn.get("open_task") not in REPORTS and turn.backend.coop.is_open(turn.backend.clock.now())


def _is_of_something_else(turn: Turn) -> bool:
    words, told = turn.whole_words, turn.statistics
    few = len(words.split()) < SAYS_SOMETHING
    if tells_it_is_off(words) or (few and tells_it_goes_on(words)):
        return False
    if turn.intent in ("affirm", "deny") and turn.does("volunteer") and not few:
        return only_social(turn.text)
    if few or crisis_in(turn.text) or only_social(turn.text) or turn.does(*STEERS):
        return True
    if "assistant" in turn.text.lower() and len(words.split()) <= FEW:
        return True  # "back to the assistant"
    if told.danger >= OF_DANGER:
        return False
    if is_of_money(words) or is_of_a_bill(words):
        return True
    form = turn.get("open_task")
    if form not in (None, *REPORTS) and not turn.just_opened():
        return True
    if any(name in FOLLOWS and score >= SURE_OF_A_FOLLOW_UP for name, score in told.knowledge):
        return True
    return told.whole.confidence >= SURE_OF_ELSE and turn.intent not in ABOUT_IT


async def keep_what_is_told(turn: Turn, ticket: Ticket) -> None:
    """Put on the report what is asked, and what stands beside it or a phone: who is there, the way in, what was tried.

    Who only asks what was reported tells nothing.
    """
    asked = asked_of(turn) | ({Asks.MAY} if asks_how_it_ends(turn.whole_words) else set())
    place = read_place(turn, asked=False)
    if place and is_vague(ticket):
        await tickets.complete(turn.session, turn.backend, ticket, place=place, phone=None)
    long = len(turn.whole_words.split()) >= TELLS_MORE
    if asked - {Asks.REPORTED, Asks.COMING} or (long and not asked and not _is_of_something_else(turn)):
        await note_and_pass_on(turn, ticket)


async def note(turn: Turn, ticket: Ticket) -> None:
    """Put the words on the report, once."""
    words = plain_line(turn.whole_words)
    await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words)


async def note_and_pass_on(turn: Turn, ticket: Ticket) -> None:
    """Put the words on the report, and have who was told of it hear what they tell; what only asks is noted alone."""
    before = len(ticket.notes)
    await note(turn, ticket)
    told = " ".join(part for part in sentences(plain_line(turn.whole_words)) if not part.rstrip().endswith("?"))
    own = await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id)
    if own and len(ticket.notes) > before and len(told.split()) >= FEW - 1 and not is_question(told):
        await callout.reporter_adds(turn.session, turn.backend, ticket, told)
