"""Classifies host names (this machine, internal, valid) and web origins."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
INTERNAL_SUFFIXES = frozenset("local localdomain internal intranet lan home corp private test invalid".split())
"""Top-level names that public DNS does not resolve."""


def is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def is_internal_host(host: str) -> bool:
    """Whether the host is internal: a private address, a name without a dot, or one with an internal TLD."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").rpartition(".")[2].lower() in INTERNAL_SUFFIXES


def is_valid_host(host: str) -> bool:
    """Whether it is an IP address or a DNS name; an international name must be in its `xn--` form."""
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
    return True


def is_origin(text: str) -> bool:
    """Whether it is scheme, host and optional port, and nothing more."""
    try:
        parts = urlsplit(text)
        whole = text == f"{parts.scheme}://{parts.netloc}" and "@" not in text
        return whole and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
