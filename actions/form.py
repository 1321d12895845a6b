"""A task that asks: it reads each message in its context, answers questions in between and gets out gracefully."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import agenda, follow_ups, registry, side_questions
from actions.base import Outside
from actions.cases.danger_talk import add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.objecting import OF_A_CODE, objected
from actions.cases.worse import tell_worse
from actions.conversation.done import tell_what_is_done
from actions.danger import REPORTS, rises, warn
from actions.free_text import only_asks, only_wants_a_person
from actions.manner import comfort
from actions.opening import FIGURES, PERHAPS_ANOTHER, OpeningForm
from actions.scheduled.words import opener_meant
from actions.turn import REQUESTED, Turn
from backend.contact.service import read_phone
from backend.language import speaking, tr
from backend.reading.acts.polarity import begins_with_yes
from backend.reading.acts.signals import checks_presence, goes_on, is_question, is_request, withholds
from backend.reading.shouts import without_shouts

# A message of these intents that answers nothing is a miss; any other is a question for another skill's rule.
MISS_INTENTS = frozenset({"out_of_scope", "nlu_fallback", "inform", "choose", "affirm", "deny", ""})
RESTORED = "outage_restored"  # an action's, and no form's
MANNERS = frozenset({"greet", "thank", "goodbye"})
ANSWERED_BY_RULE = MANNERS | {"help_capabilities", "speak_to_human", RESTORED}
STEERING_INTENTS = frozenset({"cancel", "repeat", "speak_spanish", "speak_english"})
OF_A_REPORT = "of_a_report"
"""Of the turn's notes: the message belongs to a report that stands."""
OWN_WORDS = frozenset({"free_text", "place", "name"})
"""Questions that any words seem to answer; a wish for something else is none."""
ANSWERS = ("answer", "affirm", "deny", "correct", "volunteer", "skip")
"""Acts that may answer the open question or tell the task something."""
NO_BUT = re.compile(r"no\b.*\d", re.IGNORECASE)
BACK = re.compile(r"(please )?(go |take me )?back( up| a step| one)?|previous( question)?", re.IGNORECASE)
FEW_WORDS = 8
LIKELY = 0.5
"""A guess below it is no question: gibberish is missed, and not answered with what is not known."""
SURE_OF_ANOTHER = 0.85
"""From here on words at a question of that kind are a wish for another task, and no answer."""
SURE_OF_THE_FAQ = 0.45


