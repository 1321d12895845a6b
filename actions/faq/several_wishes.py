"""Several wishes in one message: each is answered, and what needs an account is kept for after that.

`What do I owe, can I pay cash there, and when are you open tomorrow`.
"""

from __future__ import annotations

from actions import agenda, registry, side_questions, subject_matching
from actions.disambiguation import save_identity_numbers
from actions.faq.hours import format_hours_for_question
from actions.offers import Offer
from actions.turn import Turn
from backend.language import tr
from backend.money import format_cents
from backend.reading.acts.model import PredictedClause
from backend.reading.acts.signals import is_small_talk
from backend.reading.service.faq_topics import select_response
from backend.reading.service.outages import asks_if_outage
from backend.reading.spanish import english_form

HOURS_INTENT = "faq_hours_contact"
MIN_CONFIDENCE = 0.45
"""From this confidence on the FAQ answers a message."""
MIN_CLAUSE_CONFIDENCE = 0.75
"""From this confidence on a clause of the FAQ is a wish, whatever its acts are."""
MIN_WISH_PROBABILITY = 0.5
OUTAGE_FORM = "outage_form"


async def answer_each(turn: Turn) -> bool:
    """Answer each clause that no task answers, and begin the first of the others. False with fewer than two wishes."""
    clauses = turn.predictions.clauses
    if len([clause for clause in clauses if _is_wish(clause)]) < 2:
        return False
    is_busy = bool(turn.get("open_task"))
    answered = [await _answer_clause(turn, clause) for clause in clauses]
    agenda.add_requests(turn, turn.acts, str(turn.get("open_task") or ""))
    _queue_questions(turn)
    if not (any(answered) or agenda.pending_items(turn)):
        return False
    turn.set("misses", 0)
    save_identity_numbers(turn)
    if not is_busy:
        agenda.start_next(turn)
    return True


async def handle_several_wishes(turn: Turn, _offer: Offer) -> bool:
    """As `answer_each`, for a message that as a whole looked like no question of the FAQ, but of which a part is."""
    return any(map(_is_of_faq, turn.predictions.clauses)) and await answer_each(turn)


async def answer_faq_clauses(turn: Turn) -> None:
    """Answer what the FAQ knows in a message that opens a task: `are you open Saturday` beside `what do I owe`."""
    clauses = turn.predictions.clauses
    if len(clauses) < 2:
        return
    told = [clause.text for clause in clauses if _is_of_faq(clause) and await _answer_clause(turn, clause)]
    turn.notes[subject_matching.TOLD_CLAUSES] = told
    rest = [clause.text for clause in clauses if clause.text not in told]
    if told and rest:
        turn.focus(" ".join(rest))  # its day is no day to pay
    for clause in clauses:
        if turn.intent != "report_outage" and asks_if_outage(english_form(clause.text, turn.language)):
            agenda.add_item(turn, OUTAGE_FORM, clause.text, {"outage_status": True})


def _queue_questions(turn: Turn) -> None:
    for clause in turn.predictions.clauses:
        form = registry.FORMS.get(registry.find_opener(clause.intent) or "")
        is_sure = clause.confidence >= side_questions.MIN_QUESTION_CONFIDENCE
        if form is not None and form.is_informational and is_sure:
            agenda.add_item(turn, form.form, clause.text, {})
        elif asks_if_outage(english_form(clause.text, turn.language)):
            agenda.add_item(turn, OUTAGE_FORM, clause.text, {"outage_status": True})


def _is_of_faq(clause: PredictedClause) -> bool:
    return clause.intent.startswith("faq_") and clause.confidence >= MIN_CLAUSE_CONFIDENCE


def _is_wish(clause: PredictedClause) -> bool:
    asks = max(clause.acts.get("ask", 0.0), clause.acts.get("start", 0.0)) >= MIN_WISH_PROBABILITY
    return (asks or _is_of_faq(clause)) and not is_small_talk(clause.text)


def _is_for_task(clause: PredictedClause) -> bool:
    """Whether a task answers the clause. It answers no question that only resembles a request: `the late fee`."""
    form = registry.FORMS.get(registry.find_opener(clause.intent) or "")
    if form is None or clause.confidence < side_questions.MIN_QUESTION_CONFIDENCE:
        return False
    only_asks = clause.acts.get("ask", 0.0) >= MIN_WISH_PROBABILITY > clause.acts.get("start", 0.0)
    return form.is_informational or not only_asks


async def _answer_clause(turn: Turn, clause: PredictedClause) -> bool:
    """Answer one clause that no task answers: the hours, a subject of knowledge/, or the FAQ."""
    english = english_form(clause.text, turn.language)
    if not _is_wish(clause) or _is_for_task(clause) or asks_if_outage(english):
        return False
    if clause.intent == HOURS_INTENT and (hours := format_hours_for_question(turn, clause.text)):
        turn.utter("utter_told", told=hours)
        return True
    nearest = max((score for _, score in clause.knowledge), default=0.0)
    if _is_of_faq(clause) and nearest < subject_matching.MIN_CERTAIN_SUBJECT_SCORE:
        utter_answer(turn, select_response(clause.intent, english))
        return True
    subject = subject_matching.match_subject(
        turn, clause.knowledge, subject_matching.MIN_CLAUSE_SCORE, clause.text
    ) or subject_matching.match_subject(turn, clause.knowledge, subject_matching.MIN_SCORE, clause.text)
    if subject is not None and subject.account is None:
        await side_questions.answer_subject(turn, subject, words=clause.text)
        return True
    if clause.intent.startswith("faq_") and clause.confidence >= MIN_CONFIDENCE:
        utter_answer(turn, select_response(clause.intent, english))
        return True
    return False


def utter_answer(turn: Turn, response: str) -> None:
    """Utter an answer of the FAQ with the facts of the co-op."""
    coop = turn.backend.coop
    turn.utter(
        response,
        address=coop.address,
        mail=coop.mail,
        email=coop.email,
        website=coop.website,
        card_fee=_format_fee(coop.card_fee_cents),
        bank_fee=_format_fee(coop.bank_fee_cents),
    )


def _format_fee(cents: int) -> str:
    return tr("a fee of {amount}", amount=format_cents(cents)) if cents else tr("no fee")
