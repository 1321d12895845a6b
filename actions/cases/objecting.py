"""`That wasn't me`, in answer to a notice: what was asked for in their name is held, and the office told at once."""

from __future__ import annotations

import re

from actions.turn import Turn
from backend.conversations.models import Conversation
from backend.handover.transcript import plain_line
from backend.members.levels import Level
from backend.reading.acts.signals import is_question
from backend.reading.objection import Objection, numbers_in, objection_in
from backend.reading.scam import tells_of_a_scam
from backend.tickets import objecting
from backend.tickets.models import Ticket

WHICH = "which_request"
"""In `offer`: its number was asked for."""
OF_A_CODE = "objects_to_a_code"
"""Of the turn's notes: a code was sent that they never asked for."""
TOLD_OF = re.compile(
    r"\b(?:texts?|messages?|e-?mails?|mails?|notices?|requests?|tickets?|mensajes?|correos?|avisos?|solicitud(?:es)?)\b",
    re.IGNORECASE,
)
OF_WHAT = re.compile(
    r"\b(?:arrangements?|arreglos?|chang(?:es?|ed)|cambi(?:os?|aron)|services?|servicio|names?|nombre|report(?:s|ed)?|"
    r"reportes?|reporto|moved?|traslado)\b",
    re.IGNORECASE,
)
"""With words that are sure, this is enough to ask which request is meant; it is no wish for one."""


async def objected(turn: Turn, *, opened: bool = True) -> bool:
    """Hear whether they never asked for what is named, or for what they were told of last. `opened` is False in the
    middle of a task, where words without a number have to be sure to be of something else; at the question for a code,
    they are of that."""
    if not turn.whole_words:
        return False
    words, offer = turn.own_words, turn.get("offer")
    heard = objection_in(words)
    waits = isinstance(offer, dict) and bool(offer.get(WHICH))
    numbers = numbers_in(words) if heard or waits else []
    what = await objecting.named(turn.session, numbers) if numbers else None
    said = plain_line(turn.said)
    if what is not None:
        own = isinstance(what, Ticket) and what.conversation_id == turn.conversation_id
        if own and heard is Objection.CANCELS:
            return False  # taken back by who filed it
        _tell(turn, await objecting.object_to(turn.session, turn.backend, turn.conversation_id, what, said))
        return True
    answers = turn.read(None).number is not None and not is_question(words)
    if waits and numbers == [] and (answers or heard is not None):
        # which one it was they cannot say: the office finds it
        _tell(turn, await objecting.object_unnamed(turn.session, turn.backend, turn.conversation_id, said))
        return True
    sure = heard is Objection.SURE or (heard is Objection.SAID and turn.question.asked == "code")
    if heard in (None, Objection.CANCELS) or not (opened or sure):
        return False
    phone = await _phone(turn)
    notice = await objecting.last_notice(turn.session, turn.backend, phone) if phone else None
    if notice is not None:
        made = await objecting.object_to_notice(turn.session, turn.backend, turn.conversation_id, notice, said)
        if made is not None:
            _tell(turn, made if await _reaches_the_member(turn) else None)
            return True
    told_of = TOLD_OF.search(words) or (heard is Objection.SURE and OF_WHAT.search(words))
    if not opened or not told_of or tells_of_a_scam(words):
        return False
    turn.say("utter_object_which")
    turn.set("offer", {WHICH: True})
    return True


async def _phone(turn: Turn) -> str:
    """Whose notices this may answer: the phone that writes or calls, else the one on file of who is known."""
    conversation = await turn.session.get_one(Conversation, turn.conversation_id)
    if conversation.address:
        return conversation.address
    standing = await turn.standing()
    return standing.member.phone if standing.member and standing.level >= Level.KNOWN else ""


async def _reaches_the_member(turn: Turn) -> bool:
    """Whether what is said is heard by who may know the number: a call can come in anybody's name."""
    if turn.channel != "voice" or (await turn.standing()).level >= Level.KNOWN:
        return True
    return (await turn.session.get_one(Conversation, turn.conversation_id)).vouched_for


def _tell(turn: Turn, made: objecting.Objected | None) -> None:
    """`made` is None where its number is not told."""
    if turn.get("offer"):
        turn.clear("offer")
    if made is None:
        turn.say("utter_object_noted")
    else:
        turn.say(f"utter_object_{made.state}", number=made.number)
        turn.notes[OF_A_CODE] = made.state == objecting.CODE
