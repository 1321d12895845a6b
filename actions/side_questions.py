"""Questions are answered from the account, else from what the co-op told (knowledge/); a question never starts a task.

Which subject a message is near to is found in `actions/subject_matching.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions import agenda, follow_ups, registry
from actions.faq.hours import format_hours_for_day
from actions.follow_ups import LAST_SUBJECT
from actions.subject_matching import (
    MIN_CERTAIN_SCORE,
    MIN_CLAUSE_SCORE,
    SHUTOFF_SUBJECT,
    match_message,
    match_questions,
    match_subject,
)
from actions.turn import Turn
from backend.account_question import service as account_questions
from backend.alerts.parsing import OUTAGES, find_unsupported_alert
from backend.knowledge.subjects import Subject
from backend.language import SPANISH
from backend.reading.acts.signals import is_question, is_refusal, says_goodbye
from backend.reading.money.payment_method import asks_to_update_card
from backend.reading.money.scheduled_payment import extract_existing_act
from backend.reading.service.scam_report import reports_scam
from backend.reading.spanish import to_english

MIN_SCORE_FOR_LATER = 0.6  # to come back to it by oneself
MIN_TASK_CONFIDENCE = 0.85
MIN_QUESTION_CONFIDENCE = 0.75  # one for a task, beside another question
GENERAL_TOPICS = frozenset({"short_month", "my_rate"})
"""Answered in general in the middle of a task; the account need not be looked at later."""
BALANCE_TOPICS = frozenset({"due_when", "what_is_left"})
TOPIC_SLOT, WORDS_SLOT = "account_topic", "account_words"
CASE_SKILLS = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint"})
SCAM_SUBJECT = "scam_call"
SCAM_SUBJECTS = frozenset({SCAM_SUBJECT, "scam_door", "is_this_really_the_coop"})
"""Subjects with the advice about a swindler."""
MIN_REPEAT_SCORE = 0.75  # to be told twice in a row: below it the words only sound like going on with it
MIN_SCORE_INSTEAD = 0.55  # to be told in place of a task that was only guessed
CARD_SUBJECT = "card_update"
HOURS_SUBJECT = "office_hours_holidays"
OPENER_BY_SKILL = {"account_creation": "action_create_account", "high_bill": "usage_form"}


async def answer_shutoff(turn: Turn, offer: str) -> None:
    """Answer whether the power is about to go off, and keep what else was asked of the account for after it."""
    for act in turn.acts:
        declared = registry.FORMS.get(registry.find_opener(act.intent) or "")
        if act.kind in ("ask", "start") and declared is not None and declared.is_informational:
            agenda.add_item(turn, declared.form, act.words, {})
    subject = turn.backend.knowledge.find(SHUTOFF_SUBJECT)
    assert subject is not None  # knowledge/ always has this subject
    await answer_subject(turn, subject, offer)


async def answer_uncertain_question(turn: Turn, sure: float = MIN_TASK_CONFIDENCE) -> bool:
    """Answer a question that the classifier took for something else, and not surely: `are you a robot` wants none."""
    asked = turn.has_act("ask") and not turn.has_act("start")
    if not asked or turn.predictions.whole.confidence >= sure:
        return False
    return await answer_all(turn)


async def answer_scam(turn: Turn) -> bool:
    """Tell who was called by a swindler what to do, once, whatever the message was taken for."""
    if turn.get(LAST_SUBJECT) in SCAM_SUBJECTS or not reports_scam(turn.full_text):
        return False
    near = match_message(turn)
    subject = near if near is not None and near.name in SCAM_SUBJECTS else turn.backend.knowledge.find(SCAM_SUBJECT)
    assert subject is not None  # knowledge/ always has this subject
    await answer_subject(turn, subject)
    return True


async def answer_card_update(turn: Turn) -> bool:
    """Tell where a saved card is brought up to date: it cannot be done here, whatever the message was taken for."""
    subject = turn.backend.knowledge.find(CARD_SUBJECT) if asks_to_update_card(turn.text) else None
    if subject is None:
        return False
    await answer_subject(turn, subject)
    return True


async def answer_instead_of_task(turn: Turn, form: str, *, offered: bool = True) -> bool:
    """Tell the subject that a message is near to, where the task that it was taken for is only a guess. That task is
    `offered` with it, unless even the guess is far."""
    subject = match_subject(turn, turn.predictions.knowledge, MIN_SCORE_INSTEAD, turn.full_text)
    if (
        turn.predictions.whole.confidence >= MIN_TASK_CONFIDENCE
        or subject is None
        or turn.get(LAST_SUBJECT) == subject.name
    ):
        return False
    number = turn.extract_values(None).member_number
    if number is not None and number.is_complete:
        return False  # who gives a member number speaks of an account, and not of things in general
    score = dict(turn.predictions.knowledge)[subject.name]
    own = subject.skill in CASE_SKILLS if form == "case_form" else find_skill_opener(subject.skill or "") == form
    if own or form == "outage_form" or (_clearly_starts(turn, form) and score < MIN_CERTAIN_SCORE):
        return False
    await answer_subject(turn, subject, offer=form if offered else None)
    return True


def _clearly_starts(turn: Turn, form: str) -> bool:
    """Whether the task is begun by what the message was first of all taken for."""
    sure = turn.predictions.whole.confidence >= MIN_CLAUSE_SCORE and registry.find_opener(turn.intent) == form
    return sure and any(act.kind == "start" and act.confidence >= MIN_QUESTION_CONFIDENCE for act in turn.acts)


def is_goodbye(turn: Turn) -> bool:
    """Whether the talk is over for the member: "I can live with that. That's all, thank you"."""
    words = [clause.text for clause in turn.predictions.clauses] or [turn.focused_text]
    last = to_english(words[-1]) if turn.language == SPANISH else words[-1]
    if says_goodbye(turn.text):
        return True
    return says_goodbye(last) and not turn.has_act(
        "ask", "start", "person", "answer", "correct", "hold", "cancel", "affirm"
    )


def has_rule_answer(turn: Turn) -> bool:
    """Whether a rule of Rasa's answers it: a question of the portal's FAQ, or a task that tells how things stand."""
    declared = registry.FORMS.get(_find_question_opener(turn) or "")
    tells = declared is not None and (declared.is_informational or declared.shows_status_first)
    return tells or turn.intent.startswith("faq_") or turn.intent in ("help_capabilities", "speak_to_human")


def _find_question_opener(turn: Turn) -> str | None:
    if turn.intent == "schedule_payment":  # "what is scheduled" shows it; anything else would begin a payment
        return "scheduled_form" if extract_existing_act(turn.text) else None
    return registry.find_opener(turn.intent)


async def answer_all(turn: Turn, offer: str | None = None) -> bool:
    """Answer the questions of this message. `offer` is the task that a yes to it may open. False: nobody knows."""
    if not turn.has_act("ask"):
        return False
    if answer_no_such_alert(turn) or await follow_ups.answer_follow_up(turn):
        return True
    if (again := follow_ups.find_repeated_subject(turn)) is not None:
        await answer_subject(turn, again, offer)
        return True
    found = match_questions(turn)
    for subject, words in found:
        await answer_subject(turn, subject, offer, words)
    _mention_unanswered(turn, found)
    return bool(found)


def answer_no_such_alert(turn: Turn) -> bool:
    """`Do you text before a shutoff?`: that there is no such alert is said plainly."""
    lacks = find_unsupported_alert(turn.text, turn.focused_text)
    just_told = turn.last_text_of("utter_alerts_no_shutoff")
    if lacks is None and just_told and just_told in turn.last_bot_text() and OUTAGES.search(turn.text):
        lacks = "outage"  # "what about for outages?"
    if lacks is None:
        return False
    turn.utter("utter_alerts_no_outage" if lacks == "outage" else "utter_alerts_no_shutoff")
    if lacks == "shutoff" and not turn.get("open_task"):
        turn.set("offer", {"opener": "alerts_form", "slots": {"alert_what": {"past_due": None}, "alert_verb": "on"}})
    return True


def _mention_unanswered(turn: Turn, found: Sequence[tuple[Subject, str]]) -> None:
    """Of several questions, one that nothing here answers is named, and not passed over."""
    answered = {words for _, words in found}
    if not found or turn.full_text in answered:
        return
    answered_clauses = [c for c in turn.predictions.clauses if c.text in answered or registry.find_opener(c.intent)]
    asked = {act.words for act in turn.acts if act.kind == "ask" and act.confidence >= MIN_QUESTION_CONFIDENCE}
    left = [
        c.text
        for c in turn.predictions.clauses
        if c.text in asked and c not in answered_clauses and is_question(c.text)
    ]
    if left:
        turn.utter("utter_rest_unknown", asked=left[0].strip(" ?.!¿"))


async def answer_others(turn: Turn, form: str) -> bool:
    """Answer what is asked beside the question that `form` itself answers."""
    own = {
        clause.text
        for clause in turn.predictions.clauses
        if registry.find_opener(clause.intent) == form
        and max(dict(clause.knowledge).values(), default=0) < MIN_CERTAIN_SCORE
    }
    found = [(subject, words) for subject, words in match_questions(turn) if words not in (*own, turn.full_text)]
    for subject, words in found:
        await answer_subject(turn, subject, words=words)
    return bool(found)


def queue_informational_questions(turn: Turn) -> bool:
    """A question beside the one that was answered may be for a task that tells: "and what do I really owe?".

    It goes onto the agenda. False when there is none.
    """
    kept = False
    for clause in turn.predictions.clauses:
        declared = registry.FORMS.get(registry.find_opener(clause.intent) or "")
        if declared is None or not declared.is_informational or clause.confidence < MIN_QUESTION_CONFIDENCE:
            continue
        waits = {(wish.get("slots") or {}).get(TOPIC_SLOT) for wish in agenda.pending_items(turn)}
        if declared.form == "balance_form" and waits & BALANCE_TOPICS:
            continue  # the same, by its other name
        if max(dict(clause.knowledge).values(), default=0) < MIN_CLAUSE_SCORE:
            kept = agenda.add_item(turn, declared.form, clause.text, {}) or kept
    return kept


async def answer_subject(turn: Turn, subject: Subject, offer: str | None = None, words: str = "") -> None:
    """Answer from a subject: by the account where it is open, else in general; then offer what comes next."""
    busy, words = bool(turn.get("open_task")), words or turn.full_text
    known = subject.account is not None and await _may_answer(turn, subject.account)
    found = await _answer_from_account(turn, subject, words) if known else None
    if subject.account is not None and not known and not busy:
        _ask_identity_first(turn, subject.account, words)
        return
    again = turn.get(LAST_SUBJECT) == subject.name and found is None
    turn.set(LAST_SUBJECT, subject.name)
    answer = turn.backend.knowledge.answer_subject(subject.name, turn.backend.coop, turn.language)
    offered = "" if busy or found or again else answer.offer
    if again and (
        _subject_score(turn, subject) < MIN_REPEAT_SCORE or answer.text in turn.last_bot_text()
    ):  # that did not answer it
        offer_callback(turn, known=True)
        return
    later = subject.account is not None and not known and _is_worth_queueing(turn, subject)
    if later:
        agenda.add_item(turn, "account_question_form", words, {TOPIC_SLOT: subject.account, WORDS_SLOT: words})
    of_the_day = format_hours_for_day(turn, words) if subject.name == HOURS_SUBJECT else None
    parts = [of_the_day] if of_the_day else [found or answer.text, offered]
    if later and (await turn.identity()).account is None:
        turn.utter("utter_told_once_known")
    else:
        turn.utter("utter_told", told=" ".join(filter(None, parts)))
    if again and not busy and not _was_call_offered(turn):
        offer_callback(turn, known=True)
    elif not busy:
        _set_offer(turn, answer.skill if not found else None, offer, words)


async def answer_queued_questions(turn: Turn) -> None:
    """Answer what was asked of the account before it was known who asks, as far as it is known now."""
    identity = await turn.identity()
    for wish in agenda.pending_items(turn):
        slots = wish.get("slots") or {}
        topic = slots.get(TOPIC_SLOT) if wish["opener"] == "account_question_form" else None
        if topic is None or identity.account is None or identity.level < account_questions.required_level(topic):
            continue
        agenda.remove_item(turn, wish)
        words = str(slots.get(WORDS_SLOT) or "")
        answer = await account_questions.answer(turn.session, turn.backend, identity.account, topic, words)
        if answer:
            turn.utter("utter_told", told=answer)


def _ask_identity_first(turn: Turn, topic: str, words: str) -> None:
    """The account answers once it is known who asks; a second such question waits for the first."""
    if turn.was_set(TOPIC_SLOT):
        agenda.add_item(turn, "account_question_form", words, {TOPIC_SLOT: topic, WORDS_SLOT: words})
        return
    turn.set(TOPIC_SLOT, topic)
    turn.set(WORDS_SLOT, words)
    turn.add_followup_action("account_question_form")


async def repeat_account_answer(turn: Turn) -> bool:
    """Tell once more, in the language that is spoken now, how the account stands. False when that was not told."""
    last = str(turn.get(LAST_SUBJECT) or "")
    subject = turn.backend.knowledge.find(follow_ups.ACCOUNT_SUBJECT_BY_TASK.get(last, last))
    if subject is None or subject.account is None or not await _may_answer(turn, subject.account):
        return False
    await answer_subject(turn, subject)
    return True


def repeat_subject(turn: Turn) -> bool:
    """Tell once more what was told last of the co-op. False when nothing was."""
    name = turn.get(LAST_SUBJECT)
    if not name or turn.backend.knowledge.find(name) is None:
        return False
    turn.utter("utter_told", told=turn.backend.knowledge.answer_subject(name, turn.backend.coop, turn.language).text)
    return True


def _subject_score(turn: Turn, subject: Subject) -> float:
    found = [turn.predictions.knowledge, *(clause.knowledge for clause in turn.predictions.clauses)]
    return max(dict(near).get(subject.name, 0.0) for near in found)


def _is_worth_queueing(turn: Turn, subject: Subject) -> bool:
    score = dict(turn.predictions.knowledge).get(subject.name, 0.0)
    return subject.account not in GENERAL_TOPICS and score >= MIN_SCORE_FOR_LATER


async def _may_answer(turn: Turn, topic: str) -> bool:
    identity = await turn.identity()
    return identity.account is not None and identity.level >= account_questions.required_level(topic)


async def _answer_from_account(turn: Turn, subject: Subject, words: str) -> str | None:
    identity = await turn.identity()
    assert subject.account is not None
    return await account_questions.answer(turn.session, turn.backend, identity.known_account, subject.account, words)


def _set_offer(turn: Turn, skill: str | None, otherwise: str | None, words: str) -> None:
    """What a yes after the answer opens."""
    opener = find_skill_opener(skill) if skill else None
    if skill == "person":
        turn.set("offer", _callback_offer(turn, words))
    elif skill in CASE_SKILLS:
        turn.set("offer", _case_offer(turn, skill, words))
    elif opener or otherwise:
        turn.set("offer", {"opener": opener or otherwise})


def find_skill_opener(skill: str) -> str | None:
    """The form or action of a skill, as knowledge/ names it."""
    if skill in OPENER_BY_SKILL:
        return OPENER_BY_SKILL[skill]
    return next((form for form, declared in registry.FORMS.items() if declared.task == skill), None)


def offer_callback(turn: Turn, *, known: bool = False) -> None:
    """Nobody here knows, or all is told: say so, and offer a call, with the words written into the case."""
    busy = bool(turn.get("open_task"))
    # a call is offered once: who did not take it is not pressed
    if busy or _was_call_offered(turn) or is_refusal(turn.text):
        turn.utter("utter_question_unknown")
        return
    turn.utter("utter_told_all" if known else "utter_not_known")
    turn.set("offer", _callback_offer(turn, turn.full_text, known=known))


def _was_call_offered(turn: Turn) -> bool:
    return any(turn.last_text_of(response) for response in ("utter_not_known", "utter_told_all"))


def _last_subject_title(turn: Turn) -> str:
    """The subject that was told last, as a case or a call names it."""
    subject = turn.backend.knowledge.find(str(turn.get(LAST_SUBJECT))) if turn.get(LAST_SUBJECT) else None
    return subject.title[:1].lower() + subject.title[1:] if subject else ""


def _case_offer(turn: Turn, kind: str, words: str) -> dict[str, object]:
    """A case that a yes opens, with what it is about."""
    about = {"case_about": _last_subject_title(turn)} if _last_subject_title(turn) else {}
    return {"opener": "case_form", "slots": {"case_kind": kind, "case_words": words, **about}}


def _callback_offer(turn: Turn, words: str, *, known: bool = True) -> dict[str, object]:
    """A call from the office that a yes arranges; where a subject was told, it names what the call is about."""
    about = ": ".join(filter(None, [_last_subject_title(turn) if known else "", words]))
    return {"opener": "callback_form", "slots": {"callback_about": about}}
