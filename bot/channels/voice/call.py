"""Handles the requests of one call: reads the input, takes a turn if there is something to answer, gives the next step.

A call has no state in this process. Its position is in the step's URL, and what was said is stored by the turn, so a
request delivered again gets the same answer from any process.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace

from backend.language import current_language, tr, use_language
from backend.outage.greeting import format_known_outage
from backend.reading.acts.signals import asks_to_wait, takes_leave
from backend.reading.spanish import english_form
from bot.channels.voice import links, own_answers
from bot.channels.voice.call_records import CallRecords
from bot.channels.voice.caller import Caller
from bot.channels.voice.listening.extract import CallerInput, extract_input
from bot.channels.voice.listening.number_parts import FROM_THE_START, is_number_question
from bot.channels.voice.number_entry import NumberEntry, NumberInput, format_read_back
from bot.channels.voice.own_answers import OpenQuestion, transfer_step
from bot.channels.voice.pay.entry import find_pay_step, without_request
from bot.channels.voice.pay.words import CANNOT_NOW
from bot.channels.voice.speaking import menu, prompts, transfers, waiting
from bot.channels.voice.steps import AskStep, CallPosition, CallStep, EndStep, QueueStep
from bot.channels.voice.transfer import office_phone
from bot.channels.voice.transfer.outcome import read_outcome, select_notes
from bot.dialogue import edge_texts, giving_up
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.record_deadline import RecordDeadline, run_with_timeout
from bot.services import Services
from bot.web.errors import format_frames

logger = logging.getLogger("memberline.voice")

ANSWER_SECONDS = 4.0
"""How long a caller waits in silence; then a filler is said and the answer is polled again."""
MAX_POLLS = 9
"""With the fillers about a minute: an engine that crashed restarts in less."""
STEP_SECONDS = 10.0
"""Then something must be said, even if the database hangs: Twilio hangs up after 15 seconds."""
RECORD_SECONDS = 6.0


class Call:
    def __init__(self, services: Services, caller: Caller) -> None:
        self.services = services
        self.caller = caller
        self.coop = services.coop
        self.heard: str | None = None  # where the caller interrupted us: what they had heard of the last words
        self.records = CallRecords(services.backend, caller)
        self._numbers = NumberEntry(services.backend, services.turns)
        self._said = ""  # the words of this request, for advice on danger if it fails

    async def start(self) -> CallStep:
        """Greet the caller. A call that starts again, such as after a failure, first gets its pending answer."""
        if (unanswered := await self.records.find_unanswered()) is not None:
            return prompts.build_filler(unanswered)
        async with self.services.backend.db.read_session() as session:
            caller = self.caller
            outage = await format_known_outage(session, self.services.backend, caller.address, attested=caller.attested)
        position = CallPosition(await self.records.newest_turn() + 1)
        news = " ".join(filter(None, (self.coop.banner_text, outage)))
        return prompts.build_greeting(menu.format_opening(self.coop), position, news)

    async def resume(self, position: CallPosition | None = None) -> CallStep:
        """Repeat the open question, such as when a relay broke off, or wait for a pending answer.

        `position` is where the call was left, by default behind the newest turn; an older one is passed over. An answer
        that asks nothing is said again: nobody knows whether it was heard.
        """
        with use_language(await self.records.load_language()):
            if (unanswered := await self.records.find_unanswered()) is not None:
                return prompts.build_filler(unanswered)
            if position is None or await self.has_passed(position):
                position = await self.records.current_position()
            asked = await self.records.load_question(position.question_turn)
            rest = _without_transfer(asked)
            if prompts.has_no_question(rest) and prompts.list_texts(rest):
                return prompts.build_question(rest, replace(position, polls=0, misses=0))
            return await self._ask_again(position, asked)

    async def has_passed(self, position: CallPosition) -> bool:
        """Whether the turn at `position` has been taken."""
        return position.turn <= await self.records.newest_turn()

    async def handle_unplaced_turn(self, form: Mapping[str, str]) -> CallStep:
        """Handle a turn whose URL has no position: take what was said as an answer to the newest turn, else greet."""
        if form.get("Digits") or form.get("SpeechResult"):
            return await self.handle_turn(await self.records.current_position(), form)
        return await self.come_back()

    async def come_back(self) -> CallStep:
        """Say what the newest turn led to: the request that would have said it failed. Else greet.

        What was said is stored before it is acted on, so the turn is taken again and does nothing twice.
        """
        newest = await self.records.newest_turn()
        if not newest:
            return await self.start()
        position = CallPosition(newest, question_turn=newest - 1)
        with use_language(await self.records.load_language()):
            asked = await self.records.load_question(position.question_turn)
            return await self._take_turn(position, asked, CallerInput("answer"))

    async def handle_turn(self, position: CallPosition, form: Mapping[str, str]) -> CallStep:
        """Handle what the caller said or pressed at `position`."""
        self._said = form.get("SpeechResult", "")
        with use_language(await self.records.load_language()):
            return await self._handle_turn(position, form)

    async def _handle_turn(self, position: CallPosition, form: Mapping[str, str]) -> CallStep:
        asked = await self.records.load_question(position.question_turn)
        if position.is_after_dial:
            return await self._handle_transfer_result(position, asked, form)
        if position.polls:
            return await self._take_turn(position, asked, CallerInput("answer"))
        question = OpenQuestion(await self._with_notes(position, asked), position, self.coop, self._is_office_open())
        own = own_answers.answer_at_once(form, question)
        if isinstance(own, CallerInput):
            return await self._take_turn(position, asked, own)
        if own is not None:
            return own
        caller_input = extract_input(form, asked)
        if is_number_question(asked):
            said = await self.records.load_said(position.question_turn)
            heard = await self.records.find_heard_number(asked, position.question_turn)
            number = await self._numbers.read(caller_input, asked, said, position.question_turn, heard)
            if number.more is not None or number.starts_over:
                return await self._go_on_with_number(position, number)
            caller_input = number.caller_input
            if caller_input.kind == "repeat":
                return prompts.build_question(asked, question.next, await self._read_back_again(position, asked))
        if caller_input.kind in ("answer", "person"):
            return await self._take_turn(position, asked, caller_input)
        return own_answers.answer_rest(caller_input, question)

    async def _with_notes(self, position: CallPosition, asked: Reply) -> Reply:
        """The reply as it is being said in parts: with what became of its links."""
        if not position.part:
            return asked
        return _add_link_notes(asked, *await self._link_notes(self.caller.provider_id(position.question_turn), asked))

    async def press_button(self, position: CallPosition, payload: str) -> CallStep:
        """Take the turn at `position` as if the caller had pressed that button of the open question."""
        asked = await self.records.load_question(position.question_turn)
        with use_language(await self.records.load_language()):
            button = next((button for button in asked.buttons if button.payload == payload), None)
            if button is None:
                return await self._ask_again(replace(position, turn=position.turn + 1), asked)
            return await self._take_turn(position, asked, CallerInput("answer", button.title, button.payload))

    async def repeat_question(self, position: CallPosition, *notes: str) -> CallStep:
        """Say `notes`, then the open question again."""
        asked = await self.records.load_question(position.question_turn)
        return await self._ask_again(replace(position, turn=position.turn + 1), asked, *notes)

    async def _handle_transfer_result(self, position: CallPosition, asked: Reply, form: Mapping[str, str]) -> CallStep:
        """After a transfer or a wait for one: with a person, in the queue, or with the assistant again."""
        outcome = read_outcome(form)
        if outcome == "hung_up":
            return EndStep()
        after = replace(position, turn=position.turn + 1)
        if outcome == "taken":
            # the office has hung up: whoever is still there has the assistant again
            return AskStep(menu.build_main_menu(), CallPosition(after.turn), (), (tr(transfers.BACK_FROM_PERSON),))
        if outcome == "busy" and self._may_wait_in_line():
            return QueueStep((tr(transfers.ALL_BUSY),), position)
        if outcome == "left" and await self.records.newest_turn() >= position.turn:  # asked for a call back meanwhile
            return await self._take_turn(replace(position, is_after_dial=False), asked, CallerInput("answer"))
        notes = select_notes(outcome, is_open=self._is_office_open())
        return await self._ask_again(after, asked, *(menu.format_with_office(note, self.coop) for note in notes))

    async def request_call_back(self, position: CallPosition) -> None:
        """Take the turn at `position` for a caller who waits for a person and would rather be called back."""
        with use_language(await self.records.load_language()):
            wish = self._inbound(
                self.caller.provider_id(position.turn), CallerInput("answer", tr(transfers.CALL_ME_BACK))
            )
            await self.services.turns.take_turn(wish, within=ANSWER_SECONDS, deadline=RecordDeadline(RECORD_SECONDS))

    async def _go_on_with_number(self, position: CallPosition, number: NumberInput) -> CallStep:
        """Ask for the rest of a number that comes in parts, or for all of it from the start."""
        if number.more is None:
            start = number.parts.question_turn or position.question_turn
            again = CallPosition(position.turn + 1, question_turn=start)
            return prompts.build_question(await self.records.load_question(start), again, (tr(FROM_THE_START),))
        said = CallerInput("answer", " ".join(number.parts.parts))
        inbound = self._inbound(self.caller.provider_id(position.turn), said)
        reply = await self._numbers.record_part(inbound, number.more, RecordDeadline(RECORD_SECONDS))
        return prompts.build_question(reply, CallPosition(position.turn + 1, question_turn=position.turn))

    async def _read_back_again(self, position: CallPosition, asked: Reply) -> tuple[str, ...]:
        return format_read_back(
            await self.records.find_heard_number(asked, position.question_turn), "member_number", asked.expects
        )

    async def run_safely(self, step: Awaitable[CallStep], position: CallPosition | None = None) -> CallStep:
        """Await the step; on a failure or after STEP_SECONDS, give one that says so: an error page would be silence.

        `position` is the position of the turn; None where the call begins or continues without one.
        """
        try:
            return await run_with_timeout(step, STEP_SECONDS)
        except Exception as failure:
            logger.error("a call failed: %s\n%s", type(failure).__name__, format_frames(failure, 6))
            return await self.handle_failure(position)

    async def handle_failure(self, position: CallPosition | None) -> CallStep:
        """Say what was done in the turn, or that it is unknown; then transfer, or out of hours say where to call."""
        try:
            position = position or await self.records.find_unanswered()
            outcome = await self._give_up_turn(position) if position else ()
        except Exception as failure:
            logger.error("what came of a turn is not known: %s", type(failure).__name__)
            outcome = (tr(edge_texts.VOICE_OUTCOME_UNKNOWN),)
        advice = edge_texts.format_danger_advice(self._said, self.coop)
        if advice and advice not in outcome:
            outcome = (advice, *outcome)
        if self._is_office_open():
            return transfer_step((*outcome, tr(edge_texts.VOICE_TRANSFERRING)), position or CallPosition(1))
        return self._end_out_of_order(outcome)

    async def _give_up_turn(self, position: CallPosition) -> tuple[str, ...]:
        """Give up on the turn at `position` and return what was done, in words; empty if there is no such turn."""
        reply = await self.services.turns.give_up(
            self._inbound(self.caller.provider_id(position.turn), CallerInput("answer"))
        )
        if reply is None or not prompts.has_no_question(reply):
            return ()
        return tuple(text for text in prompts.list_texts(reply) if text != tr(edge_texts.VOICE_TRANSFERRING))

    def _end_out_of_order(self, outcome: tuple[str, ...]) -> EndStep:
        return EndStep((*outcome, menu.format_with_office(menu.OUT_OF_ORDER, self.coop), tr(menu.GOODBYE)))

    async def _take_turn(self, position: CallPosition, asked: Reply, caller_input: CallerInput) -> CallStep:
        provider_id = self.caller.provider_id(position.turn)
        reply = await self.services.turns.take_turn(
            self._inbound(provider_id, caller_input), within=ANSWER_SECONDS, deadline=RecordDeadline(RECORD_SECONDS)
        )
        if reply.pending and not reply.messages:
            if position.polls < MAX_POLLS:
                return prompts.build_filler(replace(position, polls=position.polls + 1))
            late = await self.services.turns.give_up(self._inbound(provider_id, caller_input))
            if late is None:
                return await self.handle_failure(position)
            reply = late
        with use_language(reply.language if reply.messages else current_language()):
            return await self._next_step(position, asked, caller_input, provider_id, reply)

    async def _next_step(
        self, position: CallPosition, asked: Reply, caller_input: CallerInput, provider_id: str, reply: Reply
    ) -> CallStep:
        notes, texted = await self._link_notes(provider_id, reply)
        understood = format_read_back(await self.records.load_said(position.turn), asked.expects, reply.expects)
        if reply.expects == "identity" and not understood:  # the two did not match: it may be the number that is wrong
            understood = await self._read_back_again(replace(position, question_turn=position.turn), reply)
        after = CallPosition(position.turn + 1, question_turn=position.turn, offers=position.offers)
        asked_for = caller_input.kind == "person"
        # out of hours nobody answers: the dialogue says when the office is open, and offers a call back
        if reply.transfer or (asked_for and (self._is_office_open() or not reply.messages)):
            return self._transfer(after, position, reply, asked_for=asked_for)
        if waiting.is_wait(reply) and asks_to_wait(english_form(caller_input.text, current_language())):
            return waiting.build_hold(asked, replace(position, turn=after.turn, polls=0), *prompts.list_texts(reply))
        if reply.end:
            return self._end(position, asked, caller_input, reply, notes)
        keyed = find_pay_step(self.services.backend, reply, after) if self.caller.is_on_twilio else None
        if keyed is not None:
            return keyed
        if (rest := without_request(reply)) != reply:  # here nothing can be keyed in
            reply, understood = rest, (*understood, tr(CANNOT_NOW))
        if await self._is_still_open(asked, reply):
            # a notice of our own, such as on a card number, answers nothing: ask the question again
            return prompts.build_question(asked, replace(position, turn=after.turn, polls=0), prompts.list_texts(reply))
        return prompts.build_question(_add_link_notes(reply, notes, texted), after, understood)

    def _end(
        self, position: CallPosition, asked: Reply, caller_input: CallerInput, reply: Reply, notes: tuple[str, ...]
    ) -> CallStep:
        """Say goodbye. At the menu only to who takes leave: what was misheard hangs up on nobody."""
        if menu.is_main_menu(asked) and not takes_leave(english_form(caller_input.text, current_language())):
            return own_answers.handle_miss("no_match", OpenQuestion(asked, position, self.coop, self._is_office_open()))
        # up to the goodbye: the engine may put the question of an open task behind it
        acts = [message.hints.get("act") for message in reply.messages]
        last = acts.index("end") if "end" in acts else len(acts)
        return EndStep((*prompts.list_texts(Reply(reply.messages[: last + 1])), *notes))

    async def _is_still_open(self, asked: Reply, reply: Reply) -> bool:
        """Whether `asked` was a question of the dialogue and is still open after `reply`."""
        if prompts.has_no_question(asked) or not prompts.has_no_question(reply):
            return False
        state = await self.records.load_state()
        return bool(state.offered or state.expects) and state.expects != giving_up.SETTLED

    def _inbound(self, provider_id: str, caller_input: CallerInput) -> Inbound:
        caller = self.caller
        return Inbound(
            channel="voice",
            conversation=caller.conversation,
            provider_id=provider_id,
            text=caller_input.text,
            payload=caller_input.payload,
            address=caller.address,
            attested=caller.attested,
            source=caller.source,
            heard=self.heard or "",
        )

    def _transfer(self, after: CallPosition, before: CallPosition, reply: Reply, *, asked_for: bool) -> CallStep:
        """Transfer to a person. Out of hours nobody is dialed: a call back is offered instead."""
        texts = prompts.list_texts(Reply(tuple(message for message in reply.messages if _is_transfer_message(message))))
        transferring = tr(edge_texts.VOICE_TRANSFERRING)
        gave_up = transferring in texts  # the engine did not answer; the other texts say what was done
        outcome = tuple(text for text in texts if text != transferring) if gave_up else ()
        # if nobody answers, continue at the new question, or else at the old one
        rest = _without_transfer(reply)
        position = after if rest.expects else replace(before, turn=after.turn, holds=0, part=0)
        if not self._is_office_open():
            if gave_up or before.offers >= waiting.MAX_OFFERS:
                return self._end_out_of_order(outcome)
            words = prompts.list_texts(rest) if asked_for else (*prompts.list_texts(rest), tr(waiting.NOT_GETTING_IT))
            return waiting.ask_for_help_offer(self.coop, position, *words, is_open=False)
        words = texts
        if not texts or (gave_up and asked_for):
            words = (*outcome, menu.format_with_office(menu.CONNECTING, self.coop))
        return transfer_step(words, position)

    async def _ask_again(self, position: CallPosition, asked: Reply, *notes: str) -> CallStep:
        """Repeat the open question; the main menu if there is none, or if its task was finished when giving up."""
        rest = _without_transfer(asked)
        # settled: the turn was given up on after something was done, so its question is over
        is_open = (rest.expects or rest.buttons) and (await self.records.load_state()).expects != giving_up.SETTLED
        question = rest if is_open else menu.build_main_menu()
        there = CallPosition(
            position.turn, question_turn=position.question_turn if question is rest else 0, offers=position.offers
        )
        return prompts.build_question(question, there, notes)

    async def _link_notes(self, provider_id: str, reply: Reply) -> tuple[tuple[str, ...], bool]:
        """What to say about the reply's links, and whether they were texted."""
        if not any(message.link for message in reply.messages):
            return (), False
        async with self.services.backend.db.read_session() as session:
            phone = await links.find_texted_phone(session, provider_id)
        if phone is None:
            return (menu.format_with_office(menu.NOT_TEXTED, self.coop),), False
        return (tr(menu.TEXTED, last4=phone[-4:]),), True

    def _may_wait_in_line(self) -> bool:
        return self.caller.is_on_twilio and self._is_office_open() and bool(office_phone.find_carrier(self.services))

    def _is_office_open(self) -> bool:
        return self.coop.is_open(self.services.backend.clock.now())


def _is_transfer_message(message: Message) -> bool:
    return message.hints.get("act") == "transfer" or message.text == tr(edge_texts.VOICE_TRANSFERRING)


def _without_transfer(reply: Reply) -> Reply:
    return Reply(tuple(message for message in reply.messages if not _is_transfer_message(message)))


def _add_link_notes(reply: Reply, notes: tuple[str, ...], texted: bool) -> Reply:
    """Add notes about the links to the reply. Where none was texted, drop the messages that have links."""
    if not notes:
        return reply
    kept = tuple(message for message in reply.messages if texted or not message.link)
    at = next((position + 1 for position, message in enumerate(kept) if message.link), 0)
    return replace(reply, messages=(*kept[:at], *map(Message, notes), *kept[at:]))
