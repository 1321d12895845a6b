"""Predicts intents offline: `python engine/parse.py FILE.jsonl [--model M]`.

Reads one JSON object a line with at least "text", and with lang, task, asked, question and options where a question is
open, and in_danger where the talk is of a danger; prints one a line, in the same order, with text, intent,
intent_ranking and reading as the engine would give them.
With --timed it prints how many milliseconds of one core each took.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import bootstrap  # noqa: E402 - the line above makes it importable

if TYPE_CHECKING:
    from rasa.core.agent import Agent

OUTPUT_KEYS = ("intent", "intent_ranking", "reading")


@dataclass(frozen=True)
class MessageRow:
    """A message with what a turn would tell of it: language and open question."""

    text: str
    metadata: dict[str, Any]

    @classmethod
    def from_line(cls, line: str) -> "MessageRow":
        """Read a line; only "text" is needed, the rest is as in a row of labelled replies."""
        row = json.loads(line)
        question = {key: row.get(key) for key in ("task", "asked", "options")} | {"said": row.get("question") or ""}
        beside = {"language": row["lang"]} if "lang" in row else {}
        return cls(str(row["text"]), {"question": question, "in_danger": bool(row.get("in_danger"))} | beside)


def read_rows(lines: Iterator[str]) -> Iterator[MessageRow]:
    """Yield each line's message.

    Raises:
        ValueError: a line is not a JSON object with a text; the message says which.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = MessageRow.from_line(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} is not a JSON object with a text") from error
        yield row


async def parse_row(agent: "Agent", row: MessageRow) -> dict[str, Any]:
    """Return the engine's understanding of one message."""
    from rasa.core.channels.channel import UserMessage

    return dict(await agent.processor.parse_message(UserMessage(row.text, metadata=row.metadata)))


async def time_messages(model: Path, messages: list[MessageRow]) -> list[float]:
    """Return the CPU milliseconds that understanding each message took, all of the engine's parsing included."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    await parse_row(agent, MessageRow("hello there", {}))  # the first one loads what is loaded late
    took = []
    for message in messages:
        began = time.process_time_ns()
        await parse_row(agent, message)
        took.append((time.process_time_ns() - began) / 1e6)
    return took


async def parse_messages(model: Path, messages: list[MessageRow]) -> list[dict[str, Any]]:
    """Return the engine's understanding of each message."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    predictions = []
    for message in messages:
        parsed = await parse_row(agent, message)
        predictions.append({"text": message.text} | {key: parsed.get(key) for key in OUTPUT_KEYS})
    return predictions


def main() -> int:
    """Return the exit status: 2 when the input or the model cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, default=bootstrap.ROOT / "models" / "current.tar.gz")
    parser.add_argument("--timed", action="store_true", help="print a list of CPU milliseconds, one a message")
    arguments = parser.parse_args()
    if not arguments.model.is_file():
        print(f"no model at {arguments.model}: run `make train`", file=sys.stderr)
        return 2
    try:
        messages = list(read_rows(iter(arguments.file.read_text(encoding="utf-8").splitlines())))
    except (OSError, ValueError) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 2
    bootstrap.prepare()
    from engine import patches

    patches.apply_patches()
    if arguments.timed:
        print(json.dumps(asyncio.run(time_messages(arguments.model, messages))))
        return 0
    for prediction in asyncio.run(parse_messages(arguments.model, messages)):
        print(json.dumps(prediction))
    return 0


if __name__ == "__main__":
    sys.exit(main())
