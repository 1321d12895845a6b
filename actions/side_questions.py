"""Questions are answered from the account, else from what the co-op told (knowledge/); a question never starts a task.

Which subject a message is near to is found in `actions/subjects.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions import agenda, follow_ups, registry
from actions.faq.hours import told_of_the_day
from actions.follow_ups import LAST
from actions.scheduled.words import act_on_existing
from actions.subjects import NEAR_ALONE, NEAR_FOR_SURE, SHUTOFF, nearest, questions_of, subject_of
from actions.turn import Turn
from backend.account_questions import service as account_questions
from backend.alerts.wishes import OUTAGES, no_such_alert
from backend.knowledge.subjects import Subject
from backend.language import SPANISH
from backend.reading.acts.signals import is_question, refuses, takes_leave
from backend.reading.card_update import updates_a_card
from backend.reading.scam import tells_of_a_scam
from backend.reading.spanish import glossed

NEAR_FOR_LATER = 0.6  # to come back to it by oneself
SURE_OF_A_TASK = 0.85
SURE_OF_A_QUESTION = 0.75  # one for a task, beside another question
GENERAL_IS_ENOUGH = frozenset({"short_month", "my_rate"})
"""Answered in general in the middle of a task; the account need not be looked at later."""
OF_THE_BALANCE = frozenset({"due_when", "what_is_left"})
TOPIC, WORDS = "account_topic", "account_words"
CASES = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint"})
SCAM = "scam_call"
SCAMS = frozenset({SCAM, "scam_door", "is_this_really_the_coop"})
"""Subjects with the advice about a swindler."""
NEAR_AGAIN = 0.75  # to be told twice in a row: below it the words only sound like going on with it
NEAR_INSTEAD = 0.55  # to be told in place of a task that was only guessed
CARD = "card_update"
HOURS = "office_hours_holidays"
OPENERS = {"account_creation": "action_create_account", "high_bill": "usage_form"}


async def tell_of_shutoff(turn: Turn, offer: str) -> None:
    """Answer whether the power is about to go off, and keep what else was asked of the account for after it."""
    for act in turn.acts:
        declared = registry.FORMS.get(registry.opener_of(act.intent) or "")
        if act.kind in ("ask", "start") and declared is not None and declared.informs:
            agenda.add(turn, declared.form, act.words, {})
    subject = turn.backend.knowledge.find(SHUTOFF)
    assert subject is not None  # knowledge/ has it
    await tell(turn, subject, offer)


async def answered_instead(turn: Turn, sure: float = SURE_OF_A_TASK) -> bool:
    """Answer a question that the classifier took for something else, and not surely: `are you a robot` wants none."""
    asked = turn.does("ask") and not turn.does("start")
    if not asked or turn.statistics.whole.confidence >= sure:
        return False
    return await answer_all(turn)


async def warned_of_a_scam(turn: Turn) -> bool:
    """Tell who was called by a swindler what to do, once, whatever the message was taken for."""
    if turn.get(LAST) in SCAMS or not tells_of_a_scam(turn.whole_words):
        return False
    near = subject_of(turn)
    subject = near if near is not None and near.name in SCAMS else turn.backend.knowledge.find(SCAM)
    assert subject is not None  # knowledge/ has it
    await tell(turn, subject)
    return True


async def told_of_a_card(turn: Turn) -> bool:
    """Tell where a saved card is brought up to date: it cannot be done here, whatever the message was taken for."""
    subject = turn.backend.knowledge.find(CARD) if updates_a_card(turn.text) else None
    if subject is None:
        return False
    await tell(turn, subject)
    return True


async def told_instead(turn: Turn, form: str, *, offered: bool = True) -> bool:
    """Tell the subject that a message is near to, where the task that it was taken for is only a guess. That task is
    `offered` with it, unless even the guess is far."""
    subject = nearest(turn, turn.statistics.knowledge, NEAR_INSTEAD, turn.whole_words)
    if turn.statistics.whole.confidence >= SURE_OF_A_TASK or subject is None or turn.get(LAST) == subject.name:
        return False
    number = turn.read(None).number
    if number is not None and number.complete:
        return False  # who gives a member number speaks of an account, and not of things in general
    score = dict(turn.statistics.knowledge)[subject.name]
    own = subject.skill in CASES if form == "case_form" else opener_of_skill(subject.skill or "") == form
    if own or form == "outage_form" or (_surely_starts(turn, form) and score < NEAR_FOR_SURE):
        return False
    await tell(turn, subject, offer=form if offered else None)
    return True


def _surely_starts(turn: Turn, form: str) -> bool:
    """Whether the task is begun by what the message was first of all taken for."""
    sure = turn.statistics.whole.confidence >= NEAR_ALONE and registry.opener_of(turn.intent) == form
    return sure and any(act.kind == "start" and act.sure >= SURE_OF_A_QUESTION for act in turn.acts)


def leaves(turn: Turn) -> bool:
    """Whether the talk is over for the member: "I can live with that. That's all, thank you"."""
    words = [clause.text for clause in turn.statistics.clauses] or [turn.own_words]
    last = glossed(words[-1]) if turn.language == SPANISH else words[-1]
    if takes_leave(turn.text):
        return True
    return takes_leave(last) and not turn.does(
        "ask", "start", "person", "answer", "correct", "hold", "cancel", "affirm"
    )


def has_own_answer(turn: Turn) -> bool:
    """Whether a rule of Rasa's answers it: a question of the portal's FAQ, or a task that tells how things stand."""
    declared = registry.FORMS.get(_opener(turn) or "")
    tells = declared is not None and (declared.informs or declared.shows_first)
    return tells or turn.intent.startswith("faq_") or turn.intent in ("help_capabilities", "speak_to_human")


def _opener(turn: Turn) -> str | None:
    if turn.intent == "schedule_payment":  # "what is scheduled" shows it; anything else would begin a payment
        return "scheduled_form" if act_on_existing(turn.text) else None
    return registry.opener_of(turn.intent)


async def answer_all(turn: Turn, offer: str | None = None) -> bool:
    """Answer the questions of this message. `offer` is the task that a yes to it may open. False: nobody knows."""
    if not turn.does("ask"):
        return False
    if tell_of_no_alert(turn) or await follow_ups.answered(turn):
        return True
    if (again := follow_ups.goes_on_with(turn)) is not None:
        await tell(turn, again, offer)
        return True
    found = questions_of(turn)
    for subject, words in found:
        await tell(turn, subject, offer, words)
    _tell_of_the_rest(turn, found)
    return bool(found)


def tell_of_no_alert(turn: Turn) -> bool:
    """`Do you text before a shutoff?`: that there is no such alert is said plainly."""
    lacks = no_such_alert(turn.text, turn.own_words)
    just_told = turn.words_of("utter_alerts_no_shutoff")
    if lacks is None and just_told and just_told in turn.last_said() and OUTAGES.search(turn.text):
        lacks = "outage"  # "what about for outages?"
    if lacks is None:
        return False
    turn.say("utter_alerts_no_outage" if lacks == "outage" else "utter_alerts_no_shutoff")
    if lacks == "shutoff" and not turn.get("open_task"):
        turn.set("offer", {"opener": "alerts_form", "slots": {"alert_what": {"past_due": None}, "alert_verb": "on"}})
    return True


def _tell_of_the_rest(turn: Turn, found: Sequence[tuple[Subject, str]]) -> None:
    """Of several questions, one that nothing here answers is named, and not passed over."""
    answered = {words for _, words in found}
    if not found or turn.whole_words in answered:
        return
    told = [c for c in turn.statistics.clauses if c.text in answered or registry.opener_of(c.intent)]
    asked = {act.words for act in turn.acts if act.kind == "ask" and act.sure >= SURE_OF_A_QUESTION}
    left = [c.text for c in turn.statistics.clauses if c.text in asked and c not in told and is_question(c.text)]
    if left:
        turn.say("utter_rest_unknown", asked=left[0].strip(" ?.!¿"))


async def answer_others(turn: Turn, form: str) -> bool:
    """Answer what is asked beside the question that `form` itself answers."""
    own = {
        clause.text
        for clause in turn.statistics.clauses
        if registry.opener_of(clause.intent) == form and max(dict(clause.knowledge).values(), default=0) < NEAR_FOR_SURE
    }
    found = [(subject, words) for subject, words in questions_of(turn) if words not in (*own, turn.whole_words)]
    for subject, words in found:
        await tell(turn, subject, words=words)
    return bool(found)


def keep_for_tasks(turn: Turn) -> bool:
    """A question beside the one that was answered may be for a task that tells: "and what do I really owe?".

    It goes onto the agenda. False when there is none.
    """
    kept = False
    for clause in turn.statistics.clauses:
        declared = registry.FORMS.get(registry.opener_of(clause.intent) or "")
        if declared is None or not declared.informs or clause.confidence < SURE_OF_A_QUESTION:
            continue
        waits = {(wish.get("slots") or {}).get(TOPIC) for wish in agenda.wishes(turn)}
        if declared.form == "balance_form" and waits & OF_THE_BALANCE:
            continue  # the same, by its other name
        if max(dict(clause.knowledge).values(), default=0) < NEAR_ALONE:
            kept = agenda.add(turn, declared.form, clause.text, {}) or kept
    return kept


async def tell(turn: Turn, subject: Subject, offer: str | None = None, words: str = "") -> None:
    """Answer from a subject: by the account where it is open, else in general; then offer what comes next."""
    busy, words = bool(turn.get("open_task")), words or turn.whole_words
    known = subject.account is not None and await _may_be_told(turn, subject.account)
    found = await _from_account(turn, subject, words) if known else None
    if subject.account is not None and not known and not busy:
        _find_out_who(turn, subject.account, words)
        return
    again = turn.get(LAST) == subject.name and found is None
    turn.set(LAST, subject.name)
    told = turn.backend.knowledge.tell(subject.name, turn.backend.coop, turn.language)
    offered = "" if busy or found or again else told.offer
    if again and (_score(turn, subject) < NEAR_AGAIN or told.text in turn.last_said()):  # that did not answer it
        offer_a_call(turn, known=True)
        return
    later = subject.account is not None and not known and _worth_coming_back(turn, subject)
    if later:
        agenda.add(turn, "account_question_form", words, {TOPIC: subject.account, WORDS: words})
    of_the_day = told_of_the_day(turn, words) if subject.name == HOURS else None
    parts = [of_the_day] if of_the_day else [found or told.text, offered]
    if later and (await turn.standing()).account is None:
        turn.say("utter_told_once_known")
    else:
        turn.say("utter_told", told=" ".join(filter(None, parts)))
    if again and not busy and not _offered_before(turn):
        offer_a_call(turn, known=True)
    elif not busy:
        _offer(turn, told.skill if not found else None, offer, words)


async def answer_waiting(turn: Turn) -> None:
    """Answer what was asked of the account before it was known who asks, as far as it is known now."""
    standing = await turn.standing()
    for wish in agenda.wishes(turn):
        slots = wish.get("slots") or {}
        topic = slots.get(TOPIC) if wish["opener"] == "account_question_form" else None
        if topic is None or standing.account is None or standing.level < account_questions.needs(topic):
            continue
        agenda.remove(turn, wish)
        words = str(slots.get(WORDS) or "")
        told = await account_questions.answer(turn.session, turn.backend, standing.account, topic, words)
        if told:
            turn.say("utter_told", told=told)


def _find_out_who(turn: Turn, topic: str, words: str) -> None:
    """The account answers once it is known who asks; a second such question waits for the first."""
    if turn.has_set(TOPIC):
        agenda.add(turn, "account_question_form", words, {TOPIC: topic, WORDS: words})
        return
    turn.set(TOPIC, topic)
    turn.set(WORDS, words)
    turn.follow_with("account_question_form")


async def tell_the_account_again(turn: Turn) -> bool:
    """Tell once more, in the language that is spoken now, how the account stands. False when that was not told."""
    last = str(turn.get(LAST) or "")
    subject = turn.backend.knowledge.find(follow_ups.ACCOUNT_OF.get(last, last))
    if subject is None or subject.account is None or not await _may_be_told(turn, subject.account):
        return False
    await tell(turn, subject)
    return True


def tell_again(turn: Turn) -> bool:
    """Tell once more what was told last of the co-op. False when nothing was."""
    name = turn.get(LAST)
    if not name or turn.backend.knowledge.find(name) is None:
        return False
    turn.say("utter_told", told=turn.backend.knowledge.tell(name, turn.backend.coop, turn.language).text)
    return True


def _score(turn: Turn, subject: Subject) -> float:
    found = [turn.statistics.knowledge, *(clause.knowledge for clause in turn.statistics.clauses)]
    return max(dict(near).get(subject.name, 0.0) for near in found)


def _worth_coming_back(turn: Turn, subject: Subject) -> bool:
    score = dict(turn.statistics.knowledge).get(subject.name, 0.0)
    return subject.account not in GENERAL_IS_ENOUGH and score >= NEAR_FOR_LATER


async def _may_be_told(turn: Turn, topic: str) -> bool:
    standing = await turn.standing()
    return standing.account is not None and standing.level >= account_questions.needs(topic)


async def _from_account(turn: Turn, subject: Subject, words: str) -> str | None:
    standing = await turn.standing()
    assert standing.account is not None  # it may be told
    assert subject.account is not None
    return await account_questions.answer(turn.session, turn.backend, standing.account, subject.account, words)


def _offer(turn: Turn, skill: str | None, otherwise: str | None, words: str) -> None:
    """What a yes after the answer opens."""
    opener = opener_of_skill(skill) if skill else None
    if skill == "person":
        turn.set("offer", _call(turn, words))
    elif skill in CASES:
        turn.set("offer", _case(turn, skill, words))
    elif opener or otherwise:
        turn.set("offer", {"opener": opener or otherwise})


def opener_of_skill(skill: str) -> str | None:
    """The form or action of a skill, as knowledge/ names it."""
    if skill in OPENERS:
        return OPENERS[skill]
    return next((form for form, declared in registry.FORMS.items() if declared.task == skill), None)


def offer_a_call(turn: Turn, *, known: bool = False) -> None:
    """Nobody here knows, or all is told: say so, and offer a call, with the words written into the case."""
    busy = bool(turn.get("open_task"))
    # a call is offered once: who did not take it is not pressed
    if busy or _offered_before(turn) or refuses(turn.text):
        turn.say("utter_question_unknown")
        return
    turn.say("utter_told_all" if known else "utter_not_known")
    turn.set("offer", _call(turn, turn.whole_words, known=known))


def _offered_before(turn: Turn) -> bool:
    return any(turn.words_of(response) for response in ("utter_not_known", "utter_told_all"))


def _about(turn: Turn) -> str:
    """The subject that was told last, as a case or a call names it."""
    subject = turn.backend.knowledge.find(str(turn.get(LAST))) if turn.get(LAST) else None
    return subject.title[:1].lower() + subject.title[1:] if subject else ""


def _case(turn: Turn, kind: str, words: str) -> dict[str, object]:
    """A case that a yes opens, with what it is about."""
    about = {"case_about": _about(turn)} if _about(turn) else {}
    return {"opener": "case_form", "slots": {"case_kind": kind, "case_words": words, **about}}


def _call(turn: Turn, words: str, *, known: bool = True) -> dict[str, object]:
    """A call from the office that a yes arranges; where a subject was told, it names what the call is about."""
    about = ": ".join(filter(None, [_about(turn) if known else "", words]))
    return {"opener": "callback_form", "slots": {"callback_about": about}}
