"""How the workers of a run share its tests: a file goes to one of them whole, as do files that need the same servers.

The app with its engine, which takes 20 seconds of a core to start, then runs once for each state of the office, and not
again for each worker. The longest units come first: none is left when the other workers have nothing to do any more.
"""

from __future__ import annotations

import os

import pytest
from xdist.plugin import pytest_xdist_auto_num_workers as count_cores
from xdist.scheduler import LoadFileScheduling

# how the path of a test begins, and the unit that it belongs to; in the order in which they are begun
TOGETHER = {
    "tests/transcripts/": "the served system",
    "tests/browser/": "the served system",
    "tests/lab/audio/test_utterances.py": "the served system",
    "tests/lab/test_report.py": "the served system",
    "tests/lab/simulation/test_simulation.py": "the served system",
    "tests/engine/": "an engine with a small model",
    "tests/nlu/test_understanding.py": "the trained model",
}
UNITS = list(dict.fromkeys(TOGETHER.values()))


class BySharedServers(LoadFileScheduling):
    """A unit of work is a file, or all files that need the same servers."""

    def _split_scope(self, nodeid: str) -> str:
        return _find_unit(nodeid) or nodeid.split("::", 1)[0]


def put_longest_first(items: list[pytest.Item]) -> None:
    """Files that need no servers stay in their order."""
    items.sort(key=lambda item: UNITS.index(unit) if (unit := _find_unit(item.nodeid)) else len(UNITS))


def count_workers(config: pytest.Config) -> int:
    """One more than there are cores, since a worker waits for servers and clocks a third of its time.

    The variable by which xdist is told a number means that number.
    """
    return count_cores(config) + ("PYTEST_XDIST_AUTO_NUM_WORKERS" not in os.environ)


def _find_unit(nodeid: str) -> str | None:
    return next((unit for start, unit in TOGETHER.items() if nodeid.startswith(start)), None)
