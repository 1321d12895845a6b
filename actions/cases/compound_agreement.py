"""A yes to a read-back with more beside it: it is filed, then the question is answered and what is named taken back."""

from __future__ import annotations

from actions import side_questions, subject_matching
from actions.cases.status_questions import HOW_LONG_FOLLOW_UP
from actions.cases.withdrawal import withdraw_ticket
from actions.conversation.completed_actions import answer_if_done
from actions.turn import Turn
from backend.knowledge.subjects import Subject
from backend.language import SPANISH
from backend.reading.acts.qualified_yes import QualifiedYes, parse_qualified_yes
from backend.reading.acts.yes_no import contains_yes
from backend.reading.spanish import to_english
from backend.reading.tickets.status_questions import detect_status_question
from backend.reading.tickets.withdrawal import says_never_mind
from backend.tickets import service as tickets

MIN_PERSON_CONFIDENCE = 0.6


def find_agreement(turn: Turn) -> QualifiedYes | None:
    """The yes in this message with what stands beside it; None where it agrees to nothing."""
    if turn.was_redacted or not turn.full_text:
        return None
    read_back = turn.open_question.text
    return parse_qualified_yes(
        turn.text, to_english(read_back) if turn.language == SPANISH else read_back, turn.language
    )


def find_question_subject(turn: Turn, found: QualifiedYes) -> Subject | None:
    """What was told of the question beside it, when it is known here."""
    return subject_matching.match_message(turn) if found.questions else None


def asks_for_person(turn: Turn) -> bool:
    """Whether a person is asked for beside a no: `no. I want to talk to a person`."""
    parts = (turn.predictions.whole, *turn.predictions.clauses)
    return any(part.intent == "speak_to_human" and part.confidence >= MIN_PERSON_CONFIDENCE for part in parts)


def drops_report(turn: Turn) -> bool:
    """Whether the report is let go, whatever is said beside it: `never mind the report, I only wish to know`."""
    return says_never_mind(turn.text) and not contains_yes(turn.text)


async def answer_extras(turn: Turn, found: QualifiedYes, form: str) -> None:
    """Answer what was asked beside the yes, now that it is filed."""
    for words in found.retractions:
        await withdraw_ticket(turn, words, newest=False)
    if not found.questions or await answer_if_done(turn):
        return
    subject = find_question_subject(turn, found)
    if subject is None and await _answer_how_long(turn):
        return
    if subject is None:
        turn.utter("utter_case_question_added")
        return
    open_task = turn.get("open_task")
    turn.set("open_task", form)  # an answer beside the report, which offers nothing of its own
    await side_questions.answer_subject(turn, subject)
    turn.set("open_task", open_task)


async def _answer_how_long(turn: Turn) -> bool:
    """`Yes. When will somebody come?`: what is known of how long such a thing takes."""
    if detect_status_question(turn.full_text) is None:
        return False
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    kinds = [filed[0].kind] if filed else []
    answer = turn.backend.knowledge.follow_up(HOW_LONG_FOLLOW_UP, kinds, turn.backend.coop, turn.language, {})
    if answer:
        turn.utter("utter_told", told=answer)
    return bool(answer)
