"""Plays a transcript: what the member says, what must come back, and how the account stands at the end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.lab.members import Copy, add_copy, stranger
from bot.lab.offices import CLOSED
from bot.lab.system import System
from bot.lab.talkers import Browser, Caller, Talker, Texter


class Unfit(AssertionError):
    """What came back is not what the script wants; the message ends with the conversation so far."""


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


def talker(served: System, channel: str, phone: str) -> Talker:
    if channel == "sms":
        return Texter(served, phone)
    return Browser(served) if channel == "web" else Caller(served, phone)


Heard = list[tuple[str, str]]


def play(served: System, path: Path, channel: str) -> Copy:
    """Play it with a member of its own. Raises Unfit where it does not go as the script says.

    In the script `{number}`, `{digits}` and `{last4}` are that member's, and CODE is the newest code sent to them.
    """
    script = load(path)
    member = add_copy(served, script.get("like", "99999-001"))
    base = member.number.split("-")[0]
    named = {"number": member.number, "base": base, "digits": member.number.replace("-", ""), "last4": member.last4}
    voice = talker(served, channel, member.phone if script.get("own_phone") else stranger())
    heard: Heard = []
    for turn in script["turns"]:
        said = turn.get(channel, turn.get("say"))
        if said is None:
            continue  # a turn of another channel
        said = _newest_code(served, member, heard) if said == "CODE" else _put(said, named)
        answer = voice.say(said)
        heard.append((said, answer))
        _check(turn, channel, heard, named)
    if end := script.get("end"):
        _check_end(served.show(member.number), end, channel, heard)
    return member


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
    many there are of anything else that `memberline show` lists: `consents: 1`."""
    stands = {
        "owes": shown["balance"]["amount_due_cents"],
        "paid": [p["amount_cents"] for p in shown["payments"] if p["channel"] == channel and p["status"] == "posted"],
        "scheduled": [s["amount_cents"] for s in shown["schedules"] if s["status"] == "scheduled"],
    }
    for name, wanted in end.items():
        found = stands[name] if name in stands else _still_active(shown[name])
        if found != wanted:
            raise _unfit(f"{name} is {found}, not {wanted}", heard)


def _still_active(items: list[dict[str, Any]]) -> int:
    return sum(item.get("active", True) for item in items)


def _unfit(why: str, heard: Heard) -> Unfit:
    return Unfit("\n".join([f"{why}:", *(f"> {said}\n{answer}" for said, answer in heard)]))


def _newest_code(served: System, member: Copy, heard: Heard) -> str:
    if code := re.search(r"\b\d{6}\b", served.newest("code", member.phone) or ""):
        return code[0]
    raise _unfit("no code was sent", heard)
