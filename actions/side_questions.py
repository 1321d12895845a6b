"""Questions are answered from the account, else from what the co-op told (knowledge/); a question never starts a task.

The engine finds the nearest subject (engine/components); which of them is near enough is decided here.
"""

from __future__ import annotations

from actions import agenda, registry
from actions.scheduled.words import act_on_existing
from actions.turn import Turn
from backend.account_questions import service as account_questions
from backend.knowledge.subjects import Subject

NEAR = 0.4
"""From this score on a subject answers what was asked; below it nobody here knows."""
NEAR_UNASKED = 0.5  # of a message that does not look like a question
NEAR_FOR_LATER = 0.6  # to come back to it by oneself
SURE_OF_A_TASK = 0.85
GENERAL_IS_ENOUGH = frozenset({"short_month", "my_rate"})
"""Answered in general in the middle of a task; the account need not be looked at later."""
LAST = "told_subject"
TOPIC, WORDS = "account_topic", "account_words"
CASES = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint", "person"})
OPENERS = {"account_creation": "action_create_account", "high_bill": "usage_form"}


def nearness(turn: Turn) -> float:
    """How near the nearest subject is, 0 to 1."""
    return max((score for _, score in turn.statistics.knowledge), default=0.0)


def subject_of(turn: Turn) -> Subject | None:
    """The subject that the whole message is nearest to, when it is near enough; one told just now comes last."""
    least = NEAR if turn.does("ask") else NEAR_UNASKED
    near = [name for name, score in turn.statistics.knowledge if score >= least]
    fresh = [name for name in near if name != turn.get(LAST)]
    return turn.backend.knowledge.find((fresh or near)[0]) if near else None


async def answered_instead(turn: Turn, sure: float = SURE_OF_A_TASK) -> bool:
    """Answer a question that the classifier took for something else, and not surely: `are you a robot` wants none."""
    asked = turn.does("ask") and not turn.does("start")
    if not asked or turn.statistics.whole.confidence >= sure or subject_of(turn) is None:
        return False
    return await answer_all(turn)


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
    subject = subject_of(turn)
    if subject is None:
        return False
    await tell(turn, subject, offer)
    return True


async def tell(turn: Turn, subject: Subject, offer: str | None = None) -> None:
    """Answer from a subject: by the account where it is open, else in general; then offer what comes next."""
    busy = bool(turn.get("open_task"))
    known = subject.account is not None and await _may_be_told(turn, subject.account)
    found = await _from_account(turn, subject) if known else None
    if subject.account is not None and not known and not busy:
        turn.set(TOPIC, subject.account)
        turn.set(WORDS, turn.whole_words)
        turn.follow_with("account_question_form")
        return
    if turn.get(LAST) == subject.name and found is None:
        offer_a_call(turn, known=True)
        return
    turn.set(LAST, subject.name)
    told = turn.backend.knowledge.tell(subject.name, turn.backend.coop, turn.language)
    turn.say("utter_told", told=" ".join(filter(None, [found or told.text, "" if busy or found else told.offer])))
    if subject.account is not None and not known and _worth_coming_back(turn, subject):
        slots = {TOPIC: subject.account, WORDS: turn.whole_words}
        agenda.add(turn, "account_question_form", turn.whole_words, slots)
    if not busy:
        _offer(turn, told.skill if not found else None, offer, turn.whole_words)


def _worth_coming_back(turn: Turn, subject: Subject) -> bool:
    score = dict(turn.statistics.knowledge).get(subject.name, 0.0)
    return subject.account not in GENERAL_IS_ENOUGH and score >= NEAR_FOR_LATER


async def _may_be_told(turn: Turn, topic: str) -> bool:
    standing = await turn.standing()
    return standing.account is not None and standing.level >= account_questions.needs(topic)


async def _from_account(turn: Turn, subject: Subject) -> str | None:
    standing = await turn.standing()
    assert standing.account is not None  # it may be told
    assert subject.account is not None
    return await account_questions.answer(
        turn.session, turn.backend, standing.account, subject.account, turn.whole_words
    )


def _offer(turn: Turn, skill: str | None, otherwise: str | None, words: str) -> None:
    """What a yes after the answer opens."""
    opener = opener_of_skill(skill) if skill else None
    if skill in CASES:
        kind = "other" if skill == "person" else skill
        turn.set("offer", {"opener": "case_form", "slots": {"case_kind": kind, "case_words": words}})
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
    turn.say("utter_question_unknown" if busy else "utter_told_all" if known else "utter_not_known")
    if not busy:
        turn.set("offer", {"opener": "case_form", "slots": {"case_kind": "other", "case_words": turn.whole_words}})
