"""What a message says about Auto Pay: what to do with it, the day, the method, a yes or a no."""

from __future__ import annotations

import re
from datetime import timedelta

from actions.accounts.forms import OfSeveralForm
from actions.autopay import questions
from actions.autopay.hearing import asks_whether, day_asked_about, hear_act, hear_day, hear_method
from actions.identity.forms import CODE, IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.reading.references import no_longer_good

ACT, DAY, METHOD, AGREED, CONFIRM, TOLD = (
    "auto_act",
    "auto_day",
    "auto_method",
    "auto_agreed",
    "auto_confirm",
    "auto_told",
)
# the word that the text asks for; a lone YES is taken by carriers as opting in
AGREE = re.compile(r"(yes,? )?(i )?agree[.! ]*", re.IGNORECASE)
SOON = timedelta(days=60)  # a card that ends so soon after the first run is mentioned
REPLACE = "draft of "
NOT = "not"
"""Before the id of a saved card or account that must not be used."""
CURRENT_NOT_GOOD, TOLD_NEW, CALL = "current not good", "told where a new card is saved", "a call is offered"
NOT_ENROLLING = ("cancel", "change", "show", "leave")


class AutoPayListening(OfSeveralForm):
    """A form that reads wishes about Auto Pay into its slots."""

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_choices(turn)
        aside = asked == CODE and len(turn.text.split()) > 1  # told while a code is waited for
        if (turn.intent in self.opens_with and asked not in IDENTITY_SLOTS) or aside:
            heard = self._hear_act(turn) or heard
        if asked == ACT and not heard:
            heard = self._hear_act(turn) or self._leave(turn)
        if turn.text and (asked not in IDENTITY_SLOTS or turn.intent in self.opens_with or aside):
            heard = await self._hear_details(turn, asked) or heard
        if asked in (CONFIRM, AGREED) and not heard:
            heard = self._hear_yes_no(turn)
        return heard

    def _hear_choices(self, turn: Turn) -> bool:
        heard = False
        for slot in (ACT, DAY, METHOD):
            value = turn.chosen(slot)
            if value is None:
                continue
            heard = True
            if value == "other":
                turn.notes["other_day"] = True
            else:
                turn.set(slot, value)
        return heard

    def _hear_act(self, turn: Turn) -> bool:
        wished = hear_act(turn)
        if wished is None and turn.intent == "change_or_cancel_autopay":
            wished = "change"
        if wished == "pause":
            turn.notes["pause"] = True
            return True
        if asks_whether(turn):
            wished = "show"
        if wished and not (turn.intent == "setup_autopay" and wished != "show"):
            turn.set(ACT, wished)
        if wished == "change" and no_longer_good(turn.text):
            self._remember(turn, CURRENT_NOT_GOOD)
        return wished is not None

    def _tell_how(self, turn: Turn) -> bool:
        """A day that is asked for beside how it works is answered too, before who they are is known."""
        told = not asks_whether(turn) and super()._tell_how(turn)
        if told and (day := day_asked_about(turn)):
            turn.say("utter_autopay_day_works", when=questions.when(int(day)))
        return told

    def _remember(self, turn: Turn, name: str) -> None:
        turn.set(AGREED, [*(turn.get(AGREED) or []), name])

    def _leave(self, turn: Turn) -> bool:
        if said_no(turn):
            turn.set(ACT, "leave")
        return said_no(turn)

    async def _hear_details(self, turn: Turn, asked: str | None) -> bool:
        day = hear_day(turn, asked == DAY)
        method = await hear_method(turn, asked, METHOD)
        if day == "0":
            turn.notes["no_such_day"] = True
            return True
        if day:
            turn.set(DAY, day)
        if method:
            turn.set(METHOD, method)
        for refused in turn.notes.get("not_good", ()):
            self._remember(turn, f"{NOT} {refused}")
            turn.clear(METHOD)
        if (day or method) and turn.get(ACT) in ("show", None) and asked in (ACT, CODE):
            turn.set(ACT, "change")
        return bool(day or method or turn.notes.get("new_method") or turn.notes.get("not_good"))

    def _hear_yes_no(self, turn: Turn) -> bool:
        if asked_off(turn) and hear_act(turn) == "cancel":
            turn.notes["yes"] = False  # "yes, stop it": there is nothing to stop
            return True
        yes = bool(AGREE.fullmatch(turn.text.strip())) or said_yes(turn)
        if yes or said_no(turn):
            turn.notes["yes"] = yes
        return "yes" in turn.notes


def asked_off(turn: Turn) -> bool:
    """Whether it was asked if Auto Pay is wanted, after there was none to change or stop."""
    return turn.get("requested_slot") == AGREED and turn.get(ACT) in NOT_ENROLLING