class Form(OpeningForm):
    """A form that follows a conversation: each message of an open task is taken by what it does."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self.backend, dispatcher, tracker)
        with speaking(turn.language):
            await self._take_turn(turn)
        return turn.answer()

    async def _take_turn(self, turn: Turn) -> None:
        outside: Outside | None = None
        while True:
            # the second look, behind the work outside: nothing follows from a message that was given up on meanwhile
            async with self.backend.db.transaction() as turn.session:
                if await turn.begin(self.name()):
                    return
                worked = outside is not None
                outside = await (self._ask(turn, misses=0) if worked or turn.resumed else self._heed(turn))
                # nothing asked and nothing ended: a rejection, which Rasa only sees when no slot is set
                ended = turn.requested or outside is not None
                await turn.hold_true()
                await turn.keep(turn.events() if ended else [], unfinished=outside is not None, acted=worked)
            if outside is None:
                return
            await outside.work(turn)

    async def _heed(self, turn: Turn) -> Outside | None:
        """Who never asked for what they were told of is heard before any task; this one stays open, if it was."""
        opened = turn.just_opened()
        asks_on = turn.answered_something_else(self.form) or turn.get("resuming") or turn.get(agenda.NOW)
        if asks_on or not await objected(turn, opened=opened):
            return await self._hear(turn)
        if opened:
            self._interrupt(turn)
            self._close(turn)
            if turn.notes.get(OF_A_CODE):  # said in words that sounded like another wish
                turn.clear("paused_task")
        elif turn.notes.get(OF_A_CODE):  # what asks for the code is what they never asked for
            self._close(turn)
        else:
            self._request(turn, turn.get(REQUESTED), int(turn.get("misses") or 0), keep=True)
        return None

    async def _hear(self, turn: Turn) -> Outside | None:
        opened = turn.just_opened()
        if await self._goes_on(turn, opened=opened):
            return await self._ask(turn, misses=0)
        if (rest := without_shouts(turn.whole_words)) != turn.whole_words:
            turn.focus(rest or turn.whole_words, "inform" if turn.intent == "cancel" else "")
        mine = not turn.answered_something_else(self.form)
        if mine and await self._is_of_a_danger(turn, opened=opened):
            return await self._after_worse(turn, opened=opened) if turn.notes.get(OF_A_REPORT) else None
        reaches = "phone" in self.asks.values()  # "call my other phone" is of this task, and of no report before it
        if mine and not opened and not reaches and turn.does("ask") and await tell_of_the_filed(turn):
            return await self._ask(turn, misses=0)
        warned = mine and warn(turn, self.form)
        if not warned and self._goes_to_a_person(turn):
            self._request(turn, turn.get(REQUESTED), 0, keep=True)
            turn.follow_with("action_person")
            return None
        if opened:
            return await self._begin(turn)
        if warned or turn.answered_something_else(self.form):
            return await self._ask(turn, misses=0)
        if self._goes_back_to_what_was_left(turn) or await self._takes_leave(turn):
            return None
        if self._is_steering(turn):
            return await self._steered(turn)
        if only_asks(turn) or only_wants_a_person(turn) or self._is_of_the_faq(turn):
            return None
        return await self._follow(turn, turn.get(REQUESTED))

    async def _goes_on(self, turn: Turn, *, opened: bool) -> bool:
        """Whether this task comes up by itself: it was wished before, or waited for another to end."""
        if opened and agenda.taken_up(turn, self.form):
            turn.clear("offer")
            turn.say("utter_agenda_next", task=tr(registry.title_of(self.form, turn.intent)))
            await self.listen(turn, None)
            return True
        if turn.get("resuming"):
            turn.clear("resuming")
            # or its question seems to belong to what just ended
            turn.say("utter_back_to", task=tr(self.title))
            return True
        return False

    async def _is_of_a_danger(self, turn: Turn, *, opened: bool) -> bool:
        """Whether this tells of a danger, old or new; of what is reported already, it is heard now."""
        if await tell_worse(turn):
            turn.notes[OF_A_REPORT] = True
            return True
        if rises(turn, self.form):  # the report of it goes first, and this task waits
            if opened:
                self._waits_for_danger(turn)
            else:
                self._request(turn, turn.get(REQUESTED), int(turn.get("misses") or 0), keep=True)
            return True
        more = opened and self.form not in REPORTS and await add_to_danger_talk(turn)
        turn.notes[OF_A_REPORT] = more
        return more

    def _waits_for_danger(self, turn: Turn) -> None:
        """Words of danger opened this task: it comes after the report where it is plainly wished, too, else never."""
        wished = [one for one in turn.statistics.clauses if registry.opener_of(one.intent) == self.form]
        plain = [one.text for one in wished if one.confidence >= agenda.PLAIN]
        self._interrupt(turn)
        if plain:
            agenda.add(turn, self.form, plain[0], {})
        self._close(turn)

    async def _after_worse(self, turn: Turn, *, opened: bool) -> Outside | None:
        """What was told belongs to a report that stands: a task that it seemed to open is left, another asks on."""
        if opened:
            self._interrupt(turn)
            self._close(turn)
            return None
        return await self._ask(turn, misses=0)

    def _goes_to_a_person(self, turn: Turn) -> bool:
        """A person, or a call from one, is a right: no task goes on over it. A certain yes beside it comes first."""
        if turn.answered_something_else(self.form) or turn.get("resuming"):
            return False
        wished = any(act.kind == "person" and act.certain for act in turn.acts)
        if wished and turn.get(REQUESTED) and "phone" in self.asks.values():
            wished = len(turn.text.split()) > FEW_WORDS or read_phone(turn.text, strict=False) is None  # "call me at …"
        agreed = self.type_of(turn.get(REQUESTED)) == "yes_no" and any(
            act.kind == "affirm" and act.certain for act in turn.acts
        )
        return wished and not agreed

    def _is_of_the_faq(self, turn: Turn) -> bool:
        """A question of the portal's FAQ has its own words, which a rule of Rasa's says."""
        return (
            turn.intent.startswith("faq_")
            and turn.statistics.whole.confidence >= SURE_OF_THE_FAQ
            and (turn.does("ask") and not turn.does(*ANSWERS))
        )

    async def _follow(self, turn: Turn, asked: str | None) -> Outside | None:
        """A message in the middle of the task, by what it does."""
        if turn.does("hold") and turn.does("ask") and await self._answered_aside(turn):
            return await self._ask(turn, misses=0)  # "hold on, how does this work?" asks; it needs no time
        if turn.does("hold"):
            self._request(turn, asked, int(turn.get("misses") or 0), keep=True)
            turn.say("utter_hold")
            return None
        if turn.does("person") and (turn.intent == "speak_to_human" or not turn.does(*ANSWERS)):
            self._request(turn, asked, 0, keep=True)
            turn.follow_with("action_person")
            return None
        turn.notes["comforted"] = comfort(turn)
        if self._turns_to_another(turn) or self._is_refused(turn):
            await self._left(turn, go_on=True)
            return None
        if self._is_only_another_wish(turn):
            if self.type_of(asked) in OWN_WORDS or not await self.listen(turn, asked):
                return None  # Rasa's rule for that wish opens it, and this task waits
            return await self._ask(turn, misses=0, still=asked)
        dropped = agenda.drop(turn, turn.acts)  # before new ones are taken in: "no, and stop the paper" wishes that
        self._keep_for_later(turn)
        if dropped and not turn.does("answer", "correct", "volunteer"):
            return await self._ask(turn, misses=0)
        if self._is_withheld(turn, asked):
            return None
        if turn.does("ask") and await self._answered_aside(turn):
            heard = await self._listen_beside_questions(turn, asked)
            return await self._ask(turn, misses=0, still=asked if heard else None)
        if not self._only_wonders(turn, asked) and await self.listen(turn, asked):
            return await self._ask(turn, misses=0, still=asked)
        return await self._unheard(turn, asked)

    def _is_withheld(self, turn: Turn, asked: str | None) -> bool:
        """Who does not want to give the number is told why it is asked for, and what goes without it."""
        if self.type_of(asked) not in FIGURES or turn.does("answer") or not withholds(turn.text):
            return False
        turn.set(follow_ups.LAST, f"asked_{self.type_of(asked)}")
        turn.say("utter_number_withheld")
        self._close(turn)
        return True

    async def _takes_leave(self, turn: Turn) -> bool:
        """`Okay thanks, bye`, at the question who it is: nothing was begun, and the talk is over."""
        if self.type_of(turn.get(REQUESTED)) not in FIGURES or not side_questions.leaves(turn):
            return False
        if not self.informs:
            await self.cancelled(turn)
        turn.clear(agenda.AGENDA, "paused_task")
        turn.say("utter_answer_goodbye")
        self._close(turn)
        return True

    def _only_wonders(self, turn: Turn, asked: str | None) -> bool:
        """`Will it go out Friday?` at a read-back asks; it neither agrees nor makes Friday the day. `Is the barn in it?
        He had two` names no sum."""
        if self.type_of(asked) == "amount" and not any(map(str.isdigit, turn.own_words)):
            return turn.does("ask") and not turn.does("answer", "correct", "affirm", "start")
        asks = turn.does("ask") and not turn.does(*ANSWERS, "start")
        return asks and self.type_of(asked) == "yes_no" and not is_request(turn.text)

    def _turns_to_another(self, turn: Turn) -> bool:
        """`No, let's just pay it`: this task is left for the other."""
        asked = self.type_of(turn.get(REQUESTED))
        # where a number is asked for, "no, let's just pay it" reads as one who will not give it
        leaves = (turn.does("deny", "cancel") and asked != "yes_no") or (asked in FIGURES and turn.does("skip"))
        return leaves and any(act.kind == "start" and self._is_another(turn, act) for act in turn.acts)

    def _goes_back_to_what_was_left(self, turn: Turn) -> bool:
        """`No, let's just pay it`: the task that this one took the place of comes back, with its answers."""
        left = turn.get("left_task")
        wished = any(act.kind == "start" and registry.opener_of(act.intent) == left for act in turn.acts)
        clauses = turn.statistics.clauses or (turn.statistics.whole,)
        named = any(registry.opener_of(clause.intent) == left for clause in clauses)
        if not left or not (wished or (named and turn.does("deny", "cancel"))):
            return False
        turn.set("paused_task", left)
        turn.clear("left_task")
        self._close(turn)
        return True

    def _is_only_another_wish(self, turn: Turn) -> bool:
        """Whether nothing is said but a wish for another task. A value may look like one: "due date", at a day."""
        acts = [act for act in turn.acts if act.kind not in ("feeling", "social")]
        wished = len(acts) == 1 and acts[0].kind == "start" and self._is_another(turn, acts[0])
        if wished and self.type_of(turn.get(REQUESTED)) in OWN_WORDS:
            wished = min(acts[0].sure, turn.statistics.whole.confidence) >= SURE_OF_ANOTHER
        return wished and opener_meant(turn, turn.intent) not in (None, self.form)

    async def _answered_aside(self, turn: Turn) -> bool:
        """Answer what was asked in the middle of the task; False where nobody here knows."""
        if agenda.WHATS_LEFT.search(turn.text):
            agenda.tell(turn)
            return True
        if checks_presence(turn.text):
            turn.say("utter_present")
            return True
        return await tell_what_is_done(turn) or await self._answer_questions(turn)

    async def _listen_beside_questions(self, turn: Turn, asked: str | None) -> bool:
        """The parts that ask nothing may answer: "Visa. Oh wait, are you open on Friday?"."""
        asking = {act.words for act in turn.acts if act.kind in ("ask", "start")}
        rest = [clause.text for clause in turn.statistics.clauses if clause.text not in asking]
        figures = self.type_of(asked) in FIGURES and any(map(str.isdigit, turn.own_words))
        only_asks = not rest and self.type_of(asked) in OWN_WORDS and is_question(turn.text)
        if only_asks or (not rest and not figures and not turn.does(*ANSWERS)):
            return False
        if self._only_wonders(turn, asked):
            return False
        if self.type_of(asked) not in FIGURES:
            turn.focus(" ".join(rest) or turn.whole_words)
        return await self.listen(turn, asked)

    async def _unheard(self, turn: Turn, asked: str | None) -> Outside | None:
        """Nothing for this task in it."""
        if agenda.wishes(turn) and turn.does("start"):
            return await self._ask(turn, misses=0)  # it went onto the agenda
        if self._is_surely_another(turn):
            return None
        if turn.does("deny", "cancel") and self.ends_on_a_no(turn, asked):
            await self.cancelled(turn)
            self._close(turn)
            return None
        asks = any(act.kind == "ask" and (act.certain or act.sure >= LIKELY) for act in turn.acts)
        if begins_with_yes(turn.text) and "?" not in turn.text and not is_question(turn.text):
            asks = False  # "yes when I have money" asks nothing: it is no clear yes
        elif goes_on(turn.text) or is_question(turn.text):
            asks = True
        if asks and not side_questions.has_own_answer(turn):
            turn.say("utter_question_unknown")
            return await self._ask(turn, misses=0)
        wished = self.is_meant(turn) or turn.does("start", "affirm")
        if wished and self.type_of(asked) in FIGURES and not any(map(str.isdigit, turn.own_words)):
            return await self._ask(turn, misses=int(turn.get("misses") or 0))  # "okay, sign me up": no number was meant
        if turn.notes.get("comforted"):
            return await self._ask(turn, misses=int(turn.get("misses") or 0))  # who tells of grief misses nothing
        if self._is_for_another_rule(turn):
            return None  # Rasa takes that as a rejection, and lets the rule for that intent answer
        return await self._missed(turn)

    def _is_for_another_rule(self, turn: Turn) -> bool:
        """Whether the intent that Rasa heard is really wished: a guess must not open another task."""
        if turn.intent in MISS_INTENTS or self.is_meant(turn):
            return False
        opener = registry.opener_of(turn.intent)
        wished = any(act.kind == "start" and registry.opener_of(act.intent) == opener for act in turn.acts)
        told = turn.does("ask") and side_questions.has_own_answer(turn)
        if turn.intent in MANNERS and not turn.does("social"):
            return False  # "all" or "done", where a code is waited for, says goodbye to nobody
        return self._is_surely_another(turn) or wished or told or (opener is None and turn.intent in ANSWERED_BY_RULE)

    def _is_surely_another(self, turn: Turn) -> bool:
        """`The power came back on`, at the amount of a payment: told as a fact, and for another task."""
        if turn.intent in MISS_INTENTS or self.is_meant(turn) or turn.does("ask"):
            return False
        known = registry.opener_of(turn.intent) or turn.intent.startswith("faq_") or turn.intent == RESTORED
        # "it is back on" takes back an outage, and not the payment that is open
        least = PERHAPS_ANOTHER if turn.does("cancel") and turn.intent != "cancel" else SURE_OF_ANOTHER
        return bool(known) and turn.statistics.whole.confidence >= least

    def _is_steering(self, turn: Turn) -> bool:
        """Whether this is about the talk itself: go back, leave it, say it again, another language."""
        if any(act.kind == "hold" and act.certain for act in turn.acts):
            return False  # "just a minute, let me look at the pole number", whatever a classifier takes it for
        if follow_ups.is_one(turn) or agenda.WHATS_LEFT.search(turn.text):
            return False
        if BACK.fullmatch(turn.text.strip()) and self.go_back(turn, turn.get(REQUESTED)):
            turn.notes["went_back"] = True
        if turn.intent == "cancel" and (NO_BUT.match(turn.text.strip()) or turn.does("correct", "start")):
            return False  # "no, better 60" leaves nothing: it changes the amount
        only_asked = turn.does("ask") and not turn.does("cancel", "deny", "repeat", "language")
        if turn.intent == "cancel" and only_asked and turn.statistics.whole.confidence < SURE_OF_ANOTHER:
            return False  # "wait, will that cancel the December one too?"
        again = turn.does("repeat", "language") and not turn.does("answer", "correct")  # "what? no: my number is 4…"
        steers = turn.intent in STEERING_INTENTS or again or self._takes_back(turn)
        return "went_back" in turn.notes or steers

    def _takes_back(self, turn: Turn) -> bool:
        """`Never mind. Yes, please join me to it` leaves nothing: the task itself is wished behind it."""
        if not any(act.kind == "cancel" and act.certain for act in turn.acts) or turn.does("correct", "start"):
            return False
        wished = [c for c in turn.statistics.clauses if c.intent in self.opens_with and begins_with_yes(c.text)]
        return not any(clause.confidence >= SURE_OF_ANOTHER for clause in wished)

    async def _steered(self, turn: Turn) -> Outside | None:
        if "went_back" in turn.notes:
            return await self._ask(turn, misses=0)
        if turn.intent == "repeat" or turn.does("repeat"):
            return await self._again(turn)
        if turn.intent in ("speak_spanish", "speak_english") or turn.does("language"):
            turn.say("utter_language_switched")
            return await self._ask(turn, misses=0)
        if agenda.drop(turn, turn.acts):  # not this task is given up, but one that was to follow
            return await self._ask(turn, misses=0)
        await self._left(turn)
        return None
