"""A message that answers no question of ours, while no task is open: what it may be is tried in a fixed order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import agenda, follow_ups, registry, side_questions, subject_matching
from actions.accounts.others_owing import tell_owing
from actions.alerts.wishes import open_outage_alerts
from actions.base import MISSES_BEFORE_HANDOFF
from actions.cases.compound_agreement import find_agreement
from actions.cases.danger_talk import add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.disputes import open_dispute
from actions.cases.filed_reports import answer_about_filed
from actions.conversation.balance_questions import handle_due_question, handle_other_account
from actions.conversation.completed_actions import answer_if_done, send_completed_actions
from actions.conversation.feelings import acknowledge_feeling
from actions.conversation.previous_requests import (
    handle_already_paid,
    handle_booked_call,
    handle_message_for_office,
    handle_request_correction,
    handle_restored,
    handle_undo,
)
from actions.danger import handle_danger
from actions.disambiguation import save_identity_numbers
from actions.faq.several_wishes import handle_several_wishes
from actions.offers import Offer
from actions.person.agent_handoff import handoff_to_agent
from actions.photos import handle_photo_wish
from actions.quick_pay.extract import WHOLE_BILL, extract_payment_details
from actions.quick_pay.quote_and_pay import send_already_paid
from actions.scheduled.latest_payment import open_form_for_latest_payment, tell_standing_payment
from actions.turn import Turn
from actions.usage.forms import UsageForm
from actions.yes_no import is_no, is_yes
from backend.reading.acts.qualified_yes import accepts_offer
from backend.reading.acts.signals import (
    asks_if_present,
    asks_to_undo,
    disputes_answer,
    is_refusal,
    is_request,
    is_small_talk,
)
from backend.reading.acts.task_control import asks_what_is_left, mentions_paying
from backend.reading.acts.yes_no import NO, contains_yes, detect_yes_no
from backend.reading.dates.call_time import parse_call_time
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.dates.usage_months import asks_for_months
from backend.reading.money.amount import Amount
from backend.reading.money.payment_method import pays_whole_bill
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.outages import states_outage
from backend.reading.spanish import english_form
from backend.reading.tickets.withdrawal import asks_to_withdraw

UNRECOGNIZED_INTENTS = frozenset({"out_of_scope", "nlu_fallback"})
"""The message has none of our intents, or the classifier is not sure of one."""
LAST_PAYMENT_SUBJECT = "account_last_payment"
BALANCE_SUBJECTS = frozenset(
    {"balance", "account_due_when", "account_what_is_left", "account_shutoff", LAST_PAYMENT_SUBJECT}
)
MIN_CLAUSE_CONFIDENCE = 0.5
"""From this confidence on, one clause of a message counts as a request."""
REPORT_OFFERS = frozenset({"callback_form", "case_form"})
"""After an offer of these, an amount belongs to the report, and is no payment."""
ACTS_BESIDE_NO = ("ask", "start", "volunteer", "person")
"""Acts that go on after a no: the conversation is not over."""


async def handle_danger_or_report(turn: Turn) -> bool:
    """Handle a danger, or anything about a report that this conversation filed. These go before all else."""
    is_handled = (
        await handle_danger_update(turn)
        or await answer_about_filed(turn)
        or await add_danger_details(turn)
        or handle_danger(turn)
    )
    if is_handled:
        turn.set("misses", 0)
    return is_handled


async def handle_without_task(turn: Turn, response: str) -> None:
    """Do what the message asks for; else utter `response`, and hand off to an agent the third time."""
    if await handle_danger_or_report(turn):
        return
    if open_outage_alerts(turn):
        turn.set("misses", 0)
        return
    if states_outage(turn.focused_text, turn.text) and turn.intent in (*UNRECOGNIZED_INTENTS, "inform", ""):
        turn.set("misses", 0)
        turn.add_followup_action("outage_form")
        return
    acknowledge_feeling(turn)
    offer = Offer.read(turn)
    turn.clear("offer")
    for handle in HANDLERS:
        if await handle(turn, offer):
            turn.set("misses", 0)
            return
    misses = int(turn.get("misses") or 0) + 1
    if misses >= MISSES_BEFORE_HANDOFF:
        await handoff_to_agent(turn, "utter_person_after_misses")
        misses = 0
    else:
        turn.utter(response, misses=misses)
    turn.set("misses", misses)


async def _handle_goodbye(turn: Turn, offer: Offer) -> bool:
    if not side_questions.is_goodbye(turn):
        return False
    turn.utter("utter_answer_goodbye")
    return True


async def _handle_scam(turn: Turn, offer: Offer) -> bool:
    return await side_questions.answer_scam(turn)


async def _handle_denied_payment(turn: Turn, offer: Offer) -> bool:
    return open_dispute(turn)


async def _handle_card_update(turn: Turn, offer: Offer) -> bool:
    return await side_questions.answer_card_update(turn)


async def _handle_latest_payment(turn: Turn, offer: Offer) -> bool:
    """`Change it to the 3rd`, after a payment or Auto Pay was set up."""
    return not offer.opener and await open_form_for_latest_payment(turn)


async def _handle_hold(turn: Turn, offer: Offer) -> bool:
    if not turn.has_act("hold"):
        return False
    if turn.has_act("ask") and await side_questions.answer_all(turn):
        return True  # "hold on, before I give you anything: how does this work?"
    turn.utter("utter_hold")
    offer.keep(turn)
    return True


async def _handle_language(turn: Turn, offer: Offer) -> bool:
    """`Okay, in English please`: switch the language and keep the offer."""
    if not turn.has_act("language"):
        return False
    offer.keep(turn)
    turn.utter("utter_language_switched")
    if not await side_questions.repeat_account_answer(turn):
        turn.utter("utter_language_what_now")
    return True


async def _handle_presence_check(turn: Turn, offer: Offer) -> bool:
    if not asks_if_present(turn.text):
        return False
    offer.keep(turn)
    turn.utter("utter_present")
    return True


async def _handle_disputed_balance(turn: Turn, offer: Offer) -> bool:
    """`That's wrong, I paid it last week`: tell the last payment, and offer a dispute for the office."""
    last_subject = turn.get(follow_ups.LAST_SUBJECT)
    if (
        last_subject not in BALANCE_SUBJECTS
        or not disputes_answer(turn.text)
        or (await turn.identity()).account is None
    ):
        return False
    await side_questions.answer_subject(turn, turn.backend.knowledge.require(LAST_PAYMENT_SUBJECT))
    turn.utter("utter_not_believed")
    turn.set("offer", {"opener": "case_form", "slots": {"case_kind": "dispute", "case_words": turn.full_text}})
    return True


async def _handle_offer_reply(turn: Turn, offer: Offer) -> bool:
    """A yes or a no to the offer. Without one, a yes may repeat one that was acted on: then say what was done."""
    is_offer = offer.opener is not None
    is_request_for_it = is_offer and turn.intent == "out_of_scope" and is_request(turn.text)
    # "yes please. that would be kind" is enough here: each task reads back before it does anything
    is_agreed = is_yes(turn) or (is_offer and (find_agreement(turn) is not None or accepts_offer(turn.text)))
    if is_agreed or is_request_for_it or _accepts_call(turn, offer):
        if is_offer:
            offer.accept(turn)
        if is_offer or await send_already_paid(turn):
            return True
        return len(turn.text.split()) > 1 and await send_completed_actions(turn)  # "yes send it", when it is sent
    # a withdrawal means something that was done, and not the offer
    is_refused = (is_no(turn) or turn.has_act("cancel")) and not asks_to_withdraw(turn.text)
    if is_offer and is_refused and not _says_more(turn):
        # on the phone a no ends the call; a member who says "never mind" may still want something
        is_cancel = turn.has_act("cancel") or turn.intent == "cancel" or asks_to_undo(turn.text)
        if not (is_cancel and await tell_standing_payment(turn)):
            turn.utter("utter_nothing_open" if is_cancel else "utter_nothing_more")
        return True
    return False


def _accepts_call(turn: Turn, offer: Offer) -> bool:
    """Whether the call that was offered is accepted, perhaps with a time: `yes, but only between 9 and 11`."""
    if not offer.is_callback or is_no(turn) or turn.has_act("ask", "deny", "cancel"):
        return False
    return (
        contains_yes(turn.text) or parse_call_time(turn.text, turn.backend.today(), turn.backend.coop.hours) is not None
    )


def _says_more(turn: Turn) -> bool:
    """Whether there is a question or a request beside a no: on the phone, a no ends the call."""
    if turn.has_act("ask", "start", "person", "hold"):
        return True
    for clause in turn.predictions.clauses:
        score = max(clause.acts.get(kind, 0.0) for kind in ACTS_BESIDE_NO)
        if is_refusal(clause.text) or score < MIN_CLAUSE_CONFIDENCE:
            continue
        if detect_yes_no(english_form(clause.text, turn.language), "", turn.language) != NO:
            return True
    return False


async def _handle_repeat(turn: Turn, offer: Offer) -> bool:
    """Repeat the last answer from knowledge/, or else our last words. The offer stays open."""
    if not turn.has_act("repeat"):
        return False
    offer.keep(turn)
    if not side_questions.repeat_subject(turn):
        turn.utter("utter_say_again", said=turn.last_bot_text())
    return True


async def _handle_question(turn: Turn, offer: Offer) -> bool:
    if await answer_if_done(turn):
        await follow_ups.answer_follow_up(turn)  # "is it done, and what do I still have to do"
        return True
    if not turn.has_act("ask"):
        return False
    if offer.is_callback:
        offer.keep(turn)  # a follow-up question leaves it open
    if await follow_ups.answer_follow_up(turn):
        return True
    if asks_what_is_left(turn.text):
        identity = await turn.identity()
        agenda.send_remaining(turn)
        if identity.account is not None and not agenda.pending_items(turn):
            await tell_owing(turn, identity)
    elif not await side_questions.answer_all(turn):
        if turn.has_act("start"):
            return False
        side_questions.offer_callback(turn)
    elif side_questions.queue_informational_questions(turn) and not turn.was_set(side_questions.TOPIC_SLOT):
        agenda.start_next(turn)
    if not turn.get("offer"):  # a question leaves the offer open, unless its answer offers another task
        offer.keep(turn)
    return True


async def _handle_request(turn: Turn, offer: Offer) -> bool:
    """A request in one of several clauses, although the message as a whole looked like none."""
    openers = (registry.find_opener(act.intent) for act in turn.acts if act.kind == "start")
    opener = next(filter(None, openers), None)
    if opener is None:
        return False
    if turn.intent in UNRECOGNIZED_INTENTS and await side_questions.answer_instead_of_task(turn, opener, offered=False):
        return True  # "thinking about solar, do you do net metering"
    save_identity_numbers(turn)  # "my number is 99999-001, and I want …": the request is not all that was said
    agenda.add_requests(turn, turn.acts, "", min_confidence=MIN_CLAUSE_CONFIDENCE)
    return agenda.start_next(turn)


async def _handle_number(turn: Turn, offer: Offer) -> bool:
    """An amount or a day starts a payment; a member number alone tells the balance.

    With an offer open the number belongs to it: to the payment offered, to the report, or as a yes to anything but a
    call.
    """
    pays = offer.opener == "quick_pay_form" and not turn.has_act("deny", "cancel")
    if pays and (await extract_payment_details(turn, "pay_amount") or pays_whole_bill(turn.text)):
        for slot, value in offer.slots.items():
            if not turn.was_set(slot) or turn.get(slot) == WHOLE_BILL:
                turn.set(slot, value)  # the offer holds as far as this message does not change it
        turn.add_followup_action("quick_pay_form")
        return True
    values = turn.extract_values(None)
    save_identity_numbers(turn)
    if values.amount is not None and is_damage_claim(turn.text):
        turn.set("case_kind", "damage")  # the amount is the price of what was broken
        turn.add_followup_action("case_form")
        return True
    if values.amount is not None and offer.opener in REPORT_OFFERS and not mentions_paying(turn.text):
        offer.accept(turn)  # "the tv was 600 dollars" belongs to the claim
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
    if offer.is_callback:  # the number is for the call, but no yes to it yet
        offer.keep(turn)
        turn.utter("utter_offer_call_still")
    elif offer.opener:  # a number after "I can ask the office for one" accepts that
        offer.accept(turn)
    else:
        turn.add_followup_action("balance_form")
    return True


async def _handle_follow_up(turn: Turn, offer: Offer) -> bool:
    """A follow-up that is no question: `he had a badge`, after the advice about a stranger who wants to come in."""
    is_certain = turn.predictions.follow_up_score >= follow_ups.MIN_CERTAIN_FOLLOW_UP_SCORE
    return is_certain and await follow_ups.answer_follow_up(turn)


async def _handle_subject(turn: Turn, offer: Offer) -> bool:
    subject = subject_matching.match_message(turn)
    if subject is not None:
        await side_questions.answer_subject(turn, subject)
    return subject is not None


async def _handle_no(turn: Turn, offer: Offer) -> bool:
    if not (turn.intent == "deny" or turn.has_act("deny")) or _says_more(turn):
        return False
    turn.utter("utter_nothing_more")
    return True


async def _handle_person_request(turn: Turn, offer: Offer) -> bool:
    if not turn.has_act("person"):
        return False
    offer.keep(turn)  # it tells what the call is about
    turn.add_followup_action("action_person")
    return True


async def _handle_feeling(turn: Turn, offer: Offer) -> bool:
    """Ask an upset member what they need, and offer an agent."""
    is_upset = turn.has_act("feeling") and not turn.has_act("answer", "correct")
    if is_upset:
        turn.utter("utter_feeling_what_now")
    return is_upset


async def _handle_small_talk(turn: Turn, offer: Offer) -> bool:
    if turn.intent not in ("greet", "thank", "goodbye") and not is_small_talk(turn.text):
        return False
    turn.utter("utter_answer_thank")
    return True


async def _handle_more_usage(turn: Turn, offer: Offer) -> bool:
    """`September compared with October`, after the electric use was told."""
    if turn.get(follow_ups.LAST_SUBJECT) != UsageForm.task or not asks_for_months(turn.text, turn.backend.today()):
        return False
    turn.add_followup_action(UsageForm.form)
    return True


HANDLERS: tuple[Callable[[Turn, Offer], Awaitable[bool]], ...] = (
    # how the conversation goes on
    _handle_language,
    _handle_presence_check,
    _handle_hold,
    _handle_goodbye,
    _handle_person_request,
    # what must be told at once, or is about something done before
    _handle_scam,
    handle_restored,
    _handle_denied_payment,
    _handle_card_update,
    _handle_latest_payment,
    handle_due_question,
    handle_other_account,
    handle_booked_call,
    handle_message_for_office,
    handle_request_correction,
    _handle_disputed_balance,
    handle_already_paid,
    # the open offer
    _handle_offer_reply,
    handle_undo,
    _handle_repeat,
    _handle_more_usage,
    # questions, requests and numbers
    handle_photo_wish,
    handle_several_wishes,
    _handle_question,
    _handle_request,
    _handle_number,
    # what is left
    _handle_no,
    _handle_follow_up,
    _handle_subject,
    _handle_feeling,
    _handle_small_talk,
)
