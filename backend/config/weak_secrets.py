"""Recognizes secrets that are easy to guess: defaults, examples, keyboard runs, repetitions."""

from __future__ import annotations

from itertools import pairwise

PLACEHOLDERS = frozenset(
    "changeme changethis change replace placeholder example sample default secret password passwort insecure unsafe "
    "contraseña development testing fortests qwerty asdfgh letmein welcome memberline twilio authtoken enginetoken "
    "yourkey yourtoken fresheyes postgres admin123 1q2w3e qazwsx summer winter autumn spring generate insert "
    "yourown your256 fixme todo thisis production correcthorse quickbrown iloveyou ilovemy prometheus grafana "
    "monitoring foobared internal coop2 yourrandom".split()
)
EXACT_PLACEHOLDERS = frozenset("x test demo dev root admin user guest token key redis none null".split())
MIN_DISTINCT_CHARACTERS = 8
MAX_SEQUENCE = 6
"""Characters in a row that ascend, descend or repeat: random secrets hardly ever have more."""


def find_weakness(secret: str, shortest: int) -> str | None:
    """What is wrong with it, such as `it is shorter than 32 characters`; None when nothing is.

    `shortest` is the required length in characters. The text never contains the secret.
    """
    plain = "".join(letter for letter in secret.lower() if letter.isalnum())
    if plain in EXACT_PLACEHOLDERS or any(word in plain for word in PLACEHOLDERS):
        return "it is a default or an example"
    if len(secret) < shortest:
        return f"it is shorter than {shortest} characters"
    if secret != secret.strip() or not secret.isprintable():
        return "it has a blank or a line end around it"
    if secret[0] in "'\"<$" or secret[-1] in "'\">":
        return "it has quotes or brackets around it, which stand for something else"
    if len(set(secret)) < min(MIN_DISTINCT_CHARACTERS, shortest // 2) or _is_repetition(secret) or _is_doubled(plain):
        return "it repeats the same characters"
    if _longest_sequence(plain) > MAX_SEQUENCE:
        return "it has characters in a row, such as 12345678"
    return None


def _is_repetition(secret: str) -> bool:
    """Whether it is one substring repeated."""
    return any(secret == (secret[:size] * len(secret))[: len(secret)] for size in range(1, len(secret) // 2 + 1))


def _is_doubled(letters: str) -> bool:
    """Whether most characters repeat the one before, as in `00112233445566778899aabbccddeeff`."""
    return len(letters) >= 16 and sum(before == now for before, now in pairwise(letters)) * 5 > len(letters) * 2


def _longest_sequence(letters: str) -> int:
    """The longest run of characters that ascend by one, descend by one, or repeat."""
    longest, length, step = 1, 1, None
    for before, now in pairwise(letters):
        here = ord(now) - ord(before)
        # in hexadecimal `a` follows `9`
        here = 1 if before + now == "9a" else -1 if before + now == "a9" else here
        length = length + 1 if here == step else 2 if here in (-1, 0, 1) else 1
        step = here if here in (-1, 0, 1) else None
        longest = max(longest, length)
    return longest
