"""The base class of all forms: it handles each message of an open task by what the message does."""

from __future__ import annotations

from actions import agenda, follow_ups, registry, side_questions
from actions.base import ExternalCall
from actions.cases.danger_talk import add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.cases.objections import OBJECTS_TO_CODE, handle_objection
from actions.conversation.completed_actions import answer_if_done
from actions.conversation.feelings import acknowledge_feeling
from actions.danger import REPORT_FORMS, opens_danger_report, warn_in_task
from actions.form_lifecycle import IDENTITY_TYPES, MIN_POSSIBLE_TASK_CONFIDENCE, LifecycleForm
from actions.free_text import is_only_faq_question, is_only_person_request
from actions.photos import answer_photo_wish
from actions.registry import find_meant_opener
from actions.turn import REQUESTED_SLOT, Turn
from backend.contact.service import extract_phone
from backend.language import tr
from backend.reading.acts.signals import asks_if_present, is_continuation, is_question, is_request
from backend.reading.acts.task_control import asks_to_go_back, asks_what_is_left, is_no_with_number
from backend.reading.acts.yes_no import starts_with_yes
from backend.reading.bystander_talk import remove_bystander_talk

# A message of these intents that answers nothing is a miss; any other is a question for another skill's rule.
MISS_INTENTS = frozenset({"out_of_scope", "nlu_fallback", "inform", "choose", "affirm", "deny", ""})
RESTORED_INTENT = "outage_restored"  # an action handles it, not a form
SMALL_TALK_INTENTS = frozenset({"greet", "thank", "goodbye"})
RULE_ANSWERED_INTENTS = SMALL_TALK_INTENTS | {"help_capabilities", "speak_to_human", RESTORED_INTENT}
CONTROL_INTENTS = frozenset({"cancel", "repeat", "speak_spanish", "speak_english"})
BELONGS_TO_REPORT = "of_a_report"
"""In the turn's notes: the message belongs to a ticket that was filed."""
OPEN_ENDED_TYPES = frozenset({"free_text", "place", "name"})
"""Questions that any words seem to answer. A request for another task does not answer them."""
ANSWERING_ACTS = ("answer", "affirm", "deny", "correct", "volunteer", "skip")
"""Acts that may answer the open question or tell the task something."""
MAX_PHONE_REPLY_WORDS = 8
MIN_QUESTION_SCORE = 0.5
"""Below this score it is no question: after gibberish we ask again, and do not say "I don't know"."""
MIN_OTHER_TASK_CONFIDENCE = 0.85
"""From this confidence on, the message is a request for another task and no answer."""
MIN_FAQ_CONFIDENCE = 0.45


