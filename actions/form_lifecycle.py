"""How a form starts, and how it is canceled or replaced."""

from __future__ import annotations

from actions import agenda, follow_ups, registry, side_questions, subject_matching
from actions.base import ExternalCall
from actions.base_form import BaseForm
from actions.cases.disputes import open_dispute
from actions.cases.filed_reports import answer_about_filed
from actions.conversation.feelings import acknowledge_feeling
from actions.danger import REPORT_FORMS, opens_urgent_report, signals_danger
from actions.disambiguation import is_supported, restore_earlier_words, save_identity_numbers, switch_task
from actions.faq.several_wishes import answer_faq_clauses
from actions.offers import Offer
from actions.registry import find_meant_opener
from actions.turn import REQUESTED_SLOT, Turn
from backend.contact.service import extract_email
from backend.language import join_words, tr
from backend.reading.acts import Act
from backend.reading.acts.refusal import extract_refusals, is_same_subject
from backend.reading.acts.signals import declines_to_say, is_request, refuses_named_task, says_bye
from backend.reading.acts.task_control import asks_for_something_else, names_stop, speaks_in_first_person
from backend.reading.contact.contact_change import gives_new_email
from backend.reading.service.outages import states_outage

IDENTITY_TYPES = frozenset({"member_number", "last4", "code"})
CONTACT_FORM = "contact_form"
SCHEDULED_FORM = "scheduled_form"
FORMS_WITH_EMAIL = frozenset({CONTACT_FORM, "reset_password_form", "recover_user_id_form"})
"""Forms that read a new email themselves: nothing is put on the agenda beside them."""
BILL_DISPUTE_INTENTS = frozenset({"dispute_charge", "high_bill"})
"""A question about a charge is answered where an answer is known; filing a dispute is only offered."""
MIN_POSSIBLE_TASK_CONFIDENCE = 0.5
MIN_CONFIDENCE_UNNAMED = 0.7
"""Below this confidence the task is named aloud."""
MIN_CERTAIN_CONFIDENCE = 0.97
"""From this confidence on, a short message is a request of its own, though it sounds like a follow-up question."""


