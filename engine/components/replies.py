"""Reads data/answers/*.txt: what members reply to a question, and what each reply does.

A block is a header and its replies; a blank line or the next header ends it::

    ? sms | en | quick_pay | choice | Which account? | House (001) / Barn (002)
    the barn => answer: the barn
    not the barn. how much is it anyway => deny; ask: amount due
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.components.question import KINDS, TASKS, Question

ACTS = (
    "start affirm deny answer correct ask volunteer cancel skip hold repeat person language social feeling unclear"
).split()
CHANNELS = ("sms", "web", "voice")
LANGUAGES = ("en", "es")
ALONE = frozenset("affirm deny cancel skip hold repeat person social unclear".split())
VALUES = {"language": LANGUAGES, "feeling": ("grief", "anger", "fear", "hardship")}
MOST_ACTS = 5


class BadReplyError(Exception):
    """A line of data/answers cannot be read; the text says which and why."""


@dataclass(frozen=True)
class Act:
    """One thing that a reply does: `correct amount: 60` has the name correct, of `amount`, and the value `60`."""

    name: str
    of: str = ""
    value: str = ""


@dataclass(frozen=True)
class Reply:
    """What a member says to a question, and what that does."""

    channel: str
    language: str
    question: Question
    text: str
    acts: tuple[Act, ...]

    def names(self) -> frozenset[str]:
        """Return the names of its acts."""
        return frozenset(act.name for act in self.acts)


def act_of(text: str) -> Act:
    """Read one act.

    Raises:
        ValueError: there is no such act, or it lacks something.
    """
    text = text.strip()
    head, colon, value = (part.strip() for part in text.partition(":"))
    name, _, of = head.partition(" ")
    wrong = (
        name not in ACTS
        or (name in ALONE and (of or colon))
        or (name == "start" and of not in TASKS[1:])
        or (name in ("answer", "ask") and not value)
        or (name in ("correct", "volunteer") and not (of and value))
        or (name in VALUES and value not in VALUES[name])
    )
    if wrong:
        raise ValueError(f"{text!r} is no act")
    return Act(name, of.strip(), value)


def _header(line: str) -> tuple[str, str, Question]:
    parts = [part.strip() for part in line.split("|")] + ["", ""]
    if len(parts) < 6:
        raise ValueError("a header has channel | language | task | kind | words | options")
    channel, language, task, asked, said, options = parts[:6]
    for value, known in ((channel, CHANNELS), (language, LANGUAGES), (task, TASKS), (asked, KINDS)):
        if value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(known)}")
    parted = tuple(option.strip() for option in options.split(" / ") if option.strip())
    return channel, language, Question(task, asked, parted, said)


def _read(lines: Iterator[str]) -> Iterator[Reply]:
    block: tuple[str, str, Question] | None = None
    for line in lines:
        text, arrow, acts = line.rpartition("=>")  # without it no reply, however it begins: members write "? " and "#2"
        if line.startswith("? ") and not arrow:
            block = _header(line[2:])
            continue
        if not line.strip() or (line.startswith("#") and not arrow):
            continue
        told = tuple(act_of(act) for act in acts.split(";") if act.strip())
        if not (arrow and text.strip() and block):
            raise ValueError("a reply is TEXT => ACT; ACT, below a header")
        if not 1 <= len(told) <= MOST_ACTS:
            raise ValueError(f"one to {MOST_ACTS} acts")
        channel, language, question = block
        yield Reply(channel, language, question, text.strip(), told)


def read(path: Path) -> list[Reply]:
    """Return a file's replies.

    Raises:
        BadReplyError: at the first line that is not of the form.
    """
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):  # noqa: B007
            yield line

    try:
        return list(_read(lines()))
    except ValueError as error:
        raise BadReplyError(f"{path}, line {at}: {error}") from error


def read_all(folder: Path) -> list[Reply]:
    """Return all replies of a folder, in the files' order; none when there is no folder."""
    return [reply for path in sorted(folder.glob("*.txt")) for reply in read(path)]
