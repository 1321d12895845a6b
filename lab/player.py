"""Plays a transcript: what the member says, what must come back, and how the account stands at the end."""

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

from backend.app import Backend
from backend.show import show
from lab import records
from lab.members import Copy, add_copy, stranger
from lab.noise.line import NoisyLine
from lab.offices import CLOSED
from lab.system import System
from lab.talkers import Browser, Caller, Talker, Texter

MOST_REPEATS = 3
"""How often in one conversation a line that noise has changed may be said again as it is."""


class Unfit(AssertionError):
    """What came back is not what the script wants; the message ends with the conversation so far."""


Heard = list[tuple[str, str]]


@dataclass(frozen=True)
class Noise:
    """The kinds of noise to play with; the same seed makes the same noise."""

    kinds: tuple[str, ...] = ()
    seed: int = 0

    def over(self, talker: Talker, name: str) -> NoisyLine:
        return NoisyLine(talker, self.kinds, Random(f"{self.seed}:{name}:{talker.channel}"))  # noqa: S311


QUIET = Noise()


@dataclass
class Played:
    """What came of a script. `repeats` are lines said again because noise had changed them."""

    member: Copy
    heard: Heard = field(default_factory=list)
    repeats: int = 0
    repeated_questions: list[str] = field(default_factory=list)
    false_confirmations: list[str] = field(default_factory=list)
    why: str | None = None

    @property
    def turns(self) -> int:
        return len(self.heard)


def transcripts(folder: Path) -> list[tuple[Path, str]]:
    """Every script below `folder`, once for each channel that it names."""
    found = []
    for path in sorted(folder.glob("**/*.yml")):
        found += [(path, channel) for channel in load(path)["channels"]]
    return found


def load(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def office_of(path: Path) -> str:
    """`open` or `closed`, as the script wants the office to be; closed where it does not say."""
    return str(load(path).get("office", CLOSED))


def language_of(path: Path) -> str:
    """The language that the script's member speaks: `en`, or what `language:` says."""
    return str(load(path).get("language", "en"))


def talker(served: System, channel: str, phone: str) -> Talker:
    if channel == "sms":
        return Texter(served, phone)
    return Browser(served, visitor(served)) if channel == "web" else Caller(served, phone)


def visitor(served: System) -> str:
    """A loopback address that is this visitor's alone, where memberline is on this machine: guesses at who somebody is
    are counted by address, and one script's must not hold up another."""
    if not served.url.startswith("http://127."):
        return ""
    return ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])


def play(served: System, path: Path, channel: str, noise: Noise = QUIET) -> Copy:
    """Play it with a member of its own. Raises Unfit where it does not go as the script says.

    In the script `{number}`, `{digits}` and `{last4}` are that member's, and CODE is the newest code sent to them.
    """
    played = perform(served, path, channel, noise)
    if played.why:
        raise Unfit(played.why)
    return played.member


def perform(served: System, path: Path, channel: str, noise: Noise = QUIET) -> Played:
    """Play it and measure it; `why` says where it did not go as the script says."""
    script = load(path)
    member = add_copy(served, script.get("like", "99999-001"))
    voice = talker(served, channel, member.phone if script.get("own_phone") else stranger())
    performance = _Performance(served, script, channel, noise.over(voice, path.stem), Played(member))
    try:
        performance.play()
    except AssertionError as unfit:
        performance.played.why = str(unfit)
    performance.measure()
    return performance.played


