"""Plays a transcript: what the member says, what must come back, and the state of the account at the end.

docs/lab.md explains the keys of a script.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

from lab import records
from lab.channel_clients import ChannelClient, SmsClient, VoiceClient, WebChatClient
from lab.members import MemberCopy, add_member_copy, unused_phone
from lab.noise.noisy_line import DeliveryMismatch, NoisyLine
from lab.served_system import CLOSED
from lab.system import MemberlineSystem

Exchanges = list[tuple[str, str]]
"""What was said and what was answered."""
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in Python alone, all scripts take seconds
MAX_REPEATS = 3
"""How often in one conversation a line that noise has changed may be repeated without noise."""


class TranscriptMismatch(AssertionError):
    """The conversation does not go as the script says; the message ends with the conversation so far."""


@dataclass(frozen=True)
class NoiseOptions:
    """The kinds of noise to play with; the same seed makes the same noise."""

    kinds: tuple[str, ...] = ()
    seed: int = 0

    def wrap(self, client: ChannelClient, name: str) -> NoisyLine:
        return NoisyLine(client, self.kinds, Random(f"{self.seed}:{name}:{client.channel}"))  # noqa: S311


NO_NOISE = NoiseOptions()


@dataclass
class TranscriptResult:
    """The result of a script. `repeats` counts lines said again because noise had changed them."""

    member: MemberCopy
    exchanges: Exchanges = field(default_factory=list)
    repeats: int = 0
    repeated_questions: list[str] = field(default_factory=list)
    false_confirmations: list[str] = field(default_factory=list)
    failure: str | None = None

    @property
    def turns(self) -> int:
        return len(self.exchanges)


def list_transcripts(folder: Path) -> list[tuple[Path, str]]:
    """List every script below `folder`, once for each channel that it names."""
    found = []
    for path in sorted(folder.glob("**/*.yml")):
        found += [(path, channel) for channel in load_script(path)["channels"]]
    return found


def load_script(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER))  # noqa: S506 - a safe one


def script_office(path: Path) -> str:
    """Whether the script needs the office `open` or `closed`; closed if it does not say."""
    return str(load_script(path).get("office", CLOSED))


def create_client(served: MemberlineSystem, channel: str, phone: str) -> ChannelClient:
    if channel == "sms":
        return SmsClient(served, phone)
    return WebChatClient(served, loopback_address(served)) if channel == "web" else VoiceClient(served, phone)


def loopback_address(served: MemberlineSystem) -> str:
    """A random loopback address if memberline runs on this machine, else empty.

    Guesses at identity are counted by address, and those of one script must not block another.
    """
    if not served.url.startswith("http://127."):
        return ""
    return ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])


def play_transcript(served: MemberlineSystem, path: Path, channel: str, noise: NoiseOptions = NO_NOISE) -> MemberCopy:
    """Play a script with a member of its own. Raises TranscriptMismatch where it does not go as the script says.

    In the script `{number}`, `{digits}` and `{last4}` are that member's, and CODE is the newest code sent to them.
    """
    result = measure_transcript(served, path, channel, noise)
    if result.failure:
        raise TranscriptMismatch(result.failure)
    return result.member


def measure_transcript(
    served: MemberlineSystem, path: Path, channel: str, noise: NoiseOptions = NO_NOISE
) -> TranscriptResult:
    """Play and measure a script; `failure` says where it did not go as the script says."""
    script = load_script(path)
    member = add_member_copy(served, script.get("like", "99999-001"))
    client = create_client(served, channel, member.phone if script.get("own_phone") else unused_phone())
    run = _TranscriptRun(served, script, channel, noise.wrap(client, path.stem), TranscriptResult(member))
    try:
        run.play()
    except (TranscriptMismatch, DeliveryMismatch) as mismatch:
        run.result.failure = str(mismatch)
    run.measure()
    return run.result


class _TranscriptRun:
    """One script that is being played on one channel."""

    def __init__(
        self, served: MemberlineSystem, script: dict[str, Any], channel: str, line: NoisyLine, result: TranscriptResult
    ) -> None:
        self.served = served
        self.script = script
        self.channel = channel
        self.line = line
        self.result = result
        self.is_finished = False
        number = result.member.number
        self.named = {
            "number": number,
            "base": number.split("-")[0],
            "digits": number.replace("-", ""),
            "last4": result.member.last4,
        }

    def play(self) -> None:
        for turn in self.script["turns"]:
            said = turn.get(self.channel, turn.get("say"))
            if said is not None:  # else a turn of another channel
                self._play_turn(turn, self._newest_code() if said == "CODE" else _fill_values(said, self.named))
        self.is_finished = True
        if end := self.script.get("end"):
            _check_end_state(self.served.show(self.result.member.number), end, self.channel, self.result.exchanges)

    def _play_turn(self, turn: dict[str, Any], said: str) -> None:
        """Say it; if noise changed the words and the answer does not fit, say it again without noise."""
        exchanges = self.result.exchanges
        exchanges.append((said, self.line.say(said)))
        try:
            _check_answer(turn, self.channel, exchanges, self.named)
            return
        except TranscriptMismatch:
            if not self.line.changed:
                raise
            exchanges[-1] = (self.line.said, exchanges[-1][1])
        if self.result.repeats >= MAX_REPEATS:
            raise _mismatch("too much had to be said again", exchanges)
        self.result.repeats += 1
        exchanges.append((said, self.line.say(said, clean=True)))
        try:
            _check_answer(turn, self.channel, exchanges, self.named)
        except TranscriptMismatch:
            if not self.script.get("end"):
                raise  # with `end` the account shows at the end whether the task was done

    def _newest_code(self) -> str:
        code = self.served.newest_code(self.result.member.phone)
        if code is None:
            raise _mismatch("no code was sent", self.result.exchanges)
        return code

    def measure(self) -> None:
        """Find repeated questions and money that was not agreed to, in the database."""
        conversation = self.line.client.conversation
        record = self.served.read(lambda session, _: records.read_record(session, conversation))
        shown = self.served.show(self.result.member.number)
        self.result.repeated_questions = records.find_repeated_questions(record.turns)
        self.result.false_confirmations = records.find_unconfirmed_movements(record) + self._find_unwanted(shown)

    def _find_unwanted(self, shown: dict[str, Any]) -> list[str]:
        """List money that moved against the script's `end`, if the script was played to its end."""
        if not self.is_finished:
            return []
        found = _list_payment_cents(shown, self.channel)
        wrong = []
        for name, wanted in (self.script.get("end") or {}).items():
            for cents in (Counter(found[name]) - Counter(wanted)).elements() if name in found else ():
                wrong.append(f"{name} {records.format_money(cents)}, which the script does not want")
        return wrong


