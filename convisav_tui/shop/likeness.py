"""How alike short texts are: words and their beginnings, weighed by how rare they are."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from convisav_tui.text import fold

_STEM = 5  # letters by which forms of one word are told: charge, chargeur, charging


class Likeness:
    """A set of texts that others are compared with; building it takes about 20 µs a word."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [set(terms(text)) for text in texts]
        counts = Counter(term for found in tokens for term in found)
        total = len(texts)
        self._rarity = {term: math.log(1 + total / count) for term, count in counts.items()}
        self._holding: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, found in enumerate(tokens):
            length = math.sqrt(sum(self._rarity[term] ** 2 for term in found)) or 1.0
            for term in found:
                self._holding[term].append((index, self._rarity[term] / length))

    def nearest(self, text: str, most: int = 20) -> list[tuple[int, float]]:
        """The texts most like this one: place and likeness from 0 to 1, best first; those with nothing in common are
        left out."""
        wanted = {term for term in terms(text) if term in self._rarity}
        length = math.sqrt(sum(self._rarity[term] ** 2 for term in wanted)) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for term in wanted:
            weight = self._rarity[term] / length
            for index, share in self._holding[term]:
                scores[index] += weight * share
        return heapq.nlargest(most, scores.items(), key=lambda found: (found[1], -found[0]))


def terms(text: str) -> Iterable[str]:
    """The words of a text as they are compared: folded, whole and shortened, and pairs of neighbours."""
    words = [word for word in fold(text).split() if len(word) > 1]
    for word in words:
        yield word
        if len(word) > _STEM:
            yield word[:_STEM] + "…"
    for first, second in itertools.pairwise(words):
        yield f"{first} {second}"
