"""A yes to a read-back in a message that also has a question, a fact, or an earlier request to withdraw."""

from __future__ import annotations

from actions import side_questions, subject_matching
from actions.cases.status_questions import HOW_LONG_FOLLOW_UP, format_follow_up
from actions.cases.withdrawal import withdraw_ticket
from actions.conversation.completed_actions import answer_if_done
from actions.turn import Turn
from backend.reading.acts.qualified_yes import QualifiedYes, parse_qualified_yes
from backend.reading.spanish import english_form
from backend.reading.tickets.status_questions import detect_status_question
from backend.tickets import service as tickets


def find_agreement(turn: Turn) -> QualifiedYes | None:
    """The yes in this message, with the rest of it in parts; None where it agrees to nothing."""
    if turn.was_redacted or not turn.full_text:
        return None
    read_back = english_form(turn.open_question.text, turn.language)
    return parse_qualified_yes(turn.text, read_back, turn.language)


async def answer_extras(turn: Turn, agreement: QualifiedYes, form: str) -> None:
    """After the report was filed: withdraw what was retracted, and answer the question beside the yes."""
    for words in agreement.retractions:
        await withdraw_ticket(turn, words, newest=False)
    if not agreement.questions or await answer_if_done(turn):
        return
    subject = subject_matching.match_message(turn)
    if subject is not None:
        open_task = turn.get("open_task")
        turn.set("open_task", form)  # within a task, an answer makes no offer of its own
        await side_questions.answer_subject(turn, subject)
        turn.set("open_task", open_task)
        return
    if detect_status_question(turn.full_text) is not None:  # "Yes. When will somebody come?"
        filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
        answer = format_follow_up(turn, HOW_LONG_FOLLOW_UP, filed[0].kind if filed else None)
        if answer:
            turn.utter("utter_told", told=answer)
            return
    turn.utter("utter_case_question_added")
