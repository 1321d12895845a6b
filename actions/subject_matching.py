"""Finds the subjects of knowledge/ that a message is about: the engine scores them, and here is what suffices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.follow_ups import LAST_SUBJECT
from actions.turn import Turn
from backend.knowledge.subjects import Subject
from backend.knowledge.term_coverage import covers_question
from backend.reading.normalize import fold
from backend.reading.service.disconnection import detect_disconnection_topic

MIN_SCORE = 0.4
"""From this score on a subject answers the question."""
MIN_SCORE_UNASKED = 0.5  # for a message that does not look like a question
MIN_CLAUSE_SCORE = 0.5  # for one question among several
MIN_CERTAIN_SUBJECT_SCORE = 0.85
"""From this score on a subject answers even a question with important words that the subject lacks."""
REPEAT_MARGIN = 0.15
"""A subject this close behind the one that was answered last goes before it."""
MAX_QUESTIONS = 3
TOLD_CLAUSES = "told_clauses"
"""In the turn's notes: the clauses of the message that were answered already."""
MEDICAL_SHUTOFF_SUBJECT = "oxygen_and_shutoff"
SHUTOFF_SUBJECT = "account_shutoff"
BETTER_IN_GENERAL = frozenset({"alerts_what_kinds", "card_fees", "office_hours_holidays", "security_of_payments"})
"""Subjects as shipped that say less than the general answer to the same question."""


def best_score(turn: Turn) -> float:
    """The score of the nearest subject, 0 to 1."""
    return max((score for _, score in scored_subjects(turn, turn.predictions.knowledge)), default=0.0)


def listed_subject(turn: Turn) -> Subject | None:
    """The subject that lists this message as one of its questions, or one very near to it, and may answer it.

    The general answers know more than some subjects as they are shipped (the fee in words, what is open now); once
    the office has published its own words, those go first.
    """
    found = turn.backend.knowledge.find(turn.predictions.listed)
    if found is None or (found.name in BETTER_IN_GENERAL and found.name not in turn.backend.live.state.knowledge):
        return None
    return found


def published_subject(turn: Turn) -> Subject | None:
    """The subject of the office's own that lists these very words: they are no request, whatever they resemble."""
    found = turn.backend.knowledge.find(turn.predictions.listed)
    if found is None or found.name not in turn.backend.live.state.knowledge:
        return None
    listed = (question for content in found.contents.values() for question in content.questions)
    return found if _bare_words(turn.full_text) in map(_bare_words, listed) else None


def _bare_words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def match_message(turn: Turn) -> Subject | None:
    """The subject that is nearest to the whole message, if it is near enough."""
    if _fears_shutoff(turn):
        scored = scored_subjects(turn, turn.predictions.knowledge)
        if not scored or scored[0][0].name != MEDICAL_SHUTOFF_SUBJECT:
            return turn.backend.knowledge.require(SHUTOFF_SUBJECT)
    listed = listed_subject(turn)
    if listed is not None and listed.name != turn.get(LAST_SUBJECT):
        return listed
    asked = " ".join(act.words for act in turn.acts if act.kind == "ask")
    return match_subject(
        turn, turn.predictions.knowledge, MIN_SCORE if asked else MIN_SCORE_UNASKED, asked or turn.full_text
    )


def scored_subjects(turn: Turn, found: Sequence[tuple[str, float]]) -> list[tuple[Subject, float]]:
    """The subjects of `found` except follow-up questions, with their scores, the nearest first."""
    known = [(turn.backend.knowledge.find(name), score) for name, score in found]
    return [(subject, score) for subject, score in known if subject is not None and not subject.is_follow_up]


def match_subject(turn: Turn, found: Sequence[tuple[str, float]], least: float, words: str) -> Subject | None:
    """The first subject of `found` with a score of `least` or more; another one goes before the last answered."""
    near = [
        (subject, score)
        for subject, score in scored_subjects(turn, found)
        if score >= least and (score >= MIN_CERTAIN_SUBJECT_SCORE or covers_question(subject, words))
    ]
    if not near:
        return None
    if not turn.has_act("ask") and near[0][0].name == turn.get(LAST_SUBJECT):
        return None
    first, first_score = near[0]
    as_near = (subject for subject, score in near if score >= first_score - REPEAT_MARGIN)
    return next((subject for subject in as_near if subject.name != turn.get(LAST_SUBJECT)), first)


def match_questions(turn: Turn) -> list[tuple[Subject, str]]:
    """A subject for each question of the message, with the words of the question; at most three."""
    told = turn.notes.get(TOLD_CLAUSES) or ()
    asked = {act.words for act in turn.acts if act.kind == "ask"} - set(told)
    found = [
        (subject, clause.text)
        for clause in turn.predictions.clauses
        if clause.text in asked and (subject := match_subject(turn, clause.knowledge, MIN_CLAUSE_SCORE, clause.text))
    ]
    distinct = list({subject.name: (subject, words) for subject, words in reversed(found)}.values())[::-1]
    if len(distinct) > 1 or told:
        return distinct[:MAX_QUESTIONS]
    whole = match_message(turn)
    return [(whole, turn.full_text)] if whole else distinct


def _fears_shutoff(turn: Turn) -> bool:
    """Whether it asks `will you cut me off?`, which is answered from the account whatever the nearest subject."""
    is_moving = turn.get("open_task") == "service_form" or turn.intent == "start_stop_service"
    return turn.has_act("ask") and not is_moving and detect_disconnection_topic(turn.text) == "shutoff"
