"""Reads a message about Auto Pay: what to do, the day, the method, a yes or a no."""

from __future__ import annotations

from actions.accounts.forms import AccountForm
from actions.autopay.extract import asks_whether_enrolled, extract_day_in_question, extract_method
from actions.identity.forms import CODE, IDENTITY_SLOTS
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, note_agreement
from backend.autopay.formatting import format_run_day
from backend.reading.back_references import is_no_longer_valid
from backend.reading.money.autopay_words import extract_autopay_act, extract_draw_day

WANTED_CHANGE, DAY, METHOD, PROGRESS, CONFIRM, READ_OUT = (
    "auto_act",
    "auto_day",
    "auto_method",
    "auto_agreed",
    "auto_confirm",
    "auto_told",
)
EXCLUDED_METHOD_PREFIX = "not"
"""Before the id of a saved card or account that must not be used."""
CALLED_INVALID, METHOD_ASKED, NEW_CARD_EXPLAINED, CALL_OFFERED = (
    "current not good",
    "ask_method",
    "told where a new card is saved",
    "a call is offered",
)
"""Steps that the slot PROGRESS lists, beside `not <method id>` and, after a yes, `draft of <account id>`, `late<day>`.

CALLED_INVALID: the member says that the present method is no good.
"""
NON_ENROLLMENT_CHANGES = ("cancel", "change", "show", "leave")


class AutoPaySlotFilling(AccountForm):
    """A form that reads requests about Auto Pay into its slots."""

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        understood = turn.set_button_values(WANTED_CHANGE, METHOD)
        if day := turn.button_value(DAY):
            understood = True
            if day == "other":
                turn.notes["other_day"] = True
            else:
                turn.set(DAY, day)
        is_no_code = asked == CODE and len(turn.text.split()) > 1
        if (turn.intent in self.opening_intents and asked not in IDENTITY_SLOTS) or is_no_code:
            understood = self._extract_act(turn) or understood
        if asked == WANTED_CHANGE and not understood:
            understood = self._extract_act(turn)
            if not understood and is_no(turn):
                turn.set(WANTED_CHANGE, "leave")
                understood = True
        if turn.text and (asked not in IDENTITY_SLOTS or turn.intent in self.opening_intents or is_no_code):
            understood = await self._extract_details(turn, asked) or understood
        if asked in (CONFIRM, PROGRESS) and not understood:
            understood = self._extract_yes_no(turn)
        return understood

    def _extract_act(self, turn: Turn) -> bool:
        act = extract_autopay_act(turn.text)
        if act is None and turn.intent == "change_or_cancel_autopay":
            act = "change"
        if act == "pause":
            turn.notes["pause"] = True
            return True
        if asks_whether_enrolled(turn):
            act = "show"
        if act and not (turn.intent == "setup_autopay" and act != "show"):
            turn.set(WANTED_CHANGE, act)
        if act == "change" and is_no_longer_valid(turn.text):
            self._remember_step(turn, CALLED_INVALID)
        return act is not None

    def _explain_task(self, turn: Turn) -> bool:
        """As in the base class; a question whether some day can be had is answered with it."""
        explained = not asks_whether_enrolled(turn) and super()._explain_task(turn)
        if explained and (day := extract_day_in_question(turn)):
            turn.utter("utter_autopay_day_works", when=format_run_day(int(day)))
        return explained

    def _remember_step(self, turn: Turn, step: str) -> None:
        turn.set(PROGRESS, [*(turn.get(PROGRESS) or []), step])

    def _has_step(self, turn: Turn, step: str) -> bool:
        return step in (turn.get(PROGRESS) or [])

    async def _extract_details(self, turn: Turn, asked: str | None) -> bool:
        day = extract_draw_day(turn.text, asked == DAY)
        method = await extract_method(turn, asked, METHOD)
        if day == "0":
            turn.notes["no_such_day"] = True
            return True
        if day:
            turn.set(DAY, day)
        if method:
            turn.set(METHOD, method)
        for method_id in turn.notes.get("not_good", ()):
            self._remember_step(turn, f"{EXCLUDED_METHOD_PREFIX} {method_id}")
            turn.clear(METHOD)
        if (day or method) and turn.get(WANTED_CHANGE) in ("show", None) and asked in (WANTED_CHANGE, CODE):
            turn.set(WANTED_CHANGE, "change")
        return bool(day or method or turn.notes.get("new_method") or turn.notes.get("not_good"))

    def _extract_yes_no(self, turn: Turn) -> bool:
        if asked_while_off(turn) and extract_autopay_act(turn.text) == "cancel":
            turn.notes["yes"] = False  # "yes, stop it": there is nothing to stop
            return True
        return note_agreement(turn)


def asked_while_off(turn: Turn) -> bool:
    """Whether the open question is if Auto Pay is wanted, because there was none to change or stop."""
    return turn.get(REQUESTED_SLOT) == PROGRESS and turn.get(WANTED_CHANGE) in NON_ENROLLMENT_CHANGES
