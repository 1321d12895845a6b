"""Cases for the office or a crew: a light, a tree, a meter, a medical need, a name, a charge, a complaint."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions.base import Ask, Outside
from actions.cases.kinds import BY_INTENT, CASES, DEATH, POWER, Case, case_told
from actions.cases.reporting import LACKS, ReportingForm, undo
from actions.free_text import free_text
from actions.turn import Turn
from actions.yes_no import said_no
from backend.language import mark
from backend.members.identity import Standing

KIND, WORDS, WHEN = "case_kind", "case_words", "case_when"
OWN = ("kind", "words", "place", "phone", "when", "confirm", "no_number", "told", "danger", "warned", "filed")
# a wish to report, and nothing of what is reported
BARE = re.compile(
    r"(?:\W|\b(?:i|i'd|i'll|we|want|wanna|need|would|like|have|got|to|a|an|the|my|our|your|you|some|about|"
    r"with|on|this|that|file|make|"
    r"report|register|submit|lodge|dispute|contest|question|challenge|open|start|put|in|complain|"
    r"complaints?|problem|issue|"
    r"charges?|bill|case|claim|can|could|how|do|where|please|hi|hello|hey|formal|something|is|there|for|of|it|wrong|"
    r"unhappy|upset|not|happy|mad|angry|sorry|company|co-?op|office|service)\b)+",
    re.IGNORECASE,
)  # fmt: skip
MOST = 200
TASKS = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint"})


class CaseForm(ReportingForm):
    form = "case_form"
    task = "complaint"
    title = mark("a report to the office")
    skill = "cases"
    word = "case"
    slots: ClassVar[tuple[str, ...]] = tuple(f"case_{name}" for name in OWN)
    asks: ClassVar[dict[str, str]] = {
        "case_place": "place",
        "case_phone": "phone",
        "case_confirm": "yes_no",
        WORDS: "free_text",
        WHEN: "time",
    }
    files = True
    opens_with: ClassVar[frozenset[str]] = frozenset(BY_INTENT)

    def task_now(self, turn: Turn) -> str:
        """The engine learned replies to the questions of some kinds; those of the others are like a complaint's."""
        return self.kind(turn) if self.kind(turn) in TASKS else self.task

    def kind(self, turn: Turn) -> str:
        return str(turn.get(KIND) or case_told(turn.intent, turn.text))

    def case(self, turn: Turn) -> Case:
        kind = self.kind(turn)
        return CASES.get(kind) or POWER.get(kind) or CASES["other"]

    def urgent(self, turn: Turn) -> bool:
        return self.case(turn).is_urgent(str(turn.get(WORDS) or ""))

    async def listen_report(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.chosen(KIND)
        if turn.get(KIND) is None:
            turn.set(KIND, chosen or case_told(turn.intent, turn.text))
        if asked == WORDS:
            return self._listen_words(turn)
        if asked == WHEN and (said_no(turn) or free_text(turn)):
            turn.set(WHEN, "any time" if said_no(turn) or LACKS.search(turn.text) else turn.own_words.strip()[:MOST])
            return True
        if asked is not None and turn.intent in self.opens_with and len(turn.text.split()) > 3:
            turn.notes["more"] = True  # told again, or a second thing: it belongs into the words
            return asked != self.slot("place")
        return False

    def _listen_words(self, turn: Turn) -> bool:
        words = free_text(turn)
        if words is None or said_no(turn) or BARE.fullmatch(turn.text):
            return False
        return bool(turn.notes.setdefault("more", True))

    async def next_report_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        case = self.case(turn)
        values: dict[str, Any] = {"case_kind": case.kind, "bereaved": bool(DEATH.search(turn.text))}
        if case.now and not turn.get("case_told"):
            turn.say("utter_case_now", **values)
        elif case.kind == "outage" and not turn.get("case_told"):
            turn.say("utter_outage_life_support")
        turn.set("case_told", True)
        words = str(turn.get(WORDS) or "")
        if case.asks_what and (not words or BARE.fullmatch(words)):
            return Ask(WORDS, "utter_question_case_words", values)
        where = await self.where(turn, standing)
        if where is None:
            told = "no_number" in turn.notes  # the address is enough: said once, whatever the kind
            values |= {"no_number": True, "case_kind": ""} if told else {"no_number": False}
            return Ask("case_place", "utter_question_case_place", values, new=told)
        if case.asks_when and turn.get(WHEN) is None:
            return Ask(WHEN, "utter_question_case_when", values)
        when = {"when it suits": str(turn.get(WHEN))} if turn.get(WHEN) else {}
        filed = await self.finish(turn, standing, where, when)
        if isinstance(filed, Ask):
            return filed
        number = filed.ticket.number
        if case.kind == "outage":
            turn.say("utter_outage_ticket", number=number, danger=False, undo=undo(turn), case_kind=case.kind)
        elif filed.new:
            turn.say("utter_case_filed", number=number, undo=undo(turn), **values)
        else:
            turn.say("utter_case_added", number=number)
        return None
