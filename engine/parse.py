"""Predicts intents offline: `python engine/parse.py FILE.jsonl [--model M]`.

Reads one JSON object a line with at least "text"; with lang where the language is known; with task, asked, question and
options where a question is open; and with in_danger where the conversation is about a danger. Prints one a line, in
the same order: text, intent, intent_ranking and reading as the engine would give them.
With --timed it prints how many milliseconds of one core each took.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import bootstrap  # noqa: E402 - the line above makes it importable

OUTPUT_KEYS = ("intent", "intent_ranking", "reading")

MessageRow = tuple[str, dict[str, Any]]
"""A message's text and metadata."""


def read_rows(lines: Iterable[str]) -> list[MessageRow]:
    """Each line's message; the keys are those of a row of labeled replies.

    Raises:
        ValueError: a line is not a JSON object with a text; the message says which.
    """
    rows: list[MessageRow] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question = {key: row.get(key) for key in ("task", "asked", "options")} | {"said": row.get("question") or ""}
            language = {"language": row["lang"]} if "lang" in row else {}
            metadata = {"question": question, "in_danger": bool(row.get("in_danger")), **language}
            rows.append((str(row["text"]), metadata))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} is not a JSON object with a text") from error
    return rows


async def parse_messages(model: Path, rows: list[MessageRow]) -> list[tuple[dict[str, Any], float]]:
    """The engine's understanding of each message, and the CPU milliseconds that it took."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    processor = Agent.load(model).processor
    await processor.parse_message(UserMessage("hello there"))  # the first one loads what is loaded late
    parsed = []
    for text, metadata in rows:
        began = time.process_time_ns()
        understood = await processor.parse_message(UserMessage(text, metadata=metadata))
        took = (time.process_time_ns() - began) / 1e6
        parsed.append(({"text": text} | {key: understood.get(key) for key in OUTPUT_KEYS}, took))
    return parsed


def main() -> int:
    """The exit status: 2 when the input or the model cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, default=bootstrap.ROOT / "models" / "current.tar.gz")
    parser.add_argument("--timed", action="store_true", help="print a list of CPU milliseconds, one a message")
    arguments = parser.parse_args()
    if not arguments.model.is_file():
        print(f"no model at {arguments.model}: run `make train`", file=sys.stderr)
        return 2
    try:
        rows = read_rows(arguments.file.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 2
    bootstrap.prepare()
    from engine import patches

    patches.apply_patches()
    parsed = asyncio.run(parse_messages(arguments.model, rows))
    if arguments.timed:
        print(json.dumps([took for _, took in parsed]))
    else:
        for prediction, _ in parsed:
            print(json.dumps(prediction))
    return 0


if __name__ == "__main__":
    sys.exit(main())
