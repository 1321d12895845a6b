"""Alerts: which ones, by which way, from which limit on; a read-back and a yes before anything is sent."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions import side_questions
from actions.accounts.forms import OfSeveralForm
from actions.alerts import questions
from actions.base import Ask, Outside
from actions.follow_ups import LAST
from actions.form import MISS_INTENTS
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.alerts import service as alerts
from backend.alerts.kinds import KINDS, ThresholdRefused, check_threshold
from backend.alerts.service import Author
from backend.alerts.wishes import Wish, hear, no_such_alert, read_threshold, stops_texts
from backend.language import mark, tr
from backend.members.identity import Standing

WHAT, VERB, WAYS, LEVEL, AGREED = "alert_what", "alert_verb", "alert_ways", "alert_level", "alert_agreed"
DENIED = "alert_denied"
STOP_TEXTS = "stop_texts"  # the subject of knowledge/
# said in the middle of this, these are about something else
QUESTION = re.compile(r"^(what|when|how|why|where|who|is|are|do i|did|can you tell)\b|\?$", re.IGNORECASE)
DONE = re.compile(r"(no(ne|thing)?|that'?s (all|it)|done|i'?m (good|fine|done))\b.*", re.IGNORECASE)


class AlertsForm(OfSeveralForm):
    form = "alerts_form"
    task = "alerts"
    title = mark("alerts")
    skill = "manage_alerts"
    explains = "utter_alerts_explained"
    slots: ClassVar[tuple[str, ...]] = (WHAT, VERB, WAYS, DENIED, LEVEL, AGREED)
    asks: ClassVar[dict[str, str]] = {WHAT: "several", LEVEL: "amount", WAYS: "several", AGREED: "yes_no"}
    shows_first = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"manage_alerts"})

    async def cancelled(self, turn: Turn) -> None:
        turn.say("utter_alerts_left")

    async def _begin(self, turn: Turn) -> Outside | None:
        """What no alert tells is said at once, whoever asks; what comes nearest is offered."""
        if turn.answered_something_else(self.form) or not no_such_alert(turn.text, turn.own_words):
            return await super()._begin(turn)
        self._interrupt(turn)
        turn.set("open_task", None)
        side_questions.tell_of_no_alert(turn)
        self._close(turn)
        return None

    # hearing

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if self._hear_buttons(turn):
            return True
        if asked == AGREED and self._hear_agreement(turn):
            return True
        if asked == WHAT and (said_no(turn) or DONE.fullmatch(turn.text.strip())):
            turn.notes["ended"] = True
            return True
        if asked == LEVEL and self._hear_level(turn):
            return True
        if not turn.text or self._is_about_something_else(turn, asked):
            return False
        if asked in IDENTITY_SLOTS and turn.intent not in self.opens_with:
            return False  # a wish is kept for later; a number is then a member's, and no limit
        wish = hear(turn.text)
        self._tell_beside(turn, wish)
        return self._take(turn, wish, asked)

    def _tell_beside(self, turn: Turn, wish: Wish) -> None:
        """What no alert of an account does, said once, plainly: word of an outage, and an end to every text."""
        if wish.outages:
            turn.say("utter_alerts_no_outage")
        told = turn.get(LAST) == STOP_TEXTS
        if stops_texts(turn.text) and wish.verb == "off" and not wish.kinds and not told:
            told_of = turn.backend.knowledge.tell(STOP_TEXTS, turn.backend.coop, turn.language)
            turn.say("utter_told", told=told_of.text)
            turn.set(LAST, STOP_TEXTS)

    def _hear_buttons(self, turn: Turn) -> bool:
        names, ways = turn.chosen(WHAT), turn.chosen(WAYS)
        if names:
            turn.set(WHAT, {name: None for name in names.split(",") if name in KINDS})
            turn.set(VERB, "on")
        if ways:
            turn.set(WAYS, ways.split(","))
        return bool(names or ways)

    def _hear_agreement(self, turn: Turn) -> bool:
        wish = hear(turn.text)
        if wish.kinds or (wish.ways and sorted(wish.ways) != turn.get(WAYS)):
            return False  # "yes, but by email" and "no, by text" say what should be different
        if said_yes(turn):
            turn.notes["agreed"] = True
        elif said_no(turn):
            turn.clear(WHAT, WAYS, VERB)
            turn.notes["another"] = True
        return "agreed" in turn.notes or "another" in turn.notes

    def _hear_level(self, turn: Turn) -> bool:
        wanted = dict(turn.get(WHAT) or {})
        name = next((name for name in wanted if questions.lacks_level(name, wanted[name])), None)
        found = read_threshold(KINDS[name].unit, turn.text) if name else None
        if name is None or found is None:
            return False
        turn.set(WHAT, {**wanted, name: found})
        return True

    def _is_about_something_else(self, turn: Turn, asked: str | None) -> bool:
        if asked is None or turn.intent in MISS_INTENTS | self.opens_with:
            return False
        return bool(QUESTION.search(turn.text.strip())) or asked == LEVEL

    def _take(self, turn: Turn, wish: Wish, asked: str | None) -> bool:
        """Add what was said to what is wanted. In the middle of a task a later word goes on from the earlier ones."""
        if wish.kinds:
            before = dict(turn.get(WHAT) or {}) if asked in (AGREED, WAYS, LEVEL) and wish.verb == "on" else {}
            turn.set(WHAT, before | wish.kinds)
        if wish.ways:
            turn.set(WAYS, sorted(wish.ways))
        if wish.denied:
            turn.set(DENIED, sorted(wish.denied))
        if wish.verb == "off" and wish.kept and not wish.kinds:
            turn.set(WHAT, {name: None for name in KINDS if name not in wish.kept})
        said = bool(wish.kinds or wish.ways or wish.denied or wish.verb != "on")
        if said or asked is None:
            turn.set(VERB, wish.verb)
        return said

    # asking

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        if turn.notes.get("ended"):
            turn.say("utter_alerts_left")
            return None
        if turn.notes.get("another"):
            return Ask(WHAT, "utter_question_alert_another", buttons=questions.which())
        if turn.get(VERB) == "off":
            await self._off(turn, standing)
            return None
        wanted = await self._wanted(turn, standing)
        if not wanted:
            await self._tell_what_is_on(turn, standing)
            return Ask(WHAT, "utter_question_alert_what", buttons=questions.which())
        return self._ask_level(turn, wanted) or await self._ask_way(turn, standing, wanted)

    async def _wanted(self, turn: Turn, standing: Standing) -> dict[str, int | None]:
        """The alerts to turn on with their thresholds; with only a way named, those that are on already."""
        assert standing.account is not None
        wanted: dict[str, int | None] = dict(turn.get(WHAT) or {})
        if not wanted and turn.get(WAYS):
            going = await alerts.settings_of(turn.session, standing.account.id)
            denied = set(turn.get(DENIED) or ())
            wanted = {s.kind: s.threshold for s in going if not denied or denied & set(s.ways)}
        before = await alerts.thresholds_before(turn.session, standing.account.id)
        wanted = {n: before.get(n) if questions.lacks_level(n, limit) else limit for n, limit in wanted.items()}
        if wanted:
            turn.set(WHAT, wanted)
        return wanted

    def _ask_level(self, turn: Turn, wanted: dict[str, int | None]) -> Ask | None:
        for name, threshold in wanted.items():
            if questions.lacks_level(name, threshold):
                return Ask(LEVEL, f"utter_question_alert_{name}")
            try:
                check_threshold(name, threshold)
            except ThresholdRefused:
                turn.set(WHAT, {**wanted, name: None})
                values = {"most": KINDS[name].most} if name == "bill_due" else {}
                return Ask(LEVEL, f"utter_question_alert_{name}_wrong", values)
        return None

    async def _ask_way(self, turn: Turn, standing: Standing, wanted: dict[str, int | None]) -> Ask | None:
        assert standing.member is not None
        ways = list(turn.get(WAYS) or [])
        if "email" in ways and not standing.member.email:
            turn.say("utter_alerts_no_email")
            ways.remove("email")
            turn.set(WAYS, ways)
        if not ways:
            return Ask(WAYS, "utter_question_alert_ways", buttons=questions.by_ways(standing.member))
        values = questions.said(wanted, ways)
        if not turn.notes.get("agreed"):
            return Ask(AGREED, "utter_question_alert_confirm", values, questions.yes_no())
        await self._on(turn, standing, wanted, ways, values)
        return None

    # doing

    async def _on(
        self, turn: Turn, standing: Standing, wanted: dict[str, int | None], ways: list[str], values: dict[str, Any]
    ) -> None:
        assert standing.account is not None
        assert standing.member is not None
        number = await alerts.turn_on(
            turn.session, turn.backend, standing.account, wanted, ways, _author(turn, standing)
        )
        stopped = "text" in ways and await alerts.texts_are_stopped(turn.session, standing.member)
        if stopped:  # then no text has gone out that says how to end them
            values = {**values, "by_text": False}
        turn.say("utter_alerts_on", **values, **questions.number(number))
        if stopped:
            turn.say("utter_alerts_texts_stopped")

    async def _off(self, turn: Turn, standing: Standing) -> None:
        assert standing.account is not None
        names = dict(turn.get(WHAT) or {}) or KINDS
        denied = turn.get(DENIED) or tuple(questions.WAY_WORDS)
        ended, number = await alerts.turn_off(
            turn.session, turn.backend, standing.account, names, _author(turn, standing), denied
        )
        if not ended:
            going = await alerts.settings_of(turn.session, standing.account.id)
            state = "some" if going else "none"
            turn.say("utter_alerts_none_to_end", state=state, list=questions.listed(going))
            return
        ways = tr(" by {ways}", ways=questions.in_ways(denied)) if turn.get(DENIED) else ""
        turn.say("utter_alerts_off", what=questions.when(ended), ways=ways, **questions.number(number))

    async def _tell_what_is_on(self, turn: Turn, standing: Standing) -> None:
        assert standing.account is not None
        going = await alerts.settings_of(turn.session, standing.account.id)
        turn.say("utter_alerts_list", state="some" if going else "none", list=questions.listed(going))


def _author(turn: Turn, standing: Standing) -> Author:
    return Author(
        turn.conversation_id,
        turn.channel,
        int(standing.level),
        wording=turn.words_of("utter_question_alert_confirm"),
        reply=turn.said,
    )
