"""Answers questions from the account, or else from knowledge/.

A question never starts the task that it is about; the answer may offer that task. If the answer needs the account,
`account_question_form` is started to identify the member.
`actions/subject_matching.py` finds the subject that a message is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions import agenda, follow_ups, registry
from actions.accounts.account_choice import list_other_accounts
from actions.accounts.due_answers import NAMED_TOPICS, TOLD, find_accounts_asked_about, format_with_account
from actions.alerts.wishes import answer_notice_wish
from actions.faq.hours import format_hours_for_question
from actions.follow_ups import LAST_SUBJECT
from actions.photos import answer_photo_wish
from actions.subject_matching import (
    MIN_CERTAIN_SUBJECT_SCORE,
    MIN_CLAUSE_SCORE,
    SHUTOFF_SUBJECT,
    TOLD_CLAUSES,
    match_message,
    match_questions,
    match_subject,
)
from actions.turn import Turn
from backend.account_question import service as account_questions
from backend.arrangement.service import active_arrangement
from backend.knowledge.sentences import offers_one_thing
from backend.knowledge.subjects import Subject
from backend.language import tr
from backend.reading.acts.signals import is_question, is_refusal, says_goodbye
from backend.reading.money.arrangement_talk import asks_if_part_is_automatic
from backend.reading.money.payment_method import asks_to_update_card
from backend.reading.money.scheduled_payment import extract_existing_act
from backend.reading.service.scam_report import reports_scam
from backend.reading.spanish import english_form

MIN_SCORE_FOR_LATER = 0.6
"""From this score on a question about the account is answered later, once the account is known."""
MIN_UNQUESTIONED_TASK_CONFIDENCE = 0.85
"""From this confidence on, the task of the message's intent is meant, even if a subject of knowledge/ fits as well."""
MIN_QUESTION_CONFIDENCE = 0.75
"""From this confidence on, one clause of a message is a question or a request of its own."""
GENERAL_TOPICS = frozenset({"short_month", "my_rate"})
"""Topics of the account whose general answer is enough in the middle of a task."""
BALANCE_TOPICS = frozenset({"due_when", "what_is_left"})
TOPIC_SLOT, WORDS_SLOT = "account_topic", "account_words"
CASE_SKILLS = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint"})
SCAM_SUBJECT = "scam_call"
SCAM_SUBJECTS = frozenset({SCAM_SUBJECT, "scam_door", "is_this_really_the_coop"})
"""Subjects with the advice about a swindler."""
MIN_REPEAT_SCORE = 0.75
"""From this score on a subject is answered twice in a row."""
MIN_SCORE_INSTEAD = 0.55
"""From this score on a subject is answered in place of a task that was only guessed."""
HOURS_SUBJECT = "office_hours_holidays"
OPENER_BY_SKILL = {"account_creation": "action_create_account", "high_bill": "usage_form"}


async def answer_shutoff(turn: Turn, offer: str) -> None:
    """Answer whether the power will be shut off; other questions about the account go on the agenda."""
    for act in turn.acts:
        form = registry.FORMS.get(registry.find_opener(act.intent) or "")
        if act.kind in ("ask", "start") and form is not None and form.is_informational:
            agenda.add_item(turn, form.form, act.words, {})
    await answer_subject(turn, turn.backend.knowledge.require(SHUTOFF_SUBJECT), offer)


async def answer_uncertain_question(turn: Turn, min_confidence: float = MIN_UNQUESTIONED_TASK_CONFIDENCE) -> bool:
    """Answer a question if the confidence in the message's intent is below `min_confidence`."""
    is_question_only = turn.has_act("ask") and not turn.has_act("start")
    if not is_question_only or turn.predictions.whole.confidence >= min_confidence:
        return False
    return await answer_all(turn)


async def answer_scam(turn: Turn) -> bool:
    """If a swindler called the member, say what to do, once and whatever the intent of the message is."""
    if turn.get(LAST_SUBJECT) in SCAM_SUBJECTS or not reports_scam(turn.full_text):
        return False
    subject = match_message(turn)
    if subject is None or subject.name not in SCAM_SUBJECTS:
        subject = turn.backend.knowledge.require(SCAM_SUBJECT)
    await answer_subject(turn, subject)
    return True


async def answer_card_update(turn: Turn) -> bool:
    """Tell where a saved card is updated, whatever the intent of the message is: it cannot be done here."""
    if not asks_to_update_card(turn.text):
        return False
    await answer_subject(turn, turn.backend.knowledge.require("card_update"))
    return True


