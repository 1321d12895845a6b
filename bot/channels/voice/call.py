"""One call as it goes: reads what came in, takes a turn where there is something to answer, and gives the next step.

No state of a call is kept here. Where it is stands in the step's place, and what was said is kept by the turn, so that
a request delivered again gets the same answer from any process.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace

from backend.conversations import service as conversations
from backend.language import SPANISH, current, speaking, tr
from backend.reading.member_number import read_member_number
from backend.reading.spanish import glossed
from bot.channels.voice import links, menu, saying
from bot.channels.voice.hearing import Heard, heard
from bot.channels.voice.steps import End, HandOver, Place, Step
from bot.dialogue import edge_texts, giving_up
from bot.dialogue.keep_deadline import Keeping, in_time
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.reply_json import reply_from_json
from bot.services import Services

logger = logging.getLogger("memberline.voice")

CALL_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
ANSWER_WITHIN = 4.0
"""Seconds of silence a caller bears; after them a filler is said and the answer is asked for again."""
MOST_POLLS = 9
"""With the fillers that is about a minute: an engine that fell starts again in less."""
STEP_SECONDS = 10.0
"""After this long, such as when the database hangs, something has to be said: Twilio hangs up after 15 seconds."""
KEEP_SECONDS = 6.0
MISSES_BEFORE_A_PERSON = 3
TAKEN = ("completed", "answered")


@dataclass(frozen=True)
class Caller:
    """Who calls. `address` is None when the number is withheld; `ours` is the number that was called."""

    call: str
    address: str | None
    attested: bool
    source: str
    ours: str | None

    @property
    def conversation(self) -> str:
        return f"call-{self.call}"

    def provider_id(self, turn: int) -> str:
        return f"{self.call}:{turn}"


class Call:
    """Takes the turns of one call."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self.services = services
        self.caller = caller
        self.coop = services.coop
        self._said = ""  # with this request, whatever becomes of it

    async def start(self) -> Step:
        """The greeting. A call that begins anew, such as after a failure, first hears what is still being answered."""
        if (waiting := await self._unanswered()) is not None:
            return saying.filler(waiting)
        return saying.greeting(menu.opening(self.coop), Place(await self._newest() + 1))

    async def resume(self) -> Step:
        """Ask again what is open, such as when a relay has broken off; what is being answered is waited for."""
        with speaking(await self._language()):
            if (waiting := await self._unanswered()) is not None:
                return saying.filler(waiting)
            place = await self._standing()
            return await self._again(place, await self._question(place.asked))

    async def anywhere(self, form: Mapping[str, str]) -> Step:
        """A turn that does not tell its place: what was said is taken where the call stands; silence is a new start."""
        if form.get("Digits") or form.get("SpeechResult"):
            return await self.turn(await self._standing(), form)
        return await self.start()

    async def turn(self, place: Place, form: Mapping[str, str]) -> Step:
        """What to do about what the caller said or pressed at `place`."""
        self._said = form.get("SpeechResult", "")
        with speaking(await self._language()):
            return await self._turn(place, form)

    async def _language(self) -> str:
        async with self.services.backend.db.reading() as session:
            return (await conversations.open_now(session, self.caller.conversation)).language

    async def _turn(self, place: Place, form: Mapping[str, str]) -> Step:
        asked = await self._question(place.asked)
        if place.after_dial:
            return await self._after_dial(place, asked, form.get("DialCallStatus", ""))
        if place.polls:
            return await self._take(place, asked, Heard("answer"))
        meaning = heard(form, asked)
        if meaning.kind in ("answer", "person"):
            return await self._take(place, asked, meaning)
        after = replace(place, turn=place.turn + 1)
        if meaning.kind == "repeat":
            return saying.question(asked, after)
        return self._missed(replace(after, misses=place.misses + 1), asked, meaning)

    async def or_broken(self, step: Awaitable[Step], place: Place | None = None) -> Step:
        """The step, or where to go when something fails inside: silence or an error page would be all that is heard.

        `place` is the turn's; None where the call begins or goes on without one.
        """
        try:
            return await in_time(step, STEP_SECONDS)
        except Exception as failure:
            # our own lines only: the failure's text may quote the caller
            lines = "".join(traceback.format_tb(failure.__traceback__)[-6:])
            logger.error("a call failed: %s\n%s", type(failure).__name__, lines)
            return await self.broken(place)

    async def broken(self, place: Place | None) -> Step:
        """When something failed inside: in office hours a person, else where to call.

        What has come of the turn is told first; where that cannot be found out, that is said.
        """
        try:
            place = place or await self._unanswered()
            told = await self._came_of(place) if place else ()
        except Exception as failure:
            logger.error("what came of a turn is not known: %s", type(failure).__name__)
            told = (tr(edge_texts.VOICE_UNKNOWN),)
        first = edge_texts.danger_words(self._said, self.coop)
        told = told if not first or first in told else (first, *told)
        if self._open():
            return _dial((*told, tr(edge_texts.VOICE_DOWN)), place or Place(1))
        return self._closed(told)

    async def _came_of(self, place: Place) -> tuple[str, ...]:
        """What the turn at `place` came to, and now stays at. Nothing to say when nothing was said at it."""
        reply = await self.services.turns.give_up(self._inbound(self.caller.provider_id(place.turn), Heard("answer")))
        if reply is None or not saying.is_over(reply):
            return ()
        return tuple(text for text in saying.texts_of(reply) if text != tr(edge_texts.VOICE_DOWN))

    def _closed(self, told: tuple[str, ...]) -> End:
        return End((*told, menu.out_of_order(self.coop), tr(menu.GOODBYE)))

    async def _take(self, place: Place, asked: Reply, meaning: Heard) -> Step:
        provider_id = self.caller.provider_id(place.turn)
        reply = await self.services.turns.take_turn(
            self._inbound(provider_id, meaning), within=ANSWER_WITHIN, keeping=Keeping(KEEP_SECONDS)
        )
        if reply.pending and not reply.messages:
            if place.polls < MOST_POLLS:
                return saying.filler(replace(place, polls=place.polls + 1))
            late = await self.services.turns.give_up(self._inbound(provider_id, meaning))
            if late is None:
                return await self.broken(place)
            reply = late
        with speaking(reply.language if reply.messages else current()):
            return await self._answered(place, asked, meaning, provider_id, reply)

    async def _answered(self, place: Place, asked: Reply, meaning: Heard, provider_id: str, reply: Reply) -> Step:
        notes, texted = await self._texted(provider_id, reply)
        understood = await self._understood(asked, provider_id)
        after = Place(place.turn + 1, asked=place.turn)
        asked_for = meaning.kind == "person"
        # nobody is there out of hours: the dialogue says when, and offers a call back
        if reply.transfer or (asked_for and (self._open() or not reply.messages)):
            return self._handover(after, place, reply, asked_for=asked_for)
        if reply.end:
            return End((*_until_the_end(reply), *notes))
        if await self._still_open(asked, reply):
            # what the edge itself said, such as on a card number, answers nothing: the question is asked again
            return saying.question(asked, replace(place, turn=after.turn, polls=0), saying.texts_of(reply))
        return saying.question(_with_notes(reply, notes, texted), after, understood)

    async def _still_open(self, asked: Reply, reply: Reply) -> bool:
        """Whether `asked` was a question of the dialogue and still is the one that waits for an answer."""
        if saying.is_over(asked) or not saying.is_over(reply):
            return False
        async with self.services.backend.db.reading() as session:
            stands = await conversations.open_now(session, self.caller.conversation)
        return bool(stands.offered or stands.expects) and stands.expects != giving_up.SETTLED

    async def _understood(self, asked: Reply, provider_id: str) -> tuple[str, ...]:
        """The member number as it is kept, read back in groups, so that a slip is heard at once."""
        if asked.expects != "member_number":
            return ()
        async with self.services.backend.db.reading() as session:
            row = await conversations.find_inbound(session, "voice", provider_id)
        kept = row.text if row else ""
        reading = read_member_number(glossed(kept) if current() == SPANISH else kept)
        return (menu.read_back(reading.dashed),) if reading and reading.dashed else ()

    def _inbound(self, provider_id: str, meaning: Heard) -> Inbound:
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

    def _missed(self, place: Place, asked: Reply, meaning: Heard) -> Step:
        if place.misses >= MISSES_BEFORE_A_PERSON:
            if saying.is_over(asked):
                return End((tr(menu.GOODBYE),))
            return _dial((tr(menu.THIRD_MISS),), place)
        start = {"silence": menu.HEARD_NOTHING, "star_inside": menu.STAR_IS_NOT_A_POINT}
        return saying.reprompt(asked, place, start=start.get(meaning.kind, menu.NOT_CAUGHT))

    def _handover(self, after: Place, before: Place, reply: Reply, *, asked_for: bool) -> Step:
        """To a person. Outside office hours a caller who did not ask for one is not sent to a phone that rings on."""
        texts = _handover_words(reply)
        down = tr(edge_texts.VOICE_DOWN) in texts
        told = tuple(text for text in texts if text != tr(edge_texts.VOICE_DOWN)) if down else ()
        if down and not asked_for and not self._open():
            return self._closed(told)
        connecting = (*told, menu.connecting(self.coop, self._open()))
        words = texts if texts and not (down and asked_for) else connecting
        # if nobody answers, go on where the dialogue is, or where it was
        place = after if _without_handover(reply).expects else replace(before, turn=after.turn)
        return _dial(words, place)

    async def _after_dial(self, place: Place, asked: Reply, status: str) -> Step:
        if status in TAKEN:
            return End()
        return await self._again(replace(place, turn=place.turn + 1), asked, menu.nobody_answered(self.coop))

    async def _again(self, place: Place, asked: Reply, *notes: str) -> Step:
        """The question that is open, or the main menu when none is, or when it was acted on behind its back."""
        rest = _without_handover(asked)
        is_open = (rest.expects or rest.buttons) and not await self._is_settled()
        question = rest if is_open else menu.main_menu()
        there = Place(place.turn, asked=place.asked if question is rest else 0)
        return saying.question(question, there, notes)

    async def _is_settled(self) -> bool:
        """Whether the last turn was given up on after something had been done: its question is over."""
        async with self.services.backend.db.reading() as session:
            stands = await conversations.open_now(session, self.caller.conversation)
        return stands.expects == giving_up.SETTLED

    async def _texted(self, provider_id: str, reply: Reply) -> tuple[tuple[str, ...], bool]:
        """What to say of the reply's links, and whether they were texted."""
        if not any(message.link for message in reply.messages):
            return (), False
        async with self.services.backend.db.reading() as session:
            phone = await links.texted_to(session, provider_id)
        return (menu.texted(phone[-4:]) if phone else menu.not_texted(self.coop),), phone is not None

    async def _question(self, turn: int) -> Reply:
        """The reply that was given at `turn`; the main menu for 0 and for one that is not known."""
        return (await self._reply_of(turn) if turn else None) or menu.main_menu()

    async def _reply_of(self, turn: int) -> Reply | None:
        async with self.services.backend.db.reading() as session:
            row = await conversations.find_inbound(session, "voice", self.caller.provider_id(turn))
        return reply_from_json(row.reply) if row and row.reply else None

    async def _standing(self) -> Place:
        """Behind the newest turn that was taken."""
        newest = await self._newest()
        return Place(newest + 1, asked=newest)

    async def _unanswered(self) -> Place | None:
        """Where to ask for the answer to the newest turn, while it has none."""
        async with self.services.backend.db.reading() as session:
            row = await conversations.newest_inbound(session, self.caller.conversation)
        if row is None or row.status != "received":
            return None
        return Place(int(row.provider_id.rpartition(":")[2]), polls=1)

    async def _newest(self) -> int:
        """The newest turn of the call that was taken; 0 when none was."""
        async with self.services.backend.db.reading() as session:
            row = await conversations.newest_inbound(session, self.caller.conversation)
        turn = row.provider_id.rpartition(":")[2] if row else "0"
        return int(turn)

    def _open(self) -> bool:
        return self.coop.is_open(self.services.backend.clock.now())


