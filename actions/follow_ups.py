"""A follow-up question ("do I have to be home?") is answered for what it follows.

The questions and their answers stand in knowledge/: lines that begin with `@`, for each thing that may be talked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actions import registry
from actions.cases.conversation_tickets import format_callout_status, open_danger_ticket
from actions.cases.kinds import format_case_title
from actions.turn import Turn
from backend.audit.service import list_by_actor
from backend.knowledge.service import Knowledge
from backend.knowledge.subjects import Subject
from backend.logins.recovery_mail import list_requests
from backend.reading.acts.task_control import names_price
from backend.reading.service.disconnection import detect_disconnection_topic as shutoff_spoken_of
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket

LAST_SUBJECT = "told_subject"
HOME_FOLLOW_UP = "follow_home"
"""Whether somebody comes, and who must be there."""
MIN_SCORE = 0.2
"""From this score on it is asked; a subject that is nearer by itself leaves a follow-up below it."""
MIN_CERTAIN_SCORE = 0.5
SUBJECT_MARGIN = 0.15
"""So much nearer a subject may be that would answer by itself,"""
OPEN_QUESTION_MARGIN = 0.6  # and so much where it is about the question that is open: nothing is as near as that
ACCOUNT_FOLLOW_UPS = ("follow_when", "follow_how_much", "follow_cost")
"""What the account answers again where its answer was the last one."""
MAX_BARE_WORDS = 4  # words
MIN_REQUEST_CONFIDENCE = 0.6
"""A wish that is so sure, such as `what do I owe`, goes on with nothing."""
ACCOUNT_SUBJECT_BY_TASK = {"balance": "account_due_when", "payment_status": "account_last_payment"}
"""Tasks that tell, and the question about the account that goes on with each."""
MAX_ANSWERS = 2
UNFINISHED = "unfinished"
"""What a task is that is open: whether it is done is answered with what is missing."""
RECENT = timedelta(hours=12)
MAX_READ_BACK_LENGTH = 500
"""Letters of a report that are read back."""
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
"""Acts of the audit trail, and as what knowledge/ answers for them."""


def is_follow_up(turn: Turn) -> bool:
    """Whether the message is a follow-up question by itself, whatever wish a classifier takes it for."""
    return turn.predictions.follow_up_score >= MIN_CERTAIN_SCORE and turn.has_act("ask")


async def follows_other_task(turn: Turn, task: str) -> bool:
    """Whether it follows something else than `task`: `how long does it take`, after a tree was reported."""
    spoken_of = await list_contexts(turn) if is_follow_up(turn) else []
    return bool(spoken_of) and spoken_of[0] != task


async def answer_follow_up(turn: Turn) -> bool:
    """Answer a follow-up question. False when there is none, or nothing that it could follow."""
    knowledge, spoken_of = turn.backend.knowledge, await list_contexts(turn)
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    names = _find_follow_ups(turn, knowledge, spoken_of)
    if HOME_FOLLOW_UP in names and (open_ticket := await open_danger_ticket(turn)) is not None:
        # whether anybody comes is told as it stands, and never that nobody does
        turn.utter(
            "utter_danger_home",
            called=await format_callout_status(turn, open_ticket),
            danger=open_ticket.kind == DANGER,
        )
        return True
    found = [
        knowledge.follow_up(name, spoken_of, turn.backend.coop, turn.language, ticket_facts(filed)) for name in names
    ]
    answers = list(dict.fromkeys(filter(None, found)))[:MAX_ANSWERS]
    if answers:
        turn.utter("utter_told", told=" ".join(answers))
    return bool(answers)


def find_repeated_subject(turn: Turn) -> Subject | None:
    """The question about the account that `how much?` or `what day?` goes on with: it is answered once more."""
    last = str(turn.get(LAST_SUBJECT) or "")
    subject = turn.backend.knowledge.find(ACCOUNT_SUBJECT_BY_TASK.get(last, last))
    opener = registry.find_opener(turn.intent)
    same = opener in registry.FORMS and registry.FORMS[opener].task == last  # asked once more, and told in full
    plainly = same or (opener is not None and turn.predictions.whole.confidence >= MIN_REQUEST_CONFIDENCE)
    if plainly or subject is None or subject.account is None or len(turn.text.split()) > MAX_BARE_WORDS:
        return None
    near = dict(turn.predictions.knowledge)
    return subject if max(near.get(name, 0.0) for name in ACCOUNT_FOLLOW_UPS) >= MIN_CERTAIN_SCORE else None


def _find_follow_ups(turn: Turn, knowledge: Knowledge, spoken_of: Sequence[str]) -> list[str]:
    """The follow-up questions of the message: that of the whole, or those of its clauses."""
    clauses = [clause.knowledge for clause in turn.predictions.clauses]
    found = [_match_follow_up(near, knowledge, spoken_of) for near in (*clauses, turn.predictions.knowledge)]
    priced = names_price(turn.focused_text)
    cut = bool(shutoff_spoken_of(turn.full_text))  # whoever comes for that comes for what is owed, and not for this
    beside = {"follow_cost": priced, HOME_FOLLOW_UP: cut}
    return [name for name in found if name and not beside.get(name)]


def _match_follow_up(near: Sequence[tuple[str, float]], knowledge: Knowledge, spoken_of: Sequence[str]) -> str | None:
    subjects = [(subject, score) for name, score in near if (subject := knowledge.find(name)) is not None]
    itself = max((score for subject, score in subjects if not subject.is_follow_up), default=0.0)
    for subject, score in subjects:
        if not subject.is_follow_up or score < MIN_SCORE:
            continue
        about = next((name for name in spoken_of if subject.answers_context(name)), None)
        if about and score + (OPEN_QUESTION_MARGIN if about.startswith("asked_") else SUBJECT_MARGIN) >= itself:
            return subject.name
    return None


def ticket_facts(filed: Sequence[Ticket]) -> dict[str, str]:
    """The facts of what was filed last."""
    if not filed:
        return {}
    words = [
        str(filed[0].details.get("words") or format_case_title(filed[0].kind)),
        *(str(one["words"]) for one in filed[0].notes),
    ]
    report_text = " / ".join(words)[:MAX_READ_BACK_LENGTH]
    return {"ticket_number": filed[0].number, "ticket_words": report_text.rstrip(" .") + "."}


async def list_contexts(turn: Turn) -> list[str]:
    """What is talked about, the nearest first: the open question and task, what was told, what was done."""
    found = []
    form = turn.get("open_task")
    if form is not None:
        kinds = [turn.get("case_kind")] if form == "case_form" else []
        unfinished = [] if registry.FORMS[form].is_informational else [UNFINISHED]
        found += [
            f"asked_{turn.open_question.question_type}",
            *unfinished,
            *kinds,
            turn.open_question.task,
            registry.FORMS[form].task,
        ]
    if was_last_answer(turn):  # beside the task, and so nearer than it
        found.insert(1 if form is not None else 0, turn.get(LAST_SUBJECT))
    open_ticket = await open_danger_ticket(turn)
    urgent = open_ticket.kind if open_ticket is not None else None  # what was told of beside it comes behind it
    return [
        str(name) for name in (*found, urgent, turn.get(LAST_SUBJECT), *await _list_completed_contexts(turn)) if name
    ]


def was_last_answer(turn: Turn) -> bool:
    """Whether the last answer was about the last subject."""
    subject = turn.backend.knowledge.find(str(turn.get(LAST_SUBJECT) or ""))
    if subject is None or subject.is_follow_up:
        return False
    return (
        turn.backend.knowledge.answer_subject(subject.name, turn.backend.coop, turn.language).text
        in turn.last_bot_text()
    )


async def _list_completed_contexts(turn: Turn) -> list[str]:
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
