"""What a message says about a report: the place, the phone, the words for the crew, a yes or a no."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from actions.danger import signals_danger
from actions.free_text import extract_place
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.agent_handoff.transcript import mask_line
from backend.contact.service import extract_email, extract_phone
from backend.reading.acts.signals import is_question
from backend.reading.acts.yes_no import contains_yes
from backend.reading.contact.phone_mentions import (
    contains_formatted_phone,
    extract_phone_ending,
    remove_formatted_phones,
)
from backend.reading.extract_all import extract_all
from backend.reading.tickets.read_back_replies import (
    extract_crossing,
    extract_town,
    lacks_number,
    says_none_present,
    says_power_is_out,
)
from backend.reading.tickets.report_details import (
    has_no_number,
    is_last4_only,
    is_yes_with_more,
    names_phone,
)
from backend.tickets.place_correction import extract_corrected_place

MAX_DESCRIPTION_LENGTH = 600
URGENT_RESPONSE = "utter_arrangement_notice"
"""Who was told that their request is urgent finds it so, whichever ticket it became."""
MAX_ADDITIONS = 3  # so many times more is told without a place before the question is put in another way
MIN_FACT_WORDS = 4  # fewer words than these say nothing that a crew needs


THIS_CHAT = "this chat"
_NON_FACT_ACTS = (
    "ask",
    "affirm",
    "deny",
    "cancel",
    "skip",
    "hold",
    "repeat",
    "person",
    "language",
    "social",
    "unclear",
)
"""Acts beside which what is told at the read-back is rather of something else."""
TICKET_NUMBER_SENT = "number told"


def _is_asking(turn: Turn) -> bool:
    return "?" in turn.text or (is_question(turn.text) and not signals_danger(turn))


class ReportSlotFilling(IdentifiedForm):
    """A form that reads what is told of a report into its slots, which are named after its own word."""

    slot_prefix: ClassVar[str]

    @abstractmethod
    async def get_shareable_place(self, turn: Turn) -> str | None:
        """The place that this report has so far, where it may be told."""

    @abstractmethod
    async def extract_report_slots(self, turn: Turn, asked: str | None) -> bool:
        """Read what this report alone has."""

    def slot_name(self, name: str) -> str:
        return f"{self.slot_prefix}_{name}"

    def get_report_slot(self, turn: Turn, name: str) -> Any:
        return turn.get(self.slot_name(name))

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked in IDENTITY_SLOTS and has_no_number(turn.text):
            self._continue_without_number(turn)
            return True
        if self._extract_last4_after_number(turn, asked):
            return True
        phone = self._extract_phone(turn, asked)
        if phone:
            turn.set(self.slot_name("phone"), phone)
            turn.notes["phone"] = True
            self._extract_number_besides_phone(turn)
            await self.extract_task_slots(turn, asked)
            return True
        return await super().extract_slots(turn, asked)

    def _extract_last4_after_number(self, turn: Turn, asked: str | None) -> bool:
        """Four figures where the place of a danger was asked for, behind a member number: the account tells where."""
        number = turn.get(NUMBER)
        if not (number and asked == self.slot_name("place") and not turn.get(LAST4) and is_last4_only(turn.text)):
            return False
        last4 = turn.extract_values(LAST4).last4
        if last4:
            turn.set(LAST4, last4)
        return bool(last4)

    def _continue_without_number(self, turn: Turn) -> None:
        turn.clear(NUMBER, LAST4, "identity_failed")
        turn.set(self.slot_name("no_number"), True)

    def _extract_phone(self, turn: Turn, asked: str | None) -> str | None:
        """Ten digits are a phone where one was asked for, or where they are written or named as one."""
        number = extract_all(turn.text, asked=None, today=turn.backend.today()).member_number
        if number is not None and number.is_complete and not contains_formatted_phone(turn.text):
            return None  # a member number with the digits behind its dash may have ten, too
        phone = extract_phone(turn.text, strict=False)
        wanted = asked in (self.slot_name("phone"), self.slot_name("confirm"))
        written = contains_formatted_phone(turn.text) or names_phone(turn.text)
        return phone if phone and (wanted or written) else None

    def _extract_number_besides_phone(self, turn: Turn) -> None:
        """A member number in the same message; a phone's digits must not be read as one."""
        rest = extract_all(remove_formatted_phones(turn.text), asked=None, today=turn.backend.today())
        if contains_formatted_phone(turn.text) and rest.member_number is not None and rest.member_number.is_complete:
            turn.set(NUMBER, rest.member_number.dashed)
            turn.set(LAST4, rest.last4)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        understood = signals_danger(turn)  # whatever was asked: no other skill's rule may take it away
        place = await self._extract_place(turn, asked)
        if place:
            turn.set(self.slot_name("place"), place)
            understood = True
        elif asked == self.slot_name("place") and has_no_number(turn.text):
            self._continue_without_number(turn)
            understood = turn.notes["no_number"] = True
        elif asked == self.slot_name("place") and not _is_asking(turn) and len(turn.text.split()) >= MIN_FACT_WORDS:
            turn.notes["more"] = True  # no place, but nothing that is told is lost
            understood = self._adds_details(turn) or understood
        if (
            asked == self.slot_name("phone") and place is None and self._extract_phone(turn, asked) is None
        ):  # "I don't know, 815-555-7788" tells one
            understood = self._extract_reach(turn) or understood
        if asked == self.slot_name("phone") and lacks_number(turn.focused_text):
            understood = turn.notes["more"] = True  # of a pole's tag, and no refusal
        if asked == self.slot_name("confirm"):
            understood = self._extract_confirmation(turn, place) or understood
        understood = await self.extract_report_slots(turn, asked) or understood
        if asked is None or understood or turn.notes.get("more"):
            self._save_words(turn, asked, place)
        return understood

    async def _extract_place(self, turn: Turn, asked: str | None) -> str | None:
        """The place that is told, or put right: `yes, but it's 36, not 35`, of the one that was told or read back."""
        known = (
            await self.get_shareable_place(turn)
            if asked in (self.slot_name("phone"), self.slot_name("confirm"))
            else None
        )
        if known:
            words = turn.focused_text
            changes = self.get_report_slot(turn, "confirm") == "no"  # what to change was asked for
            if right := extract_corrected_place(f"no, {words}" if changes else words, known):
                return right
            if asked == self.slot_name("confirm") and (crossing := extract_crossing(words)):
                return crossing
            town, _ = extract_town(words)
            if town and "," not in known and asked == self.slot_name("confirm") and not turn.has_act("affirm", "deny"):
                return f"{known}, {town}"
        return extract_place(turn, asked=asked == self.slot_name("place") and not turn.get(NUMBER))

    def _adds_details(self, turn: Turn) -> bool:
        """Whether this tells more of the same, and wishes nothing else: it is kept, and the place asked on."""
        additions = str(self.get_report_slot(turn, "words") or "").count(" / ")
        if (
            additions >= MAX_ADDITIONS
            or self._is_clearly_other_task(turn)
            or turn.has_act("start", "cancel", "person", "repeat", "skip")
        ):
            return False
        return bool(turn.notes.setdefault("heard", True))

    def _extract_reach(self, turn: Turn) -> bool:
        """An email does too, and whoever has neither is answered in the chat itself."""
        email = extract_email(turn.focused_text)
        if email or is_no(turn) or has_no_number(turn.text):
            turn.set(self.slot_name("phone"), email or THIS_CHAT)
            return True
        return False

    def _extract_confirmation(self, turn: Turn, place: str | None) -> bool:
        end = extract_phone_ending(turn.text)
        if end is not None and end not in turn.open_question.text:  # "mine ends 2203": the whole of it is asked for
            turn.clear(self.slot_name("phone"))
            return bool(turn.notes.setdefault("other_phone", True))
        chosen = turn.button_value(self.slot_name("confirm"))
        yes_and = is_yes_with_more(turn.text) and not turn.was_redacted
        # no money moves: "ok yes send it i guess" files a report that was read back and can be taken back
        likely = (
            turn.has_act("affirm") and not turn.has_act("ask", "correct", "deny", "cancel") and contains_yes(turn.text)
        )
        agreed = is_yes(turn) or likely
        if chosen == "yes" or (chosen is None and (agreed or (yes_and and not place))):
            turn.notes["agreed"] = True
            if yes_and and not is_yes(turn):
                turn.notes["more"] = True
            return True
        if place or "phone" in turn.notes:
            turn.clear(self.slot_name("confirm"))
            return True
        if chosen is None and self._is_harmless_no(turn):
            return self._mark_fact_added(turn)
        if chosen == "no" or is_no(turn):
            turn.set(self.slot_name("confirm"), "no")
            return True
        if self.get_report_slot(turn, "confirm") == "no" and turn.focused_text:  # what to change was asked for
            turn.clear(self.slot_name("confirm"))
            return bool(turn.notes.setdefault("more", True))
        return self._is_added_fact(turn) and self._mark_fact_added(turn)

    def _is_harmless_no(self, turn: Turn) -> bool:
        """`No pole number`, `no wires down that I see`, `no, it is still dark`: a no that refuses nothing."""
        out = self.slot_prefix == "outage" and is_no(turn) and says_power_is_out(turn.full_text)
        words = (turn.text, turn.focused_text)
        return out or any(lacks_number(one) or says_none_present(one) for one in words)

    def _mark_fact_added(self, turn: Turn) -> bool:
        """It goes into the words for the crew, and the report is read back once more."""
        turn.notes["more"] = turn.notes["added"] = True
        return True

    def _is_added_fact(self, turn: Turn) -> bool:
        """`The barn one`, at the read-back: neither a yes nor a no, and nothing that asks or wishes."""
        adds_fact = turn.has_act("volunteer", "answer", "correct") and not self._is_clearly_other_task(turn)
        asks = "?" in turn.text or is_question(turn.text) or turn.has_act(*_NON_FACT_ACTS)
        return adds_fact and not asks and len(turn.focused_text.split()) > 1

    def _save_words(self, turn: Turn, asked: str | None, place: str | None) -> None:
        """The first words are the description, and what is told later is added: nobody has to say it twice."""
        words = mask_line(turn.focused_text.strip())
        before = str(self.get_report_slot(turn, "words") or "")
        more = place is not None and len(words) > len(place) + 12  # more than the place itself
        if not words or words in before or not (asked is None or more or turn.notes.get("more")):
            return
        if asked is None and before and is_yes(turn):
            return  # a yes to what was offered: the words came with the offer
        turn.set(
            self.slot_name("words"),
            f"{before} / {words}"[:MAX_DESCRIPTION_LENGTH] if before else words[:MAX_DESCRIPTION_LENGTH],
        )