async def answer_instead_of_task(turn: Turn, form: str, *, offered: bool = True) -> bool:
    """Answer the subject that fits the message if its task `form` is only a guess; with `offered`, offer that task."""
    whole = turn.predictions.whole
    if whole.confidence >= MIN_UNQUESTIONED_TASK_CONFIDENCE:
        return False
    subject = match_subject(turn, turn.predictions.knowledge, MIN_SCORE_INSTEAD, turn.full_text)
    if subject is None or turn.get(LAST_SUBJECT) == subject.name:
        return False
    number = turn.extract_values(None).member_number
    if number is not None and number.is_complete:
        return False  # a message with a member number is about an account
    score = dict(turn.predictions.knowledge)[subject.name]
    is_clear_start = (
        whole.confidence >= MIN_CLAUSE_SCORE
        and registry.find_opener(turn.intent) == form
        and any(act.kind == "start" and act.confidence >= MIN_QUESTION_CONFIDENCE for act in turn.acts)
    )
    is_requested = is_clear_start and score < MIN_CERTAIN_SUBJECT_SCORE
    if is_requested or _is_own_subject(subject, form) or form == "outage_form":
        return False
    await answer_subject(turn, subject, offer=form if offered else None)
    return True


def is_goodbye(turn: Turn) -> bool:
    """Whether the member ends the conversation: "I can live with that. That's all, thank you"."""
    if says_goodbye(turn.text):
        return True
    last = turn.predictions.clauses[-1].text if turn.predictions.clauses else turn.focused_text
    return says_goodbye(english_form(last, turn.language)) and not turn.has_act(
        "ask", "start", "person", "answer", "correct", "hold", "cancel", "affirm"
    )


def has_rule_answer(turn: Turn) -> bool:
    """Whether a Rasa rule answers it: the portal's FAQ, or a task that shows the current state."""
    if turn.intent == "schedule_payment":  # "what is scheduled" shows it; anything else would start a payment
        return extract_existing_act(turn.text) is not None
    form = registry.FORMS.get(registry.find_opener(turn.intent) or "")
    if form is not None and (form.is_informational or form.shows_status_first):
        return True
    return turn.intent.startswith("faq_") or turn.intent in ("help_capabilities", "speak_to_human")


async def answer_all(turn: Turn, offer: str | None = None) -> bool:
    """Answer the questions of this message. `offer` is the task that a yes to the answer opens. False: no answer."""
    if not turn.has_act("ask"):
        return False
    if await answer_photo_wish(turn):
        return True
    if answer_notice_wish(turn) or await _answer_arrangement_part(turn) or await follow_ups.answer_follow_up(turn):
        return True
    if (again := follow_ups.find_repeated_subject(turn)) is not None:
        await answer_subject(turn, again, offer)
        return True
    found = match_questions(turn)
    for subject, words in found:
        await answer_subject(turn, subject, offer, words)
    _mention_unanswered(turn, found)
    return bool(found)


async def _answer_arrangement_part(turn: Turn) -> bool:
    """`Will the 5th one be taken by itself?` of a member with an arrangement: no, each part is theirs to pay."""
    words = f"{turn.text} {turn.focused_text}"
    if turn.get("open_task") or not asks_if_part_is_automatic(words):
        return False
    account = (await turn.identity()).account
    if account is None or await active_arrangement(turn.session, account.id) is None:
        return False
    turn.utter("utter_arrangement_not_by_itself")
    return True


def _mention_unanswered(turn: Turn, found: Sequence[tuple[Subject, str]]) -> None:
    """If only some of several questions were answered, name the first one that has no answer."""
    answered = {words for _, words in found} | set(turn.notes.get(TOLD_CLAUSES) or ())
    if not found or turn.full_text in answered:
        return
    asked = {act.words for act in turn.acts if act.kind == "ask" and act.confidence >= MIN_QUESTION_CONFIDENCE}
    for clause in turn.predictions.clauses:
        is_open = clause.text not in answered and not registry.find_opener(clause.intent)
        if is_open and clause.text in asked and is_question(clause.text):
            turn.utter("utter_rest_unknown", asked=clause.text.strip(" ?.!¿"))
            return


async def answer_others(turn: Turn, form: str) -> bool:
    """Answer the questions of the message except the one that `form` itself answers."""
    own = {
        clause.text
        for clause in turn.predictions.clauses
        if registry.find_opener(clause.intent) == form
        and max(dict(clause.knowledge).values(), default=0) < MIN_CERTAIN_SUBJECT_SCORE
    }
    found = [(subject, words) for subject, words in match_questions(turn) if words not in (*own, turn.full_text)]
    for subject, words in found:
        await answer_subject(turn, subject, words=words)
    return bool(found)


