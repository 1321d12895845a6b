"""Identifies senders by a keyed hash, so that neither their number nor their address is stored.

Guesses at identity are counted by these hashes. One phone is one sender, whether it texts or calls.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from sanic import Request

from backend.config import Settings

WITHHELD = "withheld"
IPV6_PREFIX_BITS = 64
"""Bits of an IPv6 address that name a customer line; its holder may use all 2^64 addresses behind them."""


def keyed_hash(settings: Settings, purpose: str, value: str) -> str:
    """32 characters, which differ for each purpose."""
    return settings.keyed_hash(purpose, value)[:32]


def phone_source(settings: Settings, phone: str | None) -> str:
    """The sender of a text or a call.

    All who withhold their number share one, or withholding it would be a way around the limit on guesses.
    """
    return "phone-" + keyed_hash(settings, "source", phone or WITHHELD)


def client_source(request: Request, settings: Settings) -> str:
    """The sender of a web request: one for chat and portal, so that guesses at one count at the other."""
    return "web-" + keyed_hash(settings, "source", client_address(request))


def client_address(request: Request) -> str:
    """The client's IPv4 address, or the /64 network of its IPv6 address."""
    return normalize_address(str(request.remote_addr or request.ip))


def normalize_address(address: str) -> str:
    """`2001:db8:1:2:3:4:5:6` → `2001:db8:1:2::/64`; `::ffff:192.0.2.7` → `192.0.2.7`. Other text stays as it is."""
    try:
        parsed = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, IPV6_PREFIX_BITS), strict=False))
