"""Cases for the office or a crew: a light, a tree, a meter, a medical need, a name, a charge, a complaint."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions import agenda
from actions.base import Ask, Outside
from actions.cases.called import called
from actions.cases.kinds import BY_INTENT, CASES, DEATH, MAY_BE_A_CLAIM, POWER, Case, case_told
from actions.cases.kinds import title as title_of_kind
from actions.cases.listening import LACKS
from actions.cases.reporting import ReportingForm
from actions.cases.taking_back import undo
from actions.cases.where import Where
from actions.free_text import free_text
from actions.identity.forms import TROUBLE, UNPROVEN
from actions.manner import FELT
from actions.person.subject import shortened
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.reading.acts.signals import is_request
from backend.reading.damage import damage_claimed
from backend.reading.electrician import is_the_electricians_phone
from backend.reading.moment import read_moment
from backend.reading.spanish import glossed

KIND, ABOUT, WORDS, WHEN = "case_kind", "case_about", "case_words", "case_when"
OWN = ("kind", "about", "words", "place", "phone", "when", "confirm", "no_number", "told", "danger", "warned", "filed")
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
FEW_WORDS = 8
CALL_WHEN = re.compile(
    r"^\W*(?:(?:but|only|just|please|pero|and)\W+)*(?:call|phone|ring|llam\w+)(?: me| us)? (?:only )?"
    r"(?:after|before|between|in the|mornings?|afternoons?|on (?:mon|tues|wednes|thurs|fri)|despu[eé]s|antes|por la|"
    r"en la)\b",
    re.IGNORECASE,
)
"""When they may call about a report; a call back of its own is asked for with other words."""
TAKES_A_CODE = {"name_change": "name_change", "electrician": "stop_move_service"}
"""Kinds of cases, and the line of the levels that says who may ask for them on an account."""
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
    files_unproven = True
    opens_with: ClassVar[frozenset[str]] = frozenset(BY_INTENT)
    kinds: ClassVar[dict[str, str]] = {intent: CASES[kind].title for intent, kind in BY_INTENT.items()}

    async def _begin(self, turn: Turn) -> Outside | None:
        """`Can somebody look at it` takes up what was offered just before, and is no report of its own."""
        offer = turn.get("offer")
        few = is_request(turn.text) and len(turn.text.split()) <= FEW_WORDS
        if few and isinstance(offer, dict) and turn.get(KIND) is None:
            slots = offer.get("slots") or {}
            if offer.get("opener") == "callback_form" and agenda.add(turn, "callback_form", turn.whole_words, slots):
                self._close(turn)
                return None
            for slot, value in slots.items() if offer.get("opener") == self.form else ():
                turn.set(slot, value)
        return await super()._begin(turn)

    def opened(self, turn: Turn, standing: Standing) -> bool:
        """Another name on an account, or its power off, takes a code from who has opened it."""
        if self.kind(turn) not in TAKES_A_CODE or standing.level < Level.KNOWN:
            return super().opened(turn, standing)
        needed = NEEDS[TAKES_A_CODE[self.kind(turn)]]
        return standing.level >= needed or turn.get(TROUBLE) == UNPROVEN

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
        elif self._turns_out_a_claim(turn):
            turn.set(KIND, "damage")
            turn.clear(self.slot("confirm"))
            return bool(turn.notes.setdefault("more", True))
        if self.kind(turn) == "electrician" and turn.get(WHEN) is None and self._names_a_day(turn):
            turn.set(WHEN, turn.own_words.strip()[:MOST])
        if asked == WORDS:
            return self._listen_words(turn)
        if asked == WHEN and (said_no(turn) or free_text(turn)):
            turn.set(WHEN, "any time" if said_no(turn) or LACKS.search(turn.text) else turn.own_words.strip()[:MOST])
            return True
        told_more = asked == self.slot("confirm") or (asked == self.slot("phone") and not self.held(turn, "phone"))
        if told_more and self._tells_what_happened(turn):
            turn.notes["added"] = True
            return bool(turn.notes.setdefault("more", True))
        if asked is not None and turn.intent in self.opens_with and len(turn.text.split()) > 3:
            turn.notes["more"] = True  # told again, or a second thing: it belongs into the words
            return asked != self.slot("place")
        return False

    def _phone_in(self, turn: Turn, asked: str | None) -> str | None:
        """The electrician's own phone goes with the words; whom the office calls stays the member."""
        if self.kind(turn) == "electrician" and is_the_electricians_phone(turn.text):
            turn.notes["more"] = True
            return None
        return super()._phone_in(turn, asked)

    @staticmethod
    def _names_a_day(turn: Turn) -> bool:
        return read_moment(turn.text, turn.backend.today(), turn.backend.coop.hours) is not None

    def _tells_what_happened(self, turn: Turn) -> bool:
        """More of the story, at the read-back: it is added, and read back again."""
        if CALL_WHEN.search(turn.text):
            return True
        said = "agreed" in turn.notes or "phone" in turn.notes or said_no(turn)
        if said or turn.removed or "?" in turn.text or turn.does("cancel", "repeat", "person", "ask", "hold", "affirm"):
            return False
        if self._is_surely_another(turn) or self.held(turn, "confirm") == "no":
            return False
        return len(turn.text.split()) >= (2 if turn.does("answer", "volunteer", "correct") else 3)

    def _turns_out_a_claim(self, turn: Turn) -> bool:
        """`Not flickering, the surge fried my fridge`: what was opened as something else is put right."""
        told = turn.text if turn.get(ABOUT) is None else f"{turn.text} {turn.get(WORDS)}"
        return turn.get(KIND) in MAY_BE_A_CLAIM and damage_claimed(told)

    def details(self, turn: Turn) -> dict[str, str]:
        about = {"about": str(turn.get(ABOUT))} if turn.get(ABOUT) else {}
        return {**about, **super().details(turn)}

    async def _is_left_unfiled(self, turn: Turn) -> bool:
        return not CALL_WHEN.search(turn.text) and await super()._is_left_unfiled(turn)

    def _goes_to_a_person(self, turn: Turn) -> bool:
        """`Call me after 3 only`, at the read-back: when they may call is told, and goes with the words."""
        if turn.get(REQUESTED) == self.slot("confirm") and CALL_WHEN.search(turn.text):
            turn.focus(turn.whole_words, "inform")
            turn.acts = [act for act in turn.acts if act.kind != "person"]
            return False
        return super()._goes_to_a_person(turn)

    @staticmethod
    def _mourns(turn: Turn) -> bool:
        """Whether somebody died, and that was not said to be a sorrow a line before."""
        felt = turn.notes.get("comforted") or "grief" in (turn.get(FELT) or [])
        return bool(DEATH.search(turn.text)) and not felt

    def what(self, turn: Turn) -> str:
        """The words of a placeless case stand behind it already; an electrician's day and hours stand only in them."""
        details = self.details(turn)
        if self.case(turn).placeless and not turn.get(ABOUT):
            return title_of_kind(self.kind(turn))
        told = shortened(str(turn.get(WHEN) or details.get("words") or "")) if self.kind(turn) == "electrician" else ""
        named = title_of_kind(self.kind(turn), details)
        return f"{named}, “{told}”" if told else named

    def _listen_words(self, turn: Turn) -> bool:
        words = free_text(turn)
        if words is None or said_no(turn) or BARE.fullmatch(turn.text):
            return False
        return bool(turn.notes.setdefault("more", True))

    async def next_report_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        case = self.case(turn)
        values: dict[str, Any] = {"case_kind": case.kind, "bereaved": self._mourns(turn)}
        if case.now and not turn.get("case_told"):
            turn.say("utter_case_now", **values)
        elif case.kind == "outage" and not turn.get("case_told"):
            turn.say("utter_outage_life_support")
        turn.set("case_told", True)
        words = str(turn.get(WORDS) or "")
        if case.asks_what and (not words or BARE.fullmatch(glossed(words))):
            return Ask(WORDS, "utter_question_case_words", values)
        where = await self.where(turn, standing)
        if case.placeless:
            of = [tr("account {number}", number=standing.account.number)] if standing.account else []
            said = ", ".join([f"“{_quoted(words)}”", *of])
            where = Where(where.account if where else None, where.place if where else None, said)
        if where is None:
            told = "no_number" in turn.notes  # the address is enough: said once, whatever the kind
            values |= {"no_number": True, "case_kind": ""} if told else {"no_number": False}
            values["heard"] = "heard" in turn.notes
            values["case_kind"] = "" if values["heard"] else values["case_kind"]
            return Ask("case_place", "utter_question_case_place", values, new=told or values["heard"])
        if case.asks_when and turn.get(WHEN) is None:
            return Ask(WHEN, "utter_question_case_when", values)
        when = {"when it suits": str(turn.get(WHEN))} if turn.get(WHEN) else {}
        filed = await self.finish(turn, standing, where, when)
        if isinstance(filed, Ask):
            return filed
        number = filed.ticket.number
        team = await called(turn, filed.ticket, first=filed.new)
        if not filed.own:
            turn.say("utter_case_added", number="", called=team, own=False)
        elif case.kind == "outage":
            values = {"undo": undo(turn, filed.ticket), "case_kind": case.kind}
            turn.say("utter_outage_ticket", number=number, called=team, danger=False, **values)
        elif filed.new:
            turn.say("utter_case_filed", number=number, called=team, undo=undo(turn, filed.ticket), **values)
        else:
            turn.say("utter_case_added", number=number, called=team, own=True)
        return None


_LANGUAGE = re.compile(r"^\W*(?:español|espanol|spanish|english|inglés|ingles)\b[\W_]*", re.IGNORECASE)


def _quoted(words: str) -> str:
    """The words of a complaint as they are read back: the newest, when they are many."""
    parts = [_LANGUAGE.sub("", part).strip(" .") for part in words.split(" / ")]
    while len(" / ".join(parts)) > MOST and len(parts) > 1:
        parts = parts[1:]
    return shortened(" / ".join(parts), MOST)