class _Performance:
    """One script on its way over one line."""

    def __init__(self, served: System, script: dict[str, Any], channel: str, line: NoisyLine, played: Played) -> None:
        self.served = served
        self.script = script
        self.channel = channel
        self.line = line
        self.played = played
        self.at_end = False
        number = played.member.number
        self.named = {
            "number": number,
            "base": number.split("-")[0],
            "digits": number.replace("-", ""),
            "last4": played.member.last4,
        }

    def play(self) -> None:
        for turn in self.script["turns"]:
            said = turn.get(self.channel, turn.get("say"))
            if said is not None:  # else a turn of another channel
                self._turn(turn, self._newest_code() if said == "CODE" else _put(said, self.named))
        self.at_end = True
        if end := self.script.get("end"):
            _check_end(self.served.show(self.played.member.number), end, self.channel, self.played.heard)

    def _turn(self, turn: dict[str, Any], said: str) -> None:
        """Say it; where noise has changed the words and it went wrong, say it again as it is."""
        heard = self.played.heard
        heard.append((said, self.line.say(said)))
        try:
            _check(turn, self.channel, heard, self.named)
            return
        except Unfit:
            if not self.line.changed:
                raise
            heard[-1] = (self.line.said, heard[-1][1])
        if self.played.repeats >= MOST_REPEATS:
            raise _unfit("too much had to be said again", heard)
        self.played.repeats += 1
        heard.append((said, self.line.say(said, clean=True)))
        try:
            _check(turn, self.channel, heard, self.named)
        except Unfit:
            if not self.script.get("end"):
                raise  # else the account tells at the end whether the task was done

    def _newest_code(self) -> str:
        if code := re.search(r"\b\d{6}\b", self.served.newest("code", self.played.member.phone) or ""):
            return code[0]
        raise _unfit("no code was sent", self.played.heard)

    def measure(self) -> None:
        """What the database has of it: questions in the same words, and money that was not agreed to."""

        async def tell(backend: Backend) -> tuple[records.Record, dict[str, Any]]:
            async with backend.db.reading() as session:
                record = await records.read(session, self.line.talker.conversation)
                return record, await show(session, backend, self.played.member.number)

        record, shown = self.served.on_its_data(tell)
        self.played.repeated_questions = records.repeated_questions(record.turns)
        self.played.false_confirmations = records.unagreed(record) + self._unwanted(shown)

    def _unwanted(self, shown: dict[str, Any]) -> list[str]:
        """Money that moved and that the script's `end` does not want, once it was played to its end."""
        if not self.at_end:
            return []
        found = _moved(shown, self.channel)
        wrong = []
        for name, wanted in (self.script.get("end") or {}).items():
            for cents in (Counter(found[name]) - Counter(wanted)).elements() if name in found else ():
                wrong.append(f"{name} {records.money(cents)}, which the script does not want")
        return wrong


def _put(text: str, named: dict[str, str]) -> str:
    for name, value in named.items():
        text = text.replace("{" + name + "}", value)
    return text


def _check(turn: dict[str, Any], channel: str, heard: Heard, named: dict[str, str]) -> None:
    answer = heard[-1][1]
    for wanted in [*turn.get("hear", []), *turn.get(f"hear_{channel}", [])]:
        if not re.search(_put(wanted, named), answer, re.IGNORECASE):
            raise _unfit(f"{wanted!r} was not said", heard)
    for unwanted in turn.get("not", []):
        if re.search(_put(unwanted, named), answer, re.IGNORECASE):
            raise _unfit(f"{unwanted!r} was said", heard)
    if not answer.strip() and not turn.get("silent"):
        raise _unfit("nothing was answered", heard)


def _check_end(shown: dict[str, Any], end: dict[str, Any], channel: str, heard: Heard) -> None:
    """How the account stands: `owes` in cents, the cents of the payments made and scheduled by this talk, and how
    many there are of anything else that `memberline show` lists: `consents: 1`. Tickets may be named, the newest first:
    `tickets: [outage closed]`."""
    stands = {"owes": shown["balance"]["amount_due_cents"], **_moved(shown, channel)}
    for name, wanted in end.items():
        found = stands[name] if name in stands else _listed(shown[name], wanted)
        if found != wanted:
            raise _unfit(f"{name} is {found}, not {wanted}", heard)


def _moved(shown: dict[str, Any], channel: str) -> dict[str, list[int]]:
    """Cents of the payments made over `channel`, and of those that are scheduled."""
    return {
        "paid": [p["amount_cents"] for p in shown["payments"] if p["channel"] == channel and p["status"] == "posted"],
        "scheduled": [s["amount_cents"] for s in shown["schedules"] if s["status"] == "scheduled"],
    }


def _listed(items: list[dict[str, Any]], wanted: Any) -> Any:
    """How many are active; where the script names each, their kind and status."""
    if isinstance(wanted, list):
        return [f"{item['kind']} {item['status']}" for item in items]
    return _still_active(items)


def _still_active(items: list[dict[str, Any]]) -> int:
    return sum(item.get("active", True) for item in items)


def _unfit(why: str, heard: Collection[tuple[str, str]]) -> Unfit:
    return Unfit("\n".join([f"{why}:", *(f"> {said}\n{answer}" for said, answer in heard)]))
