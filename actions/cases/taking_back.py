"""Taking back what this conversation has filed."""

from __future__ import annotations

import re

from actions.cases.called import called
from actions.cases.kinds import title_of
from actions.turn import Turn
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.payments.confirmation import normalise
from backend.reading.tickets_named import kinds_named
from backend.tickets import service as tickets
from backend.tickets.kinds import OBJECTION
from backend.tickets.models import Ticket

WITHDRAW = re.compile(
    r"\b(?:withdraw\w*|retract|un-?report|undo\b(?!.*\b(?:pay\w*|auto|alerts?|paper\w*|enroll\w*)\b)|take (?:it|"
    r"that|this|the \w+|"
    r"my \w+) back|take back|"
    r"(?:cancel|delete|remove|drop|scratch|take off) (?:my|the|that|this) (?:\w+ ){0,2}(?:report|ticket|request|"
    r"complaint|case|call ?back|call|visit|danger)|take (?:that|it|this) off|qu[ií]t[ea]l[ao]|canc[eé]l[ea]l[ao]|"
    r"ret[ií]r[ea]l[ao])\b",
    re.IGNORECASE,
)
LETS_GO = re.compile(r"\b(?:forget (?:about )?(?:it|that)|never ?mind)\b", re.IGNORECASE)
"""Who lets a thing go leaves what was filed on their own wish alone."""
NUMBERED = re.compile(r"\b[A-Z0-9]{3}[- ]?[A-Z0-9]{3}\b", re.IGNORECASE)


async def take_back(turn: Turn, words: str | None = None, *, newest: bool = True) -> bool:
    """Withdraw the ticket that is named, by its number or what it is; else the only one, and say so. One that the crew
    is called out for stays open: the words are noted on it and passed on.

    False when nothing that it could mean still stands: then nothing was said either. Of several, none of them named,
    the `newest` is meant by who speaks of it right after it was filed; else it is asked which.
    """
    standing = await tickets.of_conversation(turn.session, turn.conversation_id)
    text = words or turn.text
    meant = _meant(text, words or turn.own_words, standing)
    if not meant:
        return False
    if len(meant) > 1 and not (newest and _filed_just_now(turn, meant[0])):
        things = [tr("{what}, number {number}", what=title_of(one), number=one.number) for one in meant]
        turn.say("utter_case_which", things="; ".join(things))
        turn.set("offer", {"which": True})
        return True
    reason = plain_line(turn.said)
    ticket = await tickets.withdraw(turn.session, turn.backend, meant[0].number, turn.conversation_id, reason)
    assert ticket is not None  # it was open, and this conversation's, a moment ago in the same transaction
    if tickets.is_callout(ticket):
        turn.say("utter_case_withdraw_noted", number=ticket.number, called=await called(turn, ticket))
        return True
    if OBJECTION in ticket.details:
        turn.say("utter_object_stays", number=ticket.number)
        return True
    others = ticket.status != tickets.WITHDRAWN
    turn.say("utter_case_withdrawn", number=ticket.number, what=title_of(ticket), others=others)
    return True


def which_is_meant(text: str, offer: object) -> bool:
    """Whether this answers which one is to be taken back."""
    asked = isinstance(offer, dict) and bool(offer.get("which"))
    return asked and bool(kinds_named(text) or NUMBERED.search(text))


async def tell_what_stands(turn: Turn) -> bool:
    """Name the newest ticket of this conversation and how to take it back. False when there is none."""
    standing = await tickets.of_conversation(turn.session, turn.conversation_id)
    if standing:
        await let_stand(turn, standing[0])
    return bool(standing)


async def let_stand(turn: Turn, ticket: Ticket) -> None:
    """`Never mind, it is fine`: the report stands, and the crew, where one is called out, hears the words."""
    if not tickets.is_callout(ticket):
        turn.say("utter_case_stands", number=ticket.number, undo=undo(turn, ticket))
        return
    await tickets.withdraw(turn.session, turn.backend, ticket.number, turn.conversation_id, plain_line(turn.said))
    turn.say("utter_case_withdraw_noted", number=ticket.number, called=await called(turn, ticket))


def _meant(text: str, own_words: str, standing: list[Ticket]) -> list[Ticket]:
    """The tickets that may be meant, the newest first: what is named is never another one."""
    numbers = {normalise(match[0]) for match in NUMBERED.finditer(own_words)}
    if by_number := [ticket for ticket in standing if ticket.number in numbers]:
        return by_number
    named = kinds_named(text)
    return [ticket for ticket in standing if ticket.kind in named] if named else standing


def _filed_just_now(turn: Turn, ticket: Ticket) -> bool:
    return ticket.number in turn.last_said()


def undo(turn: Turn, ticket: Ticket) -> str:
    """How to take back what was filed; what the crew is called out for is closed by them or the office alone."""
    if tickets.is_callout(ticket):
        if turn.channel == "voice":
            return tr("If it was a mistake, say: withdraw it. I note it for the crew, and they or our office close it.")
        return tr("If it was a mistake, send WITHDRAW IT. I note it for the crew, and they or our office close it.")
    if turn.channel == "voice":
        return tr("To take it back, say: withdraw it.")
    return tr("To take it back, send WITHDRAW IT.")
