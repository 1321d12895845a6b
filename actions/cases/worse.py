"""Worse news of what this talk has reported: what to do now, the ticket raised, who has it told, whatever is asked."""

from __future__ import annotations

from actions import agenda
from actions.cases.called import TOLD, called
from actions.cases.danger_talk import (
    answer_in_danger,
    asked_of,
    fresh_danger,
    heard_beside,
    keep_what_is_told,
    note,
    say_unsafe,
    tell_who_comes,
)
from actions.cases.phone_told import take_phone
from actions.cases.place_told import take_place
from actions.danger import REPORTS, VAGUE, alarmed, say_what_to_do, signs_told
from actions.place import read_place
from actions.turn import Turn
from backend.callout import service as callout
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.reading.acts.signals import is_question
from backend.reading.asks_after import After, asks_after
from backend.reading.asks_if_safe import asks_for_a_doctor, asks_if_safe, is_of_an_outage
from backend.reading.asks_in_danger import Asks, asks_how_it_ends, is_of_a_bill
from backend.reading.good_news import eases, tells_it_goes_on, tells_who_is_inside
from backend.reading.hazard import CAR, HURT, LIFE, LIFE_NEED, WIRE, WORSE, hazard_of, is_only_need, makes_fumes
from backend.reading.no_danger import denies_danger, denies_harm
from backend.reading.of_the_filed import Of, of_the_filed, takes_back
from backend.tickets import service as tickets
from backend.tickets import worse
from backend.tickets.kinds import CALLS_OUT, DANGER
from backend.tickets.models import Ticket
from backend.tickets.places import names_a_spot, place_key
from backend.tickets.reporters import is_theirs
from backend.tickets.signs import deny, is_news, known_signs

UNNAMED = VAGUE | {WORSE, "noise", "inside"}
"""Signs that do not tell by themselves what to do."""
EASES, SIGN_OF = "eases", {"breath": "hurt", "worse": WORSE}
"""What the engine's model hears beside a danger, and which signs those are."""
SURE_OF_GOOD_NEWS = 0.5
LEFT = "left_the_danger"
"""Of the turn's notes: there is no danger, and a form that reports it ends."""
MILD = frozenset({"down", "fell", "noise", "danger", WORSE})
"""`Never mind, the limb fell off, it's fine` takes back; with fire or who is hurt beside it nothing does."""
FEW = 6  # words


async def tell_worse(turn: Turn) -> bool:
    """Hear worse news of the open danger, outage or the like of this conversation, and a phone beside it.

    False when there is neither, or something else is said beside the phone.
    """
    if not turn.whole_words:
        return False
    talk_of = await fresh_danger(turn)
    if talk_of is not None and _denies_it(turn, talk_of):
        return await _leave_the_danger(turn, talk_of)
    placed = talk_of is not None and await take_place(turn, talk_of)
    answered = talk_of is not None and await answer_in_danger(turn, talk_of)
    told = await _tell_worse(turn, answered=answered)
    if talk_of is not None and not placed:  # its words are on the report already
        await keep_what_is_told(turn, talk_of)
    return await take_phone(turn, any_phone=talk_of is not None) or told or answered or placed


def _denies_it(turn: Turn, ticket: Ticket) -> bool:
    """Whether there is none of what was reported: nobody hurt is good to hear, and the wire is down all the same.

    `There's no wire, he is in the kitchen. Does he need a doctor?` denies nothing where somebody was hurt.
    """
    words, known = turn.whole_words, known_signs(ticket)
    unharmed = denies_harm(words)
    if (turn.intent == "cancel" or turn.does("cancel")) and len(words.split()) <= FEW:
        return False  # "forget it, it was nothing" takes it back, which the crew hears as that
    if alarmed(turn) or asks_for_a_doctor(words) or (HURT in known and not unharmed and is_question(turn.text)):
        return False
    return denies_danger(words) or (unharmed and known == {HURT})


async def _leave_the_danger(turn: Turn, ticket: Ticket) -> bool:
    """There is none, says who reported it: the crew hears so, and what they wish is asked for."""
    await note_for_the_crew(turn, ticket)
    deny(ticket, plain_line(turn.whole_words), proven=turn.channel != "sms")
    turn.notes[LEFT] = True
    agenda.take_in(turn, turn.acts, "")
    waits = bool(agenda.wishes(turn)) or turn.get("open_task") not in (None, *REPORTS)
    turn.say("utter_danger_denied", number=ticket.number, asks=not waits)
    if turn.get("open_task") is None and not turn.just_opened():
        agenda.go_on(turn)
    return True


