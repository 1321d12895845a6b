"""Moves a misspelled word to the word of the training data it most likely stands for."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

WORD = re.compile(r"[a-z']+")
MIN_WORD_LENGTH = 4  # shorter words have too many neighbors
SHORTHAND = frozenset(
    "im ive dont cant wont didnt doesnt isnt pls plz thx thanx ur gonna wanna yeah yep nope nah".split()
)
"""Spelled so on purpose; each is close to a word that means something else."""


def delete_one_letter(word: str) -> set[str]:
    """The word and all words made by leaving one letter out."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def is_one_edit_apart(a: str, b: str) -> bool:
    """Whether one letter added, left out, changed, or one pair swapped makes `a` into `b`."""
    if len(a) == len(b):
        differ = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1
        return len(differ) == 1 or (swapped and a[differ[0]] == b[differ[1]] and a[differ[1]] == b[differ[0]])
    if len(a) > len(b):
        a, b = b, a
    return len(b) - len(a) == 1 and a in delete_one_letter(b)


class SpellingCorrector:
    """Corrects toward the words of the training data; a word of plain English is left alone."""

    def __init__(self, counts: dict[str, int], english: Iterable[str] = ()) -> None:
        """`counts` says how often a training word occurs; `english` lists other correct words."""
        self.counts = counts
        self._known = set(counts) | SHORTHAND | set(english)
        self._neighbors: dict[str, list[str]] = defaultdict(list)
        for word in counts:
            if len(word) >= MIN_WORD_LENGTH - 1 and word.isalpha():
                for short in delete_one_letter(word):
                    self._neighbors[short].append(word)

    @classmethod
    def fit(cls, texts: Iterable[str], english: Iterable[str] = ()) -> "SpellingCorrector":
        """Learn from the training texts."""
        return cls(dict(Counter(word for text in texts for word in WORD.findall(text.lower()))), english)

    def correct_word(self, word: str) -> str:
        """The correction of one word, or the word itself."""
        if len(word) < MIN_WORD_LENGTH or word in self._known or not word.isalpha():
            return word
        near = {other for short in delete_one_letter(word) for other in self._neighbors.get(short, ())}
        near = {other for other in near if is_one_edit_apart(word, other)}
        if not near:
            return word
        return min(near, key=lambda other: (other[0] != word[0], -self.counts[other], other))

    def __call__(self, text: str) -> str:
        """The text in lower case with its words corrected."""
        return WORD.sub(lambda match: self.correct_word(match[0]), text.lower())
