"""Which hosts are this machine, and which are inside."""

from __future__ import annotations

import re
from ipaddress import ip_address

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
INTERNAL_SUFFIXES = frozenset("local localdomain internal intranet lan home corp private test invalid".split())
"""Last names that no public name server knows."""


def is_this_machine(host: str) -> bool:
    """Whether the host of an address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def is_internal_host(host: str) -> bool:
    """Whether only the co-op's own network can know the host: a private address, or a name without a dot."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").rpartition(".")[2].lower() in INTERNAL_SUFFIXES


def is_valid_host(host: str) -> bool:
    """Whether it is an address or a name as name servers hold them, an international one as it is sent (`xn--…`)."""
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
    return True