def _fill_values(text: str, named: dict[str, str]) -> str:
    for name, value in named.items():
        text = text.replace("{" + name + "}", value)
    return text


def _check_answer(turn: dict[str, Any], channel: str, exchanges: Exchanges, named: dict[str, str]) -> None:
    answer = exchanges[-1][1]
    for wanted in [*turn.get("hear", []), *turn.get(f"hear_{channel}", [])]:
        if not re.search(_fill_values(wanted, named), answer, re.IGNORECASE):
            raise _mismatch(f"{wanted!r} was not said", exchanges)
    for unwanted in turn.get("not", []):
        if re.search(_fill_values(unwanted, named), answer, re.IGNORECASE):
            raise _mismatch(f"{unwanted!r} was said", exchanges)
    if not answer.strip() and not turn.get("silent"):
        raise _mismatch("nothing was answered", exchanges)


def _check_end_state(shown: dict[str, Any], end: dict[str, Any], channel: str, exchanges: Exchanges) -> None:
    """Compare the account with the script's `end`. Raises TranscriptMismatch.

    `owes` is in cents; `paid` lists the cents of all posted payments that the member made over `channel`, `scheduled`
    of all that are scheduled. Anything else that `memberline show` lists is a count (`consents: 1`) or names each
    item, newest first (`tickets: [outage closed]`).
    """
    state = {"owes": shown["balance"]["amount_due_cents"], **_list_payment_cents(shown, channel)}
    for name, wanted in end.items():
        found = state[name] if name in state else _summarize_items(shown[name], wanted)
        if found != wanted:
            raise _mismatch(f"{name} is {found}, not {wanted}", exchanges)


def _list_payment_cents(shown: dict[str, Any], channel: str) -> dict[str, list[int]]:
    """Cents of the posted payments made over `channel`, and of all that are scheduled."""
    return {
        "paid": [p["amount_cents"] for p in shown["payments"] if p["channel"] == channel and p["status"] == "posted"],
        "scheduled": [s["amount_cents"] for s in shown["schedules"] if s["status"] == "scheduled"],
    }


def _summarize_items(items: list[dict[str, Any]], wanted: Any) -> Any:
    """The kind and status of each if the script names each, else how many are active."""
    if isinstance(wanted, list):
        return [f"{item['kind']} {item['status']}" for item in items]
    return sum(item.get("active", True) for item in items)


def _mismatch(why: str, exchanges: Collection[tuple[str, str]]) -> TranscriptMismatch:
    return TranscriptMismatch("\n".join([f"{why}:", *(f"> {said}\n{answer}" for said, answer in exchanges)]))
