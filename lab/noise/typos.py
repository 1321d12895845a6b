"""Typing errors: letters swapped, missed, doubled, or a neighbor key hit."""

from __future__ import annotations

from random import Random

from lab.noise.protected_words import changeable_words, is_protected

TYPO_RATE = 0.18
"""Of the words with MIN_WORD_LENGTH letters or more: too little would be left of a shorter one."""
MAX_TYPOS = 3
MIN_WORD_LENGTH = 4
NEIGHBOR_KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xa",
}  # fmt: skip


def add_typos(line: str, rng: Random) -> str:
    """The line with a few typos; unchanged where they would not be fair."""
    if is_protected(line):
        return line
    chosen = [word for word in changeable_words(line) if len(word[0]) >= MIN_WORD_LENGTH and rng.random() < TYPO_RATE][
        :MAX_TYPOS
    ]
    for word in reversed(chosen):
        line = line[: word.start()] + _make_typo(word[0], rng) + line[word.end() :]
    return line


def _make_typo(word: str, rng: Random) -> str:
    """One error behind the first letter, which people get right."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swapped", "missed", "doubled", "beside"))
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "missed":
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(NEIGHBOR_KEYS.get(word[at].lower(), word[at])) + word[at + 1 :]
