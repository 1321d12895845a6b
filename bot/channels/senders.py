"""Identifies senders by a keyed hash, so that neither their number nor their address is stored.

Guesses at identity are counted by these hashes. One phone is one sender, whether it texts or calls.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from sanic import Request

from backend.config import Settings

WITHHELD = "withheld"
IPV6_PREFIX_BITS = 64
"""Bits of an IPv6 address that name a customer line; its holder may use all 2^64 addresses behind them."""
NETWORK_BITS = {4: 24, 6: 48}
"""Bits of an address that name a network: what one customer of a provider or one data center usually gets."""


def keyed_hash(settings: Settings, purpose: str, value: str) -> str:
    """32 characters, which differ for each purpose."""
    return settings.keyed_hash(purpose, value)[:32]


def phone_source(settings: Settings, phone: str | None) -> str:
    """The sender of a text or a call.

    All who withhold their number share one, or withholding it would be a way around the limit on guesses.
    """
    return "phone-" + keyed_hash(settings, "source", phone or WITHHELD)


def client_source(request: Request, settings: Settings) -> str:
    """The sender of a web request: one for chat and portal, so that guesses at one count at the other.

    Behind the point is the network of the address, for `rate_limits.network_of`.
    """
    address = client_address(request)
    network = keyed_hash(settings, "network", find_network(address))[:16]
    return f"web-{keyed_hash(settings, 'source', address)}.{network}"


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
    return str(ip_network((parsed, IPV6_PREFIX_BITS), strict=False))


def find_network(address: str) -> str:
    """The network of what `normalize_address` gives: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("/")[0])
    except ValueError:
        return address
    return str(ip_network((parsed, NETWORK_BITS[parsed.version]), strict=False))
