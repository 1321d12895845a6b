"""Reports other than outages: a light, a tree, a meter, a medical need, a name change, a charge, a complaint."""

from __future__ import annotations

from typing import Any, ClassVar

from actions import agenda
from actions.base import ExternalCall, SlotQuestion
from actions.cases.conversation_tickets import format_callout_status, format_withdraw_hint
from actions.cases.kinds import (
    CASE_KINDS,
    KIND_BY_INTENT,
    POSSIBLE_CLAIM_KINDS,
    POWER_CASES,
    CaseKind,
    detect_case_kind,
    format_case_title,
)
from actions.cases.report_form import ReportForm
from actions.cases.report_notes import report_notes
from actions.cases.report_slots import ReportLocation
from actions.conversation.feelings import FEELINGS_SLOT
from actions.free_text import extract_free_text
from actions.identity.forms import CODE_TROUBLE, UNPROVEN
from actions.offers import Offer
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no
from backend.conversations.masking import mask_line
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.members.levels import NEEDS, Level
from backend.reading.acts.signals import is_request
from backend.reading.back_references import mentions_double_charge
from backend.reading.contact.call_subject import shorten
from backend.reading.dates.call_time import parse_call_time
from backend.reading.money.account_shares import is_all_but
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.electrician_work import is_electricians_phone
from backend.reading.service.meter_damage import is_meter_broken
from backend.reading.service.outages import mentions_death, tells_only_outage
from backend.reading.spanish import to_english
from backend.reading.tickets.report_details import (
    has_no_number,
    is_bare_report_request,
    remove_language_request,
    says_when_to_call,
)

KIND, ABOUT, WORDS, WHEN = "case_kind", "case_about", "case_words", "case_when"
SLOT_SUFFIXES = "kind about words place phone when confirm no_number told danger warned filed".split()
KEEP_OFF_METER = mark(
    "Please keep away from the meter and do not touch it: what is behind a broken cover can be live. If it sparks, "
    "smokes or hums, call 911, then {phone}."
)
MAX_TEXT_LENGTH = 200
MAX_OFFER_REPLY_WORDS = 8
CODE_REQUIRED_KINDS = {"name_change": "name_change", "electrician": "stop_move_service"}
"""Kinds that need a code once an account is open, each with its key in the table of identity levels."""
ENGINE_TASKS = frozenset({"light", "tree", "meter", "medical", "dispute", "complaint"})
"""Kinds with training examples of replies in data/answers."""


RECENT_MESSAGES, MAX_EARLIER_LENGTH = 12, 400


def _list_recent_words(turn: Turn) -> list[str]:
    """What the member wrote lately, the oldest first, masked; without buttons."""
    texts = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    return [mask_line(text) for text in texts[-RECENT_MESSAGES:] if text and not text.startswith("/")]


