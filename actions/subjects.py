"""Which subjects of knowledge/ a message is near to. The engine finds the nearest; whether it is near enough is decided
here."""

from __future__ import annotations

from collections.abc import Sequence

from actions.follow_ups import LAST
from actions.turn import Turn
from backend.knowledge.subjects import Subject
from backend.knowledge.things import speaks_of
from backend.reading.shutoff import speaks_of as shutoff_spoken_of

NEAR = 0.4
"""From this score on a subject answers what was asked; below it nobody here knows."""
NEAR_UNASKED = 0.5  # of a message that does not look like a question
NEAR_ALONE = 0.5  # of one question among several
NEAR_FOR_SURE = 0.85  # whatever else the question names
AS_NEAR = 0.15
"""A subject so little behind one that was told just now is meant."""
MOST_QUESTIONS = 3
MEDICAL_SHUTOFF = "oxygen_and_shutoff"
SHUTOFF = "account_shutoff"
CAN_DO = "what_can_you_do"


def nearness(turn: Turn) -> float:
    """How near the nearest subject is, 0 to 1."""
    return max((score for _, score in subjects(turn, turn.statistics.knowledge)), default=0.0)


def subject_of(turn: Turn) -> Subject | None:
    """The subject that the whole message is nearest to, when it is near enough; one told just now comes last."""
    if _fears_a_shutoff(turn) and not _nearest_is(turn, MEDICAL_SHUTOFF):
        return turn.backend.knowledge.find(SHUTOFF)
    asked = " ".join(act.words for act in turn.acts if act.kind == "ask")
    return nearest(turn, turn.statistics.knowledge, NEAR if asked else NEAR_UNASKED, asked or turn.whole_words)


def _nearest_is(turn: Turn, name: str) -> bool:
    return next((subject.name for subject, _ in subjects(turn, turn.statistics.knowledge)), None) == name


def subjects(turn: Turn, found: Sequence[tuple[str, float]]) -> list[tuple[Subject, float]]:
    """Those that have an answer of their own, with their scores."""
    known = [(turn.backend.knowledge.find(name), score) for name, score in found]
    return [(subject, score) for subject, score in known if subject is not None and not subject.follows]


def nearest(turn: Turn, found: Sequence[tuple[str, float]], least: float, words: str) -> Subject | None:
    """The subject of `found` that the words are near to, with at least a score of `least`; one just told comes last."""
    near = [
        (subject, score)
        for subject, score in subjects(turn, found)
        if score >= least and (score >= NEAR_FOR_SURE or speaks_of(subject, words))
    ]
    if not near:
        return None
    if not turn.does("ask") and near[0][0].name == turn.get(LAST):
        return None
    as_near = [subject for subject, score in near if score >= near[0][1] - AS_NEAR and subject.name != turn.get(LAST)]
    return as_near[0] if as_near else near[0][0]


def nearest_other_than_skills(turn: Turn) -> bool:
    """Whether something else than what can be done here is asked for."""
    subject = subject_of(turn)
    return subject is not None and subject.name != CAN_DO


def questions_of(turn: Turn) -> list[tuple[Subject, str]]:
    """A subject for each question of the message, with its words; each is answered, up to three."""
    asked = {act.words for act in turn.acts if act.kind == "ask"}
    found = [
        (subject, clause.text)
        for clause in turn.statistics.clauses
        if clause.text in asked and (subject := nearest(turn, clause.knowledge, NEAR_ALONE, clause.text))
    ]
    apart = list({subject.name: (subject, words) for subject, words in reversed(found)}.values())[::-1]
    if len(apart) > 1:
        return apart[:MOST_QUESTIONS]
    whole = subject_of(turn)
    return [(whole, turn.whole_words)] if whole else apart


def _fears_a_shutoff(turn: Turn) -> bool:
    """`Will you cut me off?` is answered from the account, whatever the nearest subject."""
    moves = turn.get("open_task") == "service_form" or turn.intent == "start_stop_service"
    return turn.does("ask") and not moves and shutoff_spoken_of(turn.text) == "shutoff"
