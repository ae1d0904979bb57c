"""Words and numbers with the skew of real catalogues: few words are everywhere, most are rare (Zipf)."""

import itertools
import random
import re
from collections.abc import Sequence
from functools import lru_cache

VOCABULARY = 20_000
_STARTS = re.findall(r"\w+", "b br c ch d dr f fl g gr h j k kl l m n p pl qu r s sch st t tr v w z")
_MIDDLES = re.findall(r"\w+", "a e i o u ai au ei ou ee")
_ENDS = ["", *re.findall(r"\w+", "n l r s t m ck nd rt")]


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """Distinct made-up words, the most frequent first and shortest."""
    choice = random.Random(1)
    syllables = [a + b + c for a, b, c in itertools.product(_STARTS, _MIDDLES, _ENDS)]
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        length = 1 if len(found) < 200 else 2 if len(found) < 8000 else 3
        found["".join(choice.choices(syllables, k=length))] = None
    return tuple(found)


@lru_cache(maxsize=8)
def weights(count: int) -> tuple[float, ...]:
    """Cumulative weights 1, 1/2, 1/3, … of `count` ranks, for `random.choices`."""
    return tuple(itertools.accumulate(1 / rank for rank in range(1, count + 1)))


def words(choice: random.Random, count: int) -> list[str]:
    """`count` words of a text."""
    return choice.choices(vocabulary(), cum_weights=weights(VOCABULARY), k=count)


def rank(choice: random.Random, count: int) -> int:
    """A number from 0 to count - 1, small ones most often."""
    return choice.choices(range(count), cum_weights=weights(count))[0]


def misspelt(word: str, choice: random.Random) -> str:
    """The word with two neighbouring letters swapped."""
    at = choice.randrange(1, max(2, len(word) - 1))
    return word[: at - 1] + word[at : at + 1] + word[at - 1] + word[at + 1 :]


def frequent(choice: random.Random, count: int, *, longer_than: int = 4) -> Sequence[str]:
    """Different words that people would search for: drawn by frequency, not the very short ones."""
    found: dict[str, None] = {}
    while len(found) < count:
        found.update(dict.fromkeys(word for word in words(choice, count) if len(word) > longer_than))
    return list(found)[:count]
