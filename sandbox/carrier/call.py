"""One call as the carrier sees it: follows TwiML verb by verb and tells which request comes next.

It opens no connection: `start`, the caller's and the person's acts and `read` return the request to make, if one is
due, and `read` takes its answer. A verb that is not known is shown and passed over. Nothing is timed: a <Gather> waits
until keys, words or `keep_silent` come, and whoever rings or waits in a queue does so until the next act.
"""

from __future__ import annotations

import secrets
import xml.etree.ElementTree as ElementTree
from collections import deque
from dataclasses import replace

from sandbox.carrier.document import DocumentRunner
from sandbox.carrier.parties import CHOICES, WHISPER_CHOICES, Dial, Listening, Queue
from sandbox.carrier.paying import KeypadPayment
from sandbox.carrier.signing import CarrierAccount, CarrierRequest
from sandbox.carrier.spoken import SpokenPart

WITHHELD = "+266696687"
"""How Twilio writes a caller who withholds the number: the keys of the word `anonymous`."""
ATTESTED, NOT_ATTESTED = "TN-Validation-Passed-A", "No-TN-Validation"
KEYS = frozenset("0123456789*#")


class PhoneCall(DocumentRunner):
    """A call from `phone` (E.164; empty is withheld) to the account's number.

    `mode` is `asking` (a request is due), `listening`, `ringing`, `talking`, `queued`, `paying` or `ended`. `notices`
    are requests whose answers are not waited for.
    """

    def __init__(self, account: CarrierAccount, phone: str, *, attested: bool = False) -> None:
        self.sid = "CA" + secrets.token_hex(16)
        fields = {
            "CallSid": self.sid,
            "AccountSid": account.sid,
            "From": phone or WITHHELD,
            "To": account.number,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "StirVerstat": ATTESTED if attested and phone else NOT_ATTESTED,
        }
        super().__init__(fields)
        self._account = account
        self.listening: Listening | None = None
        self.notices: list[CarrierRequest] = []
        self._dial: Dial | None = None
        self._queue: Queue | None = None
        self._payment: KeypadPayment | None = None
        self._do |= {
            "Gather": self._gather,
            "Dial": self._dial_out,
            "Enqueue": self._enqueue,
            "Leave": self._leave,
            "Pay": self._pay,
            "Connect": self._connect,
        }

    def read(self, answer: str, status: int = 200) -> CarrierRequest | None:
        """Take the answer to the request that was due; returns the next one if there is one at once."""
        if self.mode == "ended":
            return None
        if self._payment is not None:
            self._payment.finish(answer)
            return self._go_on_paying()
        if self._dial and self._dial.leg:
            return self._after_whisper(self._dial.leg.read(answer, status))
        return self._take_document(answer, status)

    def press(self, keys: str) -> CarrierRequest | None:
        """Press keys one after the other; those after the end of the <Gather> are not heard."""
        if self._payment is not None:
            self._payment.press(keys)
            return self._after_keys()
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
        if self._payment is not None:
            self._payment.keep_silent()
            return self._after_keys()
        if listening is None:
            return self.wait_on() if self.mode == "queued" else None
        if listening.keyed:
            return self._answer({"Digits": listening.keyed})
        self._add("caller", SpokenPart("(says nothing)"))
        if listening.tells_silence:
            return self._answer({})
        self.listening = None
        return self._run()

    @property
    def keyed(self) -> str:
        """The keys so far; those of a card or a bank account as dots."""
        if self._payment is not None:
            return "•" * len(self._payment.keyed)
        return self.listening.keyed if self.listening else ""

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

    # verbs: each returns a request that is due, True to stop here, or False to go on

    def _gather(self, verb: ElementTree.Element) -> bool:
        for child in verb:
            nested = {"Say": self._say, "Play": self._play, "Pause": self._wait}
            nested.get(str(child.tag), self._pass_over)(child)
        self._pause = 0
        self.listening = Listening.parse(verb, self._resolve(verb.get("action")))
        self.mode = "queued" if self._queue else "listening"
        return True

    def _run(self) -> CarrierRequest | None:
        self.listening = None
        return super()._run()

    def _finish_document(self) -> None:
        """In a queue the waiting document is asked for again; anywhere else its end is the end of the call."""
        if self._queue is None:
            self._end()
        else:
            self.mode = "queued"

    def _play(self, verb: ElementTree.Element) -> bool:
        super()._play(verb)
        if self._queue is None:
            return False
        self.mode = "queued"  # waiting music plays for as long as one waits
        return True

    def _redirect(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        if self._queue is None:
            return super()._redirect(verb)
        # a waiting document that asks for itself would go round for ever
        self._queue.again, self.mode = self._resolve((verb.text or "").strip()), "queued"
        self._verbs.clear()
        return True

    def _end(self) -> None:
        super()._end()
        self.listening = None

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

    def _pay(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        status_url = self._resolve(verb.get("statusCallback")) if verb.get("statusCallback") else ""
        self._payment = KeypadPayment(verb, self._resolve(verb.get("action")), status_url)
        self.mode = "paying"
        return self._go_on_paying() or True

    def _go_on_paying(self) -> CarrierRequest | None:
        """Say what <Pay> asks, or make the request that it comes to."""
        payment = self._payment
        assert payment is not None
        self.notices += [
            CarrierRequest(payment.status_url, {**self._status(), **told}) for told in payment.take_notices()
        ]
        if payment.result is not None:
            self._payment = None
            return self._ask(payment.action, payment.result)
        if payment.connector_fields is not None:
            return CarrierRequest("", payment.connector_fields, to_connector=True)
        self._add(self._speaker, *payment.said)
        return None

    def _connect(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        """A relay's socket is not simulated: the app is told that it broke, and goes on without."""
        self._note("The carrier simulator has no relay: it goes on as if the socket had broken.")
        if not verb.get("action"):
            return False
        return self._ask(self._resolve(verb.get("action")), {"SessionStatus": "failed", "SessionDuration": "0"})

    def _leave(self, _verb: ElementTree.Element) -> CarrierRequest | bool:
        if self._queue is None:
            return False
        return self._end_queue("leave") or True

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

    def _after_keys(self) -> CarrierRequest | None:
        """Go on with <Pay> once a field has its keys, which are not shown."""
        payment = self._payment
        assert payment is not None
        if payment.keyed:
            return None
        self._add("caller", SpokenPart("(presses keys that nobody hears)"))
        return self._go_on_paying()

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
