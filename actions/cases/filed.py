"""What is asked or told of a report that this talk has filed: answered from it, noted on it, never offered again."""

from __future__ import annotations

import re

from actions.cases.asked_after import tell_what_became
from actions.cases.called import called
from actions.cases.danger_talk import note
from actions.cases.kinds import title_of
from actions.cases.objecting import objected
from actions.cases.phone_told import call_at
from actions.cases.reading_back import as_told, tell_the_place, was_told
from actions.cases.taking_back import NUMBERED
from actions.turn import Turn
from backend.contact.service import read_phone
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.members.levels import Level
from backend.payments.confirmation import normalise
from backend.reading.of_the_filed import Of, of_the_filed
from backend.reading.tickets_named import kinds_named
from backend.reading.where_to_call import is_of_the_account, replaces_a_phone
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK, DANGER, POWER
from backend.tickets.models import Ticket

ENOUGH = 0.6
"""Such a part of what is asked about stands in the report, when it is there."""
MORE_TOLD = 5
PHONE_FOR = "phone_for"
_WORD = re.compile(r"[^\W\d_]{3,}")
_PLAIN = frozenset(
    """you put down did does say says that the its it's and near about wrote noted note mention mentioned added add they
    report have has right there here with for puso pusieron anoto que esta cerca los las del""".split()
)


async def tell_of_the_filed(turn: Turn) -> bool:
    """Answer what is said of a report of this conversation. False when nothing is, or none was filed."""
    if not turn.whole_words:
        return False
    return await objected(turn) or await _tell_of(turn)


async def _tell_of(turn: Turn) -> bool:
    filed = await tickets.of_conversation(turn.session, turn.conversation_id)
    if filed and await _takes_the_phone(turn, filed):
        return True
    meant = of_the_filed(turn.whole_words, turn.text) if filed else None
    ticket = _which(turn, filed, meant) if meant else None
    if meant is None or ticket is None:
        return await tell_what_became(turn)
    match meant:
        case Of.NUMBER:
            turn.say("utter_filed_number", number=ticket.number, what=title_of(ticket))
            await _note_what_else(turn, ticket)
        case Of.STANDS:
            await _tell_it_stands(turn, ticket)
        case Of.SAYS:
            await _tell_what_it_says(turn, ticket)
        case Of.PLACE:
            tell_the_place(turn, ticket)
        case Of.PHONE:
            await _change_phone(turn, ticket)
        case Of.WHICH_PHONE:
            await _tell_which_phone(turn, ticket)
        case Of.NEWS:
            turn.say("utter_filed_news", number=ticket.number)
        case Of.CALLED_911:
            await note(turn, ticket)
            turn.say("utter_filed_911", number=ticket.number, called=await called(turn, ticket))
    return True


def _which(turn: Turn, filed: list[Ticket], meant: Of) -> Ticket | None:
    """The one that is named, by number or kind, else the newest; None when another kind is named."""
    numbers = {normalise(match[0]) for match in NUMBERED.finditer(turn.own_words)}
    if by_number := [one for one in filed if one.number in numbers]:
        return by_number[0]
    if meant is Of.CALLED_911:
        filed = [one for one in filed if one.kind == DANGER]
    elif meant is Of.NEWS:
        filed = [one for one in filed if one.kind in POWER]
    elif meant is not Of.NUMBER:
        filed = [one for one in filed if one.kind != CALLBACK]
    named = kinds_named(turn.text) if meant in (Of.NUMBER, Of.STANDS) else frozenset()
    same = [one for one in filed if one.kind in named]
    return next(iter(same if named else filed), None)


async def _takes_the_phone(turn: Turn, filed: list[Ticket]) -> bool:
    """The number that was asked for, for a report."""
    offer = turn.get("offer")
    number = offer.get(PHONE_FOR) if isinstance(offer, dict) else None
    ticket = next((one for one in filed if one.number == number), None)
    replaces = replaces_a_phone(turn.whole_words) and not is_of_the_account(turn.whole_words)
    if ticket is None and replaces and turn.get("open_task") is None:
        ticket = next((one for one in filed if one.kind != CALLBACK), None)
    if ticket is None or read_phone(turn.text, strict=False) is None:
        return False
    if offer:
        turn.clear("offer")
    await _change_phone(turn, ticket)
    return True


async def _change_phone(turn: Turn, ticket: Ticket) -> None:
    phone = read_phone(turn.text, strict=False)
    if phone is None:
        turn.say("utter_filed_which_phone")
        turn.set("offer", {PHONE_FOR: ticket.number})
        return
    await call_at(turn, ticket, phone)


async def _tell_which_phone(turn: Turn, ticket: Ticket) -> None:
    """The phone that the report has; one that stands beside the question goes on it."""
    phone = read_phone(turn.text, strict=False)
    if phone is not None:
        await call_at(turn, ticket, phone)
        return
    turn.say("utter_filed_phone_is", number=ticket.number, last4=ticket.phone[-4:] if ticket.phone else "")
    turn.set("offer", {PHONE_FOR: ticket.number})


async def _tell_it_stands(turn: Turn, ticket: Ticket) -> None:
    standing = await turn.standing()
    account = standing.account
    own = account is not None and account.id == ticket.account_id and standing.level >= Level.KNOWN
    where = tr(", at {place}", place=ticket.place) if ticket.place and was_told(turn, ticket.place) else ""
    if own and account is not None:
        where += tr(", for account {number}", number=account.number)
    told = await called(turn, ticket)
    turn.say("utter_filed_stands", number=ticket.number, what=title_of(ticket), where=where, called=told)
    await _note_what_else(turn, ticket)


async def _tell_what_it_says(turn: Turn, ticket: Ticket) -> None:
    heard = " ".join(
        [
            str(ticket.place or ""),
            str(ticket.details.get("words") or ""),
            *(str(note["words"]) for note in ticket.notes),
        ]
    )
    asked = {word for word in _WORD.findall(turn.whole_words.lower()) if word not in _PLAIN}
    there = {word for word in asked if word in heard.lower()}
    if not asked or len(there) >= ENOUGH * len(asked):
        turn.say("utter_filed_says", number=ticket.number, told=as_told(turn, ticket))
        return
    await note(turn, ticket)
    turn.say("utter_filed_noted", number=ticket.number)


async def _note_what_else(turn: Turn, ticket: Ticket) -> None:
    """`… and it's the one on the barn pole`: a fact beside the question is written down."""
    rest = [part for part in re.split(r"(?<=[.!?])\s+", turn.whole_words) if of_the_filed(part, part) is None]
    told = [part for part in rest if "?" not in part and len(_WORD.findall(part)) >= MORE_TOLD]
    facts = [part for part in told if not any(word in part.lower() for word in ("number", "número", "thank"))]
    if facts:
        words = plain_line(" ".join(facts))
        await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words)
        turn.say("utter_filed_noted", number=ticket.number)
