"""Answers the texts of text to pay, and those that refuse reminders; all others are for the dialogue.

Each step keeps nothing but what stands with its answer (Said.state), so that a text that is handled again after a
crash does the same again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from backend.alerts import service as alerts
from backend.alerts.kinds import KINDS, OUTAGES
from backend.alerts.models import AlertSent
from backend.alerts.parsing import parse_alert_request
from backend.consents.service import Agreement
from backend.conversations.models import Conversation
from backend.language import SPANISH, current_language, tr, use_language
from backend.members.levels import Level
from backend.members.service import list_accounts_at_phone
from backend.reading.acts.signals import is_question
from backend.reading.normalize import to_plain_text
from backend.reading.texts.pay_replies import (
    PayReply,
    accepts_offer,
    is_end_request,
    is_enroll_request,
    parse_pay_reply,
    read_yes_no,
)
from backend.text_pay import enrollment, offers, payment, service
from backend.text_pay.turns import LANGUAGE, Answer, ForDialogue, TextTurn

REPEAT_TIME = timedelta(minutes=5)
"""A PAY or yes within this time of a payment is taken for the same once more."""
YES_TIME = timedelta(days=1)
"""So long a yes is taken for the answer to a reminder; it only brings the read-back."""
REFUSED_WORDS = re.compile(
    r"\b(?:reminders?|alerts?|notices?|notifications?|recordatorios?|alertas?|avisos?|reminding(?: me)?"
    r"|texting me about|(?<=\boutage )(?:texts?|messages?|msgs?)|(?<=\bbill )(?:texts?|messages?|msgs?))\b"
)
BEGINS_REFUSAL = re.compile(
    r"(?:please |por favor |i said |just )*(?:stop|no more|no mas|quit|end|cancel|turn off|enough|basta|ya no)\b"
)
OUTAGE_KINDS = {kind.name for kind in KINDS.values() if kind.group == OUTAGES}
MAX_REFUSAL_WORDS = 12


async def answer(turn: TextTurn) -> Answer | ForDialogue | None:
    """The answer to a text, in the language of what it answers; None leaves it to the dialogue as it is."""
    with use_language(str(turn.open_value(LANGUAGE) or current_language())):
        taken = await _answer(turn)
        if isinstance(taken, Answer) and taken.state and LANGUAGE not in taken.state:
            return replace(taken, state={**taken.state, LANGUAGE: current_language()})
        return taken


async def _answer(turn: TextTurn) -> Answer | ForDialogue | None:
    if turn.step and (taken := await _go_on(turn)) is not None:
        return taken
    if is_end_request(turn.text):
        return await _end(turn)
    reply = parse_pay_reply(turn.text)
    if turn.is_free and is_enroll_request(turn.text):
        return await enrollment.begin(turn)
    if reply is not None and (turn.is_free or reply.has_hyphen):
        return await _pay(turn, reply)
    if turn.is_free and accepts_offer(turn.text) and await _was_just_reminded(turn):
        return await _pay(turn, PayReply())
    return await _refuse_reminders(turn)


async def _was_just_reminded(turn: TextTurn) -> bool:
    """Whether a reminder is what the phone got last, within a day: a yes can then only be about it."""
    async with turn.backend.db.read_session() as session:
        known = await offers.list_candidates(session, turn.backend, turn.phone)
    newest = max((one.reminded_at for one in known if one.reminded_at is not None), default=None)
    return newest is not None and newest > (turn.spoke_at or turn.at - YES_TIME) and newest > turn.at - YES_TIME


async def _go_on(turn: TextTurn) -> Answer | ForDialogue | None:
    """Answer what is open: a read-back, a payment just made, which account, or a step of the enrollment."""
    reply = parse_pay_reply(turn.text)
    if turn.step == payment.CONFIRM:
        return await _answer_read_back(turn, reply)
    if turn.step == payment.PAID:
        is_repeat = read_yes_no(turn.text) == "yes" and turn.last is not None and turn.at < turn.last.at + REPEAT_TIME
        return Answer(turn.last.words, turn.last.state) if is_repeat and turn.last else None
    if turn.step == payment.WHICH:
        return await _choose_account(turn) if reply is None else None
    return await enrollment.go_on(turn) if turn.step in enrollment.STEPS and not is_end_request(turn.text) else None


async def _choose_account(turn: TextTurn) -> Answer | ForDialogue | None:
    """`The barn`, `mine is 8 Ferry Street`, `the one with 002`: which of the accounts that were asked about."""
    async with turn.backend.db.read_session() as session:
        known = [one.account for one in await offers.list_candidates(session, turn.backend, turn.phone)]
    words = set(to_plain_text(turn.text).split())
    by_place = [one for one in known if words >= set(to_plain_text(one.short_place).split()) != set()]
    digits = by_place[0].number_digits if len(by_place) == 1 else re.sub(r"[^0-9]", "", turn.text)
    return await _pay(turn, PayReply(digits)) if digits else None


async def _answer_read_back(turn: TextTurn, reply: PayReply | None) -> Answer | ForDialogue | None:
    said = read_yes_no(turn.text, turn.last.words if turn.last else "")
    if reply is not None and reply.digits:
        await payment.drop_quotes(turn)
        return await _pay(turn, reply)
    if said == "yes":
        return await payment.confirm_payment(turn)
    await payment.drop_quotes(turn)
    if said == "no":
        return Answer(tr("All right, I took nothing. To pay another way, write PAY MY BILL."))
    return None


async def _pay(turn: TextTurn, reply: PayReply) -> Answer | ForDialogue | None:
    async with turn.backend.db.read_session() as session:
        known = await offers.list_candidates(session, turn.backend, turn.phone)
        conversation = await session.get(Conversation, turn.conversation_id)
    meant = offers.choose(known, reply.digits)
    if not meant:
        await payment.end_broken_at_phone(turn)
        return None
    if len(meant) > 1:
        return payment.ask_which(meant)
    talked_of = conversation.account_id if conversation is not None and conversation.level else None
    if not reply.digits and meant[0].reminded_at is None and talked_of not in (None, meant[0].account.id):
        return None  # no reminder is answered, and the talk is about another account
    # a reminder is in the member's language, and so is what follows it
    language = SPANISH if reply.in_spanish else meant[0].account.member.language
    with use_language(language):
        opened = await payment.open_payment(turn, meant[0].account)
        if isinstance(opened, ForDialogue):
            return opened
    return replace(opened, state={**opened.state, LANGUAGE: language}) if opened.state else opened


async def _end(turn: TextTurn) -> Answer:
    agreement = Agreement(turn.conversation_id, Level.ANONYMOUS, "sms", "", turn.text)
    async with turn.backend.db.transaction() as session:
        ended = await service.end_at_phone(session, turn.backend, turn.phone, "member", agreement)
    await payment.drop_quotes(turn)
    if not ended:
        return Answer(tr("Text to pay is not on for this phone."))
    numbers = ", ".join(row.confirmation for row in ended)
    return Answer(
        tr("Text to pay is off (number {number}). Nothing is paid by text without asking who you are.", number=numbers)
    )


async def _refuse_reminders(turn: TextTurn) -> Answer | None:
    """`No more reminders`, from a phone that got one: at once, and without a code."""
    plain = to_plain_text(turn.text)
    if not REFUSED_WORDS.search(plain) or len(plain.split()) > MAX_REFUSAL_WORDS or is_question(turn.text):
        return None
    if not turn.is_free and not BEGINS_REFUSAL.match(plain):
        return None
    # "reminders" alone means all of them, and not only those of the due date
    request = parse_alert_request(REFUSED_WORDS.sub("alerts", plain), has_shutoff_dates=True)
    if request.verb != "off" or request.kept_kinds or request.channels or request.unwanted_channels - {"text"}:
        return None  # the dialogue asks what is meant
    agreement = Agreement(turn.conversation_id, Level.ANONYMOUS, "sms", "", turn.text)
    since = turn.backend.clock.now() - timedelta(days=offers.OFFER_DAYS)
    async with turn.backend.db.transaction() as session:
        texted = select(AlertSent.account_id).where(AlertSent.texted_to == turn.phone, AlertSent.at >= since)
        reminded = set(await session.scalars(texted))
        ended = []
        for account in await list_accounts_at_phone(session, turn.phone):
            if account.id in reminded or (set(request.kinds) and set(request.kinds) <= OUTAGE_KINDS):
                changed, _number = await alerts.stop_texts(
                    session, turn.backend, account, request.kinds or KINDS, agreement
                )
                ended += changed
    if not ended:
        return None
    return Answer(tr("Done: no more of these reminders come by text to this phone. To get them again, write ALERTS."))
