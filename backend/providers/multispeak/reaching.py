"""What keeps a server from being reached, in words for whoever set its address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from backend.providers.billing.system import SystemUnavailable


class ServerUnreachable(SystemUnavailable):
    """Nobody answers at the address: no other call to it would do better."""


def explain(error: BaseException, url: str, seconds: float) -> ServerUnreachable:
    """`error` came from connecting to `url`, for `seconds` at most."""
    host = urlsplit(url).hostname or url
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return ServerUnreachable(f"nobody answers at {url}: there is no host named {host}")
        if isinstance(cause, ConnectionRefusedError):
            return ServerUnreachable(f"nobody answers at {url}: {host} refuses the connection")
    for cause in causes:
        if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, TimeoutError):
            return ServerUnreachable(f"nobody answers at {url}: {cause.strerror}")
    return ServerUnreachable(f"nobody answers at {url} within {seconds:g} seconds: is there a firewall between?")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; the HTTP libraries keep that in several places."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or any(one is each for each in seen):
            continue
        seen.append(one)
        yield one
        waiting += [getattr(one, "os_error", None), getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [each for each in one.args if isinstance(each, BaseException)]
