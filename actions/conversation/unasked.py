"""A message that answers no question of ours, with no task open: by what it does, one thing after the other."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from actions import agenda, follow_ups, registry, side_questions, subjects
from actions.accounts.choice import ALL, FEW_WORDS
from actions.accounts.forms import hear_account
from actions.base import MISSES_BEFORE_A_PERSON
from actions.cases.agreeing import found_beside
from actions.cases.danger_talk import add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.taking_back import WITHDRAW
from actions.cases.worse import tell_worse
from actions.conversation.done import tell_done, tell_what_is_done
from actions.conversation.filed_before import (
    booked_call,
    corrects_the_filed,
    is_a_call,
    passed_on,
    restored,
    takes_back_what_was_done,
)
from actions.danger import heed
from actions.manner import comfort
from actions.person.handing_over import hand_over
from actions.quick_pay.hearing import BILL, hear_words
from actions.quick_pay.paying import say_already
from actions.scheduled.of_the_last import form_for_it
from actions.turn import Turn
from actions.usage.forms import UsageForm, asks_for_months
from actions.which_wish import keep_who
from actions.yes_no import said_no, said_yes
from backend.language import SPANISH
from backend.reading.acts.polarity import NO, names_yes, polarity
from backend.reading.acts.signals import checks_presence, disputes, is_request, only_social, refuses, takes_back
from backend.reading.amount import Amount
from backend.reading.damage import damage_claimed
from backend.reading.day import Day
from backend.reading.moment import read_moment
from backend.reading.outage_told import tells_of_an_outage
from backend.reading.pay_way import pays_the_bill
from backend.reading.spanish import glossed

NO_WISH = frozenset({"out_of_scope", "nlu_fallback"})
LAST_PAYMENT = "account_last_payment"
OF_WHAT_IS_OWED = frozenset({"balance", "account_due_when", "account_what_is_left", "account_shutoff", LAST_PAYMENT})
LIKELY = 0.5
TELLS = frozenset({"callback_form", "case_form"})
"""Behind an offer of these an amount tells of the matter."""
UNHEARD = ("out_of_scope", "nlu_fallback", "inform", "")
MORE = ("ask", "start", "volunteer", "person")
PAYING = re.compile(r"\bpay(?:ing)?\b", re.IGNORECASE)


async def resolve(turn: Turn, response: str) -> None:
    """Do what the message wishes; where it wishes nothing that is known, say `response`, a person at the third time."""
    if await tell_worse(turn) or await tell_of_the_filed(turn) or await add_to_danger_talk(turn) or heed(turn):
        return
    if tells_of_an_outage(turn.own_words, turn.text) and turn.intent in UNHEARD:
        turn.follow_with("outage_form")
        return
    comfort(turn)
    offer = turn.get("offer")
    turn.clear("offer")
    # where only a number was asked for, there is nothing that a yes opens
    opens = offer if isinstance(offer, str) or (isinstance(offer, dict) and "opener" in offer) else None
    for step in STEPS:
        if await step(turn, offer if step is takes_back_what_was_done else opens):
            turn.set("misses", 0)
            return
    await again(turn, response)


async def _leave(turn: Turn, offer: Any) -> bool:
    """`No, that is all. Goodbye.`"""
    if not side_questions.leaves(turn):
        return False
    turn.say("utter_answer_goodbye")
    return True


async def _warned(turn: Turn, offer: Any) -> bool:
    return await side_questions.warned_of_a_scam(turn)


async def _of_the_last(turn: Turn, offer: Any) -> bool:
    form = None if offer else await form_for_it(turn)
    if form is not None:
        turn.follow_with(form)
    return form is not None


async def _of_a_card(turn: Turn, offer: Any) -> bool:
    return await side_questions.told_of_a_card(turn)


async def _hold(turn: Turn, offer: Any) -> bool:
    if not turn.does("hold"):
        return False
    if turn.does("ask") and await side_questions.answer_all(turn):
        return True  # "hold on, before I give you anything: how does this work?"
    turn.say("utter_hold")
    turn.set("offer", offer)  # what was offered still stands when they are back
    return True


async def _language(turn: Turn, offer: Any) -> bool:
    """`Okay, in English please`: we go on in it, and what was offered still stands."""
    if not turn.does("language"):
        return False
    turn.set("offer", offer)
    turn.say("utter_language_switched")
    if not await side_questions.tell_the_account_again(turn):
        turn.say("utter_language_what_now")
    return True


async def _present(turn: Turn, offer: Any) -> bool:
    if not checks_presence(turn.text):
        return False
    turn.set("offer", offer)
    turn.say("utter_present")
    return True


async def _not_believed(turn: Turn, offer: Any) -> bool:
    """`That's wrong, I paid it last week`: what was paid is looked up, and the office offered for the rest."""
    told = turn.get(follow_ups.LAST)
    if told not in OF_WHAT_IS_OWED or not disputes(turn.text) or (await turn.standing()).account is None:
        return False
    paid = turn.backend.knowledge.find(LAST_PAYMENT)
    assert paid is not None  # knowledge/ has it
    await side_questions.tell(turn, paid)
    turn.say("utter_not_believed")
    turn.set("offer", {"opener": "case_form", "slots": {"case_kind": "dispute", "case_words": turn.whole_words}})
    return True


async def _offered(turn: Turn, offer: Any) -> bool:
    """A yes or a no to what was offered, or a yes delivered again after the payment that it made."""
    asked_for = isinstance(offer, dict) and turn.intent == "out_of_scope" and is_request(turn.text)
    agreed = said_yes(turn) or (bool(offer) and found_beside(turn) is not None)  # "yes please. that would be kind"
    if agreed or asked_for or _takes_the_call(turn, offer):  # what is taken up is read back first
        if offer:
            take_up(turn, offer)
        if offer or await say_already(turn):
            return True
        return len(turn.text.split()) > 1 and await tell_done(turn)  # "yes send it", when it is sent
    undoes = bool(WITHDRAW.search(turn.text))  # something that was done is meant, and not the offer
    if offer and not undoes and (said_no(turn) or turn.does("cancel")) and not _says_more(turn):
        # on the phone a no ends the call; who says "never mind" may still want something
        leaves = turn.does("cancel") or turn.intent == "cancel" or takes_back(turn.text)
        turn.say("utter_nothing_open" if leaves else "utter_nothing_more")
        return True
    return False


def _takes_the_call(turn: Turn, offer: Any) -> bool:
    """`Yes, but only between 9 and 11` takes the call that was offered, with that time."""
    if not is_a_call(offer) or said_no(turn) or turn.does("ask", "deny", "cancel"):
        return False
    return names_yes(turn.text) or read_moment(turn.text, turn.backend.today(), turn.backend.coop.hours) is not None


def _says_more(turn: Turn) -> bool:
    """Whether there is a question or a wish beside a no or a thank you: on the phone nobody is hung up on with one."""
    spanish = turn.language == SPANISH
    told = [
        clause
        for clause in turn.statistics.clauses
        if not refuses(clause.text) and max(clause.acts.get(kind, 0.0) for kind in MORE) >= LIKELY
    ]
    return turn.does("ask", "start", "person", "hold") or any(
        polarity(glossed(clause.text) if spanish else clause.text, "", turn.language) != NO for clause in told
    )


async def _again(turn: Turn, offer: Any) -> bool:
    """What was told last of the co-op, or else the last words, once more; what was offered still stands."""
    if not turn.does("repeat"):
        return False
    turn.set("offer", offer)
    if not side_questions.tell_again(turn):
        turn.say("utter_say_again", said=turn.last_said())
    return True


async def _asked(turn: Turn, offer: Any) -> bool:
    if await tell_what_is_done(turn):
        await follow_ups.answered(turn)  # "is it done, and what do I still have to do"
        return True
    if not turn.does("ask"):
        return False
    if is_a_call(offer):
        turn.set("offer", offer)  # a question in between leaves it open
    if await follow_ups.answered(turn):
        return True
    if agenda.WHATS_LEFT.search(turn.text):
        agenda.tell(turn)
    elif not await side_questions.answer_all(turn):
        if turn.does("start"):
            return False
        side_questions.offer_a_call(turn)
    elif side_questions.keep_for_tasks(turn) and not turn.has_set(side_questions.TOPIC):
        agenda.go_on(turn)
    turn.set("offer", turn.get("offer") or offer)  # a question in between leaves what was offered
    return True


async def _wished(turn: Turn, offer: Any) -> bool:
    """A wish in one of several clauses, where the message as a whole looked like none."""
    openers = [registry.opener_of(act.intent) for act in turn.acts if act.kind == "start"]
    opener = next((name for name in openers if name), None)
    if opener is None:
        return False
    if turn.intent in NO_WISH and await side_questions.told_instead(turn, opener, offered=False):
        return True  # "thinking about solar, do you do net metering"
    agenda.take_in(turn, turn.acts, "", least=LIKELY)
    return agenda.go_on(turn)


async def _figures(turn: Turn, offer: Any) -> bool:
    """An amount is only ever for a payment; a number alone opens the account, and where it stands is told."""
    pays = isinstance(offer, str | dict) and _opens(offer) == "quick_pay_form" and not turn.does("deny", "cancel")
    if pays and (await hear_words(turn, "pay_amount") or pays_the_bill(turn.text)):
        for slot, value in (offer.get("slots") or {}).items() if isinstance(offer, dict) else ():
            if not turn.has_set(slot) or turn.get(slot) == BILL:
                turn.set(slot, value)  # what was offered, as far as it was not changed
        turn.follow_with("quick_pay_form")
        return True
    said = turn.read(None)
    keep_who(turn)
    if said.amount is not None and damage_claimed(turn.text):
        turn.set("case_kind", "damage")  # what was broken has a price, and that is no payment
        turn.follow_with("case_form")
        return True
    if said.amount is not None and offer and _opens(offer) in TELLS and not PAYING.search(turn.text):
        take_up(turn, offer)  # "the tv was 600 dollars", of a claim, is no payment
        return True
    if said.amount is not None or said.share is not None:
        turn.set("pay_amount", said.amount.cents if isinstance(said.amount, Amount) else said.share)
        turn.follow_with("quick_pay_form")
        return True
    if isinstance(said.day, Day) and PAYING.search(turn.text):
        turn.set("pay_day", said.day.on.isoformat())
        turn.follow_with("quick_pay_form")
        return True
    if not turn.has_set("member_number") and not (turn.has_set("phone_last4") and turn.get("member_number")):
        return False
    if is_a_call(offer):  # the number is given for what was offered, and says no yes to it yet
        turn.set("offer", offer)
        turn.say("utter_offer_call_still")
    elif offer:  # who they are, behind "I can ask the office for one": that is what it is for
        take_up(turn, offer)
    else:
        turn.follow_with("balance_form")
    return True


async def _another_account(turn: Turn, offer: Any) -> bool:
    """`And the barn?`: where that account of the member stands is what is wanted."""
    if len(turn.text.split()) > FEW_WORDS or not (ALL.search(turn.text) or await hear_account(turn)):
        return False
    if (await turn.standing()).account is None:
        return False
    turn.follow_with("balance_form")
    return True


async def _told_on(turn: Turn, offer: Any) -> bool:
    """`He had a badge`, behind the advice about who is at the door: no question, and yet it wants an answer."""
    return turn.statistics.follow_up >= follow_ups.SURELY and await follow_ups.answered(turn)


async def _known_subject(turn: Turn, offer: Any) -> bool:
    subject = subjects.subject_of(turn)
    if subject is not None:
        await side_questions.tell(turn, subject)
    return subject is not None


async def _no_more(turn: Turn, offer: Any) -> bool:
    if not (turn.intent == "deny" or turn.does("deny")) or _says_more(turn):
        return False
    turn.say("utter_nothing_more")
    return True


async def _person(turn: Turn, offer: Any) -> bool:
    if not turn.does("person"):
        return False
    turn.set("offer", offer)  # what it is about
    turn.follow_with("action_person")
    return True


async def _felt(turn: Turn, offer: Any) -> bool:
    """Who is upset and has not said what they need is asked for it, and a person offered."""
    if not turn.does("feeling") or turn.does("answer", "correct"):
        return False
    turn.say("utter_feeling_what_now")
    return True


async def _social(turn: Turn, offer: Any) -> bool:
    if turn.intent not in ("greet", "thank", "goodbye") and not only_social(turn.text):
        return False
    turn.say("utter_answer_thank")
    return True


async def _more_of_the_use(turn: Turn, offer: Any) -> bool:
    """`September compared with October`, behind a look at the use."""
    if turn.get(follow_ups.LAST) != UsageForm.task or not asks_for_months(turn.text, turn.backend.today()):
        return False
    turn.follow_with(UsageForm.form)
    return True


STEPS: tuple[Callable[[Turn, Any], Awaitable[bool]], ...] = (
    _language,
    _present,
    _hold,
    _leave,
    _person,
    _warned,
    restored,
    _of_a_card,
    _of_the_last,
    _another_account,
    booked_call,
    passed_on,
    corrects_the_filed,
    _not_believed,
    _offered,
    takes_back_what_was_done,
    _again,
    _more_of_the_use,
    _asked,
    _wished,
    _figures,
    _no_more,
    _told_on,
    _known_subject,
    _felt,
    _social,
)


def _opens(offer: str | dict[str, Any]) -> str:
    return offer if isinstance(offer, str) else str(offer["opener"])


def take_up(turn: Turn, offer: str | dict[str, Any]) -> None:
    """Open what was offered, with what is known for it."""
    if isinstance(offer, str):
        offer = {"opener": offer}
    for slot, value in (offer.get("slots") or {}).items():
        turn.set(slot, value)
    turn.follow_with(str(offer["opener"]))


async def again(turn: Turn, response: str) -> None:
    """Say that nothing came of the words; a person at the third time in a row."""
    misses = int(turn.get("misses") or 0) + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        await hand_over(turn, "utter_person_after_misses")
        misses = 0
    else:
        turn.say(response, misses=misses)
    turn.set("misses", misses)
