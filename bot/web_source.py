"""Who sends, for counting guesses: a keyed hash of the browser's address, so that no address is kept."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Network, ip_address

from sanic import Request

from backend.config import Settings


def address_of(request: Request) -> str:
    """The address a request comes from, as one sender: of IPv6 the /64, which one customer has whole."""
    return one_sender(str(request.remote_addr or request.ip))


def one_sender(address: str) -> str:
    """An IPv4 address; the /64 network of an IPv6 one; what is neither stays as it is."""
    try:
        found = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found, 64), strict=False))


def web_source(request: Request, settings: Settings) -> str:
    """The same for the chat and for the portal: guesses at one count at the other."""
    key = settings.derived_key("source").encode()
    return "web-" + hmac.new(key, address_of(request).encode(), hashlib.sha256).hexdigest()[:32]
