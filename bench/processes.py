"""Starts and stops the processes of a measured system, and reads what they use from Linux's /proc."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 15.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class MemoryUse:
    """Megabytes. PSS divides shared memory among the processes that map it, RSS counts it in full for each."""

    pss_mb: float
    rss_mb: float


def start_process(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C in the terminal reaches only us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # the kernel ends the process when the bench ends, however that happens
            preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM, and SIGKILL to the whole tree after STOP_SECONDS."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in list_process_tree([process.pid]):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def list_process_tree(roots: Iterable[int]) -> list[int]:
    """The processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _read_stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def read_command(pid: int) -> str:
    """The command line; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def read_cpu_ms(pids: Iterable[int]) -> float:
    """CPU milliseconds that these processes have used since they started; the resolution is about 10 ms each."""
    total = 0.0
    for pid in pids:
        fields = _read_stat(pid)
        if fields:
            total += (int(fields[11]) + int(fields[12])) * 1000 / TICKS_PER_SECOND
    return total


def read_memory(pids: Iterable[int]) -> MemoryUse:
    pss = rss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        pss += sizes["Pss"]
        rss += sizes["Rss"]
    return MemoryUse(round(pss / 1024, 1), round(rss / 1024, 1))


def read_machine_busy_ms() -> float:
    """CPU milliseconds that the machine has been busy, summed over all cores."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * 1000 / TICKS_PER_SECOND


def _read_stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may itself contain spaces and parentheses."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
