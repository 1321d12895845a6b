"""Handles the requests of one call: reads the input, takes a turn if there is something to answer, gives the next step.

A call has no state in this process. Its position is in the step's URL, and what was said is stored by the turn, so a
request delivered again gets the same answer from any process.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace

from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.language import current_language, tr, use_language
from backend.outage.greeting import format_known_outage
from bot.channels.voice import links
from bot.channels.voice.listening.extract import CallerInput, extract_input
from bot.channels.voice.listening.number_parts import FROM_THE_START, is_number_question
from bot.channels.voice.number_entry import AFTER_NUMBER, NumberEntry, NumberInput, find_number, format_read_back
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.steps import CallPosition, CallStep, EndStep, TransferStep
from bot.dialogue import edge_texts, giving_up
from bot.dialogue.messages import Inbound, Message, Reply, reply_from_json
from bot.dialogue.record_deadline import RecordDeadline, run_with_timeout
from bot.services import Services
from bot.web.errors import format_frames

logger = logging.getLogger("memberline.voice")

CALL_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
ANSWER_SECONDS = 4.0
"""How long a caller waits in silence; then a filler is said and the answer is polled again."""
MAX_POLLS = 9
"""With the fillers about a minute: an engine that crashed restarts in less."""
STEP_SECONDS = 10.0
"""Then something must be said, even if the database hangs: Twilio hangs up after 15 seconds."""
RECORD_SECONDS = 6.0
MAX_MISSES = 3
MAX_TURNS_BACK = 8
"""How far back the member number is looked for that a caller corrects."""
MISS_TEXTS = {"silence": menu.HEARD_NOTHING, "star_inside": menu.STAR_IS_NOT_A_POINT}
ANSWERED_STATUSES = ("completed", "answered")


@dataclass(frozen=True)
class Caller:
    """Who calls. `address` is in E.164, or None if it is withheld; `called_number` is the one that was called."""

    call_id: str
    address: str | None
    attested: bool
    source: str
    called_number: str | None

    @property
    def conversation(self) -> str:
        return f"call-{self.call_id}"

    def provider_id(self, turn: int) -> str:
        return f"{self.call_id}:{turn}"


class Call:
    def __init__(self, services: Services, caller: Caller) -> None:
        self.services = services
        self.caller = caller
        self.coop = services.coop
        self._numbers = NumberEntry(services.backend, services.turns)
        self._said = ""  # the words of this request, for advice on danger if it fails

    async def start(self) -> CallStep:
        """Greet the caller. A call that starts again, such as after a failure, first gets its pending answer."""
        if (waiting := await self._find_unanswered()) is not None:
            return prompts.build_filler(waiting)
        async with self.services.backend.db.read_session() as session:
            caller = self.caller
            outage = await format_known_outage(session, self.services.backend, caller.address, attested=caller.attested)
        position = CallPosition(await self._newest_turn() + 1)
        return prompts.build_greeting(menu.format_opening(self.coop), position, outage)

    async def resume(self) -> CallStep:
        """Repeat the open question, such as when a relay broke off, or wait for a pending answer."""
        with use_language((await self._load_state()).language):
            if (waiting := await self._find_unanswered()) is not None:
                return prompts.build_filler(waiting)
            position = await self._current_position()
            return await self._ask_again(position, await self._load_question(position.question_turn))

    async def handle_unplaced_turn(self, form: Mapping[str, str]) -> CallStep:
        """Handle a turn whose URL has no position: take what was said as an answer to the newest turn, else greet."""
        if form.get("Digits") or form.get("SpeechResult"):
            return await self.handle_turn(await self._current_position(), form)
        return await self.start()

    async def handle_turn(self, position: CallPosition, form: Mapping[str, str]) -> CallStep:
        """Handle what the caller said or pressed at `position`."""
        self._said = form.get("SpeechResult", "")
        with use_language((await self._load_state()).language):
            return await self._handle_turn(position, form)

    async def _load_state(self) -> conversations.ConversationState:
        async with self.services.backend.db.read_session() as session:
            return await conversations.open_now(session, self.caller.conversation)

    async def _handle_turn(self, position: CallPosition, form: Mapping[str, str]) -> CallStep:
        asked = await self._load_question(position.question_turn)
        if position.is_after_dial:
            if form.get("DialCallStatus") in ANSWERED_STATUSES:
                return EndStep()
            after = replace(position, turn=position.turn + 1)
            return await self._ask_again(after, asked, menu.format_with_office(menu.NOBODY_ANSWERED, self.coop))
        if position.polls:
            return await self._take_turn(position, asked, CallerInput("answer"))
        caller_input = extract_input(form, asked)
        if is_number_question(asked):
            said = await self._load_said(position.question_turn)
            heard = await self._find_heard_number(asked, position.question_turn)
            number = await self._numbers.read(caller_input, asked, said, position.question_turn, heard)
            if number.more is not None or number.starts_over:
                return await self._go_on_with_number(position, number)
            caller_input = number.caller_input
        if caller_input.kind in ("answer", "person"):
            return await self._take_turn(position, asked, caller_input)
        after = replace(position, turn=position.turn + 1)
        if caller_input.kind == "repeat":
            return prompts.build_question(asked, after, await self._read_back_again(position, asked))
        after = replace(after, misses=position.misses + 1)
        if after.misses < MAX_MISSES:
            start = MISS_TEXTS.get(caller_input.kind, menu.NOT_UNDERSTOOD)
            return prompts.build_reprompt(asked, after, start=start)
        if prompts.has_no_question(asked):
            return EndStep((tr(menu.GOODBYE),))
        return _transfer_step((tr(menu.TRANSFER_AFTER_MISSES),), after)

    async def _go_on_with_number(self, position: CallPosition, number: NumberInput) -> CallStep:
        """Ask for the rest of a number that comes in parts, or for all of it from the start."""
        if number.more is None:
            start = number.parts.question_turn or position.question_turn
            again = CallPosition(position.turn + 1, question_turn=start)
            return prompts.build_question(await self._load_question(start), again, (tr(FROM_THE_START),))
        said = CallerInput("answer", " ".join(number.parts.parts))
        inbound = self._inbound(self.caller.provider_id(position.turn), said)
        reply = await self._numbers.record_part(inbound, number.more, RecordDeadline(RECORD_SECONDS))
        return prompts.build_question(reply, CallPosition(position.turn + 1, question_turn=position.turn))

    async def _load_said(self, turn: int) -> str:
        """What the caller said in a turn; empty for 0, and for keys that choose."""
        async with self.services.backend.db.read_session() as session:
            row = await conversations.find_inbound(session, "voice", self.caller.provider_id(turn))
        return row.text if row else ""

    async def _find_heard_number(self, asked: Reply, turn: int) -> str:
        """The member number, digits alone, that was given before the question for the last four, or empty."""
        if asked.expects in AFTER_NUMBER:
            for earlier in range(turn, max(0, turn - MAX_TURNS_BACK), -1):
                if number := find_number(await self._load_said(earlier)):
                    return number
        return ""

    async def _read_back_again(self, position: CallPosition, asked: Reply) -> tuple[str, ...]:
        return format_read_back(
            await self._find_heard_number(asked, position.question_turn), "member_number", asked.expects
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
            position = position or await self._find_unanswered()
            outcome = await self._give_up_turn(position) if position else ()
        except Exception as failure:
            logger.error("what came of a turn is not known: %s", type(failure).__name__)
            outcome = (tr(edge_texts.VOICE_OUTCOME_UNKNOWN),)
        advice = edge_texts.format_danger_advice(self._said, self.coop)
        if advice and advice not in outcome:
            outcome = (advice, *outcome)
        if self._is_office_open():
            return _transfer_step((*outcome, tr(edge_texts.VOICE_TRANSFERRING)), position or CallPosition(1))
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
        understood = format_read_back(await self._load_said(position.turn), asked.expects, reply.expects)
        if reply.expects == "identity" and not understood:  # the two did not match: it may be the number that is wrong
            understood = await self._read_back_again(replace(position, question_turn=position.turn), reply)
        after = CallPosition(position.turn + 1, question_turn=position.turn)
        asked_for = caller_input.kind == "person"
        # out of hours nobody answers: the dialogue says when the office is open, and offers a call back
        if reply.transfer or (asked_for and (self._is_office_open() or not reply.messages)):
            return self._transfer(after, position, reply, asked_for=asked_for)
        if reply.end:
            # up to the goodbye: the engine may put the question of an open task behind it
            acts = [message.hints.get("act") for message in reply.messages]
            last = acts.index("end") if "end" in acts else len(acts)
            return EndStep((*prompts.list_texts(Reply(reply.messages[: last + 1])), *notes))
        if await self._is_still_open(asked, reply):
            # a notice of our own, such as on a card number, answers nothing: ask the question again
            return prompts.build_question(asked, replace(position, turn=after.turn, polls=0), prompts.list_texts(reply))
        return prompts.build_question(_add_link_notes(reply, notes, texted), after, understood)

    async def _is_still_open(self, asked: Reply, reply: Reply) -> bool:
        """Whether `asked` was a question of the dialogue and is still open after `reply`."""
        if prompts.has_no_question(asked) or not prompts.has_no_question(reply):
            return False
        state = await self._load_state()
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
        )

    def _transfer(self, after: CallPosition, before: CallPosition, reply: Reply, *, asked_for: bool) -> CallStep:
        """Transfer to a person. Out of hours, a caller who did not ask for one is not sent to an empty office."""
        texts = prompts.list_texts(Reply(tuple(message for message in reply.messages if _is_transfer_message(message))))
        transferring = tr(edge_texts.VOICE_TRANSFERRING)
        gave_up = transferring in texts  # the engine did not answer; the other texts say what was done
        outcome = tuple(text for text in texts if text != transferring) if gave_up else ()
        if gave_up and not asked_for and not self._is_office_open():
            return self._end_out_of_order(outcome)
        words = texts
        if not texts or (gave_up and asked_for):
            connecting = menu.CONNECTING if self._is_office_open() else menu.CONNECTING_WHILE_CLOSED
            words = (*outcome, menu.format_with_office(connecting, self.coop))
        # if nobody answers, continue at the new question, or else at the old one
        position = after if _without_transfer(reply).expects else replace(before, turn=after.turn)
        return _transfer_step(words, position)

    async def _ask_again(self, position: CallPosition, asked: Reply, *notes: str) -> CallStep:
        """Repeat the open question; the main menu if there is none, or if its task was finished when giving up."""
        rest = _without_transfer(asked)
        # settled: the turn was given up on after something was done, so its question is over
        is_open = (rest.expects or rest.buttons) and (await self._load_state()).expects != giving_up.SETTLED
        question = rest if is_open else menu.build_main_menu()
        there = CallPosition(position.turn, question_turn=position.question_turn if question is rest else 0)
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

    async def _load_question(self, turn: int) -> Reply:
        """The reply of `turn`; the main menu for 0 and for an unknown turn."""
        row = None
        if turn:
            async with self.services.backend.db.read_session() as session:
                row = await conversations.find_inbound(session, "voice", self.caller.provider_id(turn))
        return reply_from_json(row.reply) if row and row.reply else menu.build_main_menu()

    async def _current_position(self) -> CallPosition:
        """The position after the newest turn."""
        newest = await self._newest_turn()
        return CallPosition(newest + 1, question_turn=newest)

    async def _find_unanswered(self) -> CallPosition | None:
        """The position to poll for the answer to the newest turn; None if it has been answered."""
        row = await self._newest_inbound()
        if row is None or row.status != "received":
            return None
        return CallPosition(int(row.provider_id.rpartition(":")[2]), polls=1)

    async def _newest_turn(self) -> int:
        """The number of the newest turn; 0 if there is none."""
        row = await self._newest_inbound()
        return int(row.provider_id.rpartition(":")[2]) if row else 0

    async def _newest_inbound(self) -> InboundMessage | None:
        async with self.services.backend.db.read_session() as session:
            return await conversations.newest_inbound(session, self.caller.conversation)

    def _is_office_open(self) -> bool:
        return self.coop.is_open(self.services.backend.clock.now())


def _transfer_step(words: tuple[str, ...], position: CallPosition) -> TransferStep:
    return TransferStep(words, replace(position, is_after_dial=True, misses=0, polls=0))


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