def queue_informational_questions(turn: Turn) -> bool:
    """Put further questions that a task answers ("and what do I really owe?") on the agenda. False if there is none."""
    is_queued = False
    for clause in turn.predictions.clauses:
        form = registry.FORMS.get(registry.find_opener(clause.intent) or "")
        if form is None or not form.is_informational or clause.confidence < MIN_QUESTION_CONFIDENCE:
            continue
        topics = {(item.get("slots") or {}).get(TOPIC_SLOT) for item in agenda.pending_items(turn)}
        if form.form == "balance_form" and topics & BALANCE_TOPICS:
            continue  # the same question is on the agenda already
        if max(dict(clause.knowledge).values(), default=0) < MIN_CLAUSE_SCORE:
            is_queued = agenda.add_item(turn, form.form, clause.text, {}) or is_queued
    return is_queued


async def answer_subject(turn: Turn, subject: Subject, offer: str | None = None, words: str = "") -> None:
    """Answer a subject from the account if the member's level allows it, else in general; then offer the next task.

    `words` are those of the question; without them the whole message. `offer` is a task to offer if the subject has
    none. With no task open, a question about the account that needs an identity starts asking for that.
    """
    is_busy, words = bool(turn.get("open_task")), words or turn.full_text
    if subject.account in NAMED_TOPICS and turn.notes.get(TOLD):
        return  # it was answered for the account that it names
    if subject.account is not None and not is_busy and not await _may_answer(turn, subject.account):
        _ask_identity_first(turn, subject.account, words)
        return
    answer = await _choose_answer(turn, subject, words)
    is_repeated = turn.get(LAST_SUBJECT) == subject.name and not answer.is_specific
    turn.set(LAST_SUBJECT, subject.name)
    if is_repeated and (_subject_score(turn, subject) < MIN_REPEAT_SCORE or follow_ups.was_last_answer(turn)):
        offer_callback(turn, already_answered=True)
        return
    if answer.is_postponed:
        agenda.add_item(turn, "account_question_form", words, {TOPIC_SLOT: subject.account, WORDS_SLOT: words})
    if answer.is_postponed and (await turn.identity()).account is None:
        turn.utter("utter_told_once_known")
    else:
        offer_text = "" if is_busy or is_repeated else answer.offer_text
        if turn.channel == "voice" and offers_one_thing(offer_text):
            offer_text += " " + tr("Shall I?")  # the line asks what else there is behind what asks nothing
        turn.utter("utter_told", told=f"{answer.text} {offer_text}".rstrip())
    if is_busy:
        return
    if is_repeated and not _was_call_offered(turn):
        offer_callback(turn, already_answered=True)
    else:
        _set_offer(turn, answer.skill, offer, words)


async def answer_queued_questions(turn: Turn) -> None:
    """Answer the questions about the account that the agenda has, as far as the identity reached allows it."""
    for item in agenda.pending_items(turn):
        slots = item.get("slots") or {}
        topic = slots.get(TOPIC_SLOT) if item["opener"] == "account_question_form" else None
        if topic is None or not await _may_answer(turn, topic):
            continue
        agenda.remove_item(turn, item)
        if answer := await _answer_from_account(turn, topic, str(slots.get(WORDS_SLOT) or "")):
            turn.utter("utter_told", told=answer)


async def repeat_account_answer(turn: Turn) -> bool:
    """Repeat the last answer about the account, in the present language. False if there was none."""
    last = str(turn.get(LAST_SUBJECT) or "")
    subject = turn.backend.knowledge.find(follow_ups.ACCOUNT_SUBJECT_BY_TASK.get(last, last))
    if subject is None or subject.account is None or not await _may_answer(turn, subject.account):
        return False
    await answer_subject(turn, subject)
    return True


def repeat_subject(turn: Turn) -> bool:
    """Repeat the last answer from knowledge/. False if there was none."""
    name = turn.get(LAST_SUBJECT)
    if not name or turn.backend.knowledge.find(name) is None:
        return False
    turn.utter("utter_told", told=turn.backend.knowledge.answer_subject(name, turn.backend.coop, turn.language).text)
    return True


def find_task_opener(skill: str) -> str | None:
    """The form or action for the `skill:` line of a file in knowledge/: a form's `subject`, or in OPENER_BY_SKILL."""
    if skill in OPENER_BY_SKILL:
        return OPENER_BY_SKILL[skill]
    return next((name for name, form in registry.FORMS.items() if form.subject == skill), None)


