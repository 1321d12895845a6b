"""Which subjects of knowledge/ a message is about. The engine scores them; this module decides which scores suffice."""

from __future__ import annotations

from collections.abc import Sequence

from actions.follow_ups import LAST_SUBJECT
from actions.turn import Turn
from backend.knowledge.subjects import Subject
from backend.knowledge.term_coverage import covers_question
from backend.reading.service.disconnection import detect_disconnection_topic as shutoff_spoken_of

MIN_SCORE = 0.4
"""From this score on a subject answers what was asked; below it nobody here knows."""
MIN_SCORE_UNASKED = 0.5  # of a message that does not look like a question
MIN_CLAUSE_SCORE = 0.5  # of one question among several
MIN_CERTAIN_SCORE = 0.85  # whatever else the question names
REPEAT_MARGIN = 0.15
"""A subject so little behind one that was told just now is meant."""
MAX_QUESTIONS = 3
MEDICAL_SHUTOFF_SUBJECT = "oxygen_and_shutoff"
SHUTOFF_SUBJECT = "account_shutoff"
CAPABILITIES_SUBJECT = "what_can_you_do"


def best_score(turn: Turn) -> float:
    """How near the nearest subject is, 0 to 1."""
    return max((score for _, score in scored_subjects(turn, turn.predictions.knowledge)), default=0.0)


def match_message(turn: Turn) -> Subject | None:
    """The subject that the whole message is nearest to, when it is near enough; one told just now comes last."""
    if _fears_shutoff(turn) and not _is_best_match(turn, MEDICAL_SHUTOFF_SUBJECT):
        return turn.backend.knowledge.find(SHUTOFF_SUBJECT)
    asked = " ".join(act.words for act in turn.acts if act.kind == "ask")
    return match_subject(
        turn, turn.predictions.knowledge, MIN_SCORE if asked else MIN_SCORE_UNASKED, asked or turn.full_text
    )


def _is_best_match(turn: Turn, name: str) -> bool:
    return next((subject.name for subject, _ in scored_subjects(turn, turn.predictions.knowledge)), None) == name


def scored_subjects(turn: Turn, found: Sequence[tuple[str, float]]) -> list[tuple[Subject, float]]:
    """Those that have an answer of their own, with their scores."""
    known = [(turn.backend.knowledge.find(name), score) for name, score in found]
    return [(subject, score) for subject, score in known if subject is not None and not subject.is_follow_up]


def match_subject(turn: Turn, found: Sequence[tuple[str, float]], least: float, words: str) -> Subject | None:
    """The subject of `found` that the words are near to, with at least a score of `least`; one just told comes last."""
    near = [
        (subject, score)
        for subject, score in scored_subjects(turn, found)
        if score >= least and (score >= MIN_CERTAIN_SCORE or covers_question(subject, words))
    ]
    if not near:
        return None
    if not turn.has_act("ask") and near[0][0].name == turn.get(LAST_SUBJECT):
        return None
    as_near = [
        subject
        for subject, score in near
        if score >= near[0][1] - REPEAT_MARGIN and subject.name != turn.get(LAST_SUBJECT)
    ]
    return as_near[0] if as_near else near[0][0]


def matches_other_than_capabilities(turn: Turn) -> bool:
    """Whether something else than what can be done here is asked for."""
    subject = match_message(turn)
    return subject is not None and subject.name != CAPABILITIES_SUBJECT


def match_questions(turn: Turn) -> list[tuple[Subject, str]]:
    """A subject for each question of the message, with its words; each is answered, up to three."""
    asked = {act.words for act in turn.acts if act.kind == "ask"}
    found = [
        (subject, clause.text)
        for clause in turn.predictions.clauses
        if clause.text in asked and (subject := match_subject(turn, clause.knowledge, MIN_CLAUSE_SCORE, clause.text))
    ]
    apart = list({subject.name: (subject, words) for subject, words in reversed(found)}.values())[::-1]
    if len(apart) > 1:
        return apart[:MAX_QUESTIONS]
    whole = match_message(turn)
    return [(whole, turn.full_text)] if whole else apart


def _fears_shutoff(turn: Turn) -> bool:
    """`Will you cut me off?` is answered from the account, whatever the nearest subject."""
    moves = turn.get("open_task") == "service_form" or turn.intent == "start_stop_service"
    return turn.has_act("ask") and not moves and shutoff_spoken_of(turn.text) == "shutoff"
