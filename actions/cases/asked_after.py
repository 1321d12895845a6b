"""Who asks after a report hears what is known: when it was told, to whom, who has it, how it ended; no promise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions.cases.called import TOLD, called
from actions.cases.kinds import title_of
from actions.cases.reading_back import was_told
from actions.danger import alarmed
from actions.follow_ups import contexts
from actions.outage.known import known_values
from actions.person.booked import tell_what_stands
from actions.place import read_place
from actions.turn import REQUESTED, Turn
from backend.callout.words import when
from backend.contact.service import read_phone
from backend.handover.transcript import plain_line
from backend.knowledge.things import speaks_of
from backend.language import tr
from backend.members.levels import Level
from backend.reading.acts.polarity import begins_with_yes
from backend.reading.asks_after import After, asks_after, asks_to_be_home
from backend.reading.asks_if_known import asks_if_known
from backend.reading.danger import gas_in
from backend.reading.of_the_filed import still_wrong
from backend.reading.tickets_named import kinds_named
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.kinds import BY_A_CREW, CALLBACK, CALLS_OUT, DANGER, POWER
from backend.tickets.models import Ticket
from backend.tickets.places import place_key
from backend.tickets.reporters import is_theirs
from backend.tickets.same_event import OPEN

FEWER = 3
"""So few words ask nothing else, whatever wish they are taken for: `update pls`."""
FEW = 8
"""More words than these, with nothing reported, speak of something else by `how much longer`."""
OWN_SUBJECT = 0.8
"""So near a subject of knowledge/ is what was asked: `is the tree crew coming to our road this year`."""
SURE = 0.9
LATELY = timedelta(days=7)
REPORTS = ("outage_form", "case_form")
ASKS_WHERE = ("outage_status", "report_outage")
HOME = "follow_home"
HOW_LONG = "follow_when"


async def tell_what_became(turn: Turn) -> bool:
    """Answer who asks after a report, or whether a thing is reported. False when nobody asks so."""
    if asks_if_known(turn.whole_words, turn.text):
        return await _tell_if_known(turn)
    meant = asks_after(turn.whole_words)
    if meant is None or _agrees(turn) or (turn.get("open_task") not in (None, *REPORTS) and not turn.just_opened()):
        return False
    told = await _told(turn)
    ticket = _meant(turn, told, meant)
    if alarmed(turn) and (ticket is None or ticket.kind != DANGER or ticket.status not in OPEN):
        return False  # it is told again, or for the first time, and that goes before any question
    if ticket is None:
        return await _tell_there_is_none(turn, meant, told)
    if meant is After.PERHAPS and not await _spoken_of(turn, ticket):
        return False
    await tell_how_it_stands(turn, ticket)
    return True


async def not_filed_yet(turn: Turn) -> bool:
    """Say that what is being asked about is not reported before that is answered. False when nobody asks after it."""
    if _agrees(turn) or alarmed(turn) or still_wrong(turn.text):
        return False
    if asks_if_known(turn.whole_words, turn.text) or asks_after(turn.whole_words) is None:
        return False
    if asks_to_be_home(turn.whole_words):
        return False  # what such a report takes is a question of its own
    if read_place(turn, asked=False) or read_phone(turn.text, strict=False):
        return False  # the answer stands beside it
    turn.say("utter_filed_not_yet")
    return True


def _agrees(turn: Turn) -> bool:
    """`Yes, when will they come` at the read-back files it first. In Spanish `ya` asks, and is no yes."""
    at_the_read_back = str(turn.get(REQUESTED) or "").endswith("_confirm")
    return at_the_read_back and begins_with_yes(turn.text) and not turn.whole_words.lower().startswith("ya ")


async def tell_how_it_stands(turn: Turn, ticket: Ticket) -> None:
    """All that is known of it, and how to tell it again when it is over."""
    if ticket.kind == CALLBACK and ticket.status in OPEN and await tell_what_stands(turn):
        return
    if not await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id):
        turn.say("utter_filed_with_others", called=await called(turn, ticket))  # another's number is not told
        return
    if ticket.status in OPEN and _told_of_home(turn, ticket):
        return
    values: dict[str, Any] = {
        "number": ticket.number,
        "what": title_of(ticket),
        "where": tr(", at {place}", place=ticket.place) if ticket.place and was_told(turn, ticket.place) else "",
        "at": when(turn.backend, ticket.created_at),
    }
    if ticket.status not in OPEN:
        _tell_how_it_ended(turn, ticket, values)
        return
    turn.notes.pop(TOLD, None)
    told = await called(turn, ticket)
    if told:
        gas = gas_in(str(ticket.details.get("words") or ""))
        guard = "" if ticket.kind != DANGER else "gas" if gas else "danger"
        turn.say("utter_filed_called", called=told, guard=guard, **values)
    else:
        state = "answered" if ticket.status == tickets.ANSWERED else "office"
        state = "crew" if ticket.kind in BY_A_CREW and state == "office" else state
        day = str(ticket.details.get("day") or "")
        asked = tr(" You asked for {day}.", day=day) if day and turn.language == "en" else ""
        turn.say("utter_filed_open", state=state, day=asked, more=_how_long(turn, ticket), **values)
    if ticket.kind in POWER:
        known = await turn.backend.outages.known(turn.session, ticket.place, ticket.account_id)
        if known is not None:
            turn.say("utter_outage_known", **known_values(turn, known))
    if not ticket.place and turn.get(REQUESTED) == "outage_place" and read_place(turn, asked=True) is None:
        turn.say("utter_filed_where")
    if alarmed(turn) or still_wrong(turn.text):
        await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, plain_line(turn.whole_words))
        turn.say("utter_filed_noted", number=ticket.number)


def _told_of_home(turn: Turn, ticket: Ticket) -> bool:
    """Who asks whether they must be there hears that, and not how it stands."""
    if ticket.kind == DANGER or alarmed(turn) or not asks_to_be_home(turn.whole_words):
        return False
    home = turn.backend.knowledge.follow_up(HOME, [ticket.kind], turn.backend.coop, turn.language, {})
    if home:
        turn.say("utter_told", told=home)
    return bool(home)


def _tell_how_it_ended(turn: Turn, ticket: Ticket, values: dict[str, Any]) -> None:
    at = when(turn.backend, ticket.closed_at or ticket.created_at)
    crew = lookup.closed_by_crew(ticket)
    how = {tickets.WITHDRAWN: "withdrawn"}.get(ticket.status, "crew" if crew else "office")
    how = "restored" if ticket.outcome == tickets.RESTORED else how
    turn.say("utter_filed_over", how=how, name=crew or "", danger=ticket.kind == DANGER, **{**values, "at": at})
    place = ticket.place if ticket.place and was_told(turn, ticket.place) else None
    _offer(turn, ticket.kind, str(ticket.details.get("words") or title_of(ticket)), place)


def _how_long(turn: Turn, ticket: Ticket) -> str:
    """What is known in general of how long such a thing takes; of danger and the like nothing is."""
    if ticket.kind in CALLS_OUT - {"outage"}:
        return ""
    told = turn.backend.knowledge.follow_up(HOW_LONG, [ticket.kind], turn.backend.coop, turn.language, {})
    return f" {told}" if told else ""


async def _told(turn: Turn) -> list[Ticket]:
    """What this talk has told, and the account where it is known whose: what is open first, then the newest."""
    standing = await turn.standing()
    known = standing.account is not None and standing.level >= Level.KNOWN
    account = standing.account.id if standing.account is not None and known else None
    since = turn.backend.clock.now() - LATELY
    told = await lookup.told_in(turn.session, turn.conversation_id, account, since)
    return [
        one
        for one in told
        if one.status in OPEN
        or one.conversation_id == turn.conversation_id
        or (account is not None and one.account_id == account)
    ]


def _meant(turn: Turn, told: list[Ticket], meant: After) -> Ticket | None:
    """The one that is spoken of: a call where one is asked for, the kind that is named, else the newest."""
    calls = [one for one in told if one.kind == CALLBACK]
    if meant is After.CALL:
        return next(iter([one for one in calls if one.status in OPEN] or told), None)
    named = kinds_named(turn.text)
    same = [one for one in told if one.kind in named]
    others = [one for one in told if one.kind != CALLBACK]
    return next(iter(same or others or calls), None)


async def _spoken_of(turn: Turn, ticket: Ticket) -> bool:
    """Whether `did it go through` means the report, and not a payment that was made after it."""
    if turn.get("open_task") in REPORTS:
        return True
    if _own_subject(turn) or (turn.does("start") and len(turn.whole_words.split()) > FEWER):
        return False
    done = await contexts(turn)
    return not done or ticket.kind in done[:2] or ticket.status not in OPEN


def _own_subject(turn: Turn) -> bool:
    found = [(turn.backend.knowledge.find(name), score) for name, score in turn.statistics.knowledge]
    return any(
        subject is not None and not subject.follows and score >= OWN_SUBJECT and speaks_of(subject, turn.whole_words)
        for subject, score in found
    )


async def _tell_there_is_none(turn: Turn, meant: After, told: list[Ticket]) -> bool:
    """Nothing is reported, as far as this talk and the account tell: say so, and offer to report."""
    if meant is After.CALL or asks_to_be_home(turn.whole_words) or _own_subject(turn) or still_wrong(turn.text):
        return False
    if turn.get("open_task") is not None and not turn.just_opened():
        return False  # what is being asked about is not reported yet: that is told there
    if meant is After.PERHAPS and (
        len(turn.whole_words.split()) > FEW or await contexts(turn) or _is_surely_else(turn)
    ):
        return False
    standing = await turn.standing()
    account = standing.account.number if standing.account and standing.level >= Level.KNOWN else ""
    turn.say("utter_filed_none", account=account, known=bool(account))
    return True


def _is_surely_else(turn: Turn) -> bool:
    return turn.intent == "payment_confirmation" and turn.statistics.whole.confidence >= SURE


async def _tell_if_known(turn: Turn) -> bool:
    """Tell what this talk has reported there, else what is known of an outage; of others' reports nothing is told."""
    if turn.get("open_task") not in (None, *REPORTS) and not turn.just_opened():
        return False
    place = read_place(turn, asked=False)
    kind = _kind(turn)
    for ticket in await _told(turn):
        here = not place or (ticket.place_key is not None and ticket.place_key == place_key(place))
        if here and (ticket.kind in kinds_named(turn.text) or ticket.kind == kind):
            await tell_how_it_stands(turn, ticket)
            return True
    if kind == DANGER:
        turn.say("utter_outage_danger")
    known = await turn.backend.outages.known(turn.session, turn.whole_words, None) if kind == "outage" else None
    if known is None and kind == "outage" and not place and turn.intent in ASKS_WHERE:
        return False  # the outage's own form asks where it is, and tells what is known there
    if known is not None:
        turn.say("utter_outage_known", **known_values(turn, known))
    turn.say("utter_filed_of_others", known=known is not None)
    _offer(turn, kind, plain_line(turn.whole_words), place)
    return True


def _kind(turn: Turn) -> str:
    if alarmed(turn):
        return DANGER
    named = kinds_named(turn.text)
    return next((kind for kind in ("tree", "light", "voltage", "meter") if kind in named), "outage")


def _offer(turn: Turn, kind: str, words: str, place: str | None) -> None:
    """What a yes opens: a report, with what is known for it, that is read back before it is filed."""
    if kind in POWER:
        slots = {"outage_danger" if kind == DANGER else "outage_words": words, "outage_place": place}
        turn.set("offer", {"opener": "outage_form", "slots": slots})
    else:
        slots = {"case_kind": kind, "case_words": words, "case_place": place}
        opener = "service_form" if kind == "service" else "callback_form" if kind == CALLBACK else "case_form"
        turn.set("offer", {"opener": opener, "slots": slots if opener == "case_form" else {}})
