"""The source of a request, for counting guesses: a keyed hash of the IP address, so that no address is stored."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from sanic import Request

from backend.config import Settings
from bot.channels.senders import keyed_hash

IPV6_PREFIX_BITS = 64
"""Bits of an IPv6 address that name a customer line; its holder may use all 2^64 addresses behind them."""


def client_address(request: Request) -> str:
    """The client's IPv4 address, or the /64 network of its IPv6 address."""
    return normalize_address(str(request.remote_addr or request.ip))


def normalize_address(address: str) -> str:
    """`2001:db8:1:2:3:4:5:6` → `2001:db8:1:2::/64`; `::ffff:192.0.2.7` → `192.0.2.7`. Other text stays as it is."""
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
    """One source for chat and portal: guesses at one count at the other."""
    return "web-" + keyed_hash(settings, "source", client_address(request))