class LifecycleForm(BaseForm):
    """How a message starts this form (`_start`), and how it cancels it (`_abandon_task`) or pauses another one."""

    async def say_figures_unknown(self, turn: Turn) -> None:
        """End the task, and offer a call from the office."""
        await super().say_figures_unknown(turn)
        self._close_task(turn)
        side_questions.offer_callback(turn, already_answered=True)

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """Handle the message that opened this task: begin the task, unless something else handles the message."""
        self._pause_open_task(turn)
        if turn.other_action_answered(self.form):
            # that action opened this form, such as by an offer taken up: the words are not read as a request again
            self._apply_offer(turn)
            is_handled = self._handle_refusal(turn)
        else:
            await answer_faq_clauses(turn)
            is_handled = await self._handle_instead_of_starting(turn)
            if not is_handled:
                await self._begin_task(turn)
        if is_handled:
            self._close_task(turn)
            return None
        await self.extract_slots(turn, None)
        return await self._ask_next(turn, misses=0)

    async def _handle_instead_of_starting(self, turn: Turn) -> bool:
        """Handle a message that only seems to ask for this task. What it may be is tried in this order."""
        if await answer_about_filed(turn) or self._queue_after_urgent_report(turn):
            return True
        self._apply_offer(turn)
        if self._handle_refusal(turn):
            return True
        if side_questions.is_goodbye(turn):
            turn.utter("utter_answer_goodbye")
            return True
        turn.notes["comforted"] = acknowledge_feeling(turn)
        return (
            await side_questions.answer_scam(turn)
            or open_dispute(turn, self.form)
            or await self._answer_published(turn)
            or await side_questions.answer_card_update(turn)
            or await self._handle_opening_question(turn)
            or await side_questions.answer_instead_of_task(turn, self.form)
            or await self._redirect_to_other_task(turn)
        )

    async def _answer_published(self, turn: Turn) -> bool:
        """Answer a question that the office has listed itself: `can I borrow a meter` asks for no visit."""
        subject = subject_matching.published_subject(turn)
        if subject is None or signals_danger(turn):
            return False
        await side_questions.answer_subject(turn, subject)
        return True

    async def _begin_task(self, turn: Turn) -> None:
        """Open the task, and handle the other requests and the questions of the message."""
        restore_earlier_words(turn, self.form)
        if request_words := agenda.pop_item(turn, self.form):
            turn.focus(f"{request_words} {turn.focused_text}")
        self._name_task_when_unsure(turn)
        turn.set("open_task", self.form)  # a question beside the request is answered within the task
        self._queue_other_requests(turn)
        await self._answer_questions(turn)
        if not self.is_informational:
            side_questions.queue_informational_questions(turn)

    def _queue_after_urgent_report(self, turn: Turn) -> bool:
        """If the message also has an urgent report, open that first and put this task on the agenda."""
        if not opens_urgent_report(turn, self.form):
            return False
        save_identity_numbers(turn)
        agenda.add_item(turn, self.form, turn.full_text, {})
        return True

    def _handle_refusal(self, turn: Turn) -> bool:
        """`I don't want a payment plan` sounds like a request for a payment plan."""
        if not (self.is_requested(turn) and refuses_named_task(turn.text)):
            return False
        turn.utter("utter_nothing_more")
        return True

    def _apply_offer(self, turn: Turn) -> None:
        """Use the slots of the offer if it was for this task: "ok, I'll pay that" accepts it too."""
        offer = Offer.read(turn)
        turn.clear("offer")
        if offer.opener == self.form:
            for slot, value in offer.slots.items():
                if turn.get(slot) is None:
                    turn.set(slot, value)

    async def _redirect_to_other_task(self, turn: Turn) -> bool:
        """If the message does not support this task, answer its question or start what it asks for instead."""
        is_outage = self.form == "outage_form" and states_outage(turn.focused_text, turn.text)
        if is_outage or is_supported(turn, self.form) or (self.form in REPORT_FORMS and signals_danger(turn)):
            return False
        return await side_questions.answer_all(turn, offer=self.form) or switch_task(turn, self.form)

    def _pause_open_task(self, turn: Turn) -> None:
        """Pause another open task, unless this one replaces it or was itself paused."""
        open_task = turn.get("open_task")
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        elif open_task not in (None, self.form):
            # "don't turn off the power, I mean the draft": the open task was a wrong guess, or is not wanted
            is_refused = any(act.kind == "cancel" and self._is_other_task(turn, act) for act in turn.acts)
            is_replaced = asks_for_something_else(turn.text) or (is_refused and not self.is_informational)
            if open_task == SCHEDULED_FORM and turn.get("sched_act") == "cancel":
                turn.utter("utter_told", told=tr("The payment stays scheduled for now."))
            turn.set("paused_task", None if is_replaced else open_task)
            turn.set("left_task", open_task if is_replaced else None)

    async def _handle_opening_question(self, turn: Turn) -> bool:
        """If the message only asks something, answer it and offer this task. Returns whether that was done.

        If not, the task starts: it answers the question itself, or nothing else does and it files no ticket or is
        plainly requested.
        """
        confidence = turn.predictions.whole.confidence
        is_sure = confidence >= side_questions.MIN_UNQUESTIONED_TASK_CONFIDENCE and (
            confidence >= MIN_CERTAIN_CONFIDENCE or not follow_ups.is_follow_up(turn)
        )
        if is_sure and (self.is_informational or (self.shows_status_first and self._is_about_own_status(turn))):
            return False
        if (
            turn.intent in BILL_DISPUTE_INTENTS
            and turn.has_act("ask")
            and await side_questions.answer_all(turn, offer=self.form)
        ):
            return True
        if not turn.has_act("ask") or turn.has_act("start", "affirm", "answer", "correct"):
            return False
        if not await side_questions.answer_all(turn, offer=self.form):
            if not self.files_ticket or is_request(turn.text):
                return False
            side_questions.offer_callback(turn)
        return True

    @staticmethod
    def _is_about_own_status(turn: Turn) -> bool:
        """Whether the question is about the member's own account, and not about such things in general."""
        is_general = subject_matching.best_score(turn) >= subject_matching.MIN_CERTAIN_SUBJECT_SCORE
        return not is_general or speaks_in_first_person(turn.text)

    def _name_task_when_unsure(self, turn: Turn) -> None:
        """Name the task, unless another is open, if it is only a guess: the member can then correct it in one turn."""
        is_repeated = turn.get(follow_ups.LAST_SUBJECT) == registry.FORMS[self.form].subject
        is_unsure = turn.predictions.whole.confidence < MIN_CONFIDENCE_UNNAMED
        if turn.full_text and is_unsure and not is_repeated and turn.get("open_task") is None:
            turn.utter("utter_task_named", task=tr(registry.format_task_title(self.form, turn.intent)))

    def _queue_other_requests(self, turn: Turn) -> None:
        """Put the other requests of the message on the agenda; the task then reads only its own words."""
        added = agenda.add_requests(turn, turn.acts, self.form)
        if added:
            turn.utter("utter_agenda_added", tasks=join_words(added))
        self._queue_new_email(turn)
        self._focus_on_own_words(turn)

    def _queue_new_email(self, turn: Turn) -> None:
        """Keep a new email that is given beside another request, even if its clause has no intent of its own."""
        email = extract_email(turn.full_text) if gives_new_email(turn.full_text) else None
        known = {str(item["opener"]) for item in agenda.pending_items(turn)}
        if email is None or self.form in FORMS_WITH_EMAIL or FORMS_WITH_EMAIL & {*known, turn.get("paused_task")}:
            return
        slots = {"contact_what": "email", "contact_value": email}
        agenda.add_item(turn, CONTACT_FORM, email, slots, confirm=True)

    def _focus_on_own_words(self, turn: Turn) -> None:
        if self.question_type(turn.get(REQUESTED_SLOT)) in IDENTITY_TYPES:
            return  # keep every word: a member number in the other request would be lost
        own = [
            act
            for act in turn.acts
            if act.kind != "start" or find_meant_opener(turn, act.intent, act.words) == self.form
        ]
        if len(own) < len(turn.acts) and any(act.words != turn.full_text for act in own):
            turn.focus(" ".join(dict.fromkeys(act.words for act in own if act.words)))

    async def _answer_questions(self, turn: Turn) -> bool:
        """Answer the questions that the task itself does not answer. Returns whether there was one."""
        if turn.was_just_opened() and self.answers_opening_question(turn):
            return await side_questions.answer_others(turn, self.form)
        return await side_questions.answer_all(turn)

    def _is_other_task(self, turn: Turn, act: Act) -> bool:
        return find_meant_opener(turn, act.intent, act.words) not in (None, self.form)

    def _is_declined(self, turn: Turn) -> bool:
        """Whether the task is declined, as in `no payment plan please`; a wrong guess may have opened it."""
        titles = (self.title, tr(self.title))
        if names_stop(turn.open_question.text):
            return False  # asked whether to stop something, "I don't want it" means yes, stop it
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

    async def _abandon_task(self, turn: Turn, *, ask_what_instead: bool = False) -> None:
        """Cancel this task, queue the other requests, and call an agent or answer the question.

        `ask_what_instead`: if nothing is left to do, ask what the member wants instead.
        """
        await self.send_canceled(turn)
        added = agenda.add_requests(turn, turn.acts, self.form)
        self._close_task(turn)
        if turn.has_act("person"):
            agenda.add_item(turn, "action_person", turn.full_text, {})
        elif not await self._answer_questions(turn) and ask_what_instead and not (added or agenda.pending_items(turn)):
            turn.utter("utter_what_instead")

    def _handle_withheld_number(self, turn: Turn, asked: str | None) -> bool:
        """If the member withholds the number, say why it is asked for and what works without it."""
        if self.question_type(asked) not in IDENTITY_TYPES or turn.has_act("answer") or not declines_to_say(turn.text):
            return False
        turn.set(follow_ups.LAST_SUBJECT, f"asked_{self.question_type(asked)}")
        turn.utter("utter_number_withheld")
        self._close_task(turn)
        return True

    async def _handle_goodbye(self, turn: Turn) -> bool:
        """End the task on `that's all, bye`, and say what becomes of it; at an identity question also without a bye."""
        at_identity = self.question_type(turn.get(REQUESTED_SLOT)) in IDENTITY_TYPES
        if not side_questions.is_goodbye(turn) or not (at_identity or says_bye(turn.text)):
            return False
        if not self.is_informational:
            await self.send_canceled(turn)
        turn.clear(agenda.AGENDA, "paused_task")
        turn.utter("utter_answer_goodbye")
        self._close_task(turn)
        return True
