"""Signs as Telnyx does (RFC 8032)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sign_ed25519(private_key: bytes, message: bytes) -> tuple[bytes, bytes]:
    """The public key, and the signature of `message`. The private key has 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return key.public_key().public_bytes_raw(), key.sign(message)
