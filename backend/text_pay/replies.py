"""Answers the texts of text to pay, and those that refuse reminders; all others are for the dialogue.

Each step keeps nothing but what stands with its answer (Said.state), so that a text that is handled again after a
crash does the same again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.conversations.models import Conversation
from backend.language import ENGLISH, SPANISH, current_language, tr, use_language
from backend.members.levels import Level
from backend.reading.language import detect_language
from backend.reading.normalize import to_plain_text
from backend.reading.numbers.account_separator import means_all_accounts
from backend.reading.spanish.translation import to_english
from backend.reading.texts.pay_replies import (
    PayReply,
    accepts_offer,
    is_end_request,
    is_enroll_request,
    parse_pay_reply,
    read_yes_no,
)
from backend.reading.texts.reminder_replies import is_spanish_reply, names_reminded_bill, read_reminder_reply
from backend.text_pay import enrollment, offers, payment, service
from backend.text_pay.refusals import refuse_reminders
from backend.text_pay.reminded import HALF_IN_WORDS, SPLIT_IN_WORDS, find_reminded, tell_bills
from backend.text_pay.sender import tell_sender
from backend.text_pay.turns import LANGUAGE, Answer, ForDialogue, TextTurn

REPEAT_TIME = timedelta(minutes=5)
"""A PAY or yes within this time of a payment is taken for the same once more."""
ALL_IN_WORDS = {ENGLISH: "pay all my accounts", SPANISH: "pagar todas mis cuentas"}
"""`Both`, as the dialogue reads it."""
PART, PARTS = "part", ("half", "split")
"""Key of a part of a bill that was asked for, with its words, while the account is asked about."""


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
    if (turn.is_free or turn.may_enroll) and is_enroll_request(turn.text):
        return await enrollment.begin(turn)
    if reply is not None and (turn.is_free or reply.has_hyphen):
        return await _pay(turn, reply)
    if turn.is_free and (accepts_offer(turn.text) or read_reminder_reply(turn.text)):
        return await _answer_reminder(turn)
    return await refuse_reminders(turn) or await tell_sender(turn)


async def _answer_reminder(turn: TextTurn) -> Answer | ForDialogue | None:
    """A yes to a reminder, half of the bill, how much it was: if the reminder is what the phone got last."""
    names_it = names_reminded_bill(turn.text)
    reminded = await find_reminded(turn, names_it=names_it)
    said = read_reminder_reply(turn.text)
    if not reminded:
        return None
    if said in ("amount", "later"):
        language = _find_language(turn.text, reminded[0].account)
        with use_language(language):
            taken = await tell_bills(turn, reminded, again=said == "later")
        return replace(taken, state={**taken.state, LANGUAGE: language}) if taken is not None else None
    if said not in PARTS:
        return await _pay(turn, PayReply())
    if len(reminded) > 1:
        asked = payment.ask_which(reminded)
        return replace(asked, state={**asked.state, PART: [said, turn.text]})
    return _pay_part(reminded[0].account, said, turn.text)


def _find_language(text: str, account: Account) -> str:
    return SPANISH if is_spanish_reply(text) else detect_language(text, account.member.language)


def _pay_part(account: Account, part: str, text: str) -> ForDialogue:
    """The dialogue takes half of what is owed, or agrees on the days of the parts."""
    words = HALF_IN_WORDS if part == "half" else SPLIT_IN_WORDS
    language = _find_language(text, account)
    return ForDialogue(words[language].format(said=text.strip(" .!?"), number=account.number))


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
    """`The barn`, `mine is 8 Ferry Street`, `the one with 002`: which of the accounts that were asked about.

    `Both` is for the dialogue, which pays several accounts together.
    """
    async with turn.backend.db.read_session() as session:
        known = [one.account for one in await offers.list_candidates(session, turn.backend, turn.phone)]
    words = set(to_plain_text(turn.text).split())
    language = detect_language(turn.text, current_language())
    takes_all = not turn.open_value(PART)  # half of each is agreed on with one after the other
    if takes_all and (means_all_accounts(turn.text) or means_all_accounts(to_english(turn.text))):
        return ForDialogue(ALL_IN_WORDS[language])
    by_place = [one for one in known if words >= set(to_plain_text(one.short_place).split()) != set()]
    if takes_all and len(by_place) > 1 and len(by_place) == len(known):
        return ForDialogue(ALL_IN_WORDS[language])
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
    if turn.step == payment.WHICH and len(meant) == 1 and (part := turn.open_value(PART)):
        return _pay_part(meant[0].account, *part)
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
