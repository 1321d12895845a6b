"""A message that answers no question of ours, with no task open: by what it does, one thing after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from actions import agenda, follow_ups, registry, side_questions, subject_matching
from actions.accounts.account_choice import MAX_ACCOUNT_NAME_WORDS
from actions.accounts.forms import switch_to_named_account
from actions.base import MISSES_BEFORE_HANDOFF
from actions.cases.compound_agreement import find_agreement
from actions.cases.danger_talk import add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.conversation.completed_actions import answer_if_done, send_completed_actions
from actions.conversation.feelings import acknowledge_feeling
from actions.conversation.previous_requests import (
    handle_booked_call,
    handle_message_for_office,
    handle_request_correction,
    handle_restored,
    handle_undo,
    is_callback_offer,
)
from actions.danger import handle_danger
from actions.disambiguation import save_identity_numbers
from actions.person.agent_handoff import handoff_to_agent
from actions.quick_pay.extract import WHOLE_BILL, extract_payment_details
from actions.quick_pay.quote_and_pay import send_already_paid
from actions.scheduled.latest_payment import find_form
from actions.turn import Turn
from actions.usage.forms import UsageForm
from actions.yes_no import is_no, is_yes
from backend.language import SPANISH
from backend.reading.acts.completion_questions import mentions_paying
from backend.reading.acts.signals import (
    asks_if_present,
    asks_to_undo,
    disputes_answer,
    is_refusal,
    is_request,
    is_small_talk,
)
from backend.reading.acts.task_control import asks_what_is_left
from backend.reading.acts.yes_no import NO, contains_yes, detect_yes_no
from backend.reading.dates.call_time import parse_call_time
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.dates.usage_months import asks_for_months
from backend.reading.money.amount import Amount
from backend.reading.money.payment_method import pays_whole_bill
from backend.reading.numbers.account_separator import names_all_accounts
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.outage_statement import states_outage
from backend.reading.spanish import to_english
from backend.reading.tickets.withdrawal import asks_to_withdraw

UNRECOGNIZED_INTENTS = frozenset({"out_of_scope", "nlu_fallback"})
LAST_PAYMENT_SUBJECT = "account_last_payment"
BALANCE_SUBJECTS = {"balance", "account_due_when", "account_what_is_left", "account_shutoff", LAST_PAYMENT_SUBJECT}
MIN_CONFIDENCE = 0.5
REPORT_OFFERS = frozenset({"callback_form", "case_form"})
"""After an offer of these, an amount belongs to the report, and is no payment."""
UNMATCHED_INTENTS = ("out_of_scope", "nlu_fallback", "inform", "")
MORE_ACTS = ("ask", "start", "volunteer", "person")


async def handle_without_task(turn: Turn, response: str) -> None:
    """Do what the message asks for; else utter `response`, and hand off to an agent the third time."""
    if (
        await handle_danger_update(turn)
        or await answer_about_filed(turn)
        or await add_danger_details(turn)
        or handle_danger(turn)
    ):
        return
    if states_outage(turn.focused_text, turn.text) and turn.intent in UNMATCHED_INTENTS:
        turn.add_followup_action("outage_form")
        return
    acknowledge_feeling(turn)
    offer = turn.get("offer")
    turn.clear("offer")
    # where only a number was asked for, there is nothing that a yes opens
    opens = offer if isinstance(offer, str) or (isinstance(offer, dict) and "opener" in offer) else None
    for step in HANDLERS:
        if await step(turn, offer if step is handle_undo else opens):
            turn.set("misses", 0)
            return
    await handle_miss(turn, response)


async def _handle_goodbye(turn: Turn, offer: Any) -> bool:
    if not side_questions.is_goodbye(turn):
        return False
    turn.utter("utter_answer_goodbye")
    return True


async def _handle_scam(turn: Turn, offer: Any) -> bool:
    return await side_questions.answer_scam(turn)


async def _handle_latest_payment(turn: Turn, offer: Any) -> bool:
    if offer or (form := await find_form(turn)) is None:
        return False
    turn.add_followup_action(form)
    return True


async def _handle_card_update(turn: Turn, offer: Any) -> bool:
    return await side_questions.answer_card_update(turn)


async def _handle_hold(turn: Turn, offer: Any) -> bool:
    if not turn.has_act("hold"):
        return False
    if turn.has_act("ask") and await side_questions.answer_all(turn):
        return True  # "hold on, before I give you anything: how does this work?"
    turn.utter("utter_hold")
    turn.set("offer", offer)  # what was offered still stands when they are back
    return True


async def _handle_language(turn: Turn, offer: Any) -> bool:
    """`Okay, in English please`: switch the language and keep the offer."""
    if not turn.has_act("language"):
        return False
    turn.set("offer", offer)
    turn.utter("utter_language_switched")
    if not await side_questions.repeat_account_answer(turn):
        turn.utter("utter_language_what_now")
    return True


async def _handle_presence_check(turn: Turn, offer: Any) -> bool:
    if not asks_if_present(turn.text):
        return False
    turn.set("offer", offer)
    turn.utter("utter_present")
    return True


async def _handle_disputed_balance(turn: Turn, offer: Any) -> bool:
    """`That's wrong, I paid it last week`: what was paid is looked up, and the office offered for the rest."""
    last_subject = turn.get(follow_ups.LAST_SUBJECT)
    if (
        last_subject not in BALANCE_SUBJECTS
        or not disputes_answer(turn.text)
        or (await turn.identity()).account is None
    ):
        return False
    paid = turn.backend.knowledge.find(LAST_PAYMENT_SUBJECT)
    assert paid is not None  # knowledge/ always has this subject
    await side_questions.answer_subject(turn, paid)
    turn.utter("utter_not_believed")
    turn.set("offer", {"opener": "case_form", "slots": {"case_kind": "dispute", "case_words": turn.full_text}})
    return True


async def _handle_offer_reply(turn: Turn, offer: Any) -> bool:
    """A yes or a no to what was offered, or a yes delivered again after the payment that it made."""
    asked_for = isinstance(offer, dict) and turn.intent == "out_of_scope" and is_request(turn.text)
    agreed = is_yes(turn) or (bool(offer) and find_agreement(turn) is not None)  # "yes please. that would be kind"
    if agreed or asked_for or _accepts_call(turn, offer):  # what is taken up is read back first
        if offer:
            accept_offer(turn, offer)
        if offer or await send_already_paid(turn):
            return True
        return len(turn.text.split()) > 1 and await send_completed_actions(turn)  # "yes send it", when it is sent
    undoes = asks_to_withdraw(turn.text)  # something that was done is meant, and not the offer
    if offer and not undoes and (is_no(turn) or turn.has_act("cancel")) and not _says_more(turn):
        # on the phone a no ends the call; who says "never mind" may still want something
        leaves = turn.has_act("cancel") or turn.intent == "cancel" or asks_to_undo(turn.text)
        turn.utter("utter_nothing_open" if leaves else "utter_nothing_more")
        return True
    return False


def _accepts_call(turn: Turn, offer: Any) -> bool:
    """`Yes, but only between 9 and 11` takes the call that was offered, with that time."""
    if not is_callback_offer(offer) or is_no(turn) or turn.has_act("ask", "deny", "cancel"):
        return False
    return (
        contains_yes(turn.text) or parse_call_time(turn.text, turn.backend.today(), turn.backend.coop.hours) is not None
    )


def _says_more(turn: Turn) -> bool:
    """Whether there is a question or a wish beside a no or a thank you: on the phone nobody is hung up on with one."""
    spanish = turn.language == SPANISH
    clauses = [
        clause
        for clause in turn.predictions.clauses
        if not is_refusal(clause.text) and max(clause.acts.get(kind, 0.0) for kind in MORE_ACTS) >= MIN_CONFIDENCE
    ]
    return turn.has_act("ask", "start", "person", "hold") or any(
        detect_yes_no(to_english(clause.text) if spanish else clause.text, "", turn.language) != NO
        for clause in clauses
    )


async def _handle_repeat(turn: Turn, offer: Any) -> bool:
    """What was told last of the co-op, or else the last words, once more; what was offered still stands."""
    if not turn.has_act("repeat"):
        return False
    turn.set("offer", offer)
    if not side_questions.repeat_subject(turn):
        turn.utter("utter_say_again", said=turn.last_bot_text())
    return True


async def _handle_question(turn: Turn, offer: Any) -> bool:
    if await answer_if_done(turn):
        await follow_ups.answer_follow_up(turn)  # "is it done, and what do I still have to do"
        return True
    if not turn.has_act("ask"):
        return False
    if is_callback_offer(offer):
        turn.set("offer", offer)  # a question in between leaves it open
    if await follow_ups.answer_follow_up(turn):
        return True
    if asks_what_is_left(turn.text):
        agenda.send_remaining(turn)
    elif not await side_questions.answer_all(turn):
        if turn.has_act("start"):
            return False
        side_questions.offer_callback(turn)
    elif side_questions.queue_informational_questions(turn) and not turn.was_set(side_questions.TOPIC_SLOT):
        agenda.start_next(turn)
    turn.set("offer", turn.get("offer") or offer)  # a question in between leaves what was offered
    return True


async def _handle_request(turn: Turn, offer: Any) -> bool:
    """A wish in one of several clauses, where the message as a whole looked like none."""
    openers = [registry.find_opener(act.intent) for act in turn.acts if act.kind == "start"]
    opener = next((name for name in openers if name), None)
    if opener is None:
        return False
    if turn.intent in UNRECOGNIZED_INTENTS and await side_questions.answer_instead_of_task(turn, opener, offered=False):
        return True  # "thinking about solar, do you do net metering"
    agenda.add_requests(turn, turn.acts, "", least=MIN_CONFIDENCE)
    return agenda.start_next(turn)


async def _handle_number(turn: Turn, offer: Any) -> bool:
    """An amount is only ever for a payment; a number alone opens the account, and where it stands is told."""
    pays = (
        isinstance(offer, str | dict)
        and _offer_opener(offer) == "quick_pay_form"
        and not turn.has_act("deny", "cancel")
    )
    if pays and (await extract_payment_details(turn, "pay_amount") or pays_whole_bill(turn.text)):
        for slot, value in (offer.get("slots") or {}).items() if isinstance(offer, dict) else ():
            if not turn.was_set(slot) or turn.get(slot) == WHOLE_BILL:
                turn.set(slot, value)  # what was offered, as far as it was not changed
        turn.add_followup_action("quick_pay_form")
        return True
    values = turn.extract_values(None)
    save_identity_numbers(turn)
    if values.amount is not None and is_damage_claim(turn.text):
        turn.set("case_kind", "damage")  # what was broken has a price, and that is no payment
        turn.add_followup_action("case_form")
        return True
    if values.amount is not None and offer and _offer_opener(offer) in REPORT_OFFERS and not mentions_paying(turn.text):
        accept_offer(turn, offer)  # "the tv was 600 dollars", of a claim, is no payment
        return True
    if values.amount is not None or values.share is not None:
        turn.set("pay_amount", values.amount.cents if isinstance(values.amount, Amount) else values.share)
        turn.add_followup_action("quick_pay_form")
        return True
    if isinstance(values.day, ParsedDay) and mentions_paying(turn.text):
        turn.set("pay_day", values.day.day.isoformat())
        turn.add_followup_action("quick_pay_form")
        return True
    if not turn.was_set("member_number") and not (turn.was_set("phone_last4") and turn.get("member_number")):
        return False
    if is_callback_offer(offer):  # the number is given for what was offered, and says no yes to it yet
        turn.set("offer", offer)
        turn.utter("utter_offer_call_still")
    elif offer:  # who they are, behind "I can ask the office for one": that is what it is for
        accept_offer(turn, offer)
    else:
        turn.add_followup_action("balance_form")
    return True


async def _handle_other_account(turn: Turn, offer: Any) -> bool:
    """`And the barn?`: where that account of the member stands is what is wanted."""
    if len(turn.text.split()) > MAX_ACCOUNT_NAME_WORDS or not (
        names_all_accounts(turn.text) or await switch_to_named_account(turn)
    ):
        return False
    if (await turn.identity()).account is None:
        return False
    turn.add_followup_action("balance_form")
    return True


async def _handle_follow_up(turn: Turn, offer: Any) -> bool:
    """`He had a badge`, behind the advice about who is at the door: no question, and yet it wants an answer."""
    return turn.predictions.follow_up_score >= follow_ups.MIN_CERTAIN_SCORE and await follow_ups.answer_follow_up(turn)


async def _handle_subject(turn: Turn, offer: Any) -> bool:
    subject = subject_matching.match_message(turn)
    if subject is not None:
        await side_questions.answer_subject(turn, subject)
    return subject is not None


async def _handle_no(turn: Turn, offer: Any) -> bool:
    if not (turn.intent == "deny" or turn.has_act("deny")) or _says_more(turn):
        return False
    turn.utter("utter_nothing_more")
    return True


async def _handle_person_request(turn: Turn, offer: Any) -> bool:
    if not turn.has_act("person"):
        return False
    turn.set("offer", offer)  # what it is about
    turn.add_followup_action("action_person")
    return True


async def _handle_feeling(turn: Turn, offer: Any) -> bool:
    """Ask an upset member what they need, and offer an agent."""
    if upset := turn.has_act("feeling") and not turn.has_act("answer", "correct"):
        turn.utter("utter_feeling_what_now")
    return upset


async def _handle_small_talk(turn: Turn, offer: Any) -> bool:
    if turn.intent not in ("greet", "thank", "goodbye") and not is_small_talk(turn.text):
        return False
    turn.utter("utter_answer_thank")
    return True


async def _handle_more_usage(turn: Turn, offer: Any) -> bool:
    """`September compared with October`, behind a look at the use."""
    if turn.get(follow_ups.LAST_SUBJECT) != UsageForm.task or not asks_for_months(turn.text, turn.backend.today()):
        return False
    turn.add_followup_action(UsageForm.form)
    return True


HANDLERS: tuple[Callable[[Turn, Any], Awaitable[bool]], ...] = (
    _handle_language,
    _handle_presence_check,
    _handle_hold,
    _handle_goodbye,
    _handle_person_request,
    _handle_scam,
    handle_restored,
    _handle_card_update,
    _handle_latest_payment,
    _handle_other_account,
    handle_booked_call,
    handle_message_for_office,
    handle_request_correction,
    _handle_disputed_balance,
    _handle_offer_reply,
    handle_undo,
    _handle_repeat,
    _handle_more_usage,
    _handle_question,
    _handle_request,
    _handle_number,
    _handle_no,
    _handle_follow_up,
    _handle_subject,
    _handle_feeling,
    _handle_small_talk,
)


def _offer_opener(offer: str | dict[str, Any]) -> str:
    return offer if isinstance(offer, str) else str(offer["opener"])


def accept_offer(turn: Turn, offer: str | dict[str, Any]) -> None:
    """Open what was offered, with what is known for it."""
    if isinstance(offer, str):
        offer = {"opener": offer}
    for slot, value in (offer.get("slots") or {}).items():
        turn.set(slot, value)
    turn.add_followup_action(str(offer["opener"]))


async def handle_miss(turn: Turn, response: str) -> None:
    """Utter `response`; hand off to an agent the third time in a row."""
    misses = int(turn.get("misses") or 0) + 1
    if misses >= MISSES_BEFORE_HANDOFF:
        await handoff_to_agent(turn, "utter_person_after_misses")
        misses = 0
    else:
        turn.utter(response, misses=misses)
    turn.set("misses", misses)