async def _tell_worse(turn: Turn, *, answered: bool) -> bool:
    if _is_good_news(turn):
        return await _tell_eased(turn, answered=answered)
    signs = signs_told(turn, reported=True) | {SIGN_OF[one] for one in heard_beside(turn) if one in SIGN_OF}
    if not signs or (signs <= MILD and takes_back(turn.whole_words)):
        return not signs and not answered and await _tell_if_safe(turn)
    ticket = await worse.standing(turn.session, turn.backend, turn.conversation_id)
    if ticket is None or (is_only_need(signs) and ticket.kind not in CALLS_OUT):
        return False
    if tickets.is_callout(ticket) and ticket.kind != DANGER:
        signs = frozenset(LIFE_NEED if sign in SIGN_OF.values() else sign for sign in signs)  # a person's, no wire's
    words = plain_line(turn.whole_words)
    of_breath = Asks.BREATH in asked_of(turn)
    news = of_breath or is_news(ticket, words, signs)
    own = await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id)
    if not own and not (ticket.urgent and (ticket.kind == DANGER or is_only_need(signs))):
        return False  # another's is not raised: it becomes a report of its own
    if _is_elsewhere(turn, ticket) or _asks_or_ends(turn, is_news=news and signs != VAGUE):
        return False
    # "it is getting worse" is of what was told before; a new thing is spoken of by itself
    meant = signs if signs - UNNAMED else signs | known_signs(ticket)
    meant |= known_signs(ticket) & {CAR}  # who sits in it stays in it, also when it smokes
    if (news or hazard_of(meant) != WIRE) and not answered:
        say_what_to_do(turn, meant, life=ticket.kind != DANGER)
    told = await worse.tell(turn.session, turn.backend, ticket, turn.conversation_id, words, signs, of_breath=of_breath)
    passed = f" {told.passed_on}" if told.passed_on else await called(turn, ticket, first=told.raised)
    turn.notes[TOLD] = True
    if own and not news:
        turn.say("utter_case_added", number=ticket.number, called=passed, own=True)
        return True
    number = tr(", number {number}", number=ticket.number) if own else ""
    turn.say("utter_danger_worse", number=number, called=passed, danger=ticket.kind == DANGER)
    return True


def _is_good_news(turn: Turn) -> bool:
    """By plain words, or by what the engine's model hears, unless anything else stands beside it."""
    told = heard_beside(turn)
    heard = told.get(EASES, 0.0) >= SURE_OF_GOOD_NEWS and not (told.keys() & SIGN_OF)
    if makes_fumes(turn.whole_words) or tells_who_is_inside(turn.whole_words):
        return False  # "my son got the generator going in the garage, so we're ok"
    good = eases(turn.whole_words) or (heard and not tells_it_goes_on(turn.whole_words))
    return good and Asks.BREATH not in asked_of(turn)


async def _tell_eased(turn: Turn, *, answered: bool) -> bool:
    """Put good news on the report, for whoever is on the way; it closes nothing, and nobody goes back by it."""
    ticket = await danger_stands(turn)
    if ticket is None or not await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id):
        return False
    await note_for_the_crew(turn, ticket)
    turn.say("utter_danger_eased", number=ticket.number, danger=ticket.kind == DANGER)
    if not answered and (Asks.COMING in asked_of(turn) or asks_after(turn.whole_words) is After.SURELY):
        await tell_who_comes(turn, ticket)
    return True


async def note_for_the_crew(turn: Turn, ticket: Ticket) -> None:
    """Put the words on the report, and have who was told of it hear them, as what they are: not proven."""
    await note(turn, ticket)
    await callout.reporter_says(turn.session, turn.backend, ticket, plain_line(turn.whole_words))


async def _tell_if_safe(turn: Turn) -> bool:
    """Answer whether something may be touched or entered beside what this talk reported: never a yes."""
    doctor, asked = asks_for_a_doctor(turn.whole_words), signs_told(turn, reported=True)
    if is_of_a_bill(turn.whole_words) and not alarmed(turn):
        return False  # "can I get a call about a payment plan"
    if not doctor and (not asks_if_safe(turn.whole_words) or asks_how_it_ends(turn.whole_words)):
        return False
    ticket = await danger_stands(turn)
    if ticket is None:
        return False
    hazard = LIFE if ticket.kind != DANGER else HURT if doctor else hazard_of(known_signs(ticket) | asked)
    if not doctor and (hazard == LIFE or (hazard == WIRE and is_of_an_outage(turn.whole_words))):
        return False
    say_unsafe(turn, hazard)
    return True


def _asks_or_ends(turn: Turn, *, is_news: bool) -> bool:
    """Whether this asks how the report stands, says that 911 is called, or takes it back, and tells nothing new."""
    meant = of_the_filed(turn.whole_words, turn.text)
    return meant is Of.CALLED_911 or (not is_news and (meant is not None or turn.does("cancel")))


def _is_elsewhere(turn: Turn, ticket: Ticket) -> bool:
    """Whether another place is told: that is another event, and gets its own ticket."""
    told = read_place(turn, asked=False)
    if not told or not ticket.place_key or not names_a_spot(place_key(told)):
        return False
    return place_key(told) != ticket.place_key


async def danger_stands(turn: Turn) -> Ticket | None:
    """The urgent report of this conversation that is open."""
    ticket = await worse.standing(turn.session, turn.backend, turn.conversation_id)
    return ticket if ticket is not None and tickets.is_callout(ticket) else None
