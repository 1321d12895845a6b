"""The first message of a task, and leaving it: what it says, what else it wishes, and whether it is wished at all."""

from __future__ import annotations

from actions import agenda, follow_ups, registry, side_questions, subject_matching
from actions.base import ExternalCall
from actions.base_form import BaseForm
from actions.cases.filed_reports import answer_about_filed
from actions.danger import REPORT_FORMS, opens_urgent_report, signals_danger
from actions.disambiguation import is_supported, restore_earlier_words, save_identity_numbers, switch_task
from actions.feelings import acknowledge_feeling
from actions.scheduled.extract import find_meant_opener
from actions.turn import REQUESTED_SLOT, Turn
from backend.language import tr
from backend.reading.acts import Act
from backend.reading.acts.refusal import extract_refusals, is_same_subject
from backend.reading.acts.signals import is_request, refuses_named_task
from backend.reading.acts.task_control import asks_for_something_else, names_stop, speaks_in_first_person
from backend.reading.service.outage_statement import states_outage

IDENTITY_TYPES = frozenset({"member_number", "last4", "code"})
BILL_DISPUTE_INTENTS = frozenset({"dispute_charge", "high_bill"})
"""Words on the bill: a question in them that can be answered is answered, and a report of it only offered."""
MIN_POSSIBLE_TASK_CONFIDENCE = 0.5
MIN_TASK_CONFIDENCE = 0.7
NEAR_FOR_SURE = 0.85
MIN_CERTAIN_CONFIDENCE = 0.97
"""From here on the words are a wish of their own, though they sound like a short question behind another."""


