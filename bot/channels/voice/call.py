"""Handles the requests of one call: reads the input, takes a turn if there is something to answer, gives the next step.

A call has no state in this process. Its position is in the step's URL, and what was said is stored by the turn, so a
request delivered again gets the same answer from any process.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace

from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.language import SPANISH, current_language, tr, use_language
from backend.reading.numbers.member_number import parse_member_number
from backend.reading.spanish import to_english
from bot.channels.voice import links, menu, prompts
from bot.channels.voice.extract import CallerInput, extract_input
from bot.channels.voice.steps import CallPosition, CallStep, EndStep, TransferStep
from bot.dialogue import edge_texts, giving_up
from bot.dialogue.keep_deadline import KeepDeadline, run_with_timeout
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.reply_json import reply_from_json
from bot.services import Services

logger = logging.getLogger("memberline.voice")

CALL_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
ANSWER_SECONDS = 4.0
"""How long a caller waits in silence; then a filler is said and the answer is polled again."""
MAX_POLLS = 9
"""With the fillers about a minute: an engine that crashed restarts in less."""
STEP_SECONDS = 10.0
"""Then something must be said, even if the database hangs: Twilio hangs up after 15 seconds."""
KEEP_SECONDS = 6.0
MAX_MISSES = 3
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
        self._said = ""  # the words of this request, for advice on danger if it fails

    async def start(self) -> CallStep:
        """Greet the caller. A call that starts again, such as after a failure, first gets its pending answer."""
        if (waiting := await self._find_unanswered()) is not None:
            return prompts.build_filler(waiting)
        return prompts.build_greeting(menu.format_opening(self.coop), CallPosition(await self._newest_turn() + 1))

    async def resume(self) -> CallStep:
        """Repeat the open question, such as when a relay broke off, or wait for a pending answer."""
        with use_language(await self._load_language()):
            if (waiting := await self._find_unanswered()) is not None:
                return prompts.build_filler(waiting)
            place = await self._current_position()
            return await self._ask_again(place, await self._load_question(place.question_turn))

    async def handle_unplaced_turn(self, form: Mapping[str, str]) -> CallStep:
        """Handle a turn whose URL has no position: take what was said as an answer to the newest turn, else greet."""
        if form.get("Digits") or form.get("SpeechResult"):
            return await self.handle_turn(await self._current_position(), form)
        return await self.start()

    async def handle_turn(self, place: CallPosition, form: Mapping[str, str]) -> CallStep:
        """Handle what the caller said or pressed at `place`."""
        self._said = form.get("SpeechResult", "")
        with use_language(await self._load_language()):
            return await self._handle_turn(place, form)

    async def _load_language(self) -> str:
        return (await self._load_state()).language

    async def _load_state(self) -> conversations.ConversationState:
        async with self.services.backend.db.read_session() as session:
            return await conversations.open_now(session, self.caller.conversation)

    async def _handle_turn(self, place: CallPosition, form: Mapping[str, str]) -> CallStep:
        asked = await self._load_question(place.question_turn)
        if place.is_after_dial:
            return await self._after_dial(place, asked, form.get("DialCallStatus", ""))
        if place.polls:
            return await self._take_turn(place, asked, CallerInput("answer"))
        meaning = extract_input(form, asked)
        if meaning.kind in ("answer", "person"):
            return await self._take_turn(place, asked, meaning)
        after = replace(place, turn=place.turn + 1)
        if meaning.kind == "repeat":
            return prompts.build_question(asked, after)
        return self._reprompt_or_transfer(replace(after, misses=place.misses + 1), asked, meaning)

    async def run_safely(self, step: Awaitable[CallStep], place: CallPosition | None = None) -> CallStep:
        """Await the step; on a failure or after STEP_SECONDS, give one that says so: an error page would be silence.

        `place` is the position of the turn; None where the call begins or continues without one.
        """
        try:
            return await run_with_timeout(step, STEP_SECONDS)
        except Exception as failure:
            # only the lines of code: the message of the failure may quote the caller
            lines = "".join(traceback.format_tb(failure.__traceback__)[-6:])
            logger.error("a call failed: %s\n%s", type(failure).__name__, lines)
            return await self.handle_failure(place)

    async def handle_failure(self, place: CallPosition | None) -> CallStep:
        """Say what was done in the turn, or that it is unknown; then transfer, or out of hours say where to call."""
        try:
            place = place or await self._find_unanswered()
            told = await self._give_up_turn(place) if place else ()
        except Exception as failure:
            logger.error("what came of a turn is not known: %s", type(failure).__name__)
            told = (tr(edge_texts.VOICE_OUTCOME_UNKNOWN),)
        first = edge_texts.format_danger_advice(self._said, self.coop)
        told = told if not first or first in told else (first, *told)
        if self._is_office_open():
            return _transfer_step((*told, tr(edge_texts.VOICE_TRANSFERRING)), place or CallPosition(1))
        return self._end_out_of_order(told)

    async def _give_up_turn(self, place: CallPosition) -> tuple[str, ...]:
        """Give up on the turn at `place` and return the words about what was done; empty if the turn does not exist."""
        reply = await self.services.turns.give_up(
            self._inbound(self.caller.provider_id(place.turn), CallerInput("answer"))
        )
        if reply is None or not prompts.has_no_question(reply):
            return ()
        return tuple(text for text in prompts.list_texts(reply) if text != tr(edge_texts.VOICE_TRANSFERRING))

    def _end_out_of_order(self, told: tuple[str, ...]) -> EndStep:
        return EndStep((*told, menu.format_out_of_order(self.coop), tr(menu.GOODBYE)))

    async def _take_turn(self, place: CallPosition, asked: Reply, meaning: CallerInput) -> CallStep:
        provider_id = self.caller.provider_id(place.turn)
        reply = await self.services.turns.take_turn(
            self._inbound(provider_id, meaning), within=ANSWER_SECONDS, keeping=KeepDeadline(KEEP_SECONDS)
        )
        if reply.pending and not reply.messages:
            if place.polls < MAX_POLLS:
                return prompts.build_filler(replace(place, polls=place.polls + 1))
            late = await self.services.turns.give_up(self._inbound(provider_id, meaning))
            if late is None:
                return await self.handle_failure(place)
            reply = late
        with use_language(reply.language if reply.messages else current_language()):
            return await self._next_step(place, asked, meaning, provider_id, reply)

    async def _next_step(
        self, place: CallPosition, asked: Reply, meaning: CallerInput, provider_id: str, reply: Reply
    ) -> CallStep:
        notes, texted = await self._link_notes(provider_id, reply)
        understood = await self._read_back_member_number(asked, provider_id)
        after = CallPosition(place.turn + 1, question_turn=place.turn)
        asked_for = meaning.kind == "person"
        # out of hours nobody answers: the dialogue says when the office is open, and offers a call back
        if reply.transfer or (asked_for and (self._is_office_open() or not reply.messages)):
            return self._transfer(after, place, reply, asked_for=asked_for)
        if reply.end:
            return EndStep((*_texts_until_end(reply), *notes))
        if await self._is_still_open(asked, reply):
            # a notice of our own, such as on a card number, answers nothing: ask the question again
            return prompts.build_question(asked, replace(place, turn=after.turn, polls=0), prompts.list_texts(reply))
        return prompts.build_question(_add_link_notes(reply, notes, texted), after, understood)

    async def _is_still_open(self, asked: Reply, reply: Reply) -> bool:
        """Whether `asked` was a question of the dialogue and is still open after `reply`."""
        if prompts.has_no_question(asked) or not prompts.has_no_question(reply):
            return False
        state = await self._load_state()
        return bool(state.offered or state.expects) and state.expects != giving_up.SETTLED

    async def _read_back_member_number(self, asked: Reply, provider_id: str) -> tuple[str, ...]:
        """The member number as it was understood, read back in groups so that the caller notices an error."""
        if asked.expects != "member_number":
            return ()
        async with self.services.backend.db.read_session() as session:
            row = await conversations.find_inbound(session, "voice", provider_id)
        kept = row.text if row else ""
        reading = parse_member_number(to_english(kept) if current_language() == SPANISH else kept)
        return (menu.format_read_back(reading.dashed),) if reading and reading.dashed else ()

    def _inbound(self, provider_id: str, meaning: CallerInput) -> Inbound:
        caller = self.caller
        return Inbound(
            channel="voice",
            conversation=caller.conversation,
            provider_id=provider_id,
            text=meaning.text,
            payload=meaning.payload,
            address=caller.address,
            attested=caller.attested,
            source=caller.source,
        )

    def _reprompt_or_transfer(self, place: CallPosition, asked: Reply, meaning: CallerInput) -> CallStep:
        if place.misses >= MAX_MISSES:
            if prompts.has_no_question(asked):
                return EndStep((tr(menu.GOODBYE),))
            return _transfer_step((tr(menu.TRANSFER_AFTER_MISSES),), place)
        start = {"silence": menu.HEARD_NOTHING, "star_inside": menu.STAR_IS_NOT_A_POINT}
        return prompts.build_reprompt(asked, place, start=start.get(meaning.kind, menu.NOT_UNDERSTOOD))

    def _transfer(self, after: CallPosition, before: CallPosition, reply: Reply, *, asked_for: bool) -> CallStep:
        """Transfer to a person. Out of hours, a caller who did not ask for one is not sent to an empty office."""
        texts = _transfer_texts(reply)
        down = tr(edge_texts.VOICE_TRANSFERRING) in texts
        told = tuple(text for text in texts if text != tr(edge_texts.VOICE_TRANSFERRING)) if down else ()
        if down and not asked_for and not self._is_office_open():
            return self._end_out_of_order(told)
        connecting = (*told, menu.format_connecting(self.coop, self._is_office_open()))
        words = texts if texts and not (down and asked_for) else connecting
        # if nobody answers, continue at the new question, or else at the old one
        place = after if _without_transfer(reply).expects else replace(before, turn=after.turn)
        return _transfer_step(words, place)

    async def _after_dial(self, place: CallPosition, asked: Reply, status: str) -> CallStep:
        if status in ANSWERED_STATUSES:
            return EndStep()
        return await self._ask_again(replace(place, turn=place.turn + 1), asked, menu.format_nobody_answered(self.coop))

    async def _ask_again(self, place: CallPosition, asked: Reply, *notes: str) -> CallStep:
        """Repeat the open question; the main menu if there is none, or if its task was finished when giving up."""
        rest = _without_transfer(asked)
        # settled: the turn was given up on after something was done, so its question is over
        is_open = (rest.expects or rest.buttons) and (await self._load_state()).expects != giving_up.SETTLED
        question = rest if is_open else menu.build_main_menu()
        there = CallPosition(place.turn, question_turn=place.question_turn if question is rest else 0)
        return prompts.build_question(question, there, notes)

    async def _link_notes(self, provider_id: str, reply: Reply) -> tuple[tuple[str, ...], bool]:
        """What to say about the reply's links, and whether they were texted."""
        if not any(message.link for message in reply.messages):
            return (), False
        async with self.services.backend.db.read_session() as session:
            phone = await links.find_texted_phone(session, provider_id)
        return (menu.format_texted(phone[-4:]) if phone else menu.format_not_texted(self.coop),), phone is not None

    async def _load_question(self, turn: int) -> Reply:
        """The reply of `turn`; the main menu for 0 and for an unknown turn."""
        return (await self._load_reply(turn) if turn else None) or menu.build_main_menu()

    async def _load_reply(self, turn: int) -> Reply | None:
        async with self.services.backend.db.read_session() as session:
            row = await conversations.find_inbound(session, "voice", self.caller.provider_id(turn))
        return reply_from_json(row.reply) if row and row.reply else None

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


