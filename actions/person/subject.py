"""What a call back is about, and taking one back."""

from __future__ import annotations

import re

from actions.person.handing_over import what_was_tried
from actions.turn import Turn
from backend.handover.transcript import plain_line
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK

ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|because(?: of)?|sobre|acerca de|por lo de|respecto a|porque)\s+(?P<what>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
CANCELS = re.compile(
    r"\b(?:cancel|withdraw|drop|delete|remove|scratch|forget|stop|undo|call off)\w*\b.{0,12}"
    r"\b(?:call ?back|call|llamada)\b|\b(?:no need to|no longer (?:want|need)|(?:don'?t|do not) (?:want|need))\b.{0,16}"
    r"\bcall(?: me)?(?: back)?(?: any ?more)?\W*$|\bstop calling me\b|"
    r"\b(?:don'?t|do not) call me(?: back)?(?: any ?more| at all)?\W*$",
    re.IGNORECASE,
)
# a wish to be called or to talk to somebody, and nothing of what it is about
BARE = re.compile(
    r"(?:\W|\b(?:i|i'd|i'll|we|want|wanna|need|would|like|have|get|got|give|let|make|me|us|my|to|two|too|a|an|the|one|"
    r"some|someone|somebody|anyone|person|people|human|agent|operator|representative|manager|supervisor|office|live|real|"
    r"talk|speak|speaking|call|calls|called|ring|phone|back|callback|please|just|can|could|you|your|may|with|for|at|on|"
    r"by|when|is|free|request|arrange|set|up|yes|yeah|ok|okay|hi|hello|tomorrow|today|morning|afternoon|noon|evening|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|next|week|as|soon|possible|asap|am|pm|o'clock|number|"
    r"about|around|after|before|between|and|then|in|hour|minutes|first|thing|later|now|anytime|any|time|that|this|so|"
    r"\d+))+",
    re.IGNORECASE,
)
LEAST_WORDS = 3
MOST = 300


def subject_in(turn: Turn) -> str | None:
    """What the message says it is about, in the member's own words."""
    words = plain_line(turn.own_words.strip())
    if (found := ABOUT.search(words)) and not BARE.fullmatch(found["what"]):
        return found["what"].strip(" .!?")[:MOST]
    rest = not BARE.fullmatch(turn.text.strip()) and len(words.split()) >= LEAST_WORDS
    return words[:MOST] if rest else None


def said_before(turn: Turn) -> str | None:
    """The last thing of some length that the member wrote before this message."""
    heard = 0
    for event in reversed(turn.tracker.events):
        if event.get("event") != "user":
            continue
        words = str(event.get("text") or "")
        heard += 1
        if heard > 1 and not words.startswith("/") and len(words.split()) >= LEAST_WORDS:
            return plain_line(words)[:MOST]
    return None


def tried(turn: Turn) -> str | None:
    """The task that was open when a person was asked for; None when none was."""
    return what_was_tried(turn) if turn.get("open_task") not in (None, "callback_form") else None


async def cancel_call(turn: Turn) -> bool:
    """Take back the call that this conversation arranged and say so; False when none is arranged."""
    arranged = [
        one for one in await tickets.of_conversation(turn.session, turn.conversation_id) if one.kind == CALLBACK
    ]
    for one in arranged:
        await tickets.withdraw(turn.session, turn.backend, one.number, turn.conversation_id, plain_line(turn.said))
    if arranged:
        turn.say("utter_callback_withdrawn", number=arranged[0].number)
    return bool(arranged)
