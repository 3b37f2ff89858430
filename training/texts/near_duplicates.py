"""Which texts say nearly the same in the same words. No encoder is asked, so that none is favoured by the split."""

import re
from collections import Counter

ALIKE = 0.8
"""Share of common words (Jaccard) from which two texts are near-duplicates: one word in nine may differ."""

WORD = re.compile(r"\w+")


def words_of(text: str) -> frozenset[str]:
    """The text's different words, case ignored."""
    return frozenset(WORD.findall(text.lower())) or frozenset([text])


class Groups:
    """Union-find over positions."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, item: int) -> int:
        """The group's first member seen from `item`."""
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        """Make two groups one, named after the smaller position."""
        first, second = sorted((self.find(one), self.find(other)))
        self.parent[second] = first


def near_duplicate_groups(texts: list[str]) -> list[int]:
    """A group number for each text; texts joined by a chain of near-duplicates share it.

    Two sets of words can only be that alike if they share one of each other's rarest words (prefix filter of
    set-similarity joins), so only those are compared.
    """
    bags = [words_of(text) for text in texts]
    seen = Counter(word for bag in bags for word in bag)
    groups, by_word = Groups(len(texts)), {}
    for item, bag in enumerate(bags):
        rare = sorted(bag, key=lambda word: (seen[word], word))[: len(bag) - int(-(-ALIKE * len(bag) // 1)) + 1]
        for other in sorted({other for word in rare for other in by_word.get(word, ())}):
            common = len(bag & bags[other])
            if common >= ALIKE * (len(bag) + len(bags[other]) - common):
                groups.join(item, other)
        for word in rare:
            by_word.setdefault(word, []).append(item)
    return [groups.find(item) for item in range(len(texts))]
