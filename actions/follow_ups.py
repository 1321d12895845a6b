"""Answers a follow-up question ("do I have to be home?") for what it follows.

The questions and answers are in knowledge/follow_*.md, where lines that begin with `@` answer for one context each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from actions import registry
from actions.cases.conversation_tickets import format_callout_status, open_danger_ticket
from actions.cases.kinds import format_case_title
from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.knowledge.subjects import Subject
from backend.logins.recovery_mail import list_requests
from backend.reading.acts.task_control import names_price
from backend.reading.service.disconnection import detect_disconnection_topic
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket

LAST_SUBJECT = "told_subject"
HOME_FOLLOW_UP = "follow_home"
"""Whether somebody comes, and who must be there."""
MIN_SCORE = 0.2
MIN_CERTAIN_FOLLOW_UP_SCORE = 0.5
SUBJECT_MARGIN = 0.15
"""A subject with an answer of its own may score this much higher, and the follow-up question is answered still."""
OPEN_QUESTION_MARGIN = 0.6
"""The same if the follow-up is about the open question, which is the nearest context there is."""
ACCOUNT_FOLLOW_UPS = ("follow_when", "follow_how_much", "follow_cost")
"""Follow-up questions that the account answers, if the last answer was about the account."""
MAX_BARE_WORDS = 4
MIN_REQUEST_CONFIDENCE = 0.6
"""From this confidence on a request, such as `what do I owe`, is no follow-up question."""
ACCOUNT_SUBJECT_BY_TASK = {"balance": "account_due_when", "payment_status": "account_last_payment"}
"""By task that gives information: the account question that answers a follow-up to it."""
MAX_ANSWERS = 2
UNFINISHED = "unfinished"
"""The context of an open task: `is it done?` is answered with what is missing."""
RECENT = timedelta(hours=12)
MAX_READ_BACK_LENGTH = 500  # characters
CONTEXT_BY_ACT = {
    "payment_confirmed": "quick_pay",
    "scheduled_payment_confirmed": "scheduled",
    "autopay_set_up": "autopay",
    "alerts_on": "alerts",
    "paperless_on": "paperless",
    "contact_phone": "contact",
    "contact_email": "contact",
    "contact_address": "contact",
    "program_enrolled": "budget_billing",
}
"""By act of the audit trail: its context in knowledge/."""


def is_follow_up(turn: Turn) -> bool:
    """Whether the message is certainly a follow-up question, whatever its intent is."""
    return turn.predictions.follow_up_score >= MIN_CERTAIN_FOLLOW_UP_SCORE and turn.has_act("ask")


async def follows_other_task(turn: Turn, task: str) -> bool:
    """Whether it follows something other than `task`: `how long does it take`, after a tree was reported."""
    contexts = await list_contexts(turn) if is_follow_up(turn) else []
    return bool(contexts) and contexts[0] != task


async def answer_follow_up(turn: Turn) -> bool:
    """Answer a follow-up question. False if there is none, or nothing that it could follow."""
    knowledge, contexts = turn.backend.knowledge, await list_contexts(turn)
    names = _find_follow_ups(turn, contexts)
    if HOME_FOLLOW_UP in names and (open_ticket := await open_danger_ticket(turn)) is not None:
        # for a danger only the state of the callout is told, and never that nobody comes
        turn.utter(
            "utter_danger_home",
            called=await format_callout_status(turn, open_ticket),
            danger=open_ticket.kind == DANGER,
        )
        return True
    facts = ticket_facts(await tickets.list_of_conversation(turn.session, turn.conversation_id))
    found = [knowledge.follow_up(name, contexts, turn.backend.coop, turn.language, facts) for name in names]
    answers = list(dict.fromkeys(filter(None, found)))[:MAX_ANSWERS]
    if answers:
        turn.utter("utter_told", told=" ".join(answers))
    return bool(answers)


def find_repeated_subject(turn: Turn) -> Subject | None:
    """The account question of the last answer, if the message follows up on it: `how much?`, `what day?`."""
    last = str(turn.get(LAST_SUBJECT) or "")
    subject = turn.backend.knowledge.find(ACCOUNT_SUBJECT_BY_TASK.get(last, last))
    opener = registry.find_opener(turn.intent)
    is_same_task = opener in registry.FORMS and registry.FORMS[opener].subject == last  # the task answers it in full
    is_request = is_same_task or (opener is not None and turn.predictions.whole.confidence >= MIN_REQUEST_CONFIDENCE)
    if is_request or subject is None or subject.account is None or len(turn.text.split()) > MAX_BARE_WORDS:
        return None
    scores = dict(turn.predictions.knowledge)
    return subject if max(scores.get(name, 0.0) for name in ACCOUNT_FOLLOW_UPS) >= MIN_CERTAIN_FOLLOW_UP_SCORE else None


def _find_follow_ups(turn: Turn, contexts: Sequence[str]) -> list[str]:
    """The names of the follow-up questions in the clauses of the message and in the whole of it."""
    clauses = [clause.knowledge for clause in turn.predictions.clauses]
    found = [_match_follow_up(turn, scores, contexts) for scores in (*clauses, turn.predictions.knowledge)]
    is_other = {
        "follow_cost": names_price(turn.focused_text),
        HOME_FOLLOW_UP: bool(detect_disconnection_topic(turn.full_text)),  # who comes then, comes to shut off
    }
    return [name for name in found if name and not is_other.get(name)]


def _match_follow_up(turn: Turn, scores: Sequence[tuple[str, float]], contexts: Sequence[str]) -> str | None:
    find = turn.backend.knowledge.find
    subjects = [(subject, score) for name, score in scores if (subject := find(name)) is not None]
    best_other = max((score for subject, score in subjects if not subject.is_follow_up), default=0.0)
    for subject, score in subjects:
        if not subject.is_follow_up or score < MIN_SCORE:
            continue
        context = next((name for name in contexts if subject.answers_context(name)), None)
        if context is None:
            continue
        margin = OPEN_QUESTION_MARGIN if context.startswith("asked_") else SUBJECT_MARGIN
        if score + margin >= best_other:
            return subject.name
    return None


def ticket_facts(filed: Sequence[Ticket]) -> dict[str, str]:
    """The facts of the newest ticket for an answer; empty without one. `filed` has the newest first."""
    if not filed:
        return {}
    ticket = filed[0]
    words = [str(ticket.details.get("words") or format_case_title(ticket.kind))]
    words += [str(note["words"]) for note in ticket.notes]
    report_text = " / ".join(words)[:MAX_READ_BACK_LENGTH]
    return {"ticket_number": ticket.number, "ticket_words": report_text.rstrip(" .") + "."}


async def list_contexts(turn: Turn) -> list[str]:
    """What the conversation is about, the nearest first: the open question and task, the last answer, what was done."""
    found: list[Any] = []
    form = turn.get("open_task")
    if form is not None:
        found.append(f"asked_{turn.open_question.question_type}")
    if was_last_answer(turn):  # a question in the middle of the task is nearer than the task
        found.append(turn.get(LAST_SUBJECT))
    if form is not None:
        found += [
            None if registry.FORMS[form].is_informational else UNFINISHED,
            turn.get("case_kind") if form == "case_form" else None,
            turn.open_question.task,
            registry.FORMS[form].subject,
        ]
    if (open_ticket := await open_danger_ticket(turn)) is not None:
        found.append(open_ticket.kind)  # before what was told after it: the danger is more urgent
    found += [turn.get(LAST_SUBJECT), *await _list_completed_contexts(turn)]
    return [str(name) for name in found if name]


def was_last_answer(turn: Turn) -> bool:
    """Whether our last message answered the last subject."""
    knowledge = turn.backend.knowledge
    subject = knowledge.find(str(turn.get(LAST_SUBJECT) or ""))
    if subject is None or subject.is_follow_up:
        return False
    return knowledge.answer_subject(subject.name, turn.backend.coop, turn.language).text in turn.last_bot_text()


async def _list_completed_contexts(turn: Turn) -> list[str]:
    """The contexts of what this conversation did, the newest first."""
    since = turn.backend.clock.now() - RECENT
    done = [
        (ticket.created_at, ticket.kind)
        for ticket in await tickets.list_of_conversation(turn.session, turn.conversation_id)
    ]
    rows = await list_by_actor(turn.session, turn.conversation_id, since)
    done += [(row.at, CONTEXT_BY_ACT[row.act]) for row in rows if row.act in CONTEXT_BY_ACT]
    mails = await list_requests(turn.session, turn.conversation_id, since)
    done += [(mail.asked_at, "password" if mail.kind == "reset" else "user_id") for mail in mails]
    return [name for _, name in sorted(done, reverse=True)]
