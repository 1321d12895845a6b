"""A task that asks: it reads each message in its context, answers questions in between and gets out gracefully."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import agenda, registry, side_questions
from actions.base import MISSES_BEFORE_A_PERSON, Ask, Outside, SkillAction
from actions.conversation.done import tell_what_is_done
from actions.danger import warn
from actions.free_text import only_asks, only_wants_a_person
from actions.manner import comfort
from actions.person.handing_over import hand_over
from actions.turn import REQUESTED, Turn
from backend.language import mark, speaking, tr
from backend.reading.acts import Act
from backend.reading.acts.signals import is_request

# A message of these intents that answers nothing is a miss; any other is a question for another skill's rule.
MISS_INTENTS = frozenset({"out_of_scope", "nlu_fallback", "inform", "choose", "affirm", "deny", ""})
RESTORED = "outage_restored"  # an action's, and no form's
ANSWERED_BY_RULE = frozenset({"greet", "thank", "goodbye", "help_capabilities", "speak_to_human", RESTORED})
STEERING_INTENTS = frozenset({"cancel", "repeat", "speak_spanish", "speak_english"})
FIGURES = frozenset({"member_number", "last4", "code"})
OWN_WORDS = frozenset({"free_text", "place", "name"})
"""Questions that any words seem to answer; a wish for something else is none."""
ANSWERS = ("answer", "affirm", "deny", "correct", "volunteer", "skip")
"""Acts that may answer the open question or tell the task something."""
NO_BUT = re.compile(r"no\b.*\d", re.IGNORECASE)
BACK = re.compile(r"(please )?(go |take me )?back( up| a step| one)?|previous( question)?", re.IGNORECASE)
INSTEAD = re.compile(r"\b(instead|rather|forget (?:that|it)|no,? (?:wait|let'?s|just))\b", re.IGNORECASE)
NOT_UNDERSTOOD = re.compile(
    r"understand|\b(mean|means|asking|confused|lost)\b|entiend|comprend|quiere decir", re.IGNORECASE
)
"""Who says this is asked in another way; who only wants it again hears it again."""
SURE_OF_ANOTHER = 0.85
"""From here on words at a question of that kind are a wish for another task, and no answer."""
PERHAPS_ANOTHER = 0.5
SURE_OF_THE_TASK = 0.7
SURE_OF_THE_FAQ = 0.45
NEAR_FOR_SURE = 0.85
OWN = re.compile(r"\b(?:i|i'm|me|my|mine|we|our|us|estoy|tengo|mi|mis)\b", re.IGNORECASE)
"""Who speaks of their own account wants to hear how that stands, and not what the thing is in general."""
NOTED = {
    "member_number": mark("the member number"),
    "last4": mark("the last four"),
    "amount": mark("the amount"),
    "day": mark("the day"),
    "time": mark("the time"),
    "method": mark("the way to pay"),
    "place": mark("the place"),
    "phone": mark("the phone number"),
    "email": mark("the email address"),
    "name": mark("the name"),
}


class Form(SkillAction):
    """A task that needs answers. Rasa runs it, as the form's validation action, at each message while it is open.

    A skill says which slots it has (`slots`), of which type its questions are (`asks`), what it is called (`title`),
    reads answers (`listen`) and names the next question (`next_ask`), or does its act and returns None when nothing is
    left to ask. The rest is here: a question in between is answered and the task goes on, another wish goes onto the
    agenda, a missed answer is asked for in another way, and a third miss brings a person.
    """

    form: ClassVar[str]
    task: ClassVar[str]
    title: ClassVar[str]
    slots: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[dict[str, str]] = {}
    opens_with: ClassVar[frozenset[str]]  # the intents that open it; said again inside, they answer no question
    informs: ClassVar[bool] = False
    """Whether the task only tells something: a question may then open it."""
    files: ClassVar[bool] = False
    """Whether the task files something for the office: a question that nobody here can answer does not open it."""
    shows_first: ClassVar[bool] = False
    """Whether the task tells how things stand before it asks what to change."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "form" in cls.__dict__:
            cls.action_name = f"validate_{cls.form}"
            bases = [vars(base) for base in reversed(cls.__mro__)]
            # what every form of a kind asks, such as who is speaking, is declared once, at that kind
            slots = tuple(dict.fromkeys(slot for base in bases for slot in base.get("slots", ())))
            asks = {slot: kind for base in bases for slot, kind in base.get("asks", {}).items()}
            told = (cls.informs, cls.shows_first)
            registry.register(registry.Declared(cls.form, cls.task, cls.title, slots, asks, cls.opens_with, *told))

    @abstractmethod
    async def listen(self, turn: Turn, asked: str | None) -> bool:
        """Read what this message says into slots, in any order. `asked` is the slot that was asked for.

        Returns whether it said anything for this task.
        """

    @abstractmethod
    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        """The next question, work to do before it is known, or None when the task has ended, its outcome told."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self.backend, dispatcher, tracker)
        with speaking(turn.language):
            await self._take_turn(turn)
        # nothing asked and nothing ended: a rejection, which Rasa only sees when no slot is set
        return turn.events() if turn.requested else []

    async def _take_turn(self, turn: Turn) -> None:
        async with self.backend.db.transaction() as turn.session:
            outside = await self._hear(turn)
        while outside is not None:
            await outside.work(turn)
            async with self.backend.db.transaction() as turn.session:
                outside = await self._ask(turn, misses=0)

    async def act(self, turn: Turn) -> None:
        raise NotImplementedError("a form is run by its messages, in as many transactions as it takes")

    async def _hear(self, turn: Turn) -> Outside | None:
        opened = turn.just_opened()
        if opened and agenda.taken_up(turn, self.form):
            turn.clear("offer")
            turn.say("utter_agenda_next", task=tr(self.title))
            await self.listen(turn, None)
            return await self._ask(turn, misses=0)
        if turn.get("resuming"):
            turn.clear("resuming")
            # or its question seems to belong to what just ended
            turn.say("utter_back_to", task=tr(self.title))
            return await self._ask(turn, misses=0)
        warned = not turn.answered_something_else(self.form) and warn(turn, self.form)
        if opened:
            return await self._begin(turn)
        if warned or turn.answered_something_else(self.form):
            return await self._ask(turn, misses=0)
        if self._is_steering(turn):
            return await self._steered(turn)
        if only_asks(turn) or only_wants_a_person(turn) or self._is_of_the_faq(turn):
            return None
        return await self._follow(turn, turn.get(REQUESTED))

    def _is_of_the_faq(self, turn: Turn) -> bool:
        """A question of the portal's FAQ has its own words, which a rule of Rasa's says."""
        return (
            turn.intent.startswith("faq_")
            and turn.statistics.whole.confidence >= SURE_OF_THE_FAQ
            and (turn.does("ask") and not turn.does(*ANSWERS))
        )

    async def _begin(self, turn: Turn) -> Outside | None:
        """The first message: what it says of the task, what else it wishes, and whether it only asked about it."""
        self._interrupt(turn)
        turn.clear("offer")
        if not turn.answered_something_else(self.form):
            comfort(turn)
            if await self._only_asked_about(turn):
                return None
            self._name_when_unsure(turn)
            turn.set("open_task", self.form)  # a question beside the wish is answered without leaving the task
            self._keep_for_later(turn)
            await self._answer_questions(turn)
        await self.listen(turn, None)
        return await self._ask(turn, misses=0)

    def _interrupt(self, turn: Turn) -> None:
        """Another task may be open: it waits, unless this one is wished in its place or was the one waiting."""
        open_task = turn.get("open_task")
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        elif open_task not in (None, self.form):
            turn.set("paused_task", None if INSTEAD.search(turn.text) else open_task)

    async def _only_asked_about(self, turn: Turn) -> bool:
        """A question never starts a task: it is answered, and the task offered."""
        if turn.statistics.whole.confidence >= side_questions.SURE_OF_A_TASK and (
            self.informs
            or (self.shows_first and (side_questions.nearness(turn) < NEAR_FOR_SURE or OWN.search(turn.text)))
        ):
            return False
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
        if turn.whole_words and turn.statistics.whole.confidence < SURE_OF_THE_TASK and turn.get("open_task") is None:
            turn.say("utter_task_named", task=tr(self.title))

    def _keep_for_later(self, turn: Turn) -> None:
        added = agenda.take_in(turn, turn.acts, self.form)
        if added:
            turn.say("utter_agenda_added", tasks=agenda.in_words(added))
        if self.type_of(turn.get(REQUESTED)) in FIGURES:
            return  # a number is found anywhere, and losing one costs more than reading a wish for it
        own = [act for act in turn.acts if act.kind != "start" or registry.opener_of(act.intent) == self.form]
        if len(own) < len(turn.acts) and any(act.words != turn.whole_words for act in own):
            turn.focus(" ".join(dict.fromkeys(act.words for act in own if act.words)))

    async def _answer_questions(self, turn: Turn) -> bool:
        """Answer what was asked beside something else. Returns whether anything was answered."""
        if self.informs and turn.just_opened():
            return False
        return await side_questions.answer_all(turn)

    async def _follow(self, turn: Turn, asked: str | None) -> Outside | None:
        """A message in the middle of the task, by what it does."""
        if turn.does("hold"):
            self._request(turn, asked, int(turn.get("misses") or 0), keep=True)
            turn.say("utter_hold")
            return None
        if turn.does("person") and not turn.does(*ANSWERS):
            self._request(turn, asked, 0, keep=True)
            turn.follow_with("action_person")
            return None
        turn.notes["comforted"] = comfort(turn)
        if self._turns_to_another(turn):
            await self.cancelled(turn)
            agenda.take_in(turn, turn.acts, self.form)
            self._close(turn)
            return None
        if self._is_only_another_wish(turn):
            if self.type_of(asked) in OWN_WORDS or not await self.listen(turn, asked):
                return None  # Rasa's rule for that wish opens it, and this task waits
            return await self._ask(turn, misses=0, still=asked)
        dropped = agenda.drop(turn, turn.acts)  # before new ones are taken in: "no, and stop the paper" wishes that
        self._keep_for_later(turn)
        if dropped and not turn.does("answer", "correct", "volunteer"):
            return await self._ask(turn, misses=0)
        if turn.does("ask") and await self._answered_aside(turn):
            heard = await self._listen_beside_questions(turn, asked)
            return await self._ask(turn, misses=0, still=asked if heard else None)
        if not self._only_wonders(turn, asked) and await self.listen(turn, asked):
            return await self._ask(turn, misses=0, still=asked)
        return await self._unheard(turn, asked)

    def _only_wonders(self, turn: Turn, asked: str | None) -> bool:
        """`Will it go out Friday?` at a read-back asks; it neither agrees nor makes Friday the day."""
        asks = turn.does("ask") and not turn.does(*ANSWERS, "start")
        return asks and self.type_of(asked) == "yes_no" and not is_request(turn.text)

    def _is_another(self, act: Act) -> bool:
        return registry.opener_of(act.intent) not in (None, self.form)

    def _turns_to_another(self, turn: Turn) -> bool:
        """`No, let's just pay it`: this task is left for the other."""
        leaves = turn.does("deny", "cancel") and self.type_of(turn.get(REQUESTED)) != "yes_no"
        return leaves and any(act.kind == "start" and self._is_another(act) for act in turn.acts)

    def _is_only_another_wish(self, turn: Turn) -> bool:
        """Whether nothing is said but a wish for another task. A value may look like one: "due date", at a day."""
        acts = [act for act in turn.acts if act.kind not in ("feeling", "social")]
        wished = len(acts) == 1 and acts[0].kind == "start" and self._is_another(acts[0])
        if wished and self.type_of(turn.get(REQUESTED)) in OWN_WORDS:
            wished = min(acts[0].sure, turn.statistics.whole.confidence) >= SURE_OF_ANOTHER
        return wished and registry.opener_of(turn.intent) not in (None, self.form)

    async def _answered_aside(self, turn: Turn) -> bool:
        """Answer what was asked in the middle of the task; False where nobody here knows."""
        if agenda.WHATS_LEFT.search(turn.text):
            agenda.tell(turn)
            return True
        return await tell_what_is_done(turn) or await self._answer_questions(turn)

    async def _listen_beside_questions(self, turn: Turn, asked: str | None) -> bool:
        """The parts that ask nothing may answer: "Visa. Oh wait, are you open on Friday?"."""
        asking = {act.words for act in turn.acts if act.kind in ("ask", "start")}
        rest = [clause.text for clause in turn.statistics.clauses if clause.text not in asking]
        if not rest and not turn.does(*ANSWERS):
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
        if turn.does("ask") and not side_questions.has_own_answer(turn):
            turn.say("utter_question_unknown")
            return await self._ask(turn, misses=0)
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
        return self._is_surely_another(turn) or wished or told or (opener is None and turn.intent in ANSWERED_BY_RULE)

    def _is_surely_another(self, turn: Turn) -> bool:
        """`The power came back on`, at the amount of a payment: told as a fact, and for another task."""
        if turn.intent in MISS_INTENTS or self.is_meant(turn) or turn.does("ask"):
            return False
        known = registry.opener_of(turn.intent) or turn.intent.startswith("faq_") or turn.intent == RESTORED
        # "it is back on" takes back an outage, and not the payment that is open
        least = PERHAPS_ANOTHER if turn.does("cancel") and turn.intent != "cancel" else SURE_OF_ANOTHER
        return bool(known) and turn.statistics.whole.confidence >= least

    def ends_on_a_no(self, turn: Turn, asked: str | None) -> bool:
        """Whether a plain no to the question `asked`, which is no yes-or-no question, leaves the task."""
        return turn.does("cancel") or self.type_of(asked) not in ("yes_no", "place")

    def task_now(self, turn: Turn) -> str:
        """The task as data/answers names it; a form of several kinds has one for each."""
        return self.task

    def type_of(self, slot: str | None) -> str:
        """The type of the question that asks for `slot`."""
        return registry.FORMS[self.form].asks.get(slot or "", "free_text")

    def _is_steering(self, turn: Turn) -> bool:
        """Whether this is about the talk itself: go back, leave it, say it again, another language."""
        if BACK.fullmatch(turn.text.strip()) and self.go_back(turn, turn.get(REQUESTED)):
            turn.notes["went_back"] = True
        if turn.intent == "cancel" and (NO_BUT.match(turn.text.strip()) or turn.does("correct", "start")):
            return False  # "no, better 60" leaves nothing: it changes the amount
        steers = turn.intent in STEERING_INTENTS or turn.does("repeat", "language") or self._takes_back(turn)
        return "went_back" in turn.notes or steers

    def _takes_back(self, turn: Turn) -> bool:
        return any(act.kind == "cancel" and act.certain for act in turn.acts) and not turn.does("correct", "start")

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
        await self.cancelled(turn)
        self._close(turn)
        return None

    def is_meant(self, turn: Turn) -> bool:
        """Whether this message asks for this very task, once more."""
        return turn.intent in self.opens_with

    async def cancelled(self, turn: Turn) -> None:
        """Say that the task is left, with nothing done."""
        turn.say("utter_task_cancelled")

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        """Undo the answer before the question `asked`; False when there is none to undo."""
        return False

    async def _ask(self, turn: Turn, misses: int, still: str | None = None) -> Outside | None:
        """Ask what is to be asked next. `still` is the question that was open, when something else was heard."""
        ask = await self.next_ask(turn)
        if ask is None:
            self._close(turn)
            return None
        if isinstance(ask, Outside):
            return ask
        self._request(turn, ask.slot, misses, [button["title"] for button in ask.buttons])
        if ask.slot == still and not ask.new and "explained" not in turn.notes:
            self._say_what_is_noted(turn)
        turn.say(ask.response, buttons=ask.buttons or None, misses=misses, **ask.values)
        return None

    def _say_what_is_noted(self, turn: Turn) -> None:
        """Name what was taken in though something else was asked; nothing is "noted" that was not."""
        kinds = [self.type_of(slot) for slot in registry.FORMS[self.form].slots if turn.has_set(slot)]
        names = [tr(NOTED[kind]) for kind in dict.fromkeys(kinds) if kind in NOTED]
        if names:
            turn.say("utter_noted", what=agenda.in_words(names))

    async def _again(self, turn: Turn) -> Outside | None:
        """The question once more; in another way for who did not understand it: its words would not help them."""
        if NOT_UNDERSTOOD.search(turn.text):
            return await self._missed(turn)
        return await self._ask(turn, misses=int(turn.get("misses") or 0))

    async def _missed(self, turn: Turn) -> Outside | None:
        misses = int(turn.get("misses") or 0) + 1
        if misses >= MISSES_BEFORE_A_PERSON:
            await hand_over(turn, "utter_person_after_misses")
            turn.clear("paused_task")  # a person takes over: nothing is asked again behind their back
            self._close(turn)
            return None
        return await self._ask(turn, misses=misses)

    def _close(self, turn: Turn) -> None:
        self._request(turn, None, 0)

    def _request(
        self, turn: Turn, slot: str | None, misses: int, options: list[str] | None = None, *, keep: bool = False
    ) -> None:
        turn.set(REQUESTED, slot)
        turn.set("open_task", self.form if slot else None)
        if not keep:
            asked = {"task": self.task_now(turn), "asked": self.type_of(slot), "options": options or []}
            turn.set("question", asked if slot else None)
        # set also when it stays the same: Rasa takes a form that sets nothing but the request as a rejection
        turn.set("misses", misses)
