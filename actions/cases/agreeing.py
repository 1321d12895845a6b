"""A yes to a read-back with more beside it: it is filed, then the question is answered and what is named taken back."""

from __future__ import annotations

from actions import side_questions, subjects
from actions.cases.asked_after import HOW_LONG
from actions.cases.taking_back import LETS_GO, take_back
from actions.conversation.done import tell_what_is_done
from actions.turn import Turn
from backend.knowledge.subjects import Subject
from backend.language import SPANISH
from backend.reading.acts.agreement import Agreement, agreement
from backend.reading.acts.polarity import names_yes
from backend.reading.asks_after import asks_after
from backend.reading.spanish import glossed
from backend.tickets import service as tickets

SURE_OF_A_PERSON = 0.6


def found_beside(turn: Turn) -> Agreement | None:
    """The yes in this message with what stands beside it; None where it agrees to nothing."""
    if turn.removed or not turn.whole_words:
        return None
    said = turn.question.said
    return agreement(turn.text, glossed(said) if turn.language == SPANISH else said, turn.language)


def subject_beside(turn: Turn, found: Agreement) -> Subject | None:
    """What was told of the question beside it, when it is known here."""
    return subjects.subject_of(turn) if found.questions else None


def wants_a_person(turn: Turn) -> bool:
    """Whether a person is asked for beside a no: `no. I want to talk to a person`."""
    parts = (turn.statistics.whole, *turn.statistics.clauses)
    return any(part.intent == "speak_to_human" and part.confidence >= SURE_OF_A_PERSON for part in parts)


def lets_go(turn: Turn) -> bool:
    """Whether the report is let go, whatever is said beside it: `never mind the report, I only wish to know`."""
    return bool(LETS_GO.search(turn.text)) and not names_yes(turn.text)


async def tell_beside(turn: Turn, found: Agreement, form: str) -> None:
    """Answer what was asked beside the yes, now that it is filed."""
    for words in found.undone:
        await take_back(turn, words, newest=False)
    if not found.questions or await tell_what_is_done(turn):
        return
    subject = subject_beside(turn, found)
    if subject is None and await _told_how_long(turn):
        return
    if subject is None:
        turn.say("utter_case_question_added")
        return
    open_task = turn.get("open_task")
    turn.set("open_task", form)  # an answer beside the report, which offers nothing of its own
    await side_questions.tell(turn, subject)
    turn.set("open_task", open_task)


async def _told_how_long(turn: Turn) -> bool:
    """`Yes. When will somebody come?`: what is known of how long such a thing takes."""
    if asks_after(turn.whole_words) is None:
        return False
    filed = await tickets.of_conversation(turn.session, turn.conversation_id)
    kinds = [filed[0].kind] if filed else []
    told = turn.backend.knowledge.follow_up(HOW_LONG, kinds, turn.backend.coop, turn.language, {})
    if told:
        turn.say("utter_told", told=told)
    return bool(told)
