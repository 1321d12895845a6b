"""Signs as Telnyx does (RFC 8032, 5.1.6), by the curve of the code under test, which the RFC's vectors check."""

from __future__ import annotations

import hashlib

from bot.web import ed25519
from bot.web.ed25519 import _BASE, _ORDER, _P, _multiply


def sign_ed25519(private_key: bytes, message: bytes) -> tuple[bytes, bytes]:
    """The public key, and the signature of `message`."""
    digest = hashlib.sha512(private_key).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    public_key = _compress(_multiply(scalar, _BASE))
    nonce = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % _ORDER
    commitment = _compress(_multiply(nonce, _BASE))
    challenge = int.from_bytes(hashlib.sha512(commitment + public_key + message).digest(), "little") % _ORDER
    return public_key, commitment + ((nonce + challenge * scalar) % _ORDER).to_bytes(32, "little")


def _compress(point: ed25519._Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")