def _transfer_step(words: tuple[str, ...], place: CallPosition) -> TransferStep:
    return TransferStep(words, replace(place, is_after_dial=True, misses=0, polls=0))


def _is_transfer_message(message: Message) -> bool:
    return message.hints.get("act") == "transfer" or message.text == tr(edge_texts.VOICE_TRANSFERRING)


def _texts_until_end(reply: Reply) -> tuple[str, ...]:
    """The texts up to the goodbye: the engine may put the question of an open task behind it."""
    acts = [message.hints.get("act") for message in reply.messages]
    last = acts.index("end") if "end" in acts else len(acts)
    return prompts.list_texts(Reply(reply.messages[: last + 1]))


def _transfer_texts(reply: Reply) -> tuple[str, ...]:
    return prompts.list_texts(Reply(tuple(message for message in reply.messages if _is_transfer_message(message))))


def _without_transfer(reply: Reply) -> Reply:
    return Reply(tuple(message for message in reply.messages if not _is_transfer_message(message)))


def _add_link_notes(reply: Reply, notes: tuple[str, ...], texted: bool) -> Reply:
    """Add notes about the links to the reply. Where none was texted, drop the messages that have links."""
    if not notes:
        return reply
    kept = tuple(message for message in reply.messages if texted or not message.link)
    at = next((place + 1 for place, message in enumerate(kept) if message.link), 0)
    return replace(reply, messages=(*kept[:at], *map(Message, notes), *kept[at:]))
