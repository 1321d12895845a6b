"""A follow-up question ("do I have to be home?") is answered for what it follows.

The questions and their answers stand in knowledge/: lines that begin with `@`, for each thing that may be talked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from actions import registry
from actions.cases.called import called
from actions.cases.kinds import title
from actions.cases.worse import danger_stands
from actions.turn import Turn
from backend.audit.service import done_by
from backend.knowledge.service import Knowledge
from backend.knowledge.subjects import Subject
from backend.logins.mail import asked_for
from backend.reading.shutoff import speaks_of as shutoff_spoken_of
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket

LAST = "told_subject"
HOME = "follow_home"
"""Whether somebody comes, and who must be there."""
FOLLOWS = 0.2
"""From this score on it is asked; a subject that is nearer by itself leaves a follow-up below it."""
SURELY = 0.5
AS_NEAR = 0.15
"""So much nearer a subject may be that would answer by itself,"""
OF_THE_QUESTION = 0.6  # and so much where it is about the question that is open: nothing is as near as that
A_PRICE = re.compile(
    r"\b(?:late (?:fee|charge)|fees?|(?:base|basic|energy|service) charge|deposit|rates?|kwh|kilowatt\w*|"
    r"recargo|cargos?|tarifas?|dep[oó]sito)\b",
    re.IGNORECASE,
)
"""Who names a price asks for that one; "it is free" would be false of it, and money must be told right."""
OF_AN_ACCOUNT = ("follow_when", "follow_how_much", "follow_cost")
"""What the account answers again where its answer was the last one."""
BARE = 4  # words
PLAINLY = 0.6
"""A wish that is so sure, such as `what do I owe`, goes on with nothing."""
ACCOUNT_OF = {"balance": "account_due_when", "payment_status": "account_last_payment"}
"""Tasks that tell, and the question about the account that goes on with each."""
MOST = 2
UNFINISHED = "unfinished"
"""What a task is that is open: whether it is done is answered with what is missing."""
RECENT = timedelta(hours=12)
MOST_READ = 500
"""Letters of a report that are read back."""
DEEDS = {
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


def is_one(turn: Turn) -> bool:
    """Whether the message is a follow-up question by itself, whatever wish a classifier takes it for."""
    return turn.statistics.follow_up >= SURELY and turn.does("ask")


async def is_of_another(turn: Turn, task: str) -> bool:
    """Whether it follows something else than `task`: `how long does it take`, after a tree was reported."""
    spoken_of = await contexts(turn) if is_one(turn) else []
    return bool(spoken_of) and spoken_of[0] != task


async def answered(turn: Turn) -> bool:
    """Answer a follow-up question. False when there is none, or nothing that it could follow."""
    knowledge, spoken_of = turn.backend.knowledge, await contexts(turn)
    filed = await tickets.of_conversation(turn.session, turn.conversation_id)
    names = _asked(turn, knowledge, spoken_of)
    if HOME in names and (stands := await danger_stands(turn)) is not None:
        # whether anybody comes is told as it stands, and never that nobody does
        turn.say("utter_danger_home", called=await called(turn, stands), danger=stands.kind == DANGER)
        return True
    told = [
        knowledge.follow_up(name, spoken_of, turn.backend.coop, turn.language, of_the_talk(filed)) for name in names
    ]
    answers = list(dict.fromkeys(filter(None, told)))[:MOST]
    if answers:
        turn.say("utter_told", told=" ".join(answers))
    return bool(answers)


def goes_on_with(turn: Turn) -> Subject | None:
    """The question about the account that `how much?` or `what day?` goes on with: it is answered once more."""
    last = str(turn.get(LAST) or "")
    subject = turn.backend.knowledge.find(ACCOUNT_OF.get(last, last))
    opener = registry.opener_of(turn.intent)
    same = opener in registry.FORMS and registry.FORMS[opener].task == last  # asked once more, and told in full
    plainly = same or (opener is not None and turn.statistics.whole.confidence >= PLAINLY)
    if plainly or subject is None or subject.account is None or len(turn.text.split()) > BARE:
        return None
    near = dict(turn.statistics.knowledge)
    return subject if max(near.get(name, 0.0) for name in OF_AN_ACCOUNT) >= SURELY else None


def _asked(turn: Turn, knowledge: Knowledge, spoken_of: Sequence[str]) -> list[str]:
    """The follow-up questions of the message: that of the whole, or those of its clauses."""
    clauses = [clause.knowledge for clause in turn.statistics.clauses]
    found = [_follow_up(near, knowledge, spoken_of) for near in (*clauses, turn.statistics.knowledge)]
    priced = bool(A_PRICE.search(turn.own_words))
    cut = bool(shutoff_spoken_of(turn.whole_words))  # whoever comes for that comes for what is owed, and not for this
    beside = {"follow_cost": priced, HOME: cut}
    return [name for name in found if name and not beside.get(name)]


def _follow_up(near: Sequence[tuple[str, float]], knowledge: Knowledge, spoken_of: Sequence[str]) -> str | None:
    subjects = [(subject, score) for name, score in near if (subject := knowledge.find(name)) is not None]
    itself = max((score for subject, score in subjects if not subject.follows), default=0.0)
    for subject, score in subjects:
        if not subject.follows or score < FOLLOWS:
            continue
        about = next((name for name in spoken_of if subject.answers(name)), None)
        if about and score + (OF_THE_QUESTION if about.startswith("asked_") else AS_NEAR) >= itself:
            return subject.name
    return None


def of_the_talk(filed: Sequence[Ticket]) -> dict[str, str]:
    """The facts of what was filed last."""
    if not filed:
        return {}
    words = [str(filed[0].details.get("words") or title(filed[0].kind)), *(str(one["words"]) for one in filed[0].notes)]
    told = " / ".join(words)[:MOST_READ]
    return {"ticket_number": filed[0].number, "ticket_words": told.rstrip(" .") + "."}


async def contexts(turn: Turn) -> list[str]:
    """What is talked about, the nearest first: the open question and task, what was told, what was done."""
    found = []
    form = turn.get("open_task")
    if form is not None:
        kinds = [turn.get("case_kind")] if form == "case_form" else []
        unfinished = [] if registry.FORMS[form].informs else [UNFINISHED]
        found += [f"asked_{turn.question.asked}", *unfinished, *kinds, turn.question.task, registry.FORMS[form].task]
    if just_told(turn):  # beside the task, and so nearer than it
        found.insert(1 if form is not None else 0, turn.get(LAST))
    stands = await danger_stands(turn)
    urgent = stands.kind if stands is not None else None  # what was told of beside it comes behind it
    return [str(name) for name in (*found, urgent, turn.get(LAST), *await _deeds(turn)) if name]


def just_told(turn: Turn) -> bool:
    """Whether the last answer was that of the subject that was told last."""
    subject = turn.backend.knowledge.find(str(turn.get(LAST) or ""))
    if subject is None or subject.follows:
        return False
    return turn.backend.knowledge.tell(subject.name, turn.backend.coop, turn.language).text in turn.last_said()


async def _deeds(turn: Turn) -> list[str]:
    since = turn.backend.clock.now() - RECENT
    done = [
        (ticket.created_at, ticket.kind) for ticket in await tickets.of_conversation(turn.session, turn.conversation_id)
    ]
    rows = await done_by(turn.session, turn.conversation_id, since)
    done += [(row.at, DEEDS[row.act]) for row in rows if row.act in DEEDS]
    mails = await asked_for(turn.session, turn.conversation_id, since)
    done += [(mail.asked_at, "password" if mail.kind == "reset" else "user_id") for mail in mails]
    return [name for _, name in sorted(done, reverse=True)]