class LifecycleForm(BaseForm):
    """A form that begins, and is left, by what the member says."""

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """The first message: what it says of the task, what else it wishes, and whether it only asked about it."""
        self._pause_open_task(turn)
        if not turn.other_action_answered(self.form) and await answer_about_filed(turn):
            self._close_task(turn)
            return None
        if not turn.other_action_answered(self.form) and opens_urgent_report(turn, self.form):
            save_identity_numbers(turn)
            agenda.add_item(turn, self.form, turn.full_text, {})
            self._close_task(turn)
            return None
        self._apply_offer(turn)
        if self.is_requested(turn) and refuses_named_task(turn.text):  # it sounds like a wish for one
            turn.utter("utter_nothing_more")
            self._close_task(turn)
            return None
        if not turn.other_action_answered(self.form):
            if side_questions.is_goodbye(turn):
                turn.utter("utter_answer_goodbye")
                self._close_task(turn)
                return None
            turn.notes["comforted"] = acknowledge_feeling(turn)
            if await side_questions.answer_scam(turn) or await side_questions.answer_card_update(turn):
                self._close_task(turn)
                return None
            if await self._handle_opening_question(turn):
                return None
            if await side_questions.answer_instead_of_task(turn, self.form) or await self._redirect_to_other_task(turn):
                self._close_task(turn)
                return None
            restore_earlier_words(turn, self.form)
            if waited := agenda.pop_item(turn, self.form):
                turn.focus(f"{waited} {turn.focused_text}")  # what was said when it was first wished
            self._name_task_when_unsure(turn)
            turn.set("open_task", self.form)  # a question beside the wish is answered without leaving the task
            self._queue_other_requests(turn)
            await self._answer_questions(turn)
            if not self.is_informational:
                side_questions.queue_informational_questions(turn)
        await self.extract_slots(turn, None)
        return await self._ask_next(turn, misses=0)

    def _apply_offer(self, turn: Turn) -> None:
        """What was offered is taken up in other words: "ok, I'll pay that": what was known for it still is."""
        offer = turn.get("offer")
        turn.clear("offer")
        if isinstance(offer, dict) and offer.get("opener") == self.form:
            for slot, value in (offer.get("slots") or {}).items():
                if turn.get(slot) is None:
                    turn.set(slot, value)

    async def _redirect_to_other_task(self, turn: Turn) -> bool:
        """Whether nothing bears this task out: what is asked is then answered, or what is wished taken up instead."""
        states = self.form == "outage_form" and states_outage(turn.focused_text, turn.text)
        if states or is_supported(turn, self.form) or (self.form in REPORT_FORMS and signals_danger(turn)):
            return False
        return await side_questions.answer_all(turn, offer=self.form) or switch_task(turn, self.form)

    def _pause_open_task(self, turn: Turn) -> None:
        """Another task may be open: it waits, unless this one is wished in its place or was the one waiting."""
        open_task = turn.get("open_task")
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        elif open_task not in (None, self.form):
            taken = self._replaces_open_task(turn)
            turn.set("paused_task", None if taken else open_task)
            turn.set("left_task", open_task if taken else None)

    def _replaces_open_task(self, turn: Turn) -> bool:
        """`Don't turn off the power, I mean the draft`: the task that was open was a wrong guess, or is not wanted."""
        refused = any(act.kind == "cancel" and self._is_other_task(turn, act) for act in turn.acts)
        return asks_for_something_else(turn.text) or (refused and not self.is_informational)

    async def _handle_opening_question(self, turn: Turn) -> bool:
        """A question never starts a task: it is answered, and the task offered."""
        confidence = turn.predictions.whole.confidence
        sure = confidence >= side_questions.MIN_TASK_CONFIDENCE
        if (
            sure
            and (confidence >= MIN_CERTAIN_CONFIDENCE or not follow_ups.is_follow_up(turn))
            and (
                self.is_informational
                or (
                    self.shows_status_first
                    and (subject_matching.best_score(turn) < NEAR_FOR_SURE or speaks_in_first_person(turn.text))
                )
            )
        ):
            return False
        if (
            turn.intent in BILL_DISPUTE_INTENTS
            and turn.has_act("ask")
            and await side_questions.answer_all(turn, offer=self.form)
        ):
            self._close_task(turn)
            return True
        if not turn.has_act("ask") or turn.has_act("start", "affirm", "answer", "correct"):
            return False
        if not await side_questions.answer_all(turn, offer=self.form):
            if not self.files_ticket or is_request(turn.text):
                return False
            side_questions.offer_callback(turn)
        self._close_task(turn)
        return True

    def _name_task_when_unsure(self, turn: Turn) -> None:
        """Say what was understood where the classifier is not sure of it: it is then put right in one turn."""
        goes_on = turn.get(follow_ups.LAST_SUBJECT) == self.task  # more of the same needs no name
        unsure = turn.predictions.whole.confidence < MIN_TASK_CONFIDENCE and not goes_on
        if turn.full_text and unsure and turn.get("open_task") is None:
            turn.utter("utter_task_named", task=tr(registry.format_task_title(self.form, turn.intent)))

    def _queue_other_requests(self, turn: Turn) -> None:
        added = agenda.add_requests(turn, turn.acts, self.form)
        if added:
            turn.utter("utter_agenda_added", tasks=agenda.join_with_and(added))
        if self.question_type(turn.get(REQUESTED_SLOT)) in IDENTITY_TYPES:
            return  # a number is found anywhere, and losing one costs more than reading a wish for it
        own = [
            act
            for act in turn.acts
            if act.kind != "start" or find_meant_opener(turn, act.intent, act.words) == self.form
        ]
        if len(own) < len(turn.acts) and any(act.words != turn.full_text for act in own):
            turn.focus(" ".join(dict.fromkeys(act.words for act in own if act.words)))

    async def _answer_questions(self, turn: Turn) -> bool:
        """Answer what was asked beside something else. Returns whether anything was answered."""
        if self.is_informational and turn.was_just_opened():
            return await side_questions.answer_others(turn, self.form)
        return await side_questions.answer_all(turn)

    def _is_other_task(self, turn: Turn, act: Act) -> bool:
        return find_meant_opener(turn, act.intent, act.words) not in (None, self.form)

    def _is_declined(self, turn: Turn) -> bool:
        """`No payment plan please`: the task is not wished, whatever it asked; it was perhaps opened by a guess."""
        titles = (self.title, tr(self.title))
        if names_stop(turn.open_question.text):
            return False  # "I don't want it" agrees to an end
        for words in filter(None, extract_refusals(turn.text)):
            clauses = [clause for clause in turn.predictions.clauses if words in clause.text] or [
                turn.predictions.whole
            ]
            own = any(
                c.confidence >= MIN_POSSIBLE_TASK_CONFIDENCE and registry.find_opener(c.intent) == self.form
                for c in clauses
            )
            if (own and not turn.has_act("answer", "correct", "start")) or is_same_subject(words, titles):
                return True
        return False

    async def _abandon_task(self, turn: Turn, *, go_on: bool = False) -> None:
        """Leave this task for what else the message says: a person, a question, another wish; `go_on` asks for it."""
        await self.send_canceled(turn)
        added = agenda.add_requests(turn, turn.acts, self.form)
        self._close_task(turn)
        if turn.has_act("person"):
            agenda.add_item(turn, "action_person", turn.full_text, {})
        elif not await self._answer_questions(turn) and go_on and not (added or agenda.pending_items(turn)):
            turn.utter("utter_what_instead")
