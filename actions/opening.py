"""The first message of a task, and leaving it: what it says, what else it wishes, and whether it is wished at all."""

from __future__ import annotations

import re

from actions import agenda, follow_ups, registry, side_questions, subjects
from actions.asking import AskingForm
from actions.base import Outside
from actions.cases.filed import tell_of_the_filed
from actions.danger import REPORTS, alarmed, goes_first
from actions.manner import comfort
from actions.scheduled.words import opener_meant
from actions.turn import REQUESTED, Turn
from actions.which_wish import is_borne_out, keep_who, take_another, take_up_earlier
from backend.language import tr
from backend.reading.acts import Act
from backend.reading.acts.refusal import refused, same_subject
from backend.reading.acts.signals import is_request, wants_no_such_thing
from backend.reading.outage_told import tells_of_an_outage

FIGURES = frozenset({"member_number", "last4", "code"})
STOPS = re.compile(r"\b(?:stop|off|cancel|end|leave|detener|quitar|apagar|cancelar|dejar)\b", re.IGNORECASE)
OF_A_BILL = frozenset({"dispute_charge", "high_bill"})
"""Words on the bill: a question in them that can be answered is answered, and a report of it only offered."""
INSTEAD = re.compile(r"\b(instead|rather|forget (?:that|it)|no,? (?:wait|let'?s|just)|i mean(?:t)?)\b", re.IGNORECASE)
PERHAPS_ANOTHER = 0.5
SURE_OF_THE_TASK = 0.7
NEAR_FOR_SURE = 0.85
BEYOND_DOUBT = 0.97
"""From here on the words are a wish of their own, though they sound like a short question behind another."""
OWN = re.compile(r"\b(?:i|i'm|me|my|mine|we|our|us|estoy|tengo|mi|mis)\b", re.IGNORECASE)
"""Who speaks of their own account wants to hear how that stands, and not what the thing is in general."""