def offer_callback(turn: Turn, *, already_answered: bool = False) -> None:
    """Offer a call from the office about the question, which has no answer here or was answered as well as it can be.

    No call is offered, and only "I do not know" is said, while a task is open, after a refusal, or when a call was
    offered before: nobody is pressed.
    """
    if turn.get("open_task") or _was_call_offered(turn) or is_refusal(turn.text):
        turn.utter("utter_question_unknown")
        return
    turn.utter("utter_told_all" if already_answered else "utter_not_known")
    turn.set("offer", _callback_offer(turn, turn.full_text, already_answered=already_answered))


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, and what it may offer: a sentence, and the task that does it as a `skill` of knowledge/."""

    text: str
    offer_text: str = ""
    skill: str | None = None
    is_specific: bool = False
    """Whether it is from the account, or for the day that is asked about: the same subject again has another one."""
    is_postponed: bool = False
    """Whether the account answers it better, once it is known."""


async def _choose_answer(turn: Turn, subject: Subject, words: str) -> _Answer:
    topic = subject.account
    is_allowed = topic is not None and await _may_answer(turn, topic)
    if topic is not None and is_allowed and (told := await _answer_from_account(turn, topic, words)):
        return _Answer(told, is_specific=True)
    general = turn.backend.knowledge.answer_subject(subject.name, turn.backend.coop, turn.language)
    if subject.name == HOURS_SUBJECT and (hours := format_hours_for_question(turn, words)):
        return _Answer(hours, skill=general.skill, is_specific=True)
    score = dict(turn.predictions.knowledge).get(subject.name, 0.0)
    is_postponed = topic not in (None, *GENERAL_TOPICS) and not is_allowed and score >= MIN_SCORE_FOR_LATER
    return _Answer(general.text, general.offer or "", general.skill, is_postponed=is_postponed)


def _ask_identity_first(turn: Turn, topic: str, words: str) -> None:
    """Start the form that identifies the member and then answers. A second such question goes on the agenda."""
    if turn.was_set(TOPIC_SLOT):
        agenda.add_item(turn, "account_question_form", words, {TOPIC_SLOT: topic, WORDS_SLOT: words})
        return
    turn.set(TOPIC_SLOT, topic)
    turn.set(WORDS_SLOT, words)
    turn.add_followup_action("account_question_form")


def _subject_score(turn: Turn, subject: Subject) -> float:
    scores = [turn.predictions.knowledge, *(clause.knowledge for clause in turn.predictions.clauses)]
    return max(dict(each).get(subject.name, 0.0) for each in scores)


async def _may_answer(turn: Turn, topic: str) -> bool:
    identity = await turn.identity()
    return identity.account is not None and identity.level >= account_questions.required_level(topic)


async def _answer_from_account(turn: Turn, topic: str, words: str) -> str | None:
    """The answer for the account that the words name, else for the open one; of several accounts it is named."""
    identity = await turn.identity()
    account = identity.known_account
    if topic in NAMED_TOPICS:
        asked_about = await find_accounts_asked_about(turn, words) or await find_accounts_asked_about(turn, turn.text)
        account = asked_about[0] if asked_about else account
    answer = await account_questions.answer(turn.session, turn.backend, account, topic, words)
    if answer and topic in NAMED_TOPICS and await list_other_accounts(turn, identity):
        return format_with_account(account, identity, answer)
    return answer


def _set_offer(turn: Turn, skill: str | None, otherwise: str | None, words: str) -> None:
    """Set what a yes to the answer opens: the task of `skill`, or the opener `otherwise`."""
    opener = find_task_opener(skill) if skill else None
    if skill == "person":
        turn.set("offer", _callback_offer(turn, words, already_answered=True))
    elif skill in CASE_SKILLS:
        slots = {"case_kind": skill, "case_words": words}
        if about := _last_subject_title(turn):
            slots["case_about"] = about
        turn.set("offer", {"opener": "case_form", "slots": slots})
    elif opener or otherwise:
        turn.set("offer", {"opener": opener or otherwise})


def _was_call_offered(turn: Turn) -> bool:
    return any(turn.last_text_of(response) for response in ("utter_not_known", "utter_told_all"))


def _last_subject_title(turn: Turn) -> str:
    """The title of the last subject, as the words of a case or a call have it; empty if there was none."""
    subject = turn.backend.knowledge.find(str(turn.get(LAST_SUBJECT))) if turn.get(LAST_SUBJECT) else None
    return subject.title[:1].lower() + subject.title[1:] if subject else ""


def _callback_offer(turn: Turn, words: str, *, already_answered: bool = False) -> dict[str, object]:
    """A call from the office about these words; with `already_answered`, also about the last subject."""
    about = ": ".join(filter(None, [_last_subject_title(turn) if already_answered else "", words]))
    return {"opener": "callback_form", "slots": {"callback_about": about}}


def _is_own_subject(subject: Subject, form: str) -> bool:
    """Whether the subject is about the task of `form`, which its answer offers."""
    if form == "case_form":
        return subject.skill in CASE_SKILLS
    return find_task_opener(subject.skill or "") == form
