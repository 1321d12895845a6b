"""Signatures as Telnyx makes them, checked against the vectors of RFC 8032, 7.1."""

from __future__ import annotations

import pytest

from bot.web.ed25519 import verify_ed25519

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(key: str, message: str, signature: str) -> None:
    assert verify_ed25519(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


CHANGES = {
    "another message": lambda key, message, signature: (key, message + b"x", signature),
    "another commitment": lambda key, message, signature: (key, message, bytes([signature[0] ^ 1]) + signature[1:]),
    "another scalar": lambda key, message, signature: (key, message, signature[:40] + b"\x00" + signature[41:]),
    "a scalar beyond the order": lambda key, message, signature: (key, message, signature[:32] + b"\xff" * 32),
    "another key": lambda key, message, signature: (bytes([key[0] ^ 1]) + key[1:], message, signature),
    "a short signature": lambda key, message, signature: (key, message, signature[:63]),
    "no signature": lambda key, message, signature: (key, message, b""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_was_changed_is_refused(change: object) -> None:
    key, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    assert not verify_ed25519(*change(key, message, signature))  # type: ignore[operator]