class CaseForm(ReportForm):
    form = "case_form"
    backend_package = "backend.tickets"
    task = "complaint"
    title = mark("a report to the office")
    skill = "cases"
    slot_prefix = "case"
    slots: ClassVar[tuple[str, ...]] = tuple(f"case_{name}" for name in SLOT_SUFFIXES)
    asks: ClassVar[dict[str, str]] = {
        "case_place": "place",
        "case_phone": "phone",
        "case_confirm": "yes_no",
        WORDS: "free_text",
        WHEN: "time",
    }
    files_ticket = True
    files_without_code = True
    opening_intents: ClassVar[frozenset[str]] = frozenset(KIND_BY_INTENT)
    intent_titles: ClassVar[dict[str, str]] = {
        intent: CASE_KINDS[kind].title for intent, kind in KIND_BY_INTENT.items()
    }

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """`Can somebody look at it` accepts what was offered just before, and starts no report of its own."""
        if turn.intent == "voltage_problem" and turn.get(KIND) is None and tells_only_outage(turn.full_text):
            self._close_task(turn)  # "the barn and the house are both out" is no weak power
            turn.add_followup_action("outage_form")
            return None
        if not turn.other_action_answered(self.form) and is_all_but(turn.text):
            self._pause_open_task(turn)
            agenda.add_item(turn, "quick_pay_form", f"pay {turn.full_text}", {})
            self._close_task(turn)
            return None
        offer = Offer.read(turn)
        is_short_request = is_request(turn.text) and len(turn.text.split()) <= MAX_OFFER_REPLY_WORDS
        if is_short_request and turn.get(KIND) is None:
            slots = dict(offer.slots)
            if offer.is_callback and agenda.add_item(turn, "callback_form", turn.full_text, slots):
                self._close_task(turn)
                return None
            for slot, value in slots.items() if offer.opener == self.form else ():
                turn.set(slot, value)
        return await super()._start(turn)

    def is_level_reached(self, turn: Turn, identity: Identity) -> bool:
        """A name change or a disconnection for an electrician needs a code once the account is open."""
        if self.find_kind(turn) not in CODE_REQUIRED_KINDS or identity.level < Level.KNOWN:
            return super().is_level_reached(turn, identity)
        needed = NEEDS[CODE_REQUIRED_KINDS[self.find_kind(turn)]]
        is_proven = identity.level >= needed and not identity.is_signed_in  # the page may have been left open
        return is_proven or turn.get(CODE_TROUBLE) == UNPROVEN

    def current_task(self, turn: Turn) -> str:
        """Kinds without training examples of their own use those of a complaint, which come nearest."""
        return self.find_kind(turn) if self.find_kind(turn) in ENGINE_TASKS else self.task

    def find_kind(self, turn: Turn) -> str:
        return str(turn.get(KIND) or detect_case_kind(turn.intent, turn.text))

    def case_kind(self, turn: Turn) -> CaseKind:
        kind = self.find_kind(turn)
        return CASE_KINDS.get(kind) or POWER_CASES.get(kind) or CASE_KINDS["other"]

    def is_urgent(self, turn: Turn) -> bool:
        return self.case_kind(turn).is_urgent(str(turn.get(WORDS) or ""))

    async def extract_report_slots(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.button_value(KIND)
        if turn.get(KIND) is None:
            turn.set(KIND, chosen or detect_case_kind(turn.intent, turn.text))
        elif self._becomes_claim(turn):
            turn.set(KIND, "damage")
            turn.clear(self.slot_name("confirm"))
            report_notes(turn).keeps_words = True
            return True
        text = turn.focused_text.strip()[:MAX_TEXT_LENGTH]
        names_time = parse_call_time(turn.text, turn.backend.today(), turn.backend.coop.hours) is not None
        if self.find_kind(turn) == "electrician" and turn.get(WHEN) is None and names_time:
            turn.set(WHEN, text)
        if asked == WORDS:
            if extract_free_text(turn) is None or is_no(turn) or is_bare_report_request(turn.text):
                return False
            report_notes(turn).keeps_words = True
            return True
        if asked == WHEN and (is_no(turn) or extract_free_text(turn)):
            turn.set(WHEN, "any time" if is_no(turn) or has_no_number(turn.text) else text)
            return True
        may_add = asked == self.slot_name("confirm") or (
            asked == self.slot_name("phone") and not self.get_report_slot(turn, "phone")
        )
        if may_add and self._adds_story(turn):
            report_notes(turn).added_details = True
            report_notes(turn).keeps_words = True
            return True
        if asked is not None and turn.intent in self.opening_intents and len(turn.text.split()) > 3:
            report_notes(turn).keeps_words = True  # a repetition, or a second event: it goes into the description
            return asked != self.slot_name("place")
        return False

    def _save_words(self, turn: Turn, asked: str | None, place: str | None) -> None:
        """A charge that is questioned: what was said of it before is kept too, such as in a question that the account
        answered, so that `ok but I want the card charge back` stands behind what it is about."""
        if asked is None and self.find_kind(turn) == "dispute" and not turn.get(WORDS):
            earlier = [words for words in _list_recent_words(turn) if mentions_double_charge(to_english(words))]
            told = [words for words in earlier if words != mask_line(turn.full_text)]
            if told:
                turn.set(WORDS, " / ".join(dict.fromkeys(told))[:MAX_EARLIER_LENGTH])
        super()._save_words(turn, asked, place)

    def _extract_phone(self, turn: Turn, asked: str | None) -> str | None:
        """An electrician's phone goes into the description; the office still calls the member."""
        if self.find_kind(turn) == "electrician" and is_electricians_phone(turn.text):
            report_notes(turn).keeps_words = True
            return None
        return super()._extract_phone(turn, asked)

    def _adds_story(self, turn: Turn) -> bool:
        """Whether a reply to the read-back adds to the story; it is then read back again."""
        if says_when_to_call(turn.text):
            return True
        is_answer = report_notes(turn).agreed or report_notes(turn).has_phone or is_no(turn)
        if (
            is_answer
            or turn.was_redacted
            or "?" in turn.text
            or turn.has_act("cancel", "repeat", "person", "ask", "hold", "affirm")
        ):
            return False
        if self._is_clearly_other_task(turn) or self.get_report_slot(turn, "confirm") == "no":
            return False
        return len(turn.text.split()) >= (2 if turn.has_act("answer", "volunteer", "correct") else 3)

    def _becomes_claim(self, turn: Turn) -> bool:
        """Whether the case turns out to be a claim: `Not flickering, the surge fried my fridge`."""
        story = turn.text if turn.get(ABOUT) is None else f"{turn.text} {turn.get(WORDS)}"
        return turn.get(KIND) in POSSIBLE_CLAIM_KINDS and is_damage_claim(story)

    def list_details(self, turn: Turn) -> dict[str, str]:
        about = {"about": str(turn.get(ABOUT))} if turn.get(ABOUT) else {}
        return {**about, **super().list_details(turn)}

    async def _handle_left_unfiled(self, turn: Turn) -> bool:
        return not says_when_to_call(turn.text) and await super()._handle_left_unfiled(turn)

    def _wants_handoff(self, turn: Turn) -> bool:
        """`Call me after 3 only`, at the read-back, goes into the description and asks for no agent."""
        if turn.get(REQUESTED_SLOT) == self.slot_name("confirm") and says_when_to_call(turn.text):
            turn.focus(turn.full_text, "inform")
            turn.acts = [act for act in turn.acts if act.kind != "person"]
            return False
        return super()._wants_handoff(turn)

    def describe_report(self, turn: Turn) -> str:
        """The title, with the words where only they name the request or its day and hours.

        The read-back of a placeless case quotes its words already.
        """
        details = self.list_details(turn)
        if self.case_kind(turn).is_placeless and not turn.get(ABOUT):
            return format_case_title(self.find_kind(turn))
        title = format_case_title(self.find_kind(turn), details)
        if self.find_kind(turn) == "electrician":
            description = shorten(str(turn.get(WHEN) or details.get("words") or ""))
            return f"{title}, “{description}”" if description else title
        return title

    def _tell_first(self, turn: Turn, case: CaseKind, values: dict[str, Any]) -> None:
        """What has to be said before anything is asked: what to do now, and to keep away from a broken meter."""
        if case.now and not turn.get("case_told"):
            turn.utter("utter_case_now", **values)
        elif case.kind == "outage" and not turn.get("case_told"):
            turn.utter("utter_outage_life_support")
        if case.kind == "meter" and not self.get_report_slot(turn, "warned") and is_meter_broken(turn.text):
            turn.utter("utter_told", told=tr(KEEP_OFF_METER, phone=turn.backend.coop.outage_phone_display))
            turn.set(self.slot_name("warned"), True)
        turn.set("case_told", True)

    async def next_report_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        case = self.case_kind(turn)
        was_comforted = turn.notes.get("comforted") or "grief" in (turn.get(FEELINGS_SLOT) or [])
        bereaved = mentions_death(turn.text) and not was_comforted
        values: dict[str, Any] = {"case_kind": case.kind, "bereaved": bereaved}
        self._tell_first(turn, case, values)
        words = str(turn.get(WORDS) or "")
        if case.requires_description and (not words or is_bare_report_request(to_english(words))):
            return SlotQuestion(WORDS, "utter_question_case_words", values)
        where = await self.resolve_location(turn, identity)
        if case.is_placeless:
            account = [tr("account {number}", number=identity.account.number)] if identity.account else []
            read_back = ", ".join([f"“{_quote_newest(words)}”", *account])
            where = ReportLocation(where.account if where else None, where.place if where else None, read_back)
        if where is None:
            no_number, was_noted = report_notes(turn).lacks_number, report_notes(turn).has_details_for_place
            values |= {"no_number": no_number, "heard": was_noted}
            if no_number or was_noted:
                values["case_kind"] = ""  # these two wordings are the same for every kind
            return SlotQuestion("case_place", "utter_question_case_place", values, is_new=no_number or was_noted)
        if case.requires_time and turn.get(WHEN) is None:
            return SlotQuestion(WHEN, "utter_question_case_when", values)
        when = {"when it suits": str(turn.get(WHEN))} if turn.get(WHEN) else {}
        filed = await self.read_back_and_file(turn, identity, where, when)
        if isinstance(filed, SlotQuestion):
            return filed
        number = filed.ticket.number
        called = await format_callout_status(turn, filed.ticket, just_filed=filed.is_new)
        undo = format_withdraw_hint(turn, filed.ticket)
        if not filed.is_own:
            turn.utter("utter_case_added", number="", called=called, own=False)
        elif case.kind == "outage":
            turn.utter(
                "utter_outage_ticket", number=number, called=called, danger=False, undo=undo, case_kind=case.kind
            )
        elif filed.is_new:
            turn.utter("utter_case_filed", number=number, called=called, undo=undo, **values)
        else:
            turn.utter("utter_case_added", number=number, called=called, own=True)
        return None


def _quote_newest(words: str) -> str:
    """The description as it is read back, up to MAX_TEXT_LENGTH characters; the newest parts are kept."""
    parts = [remove_language_request(part) for part in words.split(" / ")]
    while len(" / ".join(parts)) > MAX_TEXT_LENGTH and len(parts) > 1:
        parts = parts[1:]
    return shorten(" / ".join(parts), MAX_TEXT_LENGTH)
