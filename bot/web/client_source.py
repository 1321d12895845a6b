"""Who sends, for counting guesses: a keyed hash of the browser's address, so that no address is kept."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from sanic import Request

from backend.config import Settings
from bot.channels.senders import keyed_hash

IPV6_PREFIX_BITS = 64
"""Bits of an IPv6 address that name a line: whoever has one has 18 quintillion addresses behind it."""


def client_address(request: Request) -> str:
    """Whom an address belongs to: an IPv4 address itself, however it is written, and the /64 of an IPv6 address."""
    return normalize_address(str(request.remote_addr or request.ip))


def normalize_address(address: str) -> str:
    """`2001:db8:1:2:3:4:5:6` → `2001:db8:1:2::/64`; `::ffff:192.0.2.7` → `192.0.2.7`. What is no address stays."""
    try:
        read = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Network((read, IPV6_PREFIX_BITS), strict=False))


def client_source(request: Request, settings: Settings) -> str:
    """The same for the chat and for the portal: guesses at one count at the other."""
    return "web-" + keyed_hash(settings, "source", client_address(request))