def _dial(words: tuple[str, ...], place: Place) -> HandOver:
    return HandOver(words, replace(place, after_dial=True, misses=0, polls=0))


def _is_handover(message: Message) -> bool:
    return message.hints.get("act") == "transfer" or message.text == tr(edge_texts.VOICE_DOWN)


def _until_the_end(reply: Reply) -> tuple[str, ...]:
    """The words up to the goodbye: a task that was open may be asked about after it, to nobody."""
    acts = [message.hints.get("act") for message in reply.messages]
    last = acts.index("end") if "end" in acts else len(acts)
    return saying.texts_of(Reply(reply.messages[: last + 1]))


def _handover_words(reply: Reply) -> tuple[str, ...]:
    return saying.texts_of(Reply(tuple(message for message in reply.messages if _is_handover(message))))


def _without_handover(reply: Reply) -> Reply:
    return Reply(tuple(message for message in reply.messages if not _is_handover(message)))


def _with_notes(reply: Reply, notes: tuple[str, ...], texted: bool) -> Reply:
    """The reply with what became of its links. Where no text could be sent, the words that say so go."""
    if not notes:
        return reply
    kept = tuple(message for message in reply.messages if texted or not message.link)
    at = next((place + 1 for place, message in enumerate(kept) if message.link), 0)
    return replace(reply, messages=(*kept[:at], *map(Message, notes), *kept[at:]))
