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

from engine.components.question_context import QUESTION_TYPES, TASKS, QuestionContext

ACT_NAMES = (
    "start affirm deny answer correct ask volunteer cancel skip hold repeat person language social feeling unclear"
).split()
CHANNELS = ("sms", "web", "voice")
LANGUAGES = ("en", "es")
ACTS_WITHOUT_VALUE = frozenset("affirm deny cancel skip hold repeat person social unclear".split())
ALLOWED_VALUES = {"language": LANGUAGES, "feeling": ("grief", "anger", "fear", "hardship")}
MAX_ACTS = 5


class BadReplyError(Exception):
    """A line of data/answers cannot be read; the text says which and why."""


@dataclass(frozen=True)
class ReplyAct:
    """One thing that a reply does: `correct amount: 60` has the name correct, of `amount`, and the value `60`."""

    name: str
    subject: str = ""
    value: str = ""


@dataclass(frozen=True)
class LabeledReply:
    """What a member says to a question, and what that does."""

    channel: str
    language: str
    question: QuestionContext
    text: str
    acts: tuple[ReplyAct, ...]

    def act_names(self) -> frozenset[str]:
        """The names of its acts."""
        return frozenset(act.name for act in self.acts)


def parse_act(text: str) -> ReplyAct:
    """Read one act.

    Raises:
        ValueError: there is no such act, or it lacks something.
    """
    text = text.strip()
    head, colon, value = (part.strip() for part in text.partition(":"))
    name, _, of = head.partition(" ")
    wrong = (
        name not in ACT_NAMES
        or (name in ACTS_WITHOUT_VALUE and (of or colon))
        or (name == "start" and of not in TASKS[1:])
        or (name in ("answer", "ask") and not value)
        or (name in ("correct", "volunteer") and not (of and value))
        or (name in ALLOWED_VALUES and value not in ALLOWED_VALUES[name])
    )
    if wrong:
        raise ValueError(f"{text!r} is no act")
    return ReplyAct(name, of.strip(), value)


def _parse_header(line: str) -> tuple[str, str, QuestionContext]:
    parts = [part.strip() for part in line.split("|")] + ["", ""]
    if len(parts) < 6:
        raise ValueError("a header has channel | language | task | kind | words | options")
    channel, language, task, asked, text, options = parts[:6]
    for value, known in ((channel, CHANNELS), (language, LANGUAGES), (task, TASKS), (asked, QUESTION_TYPES)):
        if value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(known)}")
    choices = tuple(option.strip() for option in options.split(" / ") if option.strip())
    return channel, language, QuestionContext(task, asked, choices, text)


def _parse_replies(lines: Iterator[str]) -> Iterator[LabeledReply]:
    block: tuple[str, str, QuestionContext] | None = None
    for line in lines:
        text, arrow, acts = line.rpartition("=>")  # with it a reply, even after "? " or "#": members write so too
        if line.startswith("? ") and not arrow:
            block = _parse_header(line[2:])
            continue
        if not line.strip() or (line.startswith("#") and not arrow):
            continue
        parsed = tuple(parse_act(act) for act in acts.split(";") if act.strip())
        if not (arrow and text.strip() and block):
            raise ValueError("a reply is TEXT => ACT; ACT, below a header")
        if not 1 <= len(parsed) <= MAX_ACTS:
            raise ValueError(f"one to {MAX_ACTS} acts")
        channel, language, question = block
        yield LabeledReply(channel, language, question, text.strip(), parsed)


def load_replies(path: Path) -> list[LabeledReply]:
    """A file's replies.

    Raises:
        BadReplyError: at the first line that is not of the form.
    """
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):  # noqa: B007
            yield line

    try:
        return list(_parse_replies(lines()))
    except ValueError as error:
        raise BadReplyError(f"{path}, line {at}: {error}") from error


def load_all_replies(folder: Path) -> list[LabeledReply]:
    """All replies of a folder, in the files' order; none when there is no folder."""
    return [reply for path in sorted(folder.glob("*.txt")) for reply in load_replies(path)]
