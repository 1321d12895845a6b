"""One call as the carrier sees it: follows TwiML verb by verb and tells which request comes next.

It opens no connection: `start`, the caller's and the person's acts and `read` return the request to make, if one is
due, and `read` takes its answer. A verb that is not known is shown and passed over. Nothing is timed: a <Gather> waits
until keys, words or `keep_silent` come, and whoever rings or waits in a queue does so until the next act.
"""

from __future__ import annotations

import secrets
import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

from sandbox.carrier.parties import CHOICES, WHISPER_CHOICES, Dial, Entry, Listening, Queue
from sandbox.carrier.signing import CarrierAccount, CarrierRequest
from sandbox.carrier.spoken import SpokenPart, list_parts

WITHHELD = "+266696687"
"""How Twilio writes a caller who withholds the number: the keys of the word `anonymous`."""
ATTESTED, NOT_ATTESTED = "TN-Validation-Passed-A", "No-TN-Validation"
KEYS = frozenset("0123456789*#")
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
"""What Twilio says itself when it gets no TwiML."""


class PhoneCall:
    """A call from `phone` (E.164; empty is withheld) to the account's number.

    `mode` is `asking` (a request is due), `listening`, `ringing`, `talking`, `queued`, `relaying` or `ended`.
    """

    def __init__(self, account: CarrierAccount, phone: str, *, attested: bool = False) -> None:
        self.sid = "CA" + secrets.token_hex(16)
        self.fields = {
            "CallSid": self.sid,
            "AccountSid": account.sid,
            "From": phone or WITHHELD,
            "To": account.number,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "StirVerstat": ATTESTED if attested and phone else NOT_ATTESTED,
        }
        self._account = account
        self.mode = "asking"
        self.entries: list[Entry] = []
        self.listening: Listening | None = None
        self.relay: ElementTree.Element | None = None
        self.was_refused = False
        self._speaker = "line"
        self._url = ""
        self._verbs: deque[ElementTree.Element] = deque()
        self._pause = 0
        self._dial: Dial | None = None
        self._queue: Queue | None = None
        self._relay_action = ""
        self._do: dict[str, Callable[[ElementTree.Element], CarrierRequest | bool]] = {
            "Say": self._say,
            "Play": self._play,
            "Pause": self._wait,
            "Gather": self._gather,
            "Redirect": self._redirect,
            "Dial": self._dial_out,
            "Enqueue": self._enqueue,
            "Leave": self._leave,
            "Connect": self._connect,
            "Hangup": self._hang_up,
            "Reject": self._hang_up,
        }

    def start(self, url: str) -> CarrierRequest:
        return self._ask(url)

    def read(self, answer: str, status: int = 200) -> CarrierRequest | None:
        """Take the answer to the request that was due; returns the next one if there is one at once."""
        if self.mode == "ended":
            return None
        if self._dial and self._dial.leg:
            return self._after_whisper(self._dial.leg.read(answer, status))
        try:
            root = ElementTree.fromstring(answer)  # noqa: S314 - the app's own
        except ElementTree.ParseError:
            root = ElementTree.Element("none")
        if status >= 400 or root.tag != "Response":
            self._note(f"The app answered {status} without TwiML. A carrier now asks its fallback address, or says:")
            self._add("line", SpokenPart(APPLICATION_ERROR))
            self.mode = "ended"
            return None
        self._verbs = deque(root)
        return self._run()

    def press(self, keys: str) -> CarrierRequest | None:
        """Press keys one after the other; those after the end of the <Gather> are not heard."""
        for position, key in enumerate(keys):
            request = self._press_one(key)
            if request is not None or self.listening is None:
                if position + 1 < len(keys):
                    self._note(f"Not heard, because the line had enough: {' '.join(keys[position + 1 :])}")
                return request
        return None

    def say(self, words: str, confidence: str = "0.92") -> CarrierRequest | None:
        """Speak. In a <Gather> the first input wins: after a key, words are not heard."""
        words = " ".join(words.split())
        if not words:
            return None
        self._add("caller", SpokenPart(words, self.listening.language if self.listening else ""))
        if self.listening is None or not self.listening.takes_speech:
            self._note("The line does not listen to words now.")
            return None
        if self.listening.keyed:
            self._note("The line waits for the rest of the number: press on, or # to end it.")
            return None
        return self._answer({"SpeechResult": words, "Confidence": confidence})

    def keep_silent(self) -> CarrierRequest | None:
        """Let the <Gather> run out: what was keyed is sent, else the silence is."""
        listening = self.listening
        if listening is None:
            return self.wait_on() if self.mode == "queued" else None
        if listening.keyed:
            return self._answer({"Digits": listening.keyed})
        self._add("caller", SpokenPart("(says nothing)"))
        if listening.tells_silence:
            return self._answer({})
        self.listening = None
        return self._run()

    def hang_up(self) -> CarrierRequest | None:
        """The caller hangs up; a queue's action is still told so."""
        if self.mode == "ended":
            return None
        self._add("caller", SpokenPart("(hangs up)"))
        queue, self._queue = self._queue, None
        self._end()
        if queue is None or not queue.action:
            return None
        return CarrierRequest(queue.action, {**self._status(), **queue.end("hangup")})

    def choices(self) -> list[tuple[str, str]]:
        """What the others can do now: names for `act`, with their words."""
        if self._dial and self._dial.leg and self._dial.leg.listening:
            return WHISPER_CHOICES
        return CHOICES.get(self.mode, [])

    def act(self, choice: str) -> CarrierRequest | None:
        """One of `choices`. Raises ValueError for any other."""
        if choice not in [name for name, _ in self.choices()]:
            raise ValueError(f"nobody can do that now: {choice}")
        leg = self._dial.leg if self._dial else None
        if choice.startswith("person_") and leg and leg.listening:
            self._add("person", SpokenPart(f"(presses {choice[-1]})"))
            return self._after_whisper(leg.press(choice[-1]))
        acts = {
            "answer": self._person_answers,
            "no_answer": lambda: self._end_dial("no-answer"),
            "busy": lambda: self._end_dial("busy"),
            "person_leaves": self._person_leaves,
            "wait_on": self.wait_on,
            "take": self._take_from_queue,
        }
        return acts[choice]()

    def wait_on(self) -> CarrierRequest | None:
        """Stay in the queue: its waiting document goes on, or is asked for again."""
        if self._queue is None:
            return None
        self._queue.wait()
        return self._run() if self._verbs else self._ask_wait()

    def end_relay(self, fields: dict[str, str]) -> CarrierRequest | None:
        """The relay's socket is closed: go on at the action of <Connect>, with its session's fields."""
        self.relay = None
        if self.mode == "ended":
            return None
        return self._ask(self._relay_action, fields) if self._relay_action else self._run()

    def add_relayed(self, by: str, text: str, language: str) -> None:
        """Something said over the relay's socket."""
        self._add(by, SpokenPart(text, language))

    # verbs: each returns a request that is due, True to stop here, or False to go on

    def _run(self) -> CarrierRequest | None:
        self.mode, self.listening = "asking", None
        while self._verbs:
            verb = self._verbs.popleft()
            done = self._do.get(str(verb.tag), self._pass_over)(verb)
            if isinstance(done, CarrierRequest):
                return done
            if done:
                return None
        if self._queue is not None:
            self.mode = "queued"
        else:
            self._end()
        return None

    def _say(self, verb: ElementTree.Element) -> bool:
        parts = list_parts(verb)
        if parts:
            self._add(self._speaker, *parts)
        return False

    def _play(self, verb: ElementTree.Element) -> bool:
        self._note(f"Plays {(verb.text or '').strip() or 'keys ' + verb.get('digits', '')}")
        if self._queue is None:
            return False
        self.mode = "queued"  # waiting music plays for as long as one waits
        return True

    def _wait(self, verb: ElementTree.Element) -> bool:
        self._pause += int(verb.get("length") or 1)
        return False

    def _gather(self, verb: ElementTree.Element) -> bool:
        for child in verb:
            nested = {"Say": self._say, "Play": self._play, "Pause": self._wait}
            nested.get(str(child.tag), self._pass_over)(child)
        self._pause = 0
        self.listening = Listening.parse(verb, self._resolve(verb.get("action")))
        self.mode = "queued" if self._queue else "listening"
        return True

    def _redirect(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        url = self._resolve((verb.text or "").strip())
        if self._queue is not None:  # a waiting document that asks for itself would go round for ever
            self._queue.again, self.mode = url, "queued"
            self._verbs.clear()
            return True
        return self._ask(url)

    def _dial_out(self, verb: ElementTree.Element) -> bool:
        target = next(iter(verb), verb)
        who = " ".join("".join(target.itertext()).split()) or str(target.tag)
        whisper = self._resolve(target.get("url")) if target is not verb and target.get("url") else ""
        self._dial = Dial(who, self._resolve(verb.get("action")) if verb.get("action") else "", whisper)
        self._note(f"Calls {who}")
        self.mode = "ringing"
        return True

    def _enqueue(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        wait_url = self._resolve(verb.get("waitUrl")) if verb.get("waitUrl") else ""
        action = self._resolve(verb.get("action")) if verb.get("action") else ""
        name = (verb.text or "").strip() or "a queue"
        self._queue = Queue(name, action, wait_url, wait_url, after=self._verbs)
        self._verbs = deque()
        self._note(f"Waits in the queue {name}")
        request = self._ask_wait()
        return request if request is not None else True

    def _leave(self, _verb: ElementTree.Element) -> CarrierRequest | bool:
        if self._queue is None:
            return False
        return self._end_queue("leave") or True

    def _connect(self, verb: ElementTree.Element) -> bool:
        relay = verb.find("ConversationRelay")
        if relay is None:
            return self._pass_over(next(iter(verb), verb))
        self.relay, self.mode = relay, "relaying"
        self._relay_action = self._resolve(verb.get("action")) if verb.get("action") else ""
        return True

    def _hang_up(self, _verb: ElementTree.Element) -> bool:
        self.was_refused = True
        self._note("The line hangs up")
        self._end()
        return True

    def _pass_over(self, verb: ElementTree.Element) -> bool:
        self._note(f"The carrier simulator does not know <{verb.tag}> and goes on after it.")
        return False

    # what follows

    def _press_one(self, key: str) -> CarrierRequest | None:
        if key not in KEYS:
            raise ValueError(f"no such key: {key}")
        listening = self.listening
        if listening is None or not listening.takes_keys:
            self._add("caller", SpokenPart(f"(presses {key})"))
            self._note("The line does not listen to keys now.")
            return None
        if key in listening.finish_keys:
            return self._answer({"Digits": listening.keyed, "FinishedOnKey": key}, pressed=listening.keyed + key)
        keyed = listening.keyed + key
        if listening.num_digits and len(keyed) >= listening.num_digits:
            return self._answer({"Digits": keyed}, pressed=keyed)
        self.listening = replace(listening, keyed=keyed)
        return None

    def _answer(self, fields: dict[str, str], pressed: str = "") -> CarrierRequest:
        """Send the input to the action of the <Gather>; the verbs after it are not run any more."""
        listening = self.listening
        assert listening is not None
        pressed = pressed or fields.get("Digits", "")
        if pressed:
            self._add("caller", SpokenPart(f"(presses {' '.join(pressed)})"))
        self.listening = None
        self._verbs.clear()
        return self._ask(listening.action, fields)

    def _person_answers(self) -> CarrierRequest | None:
        dial = self._dial
        assert dial is not None
        self._add("person", SpokenPart("(answers)"))
        if not dial.whisper:
            self.mode = "talking"
            return None
        dial.leg = self._create_leg(dial.who)
        return dial.leg.start(dial.whisper)

    def _create_leg(self, who: str) -> PhoneCall:
        """The person's own call: what it hears before the caller is heard by nobody else."""
        leg = PhoneCall(self._account, self.fields["From"])
        leg.entries, leg._speaker = self.entries, "whisper"
        leg.fields |= {"ParentCallSid": self.sid, "To": who, "Direction": "outbound-dial"}
        return leg

    def _after_whisper(self, request: CarrierRequest | None) -> CarrierRequest | None:
        dial = self._dial
        assert dial is not None
        assert dial.leg is not None
        if request is not None or dial.leg.mode != "ended":
            return request
        refused, dial.leg = dial.leg.was_refused, None
        if refused:
            return self._end_dial("completed", bridged=False)
        self.mode = "talking"
        return None

    def _end_dial(self, status: str, *, bridged: bool = True) -> CarrierRequest | None:
        dial, self._dial = self._dial, None
        assert dial is not None
        words = {"busy": "(is busy)", "completed": "(hangs up)"}.get(status, "(does not answer)")
        self._add("person", SpokenPart(words))
        if not dial.action:
            return self._run()
        return self._ask(dial.action, dial.end(status, bridged=bridged))

    def _person_leaves(self) -> CarrierRequest | None:
        if self._dial is not None:
            return self._end_dial("completed")
        self._add("person", SpokenPart("(hangs up)"))
        return self._end_queue("bridged")

    def _take_from_queue(self) -> CarrierRequest | None:
        self._add("person", SpokenPart("(takes the call)"))
        self._verbs.clear()
        self.listening = None
        self.mode = "talking"
        return None

    def _end_queue(self, result: str) -> CarrierRequest | None:
        queue, self._queue = self._queue, None
        assert queue is not None
        self._verbs = queue.after
        return self._ask(queue.action, queue.end(result)) if queue.action else self._run()

    def _ask_wait(self) -> CarrierRequest | None:
        queue = self._queue
        assert queue is not None
        if not queue.wait_url:
            self._note("Plays waiting music")
            self.mode = "queued"
            return None
        url, queue.again = queue.again, queue.wait_url
        return self._ask(url, queue.describe())

    def _ask(self, url: str, more: dict[str, str] | None = None) -> CarrierRequest:
        self._url = self._resolve(url)
        self.mode = "asking"
        pause, self._pause = self._pause, 0
        return CarrierRequest(self._url, {**self._status(), **(more or {})}, pause)

    def _status(self) -> dict[str, str]:
        return {**self.fields, "CallStatus": "completed" if self.mode == "ended" else "in-progress"}

    def _resolve(self, url: str | None) -> str:
        """An address of the document against the document's own, which is the default."""
        return urljoin(self._url, url) if url else self._url

    def _end(self) -> None:
        self.mode, self.listening = "ended", None

    def _note(self, text: str) -> None:
        self._add("carrier", SpokenPart(text))

    def _add(self, by: str, *parts: SpokenPart) -> None:
        self.entries.append(Entry(by, parts))
