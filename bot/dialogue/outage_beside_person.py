"""What the assistant says of an outage while a person of the office has the talk: one line, and the report after a yes.

Nothing is filed from a guess: the line names the place, and only its own words or its button count as the yes.
"""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import outage_told
from backend.agent_handoff import service as handover
from backend.agent_handoff.models import AgentHandoff
from backend.app import Backend
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.language import current_language, mark, tr
from backend.reading.acts.yes_no import contains_yes, detect_yes_no
from backend.reading.normalize import fold_line
from backend.reading.service.own_outage import reports_own_outage
from backend.reading.spanish import english_form
from bot.dialogue import normalize
from bot.dialogue.messages import Button, Inbound, Message

REPORT_PAYLOAD = "/report_my_outage"
"""Of the button. The engine knows no such command: pressed after the person has left, it is read as words."""
YES = re.compile(
    r"\W*(?:(?:yes|ok|okay|please|sure|si|por favor)\W+)*(?:report (?:it|the outage|my outage)|"
    r"report[ae](?:r|lo|rlo)|report[ae] (?:el apagon|el corte))(?:\W+(?:please|now|thanks|por favor|ya|ahora))*\W*"
)
BUTTON = mark("Report it")
OFFER = mark(
    "{who} I can also report to the crew right now that the power is out at {place}: send REPORT IT. Until then "
    "nothing is reported."
)
NO_ACCOUNT = mark(
    "{who} I do not know here which account it is, so I cannot report the outage myself. Please call our outage line, "
    "{phone}, day or night."
)
REPORTED = mark("I have reported to the crew that the power is out at {place}, number {number}. {who}")
REPORTED_BEFORE = mark("Your outage is reported to the crew already, number {number}. {who}")
REPORTED_BY_OTHERS = mark("It is reported already that the power is out there, and I added your words. {who}")


async def takes_offer(session: AsyncSession, backend: Backend, handoff: AgentHandoff, inbound: Inbound) -> bool:
    """Whether this is the yes to the offer that the talk has: its words or its button, or a plain yes just after it."""
    if not outage_told.can_be_reported(handoff, backend.clock.now()):
        return False
    if inbound.payload is not None:
        return inbound.payload == REPORT_PAYLOAD
    words = normalize.extract_words(inbound.text)
    if YES.fullmatch(fold_line(words)):
        return True
    english = english_form(words, current_language())
    if not contains_yes(english) or detect_yes_no(english, language=current_language()) != "yes":  # "ok" is no yes
        return False
    message = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
    return message is not None and await outage_told.is_first_answer(session, handoff, message)


async def answer_outage(backend: Backend, inbound: Inbound) -> list[Message]:
    """What to say beside the person about this message; empty where it tells no outage, or the talk has had its line.

    The same message gets the same answer again, and is filed once.
    """
    words = normalize.extract_words(inbound.text)
    tells = inbound.payload is None and reports_own_outage(words, english_form(words, current_language()))
    async with backend.db.read_session() as session:  # most messages are about something else, and write nothing
        handoff = await handover.find_open_handoff(session, inbound.conversation)
        if handoff is None or not (tells or await takes_offer(session, backend, handoff, inbound)):
            return []
    async with backend.db.transaction() as session:
        handoff = await handover.find_open_handoff(session, inbound.conversation)
        message = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
        if handoff is None or message is None:
            return []
        await session.refresh(handoff, with_for_update=True)
        if await takes_offer(session, backend, handoff, inbound):
            return await _report(session, backend, handoff)
        return await _offer(session, backend, handoff, message) if tells else []


async def _offer(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, message: InboundMessage
) -> list[Message]:
    if await outage_told.has_been_answered(session, handoff, message):
        return []
    who = await _say_who(session, handoff)
    place = await outage_told.find_place(session, backend, handoff.conversation_id)
    reported = await outage_told.note_told(session, backend, handoff, message, place)
    if reported is not None:
        return [Message(tr(REPORTED_BEFORE, number=reported.number, who=who))]
    if place is None:
        return [Message(tr(NO_ACCOUNT, who=who, phone=backend.coop.outage_phone_display))]
    # by text a typed number is for the person, so that only words count
    buttons = (Button(tr(BUTTON), REPORT_PAYLOAD),) if message.channel == "web" else ()
    return [Message(tr(OFFER, who=who, place=place.shown), buttons)]


async def _report(session: AsyncSession, backend: Backend, handoff: AgentHandoff) -> list[Message]:
    """File it once; a second yes is told the same number."""
    told, who = handoff.summary[outage_told.TOLD], await _say_who(session, handoff)
    if told.get("ticket"):
        return [Message(_say_before(told["ticket"], who, is_own=not told.get("of_others")))]
    place = await outage_told.find_place(session, backend, handoff.conversation_id)
    if place is None or place.account.id != told["account"]:
        return [Message(tr(NO_ACCOUNT, who=who, phone=backend.coop.outage_phone_display))]
    filed = await outage_told.report(session, backend, handoff, place)
    if not filed.is_new:
        return [Message(_say_before(filed.ticket.number, who, is_own=filed.is_own))]
    return [Message(tr(REPORTED, place=place.shown, number=filed.ticket.number, who=who))]


def _say_before(number: str, who: str, *, is_own: bool) -> str:
    """The number of somebody else's report stays secret."""
    return tr(REPORTED_BEFORE, number=number, who=who) if is_own else tr(REPORTED_BY_OTHERS, who=who)


async def _say_who(session: AsyncSession, handoff: AgentHandoff) -> str:
    author = await handover.find_last_author(session, handoff)
    if author:
        return tr("{name} has this talk.", name=handover.agent_display_name(author))
    return tr("You keep your place for a person.")