class Form(LifecycleForm):
    async def _run_turn(self, turn: Turn) -> None:
        outside: ExternalCall | None = None
        while True:
            # begin_step also at the second run, after the outside work: the message may be settled meanwhile
            async with self.backend.db.transaction() as turn.session:
                if await turn.begin_step(self.name()):
                    return
                outside_done = outside is not None
                if outside_done or turn.is_resumed:
                    outside = await self._ask_next(turn, misses=0)
                else:
                    outside = await self._handle_objection_first(turn)
                # save no events if the form neither asked nor ended: without a slot event Rasa takes it as a rejection
                # and lets a rule answer
                is_handled = turn.has_requested or outside is not None
                await turn.verify_claims()
                events = turn.new_events() if is_handled else []
                await turn.save_step(events, unfinished=outside is not None, acted=outside_done)
            if outside is None:
                return
            await outside.work(turn)

    async def _handle_objection_first(self, turn: Turn) -> ExternalCall | None:
        """Handle `I never asked for that` before any task; this task stays open if it was."""
        opened = turn.was_just_opened()
        is_handled = turn.other_action_answered(self.form) or turn.get("resuming") or turn.get(agenda.CURRENT_ITEM)
        if is_handled or not await handle_objection(turn, opened=opened):
            return await self._handle_message(turn)
        if opened:
            self._pause_open_task(turn)
            self._close_task(turn)
            if turn.notes.get(OBJECTS_TO_CODE):  # the words only sounded like a request for this task
                turn.clear("paused_task")
        elif turn.notes.get(OBJECTS_TO_CODE):  # they never asked for the task that asks for the code
            self._close_task(turn)
        else:
            self._keep_question(turn)
        return None

    async def _handle_message(self, turn: Turn) -> ExternalCall | None:
        """Handle a message. Returns the outside work that comes before the next question, if any.

        None also stands for a message left to a rule of Rasa: then the form has neither asked nor ended, see `run`.
        """
        opened = turn.was_just_opened()
        if await self._resumes_task(turn, opened=opened):
            return await self._ask_next(turn, misses=0)
        if (rest := remove_bystander_talk(turn.full_text)) != turn.full_text:
            turn.focus(rest or turn.full_text, "inform" if turn.intent == "cancel" else "")
        if turn.other_action_answered(self.form):
            return await (self._start(turn) if opened else self._ask_next(turn, misses=0))
        if await self._handle_danger_message(turn, opened=opened):
            return await self._after_danger_update(turn, opened=opened) if turn.notes.get(BELONGS_TO_REPORT) else None
        # "call my other phone" is about this task, and not about an earlier report
        asks_for_phone = "phone" in self.asks.values()
        if not opened and not asks_for_phone and turn.has_act("ask") and await answer_about_filed(turn):
            return await self._ask_next(turn, misses=0)
        warned = warn_in_task(turn, self.form)
        if not warned and self._wants_handoff(turn):
            self._hand_off(turn)
            return None
        if opened:
            return await self._start(turn)
        if warned:
            return await self._ask_next(turn, misses=0)
        if self._return_to_left_task(turn) or await self._handle_goodbye(turn):
            return None
        went_back = self._go_back_if_asked(turn)
        if self._is_control_message(turn, went_back=went_back):
            return await self._handle_control_message(turn, went_back=went_back)
        if is_only_faq_question(turn) or is_only_person_request(turn) or self._is_faq_question(turn):
            return None  # for a rule
        return await self._handle_reply(turn, turn.get(REQUESTED_SLOT))

    async def _resumes_task(self, turn: Turn, *, opened: bool) -> bool:
        """Whether this task was opened by the agenda or resumed, and not by this message."""
        if opened and agenda.claim_current_item(turn, self.form):
            turn.clear("offer")
            turn.utter("utter_agenda_next", task=tr(registry.format_task_title(self.form, turn.intent)))
            await self.extract_slots(turn, None)
            return True
        if turn.get("resuming"):
            turn.clear("resuming")
            # without this, its question would seem to belong to the task that just ended
            turn.utter("utter_back_to", task=tr(self.title))
            return True
        return False

    async def _handle_danger_message(self, turn: Turn, *, opened: bool) -> bool:
        """Handle a danger in this message, new or already reported. Returns whether there was one."""
        if await handle_danger_update(turn):
            turn.notes[BELONGS_TO_REPORT] = True
            return True
        if opens_danger_report(turn, self.form):
            self._defer_to_danger_report(turn, opened=opened)
            return True
        is_detail = opened and self.form not in REPORT_FORMS and await add_danger_details(turn)
        turn.notes[BELONGS_TO_REPORT] = is_detail
        return is_detail

    def _defer_to_danger_report(self, turn: Turn, *, opened: bool) -> None:
        """Let the danger report go first. If its words opened this task, keep it only if it was clearly asked for."""
        if not opened:
            self._keep_question(turn)
            return
        self._pause_open_task(turn)
        for clause in turn.predictions.clauses:
            is_clear = clause.confidence >= agenda.MIN_SECOND_REQUEST_CONFIDENCE
            if is_clear and registry.find_opener(clause.intent) == self.form:
                agenda.add_item(turn, self.form, clause.text, {})
                break
        self._close_task(turn)

    async def _after_danger_update(self, turn: Turn, *, opened: bool) -> ExternalCall | None:
        """The message belonged to a filed ticket: drop a task that it seemed to open, continue an open one."""
        if opened:
            self._pause_open_task(turn)
            self._close_task(turn)
            return None
        return await self._ask_next(turn, misses=0)

    def _wants_handoff(self, turn: Turn) -> bool:
        """Whether an agent or a call is asked for, which interrupts any task. A certain yes beside it comes first."""
        if not any(act.kind == "person" and act.is_certain for act in turn.acts):
            return False
        if turn.get(REQUESTED_SLOT) and "phone" in self.asks.values():
            is_short = len(turn.text.split()) <= MAX_PHONE_REPLY_WORDS
            if is_short and extract_phone(turn.text, strict=False) is not None:
                return False  # "call me at …" answers the question for a phone
        return self.question_type(turn.get(REQUESTED_SLOT)) != "yes_no" or not any(
            act.kind == "affirm" and act.is_certain for act in turn.acts
        )

    def _is_faq_question(self, turn: Turn) -> bool:
        """Whether it is a question of the portal's FAQ, which a Rasa rule answers."""
        return (
            turn.intent.startswith("faq_")
            and turn.predictions.whole.confidence >= MIN_FAQ_CONFIDENCE
            and (turn.has_act("ask") and not turn.has_act(*ANSWERING_ACTS))
        )

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        """Handle a message within the task. `asked` is the slot of the open question."""
        if turn.has_act("hold") and turn.has_act("ask") and await self._answer_side_question(turn):
            return await self._ask_next(turn, misses=0)  # "hold on, how does this work?" asks a question
        if turn.has_act("hold"):
            self._keep_question(turn)
            turn.utter("utter_hold")
            return None
        if turn.has_act("person") and (turn.intent == "speak_to_human" or not turn.has_act(*ANSWERING_ACTS)):
            self._hand_off(turn)
            return None
        turn.notes["comforted"] = acknowledge_feeling(turn)
        if self._switches_to_other_task(turn) or self._is_declined(turn):
            await self._abandon_task(turn, ask_what_instead=True)
            return None
        if self._is_only_other_request(turn):
            if self.question_type(asked) in OPEN_ENDED_TYPES or not await self.extract_slots(turn, asked):
                return None  # the rule for that intent opens the other task, and this one waits
            return await self._ask_next(turn, misses=0, still=asked)
        # before new requests are added: "no, and stop the paper" asks for one
        dropped = agenda.drop_canceled(turn, turn.acts)
        self._queue_other_requests(turn)
        if dropped and not turn.has_act("answer", "correct", "volunteer"):
            return await self._ask_next(turn, misses=0)
        if self._handle_withheld_number(turn, asked):
            return None
        if turn.has_act("ask") and await self._answer_side_question(turn):
            understood = await self._extract_besides_questions(turn, asked)
            return await self._ask_next(turn, misses=0, still=asked if understood else None)
        if not self._is_only_question(turn, asked) and await self.extract_slots(turn, asked):
            return await self._ask_next(turn, misses=0, still=asked)
        return await self._handle_no_match(turn, asked)

    def _is_only_question(self, turn: Turn, asked: str | None) -> bool:
        """Whether the message only asks and answers nothing.

        `Will it go out Friday?` at a read-back neither agrees nor makes Friday the day. `Is the barn in it? He had two`
        names no amount.
        """
        if self.question_type(asked) == "amount" and not any(map(str.isdigit, turn.focused_text)):
            return turn.has_act("ask") and not turn.has_act("answer", "correct", "affirm", "start")
        asks = turn.has_act("ask") and not turn.has_act(*ANSWERING_ACTS, "start")
        return asks and self.question_type(asked) == "yes_no" and not is_request(turn.text)

    def _switches_to_other_task(self, turn: Turn) -> bool:
        """Whether this task is canceled for another one: `no, let's just pay it`."""
        asked = self.question_type(turn.get(REQUESTED_SLOT))
        # at the question for a number, "no, let's just pay it" also reads as withholding it
        cancels = (turn.has_act("deny", "cancel") and asked != "yes_no") or (
            asked in IDENTITY_TYPES and turn.has_act("skip")
        )
        return cancels and any(act.kind == "start" and self._is_other_task(turn, act) for act in turn.acts)

    def _return_to_left_task(self, turn: Turn) -> bool:
        """If the task that this one replaced is asked for again, resume it with its answers."""
        left = turn.get("left_task")
        is_requested = any(act.kind == "start" and registry.find_opener(act.intent) == left for act in turn.acts)
        clauses = turn.predictions.clauses or (turn.predictions.whole,)
        is_named = any(registry.find_opener(clause.intent) == left for clause in clauses)
        if not left or not (is_requested or (is_named and turn.has_act("deny", "cancel"))):
            return False
        turn.set("paused_task", left)
        turn.clear("left_task")
        self._close_task(turn)
        return True

    def _is_only_other_request(self, turn: Turn) -> bool:
        """Whether it only asks for another task. An answer may look like that: "due date", when a day is asked for."""
        acts = [act for act in turn.acts if act.kind not in ("feeling", "social")]
        if len(acts) != 1 or acts[0].kind != "start" or not self._is_other_task(turn, acts[0]):
            return False
        confidence = min(acts[0].confidence, turn.predictions.whole.confidence)
        is_open_ended = self.question_type(turn.get(REQUESTED_SLOT)) in OPEN_ENDED_TYPES
        if is_open_ended and confidence < MIN_OTHER_TASK_CONFIDENCE:
            return False
        return find_meant_opener(turn, turn.intent) not in (None, self.form)

    async def _answer_side_question(self, turn: Turn) -> bool:
        """Answer a question asked within the task. False if there is no answer."""
        if asks_what_is_left(turn.text):
            agenda.send_remaining(turn)
            return True
        if asks_if_present(turn.text):
            turn.utter("utter_present")
            return True
        return await answer_if_done(turn) or await self._answer_questions(turn)

    async def _extract_besides_questions(self, turn: Turn, asked: str | None) -> bool:
        """Read the parts that are no question: "Visa. Oh wait, are you open on Friday?"."""
        questions = {act.words for act in turn.acts if act.kind in ("ask", "start")}
        rest = [clause.text for clause in turn.predictions.clauses if clause.text not in questions]
        has_number = self.question_type(asked) in IDENTITY_TYPES and any(map(str.isdigit, turn.focused_text))
        only_asks = not rest and self.question_type(asked) in OPEN_ENDED_TYPES and is_question(turn.text)
        if only_asks or (not rest and not has_number and not turn.has_act(*ANSWERING_ACTS)):
            return False
        if self._is_only_question(turn, asked):
            return False
        if self.question_type(asked) not in IDENTITY_TYPES:
            turn.focus(" ".join(rest) or turn.full_text)
        return await self.extract_slots(turn, asked)

    async def _handle_no_match(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        """Handle a message that had nothing for this task."""
        if await answer_photo_wish(turn):
            return await self._ask_next(turn, misses=0)
        if agenda.pending_items(turn) and turn.has_act("start"):
            return await self._ask_next(turn, misses=0)  # it went onto the agenda
        if self._is_clearly_other_task(turn):
            return None  # for a rule
        if turn.has_act("deny", "cancel") and self.ends_on_no(turn, asked):
            await self.send_canceled(turn)
            self._close_task(turn)
            return None
        asks = any(act.kind == "ask" and (act.is_certain or act.confidence >= MIN_QUESTION_SCORE) for act in turn.acts)
        if starts_with_yes(turn.text) and "?" not in turn.text and not is_question(turn.text):
            asks = False  # "yes when I have money" is no question, and no clear yes
        elif is_continuation(turn.text) or is_question(turn.text):
            asks = True
        if asks and not side_questions.has_rule_answer(turn):
            turn.utter("utter_question_unknown")
            return await self._ask_next(turn, misses=0)
        # "okay, sign me up" at the question for a number, or a message of grief, is no failed answer
        continues_task = self.is_requested(turn) or turn.has_act("start", "affirm")
        at_number = self.question_type(asked) in IDENTITY_TYPES and not any(map(str.isdigit, turn.focused_text))
        if (continues_task and at_number) or turn.notes.get("comforted"):
            return await self._ask_next(turn, misses=int(turn.get("misses") or 0))
        if self._is_for_other_rule(turn):
            return None  # for a rule
        return await self._handle_miss(turn)

    def _is_for_other_rule(self, turn: Turn) -> bool:
        """Whether a Rasa rule should answer; the intent must be certain enough, as a guess must not open a task."""
        if turn.intent in MISS_INTENTS or self.is_requested(turn):
            return False
        if turn.intent in SMALL_TALK_INTENTS and not turn.has_act("social"):
            return False  # "all" or "done", while a code is awaited, is no goodbye
        opener = registry.find_opener(turn.intent)
        return (
            self._is_clearly_other_task(turn)
            or any(act.kind == "start" and registry.find_opener(act.intent) == opener for act in turn.acts)
            or (turn.has_act("ask") and side_questions.has_rule_answer(turn))
            or (opener is None and turn.intent in RULE_ANSWERED_INTENTS)
        )

    def _is_clearly_other_task(self, turn: Turn) -> bool:
        """Whether it is for another task: `the power came back on`, at the question for an amount."""
        if turn.intent in MISS_INTENTS or self.is_requested(turn) or turn.has_act("ask"):
            return False
        is_known = registry.find_opener(turn.intent) or turn.intent.startswith("faq_") or turn.intent == RESTORED_INTENT
        # "it is back on" ends an outage, and not the open payment
        ends_other = turn.has_act("cancel") and turn.intent != "cancel"
        min_confidence = MIN_POSSIBLE_TASK_CONFIDENCE if ends_other else MIN_OTHER_TASK_CONFIDENCE
        return bool(is_known) and turn.predictions.whole.confidence >= min_confidence

    def _may_be_control_message(self, turn: Turn) -> bool:
        if any(act.kind == "hold" and act.is_certain for act in turn.acts):
            return False  # "just a minute, let me look at the pole number", whatever a classifier takes it for
        return not follow_ups.is_follow_up(turn) and not asks_what_is_left(turn.text)

    def _go_back_if_asked(self, turn: Turn) -> bool:
        """Undo the last answer if the message asks to go back. Returns whether there was one to undo."""
        is_asked = self._may_be_control_message(turn) and asks_to_go_back(turn.text.strip())
        return is_asked and self.go_back(turn, turn.get(REQUESTED_SLOT))

    def _is_control_message(self, turn: Turn, *, went_back: bool) -> bool:
        """Whether this is about the conversation itself: go back, cancel, repeat, another language."""
        if not self._may_be_control_message(turn):
            return False
        if turn.intent == "cancel" and (is_no_with_number(turn.text.strip()) or turn.has_act("correct", "start")):
            return False  # "no, better 60" changes the amount
        only_asked = turn.has_act("ask") and not turn.has_act("cancel", "deny", "repeat", "language")
        if turn.intent == "cancel" and only_asked and turn.predictions.whole.confidence < MIN_OTHER_TASK_CONFIDENCE:
            return False  # "wait, will that cancel the December one too?"
        # "what? no: my number is 4…" answers
        repeats = turn.has_act("repeat", "language") and not turn.has_act("answer", "correct")
        return went_back or turn.intent in CONTROL_INTENTS or repeats or self._cancels_task(turn)

    def _cancels_task(self, turn: Turn) -> bool:
        """Whether this cancels the task. `Never mind. Yes, please join me to it` does not."""
        if not any(act.kind == "cancel" and act.is_certain for act in turn.acts) or turn.has_act("correct", "start"):
            return False
        return not any(
            clause.intent in self.opening_intents
            and clause.confidence >= MIN_OTHER_TASK_CONFIDENCE
            and starts_with_yes(clause.text)
            for clause in turn.predictions.clauses
        )

    async def _handle_control_message(self, turn: Turn, *, went_back: bool) -> ExternalCall | None:
        if went_back:
            return await self._ask_next(turn, misses=0)
        if turn.intent == "repeat" or turn.has_act("repeat"):
            return await self._repeat_question(turn)
        if turn.intent in ("speak_spanish", "speak_english") or turn.has_act("language"):
            turn.utter("utter_language_switched")
            return await self._ask_next(turn, misses=0)
        if agenda.drop_canceled(turn, turn.acts):  # an agenda item is canceled, and not this task
            return await self._ask_next(turn, misses=0)
        await self._abandon_task(turn)
        return None