class OpeningForm(AskingForm):
    """A form that begins, and is left, by what the member says."""

    async def _begin(self, turn: Turn) -> Outside | None:
        """The first message: what it says of the task, what else it wishes, and whether it only asked about it."""
        self._interrupt(turn)
        if not turn.answered_something_else(self.form) and await tell_of_the_filed(turn):
            self._close(turn)
            return None
        if not turn.answered_something_else(self.form) and goes_first(turn, self.form):
            keep_who(turn)
            agenda.add(turn, self.form, turn.whole_words, {})
            self._close(turn)
            return None
        self._take_offered(turn)
        if self.is_meant(turn) and wants_no_such_thing(turn.text):  # it sounds like a wish for one
            turn.say("utter_nothing_more")
            self._close(turn)
            return None
        if not turn.answered_something_else(self.form):
            if side_questions.leaves(turn):
                turn.say("utter_answer_goodbye")
                self._close(turn)
                return None
            turn.notes["comforted"] = comfort(turn)
            if await side_questions.warned_of_a_scam(turn) or await side_questions.told_of_a_card(turn):
                self._close(turn)
                return None
            if await self._only_asked_about(turn):
                return None
            if await side_questions.told_instead(turn, self.form) or await self._means_another(turn):
                self._close(turn)
                return None
            take_up_earlier(turn, self.form)
            if waited := agenda.take_out(turn, self.form):
                turn.focus(f"{waited} {turn.own_words}")  # what was said when it was first wished
            self._name_when_unsure(turn)
            turn.set("open_task", self.form)  # a question beside the wish is answered without leaving the task
            self._keep_for_later(turn)
            await self._answer_questions(turn)
            if not self.informs:
                side_questions.keep_for_tasks(turn)
        await self.listen(turn, None)
        return await self._ask(turn, misses=0)

    def _take_offered(self, turn: Turn) -> None:
        """What was offered is taken up in other words: "ok, I'll pay that": what was known for it still is."""
        offer = turn.get("offer")
        turn.clear("offer")
        if isinstance(offer, dict) and offer.get("opener") == self.form:
            for slot, value in (offer.get("slots") or {}).items():
                if turn.get(slot) is None:
                    turn.set(slot, value)

    async def _means_another(self, turn: Turn) -> bool:
        """Whether nothing bears this task out: what is asked is then answered, or what is wished taken up instead."""
        told = self.form == "outage_form" and tells_of_an_outage(turn.own_words, turn.text)
        if told or is_borne_out(turn, self.form) or (self.form in REPORTS and alarmed(turn)):
            return False
        return await side_questions.answer_all(turn, offer=self.form) or take_another(turn, self.form)

    def _interrupt(self, turn: Turn) -> None:
        """Another task may be open: it waits, unless this one is wished in its place or was the one waiting."""
        open_task = turn.get("open_task")
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        elif open_task not in (None, self.form):
            taken = self._takes_the_place(turn)
            turn.set("paused_task", None if taken else open_task)
            turn.set("left_task", open_task if taken else None)

    def _takes_the_place(self, turn: Turn) -> bool:
        """`Don't turn off the power, I mean the draft`: the task that was open was a wrong guess, or is not wanted."""
        refused = any(act.kind == "cancel" and self._is_another(turn, act) for act in turn.acts)
        return bool(INSTEAD.search(turn.text)) or (refused and not self.informs)

    async def _only_asked_about(self, turn: Turn) -> bool:
        """A question never starts a task: it is answered, and the task offered."""
        confidence = turn.statistics.whole.confidence
        sure = confidence >= side_questions.SURE_OF_A_TASK
        if (
            sure
            and (confidence >= BEYOND_DOUBT or not follow_ups.is_one(turn))
            and (
                self.informs
                or (self.shows_first and (subjects.nearness(turn) < NEAR_FOR_SURE or OWN.search(turn.text)))
            )
        ):
            return False
        if turn.intent in OF_A_BILL and turn.does("ask") and await side_questions.answer_all(turn, offer=self.form):
            self._close(turn)
            return True
        if not turn.does("ask") or turn.does("start", "affirm", "answer", "correct"):
            return False
        if not await side_questions.answer_all(turn, offer=self.form):
            if not self.files or is_request(turn.text):
                return False
            side_questions.offer_a_call(turn)
        self._close(turn)
        return True

    def _name_when_unsure(self, turn: Turn) -> None:
        """Say what was understood where the classifier is not sure of it: it is then put right in one turn."""
        goes_on = turn.get(follow_ups.LAST) == self.task  # more of the same needs no name
        unsure = turn.statistics.whole.confidence < SURE_OF_THE_TASK and not goes_on
        if turn.whole_words and unsure and turn.get("open_task") is None:
            turn.say("utter_task_named", task=tr(registry.title_of(self.form, turn.intent)))

    def _keep_for_later(self, turn: Turn) -> None:
        added = agenda.take_in(turn, turn.acts, self.form)
        if added:
            turn.say("utter_agenda_added", tasks=agenda.in_words(added))
        if self.type_of(turn.get(REQUESTED)) in FIGURES:
            return  # a number is found anywhere, and losing one costs more than reading a wish for it
        own = [
            act for act in turn.acts if act.kind != "start" or opener_meant(turn, act.intent, act.words) == self.form
        ]
        if len(own) < len(turn.acts) and any(act.words != turn.whole_words for act in own):
            turn.focus(" ".join(dict.fromkeys(act.words for act in own if act.words)))

    async def _answer_questions(self, turn: Turn) -> bool:
        """Answer what was asked beside something else. Returns whether anything was answered."""
        if self.informs and turn.just_opened():
            return await side_questions.answer_others(turn, self.form)
        return await side_questions.answer_all(turn)

    def _is_another(self, turn: Turn, act: Act) -> bool:
        return opener_meant(turn, act.intent, act.words) not in (None, self.form)

    def _is_refused(self, turn: Turn) -> bool:
        """`No payment plan please`: the task is not wished, whatever it asked; it was perhaps opened by a guess."""
        titles = (self.title, tr(self.title))
        if STOPS.search(turn.question.said):
            return False  # "I don't want it" agrees to an end
        for words in filter(None, refused(turn.text)):
            clauses = [clause for clause in turn.statistics.clauses if words in clause.text] or [turn.statistics.whole]
            own = any(c.confidence >= PERHAPS_ANOTHER and registry.opener_of(c.intent) == self.form for c in clauses)
            if (own and not turn.does("answer", "correct", "start")) or same_subject(words, titles):
                return True
        return False

    async def _left(self, turn: Turn, *, go_on: bool = False) -> None:
        """Leave this task for what else the message says: a person, a question, another wish; `go_on` asks for it."""
        await self.cancelled(turn)
        added = agenda.take_in(turn, turn.acts, self.form)
        self._close(turn)
        if turn.does("person"):
            agenda.add(turn, "action_person", turn.whole_words, {})
        elif not await self._answer_questions(turn) and go_on and not (added or agenda.wishes(turn)):
            turn.say("utter_what_instead")
