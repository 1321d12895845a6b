"""`That wasn't me`, in reply to a notice: the request is put on hold, and the office is told at once."""

from __future__ import annotations

from actions.turn import Turn
from backend.arrangement.models import Arrangement
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.reading.acts.signals import is_question
from backend.reading.service.scam_report import reports_scam
from backend.reading.tickets.objection import Objection, detect_objection, find_request_numbers
from backend.reading.tickets.report_details import mentions_notice, mentions_request
from backend.tickets import objections
from backend.tickets.models import Ticket

REQUEST_NUMBER_ASKED = "which_request"
"""In the offer: the member was asked for the number of the request."""
OBJECTS_TO_CODE = "objects_to_a_code"
"""In the turn's notes: the objection was to a one-time code."""


async def handle_objection(turn: Turn, *, opened: bool = True) -> bool:
    """Handle an objection to a request by its number, or to the last notice or code. False when there is none.

    `opened` is False within a task: words without a number must then clearly object, or follow the question for a code.
    """
    if not turn.full_text:
        return False
    words, offer = turn.focused_text, turn.get("offer")
    objection = detect_objection(words)
    was_asked = isinstance(offer, dict) and bool(offer.get(REQUEST_NUMBER_ASKED))
    numbers = find_request_numbers(words) if objection or was_asked else []
    request = await _find_own_request(turn, numbers)
    reply = mask_line(turn.exact_reply)
    if request is not None:
        own = isinstance(request, Ticket) and request.conversation_id == turn.conversation_id
        if own and objection is Objection.ASKS_TO_CANCEL:
            return False  # the conversation that filed it withdraws it
        _send_outcome(
            turn, await objections.file_objection(turn.session, turn.backend, turn.conversation_id, request, reply)
        )
        return True
    is_answer = turn.extract_values(None).member_number is not None and not is_question(words)
    if was_asked and not numbers and (is_answer or objection is not None):
        # they do not know which request it was, so the office finds out
        _send_outcome(
            turn, await objections.file_unnamed_objection(turn.session, turn.backend, turn.conversation_id, reply)
        )
        return True
    at_code = objection is Objection.NEVER_ASKED and turn.open_question.question_type == "code"
    is_clear = objection is Objection.SURE or at_code
    if objection in (None, Objection.ASKS_TO_CANCEL) or not (opened or is_clear):
        return was_asked and _send_unknown(turn, numbers)
    phone = await _notice_phone(turn)
    notice = await objections.find_last_notice(turn.session, turn.backend, phone) if phone else None
    if notice is not None:
        result = await objections.file_notice_objection(turn.session, turn.backend, turn.conversation_id, notice, reply)
        if result is not None:
            _send_outcome(turn, result if await _reaches_member(turn) else None)
            return True
    if _send_unknown(turn, numbers):
        return True
    names_notice = mentions_notice(words) or (objection is Objection.SURE and mentions_request(words))
    if not opened or not names_notice or reports_scam(words):
        return False
    turn.utter("utter_object_which")
    turn.set("offer", {REQUEST_NUMBER_ASKED: True})
    return True


async def _find_own_request(turn: Turn, numbers: list[str]) -> Ticket | Arrangement | None:
    """The request with one of these numbers that this conversation may hold. To all others it is an unknown number:
    whoever reads out numbers learns nothing, and holds nobody's request."""
    request = await objections.find_by_numbers(turn.session, numbers) if numbers else None
    if request is None:
        return None
    member = (await turn.identity()).member
    return request if await objections.may_object(turn.session, turn.conversation_id, member, request) else None


def _send_unknown(turn: Turn, numbers: list[str]) -> bool:
    """The same words for a number that nobody has, and for somebody else's. False where no number was named."""
    if not numbers:
        return False
    if turn.get("offer"):
        turn.clear("offer")
    turn.utter("utter_object_unknown")
    return True


async def _notice_phone(turn: Turn) -> str:
    """The phone whose notices this may answer: the one that writes or calls, else from level 1 the one on file."""
    conversation = await turn.session.get_one(Conversation, turn.conversation_id)
    if conversation.address:
        return conversation.address
    identity = await turn.identity()
    return identity.member.phone if identity.member and identity.level >= Level.KNOWN else ""


async def _reaches_member(turn: Turn) -> bool:
    """Whether the request's number may be said: a caller's number can be forged."""
    if turn.channel != "voice" or (await turn.identity()).level >= Level.KNOWN:
        return True
    return (await turn.session.get_one(Conversation, turn.conversation_id)).is_attested


def _send_outcome(turn: Turn, result: objections.ObjectionResult | None) -> None:
    """Say what was done; `result` is None where the number must not be said."""
    if turn.get("offer"):
        turn.clear("offer")
    if result is None:
        turn.utter("utter_object_noted")
    else:
        turn.utter(f"utter_object_{result.state}", number=result.number)
        turn.notes[OBJECTS_TO_CODE] = result.state == objections.CODE
