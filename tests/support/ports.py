"""Ports for the servers of tests that no other process takes between the choice and the listening.

They lie below the range from which Linux gives ports to outgoing connections (32768 and up), and each worker of the
tests has its own: a port that is free now may be taken a moment later.
"""

from __future__ import annotations

import itertools
import os
import random
import socket

FIRST, COUNT = 20_000, 12_000
WORKERS = 16

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
# two runs side by side (two clones) begin at different places
_turns = itertools.count(random.SystemRandom().randrange(COUNT // WORKERS))


def free_port() -> int:
    """A port of loopback that nobody listens on, and that no other worker is given."""
    for turn in itertools.islice(_turns, COUNT // WORKERS):
        port = FIRST + (turn * WORKERS + _worker) % COUNT
        with socket.socket() as probe:
            # as servers do: a port whose last connections have only just ended is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free for the tests")
