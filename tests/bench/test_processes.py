"""What the bench reads from /proc, on real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench import processes

BUSY_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
began = time.process_time()
while time.process_time() - began < 0.15: pass
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A process that has used 150 ms of CPU, and its child."""
    command = [sys.executable, "-c", BUSY_CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        yield parent.pid, int(parent.stdout.readline())
        parent.communicate()


def test_tree_finds_children(family: tuple[int, int]) -> None:
    parent, child = family
    assert set(processes.list_process_tree([parent])) == {parent, child}


def test_cpu_is_counted(family: tuple[int, int]) -> None:
    assert processes.read_cpu_ms([family[0]]) >= 140


def test_memory_is_counted(family: tuple[int, int]) -> None:
    held = processes.read_memory(family)
    assert 1 < held.pss_mb <= held.rss_mb < 200


def test_ended_process_counts_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert processes.read_cpu_ms([gone.pid]) == 0
    assert processes.read_memory([gone.pid]) == processes.MemoryUse(0, 0)
    assert processes.read_command(gone.pid) == ""


def test_stop_ends_the_started_process() -> None:
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    processes.stop_process(started)
    assert started.poll() is not None
