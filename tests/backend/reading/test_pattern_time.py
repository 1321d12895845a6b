"""No pattern takes exponential time: one message such as "no no no no …" would stop the whole process."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from backend.config import ROOT

PACKAGES = ("backend", "actions", "bot", "engine")
REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d+,\})")
WORD = re.compile(r"[a-zñáéíóú]+(?:'\??[a-z]+)?")
REPEATS = 40
"""Where the time doubles with each word, so many never end; else they take a few milliseconds."""
SECONDS = 1.0


def compiled_patterns() -> Iterator[re.Pattern[str]]:
    """All that the modules make when they are imported, found where they are kept."""
    for package in ("backend", "actions", "bot"):
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if ".migrations" not in module.name:
                yield from _find_patterns(list(vars(importlib.import_module(module.name)).values()), depth=3)


def _find_patterns(values: list[object], depth: int) -> Iterator[re.Pattern[str]]:
    for value in values:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            yield value
        elif depth and isinstance(value, dict):
            yield from _find_patterns([*value.keys(), *value.values()], depth - 1)
        elif depth and isinstance(value, list | tuple | set | frozenset):
            yield from _find_patterns(list(value), depth - 1)


def written_patterns() -> Iterator[re.Pattern[str]]:
    """Those that stand in a call of `re`."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if ".venv" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield re.compile(first.value, re.IGNORECASE)


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Seconds of processor time: a busy machine makes no pattern slow."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def own_words(pattern: str) -> set[str]:
    """The words in a pattern, `it'?s` both ways."""
    found = set(WORD.findall(pattern.lower()))
    return {word.replace("?", "") for word in found} | {word.replace("'?", "") for word in found} | {"x", "7"}


def is_slow(pattern: re.Pattern[str]) -> bool:
    for word in own_words(pattern.pattern):
        for between in (" ", ", "):
            try:
                with interrupted_after(SECONDS):
                    pattern.search(f"{word}{between}" * REPEATS + "!")
            except TimeoutError:
                return True
    return False


def test_no_pattern_takes_exponential_time() -> None:
    patterns = {(each.pattern, each.flags): each for each in (*compiled_patterns(), *written_patterns())}
    tried = [each for each in patterns.values() if REPEATED_GROUP.search(each.pattern)]
    assert len(tried) > 100, "they are not found any more"
    assert [each.pattern for each in tried if is_slow(each)] == []


def test_a_pattern_with_two_ways_to_read_a_word_is_found() -> None:
    assert is_slow(re.compile(r"(?:(?:no|yes|no) )*1"))
