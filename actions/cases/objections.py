"""`That wasn't me`, in answer to a notice: what was asked for in their name is held, and the office told at once."""

from __future__ import annotations

from actions.turn import Turn
from backend.agent_handoff.transcript import mask_line
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.reading.acts.signals import is_question
from backend.reading.service.scam_report import reports_scam
from backend.reading.tickets.objection import Objection, detect_objection, find_request_numbers
from backend.reading.tickets.report_details import mentions_notice, mentions_request
from backend.tickets import objections
from backend.tickets.models import Ticket

REQUEST_NUMBER_ASKED = "which_request"
"""In `offer`: its number was asked for."""
OBJECTS_TO_CODE = "objects_to_a_code"
"""Of the turn's notes: a code was sent that they never asked for."""


async def handle_objection(turn: Turn, *, opened: bool = True) -> bool:
    """Hear whether they never asked for what is named, or for what they were told of last. `opened` is False in the
    middle of a task, where words without a number have to be sure to be of something else; at the question for a code,
    they are of that."""
    if not turn.full_text:
        return False
    words, offer = turn.focused_text, turn.get("offer")
    objection = detect_objection(words)
    waits = isinstance(offer, dict) and bool(offer.get(REQUEST_NUMBER_ASKED))
    numbers = find_request_numbers(words) if objection or waits else []
    what = await objections.find_by_numbers(turn.session, numbers) if numbers else None
    reply = mask_line(turn.exact_reply)
    if what is not None:
        own = isinstance(what, Ticket) and what.conversation_id == turn.conversation_id
        if own and objection is Objection.ASKS_TO_CANCEL:
            return False  # taken back by who filed it
        _send_outcome(
            turn, await objections.file_objection(turn.session, turn.backend, turn.conversation_id, what, reply)
        )
        return True
    answers = turn.extract_values(None).member_number is not None and not is_question(words)
    if waits and numbers == [] and (answers or objection is not None):
        # which one it was they cannot say: the office finds it
        _send_outcome(
            turn, await objections.file_unnamed_objection(turn.session, turn.backend, turn.conversation_id, reply)
        )
        return True
    sure = objection is Objection.SURE or (
        objection is Objection.NEVER_ASKED and turn.open_question.question_type == "code"
    )
    if objection in (None, Objection.ASKS_TO_CANCEL) or not (opened or sure):
        return False
    phone = await _notice_phone(turn)
    notice = await objections.find_last_notice(turn.session, turn.backend, phone) if phone else None
    if notice is not None:
        made = await objections.file_notice_objection(turn.session, turn.backend, turn.conversation_id, notice, reply)
        if made is not None:
            _send_outcome(turn, made if await _reaches_member(turn) else None)
            return True
    told_of = mentions_notice(words) or (objection is Objection.SURE and mentions_request(words))
    if not opened or not told_of or reports_scam(words):
        return False
    turn.utter("utter_object_which")
    turn.set("offer", {REQUEST_NUMBER_ASKED: True})
    return True


async def _notice_phone(turn: Turn) -> str:
    """Whose notices this may answer: the phone that writes or calls, else the one on file of who is known."""
    conversation = await turn.session.get_one(Conversation, turn.conversation_id)
    if conversation.address:
        return conversation.address
    identity = await turn.identity()
    return identity.member.phone if identity.member and identity.level >= Level.KNOWN else ""


async def _reaches_member(turn: Turn) -> bool:
    """Whether what is said is heard by who may know the number: a call can come in anybody's name."""
    if turn.channel != "voice" or (await turn.identity()).level >= Level.KNOWN:
        return True
    return (await turn.session.get_one(Conversation, turn.conversation_id)).is_attested


def _send_outcome(turn: Turn, made: objections.ObjectionResult | None) -> None:
    """`made` is None where its number is not told."""
    if turn.get("offer"):
        turn.clear("offer")
    if made is None:
        turn.utter("utter_object_noted")
    else:
        turn.utter(f"utter_object_{made.state}", number=made.number)
        turn.notes[OBJECTS_TO_CODE] = made.state == objections.CODE
